"""The look over a text for the strings without which rules cannot hold."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from allnlp.terminology import Pattern, Stop, load
from allnlp.text import Lexicon
from allnlp.text.fold import fold
from allnlp.text.patterns import find_patterns
from allnlp.text.sentences import find_sentences
from allnlp.text.triggers import look

POOR = Pattern("poor", "POPULATION", "risk_group", "any", "risk", r"\b(?:poor|bad)\s(?:risk|riſk)\b", "", "poor risk", "", "")
TRIAL = Stop("*", "POPULATION", r"\bTrial\s(?:of|in)\s(?:\w+\s){0,3}", "", "", "")
SENTENCES = " ".join(row.sentence for row in load().patterns)


@pytest.fixture(scope="module")
def poor(lexicon_of: Callable[..., Lexicon]) -> Lexicon:
    return lexicon_of(patterns=[POOR], stoplist=[TRIAL])


def found(text: str, lexicon: Lexicon) -> list[str]:
    spans = find_patterns(text, lexicon, folded=fold(text), clauses=find_sentences(text), known=[], shadowed=False)
    return [text[s.start : s.end] for s in spans]


@pytest.mark.parametrize(
    ("text", "spans"),
    [
        ("Poor risk", ["Poor risk"]),
        ("No risk. A poor risk, a bad-risk, bad risk", ["poor risk", "bad risk"]),
        ("The poor had a risk.", []),
        ("spoor risk", []),
    ],
)
def test_a_pattern_is_found_wherever_it_begins(text: str, spans: list[str], poor: Lexicon) -> None:
    assert found(text, poor) == spans


def test_a_need_beyond_the_end_of_the_text_is_none(lexicon_of: Callable[..., Lexicon]) -> None:
    assert found("a poor risk", lexicon_of(patterns=[POOR._replace(needs="risk ")])) == []


def test_letters_that_fold_otherwise_pass_nothing_over(poor: Lexicon) -> None:
    text = "Poor ri\u017fk is a risk."
    assert look(fold(text), find_sentences(text), poor.triggers).wary is None
    assert found(text, poor) == ["Poor ri\u017fk"]


def test_hard_negatives_of_any_text_tell_where_they_may_begin(poor: Lexicon) -> None:
    text = "The Trial of a new drug"
    assert look(fold(text), find_sentences(text), poor.triggers).wary == {"POPULATION": [4]}


@pytest.mark.parametrize("shadowed", [False, True])
def test_the_look_loses_no_match(shadowed: bool, lexicon: Lexicon) -> None:
    folded, clauses = fold(SENTENCES), find_sentences(SENTENCES)
    seen = look(folded, clauses, lexicon.triggers)
    every = seen._replace(begun=[-1] * len(clauses), wary=None)
    ways = [
        find_patterns(SENTENCES, lexicon, folded=folded, clauses=clauses, known=[], shadowed=shadowed, seen=way) for way in (seen, every)
    ]
    assert ways[0] == ways[1]
    assert ways[0] or shadowed
