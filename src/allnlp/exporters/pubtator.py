"""Annotations in PubTator's format: title, abstract and a tab line for each mention."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from allnlp.collection.selection import Selection
from allnlp.exporters.documents import Annotated, annotated, title_end, write_pieces

_BREAKS = re.compile("[\t\n\r\x0b\x0c\x1c-\x1e\x85\u2028\u2029]")  # what ends a line or a cell for some reader
_UNSAFE = re.compile(r"[\s|]+")


def write_pubtator(selection: Selection, path: Path) -> None:
    """Write PubTator's format: ID|t|title, ID|a|abstract, and id, start, end, text, label and CURIE of each mention.

    The id is the ``doc_id``, a PMID wherever the record has one. Offsets count code points of title, one character and
    abstract, so that without a title the abstract begins at 1; a line end or tab within a text is written as a blank. A
    mention of no listed concept has the CURIE "-". The format has no place for assertions: select those that are wanted.

    Args:
        selection: what is written.
        path: the file.
    """
    names = line_ids(selection.documents["doc_id"])
    write_pieces(path, (_record(name, one) for name, one in zip(names, annotated(selection), strict=True)))


def _record(name: str, one: Annotated) -> str:
    return "\n".join([*_lines(name, one), "", ""])


def _lines(name: str, one: Annotated) -> Iterator[str]:
    end = title_end(one.document)
    text = flat(one.document.text)
    title = text[:end].rstrip()  # readers drop blanks at a line's end, so they may not be counted
    shift = len(title) - end + (end == 0)
    yield f"{name}|t|{title}"
    yield f"{name}|a|{text[end + (end > 0) :]}"
    for mention in one.mentions:
        start, last = (place + (shift if place > end or not end else 0) for place in (mention.start, mention.end))
        yield "\t".join([name, str(start), str(last), flat(mention.text), mention.label, mention.concept_id or "-"])


def line_ids(doc_ids: Iterable[str]) -> list[str]:
    """An id for each document that can stand before the format's marks; no two alike.

    >>> line_ids(["123", "a|b", "a b"])
    ['123', 'a_b', 'a_b-2']

    Args:
        doc_ids: ids of documents, each once.
    """
    taken: dict[str, None] = {}
    for doc_id in doc_ids:
        name = unique = _UNSAFE.sub("_", doc_id) or "_"
        number = 1
        while unique in taken:
            number += 1
            unique = f"{name}-{number}"
        taken[unique] = None
    return list(taken)


def flat(text: str) -> str:
    r"""A text on one line and without tabs, as long as it was.

    >>> flat("a\tb\nc")
    'a b c'
    """
    return _BREAKS.sub(" ", text)
