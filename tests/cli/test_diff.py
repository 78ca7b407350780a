"""``allnlp diff``."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from allnlp.annotation import annotate_collection

Run = Callable[..., Any]


@pytest.fixture(scope="module")
def newer(demo: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The demo with two terms more."""
    place = tmp_path_factory.mktemp("newer")
    (place / "my.csv").write_text("text,label,name\nwere,THERAPY,an invented drug\nwas,TOXICITY,an invented harm\n", encoding="utf-8")
    annotate_collection([demo], place / "f", terms=[place / "my.csv"])
    return place / "f"


def test_the_summary_comes_first(run: Run, folder: Path, newer: Path) -> None:
    ran = run("diff", folder, newer)
    assert (ran.code, ran.err) == (0, "")
    lines = ran.out.split("\n")
    assert lines[0] == "what\tbefore\tafter\tsame\tadded\tremoved\tchanged\tmoved"
    assert [line.split("\t")[0] for line in lines[1:6]] == ["documents", "mentions", "findings", "study cells", "concepts"]
    assert "vocabulary" in ran.out
    assert "an invented drug" in ran.out


def test_rows_are_listed(run: Run, folder: Path, newer: Path) -> None:
    header, first, *_ = run("diff", folder, newer, "--mentions").out.split("\n")
    assert header.split("\t")[:3] == ["change", "doc_id", "sentence"]
    assert first.split("\t")[0] == "added"
    assert "my.csv:was" in run("diff", folder, newer, "--rules").out
    assert "new\tuser:an-invented-drug" in run("diff", folder, newer, "--concepts").out


def test_json_has_every_table_or_the_one_chosen(run: Run, folder: Path, newer: Path) -> None:
    found = json.loads(run("diff", folder, newer, "--json").out)
    assert list(found) == ["summary", "made_by", "documents", "by_concept", "by_rule", "mentions", "findings", "studies", "concepts"]
    assert json.loads(run("diff", folder, newer, "--concepts", "--json").out) == found["concepts"]


def test_a_workbook_has_every_table_as_a_sheet(run: Run, folder: Path, newer: Path, tmp_path: Path) -> None:
    ran = run("diff", folder, newer, "-o", tmp_path / "d.xlsx")
    assert (ran.code, ran.out, ran.err) == (0, "", f"Wrote {tmp_path / 'd.xlsx'}\n")
    assert openpyxl.load_workbook(tmp_path / "d.xlsx").sheetnames[0] == "summary"
    assert len(openpyxl.load_workbook(tmp_path / "d.xlsx").sheetnames) == 9
    assert run("diff", folder, newer, "--mentions", "-o", tmp_path / "m.parquet").code == 0
    assert (tmp_path / "m.parquet.provenance.json").is_file()


def test_documents_that_are_not_compared_are_told(run: Run, folder: Path, demo: Path, tmp_path: Path) -> None:
    annotate_collection([demo], tmp_path / "f", limit=5)
    assert "only in the first folder, not compared; which: --documents" in run("diff", folder, tmp_path / "f").err


def test_nothing_different_is_an_answer(run: Run, folder: Path) -> None:
    ran = run("diff", folder, folder)
    assert (ran.code, ran.err) == (0, "Nothing differs in the documents of both.\n")
    ran = run("diff", folder, folder, "--findings")
    assert (ran.code, ran.out) == (3, "")
    assert "nothing differs in findings." in ran.err


def test_wrong_use_is_refused(run: Run, folder: Path, evidence: Path, tmp_path: Path) -> None:
    ran = run("diff", folder, folder, "--findings", "--studies")
    assert (ran.code, ran.err) == (2, "allnlp: findings and studies are chosen. Choose one table, or write all with -o FILE.xlsx.\n")
    ran = run("diff", folder, evidence)
    assert ran.code == 1
    assert "have no document in common" in ran.err
    assert run("diff", folder, tmp_path / "none").code == 1
