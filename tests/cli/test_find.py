"""``allnlp find``."""

from __future__ import annotations

import csv
import io
import json
import runpy
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pytest

Run = Callable[..., Any]


@pytest.fixture(scope="module")
def asked(tmp_path_factory: pytest.TempPathFactory) -> Path:
    build = runpy.run_path(str(Path(__file__).parents[1] / "data" / "query_folder.py"))["build"]
    folder: Path = build(tmp_path_factory.mktemp("query") / "f")
    return folder


def rows(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text), delimiter="\t", quoting=csv.QUOTE_NONE))


def test_documents_stand_on_stdout_and_their_number_on_stderr(run: Run, asked: Path) -> None:
    ran = run("find", asked, "CRS not negated ICANS")
    assert (ran.code, ran.err) == (0, '1 document\nRead as: "CRS" AND NOT negated "ICANS"\n')
    assert [(r["doc_id"], r["study"], r["n_sentences"], r["matched"]) for r in rows(ran.out)] == [("a2", "Zhang 2020", "1", "cytokine release syndrome")]


def test_sentences_are_shown_with_their_text(run: Run, asked: Path) -> None:
    ran = run("find", asked, "CRS", "--level", "sentence", "--sort", "year")
    assert [r["sentence_text"] for r in rows(ran.out)] == ["A second CRS came later.", "CRS was seen and ICANS too.", "CRS was seen after tisagenlecleucel."]
    assert ran.err.startswith("3 sentences of 3 documents\n")


def test_a_limit_is_told(run: Run, asked: Path) -> None:
    ran = run("find", asked, "TOXICITY", "--limit", "2")
    assert len(rows(ran.out)) == 2
    assert ran.err.startswith("5 documents; 2 shown: --limit 0 shows all\n")
    assert len(rows(run("find", asked, "TOXICITY", "--limit", "0").out)) == 5


def test_the_count_is_the_number_alone(run: Run, asked: Path) -> None:
    assert run("find", asked, "TOXICITY", "--count") == (0, "5\n", "")
    ran = run("find", asked, "CRS infection", "--count")
    assert (ran.code, ran.out) == (3, "0\n")


def test_json_has_the_mentions_of_what_is_shown(run: Run, asked: Path) -> None:
    found = json.loads(run("find", asked, "CRS or blinatumomab", "--json", "--limit", "1").out)
    assert (found["n_units"], found["n_documents"], found["read_as"]) == (3, 3, '"CRS" OR "blinatumomab"')
    assert found["notes"] == [f"No mention of blinatumomab in {asked}."]
    assert [r["doc_id"] for r in found["rows"]] == ["a1"]
    assert [(m["doc_id"], m["sentence"], m["text"], m["assertion"]) for m in found["mentions"]] == [("a1", 2, "CRS", "present")]
    sentences = json.loads(run("find", asked, "TOXICITY", "--level", "sentence", "--json", "--limit", "2").out)
    assert [(m["doc_id"], m["sentence"]) for m in sentences["mentions"]] == [("a1", 2), ("a2", 1), ("a2", 1)]


def test_a_file_gets_all_and_its_provenance(run: Run, asked: Path, tmp_path: Path) -> None:
    ran = run("find", asked, "TOXICITY", "--limit", "1", "-o", tmp_path / "f.xlsx")
    assert (ran.code, ran.out) == (0, "")
    assert ran.err.endswith(f"5 documents\nRead as: TOXICITY\nWrote {tmp_path / 'f.xlsx'}\n")
    book = openpyxl.load_workbook(tmp_path / "f.xlsx")
    assert book.sheetnames == ["documents", "mentions"]
    assert book["documents"].max_row == 6
    record = json.loads((tmp_path / "f.xlsx.provenance.json").read_text(encoding="utf-8"))
    assert record["command"][:4] == ["allnlp", "find", str(asked), "TOXICITY"]


def test_the_same_question_gives_the_same_bytes(run: Run, asked: Path, tmp_path: Path) -> None:
    for name in ("a.csv", "b.csv"):
        assert run("find", asked, "TOXICITY or text:storm", "-o", tmp_path / name).code == 0
    assert (tmp_path / "a.csv").read_bytes() == (tmp_path / "b.csv").read_bytes()


@pytest.mark.parametrize(
    ("words", "code", "message"),
    [
        (("CRS infection",), 3, 'no document fits. The query was read as: "CRS" AND "infection"'),
        (("CRSS",), 3, "query, characters 1 to 4: no concept is named 'CRSS'. Did you mean: CRS"),
        (("CRS AND",), 2, "query, character 5: AND has nothing after it."),
        (("CRS", "--level", "section"), 2, "level 'section' is none of document, sentence."),
        (("CRS", "-o", "f.doc"), 2, "f.doc: the ending '.doc' tells no format"),
    ],
)
def test_nothing_found_exits_with_3_and_wrong_use_with_2(run: Run, asked: Path, words: tuple[str, ...], code: int, message: str) -> None:
    ran = run("find", asked, *words)
    assert (ran.code, ran.out) == (code, "")
    assert message in ran.err


def test_a_missing_folder_exits_with_1(run: Run, tmp_path: Path) -> None:
    assert run("find", tmp_path / "none", "CRS").code == 1
