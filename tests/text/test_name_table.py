"""A table of names: what is found is what a slow search finds."""

from __future__ import annotations

from itertools import pairwise

import hypothesis.strategies as st
import numpy as np
import pytest
from hypothesis import given

from allnlp.text.name_table import LONGEST, Found, NameTable, build, find_in_texts, find_names, kind_masks, words_of

WORD = st.sampled_from(["acute", "Acute", "leukemia", "leukemias", "of", "B", "b", "cell", "cells", "CAT", "cat", "19"])
JOIN = st.sampled_from([" ", "-", "/", ", ", ". ", "  ", " - ", "'s ", "\u2011", ""])
NAME = st.tuples(st.lists(WORD, min_size=1, max_size=4).map(" ".join), st.sampled_from([1, 2, 4]), st.booleans())
JOINED = frozenset([" ", "-", "/", " -", "- ", "'s ", "\u2011", "", ","])  # what may part two words of one name


@st.composite
def texts(draw: st.DrawFn) -> str:
    return "".join(draw(st.lists(st.tuples(WORD, JOIN), max_size=12).map(lambda parts: [p for pair in parts for p in pair])))


def find(text: str, table: NameTable) -> list[Found]:
    return find_names(text, words_of(text), table)


def words_found(text: str, table: NameTable) -> list[str]:
    places = words_of(text)
    return [text[places[f.first][0] : places[f.last - 1][1]] for f in find(text, table)]


def singular(word: str) -> str:
    low = word.lower()
    return low[:-1] if len(low) > 3 and low.endswith("s") and not low.endswith(("ss", "us", "is")) else low


def slowly(text: str, names: list[tuple[str, int, bool]]) -> list[Found]:
    """By a set of tuples of words, one stretch after the other."""
    places = words_of(text)
    words = [text[a:b] for a, b in places]
    listed: dict[tuple[str, ...], int] = {}
    for name, kind, exact in names:
        key = tuple(("=" + w) if exact else singular(w) for w in name.split())
        listed[key] = listed.get(key, 0) | kind
    out, at = [], 0
    while at < len(words):
        for last in range(min(len(words), at + LONGEST), at, -1):
            gaps = [text[places[i][1] : places[i + 1][0]] for i in range(at, last - 1)]
            keys = (tuple(singular(w) for w in words[at:last]), tuple("=" + w for w in words[at:last]))
            kinds = listed.get(keys[0], 0) | listed.get(keys[1], 0)
            if kinds and all(gap in JOINED for gap in gaps):
                out.append(Found(at, last, kinds))
                at = last
                break
        else:
            at += 1
    return out


@given(texts(), st.lists(NAME, max_size=6))
def test_what_is_found_is_what_a_slow_search_finds(text: str, names: list[tuple[str, int, bool]]) -> None:
    assert find(text, build(names)) == slowly(text, names)


@given(texts(), st.lists(NAME, max_size=6))
def test_stretches_are_in_order_and_do_not_overlap(text: str, names: list[tuple[str, int, bool]]) -> None:
    found = find(text, build(names))
    assert all(0 <= f.first < f.last <= len(words_of(text)) and f.kinds for f in found)
    assert all(a.last <= b.first for a, b in pairwise(found))


@given(st.lists(NAME, max_size=8), st.randoms(use_true_random=False))
def test_a_table_is_sorted_and_does_not_depend_on_the_order_of_names(names: list[tuple[str, int, bool]], random: object) -> None:
    table = build(names)
    random.shuffle(names)  # type: ignore[attr-defined]
    other = build(names)
    assert (table.keys[1:] > table.keys[:-1]).all()
    assert np.array_equal(table.keys, other.keys)
    assert np.array_equal(table.kinds, other.kinds)


def test_the_longest_of_two_names_is_found() -> None:
    table = build([("leukemia", 1, False), ("acute leukemia", 2, False), ("leukemia cell line", 4, False)])
    assert words_found("An acute leukemia cell line", table) == ["acute leukemia"]
    assert words_found("A leukemia cell line", table) == ["leukemia cell line"]
    assert words_found("A leukemia cell", table) == ["leukemia"]


def test_a_name_of_two_kinds_has_both() -> None:
    assert find("An insulin.", build([("insulin", 1, False), ("Insulin", 2, False)])) == [Found(1, 2, 3)]
    assert find("An insulin.", build([("insulin", 1, False), ("insulin", 4, True)])) == [Found(1, 2, 5)]


def test_only_the_capitals_of_a_symbol_count() -> None:
    table = build([("CAT", 2, True), ("CAR T", 1, True)])
    assert words_found("A CAT, a cat, a Cat; CAR-T, Car T", table) == ["CAT", "CAR-T"]


@pytest.mark.parametrize("text", ["B-cell lymphoma", "B\u2011cell lymphoma", "B cell lymphomas", "b/cell lymphoma", "B-Cell-Lymphoma"])
def test_spellings_of_a_name_are_one(text: str) -> None:
    assert find(text, build([("B-cell lymphoma", 1, False)])) == [Found(0, 3, 1)]


@pytest.mark.parametrize("text", ["B. Cell lymphoma", "B; cell lymphoma", "B  cell lymphoma", "B, cell lymphoma", "B: cell lymphoma", "B\n\ncell lymphoma"])
def test_a_name_does_not_cross_a_stop(text: str) -> None:
    assert find(text, build([("B-cell lymphoma", 1, False)])) == []


def test_a_comma_joins_only_without_a_blank() -> None:
    table = build([("1,25 dihydroxyvitamin", 1, False)])
    assert words_found("1,25-dihydroxyvitamin; day 1, 25 dihydroxyvitamin", table) == ["1,25-dihydroxyvitamin"]


def test_words_that_end_alike_are_no_plurals() -> None:
    table = build([("virus", 1, False), ("basi", 1, False), ("gas", 1, False)])
    assert words_found("viru basis ga virus", table) == ["virus"]


def test_names_too_long_or_without_words_are_left_out() -> None:
    assert len(build([(" ".join("abcdefghi"), 1, False), ("--", 1, False), ("", 1, False)]).keys) == 0
    assert words_found("x a b c d e f g h x", build([(" ".join("abcdefgh"), 1, False)])) == ["a b c d e f g h"]


def test_an_empty_table_or_text_gives_nothing() -> None:
    assert find("leukemia", build([])) == []
    assert find("", build([("leukemia", 1, False)])) == []
    assert find(" - ", build([("leukemia", 1, False)])) == []


def test_a_table_without_a_sieve_finds_the_same() -> None:
    table = build([("acute leukemia", 2, False), ("leukemia", 1, False), ("CAT", 4, True)])
    text = "An acute leukemia, a leukemia, no cat but a CAT"
    assert table.sieve is not None
    assert find(text, table._replace(sieve=None)) == find(text, table) == [Found(1, 3, 2), Found(4, 5, 1), Found(9, 10, 4)]


def test_kinds_have_a_bit_each() -> None:
    assert dict(kind_masks("abcd")) == {"a": 1, "b": 2, "c": 4, "d": 8}


def test_texts_that_are_read_together_share_no_name() -> None:
    table = build([("acute leukemia", 2, False), ("leukemia", 1, False)])
    parts = ["It was acute", "leukemia", "", "leukemia, acute leukemia"]
    words = [words_of(text) for text in parts]
    assert find_in_texts(parts, words, table) == [[], [Found(0, 1, 1)], [], [Found(0, 1, 1), Found(1, 3, 2)]]
    assert find_in_texts(parts, words, table) == [find_names(text, its, table) for text, its in zip(parts, words, strict=True)]
    assert find_in_texts([], [], table) == []
