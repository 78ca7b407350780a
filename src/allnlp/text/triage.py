"""Whether a model can add a mention to a document: most of science tells of no patients and no treatment."""

from __future__ import annotations

import re

# Words without which hardly a document tells of a therapy, a toxicity, a disease that is treated, or an antigen that is aimed at.
_CONTEXT = re.compile(
    r"patient|children|adults|infants|participants|volunteers|women\b|\bmen\b|therap|treat|clinical|trial|drug|dose|dosing|mg/|\bmg\b|toxic|adverse|"
    r"disease|syndrome|disorder|cancer|tumou?r|carcinoma|leuk|lymphom|myelom|sarcoma|infect|vaccin|antigen|antibod|transplant|surg|inhibitor",
    re.IGNORECASE,
)


def may_hold_mentions(text: str) -> bool:
    """Whether a text has any word that therapies, toxicities, treated diseases or targets are told of with.

    >>> may_hold_mentions("Patients received foxatinib."), may_hold_mentions("The slope of the beach face was measured.")
    (True, False)

    Source:
        benchmarks/models.py: the share of documents that are left out, and of mentions that are lost by it.
    """
    return _CONTEXT.search(text) is not None
