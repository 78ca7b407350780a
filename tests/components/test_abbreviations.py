"""The component ``allnlp_abbreviations``."""

from __future__ import annotations

import spacy

TEXT = "Blinatumomab (BLM) was given. BLM was stopped."


def test_a_short_form_takes_the_concept_of_its_long_form() -> None:
    nlp = spacy.blank("en")
    nlp.add_pipe("allnlp_terms")
    nlp.add_pipe("allnlp_abbreviations")
    doc = nlp(TEXT)
    group = doc.spans["allnlp_abbreviations"]
    assert [s.text for s in group if s.label_ == "THERAPY"] == ["Blinatumomab", "BLM", "BLM"]
    assert len({s.kb_id_ for s in group}) == 1


def test_the_row_says_what_the_document_defined() -> None:
    nlp = spacy.blank("en")
    nlp.add_pipe("allnlp_terms")
    nlp.add_pipe("allnlp_abbreviations")
    rules = {row[7] for row in nlp(TEXT).user_data["allnlp"]["candidates"] if row[6] == "abbreviation"}
    assert rules == {"abbreviation:BLM=Blinatumomab"}


def test_without_candidates_there_is_nothing_to_inherit() -> None:
    nlp = spacy.blank("en")
    nlp.add_pipe("allnlp_abbreviations")
    assert list(nlp(TEXT).spans["allnlp_abbreviations"]) == []
