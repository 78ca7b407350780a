"""A selection as one Excel workbook for people: what it is, what the columns mean, and a sheet for each table."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pandas as pd

from allnlp import schema
from allnlp.collection.reviews import has_reviews
from allnlp.collection.selection import Selection
from allnlp.exporters.excel import about, formats_of, write_frame
from allnlp.exporters.files import Origin
from allnlp.exporters.table import REVIEW_COLUMNS, TABLES, flat, table_of
from allnlp.tables.sheets import CHARACTERS, ROWS, Grid, Look, opened_book, write_cell

_WIDTHS = MappingProxyType(
    {"title": 50, "abstract": 60, "text": 40, "name": 28, "concept": 28, "evidence": 50, "review_reason": 36, "forms": 40}
)
_SENTENCE_TEXT = schema.Column("sentences", "text", "VARCHAR", False, "documents.text[start:end]")


def write_workbook(selection: Selection, path: Path, origin: Origin) -> None:
    """A workbook with the sheets readme, data_dictionary and one for each table.

    Identifiers are text, so that no PMID loses its form; no text becomes a formula or a link; lists are parted by "; ". A text
    of more than 32,767 characters goes on in columns beside it, as "abstract (2)", and a table of more than 1,048,576 rows in a
    further sheet; the readme says so.

    Args:
        selection: the tables.
        path: the file.
        origin: folder and command, for the readme.

    Raises:
        FolderError: the annotated folder is gone or damaged.
        OSError: the file cannot be written.
    """
    with opened_book(path, is_large=True) as book:
        formats = formats_of(book)
        look = Look(formats["head"], frozen=1)
        readme = book.add_worksheet("readme")
        added = {"sentences": (_SENTENCE_TEXT,), "documents": REVIEW_COLUMNS if has_reviews(selection.folder) else ()}
        columns = [c for table in TABLES for c in (*schema.columns(table), *added.get(table, ()))]
        write_frame(book, "data_dictionary", pd.DataFrame(columns, columns=list(schema.Column._fields)), look._replace(widths={4: 90}))
        counts, notes = [], []
        for table in TABLES:
            frame = table_of(selection, table)
            sheets, places = write_frame(book, table, flat(frame, table), look._replace(widths=_widths(frame)))
            counts.append((table, f"{len(frame):,} rows"))
            notes += _said(table, len(sheets), places)
        _write_readme(readme, [*_told(selection, origin), *counts, *notes, *about(origin.folder)], formats)


def _widths(frame: pd.DataFrame) -> dict[int, int]:
    return {place: _WIDTHS[str(name)] for place, name in enumerate(frame.columns) if str(name) in _WIDTHS}


def _told(selection: Selection, origin: Origin) -> list[tuple[str, str]]:
    return [
        ("what", f"Annotations of {len(selection.documents):,} documents"),
        ("how to read", "A sheet for each table; data_dictionary says what each column means. doc_id and concept_id join the tables."),
        ("lists", 'Cells that hold several values part them by "; ".'),
        *([("command", shlex.join(origin.command))] if origin.command else []),
    ]


def _said(table: str, n_sheets: int, columns: Grid) -> list[tuple[str, str]]:
    """What of a table goes on elsewhere, in words.

    >>> _said("documents", 1, Grid(("doc_id", "abstract", "abstract (2)"), (0, 1)))
    [('long cells', 'documents: abstract goes on in abstract (2); a cell holds 32,767 characters')]
    """
    more_sheets = "sheet" if n_sheets == 2 else f"{n_sheets - 1} sheets"
    rows = f"{table}: goes on in the next {more_sheets}; a sheet holds {ROWS:,} rows"
    said = [("long table", rows)] if n_sheets > 1 else []
    for start, end in pairwise((*columns.starts, len(columns.heads))):
        first, *more = columns.heads[start:end]
        if more:
            said.append(("long cells", f"{table}: {first} goes on in {', '.join(more)}; a cell holds {CHARACTERS:,} characters"))
    return said


def _write_readme(sheet: Any, rows: Sequence[tuple[str, str]], formats: dict[str, Any]) -> None:
    sheet.set_column(0, 0, 24)
    sheet.set_column(1, 1, 110)
    for line, row in enumerate([("item", "value"), *rows]):
        for i, cell in enumerate(row):
            write_cell(sheet, line, i, cell, formats["plain" if line else "head"])
