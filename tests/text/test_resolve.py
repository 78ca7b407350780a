"""Which of several readings stands."""

from __future__ import annotations

from itertools import combinations

from hypothesis import given
from hypothesis import strategies as st

from allnlp.text.resolve import resolve
from allnlp.text.spans import Span, Taken, covers, longest, overlaps

PRECEDENCE = {"THERAPY": 1, "TOXICITY": 2, "DISEASE": 3, "OUTCOME": 4, "POPULATION": 5, "ANTIGEN": 6}


def span(start: int, end: int, label: str = "THERAPY", source: str = "terms", curie: str | None = "x:1") -> Span:
    return Span(start, end, label, None, curie, "name", source, "rule")


SPANS = st.lists(
    st.builds(
        lambda start, length, label, source: span(start, start + length, label, source),
        st.integers(0, 30),
        st.integers(1, 12),
        st.sampled_from(sorted(PRECEDENCE)),
        st.sampled_from(["terms", "patterns", "abbreviation", "populations"]),
    ),
    max_size=20,
)


@given(SPANS)
def test_no_two_that_stand_have_one_label_and_overlap(spans: list[Span]) -> None:
    kept = resolve(spans, PRECEDENCE)
    assert not [pair for pair in combinations(kept, 2) if pair[0].label == pair[1].label and overlaps(*pair)]


@given(SPANS)
def test_two_labels_overlap_only_inside_a_population(spans: list[Span]) -> None:
    for a, b in combinations(resolve(spans, PRECEDENCE), 2):
        if overlaps(a, b):
            assert (a.label == "POPULATION" and covers(a, b)) or (b.label == "POPULATION" and covers(b, a))


@given(SPANS)
def test_what_stands_was_there_and_is_in_order(spans: list[Span]) -> None:
    kept = resolve(spans, PRECEDENCE)
    assert set(kept) <= set(spans)
    assert kept == sorted(kept, key=lambda s: s.start)


@given(SPANS)
def test_what_stands_still_stands_the_second_time(spans: list[Span]) -> None:
    kept = resolve(spans, PRECEDENCE)
    assert resolve(kept, PRECEDENCE) == kept


@given(SPANS, st.randoms(use_true_random=False))
def test_the_order_of_the_candidates_does_not_matter(spans: list[Span], random: st.random.Random) -> None:
    mixed = list(spans)
    random.shuffle(mixed)
    assert resolve(mixed, PRECEDENCE) == resolve(spans, PRECEDENCE)


@given(SPANS)
def test_a_candidate_falls_only_to_one_that_overlaps_it(spans: list[Span]) -> None:
    kept = resolve(spans, PRECEDENCE)
    for s in set(spans) - set(kept):
        assert any(overlaps(s, k) for k in spans if k != s)


def test_the_longer_reading_stands() -> None:
    assert resolve([span(0, 4), span(0, 10, "TOXICITY")], PRECEDENCE) == [span(0, 10, "TOXICITY")]


def test_of_equal_stretches_the_label_of_higher_precedence_stands() -> None:
    assert resolve([span(0, 4, "DISEASE"), span(0, 4, "TOXICITY")], PRECEDENCE) == [span(0, 4, "TOXICITY")]


def test_of_equal_stretches_of_one_label_the_term_stands() -> None:
    assert resolve([span(0, 4, source="patterns"), span(0, 4)], PRECEDENCE) == [span(0, 4)]


def test_a_population_holds_the_therapy_inside() -> None:
    both = [span(0, 20, "POPULATION"), span(5, 10)]
    assert resolve(both, PRECEDENCE) == both


def test_a_population_that_crosses_a_longer_mention_falls() -> None:
    assert resolve([span(0, 10), span(8, 14, "POPULATION")], PRECEDENCE) == [span(0, 10)]


def test_nothing_stands_of_nothing() -> None:
    assert resolve([], PRECEDENCE) == []


@given(SPANS)
def test_longest_leaves_no_overlap_and_no_gap_that_a_candidate_fits(spans: list[Span]) -> None:
    kept = longest(spans)
    assert not [pair for pair in combinations(kept, 2) if overlaps(*pair)]
    assert all(any(overlaps(s, k) for k in kept) for s in spans)


def test_taken_characters_are_not_taken_twice() -> None:
    taken = Taken(10)
    assert taken.take(2, 5)
    assert not taken.take(4, 6)
    assert taken.take(5, 6)
    assert not taken.holds(0, 2)


def test_a_status_of_the_patients_holds_no_response() -> None:
    status = Span(0, 24, "POPULATION", "disease_status", None, "first complete remission", "terms", "rule")
    response = Span(6, 24, "OUTCOME", "response", None, "complete remission", "terms", "rule")
    assert resolve([status, response], PRECEDENCE) == [status]
