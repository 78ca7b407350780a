"""Words in a figure: how wide they are, in how many lines they fit, and how far apart they must stand."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from allnlp.errors import OptionError
from allnlp.figures.output import MM, WIDTHS

if TYPE_CHECKING:
    from matplotlib.font_manager import FontProperties

SIZES = (5.5, 8.0)  # points, of figures of one and of two columns
LINE = 1.35  # height of a line, in sizes of the font


def letter_size(width: int) -> float:
    """Size of the letters of a figure, points.

    Raises:
        OptionError: a width that there is not.
    """
    if width not in WIDTHS:
        raise OptionError(f"width is {width!r} mm. Use one of {', '.join(map(str, WIDTHS))}.")
    return SIZES[WIDTHS.index(width)]


def line_height(properties: FontProperties) -> float:
    """Height of a line, mm."""
    return float(properties.get_size_in_points()) * LINE / MM


def extent(text: str, properties: FontProperties) -> float:
    """Width of a text, mm."""
    from matplotlib.textpath import TextToPath

    width, _, _ = TextToPath().get_text_width_height_descent(text, properties, ismath=False)
    return float(width) / MM


def widest(texts: Iterable[str], properties: FontProperties) -> float:
    """Width of the widest of some texts, mm; 0 where there is none."""
    return max((extent(t, properties) for t in texts), default=0.0)


def cut(text: str, room: float, properties: FontProperties) -> str:
    """The text where it fits in the room (mm), else its beginning with an ellipsis."""
    if extent(text, properties) <= room:
        return text
    while text and extent(text + "…", properties) > room:
        text = text[:-1]
    return text.rstrip(" -/,(") + "…"


def told_apart(names: Sequence[str], labels: Sequence[str]) -> list[str]:
    """Names as they are printed: with the label where two concepts have one name.

    >>> told_apart(["infection", "infection", "fever"], ["TOXICITY", "DISEASE", "TOXICITY"])
    ['infection (toxicity)', 'infection (disease)', 'fever']
    """
    twice = {name for name in names if names.count(name) > 1}
    return [f"{n} ({of.lower().replace('_', ' ')})" if n in twice else n for n, of in zip(names, labels, strict=True)]


def pieces(text: str) -> list[str]:
    """Words of a text, each with what divides it from the next; a line may end after any.

    >>> pieces("CAR T-cell therapy")
    ['CAR ', 'T-', 'cell ', 'therapy']
    """
    found, at = [], 0
    for i, char in enumerate(text):
        is_within = char in "-/" and 0 < i < len(text) - 1 and text[i - 1].isalnum() and text[i + 1].isalpha()
        if char == " " or is_within:
            found.append(text[at : i + 1])
            at = i + 1
    return [p for p in [*found, text[at:]] if p.strip()]


def wrapped(text: str, room: float, properties: FontProperties, most: int) -> list[str]:
    """A text in lines of at most ``room`` mm; what is beyond the most lines, or a word that is too long, is cut with an ellipsis."""
    lines = [""]
    words = pieces(" ".join(text.split()))
    for i, word in enumerate(words):
        if extent((lines[-1] + word).rstrip(), properties) <= room or not lines[-1]:
            lines[-1] += word
        elif len(lines) == most:
            lines[-1] += "".join(words[i:])
            break
        else:
            lines.append(word)
    return [cut(line.rstrip(), room, properties) for line in lines]


def flowed(widths: Sequence[float], room: float) -> list[tuple[float, int]]:
    """Left edge and line of things that stand beside one another, in as many lines as they need.

    >>> flowed([4.0, 4.0, 4.0], 10.0)
    [(0.0, 0), (4.0, 0), (0.0, 1)]
    """
    found, x, row = [], 0.0, 0
    for width in widths:
        if x and x + width > room:
            x, row = 0.0, row + 1
        found.append((x, row))
        x += width
    return found


def spread(places: Sequence[float], heights: Sequence[float], low: float, high: float) -> list[float]:
    """Middles of things that must not cover one another, each as near to its place as can be; in the order of the places.

    >>> spread([5.0, 5.0, 9.0], [2.0, 2.0, 2.0], 0.0, 10.0)
    [4.0, 6.0, 9.0]

    Args:
        places: where the middles should be.
        heights: of each.
        low: lower end of the room.
        high: upper end; where the room is too small, things stand out of it at the upper end.
    """
    order = sorted(range(len(places)), key=lambda i: (places[i], i))
    blocks: list[tuple[list[int], float, float]] = []  # members, wanted bottom summed over members, height
    for i in order:
        blocks.append(([i], places[i] - heights[i] / 2, heights[i]))
        while len(blocks) > 1 and _bottom(blocks[-2], low, high) + blocks[-2][2] > _bottom(blocks[-1], low, high):
            (above, wanted, height), (below, wished, size) = blocks[-1], blocks[-2]
            blocks[-2:] = [([*below, *above], wished + wanted - len(above) * size, size + height)]
    found = [0.0] * len(places)
    for members, wanted, height in blocks:
        at = _bottom((members, wanted, height), low, high)
        for i in members:
            found[i] = at + heights[i] / 2
            at += heights[i]
    return found


def _bottom(block: tuple[list[int], float, float], low: float, high: float) -> float:
    members, wanted, height = block
    return max(low, min(wanted / len(members), high - height))
