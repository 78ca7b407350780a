"""Whether a text is a registry's record of a trial, which says what will be measured and reports no number; pure."""

from __future__ import annotations

import re

_FIRST = re.compile(r"(?:\A|\n)(?:BRIEF SUMMARY|DETAILED DESCRIPTION|CONDITIONS|INTERVENTIONS|DESIGN|ENROLLMENT|ELIGIBILITY|PRIMARY OUTCOMES): ")
_LAST = "\nREGISTRATION: "


def is_registry_text(text: str) -> bool:
    r"""Whether a text has the lines of a registered trial: its fields, and its registration as the last line.

    >>> is_registry_text("Cells\nCONDITIONS: Leukemia.\nPRIMARY OUTCOMES: Survival (time frame: 2 years).\nREGISTRATION: NCT00000000.")
    True
    >>> is_registry_text("Cells\nRESULTS: Survival was 2 years.\nREGISTRATION: NCT00000000.")
    False
    """
    place = text.rfind(_LAST)
    return place >= 0 and "\n" not in text[place + 1 :] and _FIRST.search(text, 0, place + 1) is not None
