"""DataFrames of our tables: their types, and their rows as plain Python values."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

import pandas as pd

from allnlp import schema


def typed(frame: pd.DataFrame, table: str) -> pd.DataFrame:
    """The frame with whole numbers and booleans of a table that may be missing as such, not as fractions."""
    kinds = {c.column: {"BIGINT": "Int64", "BOOLEAN": "boolean"}.get(c.type) for c in schema.columns(table) if c.nullable}
    return frame.astype({name: kind for name, kind in kinds.items() if kind is not None})


def plain_rows(frame: pd.DataFrame) -> Iterator[tuple[Any, ...]]:
    """Rows in which a missing value is None."""
    return frame.astype(object).where(frame.notna(), None).itertuples(index=False, name=None)


def records(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """The same by column."""
    return [dict(zip(map(str, frame.columns), row, strict=True)) for row in plain_rows(frame)]


def named_rows(frame: pd.DataFrame) -> list[Any]:
    """The same with cells as attributes, for decisions that read findings or studies."""
    row = NamedTuple("Row", [(str(c), Any) for c in frame.columns])  # type: ignore[misc]
    return [row(*cells) for cells in plain_rows(frame)]
