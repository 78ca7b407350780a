"""A selection as a workbook, and one table of it as a file."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import duckdb
import openpyxl
import pytest

from allnlp import schema
from allnlp.collection.selection import Selection, select
from allnlp.errors import OptionError
from allnlp.exporters import Origin, workbook
from allnlp.exporters.table import TABLES, write_table
from allnlp.exporters.workbook import write_workbook
from allnlp.tables import sheets


@pytest.fixture(scope="module")
def selection(evidence: Path) -> Selection:
    return select(evidence)


def written(selection: Selection, path: Path) -> openpyxl.Workbook:
    write_workbook(selection, path, Origin(selection.folder, ("allnlp", "export", "f", "--year", "2018:")))
    return openpyxl.load_workbook(path)


def test_a_workbook_has_a_readme_a_dictionary_and_each_table(selection: Selection, tmp_path: Path) -> None:
    book = written(selection, tmp_path / "f.xlsx")
    assert book.sheetnames == ["readme", "data_dictionary", *TABLES]
    for table in TABLES:
        assert book[table].max_row == max(len(getattr(selection, table)), 0) + 1
    readme = {row[0]: row[1] for row in book["readme"].iter_rows(values_only=True)}
    assert readme["command"] == "allnlp export f --year 2018:"
    assert readme["documents"] == f"{len(selection.documents)} rows"
    assert "cut" not in readme
    explained = {(row[0], row[1]) for row in book["data_dictionary"].iter_rows(min_row=2, values_only=True)}
    assert explained == {(c.table, c.column) for t in TABLES for c in schema.columns(t)} | {("sentences", "text")}


def test_identifiers_are_text_and_no_text_is_a_formula_or_a_link(selection: Selection, tmp_path: Path) -> None:
    documents = selection.documents.assign(title="=1+1", journal="https://example.org", pmid="00123")
    book = written(selection._replace(documents=documents), tmp_path / "f.xlsx")
    sheet = book["documents"]
    row = {sheet.cell(1, i).value: sheet.cell(2, i) for i in range(1, sheet.max_column + 1)}
    assert [(row[c].data_type, row[c].value, row[c].hyperlink) for c in ("title", "journal", "pmid", "doc_id")] == [
        ("s", "=1+1", None), ("s", "https://example.org", None), ("s", "00123", None), ("s", "1", None),
    ]  # fmt: skip


def test_sentences_have_their_text_and_lists_are_parted(selection: Selection, tmp_path: Path) -> None:
    documents = selection.documents.assign(authors=[["Muster, E", "Beispiel, B"]] * len(selection.documents))
    book = written(selection._replace(documents=documents), tmp_path / "f.xlsx")
    head = [c.value for c in book["sentences"][1]]
    assert [c.value for c in book["sentences"][3]][head.index("text")] == "We treated 34 children."
    head = [c.value for c in book["documents"][1]]
    assert [c.value for c in book["documents"][2]][head.index("authors")] == "Muster, E; Beispiel, B"


def test_what_a_sheet_cannot_hold_goes_on_and_the_readme_says_where(
    selection: Selection, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in (sheets, workbook):
        monkeypatch.setattr(module, "ROWS", 2)
    long = "a" * sheets.CHARACTERS + "b"
    documents = selection.documents.assign(abstract=[long, *["short"] * (len(selection.documents) - 1)])
    book = written(selection._replace(documents=documents), tmp_path / "f.xlsx")
    said = {row[0]: row[1] for row in book["readme"].iter_rows(values_only=True) if row[1] and str(row[1]).startswith("documents:")}
    assert said == {
        "long table": "documents: goes on in the next 2 sheets; a sheet holds 2 rows",
        "long cells": "documents: abstract goes on in abstract (2); a cell holds 32,767 characters",
    }
    head, row = book["documents"].iter_rows(values_only=True)
    assert "".join(cell for name, cell in zip(head, row, strict=True) if str(name).partition(" ")[0] == "abstract") == long
    head, row = book["documents 2"].iter_rows(values_only=True)
    assert dict(zip(head, row, strict=True))["abstract"] == "short"


def test_an_endless_interval_is_written_in_words(selection: Selection, tmp_path: Path) -> None:
    endless = selection._replace(findings=selection.findings.assign(ci_high=float("inf")))
    sheet = written(endless, tmp_path / "f.xlsx")["findings"]
    place = [c.value for c in sheet[1]].index("ci_high")
    assert sheet[2][place].value == "inf"
    write_table(endless, tmp_path / "f.json", table="findings")
    rows = json.loads((tmp_path / "f.json").read_text(encoding="utf-8"), parse_constant=lambda word: pytest.fail(word))
    assert rows[0]["ci_high"] is None


def test_the_same_selection_is_the_same_bytes(selection: Selection, tmp_path: Path) -> None:
    for name in "ab":
        write_workbook(selection, tmp_path / f"{name}.xlsx", Origin(selection.folder))
    assert (tmp_path / "a.xlsx").read_bytes() == (tmp_path / "b.xlsx").read_bytes()


@pytest.mark.parametrize("table", TABLES)
def test_parquet_of_a_table_has_the_types_of_the_schema(selection: Selection, tmp_path: Path, table: str) -> None:
    write_table(selection, tmp_path / "t.parquet", table=table)
    found = duckdb.sql(f"DESCRIBE SELECT * FROM '{tmp_path / 't.parquet'}'").fetchall()
    wanted = [(c.column, c.type) for c in schema.columns(table)] + ([("text", "VARCHAR")] if table == "sentences" else [])
    assert [row[:2] for row in found] == wanted
    assert duckdb.sql(f"SELECT count(*) FROM '{tmp_path / 't.parquet'}'").fetchall()[0][0] == len(getattr(selection, table))


def test_csv_guards_formulas_and_parts_lists(selection: Selection, tmp_path: Path) -> None:
    documents = selection.documents.assign(title="=1+1", keywords=[["-a", "b"]] * len(selection.documents))
    write_table(selection._replace(documents=documents), tmp_path / "t.csv", table="documents")
    with (tmp_path / "t.csv").open(encoding="utf-8", newline="") as stream:
        row = next(csv.DictReader(stream))
    assert (row["title"], row["keywords"], row["mesh_terms"]) == ("'=1+1", "'-a; b", "")


def test_json_of_a_table_has_lists(selection: Selection, tmp_path: Path) -> None:
    write_table(selection, tmp_path / "t.json", table="studies")
    rows = json.loads((tmp_path / "t.json").read_text(encoding="utf-8"))
    assert len(rows) == len(selection.studies)
    assert isinstance(rows[0]["therapies"], list)


def test_a_table_that_is_none_is_refused(selection: Selection, tmp_path: Path) -> None:
    with pytest.raises(OptionError, match=r"no table 'failures' to export\. Tables: documents, sentences"):
        write_table(selection, tmp_path / "t.csv", table="failures")
