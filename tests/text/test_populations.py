"""Values of ages and sample sizes; which words are tagged is tested in tests/sentences."""

from __future__ import annotations

import pytest

from allnlp.text.populations import find_populations
from allnlp.text.sample_sizes import size_roles
from allnlp.text.sentences import find_sentences
from allnlp.text.spans import Span, longest


def only(text: str) -> Span:
    (span,) = longest(find_populations(text))
    return span


@pytest.mark.parametrize(
    ("text", "low", "high", "middle"),
    [
        ("median age 45 years (range, 18-84)", 18, 84, 45),
        ("The median age was 13 years (range, 2 to 24 years).", 2, 24, 13),
        ("mean age 45.5 \u00b1 3.2 years", None, None, 45.5),
        ("aged 3 to 23 years", 3, 23, None),
        ("18-75 years of age", 18, 75, None),
        ("18\u201375 years old", 18, 75, None),
        ("aged \u226518 years", 18, None, None),
        ("age 65 years and older", 65, None, None),
        ("younger than 3 years", None, 3, None),
        ("up to 25 years of age", None, 25, None),
        ("over the age of 60", 60, None, None),
        ("a 45-year-old", 45, 45, None),
        ("a 7-month-old", 0.583, 0.583, None),
        ("younger than 18 months", None, 1.5, None),
    ],
)
def test_ages_are_read_in_years(text: str, low: float | None, high: float | None, middle: float | None) -> None:
    span = only(text)
    assert (span.subtype, span.age_min, span.age_max, span.age_median) == ("age_value", low, high, middle)


@pytest.mark.parametrize(
    ("text", "words", "n"),
    [
        ("We treated 81 patients.", "81 patients", 81),
        ("A total of 768 patients were screened.", "A total of 768 patients", 768),
        ("It was given (n = 16).", "n = 16", 16),
        ("It was given (N=1,297).", "N=1,297", 1297),
        ("Thirty-four children were enrolled.", "Thirty-four children", 34),
        ("We analysed 1 204 patients.", "1 204 patients", 1204),
    ],
)
def test_sample_sizes_are_read(text: str, words: str, n: int) -> None:
    span = only(text)
    assert (text[span.start : span.end], span.subtype, span.n) == (words, "sample_size", n)


@pytest.mark.parametrize(
    "text",
    [
        "It lasted 12 months.",
        "Median follow-up was 12.9 months (range, 1-30).",
        "All patients responded.",
        "It fell by 34%.",
        "There were grade 3 patients.",
        "p = 0.045",
        "He was 999 years old.",
    ],
)
def test_other_numbers_are_no_population(text: str) -> None:
    assert find_populations(text) == []


def test_a_number_and_its_noun_stand_in_one_sentence() -> None:
    text = "The trial closed in 2019. Patients were young."
    assert find_populations(text, find_sentences(text)) == []


def test_every_value_comes_with_its_rule() -> None:
    assert {s.rule for s in find_populations("34 children aged 3 to 23 years")} == {"populations:age", "populations:size"}


@pytest.mark.parametrize(
    ("text", "roles"),
    [
        ("119 patients were enrolled and 108 received axicabtagene.", ["total"]),
        ("Of 60 patients, 31 patients received A and 29 patients received B.", ["total", "arm", "arm"]),
        ("We pooled data of 588 patients, 351 on monotherapy and 237 on two drugs.", ["total"]),
        ("A total of 266 patients were randomly assigned to A and 263 to B.", ["total"]),
        ("We randomly assigned 78 patients to capecitabine and 78 patients to both.", ["arm", "arm"]),
        ("The drugs were placebo (n = 55) and fenretinide (n = 56).", ["arm", "arm"]),
        ("We will enrol 120 patients.", ["planned"]),
        ("Fourteen patients (eight men, six women) were treated.", ["total"]),
    ],
)
def test_a_size_is_the_study_an_arm_or_a_plan(text: str, roles: list[str]) -> None:
    clauses = find_sentences(text)
    sizes = [s for s in find_populations(text, clauses) if s.n is not None and s.n not in (8, 6)]
    assert size_roles(text, clauses, sizes) == roles


@pytest.mark.parametrize("text", ["It strikes 15,000 persons per year.", "Genes (n = 1246 genes) were read.", "Fever was seen in 62 (78%) patients.", "There were 57,338 patient-years."])
def test_rates_counts_and_other_things_are_no_sizes(text: str) -> None:
    assert [s for s in find_populations(text) if s.n is not None] == []
