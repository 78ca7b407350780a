"""Ovid's numbered text, with tags (``TI  - ``) or with the names of the fields on lines of their own."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from types import MappingProxyType

from allnlp.readers.markup import unmarked
from allnlp.readers.record import Row, accession_numbers, record
from allnlp.readers.source import Source, opened, text_lines
from allnlp.readers.tagged import Fields, split

_NUMBER = re.compile(r"\s*<\s*\d+(?:\s*\.)?\s*>\s*$")
_TAG = re.compile(r"([A-Z][A-Z0-9])  ?- ?(.*)")
_OWNER = re.compile(r"VN  ?- Ovid Technologies")
_NAMES = MappingProxyType(
    {
        "unique identifier": "UI", "accession number": "AN", "pmid": "PM", "pubmed id": "PM", "medline pmid": "PM", "database": "DB",
        "title": "TI", "original title": "OT", "abstract": "AB", "author": "AU", "authors": "AU", "authors full name": "FA",
        "source": "SO", "journal name": "JN", "journal title": "JN", "journal": "JN", "doi": "DO", "digital object identifier": "DO",
        "publication type": "PT", "year of publication": "YR", "publication year": "YR", "date of publication": "DP", "language": "LG",
        "mesh subject headings": "MH", "subject headings": "MH", "emtree heading": "MH", "keyword heading": "KW", "keyword": "KW",
        "keywords": "KW", "author keywords": "KW", "institution": "IN", "pmc identifier": "PC", "clinical trial number": "CN",
    }
)  # fmt: skip
_FIRST = re.compile(r"^[ \t]*(?:<[ \t]*\d+(?:[ \t]*\.)?[ \t]*>[ \t]*$|VN  ?- Ovid Technologies)", re.MULTILINE)
_USUAL = frozenset(("TI", "AB", "AU", "SO", "AN", "UI", "DB"))
_HEADING = re.compile(r"([A-Z][A-Za-z/&() -]{1,50}?)(?: \(([A-Z]{2})\))?\s*$")
_SOURCE = re.compile(r"(?P<journal>.{2,200}?)\. (?:\d|\(|Vol)")
_YEAR_AND_DATE = re.compile(r"\b((?:19|20)\d\d)(?: ([A-Z][a-z]{2}(?: \d{1,2})?))?")
_REFERENCE = re.compile(r"\s*\[.*\]\s*$")
_END_MARK = re.compile(r"(?<=\S)\s+\[[^\[\]]{2,60}\]\s*$")


def read_ovid(source: Source, *, source_file: str) -> Iterator[Row]:
    """Rows of Ovid's numbered text; a record begins at its number in angle brackets.

    Raises:
        ReadError: the file's compression is damaged.
    """
    with opened(source) as stream:
        for number, fields in enumerate(ovid_records(text_lines(stream)), start=1):
            yield _document(fields, source_file, number)


def is_ovid(text: str) -> bool:
    r"""Whether a text is Ovid's: numbers in angle brackets, with its name or the names of its fields after them.

    >>> is_ovid("<1>\nUnique Identifier\n  1\nTitle\n  Cells.\n"), is_ovid("<1>\nTitle of a slide\n")
    (True, False)
    """
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    first = _FIRST.search(text)
    if first is None:
        return False
    lines = text[first.end() :].split("\n")[:200]
    headings = {found[1].lower() for line in lines if not line[:1].isspace() and (found := _HEADING.fullmatch(line))}
    tags = {found[1] for line in lines if (found := _TAG.match(line))}
    return len(headings & _NAMES.keys()) >= 2 or len(tags & _USUAL) >= 2


def ovid_records(lines: Iterable[str]) -> Iterator[Fields]:
    """Fields of each record, by Ovid's tags; the heading of a field that is not known is a tag of its own."""
    fields, is_tagged = Fields(), False
    for line in lines:
        if _NUMBER.match(line) or (_OWNER.match(line) and "VN" in fields):
            if fields.has_value():
                yield fields
            fields = Fields()
        tagged = _TAG.match(line)
        heading = None if is_tagged or line[:1].isspace() else _HEADING.fullmatch(line)
        if tagged:
            is_tagged = True
            fields.add(tagged[1], tagged[2])
        elif heading:
            fields.add(heading[2] or _NAMES.get(heading[1].lower(), heading[1]), "")
        elif line.strip() and not _NUMBER.match(line):
            fields.go_on(line)
    if fields.has_value():
        yield fields


def _document(fields: Fields, source_file: str, number: int) -> Row:
    place = fields.first("SO")
    date = _YEAR_AND_DATE.search(fields.first("DP")) or _last(place)
    journal = _SOURCE.match(place)
    accession = fields.first("UI", "AN")
    is_medline = "medline" in fields.joined("DB", "ST").lower()
    return record(
        source_file=source_file,
        source_record=number,
        # the kind of article stands in brackets behind the title
        title=_END_MARK.sub("", fields.title("TI", "OT")),
        abstract=unmarked(fields.joined("AB")),
        pmid=_REFERENCE.sub("", fields.first("PM")) or (accession if is_medline and re.fullmatch(r"\d{1,8}", accession) else ""),
        pmcid=fields.first("PC"),
        doi=fields.first("DO"),
        record_id=accession,
        other_ids=accession_numbers(fields.all("AN") + fields.all("UI")),
        journal=fields.first("JN") or (journal["journal"] if journal else ""),
        year=fields.first("YR") or (date[1] if date else ""),
        dates=(date[0] if date else "",),
        authors=split(fields.lines("FA", "AU")),
        publication_types=fields.lines("PT"),
        mesh_terms=[term.replace("*", "").strip() for term in fields.lines("MH")],
        keywords=split(fields.lines("KW")),
        trials=fields.all("CN"),
        language=fields.first("LG"),
        has_more=True,
        expected="Title or Abstract",
    )


def _last(text: str) -> re.Match[str] | None:
    """The last year of a source, for volumes and pages that look like years come before it."""
    return max(_YEAR_AND_DATE.finditer(text), key=lambda found: found.start(), default=None)
