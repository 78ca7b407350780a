"""The live forest plot: a study a line, its numbers a link to their sentence, with the pooled percentage below."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import pandas as pd
from markupsafe import Markup

from allnlp.collection.pool import PooledFindings, heterogeneity, percent
from allnlp.errors import OptionError
from allnlp.explorer.charts.drawing import (
    LINE,
    WIDTHS,
    Room,
    element,
    ground,
    line,
    linked,
    path,
    picture,
    widest,
    width_of,
    words,
    wrapped,
)
from allnlp.figures.forest import axis_range

Href = Callable[["pd.Series[Any]"], str]

_MARGIN, _GAP = 4.0, 12.0  # px
_SIDE = 13.0  # px, of the square of the largest weight
_LEAST_SIDE = 4.0
_NAME = (110.0, 190.0)  # px, of a study
_PLOT = 180.0  # px, of the marks, before names get more than the least
_MOST_LINES = 3  # of a name
_JOINED = "\N{NO-BREAK SPACE}{}\N{NO-BREAK SPACE}"  # a sign that stays with its number
_DOUBT = "\N{NO-BREAK SPACE}?"


class _Study(NamedTuple):
    """One line of the chart, its cells as they are printed."""

    name: list[str]  # in lines
    counts: str
    interval: str
    weight: str


class _Columns(NamedTuple):
    """Where columns stand, px; right edges of numbers."""

    name: float  # left edge
    counts: float  # on a telephone the left edge
    plot: tuple[float, float]
    interval: float
    weight: float | None
    is_wide: bool


def forest_chart(found: PooledFindings, *, href: Href | None = None, width: int = WIDTHS[0]) -> Markup:
    """A forest plot; on a telephone the marks of a study stand below its name. One study alone gets no pooled value.

    Args:
        found: pooled findings.
        href: where a row of ``found.rows`` leads: to its sentence.
        width: px, 640 or 360.

    Raises:
        OptionError: a width that there is not.
    """
    if width not in WIDTHS:
        raise OptionError(f"width is {width!r} px. Use one of {', '.join(map(str, WIDTHS))}.")
    columns, studies = _layout(found, width)
    heights = [_height(s, columns) for s in studies]
    top = _MARGIN + LINE + 10.0
    bottom = top + sum(heights)
    low, high = axis_range(found)
    summary = _summary(found) if found.pooled.n_studies > 1 else []
    foot = bottom + (sum(_height(s, columns) for s in summary) + 8 if summary else 0)
    plot = Room(columns.plot[0], top, columns.plot[1], foot)
    drawn, y = _head(found, columns), top
    spans = _spans(columns, [*zip(studies, heights, strict=True), *((s, _height(s, columns)) for s in summary)], len(studies), top, foot)
    drawn += _axis(plot, (low, high), spans)
    if summary:
        x = _x(plot, (low, high), 100 * found.pooled.estimate)
        diamond = bottom + 8 + _mark_at(summary[0], columns)
        drawn += [line(x, start, x, min(end, diamond), "pooled") for start, end in spans if start < bottom]
    heaviest = float(found.rows["weight"].max())
    for study, height, (_, row) in zip(studies, heights, found.rows.iterrows(), strict=True):
        drawn.append(_row(study, row, columns, Room(0, y, width, y + height), plot, (low, high), heaviest, href))
        y += height
    drawn += _below(found, summary, columns, plot, (low, high), y + 8)
    end = foot + 2.2 * LINE
    notes = _notes(found, width)
    drawn += [words(text, _MARGIN, end + (i + 0.5) * LINE + 6, kind="soft") for i, text in enumerate(notes)]
    height = end + LINE * len(notes) + (10 if notes else 4)
    return picture(width, height, "forest", f"Forest plot: {_said(found.title)}", _about(found), *drawn, has_links=href is not None)


def _layout(found: PooledFindings, width: int) -> tuple[_Columns, list[_Study]]:
    """Columns and the studies' lines; names get what numbers and plot leave."""
    rows, is_wide = found.rows, width == WIDTHS[0]
    names = _names(found)
    counts = [f"{x:,}/{n:,}" for x, n in zip(rows["n_events"], rows["n_patients"], strict=True)]
    shares = zip(rows["percent"], rows["ci_low"], rows["ci_high"], strict=True)
    intervals = [_interval(*(v / 100 for v in share)) for share in shares]
    weights = [f"{percent(w / 100)} %" for w in rows["weight"]]
    pooled = found.pooled
    count = widest([*counts, f"{pooled.n_events:,}/{pooled.n_patients:,}", "n/N"], bold=True)
    interval = widest([*intervals, _interval(pooled.estimate, pooled.ci_low, pooled.ci_high), _header(found)], bold=True)
    if is_wide:
        weight = widest([*weights, "100.0 %", "Weight"], bold=True)
        right = width - _MARGIN - weight - _GAP - interval - 1.6 * _GAP
        room = min(max(right - _PLOT - 1.6 * _GAP - count - _GAP - _MARGIN, _NAME[0]), _NAME[1])
        name = min(widest([*names, "Prediction interval"], bold=True), room)
        left = _MARGIN + name + _GAP + count + 1.6 * _GAP
        columns = _Columns(_MARGIN, left - 1.6 * _GAP, (left, right), width - _MARGIN - weight - _GAP, width - _MARGIN, is_wide=True)
    else:
        name = width - 2 * _MARGIN - interval - _GAP
        columns = _Columns(_MARGIN, _MARGIN, (_MARGIN + count + 1.6 * _GAP, width - 14), width - _MARGIN, None, is_wide=False)
    lines = [wrapped(text, name, _MOST_LINES) for text in names]
    return columns, [_Study(*cells) for cells in zip(lines, counts, intervals, weights, strict=True)]


def _names(found: PooledFindings) -> list[str]:
    """Names of studies, with the grade where grades differ and a question mark where a person should look."""
    rows = found.rows
    grades = [_said(g) if isinstance(g, str) else "not said" for g in rows["grade"]]
    is_mixed = len(set(grades)) > 1
    asked = f"{_said(found.title)},"
    said = [f" ({g})" if is_mixed and f"grade {g}," not in asked else "" for g in grades]
    return [f"{name}{grade}{_DOUBT if doubt else ''}" for name, grade, doubt in zip(rows["studlab"], said, _doubts(found), strict=True)]


def _doubts(found: PooledFindings) -> list[bool]:
    rows = found.rows
    return [bool(d) for d in rows["needs_review"]] if "needs_review" in rows else [False] * len(rows)


def _summary(found: PooledFindings) -> list[_Study]:
    pooled = found.pooled
    interval = _interval(pooled.estimate, pooled.ci_low, pooled.ci_high)
    lines = [_Study(["Random effects"], f"{pooled.n_events:,}/{pooled.n_patients:,}", interval, "100.0 %")]
    if pooled.n_studies > 2:
        lines.append(_Study(["Prediction interval"], "", f"[{percent(pooled.pi_low)}; {percent(pooled.pi_high)}]", ""))
    return lines


def _height(study: _Study, columns: _Columns) -> float:
    return LINE * len(study.name) + (8 if columns.is_wide else LINE + 10)


def _mark_at(study: _Study, columns: _Columns) -> float:
    """How far below the upper edge of a line its marks are."""
    return 4 + LINE * (len(study.name) / 2 if columns.is_wide else len(study.name) + 0.5)


def _cells(study: _Study, columns: _Columns, y: float, kind: str | None = None) -> list[Markup]:
    """The words of a line that begins at a height."""
    mark = y + _mark_at(study, columns)
    first = mark if columns.is_wide else y + 4 + LINE / 2
    name_kind = f"name {kind}" if kind else "name"
    drawn = [words(text, columns.name, y + 4 + (i + 0.5) * LINE, kind=name_kind) for i, text in enumerate(study.name)]
    if study.counts:
        drawn.append(words(study.counts, columns.counts, mark, anchor="end" if columns.is_wide else None, kind=kind))
    drawn.append(words(study.interval, columns.interval, first, anchor="end", kind=kind))
    if columns.weight is not None and study.weight:
        drawn.append(words(study.weight, columns.weight, mark, anchor="end", kind=kind))
    return drawn


def _row(
    study: _Study,
    row: pd.Series[Any],
    columns: _Columns,
    line_room: Room,
    plot: Room,
    scale: tuple[float, float],
    heaviest: float,
    href: Href | None,
) -> Markup:
    """A study: its words, the square that its weight sizes, and the interval."""
    y = line_room.top + _mark_at(study, columns)
    middle, low, high = (_x(plot, scale, float(row[name])) for name in ("percent", "ci_low", "ci_high"))
    side = max(_SIDE * (float(row["weight"]) / heaviest) ** 0.5, _LEAST_SIDE)
    marks = [
        line(low, y, high, y, "interval"),
        element("rect", x=middle - side / 2, y=y - side / 2, width=side, height=side, class_="square"),
    ]
    label = f"{row['studlab']}: {row['n_events']:,} of {row['n_patients']:,} patients, {percent(row['percent'] / 100)} %, "
    label += f"interval {percent(row['ci_low'] / 100)} to {percent(row['ci_high'] / 100)} %, weight {percent(row['weight'] / 100)} %"
    label += ", to review" if row.get("needs_review", False) else ""
    said = element("g", *_cells(study, columns, line_room.top), aria_hidden="true")  # the words of the link say the same and more
    return element("g", said, linked(None if href is None else href(row), label, *marks, ground(line_room)), class_="study")


def _below(
    found: PooledFindings, summary: Sequence[_Study], columns: _Columns, plot: Room, scale: tuple[float, float], y: float
) -> list[Markup]:
    """The diamond of the pooled percentage and the bar of the prediction interval, each with its words."""
    pooled, drawn = found.pooled, []
    for i, study in enumerate(summary):
        middle = y + _mark_at(study, columns)
        ends = (pooled.ci_low, pooled.ci_high) if i == 0 else (pooled.pi_low, pooled.pi_high)
        left, right = (_x(plot, scale, 100 * end) for end in ends)
        if i == 0:
            at = _x(plot, scale, 100 * pooled.estimate)
            corners = [(left, middle), (at, middle - 7), (right, middle), (at, middle + 7)]
            drawn.append(element("path", d=path(corners, closed=True), class_="diamond"))
        else:
            drawn.append(line(left, middle, right, middle, "prediction"))
        drawn += _cells(study, columns, y, "strong" if i == 0 else "soft")
        y += _height(study, columns)
    return drawn


def _head(found: PooledFindings, columns: _Columns) -> list[Markup]:
    """Names of the columns; on a telephone that of the numbers is left to the axis."""
    y = _MARGIN + LINE / 2
    drawn = [words("Study" if columns.is_wide else "Study, n/N", columns.name, y, kind="head")]
    drawn.append(words(_header(found), columns.interval, y, anchor="end", kind="head"))
    if columns.weight is not None:
        drawn.append(words("n/N", columns.counts, y, anchor="end", kind="head"))
        drawn.append(words("Weight", columns.weight, y, anchor="end", kind="head"))
    return [*drawn, line(_MARGIN, y + LINE / 2 + 4, columns.weight or columns.interval, y + LINE / 2 + 4, "axis")]


def _spans(columns: _Columns, lines: Sequence[tuple[_Study, float]], n: int, top: float, foot: float) -> list[tuple[float, float]]:
    """Heights that have marks: all on a page; on a telephone the lower part of each line, so that nothing runs through words."""
    if columns.is_wide:
        return [(top, foot)]
    found, y = [], top
    for i, (study, height) in enumerate(lines):
        y += 8 if i == n else 0
        found.append((y + 4 + LINE * len(study.name), y + height))
        y += height
    return found


def _axis(plot: Room, scale: tuple[float, float], spans: Sequence[tuple[float, float]]) -> list[Markup]:
    """Percent below the plot, at round numbers, as many as there is room for."""
    low, high = scale
    most = (plot.right - plot.left) / (width_of("100") + 10)
    step = next((s for s in (1, 2, 5, 10, 20, 25, 50) if (high - low) / s <= most and (high - low) % s == 0), high - low)
    drawn = [line(plot.left, plot.bottom, plot.right, plot.bottom, "axis")]
    for tick in [low + step * i for i in range(round((high - low) / step) + 1)]:
        x = _x(plot, scale, tick)
        drawn += [line(x, start, x, end, "grid") for start, end in spans]
        drawn.append(line(x, plot.bottom, x, plot.bottom + 4, "axis"))
        drawn.append(words(f"{tick:g}", x, plot.bottom + 6 + LINE / 2, anchor="middle", kind="soft"))
    middle = (plot.left + plot.right) / 2
    return [*drawn, words("Patients, %", middle, plot.bottom + 6 + 1.5 * LINE, anchor="middle", kind="soft")]


def _notes(found: PooledFindings, width: int) -> list[str]:
    """Heterogeneity, and what the question mark is."""
    pooled, said = found.pooled, []
    if pooled.n_studies > 1:
        how = pooled.method + (", Hartung-Knapp" if pooled.adjust else "")
        numbers = heterogeneity(pooled).replace(" = ", _JOINED.format("=")).replace(" < ", _JOINED.format("<"))
        said.append(f"Heterogeneity ({how}): {numbers}")
    if any(_doubts(found)):
        said.append("? A person should look at this number.")
    return [text for one in said for text in wrapped(one, width - 2 * _MARGIN, 2)]


def _about(found: PooledFindings) -> str:
    pooled, n = found.pooled, found.pooled.n_studies
    if n < 2:
        return "1 study, which is not pooled."
    return (
        f"{n} studies, {pooled.n_events:,} of {pooled.n_patients:,} patients; pooled {percent(pooled.estimate)} %,"
        f" interval {percent(pooled.ci_low)} to {percent(pooled.ci_high)} %."
    )


def _x(plot: Room, scale: tuple[float, float], value: float) -> float:
    low, high = scale
    return plot.x((value - low) / (high - low))


def _interval(share: float, low: float, high: float) -> str:
    return f"{percent(share)} [{percent(low)}; {percent(high)}]"


def _header(found: PooledFindings) -> str:
    return f"% [{100 * found.pooled.level:g} % CI]"


def _said(grade: str) -> str:
    return grade.replace(">=", "≥").replace("<=", "≤")
