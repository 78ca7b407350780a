"""Annotation of a DataFrame's rows, or of one text, without files; the same rows as a run writes for the same text."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any, NamedTuple

import pandas as pd

from allnlp import schema
from allnlp.annotation.entities import chosen, described, find_entities
from allnlp.annotation.shards import annotate_document, read_entities
from allnlp.errors import OptionError, TerminologyError
from allnlp.readers.record import hashed_id, is_nothing, record
from allnlp.schema import Document, Failure, document_text
from allnlp.terminology import Terminology, check_user_terms, load
from allnlp.text import compile_lexicon

_TITLE, _ID = "title", "pmid"  # names of columns that are used where a frame has them
SOURCE = "DataFrame"  # stands in the tables for the name of an input file


class FrameTables(NamedTuple):
    """Tables of a frame's rows, with the columns of the schema; each has the attributes ``provenance`` and ``failures``."""

    documents: pd.DataFrame  # doc_id, title, abstract and the text that offsets count; the other columns are empty
    sentences: pd.DataFrame
    mentions: pd.DataFrame
    findings: pd.DataFrame
    studies: pd.DataFrame
    failures: pd.DataFrame  # rows that were not annotated, and why


def annotate_frame(
    frame: pd.DataFrame, *, text: str = "abstract", title: str | None = _TITLE, id: str | None = _ID,
    terms: Iterable[str | Path] = (), models: Iterable[str] | None = None
) -> FrameTables:
    """Annotate every row of a DataFrame.

    The document is the title, a line end, and the text, as they stand; offsets count from the title's first character. A row
    without either, or with a cell that is no text, is a row of ``failures`` and of no other table.

    >>> import pandas as pd
    >>> found = annotate_frame(pd.DataFrame({"abstract": ["No CRS was seen.", None]}))
    >>> found.mentions[["doc_id", "text", "assertion"]].to_dict("records"), found.failures["doc_id"].to_list()
    ([{'doc_id': '0', 'text': 'CRS', 'assertion': 'negated'}], ['1'])

    Args:
        frame: one record a row.
        text: column of the abstract, or of a text of any kind.
        title: column of the title; None for none. The column of the default name may be missing.
        id: column that names the document; None for the index, which also serves where the default's column is missing. A
            row without an id is named by the hash of its text.
        terms: a user's own CSV tables of terms.
        models: as in ``annotate_collection``.

    Raises:
        OptionError: the frame lacks a column, or two rows have the same id.
        TerminologyError: a table of terms breaks the rules.
    """
    columns = _columns(frame, text, title, id)
    terminology = _terminology(terms)
    lexicon = compile_lexicon(terminology)
    used = chosen(models)
    rows: dict[str, list[Any]] = {name: [] for name in FrameTables._fields}
    given = [
        _document(doc_id, place, cells, columns)
        for place, (doc_id, cells) in enumerate(zip(_ids(frame, columns), _cells(frame, columns), strict=True), 1)
    ]
    entities = read_entities(given, used)
    for document in given:
        if isinstance(document, Failure):
            rows["failures"].append(document)
            continue
        rows["documents"].append(document)
        found = annotate_document(document, lexicon, entities.get(document.doc_id, ()))
        if isinstance(found, Failure):
            rows["failures"].append(found)
            continue
        for name, values in found._asdict().items():
            rows[name] += values
    provenance = {
        "allnlp": version("allnlp"),
        "schema": schema.SCHEMA_VERSION,
        "terminology": terminology.version,
        "models": described(used),
        "columns": {"text": columns.text, "title": columns.title, "id": columns.id or "index"},
        "rows": len(frame),
    }
    tables = FrameTables(**{name: as_frame(name, values) for name, values in rows.items()})
    failures = [failure._asdict() for failure in rows["failures"]]
    for table in tables:
        table.attrs = {"provenance": provenance, "failures": failures}
    return tables


def tag(text: str, *, title: str = "", terms: Iterable[str | Path] = (), models: Iterable[str] | None = None) -> pd.DataFrame:
    """Mentions of one text, with the columns of the schema; ``doc_id`` is empty.

    >>> tag("No CRS was seen.")[["text", "name", "assertion"]].to_dict("records")
    [{'text': 'CRS', 'name': 'cytokine release syndrome', 'assertion': 'negated'}]

    Args:
        text: an abstract or a sentence.
        title: its title; offsets then count from it, and a line end stands between.
        terms: a user's own CSV tables of terms.
        models: as in ``annotate_collection``.

    Raises:
        TerminologyError: a table of terms breaks the rules.
    """
    document = Document("", title=title, abstract=text, text=document_text(title, text))
    entities = find_entities([document.text], chosen(models))[0]
    found = annotate_document(document, compile_lexicon(_terminology(terms)), entities)
    if isinstance(found, Failure):
        raise ValueError(found.error)
    return as_frame("mentions", found.mentions)


def as_frame(table: str, rows: Sequence[Any]) -> pd.DataFrame:
    """Rows of a table as a DataFrame; whole numbers and booleans that may be missing stay what they are.

    >>> as_frame("sentences", [schema.Sentence("1", 0, "title", 0, 5)]).dtypes["start"]
    dtype('int64')
    """
    schema.check(table, rows)
    cells: Iterable[Sequence[Any]] = zip(*rows, strict=True) if rows else [()] * len(schema.columns(table))
    return pd.DataFrame({c.column: _series(c, values) for c, values in zip(schema.columns(table), cells, strict=True)})


def _series(column: schema.Column, values: Sequence[Any]) -> pd.Series[Any]:
    if column.type.endswith("[]"):
        return pd.Series([list(v) for v in values], dtype=object)
    if column.type == "VARCHAR":
        return pd.Series(list(values), dtype=None if values and any(v is not None for v in values) else object)
    whole, truth = ("Int64", "boolean") if column.nullable else ("int64", "bool")
    return pd.Series(list(values), dtype={"BIGINT": whole, "BOOLEAN": truth, "DOUBLE": "float64"}[column.type])


class _Columns(NamedTuple):
    text: str
    title: str | None
    id: str | None


def _columns(frame: pd.DataFrame, text: str, title: str | None, id: str | None) -> _Columns:
    """The columns that are used; those of a default name may be missing, but not the text."""
    for name, option, may_miss in ((text, "text", False), (title, "title", title == _TITLE), (id, "id", id == _ID)):
        if name is not None and name not in frame.columns and not may_miss:
            near = difflib.get_close_matches(name, [str(c) for c in frame.columns], n=3) or [str(c) for c in frame.columns[:12]]
            there = ", ".join(near) or "none"
            raise OptionError(f"the frame has no column {name!r} ({option}). There are: {there}. Say which: {option}='...'")
        if name is not None and list(frame.columns).count(name) > 1:
            raise OptionError(f"the frame has several columns {name!r} ({option}). Rename them.")
    return _Columns(text, title if title in frame.columns else None, id if id in frame.columns else None)


def _terminology(terms: Iterable[str | Path]) -> Terminology:
    paths = tuple(Path(t) for t in terms)
    faults = check_user_terms(paths) if paths else []
    if faults:
        raise TerminologyError("\n".join(faults))
    return load(None, paths)


def _cells(frame: pd.DataFrame, columns: _Columns) -> list[tuple[Any, Any]]:
    """Title and text of each row; None where there is nothing."""
    texts, titles = _column(frame, columns.text), _column(frame, columns.title) if columns.title else [None] * len(frame)
    return list(zip(titles, texts, strict=True))


def _column(frame: pd.DataFrame, name: str) -> list[Any]:
    column = frame[name]
    return [None if is_missing else value for value, is_missing in zip(column, column.isna(), strict=True)]


def _ids(frame: pd.DataFrame, columns: _Columns) -> list[str]:
    """A doc_id for each row, all different.

    Raises:
        OptionError: two rows have the same.
    """
    given = list(frame.index) if columns.id is None else _column(frame, columns.id)
    cells = _cells(frame, columns)
    out = [id_text(value) or hashed_id(*(c if isinstance(c, str) else "" for c in row)) for value, row in zip(given, cells, strict=True)]
    seen: dict[str, int] = {}
    for place, doc_id in enumerate(out, 1):
        if doc_id in seen:
            where = f"column {columns.id!r}" if columns.id else "index"
            mend = "Drop the duplicates, or name rows by the index with id=None" if columns.id else "Use reset_index"
            raise OptionError(f"{where}: {doc_id!r} names row {seen[doc_id]} and row {place}; mentions could not be told apart. {mend}.")
        seen[doc_id] = place
    return out


def id_text(value: Any) -> str:
    """An id as text; of a number that a missing one made a fraction, the whole number; empty for none.

    >>> id_text(31147173.0), id_text(" PM1 "), id_text(None)
    ('31147173', 'PM1', '')
    """
    if value is None:
        return ""
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() else "" if value != value else str(value)
    return str(value).strip()


def _document(doc_id: str, place: int, cells: tuple[Any, Any], columns: _Columns) -> Document | Failure:
    """The record of a row, or why there is none."""
    for value, name in zip(cells, (columns.title, columns.text), strict=True):
        if value is not None and not isinstance(value, str):
            found = f"{type(value).__name__} {value!r}"
            return Failure(doc_id, SOURCE, place, "read", f"{SOURCE}: row {place}: column {name!r} holds {found}; expected text")
    title, text = ("" if cell is None or is_nothing(cell) else cell for cell in cells)
    if not title.strip() and not text.strip():
        names = " and ".join(repr(name) for name in (columns.title, columns.text) if name)
        return Failure(doc_id, SOURCE, place, "read", f"{SOURCE}: row {place}: no text in {names}")
    made = record(source_file=SOURCE, source_record=place, doc_id=doc_id, title=title, abstract=text)
    assert isinstance(made, Document)
    return made
