"""Two sets of documents side by side: the share of each that names a concept, joined by a line, with the difference in words."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Literal, NamedTuple

import pandas as pd
from markupsafe import Markup

from allnlp.errors import OptionError
from allnlp.explorer.charts.drawing import (
    LINE,
    WIDTHS,
    Room,
    counted,
    element,
    ground,
    line,
    linked,
    path,
    picture,
    share_said,
    widest,
    width_of,
    words,
    wrapped,
)  # fmt: skip
from allnlp.figures.difference import points_text
from allnlp.figures.lettering import flowed, told_apart
from allnlp.figures.trend import percent_ticks

Side = Literal[1, 2]
Href = Callable[["pd.Series[Any]", Side], str]

_MARGIN, _GAP = 4.0, 12.0  # px
_NAME = 170.0  # px, of a concept at most
_BESIDE = 10.0  # px, from a mark to its words
_HEADER = "Difference, points"
_INTERVAL = "(95 % interval)"


class _Row(NamedTuple):
    """One concept, its cells as they are printed."""

    name: list[str]  # in lines
    shares: tuple[float, float]
    difference: str
    is_clear: bool  # the interval holds no 0
    height: float
    row: pd.Series[Any]


class _Layout(NamedTuple):
    """Where things stand, px."""

    width: float
    plot: tuple[float, float]
    difference: float  # right edge
    highest: float  # percent, at the right end of the plot
    is_wide: bool
    level: str  # what is counted: document, section or sentence


def difference_chart(
    frame: pd.DataFrame,
    *,
    href: Href | None = None,
    top: int = 20,
    names: tuple[str, str] = ("Set 1", "Set 2"),
    level: str = "document",
    width: int = WIDTHS[0],
) -> Markup:
    """Two points a concept in the order of the table; empty where it has no row.

    Args:
        frame: one row a concept, see ``collection.trend.compare``.
        href: where a row and one of its sets, 1 or 2, lead; a set that does not name the concept leads nowhere.
        top: concepts at most.
        names: of the two sets, for the legend.
        level: of the count: document, section or sentence.
        width: px, 640 or 360.

    Raises:
        OptionError: a width or number of concepts that there is not.
    """
    if width not in WIDTHS:
        raise OptionError(f"width is {width!r} px. Use one of {', '.join(map(str, WIDTHS))}.")
    if top < 1:
        raise OptionError(f"top is {top}. Give the number of concepts, at least 1.")
    shown = frame.head(top)
    if shown.empty:
        return Markup("")
    layout, rows = _layout(shown, width, level)
    legend, y = _legend(names, layout)
    start = y
    foot = start + sum(r.height for r in rows) + 4
    plot = Room(layout.plot[0], start, layout.plot[1], foot)
    drawn = [*legend, *_axis(plot, layout)]
    for row in rows:
        drawn += _concept(row, Room(0, y, width, y + row.height), plot, layout, names, href)
        y += row.height
    totals = " and ".join(counted(int(shown[c].iloc[0]), level) for c in ("total_1", "total_2"))
    kept = f"{len(shown)} of {len(frame)} concepts" if len(shown) < len(frame) else counted(len(shown), "concept")
    about = f"{kept}; {names[0]} and {names[1]} have {totals}."
    end = foot + 2.2 * LINE + 4
    note = f"Difference: {names[0]} minus {names[1]}, in percentage points; bold where its interval holds no 0."
    notes = wrapped(note, width - 2 * _MARGIN, 3)
    drawn += [words(text, _MARGIN, end + (i + 0.5) * LINE, kind="soft") for i, text in enumerate(notes)]
    height = end + len(notes) * LINE + 4
    return picture(width, height, "difference", "Shares of two sets of documents", about, *drawn, has_links=href is not None)


def _layout(frame: pd.DataFrame, width: int, level: str) -> tuple[_Layout, list[_Row]]:
    """Columns and rows; on a telephone the difference stands below the name and the marks below both."""
    is_wide = width == WIDTHS[0]
    names = told_apart([str(n) for n in frame["name"]], [str(of) for of in frame["label"]])
    differences = zip(frame["difference"], frame["ci_low"], frame["ci_high"], strict=True)
    said = [f"{points_text(d)} ({points_text(low)} to {points_text(high)})" for d, low, high in differences]
    shares = [(float(a), float(b)) for a, b in zip(frame["share_1"], frame["share_2"], strict=True)]
    beside = widest([share_said(s) for pair in shares for s in pair]) + _BESIDE + 2
    difference = max(widest(said, bold=True), widest([_HEADER, _INTERVAL], bold=True))
    room = min(widest(names), _NAME) if is_wide else width - 2 * _MARGIN
    left = _MARGIN + (room + _GAP if is_wide else 0) + beside
    right = width - _MARGIN - (difference + _GAP if is_wide else 0) - beside
    highest = 100 * max(max(pair) for pair in shares)
    layout = _Layout(width, (left, right), width - _MARGIN, highest or 1.0, is_wide, level)
    rows = []
    for name, words_said, pair, (_, row) in zip(names, said, shares, frame.iterrows(), strict=True):
        lines = wrapped(name, room, 2)
        height = max(LINE * len(lines) + 8, 26) if is_wide else LINE * (len(lines) + 2) + 18
        is_clear = bool(row["ci_low"] > 0 or row["ci_high"] < 0)
        rows.append(_Row(lines, pair, words_said, is_clear, height, row))
    return layout, rows


def _legend(names: tuple[str, str], layout: _Layout) -> tuple[list[Markup], float]:
    """The marks of the sets with their names, the head of the differences, and where the rows begin."""
    room = (layout.difference - width_of(_HEADER, bold=True) - 2 * _GAP if layout.is_wide else layout.width - 2 * _MARGIN) - _MARGIN
    said = [" ".join(wrapped(name, room - 24, 1)) for name in names]
    places = flowed([24 + width_of(text) + _GAP for text in said], room)
    drawn = []
    for side, text, (x, row) in zip((1, 2), said, places, strict=True):
        middle = _MARGIN + (row + 0.5) * LINE
        drawn += [_mark(1 if side == 1 else 2, _MARGIN + x + 8, middle), words(text, _MARGIN + x + 22, middle)]
    lines = max(row for _, row in places) + 1
    if layout.is_wide:
        for i, text in enumerate((_HEADER, _INTERVAL)):
            drawn.append(words(text, layout.difference, _MARGIN + (i + 0.5) * LINE, anchor="end", kind="head"))
        lines = max(lines, 2)
    else:
        drawn.append(words(f"{_HEADER} {_INTERVAL}", _MARGIN, _MARGIN + (lines + 0.5) * LINE, kind="head"))
        lines += 1
    return drawn, _MARGIN + lines * LINE + 8


def _axis(plot: Room, layout: _Layout) -> list[Markup]:
    """Percent below the plot."""
    ticks = [t for t in percent_ticks(layout.highest, max(3, int((plot.right - plot.left) / 34) + 1)) if t <= layout.highest]
    drawn = []
    for tick in ticks:
        x = plot.x(tick / layout.highest)
        drawn.append(line(x, plot.top, x, plot.bottom, "grid"))
        drawn.append(words(f"{tick:g}", x, plot.bottom + 4 + LINE / 2, anchor="middle", kind="soft"))
    drawn.append(line(plot.left, plot.bottom, plot.right, plot.bottom, "axis"))
    middle, name = (plot.left + plot.right) / 2, f"{layout.level.capitalize()}s, %"
    return [*drawn, words(name, middle, plot.bottom + 4 + 1.5 * LINE, anchor="middle", kind="soft")]


def _concept(row: _Row, room: Room, plot: Room, layout: _Layout, names: tuple[str, str], href: Href | None) -> list[Markup]:
    """Name, marks with their shares, line between them and difference of one concept."""
    kind = "strong over" if row.is_clear else "over"
    if layout.is_wide:
        middle = (room.top + room.bottom) / 2
        first = middle - (len(row.name) - 1) / 2 * LINE
        said = words(row.difference, layout.difference, middle, anchor="end", kind=kind)
    else:
        first = room.top + 4 + LINE / 2
        said = words(row.difference, _MARGIN, first + len(row.name) * LINE, kind=kind)
        middle = first + (len(row.name) + 1) * LINE + 4
    drawn = [words(text, _MARGIN, first + i * LINE, kind="name over") for i, text in enumerate(row.name)]
    xs = [plot.x(min(100 * share / layout.highest, 1.0)) for share in row.shares]
    left = 0 if xs[0] <= xs[1] else 1
    between = (xs[0] + xs[1]) / 2
    drawn.append(line(xs[0], middle, xs[1], middle, "between"))
    for i in (1, 0):  # the dot of the first set lies upon the diamond of the second
        is_left = i == left
        text = share_said(row.shares[i])
        start = xs[i] - _BESIDE - width_of(text) if is_left else between
        end = between if is_left else xs[i] + _BESIDE + width_of(text)
        hit = ground(Room(start, middle - 12, end, middle + 12))
        side: Side = 1 if i == 0 else 2
        share = words(text, xs[i] + (-_BESIDE if is_left else _BESIDE), middle, anchor="end" if is_left else None, kind="soft over")
        n, total = int(row.row[f"n_{side}"]), int(row.row[f"total_{side}"])
        label = f"{' '.join(row.name)}, {names[i]}: {n:,} of {counted(total, layout.level)}, {text}"
        drawn.append(linked(href(row.row, side) if href is not None and n else None, label, hit, share, _mark(side, xs[i], middle)))
    return [*drawn, said]


def _mark(side: Side, x: float, y: float) -> Markup:
    """A dot for the first set, an open diamond for the second: told apart by shape, and where one covers the other."""
    if side == 1:
        return element("circle", cx=x, cy=y, r=4, class_="mark-1")
    return element("path", d=path([(x - 7, y), (x, y - 7), (x + 7, y), (x, y + 7)], closed=True), class_="mark-2")
