"""``allnlp train``; the training itself is tested with the library."""

from __future__ import annotations

import json
import runpy
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import spacy

from allnlp.tables import read_table

Run = Callable[..., Any]
MARKED = SimpleNamespace(**runpy.run_path(str(Path(__file__).parents[1] / "data" / "marked_texts.py")))
QUICK = ("--steps", "3", "--start", "none")


@pytest.fixture
def spans(tmp_path: Path) -> Path:
    return Path(MARKED.write_spans(tmp_path / "spans.jsonl", MARKED.rows()))


def test_scores_are_a_table_and_the_rest_are_messages(run: Run, tmp_path: Path) -> None:
    texts, gold = MARKED.write_gold(tmp_path, MARKED.rows())
    out = tmp_path / "models" / "mine"
    ran = run("train", gold, "--texts", texts, "-o", out, *QUICK)
    header, *rows = (line.split("\t") for line in ran.out.strip().split("\n"))
    assert ran.code == 0
    assert header == ["class", "precision", "recall", "f", "gold", "found"]
    assert [row[0] for row in rows] == ["THERAPY", "TOXICITY", "all"]
    assert "step 3: loss" in ran.err
    assert "Learned from 14 documents: " in ran.err
    assert ran.err.splitlines()[-1] == f"Next: allnlp annotate INPUT -o DIR --model {out}"
    assert spacy.load(out).pipe_names == ["allnlp_names", "ner"]


def test_json_has_scores_and_marks_that_do_not_fit(run: Run, tmp_path: Path) -> None:
    rows = MARKED.rows()
    rows[0][3].append((1, 3, "THERAPY"))
    ran = run("train", MARKED.write_pubtator(tmp_path / "p.txt", rows), "-o", tmp_path / "m", *QUICK, "--json")
    found = json.loads(ran.out)
    assert set(found["scores"]) == {"THERAPY", "TOXICITY", "all"}
    assert (found["documents"], found["dev_documents"], found["start"]) == (14, 4, "none")
    assert [m["reason"] for m in found["misfits"]] == ["inside a longer mark"]
    assert "1 mark not learned as it stands:\n  1 1..3 THERAPY: inside a longer mark" in ran.err


def test_one_label_may_be_learned_by_another_name(run: Run, spans: Path, tmp_path: Path) -> None:
    assert run("train", spans, "-o", tmp_path / "m", "--label", "THERAPY=DRUG", *QUICK).code == 0
    assert spacy.load(tmp_path / "m").get_pipe("ner").labels == ("DRUG",)  # type: ignore[attr-defined]


def test_documents_to_score_by_may_be_given_or_left_out(run: Run, spans: Path, tmp_path: Path) -> None:
    ran = run("train", spans, "-o", tmp_path / "a", "--dev", spans, *QUICK)
    assert "Learned from 18 documents" in ran.err
    assert ran.out.splitlines()[-1].split("\t")[4] == str(sum(len(row[3]) for row in MARKED.rows()))
    ran = run("train", spans, "-o", tmp_path / "b", "--dev-share", "0", *QUICK)
    assert (ran.code, ran.out) == (0, "")


def test_a_model_may_begin_with_another(run: Run, spans: Path, tmp_path: Path) -> None:
    run("train", spans, "-o", tmp_path / "a", *QUICK)
    ran = run("train", spans, "-o", tmp_path / "b", "--steps", "3", "--start", tmp_path / "a")
    assert ran.code == 0
    assert f"beginning with {tmp_path / 'a'}" in ran.err


def test_corrected_documents_of_a_folder_are_learned_from(run: Run, tmp_path: Path) -> None:
    rows = MARKED.rows(8)
    texts, _ = MARKED.write_gold(tmp_path, rows)
    run("annotate", texts, "-o", tmp_path / "cart")
    ran = run("train", tmp_path / "cart", "-o", tmp_path / "m", *QUICK)
    assert ran.code == 3
    assert "no document was corrected by a person" in ran.err
    run("import", tmp_path / "cart", brat(tmp_path, rows[:6]), "--label", "THERAPY")
    ran = run("train", tmp_path / "cart", "-o", tmp_path / "m", *QUICK, "--json")
    found = json.loads(ran.out)
    assert found["documents"] + found["dev_documents"] == 6
    assert list(found["labels"]) == ["THERAPY"]


def brat(tmp_path: Path, rows: list[Any]) -> Path:
    """The texts of a folder, with the marks of their drugs."""
    place = tmp_path / "corrected"
    place.mkdir()
    known = {f"{title}\n{abstract}": marks for _, title, abstract, marks in rows}
    for doc in read_table(tmp_path / "cart", "documents").itertuples():
        if doc.text not in known:
            continue
        drugs = [m for m in known[doc.text] if m[2] == "THERAPY"]
        lines = [f"T{i}\tTHERAPY {a} {b}\t{doc.text[a:b]}" for i, (a, b, _) in enumerate(drugs, 1)]
        (place / f"{doc.doc_id}.txt").write_text(doc.text, encoding="utf-8")
        (place / f"{doc.doc_id}.ann").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return place


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--label", "DRUG"], "no mark has the label DRUG. Labels there: THERAPY (30), TOXICITY (24)."),
        (["--label", "=X"], "the label '=X' is none"),
        (["--start", "nowhere"], "nowhere"),
        (["--dev", "empty.jsonl"], "have no mark of these labels"),
    ],
)
def test_a_fault_is_one_line(words: list[str], message: str, run: Run, spans: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("empty.jsonl").write_text('{"text": "rash", "spans": []}\n', encoding="utf-8")
    ran = run("train", spans, "-o", "m", "--steps", "1", *words)
    assert (ran.code in (1, 2), ran.out) == (True, "")
    assert message in ran.err
    assert not Path("m").exists()


def test_too_little_is_refused(run: Run, tmp_path: Path) -> None:
    few = MARKED.write_spans(tmp_path / "few.jsonl", MARKED.rows(4))
    ran = run("train", few, "-o", tmp_path / "m")
    assert (ran.code, ran.out) == (2, "")
    assert "4 documents are too few to keep some to score by; 5 are needed. Give more, or --dev FILE, or --dev-share 0." in ran.err
    bare = MARKED.write_spans(tmp_path / "bare.jsonl", [(*row[:3], []) for row in MARKED.rows(6)])
    ran = run("train", bare, "-o", tmp_path / "m")
    assert (ran.code, "no mark in 6 documents" in ran.err) == (2, True)


def test_a_model_that_is_there_is_kept(run: Run, spans: Path, tmp_path: Path) -> None:
    run("train", spans, "-o", tmp_path / "m", *QUICK)
    ran = run("train", spans, "-o", tmp_path / "m", *QUICK)
    assert (ran.code, "--overwrite" in ran.err) == (2, True)
    assert run("train", spans, "-o", tmp_path / "m", *QUICK, "--overwrite").code == 0


def test_a_folder_that_is_no_model_is_kept(run: Run, spans: Path, tmp_path: Path) -> None:
    ran = run("train", spans, "-o", tmp_path, *QUICK, "--overwrite")
    assert (ran.code, "is no model" in ran.err) == (2, True)
    assert spans.is_file()
