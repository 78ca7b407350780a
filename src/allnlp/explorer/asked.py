"""The filters that a URL asks for, what was understood of its search, and a chip for each."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from allnlp.collection.filters import Filters, parse_filters
from allnlp.collection.groups import grouped, label_and_name, side
from allnlp.collection.index import Index
from allnlp.errors import NothingFound, OptionError
from allnlp.explorer.state import State

_PLAIN = re.compile(r"[^():\"/]*")
_OPERATORS = frozenset({"AND", "OR", "NOT"})


class Chip(NamedTuple):
    """A filter that is set, and the URL without it."""

    kind: str
    words: str
    url: str


class Asked(NamedTuple):
    """Filters of a URL."""

    filters: Filters
    chips: tuple[Chip, ...]
    note: str  # how the search was read, where not as a query


def asked(index: Index, state: State) -> Asked:
    """Filters of a URL, with what shows them.

    Raises:
        OptionError: a filter cannot be read.
        NothingFound: a filter names what the folder does not have.
    """
    years = (_year(state.one("from")), _year(state.one("to")))
    if years[0] is not None and years[1] is not None and years[0] > years[1]:
        years = (years[1], years[0])
    any_of = {label.upper() for label in state.all("any")}
    mentioning: list[str] = []
    either: dict[str, list[str]] = {}
    for token in state.all("mentioning"):
        label = label_and_name(token)[0]
        if label in any_of:
            either.setdefault(label, []).append(token)
        else:
            mentioning.append(token)
    words, note = read_search(index, state.one("q"))
    matching = [*([words] if words else []), *(any_query(tokens) for tokens in either.values())]
    filters = parse_filters(
        year=years, journal=state.all("journal"), study_type=state.all("study_type"), population=state.all("population"), mentioning=mentioning,
        section=state.all("section"), include=state.all("include"), matching=matching, lacking=state.all("lacking"), decision=state.all("decision"),
    )  # fmt: skip
    return Asked(filters, _chips(index, state), note)


def _year(words: str) -> int | None:
    """A year, or none.

    Raises:
        OptionError: it is no year.
    """
    if not words.strip():
        return None
    if not re.fullmatch(r"\s*\d{4}\s*", words, re.ASCII):
        raise OptionError(f"year {words!r} cannot be read. Give four digits, as 2018.")
    return int(words)


def read_search(index: Index, words: str) -> tuple[str, str]:
    """The query that a search means, and how it was read where its words are no names: as words of the text."""
    words = " ".join(words.split())
    if not words:
        return "", ""
    try:
        index.fitting(Filters(matching=(words,)))
    except (OptionError, NothingFound):
        if not is_plain(words):
            raise
    else:
        return words, ""
    query = text_query(words)
    index.fitting(Filters(matching=(query,)))
    return query, "No concept has this name; searched as words of the text."


def is_plain(words: str) -> bool:
    """Whether a search is words alone, without signs or operators of the query language.

    >>> is_plain("cytokine storm"), is_plain("CRS AND x"), is_plain('text:"a"')
    (True, False, False)
    """
    return bool(_PLAIN.fullmatch(words)) and _OPERATORS.isdisjoint(words.split())


def text_query(words: str) -> str:
    """A query for words of the text, each anywhere in the document; the last may be the beginning of one.

    >>> text_query("cytokine sto")
    'text:cytokine text:sto*'
    """
    *first, last = words.split()
    return " ".join([*(f"text:{w}" for w in first), f"text:{last if last.endswith('*') else last + '*'}"])


def any_query(tokens: Sequence[str]) -> str:
    """A query for documents that name any of some concepts.

    >>> any_query(["toxicity:mesh:D000080424", "CD19"])
    'toxicity:"mesh:D000080424" OR "CD19"'
    """
    parts = []
    for token in tokens:
        label, name = label_and_name(token)
        quoted = name.replace('"', " ")
        parts.append(f'{label.lower()}:"{quoted}"' if label else f'"{quoted}"')
    return " OR ".join(parts)


def token(label: str, concept_id: str) -> str:
    """A concept as a parameter of a URL.

    >>> token("TOXICITY", "mesh:D000080424")
    'toxicity:mesh:D000080424'
    """
    return f"{label.lower()}:{concept_id}"


def name_of(index: Index, words: str) -> str:
    """The normal name of a concept that a parameter means; its own words where it is of none."""
    label, name = label_and_name(words)
    codes = [c for c in index.by_id.get(name, ()) if label in (None, index.labels[c])]
    if codes:
        return str(index.names[codes[0]])
    try:
        keys = side(index, [words], narrower=True)
    except (NothingFound, OptionError):
        return name
    return grouped(index, keys, narrower=True).names[0]


_KINDS = (
    ("q", "search"), ("mentioning", ""), ("lacking", "not"), ("journal", "journal"), ("study_type", "study type"), ("population", "population"),
    ("section", "section"), ("include", "also"), ("decision", ""),
)  # fmt: skip


def _chips(index: Index, state: State) -> tuple[Chip, ...]:
    out = []
    if state.one("from") or state.one("to"):
        low, high = state.one("from"), state.one("to")
        out.append(Chip("years", low if low == high else f"{low}–{high}", state.url(from_=None, to=None, page=None)))
    for name, kind in _KINDS:
        for value in state.all(name):
            is_concept = name in ("mentioning", "lacking")
            words = name_of(index, value) if is_concept else value
            label = label_and_name(value)[0] if is_concept else None
            either = " (any)" if name == "mentioning" and label is not None and label.lower() in state.all("any") else ""
            out.append(Chip(kind, words + either, state.toggled(name, value)))
    return tuple(out)
