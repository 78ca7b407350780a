"""Concepts mentioned together: counts, measures, scores and intervals, against sets, SciPy, statsmodels and printed examples."""

from __future__ import annotations

from fractions import Fraction

import hypothesis.strategies as st
import numpy as np
import pytest
from hypothesis import given
from scipy import stats

from allnlp.association import (
    difference,
    fisher_exact,
    fisher_exact_log10,
    joint_counts,
    joint_documents,
    measures,
    text_mining_score,
)

Table = tuple[int, int, int, int]


@st.composite
def tables(draw: st.DrawFn, *, highest: int = 400, inner: bool = False) -> Table:
    """n_both, n_a, n_b, n_total; inner: no cell is 0."""
    some = st.integers(1 if inner else 0, highest)
    both, only_a, only_b, neither = draw(some), draw(some), draw(some), draw(some)
    return both, both + only_a, both + only_b, both + only_a + only_b + neither


def cells(table: Table) -> list[list[int]]:
    both, a, b, n = table
    return [[both, a - both], [b - both, n - a - b + both]]


# Joint counts


@given(
    st.lists(st.tuples(st.integers(0, 7), st.integers(0, 4)), max_size=60),
    st.lists(st.integers(0, 4), max_size=6),
    st.lists(st.integers(0, 4), max_size=6),
)
def test_joint_counts_are_those_of_sets(mentions: list[tuple[int, int]], rows: list[int], columns: list[int]) -> None:
    unit, concept = np.array([u for u, _ in mentions], dtype=np.int64), np.array([c for _, c in mentions], dtype=np.int64)
    counts = joint_counts(unit, concept, np.array(rows, dtype=np.int64), np.array(columns, dtype=np.int64), n_units=9, n_concepts=5)
    units = [{u for u, c in mentions if c == wanted} for wanted in range(5)]
    assert counts.n_both.tolist() == [[len(units[r] & units[c]) for c in columns] for r in rows]
    assert counts.n_both.shape == (len(rows), len(columns))
    assert counts.n_rows.tolist() == [len(units[r]) for r in rows]
    assert counts.n_columns.tolist() == [len(units[c]) for c in columns]
    assert {x.dtype for x in counts} == {np.dtype(np.int64)}


@given(st.lists(st.tuples(st.integers(0, 7), st.integers(0, 4)), max_size=60), st.lists(st.integers(0, 3), min_size=8, max_size=8))
def test_joint_documents_are_those_of_sets(mentions: list[tuple[int, int]], document: list[int]) -> None:
    unit, concept = np.array([u for u, _ in mentions], dtype=np.int64), np.array([c for _, c in mentions], dtype=np.int64)
    n = joint_documents(unit, concept, np.array([0, 3, 0]), np.array([1, 3]), document=np.array(document), n_concepts=5)
    units = [{u for u, c in mentions if c == wanted} for wanted in range(5)]
    assert n.tolist() == [[len({document[u] for u in units[r] & units[c]}) for c in (1, 3)] for r in (0, 3, 0)]


def test_joint_documents_without_units_rows_or_columns_are_empty() -> None:
    none = np.array([], dtype=np.int64)
    assert joint_documents(none, none, [0], [1], document=none, n_concepts=2).tolist() == [[0]]
    assert joint_documents(np.array([0]), np.array([0]), none, [1], document=np.array([0]), n_concepts=2).shape == (0, 1)


@pytest.mark.parametrize(
    ("unit", "concept", "rows", "message"),
    [
        ([0, 3], [0, 0], [0], "unit, place 1: 3 is not from 0 to 2"),
        ([0, 1], [0, -1], [0], "concept, place 1: -1 is not from 0 to 1"),
        ([0, 1], [0, 1], [2], "rows, place 0: 2 is not from 0 to 1"),
        ([0, 1], [0], [0], r"the shapes \(2,\) and \(1,\)"),
    ],
)
def test_mentions_out_of_range_are_refused(unit: list[int], concept: list[int], rows: list[int], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        joint_counts(np.array(unit), np.array(concept), np.array(rows), np.array([0]), n_units=3, n_concepts=2)


def test_documents_below_zero_are_refused() -> None:
    with pytest.raises(ValueError, match="document 1 is -1"):
        joint_documents(np.array([0]), np.array([0]), [0], [0], document=np.array([0, -1]), n_concepts=1)


# Measures


@given(tables())
def test_measures_are_symmetric_and_in_range(table: Table) -> None:
    both, a, b, n = table
    found, swapped = measures(both, a, b, n), measures(both, b, a, n)
    for name, x, y in zip(found._fields, found, swapped, strict=True):
        assert np.array_equal(x, y, equal_nan=True), name
    for x in (found.expected, found.lift, found.association_strength, found.log_likelihood, found.odds_ratio, found.odds_low):
        assert np.isnan(x) or x >= 0
    assert np.isnan(found.npmi) or -1 <= found.npmi <= 1
    assert np.isnan(found.jaccard) or 0 <= found.jaccard <= 1
    assert np.isnan(found.odds_ratio) or found.odds_low < found.odds_ratio < found.odds_high
    assert found.association_strength * n == pytest.approx(found.lift, nan_ok=True)


@given(st.integers(1, 60), st.integers(1, 60), st.integers(1, 60))
def test_independence_is_a_lift_of_one(a: int, b: int, more: int) -> None:
    n = (a + more) * (b + more)  # a × (b + more) of n and b × (a + more) of n: a × b are expected
    found = measures([a * b, a * b - 1], a * (b + more), b * (a + more), n)
    assert found.expected.tolist() == [a * b, a * b]
    assert found.lift[0] == 1
    assert found.npmi[0] == found.log_likelihood[0] == 0
    assert found.odds_ratio[0] == pytest.approx(1)
    assert found.lift[1] < 1
    assert found.npmi[1] < 0
    assert found.log_likelihood[1] > 0
    assert found.odds_ratio[1] < 1


@given(tables(inner=True))
def test_more_together_is_more_of_every_measure(table: Table) -> None:
    both, a, b, n = table
    found = measures([both, both + 1], a + 1, b + 1, n + 1)
    for x in (found.lift, found.npmi, found.jaccard, found.association_strength):
        assert x[0] < x[1]


@given(tables(highest=30))
def test_never_together_is_the_least_and_never_apart_the_most(table: Table) -> None:
    _, a, b, n = table
    never, always = measures(0, a, b, a + b), measures(a, a, a, n)
    assert never.npmi == (-1 if a and b else pytest.approx(np.nan, nan_ok=True))
    assert always.npmi == (1 if 0 < a < n else pytest.approx(np.nan, nan_ok=True))
    assert always.jaccard == (1 if a else pytest.approx(np.nan, nan_ok=True))


@given(tables())
def test_log_likelihood_is_that_of_scipy(table: Table) -> None:
    both, a, b, n = table
    g2 = measures(both, a, b, n).log_likelihood
    if 0 < a < n and 0 < b < n:
        assert g2 == pytest.approx(
            stats.chi2_contingency(cells(table), lambda_="log-likelihood", correction=False).statistic, rel=1e-9, abs=1e-9
        )
    else:
        assert g2 == pytest.approx(0 if n else np.nan, nan_ok=True)


def test_log_likelihood_near_independence_keeps_its_digits() -> None:
    # one more than expected among 30 million: the exact value is that of whole numbers, worked out with 60 digits
    a, b, n = 3_000_000, 2_000_000, 30_000_000
    both = a * b // n + 1
    away = Fraction(1)
    expected = [Fraction(a * b, n), Fraction(a * (n - b), n), Fraction((n - a) * b, n), Fraction((n - a) * (n - b), n)]
    signs = (1, -1, -1, 1)
    series = sum(
        2 * e * sum((-1) ** k * (s * away / e) ** k / (k * (k - 1)) for k in range(2, 8)) for e, s in zip(expected, signs, strict=True)
    )
    assert measures(both, a, b, n).log_likelihood == pytest.approx(float(series), rel=1e-14)


@given(tables(inner=True))
def test_odds_ratio_is_that_of_scipy(table: Table) -> None:
    assert measures(*table).odds_ratio == pytest.approx(stats.contingency.odds_ratio(cells(table), kind="sample").statistic, rel=1e-12)


@given(tables(highest=40), st.sampled_from([0.8, 0.95, 0.99]))
def test_interval_of_the_odds_ratio_is_that_of_statsmodels(table: Table, level: float) -> None:
    contingency = pytest.importorskip("statsmodels.stats.contingency_tables")
    both, a, b, n = table
    found = measures(both, a, b, n, level=level)
    if 0 < a < n and 0 < b < n:
        counts = np.array(cells(table), dtype=float)
        # shift_zeros of statsmodels 0.15 adds 0.5 to the zeros alone, other than its page says
        other = contingency.Table2x2(counts + 0.5 * (counts == 0).any(), shift_zeros=False)
        assert found.odds_ratio == pytest.approx(other.oddsratio, rel=1e-10)
        assert (found.odds_low, found.odds_high) == pytest.approx(other.oddsratio_confint(1 - level), rel=1e-10)
    else:
        assert np.isnan([found.odds_ratio, found.odds_low, found.odds_high]).all()


NAN = float("nan")
DEGENERATE = {  # expected, lift, npmi, jaccard, association strength, G², odds ratio
    "no unit at all": ((0, 0, 0, 0), (NAN, NAN, NAN, NAN, NAN, NAN, NAN)),
    "neither concept in a unit": ((0, 0, 0, 9), (0, NAN, NAN, NAN, NAN, 0, NAN)),
    "first in no unit": ((0, 0, 4, 9), (0, NAN, NAN, 0, NAN, 0, NAN)),
    "first in every unit": ((4, 9, 4, 9), (4, 1, 0, 4 / 9, 1 / 9, 0, NAN)),
    "both in every unit": ((9, 9, 9, 9), (9, 1, NAN, 1, 1 / 9, 0, NAN)),
    "never apart": ((4, 4, 4, 9), (16 / 9, 9 / 4, 1, 1, 1 / 4, 12.365308, 99.0)),
    "never together": ((0, 4, 5, 9), (20 / 9, 0, -1, 0, 0, 12.365308, 1 / 99)),
}


@pytest.mark.parametrize("case", DEGENERATE)
def test_degenerate_tables_give_what_is_documented(case: str) -> None:
    table, expected = DEGENERATE[case]
    assert [float(x) for x in measures(*table)[:7]] == pytest.approx(expected, nan_ok=True)


def test_shapes_are_those_of_numpy_broadcasting() -> None:
    found = measures(np.ones((2, 3)), np.array([[4], [5]]), np.array([6, 7, 8]), 50)
    assert {x.shape for x in found} == {(2, 3)}
    assert found.expected[1, 2] == 5 * 8 / 50
    assert fisher_exact(np.ones((2, 3)), 4, [6, 7, 8], 50).shape == (2, 3)
    assert fisher_exact(np.ones((0, 3)), 4, [6, 7, 8], 50).shape == (0, 3)


WRONG = [
    (([1, 5], 4, 9, 20), r"pair \(1,\): n_both is 5, more than n_a, 4"),
    (([[1, 5]], 9, 4, 20), r"pair \(0, 1\): n_both is 5, more than n_b, 4"),
    ((1, [2, -2], 4, 20), r"pair \(1,\): n_a is -2; it must be a whole number"),
    ((1.5, 2, 4, 20), r"the pair: n_both is 1.5; it must be a whole number"),
    ((1, 2, 4, float("nan")), r"the pair: n_total is nan"),
    (([2, 1], 5, 6, 9), r"pair \(1,\): 5 units with the first and 6 with the second, 1 of them with both, are more than n_total, 9"),
]


@pytest.mark.parametrize(("table", "message"), WRONG)
def test_impossible_counts_are_refused_with_their_place(table: tuple[object, ...], message: str) -> None:
    for function in (measures, fisher_exact, fisher_exact_log10):
        with pytest.raises(ValueError, match=message):
            function(*table)  # type: ignore[operator]


@pytest.mark.parametrize("level", [0, 1, -0.1, 95])
def test_level_out_of_range_is_refused(level: float) -> None:
    with pytest.raises(ValueError, match="level is"):
        measures(1, 2, 3, 9, level=level)
    with pytest.raises(ValueError, match="level is"):
        difference(1, 2, 3, 9, level=level)


# The text-mining score


def test_score_is_that_of_the_formula() -> None:
    documents, paragraphs, sentences = [[8, 1, 0], [2, 4, 0]], [[7, 1, 0], [2, 3, 0]], [[5, 0, 0], [1, 2, 0]]
    score = text_mining_score(documents, paragraphs, sentences)
    c = [[d + 2 * p + 0.2 * s for d, p, s in zip(*row, strict=True)] for row in zip(documents, paragraphs, sentences, strict=True)]
    total = sum(map(sum, c))
    for i, row in enumerate(c):
        for j, value in enumerate(row):
            ratio = value * total / (sum(row) * sum(r[j] for r in c)) if value else 0
            assert score[i, j] == pytest.approx(value**0.6 * ratio**0.4)


def test_alpha_one_is_the_weighted_count_and_zero_the_ratio() -> None:
    n = np.array([[4, 2], [2, 1]])
    assert text_mining_score(n, n, n, alpha=1) == pytest.approx(3.2 * n)
    assert text_mining_score(n, n, n, alpha=0) == pytest.approx(np.ones((2, 2)))
    assert text_mining_score(n, n, 0 * n, document_weight=3, paragraph_weight=0, alpha=1) == pytest.approx(3 * n)


@given(st.lists(st.lists(st.integers(0, 9), min_size=3, max_size=3), min_size=1, max_size=4))
def test_score_is_symmetric_and_zero_only_where_never_together(counts: list[list[int]]) -> None:
    n = np.array(counts)
    score = text_mining_score(n, n, n // 2)
    assert ((score > 0) == (n > 0)).all()
    assert text_mining_score(n.T, n.T, n.T // 2) == pytest.approx(score.T)


def test_wrong_levels_and_weights_are_refused() -> None:
    with pytest.raises(ValueError, match=r"pair \(0, 1\): .* are 2, 2, 3; none may be negative or more than the one before"):
        text_mining_score([[1, 2]], [[1, 2]], [[1, 3]])
    with pytest.raises(ValueError, match=r"the shapes \(1, 2\), \(1, 2\), \(1, 1\)"):
        text_mining_score([[1, 2]], [[1, 2]], [[1]])
    with pytest.raises(ValueError, match="alpha is 2"):
        text_mining_score([[1]], [[1]], [[1]], alpha=2)
    with pytest.raises(ValueError, match=r"weights are 1.0, -1, 0.2"):
        text_mining_score([[1]], [[1]], [[1]], paragraph_weight=-1)


# Differences of proportions

# Facts of Newcombe 1998, Stat Med 17:873-890, table II, method 10
NEWCOMBE = {
    (56, 70, 48, 80): (0.0524, 0.3339),
    (9, 10, 3, 10): (0.1705, 0.8090),
    (6, 7, 2, 7): (0.0582, 0.8062),
    (5, 56, 0, 29): (-0.0381, 0.1926),
    (0, 10, 0, 20): (-0.1611, 0.2775),
    (0, 10, 0, 10): (-0.2775, 0.2775),
    (10, 10, 0, 20): (0.6791, 1.0000),
    (10, 10, 0, 10): (0.6075, 1.0000),
}


@pytest.mark.parametrize("counts", NEWCOMBE)
def test_difference_is_that_of_the_printed_examples(counts: Table) -> None:
    found = difference(*counts)
    assert found.difference == pytest.approx(counts[0] / counts[1] - counts[2] / counts[3])
    assert (round(float(found.low), 4), round(float(found.high), 4)) == NEWCOMBE[counts]


@given(st.integers(1, 300), st.integers(1, 300), st.data())
def test_difference_is_antisymmetric_in_range_and_that_of_statsmodels(n_1: int, n_2: int, data: st.DataObject) -> None:
    proportion = pytest.importorskip("statsmodels.stats.proportion")
    x_1, x_2 = data.draw(st.integers(0, n_1)), data.draw(st.integers(0, n_2))
    found, swapped = difference(x_1, n_1, x_2, n_2), difference(x_2, n_2, x_1, n_1)
    assert -1 <= found.low <= found.difference <= found.high <= 1
    assert (found.low, found.high) == (-swapped.high, -swapped.low)
    other = proportion.confint_proportions_2indep(x_1, n_1, x_2, n_2, compare="diff", method="newcomb")
    assert (found.low, found.high) == pytest.approx(other, abs=1e-12)


def test_difference_without_units_is_not_defined() -> None:
    found = difference([0, 3, 3], [0, 9, 9], [1, 0, 0], [5, 0, 5])
    assert np.isnan(found.difference).tolist() == np.isnan(found.low).tolist() == np.isnan(found.high).tolist() == [True, True, False]
    assert np.isnan(found.ratio).all()


def test_wrong_counts_of_a_difference_are_refused() -> None:
    with pytest.raises(ValueError, match=r"pair \(1,\): n_2 is 6 of 5"):
        difference([1, 1], 4, [1, 6], 5)
