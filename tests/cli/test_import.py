"""``allnlp import``."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from allnlp.collection.corrections import CORRECTIONS
from allnlp.tables import read_table


@pytest.fixture
def cart(folder: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(folder, tmp_path / "cart"))


@pytest.fixture
def brat(cart: Path, tmp_path: Path) -> Path:
    """The first document with a mark of its first word, and with one that cannot be read."""
    row = read_table(cart, "documents").iloc[0]
    word = row["text"].split()[0]
    place = tmp_path / "corrected"
    place.mkdir()
    (place / "first.txt").write_text(row["text"], encoding="utf-8")
    (place / "first.ann").write_text(f"T1\tTHERAPY 0 {len(word)}\t{word}\nT2\tDRUG 0 1\t{word[0]}\n", encoding="utf-8")
    return place


def test_the_answer_is_the_agreement_and_the_message_what_was_read(run: Callable[..., Any], cart: Path, brat: Path) -> None:
    ran = run("import", cart, brat)
    assert ran.code == 0
    assert ran.out.splitlines()[0] == "label\tprecision\trecall\tf\thuman\tmachine"
    assert "Read 1 document, 1 mention; 1 could not be read:" in ran.err
    assert "first.ann:2: T2: the label 'DRUG'" in ran.err
    assert "they are replaced" not in ran.err
    assert "1 document had corrections before; they are replaced" in run("import", cart, brat).err


def test_failures_are_a_table_and_a_strict_run_has_its_own_code(run: Callable[..., Any], cart: Path, brat: Path) -> None:
    ran = run("import", cart, brat, "--failures", "--strict")
    assert ran.code == 4
    assert ran.out.splitlines()[0] == "doc_id\tsource_file\tsource_record\terror"


def test_json_holds_all(run: Callable[..., Any], cart: Path, brat: Path) -> None:
    found = json.loads(run("import", cart, brat, "--json").out)
    assert (len(found["documents"]), len(found["failures"]), found["untouched"]) == (1, 1, 0)


def test_a_list_and_removal(run: Callable[..., Any], cart: Path, brat: Path) -> None:
    assert run("import", cart, "--list").code == 3
    assert run("import", cart, "--remove").code == 3
    run("import", cart, brat)
    assert run("import", cart, "--list").out.splitlines()[1].split("\t")[1] == "corrected"
    assert run("import", cart, "--remove", "another.zip").code == 3
    assert json.loads(run("import", cart, "--remove", brat, "--json").out) == {"removed": 1}
    assert not (cart / CORRECTIONS).exists()


@pytest.mark.parametrize(("words", "code"), [([], 2), (["none.zip"], 2), (["--list", "--remove"], 2)])
def test_a_wrong_call_is_one_line(run: Callable[..., Any], cart: Path, words: list[str], code: int) -> None:
    ran = run("import", cart, *words)
    assert (ran.code, ran.err.count("\n")) == (code, 1)


def test_a_folder_that_is_none_is_told(run: Callable[..., Any], tmp_path: Path, brat: Path) -> None:
    for words in ([brat], ["--list"], ["--remove"]):
        assert run("import", tmp_path / "none", *words).code == 1


def test_edits_of_single_marks_are_listed_and_stay_until_they_are_named(run: Callable[..., Any], cart: Path, brat: Path) -> None:
    from allnlp.collection.edits import mark_wrong

    row = read_table(cart, "mentions").iloc[-1]
    mark_wrong(cart, row["doc_id"], row["label"], int(row["start"]), int(row["end"]), reviewer="Ada", made_at="2026-03-01T10:00:00Z")
    ran = run("import", cart, "--list")
    assert ran.out.splitlines()[1].split("\t")[:2] == [row["doc_id"], "wrong"]
    assert "1 time a single mark or finding was edited or judged" in ran.err
    run("import", cart, brat)
    found = json.loads(run("import", cart, "--list", "--json").out)
    assert (len(found["documents"]), len(found["edits"])) == (1, 1)
    assert len(run("import", cart, "--list").out.splitlines()) == 5
    ran = run("import", cart, "--remove")
    assert f"Edits of single marks stay: 1. Take them away with: allnlp import {cart} edits --remove" in ran.err
    assert run("import", cart, "--remove").code == 3
    assert run("import", cart, "edits", "--remove").code == 0
    assert not (cart / CORRECTIONS).exists()
