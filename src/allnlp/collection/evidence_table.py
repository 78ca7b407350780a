"""The evidence table of a folder: one row a study, a column for each figure asked for, each cell with its sentence."""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import duckdb
import pandas as pd

from allnlp.collection.cells import Value, cell_text, number_text, repeats, richness, value_text
from allnlp.collection.findings import NO_PATIENTS_OF_THEIR_OWN, all_findings, grade_words, of_concept, study_label
from allnlp.collection.folder import asked, narrow
from allnlp.collection.frames import named_rows, plain_rows, typed
from allnlp.collection.grades import fits_grade, fits_months, parse_grade
from allnlp.collection.index import Index
from allnlp.collection.names import Concepts, known_concepts, resolve_in
from allnlp.collection.notices import notices_said
from allnlp.collection.table_columns import (
    DEFAULT_OUTCOMES,
    DEFAULT_STUDY_COLUMNS,
    DEFAULT_TOXICITIES,
    TOXICITY_GRADES,
    Wanted,
    read_column,
)
from allnlp.errors import OptionError

CELL_COLUMNS = (
    "doc_id", "study", "column", "text", "value", "n", "total", "unit", "group", "sentence", "evidence", "needs_review", "review_reason",
    "concept", "measure", "grade", "timepoint", "therapy", "ci_low", "ci_high", "ci_level", "p_value", "p_sign", "n_events", "n_patients", "derived",
    "finding", "section", "sentence_text", "is_repeat",
)  # fmt: skip
REFERENCE_COLUMNS = ("study", "doc_id", "pmid", "doi", "year", "journal", "title", "notices")
Resolver = Callable[..., Concepts]
_DISAGREE = "the numbers do not agree"
_RECORD = "the record lists it, not the text"

_STUDIES = """
WITH kept AS (SELECT row_number() OVER () AS place, * FROM documents)
SELECT t.*, d.pmid, d.doi, d.year, d.journal, d.title, d.authors, d.is_retracted, d.notices
FROM studies AS t JOIN kept AS d USING (doc_id) WHERE d.duplicate_of IS NULL ORDER BY d.place
"""
_SENTENCES = """
SELECT s.doc_id, s.sentence, s.section, substring(d.text, s.start + 1, s."end" - s.start) FROM sentences AS s JOIN documents AS d USING (doc_id)
WHERE s.doc_id IN (SELECT unnest(?))
"""


class EvidenceTable(NamedTuple):
    """An evidence table with what its numbers rest on."""

    table: pd.DataFrame  # one row a study: study, doc_id, the columns asked for as text, review
    cells: pd.DataFrame  # a row for each value of each filled cell: CELL_COLUMNS; is_repeat: the cell shows that number already
    left_out: pd.DataFrame  # label, concept, measure, findings: what fills no column
    references: pd.DataFrame  # study, doc_id, pmid, doi, year, journal, title, notices (retracted, errata) of each row
    notes: tuple[str, ...]  # what is not in the table, in words
    options: dict[str, Any]
    folder: Path


class _Column(NamedTuple):
    """A column that findings fill, its names resolved in the folder."""

    wanted: Wanted
    test: Callable[[Any, Any], bool]
    names: Mapping[str, str | None]  # how a value of a concept is told from the others; None: not at all


class _Filters(NamedTuple):
    """Which studies are asked for."""

    therapies: frozenset[str]
    diseases: frozenset[str]
    antigens: frozenset[str]
    study_types: frozenset[str]
    only_primary: bool

    def fit(self, study: Any, of_findings: set[str]) -> bool:
        """Whether a study is one of them; a therapy counts also where a finding is of it."""
        return (
            (not self.therapies or bool(self.therapies & {*study.therapy_ids, *of_findings}))
            and (not self.diseases or bool(self.diseases & {*study.disease_ids}))
            and (not self.antigens or bool(self.antigens & {*study.antigen_ids}))
            and (not self.study_types or study.study_type.lower() in self.study_types)
            and not (self.only_primary and study.study_type in NO_PATIENTS_OF_THEIR_OWN)
        )


def evidence_table(
    folder: Path,
    *,
    columns: Sequence[str] | None = None,
    toxicities: Sequence[str] | None = None,
    outcomes: Sequence[str] | None = None,
    therapies: Sequence[str] = (),
    diseases: Sequence[str] = (),
    antigens: Sequence[str] = (),
    study_types: Sequence[str] = (),
    primary: bool = False,
    all_studies: bool = False,
    narrower: bool = False,
    documents: Sequence[str] | None = None,
    index: Index | None = None,
) -> EvidenceTable:
    """A table of studies and their figures; every filled cell keeps its sentence and its words.

    A toxicity gives two columns, of any grade and of grade 3 or more; an outcome gives one. A column is written as
    ``CRS >=3``, ``OS 12 months``, ``median PFS``, ``OS HR`` or as a column of the study record; see ``read_column``. Values of
    groups and arms stand in one cell with their group in brackets, and so does whatever sets a value apart from its header.

    Args:
        folder: the annotated folder.
        columns: the columns, in order; by default those of the study record, then toxicities and outcomes.
        toxicities: names of toxicities, after the columns. Where neither columns nor toxicities nor outcomes are given: CRS,
            ICANS and neurotoxicity, infection.
        outcomes: names of outcomes, some with a time, last. Where none of the three are given: CR, ORR, MRD negativity,
            12-month EFS, PFS and OS, median PFS and OS.
        therapies: only studies of any of these, narrower ones included; all of their figures are shown.
        diseases: only studies of any of these.
        antigens: only studies of any of these.
        study_types: only studies of these types.
        primary: leave out meta-analyses, reviews, guidelines and preclinical work.
        all_studies: show also studies of which no figure fills a column.
        narrower: figures of narrower concepts fill a column too, with the name in brackets.
        documents: only of these.
        index: of the folder, where there is one: it knows the names already.

    Raises:
        OptionError: a column cannot be read.
        NothingFound: a name is of no concept.
        FolderError: no annotated folder, a damaged one, or one without findings and studies.
    """
    options = {k: v if v is None or isinstance(v, bool) else list(v) for k, v in locals().items() if k not in ("folder", "documents", "index")}
    with asked(folder, "documents", "sentences", "mentions", "concepts", "findings", "studies") as database:
        narrow(database, documents)
        findings = all_findings(database)
        asked_for = _asked_for(columns, toxicities, outcomes, findings)
        resolver: Resolver = functools.partial(resolve_in, known_concepts(database), folder=folder) if index is None else index.resolve
        resolved = {w.header: _resolved(database, findings, w, folder, resolver, exact=not narrower) for w in asked_for if isinstance(w, Wanted)}
        ids = [_ids(n, of, resolver) for n, of in ((therapies, "THERAPY"), (diseases, "DISEASE"), (antigens, "ANTIGEN"))]
        filters = _Filters(ids[0], ids[1], ids[2], frozenset(t.lower() for t in study_types), primary)
        studies = named_rows(typed(database.sql(_STUDIES).df(), "studies"))
        texts = database.execute(_SENTENCES, [[s.doc_id for s in studies]]).fetchall()
    types = sorted({s.study_type.lower() for s in studies})
    if unknown := filters.study_types - set(types):
        raise OptionError(f"no study of type {min(unknown)!r}. Types here: {', '.join(types)}.")
    of_document: dict[str, list[Any]] = {s.doc_id: [] for s in studies}
    for finding in named_rows(findings):
        of_document.setdefault(finding.doc_id, []).append(finding)
    chosen = [s for s in studies if filters.fit(s, {f.therapy_id for f in of_document[s.doc_id]})]
    filled = {s.doc_id: _filled(of_document[s.doc_id], resolved, filters.therapies) for s in chosen}
    shown = [s for s in chosen if all_studies or not resolved or any(filled[s.doc_id].values())]
    headers = [w.header if isinstance(w, Wanted) else w for w in asked_for]
    sentences = {(d, n): (section, text) for d, n, section, text in texts}
    cells = [cell for s in shown for cell in _cells_of(s, headers, filled[s.doc_id], sentences)]
    left_out = _left_out([f for s in chosen for f in of_document[s.doc_id]], [v for s in chosen for v in filled[s.doc_id].values()])
    return EvidenceTable(
        _table(shown, headers, filled, cells),
        pd.DataFrame(cells, columns=list(CELL_COLUMNS)).astype(_CELL_KINDS),
        left_out,
        _table(shown, REFERENCE_COLUMNS, filled, ()).drop(columns="review"),
        _notes(len(studies), len(chosen), len(shown), left_out),
        options,
        folder,
    )


_CELL_KINDS = {
    **dict.fromkeys(CELL_COLUMNS, "string"),
    **dict.fromkeys(("n", "total", "sentence", "n_events", "n_patients", "finding"), "Int64"),
    **dict.fromkeys(("value", "ci_low", "ci_high", "ci_level", "p_value"), "float64"),
    **dict.fromkeys(("needs_review", "is_repeat"), "bool"),
}


def _asked_for(
    columns: Sequence[str] | None, toxicities: Sequence[str] | None, outcomes: Sequence[str] | None, findings: pd.DataFrame
) -> list[str | Wanted]:
    """The columns in order, each once; study and doc_id come first."""
    if columns is None and toxicities is None and outcomes is None:
        toxicities, outcomes = DEFAULT_TOXICITIES, DEFAULT_OUTCOMES
    grades = grade_words(findings["grade"])
    found: list[str | Wanted] = ["study", "doc_id"]
    found += DEFAULT_STUDY_COLUMNS if columns is None else [read_column(c, grades=grades) for c in columns]
    for words in toxicities or ():
        column = read_column(words, labels=("TOXICITY",), grades=grades)
        if isinstance(column, str) or column.grade is not None or column.measures[0] != "incidence":
            found.append(column)
        else:
            found += [column._replace(header=f"{column.header} {grade}", grade=parse_grade(grade)) for grade in TOXICITY_GRADES]
    found += [read_column(words, labels=("OUTCOME",), grades=grades) for words in outcomes or ()]
    unique: dict[str, str | Wanted] = {}
    for column in found:
        header = column.header if isinstance(column, Wanted) else column
        if unique.setdefault(header, column) != column:
            raise OptionError(f"two columns are headed {header!r}. Name one of them with a colon, as in: {header} 2: {header}")
    return list(unique.values())


def _resolved(
    database: duckdb.DuckDBPyConnection, findings: pd.DataFrame, wanted: Wanted, folder: Path, resolver: Resolver, *, exact: bool
) -> _Column:  # fmt: skip
    tests, mains = (
        [of_concept(database, findings, n, wanted.labels, exact=e, folder=folder, absent=True, resolver=resolver) for n in wanted.names] for e in (exact, True)
    )
    pairs = set(plain_rows(findings[["concept_id", "concept"]]))
    is_meant = {pair for pair in pairs if any(test(*pair) for test in tests)}
    names: dict[str, str | None] = {}
    for words, main in reversed([*zip(wanted.names, mains, strict=True)]):
        names |= {concept: words if len(wanted.names) > 1 else None for concept_id, concept in pairs if main(concept_id, concept)}
    return _Column(wanted, lambda concept_id, concept: (concept_id, concept) in is_meant, names)


def _ids(names: Sequence[str], label: str, resolver: Resolver) -> frozenset[str]:
    return frozenset[str]().union(*(resolver(name, label=label).ids for name in names))


Filled = dict[str, list[tuple[Any, Value]]]


def _filled(findings: Sequence[Any], columns: Mapping[str, _Column], therapies: frozenset[str]) -> Filled:
    """The findings of one document that fill each column, with their texts."""
    filled: Filled = {}
    for header, column in columns.items():
        w = column.wanted
        fitting = [
            f
            for f in findings
            if f.measure in w.measures
            and column.test(f.concept_id, f.concept)
            and (w.grade is None or fits_grade(w.grade, f.grade, f.grade_min, f.grade_max))
            and (w.months is None or fits_months(w.months, f.timepoint_months))
        ]
        several = len({f.therapy_id for f in fitting if f.therapy_id}) > 1
        filled[header] = [(f, _value(f, column, therapies, several=several)) for f in fitting]
    return filled


def _value(f: Any, column: _Column, therapies: frozenset[str], *, several: bool) -> Value:
    """A finding's text, and whatever sets it apart from what its header says."""
    w = column.wanted
    marks = [
        column.names.get(f.concept, f.concept),
        _grade_mark(f.grade, w),
        f.timepoint if w.months is None else None,
        f.group,
        f.therapy if f.therapy and (several or (therapies and f.therapy_id not in therapies)) else None,
    ]
    number = f.value if f.value is not None else f.percent
    return Value(value_text(f), tuple(m for m in marks if m), number, richness(f))


def _grade_mark(read: str | None, wanted: Wanted) -> str | None:
    if read is None or read == "any" or (wanted.grade is not None and read == wanted.grade.words):
        return None
    return f"grade {read}" if read[:1] in "0123456789<>" else read


def _cells_of(
    study: Any, headers: Sequence[str], filled: Filled, sentences: Mapping[tuple[str, int], tuple[str, str]]
) -> list[dict[str, Any]]:
    """Rows of the long form of one study, by column."""
    label, out = study_label(study.authors, study.year, study.doc_id), []
    for header in headers:
        if header in filled:
            is_repeat = repeats([value for _, value in filled[header]])
            for (f, value), again in zip(filled[header], is_repeat, strict=True):
                cell = {c: getattr(f, c) for c in CELL_COLUMNS if hasattr(f, c)}
                is_doubtful = bool(f.needs_review) or f.is_consistent is False
                reasons = [f.review_reason, _DISAGREE if f.is_consistent is False and not f.review_reason else None]
                out.append(cell | {
                    "study": label, "column": header, "text": str(value), "value": value.number, "is_repeat": again,
                    "unit": f.unit if f.value is not None else "%" if f.percent is not None else None,
                    "needs_review": is_doubtful, "review_reason": "; ".join(r for r in reasons if r) or ("doubtful" if is_doubtful else None),
                })  # fmt: skip
            continue
        for text, number in _of_study(study, header):
            section, sentence_text = sentences.get((study.doc_id, number), (None, None))
            is_doubtful = bool(study.needs_review) and header in (study.review_reason or "")
            out.append({
                "doc_id": study.doc_id, "study": label, "column": header, "text": text, "is_repeat": False, "sentence": number if number >= 0 else None,
                "value": getattr(study, header) if header in ("n_patients", "median_follow_up_months") else None,
                "unit": "months" if header == "median_follow_up_months" else None,
                "evidence": sentence_text if sentence_text is not None else _RECORD, "section": section, "sentence_text": sentence_text,
                "needs_review": is_doubtful, "review_reason": study.review_reason if is_doubtful else None,
            })  # fmt: skip
    return out


_SENTENCES_OF = {"median_follow_up_months": "median_follow_up_sentences"}
_PARTS = {"population": ("age_groups", "disease_status")}


def _of_study(study: Any, header: str) -> list[tuple[str, int]]:
    """Text and sentence of each entry of a cell of the study record; none for what the text does not say."""
    found: list[tuple[str, int]] = []
    for field in _PARTS.get(header, (header,)):
        numbers = getattr(study, _SENTENCES_OF.get(field, f"{field}_sentences"), None)
        cell = getattr(study, field, None)
        if numbers is None or cell is None:
            continue
        if isinstance(cell, str | int | float):
            found += [(_plain(cell), int(n)) for n in numbers]
        else:
            found += [(str(text), int(n)) for text, n in zip(cell, numbers, strict=False)]
    return found


def _plain(cell: Any) -> str:
    return number_text(cell) if isinstance(cell, float) else str(cell)


def _table(
    studies: Sequence[Any], headers: Sequence[str], filled: Mapping[str, Filled], cells: Sequence[Mapping[str, Any]]
) -> pd.DataFrame:
    reasons: dict[str, dict[str, None]] = {}
    for cell in cells:
        if cell["needs_review"] and cell["column"] in filled[cell["doc_id"]]:
            reasons.setdefault(cell["doc_id"], {})[f"{cell['column']}: {cell['review_reason']}"] = None
    rows = []
    for s in studies:
        row = {h: _wide(s, h, filled[s.doc_id]) for h in headers}
        told = notices_said(s.is_retracted, s.notices)
        doubts = [*([told] if told else []), *reasons.get(s.doc_id, ()), *([f"study: {s.review_reason or 'doubtful'}"] if s.needs_review else [])]
        rows.append(row | {"review": "; ".join(doubts) or None})
    frame = pd.DataFrame(rows, columns=[*headers, "review"])
    whole = [h for h in headers if h in ("year", "n_patients")]
    fractions = [h for h in headers if h == "median_follow_up_months"]
    words = [h for h in frame.columns if h not in (*whole, *fractions)]
    return frame.astype(dict.fromkeys(whole, "Int64") | dict.fromkeys(fractions, "float64") | dict.fromkeys(words, "string"))


def _wide(study: Any, header: str, filled: Filled) -> Any:
    if header in filled:
        return cell_text([value for _, value in filled[header]]) or None
    if header == "study":
        return study_label(study.authors, study.year, study.doc_id)
    if header == "notices":
        return notices_said(study.is_retracted, study.notices)
    parts = [getattr(study, field) for field in _PARTS.get(header, (header,))]
    if parts[0] is None or isinstance(parts[0], str | int | float):
        return parts[0]
    return "; ".join(str(text) for part in parts for text in part) or None


def _left_out(findings: Sequence[Any], filled: Sequence[Sequence[tuple[Any, Value]]]) -> pd.DataFrame:
    """Findings that fill no column, counted by concept and measure."""
    placed = {(f.doc_id, f.finding) for values in filled for f, _ in values}
    rest = [(f.label, f.concept, f.measure) for f in findings if (f.doc_id, f.finding) not in placed]
    counts = pd.DataFrame(rest, columns=["label", "concept", "measure"]).value_counts(sort=False).rename("findings").reset_index()
    order = counts.sort_values(["findings", "label", "concept", "measure"], ascending=[False, True, True, True])
    return order.reset_index(drop=True)


def _notes(n_studies: int, n_chosen: int, n_shown: int, left_out: pd.DataFrame) -> tuple[str, ...]:
    notes = []
    if n_chosen < n_studies:
        notes.append(f"{n_studies - n_chosen:,} of {n_studies:,} studies do not fit the filters.")
    if n_shown < n_chosen:
        notes.append(
            f"{n_chosen - n_shown:,} of {n_chosen:,} studies have no value in these columns and are left out; --all-studies shows them."
        )
    if n_left_out := int(left_out["findings"].sum()):
        frequent = [f"{str(r.concept).removesuffix(' rate')} {r.measure} ({r.findings})" for r in left_out.head(3).itertuples()]
        notes.append(f"{n_left_out:,} findings of the studies fill no column, most often {', '.join(frequent)}.")
    return tuple(notes)
