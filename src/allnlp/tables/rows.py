"""Rows of a table as parts of a run on disk, and as tuples again."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd

from allnlp import schema
from allnlp.tables.database import connect, quoted

_AT_ONCE = 5000


def write_part(database: duckdb.DuckDBPyConnection, table: str, rows: Sequence[Any], path: Path) -> None:
    """Write rows, in order, as one Parquet file."""
    columns = schema.columns(table)
    cells = zip(*rows, strict=True)
    frame = pd.DataFrame(
        {
            c.column: pd.Series([list(v) for v in values] if c.type.endswith("[]") else list(values), dtype=object)
            for c, values in zip(columns, cells, strict=True)
        }
    )
    database.register("part", frame)
    selected = ", ".join(f'CAST("{c.column}" AS {c.type}) AS "{c.column}"' for c in columns)
    database.execute(f"COPY (SELECT {selected} FROM part) TO '{quoted(path)}' (FORMAT parquet)")
    database.unregister("part")


def read_part(table: str, path: Path) -> Iterator[Any]:
    """Rows of such a file, in order."""
    with connect() as database:
        yield from rows_of(database, table, f"read_parquet('{quoted(path)}')")


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
