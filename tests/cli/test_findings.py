"""``allnlp findings``."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Run = Callable[..., Any]


def rows(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text), delimiter="\t", quoting=csv.QUOTE_NONE))


def test_numbers_that_fit_stand_on_stdout_and_their_count_on_stderr(run: Run, evidence: Path) -> None:
    ran = run("findings", evidence, "--toxicity", "CRS", "--grade", ">=3")
    assert (ran.code, ran.err) == (0, "4 findings of 2 studies, 1 of them to review\n")
    assert [(r["study"], r["grade"], r["value"], r["n"], r["total"]) for r in rows(ran.out)] == [
        ("Maude 2018", "3-4", "26.5", "9", "34"), ("Maude 2018", "4", "12", "3", "34"), ("=Zhang 2020", ">=3", "5", "", ""), ("=Zhang 2020", ">=3", "22", "", ""),
    ]  # fmt: skip


def test_filters_narrow_the_answer(run: Run, evidence: Path) -> None:
    asked = ("findings", evidence)
    assert [r["value"] for r in rows(run(*asked, "--toxicity", "CRS", "--therapy", "tisagenlecleucel").out)] == ["22"]
    assert [r["value"] for r in rows(run(*asked, "--outcome", "OS", "--timepoint", "1 year").out)] == ["76", "54", "41"]
    assert [r["measure"] for r in rows(run(*asked, "--measure", "hazard_ratio").out)] == ["hazard_ratio"]
    assert [r["review_reason"] for r in rows(run(*asked, "--review").out)] == ["3 of 34 is 8.8%, not 12%"]
    assert len(rows(run(*asked, "--toxicity", "neurotoxicity", "--exact").out)) == 1


def test_json_has_all_columns_with_the_sentence(run: Run, evidence: Path) -> None:
    (found,) = json.loads(run("findings", evidence, "--toxicity", "CRS", "--grade", "4", "--json").out)
    assert found["sentence_text"].startswith("Any-grade CRS")
    assert (found["n"], found["therapy"], found["needs_review"]) == (3, None, True)


def test_a_file_gets_all_columns_and_its_provenance(run: Run, evidence: Path, tmp_path: Path) -> None:
    ran = run("findings", evidence, "--toxicity", "CRS", "--no-review", "-o", tmp_path / "f.csv")
    assert (ran.code, ran.out) == (0, "")
    assert f"Wrote {tmp_path / 'f.csv'}" in ran.err
    assert "sentence_text" in (tmp_path / "f.csv").read_text(encoding="utf-8").split("\n")[0].split(",")
    record = json.loads((tmp_path / "f.csv.provenance.json").read_text(encoding="utf-8"))
    assert record["command"] == ["allnlp", "findings", str(evidence), "--toxicity", "CRS", "--no-review"]


def test_the_demo_is_answered_with_the_sentence_of_each_number(run: Run, folder: Path) -> None:
    found = json.loads(run("findings", folder, "--json").out)
    assert len(found) > 20
    assert all(f["evidence"] in f["sentence_text"] for f in found)


@pytest.mark.parametrize(
    ("words", "code", "message"),
    [
        (("--toxicity", "ICANS", "--grade", "5"), 3, "no finding fits. Leave out a filter, or see all with: allnlp findings"),
        (("--toxicity", "CRSS"), 3, "no toxicity is named 'CRSS'. Did you mean: CRS"),
        (("--grade", "bad"), 2, "grade 'bad' is not understood. Write any, 3, >=3, <=2, 3-4, or a word as severe; grades are 0 to 5."),
        (("--measure", "mean"), 2, "measure 'mean' is none of incidence, rate"),
        (("--timepoint", "soon"), 2, "time 'soon' is not understood. Write 12 months"),
        (("-o", "f.doc"), 2, "f.doc: the ending '.doc' tells no format"),
    ],
)  # fmt: skip
def test_nothing_found_exits_with_3_and_wrong_use_with_2(run: Run, evidence: Path, words: tuple[str, ...], code: int, message: str) -> None:
    ran = run("findings", evidence, *words)
    assert (ran.code, ran.out) == (code, "")
    assert message in ran.err


def test_a_missing_folder_exits_with_1(run: Run, tmp_path: Path) -> None:
    assert run("findings", tmp_path / "none").code == 1
