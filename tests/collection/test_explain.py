"""One document with its marks."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from allnlp.collection.explain import explain, mark
from allnlp.errors import NothingFound
from allnlp.schema import LABELS
from allnlp.tables import read_table


def without_marks(marked: str) -> str:
    return re.sub(r"\[|\]\{[^}]*\}", "", marked)


def test_sentences_without_their_marks_are_those_of_the_document(folder: Path) -> None:
    documents = read_table(folder, "documents").set_index("doc_id")
    sentences = read_table(folder, "sentences")
    for doc_id in list(documents.index[documents.duplicate_of.isna()])[:8]:
        own = sentences[sentences.doc_id == doc_id]
        said = [documents.text[doc_id][s.start : s.end] for s in own.itertuples()]
        shown = [s.text for s in explain(folder, doc_id, labels=()).sentences]
        assert shown == said


def test_every_mention_is_marked_and_has_a_row(folder: Path) -> None:
    found = explain(folder, "99900001")
    mentions = read_table(folder, "mentions").query("doc_id == '99900001'")
    mentions = mentions[mentions.label.isin(LABELS)]
    assert list(found.mentions.text) == list(mentions.text)
    assert sum(s.text.count("]{") for s in found.sentences) == len(mentions) > 5
    assert found.mentions.rule.notna().all()


def test_a_negated_mention_says_so() -> None:
    assert mark("No CRS.", 0, 7, [(3, 6, "TOXICITY: CRS, negated")]) == "No [CRS]{TOXICITY: CRS, negated}."


def test_nested_mentions_have_nested_marks() -> None:
    assert mark("after CAR-T", 0, 11, [(0, 11, "P"), (6, 11, "T")]) == "[after [CAR-T]{T}]{P}"


TEXT = "abcdefghij"
SPANS = st.lists(st.tuples(st.integers(0, 9), st.integers(1, 5)).map(lambda p: (p[0], min(10, sum(p)), "X")), max_size=5)


@given(SPANS)
def test_marks_lose_no_character(spans: list[tuple[int, int, str]]) -> None:
    marked = mark(TEXT, 0, len(TEXT), spans)
    assert without_marks(marked) == TEXT
    assert marked.count("[") == marked.count("]{X}") == len(spans)


def test_an_unknown_document_lists_the_near_ones(folder: Path) -> None:
    with pytest.raises(NothingFound, match="Did you mean: 999000"):
        explain(folder, "9990000")
