"""The whole decision on strings: what holds for any text whatever."""

from __future__ import annotations

from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from allnlp.schema import LABELS, check
from allnlp.terminology import load
from allnlp.text import Lexicon, annotate_text, compile_lexicon

WORDS = (
    "tisagenlecleucel", "tisa-cel", "CAR T-cell therapy", "anti\u2011CD19", "CD19+", "CD19\u2212", "B-ALL", "ALL", "CRS", "cytokine release syndrome (CRS)",
    "no grade 4", "was not observed", "34 children", "aged 3 to 23 years", "(n = 16)", "median age 45 years (range, 18-84)", "R/R",
    "after allo-HSCT", "complete remission (CR)", "overall survival", "Bruton tyrosine kinase (BTK) inhibitor", "may cause", ";", "(", ")", "[", "]",
    ".", ". ", "\n", "\u00a0", "\u2013", "e\u0301", "\u05d0\u05d1", "\u0645\u0631\u062d\u0628\u0627", "\U0001f9ec", "\u200d", "\u0130", "\ufb01", "\t", "26.5%",
)  # fmt: skip
TEXT = st.text(st.characters(exclude_categories=["Cs"])) | st.lists(
    st.sampled_from(WORDS) | st.text(st.characters(exclude_categories=["Cs"]), max_size=3), max_size=25
).map(" ".join)
LEXICON = compile_lexicon(load())


@given(TEXT)
def test_no_text_whatever_is_an_error_and_every_row_is_sound(text: str) -> None:
    sentences, mentions = annotate_text("1", text, LEXICON, title_end=max(text.find("\n"), 0))
    check("sentences", sentences)
    check("mentions", mentions)


@given(TEXT)
def test_the_offsets_of_every_mention_give_its_text(text: str) -> None:
    for m in annotate_text("1", text, LEXICON).mentions:
        assert text[m.start : m.end] == m.text != ""


@given(TEXT)
def test_the_offsets_of_every_cue_give_its_words(text: str) -> None:
    for m in annotate_text("1", text, LEXICON).mentions:
        if m.assertion_cue is not None:
            assert m.cue_start is not None
            assert text[m.cue_start : m.cue_end] == m.assertion_cue


@given(TEXT)
def test_a_mention_begins_in_its_sentence(text: str) -> None:
    sentences, mentions = annotate_text("1", text, LEXICON)
    for m in mentions:
        assert sentences[m.sentence].start <= m.start < sentences[m.sentence].end


@given(TEXT)
def test_no_two_mentions_of_one_label_overlap(text: str) -> None:
    mentions = annotate_text("1", text, LEXICON).mentions
    assert not [(a, b) for a, b in combinations(mentions, 2) if a.label == b.label and a.start < b.end and b.start < a.end]


@given(TEXT)
def test_mentions_are_numbered_in_order_of_place(text: str) -> None:
    mentions = annotate_text("1", text, LEXICON).mentions
    assert [m.mention for m in mentions] == list(range(len(mentions)))
    assert [m.start for m in mentions] == sorted(m.start for m in mentions)


@given(TEXT)
def test_the_same_text_gives_the_same_rows(text: str) -> None:
    assert annotate_text("1", text, LEXICON) == annotate_text("1", text, LEXICON)


def test_an_empty_text_has_no_rows(lexicon: Lexicon) -> None:
    assert annotate_text("1", "", lexicon) == ([], [])


def test_every_row_says_which_document_it_is_of(lexicon: Lexicon) -> None:
    sentences, mentions = annotate_text("pmid", "No CRS was seen after tisagenlecleucel in 34 children.", lexicon)
    assert {row.doc_id for row in [*sentences, *mentions]} == {"pmid"}
    assert {m.label for m in mentions} == {"TOXICITY", "THERAPY", "POPULATION"}


def test_every_mention_says_what_decided(lexicon: Lexicon) -> None:
    text = "No CRS was seen after blinatumomab (BLM) or novacabtagene pudoleucel in 34 children. BLM was safe."
    mentions = annotate_text("", text, lexicon).mentions
    assert {m.source for m in mentions} == {"terms", "patterns", "populations", "abbreviation"}
    assert all(":" in m.rule for m in mentions)


def test_a_name_with_an_abbreviation_inside_is_one_mention(lexicon: Lexicon) -> None:
    text = "The Bruton tyrosine kinase (BTK) inhibitor was given."
    assert "Bruton tyrosine kinase (BTK) inhibitor" in [m.text for m in annotate_text("", text, lexicon).mentions]


@pytest.mark.parametrize("label", LABELS)
def test_every_label_is_found_in_a_plain_sentence(label: str, lexicon: Lexicon) -> None:
    text = "In 34 children with B-ALL, CD19-directed CAR T-cell therapy led to CRS and complete remission."
    assert label in {m.label for m in annotate_text("", text, lexicon).mentions}


@pytest.mark.slow
def test_the_time_for_a_long_text_grows_with_its_length(lexicon: Lexicon) -> None:
    import time

    unit = "No grade 4 CRS (cytokine release syndrome) was seen after CD19 CAR T-cell therapy in 34 children (aged 3 to 23 years). "

    def seconds(times: int) -> float:
        begin = time.process_time()
        annotate_text("", unit * times, lexicon)
        return time.process_time() - begin

    seconds(2)
    short, long = min(seconds(20) for _ in range(3)), seconds(320)
    assert long < 16 * short * 12, "sixteen times the text took far more than sixteen times as long"


def test_a_short_form_defined_twice_is_said_to_be_doubtful(lexicon: Lexicon) -> None:
    text = "Overall survival (OS) was long. Osteosarcoma (OS) was rare. OS was studied."
    found = [m for m in annotate_text("", text, lexicon).mentions if m.text == "OS"]
    assert found
    assert all(m.needs_review and "defined twice" in (m.review_reason or "") for m in found)


def test_what_is_clear_needs_no_review(lexicon: Lexicon) -> None:
    text = "Overall survival (OS) was long after CAR T-cell therapy. OS was studied in 34 children."
    assert not any(m.needs_review or m.review_reason for m in annotate_text("", text, lexicon).mentions)


def test_roles_are_those_of_sample_sizes_only(lexicon: Lexicon) -> None:
    text = "We enrolled 60 patients aged 3 to 23 years with leukemia; A (n = 31) and B (n = 29) were given."
    roles = {m.text: m.role for m in annotate_text("", text, lexicon).mentions}
    assert roles["60 patients"] == "total"
    assert roles["n = 31"] == roles["n = 29"] == "arm"
    assert roles["aged 3 to 23 years"] is None
