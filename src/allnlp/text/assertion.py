"""Whether a mention is present, negated, hypothetical or historical, and the words that say so."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Sequence
from typing import NamedTuple

from allnlp.text.cues import FoundCue
from allnlp.text.spans import Clause, Span, covers

_ORDER = ("negated", "historical", "hypothetical")
_STOPS = re.compile(r"[;:]|\s[\u2013\u2014]\s")
_NEW_SUBJECT = re.compile(
    r"(?:,\s*\d+(?:\.\d+)?\s?%|,\s(?:and|but)\s(?:the|an?|our|we|all|there)\b|\band\s(?:one|two|three|four|\d+)\b|(?:,|\band\b|\bbut\b|\bwhile\b)[^,]*\b(?:was|were|had|has|have|is|are|occurred|developed|experienced|achieved|showed|received|led"
    r"|resulted|remained|improved|increased|decreased|demonstrated|exhibited|underwent)\b)",
    re.IGNORECASE,
)
_VERB = re.compile(
    r"\b(?:was|were|had|has|have|is|are|occurred|developed|experienced|achieved|showed|received|led|resulted|remained|improved"
    r"|demonstrated|exhibited|underwent)\b",
    re.IGNORECASE,
)
_COMMA = re.compile(r",\s(?:(?!and\b|or\b|nor\b)[\w-]+\s){0,2}$")
_OWN_VERB = re.compile(r"(?:\s\([^()]*\))?\s(?:was|were|is|are|occurred|remained|developed|improved)\b", re.IGNORECASE)
_BRACKETS = re.compile(r"\([^()]*\)|\[[^\[\]]*\]")
_ELIGIBLE = re.compile(r"eligible|candidate", re.IGNORECASE)
_WORD = re.compile(r"\w+(?:[-\u2010-\u2015/.]\w+)*")
_PRESENT_ALWAYS = frozenset({"ANTIGEN"})


class Assertion(NamedTuple):
    """What is said of a mention; the cue's offsets are None where no words decided."""

    value: str
    cue_start: int | None = None
    cue_end: int | None = None


PRESENT = Assertion("present")


def assert_mentions(text: str, clauses: Sequence[Clause], spans: Sequence[Span], cues: Sequence[FoundCue]) -> list[Assertion]:
    """The assertion of each span, in the order of ``spans``; ``cues`` are those of `find_cues`."""
    if not spans:
        return []
    starts = [c.start for c in clauses]
    of_sentence: dict[int, list[FoundCue]] = {}
    for cue in cues:
        of_sentence.setdefault(bisect_right(starts, cue.start) - 1, []).append(cue)
    holders = [s for s in spans if _is_history(text, s, spans)]
    return [_assert_one(text, clauses, of_sentence, starts, span, holders) for span in spans]


def _assert_one(
    text: str, clauses: Sequence[Clause], cues: dict[int, list[FoundCue]], starts: list[int], span: Span, holders: list[Span]
) -> Assertion:
    if span.label in _PRESENT_ALWAYS:
        return PRESENT
    number = bisect_right(starts, span.start) - 1
    clause = clauses[max(number, 0)]
    found: dict[str, Assertion] = {}
    for cue in cues.get(number, ()):
        if cue.rule.row.category in _ORDER and _reaches(text, clause, cues[number], cue, span):
            found.setdefault(cue.rule.row.category, Assertion(cue.rule.row.category, cue.start, cue.end))
    for holder in holders:
        if span is holder or (span.label == "THERAPY" and covers(holder, span)):
            return Assertion("historical", holder.start, holder.end)
    return next((found[c] for c in _ORDER if c in found), PRESENT)


def _is_history(text: str, span: Span, spans: Sequence[Span]) -> bool:
    """Whether a population says what patients had before: a treatment history, or a status that names a therapy."""
    if span.label != "POPULATION" or _ELIGIBLE.search(text, span.start, span.end):
        return False
    if span.subtype == "treatment_history":
        return True
    return span.subtype == "disease_status" and any(s.label == "THERAPY" and covers(span, s) for s in spans)


def _reaches(text: str, clause: Clause, cues: list[FoundCue], cue: FoundCue, span: Span) -> bool:
    """Whether a cue's scope holds a mention of its sentence."""
    rule = cue.rule
    if "*" not in rule.labels and span.label not in rule.labels:
        return False
    if rule.row.category != "historical" and span.label == "POPULATION":
        return False
    if cue.end <= span.start and rule.row.direction in ("forward", "both"):
        between = (cue.end, span.start)
        blocked = bool(_NEW_SUBJECT.search(text, cue.end, span.start)) or _is_new_clause(text, cue.end, span, clause.end)
    elif span.end <= cue.start and rule.row.direction in ("backward", "both"):
        between = (span.end, cue.start)
        blocked = bool(_VERB.search(text, span.end, cue.start))
    else:
        return False
    if blocked or _STOPS.search(text, *between) or not _same_bracket(text, *between):
        return False
    if any(o.rule.row.category == "terminate" and between[0] <= o.start and o.end <= between[1] for o in cues):
        return False
    return not rule.span or sum(1 for _ in _WORD.finditer(_BRACKETS.sub(" ", text[between[0] : between[1]]))) <= rule.span


def _is_new_clause(text: str, start: int, span: Span, end: int) -> bool:
    """Whether a mention after a comma is the subject of a clause of its own: "Although none had ICANS, CRS was frequent"."""
    return bool(_COMMA.search(text, start, span.start)) and bool(_OWN_VERB.match(text, span.end, end))


def _same_bracket(text: str, start: int, end: int) -> bool:
    """Whether the way between cue and mention leaves no bracket that it began in."""
    depth = 0
    for char in text[start:end]:
        if char in "([":
            depth += 1
        elif char in ")]":
            depth -= 1
            if depth < 0:
                return False
    return True
