"""Whether a mention is present, negated, hypothetical or historical, and the words that say so."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
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
_AND = re.compile(r"\sand\s(?:grade\s[\d-]+\s|(?!or\b|nor\b)[\w-]+\s){0,2}$", re.IGNORECASE)
_SINGULAR_VERB = re.compile(r"(?:\s\([^()]*\))?\s(?:was|is)\s(?!not\b|absent)", re.IGNORECASE)
_OPENS = re.compile(r"\s?[(\[]")
_GOES_ON = re.compile(r",\s|,?\s(?:and|or|plus)\s(?:an?\s)?|/|\s?\+\s?")
_NO_GAIN = re.compile(r"(?:\s\([^()]*\))?\s(?:benefit|advantage|difference|improvement|effect|impact|gain)", re.IGNORECASE)
_PLACED = re.compile(r"\b(?:in|for|among|of|between)\s(?:[\w-]+\s){0,3}$", re.IGNORECASE)  # "no biomarkers for ALL": not the disease is denied
_ASIDE = re.compile(r"[(\[][^()\[\]]*[\d:%]")
_WORD = re.compile(r"\w+(?:[-\u2010-\u2015/.]\w+)*")
# No cue reaches farther than this many characters: 99% of the sentences of abstracts are shorter.
_FARTHEST = 400
_BESIDE = 10  # characters between two mentions of which the second goes on with the first
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
    for cue in sorted(cues, key=lambda c: c.start):
        of_sentence.setdefault(bisect_right(starts, cue.start) - 1, []).append(cue)
    holders = [s for s in spans if _is_history(text, s, spans)]
    out: list[Assertion] = []
    for i, span in enumerate(spans):
        said = _assert_one(text, clauses, of_sentence, starts, span, holders)
        out.append(_as_before(text, spans, out, i, holders) or said)
    return out


def _as_before(text: str, spans: Sequence[Span], said: Sequence[Assertion], i: int, holders: Sequence[Span]) -> Assertion | None:
    """The assertion that a mention takes from one just before it: its full form, or a list of earlier treatments that goes on."""
    for k in range(i - 1, max(-1, i - 4), -1):
        before, span = spans[k], spans[i]
        if before.label != span.label or before.end > span.start:
            continue
        if span.start - before.end > _BESIDE:
            return None
        if _OPENS.fullmatch(text, before.end, span.start) and text[span.end : span.end + 1] in (")", "]", ";", ",") and before.name == span.name:
            return said[k]
        is_listed = said[k].value == "historical" and span.label == "THERAPY" and _GOES_ON.fullmatch(text, before.end, span.start)
        return said[k] if is_listed and any((h.start, h.end) == said[k][1:] for h in holders) else None
    return None


def _assert_one(
    text: str, clauses: Sequence[Clause], cues: dict[int, list[FoundCue]], starts: list[int], span: Span, holders: list[Span]
) -> Assertion:
    if span.label in _PRESENT_ALWAYS:
        return PRESENT
    number = bisect_right(starts, span.start) - 1
    clause = clauses[max(number, 0)]
    found: dict[str, Assertion] = {}
    near = _near(cues.get(number, []), span)
    for cue in near:
        if cue.rule.row.category in _ORDER and _reaches(text, clause, near, cue, span):
            found.setdefault(cue.rule.row.category, Assertion(cue.rule.row.category, cue.start, cue.end))
    for holder in holders:
        if span is holder or (span.label == "THERAPY" and covers(holder, span)):
            return Assertion("historical", holder.start, holder.end)
    return next((found[c] for c in _ORDER if c in found), PRESENT)


def _near(cues: list[FoundCue], span: Span) -> list[FoundCue]:
    """Cues, in order of place, that are close enough to a mention to reach it."""
    first = bisect_left(cues, span.start - _FARTHEST, key=lambda c: c.start)
    return cues[first : bisect_right(cues, span.end + _FARTHEST, key=lambda c: c.start)]


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
    if span.label == "POPULATION" and rule.row.category != "historical" and not _is_denied(rule.labels, span):
        return False
    forward = cue.end <= span.start and rule.row.direction in ("forward", "both")
    if not forward and not (span.end <= cue.start and rule.row.direction in ("backward", "both")):
        return False
    start, end = (cue.end, span.start) if forward else (span.end, cue.start)
    if any(o.rule.row.category == "terminate" and start <= o.start and o.end <= end for o in cues):
        return False
    if rule.span and sum(1 for _ in _WORD.finditer(_BRACKETS.sub(" ", text[start:end]))) > rule.span:
        return False
    if _STOPS.search(text, start, end) or not _same_bracket(text, start, end):
        return False
    if rule.row.category == "negated" and forward and span.label in ("DISEASE", "POPULATION") and _PLACED.search(text, start, end):
        return False
    if rule.row.category == "negated" and forward and (_NO_GAIN.match(text, span.end, clause.end) or _ASIDE.search(text, start, end)):
        return False
    if forward:
        return not _NEW_SUBJECT.search(text, start, end) and not _is_new_clause(text, start, span, clause.end)
    return not _VERB.search(text, start, end)


def _is_denied(labels: frozenset[str], span: Span) -> bool:
    """Whether a cue is one for populations, and the population one that patients may not have: "without bulky disease"."""
    return "POPULATION" in labels and span.subtype in ("risk_group", "disease_status", "other", "treatment_history")


def _is_new_clause(text: str, start: int, span: Span, end: int) -> bool:
    """Whether a mention after a comma is the subject of a clause of its own: "Although none had ICANS, CRS was frequent"."""
    if _COMMA.search(text, start, span.start):
        return bool(_OWN_VERB.match(text, span.end, end))
    return bool(_AND.search(text, start, span.start)) and bool(_SINGULAR_VERB.match(text, span.end, end))


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
