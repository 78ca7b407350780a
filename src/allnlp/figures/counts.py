"""Bars of how many documents mention each concept, with the share and its interval."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import pandas as pd

from allnlp.errors import NothingFound, OptionError
from allnlp.figures.lettering import extent, flowed, letter_size, line_height, told_apart, widest, wrapped
from allnlp.figures.output import MM, font, need_matplotlib
from allnlp.figures.palette import BLUE, GREY, LABEL_COLOURS

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from matplotlib.font_manager import FontProperties

_MARGIN = 2.0  # mm
_TIGHT = 0.82  # of a line: lines of one name
_HAIR = 0.01  # mm, so that rounding breaks no line
_MANY_FOLD = 200  # a count so many times the least: then the axis is logarithmic, and points take the place of bars


class _Bar(NamedTuple):
    """One concept."""

    name: list[str]  # in lines
    n: int
    low: float  # documents, from the interval of the share
    high: float
    said: str
    colour: str


def counts(frame: pd.DataFrame, *, top: int | None = None, log: bool | None = None, width: int = 183, family: str | None = None) -> Figure:
    """Documents that mention each concept, most first; the whisker is the interval of the share.

    Args:
        frame: one row a concept, see ``collection.trend.counts``.
        top: the most frequent ones only.
        log: a logarithmic axis, on which points stand for bars; by default where counts are very unlike.
        width: mm, 89 or 183: one or two columns of a journal.
        family: font, as Arial; by default the one that comes with matplotlib, so that the bytes are the same everywhere.

    Raises:
        OptionError: a width, top or font that there is not.
        NothingFound: no concept.
        ExtraMissing: matplotlib is not installed.
    """
    need_matplotlib()
    from matplotlib.figure import Figure

    plain = font(family, letter_size(width))
    if top is not None and top < 1:
        raise OptionError(f"top is {top}. Give the number of concepts, at least 1.")
    shown = ranked(frame).head(len(frame) if top is None else top)
    if shown.empty:
        raise NothingFound("no concept is mentioned, so that there is nothing to draw. Ask for another label, or with fewer filters.")
    line, gap = line_height(plain), 0.3 * plain.get_size_in_points()
    labels = shown["label"].tolist()
    texts = told_apart(shown["name"].tolist(), labels)
    names = min(widest(texts, plain), 0.38 * width)
    bars = _bars(shown, [wrapped(t, names + _HAIR, plain, 2) for t in texts])
    legend = [(of.lower().replace("_", " "), LABEL_COLOURS.get(of, GREY)) for of in sorted(set(labels))] if len(set(labels)) > 1 else []
    height = line * (1.3 if max(len(b.name) for b in bars) == 1 else 0.25 + 2 * _TIGHT)
    bottom = _MARGIN + height * len(bars)
    places = flowed([2.2 * line + extent(of, plain) for of, _ in legend], width - 2 * _MARGIN)
    total = bottom + line * (2.9 + (0.3 + 1.1 * (places[-1][1] + 1) if legend else 0)) + _MARGIN
    figure = Figure(figsize=(width / 25.4, total / 25.4), facecolor="white")
    page = figure.add_axes((0, 0, 1, 1))
    page.set(xlim=(0, width), ylim=(total, 0))
    page.axis("off")
    left = _MARGIN + names + gap
    is_log = bars[0].n >= _MANY_FOLD * max(bars[-1].n, 1) if log is None else log
    said = widest((b.said for b in bars), plain)
    right = width - _MARGIN - said - gap
    plot = figure.add_axes((left / width, 1 - bottom / total, (right - left) / width, (bottom - _MARGIN) / total))
    low = min(max(b.low, b.n / 10) for b in bars) / 1.1 if is_log else 0.0
    plot.set(xlim=(low, max(b.high for b in bars)), ylim=(len(bars) - 0.5, -0.5), xscale="log" if is_log else "linear")
    for i, bar in enumerate(bars):
        _draw(plot, i, bar, is_log=is_log)
        y = _MARGIN + (i + 0.5) * height
        for k, text in enumerate(bar.name):
            at = y + (k - (len(bar.name) - 1) / 2) * line * _TIGHT
            page.text(left - gap, at, text, fontproperties=plain, ha="right", va="center_baseline", parse_math=False)
        end = left + (right - left) * float(plot.transLimits.transform(plot.transScale.transform((bar.high, 0)))[0])
        page.text(end + gap, y, bar.said, fontproperties=plain, ha="left", va="center_baseline", parse_math=False)
    of_all = f"Documents (% of {int(shown['n_total'].iloc[0]):,}), with 95% interval"
    _axis(plot, right - left, plain, of_all, is_log=is_log)
    for (of, shade), (x, row) in zip(legend, places, strict=True):
        y = total - _MARGIN - (places[-1][1] - row) * 1.1 * line - line / 2
        page.plot([_MARGIN + x + line / 2], [y], marker="s", markersize=0.6 * line * MM, color=shade, markeredgewidth=0)
        page.text(_MARGIN + x + 1.2 * line, y, of, fontproperties=plain, va="center_baseline")
    return figure


def ranked(frame: pd.DataFrame) -> pd.DataFrame:
    """Concepts that a document mentions, most first; ties by name.

    >>> ranked(pd.DataFrame({"concept_id": ["x:1", "x:2", "x:3"], "name": ["b", "a", "c"], "n_documents": [4, 4, 0]}))["name"].tolist()
    ['a', 'b']
    """
    found = frame[frame["n_documents"] > 0]
    return found.sort_values(["n_documents", "name", "concept_id"], ascending=[False, True, True], kind="stable").reset_index(drop=True)


def share_text(share: float) -> str:
    """A share as percent, with a digit more where it is small.

    >>> share_text(0.1396), share_text(0.0123), share_text(0.0004), share_text(0.0), share_text(1e-6)
    ('14%', '1.2%', '0.04%', '0%', '<0.01%')
    """
    percent = 100 * share
    if percent < 0.005:
        return "<0.01%" if percent > 0 else "0%"
    return f"{percent:.0f}%" if percent >= 9.95 else f"{percent:.1f}%" if percent >= 0.095 else f"{percent:.2f}%"


def _bars(shown: pd.DataFrame, names: list[list[str]]) -> list[_Bar]:
    has_labels = shown["label"].nunique() > 1
    columns = (shown[c] for c in ("label", "n_documents", "share", "ci_low", "ci_high", "n_total"))
    cells = zip(names, *columns, strict=True)
    return [
        _Bar(
            name, int(n), float(low) * total, float(high) * total, f"{n:,} ({share_text(share)})",
            LABEL_COLOURS.get(label, GREY) if has_labels else BLUE,
        )
        for name, label, n, share, low, high, total in cells
    ]  # fmt: skip


def _draw(plot: Axes, place: int, bar: _Bar, *, is_log: bool) -> None:
    if is_log:
        low = max(bar.low, bar.n / 10)
        plot.plot([low, bar.high], [place, place], color=bar.colour, linewidth=1.0, solid_capstyle="butt", clip_on=False)
        plot.plot([bar.n], [place], marker="o", markersize=4, color=bar.colour, markeredgewidth=0, clip_on=False)
        return
    plot.barh(place, bar.n, height=0.68, color=bar.colour, linewidth=0, zorder=2)
    plot.plot([bar.low, bar.high], [place, place], color="black", linewidth=0.6, solid_capstyle="butt", clip_on=False, zorder=3)


def _axis(plot: Axes, width: float, plain: FontProperties, name: str, *, is_log: bool) -> None:
    """Whole documents below the plot; as many ticks as there is room for."""
    low, high = plot.get_xlim()
    most = max(2, int(width / (plain.get_size_in_points() * 1.3)))
    if is_log:
        ticks = [10.0**p for p in range(10) if low <= 10.0**p <= high]
    else:
        step = next(s * 10**p for p in range(9) for s in (1, 2, 5) if high / (s * 10**p) <= most)
        ticks = [float(step * i) for i in range(int(high // step) + 1)]
    plot.minorticks_off()
    plot.set_yticks([])
    plot.set_xticks(ticks, [f"{t:,.0f}" for t in ticks], fontproperties=plain)
    plot.tick_params(axis="x", length=2.5, width=0.6, pad=2)
    plot.set_xlabel(name, fontproperties=plain, labelpad=2, loc="left")
    plot.patch.set_visible(False)
    for side in ("right", "top", *(("left",) if is_log else ())):
        plot.spines[side].set_visible(False)
    for side in ("left", "bottom"):
        plot.spines[side].set_linewidth(0.6)
