"""Hints of tokens, by a table of names and by the short forms that a text defines."""

from __future__ import annotations

import re

import hypothesis.strategies as st
from hypothesis import given

from allnlp.text.name_hints import name_hints
from allnlp.text.name_table import build

TABLE = build([("lymphoblastic leukemia", 1, False), ("foxatinib", 2, False), ("CAT", 4, True)])
WORDS = ("lymphoblastic", "leukemia", "(LL)", "LL", "foxatinib", "(FXB)", "FXB", "CAT", "and", "of", ".", ",", "\n", "\U0001f9ec", "T-cell")
TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=60) | st.lists(st.sampled_from(WORDS), max_size=14).map(" ".join)
FINE = re.compile(r"[^\W_]+|\S")
COARSE = re.compile(r"\S+")


def hints(text: str, tokens: re.Pattern[str] = FINE) -> list[tuple[str, str]]:
    places = [m.span() for m in tokens.finditer(text)]
    found = name_hints(text, places, TABLE)
    assert len(found) == len(places)
    return [(text[a:b], hint) for (a, b), hint in zip(places, found, strict=True) if hint]


@given(TEXT, st.sampled_from([FINE, COARSE]))
def test_every_token_has_a_hint_of_a_known_form(text: str, tokens: re.Pattern[str]) -> None:
    assert all(re.fullmatch(r"[BIA][1-7]", hint) for _, hint in hints(text, tokens))


@given(TEXT)
def test_no_name_goes_on_where_none_began(text: str) -> None:
    found = name_hints(text, places := [m.span() for m in FINE.finditer(text)], TABLE)
    assert len(found) == len(places)
    for before, hint in zip(["", *found], found, strict=False):
        assert not hint.startswith("I") or before[1:] == hint[1:]


def test_a_name_begins_and_goes_on() -> None:
    assert hints("A T-lymphoblastic-leukemia of foxatinib") == [("lymphoblastic", "B1"), ("-", "I1"), ("leukemia", "I1"), ("foxatinib", "B2")]


def test_a_short_form_takes_the_kinds_of_its_long_form_wherever_it_stands() -> None:
    found = hints("LL was seen. Lymphoblastic leukemia (LL) is not CLL; LLs are.")
    assert found == [("LL", "A1"), ("Lymphoblastic", "B1"), ("leukemia", "I1"), ("LL", "A1"), ("LLs", "A1")]


def test_a_short_form_of_what_is_not_listed_has_no_hint() -> None:
    assert hints("Cerebral atrophy trial (CAT2) and CAT2") == []
    assert hints("Some very long and winding words of foxatinib (SVLAWWOF), SVLAWWOF") == [("foxatinib", "B2")]


def test_a_listed_short_form_has_the_kinds_of_its_definition() -> None:
    assert [h for w, h in hints("Lymphoblastic leukemia (CAT), a CAT") if w == "CAT"] == ["B4", "B4"]


def test_an_empty_text_has_no_hints() -> None:
    assert name_hints("", [], TABLE) == []
    assert name_hints(" ", [(0, 1)], TABLE) == [""]
