"""EndNote XML."""

from __future__ import annotations

import re
from collections.abc import Iterator

from allnlp.readers.elements import Element, element_rows, flat
from allnlp.readers.markup import unmarked
from allnlp.readers.record import Row, accession_numbers, record
from allnlp.readers.source import Source

_PUBMED = re.compile(r"pubmed|medline|nlm", re.IGNORECASE)


def read_endnote_xml(source: Source, *, source_file: str) -> Iterator[Row]:
    """Rows of EndNote XML.

    Raises:
        ReadError: the file declares entities or its compression is damaged.
    """
    return element_rows(source, "record", row=_document, source_file=source_file)


def _document(element: Element, source_file: str, number: int) -> Row:
    def one(*paths: str) -> str:
        return next((text for text in (flat(element.find(path)) for path in paths) if text), "")

    accession = one("accession-num")
    urls = [flat(e) for e in element.iterfind("urls/related-urls/url")]
    custom = one("custom2")
    kind = element.find("ref-type")
    return record(
        source_file=source_file,
        source_record=number,
        title=unmarked(one("titles/title", "titles/short-title", "titles/translated-title")),
        abstract=unmarked(one("abstract")),
        pmid=accession if accession.isdigit() and _PUBMED.search(one("remote-database-name")) else "",
        pmcid=custom if custom.upper().startswith("PMC") else "",
        doi=one("electronic-resource-num") or next((url for url in urls if "doi.org/" in url), ""),
        record_id=accession or one("rec-number"),
        other_ids=accession_numbers([accession]),
        journal=one("periodical/full-title", "titles/secondary-title", "titles/alt-title", "alt-periodical/full-title"),
        year=one("dates/year"),
        dates=[flat(e) for e in element.iterfind("dates/pub-dates/date")],
        authors=[flat(e) for e in element.iterfind("contributors/authors/author")],
        publication_types=(kind.get("name") or "" if kind is not None else "",),
        keywords=[flat(e) for e in element.iterfind("keywords/keyword")],
        language=one("language"),
        has_more=bool(flat(element)),
        expected="titles/title or abstract",
    )
