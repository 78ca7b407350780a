"""Two recognisers in one pipeline."""

from __future__ import annotations

import pickle
from pathlib import Path

import pytest
import spacy
from spacy.language import Language

from allnlp.components.ner import entities_of

TEXT = "The drug novamab caused fever."


def pipeline(**config: str) -> Language:
    nlp = spacy.blank("en")
    nlp.add_pipe("entity_ruler", name="first").add_patterns([{"label": "CHEMICAL", "pattern": "novamab"}])  # type: ignore[attr-defined]
    nlp.add_pipe("allnlp_aside", config=config)
    return nlp


def with_second(nlp: Language) -> Language:
    nlp.add_pipe("entity_ruler", name="second").add_patterns([{"label": "THERAPY", "pattern": "drug novamab"}, {"label": "TOXICITY", "pattern": "fever"}])  # type: ignore[attr-defined]
    return nlp


@pytest.mark.parametrize(("config", "key"), [({}, "aside"), ({"key": "roles"}, "roles")])
def test_entities_are_moved_to_a_group(config: dict[str, str], key: str) -> None:
    doc = pipeline(**config)(TEXT)
    assert doc.ents == ()
    assert {k: [(s.text, s.label_) for s in group] for k, group in doc.spans.items()} == {key: [("novamab", "CHEMICAL")]}


def test_a_second_recogniser_starts_from_nothing() -> None:
    doc = with_second(pipeline())(TEXT)
    assert [(e.text, e.label_) for e in doc.ents] == [("drug novamab", "THERAPY"), ("fever", "TOXICITY")]
    assert [s.text for s in doc.spans["aside"]] == ["novamab"]


def test_a_borrowed_model_gives_the_entities_of_both() -> None:
    doc = with_second(pipeline())(TEXT)
    assert [(TEXT[e.start : e.end], e.label) for e in entities_of(doc, TEXT, "m")] == [("drug novamab", "THERAPY"), ("novamab", "CHEMICAL"), ("fever", "TOXICITY")]


def test_a_document_without_entities_has_an_empty_group() -> None:
    nlp = pipeline()
    assert [len(nlp(text).spans["aside"]) for text in ("", "Nothing")] == [0, 0]


def test_a_saved_pipeline_keeps_the_key(tmp_path: Path) -> None:
    nlp = pipeline(key="roles")
    nlp.to_disk(tmp_path / "saved")
    for other in (spacy.load(tmp_path / "saved"), pickle.loads(pickle.dumps(nlp))):
        doc = other(TEXT)
        assert [s.text for s in doc.spans["roles"]] == ["novamab"]


def test_an_unknown_option_is_refused() -> None:
    with pytest.raises(ValueError, match="unexpected argument: 'group'"):
        spacy.blank("en").add_pipe("allnlp_aside", config={"group": "a"})


def test_the_default_key() -> None:
    assert dict(Language.get_factory_meta("allnlp_aside").default_config) == {"key": "aside"}
