"""Rows of a table as compact Parquet bytes, and as tuples again."""

from __future__ import annotations

import functools
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pandas as pd

from allnlp import schema
from allnlp.tables.database import connect, quoted

_AT_ONCE = 5000


def parquet(columns: Sequence[schema.Column], rows: Sequence[Any]) -> bytes:
    """Rows, in order, as a Parquet file; at least one.

    >>> parquet(schema.columns("sentences"), [schema.Sentence("1", 0, "title", 0, 5)])[:4]
    b'PAR1'
    """
    database = _database()
    cells = zip(*rows, strict=True)
    frame = pd.DataFrame({c.column: _series(c, values) for c, values in zip(columns, cells, strict=True)}, copy=False)
    database.register("part", frame)
    selected = ", ".join(f'CAST("{c.column}" AS {c.type}) AS "{c.column}"' for c in columns)
    with tempfile.TemporaryDirectory(prefix="allnlp-") as folder:
        path = Path(folder) / "part.parquet"
        database.execute(f"COPY (SELECT {selected} FROM part) TO '{quoted(path)}' (FORMAT parquet)")
        database.unregister("part")
        return path.read_bytes()


@functools.cache
def _database() -> duckdb.DuckDBPyConnection:
    return connect()


def _series(column: schema.Column, values: Sequence[Any]) -> Any:
    """Cells in the type that DuckDB takes as they are; without it, it looks at each of them."""
    if column.type in ("BIGINT", "BOOLEAN"):
        if not column.nullable:
            return np.array(values, dtype=np.int64 if column.type == "BIGINT" else np.bool_)
        absent, filled = np.array([v is None for v in values]), [v or 0 for v in values]
        if column.type == "BIGINT":
            return pd.arrays.IntegerArray(np.array(filled, dtype=np.int64), absent)
        return pd.arrays.BooleanArray(np.array(filled, dtype=np.bool_), absent)
    if column.type == "DOUBLE":
        return pd.arrays.FloatingArray(np.array([v or 0.0 for v in values], dtype=np.float64), np.array([v is None for v in values]))
    return pd.Series([list(v) for v in values] if column.type.endswith("[]") else list(values), dtype=object)


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
