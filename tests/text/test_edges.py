"""Words that a mention takes in on its left and right."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from allnlp.terminology import Edge
from allnlp.text import Lexicon
from allnlp.text.edges import extend
from allnlp.text.fold import fold
from allnlp.text.spans import Span

EDGES = (
    Edge("THERAPY", "left", "autologous", ""),
    Edge("THERAPY", "left", "second-generation", ""),
    Edge("THERAPY", "right", "therapy", ""),
    Edge("THERAPY", "right", "cells?", ""),
)


@pytest.fixture(scope="module")
def edged(lexicon_of: Callable[..., Lexicon]) -> Lexicon:
    return lexicon_of(edges=EDGES)


def extended(text: str, core: str, lexicon: Lexicon, label: str = "THERAPY") -> str:
    start = text.index(core)
    span = extend(text, fold(text), Span(start, start + len(core), label, None, "x:1", core, "terms", "r"), lexicon)
    return text[span.start : span.end]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("autologous CAR-T", "autologous CAR-T"),
        ("Autologous CAR-T", "Autologous CAR-T"),
        ("autologous second-generation CAR-T", "autologous second-generation CAR-T"),
        ("CAR-T therapy", "CAR-T therapy"),
        ("CAR-T cell therapy was", "CAR-T cell therapy"),
        ("CAR-T-cell", "CAR-T-cell"),
        ("autologous CAR-T cells", "autologous CAR-T cells"),
    ],
)
def test_words_of_an_edge_are_taken_in(text: str, words: str, edged: Lexicon) -> None:
    assert extended(text, "CAR-T", edged) == words


@pytest.mark.parametrize("text", ["nonautologous CAR-T", "autologous, CAR-T", "CAR-T therapyx", "CAR-T, therapy", "CAR-T infusion", "therapy CAR-T"])
def test_other_words_stay_outside(text: str, edged: Lexicon) -> None:
    assert extended(text, "CAR-T", edged) == "CAR-T"


def test_edges_count_for_their_label_only(edged: Lexicon) -> None:
    assert extended("autologous CAR-T therapy", "CAR-T", edged, "TOXICITY") == "CAR-T"


def test_the_concept_stays(edged: Lexicon) -> None:
    span = extend("CAR-T therapy", "car t therapy", Span(0, 5, "THERAPY", None, "x:1", "n", "terms", "r"), edged)
    assert (span.curie, span.name, span.rule) == ("x:1", "n", "r")
