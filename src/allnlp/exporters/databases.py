"""A selection as one database file: SQLite, for Datasette and everything that speaks SQL, and DuckDB, with lists as lists."""

from __future__ import annotations

import contextlib
import json
import sqlite3
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import MappingProxyType

import duckdb
import pandas as pd

from allnlp import schema
from allnlp.collection.frames import plain_rows
from allnlp.collection.reviews import has_reviews, read_reviews
from allnlp.collection.selection import Selection
from allnlp.exporters.table import REVIEW_COLUMNS, TABLES, list_columns, listed, take

_KEYS = MappingProxyType(
    {
        "documents": ("doc_id",), "sentences": ("doc_id", "sentence"), "mentions": ("doc_id", "mention"), "findings": ("doc_id", "finding"),
        "studies": ("doc_id",), "concepts": ("concept_id",),
    }
)  # fmt: skip
_INDEXED = ("concept_id", "therapy_id", "label", "year")
_TYPES = MappingProxyType({"VARCHAR": "TEXT", "BIGINT": "INTEGER", "DOUBLE": "REAL", "BOOLEAN": "INTEGER"})
_REVIEWS = (
    schema.Column("reviews", "doc_id", "VARCHAR", False, "the document"),
    *(c._replace(table="reviews") for c in REVIEW_COLUMNS),
    schema.Column("reviews", "reviewer", "VARCHAR", True, "who said so"),
    schema.Column("reviews", "made_at", "VARCHAR", True, "when, in ISO form"),
)
_VIEWS = (
    'CREATE VIEW sentence_texts AS SELECT s.*, substr(d.text, s.start + 1, s."end" - s.start) AS text FROM sentences AS s'
    " JOIN documents AS d ON d.doc_id = s.doc_id",
    "CREATE VIEW finding_sentences AS SELECT f.*, t.section, t.text AS sentence_text FROM findings AS f JOIN sentence_texts AS t"
    " ON t.doc_id = f.doc_id AND t.sentence = f.sentence",
)


def write_sqlite(selection: Selection, path: Path) -> None:
    """A SQLite file with the tables, what their columns mean (data_dictionary), and views of sentences with their text.

    What reviewers said of the documents is a table ``reviews``, where there is any. Lists are JSON; booleans are 0 and 1. Keys, references and indexes are declared, so that Datasette shows links.

    Args:
        selection: the tables.
        path: the file; one that is there is replaced.

    Raises:
        OSError: the file cannot be written.
    """
    path.unlink(missing_ok=True)
    try:
        with contextlib.closing(sqlite3.connect(path, isolation_level=None)) as database:
            database.execute("PRAGMA journal_mode=OFF")
            database.execute("PRAGMA synchronous=OFF")
            database.execute("BEGIN")
            for table in TABLES:
                database.execute(_created(table))
                frame = _with_json(getattr(selection, table), table)
                marks = ", ".join("?" * len(frame.columns))
                database.executemany(f'INSERT INTO "{table}" VALUES ({marks})', plain_rows(frame))
            reviews = _reviews(selection)
            if reviews is not None:
                database.execute(f"CREATE TABLE reviews ({_cells(_REVIEWS, {'doc_id': 'documents'})}, PRIMARY KEY (doc_id))")
                database.executemany(f"INSERT INTO reviews VALUES ({', '.join('?' * len(_REVIEWS))})", plain_rows(reviews))
            for statement in _indexes():
                database.execute(statement)
            database.execute('CREATE TABLE data_dictionary ("table" TEXT, "column" TEXT, type TEXT, nullable INTEGER, meaning TEXT)')
            database.executemany("INSERT INTO data_dictionary VALUES (?, ?, ?, ?, ?)", _dictionary(reviews))
            for statement in _VIEWS:
                database.execute(statement)
            database.execute("COMMIT")
            database.execute("ANALYZE")
    except sqlite3.OperationalError as error:
        raise OSError(f"{path}: {error}") from None


def write_duckdb(selection: Selection, path: Path) -> None:
    """A DuckDB file with the same tables and views; lists are lists.

    The rows are the same each time; DuckDB marks each file with an identifier of its own, so that its bytes are not.

    Args:
        selection: the tables.
        path: the file; one that is there is replaced.

    Raises:
        OSError: the file cannot be written.
    """
    path.unlink(missing_ok=True)
    try:
        with duckdb.connect(str(path)) as database:
            database.execute("SET threads=1")
            for table in TABLES:
                take(database, listed(getattr(selection, table), table), table, table)
            reviews = _reviews(selection)
            if reviews is not None:
                take(database, reviews, "documents", "reviews")
            dictionary = pd.DataFrame(_dictionary(reviews), columns=list(schema.Column._fields))
            database.register("dictionary_taken", dictionary)
            database.execute("CREATE TABLE data_dictionary AS SELECT * FROM dictionary_taken")
            database.unregister("dictionary_taken")
            for statement in _VIEWS:
                database.execute(statement)
            database.execute("CHECKPOINT")
    except duckdb.IOException as error:
        raise OSError(str(error).partition("\n")[0]) from None


def _created(table: str) -> str:
    points = {"doc_id": "documents", "concept_id": "concepts" if table == "mentions" else ""}
    refers = {column: to for column, to in points.items() if to not in ("", table)}
    key = ", ".join(f'"{name}"' for name in _KEYS[table])
    return f'CREATE TABLE "{table}" ({_cells(schema.columns(table), refers)}, PRIMARY KEY ({key}))'


def _cells(columns: Sequence[schema.Column], refers: Mapping[str, str]) -> str:
    """Columns as SQL; some refer to those of the same name in a table."""
    cells = []
    for c in columns:
        kind = "TEXT" if c.type.endswith("[]") else _TYPES[c.type]
        points = f' REFERENCES "{refers[c.column]}" ("{c.column}")' if c.column in refers else ""
        cells.append(f'"{c.column}" {kind}{"" if c.nullable else " NOT NULL"}{points}')
    return ", ".join(cells)


def _reviews(selection: Selection) -> pd.DataFrame | None:
    """What reviewers said of the documents; None where they said nothing."""
    if not has_reviews(selection.folder):
        return None
    said = read_reviews(selection.folder)[[c.column for c in _REVIEWS]]
    return said[said["doc_id"].isin(selection.documents["doc_id"])].reset_index(drop=True)


def _indexes() -> list[str]:
    """Statements that make the indexes; doc_id is found by the keys."""
    return [
        f'CREATE INDEX "{table}_{name}" ON "{table}" ("{name}")'
        for table in TABLES
        for name in _INDEXED
        if name in (c.column for c in schema.columns(table)) and (name,) != _KEYS[table]
    ]


def _with_json(frame: pd.DataFrame, table: str) -> pd.DataFrame:
    frame = listed(frame, table)
    return frame.assign(**{name: [json.dumps(cell, ensure_ascii=False) for cell in frame[name]] for name in list_columns(table)})


def _dictionary(reviews: pd.DataFrame | None) -> list[schema.Column]:
    return [column for table in TABLES for column in schema.columns(table)] + ([] if reviews is None else list(_REVIEWS))
