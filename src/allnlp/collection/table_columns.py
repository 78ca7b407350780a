"""The columns of an evidence table as a user writes them: ``CRS >=3``, ``OS 12 months``, ``median PFS``, ``n_patients``."""

from __future__ import annotations

import difflib
import re
from collections.abc import Collection
from types import MappingProxyType
from typing import NamedTuple

from allnlp.collection.grades import GRADE_WORDS, Grade, parse_grade, parse_months
from allnlp.errors import OptionError

#: Columns of the study record and of the bibliography, and what fills them.
STUDY_COLUMNS = (
    "study", "doc_id", "pmid", "doi", "year", "journal", "title", "study_type", "registration", "therapies", "antigens", "diseases",
    "population", "age_groups", "disease_status", "n_patients", "median_follow_up_months",
)  # fmt: skip
DEFAULT_STUDY_COLUMNS = (
    "study", "doc_id", "year", "title", "study_type", "registration", "therapies", "antigens", "diseases", "population", "n_patients",
    "median_follow_up_months",
)  # fmt: skip
DEFAULT_TOXICITIES = ("CRS", "neurotoxicity: ICANS / neurotoxicity / neurologic event", "infection")
DEFAULT_OUTCOMES = ("CR", "ORR", "MRD negativity", "EFS 12 months", "PFS 12 months", "OS 12 months", "median PFS", "median OS")
TOXICITY_GRADES = ("any", ">=3")
COLUMN_FORMS = '"CRS any", "CRS >=3", "CR", "OS 12 months", "median PFS", "OS HR" or a column of the study record'
SHARES = ("incidence", "rate", "count")


class Wanted(NamedTuple):
    """A column that findings fill."""

    header: str
    names: tuple[str, ...]  # of concepts, each of which may fill it
    labels: tuple[str, ...]
    grade: Grade | None
    months: float | None
    measures: tuple[str, ...]


_UNIT = r"(?:days?|weeks?|wks?|months?|mos?|years?|yrs?)"
_PARTS = MappingProxyType(
    {
        "measure": r"median|hazard ratio|HR|odds ratio|risk ratio",
        "months": rf"(?:at |by )?\d+(?:\.\d+)?(?: |-){_UNIT}|(?:at |by )?(?:day|week|month|year) \+?\d+",
        "grade": r"any[ -]grade|any|(?:grades? ?)?(?:>=|<=|[<>=≥≤]) ?\d|(?:grades? ?)?\d ?[-–] ?\d|(?:grades? ?)?\d\+|grades? (?:\d|[IV]+(?: ?[-–] ?[IV]+)?)|"
        + "|".join(GRADE_WORDS)
        + "|[0-5]",
    }
)
_MEASURES = MappingProxyType({"median": "median", "hazard ratio": "hazard_ratio", "hr": "hazard_ratio", "odds ratio": "odds_ratio", "risk ratio": "risk_ratio"})


def read_column(words: str, *, labels: tuple[str, ...] = ("TOXICITY", "OUTCOME"), grades: Collection[str] = ()) -> str | Wanted:
    """A column from a user's words: the name of a study column, or what findings must be to fill it.

    Beside the name of a toxicity or an outcome stand, before or after it, a grade, a time, ``median``, ``HR`` or ``odds
    ratio``; each may be missing. Names between " / " fill one column. Words before a colon and a blank are the header.

    >>> read_column("n patients")
    'n_patients'
    >>> read_column("12-month OS").names, read_column("12-month OS").months
    (('OS',), 12.0)
    >>> read_column("ICANS / neurotoxicity grade >= 3").grade.words
    '>=3'
    >>> read_column("Neurotoxicity: ICANS / neurotoxicity any").header, read_column("median PFS").measures
    ('Neurotoxicity', ('median',))

    Args:
        words: as a user writes them; without a colon they are the column's header.
        labels: what the names may be.
        grades: further words that are grades, as the folder's own.

    Raises:
        OptionError: no name is left.
    """
    header = " ".join(words.split())
    field = re.sub(r"[ -]", "_", header.lower())
    if field in STUDY_COLUMNS:
        return field
    alias, _, rest = header.rpartition(": ")
    found = dict[str, str]()
    while (part := _part(rest, found)) is not None:
        kind, text, rest = part
        found[kind] = text
    names = tuple(name.strip() for name in re.split(r"\s+/\s+", rest) if name.strip())
    if not names or any(re.fullmatch(rf"(?i){core}", rest) for core in _PARTS.values()):
        raise OptionError(f"column {words!r} names no toxicity or outcome. Write {COLUMN_FORMS}: {', '.join(STUDY_COLUMNS)}.")
    if "_" in header and ":" not in header:
        near = difflib.get_close_matches(field, STUDY_COLUMNS, n=3, cutoff=0.5)
        raise OptionError(f"no column is named {words!r}.{_hint(near)} Study columns: {', '.join(STUDY_COLUMNS)}.")
    measure = found.get("measure", "").lower()
    return Wanted(
        alias or header,
        names,
        labels,
        parse_grade(found["grade"].replace("-grade", " grade"), frozenset(grades)) if "grade" in found else None,
        parse_months(found["months"]) if "months" in found else None,
        (_MEASURES[measure],) if measure else SHARES,
    )


def _part(rest: str, found: Collection[str]) -> tuple[str, str, str] | None:
    """Kind and text of a grade, time or measure at an end of the words, and what is left."""
    for kind, core in _PARTS.items():
        for form in (rf"(?P<rest>.+?) (?P<part>{core})", rf"(?P<part>{core}) (?P<rest>.+)"):
            match = None if kind in found else re.fullmatch(form, rest, re.IGNORECASE)
            if match:
                return kind, match["part"], match["rest"]
    return None


def _hint(near: list[str]) -> str:
    return f" Did you mean: {', '.join(near)}?" if near else ""
