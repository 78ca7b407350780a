"""Listed names: word borders, case, signs, hard negatives. Which words mean what is tested in tests/sentences."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest

from allnlp.terminology import Stop, load
from allnlp.text import Lexicon, compile_lexicon
from allnlp.text.fold import fold
from allnlp.text.terms import find_terms

LexiconOf = Callable[..., Lexicon]
CD19 = ("ANTIGEN", "CD19", "any")
CR1 = ("ANTIGEN", "CR1", "any")


def found(text: str, lexicon: Lexicon) -> list[str]:
    return [text[s.start : s.end] for s in find_terms(text, lexicon)]


@pytest.mark.parametrize(
    "text", ["CD19", "(CD19)", "CD19/CD22", "anti-CD19", "CD19-directed", "CD19\u2212", "a CD19.", "CD19\n", "\u2011CD19\u2011", "CD19+"]
)
def test_a_name_is_found_beside_any_sign(text: str, lexicon_of: LexiconOf) -> None:
    assert found(text, lexicon_of(CD19)) == ["CD19"]


@pytest.mark.parametrize("text", ["CD199", "CD19a", "aCD19", "CD1 9", "\u00e9CD19"])
def test_a_name_is_not_found_inside_a_longer_word(text: str, lexicon_of: LexiconOf) -> None:
    assert found(text, lexicon_of(CD19)) == []


def test_a_term_after_a_slash_is_found(lexicon_of: LexiconOf) -> None:
    assert found("CD22/CD19/CD20", lexicon_of(CD19)) == ["CD19"]


def test_case_any_takes_any_case_and_case_exact_only_its_own(lexicon_of: LexiconOf) -> None:
    both = lexicon_of(("DISEASE", "ALL", "exact"), ("ANTIGEN", "glypican", "any"))
    assert found("ALL all All GLYPICAN Glypican", both) == ["ALL", "GLYPICAN", "Glypican"]


def test_an_exact_name_takes_a_plural_s(lexicon_of: LexiconOf) -> None:
    assert found("TKIs and TKIS", lexicon_of(("THERAPY", "TKI", "exact"))) == ["TKIs"]


def test_a_dash_in_a_name_may_be_a_blank_or_any_dash(lexicon_of: LexiconOf) -> None:
    assert found("PD-1 PD 1 PD\u20111 PD1", lexicon_of(("ANTIGEN", "PD-1", "any"))) == ["PD-1", "PD 1", "PD\u20111"]


def test_a_sign_at_the_end_must_be_there(lexicon_of: LexiconOf) -> None:
    positive = lexicon_of(("DISEASE", "Ph+", "any"))
    assert found("Ph+ ALL", positive) == ["Ph+"]
    assert found("Ph ALL, Ph-, pH 7", positive) == []


def test_every_reading_is_given_overlapping_ones_too(lexicon_of: LexiconOf) -> None:
    nested = lexicon_of(*(("ANTIGEN", text, "any") for text in ("B cell", "B cell antigen", "antigen")))
    assert sorted(found("B-cell antigen", nested)) == ["B-cell", "B-cell antigen", "antigen"]


def test_the_row_that_decided_is_named(lexicon_of: LexiconOf) -> None:
    assert [s.rule for s in find_terms("CD19", lexicon_of(CD19))] == ["antigen.tsv:CD19"]


def test_an_empty_text_has_no_names(lexicon_of: LexiconOf) -> None:
    assert find_terms("", lexicon_of(CD19)) == []


def test_a_hard_negative_looks_at_the_words_before_or_after(lexicon_of: LexiconOf) -> None:
    stops = (Stop("CR1", "ANTIGEN", "", r"\sreceptor", "s", ""), Stop("CR1", "ANTIGEN", r"first\s", "", "s", ""))
    text = "CR1 and the CR1 receptor, first CR1"
    assert [s.start for s in find_terms(text, lexicon_of(CR1, stoplist=stops))] == [0]


def test_a_hard_negative_of_another_label_does_not_count(lexicon_of: LexiconOf) -> None:
    stopped = lexicon_of(CR1, stoplist=[Stop("CR1", "OUTCOME", "", r"\sreceptor", "s", "")])
    assert found("the CR1 receptor", stopped) == ["CR1"]


def test_a_hard_negative_for_every_term_counts_for_all(lexicon_of: LexiconOf) -> None:
    stopped = lexicon_of(CR1, CD19, stoplist=[Stop("*", "*", "", r"\sgene", "s", "")])
    assert found("CR1 gene, CD19 gene, CD19 cell", stopped) == ["CD19"]


def test_british_and_american_spelling_find_one_another(lexicon: Lexicon) -> None:
    names = {s.name for s in find_terms("tumor lysis syndrome", lexicon)}
    assert names & {s.name for s in find_terms("tumour lysis syndrome", lexicon)}


def test_equal_tables_are_compiled_once() -> None:
    assert compile_lexicon(load()) is compile_lexicon(load())


STOPS = {(row.label, row.before, row.after): [r for r in load().stops if r[1:4] == row[1:4]] for row in load().stops}


@pytest.mark.parametrize("rows", STOPS.values(), ids=lambda rows: f"{rows[0].text} {rows[0].label}")
def test_a_hard_negative_is_proved_by_a_sentence(rows: list[Stop]) -> None:
    """One of the rows that share their regular expressions must hold in its own sentence."""
    assert any(holds(row) for row in rows), f"{rows[0].sentence!r} does not hold it"


def holds(row: Stop) -> bool:
    if row.text == "*" or row.text.startswith("{"):
        places = [(i, i) for i in range(len(row.sentence) + 1)]
    else:
        places = [m.span() for m in re.finditer(re.escape(fold(row.text).strip()) + "s?", fold(row.sentence))]
    before, after = re.compile(f"(?:{row.before})$", re.IGNORECASE), re.compile(row.after, re.IGNORECASE)
    return any(before.search(row.sentence[:start]) and after.match(row.sentence[end:]) for start, end in places)


def test_a_name_does_not_lie_across_a_bracket(lexicon_of: LexiconOf) -> None:
    lexicon = lexicon_of(("THERAPY", "CAR T cell", "any"))
    assert found("CAR T cell", lexicon) == ["CAR T cell"]
    assert found("receptor T (CAR-T) cell therapy", lexicon) == []
