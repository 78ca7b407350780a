"""A DataFrame as CSV, TSV, JSON or Parquet; the same frame gives the same bytes."""

from __future__ import annotations

import csv
import io
import json
import math
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pandas as pd

from allnlp.cells import guarded, plain
from allnlp.collection.frames import plain_rows, records

_KINDS = {"i": "BIGINT", "f": "DOUBLE", "b": "BOOLEAN"}


def write_delimited(frame: pd.DataFrame, path: Path, delimiter: str) -> None:
    """As CSV or TSV for people: null is an empty cell, and text that a spreadsheet would compute gets an apostrophe.

    A CSV begins with a byte order mark, by which Excel knows UTF-8; numbers are written so that they are read as the same.
    """
    row = io.StringIO()
    writer = csv.writer(row, delimiter=delimiter, lineterminator="\r\n")  # so that a cell with either of the two is quoted
    with path.open("w", encoding="utf-8-sig" if delimiter == "," else "utf-8", newline="") as stream:
        for cells in ([str(name) for name in frame.columns], *plain_rows(frame)):
            writer.writerow([guarded(cell) if isinstance(cell, str) else cell for cell in map(plain, cells)])
            stream.write(row.getvalue().removesuffix("\r\n") + "\n")
            row.seek(0)
            row.truncate()


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
