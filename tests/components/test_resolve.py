"""The component ``allnlp_resolve``."""

from __future__ import annotations

from itertools import combinations

import spacy

TEXT = "Relapsed B-cell acute lymphoblastic leukemia after CAR T-cell therapy in 34 children."


def test_overlapping_candidates_are_settled() -> None:
    nlp = spacy.blank("en")
    nlp.add_pipe("allnlp_terms")
    nlp.add_pipe("allnlp_resolve")
    doc = nlp(TEXT)
    kept = [(s.start_char, s.end_char, s.label_) for s in doc.spans["allnlp_resolve"]]
    assert len(kept) < len(doc.spans["allnlp_terms"])
    assert not [(a, b) for a, b in combinations(kept, 2) if a[2] == b[2] and a[0] < b[1] and b[0] < a[1]]
    assert "B-cell acute lymphoblastic leukemia" in [doc.text[a:b] for a, b, _ in kept]


def test_the_group_of_an_earlier_component_stays_as_it_was() -> None:
    nlp = spacy.blank("en")
    nlp.add_pipe("allnlp_terms")
    before = len(nlp(TEXT).spans["allnlp_terms"])
    nlp.add_pipe("allnlp_resolve")
    assert len(nlp(TEXT).spans["allnlp_terms"]) == before
