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


def aimed(text: str, words: str, lexicon: Lexicon) -> bool:
    return settled(text, words, lexicon, label="ANTIGEN", context="gene") == "ANTIGEN"


def test_a_receptor_is_an_antigen_where_something_aims_at_it(lexicon: Lexicon) -> None:
    assert aimed("The antibody is directed against EGFR." + LONG, "EGFR", lexicon)
    assert aimed("Anti-EGFR treatment was given." + LONG, "EGFR", lexicon)
    assert aimed("CAR T cells were made, and EGFR was stained." + LONG, "EGFR", lexicon)


@pytest.mark.parametrize("said", ["EGFR signaling was slow.", "Serum EGFR was high.", "Phosphorylation of EGFR was seen.", "EGFR mutations were sought."])
def test_a_receptor_is_a_gene_or_a_signal_elsewhere(said: str, lexicon: Lexicon) -> None:
    assert not aimed(said + LONG, "EGFR", lexicon)
    assert not aimed(said + " CAR T cells were made." + LONG, "EGFR", lexicon)


def test_a_marker_of_normal_cells_is_no_antigen(lexicon: Lexicon) -> None:
    chemotherapy = Span(0, 1, "THERAPY", None, "ncit:C15632", "chemotherapy", "terms", "r")
    text = "CD7+ T cells rose, and CD7+ leukemia fell after CAR T cells." + LONG
    normal, malignant = (Span(a, a + 3, "ANTIGEN", None, "x:7", "CD7", "terms", "r") for a in (0, 23))
    kept = settle(text, [Clause(0, len(text), "other")], [chemotherapy, normal, malignant], [], lexicon)
    assert malignant in kept
    assert normal not in kept


def test_a_phase_is_a_therapy_only_where_cancer_is_treated(lexicon: Lexicon) -> None:
    text = "Induction was slow." + LONG
    phase = Span(0, 9, "THERAPY", "phase", "x:i", "induction therapy", "terms", "r", "phase")
    chemotherapy = Span(14, 18, "THERAPY", None, "ncit:C15632", "chemotherapy", "terms", "r")
    assert settle(text, [Clause(0, len(text), "other")], [phase], [], lexicon) == []
    assert phase in settle(text, [Clause(0, len(text), "other")], [phase, chemotherapy], [], lexicon)


def test_a_short_form_of_several_meanings_is_left_open_and_said(lexicon: Lexicon) -> None:
    text = "CR was offered to all." + LONG
    short = Span(0, 2, "OUTCOME", None, "x:cr", "complete remission", "terms", "outcome.tsv:CR", "short")
    (left,) = settle(text, [Clause(0, len(text), "other")], [short], [], lexicon)
    assert (left.curie, left.name) == (None, "CR")
    assert "complete remission" in left.review
    full = Span(10, 15, "OUTCOME", None, "x:cr", "complete remission", "terms", "outcome.tsv:complete remission")
    assert short in settle(text, [Clause(0, len(text), "other")], [short, full], [], lexicon)


def test_a_count_after_a_toxicity_is_no_group(lexicon: Lexicon) -> None:
    text = "Rash (n = 3) was seen."
    rash = Span(0, 4, "TOXICITY", None, "x:r", "rash", "terms", "r")
    size = Span(6, 11, "POPULATION", "sample_size", None, "n = 3", "populations", "populations:size", "", 3)
    assert settle(text, [Clause(0, len(text), "other")], [rash, size], [], lexicon) == [rash]
