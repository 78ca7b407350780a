"""Tokens of a text such that every mention is made of whole ones."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Collection, Sequence
from itertools import pairwise
from typing import NamedTuple

Span = tuple[int, int]


class Token(NamedTuple):
    """A stretch of text, and whether one blank follows that belongs to no token."""

    start: int
    end: int
    has_blank: bool


def tokens(text: str, spans: Collection[Span] = ()) -> list[Token]:
    """Tokens as the pipeline makes them, cut once more wherever a span begins or ends inside one.

    >>> [(t.start, t.end) for t in tokens("CAR19 T", [(0, 3)])]
    [(0, 3), (3, 5), (6, 7)]

    Args:
        text: a document's text.
        spans: starts and ends of mentions, code points.
    """
    from allnlp.text.tokens import split

    starts, ends = {start for start, _ in spans}, {end for _, end in spans}
    cuts = sorted(starts | ends)
    out: list[Token] = []
    place = 0
    for word, has_blank in zip(*split(text), strict=True):
        end = place + len(word)
        if has_blank and (end in starts or end + 1 in ends):  # the blank is part of a mention, so it must be a token
            pieces, has_blank = [*_cut(place, end, cuts), (end, end + 1)], False
            following = end + 1
        else:
            pieces, following = _cut(place, end, cuts), end + has_blank
        out += [Token(a, b, False) for a, b in pieces[:-1]]
        out.append(Token(*pieces[-1], has_blank))
        place = following
    return out


def _cut(start: int, end: int, cuts: Sequence[int]) -> list[Span]:
    """The stretch, cut at the places inside it."""
    inside = [start, *cuts[bisect_right(cuts, start) : bisect_left(cuts, end)], end]
    return list(pairwise(inside))
