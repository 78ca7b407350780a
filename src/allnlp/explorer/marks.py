"""A text with its marks as pieces that can be nested: overlaps stay readable, and no letter is lost or doubled."""

from __future__ import annotations

import re
from bisect import insort
from collections.abc import Callable, Sequence
from html import escape
from itertools import pairwise
from typing import NamedTuple

from markupsafe import Markup


class Mark(NamedTuple):
    """A stretch of a text that is marked."""

    start: int
    end: int
    kind: str  # classes of the mark: label-TOXICITY negated
    title: str = ""  # what a pointer that rests on it is told
    key: str = ""  # number of the mention; empty for a mark that leads nowhere


class Piece(NamedTuple):
    """Letters with the marks over them, the widest first."""

    text: str
    marks: tuple[Mark, ...]
    starts: bool  # the innermost mark begins here
    ends: bool


def pieces(text: str, marks: Sequence[Mark], start: int = 0, end: int | None = None) -> list[Piece]:
    """A stretch of a text in pieces, cut wherever a mark begins or ends.

    >>> crs = Mark(3, 6, "label-TOXICITY negated")
    >>> [(p.text, len(p.marks)) for p in pieces("No CRS was seen.", [crs, Mark(0, 2, "cue")])]
    [('No', 1), (' ', 0), ('CRS', 1), (' was seen.', 0)]
    >>> "".join(p.text for p in pieces("abcdef", [Mark(1, 4, "x"), Mark(2, 5, "y")], 1, 5))
    'bcde'

    Args:
        text: of the document.
        marks: offsets in the text; those outside the stretch are left out, those across its ends are cut.
        start: first letter.
        end: letter after the last; by default the end of the text.
    """
    end = len(text) if end is None else end
    inside = [m for m in marks if m.start < end and m.end > start and m.end > m.start]
    inside.sort(key=lambda m: (m.start - m.end, m.start, m.kind))  # the widest first
    cuts = sorted({start, end, *(max(m.start, start) for m in inside), *(min(m.end, end) for m in inside)})
    coming = sorted(enumerate(inside), key=lambda one: one[1].start, reverse=True)
    now: list[tuple[int, Mark]] = []  # marks over the place, the widest first
    out = []
    for a, b in pairwise(cuts):
        now = [one for one in now if one[1].end >= b]
        while coming and coming[-1][1].start <= a:
            insort(now, coming.pop())
        over = tuple(m for _, m in now)
        out.append(Piece(text[a:b], over, not over or over[-1].start == a, not over or over[-1].end == b))
    return out


_HEADING = re.compile(r"[A-Z][A-Z ,/&()-]{2,60}:")  # METHODS:


def section_said(section: str, text: str, start: int = 0) -> str:
    """The section to be named before words; empty where it has no name, or the words begin with their heading.

    >>> section_said("methods", "METHODS: We"), section_said("methods", "We"), section_said("other", "We")
    ('', 'methods', '')
    """
    return "" if section == "other" or _HEADING.match(text, start) else section


def _exact(text: str) -> str:
    r"""A text as HTML, letter for letter: a browser would take a carriage return for a new line, and places count from it.

    >>> _exact("a\r<b>")
    'a&#13;&lt;b&gt;'
    """
    return escape(text).replace("\r", "&#13;")


def marked(pieces: Sequence[Piece], url: Callable[[str], str] | None = None, quiet: bool = True) -> Markup:
    """Pieces as HTML: the innermost mark leads to its mention, wider ones are drawn around it.

    >>> print(marked(pieces("a <b>", [Mark(2, 5, "label-TOXICITY", "toxicity: b")])))
    a <span class="mark label-TOXICITY" title="toxicity: b">&lt;b&gt;</span>

    Args:
        pieces: of a text.
        url: of a mention by its number; without one no mark is a link.
        quiet: links are left out when one goes from link to link by key.
    """
    out: list[str] = []
    for p in pieces:
        if not p.marks:
            out.append(_exact(p.text))
            continue
        *wider, m = p.marks
        out += [f'<span class="{escape(_class(w))} outer" title="{escape(w.title)}">' for w in wider]
        out.append(_innermost(p, m, url, quiet))
        out.append("</span>" * len(wider))
    return Markup("".join(out))


def _innermost(p: Piece, m: Mark, url: Callable[[str], str] | None, quiet: bool) -> str:
    if m.kind == "word":
        return f'<mark class="word">{_exact(p.text)}</mark>'
    edges = f"{'' if p.starts else ' on'}{'' if p.ends else ' off'}"
    shown = f'class="{escape(_class(m))}{edges}" title="{escape(m.title)}"'
    if url is None or not m.key:
        return f"<span {shown}>{_exact(p.text)}</span>"
    apart = ' tabindex="-1"' if quiet else ""
    return f'<a {shown} href="{escape(url(m.key))}"{apart}>{_exact(p.text)}</a>'


def _class(m: Mark) -> str:
    return m.kind if m.kind.startswith(("cue", "word")) else f"mark {m.kind}"
