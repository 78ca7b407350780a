"""Results as files: whole or absent, the same bytes each time, with the record of what made them."""

from __future__ import annotations

import json
from pathlib import Path

import duckdb
import openpyxl
import pandas as pd
import pytest

from allnlp.errors import FolderError, OptionError
from allnlp.exporters import RESULT_FORMATS, Origin, placed, write_result
from allnlp.tables import MANIFEST, sha256

FRAME = pd.DataFrame({
    "study": pd.array(["=1+1", "@x, \"y\"\nz", "Maude 2018"], dtype="string"),
    "n": pd.array([9, None, 2**53 + 1], dtype="Int64"),
    "share": [0.265, None, 1e-9],
    "doubtful": [True, False, False],
})  # fmt: skip


def read(path: Path) -> pd.DataFrame:
    match path.suffix:
        case ".csv" | ".tsv":
            return pd.read_csv(path, sep="\t" if path.suffix == ".tsv" else ",", dtype={"n": "Int64"})
        case ".json":
            return pd.DataFrame(json.loads(path.read_text(encoding="utf-8")), dtype=object)
        case ".xlsx":
            return pd.read_excel(path)
        case _:
            return duckdb.sql(f"SELECT * FROM '{path}'").df()


@pytest.mark.parametrize("suffix", RESULT_FORMATS)
def test_a_table_comes_back_as_it_was(tmp_path: Path, suffix: str) -> None:
    write_result(tmp_path / f"r{suffix}", {"rows": FRAME})
    found = read(tmp_path / f"r{suffix}")
    guard = "'" if suffix in (".csv", ".tsv") else ""
    assert found["study"].tolist() == [f"{guard}=1+1", f'{guard}@x, "y"\nz', "Maude 2018"]
    assert found["n"].isna().tolist() == [False, True, False]
    assert found["share"].fillna(-1).tolist() == [0.265, -1, 1e-9]
    assert found["doubtful"].tolist() == [True, False, False]
    if suffix != ".xlsx":  # Excel keeps 15 digits
        assert found["n"][2] == 2**53 + 1
    assert [p.name for p in tmp_path.iterdir()] == [f"r{suffix}"]


@pytest.mark.parametrize("suffix", RESULT_FORMATS)
def test_the_same_table_is_the_same_bytes(tmp_path: Path, suffix: str) -> None:
    for name in "ab":
        write_result(tmp_path / f"{name}{suffix}", {"rows": FRAME})
    assert (tmp_path / f"a{suffix}").read_bytes() == (tmp_path / f"b{suffix}").read_bytes()


@pytest.mark.parametrize("suffix", RESULT_FORMATS)
def test_an_empty_table_has_its_columns(tmp_path: Path, suffix: str) -> None:
    write_result(tmp_path / f"r{suffix}", {"rows": FRAME.head(0)})
    if suffix != ".json":
        assert list(read(tmp_path / f"r{suffix}").columns) == list(FRAME.columns)


def test_no_cell_of_a_workbook_is_a_formula_or_a_link(tmp_path: Path) -> None:
    write_result(tmp_path / "r.xlsx", {"rows": FRAME, "more": pd.DataFrame({"x": ["http://a.b"]})})
    book = openpyxl.load_workbook(tmp_path / "r.xlsx")
    assert book.sheetnames == ["rows", "more"]
    assert book["rows"]["A2"].data_type == "s"
    assert book["more"]["A2"].hyperlink is None


def test_beside_a_result_stands_what_made_it(evidence: Path, tmp_path: Path) -> None:
    write_result(tmp_path / "r.json", {"rows": FRAME}, Origin(evidence, ("allnlp", "findings", "f")))
    record = json.loads((tmp_path / "r.json.provenance.json").read_text(encoding="utf-8"))
    assert record["file"] == "r.json"
    assert record["sha256"] == sha256(tmp_path / "r.json")
    assert record["command"] == ["allnlp", "findings", "f"]
    assert {"allnlp", "numpy", "scipy", "pandas", "duckdb"} == set(record["versions"])
    assert record["folder"]["manifest_sha256"] == sha256(evidence / MANIFEST)
    assert record["folder"]["tables"]["findings"] == sha256(evidence / "findings.parquet")


def test_an_interrupted_write_leaves_what_was_there(evidence: Path, tmp_path: Path) -> None:
    (tmp_path / "r.csv").write_text("before", encoding="utf-8")

    def write() -> None:
        with placed(tmp_path / "r.csv", Origin(evidence)) as work:
            work.write_text("half", encoding="utf-8")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write()
    assert {p.name: p.read_text(encoding="utf-8") for p in tmp_path.iterdir()} == {"r.csv": "before"}


def test_a_result_of_a_folder_that_is_gone_is_not_written(tmp_path: Path) -> None:
    with pytest.raises(FolderError):
        write_result(tmp_path / "r.csv", {"rows": FRAME}, Origin(tmp_path / "gone"))
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("r.doc", r"the ending '\.doc' tells no format\. Use one of \.csv, \.tsv, \.json, \.xlsx, \.parquet"),
        ("r", "the ending '' tells no format"),
        ("none/r.csv", r"there is no folder .*none\. Make it"),
        ("made.csv", "is a folder"),
    ],
)
def test_a_path_that_cannot_be_written_is_refused(tmp_path: Path, name: str, message: str) -> None:
    (tmp_path / "made.csv").mkdir()
    with pytest.raises(OptionError, match=message):
        write_result(tmp_path / name, {"rows": FRAME})
