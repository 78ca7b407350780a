"""The Cochrane Library's plain text of citations (``Record #1 of 5``, then ``AU: ``, ``TI: ``)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from allnlp.readers.markup import unmarked
from allnlp.readers.record import Row, accession_numbers, record
from allnlp.readers.source import Source, opened, text_lines
from allnlp.readers.tagged import Fields, split

_START = re.compile(r"\s*Record #\d+ of \d+\s*$")
_TAG = re.compile(r"([A-Z]{2,3}): ?(.*)")
_PMID = re.compile(r"\b(?:PUBMED|MEDLINE)\s+(\d{1,8})\b", re.IGNORECASE)


def read_cochrane(source: Source, *, source_file: str) -> Iterator[Row]:
    """Rows of the Cochrane Library's plain text; a record begins at its line ``Record #``.

    Raises:
        ReadError: the file's compression is damaged.
    """
    with opened(source) as stream:
        for number, fields in enumerate(cochrane_records(text_lines(stream)), start=1):
            yield _document(fields, source_file, number)


def is_cochrane(text: str) -> bool:
    r"""Whether a text is the Cochrane Library's: a numbered record with its tags after it.

    >>> is_cochrane("Record #1 of 2\nID: CN-01\nTI: Cells\n"), is_cochrane("Record #1 of 2\nTY  - JOUR\n")
    (True, False)
    """
    return bool(re.search(r"(?m)^Record #\d+ of \d+[ \t]*\n+(?:[A-Z]{2,3}: .*\n)*(?:TI|ID|AU): ", text[:20000]))


def cochrane_records(lines: Iterable[str]) -> Iterator[Fields]:
    """Fields of each record."""
    fields, is_inside = Fields(), False
    for line in lines:
        if _START.match(line.lstrip("\ufeff")):
            if is_inside:
                yield fields
            fields, is_inside = Fields(), True
        elif found := _TAG.match(line):
            fields.add(found[1], found[2])
        elif line.strip():
            fields.go_on(line)
    if is_inside:
        yield fields


def _document(fields: Fields, source_file: str, number: int) -> Row:
    sources = " ".join(fields.all("PM") + fields.all("XR") + fields.all("ID"))
    pmid = _PMID.search(sources)
    return record(
        source_file=source_file,
        source_record=number,
        title=fields.title("TI"),
        abstract=unmarked(fields.joined("AB")),
        pmid=pmid[1] if pmid else fields.first("PM"),
        doi=fields.first("DOI"),
        record_id=fields.first("ID", "AN"),
        other_ids=accession_numbers(re.split(r"[\s,]+", " ".join(fields.all("ID") + fields.all("XR")))),
        journal=fields.first("SO"),
        year=fields.first("YR"),
        authors=split(fields.all("AU")),
        publication_types=split(fields.all("PT")),
        keywords=split(fields.all("KY")),
        trials=fields.all("CN") + fields.all("ID") + fields.all("SO"),
        language=fields.first("LA"),
        has_more=fields.has_value(),
        expected="TI or AB",
    )
