"""Pieces of an SVG: its elements, how wide words are, and numbers as they are said."""

from __future__ import annotations

import math
from collections.abc import Sequence
from types import MappingProxyType
from typing import NamedTuple

from markupsafe import Markup, escape

from allnlp.figures.lettering import pieces

LETTERS = 12  # px, of every text
LINE = 16  # px, from one line of a text to the next
BASE = 4  # px, from the middle of a line down to the foot of its letters
WIDTHS = (640, 360)  # px, of a chart beside other things and of one on a telephone
#: Widths of letters in DejaVu Sans, the widest of the usual fonts, in sizes of the font.
_EM = MappingProxyType(
    dict.fromkeys("ijlI'|", 0.3) | dict.fromkeys(" .,:;/-()[]!", 0.38) | dict.fromkeys("frt", 0.42) | dict.fromkeys("mMwW%@", 0.96)
    | dict.fromkeys("+<=>≥≤−~²", 0.84)
)  # fmt: skip
_USUAL, _LARGE, _WIDE, _BOLD = 0.63, 0.74, 1.0, 1.12
_WIDE_FROM = 0x2E80  # Chinese, Japanese and Korean letters


class Room(NamedTuple):
    """A rectangle of a chart in which something is drawn, px from the upper left corner."""

    left: float
    top: float
    right: float
    bottom: float

    def x(self, part: float) -> float:
        """Place of a part of the width."""
        return self.left + part * (self.right - self.left)

    def y(self, part: float) -> float:
        """Place of a part of the height, from below."""
        return self.bottom - part * (self.bottom - self.top)


def element(tag: str, *content: str, **attributes: str | float | None) -> Markup:
    """An element; names lose a last underscore and get hyphens, numbers one decimal, what is None is left out, text is escaped.

    >>> str(element("a", "1 < 2", class_="hit", aria_label='"x"', x=-0.01, y=1.25, href=None))
    '<a class="hit" aria-label="&#34;x&#34;" x="0" y="1.2">1 &lt; 2</a>'
    """
    said = ""
    for name, value in attributes.items():
        if value is not None:
            said += f' {name.removesuffix("_").replace("_", "-")}="{escape(value) if isinstance(value, str) else place(value)}"'
    inside = "".join([part if isinstance(part, Markup) else escape(part) for part in content])
    return Markup(f"<{tag}{said}>{inside}</{tag}>" if inside else f"<{tag}{said}/>")


def place(value: float) -> str:
    """A length or place with at most one decimal, never -0.

    >>> place(12.04), place(-0.04), place(3)
    ('12', '0', '3')

    Raises:
        ValueError: no finite number.
    """
    if not math.isfinite(value):
        raise ValueError(f"a place is {value}; it must be a finite number")
    return f"{round(value, 1) + 0.0:.1f}".removesuffix(".0")


def path(points: Sequence[tuple[float, float]], *, closed: bool = False) -> str:
    """The ``d`` of a path through points.

    >>> path([(0, 1.5), (10, 2)], closed=True)
    'M0 1.5L10 2Z'
    """
    return "M" + "L".join(f"{place(x)} {place(y)}" for x, y in points) + ("Z" if closed else "")


def picture(width: float, height: float, kind: str, title: str, about: str, *content: Markup, has_links: bool) -> Markup:
    """A whole SVG at its drawn size: an image with a title and a description, or a named group where its marks are links.

    Args:
        width: px.
        height: px.
        kind: classes.
        title: what it shows, in a few words.
        about: what a person would say of it who sees it.
        content: what is drawn.
        has_links: a part of it is a link.
    """
    named = {"role": "group", "aria_label": f"{title}. {about}"} if has_links else {"role": "img"}
    said = () if has_links else (element("title", title), element("desc", about))
    size = f"0 0 {place(width)} {place(height)}"
    return element("svg", *said, *content, class_=f"chart {kind}", viewBox=size, width=width, height=height, **named)


def linked(href: str | None, label: str, *content: Markup, kind: str | None = None) -> Markup:
    """Marks that are a link with words for the ear and, under the pointer, for the eye; without a link only the latter."""
    if href is None:
        return element("g", element("title", label), *content, class_=kind)
    return element("a", element("title", label), *content, class_=kind, href=href, aria_label=label)


def words(text: str, x: float, middle: float, *, anchor: str | None = None, kind: str | None = None) -> Markup:
    """A line of text whose middle is at a height; it begins at x, or has it as its middle or end."""
    return element("text", text, x=x, y=middle + BASE, text_anchor=anchor, class_=kind)


def line(x1: float, y1: float, x2: float, y2: float, kind: str) -> Markup:
    """A straight line."""
    return element("path", d=path([(x1, y1), (x2, y2)]), class_=kind)


def ground(room: Room, kind: str = "hit") -> Markup:
    """A rectangle that fills a room: by default one that is not seen and makes a link easier to hit."""
    return element("rect", x=room.left, y=room.top, width=room.right - room.left, height=room.bottom - room.top, class_=kind)


def width_of(text: str, *, bold: bool = False) -> float:
    """Width of a text, px; rather too much than too little.

    >>> width_of("2019") < width_of("Maude 2018") < width_of("Maude 2018", bold=True)
    True
    """
    em = sum(_EM.get(c, _WIDE if ord(c) >= _WIDE_FROM else _LARGE if c.isupper() else _USUAL) for c in text)
    return em * LETTERS * (_BOLD if bold else 1)


def widest(texts: Sequence[str], *, bold: bool = False) -> float:
    """Width of the widest text, px; 0 where there is none."""
    return max((width_of(t, bold=bold) for t in texts), default=0.0)


def cut(text: str, room: float, *, bold: bool = False) -> str:
    """The text where it fits in the room (px), else its beginning with an ellipsis.

    >>> cut("fever", 100), cut("haemophagocytic lymphohistiocytosis", 100)
    ('fever', 'haemophagoc…')
    """
    if width_of(text, bold=bold) <= room:
        return text
    while text and width_of(text + "…", bold=bold) > room:
        text = text[:-1]
    return text.rstrip(" -/,(") + "…"


def wrapped(text: str, room: float, most: int, *, bold: bool = False) -> list[str]:
    """A text in at most so many lines of a width (px); a word that is too long is broken, what is beyond is cut with an ellipsis.

    >>> wrapped("cytokine release syndrome", 110, 2), wrapped("cytokine release syndrome", 60, 2)
    (['cytokine release', 'syndrome'], ['cytokine', 'release…'])
    """
    lines = [""]
    parts = [short for part in pieces(text) for short in _broken(part, room, bold=bold)]
    for i, part in enumerate(parts):
        if not lines[-1] or width_of((lines[-1] + part).rstrip(), bold=bold) <= room:
            lines[-1] += part
        elif len(lines) == most:
            lines[-1] += "".join(parts[i:])
            break
        else:
            lines.append(part)
    return [cut(one.rstrip(), room, bold=bold) for one in lines]


def _broken(word: str, room: float, *, bold: bool) -> list[str]:
    """A word in parts that fit.

    >>> _broken("lymphohistiocytosis ", 60, bold=False)
    ['lymphohi', 'stiocytos', 'is ']
    """
    found = [""]
    for char in word:
        if found[-1] and char != " " and width_of(found[-1] + char, bold=bold) > room:
            found.append("")
        found[-1] += char
    return found


def within(room: Room, x: float, width: float) -> float:
    """The middle of a text of a width that should be at x, moved so that the text stands out of the room by 4 px at most.

    >>> within(Room(40, 0, 100, 10), 100, 30), within(Room(40, 0, 100, 10), 70, 30)
    (89.0, 70)
    """
    return min(max(x, room.left - 4 + width / 2), room.right + 4 - width / 2)


def share_said(share: float) -> str:
    """A share (0 to 1) as percent with as many decimals as tell something; never -0.

    >>> share_said(0.1619), share_said(0.0034), share_said(0.00001), share_said(0.0), share_said(1.0), share_said(0.9999)
    ('16.2 %', '0.34 %', '<0.01 %', '0 %', '100 %', '99.9 %')
    """
    percent = 100 * share
    if percent <= 0 or percent >= 100:
        return "0 %" if percent <= 0 else "100 %"
    if percent < 0.01:
        return "<0.01 %"
    return f"{percent:.2f} %" if percent < 0.995 else f"{min(percent, 99.9):.1f} %"


def counted(n: int, noun: str = "document") -> str:
    """A number of things.

    >>> counted(1), counted(2973)
    ('1 document', '2,973 documents')
    """
    return f"{n:,} {noun}" if n == 1 else f"{n:,} {noun}s"


def count_ticks(highest: float, most: int) -> list[int]:
    """Whole numbers from 0 at round steps, at most so many; the last holds the highest.

    >>> count_ticks(412, 5), count_ticks(3, 5), count_ticks(0, 5), count_ticks(51_000, 4)
    ([0, 200, 400, 600], [0, 1, 2, 3], [0, 1], [0, 20000, 40000, 60000])
    """
    steps = (s * 10**p for p in range(12) for s in (1, 2, 5))
    step = next(s for s in steps if math.ceil(highest / s) + 1 <= most)
    return [step * i for i in range(max(math.ceil(highest / step), 1) + 1)]


def either_width(wide: Markup, narrow: Markup) -> Markup:
    """Two drawings of one chart, of which the room that the page has shows one."""
    return element("div", element("div", wide, class_="wide"), element("div", narrow, class_="narrow"), class_="either-width")
