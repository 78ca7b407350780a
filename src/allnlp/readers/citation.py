"""The citation that an article page gives of itself, in the ways of the large publishers; pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import NamedTuple

from allnlp.readers.dates import MONTH_WORD
from allnlp.readers.record import normal_doi

_YEAR = r"(?P<year>(?:19|20)\d\d)"
_DATE = rf"(?P<date>(?:\d{{1,2}} )?(?:{MONTH_WORD}\.? )?(?:\d{{1,2}},? )?{_YEAR})"
# Authors; Title. Journal 2020; 1 (2): 3-4 (Silverchair: ASH, AACR, JAMA, ASCO)
_SEMICOLON = re.compile(rf"(?P<authors>[^;]{{4,4000}}); (?P<middle>.{{8,600}}?) {_DATE}\s?; ?[^;]*?\d", re.IGNORECASE)
# Doe, J., Roe, R. & Poe, P. Title. Journal 12, 345-350 (2020) (Nature, Springer)
_BRACKET = re.compile(
    r"(?P<authors>(?:[^\W\d_][\w'’ -]{0,40}, (?:[A-Z]\.[ -]?)+(?:,? et al\. |, & |, | & |))+)"
    rf"(?P<middle>.{{8,600}}?) (?P<volume>\d+),? [\w–-]+ \((?P<date>{_YEAR})\)"
)
# Doe J, Roe R (2020) Title. Journal 15(1): e1 (PLOS)
_YEAR_FIRST = re.compile(rf"(?P<authors>[^()\d]{{4,4000}}) \((?P<date>{_YEAR})\):? (?P<middle>.{{8,600}}?) \d+ ?\(\d+\)")
# Doe J, Roe RA. Title. Journal. 2020;12(3):1-2 (Vancouver: BMJ, Lancet, PubMed)
_INITIALS = re.compile(
    r"(?P<authors>(?:[^\W\d_][\w'’-]*(?: [\w'’-]+){0,3} [A-Z]{1,3}(?:, |(?:, et al)?\. ))+)"
    rf"(?P<middle>.{{8,600}}?),? {_DATE}\s?[;:]"
)
# Jane Doe, Rob Roe, Title, Journal, Volume 12, Issue 3, March 2020 (Oxford)
_COMMAS = re.compile(rf"(?P<middle>.{{8,4000}}), Volume \d+(?:, Issue [^,]{{1,20}})?, (?P<date>[^,]{{0,20}}?{_YEAR})")
_LEAD = re.compile(r"(?:citation|cite this article(?: as)?|how to cite(?: this article)?|cite as)\s*:?\s+", re.IGNORECASE)
_DEGREE = re.compile(r"(?:M\.?D\.?|Ph\.?D\.?|MPH|MSc?|MBBS|MBChB|FRCP\w*|RN|PharmD|DPhil|BSc|MA|Jr\.?|Sr\.?)", re.IGNORECASE)


class Citation(NamedTuple):
    """What a citation says; ``line`` is the line that it is."""

    line: str
    authors: tuple[str, ...]
    title: str
    journal: str
    year: str
    date: str
    doi: str


def find_citation(lines: Sequence[str]) -> Citation | None:
    """The first line that is a citation and, where several are, one whose title is a line of the page itself.

    >>> find_citation(["Jane Doe, Rob Roe; A study of cells. Blood 2020; 1 (2): 3-4. doi: https://doi.org/10.1182/b.1"])[1:]
    (('Jane Doe', 'Rob Roe'), 'A study of cells', 'Blood', '2020', '2020', '10.1182/b.1')
    """
    starts = frozenset(_key(line)[:60] for line in lines)
    first = None
    for line in lines:
        if not 40 <= len(line) <= 8000:
            continue
        found = _parsed(line, starts, lines)
        if found and _key(found.title)[:60] in starts:
            return found
        # references look like citations, but rarely come before the page's own
        first = first or (found if found and found.doi else None)
    return first


def _key(text: str) -> str:
    return "".join(ch for ch in text.lower() if ch.isalnum())


def _parsed(line: str, starts: frozenset[str], lines: Sequence[str]) -> Citation | None:
    text = _LEAD.sub("", line, count=1)
    for pattern, names in _PATTERNS:
        found = pattern.match(text)
        if not found:
            continue
        if "authors" in found.re.groupindex:
            title, journal = _parted(found["middle"], starts)
            authors = names(found["authors"])
        else:
            title, journal, authors = _listed(found["middle"], lines)
        if title and journal and authors:
            return Citation(line, tuple(authors), title, journal, found["year"], found["date"], normal_doi(text) or "")
    return None


def _parted(middle: str, starts: frozenset[str]) -> tuple[str, str]:
    """Title and journal of 'Title. Journal'; where the title ends is told by the page's own title."""
    places = [found.start() for found in re.finditer(r"[.?!] (?=\S)", middle)]
    for place in places:
        title = middle[: place + (middle[place] != ".")]
        journal = _journal(middle[place + 2 :])
        if journal and (_key(title)[:60] in starts or any(s.startswith(_key(title)) for s in starts if len(title) > 20)):
            return title, journal
    if not places:
        return "", ""
    place = places[-1]
    # an abbreviated journal ends with full stops of its own: "J. Clin. Oncol."
    while len(places) > 1 and re.fullmatch(r"(?:[A-Z][a-z]{0,9}\.? ?)+", middle[places[-2] + 2 :]) and place - places[-2] < 12:
        places.pop()
        place = places[-1]
    return middle[: place + (middle[place] != ".")], _journal(middle[place + 2 :])


def _journal(text: str) -> str:
    """Journal without the full stop after it, which an abbreviation keeps."""
    text = text.strip(" ,")
    return text.rstrip(".") if text.count(".") == 1 else text


def _listed(middle: str, lines: Sequence[str]) -> tuple[str, str, list[str]]:
    """Title, journal and authors of 'Authors, Title, Journal', which only the page's own title can part."""
    head, _, journal = middle.rpartition(", ")
    titles = [line for line in lines if 15 <= len(line) < len(head) and head.endswith(", " + line)]
    title = max(titles, key=len, default="")
    return title, journal, _comma_names(head.removesuffix(title)) if title else []


def _comma_names(text: str) -> list[str]:
    names = [re.sub(r"^(?:and|&) ", "", name.strip(" .")) for name in text.split(",")]
    return [name for name in names if name and not _DEGREE.fullmatch(name) and name.lower() != "et al"]


def _dotted_names(text: str) -> list[str]:
    return [name.strip(" ,&") for name in re.findall(r"[^,&]+, (?:[A-Z]\.[ -]?)+", text)]


_PATTERNS: tuple[tuple[re.Pattern[str], Callable[[str], list[str]]], ...] = (
    (_SEMICOLON, _comma_names),
    (_BRACKET, _dotted_names),
    (_YEAR_FIRST, _comma_names),
    (_INITIALS, _comma_names),
    (_COMMAS, _comma_names),
)
