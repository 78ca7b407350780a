"""A selection as one Excel workbook for people: what it is, what the columns mean, and a sheet for each table."""

from __future__ import annotations

import math
import shlex
from collections.abc import Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pandas as pd

from allnlp import schema
from allnlp.collection.frames import plain_rows
from allnlp.collection.reviews import has_reviews
from allnlp.collection.selection import Selection
from allnlp.exporters.excel import CHARACTERS, ROWS, about, opened_book
from allnlp.exporters.files import Origin
from allnlp.exporters.table import REVIEW_COLUMNS, TABLES, flat, table_of

_CUT = " ... [cut]"
_WIDTHS = MappingProxyType(
    {"title": 50, "abstract": 60, "text": 40, "name": 28, "concept": 28, "meaning": 90, "evidence": 50, "review_reason": 36, "forms": 40}
)
_SENTENCE_TEXT = schema.Column("sentences", "text", "VARCHAR", False, "documents.text[start:end]")


def write_workbook(selection: Selection, path: Path, origin: Origin) -> None:
    """A workbook with the sheets readme, data_dictionary and one for each table.

    Identifiers are text, so that no PMID loses its form; no text becomes a formula or a link; lists are parted by "; ". What
    Excel cannot hold (1,048,576 rows a sheet, 32,767 characters a cell) is cut, and the readme counts it.

    Args:
        selection: the tables.
        path: the file.
        origin: folder and command, for the readme.

    Raises:
        FolderError: the annotated folder is gone or damaged.
        OSError: the file cannot be written.
    """
    with opened_book(path, is_large=True) as (book, formats):
        readme = book.add_worksheet("readme")
        added = {"sentences": (_SENTENCE_TEXT,), "documents": REVIEW_COLUMNS if has_reviews(selection.folder) else ()}
        columns = [c for table in TABLES for c in (*schema.columns(table), *added.get(table, ()))]
        _write_rows(book.add_worksheet("data_dictionary"), pd.DataFrame(columns, columns=list(schema.Column._fields)), formats)
        counts, notes = [], []
        for table in TABLES:
            frame = table_of(selection, table)
            n_cut = _write_rows(book.add_worksheet(table), flat(frame, table), formats)
            counts.append((table, f"{len(frame):,} rows"))
            notes += _said(table, max(len(frame) - ROWS + 1, 0), n_cut)
        _write_readme(readme, [*_told(selection, origin), *counts, *notes, *about(origin.folder)], formats)


def _told(selection: Selection, origin: Origin) -> list[tuple[str, str]]:
    return [
        ("what", f"Annotations of {len(selection.documents):,} documents"),
        ("how to read", "A sheet for each table; data_dictionary says what each column means. doc_id and concept_id join the tables."),
        ("lists", 'Cells that hold several values part them by "; ".'),
        *([("command", shlex.join(origin.command))] if origin.command else []),
    ]


def _said(table: str, n_rows: int, n_cells: int) -> list[tuple[str, str]]:
    """What of a table was cut, in words.

    >>> _said("documents", 0, 2)
    [('cut', 'documents: 2 cells after 32,767 characters; they end in "... [cut]"')]
    """
    rows = f"{table}: the last {n_rows:,} rows, which a sheet cannot hold; export the table as .csv or .parquet"
    cells = f'{table}: {n_cells:,} cells after {CHARACTERS:,} characters; they end in "{_CUT.strip()}"'
    return [("cut", said) for n, said in ((n_rows, rows), (n_cells, cells)) if n]


def _write_readme(sheet: Any, rows: Sequence[tuple[str, str]], formats: dict[str, Any]) -> None:
    sheet.set_column(0, 0, 24)
    sheet.set_column(1, 1, 110)
    for line, row in enumerate([("item", "value"), *rows]):
        for i, cell in enumerate(row):
            sheet.write_string(line, i, cell, formats["plain" if line else "head"])


def _write_rows(sheet: Any, frame: pd.DataFrame, formats: dict[str, Any]) -> int:
    """Fill a sheet; returns how many cells were cut."""
    n_cut, last = 0, max(min(len(frame), ROWS - 1), 1)
    sheet.freeze_panes(1, 1)
    sheet.autofilter(0, 0, last, len(frame.columns) - 1)
    sheet.ignore_errors({"number_stored_as_text": f"A1:A{last + 1}"})
    for i, name in enumerate(frame.columns):
        sheet.set_column(i, i, _WIDTHS.get(str(name), 14))
        sheet.write_string(0, i, str(name), formats["head"])
    for line, row in enumerate(plain_rows(frame.head(ROWS - 1)), 1):
        for i, cell in enumerate(row):
            if isinstance(cell, str):
                n_cut += len(cell) > CHARACTERS
                sheet.write_string(line, i, shortened(cell))
            elif isinstance(cell, bool):
                sheet.write_boolean(line, i, cell)
            elif isinstance(cell, float) and not math.isfinite(cell):
                sheet.write_string(line, i, str(cell))
            elif cell is not None:
                sheet.write_number(line, i, cell)
    return n_cut


def shortened(text: str, most: int = CHARACTERS) -> str:
    """A text that a cell can hold; one that was cut says so.

    >>> shortened("abc", 20), shortened("a" * 30, 20)
    ('abc', 'aaaaaaaaaa ... [cut]')
    """
    return text if len(text) <= most else text[: most - len(_CUT)] + _CUT
