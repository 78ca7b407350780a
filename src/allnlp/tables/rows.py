"""Rows of a table as compact Parquet bytes, and as tuples again."""

from __future__ import annotations

import functools
import tempfile
from collections.abc import Iterator, Sequence
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
    cells = zip(*rows, strict=True)
    database.register("part", {c.column: _array(c, values) for c, values in zip(columns, cells, strict=True)})
    selected = ", ".join(f'CAST("{c.column}" AS {c.type}) AS "{c.column}"' for c in columns)
    with tempfile.TemporaryDirectory(prefix="allnlp-") as folder:
        path = Path(folder) / "part.parquet"
        database.execute(f"COPY (SELECT {selected} FROM part) TO '{quoted(path)}' (FORMAT parquet)")
        database.unregister("part")
        return path.read_bytes()


@functools.cache
def _database() -> duckdb.DuckDBPyConnection:
    return connect()


def _array(column: schema.Column, values: Sequence[Any]) -> Any:
    """Cells as an array that DuckDB takes as it is, None masked; only at texts and lists does it look at each of them."""
    kind = _KINDS.get(column.type)
    if kind is None:
        cells = np.empty(len(values), dtype=object)
        for place, value in enumerate(values):
            cells[place] = list(value) if isinstance(value, tuple) else value
        return cells
    if not column.nullable:
        return np.array(values, dtype=kind)
    return np.ma.MaskedArray(np.array([v or 0 for v in values], dtype=kind), np.array([v is None for v in values]))  # type: ignore[no-untyped-call]


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
