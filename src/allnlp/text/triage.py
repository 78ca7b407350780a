"""Whether a model can add a mention to a document: most of science tells of no patients and no treatment."""

from __future__ import annotations

import re

# Words without which hardly a document tells of a therapy, a toxicity, a disease that is treated, or an antigen that is aimed at.
_CONTEXT = (
    "patient", "treat", "clinical", "disease", "therap", "children", "adults", "infants", "participants", "volunteers", "trial", "drug", "dose",
    "dosing", "mg/", "toxic", "adverse", "syndrome", "disorder", "cancer", "tumor", "tumour", "carcinoma", "leuk", "lymphom", "myelom", "sarcoma",
    "infect", "vaccin", "antigen", "antibod", "transplant", "surg", "inhibitor",
)  # fmt: skip
SHORT = 300  # characters of a text that is too short to tell what it is on
_WHOLE = re.compile(r"women\b|\bmen\b|\bmg\b")


def may_hold_mentions(text: str) -> bool:
    """Whether a text has any word that therapies, toxicities, treated diseases or targets are told of with, or is too short to tell.

    >>> beach = "The slope of the beach face was measured. " * 9
    >>> may_hold_mentions(beach + "Patients received foxatinib."), may_hold_mentions(beach), may_hold_mentions("Foxatinib again")
    (True, False, True)

    Source:
        Of 20,000 abstracts of other fields it leaves out 2,208, and with them 235 of the 11,615 mentions that the shipped model would add;
        of 2,973 of haematology 11, and none of 776. What it saves: benchmarks/models.py.
    """
    if len(text) < SHORT:
        return True
    low = text.lower()
    for word in _CONTEXT:
        if word in low:
            return True
    return ("men" in low or "mg" in low) and _WHOLE.search(low) is not None
