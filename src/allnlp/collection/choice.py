"""Which number of a document is pooled, and why another is left out; pure decisions on rows.

Of several numbers of one document one is chosen, by the first of these that tells them apart: of the whole study before a
subgroup's; of the concept asked for before a narrower one's; counts stated before derived; the grade asked for before one as
good as it; without contradiction; results, unstructured text, conclusions, title, methods; more patients; the first in the text.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Sequence
from typing import NamedTuple

from allnlp.collection.findings import NO_PATIENTS_OF_THEIR_OWN, study_label
from allnlp.collection.grades import Grade, fits_months
from allnlp.collection.names import Concepts

_SECTIONS = ("results", "other", "conclusions", "title", "methods")
_NOT_POOLED = (*NO_PATIENTS_OF_THEIR_OWN, "case report")


class Number(NamedTuple):
    """A finding with what is known of its document; names as in the query."""

    doc_id: str
    finding: int
    sentence: int
    section: str
    concept: str
    measure: str
    grade: str | None
    grade_min: int | None
    grade_max: int | None
    group: str | None
    therapy_id: str | None
    therapy: str | None
    timepoint: str | None
    timepoint_months: float | None
    n_events: int | None
    n_patients: int | None
    percent: float | None
    derived: str | None
    is_consistent: bool | None
    needs_review: bool
    review_reason: str | None
    evidence: str
    year: int | None
    authors: Sequence[str]
    duplicate_of: str | None
    is_retracted: bool
    study_type: str
    registration: Sequence[str]
    disease_ids: Sequence[str]
    populations: Sequence[str]

    @property
    def counts_are_derived(self) -> bool:
        """Whether events or patients are computed; a percent of both is not needed here."""
        return any(part.strip().startswith(("n_events", "n_patients")) for part in (self.derived or "").split(";"))


class Question(NamedTuple):
    """What is asked for, resolved."""

    concept: Concepts
    grade: Grade
    therapies: tuple[Concepts, ...]
    diseases: tuple[Concepts, ...]
    populations: tuple[str, ...]
    timepoint: str | None
    months: float | None


def grade_rank(wanted: Grade, read: str | None, low: int | None, high: int | None) -> int | None:
    """How well a finding's grade is the one asked for: 0 it is, 1 but for grade 5, 2 by a word as severe; none when it is another.

    Stricter than ``fits_grade``: grade 4 alone is of grade 3 or more, but no count of all of them.

    >>> wanted = Grade(">=3", ">=", 3, 5)
    >>> [grade_rank(wanted, *found) for found in ((">=3", 3, 5), ("3-4", 3, 4), ("severe", 3, 5), ("4", 4, 4), (None, None, None))]
    [0, 1, 2, None, None]

    Args:
        wanted: asked for.
        read: ``findings.grade``.
        low: ``findings.grade_min``.
        high: ``findings.grade_max``.
    """
    said = (read or "any").lower()
    if wanted.sign == "any":
        return 0 if said == "any" else 1 if low in (0, 1) and high in (4, 5) else None
    if wanted.sign == "word":
        return 0 if said == wanted.words else 1 if wanted.words == "severe" and low == 3 and high in (4, 5) else None
    if not any(c.isdigit() for c in said):
        low = 3 if said == "severe" else low
        return 2 if low is not None and low == wanted.low and (high == wanted.high or wanted.high in (4, 5)) else None
    if low is None or high is None:
        return None
    if (max(low, 1), high) == (max(wanted.low, 1), wanted.high):
        return 0
    return 1 if low == wanted.low and {high, wanted.high} == {4, 5} else None


def choose(
    numbers: Sequence[Number], question: Question, *, keep_largest_per_trial: bool = False
) -> tuple[list[Number], list[tuple[Number, str]]]:
    """The numbers to pool, one a document or arm, and the others with the reason why they are left out."""
    left_out: list[tuple[Number, str]] = []
    by_document: dict[str, list[Number]] = defaultdict(list)
    for number in numbers:
        reason = _reason(number, question)
        if reason:
            left_out.append((number, reason))
        else:
            by_document[number.doc_id].append(number)
    chosen: list[Number] = []
    for found in by_document.values():
        best, others = _best(found, question)
        chosen += best
        left_out += others
    if keep_largest_per_trial:
        chosen, others = _largest(chosen)
        left_out += others
    return chosen, sorted(left_out, key=lambda pair: (pair[0].doc_id, pair[0].finding))


def _reason(number: Number, question: Question) -> str | None:
    """Why a number cannot be pooled, or is not of what is asked for."""
    if number.duplicate_of is not None:
        return f"duplicate of {number.duplicate_of}"
    if number.is_retracted:
        return "the document is retracted"
    if number.measure not in ("incidence", "rate"):
        return f"its measure is {number.measure}, no proportion"
    if number.study_type in _NOT_POOLED:
        return f"the study type is {number.study_type}"
    if grade_rank(question.grade, number.grade, number.grade_min, number.grade_max) is None:
        return f"its grade is {number.grade or 'not said'}, asked for {question.grade.words}"
    if question.therapies and _therapy(number, question) is None:
        return f"it belongs to {number.therapy}" if number.therapy else "no therapy is linked with it"
    if question.months is not None and not fits_months(question.months, number.timepoint_months):
        return f"its time is {number.timepoint or 'not said'}, asked for {question.timepoint}"
    if question.diseases and not any(set(number.disease_ids) & (c.ids | {c.name}) for c in question.diseases):
        return "the study is not of the disease"
    if question.populations and not {p.casefold() for p in number.populations} & set(question.populations):
        return "the study is not of the population"
    if number.section == "background":
        return "it stands in the background, where other work is told"
    if number.n_events is None or number.n_patients is None:
        return "the number of " + ("patients" if number.n_events is not None else "events") + " is not known"
    if not 0 <= number.n_events <= number.n_patients or number.n_patients < 1:
        return f"{number.n_events} events of {number.n_patients} patients cannot be"
    return None


def _therapy(number: Number, question: Question) -> int | None:
    """Which of the therapies asked for a number belongs to."""
    return next((i for i, c in enumerate(question.therapies) if number.therapy_id in c.ids), None)


def _rank(number: Number, question: Question) -> tuple[int, ...]:
    """The lower, the rather it is chosen; the order is told at the top of this file."""
    return (
        number.group is not None,
        number.concept != question.concept.name,
        number.counts_are_derived,
        grade_rank(question.grade, number.grade, number.grade_min, number.grade_max) or 0,
        number.is_consistent is False,
        _SECTIONS.index(number.section) if number.section in _SECTIONS else len(_SECTIONS),
        -(number.n_patients or 0),
        number.finding,
    )


def _best(found: Sequence[Number], question: Question) -> tuple[list[Number], list[tuple[Number, str]]]:
    """A document's number; or, where several therapies are asked for and it has only arms, one for each therapy."""
    ranked = sorted(found, key=lambda n: _rank(n, question))
    best = [ranked[0]]
    if ranked[0].group is not None and len(question.therapies) > 1:
        for number in ranked[1:]:
            if all(number.group != b.group and _therapy(number, question) != _therapy(b, question) for b in best):
                best.append(number)
    others = []
    for number in ranked:
        if number not in best:
            of = best[0]
            what = (
                f"another group of the document, {number.group}"
                if number.group and number.group != of.group
                else "another number of the document"
            )
            others.append((number, f"{what}; {of.n_events}/{of.n_patients} was chosen (finding {of.finding})"))
    return best, others


def rivals(number: Number, numbers: Sequence[Number], question: Question) -> str | None:
    """Numbers of the same document, concept and grade that are more than a percent point away: of the same group, or of any.

    A group's counts too where it stands in the same sentence and the chosen number has no total of its own: it may be of the other arm.
    """

    def told_apart(n: Number) -> tuple[object, ...]:
        return n.doc_id, n.concept, grade_rank(question.grade, n.grade, n.grade_min, n.grade_max)

    found = [
        n
        for n in numbers
        if told_apart(n) == told_apart(number)
        and (n.group == number.group or (number.counts_are_derived and n.sentence == number.sentence))
        and _reason(n._replace(n_events=1, n_patients=1), question) is None  # its counts may be unknown
        and abs(_percent(n) - _percent(number)) > 1
    ]
    return (
        ", ".join(
            dict.fromkeys(f"{n.n_events}/{n.n_patients}" if n.n_events is not None and n.n_patients else f"{n.percent:g}%" for n in found)
        )
        or None
    )


def _percent(number: Number) -> float:
    if number.n_events is not None and number.n_patients:
        return 100 * number.n_events / number.n_patients
    return number.percent if number.percent is not None else math.nan


def _largest(chosen: Sequence[Number]) -> tuple[list[Number], list[tuple[Number, str]]]:
    """Of documents that share a registration the one with most patients."""
    size: Counter[str] = Counter()
    for number in chosen:
        size[number.doc_id] += number.n_patients or 0
    year = {n.doc_id: n.year or 0 for n in chosen}
    trials = {n.doc_id: n.registration for n in chosen}
    kept: dict[str, str] = {}
    lost: dict[str, str] = {}
    for doc_id in sorted(size, key=lambda d: (-size[d], -year[d], d)):
        taken = next((t for t in trials[doc_id] if t in kept), None)
        if taken is not None:
            lost[doc_id] = f"same trial ({taken}) as {kept[taken]}, which has {size[kept[taken]]} patients"
            continue
        kept |= {t: doc_id for t in trials[doc_id] if t not in kept}
    return [n for n in chosen if n.doc_id not in lost], [(n, lost[n.doc_id]) for n in chosen if n.doc_id in lost]


def study_labels(chosen: Sequence[Number]) -> list[str]:
    """Label of each study, each but once: Maude 2018; a letter tells documents apart, the group arms."""
    plain = {n.doc_id: study_label(n.authors, n.year, n.doc_id) for n in chosen}
    same: dict[str, list[str]] = defaultdict(list)
    for doc_id in sorted(plain):
        same[plain[doc_id]].append(doc_id)
    letters = {d: (_letter(i) if len(ids) > 1 else "") for ids in same.values() for i, d in enumerate(ids)}
    arms = Counter(n.doc_id for n in chosen)
    return [
        plain[n.doc_id] + (letters[n.doc_id] if n.year or not letters[n.doc_id] else f" ({letters[n.doc_id]})")
        + (f", {n.group}" if arms[n.doc_id] > 1 else "")
        for n in chosen
    ]  # fmt: skip


def _letter(i: int) -> str:
    return (_letter(i // 26 - 1) if i >= 26 else "") + chr(ord("a") + i % 26)
