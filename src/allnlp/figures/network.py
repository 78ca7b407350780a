"""Network of concepts that occur together: circles by documents, lines by association, names where they cover nothing."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from allnlp.collection.network import EDGE_MEASURES, Network
from allnlp.errors import NothingFound, OptionError
from allnlp.figures.lettering import extent, flowed, letter_size, line_height, pieces, told_apart, widest, wrapped
from allnlp.figures.output import MM, font, need_matplotlib
from allnlp.figures.palette import GREY, LABEL_COLOURS, SERIES

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from matplotlib.font_manager import FontProperties

Floats = npt.NDArray[np.float64]
Colour = Literal["label", "cluster", "year"]

COLOURS = ("label", "cluster", "year")
_MARGIN = 2.0  # mm
_OWN_LINES = 4  # the strongest links of each node are drawn, and the strongest of all beside them
_TIGHT = 0.82  # of a line: lines of one name
_SHAPES = ((7.0, 2), (5.0, 3), (14.0, 1))  # width in lines and the most lines of a name, as they are tried
_SMALLER = 0.88  # size of the letters of names, of that of the legend


class _Box(NamedTuple):
    """A stretch of the page, mm."""

    left: float
    top: float
    right: float
    bottom: float

    def covers(self, other: _Box) -> float:
        """Area that both have."""
        wide = min(self.right, other.right) - max(self.left, other.left)
        high = min(self.bottom, other.bottom) - max(self.top, other.top)
        return wide * high if wide > 0 and high > 0 else 0.0


class _Name(NamedTuple):
    """A name and where it stands."""

    lines: list[str]
    box: _Box


def network(
    found: Network, *, colour: str = "label", measure: str = "association_strength", width: int = 183, family: str | None = None
) -> Figure:
    """The network at its places; circles that would cover one another are moved apart.

    Of the links the strongest of each concept are drawn, of the names those that find room, most documents first; the tables
    have all.

    Args:
        found: from ``collection.network``.
        colour: label, cluster or year (mean year of the documents).
        measure: width of a line, one of ``EDGE_MEASURES``.
        width: mm, 89 or 183: one or two columns of a journal.
        family: font, as Arial; by default the one that comes with matplotlib, so that the bytes are the same everywhere.

    Raises:
        OptionError: a colour, measure, width or font that there is not.
        NothingFound: the network has no concept.
        ExtraMissing: matplotlib is not installed.
    """
    need_matplotlib()
    from matplotlib.figure import Figure

    plain = font(family, letter_size(width))
    if colour not in COLOURS:
        raise OptionError(f"colour is {colour!r}. Use one of {', '.join(COLOURS)}.")
    if measure not in EDGE_MEASURES:
        raise OptionError(f"measure is {measure!r}. Use one of {', '.join(EDGE_MEASURES)}.")
    nodes = found.nodes.sort_values(["n_documents", "name", "node_id"], ascending=[False, True, True], kind="stable").reset_index(drop=True)
    if nodes.empty:
        raise NothingFound("the network has no concept, so that there is nothing to draw. Ask for more labels or fewer documents.")
    line = line_height(plain)
    height = width * (0.72 if width > 100 else 0.95)
    colours, legend = _colours(nodes, colour)
    more = _legend_places(legend, width, plain)[-1][1] if legend and colour != "year" else 0
    total = height + (6.4 + 1.1 * more) * line + _MARGIN
    small = font(family, _SMALLER * letter_size(width))
    radius = radii(nodes["n_documents"].to_numpy(dtype=np.int64), 0.022 * width + 0.6)
    room = _Box(_MARGIN + 0.05 * width, _MARGIN + line, width - _MARGIN - 0.05 * width, height - line)
    x = room.left + nodes["x"].to_numpy(dtype=float) * (room.right - room.left)
    y = room.bottom - nodes["y"].to_numpy(dtype=float) * (room.bottom - room.top)
    x, y = moved_apart(x, y, radius, room)
    names = _names(nodes, x, y, radius, _Box(_MARGIN, _MARGIN, width - _MARGIN, height), small)
    figure = Figure(figsize=(width / 25.4, total / 25.4), facecolor="white")
    page = figure.add_axes((0, 0, 1, 1))
    page.set(xlim=(0, width), ylim=(total, 0))
    page.axis("off")
    drawn = strongest(found.edges, measure, len(nodes))
    _draw_edges(page, nodes, drawn, measure, x, y)
    _draw_nodes(page, x, y, radius, colours)
    for name in names:
        if name is None:
            continue
        for k, text in enumerate(name.lines):
            at = name.box.top + (k + 0.5) * line * _SMALLER * _TIGHT
            middle = (name.box.left + name.box.right) / 2
            page.text(middle, at, text, fontproperties=small, ha="center", va="center_baseline", parse_math=False, zorder=6)
    hidden = sum(name is None for name in names)
    _legend(figure, page, nodes, (legend, colour), radius, (len(drawn), len(found.edges), hidden), plain)
    return figure


def radii(n: npt.NDArray[np.int64], largest: float) -> Floats:
    """Radius of each circle: its area goes by the number, but none is too small to be seen.

    >>> radii(np.array([100, 25, 1]), 4.0).tolist()
    [4.0, 2.0, 0.6]
    """
    return np.asarray(np.maximum(largest * np.sqrt(n / max(int(n.max(initial=1)), 1)), 0.15 * largest), dtype=np.float64)


def moved_apart(x: Floats, y: Floats, radius: Floats, room: Sequence[float]) -> tuple[Floats, Floats]:
    """Circles pushed out of one another, within the room (left, top, right, bottom); each no further than it must.

    >>> x, y = moved_apart(np.array([5.0, 5.0]), np.array([5.0, 5.5]), np.array([1.0, 1.0]), (0.0, 0.0, 10.0, 10.0))
    >>> bool(np.hypot(x[0] - x[1], y[0] - y[1]) >= 2)
    True
    """
    x, y = x.copy(), y.copy()
    left, top, right, bottom = room
    gap = 0.35 * float(radius.min(initial=1.0)) + 0.3
    for _ in range(200):
        dx, dy = x[:, None] - x[None, :], y[:, None] - y[None, :]
        apart = np.hypot(dx, dy)
        lacking = np.clip(radius[:, None] + radius[None, :] + gap - apart, 0, None)
        np.fill_diagonal(lacking, 0)
        if not (lacking > gap / 2).any():
            break
        angle = np.where(apart > 1e-6, np.arctan2(dy, dx), np.sign(np.subtract.outer(np.arange(len(x)), np.arange(len(x)))) * 0.7)
        push = 0.26 * lacking
        x = np.clip(x + (push * np.cos(angle)).sum(axis=1), left, right)
        y = np.clip(y + (push * np.sin(angle)).sum(axis=1), top, bottom)
    return x, y


def strongest(edges: pd.DataFrame, measure: str, n_nodes: int) -> pd.DataFrame:
    """The links that are drawn, weakest first: of each node its strongest, and the strongest of all, twice as many as nodes."""
    by, ascending = [measure, "n_both", "source", "target"], [False, False, True, True]
    order = edges.sort_values(by, ascending=ascending, kind="stable").reset_index(drop=True)
    ends = pd.concat([order[["source"]].set_axis(["node"], axis=1), order[["target"]].set_axis(["node"], axis=1)])
    rank = ends.sort_index(kind="stable").groupby("node").cumcount()
    own = set(rank.index[rank < _OWN_LINES])
    return order[[i in own or i < 2 * n_nodes for i in order.index]].iloc[::-1].reset_index(drop=True)


def _draw_edges(page: Axes, nodes: pd.DataFrame, drawn: pd.DataFrame, measure: str, x: Floats, y: Floats) -> None:
    """Lines, the stronger the wider and darker."""
    from matplotlib.collections import LineCollection

    if drawn.empty:
        return
    place = {node: i for i, node in enumerate(nodes["node_id"])}
    values = np.sqrt(np.clip(drawn[measure].to_numpy(dtype=float) - EDGE_MEASURES[measure], 0, None))
    strength = np.clip(values / float(np.quantile(values[np.isfinite(values)], 0.97) or 1.0), 0, 1)
    widest_line = 1.6 if page.get_xlim()[1] > 100 else 1.0
    lines = [[(x[place[s]], y[place[s]]), (x[place[t]], y[place[t]])] for s, t in zip(drawn["source"], drawn["target"], strict=True)]
    shade = [(0.45, 0.45, 0.45, 0.12 + 0.5 * float(w)) for w in strength]
    page.add_collection(LineCollection(lines, colors=shade, linewidths=(0.25 + widest_line * strength).tolist(), zorder=1), autolim=False)


def _draw_nodes(page: Axes, x: Floats, y: Floats, radius: Floats, colours: Sequence[Any]) -> None:
    from matplotlib.patches import Circle

    for i, fill in enumerate(colours):
        middle = (float(x[i]), float(y[i]))
        page.add_patch(Circle(middle, float(radius[i]), facecolor=fill, edgecolor="white", linewidth=0.5, zorder=3 + i / 1000))


def _names(nodes: pd.DataFrame, x: Floats, y: Floats, radius: Floats, page: _Box, plain: FontProperties) -> list[_Name | None]:
    """Each name in or beside its circle, where it covers no other name or circle; None where there is no room."""
    line = line_height(plain)
    circles = [_Box(x[i] - r, y[i] - r, x[i] + r, y[i] + r) for i, r in enumerate(0.8 * radius)]
    placed: list[_Name | None] = []
    for i, text in enumerate(told_apart(nodes["name"].tolist(), nodes["label"].tolist())):
        taken = [*(n.box for n in placed if n is not None), *(c for j, c in enumerate(circles) if j != i)]
        shapes = [wrapped(text, max(room * line, widest(pieces(text), plain)), plain, most) for room, most in _SHAPES]
        shapes.sort(key=lambda lines: "…" in "".join(lines))  # whole names first
        free = (_free(lines, (float(x[i]), float(y[i]), float(radius[i])), taken, page, plain) for lines in shapes)
        placed.append(next((name for name in free if name is not None), None))
    return placed


def _free(lines: list[str], circle: tuple[float, float, float], taken: Sequence[_Box], page: _Box, plain: FontProperties) -> _Name | None:
    """The name at the first place around its circle where it covers nothing."""
    wide, high = max(extent(t, plain) for t in lines), _TIGHT * line_height(plain) * len(lines)
    for box in _around(*circle, wide, high):
        is_within = page.left <= box.left and box.right <= page.right and page.top <= box.top and box.bottom <= page.bottom
        if is_within and not any(box.covers(other) > 0 for other in taken):
            return _Name(lines, box)
    return None


def _around(x: float, y: float, radius: float, wide: float, high: float) -> list[_Box]:
    """Where a name may stand: within a circle that holds it, below, above, right, left, and between these."""
    gap = 0.3
    middles = [(x, y)] if np.hypot(wide, high) < 1.9 * radius else []
    for far in (radius + gap, radius + gap + 0.5 * high):
        middles += [(x, y + far + high / 2), (x, y - far - high / 2), (x + far + wide / 2, y), (x - far - wide / 2, y)]
        side = 0.7 * far
        middles += [(x + h * (side + wide / 2), y + v * (side + high / 2)) for h, v in ((1, 1), (1, -1), (-1, 1), (-1, -1))]
    return [_Box(a - wide / 2, b - high / 2, a + wide / 2, b + high / 2) for a, b in middles]


def _colours(nodes: pd.DataFrame, colour: str) -> tuple[list[Any], list[tuple[str, Any]]]:
    """Colour of each node, and what each colour means; for years the first and last."""
    if colour == "label":
        shade_of = {of: LABEL_COLOURS.get(of, GREY) for of in sorted(set(nodes["label"]))}
        return [shade_of[of] for of in nodes["label"]], [(of.lower().replace("_", " "), shade) for of, shade in shade_of.items()]
    if colour == "cluster":
        numbers = [int(c) for c in nodes["cluster"]]
        shades = {c: SERIES[c - 1] if c <= len(SERIES) else GREY for c in sorted(set(numbers))}
        own = [(f"cluster {c}", shade) for c, shade in shades.items() if c <= len(SERIES)]
        return [shades[c] for c in numbers], [*own, *([("smaller clusters", GREY)] if len(shades) > len(own) else [])]
    from matplotlib import colormaps

    years = nodes["mean_year"].to_numpy(dtype=float)
    known = years[np.isfinite(years)]
    if not len(known):
        return [GREY] * len(nodes), []
    low, high = float(np.quantile(known, 0.05)), float(np.quantile(known, 0.95))
    shade = [colormaps["viridis"](float(np.clip((v - low) / (high - low or 1.0), 0, 1))) if np.isfinite(v) else GREY for v in years]
    first, last = "≤ " if known.min() < low - 0.5 else "", "≥ " if known.max() > high + 0.5 else ""
    return shade, [(f"{first}{low:.0f}", low), (f"{last}{high:.0f}", high)]


def _legend(
    figure: Figure, page: Axes, nodes: pd.DataFrame, colours: tuple[list[tuple[str, Any]], str], radius: Floats, shown: tuple[int, int, int],
    plain: FontProperties,
) -> None:  # fmt: skip
    """Below the network: colours, sizes, and how much of it is drawn."""
    line, (width, height) = line_height(plain), (page.get_xlim()[1], page.get_ylim()[0])
    options: dict[str, Any] = {"fontproperties": plain, "va": "center_baseline", "parse_math": False}
    legend, colour = colours
    more = _legend_places(legend, width, plain)[-1][1] if legend and colour != "year" else 0
    y = height - _MARGIN - (5.6 + 1.1 * more) * line
    if colour == "year" and legend:
        _year_bar(figure, page, legend, (_MARGIN, y), plain)
    else:
        for (text, shade), (x, row) in zip(legend, _legend_places(legend, width, plain), strict=True):
            at = y + 1.1 * row * line
            page.plot([_MARGIN + x + line / 2], [at], marker="o", markersize=0.6 * line * MM, color=shade, markeredgewidth=0)
            page.text(_MARGIN + x + 1.2 * line, at, text, ha="left", **options)
    from matplotlib.patches import Circle

    counts = nodes["n_documents"].to_numpy(dtype=np.int64)
    x, y = _MARGIN, height - _MARGIN - 3.2 * line
    page.text(x, y, "Documents", ha="left", **options)
    x += extent("Documents", plain) + 0.6 * line
    for n in size_steps(int(counts.min()), int(counts.max())):
        r = float(radii(np.array([counts.max(), n]), float(radius.max()))[1])
        page.add_patch(Circle((x + r, y), r, facecolor="#CCCCCC", edgecolor="white", linewidth=0.5))
        page.text(x + 2 * r + 0.3 * line, y, f"{n:,}", ha="left", **options)
        x += 2 * r + 1.1 * line + extent(f"{n:,}", plain)
    drawn, edges, hidden = shown
    said = [f"{len(nodes)} concepts"]
    said += [f"{drawn:,} of {edges:,} links drawn, the strongest of each concept"] if drawn < edges else [f"{edges:,} links"]
    said += [f"{hidden} {'name' if hidden == 1 else 'names'} for which there is no room"] if hidden else []
    lines = wrapped(f"{'; '.join(said)}.", width - 2 * _MARGIN, plain, 2)
    for k, text in enumerate(lines):
        page.text(_MARGIN, height - _MARGIN - (len(lines) - k - 0.5) * line, text, ha="left", color="#444444", **options)


def _legend_places(legend: list[tuple[str, Any]], width: float, plain: FontProperties) -> list[tuple[float, int]]:
    return flowed([2.0 * line_height(plain) + extent(text, plain) for text, _ in legend], width - 2 * _MARGIN)


def size_steps(low: int, high: int) -> list[int]:
    """Round numbers that show the sizes: at most three, of the magnitude of the largest and of the smallest.

    >>> size_steps(35, 1040), size_steps(3, 9), size_steps(4, 4)
    ([50, 200, 1000], [5], [4])
    """
    steps = [s * 10**p for p in range(8) for s in (1, 2, 5) if low <= s * 10**p <= high]
    return sorted({steps[0], steps[len(steps) // 2], steps[-1]}) if steps else [high]


def _year_bar(figure: Figure, page: Axes, ends: list[tuple[str, Any]], at: tuple[float, float], plain: FontProperties) -> None:
    from matplotlib import colormaps

    line, (width, height) = line_height(plain), (page.get_xlim()[1], page.get_ylim()[0])
    options: dict[str, Any] = {"fontproperties": plain, "va": "center_baseline", "ha": "left"}
    x, y = at
    for text in ("Mean year", ends[0][0]):
        page.text(x, y, text, **options)
        x += extent(text, plain) + 0.5 * line
    axes = figure.add_axes((x / width, 1 - (y + 0.35 * line) / height, 0.18, 0.7 * line / height))
    axes.pcolormesh(np.linspace(0, 1, 65), [0, 1], np.linspace(0, 1, 64)[None, :], cmap=colormaps["viridis"], rasterized=False)
    axes.axis("off")
    page.text(x + 0.18 * width + 0.5 * line, y, ends[1][0], **options)
