"""Entities that are completed in a pipeline."""

from __future__ import annotations

import pickle
from pathlib import Path

import spacy
from spacy.language import Language
from spacy.tokens import Doc, Span

TEXT = "Foxatinib (FXB) helped. FXB was safe, Foxatinib too; Foxatinib2 is another."


def pipeline(*patterns: dict[str, object]) -> Language:
    nlp = spacy.blank("en")
    if patterns:
        nlp.add_pipe("entity_ruler").add_patterns(list(patterns))  # type: ignore[attr-defined]
    nlp.add_pipe("allnlp_repeats")
    return nlp


def first_of(nlp: Language, text: str, word: str, **options: str) -> Doc:
    doc = nlp.make_doc(text)
    at = next(t.i for t in doc if t.text == word)
    doc.ents = [Span(doc, at, at + 1, **options)]  # type: ignore[arg-type]
    return nlp.get_pipe("allnlp_repeats")(doc)


def ents(doc: Doc) -> list[tuple[str, str, int]]:
    return [(e.text, e.label_, e.start_char) for e in doc.ents]


def test_the_same_words_and_the_short_form_are_marked_wherever_they_stand() -> None:
    doc = first_of(pipeline(), TEXT, "Foxatinib", label="CHEMICAL")
    assert ents(doc) == [(w, "CHEMICAL", at) for w, at in (("Foxatinib", 0), ("FXB", 11), ("FXB", 24), ("Foxatinib", 38))]


def test_what_was_marked_stays_as_it_was() -> None:
    doc = first_of(pipeline(), TEXT, "Foxatinib", label="CHEMICAL", kb_id="x:1")
    assert [e.kb_id_ for e in doc.ents] == ["x:1", "", "", ""]


def test_words_within_a_token_are_left() -> None:
    doc = first_of(pipeline(), "Foxatinib, non_Foxatinib and xFoxatinib", "Foxatinib", label="X")
    assert [t.text for t in doc] == ["Foxatinib", ",", "non_Foxatinib", "and", "xFoxatinib"]
    assert ents(doc) == [("Foxatinib", "X", 0)]


def test_entities_of_two_kinds_do_not_overlap() -> None:
    nlp = pipeline({"label": "A", "pattern": "fox fever"}, {"label": "B", "pattern": "fox"})
    assert [(e.text, e.label_) for e in nlp("fox fever, fox").ents] == [("fox fever", "A"), ("fox", "B")]


def test_a_document_without_entities_stays_empty() -> None:
    nlp = pipeline()
    assert nlp("").ents == ()
    assert nlp(TEXT).ents == ()


def test_a_saved_pipeline_does_the_same(tmp_path: Path) -> None:
    nlp = pipeline({"label": "CHEMICAL", "pattern": [{"TEXT": "Foxatinib", "IS_SENT_START": True}]}, {"label": "CHEMICAL", "pattern": "Foxatinib ("})
    nlp.to_disk(tmp_path / "saved")
    wanted = ents(nlp(TEXT))
    assert wanted
    for other in (spacy.load(tmp_path / "saved"), pickle.loads(pickle.dumps(nlp))):
        assert ents(other(TEXT)) == wanted


def test_many_documents_are_read_in_a_stream() -> None:
    nlp = pipeline({"label": "X", "pattern": "CRS"})
    assert [len(doc.ents) for doc in nlp.pipe(["CRS, CRS", "", "none"])] == [2, 0, 0]


def test_there_are_no_options() -> None:
    meta = Language.get_factory_meta("allnlp_repeats")
    assert dict(meta.default_config) == {}
    assert (list(meta.requires), list(meta.assigns)) == (["doc.ents"], ["doc.ents"])
