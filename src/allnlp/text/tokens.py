"""Tokens of a text: every run of letters and digits, and every sign, so that any mention is made of tokens."""

from __future__ import annotations

import re
from collections.abc import Sequence

# A decimal number is one token; else a run of letters and digits, one sign, or a run of blanks.
_TOKEN = re.compile(r"(?<![^\W_])\d+(?:[.,\u00b7]\d+)+(?![^\W_])|[^\W_]+|[^\w\s]|_|\s+")


def split(text: str) -> tuple[list[str], list[bool]]:
    """Tokens of a text and whether a blank follows each; together they give back every character.

    >>> split("anti-CD19 CAR-T, 26.5%")
    (['anti', '-', 'CD19', 'CAR', '-', 'T', ',', '26.5', '%'], [False, False, True, False, False, False, True, False, False])
    """
    words: list[str] = []
    spaces: list[bool] = []
    for match in _TOKEN.finditer(text):
        piece = match.group()
        if piece.isspace():
            if words and not spaces[-1] and piece[0] == " ":
                spaces[-1] = True
                piece = piece[1:]
            if not piece:
                continue
        words.append(piece)
        spaces.append(False)
    return words, spaces


def places(words: Sequence[str], spaces: Sequence[bool]) -> list[tuple[int, int]]:
    """Where the tokens of ``split`` stand.

    >>> places(["CD19", "CAR", "."], [True, False, False])
    [(0, 4), (5, 8), (8, 9)]
    """
    out, at = [], 0
    for word, space in zip(words, spaces, strict=True):
        out.append((at, at + len(word)))
        at += len(word) + space
    return out
