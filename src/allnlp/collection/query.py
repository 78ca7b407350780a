"""The query language: text into a tree and back; what a query means for a folder is decided in ``find``.

::

    query  = all {OR all}
    all    = one {[AND] one}                     words beside one another are joined by AND
    one    = NOT one | "(" query ")" | [assertion] term | field
    term   = [exact:] [label:] name | LABEL      a name is the longest run of words that is one, or stands in quotes
    field  = year: | journal: | type: | population: | pmid: | doi: | id: | notice: | section: | text:
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import NamedTuple, NoReturn

from allnlp.collection.filters import parse_years
from allnlp.collection.notices import KINDS
from allnlp.collection.query_tree import (
    ANY_ASSERTION,
    FIELDS,
    QUERY_LABELS,
    And,
    Field,
    Kind,
    Name,
    Node,
    Not,
    Or,
    Place,
    Published,
    Verbatim,
    Within,
    written,
)  # fmt: skip
from allnlp.errors import OptionError
from allnlp.schema import ASSERTIONS, SECTIONS

__all__ = ["parse", "written"]


class _Sections(NamedTuple):
    """Sections alone, before it is known what they restrict."""

    sections: frozenset[str]
    place: Place


class _Token(NamedTuple):
    """A piece of a query; ``kind`` is ( ) AND OR NOT, word, name, label, prefix, assertion, pattern, or a field."""

    kind: str
    text: str
    place: Place


def parse(text: str, is_name: Callable[[str], bool] = lambda words: False) -> Node:
    """The tree of a query.

    >>> parse("CRS NOT negated ICANS", lambda words: words in ("CRS", "ICANS")).parts[0]
    Name(words='CRS', label=None, exact=False, assertion='present', place=(0, 3))
    >>> written(parse("CRS NOT negated ICANS year:2018- section:results"))
    '("CRS" AND NOT negated "ICANS" AND year:2018-) section:results'

    Args:
        text: the query.
        is_name: whether words are a name; of a run of words the longest names are taken, from the left, and words that
            begin none are together a name that is unknown.

    Raises:
        OptionError: it cannot be read; says at which character, and what was expected.
    """
    if len(text) > _MOST_CHARACTERS:
        raise OptionError(f"the query has {len(text):,} characters, and {_MOST_CHARACTERS:,} can be read. Ask in parts.")
    tokens = _named(_tokens(text), is_name)
    if not tokens:
        raise OptionError('the query is empty. Name what is wanted, as: tisagenlecleucel AND CRS NOT "negated ICANS".')
    found, i = _any_of(tokens, 0, 0)
    if i < len(tokens):
        _wrong(tokens[i].place, "this bracket closes none. Take it away, or open one before it.")
    if isinstance(found, _Sections):
        _wrong(found.place, f"section: {_NO_TERM}")
    return found


_MOST_CHARACTERS = 20_000
_MOST_DEPTH = 50
_MOST_WORDS = 12  # of a name; the longest of the vocabulary has ten
_OPERATORS = ("AND", "OR", "NOT")
_ASSERTED = (*ASSERTIONS, ANY_ASSERTION)
_NO_TERM = "restricts the names and words beside it, and none stands there. Write it beside one, as CRS section:results."

_QUOTES = '"\u201c\u201d\u201e'
_PREFIX = re.compile(r"([A-Za-z_]+):")
_PLAIN = rf"[^\s(){_QUOTES}]+"
_WORD = re.compile(rf"{_PLAIN}(?:\([^\s(){_QUOTES}]+\)(?:{_PLAIN})?)*")  # t(4;14) and S0140-6736(20)30001-2 are words
_BEFORE_BRACKET = re.compile(rf"(?:{'|'.join((*_OPERATORS, *_ASSERTED))})(?=\()", re.IGNORECASE)
_PATTERN = re.compile(r"/((?:[^/\\]|\\.)*)/")
_SEPARATORS = (",", ";")


def _wrong(place: Place, message: str) -> NoReturn:
    raise OptionError(f"query, character {place[0] + 1}: {message}")


def _tokens(text: str) -> list[_Token]:
    """Pieces of a query; plain words stay words."""
    found: list[_Token] = []
    i = 0
    while i < len(text):
        if text[i].isspace():
            i += 1
            continue
        if text[i] in "()":
            token = _Token(text[i], text[i], (i, i + 1))
        elif text[i] in _QUOTES:
            token = _quoted(text, i, "name")
        elif (prefix := _PREFIX.match(text, i)) and _meant(prefix[1]):
            token = _prefixed(text, i, prefix)
        else:
            token = _word(text, i)
            kind = token.text if token.text in _OPERATORS else "label" if token.text in QUERY_LABELS else "word"
            token = token._replace(kind=kind)
        found.append(token)
        i = token.place[1]
    return found


def _meant(prefix: str) -> bool:
    return prefix.lower() in FIELDS or prefix.upper() in QUERY_LABELS


def _prefixed(text: str, start: int, prefix: re.Match[str]) -> _Token:
    """A field with its value; of exact: and a label the prefix alone, as a name follows."""
    kind, i = prefix[1].lower(), prefix.end()
    if i >= len(text) or text[i].isspace() or text[i] == ")":
        _wrong((start, i), f"{prefix[0]} has no value. Write it without a blank, as {_EXAMPLES.get(kind, f'{kind}:infection')}.")
    if kind == "exact" or kind not in FIELDS:
        return _Token("prefix", kind, (start, i))
    if kind == "text" and text[i] == "/":
        pattern = _PATTERN.match(text, i)
        if pattern is None or not pattern[1]:
            _wrong((i, i + 1), "a regular expression ends with a second /, as text:/neutropeni[ac]/.")
        return _Token("pattern", pattern[1], (start, pattern.end()))
    if text[i] == "(":
        _wrong((i, i + 1), f"{prefix[0]} takes one value. Write ({prefix[0]}A OR {prefix[0]}B).")
    token = _quoted(text, i, kind) if text[i] in _QUOTES else _word(text, i)
    return _Token(kind, token.text, (start, token.place[1]))


_EXAMPLES = {
    "year": "year:2018-2024", "journal": 'journal:"Blood Adv"', "type": 'type:"phase 1"', "population": "population:children",
    "pmid": "pmid:123", "doi": "doi:10.1000/x", "id": "id:123", "notice": "notice:retracted", "section": "section:results",
    "text": 'text:"cytokine storm"', "exact": "exact:neurotoxicity",
}  # fmt: skip


def _quoted(text: str, start: int, kind: str) -> _Token:
    closing = '"' if text[start] == '"' else _QUOTES
    end = next((i for i in range(start + 1, len(text)) if text[i] in closing), None)
    if end is None:
        _wrong((start, len(text)), "this quote is not closed. Close it, or take it away.")
    words = " ".join(text[start + 1 : end].split())
    if not any(c.isalnum() for c in words):
        _wrong((start, end + 1), "nothing stands between these quotes. Write a name or words there.")
    return _Token(kind, words, (start, end + 1))


def _word(text: str, start: int) -> _Token:
    found = _BEFORE_BRACKET.match(text, start) or _WORD.match(text, start)
    if found is None:  # a bracket or a quote where a word should be
        _wrong((start, start + 1), f"{text[start]!r} cannot stand here. Put words in quotes.")
    if not any(c.isalnum() for c in found[0]):
        _wrong(found.span(), f"{found[0]!r} names nothing. Write AND or OR, or put a name in quotes.")
    if found[0].endswith(_SEPARATORS):
        _wrong((found.end() - 1, found.end()), f"{found[0][-1]!r} joins nothing. Write AND or OR, or put a name in quotes.")
    return _Token("word", found[0], found.span())


def _named(tokens: Sequence[_Token], is_name: Callable[[str], bool]) -> list[_Token]:
    """The same with runs of words as names, operators and assertions."""
    found: list[_Token] = []
    i = 0
    while i < len(tokens):
        run = i
        while run < len(tokens) and tokens[run].kind == "word":
            run += 1
        if run == i:
            found.append(tokens[i])
            i += 1
            continue
        while i < run:
            kind = _small_word(tokens[i].text)
            end = i + 1 if kind else _name_end(tokens, i, run, is_name)
            words = " ".join(t.text for t in tokens[i:end])
            place = (tokens[i].place[0], tokens[end - 1].place[1])
            found.append(_Token(kind or "name", words.lower() if kind == "assertion" else words, place))
            i = end
    return found


def _small_word(word: str) -> str:
    """What a word is that begins and ends no name: AND, OR, NOT, assertion, else empty."""
    return word.upper() if word.upper() in _OPERATORS else "assertion" if word.lower() in _ASSERTED else ""


def _name_end(tokens: Sequence[_Token], start: int, run: int, is_name: Callable[[str], bool]) -> int:
    """Where the longest name ends that begins here; of words that begin none, where the next name or operator begins."""

    def longest(i: int) -> int:
        for j in range(min(run, i + _MOST_WORDS), i, -1):
            if not _small_word(tokens[j - 1].text) and is_name(" ".join(t.text for t in tokens[i:j])):
                return j
        return i

    end = longest(start)
    if end > start:
        return end
    end = start + 1
    while end < run and not _small_word(tokens[end].text) and longest(end) == end:
        end += 1
    return end


def _any_of(tokens: Sequence[_Token], i: int, depth: int) -> tuple[Node | _Sections, int]:
    parts: list[Node] = []
    sections: list[_Sections] = []
    while True:
        part, i = _all_of(tokens, i, depth)
        if isinstance(part, _Sections):
            sections.append(part)
        else:
            parts.append(part)
        if sections and parts:
            what = "a section cannot be an alternative of what is none"
            _wrong(sections[0].place, f"{what}. Write it beside a name, as (CRS section:results) OR ICANS.")
        if i >= len(tokens) or tokens[i].kind != "OR":
            break
        i += 1
    if sections:
        return _Sections(frozenset[str]().union(*(s.sections for s in sections)), sections[0].place), i
    return (Or(tuple(parts)) if len(parts) > 1 else parts[0]), i


def _all_of(tokens: Sequence[_Token], i: int, depth: int) -> tuple[Node | _Sections, int]:
    parts: list[Node] = []
    sections: list[_Sections] = []
    joined: _Token | None = None
    while i < len(tokens) and tokens[i].kind not in (")", "OR"):
        if tokens[i].kind == "AND":
            if joined is not None or not (parts or sections):
                _wrong(tokens[i].place, "AND has nothing before it. Write A AND B.")
            joined = tokens[i]
            i += 1
            continue
        part, i = _one(tokens, i, depth)
        if isinstance(part, _Sections):
            sections.append(part)
        else:
            parts.append(part)
        joined = None
    if joined is not None:
        _wrong(joined.place, "AND has nothing after it. Write A AND B.")
    if not parts and not sections:
        _nothing_here(tokens, i)
    return _restricted(parts, sections), i


def _nothing_here(tokens: Sequence[_Token], i: int) -> NoReturn:
    if i < len(tokens) and tokens[i].kind == ")":
        _wrong(tokens[i].place, "nothing stands before this bracket. Write a name between the brackets, or take them away.")
    if i < len(tokens):
        _wrong(tokens[i].place, "OR has nothing before it. Write A OR B.")
    last = tokens[-1]
    _wrong(last.place, f"{last.text} has nothing after it. " + ("Close the bracket." if last.kind == "(" else "Write A OR B."))


def _restricted(parts: Sequence[Node], sections: Sequence[_Sections]) -> Node | _Sections:
    """Parts that must all hold, in the sections that stand beside them."""
    kept = frozenset(SECTIONS).intersection(*(s.sections for s in sections))
    if not kept:
        _wrong(sections[-1].place, "no sentence stands in all of these sections. Join them by OR, as (section:title OR section:results).")
    if not parts:
        return _Sections(kept, sections[0].place)
    joined: Node = And(tuple(parts)) if len(parts) > 1 else parts[0]
    if not sections:
        return joined
    if not _is_of_text(joined):
        _wrong(sections[0].place, f"section: {_NO_TERM}")
    return Within(tuple(s for s in SECTIONS if s in kept), joined)


def _is_of_text(node: Node) -> bool:
    """Whether anything of a part stands in the text, so that a section can restrict it."""
    match node:
        case And() | Or():
            return any(map(_is_of_text, node.parts))
        case Not() | Within():
            return _is_of_text(node.part)
        case _:
            return isinstance(node, (Name, Kind, Verbatim))


def _one(tokens: Sequence[_Token], i: int, depth: int) -> tuple[Node | _Sections, int]:
    token = tokens[i]
    if depth > _MOST_DEPTH:
        _wrong(token.place, f"brackets and NOT stand more than {_MOST_DEPTH} deep. Ask more simply.")
    if token.kind == "NOT":
        if i + 1 == len(tokens) or tokens[i + 1].kind in (")", "AND", "OR"):
            _wrong(token.place, "NOT has nothing after it. Write A NOT B.")
        part, i = _one(tokens, i + 1, depth + 1)
        return (_Sections(frozenset(SECTIONS) - part.sections, part.place) if isinstance(part, _Sections) else Not(part)), i
    if token.kind == "(":
        inner, i = _any_of(tokens, i + 1, depth + 1)
        if i == len(tokens):
            _wrong(token.place, "this bracket is not closed. Close it, or take it away.")
        return inner, i + 1
    if token.kind in ("assertion", "prefix", "name", "label"):
        return _term(tokens, i)
    return _field(token), i + 1


def _term(tokens: Sequence[_Token], i: int) -> tuple[Node, int]:
    start, assertion, exact, label = i, "present", False, None
    if tokens[i].kind == "assertion":
        assertion, i = tokens[i].text, i + 1
    while i < len(tokens) and tokens[i].kind == "prefix":
        if exact if tokens[i].text == "exact" else label:
            _wrong(tokens[i].place, f"{tokens[i].text}: stands before a name a second time. Give it once.")
        exact, label = (True, label) if tokens[i].text == "exact" else (exact, tokens[i].text.upper())
        i += 1
    before = tokens[i - 1]
    place = (tokens[start].place[0], tokens[min(i, len(tokens) - 1)].place[1])
    if i < len(tokens) and tokens[i].kind == "name":
        return Name(tokens[i].text, label, exact, assertion, place), i + 1
    if i < len(tokens) and tokens[i].kind == "label" and before.kind != "prefix":
        return Kind(tokens[i].text, assertion, place), i + 1
    what = f"{before.text}:" if before.kind == "prefix" else f"{before.text!r}"
    _wrong(before.place, f"{what} stands before one name or label, as {_example(before)}; put words in quotes where they are a name.")


def _example(before: _Token) -> str:
    return _EXAMPLES.get(before.text, f"{before.text}:infection") if before.kind == "prefix" else f"{before.text} ICANS"


def _field(token: _Token) -> Node | _Sections:
    value, place = token.text, token.place
    match token.kind:
        case "year":
            if value.isdecimal() and len(value) != len("2018"):
                _wrong(place, f"year {value!r} cannot be read. Use 2018, 2018-2024, 2018- or -2024.")
            try:
                return Published(parse_years(value), place)
            except OptionError as error:
                _wrong(place, str(error))
        case "section":
            if value.lower() not in SECTIONS:
                _wrong(place, f"section {value!r} is none of {', '.join(SECTIONS)}.")
            return _Sections(frozenset((value.lower(),)), place)
        case "notice" if value.lower() not in KINDS:
            _wrong(place, f"notice {value!r} is none of {', '.join(KINDS)}.")
        case "text" | "pattern":
            return Verbatim(value, token.kind == "pattern", place)
        case kind:
            return Field(kind, value, place)
