"""What lists cannot say: patterns over the text, and over its shadow in which mentions are masked by their label."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Collection, Iterable, Sequence

from allnlp.text.fold import fold
from allnlp.text.lexicon import SHADOWS, Lexicon, PatternRule
from allnlp.text.spans import Clause, Span, longest, specificity
from allnlp.text.terms import is_stopped

_REACH = 160  # no pattern begins farther before the string that it needs


def shadow(text: str, spans: Iterable[Span], labels: Collection[str]) -> str:
    """Text of the same length in which each mention of the labels is a run of its label's character.

    >>> shadow("after CAR-T", [Span(6, 11, "THERAPY", None, None, "", "", "")], ["THERAPY"]).replace(SHADOWS["THERAPY"], "T")
    'after TTTTT'
    """
    out, at = [], 0
    for span in longest(s for s in spans if s.label in labels):
        out += [text[at : span.start], SHADOWS[span.label] * (span.end - span.start)]
        at = span.end
    return "".join(out) + text[at:]


def find_patterns(
    text: str, lexicon: Lexicon, *, folded: str, clauses: Sequence[Clause], known: Sequence[Span], shadowed: bool
) -> list[Span]:
    """Spans of the patterns that look at the text (``shadowed`` False) or at its shadow (True).

    A pattern looks at one sentence, and only at those that hold one of the strings that it needs. ``known`` are the spans
    found so far: they cast the shadow, and a pattern without a concept of its own takes that of the longest of its label
    inside.
    """
    places = _places(folded, clauses, lexicon, shadowed)
    if not places:
        return []
    grounds = {frozenset[str](): text}
    spans = []
    for (number, clause_number), first in sorted(places.items()):
        rule, clause = lexicon.patterns[number], clauses[clause_number]
        ground = grounds.get(rule.labels)
        if ground is None:
            ground = grounds[rule.labels] = shadow(text, known, rule.labels)
        for match in rule.regex.finditer(ground, max(clause.start, first - _REACH), clause.end):
            start, end = match.span(match.lastgroup or 0)  # the named group that took part is the mention
            if start < end and not is_stopped(text, folded, start, end, rule.row.label, lexicon):
                spans.append(_span(text, start, end, rule, known, lexicon))
    return spans


def _places(folded: str, clauses: Sequence[Clause], lexicon: Lexicon, shadowed: bool) -> dict[tuple[int, int], int]:
    """Pattern and sentence numbers to look at, with the place of the first string that the pattern needs there."""
    starts = [c.start for c in clauses]
    places = {(number, i): c.start for number in lexicon.needless[shadowed] for i, c in enumerate(clauses)}
    for index, start, _ in lexicon.needs.find_matches_as_indexes(folded, overlapping=True):
        numbers = lexicon.needed_by[index][shadowed]
        if numbers:
            i = bisect_right(starts, start) - 1
            for number in numbers:
                if i >= 0 and start < places.get((number, i), start + 1):
                    places[number, i] = start
    return places


def _span(text: str, start: int, end: int, rule: PatternRule, known: Sequence[Span], lexicon: Lexicon) -> Span:
    row = rule.row
    curie, name = row.curie or None, row.name
    if name == "{words}":
        curie, name = _of_words(text[start:end], row.label, lexicon)
    elif not name:
        curie, name = _concept(text, start, end, row.label, known, lexicon)
    return Span(start, end, row.label, row.subtype or None, curie, name, "patterns", f"patterns.tsv:{row.key}")


_MEASURED = re.compile(r"\s(?:rates?|probabilit(?:y|ies)|\([^()]*\)(?=\s))")


def _of_words(words: str, label: str, lexicon: Lexicon) -> tuple[str | None, str]:
    """The listed name that the words are, or the words themselves: amputation-free survival is no survival as such."""
    folded = " ".join(fold(_MEASURED.sub("", words)).split())
    listed = next((e for e in lexicon.by_form.get(folded, ()) if e.label == label), None)
    return (listed.curie, listed.name) if listed else (None, " ".join(_MEASURED.sub("", words).lower().split()))


def _concept(text: str, start: int, end: int, label: str, known: Sequence[Span], lexicon: Lexicon) -> tuple[str | None, str]:
    """Concept that the words name: of the longest mention of the label inside, of the listed name that they are, or none."""
    inside = [s for s in known if s.label == label and start <= s.start and s.end <= end]
    if inside:
        best = max(inside, key=lambda s: (s.end - s.start, specificity(s), s.curie or ""))
        return best.curie, best.name
    folded = " ".join(fold(text[start:end]).split())
    listed = next((e for e in lexicon.by_form.get(folded, ()) if e.label == label), None)
    if listed is not None:
        return listed.curie, listed.name
    return None, folded if label == "POPULATION" else text[start:end] if label == "ANTIGEN" else text[start:end].lower()
