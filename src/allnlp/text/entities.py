"""What a model of named entities found in a text, before it is read as a mention of ours."""

from __future__ import annotations

from typing import NamedTuple


class Entity(NamedTuple):
    """Characters ``text[start:end]`` that a model marked.

    ``label`` is the model's own; ``score`` is what the model says of its certainty, in [0, 1], or None where it says nothing;
    ``model`` is the name of its package.
    """

    start: int
    end: int
    label: str
    score: float | None
    model: str


def trimmed(text: str, start: int, end: int) -> tuple[int, int]:
    """A stretch of text without the blanks at its edges; empty where it is all blank.

    >>> trimmed("a CD19 b", 1, 7)
    (2, 6)
    """
    words = text[start:end]
    return start + len(words) - len(words.lstrip()), start + len(words.rstrip()) if words.strip() else start + len(words)
