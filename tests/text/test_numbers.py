"""Numbers in digits and words."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from allnlp.text.numbers import NUMBER, read_number

UNITS = "one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen".split()
TENS = "twenty thirty forty fifty sixty seventy eighty ninety".split()


def in_words(n: int) -> str:
    if n < 20:
        return UNITS[n - 1]
    if n < 100:
        return TENS[n // 10 - 2] + (f"-{in_words(n % 10)}" if n % 10 else "")
    if n < 1000:
        return f"{in_words(n // 100)} hundred" + (f" and {in_words(n % 100)}" if n % 100 else "")
    return f"{in_words(n // 1000)} thousand" + (f" {in_words(n % 1000)}" if n % 1000 else "")


@given(st.integers(1, 999_999))
def test_a_number_in_words_has_its_value(n: int) -> None:
    assert read_number(in_words(n)) == n
    assert read_number(in_words(n).capitalize()) == n


@given(st.integers(0, 10**9), st.sampled_from([",", " ", "\u2009", "\u202f", "\u00a0"]))
def test_a_number_with_any_separator_of_thousands_has_its_value(n: int, mark: str) -> None:
    assert read_number(f"{n:,}".replace(",", mark)) == n


@given(st.integers(1, 999_999))
def test_the_pattern_holds_the_whole_number(n: int) -> None:
    for written in (str(n), f"{n:,}", in_words(n)):
        match = re.match(NUMBER, written)
        assert match is not None
        assert match.group() == written


@pytest.mark.parametrize("words", ["few", "", "some twenty", "1.5", "twentyish"])
def test_what_is_no_whole_number_has_no_value(words: str) -> None:
    assert read_number(words) is None


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_no_text_whatever_is_an_error(words: str) -> None:
    value = read_number(words)
    assert value is None or value >= 0


def test_a_number_that_counts_nothing_on_earth_has_no_value() -> None:
    assert read_number("9" * 15) == 999_999_999_999_999
    assert read_number("9" * 16) is None
    assert read_number("9" * 5000) is None
