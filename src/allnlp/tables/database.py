"""DuckDB as the tables use it, and how a column stands in its SQL."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import duckdb

from allnlp import schema


def connect() -> duckdb.DuckDBPyConnection:
    """A database in memory that gives the same bytes in every run."""
    database = duckdb.connect(":memory:")
    database.execute("SET threads=1; SET preserve_insertion_order=true; SET pandas_analyze_sample=1000000000; SET memory_limit='1GB'")
    return database


def empty(columns: Sequence[schema.Column]) -> str:
    """A query of no rows, with some columns."""
    selected = ", ".join(f'CAST(NULL AS {c.type}) AS "{c.column}"' for c in columns)
    return f"(SELECT {selected} WHERE false)"


def flat(column: schema.Column) -> str:
    """A column as a cell of text holds it: the values of a list joined."""
    name = f'"{column.column}"'
    text = f"array_to_string({name}, '; ')"
    if column.type == "VARCHAR[]":  # as allnlp.cells.joined
        is_told = f"(len({name}) = 0 OR string_split({text}, '; ') = {name}) AND {name} <> [''] AND NOT starts_with({text}, '[\"')"
        return f"CASE WHEN {is_told} THEN {text} ELSE to_json({name})::VARCHAR END AS {name}"
    return f"{text} AS {name}" if column.type.endswith("[]") else name


def unflat(column: schema.Column) -> str:
    """The column again from such a cell."""
    name = f'"{column.column}"'
    if column.type.endswith("[]"):
        is_json = f"starts_with({name}, '[\"') AND json_valid({name})"  # as allnlp.cells.parted
        texts = f"WHEN {is_json} THEN from_json({name}, '[\"VARCHAR\"]') " if column.type == "VARCHAR[]" else ""
        return f"CASE WHEN {name} IS NULL THEN [] {texts}ELSE string_split({name}, '; ')::{column.type} END AS {name}"
    return name if column.nullable or column.type != "VARCHAR" else f"coalesce({name}, '') AS {name}"


def absent(column: schema.Column) -> str:
    """The column in a table of an older schema, which lacks it."""
    value = "[]" if column.type.endswith("[]") else "NULL"
    return f'CAST({value} AS {column.type}) AS "{column.column}"'


def quoted(path: Path) -> str:
    """A path for a statement of SQL."""
    return str(path).replace("'", "''")
