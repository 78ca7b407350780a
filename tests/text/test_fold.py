"""Folding keeps length, so that offsets found in folded text hold in the text."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from allnlp.terminology import Spelling, load
from allnlp.text.fold import fold, mask, variants

TEXT = st.text(st.characters(exclude_categories=["Cs"]))


@given(TEXT)
def test_fold_keeps_the_length(text: str) -> None:
    assert len(fold(text)) == len(text)


@given(TEXT)
def test_fold_of_folded_text_is_the_same(text: str) -> None:
    assert fold(fold(text)) == fold(text)


@given(TEXT)
def test_fold_leaves_letters_digits_and_blanks_only(text: str) -> None:
    assert all(c == " " or c.isalnum() for c in fold(text))


@given(TEXT)
def test_mask_keeps_the_length(text: str) -> None:
    assert len(mask(text)) == len(text)


@given(st.text(st.characters(max_codepoint=127)))
def test_ascii_is_folded_as_any_text_is(text: str) -> None:
    assert fold(text) == fold(text + "\u00e9")[:-1]


@pytest.mark.parametrize("dash", ["-", "\u2010", "\u2011", "\u2012", "\u2013", "\u2212", " ", "\u00a0", "/", "_"])
def test_any_dash_or_blank_between_words_is_the_same(dash: str) -> None:
    assert fold(f"CAR{dash}T") == "car t"


def test_a_letter_without_a_lower_case_of_one_character_stays() -> None:
    assert fold("\u0130l") == "\u0130l"  # its lower case has two


@pytest.mark.parametrize(
    ("text", "other"),
    [
        ("remission", "remissions"),
        ("B cells", "B cell"),
        ("therapy", "therapies"),
        ("malignancies", "malignancy"),
        ("metastasis", "metastases"),
        ("suffix", "suffixes"),
        ("oedema", "oedemas"),
    ],
)
def test_singular_and_plural_are_variants_of_one_another(text: str, other: str) -> None:
    assert other.lower() in variants(text, [], exact=False)


@pytest.mark.parametrize("text", ["virus", "fibrosis", "idiopathic", "CD19+"])
def test_words_that_only_look_like_plurals_lose_no_letter(text: str) -> None:
    assert not [form for form in variants(text, [], exact=False) if len(form) < len(text)]


def test_exact_forms_keep_their_capitals_and_only_take_a_plural_s() -> None:
    assert variants("TKI", load().spellings, exact=True) == ["TKI", "TKIs"]


def test_a_spelling_goes_both_ways() -> None:
    spellings = [Spelling("tumor", "tumour", "")]
    assert "tumour" in variants("tumor", spellings, exact=False)
    assert "tumor" in variants("tumour", spellings, exact=False)


def test_british_spelling_is_not_doubled() -> None:
    assert not [v for v in variants("tumour", [Spelling("tumor", "tumour", "")], exact=False) if "tumouur" in v]


@given(st.text(st.characters(categories=["Ll", "Lu", "Nd", "Zs"]), min_size=1))
def test_a_text_is_a_variant_of_itself(text: str) -> None:
    assert text in variants(text, [], exact=True)
    assert text.lower() in variants(text, [], exact=False)
