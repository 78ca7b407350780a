"""Marks of people in every format that is read."""

from __future__ import annotations

import gzip
import json
import runpy
from pathlib import Path
from types import SimpleNamespace

import pytest

from allnlp.errors import EvaluationError, OptionError, ReadError
from allnlp.training.corpus import passages_of, read_corpus
from allnlp.training.marks import Mark, Passage

MARKED = SimpleNamespace(**runpy.run_path(str(Path(__file__).parents[1] / "data" / "marked_texts.py")))
EXPECTED = tuple(Passage(i, f"{t}\n{a}", tuple(Mark(*m) for m in marks)) for i, t, a, marks in MARKED.rows())


def test_the_formats_give_the_same_passages(tmp_path: Path) -> None:
    texts, gold = MARKED.write_gold(tmp_path, MARKED.rows())
    pubtator = MARKED.write_pubtator(tmp_path / "a.txt", MARKED.rows())
    spans = MARKED.write_spans(tmp_path / "b.jsonl", MARKED.rows())
    (tmp_path / "c.gz").write_bytes(gzip.compress(pubtator.read_bytes()))
    for path in (pubtator, spans, tmp_path / "c.gz"):
        assert read_corpus(path).passages == EXPECTED
    read = read_corpus(gold, texts=texts).passages
    assert [p._replace(marks=tuple(sorted(p.marks))) for p in read] == list(EXPECTED)


def test_a_mark_whose_words_are_elsewhere_is_told(tmp_path: Path) -> None:
    (tmp_path / "p.txt").write_text("7|t|Rash\n7|a|No fever.\n7\t0\t4\tRash\tD\tX\n7\t9\t14\tfever\tD\tX\n7\tCID\tX\tY\n", encoding="utf-8")
    found = read_corpus(tmp_path / "p.txt")
    assert found.passages == (Passage("7", "Rash\nNo fever.", (Mark(0, 4, "D"),)),)
    assert [m[:4] for m in found.misfits] == [("7", 9, 14, "D")]


def test_lines_that_a_person_did_not_accept_are_left_out(tmp_path: Path) -> None:
    rows = [{"text": "a", "answer": "reject"}, {"text": "b", "answer": "accept"}, {"text": "c", "spans": []}]
    (tmp_path / "s.jsonl").write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    assert [(p.doc_id, p.text) for p in read_corpus(tmp_path / "s.jsonl").passages] == [("2", "b"), ("3", "c")]


def test_a_span_outside_its_text_is_told(tmp_path: Path) -> None:
    (tmp_path / "s.jsonl").write_text('{"text": "rash", "spans": [{"start": 2, "end": 9, "label": "D"}]}', encoding="utf-8")
    found = read_corpus(tmp_path / "s.jsonl")
    assert found.passages[0].marks == ()
    assert found.misfits[0].reason == "outside its text"


@pytest.mark.parametrize(
    ("content", "error", "message"),
    [
        ("", ReadError, "its first line is ''"),
        ("Some words.\n", ReadError, "its first line is 'Some words.'"),
        ('{"id": "1", "mentions": []}\n', OptionError, "Give them with --texts TEXTS"),
        ('{"text": "a"}\n[1]\n', ReadError, "x:2: expected an object with text and spans, found '.1.'"),
        ('{"text": "a", "spans": {}}\n', ReadError, "x:1: spans is dict, expected a list"),
        ('{"text": "a", "spans": [{"start": 0}]}\n', ReadError, "x:1: a span is {'start': 0}. Give an object"),
    ],
)
def test_a_fault_is_named_with_its_place(content: str, error: type[Exception], message: str, tmp_path: Path) -> None:
    (tmp_path / "x").write_text(content, encoding="utf-8")
    with pytest.raises(error, match=message):
        read_corpus(tmp_path / "x")


def test_gold_without_its_text_is_refused(tmp_path: Path) -> None:
    texts, gold = MARKED.write_gold(tmp_path, MARKED.rows(1))
    gold.write_text('{"id": "99", "mentions": []}\n', encoding="utf-8")
    with pytest.raises(EvaluationError, match="99 has no text"):
        read_corpus(gold, texts=texts)


def test_mentions_of_other_documents_are_passed_over() -> None:
    found = passages_of([("1", "rash")], [("1", 0, 4, "D"), ("2", 0, 4, "D")])
    assert found.passages == (Passage("1", "rash", (Mark(0, 4, "D"),)),)
