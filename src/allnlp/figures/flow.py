"""The flow of records of PRISMA 2020: boxes from what was identified to what is included, those removed beside them."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import PurePath
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

import pandas as pd

from allnlp.errors import NothingFound
from allnlp.figures.lettering import extent, letter_size, line_height, wrapped
from allnlp.figures.output import font, need_matplotlib
from allnlp.figures.palette import GREY

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from matplotlib.font_manager import FontProperties

_MARGIN = 2.0  # mm
_FILES = 6  # shown of databases, and of registers; the others are one line
_PHASES = MappingProxyType({"identification": "Identification", "screening": "Screening", "included": "Included"})
_COUNT = re.compile(r"\(n=([\d,]+)\)$")
_SET_IN = 0.9  # of a line's height
_FILL = "#EDF4FA"  # of the bars that name the phases


class Entry(NamedTuple):
    """One line of a box before it is wrapped."""

    text: str
    depth: int = 0  # how far it is set in


class Box(NamedTuple):
    """Lines of a box, each with how far it is set in."""

    phase: str
    is_aside: bool  # in the right column: records that leave
    lines: tuple[tuple[str, float], ...]


def flow(frame: pd.DataFrame, *, width: int = 183, family: str | None = None) -> Figure:
    """The flow of records as boxes, from those identified to those included.

    Where no reviewer has decided yet, nothing is said of records excluded and included. Files beyond six are one line.

    Args:
        frame: one row a count, see ``collection.prisma.prisma``.
        width: mm, 89 or 183: one or two columns of a journal.
        family: font, as Arial; by default the one that comes with matplotlib, so that the bytes are the same everywhere.

    Raises:
        OptionError: a width or font that there is not.
        NothingFound: no record was read.
        ExtraMissing: matplotlib is not installed.

    Source:
        Page et al. (2021), The PRISMA 2020 statement, BMJ 372:n71.
    """
    need_matplotlib()
    from matplotlib.figure import Figure

    plain, bold = font(family, letter_size(width)), font(family, letter_size(width), bold=True)
    if not int(frame["n"].sum()):
        raise NothingFound("no record was read, so that there is nothing to draw.")
    line, size = line_height(plain), plain.get_size_in_points()
    pad = 0.16 * size
    bar = 1.6 * line
    left = _MARGIN + bar + 0.8 * line
    gap = 1.9 * line
    column = (width - _MARGIN - left - gap) / 2
    found = [_wrapped(box, entries, column - 2 * pad, line, plain) for box, entries in _entries(frame)]
    rows = _paired(found)
    heights = [_height(row, line, pad, bold) for row in rows]
    tops = [_MARGIN + sum(heights[:i]) + i * gap for i in range(len(rows))]
    total = tops[-1] + heights[-1] + _MARGIN
    figure = Figure(figsize=(width / 25.4, total / 25.4), facecolor="white")
    page = figure.add_axes((0, 0, 1, 1))
    page.set(xlim=(0, width), ylim=(total, 0))
    page.axis("off")
    for (main, aside), top, height in zip(rows, tops, heights, strict=True):
        for box, x in ((main, left), (aside, left + column + gap)):
            if box is not None:
                _draw(page, box, (x, top, column, height), line, pad, plain)
        if main is not None and aside is not None:
            _arrow(page, (left + column, top + height / 2), (left + column + gap, top + height / 2))
    mains = [(top, height) for (main, _), top, height in zip(rows, tops, heights, strict=True) if main is not None]
    for (top, height), (below, _) in itertools.pairwise(mains):
        _arrow(page, (left + column / 2, top + height), (left + column / 2, below))
    for phase, start, end in _stretches(rows, tops, heights):
        _bar(page, _PHASES[phase], (_MARGIN, start, bar, end - start), bold)
    return figure


def _entries(frame: pd.DataFrame) -> list[tuple[Box, list[Entry]]]:
    """The boxes in order, and what each says."""
    n = {(row, of): int(count) for row, of, count in zip(frame["row"], frame["of"], frame["n"], strict=True)}
    removed = [
        Entry(f"Records removed before screening {_n(n['removed', ''])}"),
        Entry(f"Duplicate records {_n(n['duplicates', ''])}", 1),
        *(Entry(f"{item.partition(': ')[2]} {_n(count)}", 2) for _, item, count in _parts(frame, "duplicates")),
        *(Entry(f"{words} {_n(n[row, ''])}", 1) for row, words in _ASIDE.items() if n[row, ""]),
    ]
    sources = [
        Entry(f"Records identified {_n(n['identified', ''])}"),
        *(entry for row, words in (("databases", "Databases"), ("registers", "Registers")) for entry in _sources(frame, row, words, n[row, ""])),
    ]
    boxes = [
        (Box("identification", False, ()), sources),
        (Box("identification", True, ()), removed),
        (Box("screening", False, ()), [Entry(f"Records screened {_n(n['screened', ''])}")]),
    ]
    is_decided = n["excluded", ""] + n["included", ""] > 0
    aside = [Entry(f"Records excluded {_n(n['excluded', ''])}")] if is_decided else []
    aside += [Entry(f"Records not yet decided {_n(n['undecided', ''])}")] if n["undecided", ""] or not is_decided else []
    boxes.append((Box("screening", True, ()), aside))
    if is_decided:
        boxes.append((Box("included", False, ()), [Entry(f"Records included {_n(n['included', ''])}")]))
    return boxes


_ASIDE: Mapping[str, str] = MappingProxyType(
    {
        "withdrawn": "Records withdrawn by the source",
        "unreadable": "Records that could not be read",
        "failed": "Records that could not be annotated",
        "without-text": "Records without title and abstract",
    }
)


def _n(count: int) -> str:
    return f"(n={count:,})"


def _parts(frame: pd.DataFrame, row: str) -> Iterable[tuple[str, str, int]]:
    parts = frame[(frame["row"] == row) & (frame["of"] != "")]
    return zip(parts["of"], parts["item"], map(int, parts["n"]), strict=True)


def _sources(frame: pd.DataFrame, row: str, words: str, count: int) -> list[Entry]:
    """A kind of source with its files, the largest first where they are too many; nothing of a kind without a file."""
    parts = [(PurePath(of).name, n) for of, _, n in _parts(frame, row)]
    if not parts:
        return []
    shown = parts if len(parts) <= _FILES else sorted(parts, key=lambda part: -part[1])[: _FILES - 1]
    rest = len(parts) - len(shown)
    lines = [Entry(f"{name} {_n(n)}", 2) for name, n in shown]
    return [Entry(f"{words} {_n(count)}", 1), *lines, *([Entry(f"{rest} further files {_n(count - sum(n for _, n in shown))}", 2)] if rest else [])]


def _wrapped(box: Box, entries: Sequence[Entry], room: float, line: float, plain: FontProperties) -> Box:
    """The box with its lines, broken where they are too long, but for a count; what goes on is set in."""
    lines: list[tuple[str, float]] = []
    for entry in entries:
        inner = room - (_SET_IN * (entry.depth + 0.5) + 0.4) * line - extent("n = 1", plain) + extent("n=1", plain)
        name, mark, count = entry.text.rpartition(" (n")
        found = wrapped(entry.text, inner, plain, 3)
        if found[-1].endswith("…"):  # a long name of a file: its count must not be cut
            found = [*wrapped(name, inner, plain, 2), f"{mark}{count}".strip()]
        lines += [(_COUNT.sub(r"(n = \1)", text), entry.depth + 0.5 * (i > 0)) for i, text in enumerate(found)]
    return box._replace(lines=tuple(lines))


def _paired(boxes: Sequence[Box]) -> list[tuple[Box | None, Box | None]]:
    """Boxes in rows: one on the way, and the one beside it."""
    rows: list[tuple[Box | None, Box | None]] = []
    for box in boxes:
        if box.is_aside and rows:
            rows[-1] = (rows[-1][0], box if box.lines else None)
        else:
            rows.append((box, None))
    return rows


def _height(row: tuple[Box | None, Box | None], line: float, pad: float, bold: FontProperties) -> float:
    """Height of a row: of its longer box, and of the name of its phase."""
    found = [box for box in row if box is not None]
    return max(max(len(box.lines) for box in found) * line + 2 * pad, extent(_PHASES[found[0].phase], bold) + line)


def _stretches(rows: Sequence[tuple[Box | None, Box | None]], tops: Sequence[float], heights: Sequence[float]) -> list[tuple[str, float, float]]:
    """Each phase with the upper and lower end of its boxes."""
    found: dict[str, tuple[float, float]] = {}
    for (main, aside), top, height in zip(rows, tops, heights, strict=True):
        box = main or aside
        if box is not None:
            found[box.phase] = (min(top, found.get(box.phase, (top, 0))[0]), top + height)
    return [(phase, start, end) for phase, (start, end) in found.items()]


def _draw(page: Axes, box: Box, place: tuple[float, float, float, float], line: float, pad: float, plain: FontProperties) -> None:
    from matplotlib.patches import Rectangle

    x, top, width, height = place
    page.add_patch(Rectangle((x, top), width, height, facecolor="white", edgecolor="black", linewidth=0.6))
    start = top + (height - len(box.lines) * line) / 2
    for i, (text, depth) in enumerate(box.lines):
        page.text(x + pad + 0.4 * line + depth * _SET_IN * line, start + (i + 0.5) * line, text, fontproperties=plain, va="center_baseline", parse_math=False)


def _arrow(page: Axes, start: tuple[float, float], end: tuple[float, float]) -> None:
    page.annotate("", xy=end, xytext=start, arrowprops={"arrowstyle": "-|>", "linewidth": 0.6, "color": "black", "shrinkA": 0, "shrinkB": 0, "mutation_scale": 6})


def _bar(page: Axes, words: str, place: tuple[float, float, float, float], bold: FontProperties) -> None:
    """A phase, written upwards in a bar as high as its boxes."""
    from matplotlib.patches import Rectangle

    x, top, width, height = place
    page.add_patch(Rectangle((x, top), width, height, facecolor=_FILL, edgecolor=GREY, linewidth=0.4))
    page.text(x + width / 2, top + height / 2, words, fontproperties=bold, rotation=90, ha="center", va="center", parse_math=False)
