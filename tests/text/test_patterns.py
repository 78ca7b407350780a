"""Patterns over the text and over its shadow; what they find in English is tested in tests/sentences."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from allnlp.terminology import Pattern, load
from allnlp.text import Lexicon
from allnlp.text.annotate import in_context, listed, patterned
from allnlp.text.fold import fold
from allnlp.text.patterns import find_patterns, shadow
from allnlp.text.rules import SHADOWS, expand
from allnlp.text.sentences import find_sentences
from allnlp.text.spans import Span

SHIPPED = load().patterns


def pattern(regex: str, needs: str = "", case: str = "any", curie: str = "", name: str = "", label: str = "THERAPY") -> Pattern:
    return Pattern("key", label, "kind", case, needs, regex, curie, name, "s", "")


def found(text: str, lexicon: Lexicon, known: list[Span] | None = None, *, shadowed: bool = False) -> list[Span]:
    return find_patterns(text, lexicon, folded=fold(text), clauses=find_sentences(text), known=known or [], shadowed=shadowed)


@pytest.fixture
def one(lexicon_of: Callable[..., Lexicon]) -> Callable[[Pattern], Lexicon]:
    return lambda row: lexicon_of(patterns=[row])


def test_the_group_m_is_the_mention_or_else_the_match(one: Callable[[Pattern], Lexicon]) -> None:
    text = "we gave novacel again"
    whole, group = pattern(r"gave \w+cel"), pattern(r"gave (?P<m>\w+cel)")
    assert [text[s.start : s.end] for s in found(text, one(whole))] == ["gave novacel"]
    assert [text[s.start : s.end] for s in found(text, one(group))] == ["novacel"]


def test_a_pattern_is_passed_over_where_the_text_lacks_what_it_needs(one: Callable[[Pattern], Lexicon]) -> None:
    assert found("novacel was given", one(pattern(r"\w+cel", needs="leu|tram"))) == []
    assert found("tramcel was given", one(pattern(r"\w+cel", needs="leu|tram"))) != []


def test_case_exact_asks_for_the_capitals(one: Callable[[Pattern], Lexicon]) -> None:
    assert found("ABC", one(pattern("abc"))) != []
    assert found("ABC", one(pattern("abc", case="exact"))) == []


def test_a_pattern_does_not_reach_over_a_sentence(one: Callable[[Pattern], Lexicon]) -> None:
    assert found("We gave. Novacel was good.", one(pattern(r"gave\W+novacel"))) == []


@pytest.mark.parametrize("dash", ["-", "\u2010", "\u2011", "\u2212", " "])
def test_a_dash_of_a_pattern_is_any_dash(dash: str, one: Callable[[Pattern], Lexicon]) -> None:
    assert found(f"anti{dash}drug", one(pattern("anti{ }drug"))) != []


def test_a_pattern_around_a_mention_reads_its_label(one: Callable[[Pattern], Lexicon]) -> None:
    text = "after blinatumomab"
    known = [Span(6, 18, "THERAPY", None, "x:b", "blinatumomab", "terms", "r")]
    history = one(pattern("after {THERAPY}", label="POPULATION"))
    (span,) = found(text, history, known, shadowed=True)
    assert (text[span.start : span.end], span.label, span.name) == (text, "POPULATION", text)
    assert found(text, history, [], shadowed=True) == []


def test_a_pattern_without_a_concept_takes_that_of_the_mention_inside(one: Callable[[Pattern], Lexicon]) -> None:
    known = [Span(0, 5, "THERAPY", None, "x:car", "CAR-T", "terms", "r")]
    (span,) = found("CAR-T shots", one(pattern(r"CAR-T shots")), known)
    assert (span.curie, span.name) == ("x:car", "CAR-T")


def test_a_pattern_with_a_concept_of_its_own_keeps_it(one: Callable[[Pattern], Lexicon]) -> None:
    (span,) = found("CAR-T shots", one(pattern(r"CAR-T shots", curie="x:own", name="own")))
    assert (span.curie, span.name, span.rule) == ("x:own", "own", "patterns.tsv:key")


@given(st.text(min_size=1, max_size=30), st.lists(st.tuples(st.integers(0, 29), st.integers(1, 5), st.sampled_from(sorted(SHADOWS)))))
def test_a_shadow_has_the_length_of_its_text(text: str, places: list[tuple[int, int, str]]) -> None:
    spans = [Span(a, min(a + n, len(text)), label, None, None, "", "", "") for a, n, label in places if a < len(text)]
    cast = shadow(text, spans, SHADOWS)
    assert len(cast) == len(text)
    assert all(cast[i] == text[i] for i in range(len(text)) if not any(s.start <= i < s.end for s in spans))


@pytest.mark.parametrize("row", SHIPPED, ids=[row.key for row in SHIPPED])
def test_a_shipped_pattern_reads_its_own_sentence(row: Pattern, lexicon: Lexicon) -> None:
    text, folded, clauses = row.sentence, fold(row.sentence), find_sentences(row.sentence)
    known = listed(text, folded, lexicon)
    known += patterned(text, folded, clauses, known, lexicon)
    read = {s.rule for s in [*known, *in_context(text, folded, clauses, known, lexicon)]}
    assert f"patterns.tsv:{row.key}" in read, f"the row's sentence is not an example of it; it is read by {sorted(read)}"


def test_every_macro_of_a_shipped_pattern_is_known() -> None:
    assert not [row.key for row in SHIPPED if "{THER" in expand(row.regex) or "{-}" in expand(row.regex) or "{ }" in expand(row.regex)]
