"""RefWorks' tagged form (``RT Journal Article``, then ``A1``, ``T1``), which HighWire and ProQuest offer too."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from allnlp.readers.markup import unmarked
from allnlp.readers.record import Row, accession_numbers, record
from allnlp.readers.source import Source, opened, text_lines
from allnlp.readers.tagged import Fields, split

_TAG = re.compile(r"([A-Z][A-Z0-9])(?: (.*)|$)")
_TAGS = (
    "RT SR ID A1 A2 A3 A4 A5 A6 T1 T2 T3 JF JO YR FD VO IS SP OP K1 K2 AB NO SN AV AD AN CN LA CL SF OT LK DO DB DS IP RD ST"
    " UL WT WV OL PB PP ED U1 U2 U3 U4 U5 PMID UR JA RP BP CR JN LL MI Y1 ER"
)
_KNOWN = frozenset(_TAGS.split())
_PMID = re.compile(r"\bPMID:?\s*(\d{1,8})\b", re.IGNORECASE)


def read_refworks(source: Source, *, source_file: str) -> Iterator[Row]:
    """Rows of RefWorks' tagged form; a record begins at RT.

    Raises:
        ReadError: the file's compression is damaged.
    """
    with opened(source) as stream:
        for number, fields in enumerate(refworks_records(text_lines(stream)), start=1):
            yield _document(fields, source_file, number)


def is_refworks(text: str) -> bool:
    r"""Whether a text is RefWorks': a type, and at least two of its tags.

    >>> is_refworks("RT Journal Article\nT1 Cells\nYR 2020\n"), is_refworks("RT Journal\nWe read it.\n")
    (True, False)
    """
    tags = {found[1] for line in text.split("\n")[:400] if (found := _TAG.fullmatch(line.rstrip("\r")))}
    return bool(re.search(r"(?m)^\ufeff?RT [A-Z][A-Za-z]", text)) and len(tags & {"SR", "A1", "T1", "JF", "YR", "AB", "K1", "UL", "SP", "VO"}) >= 2


def refworks_records(lines: Iterable[str]) -> Iterator[Fields]:
    """Fields of each record; a line that begins with no known tag goes on."""
    fields = Fields()
    for line in lines:
        found = _TAG.match(line.lstrip("\ufeff"))
        if found and found[1] not in _KNOWN:
            found = None
        if found and found[1] == "RT":
            if "RT" in fields:
                yield fields
            fields = Fields()
        if found:
            fields.add(found[1], found[2] or "")
        elif line.strip():
            fields.go_on(line)
    if "RT" in fields:
        yield fields


def _document(fields: Fields, source_file: str, number: int) -> Row:
    notes = _PMID.search(" ".join(fields.all("NO") + fields.all("U1") + fields.all("AN")))
    accession = fields.first("AN")
    is_pubmed = accession.isdigit() and re.search("pubmed|medline", fields.joined("DB") + fields.joined("DS"), re.IGNORECASE)
    return record(
        source_file=source_file,
        source_record=number,
        title=fields.title("T1"),
        abstract=unmarked(fields.joined("AB")),
        pmid=accession if is_pubmed else notes[1] if notes else "",
        doi=fields.first("DO"),
        record_id=fields.first("ID") or accession,
        other_ids=accession_numbers([accession]),
        journal=fields.first("JF", "JO", "JA", "T2"),
        year=fields.first("YR"),
        dates=(*fields.all("FD"), *fields.all("YR")),
        authors=split(fields.all("A1")),
        publication_types=fields.all("RT"),
        keywords=split(fields.lines("K1")),
        language=fields.first("LA"),
        has_more=fields.has_value(but=("RT",)),
        expected="T1 or AB",
    )
