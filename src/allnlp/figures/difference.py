"""Two sets of documents side by side: the share of each that names a concept, and the difference with its interval."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import pandas as pd

from allnlp.errors import NothingFound, OptionError
from allnlp.figures.counts import share_text
from allnlp.figures.lettering import extent, flowed, letter_size, line_height, told_apart, widest, wrapped
from allnlp.figures.output import font, need_matplotlib
from allnlp.figures.palette import BLUE, GREY, LIGHT, VERMILION
from allnlp.figures.trend import percent_ticks

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from matplotlib.font_manager import FontProperties

_MARGIN = 2.0  # mm
_TIGHT = 0.82  # of a line: lines of one name
_HAIR = 0.01  # mm, so that rounding breaks no line
_HEAD = ("Difference, points", "(95% interval)")
_MARKS: tuple[dict[str, Any], dict[str, Any]] = (
    {"marker": "o", "color": BLUE, "markeredgewidth": 0, "zorder": 4},
    {"marker": "D", "markerfacecolor": "white", "markeredgecolor": VERMILION, "markeredgewidth": 1.0, "zorder": 3},
)  # told apart by shape, too
_SIZES = (0.55, 0.62)  # of the marks, in sizes of the font


class _Row(NamedTuple):
    """One concept."""

    name: list[str]  # in lines
    shares: tuple[float, float]  # percent
    said: tuple[str, str]
    difference: str
    is_clear: bool  # the interval holds no 0


def difference(
    frame: pd.DataFrame,
    *,
    names: tuple[str, str] = ("set 1", "set 2"),
    top: int = 20,
    level: str = "document",
    width: int = 183,
    family: str | None = None,
) -> Figure:
    """Two points a concept, joined by a line, in the order of the table: the largest differences first.

    The difference is that of the first set minus the second, in percentage points; bold where its interval holds no 0.

    Args:
        frame: one row a concept, see ``collection.trend.compare``.
        names: of the two sets, for the legend.
        top: concepts at most.
        level: what is counted: document, section or sentence.
        width: mm, 89 or 183: one or two columns of a journal.
        family: font, as Arial; by default the one that comes with matplotlib, so that the bytes are the same everywhere.

    Raises:
        OptionError: a width, top or font that there is not.
        NothingFound: no concept.
        ExtraMissing: matplotlib is not installed.
    """
    need_matplotlib()
    from matplotlib.figure import Figure

    plain, bold = font(family, letter_size(width)), font(family, letter_size(width), bold=True)
    if top < 1:
        raise OptionError(f"top is {top}. Give the number of concepts, at least 1.")
    shown = frame.head(top)
    if shown.empty:
        raise NothingFound("no concept is named in the two sets, so that there is nothing to draw. Ask for another label, or with fewer filters.")
    line, gap = line_height(plain), 0.3 * plain.get_size_in_points()
    texts = told_apart([str(n) for n in shown["name"]], [str(of) for of in shown["label"]])
    room = min(widest(texts, plain), 0.3 * width)
    rows = _rows(shown, [wrapped(text, room + _HAIR, plain, 2) for text in texts])
    last = max(widest((r.difference for r in rows), bold), widest(_HEAD, bold))
    beside = widest((text for r in rows for text in r.said), plain) + 1.5 * gap
    left, right = _MARGIN + room + gap + beside, width - _MARGIN - last - gap - beside
    height = line * (1.4 if max(len(r.name) for r in rows) == 1 else 0.4 + 2 * _TIGHT)
    legend = _legend(names, shown, level, width - 2 * _MARGIN, plain)
    top_of_rows = _MARGIN + line * (1.1 * (legend[-1][3] + 1) + 2.5)
    bottom = top_of_rows + height * len(rows)
    total = bottom + line * 2.9 + _MARGIN
    figure = Figure(figsize=(width / 25.4, total / 25.4), facecolor="white")
    page = figure.add_axes((0, 0, 1, 1))
    page.set(xlim=(0, width), ylim=(total, 0))
    page.axis("off")
    for side, text, x, at in legend:
        y = _MARGIN + (at + 0.5) * 1.1 * line
        page.plot([_MARGIN + x + line / 2], [y], linestyle="", markersize=_SIZES[side] * plain.get_size_in_points(), **_MARKS[side])
        page.text(_MARGIN + x + 1.2 * line, y, text, fontproperties=plain, va="center_baseline", parse_math=False)
    for i, text in enumerate(_HEAD):
        page.text(width - _MARGIN, top_of_rows - (1.8 - i) * line, text, fontproperties=bold, ha="right", va="center_baseline")
    plot = figure.add_axes((left / width, 1 - bottom / total, (right - left) / width, (bottom - top_of_rows) / total))
    highest = max(max(r.shares) for r in rows) or 1.0
    plot.set(xlim=(0, highest), ylim=(len(rows) - 0.5, -0.5))
    _axis(plot, right - left, highest, f"{level.capitalize()}s, %", plain)
    for i, row in enumerate(rows):
        y = top_of_rows + (i + 0.5) * height
        for k, text in enumerate(row.name):
            at_line = y + (k - (len(row.name) - 1) / 2) * line * _TIGHT
            page.text(_MARGIN, at_line, text, fontproperties=plain, va="center_baseline", parse_math=False)
        page.text(width - _MARGIN, y, row.difference, fontproperties=bold if row.is_clear else plain, ha="right", va="center_baseline")
        _draw(plot, i, row, plain.get_size_in_points())
        first = 0 if row.shares[0] <= row.shares[1] else 1
        for side in (0, 1):
            x = left + (right - left) * row.shares[side] / highest
            is_left = side == first
            page.text(x + (-1 if is_left else 1) * gap, y, row.said[side], fontproperties=plain, ha="right" if is_left else "left", va="center_baseline")
    return figure


def points_text(points: float) -> str:
    """A difference of shares (-1 to 1) in percentage points, with its sign; never -0.

    >>> points_text(0.1234), points_text(-0.041), points_text(-1e-9)
    ('+12.3', '−4.1', '0.0')
    """
    rounded = round(100 * points, 1)
    return f"{rounded:+.1f}".replace("-", "−") if rounded else "0.0"


def _rows(shown: pd.DataFrame, names: list[list[str]]) -> list[_Row]:
    cells = zip(names, *(shown[c] for c in ("share_1", "share_2", "difference", "ci_low", "ci_high")), strict=True)
    return [
        _Row(
            name, (100 * float(a), 100 * float(b)), (share_text(float(a)), share_text(float(b))),
            f"{points_text(d)} ({points_text(low)} to {points_text(high)})", bool(low > 0 or high < 0),
        )
        for name, a, b, d, low, high in cells
    ]  # fmt: skip


def _legend(names: tuple[str, str], shown: pd.DataFrame, level: str, room: float, plain: FontProperties) -> list[tuple[int, str, float, int]]:
    """The sets with their marks: number, words with how many they hold, place from the left (mm) and line."""
    line = line_height(plain)
    totals = (int(shown["total_1"].iloc[0]), int(shown["total_2"].iloc[0]))
    said = [f"{name} ({n:,} {level}{'' if n == 1 else 's'})" for name, n in zip(names, totals, strict=True)]
    said = [" ".join(wrapped(text, room - 1.2 * line, plain, 1)) for text in said]
    places = flowed([2.2 * line + extent(text, plain) for text in said], room)
    return [(side, text, x, at) for side, (text, (x, at)) in enumerate(zip(said, places, strict=True))]


def _draw(plot: Axes, place: int, row: _Row, points: float) -> None:
    plot.plot(row.shares, [place, place], color=GREY, linewidth=0.9, solid_capstyle="butt", zorder=2, clip_on=False)
    for share, mark, size in zip(row.shares, _MARKS, _SIZES, strict=True):
        plot.plot([share], [place], linestyle="", markersize=size * points, clip_on=False, **mark)


def _axis(plot: Axes, width: float, highest: float, name: str, plain: FontProperties) -> None:
    """Percent below the plot; as many ticks as there is room for."""
    ticks = [t for t in percent_ticks(highest, max(3, int(width / (plain.get_size_in_points() * 1.2)) + 1)) if t <= highest]
    plot.set_yticks([])
    plot.set_xticks(ticks, [f"{t:g}" for t in ticks], fontproperties=plain)
    plot.tick_params(axis="x", length=2.5, width=0.6, pad=2)
    plot.grid(axis="x", color=LIGHT, linewidth=0.5, zorder=0)
    plot.set_axisbelow(True)
    plot.set_xlabel(name, fontproperties=plain, labelpad=2)
    plot.patch.set_visible(False)
    for side in ("left", "right", "top"):
        plot.spines[side].set_visible(False)
    plot.spines["bottom"].set_linewidth(0.6)
