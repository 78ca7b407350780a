"""What a model overlooked though it marked the same words elsewhere."""

from __future__ import annotations

from itertools import combinations

import hypothesis.strategies as st
from hypothesis import given

from allnlp.text.entities import Entity
from allnlp.text.repeats import with_repeats

PARTS = ("Foxatinib (FXB)", "foxatinib", "Foxatinib", "FXB", "FXBs", "CRS", "cytokine release syndrome (CRS)", "cytokine release", "of", "-", ".", "anti-CRS", "a")


def entity(text: str, words: str, label: str = "CHEMICAL", *, at: int = 0) -> Entity:
    start = text.index(words, at)
    return Entity(start, start + len(words), label, None, "m")


def found(text: str, *entities: Entity) -> list[tuple[str, str]]:
    return [(text[e.start : e.end], e.label) for e in with_repeats(text, entities)]


@st.composite
def marked(draw: st.DrawFn) -> tuple[str, list[Entity]]:
    """A text and entities of it that do not overlap, in no order."""
    text = " ".join(draw(st.lists(st.sampled_from(PARTS), min_size=1, max_size=10)))
    edges = sorted(draw(st.sets(st.integers(0, len(text)), max_size=8)))
    pairs = [(a, b) for a, b in zip(edges[::2], edges[1::2], strict=False)]
    whole = [(text.find(w), text.find(w) + len(w)) for w in draw(st.lists(st.sampled_from(PARTS), max_size=3)) if w in text]
    kept: list[Entity] = []
    for start, end in [*whole, *pairs]:
        if all(end <= e.start or e.end <= start for e in kept):
            kept.append(Entity(start, end, draw(st.sampled_from(["CHEMICAL", "DISEASE"])), None, "m"))
    return text, kept


@given(marked())
def test_nothing_is_lost_and_what_is_added_overlaps_nothing(given_: tuple[str, list[Entity]]) -> None:
    text, entities = given_
    out = with_repeats(text, entities)
    assert set(entities) <= set(out)
    assert out == sorted(out)
    assert all(a.end <= b.start for a, b in combinations(out, 2))


@given(marked())
def test_a_second_time_adds_nothing(given_: tuple[str, list[Entity]]) -> None:
    text, entities = given_
    once = with_repeats(text, entities)
    assert with_repeats(text, once) == once


@given(marked(), st.randoms(use_true_random=False))
def test_the_order_of_entities_does_not_matter(given_: tuple[str, list[Entity]], random: object) -> None:
    text, entities = given_
    once = with_repeats(text, entities)
    random.shuffle(entities)  # type: ignore[attr-defined]
    assert with_repeats(text, entities) == once


def test_the_same_words_are_found_as_they_stand() -> None:
    text = "Foxatinib helped. foxatinib is not Foxatinibs, but Foxatinib-induced is."
    assert found(text, entity(text, "Foxatinib")) == [("Foxatinib", "CHEMICAL")] * 2


def test_words_that_are_mostly_left_unmarked_are_left() -> None:
    text = "lead to lead and lead, or lead"
    assert found(text, entity(text, "lead")) == [("lead", "CHEMICAL")]
    assert len(found(text, entity(text, "lead"), entity(text, "lead", at=4))) == 4


def test_words_of_two_labels_take_the_one_that_they_have_more_often() -> None:
    text = "CRS, CRS, CRS and CRS"
    entities = [entity(text, "CRS", "DISEASE"), entity(text, "CRS", "DISEASE", at=3), entity(text, "CRS", "CHEMICAL", at=8)]
    assert found(text, *entities)[-1] == ("CRS", "DISEASE")


def test_a_short_form_is_found_by_a_long_form_that_was_overlooked_itself() -> None:
    text = "Foxatinib came first. Foxatinib (FXB) again, and FXB."
    assert found(text, entity(text, "Foxatinib")) == [("Foxatinib", "CHEMICAL"), ("Foxatinib", "CHEMICAL"), ("FXB", "CHEMICAL"), ("FXB", "CHEMICAL")]


def test_a_short_form_is_not_found_by_the_last_word_of_a_long_form() -> None:
    text = "The cytokine release syndrome (CRS) and CRS"
    assert found(text, entity(text, "syndrome", "DISEASE")) == [("syndrome", "DISEASE")]
    assert [w for w, _ in found(text, entity(text, "release syndrome", "DISEASE"))] == ["release syndrome", "CRS", "CRS"]


def test_words_of_two_characters_are_not_looked_for() -> None:
    text = "Pb and Pb"
    assert found(text, entity(text, "Pb")) == [("Pb", "CHEMICAL")]


def test_nothing_marked_finds_nothing() -> None:
    assert with_repeats("Foxatinib (FXB), FXB", []) == []
    assert with_repeats("", []) == []
