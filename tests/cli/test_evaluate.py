"""``allnlp evaluate``; the figures are tested with the library."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Run = Callable[..., Any]
TEXTS = {"id": "1", "title": "CRS after tisagenlecleucel", "abstract": "No CRS was seen."}
GOLD = {"field": "title", "surface": "CRS", "nth": 1, "label": "TOXICITY", "concept": "cytokine release syndrome"}


@pytest.fixture
def files(run: Run, tmp_path: Path) -> list[str | Path]:
    texts, gold = tmp_path / "texts.jsonl", tmp_path / "gold.jsonl"
    texts.write_text(json.dumps(TEXTS) + "\n", encoding="utf-8")
    gold.write_text(json.dumps({"id": "1", "mentions": [GOLD]}) + "\n", encoding="utf-8")
    run("annotate", texts, "-o", tmp_path / "out")
    return ["evaluate", tmp_path / "out", "--texts", texts, "--gold", gold]


def test_scores_are_a_table_on_stdout(run: Run, files: list[str | Path]) -> None:
    ran = run(*files)
    header, *rows = (line.split("\t") for line in ran.out.strip().split("\n"))
    assert ran.code == 0
    assert header == ["measure", "class", "precision", "recall", "f", "gold", "found"]
    assert ["strict", "TOXICITY", "0.500", "1", "0.667", "1", "2"] in rows
    assert rows[-1][:2] == ["linking", "B-cubed"]


def test_json_has_scores_by_measure_and_class(run: Run, files: list[str | Path]) -> None:
    found = json.loads(run(*files, "--json").out)
    assert found["strict"]["TOXICITY"]["recall"] == 1
    assert (found["documents"], found["linking_b3"], found["faults"]) == (1, 1, [])


def test_errors_are_listed_up_to_the_number_asked_for(run: Run, files: list[str | Path]) -> None:
    out = run(*files, "--errors", "1").out
    assert "spurious THERAPY\t1\ttisagenlecleucel" in out
    assert out.count("spurious TOXICITY\t") == 1


def test_gold_without_its_text_exits_with_1(run: Run, files: list[str | Path], tmp_path: Path) -> None:
    (tmp_path / "gold.jsonl").write_text(json.dumps({"id": "9", "mentions": []}) + "\n", encoding="utf-8")
    ran = run(*files)
    assert (ran.code, ran.out) == (1, "")
    assert "9 has no text" in ran.err


def test_json_lists_no_more_faults_of_a_kind_than_asked_for(run: Run, files: list[str | Path], tmp_path: Path) -> None:
    missed = [{**GOLD, "field": "abstract", "surface": words} for words in ("was", "seen", "No")]
    (tmp_path / "gold.jsonl").write_text(json.dumps({"id": "1", "mentions": missed}) + "\n", encoding="utf-8")
    kinds = [f["kind"] for f in json.loads(run(*files, "--errors", "2", "--json").out)["faults"]]
    assert kinds.count("missed TOXICITY") == 2
