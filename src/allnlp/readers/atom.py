"""Atom feeds of articles, as arXiv answers."""

from __future__ import annotations

import re
from collections.abc import Iterator

from allnlp.readers.elements import Element, element_rows, flat
from allnlp.readers.record import Row, record
from allnlp.readers.source import Source

_ARXIV = re.compile(r"arxiv\.org/abs/(\S+?)(?:v\d+)?$")


def read_atom(source: Source, *, source_file: str) -> Iterator[Row]:
    """Rows of an Atom feed, one an entry.

    Raises:
        ReadError: the file declares entities or its compression is damaged.
    """
    return element_rows(source, "entry", row=_document, source_file=source_file)


def _document(element: Element, source_file: str, number: int) -> Row:
    def one(name: str) -> str:
        return flat(element.find(f"{{*}}{name}"))

    address = one("id")
    arxiv = _ARXIV.search(address)
    return record(
        source_file=source_file,
        source_record=number,
        title=one("title"),
        abstract=one("summary"),
        doi=one("doi"),
        record_id=f"arXiv:{arxiv[1]}" if arxiv else address,
        other_ids=[f"arXiv:{arxiv[1]}"] if arxiv else [],
        journal=one("journal_ref") or ("arXiv" if arxiv else ""),
        year=one("published")[:4],
        dates=(one("published"),),
        authors=[flat(name) for name in element.iterfind("{*}author/{*}name")],
        keywords=[str(e.get("term") or "") for e in element.iterfind("{*}category")],
        revised=one("updated"),
        has_more=bool(address),
        expected="title or summary",
    )
