"""A DataFrame as CSV, TSV, JSON or Parquet; the same frame gives the same bytes."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pandas as pd

from allnlp.collection.frames import plain_rows, records

_FORMULA = ("=", "+", "-", "@", "\t", "\r")  # a spreadsheet takes a cell that begins so for a formula
_KINDS = {"i": "BIGINT", "f": "DOUBLE", "b": "BOOLEAN"}


def write_delimited(frame: pd.DataFrame, path: Path, delimiter: str) -> None:
    """As CSV or TSV; null is an empty cell, and text that a spreadsheet would take for a formula gets an apostrophe."""
    rows = [[_guarded(cell) for cell in row] for row in plain_rows(frame)]
    text = pd.DataFrame(rows, columns=frame.columns, dtype=object)
    text.to_csv(path, sep=delimiter, index=False, lineterminator="\n", encoding="utf-8")


def _guarded(cell: Any) -> Any:
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(_FORMULA) else cell


def write_json(frame: pd.DataFrame, path: Path) -> None:
    """As a JSON list of rows; what JSON has no number for, as an open end of an interval, is null."""
    rows = [{k: _plain(v) for k, v in row.items()} for row in records(frame)]
    path.write_text(json.dumps(rows, ensure_ascii=False, indent=1, allow_nan=False) + "\n", encoding="utf-8")


def _plain(cell: Any) -> Any:
    if isinstance(cell, float) and not math.isfinite(cell):
        return None
    return cell.tolist() if isinstance(cell, np.ndarray) else cell


def write_parquet(frame: pd.DataFrame, path: Path) -> None:
    """As Parquet; whole numbers stay whole where some are missing."""
    database = duckdb.connect(":memory:")
    try:
        database.execute("SET threads=1; SET pandas_analyze_sample=1000000000")
        database.register("result", frame.astype(object).where(frame.notna(), None))
        cells = ", ".join(f'CAST("{name}" AS {_KINDS.get(frame[name].dtype.kind, "VARCHAR")}) AS "{name}"' for name in frame.columns)
        quoted = str(path).replace("'", "''")
        database.execute(f"COPY (SELECT {cells} FROM result) TO '{quoted}' (FORMAT parquet, COMPRESSION zstd)")
    finally:
        database.close()
