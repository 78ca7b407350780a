"""``allnlp evaluate``; the figures are tested with the library."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import spacy

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


def test_folders_stand_side_by_side_with_the_difference_to_the_first(run: Run, files: list[str | Path], tmp_path: Path) -> None:
    terms = tmp_path / "my.csv"
    terms.write_text("text,label\nwas seen,TOXICITY\n", encoding="utf-8")
    run("annotate", tmp_path / "texts.jsonl", "-o", tmp_path / "more", "--terms", terms)
    both = ["evaluate", tmp_path / "out", tmp_path / "more", *files[2:]]
    a, b = str(tmp_path / "out"), str(tmp_path / "more")
    header, *rows = (line.split("\t") for line in run(*both).out.strip().split("\n"))
    assert header == ["measure", "class", "gold", f"{a} f", f"{b} f", f"{b} difference"]
    assert ["strict", "TOXICITY", "1", "0.667", "0.500", "-0.167"] in rows
    assert {row[0] for row in rows} == {"strict", "overlap"}
    found = json.loads(run(*both, "--json").out)
    row = next(r for r in found["rows"] if (r["measure"], r["class"]) == ("strict", "TOXICITY"))
    assert [s["found"] for s in row["scores"]] == [2, 3]
    assert row["differences"][0] == 0


@pytest.fixture
def models(tmp_path: Path) -> list[str]:
    """Two pipelines of rules: one finds CRS alone, the other its drug as well."""
    out = []
    for name, words in (("a", ("CRS",)), ("b", ("CRS", "tisagenlecleucel"))):
        nlp = spacy.blank("en")
        rules = [{"label": "TOX" if w == "CRS" else "DRUG", "pattern": w} for w in words]
        nlp.add_pipe("entity_ruler").add_patterns(rules)  # type: ignore[attr-defined]
        nlp.to_disk(tmp_path / name)
        out.append(str(tmp_path / name))
    return out


def test_models_are_scored_on_marked_documents(run: Run, models: list[str], tmp_path: Path) -> None:
    marked = "1|t|CRS after tisagenlecleucel\n1|a|No CRS.\n1\t0\t3\tCRS\tDisease\tX\n1\t10\t26\ttisagenlecleucel\tDRUG\tX\n1\t30\t33\tCRS\tDisease\tX\n"
    (tmp_path / "p.txt").write_text(marked, encoding="utf-8")
    a, b = models
    words = ["evaluate", "--model", a, "--model", b, "--pubtator", tmp_path / "p.txt", "--map", "Disease=TOX", "--map", "DRUG=DRUG"]
    ran = run(*words)
    header, *rows = (line.split("\t") for line in ran.out.strip().split("\n"))
    cells = ["precision", "recall", "f"]
    assert header == ["measure", "class", "gold", *(f"{m} {cell}" for m in models for cell in cells), f"{b} difference"]
    assert ["strict", "all", "3", "1", "0.667", "0.800", "1", "1", "1", "0.200"] in rows
    assert json.loads(run(*words, "--json").out)["documents"] == 1


def test_models_are_scored_on_gold(run: Run, models: list[str], files: list[str | Path]) -> None:
    ran = run("evaluate", "--model", models[1], *files[2:], "--map", "TOXICITY=TOX")
    assert ran.out.splitlines()[-1].split("\t")[1:] == ["all", "1", "0.500", "1", "0.667"]
    assert "its labels DRUG are not marked in the documents" in ran.err


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ([], "nothing to score"),
        (["out"], "a folder is scored against gold"),
        (["out", "--model", "x"], "cannot be given at once"),
        (["--model", "x"], "Give --pubtator FILE, or --texts TEXTS --gold GOLD"),
        (["out", "--texts", "t", "--gold", "g", "--map", "a=b"], "are for models"),
    ],
)
def test_options_that_do_not_fit_together_are_refused(words: list[str], message: str, run: Run) -> None:
    ran = run("evaluate", *words)
    assert (ran.code, ran.out) == (2, "")
    assert message in ran.err


def test_marks_are_scored_against_what_a_person_corrected_and_judged(run: Run, files: list[str | Path]) -> None:
    from allnlp.collection.edits import confirm_document, judge, mark_wrong
    from allnlp.tables import read_table

    folder = Path(files[1])
    ran = run("evaluate", folder, "--corrections")
    assert (ran.code, ran.out) == (3, "")
    assert "no document was corrected as a whole and no mark judged" in ran.err
    marks = read_table(folder, "mentions").query("label in ['TOXICITY', 'THERAPY']").astype({"start": int, "end": int})
    first, *_, last = [(r.doc_id, r.label, r.start, r.end) for r in marks.itertuples()]
    judge(folder, *first, "right", reviewer="A")  # type: ignore[arg-type]
    ran = run("evaluate", folder, "--corrections")
    assert [line.split("\t")[:5] for line in ran.out.splitlines()] == [["label", "n_judged", "n_right", "n_partly", "n_wrong"], ["TOXICITY", "1", "1", "0", "0"]]
    mark_wrong(folder, *last, reviewer="A")  # type: ignore[arg-type]
    confirm_document(folder, "1", reviewer="A")
    ran = run("evaluate", folder, "--corrections", "--errors", "3")
    rows = [line.split("\t") for line in ran.out.splitlines()]
    assert ["strict", "TOXICITY", "0.500", "1", "0.667", "1", "2"] in rows
    assert ["strict", "THERAPY", "1", "1", "1", "1", "1"] in rows
    assert "spurious TOXICITY\t1\tCRS" in ran.out
    assert "flatter the machine" in ran.err
    found = json.loads(run("evaluate", folder, "--corrections", "--json").out)
    assert (found["documents"], found["judged"][0]["n_wrong"]) == (1, 1)


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["out", "--corrections", "--texts", "t"], "cannot be given with"),
        (["out", "other", "--corrections"], "are of one folder"),
        (["--corrections", "--model", "x"], "cannot be given at once"),
    ],
)
def test_corrections_are_asked_for_alone(words: list[str], message: str, run: Run) -> None:
    ran = run("evaluate", *words)
    assert (ran.code, ran.out) == (2, "")
    assert message in ran.err
