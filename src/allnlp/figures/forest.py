"""Forest plot of pooled findings: a line a study with its numbers, a square sized by weight, a diamond for the pooled percentage."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from allnlp.collection.pool import PooledFindings, heterogeneity, percent
from allnlp.errors import OptionError
from allnlp.figures.lettering import widest, wrapped
from allnlp.figures.output import MM, WIDTHS, font, need_matplotlib

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from matplotlib.font_manager import FontProperties

_BLUE, _VERMILION, _GREY = "#0072B2", "#D55E00", "#767676"  # Okabe and Ito; told apart by anyone, and in grey
_UPPER = (5, 10, 20, 30, 40, 50, 60, 80, 100)
_LOWER = (0, 50, 60, 80, 90)
_MARGIN = 2.0  # mm
_LEAST_PLOT, _LEAST_NAME = 0.2, 0.16  # of the width
_WEIGHT = "Weight"
_MOST_LINES = 3  # of a study's name


class _Line(NamedTuple):
    """One line of the figure; its cells as they are printed."""

    study: tuple[str, ...]
    grade: str
    cases: str
    interval: str
    weight: str
    y: float  # mm from the top, middle


class _Layout(NamedTuple):
    """Where things stand, mm from the upper left corner."""

    width: float
    height: float
    line: float
    title: tuple[str, ...]
    header: float
    lines: tuple[_Line, ...]
    below: tuple[_Line, ...]  # pooled, prediction interval
    bottom: float  # of the plot
    study: float
    grade: float | None
    cases: float  # right edge
    interval: float  # right edge
    plot: tuple[float, float]
    weight: float  # right edge


def forest(found: PooledFindings, *, width: int = 183, family: str | None = None) -> Figure:
    """A forest plot; its height follows from the number of studies. One study alone gets no pooled value.

    Args:
        found: pooled findings.
        width: mm, 89 or 183: one or two columns of a journal.
        family: font, as Arial; by default the one that comes with matplotlib, so that the bytes are the same everywhere.

    Raises:
        OptionError: a width or font that there is not.
        ExtraMissing: matplotlib is not installed.
    """
    need_matplotlib()
    from matplotlib.figure import Figure

    if width not in WIDTHS:
        raise OptionError(f"width is {width!r} mm. Use one of {', '.join(map(str, WIDTHS))}.")
    size = 8.0 if width == WIDTHS[1] else 5.5
    plain, bold = font(family, size), font(family, size, bold=True)
    layout = _layout(found, width, plain, bold)
    figure = Figure(figsize=(width / 25.4, layout.height / 25.4), facecolor="white")
    page = figure.add_axes((0, 0, 1, 1))
    page.set(xlim=(0, width), ylim=(layout.height, 0))
    page.axis("off")
    _print(page, found, layout, plain, bold)
    left, right = layout.plot
    top = layout.header + layout.line
    plot = figure.add_axes((left / width, 1 - layout.bottom / layout.height, (right - left) / width, (layout.bottom - top) / layout.height))
    plot.set(xlim=axis_range(found), ylim=(layout.bottom, top))
    _draw(plot, found, layout)
    _axis(plot, right - left, plain)
    return figure


def _layout(found: PooledFindings, width: float, plain: FontProperties, bold: FontProperties) -> _Layout:
    """Places of lines and columns; the names of studies get what the other columns and the plot leave."""
    line, gap = plain.get_size_in_points() * 1.5 / MM, 0.3 * plain.get_size_in_points()
    rows, pooled = found.rows, found.pooled
    names = [str(name) for name in rows["studlab"]]
    grades = [_said(g) if isinstance(g, str) else "not said" for g in rows["grade"]]
    is_mixed = len({"any" if g == "not said" else g for g in grades}) > 1
    shows_grade = is_mixed and width > WIDTHS[0]
    if is_mixed and not shows_grade:  # no room for a column
        names = [name if f"grade {g}," in f"{_said(found.title)}," else f"{name} ({g})" for name, g in zip(names, grades, strict=True)]
    counts = [f"{x:,}/{n:,}" for x, n in zip(rows["n_events"], rows["n_patients"], strict=True)]
    shares = zip(rows["percent"], rows["ci_low"], rows["ci_high"], strict=True)
    intervals = [_interval(*(v / 100 for v in share)) for share in shares]
    weights = [f"{percent(w / 100)}%" for w in rows["weight"]]
    summary = _summary(found) if pooled.n_studies > 1 else []
    grade = widest([*grades, "Grade"], bold) + gap if shows_grade else 0.0
    count = widest([*counts, *(s[1] for s in summary), "n/N"], bold) + gap
    interval = widest([*intervals, *(s[2] for s in summary), _head(found)], bold) + gap
    weight = widest([*weights, "100.0%", _WEIGHT], bold) + gap
    room = max(width * (1 - _LEAST_PLOT) - 2 * _MARGIN - grade - count - interval - weight - gap, width * _LEAST_NAME)
    study = min(widest([*names, *(s[0] for s in summary), "Study"], bold), room)
    title = tuple(wrapped(_said(found.title), width - 2 * _MARGIN, bold, 3))
    y = _MARGIN + line * (len(title) + 1)
    header = y
    y += line * 1.3
    lines = []
    for name, said, cases, share, part in zip(names, grades, counts, intervals, weights, strict=True):
        words = tuple(wrapped(name, study, plain, _MOST_LINES))
        y += line * (len(words) + (0.3 if len(words) > 1 else 0))
        lines.append(_Line(words, said, cases, share, part, y - line * len(words) / 2))
    y += line * 0.4
    below = []
    for name, count_text, interval_text, weight_text in summary:
        words = tuple(wrapped(name, study, bold, _MOST_LINES))
        y += line * len(words)
        below.append(_Line(words, "", count_text, interval_text, weight_text, y - line * len(words) / 2))
    bottom = y + line * 0.4
    at = _MARGIN + study + gap
    edges = (at if shows_grade else None, at + grade + count - gap, at + grade + count + interval - gap)
    plot = (at + grade + count + interval + gap / 2, width - _MARGIN - weight)
    height = bottom + line * (2.6 + (1.2 if summary else 0)) + _MARGIN
    return _Layout(width, height, line, title, header, tuple(lines), tuple(below), bottom, _MARGIN, *edges, plot, width - _MARGIN)


def _summary(found: PooledFindings) -> list[tuple[str, str, str, str]]:
    pooled = found.pooled
    lines = [
        (
            "Random effects",
            f"{pooled.n_events:,}/{pooled.n_patients:,}",
            _interval(pooled.estimate, pooled.ci_low, pooled.ci_high),
            "100.0%",
        )
    ]
    if pooled.n_studies > 2:
        lines.append(("Prediction interval", "", f"[{percent(pooled.pi_low)}; {percent(pooled.pi_high)}]", ""))
    return lines


def _said(grade: str) -> str:
    return grade.replace(">=", "≥").replace("<=", "≤")


def _head(found: PooledFindings) -> str:
    return f"% [{100 * found.pooled.level:g}% CI]"


def _interval(share: float, low: float, high: float) -> str:
    return f"{percent(share)} [{percent(low)}; {percent(high)}]"


def axis_range(found: PooledFindings) -> tuple[float, float]:
    """The part of 0 to 100 percent that holds every interval, with round ends."""
    pooled = found.pooled
    low, high = float(found.rows["ci_low"].min()), float(found.rows["ci_high"].max())
    if pooled.n_studies > 1:
        low, high = min(low, 100 * pooled.ci_low), max(high, 100 * pooled.ci_high)
    if pooled.n_studies > 2:
        low, high = min(low, 100 * pooled.pi_low), max(high, 100 * pooled.pi_high)
    upper = next(u for u in _UPPER if u >= high - 1e-9)
    return (max(lo for lo in _LOWER if lo <= low) if upper == 100 else 0), upper


def _print(page: Axes, found: PooledFindings, layout: _Layout, plain: FontProperties, bold: FontProperties) -> None:
    """Everything that is text."""

    def put(x: float, y: float, text: str, properties: FontProperties, align: str = "left") -> None:
        page.text(x, y, text, fontproperties=properties, ha=align, va="center_baseline", parse_math=False)

    def block(x: float, y: float, words: tuple[str, ...], properties: FontProperties) -> None:
        for i, text in enumerate(words):
            put(x, y + (i - (len(words) - 1) / 2) * layout.line, text, properties)

    block(layout.study, _MARGIN + layout.line * len(layout.title) / 2, layout.title, bold)
    put(layout.study, layout.header, "Study", bold)
    if layout.grade is not None:
        put(layout.grade, layout.header, "Grade", bold)
    put(layout.cases, layout.header, "n/N", bold, "right")
    put(layout.interval, layout.header, _head(found), bold, "right")
    put(layout.weight, layout.header, _WEIGHT, bold, "right")
    page.plot([_MARGIN, layout.width - _MARGIN], [layout.header + 0.8 * layout.line] * 2, color="black", linewidth=0.6)
    for line, properties in [*((text, plain) for text in layout.lines), *((text, bold) for text in layout.below)]:
        block(layout.study, line.y, line.study, properties)
        if layout.grade is not None:
            put(layout.grade, line.y, line.grade, properties)
        put(layout.cases, line.y, line.cases, properties, "right")
        put(layout.interval, line.y, line.interval, properties, "right")
        put(layout.weight, line.y, line.weight, properties, "right")
    if layout.below:
        pooled = found.pooled
        how = f"{pooled.method}, Hartung-Knapp" if pooled.adjust else pooled.method
        put(layout.study, layout.bottom + 3.2 * layout.line, f"Heterogeneity ({how}): {heterogeneity(pooled)}", plain)


def _draw(plot: Axes, found: PooledFindings, layout: _Layout) -> None:
    """Squares with intervals, diamond, bar of the prediction interval."""
    rows, pooled = found.rows, found.pooled
    largest = max(rows["weight"])
    side = layout.line * MM * 0.65
    for line, share, low, high, weight in zip(layout.lines, rows["percent"], rows["ci_low"], rows["ci_high"], rows["weight"], strict=True):
        plot.plot([low, high], [line.y] * 2, color="black", linewidth=0.8, solid_capstyle="butt", clip_on=False, zorder=4)
        scaled = max(side * (weight / largest) ** 0.5, 0.25 * side)
        plot.plot([share], [line.y], marker="s", markersize=scaled, color=_BLUE, markeredgewidth=0, clip_on=False, zorder=3)
    if not layout.below:
        return
    middle, half = layout.below[0].y, layout.line * 0.36
    estimate = 100 * pooled.estimate
    plot.plot([estimate] * 2, [layout.lines[0].y - layout.line / 2, middle], color=_GREY, linewidth=0.6, linestyle=(0, (3, 2)), zorder=1)
    corners = [(100 * pooled.ci_low, middle), (estimate, middle - half), (100 * pooled.ci_high, middle), (estimate, middle + half)]
    plot.fill(*zip(*corners, strict=True), color=_VERMILION, linewidth=0.6, clip_on=False, zorder=3)
    if len(layout.below) > 1:
        y = layout.below[1].y
        plot.plot(
            [100 * pooled.pi_low, 100 * pooled.pi_high], [y, y], color=_GREY, linewidth=2.2, solid_capstyle="butt", clip_on=False, zorder=3
        )


def _axis(plot: Axes, width: float, plain: FontProperties) -> None:
    """Percent below the plot; as many ticks as there is room for, at round numbers."""
    low, high = plot.get_xlim()
    most = max(2, int(width / (plain.get_size_in_points() * 0.8)))
    steps = (1, 2, 5, 10, 20, 25, 50)
    step = next((s for s in steps if (high - low) / s <= most and (high - low) % s == 0), high - low)
    ticks = [low + step * i for i in range(round((high - low) / step) + 1)]
    plot.set_yticks([])
    plot.set_xticks(ticks, [f"{t:g}" for t in ticks], fontproperties=plain)
    plot.tick_params(axis="x", length=2.5, width=0.6, pad=2)
    plot.set_xlabel("Patients, %", fontproperties=plain, labelpad=2)
    plot.patch.set_visible(False)
    for side in ("left", "right", "top"):
        plot.spines[side].set_visible(False)
    plot.spines["bottom"].set_linewidth(0.6)
