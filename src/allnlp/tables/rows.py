"""Rows of a table as compact Parquet bytes, and as tuples again."""

from __future__ import annotations

import functools
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Any

import duckdb
import numpy as np

from allnlp import schema
from allnlp.tables.database import connect, quoted

_AT_ONCE = 5000
_KINDS = MappingProxyType({"BIGINT": np.int64, "BOOLEAN": np.bool_, "DOUBLE": np.float64})


def parquet(columns: Sequence[schema.Column], rows: Sequence[Any]) -> bytes:
    """Rows, in order, as a Parquet file; at least one.

    >>> parquet(schema.columns("sentences"), [schema.Sentence("1", 0, "title", 0, 5)])[:4]
    b'PAR1'
    """
    database = _database()
    arrays: dict[str, Any] = {}
    selected: list[str] = []
    for column, values in zip(columns, zip(*rows, strict=True), strict=True):
        arrays[column.column], cell = _array(column, values)
        selected.append(f'{cell} AS "{column.column}"')
    database.register("part", arrays)
    with tempfile.TemporaryDirectory(prefix="allnlp-") as folder:
        path = Path(folder) / "part.parquet"
        database.execute(f"COPY (SELECT {', '.join(selected)} FROM part) TO '{quoted(path)}' (FORMAT parquet)")
        database.unregister("part")
        return path.read_bytes()


@functools.cache
def _database() -> duckdb.DuckDBPyConnection:
    database = connect()
    database.execute("SET pandas_analyze_sample=0")  # an array of objects holds texts: DuckDB need not look at each to find out
    return database


def _array(column: schema.Column, values: Sequence[Any]) -> tuple[Any, str]:
    """Cells as an array that DuckDB takes as it is, None masked and lists joined, and the SQL that makes the column of it."""
    name = f'"{column.column}"'
    if column.type.endswith("[]"):
        mark = _mark(values)
        joined = _objects([chr(mark).join(map(str, value)) if value else None for value in values])
        return joined, f"CASE WHEN {name} IS NULL THEN [] ELSE string_split({name}, chr({mark}))::{column.type} END"
    kind = _KINDS.get(column.type)
    if kind is None:
        return _objects(values), f"CAST({name} AS {column.type})"
    if not column.nullable:
        return np.array(values, dtype=kind), name
    return np.ma.MaskedArray(np.array([v or 0 for v in values], dtype=kind), np.array([v is None for v in values])), name  # type: ignore[no-untyped-call]


def _objects(values: Sequence[Any]) -> Any:
    cells = np.empty(len(values), dtype=object)
    cells[:] = values
    return cells


def _mark(lists: Iterable[Sequence[Any]]) -> int:
    r"""A character, as a number, that stands in no text of the lists.

    >>> _mark([("a", "b"), (1,)]), _mark([("a\x1fb",)])
    (31, 30)
    """
    there = {ord(char) for cells in lists for cell in cells if isinstance(cell, str) and not cell.isprintable() for char in cell}
    mark = 31
    while mark in there:
        mark = mark - 1 if 1 < mark < 32 else max(mark, 0xE000) + 1
    return mark


def rows_of(database: duckdb.DuckDBPyConnection, table: str, source: str = "") -> Iterator[Any]:
    """Rows of a table as its type has them, in order.

    Args:
        database: a connection in which the table is a view, or that can read ``source``.
        table: a table of the schema.
        source: where the rows are, for a statement of SQL; by default the view of the table's name.
    """
    columns = schema.columns(table)
    lists = [i for i, c in enumerate(columns) if c.type.endswith("[]")]
    kind = schema.TABLES[table]
    cells = ", ".join(f'"{c.column}"' for c in columns)
    cursor = database.cursor().execute(f'SELECT {cells} FROM {source or table}')
    while found := cursor.fetchmany(_AT_ONCE):
        for row in found:
            values = list(row)
            for i in lists:
                values[i] = tuple(values[i])
            yield kind(*values)
