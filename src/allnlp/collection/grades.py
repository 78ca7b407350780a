"""What a user may say of a finding's grade and time, and whether a finding fits it; pure functions."""

from __future__ import annotations

import re
from types import MappingProxyType
from typing import NamedTuple

from allnlp.errors import OptionError

GRADE_FORMS = "any, 3, >=3, <=2, 3-4, or a word as severe"
GRADE_WORDS = ("mild", "moderate", "severe", "serious", "profound", "life-threatening", "fatal", "low-grade", "high-grade")
TIMEPOINT_FORMS = "12 months, 1 year, 100 days, 6 weeks or day 28"


class Grade(NamedTuple):
    """A grade that is asked for; of ``words`` the canonical form."""

    words: str
    sign: str  # any, word, = (a grade or a range of grades), >= or <=
    low: int = 0
    high: int = 5


_ROMAN = MappingProxyType({"i": "1", "ii": "2", "iii": "3", "iv": "4", "v": "5"})
_SIGNS = MappingProxyType({"≥": ">=", "⩾": ">=", "≤": "<=", "⩽": "<=", "–": "-", "—": "-", "‐": "-", "‑": "-", "−": "-"})
_NUMBERED = re.compile(
    r"(?P<sign>>=|<=|>|<|=|)\s*(?P<low>\d)(?:\s*(?:-|to|or|/)\s*(?P<high>\d)|\s*(?P<above>\+|or (?:higher|above|more|greater|worse)))?"
)


def parse_grade(words: str, known: frozenset[str] = frozenset()) -> Grade:
    """A grade from a user's words.

    >>> parse_grade("grade ≥3"), parse_grade("III-IV"), parse_grade("<3").words
    (Grade(words='>=3', sign='>=', low=3, high=5), Grade(words='3-4', sign='=', low=3, high=4), '<=2')

    Args:
        words: as a user writes them.
        known: further words that are grades, as the folder's own.

    Raises:
        OptionError: no grade; shows the forms.
    """
    text = "".join(_SIGNS.get(c, c) for c in " ".join(words.lower().split()))
    text = re.sub(r"^(?:grades?|gr?\.?) ?(?=\W|\d|[iv]|any|all)", "", text)
    text = re.sub(r"\b(?:iii|ii|iv|i|v)\b", lambda m: _ROMAN[m[0]], text)
    if text in ("any", "all", "any grade", "all grades", "any-grade"):
        return Grade("any", "any")
    if text in GRADE_WORDS or text in known:
        return Grade(text, "word")
    found = _NUMBERED.fullmatch(text)
    grade = _numbered(found) if found else None
    if grade is None:
        raise OptionError(f"grade {words!r} is not understood. Write {GRADE_FORMS}; grades are 0 to 5.")
    return grade


def _numbered(found: re.Match[str]) -> Grade | None:
    sign, low, high = found["sign"], int(found["low"]), int(found["high"] or found["low"])
    if found["above"]:
        sign = ">=" if not sign else "wrong"
    if found["high"] and sign not in ("", "="):
        return None
    if sign == ">":
        sign, low = ">=", low + 1
    elif sign == "<":
        sign, low = "<=", low - 1
    if sign == "wrong" or not 0 <= low <= max(low, high) <= 5 or (found["high"] and low >= high):
        return None
    if sign == ">=":
        return Grade(f">={low}", ">=", low, 5)
    if sign == "<=":
        return Grade(f"<={low}", "<=", 0, low)
    return Grade(str(low) if low == high else f"{low}-{high}", "=", low, high)


def fits_grade(grade: Grade, read: str | None, low: int | None, high: int | None) -> bool:
    """Whether a finding's grade is the one asked for.

    "any" is a figure with no grade or said to be of any; ">=3" every figure that is of grade 3 or more alone, so 3-4, 5 and severe too.

    >>> fits_grade(parse_grade(">=3"), "3-4", 3, 4), fits_grade(parse_grade("3"), "3-4", 3, 4), fits_grade(parse_grade("any"), None, None, None)
    (True, False, True)

    Args:
        grade: asked for.
        read: ``findings.grade``.
        low: ``findings.grade_min``.
        high: ``findings.grade_max``.
    """
    if grade.sign == "any":
        return read is None or read == "any"
    if grade.sign == "word":
        return read is not None and read.lower() == grade.words
    if read == "any":
        return False
    if grade.sign == ">=":
        return low is not None and low >= grade.low
    if grade.sign == "<=":
        return high is not None and high <= grade.high
    return low == grade.low and high == grade.high and (read is None or read[:1].isdigit())


_MONTHS = MappingProxyType({"d": 12 / 365.25, "w": 84 / 365.25, "m": 1.0, "y": 12.0})
_TIME = re.compile(r"(?:at |by )?(?P<n>\d+(?:\.\d+)?)[ -]?(?P<unit>days?|d|weeks?|wks?|w|months?|mos?|m|years?|yrs?|y)")
_DAY = re.compile(r"(?:at |by )?(?P<unit>day|d|week|month|year) ?\+?(?P<n>\d+(?:\.\d+)?)")
_TOLERANCE = 0.03  # 52 weeks and 365 days are 12 months; 28 days are not a month of 30


def parse_months(words: str) -> float:
    """Months of a time that a user writes.

    >>> parse_months("1 year"), parse_months("12-month"), round(parse_months("day 28"), 2)
    (12.0, 12.0, 0.92)

    Raises:
        OptionError: no time; shows the forms.
    """
    text = " ".join(words.lower().split())
    found = _TIME.fullmatch(text) or _DAY.fullmatch(text)
    if found is None:
        raise OptionError(f"time {words!r} is not understood. Write {TIMEPOINT_FORMS}.")
    return float(found["n"]) * _MONTHS[found["unit"][0]]


def fits_months(months: float, stated: float | None) -> bool:
    """Whether a finding's time is the one asked for, to 3 percent.

    >>> fits_months(12, 11.96), fits_months(12, 11), fits_months(12, None)
    (True, False, False)
    """
    return stated is not None and abs(stated - months) <= _TOLERANCE * max(months, stated)
