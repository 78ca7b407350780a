"""Findings of a folder in memory, which of them fit a question, and their rows as a page shows them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from allnlp.collection.filters import Filters
from allnlp.collection.findings import FINDING_LABELS, MEASURES, grade_asked, grade_words, study_label
from allnlp.collection.frames import plain_rows, records
from allnlp.collection.grades import Grade, fits_grade, fits_months, parse_months
from allnlp.collection.groups import label_and_name
from allnlp.collection.index import Index, Mask
from allnlp.collection.names import folded
from allnlp.errors import NothingFound, OptionError
from allnlp.explorer.marks import Mark, Piece, pieces
from allnlp.explorer.store import Store
from allnlp.schema import SECTIONS

_QUERY = """
SELECT doc, finding, sentence, label, concept_id, concept, measure, grade, grade_min, grade_max, timepoint_months, therapy_id, therapy, needs_review,
    is_consistent, percent
FROM shelf_findings ORDER BY doc, finding
"""
_ROWS = "SELECT f.* FROM (SELECT unnest(?) AS doc, unnest(?) AS finding) AS k JOIN shelf_findings AS f USING (doc, finding)"


class Numbers(NamedTuple):
    """Findings of the folder, in the order of documents and places."""

    frame: pd.DataFrame  # columns of the query, and section
    doc: npt.NDArray[np.int64]
    pair: npt.NDArray[np.int64]  # number in pairs
    pairs: list[tuple[Any, str]]  # concept_id, which may be none, and normal name
    graded: npt.NDArray[np.int64]  # number in grades
    grades: list[tuple[Any, Any, Any]]  # grade, lowest and highest


class Question(NamedTuple):
    """What findings are asked for; concepts and therapies as parameters of a URL."""

    concepts: tuple[str, ...] = ()
    grade: str = ""
    therapies: tuple[str, ...] = ()
    measures: tuple[str, ...] = ()
    timepoint: str = ""
    review: str = "all"  # all, yes or no
    consistent: str = "all"
    exact: bool = False


class Shown(NamedTuple):
    """A finding as a page shows it."""

    row: dict[str, Any]
    study: str
    pieces: list[Piece]  # of its sentence, with the words of the number marked

    @property
    def key(self) -> str:
        """Its document and number."""
        return f"{self.row['doc_id']}#{self.row['finding']}"


def numbers_of(store: Store) -> Numbers:
    """Findings of the folder, read once."""
    return store.kept(("numbers",), lambda: _read(store))


def _read(store: Store) -> Numbers:
    frame = store.shelf.frame(_QUERY)
    index = store.index
    first = np.searchsorted(index.sentence_document, frame["doc"].to_numpy())
    frame["section"] = np.array(SECTIONS, dtype=object)[index.sentence_section[first + frame["sentence"].to_numpy()]] if len(frame) else None
    pair, pairs = _coded(frame[["concept_id", "concept"]])
    graded, grades = _coded(frame[["grade", "grade_min", "grade_max"]])
    return Numbers(frame, frame["doc"].to_numpy(dtype=np.int64), pair, pairs, graded, grades)


def _coded(frame: pd.DataFrame) -> tuple[npt.NDArray[np.int64], list[Any]]:
    """Numbers of the different rows of a table, and these rows."""
    grouped = frame.groupby(list(frame.columns), dropna=False, sort=True)
    codes = np.asarray(grouped.ngroup(), dtype=np.int64)
    _, first = np.unique(codes, return_index=True)
    return codes, list(plain_rows(frame.take(first)))


def within(store: Store, filters: Filters) -> Mask:
    """Findings of the documents, and of the sections, that filters leave."""
    numbers = numbers_of(store)
    mask: Mask = store.index.view(filters).documents[numbers.doc]
    if filters.sections:
        mask = mask & numbers.frame["section"].isin(filters.sections).to_numpy()
    return mask


def fitting(store: Store, filters: Filters, question: Question) -> Mask:
    """Findings that fit a question, the same as ``select_findings`` gives.

    Raises:
        NothingFound: a name is of no concept.
        OptionError: an option has a value that it cannot have.
    """
    return store.kept(("fitting", question, filters), lambda: _fitting(store, filters, question))


def _fitting(store: Store, filters: Filters, question: Question) -> Mask:
    numbers, index = numbers_of(store), store.index
    frame, mask = numbers.frame, within(store, filters).copy()
    if question.concepts:
        tests = [meant(index, numbers, words, exact=question.exact) for words in question.concepts]
        mask &= np.logical_or.reduce(tests)[numbers.pair]
    if question.therapies:
        ids = frozenset[str]().union(*(index.resolve(named(t), label="THERAPY", exact=question.exact).ids for t in question.therapies))
        mask &= frame["therapy_id"].isin(ids).to_numpy()
    if question.measures:
        for measure in question.measures:
            if measure not in MEASURES:
                raise OptionError(f"measure {measure!r} is none of {', '.join(MEASURES)}.")
        mask &= frame["measure"].isin(question.measures).to_numpy()
    if question.grade:
        mask &= of_grade(numbers, grade_asked(question.grade, [g for g, _, _ in numbers.grades]))
    if question.timepoint:
        mask &= of_months(numbers, parse_months(question.timepoint))
    if question.review != "all":
        mask &= frame["needs_review"].to_numpy(dtype=bool) == (question.review == "yes")
    if question.consistent != "all":
        known = frame["is_consistent"].astype("boolean")
        mask &= (known == (question.consistent == "yes")).fillna(False).to_numpy(dtype=bool)
    return mask


def named(words: str) -> str:
    """A concept of a URL without its label."""
    return label_and_name(words)[1]


def meant(index: Index, numbers: Numbers, words: str, *, exact: bool, absent: bool = False, labels: tuple[str, ...] | None = None) -> Mask:
    """For each pair of concept and name of the findings, whether words mean it; shape (pairs,).

    Raises:
        NothingFound: the words name no toxicity and no outcome.
        OptionError: they are of another label, or mean several.
    """
    label, name = label_and_name(words) if labels is None else (None, words)
    if label is not None and label not in FINDING_LABELS:
        raise OptionError(f"{words!r} is of the label {label}; a number is of a toxicity or an outcome. Choose one of these.")
    of = labels or ((label,) if label else FINDING_LABELS)
    names = {concept for concept_id, concept in numbers.pairs if concept_id is None and folded(concept) == folded(name)}
    try:
        ids = index.resolve(name, label=of, exact=exact, absent=absent).ids
    except NothingFound:
        if not names:
            raise
        ids = frozenset()
    return np.array([c in ids if c is not None else n in names for c, n in numbers.pairs], dtype=bool)


def of_grade(numbers: Numbers, grade: Grade) -> Mask:
    """Findings of a grade."""
    fits: Mask = np.array([fits_grade(grade, *cells) for cells in numbers.grades], dtype=bool)[numbers.graded]
    return fits


def of_months(numbers: Numbers, months: float) -> Mask:
    """Findings of a time."""
    stated = numbers.frame["timepoint_months"]
    known = [m for m in stated.dropna().unique() if fits_months(months, float(m))]
    return stated.isin(known).to_numpy()


def words_of_grades(numbers: Numbers) -> frozenset[str]:
    """Grades of the folder that are words."""
    return grade_words(g for g, _, _ in numbers.grades)


def shown(store: Store, places: Sequence[int]) -> list[Shown]:
    """Findings by their place in ``Numbers``, in the order given."""
    frame = numbers_of(store).frame.iloc[list(places)]
    keys = [(int(d), int(f)) for d, f in zip(frame["doc"], frame["finding"], strict=True)]
    rows = {(r["doc"], r["finding"]): r for r in store.rows(_ROWS, [[d for d, _ in keys], [f for _, f in keys]])} if keys else {}
    return _shown(store, [rows[key] for key in keys])


def one_shown(store: Store, doc_id: str, finding: int) -> Shown:
    """One finding.

    Raises:
        NothingFound: there is none of this number.
    """
    rows = store.rows(_ROWS, [[store.number(doc_id)], [finding]])
    if not rows:
        raise NothingFound(f"document {doc_id} has no finding {finding}; it may have been marked wrong.")
    return _shown(store, rows)[0]


def _shown(store: Store, rows: Sequence[dict[str, Any]]) -> list[Shown]:
    """Findings with their document and sentence."""
    places, index = store.index.passages, store.index
    documents = {d["doc"]: d for d in records(places.documents(np.array(sorted({r["doc"] for r in rows}), dtype=np.int32)))} if rows else {}
    out = []
    for row in rows:
        document = documents[row["doc"]]
        at = int(np.searchsorted(index.sentence_document, row["doc"])) + row["sentence"]
        first, last = int(places.sentence_start[at]), int(places.sentence_end[at])
        about = {name: document[name] for name in ("year", "journal", "pmid", "doi", "title")} | {"section": SECTIONS[index.sentence_section[at]]}
        mark = Mark(row["start"], row["end"], f"label-{row['label']}", f"{row['concept']}, {row['measure'].replace('_', ' ')}")
        sentence = pieces(document["text"], [mark], min(first, row["start"]), max(last, row["end"]))
        out.append(Shown(row | about, study_label(document["authors"], document["year"], row["doc_id"]), sentence))
    return out


def sorter(store: Store, order: str) -> Callable[[npt.NDArray[np.int64]], npt.NDArray[np.int64]]:
    """Puts places of findings into an order: of the folder, newest first, or highest percent first."""
    numbers = numbers_of(store)
    if order == "newest":
        years = store.index.documents["year"].to_numpy(dtype=float, na_value=-1.0)[numbers.doc]
        return lambda places: places[np.argsort(-years[places], kind="stable")]
    if order == "percent":
        percent = numbers.frame["percent"].to_numpy(dtype=float, na_value=-1.0)
        return lambda places: places[np.argsort(-np.nan_to_num(percent[places], nan=-1.0), kind="stable")]
    return lambda places: places

