"""The fine tokenizer."""

from __future__ import annotations

import pickle
from pathlib import Path

import pytest
import spacy
from hypothesis import given
from hypothesis import strategies as st
from spacy.language import Language

from allnlp.components.tokenizer import Tokenizer
from allnlp.text.tokens import split

TEXT = st.text(st.characters(exclude_categories=["Cs"]))
VOCAB = spacy.blank("en").vocab
CONFIG = {"nlp": {"tokenizer": {"@tokenizers": "allnlp.Tokenizer.v1"}}}


@pytest.fixture(scope="module")
def fine() -> Language:
    return spacy.blank("en", config=CONFIG)


@given(TEXT)
def test_split_loses_no_character(text: str) -> None:
    words, spaces = split(text)
    assert "".join(word + " " * blank for word, blank in zip(words, spaces, strict=True)) == text


@given(TEXT)
def test_the_tokenizer_loses_no_character(text: str) -> None:
    doc = Tokenizer(VOCAB)(text)
    assert doc.text == text
    assert all(text[token.idx : token.idx + len(token)] == token.text for token in doc)


@pytest.mark.parametrize("sign", list("-\u2010\u2011\u2012\u2013\u2212/+(),.;:\u00b1\u2265%[]'\""))
def test_every_sign_beside_a_name_is_a_token(sign: str, fine: Language) -> None:
    words = [t.text for t in fine(f"anti{sign}CD19{sign}CD22{sign}")]
    assert words == ["anti", sign, "CD19", sign, "CD22", sign]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("CD19-directed", ["CD19", "-", "directed"]),
        ("anti\u2011CD19 CAR-T", ["anti", "\u2011", "CD19", "CAR", "-", "T"]),
        ("26.5% of 1,297", ["26.5", "%", "of", "1,297"]),
        ("12\u00b79 months", ["12\u00b79", "months"]),
        ("IL-6.", ["IL", "-", "6", "."]),
        ("a  b", ["a", " ", "b"]),
        ("a\nb", ["a", "\n", "b"]),
        ("snake_case", ["snake", "_", "case"]),
    ],
)
def test_words_are_split_as_finely_as_they_can_be(text: str, words: list[str], fine: Language) -> None:
    assert [t.text for t in fine(text)] == words


def test_an_empty_text_has_no_tokens(fine: Language) -> None:
    assert len(fine("")) == 0


def test_it_survives_disk(fine: Language, tmp_path: Path) -> None:
    fine.to_disk(tmp_path / "model")
    assert [t.text for t in spacy.load(tmp_path / "model")("CD19+")] == ["CD19", "+"]


def test_it_survives_bytes(fine: Language) -> None:
    assert [t.text for t in spacy.blank("en", config=CONFIG).from_bytes(fine.to_bytes())("CD19+")] == ["CD19", "+"]


def test_it_survives_pickling(fine: Language) -> None:
    assert [t.text for t in pickle.loads(pickle.dumps(fine))("CD19+")] == ["CD19", "+"]
