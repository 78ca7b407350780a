"""One table of a selection: as CSV, TSV, JSON or Parquet, and its lists as other formats need them."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd

from allnlp import schema
from allnlp.cells import plain
from allnlp.collection.reviews import has_reviews, read_reviews
from allnlp.collection.selection import Selection
from allnlp.errors import OptionError
from allnlp.exporters.frames import write_delimited, write_json

REVIEW_COLUMNS = (
    schema.Column("documents", "is_read", "BOOLEAN", False, "a reviewer read it"),
    schema.Column("documents", "decision", "VARCHAR", True, "a reviewer's: included or excluded; null where none is made"),
    schema.Column("documents", "note", "VARCHAR", True, "a reviewer's words"),
)
TABLES = tuple(t for t in schema.TABLES if t in Selection._fields)


def table_of(selection: Selection, table: str) -> pd.DataFrame:
    """A table of a selection; to the sentences their text is added, to the documents what a reviewer says, where there is any.

    Raises:
        OptionError: there is no such table.
    """
    if table not in TABLES:
        raise OptionError(f"no table {table!r} to export. Tables: {', '.join(TABLES)}.")
    frame: pd.DataFrame = getattr(selection, table)
    if table == "documents" and has_reviews(selection.folder):
        return _reviewed(frame, selection.folder)
    return frame.assign(text=sentence_texts(selection)) if table == "sentences" else frame


def _reviewed(documents: pd.DataFrame, folder: Path) -> pd.DataFrame:
    reviews = read_reviews(folder).set_index("doc_id").reindex(list(documents["doc_id"]))
    cells = {c.column: pd.Series(reviews[c.column].tolist(), index=documents.index, dtype=object) for c in REVIEW_COLUMNS}
    frame = documents.assign(**cells)
    frame["is_read"] = frame["is_read"].eq(other=True).astype("boolean")
    return frame


def sentence_texts(selection: Selection) -> list[str]:
    """Text of each sentence."""
    texts = dict(zip(selection.documents["doc_id"], selection.documents["text"], strict=True))
    sentences = selection.sentences
    return [texts[d][start:end] for d, start, end in zip(sentences["doc_id"], sentences["start"], sentences["end"], strict=True)]


def list_columns(table: str) -> tuple[str, ...]:
    """Columns of a table that hold lists.

    >>> list_columns("concepts")
    ('identifiers', 'broader', 'targets', 'forms')
    """
    return tuple(c.column for c in schema.columns(table) if c.type.endswith("[]"))


def listed(frame: pd.DataFrame, table: str) -> pd.DataFrame:
    """The frame with each list as a list of Python values, which arrays are not."""
    lists = {name: [_values(cell) for cell in frame[name]] for name in list_columns(table)}
    return frame.assign(**{name: pd.Series(cells, index=frame.index, dtype=object) for name, cells in lists.items()})


def flat(frame: pd.DataFrame, table: str) -> pd.DataFrame:
    """The frame with each list as one text, its values parted by "; "; null where it is empty."""
    texts = {name: [plain(_values(cell)) for cell in frame[name]] for name in list_columns(table)}
    return frame.assign(**{name: pd.Series(cells, index=frame.index, dtype=object) for name, cells in texts.items()})


def _values(cell: Any) -> list[Any]:
    return cell.tolist() if hasattr(cell, "tolist") else list(cell or ())


def write_table(selection: Selection, path: Path, *, table: str = "mentions") -> None:
    """A table as the file's ending says; lists are texts in CSV and TSV, and lists elsewhere.

    In CSV and TSV text that a spreadsheet would take for a formula gets an apostrophe.

    Args:
        selection: the tables.
        path: ends in .csv, .tsv, .json or .parquet.
        table: documents, sentences, mentions, findings, studies or concepts.

    Raises:
        OptionError: there is no such table.
    """
    frame = table_of(selection, table)
    match path.suffix.lower():
        case ".json":
            write_json(listed(frame, table).replace([math.inf, -math.inf], math.nan), path)  # JSON has no infinity
        case ".parquet":
            _write_parquet(listed(frame, table), table, path)
        case suffix:
            write_delimited(flat(frame, table), path, "\t" if suffix == ".tsv" else ",")


def _write_parquet(frame: pd.DataFrame, table: str, path: Path) -> None:
    with duckdb.connect(":memory:") as database:
        database.execute("SET threads=1")
        take(database, frame, table, "taken")
        quoted = str(path).replace("'", "''")
        database.execute(f"COPY taken TO '{quoted}' (FORMAT parquet, COMPRESSION zstd)")


def take(database: duckdb.DuckDBPyConnection, frame: pd.DataFrame, table: str, name: str) -> None:
    """Make a table of a database of a frame, with the types of the schema; columns that it does not have are texts.

    Args:
        database: where the table is made.
        frame: rows, lists as Python lists.
        table: its name in the schema.
        name: its name in the database.
    """
    types = {c.column: c.type for c in (*schema.columns(table), *REVIEW_COLUMNS)}
    cells = ", ".join(f'CAST("{c}" AS {types.get(str(c), "VARCHAR")}) AS "{c}"' for c in frame.columns)
    database.execute("SET pandas_analyze_sample=1000000000")
    database.register("frame_taken", frame.astype(object).where(frame.notna(), None))
    database.execute(f'CREATE TABLE "{name}" AS SELECT {cells} FROM frame_taken')
    database.unregister("frame_taken")
