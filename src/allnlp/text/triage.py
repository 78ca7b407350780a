"""Whether a model can add a mention to a document: most of science tells of no patients and no treatment."""

from __future__ import annotations

import re

# Words without which hardly a document tells of a therapy, a toxicity, a disease that is treated, or an antigen that is aimed at.
_CONTEXT = (
    "patient", "treat", "clinical", "disease", "therap", "children", "adults", "infants", "participants", "volunteers", "trial", "drug", "dose",
    "dosing", "mg/", "toxic", "adverse", "syndrome", "disorder", "cancer", "tumor", "tumour", "carcinoma", "leuk", "lymphom", "myelom", "sarcoma",
    "infect", "vaccin", "antigen", "antibod", "transplant", "surg", "inhibitor",
)  # fmt: skip
_WHOLE = re.compile(r"women\b|\bmen\b|\bmg\b")


def may_hold_mentions(text: str) -> bool:
    """Whether a text has any word that therapies, toxicities, treated diseases or targets are told of with.

    >>> may_hold_mentions("Patients received foxatinib."), may_hold_mentions("The slope of the beach face was measured.")
    (True, False)

    Source:
        benchmarks/models.py: the share of documents that are left out, and of mentions that are lost by it.
    """
    low = text.lower()
    for word in _CONTEXT:
        if word in low:
            return True
    return ("men" in low or "mg" in low) and _WHOLE.search(low) is not None
