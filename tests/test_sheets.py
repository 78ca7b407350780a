"""Excel workbooks: what is written comes back by openpyxl, whole, and as text or number as it was."""

from __future__ import annotations

import math
import zipfile
from pathlib import Path
from typing import Any

import duckdb
import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl.utils.escape import unescape

from allnlp import schema
from allnlp.errors import OptionError
from allnlp.tables import sheets
from allnlp.tables.sheets import CHARACTERS, COLUMNS, grid, opened_book, pieces, sheet_name, write_rows, write_xlsx

IDENTIFIERS = (
    "00123", "007", "1E5", "3-4", "1-2", "MARCH1", "SEPT2", "2/3", "=1+1", "+8", "-7", "-5/del(5q)", "@x", "\t=1", "10.1000/x", "NCT01234567",
    "TRUE", "1,5", "1:30", "https://example.org", "mailto:a@example.org", "#N/A", "%", "1e-10", "<r><t>x</t></r>", "{=1}", "12345678901234567890",
)  # fmt: skip
TEXT = st.text(
    st.characters(exclude_categories=["Cs"], exclude_characters="\0") | st.sampled_from("=+-@'\" \t\r\n\x01\x0b\ufffe_x000D_<>&\u202e\u05d0\u0301\U0001f9ec"), min_size=1, max_size=20
)


def written(path: Path, rows: list[tuple[Any, ...]], *, is_large: bool = True) -> Any:
    """Fills a workbook with one table, and opens it."""
    names = [f"column {i}" for i in range(len(rows[0]))]
    widest = {i: max(len(pieces(row[i])) if isinstance(row[i], str) else 1 for row in rows) for i in range(len(names))}
    with opened_book(path, is_large=is_large) as book:
        write_rows(book, "rows", grid(names, widest), rows)
    return openpyxl.load_workbook(path)


@pytest.mark.parametrize("is_large", [True, False])
def test_identifiers_are_text_whatever_they_look_like(tmp_path: Path, is_large: bool) -> None:
    sheet = written(tmp_path / "b.xlsx", [(text,) for text in IDENTIFIERS], is_large=is_large).active
    cells = [row[0] for row in sheet.iter_rows(min_row=2)]
    assert [cell.value for cell in cells] == list(IDENTIFIERS)
    assert {cell.data_type for cell in cells} == {"s"}
    assert not any(cell.hyperlink for cell in cells)
    with zipfile.ZipFile(tmp_path / "b.xlsx") as book:
        assert not any(b"<f>" in book.read(name) or b"hyperlink" in book.read(name) for name in book.namelist())


@settings(max_examples=40)
@given(st.lists(TEXT, min_size=1, max_size=6))
def test_any_text_comes_back(tmp_path_factory: pytest.TempPathFactory, texts: list[str]) -> None:
    sheet = written(tmp_path_factory.mktemp("any") / "b.xlsx", [(text,) for text in texts]).active
    # Excel's own way to write what XML cannot hold, which openpyxl leaves as it stands
    assert [unescape(row[0]) for row in sheet.iter_rows(min_row=2, values_only=True)] == texts


def test_numbers_are_numbers_and_what_excel_would_round_is_text(tmp_path: Path) -> None:
    values = (3, -0.5, 1e-10, 1e300, 0, 2**53, 2**53 + 1, -(2**63), True, False, math.inf, -math.inf, math.nan, None)
    sheet = written(tmp_path / "b.xlsx", [(value,) for value in values]).active
    found = [row[0] for row in sheet.iter_rows(min_row=2, max_row=len(values) + 1, values_only=True)]
    assert found == [3, -0.5, 1e-10, 1e300, 0, 2**53, "9007199254740993", "-9223372036854775808", True, False, "inf", "-inf", None, None]


@settings(max_examples=20)
@given(st.lists(st.floats(-1e300, 1e300), min_size=1, max_size=20))
def test_a_number_keeps_the_digits_that_excel_has(tmp_path_factory: pytest.TempPathFactory, values: list[float]) -> None:
    sheet = written(tmp_path_factory.mktemp("numbers") / "b.xlsx", [(value,) for value in values]).active
    found = [row[0] for row in sheet.iter_rows(min_row=2, values_only=True)]
    assert all(math.isclose(one, other, rel_tol=1e-15) for one, other in zip(found, values, strict=True))


@given(st.text(st.characters() | st.sampled_from("\U0001f9ec\ud83e\uddec"), max_size=60), st.integers(2, 9))
def test_pieces_are_the_text_and_fit(text: str, most: int) -> None:
    def wide(piece: str) -> bytes:
        return piece.encode("utf-16-le", "surrogatepass")

    found = pieces(text, most)
    assert b"".join(map(wide, found)) == wide(text)
    assert all(len(wide(piece)) <= 2 * most for piece in found)
    assert len(found) == 1 or all(found)


def test_a_long_cell_goes_on_beside_it_and_no_character_is_lost(tmp_path: Path) -> None:
    long = "a\U0001f9ecb " * 20_000
    sheet = written(tmp_path / "b.xlsx", [("1", long, 3), ("2", "short", 4)]).active
    head, first, second = sheet.iter_rows(values_only=True)
    assert head == ("column 0", "column 1", "column 1 (2)", "column 1 (3)", "column 1 (4)", "column 2")
    assert "".join(first[1:5]) == long
    assert max(len(cell.encode("utf-16-le")) // 2 for cell in first[1:5]) <= CHARACTERS
    assert (first[5], second) == (3, ("2", "short", None, None, None, 4))


def test_a_table_larger_than_a_sheet_goes_on_in_the_next(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sheets, "ROWS", 4)
    book = written(tmp_path / "b.xlsx", [(i,) for i in range(7)])
    assert book.sheetnames == ["rows", "rows 2", "rows 3"]
    assert [[c for (c,) in sheet.iter_rows(values_only=True)] for sheet in book] == [["column 0", 0, 1, 2], ["column 0", 3, 4, 5], ["column 0", 6]]
    exactly = written(tmp_path / "c.xlsx", [(i,) for i in range(3)])
    assert exactly.sheetnames == ["rows"]


def test_what_a_sheet_cannot_hold_is_refused_in_words() -> None:
    with pytest.raises(OptionError, match=r"needs 16,385 columns; a sheet of Excel holds 16,384\. Ask for fewer, or write \.csv"):
        grid([str(i) for i in range(COLUMNS + 1)])
    with pytest.raises(OptionError, match=r"column 2 has a name of 40,000 characters; Excel's hold 32,767\. Name it shorter"):
        grid(["a", "b" * 40_000])


NAME = st.text(st.characters() | st.sampled_from("[]:*?/\\' \U0001f9ec"), max_size=40) | st.sampled_from(["History", "history", "", "'a'", "a" * 31])


@settings(max_examples=40)
@given(st.lists(NAME, min_size=1, max_size=8))
def test_any_names_are_names_of_sheets(tmp_path_factory: pytest.TempPathFactory, names: list[str]) -> None:
    path = tmp_path_factory.mktemp("names") / "b.xlsx"
    with opened_book(path) as book:
        for name in names:
            write_rows(book, name, grid(["x"]), [])
    assert len(openpyxl.load_workbook(path).sheetnames) == len(names)


@pytest.mark.parametrize(("wanted", "expected"), [("History", "History_"), ("a:b", "a-b"), ("  ", "sheet"), ("'quoted'", "quoted"), ("x\0y", "x-y")])
def test_names_that_excel_forbids_are_told_otherwise(wanted: str, expected: str) -> None:
    assert sheet_name(wanted) == expected


def test_a_folder_table_has_its_long_abstract_whole(tmp_path: Path) -> None:
    long = "\u03b1 = 1. " * 30_000
    database = duckdb.connect(":memory:")
    cells = ", ".join(f"""{"?" if c.column in ("doc_id", "abstract", "mesh_terms") else "NULL"}::{c.type} AS "{c.column}\"""" for c in schema.columns("documents"))
    database.execute(f"CREATE TABLE source AS SELECT {cells}", ["007", long, ["a" * CHARACTERS, "b"]])
    write_xlsx(database, "documents", "source", tmp_path / "d.xlsx")
    head, row = openpyxl.load_workbook(tmp_path / "d.xlsx").active.iter_rows(values_only=True)

    def whole(name: str) -> str:
        return "".join(cell for column, cell in zip(head, row, strict=True) if column.partition(" (")[0] == name)

    assert (whole("doc_id"), whole("abstract") == long, whole("mesh_terms")) == ("007", True, "a" * CHARACTERS + "; b")
