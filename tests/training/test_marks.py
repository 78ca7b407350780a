"""Marks as a model is trained and scored on."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from allnlp.text.tokens import split
from allnlp.training.marks import Corpus, Mark, Passage, divided, fitted, label_counts, relabelled


def fit(text: str, *marks: tuple[int, int, str]) -> Corpus:
    return fitted(Corpus((Passage("1", text, tuple(Mark(*m) for m in marks)),)))


def test_labels_that_are_not_listed_are_left_out() -> None:
    corpus = Corpus((Passage("1", "novacel and rash", (Mark(0, 7, "Chemical"), Mark(12, 16, "Disease"))),))
    assert relabelled(corpus, {"Chemical": "THERAPY"}).passages[0].marks == (Mark(0, 7, "THERAPY"),)


def test_two_labels_that_become_one_leave_one_mark() -> None:
    corpus = Corpus((Passage("1", "rash", (Mark(0, 4, "A"), Mark(0, 4, "B"))),))
    assert relabelled(corpus, {"A": "X", "B": "X"}).passages[0].marks == (Mark(0, 4, "X"),)


def test_of_nested_marks_the_outer_one_is_kept_and_the_other_told() -> None:
    found = fit("breast and ovarian cancer", (0, 25, "DISEASE"), (11, 25, "DISEASE"))
    assert found.passages[0].marks == (Mark(0, 25, "DISEASE"),)
    assert [(m.start, m.end, m.reason) for m in found.misfits] == [(11, 25, "inside a longer mark")]


def test_a_mark_that_ends_within_a_word_is_drawn_in_and_told() -> None:
    found = fit("severe rashes", (0, 11, "TOXICITY"))
    assert found.passages[0].marks == (Mark(0, 6, "TOXICITY"),)
    assert found.misfits[0].reason == "drawn in to the tokens 0..6"


def test_a_mark_within_one_word_is_left_out_and_told() -> None:
    found = fit("antiCD19", (4, 8, "ANTIGEN"))
    assert found.passages[0].marks == ()
    assert found.misfits[0][:4] == ("1", 4, 8, "ANTIGEN")
    assert found.misfits[0].reason == "holds no whole token"


@given(st.text("ab1-.\n ", max_size=30), st.lists(st.tuples(st.integers(0, 29), st.integers(1, 30), st.sampled_from("XY")), max_size=6))
def test_every_mark_is_kept_or_told_and_those_kept_stand_on_tokens(text: str, raw: list[tuple[int, int, str]]) -> None:
    marks = {(a, b, label) for a, b, label in raw if a < b <= len(text)}
    found = fit(text, *marks)
    kept = found.passages[0].marks
    assert all(a.end <= b.start for a, b in itertools.pairwise(kept))
    told = {m[1:4] for m in found.misfits}
    assert marks <= {tuple(m) for m in kept} | told
    edges = {0, len(text)}
    at = 0
    for word, blank in zip(*split(text), strict=True):
        edges |= {at, at + len(word)}
        at += len(word) + blank
    assert all({m.start, m.end} <= edges for m in kept)


def test_labels_are_counted_the_most_frequent_first() -> None:
    assert list(label_counts([Passage("1", "abc", (Mark(0, 1, "B"), Mark(1, 2, "A"), Mark(2, 3, "A")))]).items()) == [("A", 2), ("B", 1)]


@given(st.integers(2, 40), st.floats(0, 1), st.integers(0, 5))
def test_a_division_loses_no_document_and_leaves_none_empty(number: int, share: float, seed: int) -> None:
    passages = [Passage(str(i), "", ()) for i in range(number)]
    parts = divided(passages, share, seed)
    assert all(parts)
    assert sorted(parts[0] + parts[1]) == sorted(passages)
    assert parts == divided(passages, share, seed)


def test_passages_of_one_document_stay_together() -> None:
    passages = [Passage(str(i // 2), f"{i}", ()) for i in range(20)]
    rest, drawn = divided(passages, 0.3, 0)
    assert {p.doc_id for p in rest}.isdisjoint(p.doc_id for p in drawn)


def test_one_document_is_not_divided() -> None:
    with pytest.raises(ValueError, match="one document"):
        divided([Passage("1", "", ())], 0.2, 0)
