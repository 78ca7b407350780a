"""``allnlp evidence-table``."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from allnlp.exporters import EVIDENCE_FORMATS

Run = Callable[..., Any]


def test_a_row_a_study_stands_on_stdout_and_what_is_not_shown_on_stderr(run: Run, evidence: Path) -> None:
    ran = run("evidence-table", evidence, "--column", "n_patients", "--column", "CRS >=3")
    assert ran.code == 0
    assert [line.split("\t") for line in ran.out.rstrip("\n").split("\n")] == [
        ["study", "doc_id", "n_patients", "CRS >=3", "review"],
        ["Maude 2018", "1", "34", "9/34 (26.5%) [grade 3-4]; 3/34 (12%) [grade 4]", "CRS >=3: 3 of 34 is 8.8%, not 12%; study: n_patients: 34 or 30"],
        ["=Zhang 2020", "2", "", "5% [blinatumomab]; 22% [tisagenlecleucel]", ""],
    ]
    assert "1 of 3 studies have no value in these columns and are left out; --all-studies shows them." in ran.err


def test_json_has_each_sentence(run: Run, evidence: Path) -> None:
    found = json.loads(run("evidence-table", evidence, "--therapy", "tisagenlecleucel", "--toxicity", "CRS", "--json").out)
    assert {"CRS any", "CRS >=3"} <= set(found["table"][0])
    assert all(cell["evidence"] for cell in found["cells"])


@pytest.mark.parametrize("suffix", EVIDENCE_FORMATS)
def test_every_format_is_written_with_provenance(run: Run, evidence: Path, tmp_path: Path, suffix: str) -> None:
    ran = run("evidence-table", evidence, "--primary", "-o", tmp_path / f"t{suffix}")
    assert (ran.code, ran.out) == (0, "")
    assert f"Wrote {tmp_path / f't{suffix}'}" in ran.err
    record = json.loads((tmp_path / f"t{suffix}.provenance.json").read_text(encoding="utf-8"))
    assert record["command"] == ["allnlp", "evidence-table", str(evidence), "--primary"]


def test_the_demo_gives_a_table(run: Run, folder: Path) -> None:
    found = json.loads(run("evidence-table", folder, "--json").out)
    assert len(found["table"]) > 5


@pytest.mark.parametrize(
    ("words", "code", "message"),
    [
        (("--column", "n_patient"), 2, "no column is named 'n_patient'. Did you mean: n_patients"),
        (("--column", "CRSS"), 3, "no toxicity or outcome is named 'CRSS'. Did you mean: CRS"),
        (("--study-type", "phase 9"), 2, "no study of type 'phase 9'. Types here: other, phase 2, review."),
        (("--toxicity", "infection"), 3, "no study has a value in these columns."),
        (("-o", "t.docx"), 2, "t.docx: the ending '.docx' tells no format. Use one of .xlsx, .html"),
    ],
)  # fmt: skip
def test_nothing_found_exits_with_3_and_wrong_use_with_2(run: Run, evidence: Path, words: tuple[str, ...], code: int, message: str) -> None:
    ran = run("evidence-table", evidence, *words)
    assert (ran.code, ran.out) == (code, "")
    assert message in ran.err
