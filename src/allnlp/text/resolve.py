"""Which of several readings of the same characters stands."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence
from operator import itemgetter

from allnlp.text.spans import Span, Taken, covers, longest, overlaps, specificity

# A population may hold a therapy, disease or antigen ("previously treated with blinatumomab", "6 AML patients").
_HOLDERS = frozenset({"POPULATION"})
_START = itemgetter(0)
_SOURCES = ("abbreviation", "populations", "patterns", "terms")


def resolve(spans: Iterable[Span], precedence: Mapping[str, int]) -> list[Span]:
    """Spans that stand, in order of place: of one label none overlap; of two labels only inside a population.

    The longer reading wins, then the label of higher precedence (1 is highest), then a term over an abbreviation. Most spans
    meet no other, and stand.
    """
    out: list[Span] = []
    together: list[Span] = []
    end = -1
    for span in sorted(set(spans), key=_START):
        if span.start < end:
            together.append(span)
            end = max(end, span.end)
            continue
        out += together if len(together) < 2 else _resolved(together, precedence)
        together, end = [span], span.end
    return out + (together if len(together) < 2 else _resolved(together, precedence))


def _resolved(spans: Sequence[Span], precedence: Mapping[str, int]) -> list[Span]:
    """Those that stand of spans that reach into one another, in order of place; the one that alone holds all others, mostly."""
    first, last = spans[0].start, max(s.end for s in spans)
    whole = [s for s in spans if s.start == first and s.end == last]
    if len(whole) == 1 and not any(s.label in _HOLDERS for s in spans):
        return whole
    ranked = sorted(
        spans,
        key=lambda s: (
            s.start - s.end, precedence.get(s.label, 99), -specificity(s), -_SOURCES.index(s.source), s.start, s.curie or "", s.rule
        ),
    )  # fmt: skip
    populations = longest(s for s in ranked if s.label in _HOLDERS)
    at = {(p.start, p.end) for p in populations}
    taken = Taken(last)
    others: list[Span] = []
    for span in ranked:
        if span.label in _HOLDERS or taken.holds(span.start, span.end):
            continue
        if (span.start, span.end) in at and precedence.get(span.label, 99) > precedence["POPULATION"]:
            continue
        if any(_cuts(p, span) or _is_status(p, span) for p in _near(populations, span)):
            continue
        taken.take(span.start, span.end)
        others.append(span)
    kept = [
        p for p in populations if not taken.holds(p.start, p.end) or not any(_breaks(o, p) for o in others if overlaps(o, p))
    ]
    return sorted([*kept, *others], key=lambda s: (s.start, -s.end, s.label))


def _near(populations: list[Span], span: Span) -> Iterator[Span]:
    """Populations that overlap a span; they are in order of place and do not overlap one another."""
    i = bisect_left(populations, (span.start,))
    for p in populations[max(0, i - 1) :]:
        if p.start >= span.end:
            break
        if p.end > span.start:
            yield p


def _cuts(population: Span, span: Span) -> bool:
    """Whether a population at least as long crosses the span without holding it."""
    return not covers(population, span) and population.end - population.start >= span.end - span.start


def _is_status(population: Span, span: Span) -> bool:
    """Whether an outcome is but the word for a state of the patients: "first complete [remission]"."""
    held = covers(population, span) and (span.start, span.end) != (population.start, population.end)
    return held and span.subtype == "response" and population.subtype == "disease_status"


def _breaks(other: Span, population: Span) -> bool:
    """Whether a span that stands forbids a population: it crosses it, or is the same stretch."""
    return not covers(population, other) or (other.start, other.end) == (population.start, population.end)
