"""EndNote's import form with percent tags (.enw, Refer), which Google Scholar and publishers' sites offer."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from allnlp.readers.record import Row, record
from allnlp.readers.source import Source, opened, text_lines
from allnlp.readers.tagged import Fields

_TAG = re.compile(r"%([0-9A-Z@!#$^&<>~+*(:,\[])(?:[ \t](.*)|$)")


def read_enw(source: Source, *, source_file: str) -> Iterator[Row]:
    """Rows of EndNote's import form; a record begins at %0 or, in files without, at a %T or %A after an empty line.

    Raises:
        ReadError: the file's compression is damaged.
    """
    with opened(source) as stream:
        for number, fields in enumerate(enw_records(text_lines(stream)), start=1):
            yield _document(fields, source_file, number)


def enw_records(lines: Iterable[str]) -> Iterator[Fields]:
    """Fields of each record."""
    fields, after_gap = Fields(), False
    for line in lines:
        if not line.strip():
            after_gap = True
            continue
        found = _TAG.match(line.lstrip("\ufeff"))
        if not found:
            fields.go_on(line)
            continue
        if fields and (found[1] == "0" or (after_gap and "0" not in fields and found[1] in "TA")):
            yield fields
            fields = Fields()
        after_gap = False
        fields.add(found[1], found[2] or "")
    if fields:
        yield fields


def _document(fields: Fields, source_file: str, number: int) -> Row:
    accession = fields.first("M")
    is_pubmed = accession.isdigit() and any(word in fields.joined("W").lower() for word in ("pubmed", "medline"))
    return record(
        source_file=source_file,
        source_record=number,
        title=fields.joined("T"),
        abstract=fields.joined("X"),
        pmid=accession if is_pubmed else "",
        pmcid=fields.first("2") if fields.first("2").startswith("PMC") else "",
        doi=fields.first("R") or next((url for url in fields.all("U") if "doi.org/" in url), ""),
        record_id=fields.first("F") or accession,
        journal=fields.first("J", "B"),
        year=fields.first("D"),
        dates=(*fields.all("8"), *fields.all("D")),
        authors=[name.rstrip(",") for name in fields.all("A")],
        publication_types=fields.all("9", "0"),
        keywords=fields.lines("K"),
        language=fields.first("G"),
        has_more=fields.has_value(but=("0",)),
        expected="%T or %X",
    )
