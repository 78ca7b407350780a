"""What a question leaves out: documents by year, journal, study, concepts, query and review; mentions by section and assertion."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from allnlp.errors import OptionError
from allnlp.schema import ASSERTIONS, SECTIONS

Years = tuple[int | None, int | None]

DECISIONS = ("included", "excluded", "undecided")  # of a reviewer; the last where there is none
READINGS = ("read", "unread")


class Filters(NamedTuple):
    """Filters of a question; those of different kinds must all fit.

    Those of one kind are alternatives, but for ``mentioning``, ``matching`` and ``lacking``, of which each must fit.
    """

    years: Years = (None, None)  # first and last, both counted; none is open
    journals: tuple[str, ...] = ()
    study_types: tuple[str, ...] = ()
    populations: tuple[str, ...] = ()  # age groups and states of disease of the study
    mentioning: tuple[str, ...] = ()  # concepts that the document names, all of them
    sections: tuple[str, ...] = ()
    assertions: tuple[str, ...] = ("present",)  # which mentions count
    matching: tuple[str, ...] = ()  # queries that the document fits, all of them
    lacking: tuple[str, ...] = ()  # concepts that the document does not name, none of them
    decisions: tuple[str, ...] = ()  # of a reviewer on the document: any of DECISIONS and READINGS

    def said(self) -> str:
        """The filters in words, for a title or a note; empty when none is set.

        >>> Filters(years=(2018, None), sections=("results",)).said()
        'years 2018:, section results'
        """
        low, high = self.years
        years = f"years {low or ''}:{high or ''}" if low != high else f"year {low}" if low is not None else ""
        parts = [
            years,
            *(f"{name} {' or '.join(values)}" for name, values in (("journal", self.journals), ("study type", self.study_types), ("population", self.populations)) if values),
            *(["mentioning " + " and ".join(self.mentioning)] if self.mentioning else []),
            *(["lacking " + " and ".join(self.lacking)] if self.lacking else []),
            *(["matching " + " and ".join(f"({query})" for query in self.matching)] if self.matching else []),
            *(["decision " + " or ".join(self.decisions)] if self.decisions else []),
            *(["section " + " or ".join(self.sections)] if self.sections else []),
            *([", ".join(a for a in self.assertions if a != "present") + " counted"] if set(self.assertions) != {"present"} else []),
        ]
        return ", ".join(p for p in parts if p)


def narrowed(before: Filters, new: Filters) -> Filters:
    """Filters that leave what both leave; mentions that either includes count.

    >>> narrowed(Filters(years=(2018, None)), Filters(years=(None, 2020), mentioning=("CD19",)))[:1]
    ((2018, 2020),)

    Raises:
        OptionError: nothing can fit both.
    """
    lows, highs = [y for y in (before.years[0], new.years[0]) if y is not None], [y for y in (before.years[1], new.years[1]) if y is not None]
    years = (max(lows, default=None), min(highs, default=None))
    if years[0] is not None and years[1] is not None and years[0] > years[1]:
        raise OptionError(f"no year is in {before.said()} and in {new.said()}.")
    return Filters(
        years,
        _both(before.journals, new.journals, "journal"),
        _both(before.study_types, new.study_types, "study type"),
        _both(before.populations, new.populations, "population"),
        tuple(dict.fromkeys([*before.mentioning, *new.mentioning])),
        _both(before.sections, new.sections, "section"),
        tuple(a for a in ASSERTIONS if a in before.assertions or a in new.assertions),
        tuple(dict.fromkeys([*before.matching, *new.matching])),
        tuple(dict.fromkeys([*before.lacking, *new.lacking])),
        _both_decisions(before.decisions, new.decisions),
    )


def _both(before: tuple[str, ...], new: tuple[str, ...], name: str) -> tuple[str, ...]:
    """Values of both; where one is not set, those of the other."""
    if not before or not new:
        return before or new
    known = {b.casefold() for b in before}
    both = tuple(n for n in new if n.casefold() in known)
    if not both:
        raise OptionError(f"{name}: {', '.join(new)} is none of {', '.join(before)}, to which the view is narrowed.")
    return both


def _both_decisions(before: tuple[str, ...], new: tuple[str, ...]) -> tuple[str, ...]:
    """Decisions of both; what a list of alternatives cannot say, as included and read, is refused.

    >>> _both_decisions(("included", "undecided"), ("included", "excluded"))
    ('included',)
    """
    both = tuple(n for n in new if n in before)
    for one in before if new else ():
        for other in new:
            if (one in READINGS) != (other in READINGS) and one not in both and other not in both:
                raise OptionError(f"decision: {one} and {other} cannot both be asked for. Narrow the view by one of them.")
    return _both(before, new, "decision")


def parse_filters(
    *,
    year: str | int | Years | None = None,
    journal: str | Sequence[str] = (),
    study_type: str | Sequence[str] = (),
    population: str | Sequence[str] = (),
    mentioning: str | Sequence[str] = (),
    section: str | Sequence[str] = (),
    include: str | Sequence[str] = (),
    matching: str | Sequence[str] = (),
    lacking: str | Sequence[str] = (),
    decision: str | Sequence[str] = (),
) -> Filters:
    """Filters from a user's words.

    >>> parse_filters(year="2018:", include="negated").assertions
    ('present', 'negated')

    Args:
        year: 2018, 2018:2024 or 2018-2024, 2018:, :2024, or a pair of which either may be None.
        journal: name of a journal, or several.
        study_type: as in ``studies``: phase 1, retrospective ...
        population: age group or state of disease of the study.
        mentioning: concepts that the document must name.
        section: title, background, methods, results, conclusions or other.
        include: mentions that count beside those that are present: negated, hypothetical, historical, or all.
        matching: queries of the language of ``find`` that the document must fit; read when they are asked.
        lacking: concepts that the document must not name.
        decision: of a reviewer: included, excluded or undecided, read or unread; alternatives.

    Raises:
        OptionError: one of them cannot be read.
    """
    sections, included = tuple(s.lower() for s in several(section)), tuple(i.lower() for i in several(include))
    decisions = tuple(dict.fromkeys(d.strip().lower() for d in several(decision)))
    for one in sections:
        if one not in SECTIONS:
            raise OptionError(f"section {one!r} is none of {', '.join(SECTIONS)}.")
    for one in included:
        if one not in (*ASSERTIONS, "all"):
            raise OptionError(f"{one!r} cannot be included; use {', '.join(ASSERTIONS[1:])} or all.")
    for one in decisions:
        if one not in (*DECISIONS, *READINGS):
            raise OptionError(f"decision {one!r} is none of {', '.join((*DECISIONS, *READINGS))}.")
    assertions = ASSERTIONS if "all" in included else tuple(a for a in ASSERTIONS if a == "present" or a in included)
    return Filters(
        parse_years(year), several(journal), tuple(t.lower() for t in several(study_type)), several(population), several(mentioning), sections, assertions,
        several(matching), several(lacking), decisions,
    )  # fmt: skip


_YEARS = re.compile(r"\s*(?P<low>\d{4})?\s*(?:(?P<mid>:|-|\u2013)\s*(?P<high>\d{4})?)?\s*")


def parse_years(words: str | int | Years | None) -> Years:
    """First and last year of a stretch.

    >>> parse_years("2018:2024"), parse_years("2018-"), parse_years(":2020"), parse_years(2019), parse_years((2017, None))
    ((2018, 2024), (2018, None), (None, 2020), (2019, 2019), (2017, None))

    Raises:
        OptionError: no year, or the last before the first.
    """
    if words is None:
        return (None, None)
    if isinstance(words, tuple):
        low, high = words
    elif isinstance(words, int):
        low = high = words
    else:
        m = _YEARS.fullmatch(words)
        if m is None or (m["low"] is None and m["high"] is None):
            raise OptionError(f"year {words!r} cannot be read. Use 2018, 2018:2024, 2018: or :2024.")
        low, high = (int(m["low"]) if m["low"] else None), (int(m["high"]) if m["high"] else None)
        if m["mid"] is None:
            low = high = low if low is not None else high
    if low is not None and high is not None and low > high:
        raise OptionError(f"year {words!r}: {low} is after {high}. Give the first year first.")
    return (low, high)


def several(words: str | Iterable[str] | None) -> tuple[str, ...]:
    """One name or several as a tuple."""
    return () if words is None else (words,) if isinstance(words, str) else tuple(words)
