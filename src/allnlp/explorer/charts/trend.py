"""Concepts over the years: a small panel each, its points links to the documents of a year."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Literal, NamedTuple

import numpy as np
import pandas as pd
from markupsafe import Markup

from allnlp.errors import OptionError
from allnlp.explorer.charts.drawing import (
    LINE,
    Room,
    count_ticks,
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
    within,
    words,
)  # fmt: skip
from allnlp.figures.lettering import told_apart
from allnlp.figures.trend import Series, highest, percent_ticks, year_ticks

Href = Callable[[str, str, int], str]
By = Literal["share", "n_documents"]

MOST_PANELS = 24
_WIDTH = 280  # px
_MANY = 10  # documents of a year
_BELOW = LINE + 8.0  # px, for the years


class Year(NamedTuple):
    """What a table says of one concept and year that has documents."""

    n: int  # documents (or sections, sentences) that name it
    total: int
    value: float  # what the line shows
    low: float  # of the interval, percent
    high: float
    is_incomplete: bool


class Panel(NamedTuple):
    """One concept over the years, as it is drawn."""

    label: str
    concept_id: str
    name: str
    years: range  # without a gap
    of_year: dict[int, Year]
    level: str  # what is counted: document, section or sentence


def trend_panels(
    frame: pd.DataFrame, *, href: Href | None = None, by: By = "share", level: str = "document", width: int = _WIDTH, shared: bool = True
) -> list[tuple[str, Markup]]:
    """Names of concepts and a drawing of each, in the order of the table, ``MOST_PANELS`` at most; none where no year has documents.

    The band is the interval of the share, from the first year that names the concept. The last stretch is dashed and its point hollow
    where that year is not over. The scale follows the years with ten documents or more; what is above it is a triangle at the upper edge.

    Args:
        frame: one row a concept and year, see ``collection.trend.trend``.
        href: where label, concept_id and year lead; a year that does not name the concept leads nowhere.
        by: share of the documents of the year, or n_documents.
        level: of the count: document, section or sentence.
        width: px, of a panel.
        shared: one scale for all panels; otherwise each has its own.

    Raises:
        OptionError: shown by something else.
    """
    if by not in ("share", "n_documents"):
        raise OptionError(f"by is {by!r}. Use one of share, n_documents.")
    panels = _panels(frame, by, level)
    tops = [_top(p, by) for p in panels]
    scales = [_ticks(max(tops) if shared else top, by) for top in tops]
    margin = max((widest(_scale_words(ticks, by)) for ticks in scales), default=0.0) + 8
    return [(p.name, _panel(p, ticks, by, margin, width, href)) for p, ticks in zip(panels, scales, strict=True)]


def _panels(frame: pd.DataFrame, by: By, level: str) -> list[Panel]:
    """The first concepts of the table; years from the first in which one of them is named."""
    columns = ["label", "concept_id", "name", "year", "n_documents", "n_total", "share", "ci_low", "ci_high", "is_incomplete"]
    concepts: dict[tuple[str, str], tuple[str, dict[int, Year]]] = {}
    for label, concept_id, name, year, n, total, share, low, high, is_incomplete in zip(*(frame[c].tolist() for c in columns), strict=True):
        key = (str(label), str(concept_id))
        if not total or (key not in concepts and len(concepts) == MOST_PANELS):
            continue
        value = 100 * share if by == "share" else float(n)
        of_year = concepts.setdefault(key, (str(name), {}))[1]
        of_year[int(year)] = Year(int(n), int(total), value, 100 * low, 100 * high, bool(is_incomplete))
    has_documents = {year for _, of_year in concepts.values() for year in of_year}
    if not has_documents:
        return []
    named = {year for _, of_year in concepts.values() for year, one in of_year.items() if one.n}
    years = range(min(named or has_documents), max(has_documents) + 1)
    names = told_apart([name for name, _ in concepts.values()], [label for label, _ in concepts])
    found = zip(concepts, names, (of_year for _, of_year in concepts.values()), strict=True)
    return [Panel(*key, name, years, {y: one for y, one in of_year.items() if y in years}, level) for key, name, of_year in found]


def _top(panel: Panel, by: By) -> float:
    """What the scale must hold: a share of a handful of documents says little and would flatten all others."""
    if by == "n_documents":
        return max((one.value for one in panel.of_year.values()), default=0.0)
    kept = [one for one in panel.of_year.values() if one.total >= _MANY] or list(panel.of_year.values())
    columns = np.array([(one.value, one.low, one.high) for one in kept], dtype=np.float64).reshape(-1, 3).T
    return highest([Series(panel.name, np.arange(len(kept)), columns[0], columns[1], columns[2], is_incomplete=False)])


def _ticks(top: float, by: By) -> Sequence[float]:
    return percent_ticks(top, 4) if by == "share" else count_ticks(top, 4)


def _scale_words(ticks: Sequence[float], by: By) -> list[str]:
    """The percent sign stands at the highest tick alone."""
    if by == "share":
        return [f"{t:g}" for t in ticks[:-1]] + [f"{ticks[-1]:g} %"]
    return [f"{t:,.0f}" for t in ticks]


def _panel(panel: Panel, ticks: Sequence[float], by: By, margin: float, width: int, href: Href | None) -> Markup:
    years, top = panel.years, ticks[-1]
    height = round(0.34 * width + 42)
    room = Room(margin, 10, width - 8, height - _BELOW)
    step = (room.right - room.left) / len(years)
    at = {year: room.left + (i + 0.5) * step for i, year in enumerate(years)}
    drawn = _axes(room, ticks, by, at)
    if by == "share":
        drawn += _band(panel, room, top, at)
    places = {y: (at[y], room.y(min(one.value / top, 1.0))) for y, one in sorted(panel.of_year.items())}
    last = panel.of_year.get(years[-1])
    drawn += _lines(places, years, is_incomplete=last is not None and last.is_incomplete)
    drawn += [_point(panel, year, place, room, step, href, is_above=panel.of_year[year].value > top) for year, place in places.items()]
    named = sum(one.n for one in panel.of_year.values())
    about = f"{counted(named, panel.level)} of {years[0]} to {years[-1]} {'name' if named != 1 else 'names'} it."
    has_links = href is not None and named > 0
    return picture(width, height, f"trend label-{panel.label}", f"{panel.name} by year", about, *drawn, has_links=has_links)


def _axes(room: Room, ticks: Sequence[float], by: By, at: dict[int, float]) -> list[Markup]:
    """Whole years below, the scale at the left."""
    drawn = []
    for text, tick in zip(_scale_words(ticks, by), ticks, strict=True):
        y = room.y(tick / ticks[-1])
        drawn += [line(room.left, y, room.right, y, "grid" if tick else "axis"), words(text, room.left - 6, y, anchor="end", kind="soft")]
    most = max(1, int((room.right - room.left) / width_of("2020   ")))
    for year in year_ticks(min(at), max(at), most):
        drawn.append(line(at[year], room.bottom, at[year], room.bottom + 4, "axis"))
        x = within(room, at[year], width_of(str(year)))
        drawn.append(words(str(year), x, room.bottom + 6 + LINE / 2, anchor="middle", kind="soft"))
    return drawn


def _band(panel: Panel, room: Room, top: float, at: dict[int, float]) -> list[Markup]:
    """The interval from the first year that names the concept, a part for each run of years that have documents.

    An SVG within the SVG cuts off what is above the scale.
    """
    first = min((y for y, one in panel.of_year.items() if one.n), default=panel.years[-1] + 1)
    parts, run = [], list[tuple[float, float, float]]()
    for year in range(first, panel.years[-1] + 2):
        one = panel.of_year.get(year)
        if one is not None:
            run.append((at[year] - room.left, room.y(one.low / top) - room.top, room.y(one.high / top) - room.top))
            continue
        if len(run) > 1:
            around = [(x, y) for x, y, _ in run] + [(x, y) for x, _, y in reversed(run)]
            parts.append(element("path", d=path(around, closed=True), class_="band"))
        elif run:
            parts.append(element("path", d=path([(run[0][0], run[0][1]), (run[0][0], run[0][2])]), class_="whisker"))
        run = []
    if not parts:
        return []
    return [element("svg", *parts, x=room.left, y=room.top, width=room.right - room.left, height=room.bottom - room.top)]


def _lines(places: dict[int, tuple[float, float]], years: Sequence[int], *, is_incomplete: bool) -> list[Markup]:
    """Runs of years that have documents; the stretch to a year that is not over is dashed."""
    last = years[-1]
    whole = [y for y in years if y in places and not (is_incomplete and y == last)]
    starts = [i for i, y in enumerate(whole) if not i or whole[i - 1] != y - 1]
    runs = [whole[start:end] for start, end in zip(starts, [*starts[1:], len(whole)], strict=True)]
    found = [element("path", d=path([places[y] for y in run]), class_="line") for run in runs if len(run) > 1]
    if is_incomplete and last in places and last - 1 in places:
        found.append(element("path", d=path([places[last - 1], places[last]]), class_="line incomplete"))
    return found


def _point(panel: Panel, year: int, place: tuple[float, float], room: Room, step: float, href: Href | None, *, is_above: bool) -> Markup:
    """A point in a strip of the whole height, which is easier to hit; a year that does not name the concept has only the line."""
    n, total, *_, is_incomplete = panel.of_year[year]
    hit = ground(Room(place[0] - step / 2, room.top - 4, place[0] + step / 2, room.bottom))
    x, y = place
    kind = "point incomplete" if is_incomplete else "point"
    radius = 3.5 if is_incomplete else 3 if step > 9 else 2.2
    mark = element("circle", cx=x, cy=y, r=radius, class_=kind)
    if is_above:
        mark = element("path", d=path([(x - 4, y + 2), (x, y - 5), (x + 4, y + 2)], closed=True), class_=kind)
    label = f"{year}: {n:,} of {counted(total, panel.level)}, {share_said(n / total)}" + (", the year may not be over" if is_incomplete else "")
    leads = href(panel.label, panel.concept_id, year) if href is not None and n else None
    return linked(leads, label, hit, *([mark] if n or is_incomplete else []))
