"""Fisher's exact test and the correction for many tests, against SciPy, statsmodels and whole-number arithmetic."""

from __future__ import annotations

import math

import hypothesis.strategies as st
import numpy as np
import pytest
from hypothesis import given
from scipy import stats

from allnlp.association import benjamini_hochberg, fisher_exact, fisher_exact_log10

Table = tuple[int, int, int, int]


@st.composite
def tables(draw: st.DrawFn) -> Table:
    """n_both, n_a, n_b, n_total."""
    some = st.integers(0, 400)
    both, only_a, only_b, neither = draw(some), draw(some), draw(some), draw(some)
    return both, both + only_a, both + only_b, both + only_a + only_b + neither


def cells(table: Table) -> list[list[int]]:
    both, a, b, n = table
    return [[both, a - both], [b - both, n - a - b + both]]


def fisher_in_whole_numbers(table: Table) -> tuple[int, int]:
    """The two-sided p value: tables at most as probable as this one, of all tables."""
    both, a, b, n = table
    first = max(0, a + b - n)
    ways = [math.comb(b, first) * math.comb(n - b, a - first)]
    for k in range(first, min(a, b)):
        ways.append(ways[-1] * (a - k) * (b - k) // ((k + 1) * (n - a - b + k + 1)))
    limit = ways[both - first] * (10**7 + 1)
    return sum(w for w in ways if w * 10**7 <= limit), sum(ways)


def log10(some: int, of: int) -> float:
    shift = of.bit_length() - some.bit_length() + 80
    return math.log10((some << shift) // of) - shift * math.log10(2)


def test_fisher_of_every_small_table_is_exact() -> None:
    every = [(x, a, b, n) for n in range(13) for a in range(n + 1) for b in range(n + 1) for x in range(max(0, a + b - n), min(a, b) + 1)]
    exact = [some / of for some, of in map(fisher_in_whole_numbers, every)]
    assert fisher_exact(*np.array(every).T) == pytest.approx(exact, rel=1e-12)


GRID = [
    (0, 10, 10, 20), (10, 10, 10, 20), (0, 500, 400, 1000), (400, 500, 400, 1000), (9, 10, 10, 1000), (1, 1, 1, 50_000), (0, 3000, 4000, 50_000),
    (300, 3000, 4000, 50_000), (240, 3000, 4000, 50_000), (239, 3000, 4000, 50_000), (90, 100, 100, 50_000), (104, 104, 104, 50_000),
    (700, 1500, 4000, 50_000), (20_000, 25_000, 30_000, 50_000), (14_000, 25_000, 30_000, 50_000), (5_000, 25_000, 30_000, 50_000),
]  # fmt: skip


@pytest.mark.parametrize("table", GRID)
def test_fisher_is_that_of_scipy(table: Table) -> None:
    assert fisher_exact(*table) == pytest.approx(stats.fisher_exact(cells(table)).pvalue, rel=1e-9, abs=0)


@given(tables())
def test_fisher_is_symmetric_in_range_and_that_of_scipy(table: Table) -> None:
    both, a, b, n = table
    p = fisher_exact(both, a, b, n)
    assert 0 < p <= 1
    assert p == fisher_exact(both, b, a, n)
    assert p == pytest.approx(fisher_exact(a - both, a, n - b, n), rel=1e-12)
    assert p == pytest.approx(stats.fisher_exact(cells(table)).pvalue, rel=1e-9, abs=0)


LARGE = [
    (1600, 9_000, 8_000, 50_000), (1300, 9_000, 8_000, 50_000), (2, 9_000, 8_000, 50_000), (4_000, 4_000, 4_000, 50_000),
    (7, 2_000, 1_000, 30_000_000), (0, 30_000, 9_000, 30_000_000), (12, 30_000, 9_000, 30_000_000), (180, 3_000, 2_000_000, 30_000_000),
    (2_600, 4_000, 20_000_000, 30_000_000), (3_000, 3_000, 3_000, 30_000_000), (1_000, 2_000, 15_000_000, 30_000_000),
    (1_049, 2_000, 15_000_000, 30_000_000),
]  # fmt: skip


@pytest.mark.parametrize("table", LARGE)
def test_fisher_of_large_tables_is_that_of_exact_arithmetic(table: Table) -> None:
    exact = log10(*fisher_in_whole_numbers(table))
    assert fisher_exact_log10(*table) == pytest.approx(exact, rel=1e-13, abs=1e-12)
    if exact > -300:
        assert fisher_exact(*table) == pytest.approx(10**exact, rel=1e-11, abs=0)


def test_p_below_the_smallest_float_is_zero_and_has_a_logarithm() -> None:
    assert fisher_exact(3_000, 3_000, 3_000, 50_000) == 0
    assert fisher_exact_log10(3_000, 3_000, 3_000, 50_000) == pytest.approx(log10(1, math.comb(50_000, 3_000)), rel=1e-13)


def test_fisher_of_many_pairs_is_that_of_each_alone() -> None:
    rng = np.random.default_rng(1)
    a, b = rng.integers(0, 900, 20_000), rng.integers(0, 900, 20_000)
    both = np.minimum(np.minimum(a, b), rng.poisson(a * b / 9_000))
    p = fisher_exact(both, a, b, 9_000)
    some = slice(0, 20_000, 997)
    assert p[some].tolist() == pytest.approx(
        [float(fisher_exact(*table, 9_000)) for table in zip(both[some], a[some], b[some], strict=True)], rel=1e-12
    )


@given(st.integers(1, 40), st.integers(1, 40), st.integers(100, 400))
def test_further_from_independence_is_a_smaller_p(a: int, b: int, n: int) -> None:
    p = fisher_exact(np.arange(min(a, b) + 1), a, b, n)
    above = math.floor((a + 1) * (b + 1) / (n + 2))
    assert p[above] == 1
    assert (np.diff(p[above:]) < 0).all()
    assert (np.diff(p[: above + 1]) >= 0).all()


# Many tests


@given(st.lists(st.one_of(st.floats(0, 1), st.just(np.nan)), max_size=40))
def test_adjusted_p_values_are_those_of_statsmodels(values: list[float]) -> None:
    multitest = pytest.importorskip("statsmodels.stats.multitest")
    p = np.array(values, dtype=float)
    q, tested = benjamini_hochberg(p), ~np.isnan(p)
    assert np.isnan(q).tolist() == (~tested).tolist()
    if tested.any():
        assert q[tested].tolist() == pytest.approx(multitest.multipletests(p[tested], method="fdr_bh")[1].tolist(), rel=1e-12, abs=1e-300)
    assert (q[tested] >= p[tested] * (1 - 1e-15)).all()


def test_adjusted_p_values_keep_the_shape() -> None:
    assert benjamini_hochberg([[0.01, 0.02], [0.03, 0.04]]).tolist() == [[0.04, 0.04], [0.04, 0.04]]
    assert benjamini_hochberg(0.2) == 0.2
    assert benjamini_hochberg([]).shape == (0,)


def test_p_out_of_range_is_refused() -> None:
    with pytest.raises(ValueError, match=r"pair \(1,\): p is 1.5; it must be in \[0, 1\]"):
        benjamini_hochberg([0.1, 1.5])
