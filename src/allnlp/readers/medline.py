"""MEDLINE, the tagged form of PubMed (.nbib, .txt)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from allnlp.readers.record import Row, record
from allnlp.readers.source import Source, opened, text_lines
from allnlp.readers.tagged import Fields

_TAG = re.compile(r"([A-Z][A-Z0-9]{1,3}) {0,2}- ?(.*)")
_FOLDED = re.compile(r"\s{2,}\S")
_ONCE = frozenset(("PMID", "OWN", "STAT", "TI", "AB", "DP", "TA", "JT", "SO"))


def read_medline(source: Source, *, source_file: str) -> Iterator[Row]:
    """Rows of MEDLINE; a record begins at its PMID or, in files without, after an empty line.

    Raises:
        ReadError: the file's compression is damaged.
    """
    with opened(source) as stream:
        for number, fields in enumerate(medline_records(text_lines(stream)), start=1):
            yield _document(fields, source_file, number)


def medline_records(lines: Iterable[str]) -> Iterator[Fields]:
    """Fields of each record."""
    fields, after_gap = Fields(), False
    for line in lines:
        if not line.strip():
            after_gap = True
            continue
        found = None if _FOLDED.match(line) else _TAG.match(line.lstrip("\ufeff"))
        if not found:
            fields.go_on(line)
            continue
        tag = found[1]
        is_new = tag == "PMID" or (after_gap and (tag in fields if tag in _ONCE else "PMID" not in fields and "TI" in fields))
        if is_new and fields:
            yield fields
            fields = Fields()
        after_gap = False
        fields.add(tag, found[2])
    if fields:
        yield fields


def _document(fields: Fields, source_file: str, number: int) -> Row:
    return record(
        source_file=source_file,
        source_record=number,
        title=fields.joined("TI", "BTI", "CTI", "TT"),
        abstract=fields.joined("AB", "OAB"),
        pmid=fields.first("PMID"),
        pmcid=fields.first("PMC"),
        doi=next((value for value in fields.all("LID") + fields.all("AID") if "[doi]" in value), ""),
        record_id=fields.first("AN", "ID"),
        journal=fields.first("JT", "TA", "BTI"),
        year=fields.first("DP"),
        dates=(*fields.all("DP"), *fields.all("DEP")),
        authors=fields.all("FAU", "AU") or fields.all("CN"),
        publication_types=fields.all("PT"),
        mesh_terms=[term for value in fields.all("MH") for term in _headings(value)],
        keywords=[value.lstrip("*") for value in fields.all("OT")],
        trials=fields.all("SI"),
        language=fields.first("LA"),
        is_retracted="RIN" in fields,
        has_more=fields.has_value(),
        expected="TI or AB",
    )


def _headings(value: str) -> list[str]:
    """Headings of a MH line, one for each qualifier, without the stars of major topics.

    >>> _headings("*Lung/*drug effects/surgery")
    ['Lung/drug effects', 'Lung/surgery']
    """
    heading, *qualifiers = value.replace("*", "").split("/")
    return [f"{heading}/{qualifier}" for qualifier in qualifiers] or [heading]
