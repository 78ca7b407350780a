"""Sentence borders and sections."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from allnlp.text.sentences import find_sentences

TEXT = st.text(st.characters(exclude_categories=["Cs"])) | st.lists(
    st.sampled_from(["A. ", "Dr. ", "p. 5", "\n", " ", "METHODS: ", "Results\n", "CD19 ", "vs. ", "e.g. ", "(n = 3). ", "No. ", "?!", "\u2029"])
).map("".join)


def pieces(text: str, title_end: int = 0) -> list[str]:
    return [text[c.start : c.end] for c in find_sentences(text, title_end=title_end)]


def sections(text: str, title_end: int = 0) -> list[str]:
    return [c.section for c in find_sentences(text, title_end=title_end)]


@given(TEXT, st.integers(0, 20))
def test_sentences_hold_every_character_that_is_no_blank(text: str, title: int) -> None:
    clauses = find_sentences(text, title_end=min(title, len(text)))
    held = "".join(text[c.start : c.end] for c in clauses)
    assert "".join(held.split()) == "".join(text.split())


@given(TEXT, st.integers(0, 20))
def test_sentences_are_in_order_without_overlap_and_without_blanks_at_their_ends(text: str, title: int) -> None:
    clauses = find_sentences(text, title_end=min(title, len(text)))
    assert all(a.end <= b.start for a, b in pairwise(clauses))
    assert all(text[c.start : c.end].strip() == text[c.start : c.end] != "" for c in clauses)


@given(TEXT, st.integers(0, 20))
def test_no_sentence_crosses_the_title(text: str, title: int) -> None:
    end = min(title, len(text))
    assert not [c for c in find_sentences(text, title_end=end) if c.start < end < c.end]


@pytest.mark.parametrize(
    "text",
    [
        "CRS was seen vs. ICANS in Dr. Smith's cohort.",
        "Agents, e.g. Tocilizumab, were given.",
        "Fig. 3 shows it.",
        "It was given at 1.5 mg.",
        "Survival differed (P. 05).",
        "et al. Reported it.",
    ],
)
def test_a_full_stop_after_an_abbreviation_ends_no_sentence(text: str) -> None:
    assert pieces(text) == [text]


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("CRS occurred. ICANS did not.", 2),
        ("Was it safe? Yes! It was.", 3),
        ('He said "no." Then it ended.', 2),
        ("It was seen (n = 3). \u226518 years was the limit.", 2),
        ("One line\nanother line", 2),
        ("Survival was 12.5 months. 81 patients died.", 2),
    ],
)
def test_a_sentence_ends_where_it_ends(text: str, count: int) -> None:
    assert len(pieces(text)) == count


def test_the_title_is_a_section_of_its_own() -> None:
    text = "CAR T cells. A trial\nPatients responded."
    assert sections(text, text.index("\n")) == ["title", "title", "other"]


def test_labels_of_a_structured_abstract_are_its_sections() -> None:
    text = "T\nBACKGROUND: a was. METHODS: We did. It went on. RESULTS: It was. CONCLUSIONS: Good. TRIAL REGISTRATION: NCT1."
    assert sections(text, 1) == ["title", "background", "methods", "methods", "results", "conclusions", "other"]


@pytest.mark.parametrize(
    ("text", "section"),
    [
        ("PATIENTS AND METHODS: x.", "methods"),
        ("Objective: x.", "background"),
        ("FINDINGS: x.", "results"),
        ("INTERPRETATION: x.", "conclusions"),
        ("FUNDING: x.", "other"),
        ("Results were good.", "other"),
        ("Methods for it exist.", "other"),
    ],
)
def test_section_words_count_only_as_labels(text: str, section: str) -> None:
    assert sections(text) == [section]


def test_an_empty_text_has_no_sentence() -> None:
    assert find_sentences("") == find_sentences(" \n ") == []
