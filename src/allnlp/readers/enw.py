"""EndNote's import form with percent tags (.enw, Refer), which Google Scholar and publishers' sites offer."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from allnlp.readers.markup import unmarked
from allnlp.readers.record import Row, accession_numbers, record
from allnlp.readers.source import Source, opened, text_lines
from allnlp.readers.tagged import Fields

_TAG = re.compile(r"%([0-9A-Z@!#$^&<>~+*(:,\[])(?:[ \t](.*)|$)")
_PMID = re.compile(r"\bPMID:?\s*(\d{1,8})\b", re.IGNORECASE)


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
        if fields and _is_next(fields, found[1], after_gap):
            yield fields
            fields = Fields()
        after_gap = False
        fields.add(found[1], found[2] or "")
    if fields:
        yield fields


def _is_next(fields: Fields, tag: str, after_gap: bool) -> bool:
    """Whether a tag begins a record; some journals' sites write %T before %0, so that %0 alone does not tell."""
    if tag == "0":
        return "0" in fields or after_gap
    return after_gap and "T" in fields and (tag == "T" or (tag == "A" and "0" not in fields))


def _document(fields: Fields, source_file: str, number: int) -> Row:
    accession = fields.first("M")
    is_pubmed = accession.isdigit() and any(word in fields.joined("W").lower() for word in ("pubmed", "medline"))
    return record(
        source_file=source_file,
        source_record=number,
        title=fields.title("T"),
        abstract=unmarked(fields.joined("X")),
        pmid=accession if is_pubmed else next((found[1] for note in fields.all("Z") if (found := _PMID.search(note))), ""),
        pmcid=fields.first("2") if fields.first("2").startswith("PMC") else "",
        doi=fields.first("R") or next((url for url in fields.all("U") if "doi.org/" in url), ""),
        record_id=fields.first("F") or accession,
        journal=fields.first("J", "B"),
        year=fields.first("D"),
        dates=(*fields.all("8"), *fields.all("D")),
        other_ids=accession_numbers([accession]),
        authors=[name.rstrip(",") for name in fields.all("A")],
        publication_types=fields.all("9", "0"),
        keywords=fields.lines("K"),
        language=fields.first("G"),
        has_more=fields.has_value(but=("0",)),
        expected="%T or %X",
    )
