"""Where circles, lines and names of a network stand, at places that the printed figure and programs for graphs have too."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd

from allnlp.collection.network import EDGE_MEASURES, Network
from allnlp.explorer.charts.drawing import LINE, widest, wrapped
from allnlp.figures.lettering import told_apart
from allnlp.figures.network import moved_apart, radii, strongest

SIZE = (960.0, 660.0)  # px
_EDGE = 26.0  # px, of the page without circles
_LARGEST = 25.0  # px, radius
_NAME = 118.0  # px, width of a line of a name
_GAP = 2.0  # px, between a circle and its name
_STEPS = 5  # of the mean year
_CLUSTERS = 7  # that have a colour of their own

Box = tuple[float, float, float, float]  # left, top, right, bottom


class Circle(NamedTuple):
    """A concept."""

    node_id: str
    name: str
    lines: tuple[str, ...]
    x: float
    y: float
    radius: float
    kind: str  # class of its colour
    at: tuple[float, float] | None  # middle of its name; none where it has no room


class Line(NamedTuple):
    """A link that is drawn."""

    source: int  # number of the circle
    target: int
    row: int  # of the edges
    strength: float  # 0 to 1


class Drawing(NamedTuple):
    """A network as it is drawn; circles of many documents first, strong lines last."""

    circles: tuple[Circle, ...]
    lines: tuple[Line, ...]
    colours: tuple[tuple[str, str], ...]  # class and what it means


def drawing(found: Network, *, colour: str = "label", measure: str = "association_strength") -> Drawing:
    """Circles and lines of a network, moved apart where they would cover one another.

    Args:
        found: with at least one concept.
        colour: label, cluster or year (mean year of the documents).
        measure: strength of a line, one of ``collection.network.EDGE_MEASURES``.
    """
    nodes = found.nodes.sort_values(["n_documents", "name", "node_id"], ascending=[False, True, True], kind="stable").reset_index(drop=True)
    radius = radii(nodes["n_documents"].to_numpy(dtype=np.int64), _LARGEST)
    x = _EDGE + nodes["x"].to_numpy(dtype=float) * (SIZE[0] - 2 * _EDGE)
    y = SIZE[1] - _EDGE - nodes["y"].to_numpy(dtype=float) * (SIZE[1] - 2 * _EDGE)
    x, y = moved_apart(x, y, radius, (_EDGE, _EDGE, SIZE[0] - _EDGE, SIZE[1] - _EDGE))
    names = told_apart(nodes["name"].tolist(), nodes["label"].tolist())
    lines = [tuple(wrapped(name, _NAME, 3)) for name in names]
    places = name_places(lines, [(float(a), float(b), float(r)) for a, b, r in zip(x, y, radius, strict=True)])
    kinds, told = _colours(nodes, colour)
    columns = zip(nodes["node_id"], names, lines, x.round(1), y.round(1), radius.round(1), kinds, places, strict=True)
    circles = tuple(Circle(i, name, ls, float(a), float(b), float(r), kind, at) for i, name, ls, a, b, r, kind, at in columns)
    return Drawing(circles, _lines(found, nodes, measure), told)


def _lines(found: Network, nodes: pd.DataFrame, measure: str) -> tuple[Line, ...]:
    """The links that are drawn, weakest first."""
    place = {node: i for i, node in enumerate(nodes["node_id"])}
    drawn = strongest(found.edges.assign(row=np.arange(len(found.edges))), measure, len(nodes))
    values = np.sqrt(np.clip(drawn[measure].to_numpy(dtype=float) - EDGE_MEASURES[measure], 0, None))
    finite = values[np.isfinite(values)]
    most = (float(np.quantile(finite, 0.97)) if len(finite) else 0.0) or 1.0
    strength = np.clip(values / most, 0, 1).round(3)
    columns = zip(drawn["source"], drawn["target"], drawn["row"], strength, strict=True)
    return tuple(Line(place[source], place[target], int(row), float(s)) for source, target, row, s in columns)


def name_places(names: Sequence[Sequence[str]], circles: Sequence[tuple[float, float, float]]) -> list[tuple[float, float] | None]:
    """The middle of each name, the first ones first: in its circle or beside it where it covers nothing, else None.

    >>> name_places([["fever"], ["rash"]], [(100, 100, 10), (101, 100, 10)])
    [(100, 120.0), (101, 80.0)]

    Args:
        names: their lines.
        circles: x, y and radius of each, px.
    """
    taken: list[Box] = [(x - r * 0.8, y - r * 0.8, x + r * 0.8, y + r * 0.8) for x, y, r in circles]
    placed: list[tuple[float, float] | None] = []
    for i, (lines, (x, y, r)) in enumerate(zip(names, circles, strict=True)):
        wide, high = widest(lines), LINE * len(lines)
        others = [*taken[:i], *taken[i + 1 :]]
        free = (at for at in _around(x, y, r, wide, high) if _is_free(_box(at, wide, high), others))
        at = next(free, None)
        placed.append(at)
        if at is not None:
            taken.append(_box(at, wide, high))
    return placed


def _box(at: tuple[float, float], wide: float, high: float) -> Box:
    return (at[0] - wide / 2, at[1] - high / 2, at[0] + wide / 2, at[1] + high / 2)


def _is_free(box: Box, taken: Sequence[Box]) -> bool:
    is_within = box[0] >= 0 and box[1] >= 0 and box[2] <= SIZE[0] and box[3] <= SIZE[1]
    return is_within and all(box[2] <= o[0] or o[2] <= box[0] or box[3] <= o[1] or o[3] <= box[1] for o in taken)


def _around(x: float, y: float, radius: float, wide: float, high: float) -> list[tuple[float, float]]:
    """Where a name may stand: within a circle that holds it, below, above, right, left, and between these."""
    far, side = radius + _GAP, 0.7 * (radius + _GAP)
    found = [(x, y)] if np.hypot(wide, high) < 1.9 * radius else []
    found += [(x, y + far + high / 2), (x, y - far - high / 2), (x + far + wide / 2, y), (x - far - wide / 2, y)]
    return found + [(x + h * (side + wide / 2), y + v * (side + high / 2)) for h, v in ((1, 1), (1, -1), (-1, 1), (-1, -1))]


def _colours(nodes: pd.DataFrame, colour: str) -> tuple[list[str], tuple[tuple[str, str], ...]]:
    """Class of each circle, and what each class means."""
    if colour == "label":
        return [f"label-{of}" for of in nodes["label"]], tuple((f"label-{of}", of.lower().replace("_", " ")) for of in sorted(set(nodes["label"])))
    if colour == "cluster":
        kinds = [f"series-{c}" if c <= _CLUSTERS else "series-0" for c in nodes["cluster"]]
        first = dict(zip(reversed(kinds), reversed(nodes["name"].tolist()), strict=True))  # the one of most documents
        told = sorted((kind, f"with {first[kind]}") for kind in set(kinds) if kind != "series-0")
        return kinds, (*told, *([("series-0", "smaller clusters")] if "series-0" in kinds else []))
    years = nodes["mean_year"].to_numpy(dtype=float)
    known = years[np.isfinite(years)]
    if not len(known):
        return ["series-0"] * len(nodes), (("series-0", "no year is known"),)
    ends = np.quantile(known, np.linspace(0, 1, _STEPS + 1)[1:-1]).round(1)
    kinds = [f"year-{1 + int(np.searchsorted(ends, y, side='right'))}" if np.isfinite(y) else "series-0" for y in years]
    bounds = [float(known.min()), *ends, float(known.max())]
    told = [(f"year-{k}", f"{bounds[k - 1]:.1f} to {bounds[k]:.1f}") for k in range(1, _STEPS + 1) if f"year-{k}" in kinds]
    return kinds, (*told, *([("series-0", "no year is known")] if "series-0" in kinds else []))
