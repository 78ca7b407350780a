"""Exports read back by other programs and by us: no text, identifier or number is another one afterwards."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import duckdb
import openpyxl
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from allnlp.cells import parted, unguarded
from allnlp.collection.selection import Selection, select
from allnlp.exporters import Origin, write_result
from allnlp.exporters.frames import write_delimited
from allnlp.exporters.table import TABLES, write_table
from allnlp.exporters.workbook import write_workbook
from allnlp.readers import read
from allnlp.schema import Document
from allnlp.tables.sheets import CHARACTERS

DELIMITERS = {".csv": ",", ".tsv": "\t"}
TEXT = st.text(
    st.characters(exclude_categories=["Cs"], exclude_characters="\0") | st.sampled_from("=+-@'\" \t\r\n;,|\x0b\u202e\u05d0\u0301\U0001f9ec\u2028\x85\ufeff"), max_size=20
)
NUMBER = st.floats(allow_nan=False) | st.integers(-(2**63), 2**63 - 1)
ROWS = st.lists(st.tuples(TEXT, NUMBER, TEXT), min_size=1, max_size=6)
NASTY = "-11q; \"a\"\tb, '=1+1' \u2265 3 \u05d0\u0301 \U0001f9ec  x"


def frame_of(rows: list[tuple[Any, ...]]) -> pd.DataFrame:
    columns = zip(*rows, strict=True)
    return pd.DataFrame({name: pd.Series(list(cells), dtype=object) for name, cells in zip(("=text", "number", "last"), columns, strict=True)})


@pytest.mark.parametrize("suffix", DELIMITERS)
@given(ROWS)
def test_csv_gives_every_text_and_number_back(tmp_path_factory: pytest.TempPathFactory, suffix: str, rows: list[tuple[Any, ...]]) -> None:
    path = tmp_path_factory.mktemp("r") / f"r{suffix}"
    write_delimited(frame_of(rows), path, DELIMITERS[suffix])
    with path.open(encoding="utf-8-sig", newline="") as stream:
        head, *found = csv.reader(stream, delimiter=DELIMITERS[suffix], strict=True)
    assert head == ["'=text", "number", "last"]
    assert [(unguarded(a), type(row[1])(number), unguarded(b)) for (a, number, b), row in zip(found, rows, strict=True)] == rows


@pytest.mark.parametrize("suffix", DELIMITERS)
@settings(max_examples=30)
@given(ROWS)
def test_csv_is_the_same_for_duckdb_and_pandas(tmp_path_factory: pytest.TempPathFactory, suffix: str, rows: list[tuple[Any, ...]]) -> None:
    path = tmp_path_factory.mktemp("r") / f"r{suffix}"
    write_delimited(frame_of(rows), path, DELIMITERS[suffix])
    expected = [(a, b) for a, _, b in rows]
    frame = pd.read_csv(path, sep=DELIMITERS[suffix], dtype=str, keep_default_na=False)
    assert [(unguarded(a), unguarded(b)) for a, b in zip(frame["'=text"], frame["last"], strict=True)] == expected
    options = f"header=true, delim='{DELIMITERS[suffix]}', quote='\"', escape='\"', all_varchar=true, auto_detect=false"
    names = "{'text': 'VARCHAR', 'number': 'VARCHAR', 'last': 'VARCHAR'}"
    found = duckdb.sql(f"SELECT coalesce(text, ''), coalesce(last, '') FROM read_csv('{path}', columns={names}, {options})").fetchall()
    assert [(unguarded(a), unguarded(b)) for a, b in found] == expected


def test_a_csv_begins_with_the_mark_that_excel_looks_for_and_a_tsv_does_not(tmp_path: Path) -> None:
    frame = pd.DataFrame({"doc_id": ["007"], "word": ["\u03b1 \u2265 3"]})
    for suffix in DELIMITERS:
        write_result(tmp_path / f"r{suffix}", {"rows": frame})
    assert (tmp_path / "r.csv").read_bytes() == b"\xef\xbb\xbfdoc_id,word\n007," + "\u03b1 \u2265 3\n".encode()
    assert (tmp_path / "r.tsv").read_bytes() == b"doc_id\tword\n007\t" + "\u03b1 \u2265 3\n".encode()
    assert pd.read_csv(tmp_path / "r.csv").columns.tolist() == ["doc_id", "word"]


def test_a_column_of_empty_cells_keeps_its_rows(tmp_path: Path) -> None:
    write_result(tmp_path / "r.csv", {"rows": pd.DataFrame({"note": ["", None, "x"]})})
    with (tmp_path / "r.csv").open(encoding="utf-8-sig", newline="") as stream:
        assert list(csv.reader(stream)) == [["note"], [""], [""], ["x"]]


def test_lists_days_and_long_arrays_leave_whole(tmp_path: Path) -> None:
    values = [str(i) for i in range(3000)]
    day = pd.Timestamp("2021-03-04").date()
    frame = pd.DataFrame({"names": [values, ["a; b", "c"]], "sentences": [[1, -1], []], "day": [day, None]})
    write_result(tmp_path / "r.csv", {"rows": frame})
    write_result(tmp_path / "r.xlsx", {"rows": frame})
    with (tmp_path / "r.csv").open(encoding="utf-8-sig", newline="") as stream:
        first, second = csv.DictReader(stream)
    assert (parted(first["names"]), first["sentences"], first["day"]) == (values, "1; -1", "2021-03-04")
    assert (parted(second["names"]), second["sentences"], second["day"]) == (["a; b", "c"], "", "")
    sheet = openpyxl.load_workbook(tmp_path / "r.xlsx").active
    assert sheet is not None
    assert [cell.value for cell in sheet[2]] == ["; ".join(values), "1; -1", "2021-03-04"]


DOCUMENTS = (
    Document("00123", title=NASTY, abstract=NASTY, text=f"{NASTY}\n{NASTY}", authors=("Muster, E", "a; b"), keywords=("-11q", "x|y, z"), year=2021, source_record=1),
    Document("90000001", pmid="90000001", pmcid="PMC7000001", doi="10.1000/(a)1e5", title="=1+1", abstract="", text="=1+1", source_record=2),
    Document("10.1000/long", doi="10.1000/long", title="'-11q", abstract="\u03b1 = 1. " * 9000, text="'-11q\n" + "\u03b1 = 1. " * 9000, source_record=3),
    Document("1E5", title="MARCH1", abstract="@home\nNCT01234567", text="MARCH1\n@home\nNCT01234567", trial_ids=("NCT01234567",), source_record=4),
    Document("sha1:0", title="", abstract="+8 and -7", text="+8 and -7", is_retracted=True, source_record=5),
)


@pytest.fixture(scope="module")
def documents(evidence: Path) -> Selection:
    """Documents with texts and identifiers that spreadsheets turn into something else."""
    rows = [document._asdict() for document in DOCUMENTS]
    frame = pd.DataFrame({name: pd.Series([list(r[name]) if isinstance(r[name], tuple) else r[name] for r in rows], dtype=object) for name in rows[0]})
    return select(evidence)._replace(documents=frame)


def exported(documents: Selection, path: Path) -> Path:
    """Writes the documents as the file's ending says."""
    if path.suffix == ".xlsx":
        empty = {table: getattr(documents, table).head(0) for table in TABLES if table not in ("documents", "mentions", "sentences")}
        write_workbook(documents._replace(**empty, sentences=documents.sentences.head(0)), path, Origin(documents.folder))
    else:
        write_table(documents, path, table="documents")
    return path


@pytest.mark.parametrize("suffix", [".csv", ".tsv", ".xlsx", ".json"])
def test_our_own_export_read_again_gives_the_same_documents(documents: Selection, tmp_path: Path, suffix: str) -> None:
    found = list(read([exported(documents, tmp_path / f"d{suffix}")]))
    assert [type(row) for row in found] == [Document] * len(DOCUMENTS)
    for row, document in zip(found, DOCUMENTS, strict=True):
        for name in ("doc_id", "pmid", "pmcid", "doi", "title", "abstract", "text", "authors", "keywords", "trial_ids", "year", "is_retracted"):
            assert getattr(row, name) == getattr(document, name), name


def test_a_workbook_of_documents_shows_every_cell_as_text(documents: Selection, tmp_path: Path) -> None:
    sheet = openpyxl.load_workbook(exported(documents, tmp_path / "d.xlsx"))["documents"]
    head = [str(cell.value) for cell in sheet[1]]
    cells = [(head[i], cell) for row in sheet.iter_rows(min_row=2) for i, cell in enumerate(row) if cell.value is not None]
    assert {cell.data_type for name, cell in cells if name not in ("year", "source_record", "is_retracted")} == {"s"}
    assert [cell.value for name, cell in cells if name == "doc_id"] == [d.doc_id for d in DOCUMENTS]
    long = "".join(str(cell.value) for name, cell in cells if name.partition(" ")[0] == "abstract" and cell.row == 4)
    assert long == DOCUMENTS[2].abstract
    assert max(len(cell.value) for _, cell in cells if isinstance(cell.value, str)) <= CHARACTERS
    frame = pd.read_excel(tmp_path / "d.xlsx", sheet_name="documents", dtype=str)
    assert frame["doc_id"].tolist() == [d.doc_id for d in DOCUMENTS]


def test_json_holds_the_texts_as_they_are(documents: Selection, tmp_path: Path) -> None:
    rows = json.loads(exported(documents, tmp_path / "d.json").read_text(encoding="utf-8"))
    assert [(row["doc_id"], row["title"], row["authors"]) for row in rows] == [(d.doc_id, d.title, list(d.authors)) for d in DOCUMENTS]
