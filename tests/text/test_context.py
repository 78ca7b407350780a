"""Words that may be a toxicity or a disease; the words themselves are tested in tests/sentences."""

from __future__ import annotations

import pytest

from allnlp.text import Lexicon
from allnlp.text.context import settle
from allnlp.text.spans import Clause, Span

LONG = " It was a plain sentence of no matter." * 12


def settled(text: str, words: str, lexicon: Lexicon, *, label: str = "TOXICITY", context: str = "disease", others: list[Span] | None = None) -> str | None:
    start = text.index(words)
    span = Span(start, start + len(words), label, None, "x:1", words, "terms", "r", context)
    kept = settle(text, [Clause(0, len(text), "other")], [span, *(others or [])], [], lexicon)
    return next((s.label for s in kept if s.curie == "x:1"), None)


def test_a_short_text_is_read_as_one_on_treatment(lexicon: Lexicon) -> None:
    assert settled("Pneumonia was seen.", "Pneumonia", lexicon) == "TOXICITY"


def test_in_a_text_on_other_matters_an_infection_is_a_disease(lexicon: Lexicon) -> None:
    assert settled("Pneumonia was seen." + LONG, "Pneumonia", lexicon) == "DISEASE"


def test_in_a_text_on_other_matters_a_symptom_is_no_mention(lexicon: Lexicon) -> None:
    assert settled("Fatigue was seen." + LONG, "Fatigue", lexicon, context="symptom") is None


def test_a_toxicity_beside_it_makes_it_one(lexicon: Lexicon) -> None:
    text = "Pneumonia and CRS were seen." + LONG
    crs = Span(14, 17, "TOXICITY", None, "x:crs", "CRS", "terms", "r")
    assert settled(text, "Pneumonia", lexicon, others=[crs]) == "TOXICITY"


@pytest.mark.parametrize("words", ["vomiting after cisplatin", "vomiting was caused by cisplatin", "vomiting in patients receiving cisplatin"])
def test_what_comes_from_a_therapy_is_a_toxicity(words: str, lexicon: Lexicon) -> None:
    text = f"We saw {words}." + LONG
    start = text.index("cisplatin")
    therapy = Span(start, start + 9, "THERAPY", None, "x:cis", "cisplatin", "terms", "r")
    assert settled(text, "vomiting", lexicon, context="symptom", others=[therapy]) == "TOXICITY"


def test_what_patients_have_before_is_a_disease(lexicon: Lexicon) -> None:
    assert settled("We treated patients with pneumonia.", "pneumonia", lexicon) == "DISEASE"


def test_what_is_in_no_doubt_stays(lexicon: Lexicon) -> None:
    assert settled("CRS was seen." + LONG, "CRS", lexicon, context="") == "TOXICITY"
