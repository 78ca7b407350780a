"""Excel workbooks: tables as sheets, and an evidence table whose filled cells have their sentence as a note."""

from __future__ import annotations

import math
import shlex
from collections import defaultdict
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from importlib import metadata
from pathlib import Path
from typing import Any

import pandas as pd
import xlsxwriter

from allnlp.collection.evidence_table import EvidenceTable
from allnlp.collection.frames import plain_rows, records
from allnlp.exporters.files import Origin
from allnlp.tables import MANIFEST, read_manifest, sha256

CHARACTERS = 32_767  # that a cell of Excel holds
_NOTE = 1_500  # characters of a note that its box can show
ROWS = 1_048_576
_LEGEND = "A tinted cell is doubtful; the column review says why. Rest on a cell to read its sentence. The sheet cells has every value."


def write_sheets(sheets: Mapping[str, pd.DataFrame], path: Path) -> None:
    """A workbook of plain sheets."""
    with opened_book(path) as (book, formats):
        for name, frame in sheets.items():
            _write_sheet(book.add_worksheet(name), frame, formats)


def write_evidence_xlsx(evidence: EvidenceTable, path: Path, origin: Origin) -> None:
    """A workbook with the sheets evidence, cells, left_out and readme."""
    with opened_book(path) as (book, formats):
        _write_evidence(book.add_worksheet("evidence"), evidence, formats)
        _write_sheet(book.add_worksheet("cells"), evidence.cells, formats)
        _write_sheet(book.add_worksheet("left_out"), evidence.left_out, formats)
        _write_sheet(book.add_worksheet("readme"), _readme(evidence, origin), formats, widths={0: 24, 1: 110})


@contextmanager
def opened_book(path: Path, *, is_large: bool = False) -> Iterator[tuple[Any, dict[str, Any]]]:
    """A workbook and its formats; the same content gives the same bytes at any time.

    Args:
        path: the file.
        is_large: keep one row of each sheet in memory; then rows are written in order.

    Raises:
        OSError: the file cannot be written.
    """
    options = {"constant_memory": is_large, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    book = xlsxwriter.Workbook(str(path), options)
    book.set_properties({"created": pd.Timestamp("2000-01-01").to_pydatetime()})
    formats = {
        "head": book.add_format({"bold": True, "text_wrap": True, "valign": "top", "bottom": 1}),
        "plain": book.add_format({"text_wrap": True, "valign": "top"}),
        "doubtful": book.add_format({"text_wrap": True, "valign": "top", "bg_color": "#FFE8B3"}),
    }
    yield book, formats
    try:
        book.close()
    except xlsxwriter.exceptions.FileCreateError as error:
        raise OSError(str(error)) from None


def _write_evidence(sheet: Any, evidence: EvidenceTable, formats: dict[str, Any]) -> None:
    table = evidence.table
    notes: dict[tuple[Any, Any], list[str]] = defaultdict(list)
    doubtful = set()
    for cell in records(evidence.cells):
        place = (cell["doc_id"], cell["column"])
        notes[place].append(_note(cell))
        if cell["needs_review"]:
            doubtful |= {place, (cell["doc_id"], "review")}
    widths = {i: _width(str(name), table.iloc[:, i]) for i, name in enumerate(table.columns)}
    _write_sheet(sheet, table, formats, widths=widths, frozen=min(2, table.shape[1]))
    headers, id_at = [str(c) for c in table.columns], list(table.columns).index("doc_id")
    for line, row in enumerate(plain_rows(table), 1):
        for column, header in enumerate(headers):
            place = (row[id_at], header)
            if place in doubtful or (header == "review" and row[column]):
                _write(sheet, line, column, row[column], formats["doubtful"])
            if place in notes:
                text = "\n\n".join(dict.fromkeys(notes[place]))
                text = text if len(text) <= _NOTE else text[: _NOTE - 30] + " ... [see the sheet cells]"
                sheet.write_comment(
                    line, column, text, {"author": "allnlp", "width": 420, "height": min(60 + 15 * math.ceil(len(text) / 62), 420)}
                )


def _note(cell: dict[str, Any]) -> str:
    """A value's sentence, and its doubt."""
    where = f"Sentence {cell['sentence']} ({cell['section']})" if cell["sentence"] is not None else "Source"
    doubt = f"\nTo review: {cell['review_reason']}" if cell["needs_review"] else ""
    return f"{cell['text']}\n{where}: {cell['sentence_text'] or cell['evidence']}{doubt}"


def _width(header: str, column: Any) -> int:
    fixed = {"study": 18, "doc_id": 12, "title": 44, "review": 44, "year": 7, "n_patients": 10}
    longest = max([len(header) // 2, *(len(str(c)) for c in column.dropna())])
    return fixed.get(header, min(max(longest + 2, 10), 28))


def _write_sheet(
    sheet: Any, frame: pd.DataFrame, formats: dict[str, Any], *, widths: dict[int, int] | None = None, frozen: int = 0
) -> None:
    sheet.freeze_panes(1, frozen)
    for i, name in enumerate(frame.columns):
        sheet.set_column(i, i, (widths or {}).get(i, 14))
        sheet.write_string(0, i, str(name), formats["head"])
    if len(frame.columns):
        sheet.autofilter(0, 0, max(min(len(frame), ROWS - 1), 1), len(frame.columns) - 1)
    for line, row in enumerate(plain_rows(frame.head(ROWS - 1)), 1):
        for i, cell in enumerate(row):
            _write(sheet, line, i, cell, formats["plain"])


def _write(sheet: Any, line: int, column: int, cell: Any, form: Any) -> None:
    if isinstance(cell, str):
        sheet.write_string(line, column, cell if len(cell) <= CHARACTERS else cell[: CHARACTERS - 12] + " ... [cut]", form)
    elif isinstance(cell, bool):
        sheet.write_boolean(line, column, cell, form)
    elif cell is None:
        sheet.write_blank(line, column, None, form)
    else:
        sheet.write_number(line, column, cell, form)


def _readme(evidence: EvidenceTable, origin: Origin) -> pd.DataFrame:
    rows = [
        ("what", f"Evidence table of {len(evidence.table):,} studies, {len(evidence.cells):,} values"),
        ("how to read", _LEGEND),
        *(("note", note) for note in evidence.notes),
        *([("command", shlex.join(origin.command))] if origin.command else []),
        *(("option", f"{name}: {'; '.join(map(str, v)) if isinstance(v, list) else v}") for name, v in evidence.options.items() if v),
        *about(origin.folder),
    ]
    return pd.DataFrame(rows, columns=["item", "value"])


def about(folder: Path) -> list[tuple[str, str]]:
    """Versions of the program and of what the folder was annotated with, for a readme.

    Raises:
        FolderError: no annotated folder, or a damaged one.
    """
    manifest = read_manifest(folder)
    return [
        ("allnlp", metadata.version("allnlp")),
        ("annotated folder", str(folder)),
        ("annotated with", ", ".join(f"{name} {version}" for name, version in sorted(manifest.get("versions", {}).items()))),
        ("terminology", str(manifest.get("terminology") or "")),
        (MANIFEST, f"sha256 {sha256(folder / MANIFEST)}"),
    ]
