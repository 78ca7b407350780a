"""The component ``allnlp_sentences``."""

from __future__ import annotations

import pickle
from pathlib import Path

import pytest
import spacy
from hypothesis import given
from hypothesis import strategies as st
from spacy.language import Language
from spacy.tokens import Doc

from allnlp.components.sentences import Sentences

TEXT = "CAR T cells in B-ALL\nMETHODS: We treated children. RESULTS: CRS occurred."


@pytest.fixture
def one() -> Language:
    nlp = spacy.blank("en")
    nlp.add_pipe("allnlp_sentences")
    return nlp


def sections(doc: Doc) -> list[tuple[str, str]]:
    return [(span.text, span.label_) for span in doc.spans["allnlp_sentences"]]


def test_sentences_and_sections_are_set(one: Language) -> None:
    doc = one(TEXT)
    assert [s.text.strip() for s in doc.sents] == [text for text, _ in sections(doc)]
    assert [section for _, section in sections(doc)] == ["title", "methods", "results"]


def test_the_first_line_is_no_title_when_told_so() -> None:
    nlp = spacy.blank("en")
    nlp.add_pipe("allnlp_sentences", config={"title": False})
    assert sections(nlp(TEXT))[0] == ("CAR T cells in B-ALL", "other")


def test_the_view_has_the_sections(one: Language) -> None:
    assert [section for _, _, section in one(TEXT)._.allnlp.sections] == ["title", "methods", "results"]


@pytest.mark.parametrize("config", [{"title": "perhaps"}, {"titel": True}])
def test_a_wrong_option_is_refused(config: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="allnlp_sentences"):
        spacy.blank("en").add_pipe("allnlp_sentences", config=config)


def test_an_empty_doc_has_no_sentences(one: Language) -> None:
    doc = one("")
    assert (len(doc), list(doc.spans["allnlp_sentences"])) == (0, [])


def test_every_token_knows_whether_it_begins_a_sentence(one: Language) -> None:
    assert all(t.is_sent_start is not None for t in one(TEXT))


BLANK = spacy.blank("en")


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_every_token_that_is_no_blank_stands_in_a_section(text: str) -> None:
    doc = Sentences()(BLANK.make_doc(text))
    held = {i for span in doc.spans["allnlp_sentences"] for i in range(span.start, span.end)}
    assert all(token.i in held for token in doc if not token.is_space)


def test_it_survives_disk_bytes_and_pickling(tmp_path: Path) -> None:
    nlp = spacy.blank("en")
    nlp.add_pipe("allnlp_sentences", config={"title": False})
    nlp.to_disk(tmp_path / "model")
    expected = sections(nlp(TEXT))
    again = spacy.blank("en")
    again.add_pipe("allnlp_sentences", config={"title": False})
    for back in (spacy.load(tmp_path / "model"), again.from_bytes(nlp.to_bytes()), pickle.loads(pickle.dumps(nlp))):
        assert sections(back(TEXT)) == expected
