"""Tokens of a text: every run of letters and digits, and every sign, so that any mention is made of tokens."""

from __future__ import annotations

import re

# A decimal number is one token; else a run of letters and digits, one sign, or a run of blanks.
_TOKEN = re.compile(r"(?<![^\W_])\d+(?:[.,\u00b7]\d+)+(?![^\W_])|[^\W_]+|[^\w\s]|_|\s+")


def tokens(text: str) -> tuple[list[str], list[tuple[int, int]]]:
    """Tokens of a text and where they stand; only single blanks behind a token lie between them.

    >>> tokens("CD19  CAR.")
    (['CD19', ' ', 'CAR', '.'], [(0, 4), (5, 6), (6, 9), (9, 10)])
    """
    words: list[str] = []
    places: list[tuple[int, int]] = []
    at, may_part = 0, False
    for piece in _TOKEN.findall(text):
        if may_part and piece[0] == " ":
            at += 1
            may_part = False
            piece = piece[1:]
            if not piece:
                continue
        end = at + len(piece)
        words.append(piece)
        places.append((at, end))
        at = end
        may_part = True
    return words, places


def split(text: str) -> tuple[list[str], list[bool]]:
    """Tokens of a text and whether a blank follows each; together they give back every character.

    >>> split("anti-CD19 CAR-T, 26.5%")
    (['anti', '-', 'CD19', 'CAR', '-', 'T', ',', '26.5', '%'], [False, False, True, False, False, False, True, False, False])
    """
    words, places = tokens(text)
    starts = [start for start, _ in places[1:]] + [len(text)]
    return words, [end < start for (_, end), start in zip(places, starts, strict=True)] if words else []
