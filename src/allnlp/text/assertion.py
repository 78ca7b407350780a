"""Whether a mention is present, negated, hypothetical or historical, and the words that say so."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from types import MappingProxyType
from typing import NamedTuple

from allnlp.text.cues import FoundCue
from allnlp.text.spans import Clause, Span, covers

_RANKS = MappingProxyType({"negated": 0, "historical": 1, "hypothetical": 2})
_STOPS = re.compile(r"[;:]|\s[\u2013\u2014]\s")
_NEW_SUBJECT = re.compile(
    r"(?:,\s*\d+(?:\.\d+)?\s?%|,\s(?:for|yielding|giving|making|resulting\sin)\b|,\s(?:and|but)\s(?:the|an?|our|we|all|there)\b|\band\s(?:one|two|three|four|\d+)\b|(?:,|\band\b|\bbut\b|\bwhile\b)[^,]*\b(?:was|were|had|has|have|is|are|occurred|developed|experienced|achieved|showed|received|led"
    r"|resulted|caused|induced|produced|remained|improved|increased|decreased|demonstrated|exhibited|underwent)\b)",
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
_SPELT_OUT = re.compile(r",?\s?[(\[]?(?:including|such\sas|e\.g\.,?|i\.e\.,?|namely)\s(?:(?:an?|the|both|at\sleast\sone)\s)?")
_GOES_ON = re.compile(r",\s|,?\s(?:and|or|plus)\s(?:an?\s)?|/|\s?\+\s?")
_NO_GAIN = re.compile(r"(?:\s\([^()]*\))?\s(?:benefit|advantage|difference|improvement|effect|impact|gain)", re.IGNORECASE)
_PLACED = re.compile(r"\b(?:in|for|among|of|between)\s(?:[\w-]+\s){0,3}$", re.IGNORECASE)  # "no biomarkers for ALL": not the disease is denied
_ASIDE = re.compile(r"[(\[][^()\[\]]*[\d:%]")
_WORD = re.compile(r"\w+(?:[-\u2010-\u2015/.]\w+)*")
# No cue reaches farther than this many characters: 99% of the sentences of abstracts are shorter.
_FARTHEST = 400
_BACK = 3  # mentions that one may go on with
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
    for cue in cues:
        of_sentence.setdefault(bisect_right(starts, cue.start) - 1, []).append(cue)
    # a sentence whose cues only end the reach of others says nothing
    telling = {number for number, its in of_sentence.items() if not _RANKS.keys().isdisjoint([c.rule.row.category for c in its])}
    holders = [s for s in spans if _is_history(text, s, spans)]
    out: list[Assertion] = []
    last = -_BACK - 1  # the last mention that is not present
    for i, span in enumerate(spans):
        number = bisect_right(starts, span.start) - 1
        said = PRESENT
        if holders or number in telling:
            said = _assert_one(text, clauses[max(number, 0)], of_sentence.get(number, []), span, holders)
        if said is not PRESENT or i - last <= _BACK:
            said = _as_before(text, spans, out, i, holders) or said
        if said is not PRESENT:
            last = i
        out.append(said)
    return out


def _as_before(text: str, spans: Sequence[Span], said: Sequence[Assertion], i: int, holders: Sequence[Span]) -> Assertion | None:
    """The assertion that a mention takes from one just before it: its full form, or a list of earlier treatments that goes on."""
    for k in range(i - 1, max(-1, i - _BACK - 1), -1):
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


def _assert_one(text: str, clause: Clause, cues: list[FoundCue], span: Span, holders: list[Span]) -> Assertion:
    if span.label in _PRESENT_ALWAYS:
        return PRESENT
    for holder in holders:
        if span is holder or (span.label == "THERAPY" and (covers(holder, span) or _SPELT_OUT.fullmatch(text, holder.end, span.start))):
            return Assertion("historical", holder.start, holder.end)
    near = _near(cues, span)
    rank, said = len(_RANKS), PRESENT
    for cue in near:
        category = cue.rule.row.category
        if _RANKS.get(category, rank) < rank and _reaches(text, clause, near, cue, span):
            rank, said = _RANKS[category], Assertion(category, cue.start, cue.end)
    return said


def _near(cues: list[FoundCue], span: Span) -> list[FoundCue]:
    """Cues, in order of place, that are close enough to a mention to reach it."""
    if cues and cues[0].start >= span.start - _FARTHEST and cues[-1].start <= span.end + _FARTHEST:
        return cues
    first = bisect_left(cues, span.start - _FARTHEST, key=lambda c: c.start)
    return cues[first : bisect_right(cues, span.end + _FARTHEST, key=lambda c: c.start)]


def _is_history(text: str, span: Span, spans: Sequence[Span]) -> bool:
    """Whether a population says what patients had before: a treatment history, or a status that names a therapy."""
    if span.label != "POPULATION" or span.subtype not in ("treatment_history", "disease_status"):
        return False
    names_therapy = span.subtype == "treatment_history" or any(s.label == "THERAPY" and covers(span, s) for s in spans)
    return names_therapy and not _ELIGIBLE.search(text, span.start, span.end)


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
    for other in cues:
        if start <= other.start and other.end <= end and other.rule.row.category == "terminate":
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
    if text.find(")", start, end) < 0 and text.find("]", start, end) < 0:
        return True
    depth = 0
    for char in text[start:end]:
        if char in "([":
            depth += 1
        elif char in ")]":
            depth -= 1
            if depth < 0:
                return False
    return True
