"""How long a study followed its patients: the median, in months."""

from __future__ import annotations

import re
from typing import NamedTuple

_NUMBER = r"(?P<v>\d{1,4}(?:[.\u00b7]\d+)?)"
_SPREAD = r"(?:[\s,]*[(\[][^()\[\]]{0,60}[)\]])"
_UNIT = r"(?P<u>days?|weeks?|wks?|months?|mos?\b|m\b|years?|yrs?|y\b)"
_TIME = r"(?:follow(?:ed)?[\s-]{0,2}up(?:[\s-](?:time|period|duration|interval))?|observation(?:[\s-](?:time|period))?)"
_SMALL = r"(?:of|was|were|is|being|at|to|for|approximately|about|~|\u2248|nearly|over|more than|and|in|all|the|from|after|among|surviving|living|these|our|this|total|entire|whole|survivors|patients|pts|survivors'|cohort|group|study|time|interval|duration|period|follow-up|=|:|,|\\)"
_FILL = rf"(?:[\s,:=~\\]+{_SMALL}|[\s,:=~\\]+\([^()]{{0,60}}\)){{0,9}}?[\s,:=~\\(]*"

#: Words that name the time, then the number; and the other way round. An example before each.
_SHAPES = (
    # at a median follow-up of 12.9 months; median (range) on-study follow-up was 16.1 months; median potential follow-up, 23 months
    # with a median follow-up of 10.9(0.6-29.0) months; the median observation time was 178 days (range, 28-776)
    re.compile(rf"\bmedian{_SPREAD}?(?:\s(?:[\w/-]+)){{0,3}}?(?:\s(?:duration|time|length|period)\s(?:of|for|to))?\s(?:[\w-]+\s){{0,2}}?{_TIME}{_FILL}{_NUMBER}{_SPREAD}?[\s,\\-]*{_UNIT}"),
    # patients were followed for a median of 540 days; follow-up was a median of 3 years; follow-up (median, 4.2 years); follow-up: median 12 months
    re.compile(rf"\bfollow(?:ed)?(?:[\s-]{{0,2}}up)?(?:\s(?:[\w-]+)){{0,6}}?[\s,:(]+(?:a\s|the\s)?median(?:\sof|\swas|\stime of|\speriod of|\sduration of|[,:=])*{_SPREAD}?\s*{_NUMBER}{_SPREAD}?[\s,\\-]*{_UNIT}"),
    # at a median of 12 months of follow-up; after a median of 3 years' follow-up; a median 30-month follow-up
    re.compile(rf"\bmedian(?:\sof)?\s{_NUMBER}{_SPREAD}?[\s\\-]*{_UNIT}(?:\u2019|'|s'|s\u2019)?{_SPREAD}?(?:\s(?:of|after|since|from)(?:\s[\w-]+){{0,2}}?)?\s{_TIME}"),
    # with 18 months median follow-up; at 45.6 months (IQR 43.6-48.3) median follow-up; follow-up was 12 months (median); follow-up, 15.9 months median
    re.compile(rf"(?<![\d.]){_NUMBER}{_SPREAD}?[\s-]*{_UNIT}{_SPREAD}?\s(?:of\s)?median\s{_TIME}"),
    re.compile(rf"\b{_TIME}(?:\swas|,|\sof)?\s{_NUMBER}[\s-]*{_UNIT}[\s,(]+median\b"),
)  # fmt: skip
_FROM_MEDIAN = (_SHAPES[0], _SHAPES[2])
_NOT_REACHED = re.compile(r"surviv\w+ (?:was|of)|mean follow")
_MONTHS = {"d": 1 / 30.4375, "w": 7 / 30.4375, "m": 1.0, "y": 12.0}
_REACH = 260


class FollowUp(NamedTuple):
    """A median follow-up with its place."""

    months: float
    start: int
    end: int


def find_follow_ups(low: str) -> list[FollowUp]:
    """Median follow-ups that a text states, in order of place.

    >>> [f.months for f in find_follow_ups("after a median follow-up of 2.5 years, and a mean follow-up of 9 months")]
    [30.0]

    Args:
        low: the text in lower case.
    """
    if "median" not in low or not ("follow" in low or "observation" in low):
        return []
    found: dict[int, FollowUp] = {}
    at = low.find("median")
    while at >= 0:
        begin, end = max(0, at - 90), min(len(low), at + _REACH)
        stop = low.find(". ", at, end)
        near = low[begin : stop if stop > 0 else end]
        if "follow" in near or "observation" in near:
            for shape in _SHAPES:
                m = shape.search(low, at if shape in _FROM_MEDIAN else begin, stop if stop > 0 else end)
                if m and not _NOT_REACHED.search(m.group()):
                    unit = m["u"][0] if not m["u"].startswith("mo") else "m"
                    months = float(m["v"].replace("\u00b7", ".")) * _MONTHS[unit]
                    found.setdefault(m.start("v"), FollowUp(round(months, 1) if unit in "dw" else round(months, 2), m.start(), m.end()))
                    break
        at = low.find("median", at + 6)
    return [found[place] for place in sorted(found)]
