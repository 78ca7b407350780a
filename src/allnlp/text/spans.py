"""The span: a stretch of text with what it is read as, and why."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple


class Span(NamedTuple):
    """Characters ``text[start:end]`` read as ``label``.

    ``curie`` is None where the words name no listed concept; ``name`` is the concept's normal name. ``source`` and
    ``rule`` say what decided, ``context`` what else the words may be (see ``Term``), ``review`` why a person should look. Ages
    are years; ``score`` (0 to 1) is of mentions that a model added.
    """

    start: int
    end: int
    label: str
    subtype: str | None
    curie: str | None
    name: str
    source: str
    rule: str
    context: str = ""
    n: int | None = None
    age_min: float | None = None
    age_max: float | None = None
    age_median: float | None = None
    review: str = ""
    score: float | None = None  # of a model's certainty


class Clause(NamedTuple):
    """A sentence with its section."""

    start: int
    end: int
    section: str


def specificity(span: Span) -> int:
    """How much of its text a span's own rule names: of two readings of the same characters the longer name is the better.

    "B-cell acute lymphoblastic leukemia" is read as that concept, and as acute lymphoblastic leukemia with an edge word.
    """
    return len(span.rule.partition(":")[2]) if span.source == "terms" else 0


def overlaps(a: Span, b: Span) -> bool:
    """Whether two spans share a character."""
    return a.start < b.end and b.start < a.end


def covers(outer: Span, inner: Span) -> bool:
    """Whether ``inner`` lies within ``outer``."""
    return outer.start <= inner.start and inner.end <= outer.end


def longest(spans: Iterable[Span]) -> list[Span]:
    """Spans without overlap, longer ones first in the choice, in order of place."""
    ordered = sorted(spans, key=lambda s: (s.start - s.end, s.start))
    taken = Taken(max((s.end for s in ordered), default=0))
    return sorted(s for s in ordered if taken.take(s.start, s.end))


class Taken:
    """Characters of a text that a span already holds."""

    def __init__(self, length: int) -> None:
        self._held = bytearray(length)

    def take(self, start: int, end: int) -> bool:
        """Hold a stretch; False, and nothing is held, when one of its characters is held already."""
        if self.holds(start, end):
            return False
        self._held[start:end] = b"\x01" * (end - start)
        return True

    def holds(self, start: int, end: int) -> bool:
        """Whether any character of a stretch is held."""
        return self._held.find(1, start, end) >= 0
