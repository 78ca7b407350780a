"""The component ``allnlp_terms``."""

from __future__ import annotations

from pathlib import Path

import spacy
from spacy.language import Language

from allnlp.text import Lexicon
from allnlp.text.annotate import listed
from allnlp.text.fold import fold

TEXT = "CD19-directed CAR T-cell therapy caused CRS."


def tagged(nlp: Language, text: str) -> list[tuple[str, str]]:
    doc = nlp(text)
    return [(span.text, span.label_) for span in doc.spans["allnlp_terms"]]


def test_listed_names_stand_in_a_span_group_with_label_and_concept() -> None:
    nlp = spacy.blank("en")
    nlp.add_pipe("allnlp_terms")
    doc = nlp("CRS occurred.")
    (span,) = doc.spans["allnlp_terms"]
    assert (span.text, span.label_, span.kb_id_) == ("CRS", "TOXICITY", "mesh:D000080424")


def test_it_finds_what_the_pure_function_finds(lexicon: Lexicon) -> None:
    nlp = spacy.blank("en")
    nlp.add_pipe("allnlp_terms")
    found = nlp(TEXT).user_data["allnlp"]["candidates"]
    assert found == [tuple(span) for span in listed(TEXT, fold(TEXT), lexicon)] != []


def test_a_token_that_holds_more_than_the_name_is_marked_whole_and_the_row_is_exact() -> None:
    nlp = spacy.blank("en")
    nlp.add_pipe("allnlp_terms")
    nlp.tokenizer = spacy.tokenizer.Tokenizer(nlp.vocab)  # splits at blanks only
    doc = nlp("CD19-directed cells")
    (span,) = (s for s in doc.spans["allnlp_terms"] if s.label_ == "ANTIGEN")
    (row,) = (r for r in doc.user_data["allnlp"]["candidates"] if r[2] == "ANTIGEN")
    assert (span.text, doc.text[row[0] : row[1]]) == ("CD19-directed", "CD19")


def test_terms_of_ones_own_are_found(tmp_path: Path) -> None:
    own = tmp_path / "own.csv"
    own.write_text("text,label\nnovacel,THERAPY\n", encoding="utf-8")
    nlp = spacy.blank("en")
    nlp.add_pipe("allnlp_terms", config={"terms": [str(own)]})
    assert ("novacel", "THERAPY") in tagged(nlp, "We gave novacel.")
