"""Excel workbooks: tables as sheets, and an evidence table whose filled cells have their sentence as a note."""

from __future__ import annotations

import math
import shlex
from collections import defaultdict
from collections.abc import Mapping
from importlib import metadata
from pathlib import Path
from typing import Any

import pandas as pd

from allnlp.cells import plain
from allnlp.collection.evidence_table import EvidenceTable
from allnlp.collection.frames import plain_rows, records
from allnlp.exporters.files import Origin
from allnlp.tables import MANIFEST, read_manifest, sha256
from allnlp.tables.sheets import CHARACTERS, ROWS, Grid, Look, grid, opened_book, pieces, write_cell, write_rows

_NOTE = 1_500  # characters of a note that its box can show
_LEGEND = "A tinted cell is doubtful; the column review says why. Rest on a cell to read its sentence. The sheet cells has every value."


def write_sheets(sheets: Mapping[str, pd.DataFrame], path: Path) -> None:
    """A workbook of plain sheets."""
    with opened_book(path) as book:
        formats = formats_of(book)
        for name, frame in sheets.items():
            write_frame(book, name, frame, Look(formats["head"], formats["plain"]))


def write_evidence_xlsx(evidence: EvidenceTable, path: Path, origin: Origin) -> None:
    """A workbook with the sheets evidence, cells, left_out and readme."""
    with opened_book(path) as book:
        formats = formats_of(book)
        look = Look(formats["head"], formats["plain"])
        _write_evidence(book, evidence, formats)
        write_frame(book, "cells", evidence.cells, look)
        write_frame(book, "left_out", evidence.left_out, look)
        write_frame(book, "readme", _readme(evidence, origin), look._replace(widths={0: 24, 1: 110}))


def formats_of(book: Any) -> dict[str, Any]:
    """Formats of a workbook: head, plain and doubtful cells."""
    return {
        "head": book.add_format({"bold": True, "text_wrap": True, "valign": "top", "bottom": 1}),
        "plain": book.add_format({"text_wrap": True, "valign": "top"}),
        "doubtful": book.add_format({"text_wrap": True, "valign": "top", "bg_color": "#FFE8B3"}),
    }


def write_frame(book: Any, name: str, frame: pd.DataFrame, look: Look) -> tuple[list[Any], Grid]:
    """Write a frame into a sheet, or several; returns them, and where the columns are.

    Raises:
        OptionError: a sheet cannot hold so many columns.
    """
    columns = grid([str(c) for c in frame.columns], {i: n for i in range(frame.shape[1]) if (n := _most_pieces(frame.iloc[:, i])) > 1})
    return write_rows(book, name, columns, plain_rows(frame), look), columns


def _most_pieces(column: Any) -> int:
    if column.dtype.kind in "iufb":
        return 1
    texts = (cell if isinstance(cell, str) else plain(cell) for cell in column.dropna())
    return max((len(pieces(text)) for text in texts if isinstance(text, str) and 2 * len(text) > CHARACTERS), default=1)


def _write_evidence(book: Any, evidence: EvidenceTable, formats: dict[str, Any]) -> None:
    table = evidence.table
    notes: dict[tuple[Any, Any], list[str]] = defaultdict(list)
    doubtful = set()
    for cell in records(evidence.cells):
        place = (cell["doc_id"], cell["column"])
        notes[place].append(_note(cell))
        if cell["needs_review"]:
            doubtful |= {place, (cell["doc_id"], "review")}
    widths = {i: _width(str(name), table.iloc[:, i]) for i, name in enumerate(table.columns)}
    look = Look(formats["head"], formats["plain"], widths, frozen=min(2, table.shape[1]))
    sheets, columns = write_frame(book, "evidence", table, look)
    headers, id_at = [str(c) for c in table.columns], list(table.columns).index("doc_id")
    for number, row in enumerate(plain_rows(table)):
        sheet, line = sheets[number // (ROWS - 1)], number % (ROWS - 1) + 1
        for cell, column, header in zip(row, columns.starts, headers, strict=True):
            place = (row[id_at], header)
            if place in doubtful or (header == "review" and cell):
                write_cell(sheet, line, column, cell, formats["doubtful"])
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
