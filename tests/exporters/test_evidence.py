"""Evidence tables as files."""

from __future__ import annotations

import json
import re
from pathlib import Path

import duckdb
import openpyxl
import pandas as pd
import pytest
from lxml import html

from allnlp.collection.evidence_table import EvidenceTable, evidence_table
from allnlp.errors import OptionError
from allnlp.exporters import EVIDENCE_FORMATS, write_evidence

COMMAND = ("allnlp", "evidence-table", "<f>")


@pytest.fixture(scope="module")
def table(evidence: Path) -> EvidenceTable:
    return evidence_table(evidence)


def written(table: EvidenceTable, path: Path) -> Path:
    write_evidence(table, path, command=COMMAND)
    return path


@pytest.mark.parametrize("suffix", EVIDENCE_FORMATS)
def test_every_file_has_its_provenance_and_the_same_bytes_twice(table: EvidenceTable, tmp_path: Path, suffix: str) -> None:
    contents = []
    for _ in range(2):
        paths = write_evidence(table, tmp_path / f"t{suffix}", command=COMMAND)
        contents.append({p.name: p.read_bytes() for p in tmp_path.iterdir()})
    assert contents[0] == contents[1]
    assert sorted(contents[0]) == sorted(name for p in paths for name in (p.name, f"{p.name}.provenance.json"))


@pytest.mark.parametrize("suffix", [".csv", ".tsv", ".parquet"])
def test_of_a_flat_format_the_cells_with_their_sentences_are_a_second_file(table: EvidenceTable, tmp_path: Path, suffix: str) -> None:
    assert write_evidence(table, tmp_path / f"t{suffix}") == [tmp_path / f"t{suffix}", tmp_path / f"t.cells{suffix}"]
    kinds = {".csv": ",", ".tsv": "\t"}
    wide, long = (
        pd.read_csv(p, sep=kinds[suffix], dtype=str) if suffix in kinds else duckdb.sql(f"SELECT * FROM '{p}'").df()
        for p in (tmp_path / f"t{suffix}", tmp_path / f"t.cells{suffix}")
    )
    assert list(wide.columns) == list(table.table.columns)
    assert list(long.columns) == list(table.cells.columns)
    assert len(long) == len(table.cells)
    of_crs = long[(long["column"] == "CRS any") & (long["doc_id"].astype(str) == "1")].iloc[0]
    assert (of_crs["text"], str(of_crs["sentence"])) == ("26/34 (76%)", "2")
    assert of_crs["sentence_text"].startswith("Any-grade CRS occurred in 26 of 34")


def test_a_cell_of_a_workbook_has_its_sentence_as_a_note_and_its_doubt_as_a_tint(table: EvidenceTable, tmp_path: Path) -> None:
    book = openpyxl.load_workbook(written(table, tmp_path / "t.xlsx"))
    assert book.sheetnames == ["evidence", "cells", "left_out", "readme"]
    sheet = book["evidence"]
    at = {c.value: c.column for c in sheet[1]}
    crs, severe, doc_id = (sheet.cell(2, at[name]) for name in ("CRS any", "CRS >=3", "doc_id"))
    assert crs.comment is not None
    assert crs.comment.text.startswith("26/34 (76%)\nSentence 2 (results): Any-grade CRS occurred in 26 of 34")
    assert severe.comment is not None
    assert "To review: 3 of 34 is 8.8%, not 12%" in severe.comment.text
    assert severe.fill.fgColor.rgb == sheet.cell(2, at["review"]).fill.fgColor.rgb == "FFFFE8B3"
    assert crs.fill.fgColor.rgb != "FFFFE8B3"
    assert (doc_id.value, doc_id.data_type) == ("1", "s")
    assert sheet.cell(3, 1).value == "=Zhang 2020"
    assert sheet.cell(3, 1).data_type == "s"
    assert book["cells"].max_row == len(table.cells) + 1
    assert ("command", "allnlp evidence-table '<f>'") in [(r[0].value, r[1].value) for r in book["readme"].iter_rows()]


def test_a_value_of_the_page_leads_to_its_sentence_with_the_words_marked(table: EvidenceTable, tmp_path: Path) -> None:
    page = html.fromstring(written(table, tmp_path / "t.html").read_text(encoding="utf-8"))
    (link,) = [a for a in page.iter("a") if a.text == "26/34 (76%)"]
    target = page.get_element_by_id(link.get("href").removeprefix("#"))
    assert "Any-grade CRS occurred in 26 of 34 patients (76%)" in "".join(target.xpath(".//mark//text()"))
    ids = page.xpath("//@id")
    assert len(ids) == len(set(ids))
    assert {h.removeprefix("#") for h in page.xpath("//a/@href") if h.startswith("#")} <= set(ids)
    assert page.xpath("string(//tbody/tr[1])").count("?") == 3  # n_patients, CRS >=3, neurotoxicity


def test_the_page_calls_nothing_and_text_is_never_markup(table: EvidenceTable, tmp_path: Path) -> None:
    text = written(table, tmp_path / "t.html").read_text(encoding="utf-8")
    assert "<all>" not in text
    assert "ICANS &lt;all&gt;" in text
    assert "&#x27;&lt;f&gt;&#x27;" in text
    assert not re.findall(r"<(?:script|img|link|iframe)\b", text)
    assert set(re.findall(r'(?:src|href)="(https?://[^/"]+)', text)) == {"https://pubmed.ncbi.nlm.nih.gov", "https://doi.org"}


def test_json_holds_the_table_and_its_sentences(table: EvidenceTable, tmp_path: Path) -> None:
    found = json.loads(written(table, tmp_path / "t.json").read_text(encoding="utf-8"))
    assert list(found) == ["table", "cells", "left_out", "references", "notes", "options"]
    assert found["table"][0]["CRS any"] == "26/34 (76%)"
    assert found["table"][1]["n_patients"] is None
    assert found["references"][0]["pmid"] == "00990001"


def test_another_ending_is_refused(table: EvidenceTable, tmp_path: Path) -> None:
    with pytest.raises(OptionError, match=r"Use one of \.xlsx, \.html, \.csv"):
        write_evidence(table, tmp_path / "t.docx")
