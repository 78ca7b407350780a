"""``allnlp summary``."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

Run = Callable[..., Any]


def test_the_summary_is_tables_on_stdout(run: Run, folder: Path) -> None:
    ran = run("summary", folder)
    assert (ran.code, ran.err) == (0, "")
    tables = [block.split("\n") for block in ran.out.strip().split("\n\n")]
    assert [t[0].split("\t")[0] for t in tables] == ["item", "field", "label", "label"]
    assert all(len(line.split("\t")) == len(t[0].split("\t")) for t in tables for line in t)


def test_json_has_every_table(run: Run, folder: Path) -> None:
    found = json.loads(run("summary", folder, "--json").out)
    assert list(found) == ["information", "completeness", "labels", "concepts", "failures"]
    assert {"item": "records read", "value": "40"} in found["information"]


def test_top_says_how_many_concepts_are_shown(run: Run, folder: Path) -> None:
    concepts = json.loads(run("summary", folder, "--top", "2", "--json").out)["concepts"]
    assert [c["label"] for c in concepts].count("THERAPY") == 2


def test_failures_are_listed_with_their_reason(run: Run, tmp_path: Path) -> None:
    (tmp_path / "some.jsonl").write_text('{"id": "1", "title": "CRS", "abstract": "No CRS."}\n{\n', encoding="utf-8")
    run("annotate", tmp_path / "some.jsonl", "-o", tmp_path / "out")
    header, row = run("summary", tmp_path / "out", "--failures").out.strip().split("\n")
    assert header.split("\t") == ["source_file", "source_record", "step", "error"]
    assert row.split("\t")[1:3] == ["2", "read"]


def test_a_missing_folder_exits_with_1(run: Run, tmp_path: Path) -> None:
    ran = run("summary", tmp_path / "nowhere")
    assert (ran.code, ran.out) == (1, "")
    assert "allnlp annotate INPUT" in ran.err


def test_a_wrong_number_exits_with_2(run: Run, folder: Path) -> None:
    assert run("summary", folder, "--top", "0").code == 2
