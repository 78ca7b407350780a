"""Tables of two rows and two columns: Fisher's exact test, exact for large counts too, and the correction for many tests."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from scipy import special

from allnlp.association.proportions import Counts, Floats

Bools = npt.NDArray[np.bool_]

_LN_10 = 2.302585092994046
_TIES = 1e-7  # a table this much more probable counts as equally probable, as in R
_CHUNK = 1 << 13  # tables worked on at a time, so that they stay in the cache
_BLOCK = 1 << 15  # terms of tails worked on at a time
_NEGLIGIBLE = 1e-17  # of a tail: its rest is not summed
_SMALL = 16  # below it, Stirling's remainder comes from a table
_REMAINDER = (1 / 12, -1 / 360, 1 / 1260, -1 / 1680, 1 / 1188)  # Stirling's series, of 1/n, 1/n³, ...


class Tables(NamedTuple):
    """Counts of pairs of concepts as floats of one shape, checked."""

    n_both: Floats
    n_a: Floats
    n_b: Floats
    n_total: Floats


def fisher_exact(n_both: Counts, n_a: Counts, n_b: Counts, n_total: Counts) -> Floats:
    """Two-sided p values of Fisher's exact test of pairs of concepts, against independence.

    The p value is the sum of the probabilities of all tables with the same totals that are at most as probable as the one observed, those
    within 1e-7 of it included, as R's ``fisher.test`` has it. It keeps 10 digits with totals up to 30 million. A concept in no
    unit or in every one leaves only one table: 1. Below the smallest float the p value is 0; see ``fisher_exact_log10``.

    >>> fisher_exact([3, 8, 10], [4, 10, 200], [4, 9, 300], [8, 40, 5_000]).round(6)
    array([4.85714e-01, 5.00000e-06, 6.49169e-01])

    Args:
        n_both: units that mention both; any shape, counts.
        n_a: units that mention the first; a shape that fits, n_both <= n_a.
        n_b: likewise for the second.
        n_total: units; n_a + n_b - n_both <= n_total.

    Returns:
        The common shape, in [0, 1].

    Raises:
        ValueError: a count is negative, no whole number or exceeds its total.

    Source:
        Fisher (1935), The logic of inductive inference; Loader (2000), Fast and accurate computation of binomial probabilities.
    """
    return np.exp(_log_p(counted(n_both, n_a, n_b, n_total)))


def fisher_exact_log10(n_both: Counts, n_a: Counts, n_b: Counts, n_total: Counts) -> Floats:
    """Decimal logarithms of the p values of ``fisher_exact``, also of those too small for a float.

    >>> fisher_exact_log10([40, 5_000], [40, 5_000], [40, 5_000], 50_000).round(2)
    array([ -140.04, -7056.86])

    Args:
        n_both: units that mention both; any shape, counts.
        n_a: units that mention the first; a shape that fits, n_both <= n_a.
        n_b: likewise for the second.
        n_total: units; n_a + n_b - n_both <= n_total.

    Returns:
        The common shape, at most 0.

    Raises:
        ValueError: a count is negative, no whole number or exceeds its total.

    Source:
        As ``fisher_exact``.
    """
    return _log_p(counted(n_both, n_a, n_b, n_total)) / _LN_10


def benjamini_hochberg(p: npt.ArrayLike) -> Floats:
    """Adjusted p values (q) that control the false discovery rate, over all tests of the array.

    >>> benjamini_hochberg([0.01, 0.04, 0.03, np.nan, 0.5])
    array([0.04      , 0.05333333, 0.05333333,        nan, 0.5       ])

    Args:
        p: p values; any shape, in [0, 1]. nan is no test: it is not counted and stays nan.

    Returns:
        The same shape, in [0, 1].

    Raises:
        ValueError: a value is outside [0, 1].

    Source:
        Benjamini and Hochberg (1995), Controlling the false discovery rate.
    """
    values = np.asarray(p, dtype=np.float64)
    if (wrong := (values < 0) | (values > 1)).any():
        raise ValueError(f"{_place(wrong)}: p is {values[wrong][0]:g}; it must be in [0, 1]")
    q = np.full(values.shape, np.nan)
    tested = ~np.isnan(values)
    found = values[tested]
    order = np.argsort(found, kind="stable")[::-1]
    stepped = np.minimum.accumulate(found[order] * len(found) / np.arange(len(found), 0, -1))
    adjusted = np.empty_like(found)
    adjusted[order] = np.minimum(stepped, 1.0)
    q[tested] = adjusted
    return q


def counted(n_both: Counts, n_a: Counts, n_b: Counts, n_total: Counts) -> Tables:
    """Counts of pairs as floats of one shape.

    >>> counted(1, [2, 3], 4, 9).n_b
    array([4., 4.])

    Args:
        n_both: units that mention both; any shape, counts.
        n_a: units that mention the first; a shape that fits, n_both <= n_a.
        n_b: likewise for the second.
        n_total: units; n_a + n_b - n_both <= n_total.

    Returns:
        The counts, each of the common shape.

    Raises:
        ValueError: a count is negative, no whole number or exceeds its total; the message names the first such pair.
    """
    both, a, b, n = np.broadcast_arrays(*(np.asarray(x, dtype=np.float64) for x in (n_both, n_a, n_b, n_total)))
    for name, x in (("n_both", both), ("n_a", a), ("n_b", b), ("n_total", n)):
        if (wrong := ~((x >= 0) & (x == np.floor(x)) & np.isfinite(x))).any():
            raise ValueError(f"{_place(wrong)}: {name} is {x[wrong][0]:.16g}; it must be a whole number, at least 0")
    for name, x in (("n_a", a), ("n_b", b)):
        if (wrong := both > x).any():
            raise ValueError(f"{_place(wrong)}: n_both is {both[wrong][0]:.16g}, more than {name}, {x[wrong][0]:.16g}")
    if (wrong := a + b - both > n).any():
        some = tuple(f"{x[wrong][0]:.16g}" for x in (a, b, both, n))
        raise ValueError(f"{_place(wrong)}: {some[0]} units with the first and {some[1]} with the second, {some[2]} of them with both, are "
                         f"more than n_total, {some[3]}")  # fmt: skip
    return Tables(both, a, b, n)


def deviance(tables: Tables) -> Floats:
    """Sum over the four cells of observed × ln(observed / expected), half of G²; exact also where the two hardly differ.

    >>> deviance(counted([25, 26], 50, 50, 100)).round(6)
    array([0.      , 0.080021])

    Args:
        tables: counts of pairs, checked.

    Returns:
        The shape of the counts, at least 0; 0 where a concept is in no unit or in every one, or there is no unit.

    Source:
        Loader (2000), Fast and accurate computation of binomial probabilities: the deviance part of a Poisson probability.
    """
    both, a, b, n = tables
    some = np.maximum(n, 1.0)
    away = (both * n - a * b) / some  # observed minus expected is the same in all cells, but for its sign; exact up to 9e15
    total = _part(both, a * b / some, away)
    total = total + (_part(a - both, a * (n - b) / some, -away) + _part(b - both, (n - a) * b / some, -away))
    return total + _part(n - a - b + both, (n - a) * (n - b) / some, away)


def _part(observed: Floats, expected: Floats, away: Floats) -> Floats:
    """Part of a cell in the deviance: observed × ln(observed / expected) - away, where away is observed - expected; never below 0."""
    with np.errstate(divide="ignore", invalid="ignore"):
        v = away / (observed + expected)
        v2 = v * v
        # ln(observed / expected) is 2 atanh(v): near 0 as a series, where nothing of the difference is lost
        series = v2 * v * (1 / 3 + v2 * (1 / 5 + v2 * (1 / 7 + v2 * (1 / 9 + v2 * (1 / 11 + v2 * (1 / 13 + v2 / 15))))))
        near = away * v + 2 * observed * series
        far = special.xlogy(observed, observed / expected) - away
    return np.where(expected > 0, np.maximum(np.where(np.abs(v) < 0.1, near, far), 0.0), 0.0)


def _place(wrong: Bools) -> str:
    """The first place at which something is wrong."""
    return f"pair {tuple(int(i) for i in np.argwhere(wrong)[0])}" if wrong.ndim else "the pair"


def _log_p(tables: Tables) -> Floats:
    """Natural logarithms of two-sided p values; equal tables, also with first and second swapped, are worked out alike."""
    shape = tables.n_both.shape
    both, a, b, n = (x.reshape(-1) for x in tables)
    a, b = np.minimum(a, b), np.maximum(a, b)
    # The mirror image (n_b turned to the units without the second) has the same p value: the one at or above the mode is taken
    below = both < np.floor((a + 1) * (b + 1) / (n + 2))
    both, b = np.where(below, a - both, both), np.where(below, n - b, b)
    chunks = (slice(i, i + _CHUNK) for i in range(0, len(both), _CHUNK))
    parts = [_log_p_above(Tables(both[i], a[i], b[i], n[i])) for i in chunks]
    log_p: Floats = np.concatenate([np.empty(0), *parts])
    return log_p.reshape(shape)


def _log_p_above(tables: Tables) -> Floats:
    """Natural logarithms of two-sided p values of tables at or above the mode."""
    log_p = np.zeros(tables.n_both.shape)
    mode = np.floor((tables.n_a + 1) * (tables.n_b + 1) / (tables.n_total + 2))
    i = np.flatnonzero(tables.n_both > mode)  # at the mode itself every table is at most as probable: 1
    at = _log_probability(_pick(tables, i))
    limit = at + np.log1p(_TIES)
    less = _log_probability(_pick(tables, i)._replace(n_both=mode[i])) > limit
    i, at, limit = i[less], at[less], limit[less]
    tables = _pick(tables, i)
    total = _tail(tables)
    lowest = np.maximum(tables.n_a + tables.n_b - tables.n_total, 0)
    j = np.flatnonzero(_log_probability(tables._replace(n_both=lowest)) <= limit)
    far, at_far = _far_end(_pick(tables, j), mode[i][j], limit[j])
    both, a, b, n = far
    total[j] += np.exp(at_far - at[j]) * _tail(Tables(a - both, a, n - b, n))
    log_p[i] = np.minimum(at + np.log(total), 0.0)
    return log_p


def _far_end(tables: Tables, mode: Floats, limit: Floats) -> tuple[Tables, Floats]:
    """The table below the mode that is nearest to it and not above the limit, which the lowest table is not; its log probability.

    Log probabilities of neighbours differ by less and less towards the mode: a step as long as the slope allows never goes too far.
    """
    _, a, b, n = tables
    lowest = np.maximum(a + b - n, 0)
    both = np.clip(2 * mode - tables.n_both, lowest, mode - 1)
    at = _log_probability(tables._replace(n_both=both))
    with np.errstate(divide="ignore"):
        down = np.floor((limit - at) / np.log((a - both + 1) * (b - both + 1) / (both * (n - a - b + both))))
    both = np.where(at > limit, np.maximum(both + np.minimum(down, -1), lowest), both)
    i = np.arange(len(both))
    while len(i):
        some = _pick(tables, i)._replace(n_both=both[i])
        at[i] = _log_probability(some)
        x, a, b, n = some
        with np.errstate(divide="ignore", invalid="ignore"):
            up = np.floor((limit[i] - at[i]) / np.log((a - x) * (b - x) / ((x + 1) * (n - a - b + x + 1))))
        both[i] = np.minimum(x + np.maximum(up, 0), mode[i] - 1)
        i = i[both[i] > x]
    return tables._replace(n_both=both), at


def _tail(tables: Tables) -> Floats:
    """Probabilities of the table and of all with more in the first cell, summed, in units of that of the table; at or above the mode."""
    at, a, b, n = tables
    total, last = np.ones(at.shape), np.ones(at.shape)
    at = at.copy()
    i = np.arange(len(at))
    while len(i):
        width = int(np.clip(_BLOCK // len(i), 8, 4096))
        x, some_a, some_b, some_n = (v[i, None] for v in (at, a, b, n))
        more = np.arange(width, dtype=np.float64)
        ratio = some_a - x - more
        ratio *= some_b - x - more
        ratio /= (x + 1 + more) * (some_n - some_a - some_b + x + 1 + more)
        q = ratio[:, -1].copy()
        terms = np.multiply.accumulate(ratio, axis=1, out=ratio)  # 0 from the last possible table on
        total[i] += last[i] * terms.sum(axis=1)
        last[i] *= terms[:, -1]
        at[i] += width
        i = i[last[i] * q > _NEGLIGIBLE * total[i] * (1 - q)]  # the rest is less than a geometric series
    return total


def _log_probability(tables: Tables) -> Floats:
    """Natural logarithms of hypergeometric probabilities: Stirling's formula leaves the deviance and small remainders."""
    both, a, b, n = tables
    given = _remainder(a) + _remainder(n - a) + (_remainder(b) + _remainder(n - b)) - _remainder(n)
    cells = _remainder(both) + _remainder(n - a - b + both) + (_remainder(a - both) + _remainder(b - both))
    return given - cells - deviance(tables)


def _remainder(n: Floats) -> Floats:
    """What n ln n - n lacks to the logarithm of n!."""
    small = n < _SMALL
    x = np.where(small, _SMALL, n)
    w = 1 / (x * x)
    c0, c1, c2, c3, c4 = _REMAINDER
    series = (c0 + w * (c1 + w * (c2 + w * (c3 + w * c4)))) / x
    k = np.arange(_SMALL, dtype=np.float64)
    table = special.gammaln(k + 1) - special.xlogy(k, k) + k
    return np.where(small, table[np.where(small, n, 0).astype(np.int64)], 0.5 * np.log(2 * np.pi * x) + series)


def _pick(tables: Tables, index: npt.NDArray[np.int64]) -> Tables:
    return Tables(*(x[index] for x in tables))
