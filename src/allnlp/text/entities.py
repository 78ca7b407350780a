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
