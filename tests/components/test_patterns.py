"""The component ``allnlp_patterns``."""

from __future__ import annotations

import spacy

TEXT = "Prademagene zamikeracel and novacabtagene pudoleucel were given to 34 children aged 3 to 23 years."


def test_patterns_and_numbers_are_found_without_any_other_component() -> None:
    nlp = spacy.blank("en")
    nlp.add_pipe("allnlp_patterns")
    doc = nlp(TEXT)
    found = {(span.text, span.label_) for span in doc.spans["allnlp_patterns"]}
    assert {("34 children", "POPULATION"), ("aged 3 to 23 years", "POPULATION")} <= found
    assert any("leucel" in text for text, label in found if label == "THERAPY")


def test_with_contexts_only_patterns_around_mentions_are_added() -> None:
    nlp = spacy.blank("en")
    nlp.add_pipe("allnlp_terms")
    nlp.add_pipe("allnlp_patterns", name="contexts", config={"contexts": True})
    doc = nlp("Activity after failure of blinatumomab was seen in 34 children.")
    added = {s.text for s in doc.spans["contexts"]} - {s.text for s in doc.spans["allnlp_terms"]}
    assert added == {"after failure of blinatumomab"}


def test_contexts_add_nothing_where_no_mention_is_known() -> None:
    nlp = spacy.blank("en")
    nlp.add_pipe("allnlp_patterns", config={"contexts": True})
    assert list(nlp("Activity after failure of blinatumomab.").spans["allnlp_patterns"]) == []
