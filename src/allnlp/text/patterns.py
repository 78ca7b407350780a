"""What lists cannot say: patterns over the text, and over its shadow in which mentions are masked by their label."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Sequence

from allnlp.text.fold import fold
from allnlp.text.lexicon import Lexicon
from allnlp.text.rules import SHADOWS, PatternRule
from allnlp.text.spans import Clause, Span, longest, specificity
from allnlp.text.terms import is_stopped
from allnlp.text.triggers import Look, Triggers, look

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
    text: str,
    lexicon: Lexicon,
    *,
    folded: str,
    clauses: Sequence[Clause],
    known: Sequence[Span],
    shadowed: bool,
    seen: Look | None = None,
) -> list[Span]:
    """Spans of the patterns that look at the text (``shadowed`` False) or at its shadow (True).

    A pattern looks at one sentence, and only at those that hold one of the strings that it needs, and only where one of the
    strings stands with which a match of it begins, if they are known. ``known`` are the spans found so far: they cast the
    shadow, and a pattern without a concept of its own takes that of the longest of its label inside. ``seen`` is what a look
    over the text saw, if there was one.
    """
    seen = look(folded, clauses, lexicon.triggers) if seen is None else seen
    grounds = {frozenset[str](): text}
    spans = []
    for number, i in _pairs(seen, lexicon.triggers, shadowed):
        rule, clause = lexicon.patterns[number], clauses[i]
        first, starts = _places(number, seen.seen[i], clause.start, lexicon.triggers)
        begin = max(clause.start, first - _REACH)
        if rule.holds and not _is_shown(rule.labels, begin, clause.end, known):
            continue
        ground = grounds.get(rule.labels)
        if ground is None:
            ground = grounds[rule.labels] = shadow(text, known, rule.labels)
        if lexicon.triggers.unbegun >> number & 1 or seen.wary is None:
            matches = rule.regex.finditer(ground, begin, clause.end)
        else:
            matches = _matches(rule.regex, ground, begin, clause.end, starts)
        for match in matches:
            start, end = match.span(match.lastgroup or 0)  # the named group that took part is the mention
            if start < end and not is_stopped(text, folded, start, end, rule.row.label, lexicon):
                spans.append(_span(text, start, end, rule, known, lexicon))
    return spans


def _pairs(seen: Look, triggers: Triggers, shadowed: bool) -> list[tuple[int, int]]:
    """Numbers of patterns and sentences to look at."""
    ours = triggers.shadowed if shadowed else ~triggers.shadowed
    out = []
    for i, (needed, begun) in enumerate(zip(seen.needed, seen.begun, strict=True)):
        left = needed & begun & ours
        while left:
            number = left.bit_length() - 1
            left ^= 1 << number
            out.append((number, i))
    return sorted(out)


def _places(number: int, seen: Sequence[tuple[int, int]], start: int, triggers: Triggers) -> tuple[int, set[int]]:
    """Place of the first string that a pattern needs in a sentence, its ``start`` where it needs none; places where it may begin."""
    needs, begins = [], set()
    for index, at in seen:
        needed, begun, _, _ = triggers.found[index]
        if begun >> number & 1:
            begins.add(at)
        if needed >> number & 1:
            needs.append(at)
    return start if triggers.needless >> number & 1 else min(needs), begins


def _matches(regex: re.Pattern[str], ground: str, begin: int, end: int, starts: Iterable[int]) -> Iterator[re.Match[str]]:
    """Matches one after the other, as ``finditer`` gives them, looked for at the places alone where one may begin."""
    for at in sorted(starts):
        if at >= begin and (match := regex.match(ground, at, end)):
            yield match
            begin = max(at + 1, match.end())


def _is_shown(labels: Collection[str], start: int, end: int, known: Iterable[Span]) -> bool:
    """Whether a mention of one of the labels reaches into a stretch: else its shadow holds none."""
    return any(s.start < end and s.end > start and s.label in labels for s in known)


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
