"""A query as a tree, and the words that a tree stands for; ``query`` reads the words of a user."""

from __future__ import annotations

from typing import NamedTuple, TypeAlias

from allnlp.collection.filters import Years
from allnlp.schema import CONTEXT_LABELS, LABELS

Place: TypeAlias = tuple[int, int]  # first character in the query, and the one after the last
NOWHERE = (0, 0)

DOCUMENT_FIELDS = ("journal", "type", "population", "pmid", "doi", "id")
FIELDS = ("year", *DOCUMENT_FIELDS, "notice", "section", "text", "exact")
ANY_ASSERTION = "any"
QUERY_LABELS = (*LABELS, *CONTEXT_LABELS)


class Name(NamedTuple):
    """A mention of a concept, or of a narrower one."""

    words: str
    label: str | None = None
    exact: bool = False
    assertion: str = "present"
    place: Place = NOWHERE


class Kind(NamedTuple):
    """A mention of any concept of a label."""

    label: str
    assertion: str = "present"
    place: Place = NOWHERE


class Verbatim(NamedTuple):
    """Words of the text, or a regular expression."""

    words: str
    is_pattern: bool = False
    place: Place = NOWHERE


class Published(NamedTuple):
    """Years of publication."""

    years: Years
    place: Place = NOWHERE


class Field(NamedTuple):
    """A property of the document: one of ``DOCUMENT_FIELDS``, or ``notice``; ``*`` stands for any characters."""

    field: str
    value: str
    place: Place = NOWHERE


class Within(NamedTuple):
    """A part of a query whose mentions and words must stand in one of these sections."""

    sections: tuple[str, ...]  # in the order of the schema
    part: Node


class Not(NamedTuple):
    """What must not hold."""

    part: Node


class And(NamedTuple):
    """Parts that must all hold; two or more."""

    parts: tuple[Node, ...]


class Or(NamedTuple):
    """Parts of which one must hold; two or more."""

    parts: tuple[Node, ...]


Node: TypeAlias = Name | Kind | Verbatim | Published | Field | Within | Not | And | Or


def written(node: Node) -> str:
    """The query that a tree stands for, with every name in quotes and every bracket; ``parse`` gives the same tree again.

    >>> written(Or((Not(Name("CRS")), Kind("TOXICITY", "negated"))))
    'NOT "CRS" OR negated TOXICITY'
    """
    match node:
        case Name():
            label = f"{node.label.lower()}:" if node.label else ""
            return f'{_said(node.assertion)}{"exact:" if node.exact else ""}{label}"{node.words}"'
        case Kind():
            return _said(node.assertion) + node.label
        case Verbatim():
            return f"text:/{node.words}/" if node.is_pattern else f'text:"{node.words}"'
        case Published():
            low, high = node.years
            return f"year:{low}" if low == high else f"year:{_year(low)}-{_year(high)}"
        case Field():
            return f'{node.field}:"{node.value}"'
        case Within():
            sections = " OR ".join(f"section:{s}" for s in node.sections)
            return f"{_bracketed(node.part)} {f'({sections})' if len(node.sections) > 1 else sections}"
        case Not():
            return f"NOT {_bracketed(node.part)}"
        case And():
            return " AND ".join(map(_bracketed, node.parts))
        case Or():
            return " OR ".join(map(_bracketed, node.parts))


def _bracketed(node: Node) -> str:
    return f"({written(node)})" if isinstance(node, (Within, And, Or)) else written(node)


def _said(assertion: str) -> str:
    return "" if assertion == "present" else f"{assertion} "


def _year(year: int | None) -> str:
    return "" if year is None else f"{year:04d}"


def where(place: Place) -> str:
    """Where in a query something stands, for a message.

    >>> where((0, 3))
    'query, characters 1 to 3'
    """
    return f"query, characters {place[0] + 1} to {place[1]}"
