"""Intervals of proportions, and proportions of several studies pooled."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from scipy import optimize, special, stats

Counts = npt.ArrayLike
Floats = npt.NDArray[np.float64]

METHODS = ("REML", "DL")
INTERVALS = ("wilson", "clopper-pearson")
ADJUSTMENTS = ("hksj",)
_CORRECTION = 0.5
_GRID = 400  # values of tau² among which the highest likelihood is looked for, before it is refined


class Pooled(NamedTuple):
    """Proportions of several studies pooled; proportions in [0, 1], those with ``logit`` on the scale of log odds."""

    n_studies: int
    n_events: int
    n_patients: int
    estimate: float
    ci_low: float
    ci_high: float
    pi_low: float  # prediction interval: where the proportion of a new study is expected; nan below 3 studies
    pi_high: float
    logit: float
    logit_se: float
    tau2: float  # variance between studies, of log odds
    q: float  # Cochran's Q
    q_df: int
    q_p: float
    i2: float  # percent of the variance that is between studies, 0 to 100
    h2: float
    method: str
    interval: str
    adjust: str | None
    level: float
    proportions: Floats  # of each study, events of patients
    low: Floats  # interval of each study
    high: Floats
    weights: Floats  # percent, sum 100


def wilson(events: Counts, patients: Counts, *, level: float = 0.95) -> tuple[Floats, Floats]:
    """Bounds of Wilson's score interval of proportions.

    >>> low, high = wilson([0, 5], [10, 50])
    >>> low.round(4), high.round(4)
    (array([0.    , 0.0435]), array([0.2775, 0.2136]))

    Args:
        events: patients with the event; shape (studies,), 0 <= events <= patients.
        patients: shape (studies,), at least 1.
        level: confidence level, between 0 and 1.

    Returns:
        Lower and upper bounds, each of shape (studies,), in [0, 1].

    Raises:
        ValueError: a count is negative, exceeds its total or is no whole number; the level is not between 0 and 1.

    Source:
        Wilson (1927), Probable inference, the law of succession, and statistical inference.
    """
    x, n = _counted(events, patients)
    z = _quantile(level)
    p = x / n
    middle = (p + z**2 / (2 * n)) / (1 + z**2 / n)
    half = z / (1 + z**2 / n) * np.sqrt(p * (1 - p) / n + z**2 / (4 * n**2))
    return np.where(x == 0, 0.0, middle - half), np.where(x == n, 1.0, middle + half)


def clopper_pearson(events: Counts, patients: Counts, *, level: float = 0.95) -> tuple[Floats, Floats]:
    """Bounds of the exact interval of proportions, from the binomial distribution.

    >>> low, high = clopper_pearson([0, 5], [10, 50])
    >>> low.round(4), high.round(4)
    (array([0.    , 0.0333]), array([0.3085, 0.2181]))

    Args:
        events: patients with the event; shape (studies,), 0 <= events <= patients.
        patients: shape (studies,), at least 1.
        level: confidence level, between 0 and 1.

    Returns:
        Lower and upper bounds, each of shape (studies,), in [0, 1].

    Raises:
        ValueError: a count is negative, exceeds its total or is no whole number; the level is not between 0 and 1.

    Source:
        Clopper and Pearson (1934), The use of confidence or fiducial limits illustrated in the case of the binomial.
    """
    x, n = _counted(events, patients)
    _quantile(level)
    alpha = 1 - level
    low = stats.beta.ppf(alpha / 2, np.maximum(x, 0.5), n - x + 1)
    high = stats.beta.ppf(1 - alpha / 2, x + 1, np.maximum(n - x, 0.5))
    return np.where(x == 0, 0.0, low), np.where(x == n, 1.0, high)


def pool_proportions(
    events: Counts,
    patients: Counts,
    *,
    method: str = "REML",
    interval: str = "wilson",
    level: float = 0.95,
    adjust: str | None = None,
) -> Pooled:
    """Random effects meta-analysis of proportions: log odds by inverse variance, as metafor's ``rma(measure = "PLO")``.

    A study without an event, or with nothing but events, gets 0.5 added to both counts; no other does. tau² is never negative.
    One study alone is its own estimate: tau², Q, I² are 0 and the p value of Q is 1.

    >>> pooled = pool_proportions([35, 12, 9], [75, 101, 91], method="DL")
    >>> round(pooled.estimate, 3), round(pooled.tau2, 3), round(pooled.i2, 1)
    (0.193, 1.463, 94.5)

    Args:
        events: patients with the event; shape (studies,), 0 <= events <= patients.
        patients: shape (studies,), at least 1.
        method: estimator of tau²: REML, restricted maximum likelihood, or DL, DerSimonian and Laird.
        interval: of each study: wilson or clopper-pearson.
        level: confidence level of every interval, between 0 and 1.
        adjust: hksj takes the standard error of Hartung, Knapp, Sidik and Jonkman with t of studies - 1 degrees of freedom for both the
            pooled and the prediction interval (as metafor's ``test = "knha"``, without a lower bound; with few studies that agree it
            can be narrower than without); by default the normal distribution. It is without effect on one study.

    Returns:
        The pooled proportion, its intervals, heterogeneity and the studies' own intervals and weights.

    Raises:
        ValueError: no study; a count is negative, exceeds its total or is no whole number; an option has no such value.

    Source:
        DerSimonian and Laird (1986), Meta-analysis in clinical trials; Viechtbauer (2005), Bias and efficiency of
        meta-analytic variance estimators; Hartung and Knapp (2001), A refined method for the meta-analysis of controlled
        clinical trials; Higgins and Thompson (2002), Quantifying heterogeneity; Viechtbauer (2010), metafor.
    """
    for name, value, known in (("method", method, METHODS), ("interval", interval, INTERVALS), ("adjust", adjust, (*ADJUSTMENTS, None))):
        if value not in known:
            raise ValueError(f"{name} is {value!r}, none of {', '.join(map(str, known))}")
    x, n = _counted(events, patients)
    z = _quantile(level)
    y, v = _logits(x, n)
    k = len(x)
    tau2 = 0.0 if k == 1 else _tau2_dl(y, v) if method == "DL" else _tau2_reml(y, v)
    w = 1 / (v + tau2)
    mean, se = float(w @ y / w.sum()), float(np.sqrt(1 / w.sum()))
    if adjust == "hksj" and k > 1:
        se = float(np.sqrt(w @ (y - mean) ** 2 / (k - 1) / w.sum()))
        z = float(stats.t.ppf((1 + level) / 2, k - 1))
    reach = z * float(np.sqrt(se**2 + tau2)) if k > 2 else np.nan
    q = _q(y, v)
    typical = _typical(v) if k > 1 else 1.0
    low, high = (wilson if interval == "wilson" else clopper_pearson)(x, n, level=level)
    return Pooled(
        k, int(x.sum()), int(n.sum()), _share(mean), _share(mean - z * se), _share(mean + z * se), _share(mean - reach), _share(mean + reach),
        mean, se, tau2, q, k - 1, float(stats.chi2.sf(q, k - 1)) if k > 1 else 1.0, 100 * tau2 / (typical + tau2), tau2 / typical + 1,
        method, interval, adjust, level, x / n, low, high, 100 * w / w.sum(),
    )  # fmt: skip


def _share(log_odds: float) -> float:
    return float(special.expit(log_odds))


def _counted(events: Counts, patients: Counts) -> tuple[Floats, Floats]:
    x, n = np.asarray(events, dtype=np.float64), np.asarray(patients, dtype=np.float64)
    if x.ndim != 1 or x.shape != n.shape or not len(x):
        raise ValueError(f"events and patients have the shapes {x.shape} and {n.shape}; both must be the same row of at least one study")
    wrong = ~((x >= 0) & (x <= n) & (n >= 1) & (x == np.floor(x)) & (n == np.floor(n)) & np.isfinite(n))
    if wrong.any():
        i = int(np.argmax(wrong))
        raise ValueError(
            f"study {i}: {x[i]:g} events of {n[i]:g} patients; both must be whole, with 0 <= events <= patients and patients >= 1"
        )
    return x, n


def _quantile(level: float) -> float:
    if not 0 < level < 1:
        raise ValueError(f"level is {level!r}; it must be between 0 and 1")
    return float(stats.norm.ppf((1 + level) / 2))


def _logits(x: Floats, n: Floats) -> tuple[Floats, Floats]:
    """Log odds and their variances; 0.5 is added where one of the counts is 0."""
    added = np.where((x == 0) | (x == n), _CORRECTION, 0.0)
    a, b = x + added, n - x + added
    return np.log(a / b), 1 / a + 1 / b


def _q(y: Floats, v: Floats) -> float:
    """Cochran's Q; with exactly the same proportions rounding leaves nothing of it."""
    w = 1 / v
    return float(w @ (y - w @ y / w.sum()) ** 2)


def _typical(v: Floats) -> float:
    """The typical variance within studies of Higgins and Thompson, equation 9."""
    w = 1 / v
    return float((len(v) - 1) / (w.sum() - (w**2).sum() / w.sum()))


def _tau2_dl(y: Floats, v: Floats) -> float:
    w = 1 / v
    return max(0.0, (_q(y, v) - (len(y) - 1)) / float(w.sum() - (w**2).sum() / w.sum()))


def _tau2_reml(y: Floats, v: Floats) -> float:
    """The tau² >= 0 of the highest restricted likelihood: the best of a grid, refined to where the slope is 0."""

    def likelihood(tau2: float) -> float:
        w = 1 / (v + tau2)
        return float(-0.5 * (np.log(v + tau2).sum() + np.log(w.sum()) + _q(y, v + tau2)))

    def slope(tau2: float) -> float:
        w = 1 / (v + tau2)
        return float(-0.5 * (w.sum() - (w**2).sum() / w.sum() - (w**2) @ (y - w @ y / w.sum()) ** 2))

    spread = float(((y - y.mean()) ** 2).sum())  # beyond this, each study's term of the slope pulls down
    grid = np.concatenate([[0.0], np.geomspace(1e-8, max(spread, 1e-6) * 10, _GRID)])
    best = int(np.argmax([likelihood(t) for t in grid]))
    if best == 0 and slope(0.0) <= 0:
        return 0.0
    low, high = float(grid[max(best - 1, 0)]), float(grid[min(best + 1, _GRID)])
    if slope(low) <= 0 or slope(high) >= 0:  # flat to the last digit: the grid's own value is as good as any
        return float(grid[best])
    return float(optimize.brentq(slope, low, high, xtol=1e-14, rtol=1e-13))
