"""Answers as files that leave the program, each whole or absent, and each with the record of what made it beside it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import pandas as pd

from allnlp.collection.evidence_table import EvidenceTable
from allnlp.exporters.evidence_html import evidence_html
from allnlp.exporters.evidence_json import evidence_json
from allnlp.exporters.excel import write_evidence_xlsx, write_sheets
from allnlp.exporters.files import Origin, check_path, placed
from allnlp.exporters.frames import write_delimited, write_json, write_parquet

__all__ = [
    "EVIDENCE_FORMATS", "RESULT_FORMATS", "Origin", "check_path", "evidence_json", "placed", "write_evidence", "write_result",
]  # fmt: skip

RESULT_FORMATS = (".csv", ".tsv", ".json", ".xlsx", ".parquet")
EVIDENCE_FORMATS = (".xlsx", ".html", ".csv", ".tsv", ".parquet", ".json")


def write_result(path: Path, sheets: Mapping[str, pd.DataFrame], origin: Origin | None = None) -> None:
    """Write a table in the format of the file's ending; an Excel file gets each of the tables as a sheet, others the first.

    Null is an empty cell (CSV, TSV, Excel) or null. Text that a spreadsheet would take for a formula gets an apostrophe in
    CSV and TSV.

    Args:
        path: ends in one of ``RESULT_FORMATS``.
        sheets: tables by name.
        origin: what they come from; without one there is no provenance.

    Raises:
        OptionError: another ending, or no such folder.
        FolderError: the annotated folder that they come from is gone or damaged.
        OSError: the file cannot be written; one that was there before stays.
    """
    check_path(path, RESULT_FORMATS)
    frame = next(iter(sheets.values()))
    with placed(path, origin) as work:
        match path.suffix.lower():
            case ".xlsx":
                write_sheets(sheets, work)
            case ".parquet":
                write_parquet(frame, work)
            case ".json":
                write_json(frame, work)
            case suffix:
                write_delimited(frame, work, "\t" if suffix == ".tsv" else ",")


def write_evidence(evidence: EvidenceTable, path: Path, *, command: Sequence[str] = ()) -> list[Path]:
    """Write an evidence table in the format of the file's ending; returns the files written, without their provenance.

    Excel, HTML and JSON hold the table and its sentences. Of CSV, TSV and Parquet the table is one file, and its cells with
    their sentences are a second: ``table.csv`` and ``table.cells.csv``.

    Args:
        evidence: the table.
        path: ends in one of ``EVIDENCE_FORMATS``.
        command: the words that ask for the same again, for the record.

    Raises:
        OptionError: another ending, or no such folder.
        FolderError: the annotated folder that it comes from is gone or damaged.
        OSError: the file cannot be written; what was there before stays.
    """
    check_path(path, EVIDENCE_FORMATS)
    origin = Origin(evidence.folder, tuple(command))
    suffix = path.suffix.lower()
    if suffix in (".csv", ".tsv", ".parquet"):
        cells = path.with_suffix(f".cells{path.suffix}")
        write_result(cells, {"cells": evidence.cells}, origin)
        write_result(path, {"evidence": evidence.table}, origin)
        return [path, cells]
    with placed(path, origin) as work:
        if suffix == ".xlsx":
            write_evidence_xlsx(evidence, work, origin)
        else:
            work.write_text(evidence_html(evidence, origin) if suffix == ".html" else evidence_json(evidence) + "\n", encoding="utf-8")
    return [path]
