"""Heat map of concepts that occur together: rows by columns, coloured by a measure of association, the count in each cell."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from allnlp.association.order import similar_together
from allnlp.errors import NothingFound, OptionError
from allnlp.figures.lettering import extent, letter_size, line_height, pieces, told_apart, widest, wrapped
from allnlp.figures.output import font, need_matplotlib
from allnlp.figures.palette import GREY, diverging, readable_on, sequential

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.colors import Colormap, Normalize
    from matplotlib.figure import Figure
    from matplotlib.font_manager import FontProperties

Order = Literal["count", "association", "clustered"]
Floats = npt.NDArray[np.float64]

ORDERS = ("count", "association", "clustered")
#: What may colour a cell: name on the colour bar (``{}`` is the level), and the scale.
MEASURES = MappingProxyType(
    {
        "lift": ("Observed / expected {}", "ratio"),
        "odds_ratio": ("Odds ratio", "ratio"),
        "npmi": ("Normalised pointwise mutual information", "signed"),
        "jaccard": ("Jaccard index", "share"),
        "association_strength": ("Association strength", "positive"),
        "log_likelihood": ("Log-likelihood ratio, G²", "positive"),
        "score": ("Co-mention score", "positive"),
        "n_both": ("{} that mention both", "positive"),
    }
)
_LEVELS = MappingProxyType({"document": "documents", "section": "sections", "sentence": "sentences"})
_MARGIN = 2.0  # mm
_BAR = (42.0, 2.2)  # mm, of the colour bar, at most
_TIGHT = 0.82  # of a line: lines of one name
_HAIR = 0.01  # mm, so that rounding breaks no line
_MOST_FOLD = 5  # the colour of a ratio is darkest at 2 to this power
_LEAST_SIZE = 4.0  # points, of a count in a narrow cell


class Grid(NamedTuple):
    """Concepts of rows and columns in order, and what stands between them."""

    rows: tuple[str, ...]
    columns: tuple[str, ...]
    counts: npt.NDArray[np.int64]  # shape (rows, columns); 0 where they never occur together
    values: Floats  # the measure, its binary logarithm where it is a ratio; nan where they never occur together
    pairs: pd.DataFrame  # the rows of the table that these are


def grid(pairs: pd.DataFrame, *, measure: str = "lift", top: int = 20, order: str = "count") -> Grid:
    """The most frequent concepts of a co-occurrence table as rows and columns.

    Args:
        pairs: one row a pair, see ``collection.cooccurrence``; a are the rows, b the columns.
        measure: one of ``MEASURES``.
        top: rows and columns at most, those that most documents mention.
        order: count: by frequency; association: by the strongest association of each; clustered: similar ones side by side.

    Raises:
        OptionError: a measure, order or top that there is not.
        NothingFound: no two concepts occur together.
    """
    if measure not in MEASURES:
        raise OptionError(f"measure is {measure!r}. Use one of {', '.join(MEASURES)}.")
    if order not in ORDERS:
        raise OptionError(f"order is {order!r}. Use one of {', '.join(ORDERS)}.")
    if top < 1:
        raise OptionError(f"top is {top}. Give the number of rows and columns, at least 1.")
    found = pairs[pairs["n_both"] > 0]
    if found.empty:
        raise NothingFound("no two concepts occur together, so that there is nothing to draw. Ask for others, or with fewer filters.")
    rows, columns = _concepts(found, "a", top), _concepts(found, "b", top)
    at_row, at_column = ({key: i for i, key in enumerate(side.index)} for side in (rows, columns))
    is_shown = [r in at_row and c in at_column for r, c in zip(_keys(found, "a"), _keys(found, "b"), strict=True)]
    found = found[is_shown]
    places = [at_row[k] for k in _keys(found, "a")], [at_column[k] for k in _keys(found, "b")]
    counts, values = np.zeros((len(rows), len(columns)), dtype=np.int64), np.full((len(rows), len(columns)), np.nan)
    counts[places] = found["n_both"].to_numpy(dtype=np.int64)
    values[places] = _scaled(found[measure].to_numpy(dtype=float), measure)
    has_row, has_column = np.flatnonzero(counts.any(axis=1)), np.flatnonzero(counts.any(axis=0))
    by_row = [int(has_row[i]) for i in _order(values[np.ix_(has_row, has_column)], order)]
    by_column = [int(has_column[i]) for i in _order(values[np.ix_(has_row, has_column)].T, order)]
    place = {(r, c): (i, j) for i, r in enumerate(by_row) for j, c in enumerate(by_column)}
    found = found.iloc[sorted(range(len(found)), key=lambda k: place[places[0][k], places[1][k]])].reset_index(drop=True)
    cells = np.ix_(by_row, by_column)
    return Grid(tuple(rows.iloc[by_row]), tuple(columns.iloc[by_column]), counts[cells], values[cells], found)


def _keys(pairs: pd.DataFrame, side: str) -> list[tuple[str, str]]:
    return list(zip(pairs[f"label_{side}"], pairs[f"concept_{side}"], strict=True))


def _concepts(pairs: pd.DataFrame, side: str, top: int) -> pd.Series[Any]:
    """Names of the most frequent concepts of a side by label and CURIE; of two with one name the label is told too."""
    frame = pd.DataFrame({"key": _keys(pairs, side), "name": pairs[f"name_{side}"].to_numpy(), "n": pairs[f"n_{side}"].to_numpy()})
    frame = frame.drop_duplicates("key").sort_values(["n", "name", "key"], ascending=[False, True, True], kind="stable").head(top)
    names = told_apart(frame["name"].tolist(), [label for label, _ in frame["key"]])
    return pd.Series(names, index=pd.Index(frame["key"].to_list(), tupleize_cols=False), dtype=object)


def _scaled(values: Floats, measure: str) -> Floats:
    if MEASURES[measure][1] != "ratio":
        return values
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(np.log2(values), dtype=np.float64)


def _order(values: Floats, order: str) -> list[int]:
    """Places of the rows, which stand by frequency."""
    if order == "count":
        return list(range(len(values)))
    lowest = float(np.min(values[np.isfinite(values)], initial=0.0))
    filled = np.where(np.isfinite(values), values, np.where(values > 0, np.nanmax(values[np.isfinite(values)], initial=0.0), lowest))
    if order == "clustered":
        return list(similar_together(filled))
    return sorted(range(len(values)), key=lambda i: (-filled[i].max(), i))


class _Layout(NamedTuple):
    """Where things stand, mm from the upper left corner."""

    height: float
    names: list[list[str]]  # of rows, in lines
    heads: list[list[str]]  # of columns, in lines
    is_upright: bool  # heads run from below to above
    left: float
    top: float
    cell: tuple[float, float]
    letters: FontProperties | None  # of the counts; none where they have no room
    note: list[str]  # below the colour bar, in lines


def heatmap(
    pairs: pd.DataFrame, *, measure: str = "lift", top: int = 20, order: str = "count", width: int = 183, family: str | None = None
) -> Figure:
    """A heat map; its height follows from the number of rows. Cells are empty where two concepts never occur together.

    Args:
        pairs: one row a pair, see ``collection.cooccurrence``; a are the rows, b the columns.
        measure: one of ``MEASURES``; ratios are coloured by their logarithm, 1 in the middle.
        top: rows and columns at most, those that most documents mention.
        order: count, association or clustered; see ``grid``.
        width: mm, 89 or 183: one or two columns of a journal.
        family: font, as Arial; by default the one that comes with matplotlib, so that the bytes are the same everywhere.

    Raises:
        OptionError: a measure, order, width or font that there is not.
        NothingFound: no two concepts occur together.
        ExtraMissing: matplotlib is not installed.
    """
    need_matplotlib()
    from matplotlib.figure import Figure

    plain = font(family, letter_size(width))
    shown = grid(pairs, measure=measure, top=top, order=order)
    layout = _layout(shown, width, plain, family, level := _LEVELS[str(shown.pairs["level"].iloc[0])])
    figure = Figure(figsize=(width / 25.4, layout.height / 25.4), facecolor="white")
    page = figure.add_axes((0, 0, 1, 1))
    page.set(xlim=(0, width), ylim=(layout.height, 0))
    page.axis("off")
    colours, norm = _colours(shown.values, MEASURES[measure][1])
    _draw_cells(page, shown, layout, colours, norm)
    _draw_names(page, layout, plain)
    _draw_bar(figure, page, shown, layout, measure, level, (colours, norm), plain)
    return figure


def _layout(shown: Grid, width: float, plain: FontProperties, family: str | None, level: str) -> _Layout:
    """Cells get what the names of the rows leave; where names are long they give way until the counts fit."""
    line, gap = line_height(plain), 0.3 * plain.get_size_in_points()
    room, n, full = width - 2 * _MARGIN, len(shown.columns), plain.get_size_in_points()
    count = widest((str(c) for c in np.unique(shown.counts)), plain)
    natural = widest(shown.rows, plain) + gap
    word = widest((piece for name in shown.rows for piece in pieces(name)), plain) + gap
    names = min(natural, max(room - n * (count + 0.6), min(word, 0.3 * width), 0.18 * width), 0.36 * width)
    side = min((room - names) / n, width / 7)
    size = min(1.0, (side - 0.5) / count) * full
    lines = [wrapped(name, names - gap + _HAIR, plain, 2) for name in shown.rows]
    if any("…" in text for words in lines for text in words):
        lines = [wrapped(name, names - gap + _HAIR, plain, 3) for name in shown.rows]
    height = line * max(1.35, 0.25 + max(map(len, lines)) * _TIGHT)
    across = [wrapped(name, side - 0.8, plain, 4) for name in shown.columns]
    is_upright = any("…" in text for words in across for text in words)
    most = max(1, min(3, int(side / line)))
    heads = [wrapped(name, min(0.38 * width, 52), plain, most) for name in shown.columns] if is_upright else across
    head = widest((w for words in heads for w in words), plain) if is_upright else line * max(map(len, heads))
    top = _MARGIN + head + gap
    what = f"In each cell: {level} that mention both." if size >= _LEAST_SIZE else f"Empty: no {level} that mention both."
    note = wrapped(f"{what} {shown.pairs['n_total'].iloc[0]:,} {level} in all.", room, plain, 2)
    bottom = top + height * len(lines) + _BAR[1] + line * (3.9 + len(note))
    return _Layout(
        bottom + _MARGIN, lines, heads, is_upright, _MARGIN + names, top, (side, height), font(family, size) if size >= _LEAST_SIZE else None, note
    )  # fmt: skip


def _colours(values: Floats, scale: str) -> tuple[Colormap, Normalize]:
    """Colours of the finite values, and the stretch of values that they span."""
    from matplotlib.colors import LogNorm, Normalize

    finite = values[np.isfinite(values)]
    if scale == "ratio":
        limit = float(np.clip(np.ceil(np.abs(finite).max(initial=1.0)), 1, _MOST_FOLD))
        return diverging(), Normalize(-limit, limit)
    if scale == "signed":
        limit = float(np.clip(np.ceil(10 * np.abs(finite).max(initial=0.1)) / 10, 0.1, 1))
        return diverging(), Normalize(-limit, limit)
    largest = float(finite.max(initial=0.0)) or 1.0
    if scale == "share":
        return sequential(), Normalize(0, largest)
    least = float(finite[finite > 0].min(initial=largest))
    return sequential(), LogNorm(least if least < largest else largest / 10, largest, clip=True)


def _draw_cells(page: Axes, shown: Grid, layout: _Layout, colours: Colormap, norm: Normalize) -> None:
    """A filled rectangle a pair with its count, black or white."""
    from matplotlib.patches import Rectangle

    wide, high = layout.cell
    for i, j in zip(*np.nonzero(shown.counts), strict=True):
        value, x, y = float(shown.values[i, j]), layout.left + j * wide, layout.top + i * high
        fill = colours(0.0 if np.isnan(value) else float(norm(np.clip(value, norm.vmin, norm.vmax))))
        page.add_patch(Rectangle((x, y), wide, high, facecolor=fill, edgecolor="white", linewidth=0.5))
        if layout.letters is not None:
            page.text(
                x + wide / 2, y + high / 2, str(shown.counts[i, j]), fontproperties=layout.letters, color=readable_on(*fill[:3]), ha="center",
                va="center_baseline", parse_math=False,
            )  # fmt: skip
    n_rows, n_columns = shown.counts.shape
    corner = (layout.left, layout.top)
    page.add_patch(Rectangle(corner, wide * n_columns, high * n_rows, facecolor="none", edgecolor=GREY, linewidth=0.5))


def _draw_names(page: Axes, layout: _Layout, plain: FontProperties) -> None:
    line, gap = line_height(plain), 0.3 * plain.get_size_in_points()
    wide, high = layout.cell
    options: dict[str, Any] = {"fontproperties": plain, "parse_math": False, "linespacing": 1.0}
    for i, words in enumerate(layout.names):
        for k, text in enumerate(words):
            y = layout.top + (i + 0.5) * high + (k - (len(words) - 1) / 2) * line * _TIGHT
            page.text(layout.left - gap / 2, y, text, ha="right", va="center_baseline", **options)
    for j, words in enumerate(layout.heads):
        for k, text in enumerate(words):
            x = layout.left + (j + 0.5) * wide
            if layout.is_upright:
                x += (k - (len(words) - 1) / 2) * line
                page.text(x, layout.top - gap / 2, text, ha="center", va="bottom", rotation=90, **options)
            else:
                page.text(x, layout.top - gap / 2 - (len(words) - k - 0.5) * line, text, ha="center", va="center_baseline", **options)


def _draw_bar(
    figure: Figure, page: Axes, shown: Grid, layout: _Layout, measure: str, level: str, colours: tuple[Colormap, Normalize], plain: FontProperties
) -> None:  # fmt: skip
    """The colour bar with its measure, and what the numbers are."""
    from matplotlib.cm import ScalarMappable

    line, (width, height) = line_height(plain), (page.get_xlim()[1], layout.height)
    bottom = layout.top + layout.cell[1] * len(layout.names)
    name, scale = MEASURES[measure]
    long, thick = min(_BAR[0], 0.4 * width), _BAR[1]
    said = name.format(level)
    said = said[0].upper() + said[1:]
    left = min(layout.left, width - _MARGIN - max(long, extent(said, plain)))
    page.text(left, bottom + 1.1 * line, said, fontproperties=plain, ha="left", va="center_baseline", parse_math=False)
    at = bottom + 1.9 * line
    axes = figure.add_axes((left / width, 1 - (at + thick) / height, long / width, thick / height))
    norm = colours[1]
    finite, low, high = shown.values[~np.isnan(shown.values)], float(norm.vmin or 0), float(norm.vmax or 1)
    ends = (bool((finite < low - 1e-9).any()), bool((finite > high + 1e-9).any()))
    extend = {(False, False): "neither", (True, False): "min", (False, True): "max", (True, True): "both"}[ends]
    bar = figure.colorbar(ScalarMappable(norm, colours[0]), cax=axes, orientation="horizontal", extend=extend, extendfrac=0.05)
    bar.outline.set_linewidth(0.4)
    ticks = _ticks(scale, low, high)
    bar.set_ticks([t for t, _ in ticks])
    bar.ax.minorticks_off()
    bar.ax.set_xticklabels([t for _, t in ticks], fontproperties=plain)
    bar.ax.tick_params(length=2, width=0.4, pad=1.5)
    for k, words in enumerate(layout.note):
        x = min(left, max(_MARGIN, width - _MARGIN - extent(words, plain)))
        y = at + thick + (2.4 + k) * line
        page.text(x, y, words, fontproperties=plain, ha="left", va="center_baseline", color="#444444", parse_math=False)


def _ticks(scale: str, low: float, high: float) -> list[tuple[float, str]]:
    """Places on the colour bar and what is written there."""
    if scale == "ratio":
        step = 2 if high > 3 else 1
        most = int(high) // step * step
        powers = range(-most, most + 1, step)
        return [(float(p), str(2**p) if p >= 0 else f"1/{2**-p}") for p in powers]
    if scale == "signed":
        return [(v, f"{v:g}".replace("-", "−")) for v in (low, low / 2, 0.0, high / 2, high)]
    if scale == "share":
        return [(v, f"{v:.2g}") for v in (0.0, high / 2, high)]
    places = [s * 10.0**p for p in range(-9, 10) for s in (1, 2, 5)]
    inside = [v for v in places if low * 0.999 <= v <= high * 1.001]
    tens = [v for v in places[::3] if low * 0.999 <= v <= high * 1.001]
    chosen = tens if len(tens) > 2 else inside if len(inside) <= 6 else inside[:: -(-len(inside) // 6)]
    return [(v, f"{v:,.0f}" if v >= 1 else f"{v:g}") for v in (chosen or [low, high])]
