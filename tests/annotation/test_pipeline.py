"""The spaCy pipeline and the annotation of strings: two ways, the same rows."""

from __future__ import annotations

from pathlib import Path

import pytest
import spacy
from hypothesis import given
from hypothesis import strategies as st
from spacy.language import Language
from spacy.tokens import Doc

import allnlp
from allnlp.errors import TerminologyError
from allnlp.readers import read
from allnlp.schema import Document, Mention
from allnlp.terminology import load
from allnlp.text import Annotation, annotate_text, compile_lexicon

NLP = allnlp.load()
LEXICON = compile_lexicon(load())
WORDS = (
    "tisa-cel (tisagenlecleucel)", "CD19+", "anti\u2011CD19 CAR T\u2011cell therapy", "no", "grade 4 CRS", "was not observed.", "34 children", "(n = 16)",
    "aged 3 to 23 years", "after failure of blinatumomab", "cytokine release syndrome (CRS)", "CRS.", "R/R B-ALL", "\n", "METHODS: ", "complete remission",
    "e\u0301", "\u05d0\u05d1", "\U0001f9ec", "\u00a0", "  ", "may cause", "(", ")", "neurotoxicity;",
)  # fmt: skip
TEXT = st.text(st.characters(exclude_categories=["Cs"])) | st.lists(st.sampled_from(WORDS), max_size=20).map(" ".join)


def by_doc(doc: Doc) -> Annotation:
    """Rows of a document as the pipeline left them."""
    found = doc._.allnlp
    sentences = annotate_text("", doc.text, LEXICON, title_end=max(doc.text.find("\n"), 0)).sentences
    assert [(s.start, s.end, s.section) for s in sentences] == found.sections
    return Annotation(sentences, found.mentions)


@given(TEXT)
def test_both_ways_give_the_same_rows_for_any_text(text: str) -> None:
    assert by_doc(NLP(text)) == annotate_text("", text, LEXICON, title_end=max(text.find("\n"), 0))


def test_both_ways_give_the_same_rows_for_the_demo(demo: Path) -> None:
    documents = [row for row in read([demo]) if isinstance(row, Document)]
    assert len(documents) == 40
    compared = 0
    for document in documents:
        title_end = len(document.title) if document.abstract else 0
        rows = annotate_text("", document.text, LEXICON, title_end=title_end)
        assert NLP(document.text)._.allnlp.mentions == rows.mentions, document.doc_id
        compared += len(rows.mentions)
    assert compared > 500


@given(TEXT)
def test_the_text_of_a_doc_is_the_text_and_its_offsets_hold(text: str) -> None:
    doc = NLP(text)
    assert doc.text == text
    assert all(text[m.start : m.end] == m.text for m in doc._.allnlp.mentions)


@given(TEXT)
def test_every_mention_is_made_of_whole_tokens(text: str) -> None:
    doc = NLP(text)
    spans = {(s.start_char, s.end_char, s.label_) for s in doc.spans["allnlp"]}
    assert spans == {(m.start, m.end, m.label) for m in doc._.allnlp.mentions}


def test_entities_are_found_and_named(nlp: Language) -> None:
    doc = nlp("Tisagenlecleucel targets CD19.")
    assert [(e.text, e.label_, e._.allnlp.name) for e in doc.ents] == [
        ("Tisagenlecleucel", "THERAPY", "tisagenlecleucel"),
        ("CD19", "ANTIGEN", "CD19"),
    ]


def test_terms_of_ones_own_are_used(tmp_path: Path) -> None:
    own = tmp_path / "own.csv"
    own.write_text("text,label,name\nnovacel,THERAPY,novacabtagene\n", encoding="utf-8")
    (mention,) = allnlp.load(terms=[own])("We gave novacel.")._.allnlp.mentions
    assert (mention.name, mention.rule) == ("novacabtagene", "own.csv:novacel")


def test_terms_that_break_the_rules_are_refused(tmp_path: Path) -> None:
    own = tmp_path / "own.csv"
    own.write_text("text,label\nnovacel,THERAPIE\n", encoding="utf-8")
    with pytest.raises(TerminologyError, match=r"own\.csv:2: unknown label 'THERAPIE'"):
        allnlp.load(terms=[own])


def test_a_changed_file_of_terms_is_read_anew(tmp_path: Path) -> None:
    own = tmp_path / "own.csv"
    for words in ("novacel", "altercel"):
        own.write_text(f"text,label\n{words},THERAPY\n", encoding="utf-8")
        assert [m.text for m in allnlp.load(terms=[own])(f"We gave {words}.")._.allnlp.mentions] == [words]


def test_a_saved_pipeline_gives_the_same_rows(nlp: Language, tmp_path: Path) -> None:
    text = "No CRS was seen after tisagenlecleucel (tisa-cel) in 34 children. Tisa-cel was safe."
    nlp.to_disk(tmp_path / "model")
    expected: list[Mention] = nlp(text)._.allnlp.mentions
    assert spacy.load(tmp_path / "model")(text)._.allnlp.mentions == expected != []


def test_other_models_may_stand_in_the_same_pipeline() -> None:
    mixed = spacy.blank("en")
    mixed.add_pipe("sentencizer")
    for name in NLP.pipe_names:
        meta = NLP.get_pipe_meta(name)
        config = {key: value for key, value in NLP.get_pipe_config(name).items() if key != "factory"}
        mixed.add_pipe(meta.factory, name=name, config=config)
    text = "No CRS was seen after tisagenlecleucel."
    assert mixed(text)._.allnlp.mentions == NLP(text)._.allnlp.mentions
