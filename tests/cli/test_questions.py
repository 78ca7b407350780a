"""``allnlp cooccur``, ``evidence``, ``counts``, ``trend`` and ``compare`` as a person uses them."""

from __future__ import annotations

import io
import json
import shlex
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

Ask = Callable[..., Any]

QUESTIONS = {
    "cooccur": ("--rows", "therapy", "--columns", "toxicity", "--level", "sentence"),
    "evidence": ("CAR T-cell therapy", "CRS", "--narrower"),
    "counts": ("antigen",),
    "trend": ("CRS", "--year", "2018:"),
    "compare": ("toxicity", "--set", "year=:2023", "--set", "year=2024:"),
}


@pytest.mark.parametrize("command", QUESTIONS)
def test_an_answer_is_a_table_a_file_and_json_with_the_command_beside_it(run: Ask, folder: Path, tmp_path: Path, command: str) -> None:
    limit = ("--limit", "0") if command in ("cooccur", "evidence") else ()
    piped = run(command, folder, *QUESTIONS[command], *limit)
    assert piped.code == 0, piped.err
    rows = pd.read_csv(io.StringIO(piped.out), sep="\t")
    written = run(command, folder, *QUESTIONS[command], "-o", tmp_path / "t.csv")
    assert (written.code, written.out) == (0, ""), written.err
    frame = pd.read_csv(tmp_path / "t.csv")
    assert len(frame) == len(rows) > 0
    words = json.loads((tmp_path / "t.csv.provenance.json").read_text(encoding="utf-8"))["command"]
    assert run(*words[1:], "-o", tmp_path / "again.csv").code == 0
    assert (tmp_path / "again.csv").read_bytes() == (tmp_path / "t.csv").read_bytes()
    value = json.loads(run(command, folder, *QUESTIONS[command], "--json").out)
    assert len(value["rows"] if command == "evidence" else value) == len(rows)


@pytest.mark.parametrize("narrowed", [(), ("--matching", "CRS year:2018-", "--lacking", "CD22", "--include", "negated")])
def test_the_command_that_a_table_of_pairs_ends_with_opens_the_first_pair(run: Ask, folder: Path, narrowed: tuple[str, ...]) -> None:
    found = run("cooccur", folder, *QUESTIONS["cooccur"], *narrowed)
    first = pd.read_csv(io.StringIO(found.out), sep="\t").iloc[0]
    words = shlex.split(found.err.splitlines()[-1].partition(": ")[2])
    behind = run(*words[1:], "--limit", "0")
    assert behind.code == 0, behind.err
    assert pd.read_csv(io.StringIO(behind.out), sep="\t")["unit"].nunique() == first["n_both"]


def test_the_command_of_the_provenance_of_python_gives_the_same(run: Ask, folder: Path) -> None:
    import allnlp

    view = allnlp.open(folder).where(year="2018:", include="negated", matching="CRS OR t(4;14)", lacking="antigen:CD22", decision="undecided")
    for frame in (view.cooccurrence("therapy", "toxicity", level="sentence").frame, view.counts("antigen"), view.trend("CRS"), view.evidence("CRS").rows):
        ran = run(*shlex.split(frame.attrs["provenance"]["command"])[1:], "--json")
        rows = json.loads(ran.out)
        assert len(rows["rows"] if isinstance(rows, dict) else rows) == len(frame)


@pytest.mark.parametrize(
    "words",
    [
        ("cooccur", "--rows", "therapy"),
        ("evidence", "CRS"),
        ("counts", "toxicity"),
        ("trend", "CRS"),
        ("findings",),
        ("evidence-table", "--toxicity", "CRS"),
        ("pool", "--toxicity", "CRS"),
    ],
    ids=lambda words: words[0],
)
def test_every_question_takes_queries_what_is_lacking_and_decisions(run: Ask, folder: Path, words: tuple[str, ...]) -> None:
    name, *rest = words
    for narrowed in (("--matching", "CRS"), ("--lacking", "toxicity:infection", "--decision", "undecided", "--decision", "read")):
        found = run(name, folder, *rest, *narrowed)
        assert (found.code, bool(found.out)) == (0, True), found.err
    for narrowed, code, said in (
        (("--matching", "CRS AND"), 2, "AND has nothing after it"),
        (("--lacking", "qqqqqq"), 3, "no concept is named 'qqqqqq'"),
        (("--decision", "maybe"), 2, "'maybe' is none of included"),
    ):
        wrong = run(name, folder, *rest, *narrowed)
        assert (wrong.code, wrong.out) == (code, ""), wrong.err
        assert said in wrong.err


def test_what_is_not_counted_and_not_shown_is_told(run: Ask, folder: Path) -> None:
    said = run("evidence", folder, "CAR T-cell therapy", "--limit", "2").err
    assert "narrower concepts of CAR T-cell therapy" in said
    assert "--limit 0 gives all" in said
    assert "--limit 0 shows all" in run("cooccur", folder, "--rows", "therapy", "--limit", "3").err
    assert "--complete says that it is" in run("trend", folder, "CRS").err


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("cooccur", "--rows", "therpay"), 3, "therapy"),
        (("evidence", "tisagenlecleucell"), 3, "Did you mean: tisagenlecleucel"),
        (("evidence", "CRS", "--journal", "Nowhere"), 3, "no document of the journal 'Nowhere'"),
        (("cooccur", "--rows", "therapy", "--level", "page"), 2, "document, section, sentence"),
        (("cooccur", "--rows", "therapy", "--sort", "beauty"), 2, "n_both"),
        (("trend", "CRS", "--year", "soon"), 2, "2018:2024"),
        (("trend", "CRS", "--year", "20182024"), 2, "2018:2024"),
        (("counts", "antigen", "--include", "maybe"), 2, "negated"),
        (("compare", "toxicity", "--set", "year=2020:"), 2, "give two"),
        (("compare", "toxicity", "--set", "year=2020:", "--set", "age=3"), 2, "'age=3' is no filter"),
        (("cooccur", "--rows", "therapy", "-o", "x.docx"), 2, ".csv"),
        (("cooccur", "--rows", "therapy", "--min", "4000"), 3, "--min 1"),
    ],
)
def test_a_wrong_question_gets_one_line_and_its_code(run: Ask, folder: Path, words: tuple[str, ...], code: int, said: str) -> None:
    ran = run(words[0], folder, *words[1:])
    assert (ran.code, ran.out) == (code, "")
    assert said in ran.err
    assert ran.err.count("\n") == 1


@pytest.mark.parametrize("command", QUESTIONS)
@pytest.mark.parametrize("fault", ["empty", "damaged", "newer", "missing"])
def test_a_folder_that_cannot_be_asked_gets_one_line(run: Ask, folder: Path, tmp_path: Path, command: str, fault: str) -> None:
    bad = tmp_path / "f"
    if fault != "missing":
        shutil.copytree(folder, bad)
    if fault == "empty":
        (bad / "manifest.json").unlink()
    if fault == "damaged":
        whole = (bad / "mentions.parquet").read_bytes()
        (bad / "mentions.parquet").write_bytes(whole[: len(whole) // 2])
    if fault == "newer":
        text = (bad / "manifest.json").read_text(encoding="utf-8")
        (bad / "manifest.json").write_text(text.replace('"schema": 3', '"schema": 99'), encoding="utf-8")
    ran = run(command, bad, *QUESTIONS[command])
    assert (ran.code, ran.out) == (1, "")
    assert str(bad) in ran.err
    assert ran.err.count("\n") == 1
    expected = {"empty": "no annotated folder", "damaged": "--overwrite", "newer": "Upgrade allnlp", "missing": "no such folder"}
    assert expected[fault] in ran.err
