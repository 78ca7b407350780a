"""What a report shows of a folder: texts, marks, findings and studies as columns of numbers, and a head that says what they mean."""

from __future__ import annotations

from importlib import metadata
from pathlib import Path, PurePath
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from allnlp.collection.cells import value_text
from allnlp.collection.evidence_table import EvidenceTable, evidence_table
from allnlp.collection.filters import Filters
from allnlp.collection.findings import select_findings, study_label
from allnlp.collection.folder import asked
from allnlp.collection.frames import named_rows, records
from allnlp.collection.groups import grouped, side
from allnlp.collection.index import Index
from allnlp.collection.summary import summarise
from allnlp.errors import NothingFound
from allnlp.explorer.report.packing import dictionary, packed, steps, utf16
from allnlp.schema import ASSERTIONS, CONTEXT_LABELS, LABELS, SECTIONS
from allnlp.tables import read_manifest

Ints = npt.NDArray[Any]
_SHOWN_FAILURES = 200


class Report(NamedTuple):
    """What a report is made of."""

    head: dict[str, Any]
    columns: dict[str, Ints]
    text: bytes  # of all documents, one after the other

    def packed(self) -> bytes:
        """All of it, compressed."""
        return packed(self.head, self.columns, self.text)


class Texts(NamedTuple):
    """Texts of the documents, and which of them have characters that a browser counts twice."""

    all: list[str]
    wide: list[int]


class _Part(NamedTuple):
    """A part of the report: its words for the head and its columns."""

    head: dict[str, Any]
    columns: dict[str, Ints]


def report_data(folder: Path, filters: Filters, *, max_documents: int | None = None) -> Report:
    """Documents that fit filters, with all that a report counts and shows of them.

    Args:
        folder: the annotated folder.
        filters: which documents, and which of their mentions count.
        max_documents: the newest of them; by default all.

    Raises:
        NothingFound: no document fits, or a filter names what the folder does not have.
        FolderError: no annotated folder, or a damaged one.
    """
    index = Index(folder)
    fitting = np.flatnonzero(index.view(filters).documents)
    if not len(fitting):
        said = filters.said()
        wrong = f"no document fits the filters ({said}). Give wider filters." if said else "it has no document. Annotate a file that can be read."
        raise NothingFound(f"{folder}: {wrong}")
    chosen = newest(index.documents["year"].to_numpy(dtype=float, na_value=-1.0)[fitting], max_documents)
    numbers = fitting[chosen]
    with asked(folder, "documents", "sentences", "mentions", "studies") as database:
        database.execute(_NUMBERED)
        database.register("chosen_frame", pd.DataFrame({"doc": numbers, "place": np.arange(len(numbers))}))
        documents, sentences, mentions = (database.sql(sql).df() for sql in (_DOCUMENTS, _SENTENCES, _MENTIONS))
    texts = Texts(written := documents["text"].tolist(), [i for i, t in enumerate(written) if not t.isascii() and max(t) > "\uffff"])
    parts = [
        _documents(documents),
        _sentences(sentences, texts),
        _concepts(index),
        _mentions(index, mentions, texts),
        _findings(index, filters, documents, texts),
        _evidence(evidence_table(folder, documents=tuple(documents["doc_id"])), documents),
    ]
    head = {k: v for part in parts for k, v in part.head.items()} | _about(folder, filters, len(fitting), len(numbers))
    return Report(head, {k: v for part in parts for k, v in part.columns.items()}, "".join(texts.all).encode())


def newest(years: Ints, most: int | None) -> Ints:
    """Places of the newest documents, in their order; of one year the first.

    >>> newest(np.array([2019, 2021, -1, 2021, 2020]), 3)
    array([1, 3, 4])
    """
    if most is None or len(years) <= most:
        return np.arange(len(years))
    return np.sort(np.lexsort((np.arange(len(years)), -years))[:most])


def _about(folder: Path, filters: Filters, n_fitting: int, n_shown: int) -> dict[str, Any]:
    """What the overview says beside counts; of input files the name alone, a path is nobody's business."""
    summary, manifest = summarise(folder), read_manifest(folder)
    failures = records(summary.failures.head(_SHOWN_FAILURES).astype({"source_record": "Int64"}))
    return {
        "folder": folder.resolve().name,
        "information": [list(row) for row in summary.information.itertuples(index=False, name=None)],
        "failures": [[_file_name(f["source_file"]), f["source_record"], f["step"], f["error"]] for f in failures],
        "n_failures": len(summary.failures),
        "n_fitting": n_fitting,
        "n_shown": n_shown,
        "said": filters.said(),
        "filters": _filter_words(filters),
        "years": list(filters.years),
        "counted": [ASSERTIONS.index(a) for a in filters.assertions],
        "counted_sections": [SECTIONS.index(s) for s in filters.sections or SECTIONS],
        "assertions": list(ASSERTIONS),
        "sections": list(SECTIONS),
        "labels": list(LABELS),
        "versions": {"allnlp": metadata.version("allnlp"), **dict(manifest.get("versions", {})), "terminology": str(manifest.get("terminology"))},
    }


def _file_name(path: str) -> str:
    """The last part of a path of any system."""
    return PurePath(path.replace("\\", "/")).name


def _filter_words(filters: Filters) -> list[list[str]]:
    """Options of a command but for the years, each with its value."""
    options = {
        "journal": filters.journals, "study-type": filters.study_types, "population": filters.populations, "mentioning": filters.mentioning,
        "section": filters.sections, "include": [a for a in filters.assertions if a != "present"], "matching": filters.matching,
        "lacking": filters.lacking, "decision": filters.decisions,
    }  # fmt: skip
    return [[name, value] for name, values in options.items() for value in values]


def _documents(frame: pd.DataFrame) -> _Part:
    journals, journal = dictionary(_texts(frame["journal"]))
    types, study_type = dictionary(_texts(frame["study_type"]))
    head = {
        "doc_id": frame["doc_id"].tolist(), "pmid": _texts(frame["pmid"]), "doi": _texts(frame["doi"]), "journals": journals, "study_types": types,
        "notices": ["; ".join(notices) for notices in frame["notices"]],
        "study": [study_label(*row) for row in zip(frame["authors"], frame["year"], frame["doc_id"], strict=True)],
    }  # fmt: skip
    return _Part(head, {
        "document_year": _whole(frame["year"], 0), "document_journal": journal, "document_type": study_type,
        "document_patients": _whole(frame["n_patients"], -1), "document_title": _utf16_lengths(frame["title"]),
        "document_text": np.array([len(t.encode()) for t in frame["text"]], dtype=np.int64), "document_retracted": frame["is_retracted"].to_numpy(dtype=np.uint8),
    })  # fmt: skip


def _sentences(frame: pd.DataFrame, texts: Texts) -> _Part:
    document = frame["doc"].to_numpy()
    start, end = (_in_utf16(frame[name].to_numpy(), document, texts) for name in ("start", "end"))
    n, first = _grouped(document, len(texts.all))
    section = np.array([SECTIONS.index(s) for s in frame["section"]], dtype=np.uint8)
    return _Part({}, {"document_sentences": n, "sentence_start": steps(start, first), "sentence_length": end - start, "sentence_section": section})


def _concepts(index: Index) -> _Part:
    """Concepts of the index by number, then those that only narrower ones name; and what is broader, of whatever label."""
    keys = list(zip(index.labels.tolist(), index.concepts["concept_id"].tolist(), strict=True))
    names = index.names.tolist()
    is_listed = index.concepts["broader"].notna().tolist()
    known = set(keys)
    for label in dict.fromkeys(index.labels.tolist()):
        groups = grouped(index, side(index, [label], narrower=True), narrower=True)
        for key, name in zip(groups.keys, groups.names, strict=True):
            if key not in known:
                keys.append(key)
                names.append(name)
                is_listed.append(True)
    by_id: dict[str, list[int]] = {}
    for i, (_, concept_id) in enumerate(keys):
        by_id.setdefault(concept_id, []).append(i)
    above = [sorted(i for b in index.above(concept_id) for i in by_id.get(b, ())) for _, concept_id in keys]
    labels = (*LABELS, *CONTEXT_LABELS)
    head = {"concepts": [[k[1], n] for k, n in zip(keys, names, strict=True)], "concept_labels": list(labels)}
    return _Part(head, {
        "concept_label": np.array([labels.index(k[0]) for k in keys], dtype=np.int64), "concept_listed": np.array(is_listed, dtype=np.uint8),
        "concept_above": np.array([len(a) for a in above], dtype=np.int64), "above": np.array([i for a in above for i in a], dtype=np.int64),
    })  # fmt: skip


def _mentions(index: Index, frame: pd.DataFrame, texts: Texts) -> _Part:
    """Marks in the order of the documents; a population that is no listed concept has a value's number after the concepts'."""
    place = {key: i for i, key in enumerate(zip(index.labels, index.concepts["concept_id"], strict=True))}
    code = [place.get(key, -1) for key in zip(frame["label"], frame["concept_id"].fillna(frame["name"]), strict=True)]
    values, value = dictionary([name if c < 0 else None for name, c in zip(frame["name"], code, strict=True)])
    rules, rule = dictionary(frame["rule"].tolist())
    document = frame["doc"].to_numpy()
    start, end = (_in_utf16(frame[name].to_numpy(), document, texts) for name in ("start", "end"))
    cued = frame["cue_start"].notna().to_numpy() & frame["cue_end"].notna().to_numpy()
    cue_start, cue_end = (_in_utf16(_whole(frame[name], 0), document, texts) for name in ("cue_start", "cue_end"))
    n, first = _grouped(document, len(texts.all))
    return _Part({"values": values, "rules": rules}, {
        "document_mentions": n, "mention_start": steps(start, first), "mention_length": end - start,
        "mention_concept": np.where(np.array(code) < 0, -2 - value, np.array(code)), "mention_rule": rule,
        "mention_assertion": np.array([ASSERTIONS.index(a) for a in frame["assertion"]], dtype=np.uint8),
        "cue_start": np.where(cued, cue_start - start, 0), "cue_length": np.where(cued, cue_end - cue_start, 0),
    })  # fmt: skip


def _findings(index: Index, filters: Filters, documents: pd.DataFrame, texts: Texts) -> _Part:
    """Findings as ``Collection.findings`` gives them, those of the asked sections alone."""
    frame = select_findings(index.folder, documents=tuple(documents["doc_id"]))
    frame = frame[frame["section"].isin(filters.sections)] if filters.sections else frame
    place = {doc_id: i for i, doc_id in enumerate(documents["doc_id"])}
    document = np.array([place[d] for d in frame["doc_id"]], dtype=np.int64)
    start, end = (_in_utf16(frame[name].to_numpy(dtype=np.int64), document, texts) for name in ("start", "end"))
    rows = named_rows(frame)
    head: dict[str, Any] = {}
    columns = {
        "finding_document": document, "finding_number": frame["finding"].to_numpy(dtype=np.int64), "finding_sentence": frame["sentence"].to_numpy(dtype=np.int64),
        "finding_start": start, "finding_length": end - start, "finding_consistent": _whole(frame["is_consistent"], -1),
        "finding_review": frame["needs_review"].to_numpy(dtype=np.uint8), "finding_events": _whole(frame["n_events"], -1),
        "finding_patients": _whole(frame["n_patients"], -1), "finding_percent": frame["percent"].to_numpy(dtype=float, na_value=np.nan),
    }  # fmt: skip
    worded = {
        name: _texts(frame[name])
        for name in ("label", "concept_id", "concept", "measure", "grade", "timepoint", "group", "therapy", "derived", "review_reason")
    }
    for name, words in (worded | {"value": [value_text(row) for row in rows]}).items():
        head[f"finding_{name}s"], columns[f"finding_{name}"] = dictionary(words)
    return _Part(head, columns)


def _evidence(found: EvidenceTable, documents: pd.DataFrame) -> _Part:
    """The evidence table's cells; one without a sentence comes from the record."""
    place = {doc_id: i for i, doc_id in enumerate(documents["doc_id"])}
    headers = [str(h) for h in found.table.columns]
    cells = found.cells
    texts, text = dictionary(_texts(cells["text"]))
    reasons, reason = dictionary(_texts(cells["review_reason"]))
    wholes, whole = dictionary([None if pd.isna(c) else _said(c) for row in found.table.itertuples(index=False, name=None) for c in row])
    head = {"evidence_headers": headers, "cell_texts": texts, "cell_reasons": reasons, "evidence_texts": wholes, "evidence_notes": list(found.notes)}
    return _Part(head, {
        "evidence_document": np.array([place[d] for d in found.table["doc_id"]], dtype=np.int64), "evidence_cell": whole,
        "cell_document": np.array([place[d] for d in cells["doc_id"]], dtype=np.int64),
        "cell_column": np.array([headers.index(c) for c in cells["column"]], dtype=np.int64), "cell_text": text, "cell_reason": reason,
        "cell_sentence": _whole(cells["sentence"], -1), "cell_finding": _whole(cells["finding"], -1),
        "cell_repeat": cells["is_repeat"].to_numpy(dtype=np.uint8), "cell_review": cells["needs_review"].to_numpy(dtype=np.uint8),
    })  # fmt: skip


def _said(cell: Any) -> str:
    return f"{cell:.10g}" if isinstance(cell, float) else str(cell)


def _texts(column: pd.Series[Any]) -> list[str | None]:
    return [None if pd.isna(value) else str(value) for value in column]


def _whole(column: pd.Series[Any], missing: int) -> Ints:
    return np.array([missing if pd.isna(v) else int(v) for v in column], dtype=np.int64)


def _utf16_lengths(column: pd.Series[Any]) -> Ints:
    return np.array([len(t.encode("utf-16-le")) // 2 for t in column], dtype=np.int64)


def _grouped(document: Ints, n: int) -> tuple[Ints, Ints]:
    """Rows of each document, and where those of each document that has any begin."""
    counts = np.bincount(document, minlength=n)
    return counts, np.flatnonzero(np.diff(document, prepend=-1))


def _in_utf16(offsets: Ints, document: Ints, texts: Texts) -> Ints:
    """Offsets as a browser counts; only texts with characters beyond the first plane differ."""
    out = np.asarray(offsets, dtype=np.int64).copy()
    for i in texts.wide:
        rows = slice(*np.searchsorted(document, (i, i + 1)))
        out[rows] = utf16(texts.all[i], out[rows])
    return out


_NUMBERED = """
CREATE TEMP TABLE numbered AS SELECT (row_number() OVER () - 1)::BIGINT AS doc, doc_id FROM documents WHERE duplicate_of IS NULL;
"""
_OWN = "FROM chosen_frame AS c JOIN numbered AS n USING (doc) JOIN {} AS t USING (doc_id)"
_DOCUMENTS = f"""
SELECT t.doc_id, t.pmid, t.doi, t.title, t.text, t.journal, t.year, t.authors, t.is_retracted, t.notices, coalesce(s.study_type, 'other') AS study_type, s.n_patients
{_OWN.format("documents")} LEFT JOIN studies AS s USING (doc_id) ORDER BY c.place
"""
_SENTENCES = f'SELECT c.place AS doc, t.section, t.start, t."end" {_OWN.format("sentences")} ORDER BY c.place, t.sentence'
_MENTIONS = f"""
SELECT c.place AS doc, t.start, t."end", t.label, t.concept_id, t.name, t.assertion, t.cue_start, t.cue_end, t.rule
{_OWN.format("mentions")} ORDER BY c.place, t.mention
"""
