"""What spreadsheet programs make of identifiers, dates and texts is undone, or said."""

from __future__ import annotations

import datetime
import logging
from pathlib import Path

import openpyxl
import pytest

from allnlp.readers import read
from allnlp.schema import Document, Failure

TEXT = "We made up 24 patients."


def workbook(path: Path, *rows: list[object], hidden: bool = False) -> Path:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for row in rows:
        sheet.append(row)
    if hidden:
        book.create_sheet("shown").append(["nothing"])
        sheet.sheet_state = "hidden"
    book.save(path)
    return path


def documents(path: Path) -> list[Document]:
    rows = list(read([path]))
    assert not [row for row in rows if isinstance(row, Failure)]
    return [row for row in rows if isinstance(row, Document)]


@pytest.mark.parametrize(
    "cell", ["31234567", "31234567.0", "31234567,0", "3.1234567E7", "3.1234567E+07", '="31234567"', "31,234,567", "31 234 567", "PMID: 31234567"]
)
def test_pmid_of_a_spreadsheet_is_the_pmid(tmp_path: Path, cell: str) -> None:
    path = tmp_path / "a.tsv"
    path.write_text(f"PMID\tTitle\n{cell}\tA title\n")
    (found,) = documents(path)
    assert (found.doc_id, found.pmid) == ("31234567", "31234567")


def test_rounded_pmid_is_none_and_told(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    path = tmp_path / "a.csv"
    path.write_text("PMID,Title\n3.12E+07,A title\n3.12E+07,Another\n31234567,A third\n")
    with caplog.at_level(logging.WARNING, "allnlp.readers"):
        found = documents(path)
    assert [row.pmid for row in found] == [None, None, "31234567"]
    assert "2 rows have a PMID that a spreadsheet has rounded" in caplog.text


def test_float_pmid_linked_doi_and_dates_of_a_workbook(tmp_path: Path) -> None:
    path = workbook(
        tmp_path / "a.xlsx",
        ["Found on 5 March"],
        ["PMID", "Title", "Abstract", "DOI", "Publication Date", "Year"],
        [31234567.0, "A title", TEXT, "https://doi.org/10.5555/X.1", 44260, 2021],
        ["00031234568", "Another", "-", None, datetime.datetime(2020, 2, 3), 43864],
    )
    first, second = documents(path)
    assert (first.pmid, first.doi, first.publication_date, first.year) == ("31234567", "10.5555/x.1", "2021-03-05", 2021)
    assert (second.title, second.publication_date, second.year) == ("Another", "2020-02-03", 2020)


def test_number_of_days_outside_date_columns_stays(tmp_path: Path) -> None:
    (found,) = documents(workbook(tmp_path / "a.xlsx", ["PMID", "Title", "Year"], [44260, "44260", 2021]))
    assert (found.pmid, found.title) == ("44260", "44260")


def test_leading_zeros_of_text_stay(tmp_path: Path) -> None:
    (found,) = documents(workbook(tmp_path / "a.xlsx", ["Accession Number", "Title"], ["0001234567", "A title"]))
    assert found.doc_id == "0001234567"


def test_formula_that_was_never_computed_is_its_link_or_a_failure(tmp_path: Path) -> None:
    path = workbook(
        tmp_path / "a.xlsx",
        ["PMID", "Title", "Abstract"],
        ['=HYPERLINK("https://pubmed.ncbi.nlm.nih.gov/31234567/","31234567")', '=HYPERLINK("https://example.org","A title")', TEXT],
        [2, "=A2&B2", TEXT],
    )
    first, second = read([path])
    assert isinstance(first, Document)
    assert (first.pmid, first.title) == ("31234567", "A title")
    assert isinstance(second, Failure)
    assert "the title is a formula that was never computed" in second.error
    assert second.source_record == 2


def test_error_of_a_spreadsheet_is_no_abstract_and_told(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    path = tmp_path / "a.csv"
    path.write_text("PMID,Title,Abstract\n1,A title,#NAME?\n2,Number #1 of two,#NAME? is no abstract\n")
    with caplog.at_level(logging.WARNING, "allnlp.readers"):
        first, second = documents(path)
    assert (first.abstract, second.abstract) == ("", "#NAME? is no abstract")
    assert "1 rows have an error of a spreadsheet" in caplog.text


def test_hidden_sheet_is_read(tmp_path: Path) -> None:
    (found,) = documents(workbook(tmp_path / "a.xlsx", ["Title", "PMID"], ["A title", 1], hidden=True))
    assert found.title == "A title"


def test_sheet_that_is_passed_over_is_told(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    path = tmp_path / "a.xlsx"
    book = openpyxl.Workbook()
    book.active.append(["Title", "PMID"])  # type: ignore[union-attr]
    book.active.append(["A title", 1])  # type: ignore[union-attr]
    book.create_sheet("notes").append(["searched by", "EM"])
    book.save(path)
    with caplog.at_level(logging.WARNING, "allnlp.readers"):
        assert len(documents(path)) == 1
    assert "passed over: 'notes' with 'searched by', 'EM'" in caplog.text


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("sep=;\nPMID;Title\n31234567;A; title\n", "utf-8"),
        ("PMID\tTitle\n31234567\tA title\n", "utf-16"),
        ('PMID;Title\r\n31234567;"A\ntitle"\r\n', "cp1252"),
    ],
)
def test_texts_that_excel_writes(tmp_path: Path, text: str, code: str) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(text.replace("A; title", '"A; title"').encode(code))
    (found,) = documents(path)
    assert found.pmid == "31234567"
    assert found.title.startswith("A")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('<?xml version="1.0"?>\n<Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet"><Worksheet/></Workbook>', "of 2003 in XML"),
        ('<html xmlns:x="urn:schemas-microsoft-com:office:excel"><table><tr><td>Title</td></tr></table></html>', "a table in HTML"),
    ],
)
def test_other_workbooks_are_refused_with_what_to_do(tmp_path: Path, text: str, words: str) -> None:
    path = tmp_path / "a.xls"
    path.write_text(text)
    (row,) = read([path])
    assert isinstance(row, Failure)
    assert words in row.error
    assert "save it as .xlsx" in row.error
