"""A sample of the machine's marks to judge, and the precision of what was judged."""

from __future__ import annotations

import math
import shutil
from pathlib import Path
from typing import Any

import pytest

from allnlp.collection.edits import change_mention, confirm_document, judge, list_edits, mark_finding, mark_wrong
from allnlp.collection.frames import named_rows
from allnlp.collection.judgements import precision, precision_of, sample
from allnlp.errors import OptionError
from allnlp.tables import read_table

BY: dict[str, Any] = {"reviewer": "Ada", "made_at": "2026-03-01T10:00:00Z"}


@pytest.fixture
def cart(folder: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(folder, tmp_path / "cart"))


def test_a_sample_has_the_columns_of_mentions_with_sentence_and_study(cart: Path) -> None:
    found = sample(cart, "toxicity", 5)
    assert list(found.columns)[-6:] == ["sentence_text", "section", "study", "title", "verdict", "note"]
    assert set(found["label"]) == {"TOXICITY"}
    assert found["verdict"].isna().all()
    for row in named_rows(found):
        assert row.text in row.sentence_text


@pytest.mark.parametrize("label", ["THERAPY", "FINDING"])
def test_the_same_seed_draws_the_same_and_a_larger_sample_holds_the_smaller(cart: Path, label: str) -> None:
    place = ["doc_id", "start", "end"]
    first = sample(cart, label, 8)[place].to_numpy().tolist()
    assert sample(cart, label, 8)[place].to_numpy().tolist() == first
    assert sample(cart, label, 20)[place].to_numpy().tolist()[:8] == first
    assert sample(cart, label, 8, seed=1)[place].to_numpy().tolist() != first
    assert len(sample(cart, label, 10**6)) > 20


def test_judging_does_not_change_the_draw_and_is_shown_in_it(cart: Path) -> None:
    before = sample(cart, "TOXICITY", 6)
    rows = named_rows(before)
    for row, verdict in zip(rows, ("right", "partly", "wrong", "right"), strict=False):
        judge(cart, row.doc_id, row.label, row.start, row.end, verdict, note=f"{verdict}!", **BY)
    change_mention(cart, rows[4].doc_id, "TOXICITY", rows[4].start, rows[4].end, assertion="historical", **BY)
    change_mention(cart, rows[5].doc_id, "TOXICITY", rows[5].start, rows[5].end, new_label="OUTCOME", **BY)
    after = sample(cart, "TOXICITY", 6)
    assert after[["doc_id", "start"]].equals(before[["doc_id", "start"]])
    assert after["verdict"].tolist() == ["right", "partly", "wrong", "right", "partly", "wrong"]
    assert after["note"].tolist() == ["right!", "partly!", "wrong!", "right!", None, None]
    (row,) = precision(cart).to_dict("records")
    assert (row["label"], row["n_judged"], row["n_right"], row["n_partly"], row["n_wrong"]) == ("TOXICITY", 6, 2, 2, 2)
    assert math.isclose(row["precision"], 1 / 3)
    assert 0.09 < row["ci_low"] < 0.1
    assert 0.69 < row["ci_high"] < 0.71


def test_findings_are_judged_too(cart: Path) -> None:
    before = sample(cart, "FINDING", 3)
    for row, verdict in zip(named_rows(before), ("wrong", "right", "partly"), strict=True):
        mark_finding(cart, row.doc_id, row.finding, verdict, **BY)
    after = sample(cart, "FINDING", 3)
    assert after["verdict"].tolist() == ["wrong", "right", "partly"]
    assert after["finding"].tolist() == before["finding"].tolist()
    assert precision(cart, "finding")[["label", "n_judged", "n_right"]].to_numpy().tolist() == [["FINDING", 3, 1]]
    assert precision(cart, "THERAPY").empty
    assert list_edits(cart)["finding_number"].notna().all()


def test_a_judgement_stays_when_the_document_is_confirmed(cart: Path) -> None:
    row = named_rows(sample(cart, "DISEASE", 1))[0]
    mark_wrong(cart, row.doc_id, "DISEASE", row.start, row.end, **BY)
    confirm_document(cart, row.doc_id, **BY)
    assert sample(cart, "DISEASE", 1)["verdict"].tolist() == ["wrong"]
    assert precision(cart)["n_wrong"].tolist() == [1]


def test_every_finding_of_the_demo_is_found_again_by_its_words(cart: Path) -> None:
    findings = read_table(cart, "findings")
    some = findings.groupby("doc_id").head(3).head(24)
    for row in named_rows(some):
        mark_finding(cart, row.doc_id, row.finding, "right", **BY)
    assert sorted(list_edits(cart)["finding_number"]) == sorted(some["finding"])
    assert precision(cart)["n_judged"].tolist() == [24]


def test_nothing_judged_is_an_empty_table_and_a_wrong_call_is_told(cart: Path) -> None:
    assert precision(cart).empty
    assert math.isnan(precision_of([]).precision)
    with pytest.raises(OptionError, match="'drug' is none of"):
        sample(cart, "drug", 3)
    with pytest.raises(OptionError, match="at least 1"):
        sample(cart, "THERAPY", 0)
    with pytest.raises(OptionError, match="verdict 'maybe'"):
        judge(cart, "1", "THERAPY", 0, 1, "maybe", **BY)
