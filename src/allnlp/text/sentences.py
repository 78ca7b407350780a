"""Sentences and their sections, by punctuation and by the labels of structured abstracts."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from types import MappingProxyType

from allnlp.text.spans import Clause

_SECTION_WORDS = MappingProxyType(
    {
        "background": "background|introduction|context|rationale|objectives?|aims?|purpose|importance|hypothesis|goals?"
        "|background and (?:aims?|objectives?|purpose)|background/aims?|aims? and objectives?|question|study objectives?",
        "methods": "methods?|materials? and methods?|patients? and methods?|methods and materials|design|study design|setting"
        "|participants|patients|subjects|interventions?|main outcome measures?|measurements|data sources?|study selection"
        "|data extraction|experimental design|methodology|design and methods?|search strategy|exposures?|procedures?"
        "|design, setting,? and participants|main outcomes? and measures?|data collection|trial design|statistical analysis",
        "results": "results?|findings?|main results?|observations?|case presentation|case report|results and discussion"
        "|evidence acquisition|evidence synthesis|data synthesis|key findings|clinical case|case description|outcomes?",
        "conclusions": "conclusions?|discussion|interpretation|conclusions? and relevance|implications?|significance|summary"
        "|limitations?|relevance|discussion and conclusions?|interpretations?|concluding remarks|clinical implications?",
        "other": "trial registration|clinical trial registration|registration|funding|keywords?|abbreviations|plain language summary"
        "|ethics|disclosures?|copyright|data availability|competing interests?|funding source|systematic review registration",
    }
)
_LABELS = "|".join(_SECTION_WORDS.values())
_LABEL = re.compile(rf"(?:{_LABELS})(?P<mark>\s?[:.\u2013\u2014-]\s|\s?:|\n)", re.IGNORECASE)
_SECTIONS = MappingProxyType({section: re.compile(words, re.IGNORECASE) for section, words in _SECTION_WORDS.items()})
_ABBREVIATIONS = frozenset(
    "vs e.g i.e al fig figs no nos dr st approx cf resp etc ca viz inc ltd co sp spp var subsp dept prof mr mrs ms jr sr "
    "eq ref refs vol pp ed eds min max avg est incl excl p".split()
)
_LONGEST_ABBREVIATION = max(map(len, _ABBREVIATIONS))
_END = re.compile(r"[.!?][\"'\u2019\u201d)\]]*(?P<gap>\s+)(?=[\"'\u2018\u201c(\[]?[A-Z0-9\u0391-\u03a9\u2265\u2264<>])")
_WORD_BEFORE = re.compile(r"[^\s(\[]+$")
_LONGEST = 5_000  # characters; a longer one is a table or no text, and what is asked of a sentence grows with the square of it


def find_sentences(text: str, *, title_end: int = 0) -> list[Clause]:
    """Sentences in order; together they hold every character of ``text`` that is no blank between sentences.

    Args:
        text: the document.
        title_end: where the title ends (0 when there is none); nothing crosses it.
    """
    section = "title" if title_end else "other"
    out: list[Clause] = []
    for start, end in _stretches(text, title_end):
        if start >= title_end:
            if section == "title":
                section = "other"
            section = _section(text, start, end) or section
        out.append(Clause(start, end, section))
    return out


def _section(text: str, start: int, end: int) -> str | None:
    """The section that the label at the beginning of a sentence names; a label ends in a colon or is all capitals."""
    end = min(end, start + 60)
    if text.find(":", start, end) < 0 and not text[start + 1 : start + 2].isupper():
        return None
    found = _LABEL.match(text, start, end)
    if not found:
        return None
    word = text[start : found.start("mark")]
    return _section_of(word) if word.isupper() or ":" in found.group("mark") else None


@lru_cache(maxsize=1024)
def _section_of(label: str) -> str | None:
    for section, words in _SECTIONS.items():
        if words.fullmatch(label):
            return section
    return None


def _stretches(text: str, title_end: int) -> Iterator[tuple[int, int]]:
    start = 0
    ends = {m.span("gap") for m in _END.finditer(text) if _is_end(text, m)}.union(_lines(text))
    if title_end:
        ends.add((title_end, title_end))
    for end, after in [*sorted(ends), (len(text), len(text))]:
        if end < start:
            continue
        begin = start
        while begin < end and text[begin].isspace():
            begin += 1
        stop = end
        while stop > begin and text[stop - 1].isspace():
            stop -= 1
        while stop - begin > _LONGEST:
            cut = text.rfind(" ", begin + 1, begin + _LONGEST)
            cut = begin + _LONGEST if cut < 0 else cut
            if piece := text[begin:cut].rstrip():
                yield begin, begin + len(piece)
            begin = cut + len(text[cut:stop]) - len(text[cut:stop].lstrip())
        if begin < stop:
            yield begin, stop
        start = max(start, after)


def _lines(text: str) -> Iterator[tuple[int, int]]:
    """Stretches of blanks that hold the end of a line."""
    at = text.find("\n")
    while at >= 0:
        start = at
        while start and text[start - 1].isspace():
            start -= 1
        end = at + 1
        while text[end : end + 1].isspace():
            end += 1
        yield start, end
        at = text.find("\n", end)


def _is_end(text: str, match: re.Match[str]) -> bool:
    """Whether a full stop closes a sentence: not after an abbreviation, an initial, or within an open bracket."""
    stop = match.start()
    if text[stop] != ".":
        return True
    shown = text[max(0, stop - _LONGEST_ABBREVIATION - 1) : stop].rpartition(" ")[2]
    if not shown.isalpha():
        before = _WORD_BEFORE.search(text, max(0, stop - 30), stop)
        if before is None:
            return False
        shown = before.group()
    elif len(shown) > _LONGEST_ABBREVIATION:
        return True
    word = shown.lower()
    if word in _ABBREVIATIONS:
        return (word == "p" and not text[match.end() : match.end() + 1].isdigit()) or (word == "no" and not text[match.end()].isdigit())
    return not (len(word) == 1 and word.isalpha() and shown.isupper() and text[match.end()].isupper() and _initial(text, match))


def _initial(text: str, match: re.Match[str]) -> bool:
    """Whether a single capital before the full stop is a name's initial rather than a sentence's end ("vitamin D. We")."""
    return bool(re.match(r"[A-Z]\.", text[match.end() : match.end() + 2]))
