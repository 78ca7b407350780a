"""Documents of each year: bars to choose years by, bars with an axis, and a line so small that it stands in a table."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence

from markupsafe import Markup

from allnlp.explorer.charts.drawing import (
    LINE,
    WIDTHS,
    Room,
    count_ticks,
    counted,
    element,
    ground,
    line,
    linked,
    path,
    picture,
    widest,
    width_of,
    within,
    words,
)  # fmt: skip
from allnlp.figures.trend import year_ticks

Href = Callable[[int], str]

_STRIP = (250.0, 56.0)  # px
_SPARK = (80.0, 18.0)
_LEAST = 2.0  # px, of a bar, so that one document is seen
_WIDEST = 36.0  # px, of a bar, so that one year is no wall


def year_bars(
    years: Mapping[int, int], *, href: Href | None = None, low: int | None = None, high: int | None = None, incomplete: int | None = None
) -> Markup:
    """A strip of bars, one a year, that stands beside the fields for years; empty where no document has a year.

    Args:
        years: documents of each year.
        href: where a year leads; a year without documents has no bar and leads nowhere.
        low: first year that is chosen; the chosen ones are dark on a tinted ground.
        high: last year that is chosen.
        incomplete: the last year of the folder, which may not be over; its bar is light with a broken outline.
    """
    counts = {year: n for year, n in years.items() if n > 0}
    if not counts:
        return Markup("")
    first, last, (width, height) = min(counts), max(counts), _STRIP
    room = Room(1, 2, width - 1, height - LINE - 2)
    is_narrowed = (low is not None and low > first) or (high is not None and high < last)
    chosen = (max(first, low or first), min(last, high or last))
    tinted = [_chosen(room, first, last, chosen)] if is_narrowed and chosen[0] <= chosen[1] else []
    bars = _bars(counts, room, max(counts.values()), href, chosen, incomplete)
    middle = room.bottom + 2 + LINE / 2
    named = (
        [words(str(first), width / 2, middle, anchor="middle")]
        if first == last
        else [words(str(first), 1, middle), words(str(last), width - 1, middle, anchor="end")]
    )
    about = _about(counts)
    foot = line(room.left, room.bottom, room.right, room.bottom, "axis")
    return picture(width, height, "years", "Documents of each year", about, *tinted, *bars, foot, *named, has_links=href is not None)


def year_chart(
    years: Mapping[int, int],
    *,
    href: Href | None = None,
    low: int | None = None,
    high: int | None = None,
    incomplete: int | None = None,
    width: int = WIDTHS[0],
) -> Markup:
    """Bars with an axis, one a year; the count stands above a bar where there is room, and under the pointer always.

    Args:
        years: documents of each year.
        href: where a year leads.
        low: first year that is chosen.
        high: last year that is chosen.
        incomplete: the last year of the folder, which may not be over; said below.
        width: px; ``WIDTHS`` has two that fit a page and a telephone.
    """
    counts = {year: n for year, n in years.items() if n > 0}
    if not counts:
        return Markup("")
    first, last, most = min(counts), max(counts), max(counts.values())
    has_note = incomplete is not None and incomplete in counts
    height = 200.0 if width >= WIDTHS[0] else 170.0
    ticks = count_ticks(most, 5)
    left = widest([f"{t:,}" for t in ticks]) + 8
    room = Room(left, LINE, width - 6, height - LINE - 6)
    grid = [line(room.left, room.y(t / ticks[-1]), room.right, room.y(t / ticks[-1]), "grid" if t else "axis") for t in ticks]
    scale = [words(f"{t:,}", left - 6, room.y(t / ticks[-1]), anchor="end", kind="soft") for t in ticks]
    step = (room.right - room.left) / (last - first + 1)
    shown = year_ticks(first, last, max(1, int((room.right - room.left) / width_of("2020   "))))
    at = [within(room, room.left + (y - first + 0.5) * step, width_of(str(y))) for y in shown]
    named = [words(str(y), x, room.bottom + 5 + LINE / 2, anchor="middle") for x, y in zip(at, shown, strict=True)]
    bars = _bars(counts, room, ticks[-1], href, (max(first, low or first), min(last, high or last)), incomplete)
    above = []
    if step >= widest([f"{n:,}" for n in counts.values()]) + 4:
        above = [
            words(f"{n:,}", room.left + (y - first + 0.5) * step, room.y(n / ticks[-1]) - LINE / 2 + 1, anchor="middle", kind="over")
            for y, n in sorted(counts.items())
        ]
    note = [words(f"Light bar: {incomplete} may not be over.", left, height + LINE / 2, kind="soft")] if has_note else []
    height += LINE + 2 if has_note else 0
    drawn = [*grid, *scale, *bars, *above, *named, *note]
    return picture(width, height, "year-chart", "Documents of each year", _about(counts), *drawn, has_links=href is not None)


def spark(values: Sequence[float]) -> Markup:
    """A line of values with a point at its end, for a cell of a table that says them in words; gaps where a value is missing.

    >>> str(spark([]))
    '<svg class="chart spark" viewBox="0 0 80 18" width="80" height="18" aria-hidden="true"/>'
    """
    width, height = _SPARK
    room = Room(3, 3, width - 3, height - 3)
    known = [(i, float(v)) for i, v in enumerate(values) if v is not None and math.isfinite(v)]
    top = max((v for _, v in known), default=0.0) or 1.0
    places = [(room.x(i / max(len(values) - 1, 1)), room.y(min(max(v / top, 0.0), 1.0))) for i, v in known]
    runs: list[list[tuple[float, float]]] = []
    for k, point in enumerate(places):
        if k and known[k][0] == known[k - 1][0] + 1:
            runs[-1].append(point)
        else:
            runs.append([point])
    drawn = [element("path", d=path(run), class_="line") for run in runs if len(run) > 1]
    alone = [run[0] for run in runs[:-1] if len(run) == 1]
    drawn += [element("circle", cx=x, cy=y, r=2, class_="point") for x, y in [*alone, *places[-1:]]]
    size = f"0 0 {width:g} {height:g}"
    return element("svg", *drawn, class_="chart spark", viewBox=size, width=width, height=height, aria_hidden="true")


def _bars(
    counts: Mapping[int, int], room: Room, top: float, href: Href | None, chosen: tuple[int, int], incomplete: int | None
) -> list[Markup]:  # fmt: skip
    """A bar a year in a strip of the whole height, which is easier to hit."""
    first, last = min(counts), max(counts)
    step = (room.right - room.left) / (last - first + 1)
    wide = min(step * 0.78, _WIDEST)
    found = []
    for year, n in sorted(counts.items()):
        left = room.left + (year - first) * step
        high = max((room.bottom - room.top) * n / top, _LEAST)
        kinds = ["bar", *([] if chosen[0] <= year <= chosen[1] else ["out"]), *(["incomplete"] if year == incomplete else [])]
        hit = ground(Room(left, room.top, left + step, room.bottom))
        bar = element("rect", x=left + (step - wide) / 2, y=room.bottom - high, width=wide, height=high, class_=" ".join(kinds))
        label = f"{year}: {counted(n)}" + (", the year may not be over" if year == incomplete else "")
        found.append(linked(None if href is None else href(year), label, hit, bar))
    return found


def _chosen(room: Room, first: int, last: int, chosen: tuple[int, int]) -> Markup:
    step = (room.right - room.left) / (last - first + 1)
    left = room.left + (chosen[0] - first) * step
    return ground(Room(left, room.top, left + (chosen[1] - chosen[0] + 1) * step, room.bottom), "ground")


def _about(counts: Mapping[int, int]) -> str:
    most = max(counts, key=lambda y: (counts[y], -y))
    total = counted(sum(counts.values()))
    if len(counts) == 1:
        return f"{total} of {most}."
    return f"{total} of {min(counts)} to {max(counts)}; most in {most}: {counts[most]:,}."
