"""Colours of the cells of a heat map as classes: blue below what is expected, vermilion above."""

from __future__ import annotations

import math
from typing import Any

import pandas as pd

from allnlp.errors import OptionError
from allnlp.figures.heatmap import MEASURES

_STEPS = 5
_RATIOS = (0.5, 1.0, 2.0, 3.0, 4.0)  # binary logarithms from which each step counts
_SIGNED = (0.05, 0.1, 0.2, 0.3, 0.5)
_EVEN = (0.0, 0.2, 0.4, 0.6, 0.8)  # parts of the maximum, of an index
_HALVED = (0.0, 1 / 16, 1 / 8, 1 / 4, 1 / 2)  # of what has a few large values


def heat_class(value: Any, measure: str, maximum: float | None = None) -> str:
    """The class of a cell: heat-n5 to heat-n1 below, heat-0 about as expected, heat-p1 to heat-p5 above; empty where it is missing.

    >>> [heat_class(v, "lift") for v in (0, 0.4, 0.9, 1.5, 4, 1000, float("nan"))]
    ['heat-n5', 'heat-n2', 'heat-0', 'heat-p1', 'heat-p3', 'heat-p5', '']
    >>> heat_class(-0.25, "npmi"), heat_class(30, "n_both", 40), heat_class(3, "n_both", 40), heat_class(0.3, "jaccard", 0.4)
    ('heat-n3', 'heat-p5', 'heat-p2', 'heat-p4')

    Args:
        value: of the measure; None, nan and NA are missing.
        measure: one of ``figures.heatmap.MEASURES``.
        maximum: the largest value of the table; needed by measures that have no middle, else not used.

    Raises:
        OptionError: a measure that there is not, or no maximum where one is needed.
    """
    scale = _scale(measure, maximum)
    if value is None or pd.isna(value):
        return ""
    number = float(value)
    if scale == "ratio":
        number = math.log2(number) if number > 0 else -math.inf
    elif scale != "signed":
        share = number / maximum if maximum else 0.0
        step = sum(share > s + 1e-12 for s in (_EVEN if scale == "share" else _HALVED))
        return f"heat-p{step}" if step else "heat-0"
    step = sum(abs(number) >= s - 1e-12 for s in (_RATIOS if scale == "ratio" else _SIGNED))
    return f"heat-{'p' if number > 0 else 'n'}{step}" if step else "heat-0"


def legend(measure: str, maximum: float | None = None) -> list[tuple[str, str]]:
    """Classes with what they mean in words, from the least to the most.

    >>> legend("lift")[0], legend("lift")[5], legend("lift")[-1]
    (('heat-n5', '1/16 or less'), ('heat-0', 'about as expected, 0.7 to 1.4'), ('heat-p5', '16 or more'))
    >>> [words for _, words in legend("n_both", 400)]
    ['1 to 25', '26 to 50', '51 to 100', '101 to 200', '201 to 400']
    >>> legend("n_both", 3)
    [('heat-p4', '1'), ('heat-p5', '2 to 3')]
    >>> legend("npmi")[-2:]
    [('heat-p4', '0.3 to 0.5'), ('heat-p5', '0.5 or more')]

    Args:
        measure: one of ``figures.heatmap.MEASURES``.
        maximum: as for ``heat_class``.

    Raises:
        OptionError: as for ``heat_class``.
    """
    scale = _scale(measure, maximum)
    if scale == "ratio":
        return _signed([f"{2**s:.2g}" for s in _RATIOS], ["0.7", *(f"1/{2**s:g}" for s in _RATIOS[1:])], "about as expected")
    if scale == "signed":
        return _signed([f"{s:g}" for s in _SIGNED], [f"−{s:g}" for s in _SIGNED], "near 0")
    if not maximum:
        return []
    if measure == "n_both":
        return _whole([math.floor(part * maximum + 1e-9) for part in (*_HALVED, 1.0)])
    ends = [_said(part * maximum) for part in (*(_EVEN if scale == "share" else _HALVED), 1.0)]
    first = [("heat-p1", f"up to {ends[1]}")]
    return first + [(f"heat-p{k}", f"{ends[k - 1]} to {ends[k]}") for k in range(2, _STEPS + 1)]


def _scale(measure: str, maximum: float | None) -> str:
    if measure not in MEASURES:
        raise OptionError(f"measure is {measure!r}. Use one of {', '.join(MEASURES)}.")
    scale = MEASURES[measure][1]
    if scale in ("share", "positive") and maximum is None:
        raise OptionError(f"{measure} is coloured by its part of the largest value. Give the maximum.")
    return scale


def _signed(above: list[str], below: list[str], middle: str) -> list[tuple[str, str]]:
    """Steps below, between and above."""
    last = _STEPS - 1
    found = [(f"heat-n{_STEPS}", f"{below[last]} or less")]
    found += [(f"heat-n{k + 1}", f"{below[k + 1]} to {below[k]}") for k in range(last - 1, -1, -1)]
    found.append(("heat-0", f"{middle}, {below[0]} to {above[0]}"))
    found += [(f"heat-p{k + 1}", f"{above[k]} to {above[k + 1]}") for k in range(last)]
    return [*found, (f"heat-p{_STEPS}", f"{above[last]} or more")]


def _whole(ends: list[int]) -> list[tuple[str, str]]:
    """Steps of a count; those that hold no whole number are left out."""
    found = []
    for k in range(1, _STEPS + 1):
        low, high = ends[k - 1] + 1, ends[k]
        if low <= high:
            found.append((f"heat-p{k}", f"{low:,}" if low == high else f"{low:,} to {high:,}"))
    return found


def _said(value: float) -> str:
    """A number with three digits that tell something.

    >>> _said(412.0), _said(6.25), _said(0.0123), _said(51234.0)
    ('412', '6.25', '0.0123', '51,234')
    """
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"
