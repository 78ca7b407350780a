"""Abbreviations that a document defines: candidates by brackets, the decision by Schwartz and Hearst."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import NamedTuple

from allnlp.text.numbers import read_number
from allnlp.text.schwartz_hearst import long_form_start
from allnlp.text.spans import Span, longest

_BRACKET = re.compile(r"[(\[](?=([^()\[\]]{1,120}+(?=[)\]])|(?:[^()\[\]]|\([^()\[\]]*\)|\[[^()\[\]]*\]){1,120}+)[)\]])")  # nested ones too
_WORD = re.compile(r"[^\W_]+|[^\w\s]|_")
_LONG = 20_000  # characters of a text that is not kept
_SHORT = re.compile(r"[A-Za-z0-9\u0370-\u03ff][\w+/.,&\u2010-\u2015\u2212'-]*(?:\([\w.]{1,4}\))?(?: [\w+/&\u2010-\u2015-]+)?")
_CODE_BESIDE = re.compile(
    r"\s?(?:[(\[]|,\s)(?:also known as\s|formerly\s|previously\s|or\s)?"
    r"(?P<code>(?!NCT|ISRCTN|EudraCT|CD\d|IL-|COVID|PMID)[A-Z][A-Za-z]{1,5}[- ]?(?:[A-Z]-?)?\d{3,}[A-Za-z]{0,2})(?=[)\],;])(?!,\s(?:and|or)\s)"
)
_IN_BRACKET = re.compile(r"\s[(\[](?P<short>[A-Za-z][A-Za-z0-9]*(?:[-+/\u2010-\u2015][A-Za-z0-9]+){0,4})[;,)\]]")
_JOINED = re.compile(r"(?:,|\s?[+/]\s?|\s(?:and|plus|with|or|combined with|followed by)|,\s(?:and|plus)|\s?[-\u2010-\u2015])?\s?(?:high-dose\s|low-dose\s)?")
_BRACKET_SIGN = re.compile(r"[()\[\]]")
_NUMBERED = re.compile(r"(?:arm|group|table|fig|grade|phase|stage|cohort|part|step|day|dose|study|class|type)\b", re.IGNORECASE)
_LETTERS = re.compile(r"[^A-Za-z]")
_LETTER = re.compile(r"[A-Z]\d{0,2}")
_SMALL = frozenset("of the and for in to a an with by on or from at".split())
_LOCANTS = re.compile(
    r"(?<![^\s(\[])(?:(?:(?:\d+ )?(?:alpha|beta|gamma|delta|omega)|[\d,'\u2019\u2032]+|anti|[NOLDS]|\([+-]\)|\[\d+[A-Z][a-z]?\])-)+$",
    re.IGNORECASE,
)
_SPLIT = re.compile(r"\s*[;:=]\s*|\s*,\s+|\s+or\s+")
_FIGURES = re.compile(r"\d\s?%|[=<>\u2264\u2265]\s?\.?\d|\d\.\d")
_EQUATION = re.compile(r"\s*[=<>\u2264\u2265]")  # (OR = 1.2) gives a value, no name
_LEGEND = re.compile(r"(?<![^\s(\[;,])(?P<short>[A-Z][\w/+-]{1,9})\s?=\s?(?P<long>[^\W\d][^=;,()\[\]]{4,80})")
_NO_LETTER = re.compile(r"[^\w+]")
_DIGIT = re.compile(r"\d")
_WORD_BEFORE = re.compile(r"[A-Za-z0-9][\w+/\u2010-\u2015-]*$")
_DOTTED = re.compile(r"(?:[A-Za-z]\.){3,6}")
_NEAR = 11  # characters of a word and the blank before it, mostly at most
_GREEK = frozenset("alpha beta gamma delta epsilon kappa".split())


class Abbreviation(NamedTuple):
    """A short form and the long form that defines it; offsets of both definitions."""

    short: str
    short_start: int
    short_end: int
    long_start: int
    long_end: int


class _Word(NamedTuple):
    """A word and its place in the text."""

    text: str
    idx: int


def find_abbreviations(text: str) -> list[Abbreviation]:
    """Definitions in order of place: "long form (SHORT)" and "SHORT (long form)".

    >>> text = "Cytokine release syndrome (CRS) occurred."
    >>> [(a.short, text[a.long_start : a.long_end]) for a in find_abbreviations(text)]
    [('CRS', 'Cytokine release syndrome')]

    Source:
        Schwartz and Hearst (2003), A simple algorithm for identifying abbreviation definitions in biomedical text.
    """
    return list(_definitions(text) if len(text) < _LONG else _definitions.__wrapped__(text))


@lru_cache(maxsize=256)
def _definitions(text: str) -> tuple[Abbreviation, ...]:
    """They are asked for up to four times where a model reads, each time of all documents that it reads together."""
    out = []
    for bracket in _BRACKET.finditer(text):
        inner_start, inner_end = bracket.span(1)
        if text[bracket.start()] == "[" and text[inner_end + 1 : inner_end + 2].isalnum():
            continue  # "[Ca2+]i", "[Leu5]enkephalin": part of a name
        for short, place in _shorts(bracket[1]):
            found = _decide(text, short, _words_before(text, bracket.start(), len(short)))
            if found is not None:
                start = inner_start + place
                out.append(Abbreviation(short, start, start + len(short), found, _rstrip(text, found, bracket.start())))
                break
        else:
            out += _inverse(text, bracket) or _within(text, inner_start, inner_end)
    return tuple(out)


def find_codes(text: str, spans: Sequence[Span]) -> list[Abbreviation]:
    """Development codes that stand beside a therapy as another name of it: "pirtobrutinib (LOXO-305)", "T cells, ET0190,".

    >>> text = "pirtobrutinib (LOXO-305)"
    >>> [a.short for a in find_codes(text, [Span(0, 13, "THERAPY", None, None, "", "", "")])]
    ['LOXO-305']
    """
    out = []
    for s in spans:
        if s.label == "THERAPY" and (found := _CODE_BESIDE.match(text, s.end)):
            out.append(Abbreviation(found["code"], *found.span("code"), s.start, s.end))
    return out


def find_regimens(text: str, spans: Sequence[Span]) -> list[Abbreviation]:
    """Short names that stand in brackets after the drugs that they are made of: "bendamustine and rituximab (BR)", "azacitidine (Aza)".

    The long form is the list of therapies, or the one therapy whose first letters the short form is.

    >>> text = "bendamustine and rituximab (BR)"
    >>> drugs = [Span(0, 12, "THERAPY", None, None, "", "", ""), Span(17, 26, "THERAPY", None, None, "", "", "")]
    >>> [(a.short, text[a.long_start : a.long_end]) for a in find_regimens(text, drugs)]
    [('BR', 'bendamustine and rituximab')]
    """
    therapies = [s for s in spans if s.label == "THERAPY"]
    if not [s for s in therapies if text[s.end + 1 : s.end + 2] in ("(", "[") and _IN_BRACKET.match(text, s.end)]:
        return []
    out: list[Abbreviation] = []
    others = {(s.start, s.end) for s in spans if s.label != "THERAPY"}
    therapies = longest(therapies)
    for i, last in enumerate(therapies):
        found = _IN_BRACKET.match(text, last.end)
        if found is None or found.span("short") in others:
            continue
        short, first = found["short"], i
        while first and _JOINED.fullmatch(text, therapies[first - 1].end, therapies[first].start):
            first -= 1
        if "/" in short:
            out += _parts(text, found, therapies[first : i + 1])
            continue
        letters = _LETTERS.sub("", short).lower()
        if _truncates(text[last.start : last.end], letters):
            out.append(Abbreviation(short, *found.span("short"), last.start, last.end))
        elif first < i and sum(c.isupper() for c in short) > 1 and letters[:1] in _initials(text, therapies[first : i + 1]):
            out.append(Abbreviation(short, *found.span("short"), therapies[first].start, last.end))
    return out


def _parts(text: str, bracket: re.Match[str], drugs: Sequence[Span]) -> Iterator[Abbreviation]:
    """Each part of "Ven/Aza" with the drug that it shortens."""
    start = bracket.start("short")
    for part in bracket["short"].split("/"):
        for drug in drugs:
            if _truncates(text[drug.start : drug.end], part.lower()):
                yield Abbreviation(part, start, start + len(part), drug.start, drug.end)
                break
        start += len(part) + 1


def _truncates(name: str, letters: str) -> bool:
    """Whether letters are the beginning of a name, or of its last part after a hyphen: "Aza", "pola", "araC"."""
    return len(letters) > 2 and len(letters) < len(name) and name.lower().startswith(letters)


def _initials(text: str, spans: Sequence[Span]) -> str:
    """First letters of the therapies, and those that stand for some: "O" for vincristine (Oncovin), "H" for doxorubicin."""
    return "".join(text[s.start].lower() for s in spans) + "ohpiv"


def occurrences(text: str, short: str) -> Iterator[tuple[int, int]]:
    """Where a short form stands as a word, in the plural too; one defined in the plural, in the singular too.

    >>> list(occurrences("TKIs, a TKI, TKI2", "TKI"))
    [(0, 4), (8, 11)]
    """
    stem = short[:-1] if short.endswith("s") and short[:-1].isupper() else short
    at = text.find(stem)
    while at >= 0:
        end = at + len(stem)
        if text[end : end + 1] == "s" and not text[end + 1 : end + 2].isalnum():
            end += 1
        if not text[at - 1 : at].isalnum() and not text[end : end + 1].isalnum():
            yield at, end
        at = text.find(stem, end)


def _inverse(text: str, bracket: re.Match[str]) -> list[Abbreviation]:
    """SHORT (long form): the word before the bracket, when the bracket holds several words."""
    inner = bracket.group(1)
    if len(inner.split(None, 1)) < 2:
        return []
    before = _WORD_BEFORE.search(text[max(0, bracket.start() - 13) : bracket.start()].rstrip())
    if before is None or not _is_short(before.group()):
        return []
    first = before.group()[0].lower()
    if first.isalpha() and inner[0].lower() != first and "-" not in inner:
        return []  # the first word of a long form begins with it, unless locants stand before
    start = max(0, bracket.start() - 13) + before.start()
    words = [_Word(m.group(), bracket.start(1) + m.start()) for m in _WORD.finditer(inner)]
    found = _decide(text, before.group(), words)
    if found != bracket.start(1):
        return []
    return [Abbreviation(before.group(), start, start + len(before.group()), found, bracket.end(1))]


def _within(text: str, start: int, end: int) -> list[Abbreviation]:
    """(long form, SHORT) and (SHORT = long form; SHORT = long form): both inside the bracket."""
    out = []
    for pair in _LEGEND.finditer(text, start, end) if text.find("=", start, end) >= 0 else ():
        words = [_Word(m.group(), pair.start("long") + m.start()) for m in _WORD.finditer(pair["long"])]
        if _decide(text, pair["short"], words) == pair.start("long"):
            out.append(Abbreviation(pair["short"], *pair.span("short"), pair.start("long"), _rstrip(text, *pair.span("long"))))
    comma = text.rfind(", ", start, end)
    short = text[comma + 2 : end]
    if out or comma < 0 or not short[:1].isupper() or not _is_short(short):
        return out
    words = [_Word(m.group(), start + m.start()) for m in _WORD.finditer(text[start:comma])]
    found = _decide(text, short, words)
    return [Abbreviation(short, comma + 2, end, found, comma)] if found is not None else []


@lru_cache(maxsize=16_384)
def _shorts(inner: str) -> tuple[tuple[str, int], ...]:
    """Short forms that the words of a bracket may be, with their places: the whole, or its parts between commas and semicolons."""
    out = []
    pieces, at = [], 0
    for cut in _SPLIT.finditer(inner):
        pieces.append((at, cut.start()))
        at = cut.end()
    pieces.append((at, len(inner)))
    if _FIGURES.search(inner):
        pieces = pieces[:1]  # "(CR, HR 1.8, P = .02; OS, HR 0.7)": results, each under a short form that is known
    for a, b in dict.fromkeys([(0, len(inner)), *pieces]):
        piece = inner[a:b].strip("\"'\u2018\u2019\u201c\u201d ")
        offset = inner.find(piece, a) if piece else -1
        if piece and offset >= 0 and _is_short(piece) and not _EQUATION.match(inner, offset + len(piece)):
            out.append((piece, offset))
    return tuple(out)


@lru_cache(maxsize=16_384)
def _is_short(piece: str) -> bool:
    return (
        (2 <= len(piece) <= 14 or (len(piece) == 1 and piece.isupper()))
        and bool(_SHORT.fullmatch(piece))
        and any(c.isalpha() for c in piece)
        and not _NUMBERED.match(piece)
        and all(any(c.isupper() for c in part) or part in _GREEK for part in piece.split(" ")[:-1])
        and (any(c.isupper() for c in piece) or (len(piece) <= 5 and " " not in piece) or "-cel" in piece or bool(_DOTTED.fullmatch(piece)))
    )


def _words_before(text: str, end: int, length: int) -> list[_Word]:
    """Words of the same sentence before a bracket; as many as Schwartz and Hearst allow for such a short form."""
    allowed = min(length + 5, length * 2)
    window = text[max(0, end - 30 * allowed) : end]
    cut = max(window.rfind(". "), window.rfind("; "), window.rfind("\n"), _last_open(window))
    begin = end - len(window) + cut + 1
    words: list[tuple[int, int]] = []
    count = first = 0
    for at in (max(begin, end - _NEAR * allowed), begin):  # the near ones are mostly enough; a first one that is cut is then not taken
        words = [m.span() for m in _WORD.finditer(text, at, end)]
        count, first = 0, len(words)
        while first and count + text[words[first - 1][0]].isalnum() <= allowed:
            first -= 1
            count += text[words[first][0]].isalnum()
        if first or at == begin:
            break
    return [_Word(text[a:b], a) for a, b in words[first:]]


def _last_open(window: str) -> int:
    """Place of the last bracket that is opened and not closed; -1 when there is none."""
    if "(" not in window and "[" not in window:
        return -1
    depth = 0
    for mark in reversed(list(_BRACKET_SIGN.finditer(window))):
        if mark.group() in ")]":
            depth += 1
        elif depth:
            depth -= 1
        else:
            return mark.start()
    return -1


def _decide(text: str, short: str, words: list[_Word]) -> int | None:
    """Start of the long form of ``short`` among ``words``, or None.

    Words whose initials spell the short form are preferred ("proton pump inhibitors", PPIs); else the decision is that of
    Schwartz and Hearst. A letter, with a number or none, stands for the long word before it ("triiodothyronine", T3). A
    chemical's locants belong to its name ("2,6-diaminopurine").
    """
    if not words:
        return None
    if _LETTER.fullmatch(short):
        word = words[-1]
        return _with_locants(text, word.idx) if len(word.text) > 5 and word.text[0].lower() == short[0].lower() else None
    for form, letters, spells, bare in _spellings(short):
        start = _by_initials(letters, words)
        if start is None and spells:
            start = _schwartz_hearst(letters, words)
        if start is None and bare:
            start = _by_initials(bare, words)
        if start is None:
            continue
        end = words[-1].idx + len(words[-1].text)
        if _is_long(text[start:end], form):
            return _with_locants(text, start)
    return None


@lru_cache(maxsize=16_384)
def _spellings(short: str) -> tuple[tuple[str, str, bool, str], ...]:
    """For the singular of a short form and itself: its letters and digits, whether they may be any of a word's, and its letters alone.

    >>> _spellings("T3s"), _spellings("bid")
    ((('T3', 'T3', True, ''), ('T3s', 'T3s', True, 'Ts')), (('bid', 'bid', False, ''),))
    """
    out = []
    plural = short[:-1] if short.endswith("s") and short[:-1].isupper() and len(short) > 2 else short
    for form in dict.fromkeys((plural, short)):
        letters = _NO_LETTER.sub("", form)
        if letters:
            spells = (any(c.isupper() or c in "-/" for c in form) or bool(_DOTTED.fullmatch(form))) and not form.split(" ")[-1].isdigit()
            bare = _DIGIT.sub("", letters)
            out.append((form, letters, spells, bare if len(bare) > 1 and bare != letters else ""))
    return tuple(out)


def _is_long(long_form: str, short: str) -> bool:
    """Whether words may be a long form: longer, whole, not the short form with more words after it ("CAR T", "CAR T cells")."""
    cut = long_form.startswith(short) and (" " in long_form or len(short) < 3 or short.isupper())
    whole = all(long_form.count(a) == long_form.count(b) for a, b in ("()", "[]")) and not long_form.endswith("-") and ": " not in long_form
    return len(long_form) > len(short) and not cut and whole


def _with_locants(text: str, start: int) -> int:
    if text[start - 1 : start] not in ("-", "\n"):  # the end of a line may follow the last one
        return start
    locants = _LOCANTS.search(text, max(0, start - 20), start)
    return locants.start() if locants else start


def _schwartz_hearst(letters: str, words: list[_Word]) -> int | None:
    """Start of the long form by the decision of Schwartz and Hearst."""
    number = long_form_start(letters, [word.text for word in words])
    return None if number is None else words[number].idx


def _by_initials(letters: str, words: list[_Word]) -> int | None:
    """Start of the last words whose initials are the letters, small words passed over; None when they are not."""
    left = letters.lower()
    at = len(left) - 1
    for word in reversed(words):
        said = word.text.lower()
        if said.startswith(left[at]) or (left[at] in "23456789" and read_number(said) == int(left[at])):
            at -= 1
            if at < 0:
                return word.idx
        elif said.isalnum() and said not in _SMALL:
            return None
    return None


def _rstrip(text: str, start: int, end: int) -> int:
    while end > start and text[end - 1].isspace():
        end -= 1
    return end
