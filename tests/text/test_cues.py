"""Cues where they stand."""

from __future__ import annotations

from collections.abc import Callable
from itertools import combinations

from hypothesis import given
from hypothesis import strategies as st

from allnlp.terminology import Cue, load
from allnlp.text import Lexicon, compile_lexicon
from allnlp.text.cues import find_cues
from allnlp.text.fold import fold

LEXICON = compile_lexicon(load())


def cue(text: str, category: str = "negated") -> Cue:
    return Cue(text, category, "forward", "*", "0", "s", "")


def test_a_cue_stands_between_word_borders(lexicon_of: Callable[..., Lexicon]) -> None:
    no = lexicon_of(cues=[cue("no")])
    assert [(c.start, c.end) for c in find_cues(fold("no, not, NO; anno"), no)] == [(0, 2), (9, 11)]


def test_of_overlapping_cues_the_longest_stands(lexicon_of: Callable[..., Lexicon]) -> None:
    both = lexicon_of(cues=[cue("no"), cue("no evidence of"), cue("evidence of benefit", "hypothetical")])
    assert [c.rule.row.text for c in find_cues(fold("no evidence of benefit, no"), both)] == ["no", "evidence of benefit", "no"]


def test_a_cue_with_two_meanings_gives_both(lexicon_of: Callable[..., Lexicon]) -> None:
    both = lexicon_of(cues=[cue("prior", "historical"), cue("prior", "negated")])
    assert {c.rule.row.category for c in find_cues("prior", both)} == {"historical", "negated"}


@given(st.lists(st.sampled_from([row.text for row in load().cues[::7]] + ["CRS", ",", "was"]), max_size=12).map(" ".join))
def test_cues_are_in_order_and_different_ones_do_not_overlap(text: str) -> None:
    places = [(c.start, c.end) for c in find_cues(fold(text), LEXICON)]
    assert places == sorted(places)
    assert not [(a, b) for a, b in combinations(set(places), 2) if a[0] < b[1] and b[0] < a[1]]
