"""Pipelines of our own kind without a Doc: the entities that ``nlp.pipe`` gives, in any company."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import hypothesis.strategies as st
import numpy as np
import pytest
import spacy
from hypothesis import given, settings
from spacy.language import Language

from allnlp.annotation import find_entities
from allnlp.components import direct as rooms
from allnlp.components import network
from allnlp.components.direct import Direct, direct
from allnlp.components.ner import entities_of
from allnlp.models import find_package
from allnlp.readers import read
from allnlp.schema import Document
from allnlp.text.entities import Entity
from allnlp.text.name_table import build
from allnlp.training.pipeline import new_pipeline, recogniser

ROOT = Path(__file__).parents[2]
SHIPPED = "en_allnlp_bio_sm"
ROWS = (50, 20, 50, 20, 50, 50, 20, 10, 20)
TABLE = build([("lymphoblastic leukemia", 1, False), ("foxatinib", 2, False), ("CAT", 4, True)])
WORDS = (
    "Patients", "received", "foxatinib", "(FXB)", "FXB", "lymphoblastic", "leukemia", "(LL)", "LL", "and", "12.5%", "CD19-directed", ".", ",", "\n", "  ",
    "\u00a0", "\U0001f9ec", "e\u0301", "\u2011", "CAT",
)  # fmt: skip
TEXT = st.lists(st.sampled_from(WORDS), max_size=30).map(" ".join) | st.text(st.characters(exclude_categories=["Cs"]), max_size=40)


def untrained(*, seed: int = 5, **shape: Any) -> Language:
    """A recogniser that decides by chance, and so uses every action."""
    nlp = new_pipeline(TABLE, recogniser(**{"width": 16, "depth": 2, "hidden": 8, "rows": ROWS, **shape}))
    pipe: Any = nlp.get_pipe("ner")
    for label in ("CHEMICAL", "DISEASE"):
        pipe.add_label(label)
    nlp.initialize()
    chance = np.random.default_rng(seed)
    for node in pipe.model.walk():
        for param in node.param_names:
            if node.has_param(param):
                node.set_param(param, chance.normal(size=node.get_param(param).shape).astype(np.float32))
    return nlp


def with_two() -> Language:
    """As the shipped pipeline is: two recognisers, the first one put aside, and repeats."""
    nlp = untrained()
    nlp.add_pipe("ner", name="ner_own", source=untrained(seed=3), before="ner")
    nlp.add_pipe("allnlp_aside", before="ner", config={"key": "own"})
    nlp.add_pipe("allnlp_repeats")
    return nlp


ONE, TWO = untrained(), with_two()


def by_pipe(nlp: Language, texts: Sequence[str]) -> list[list[Entity]]:
    return [entities_of(doc, text, "m") for doc, text in zip(nlp.pipe(texts), texts, strict=True)]


def ours(nlp: Language) -> Direct:
    found = direct(nlp)
    assert found is not None
    return found


@pytest.mark.parametrize("nlp", [ONE, TWO], ids=["one", "two"])
@settings(deadline=None, max_examples=60)
@given(texts=st.lists(TEXT, max_size=5))
def test_the_entities_are_those_of_the_pipeline(nlp: Language, texts: list[str]) -> None:
    assert ours(nlp).entities(texts, "m") == by_pipe(nlp, texts)


@pytest.mark.parametrize("shape", [{"depth": 4}, {"depth": 3, "width": 8, "hidden": 16}], ids=["deeper", "other widths"])
def test_any_width_and_depth_is_read(shape: dict[str, int]) -> None:
    nlp = untrained(**shape)
    texts = [" ".join(WORDS[i:] + WORDS[:i]) for i in range(len(WORDS))]
    found = ours(nlp).entities(texts, "m")
    assert found == by_pipe(nlp, texts)
    assert {e.label for of in found for e in of} == {"CHEMICAL", "DISEASE"}


def test_an_entity_may_be_long_and_ends_with_its_document() -> None:
    texts = ["foxatinib " * 300, "foxatinib", "Patients received foxatinib"]
    assert ours(ONE).entities(texts, "m") == by_pipe(ONE, texts)


def test_no_entity_begins_with_blanks_or_is_made_of_them() -> None:
    texts = ["\n", "\n\n foxatinib \n\n", "a\n\nb\n\nc"]
    for nlp in (ONE, TWO):
        for text, entities in zip(texts, ours(nlp).entities(texts, "m"), strict=True):
            assert all(text[e.start : e.end] == text[e.start : e.end].strip() != "" for e in entities)


def test_company_and_what_was_read_before_change_nothing() -> None:
    texts = [" ".join(WORDS[i : i + 9]) for i in range(len(WORDS))] + ["LL", "", "foxatinib"]
    together = ours(TWO).entities(texts, "m")
    alone = ours(TWO)
    assert [alone.entities([text], "m")[0] for text in reversed(texts)] == together[::-1]
    assert alone.entities([], "m") == []


def test_the_vocabulary_meets_no_word_that_was_read() -> None:
    way = ours(TWO)
    before = len(TWO.vocab), len(TWO.vocab.strings)
    way.entities([" ".join(f"invented{i}" for i in range(500))], "m")
    assert (len(TWO.vocab), len(TWO.vocab.strings)) == before


def test_words_are_forgotten_when_they_are_too_many(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rooms, "_MOST_WORDS", 20)
    texts = [f"Patients received foxatinib{i} and FXB{i}." for i in range(40)]
    one = ours(TWO)
    assert [one.entities([text], "m")[0] for text in texts] == by_pipe(TWO, texts)
    assert len(one._rows) < 30


@pytest.mark.parametrize("size", [1, 2, 7, 50])
def test_rows_may_be_encoded_in_pieces_of_any_size(size: int, monkeypatch: pytest.MonkeyPatch) -> None:
    texts = [" ".join(WORDS), "foxatinib", "", " ".join(WORDS[::-1] * 9)]
    whole = ours(TWO).entities(texts, "m")
    monkeypatch.setattr(network, "_BLOCK", size)
    assert ours(TWO).entities(texts, "m") == whole


def test_a_pipeline_of_another_kind_is_left_to_spacy() -> None:
    ruled = untrained()
    ruled.add_pipe("entity_ruler")
    other = spacy.blank("en")
    other.add_pipe("ner")
    for nlp in (ruled, other, spacy.blank("en"), untrained(window=2), untrained(depth=1)):
        assert direct(nlp) is None


@pytest.mark.skipif(find_package(SHIPPED) is None, reason=f"{SHIPPED} is not installed: make setup")
def test_the_shipped_model_finds_what_it_finds_by_spacy() -> None:
    texts = [d.text for d in read([ROOT / "corpora" / "demo" / "demo.nbib"]) if isinstance(d, Document)]
    texts += ["Foxatinib (FXB) helped. FXB was safe, as foxatinib is.", "CD19-directed", "\n", "a  b\n\n\U0001d4d0-cells and  novamab"]
    nlp = spacy.load(SHIPPED)
    expected = [entities_of(doc, text, SHIPPED) for doc, text in zip(nlp.pipe(texts), texts, strict=True)]
    assert direct(nlp) is not None
    assert find_entities(texts, [SHIPPED], triage=False) == expected
    assert sum(map(len, expected)) > 100
