"""Shares of documents over the years: a line a concept with its interval, in panels where there are many."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from allnlp.errors import NothingFound
from allnlp.figures.lettering import letter_size, line_height, spread, told_apart, widest, wrapped
from allnlp.figures.output import font, need_matplotlib
from allnlp.figures.palette import BLUE, LIGHT, SERIES

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from matplotlib.font_manager import FontProperties

Floats = npt.NDArray[np.float64]

_MARGIN = 2.0  # mm
_TOGETHER = 2  # concepts in one plot; more get a panel each
_UNLIKE = 5  # a highest share so many times the least highest: then each panel has a scale of its own


class Series(NamedTuple):
    """One concept over the years."""

    name: str
    years: npt.NDArray[np.int64]
    share: Floats  # percent; nan in a year without documents
    low: Floats
    high: Floats
    is_incomplete: bool  # the last year is not over


def trend(frame: pd.DataFrame, *, width: int = 183, family: str | None = None) -> Figure:
    """Percent of the documents of each year that mention a concept; the band is the interval.

    The last part of a line is dashed and its point hollow where that year is not over. The scale follows the shares; of an
    interval that is wider than that (few documents in a year) the end is not shown.

    Args:
        frame: one row a concept and year, see ``collection.trend.trend``.
        width: mm, 89 or 183: one or two columns of a journal.
        family: font, as Arial; by default the one that comes with matplotlib, so that the bytes are the same everywhere.

    Raises:
        OptionError: a width or font that there is not.
        NothingFound: no year has documents.
        ExtraMissing: matplotlib is not installed.
    """
    need_matplotlib()
    plain, bold = font(family, letter_size(width)), font(family, letter_size(width), bold=True)
    found = series(frame)
    if not found:
        raise NothingFound("no year has documents, so that there is nothing to draw. Ask with fewer filters.")
    return _one_plot(found, width, plain) if len(found) <= _TOGETHER else _panels(found, width, plain, bold)


def series(frame: pd.DataFrame) -> list[Series]:
    """The concepts of a trend table in its order; years without a gap, from the first in which one of them is mentioned."""
    has_documents = frame[frame["n_total"] > 0]
    if has_documents.empty:
        return []
    named = frame[frame["n_documents"] > 0]
    years = np.arange(int((has_documents if named.empty else named)["year"].min()), int(has_documents["year"].max()) + 1)
    out, labels = [], []
    for _, rows in frame.groupby(["label", "concept_id"], sort=False):
        kept = rows[rows["n_total"] > 0].set_index("year")
        share, low, high = (np.asarray(100 * kept[c].reindex(years), dtype=np.float64) for c in ("share", "ci_low", "ci_high"))
        is_incomplete = bool(kept["is_incomplete"].reindex(years[-1:], fill_value=False).iloc[0])
        out.append(Series(str(rows["name"].iloc[0]), years, share, low, high, is_incomplete))
        labels.append(str(rows["label"].iloc[0]))
    return [one._replace(name=name) for one, name in zip(out, told_apart([s.name for s in out], labels), strict=True)]


def year_ticks(first: int, last: int, most: int) -> list[int]:
    """Whole years at even steps, at most so many.

    >>> year_ticks(1987, 2026, 6), year_ticks(2019, 2021, 6), year_ticks(2020, 2020, 6)
    ([1990, 2000, 2010, 2020], [2019, 2020, 2021], [2020])
    """
    for step in (1, 2, 5, 10, 20, 50, 100):
        ticks = [y for y in range(first, last + 1) if y % step == 0]
        if ticks and len(ticks) <= most:
            return ticks
    return [first]


def percent_ticks(highest: float, most: int) -> list[float]:
    """Percents from 0 at round steps; the last holds the highest.

    >>> percent_ticks(13.0, 5), percent_ticks(0.31, 4), percent_ticks(0.0, 4), percent_ticks(97.0, 5)
    ([0.0, 5.0, 10.0, 15.0], [0.0, 0.2, 0.4], [0.0, 1.0], [0.0, 25.0, 50.0, 75.0, 100.0])
    """
    if highest <= 0:
        return [0.0, 1.0]
    steps = (round(s * 10.0**p, 6) for p in range(-3, 3) for s in (1, 2, 2.5, 5) if (s, p) != (2.5, 0) or highest > 5)
    step = next(s for s in steps if math.ceil(highest / s - 1e-9) + 1 <= most)
    return [round(step * i, 6) for i in range(math.ceil(highest / step - 1e-9) + 1)]


def highest(found: Sequence[Series]) -> float:
    """The percent that the scale must hold: the shares with some room, and the intervals of most years."""
    tops = []
    for s in found:
        shares, ends = s.share[np.isfinite(s.share)], s.high[np.isfinite(s.high)]
        tops += [float(shares.max()), min(float(np.quantile(ends, 0.8)), 1.6 * float(shares.max()))] if len(shares) else []
    return min(100.0, max(tops, default=0.0))


def _one_plot(found: Sequence[Series], width: int, plain: FontProperties) -> Figure:
    """All lines in one plot, each with its name at its end."""
    from matplotlib.figure import Figure

    line, size = line_height(plain), plain.get_size_in_points()
    room = min(widest((s.name for s in found), plain), 0.26 * width)
    names = [wrapped(s.name, room + 0.01, plain, 3) for s in found]
    ticks = percent_ticks(highest(found), 6)
    left = _MARGIN + 1.4 * line + widest((f"{t:g}" for t in ticks), plain) + 2
    right, top = width - _MARGIN - room - 0.9 * size, _MARGIN + 0.6 * line
    bottom = top + 0.42 * width
    total = bottom + 2.2 * line + (1.1 * line if any(s.is_incomplete for s in found) else 0) + _MARGIN
    figure = Figure(figsize=(width / 25.4, total / 25.4), facecolor="white")
    page = figure.add_axes((0, 0, 1, 1))
    page.set(xlim=(0, width), ylim=(total, 0))
    page.axis("off")
    plot = figure.add_axes((left / width, 1 - bottom / total, (right - left) / width, (bottom - top) / total))
    for one, colour in zip(found, SERIES, strict=False):
        _draw(plot, one, colour, size, alpha=0.15 if len(found) < 3 else 0.1)
    _axes(plot, found[0].years, ticks, right - left, plain)
    _name_axis(page, _MARGIN + 0.5 * line, (top + bottom) / 2, plain)
    ends = [_last(s) / ticks[-1] for s in found]
    wanted = [bottom - (bottom - top) * min(e, 1.0) for e in ends]
    heights = [line * len(n) * 0.9 + 0.3 * line for n in names]
    for text, colour, place, y in zip(names, SERIES, wanted, spread(wanted, heights, top - 0.5 * line, bottom + line), strict=False):
        page.plot([right + 0.1 * size, right + 0.55 * size], [place, y], color=colour, linewidth=0.6)
        for k, words in enumerate(text):
            at = y + (k - (len(text) - 1) / 2) * line * 0.9
            page.text(right + 0.7 * size, at, words, fontproperties=plain, ha="left", va="center_baseline", parse_math=False)
    _note(page, found, left, total - _MARGIN - 0.5 * line, plain)
    return figure


def _panels(found: Sequence[Series], width: int, plain: FontProperties, bold: FontProperties) -> Figure:
    """A small plot a concept; the same scale in all unless shares are too unlike."""
    from matplotlib.figure import Figure

    line = line_height(plain)
    n_columns = min(len(found), 4 if width > 100 and len(found) > 6 else 3 if width > 100 and len(found) != 4 else 2)
    tops = [highest([s]) for s in found]
    is_shared = max(tops) <= _UNLIKE * max(min(tops), 1e-9)
    ticks = [percent_ticks(max(tops) if is_shared else t, 4) for t in tops]
    label = widest((f"{t:g}" for of in ticks for t in of), plain) + 2.2
    start = _MARGIN + 1.4 * line
    side = (width - start - _MARGIN) / n_columns
    names = [wrapped(s.name, side - label - 1.5, bold, 3) for s in found]
    head = line * max(map(len, names)) + 0.4 * line
    plot_height = 0.62 * (side - label)
    step = head + plot_height + 2.2 * line
    n_rows = -(-len(found) // n_columns)
    has_note = any(s.is_incomplete for s in found)
    notes = [*([_INCOMPLETE] if has_note else []), *([] if is_shared else ["Each panel has its own scale."])]
    total = _MARGIN + n_rows * step + (1.3 * line if notes else 0) + _MARGIN
    figure = Figure(figsize=(width / 25.4, total / 25.4), facecolor="white")
    page = figure.add_axes((0, 0, 1, 1))
    page.set(xlim=(0, width), ylim=(total, 0))
    page.axis("off")
    for i, one in enumerate(found):
        left, top = start + (i % n_columns) * side + label, _MARGIN + (i // n_columns) * step + head
        wide = side - label - 1.5
        plot = figure.add_axes((left / width, 1 - (top + plot_height) / total, wide / width, plot_height / total))
        _draw(plot, one, BLUE, plain.get_size_in_points())
        _axes(plot, one.years, ticks[i], wide, plain)
        for k, words in enumerate(names[i]):
            y = top - 0.4 * line - (len(names[i]) - k - 0.5) * line
            page.text(left, y, words, fontproperties=bold, ha="left", va="center_baseline", parse_math=False)
    _name_axis(page, _MARGIN + 0.5 * line, _MARGIN + (n_rows * step) / 2, plain)
    if notes:
        page.text(start + label, total - _MARGIN - 0.4 * line, " ".join(notes), fontproperties=plain, color="#444444", va="center_baseline")
    return figure


_INCOMPLETE = "Dashed, hollow: the year is not over."


def _note(page: Axes, found: Sequence[Series], x: float, y: float, plain: FontProperties) -> None:
    if any(s.is_incomplete for s in found):
        page.text(x, y, _INCOMPLETE, fontproperties=plain, color="#444444", va="center_baseline")


def _name_axis(page: Axes, x: float, y: float, plain: FontProperties) -> None:
    page.text(x, y, "Documents of the year, %", fontproperties=plain, rotation=90, ha="center", va="center")


def _last(one: Series) -> float:
    finite = one.share[np.isfinite(one.share)]
    return float(finite[-1]) if len(finite) else 0.0


def _draw(plot: Axes, one: Series, colour: str, size: float, *, alpha: float = 0.15) -> None:
    """Band, line and points; the last stretch and point of a year that is not over are set apart."""
    whole = slice(None, -1) if one.is_incomplete else slice(None)
    plot.fill_between(one.years, one.low, one.high, color=colour, alpha=alpha, linewidth=0, zorder=1)
    mark = 0.32 * size if len(one.years) <= 15 else 0.2 * size
    plot.plot(one.years[whole], one.share[whole], color=colour, linewidth=1.0, marker="o", markersize=mark, markeredgewidth=0, zorder=3)
    if one.is_incomplete:
        plot.plot(one.years[-2:], one.share[-2:], color=colour, linewidth=1.0, linestyle=(0, (2, 1.5)), zorder=2)
        hollow = max(mark, 0.32 * size)
        plot.plot(
            one.years[-1:], one.share[-1:], marker="o", markersize=hollow, markerfacecolor="white", markeredgecolor=colour, markeredgewidth=0.8,
            clip_on=False, zorder=4,
        )  # fmt: skip


def _axes(plot: Axes, years: npt.NDArray[np.int64], ticks: Sequence[float], width: float, plain: FontProperties) -> None:
    """Whole years below, percents at the left."""
    first, last = int(years[0]), int(years[-1])
    most = max(2, int(width / widest(["2020 "], plain)) - 1)
    at = year_ticks(first, last, most)
    pad = max(0.02 * (last - first), 0.5 if first == last else 0.15)
    plot.set(xlim=(first - pad, last + pad), ylim=(0, ticks[-1]))
    plot.set_xticks(at, [str(y) for y in at], fontproperties=plain)
    plot.set_yticks(ticks, [f"{t:g}" for t in ticks], fontproperties=plain)
    plot.tick_params(axis="x", length=2, width=0.6, pad=0.5 * plain.get_size_in_points())
    plot.tick_params(axis="y", length=2, width=0.6, pad=1.5)
    plot.grid(axis="y", color=LIGHT, linewidth=0.4)
    plot.set_axisbelow(True)
    plot.patch.set_visible(False)
    for side in ("right", "top"):
        plot.spines[side].set_visible(False)
    for side in ("left", "bottom"):
        plot.spines[side].set_linewidth(0.6)
