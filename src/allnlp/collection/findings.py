"""Findings of a folder with what is needed to read and cite them: study, journal, sentence."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd

from allnlp import schema
from allnlp.collection.folder import asked, narrow
from allnlp.collection.frames import plain_rows, typed
from allnlp.collection.grades import Grade, fits_grade, fits_months, parse_grade, parse_months
from allnlp.collection.names import Concepts, folded, resolve
from allnlp.errors import NothingFound, OptionError

MEASURES = ("incidence", "rate", "median", "hazard_ratio", "odds_ratio", "risk_ratio", "count")
FINDING_LABELS = ("TOXICITY", "OUTCOME")
NO_PATIENTS_OF_THEIR_OWN = ("meta-analysis", "review", "guideline", "preclinical")  # study types

_FINDINGS = """
WITH kept AS (SELECT row_number() OVER () AS place, * FROM documents)
SELECT f.*, d.year, d.journal, d.pmid, d.doi, d.title, d.authors, s.section, substring(d.text, s.start + 1, s."end" - s.start) AS sentence_text
FROM findings AS f JOIN kept AS d USING (doc_id) LEFT JOIN sentences AS s USING (doc_id, sentence)
WHERE d.duplicate_of IS NULL ORDER BY d.place, f.finding
"""


def select_findings(
    folder: Path,
    *,
    toxicities: Sequence[str] = (),
    outcomes: Sequence[str] = (),
    concepts: Sequence[str] = (),
    grade: str | None = None,
    therapies: Sequence[str] = (),
    measures: Sequence[str] = (),
    timepoint: str | None = None,
    needs_review: bool | None = None,
    exact: bool = False,
    documents: Sequence[str] | None = None,
) -> pd.DataFrame:
    """Findings of a folder that fit, each with its study, its journal and its sentence; duplicates are left out.

    A finding fits when it is of any of the toxicities, outcomes or concepts, and fits each of the other options. Narrower
    concepts count as well, unless ``exact``.

    Args:
        folder: the annotated folder.
        toxicities: names, synonyms or CURIEs of toxicities.
        outcomes: the same of outcomes.
        concepts: the same of either.
        grade: any (none said, or any), 3, >=3, <=2, 3-4, or a word as severe.
        therapies: therapies of which the number is reported.
        measures: incidence, rate, median, hazard_ratio, odds_ratio, risk_ratio, count.
        timepoint: time that the number is of, as 12 months, 1 year or day 28.
        needs_review: only those that a person should look at, or only those that not.
        exact: leave narrower concepts out.
        documents: only of these.

    Returns:
        All columns of ``findings``; then study (first author and year, else doc_id), year, journal, pmid, doi, title,
        section and sentence_text. By document, then by place; empty when nothing fits.

    Raises:
        NothingFound: a name is of no concept, or of one that the folder does not mention.
        OptionError: an option has a value that it cannot have.
        FolderError: no annotated folder, a damaged one, or one without findings.
    """
    for measure in measures:
        if measure not in MEASURES:
            raise OptionError(f"measure {measure!r} is none of {', '.join(MEASURES)}.")
    months = parse_months(timepoint) if timepoint is not None else None
    with asked(folder, "documents", "sentences", "mentions", "concepts", "findings") as database:
        narrow(database, documents)
        frame = all_findings(database)
        wanted = grade_asked(grade, frame["grade"]) if grade is not None else None
        named = [(w, ("TOXICITY",)) for w in toxicities] + [(w, ("OUTCOME",)) for w in outcomes] + [(w, FINDING_LABELS) for w in concepts]
        if named:
            tests = [of_concept(database, frame, words, labels, exact=exact, folder=folder) for words, labels in named]
            frame = frame[[any(test(*pair) for test in tests) for pair in zip(frame["concept_id"], frame["concept"], strict=True)]]
        if therapies:
            ids = frozenset[str]().union(*(resolve(database, t, label="THERAPY", exact=exact, folder=folder).ids for t in therapies))
            frame = frame[frame["therapy_id"].isin(ids)]
    if measures:
        frame = frame[frame["measure"].isin(list(measures))]
    if needs_review is not None:
        frame = frame[frame["needs_review"] == needs_review]
    if wanted is not None:
        frame = frame[[fits_grade(wanted, *cells) for cells in plain_rows(frame[["grade", "grade_min", "grade_max"]])]]
    if months is not None:
        frame = frame[[fits_months(months, stated) for (stated,) in plain_rows(frame[["timepoint_months"]])]]
    return frame.reset_index(drop=True)


def grade_asked(words: str, grades: Iterable[Any]) -> Grade:
    """A grade from a user's words, which may be any that a finding has.

    Raises:
        OptionError: no grade; shows the forms.
    """
    return parse_grade(words, grade_words(grades))


def grade_words(grades: Iterable[Any]) -> frozenset[str]:
    """Grades of findings that are words, as "mild to moderate"."""
    return frozenset(g.lower() for g in grades if isinstance(g, str) and not any(c.isdigit() for c in g))


def of_concept(
    database: duckdb.DuckDBPyConnection,
    findings: pd.DataFrame,
    words: str,
    labels: tuple[str, ...],
    *,
    exact: bool,
    folder: Path,
    absent: bool = False,
    resolver: Callable[..., Concepts] | None = None,
) -> Callable[[Any, Any], bool]:
    """A test of a finding's concept_id and concept for being what the words mean; an unlisted concept goes by its name.

    Without a resolver, which knows the names already, they are read from the database.

    Raises:
        NothingFound: the words name no concept of these labels, or one that the folder does not mention.
    """
    key = folded(words)
    unlisted = findings[findings["concept_id"].isna() & findings["label"].isin(labels)]["concept"]
    names = {name for name in unlisted.unique() if folded(name) == key}
    resolver = functools.partial(resolve, database, folder=folder) if resolver is None else resolver
    try:
        ids = resolver(words, label=labels, exact=exact, absent=absent).ids
    except NothingFound:
        if not names:
            raise
        ids = frozenset()
    return lambda concept_id, concept: concept_id in ids if isinstance(concept_id, str) else concept in names


def all_findings(database: duckdb.DuckDBPyConnection) -> pd.DataFrame:
    """Every finding of documents that are no duplicates, with study and sentence."""
    frame = typed(database.sql(_FINDINGS).df(), "findings")
    frame["study"] = [study_label(*cells) for cells in zip(frame["authors"], frame["year"], frame["doc_id"], strict=True)]
    own = [c.column for c in schema.columns("findings")]
    frame["year"] = frame["year"].astype("Int64")
    return frame[[*own, "study", "year", "journal", "pmid", "doi", "title", "section", "sentence_text"]]


def study_label(authors: Sequence[str] | None, year: Any, doc_id: str) -> str:
    """First author and year as reviews cite a study; the document's id when no author is known.

    >>> study_label(["Maude, Shannon L", "Laetsch TW"], 2018, "1"), study_label(["van der Stegen SJ"], None, "1"), study_label([], 2018, "1")
    ('Maude 2018', 'van der Stegen', '1')
    """
    first = authors[0].strip() if authors is not None and len(authors) else ""
    name, comma, _ = first.partition(",")
    if not comma:
        words = first.split()
        while len(words) > 1 and words[-1].replace(".", "").replace("-", "").isupper() and len(words[-1]) <= 4:
            words.pop()  # initials: Maude SL
        is_written_out = len(words) == len(first.split()) and len(words) > 1  # Shannon L. Maude
        name = words[-1] if is_written_out else " ".join(words)
    if not name:
        return doc_id
    return name.strip() if year is None or pd.isna(year) else f"{name.strip()} {int(year)}"
