"""One document with its marks: what was found where, and the row and words that decided it."""

from __future__ import annotations

import difflib
from collections.abc import Hashable
from pathlib import Path
from typing import Any, NamedTuple

import duckdb
import pandas as pd

from allnlp.collection.folder import asked
from allnlp.errors import NothingFound
from allnlp.schema import LABELS


class MarkedSentence(NamedTuple):
    """A sentence with its mentions in brackets, as in the sentence tests."""

    number: int
    section: str
    text: str


class Explanation(NamedTuple):
    """A document read aloud: its sentences with marks, and a row for each mention."""

    doc_id: str
    title: str
    sentences: list[MarkedSentence]
    mentions: pd.DataFrame  # sentence, start, end, text, label, subtype, name, concept_id, assertion, assertion_cue, source, rule,
    # review_reason
    findings: pd.DataFrame  # sentence, concept, measure, grade, value, unit, n, total, timepoint, group, therapy, evidence, rule, review_reason
    study: pd.DataFrame  # field, value, sentences: what is known of the document as a study


_COLUMNS = [
    "sentence", "start", "end", "text", "label", "subtype", "name", "concept_id", "assertion", "assertion_cue", "source", "rule", "review_reason",
]  # fmt: skip


_FINDING_COLUMNS = [
    "sentence", "concept", "measure", "grade", "value", "unit", "n", "total", "timepoint", "group", "therapy", "evidence", "rule", "review_reason",
]  # fmt: skip
_STUDY_FIELDS = ("study_type", "registration", "n_patients", "age_groups", "disease_status", "diseases", "therapies", "antigens", "median_follow_up_months")


def explain(folder: Path, doc_id: str, *, labels: tuple[str, ...] = LABELS) -> Explanation:
    """A document's sentences with its mentions in brackets, and what decided each.

    Args:
        folder: the annotated folder.
        doc_id: a document of it; capitals do not matter where only one document has these letters.
        labels: shown; context labels are left out by default.

    Raises:
        NothingFound: no such document, says which are near; or a duplicate, says of which.
        FolderError: no annotated folder, or a damaged one.
    """
    with asked(folder, "documents", "sentences", "mentions", "findings", "studies") as database:
        found = _of_id(database, doc_id)
        if found is None:
            known = [row[0] for row in database.execute("SELECT doc_id FROM documents").fetchall()]
            near = difflib.get_close_matches(doc_id, known, n=5, cutoff=0.6)
            hint = f" Did you mean: {', '.join(near)}?" if near else f" Ids are doc_id of the table documents, as {known[0]!r}." if known else ""
            raise NothingFound(f"{folder}: no document {doc_id!r}.{hint}")
        doc_id, title, text, original = found
        if original is not None:
            raise NothingFound(f"{folder}: {doc_id} is a duplicate of {original}; explain that one: allnlp explain {folder} {original}")
        sentences = database.execute(
            'SELECT sentence, section, start, "end" FROM sentences WHERE doc_id = ? ORDER BY sentence', [doc_id]
        ).fetchall()
        mentions = database.execute("SELECT * FROM mentions WHERE doc_id = ? ORDER BY mention", [doc_id]).df()
        findings = database.execute("SELECT * FROM findings WHERE doc_id = ? ORDER BY finding", [doc_id]).df()
        studies = database.execute("SELECT * FROM studies WHERE doc_id = ?", [doc_id]).df()
    mentions = mentions[mentions["label"].isin(labels)]
    spans = [_said(row) for row in mentions.to_dict("records")]
    marked = [MarkedSentence(int(n), section, mark(text, int(start), int(end), spans)) for n, section, start, end in sentences]
    read = findings[_FINDING_COLUMNS].convert_dtypes()
    return Explanation(doc_id, title, marked, mentions[_COLUMNS].reset_index(drop=True), read, _study(studies.to_dict("records")))


def _study(rows: list[dict[Hashable, Any]]) -> pd.DataFrame:
    """The fields of a study record that say something, each with its sentences."""
    out = []
    for row in rows:
        for field in _STUDY_FIELDS:
            value, places = row[field], row[f"{field.removesuffix('_months')}_sentences"]
            said = "; ".join(value) if not isinstance(value, str) and hasattr(value, "__len__") else "" if pd.isna(value) else f"{value:g}" if isinstance(value, float) else str(value)
            if said:
                out.append((field, said, ", ".join(str(int(p)) for p in dict.fromkeys(places) if p >= 0)))
    return pd.DataFrame(out, columns=["field", "value", "sentences"])


def _of_id(database: duckdb.DuckDBPyConnection, doc_id: str) -> tuple[str, str, str, str | None] | None:
    """A document's id, title, text and original; by its very id, else by the only one that differs in capitals."""
    columns = "SELECT doc_id, title, text, duplicate_of FROM documents WHERE"
    found = database.execute(f"{columns} doc_id = ?", [doc_id]).fetchall()
    found = found or database.execute(f"{columns} lower(doc_id) = lower(?)", [doc_id]).fetchall()
    return found[0] if len(found) == 1 else None


def _said(row: dict[Hashable, Any]) -> tuple[int, int, str]:
    words = f"{row['label']}: {row['name']}" + ("" if row["assertion"] == "present" else f", {row['assertion']}")
    return int(row["start"]), int(row["end"]), words


def mark(text: str, start: int, end: int, spans: list[tuple[int, int, str]]) -> str:
    """A stretch of text with spans in brackets and what they are in braces; spans may nest.

    >>> mark("No CRS was seen.", 0, 16, [(3, 6, "TOXICITY: CRS, negated")])
    'No [CRS]{TOXICITY: CRS, negated} was seen.'
    """
    opens: dict[int, list[int]] = {}
    closes: dict[int, list[tuple[int, str]]] = {}
    for a, b, words in spans:
        if start <= a and b <= end:
            opens.setdefault(a, []).append(b)
            closes.setdefault(b, []).append((a, words))
    out = []
    for i in range(start, end + 1):
        out += ["]{" + words + "}" for _, words in sorted(closes.get(i, ()), reverse=True)]
        out += ["["] * len(opens.get(i, ()))
        out.append(text[i : i + 1] if i < end else "")
    return "".join(out)
