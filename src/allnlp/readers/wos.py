"""Web of Science's own tagged form (.ciw, savedrecs.txt), also of Zoological Record and MEDLINE on that platform."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from allnlp.readers.markup import unmarked
from allnlp.readers.record import Row, accession_numbers, failure, record
from allnlp.readers.source import Source, opened, text_lines
from allnlp.readers.tagged import Fields, split

_TAG = re.compile(r"([A-Z][A-Z0-9])(?: (.*)|$)")
_FILE = frozenset(("FN", "VR", "EF"))
_MAIL = re.compile(r"\s*\([^()]*@[^()]*\)")


def read_wos(source: Source, *, source_file: str) -> Iterator[Row]:
    """Rows of Web of Science's tagged form.

    Raises:
        ReadError: the file's compression is damaged.
    """
    with opened(source) as stream:
        was_closed = is_closed = False
        for number, fields in enumerate(wos_records(text_lines(stream)), start=1):
            was_closed, is_closed = was_closed or is_closed, "ER" in fields
            yield _document(fields, source_file, number)
        if was_closed and not is_closed:
            yield failure(source_file, None, "the last record has no ER as those before it have; the file may be cut off. Export it again")


def wos_records(lines: Iterable[str]) -> Iterator[Fields]:
    """Fields of each record; one without ER ends where the next PT is."""
    fields = Fields()
    for line in lines:
        found = _TAG.match(line.lstrip("\ufeff"))
        tag = found[1] if found else ""
        if tag in _FILE:
            continue
        if tag == "ER" or (tag == "PT" and "PT" in fields):
            if tag == "ER" and fields:
                fields.add("ER", "")
            if fields:
                yield fields
            fields = Fields()
            if tag == "ER":
                continue
        if found:
            fields.add(tag, found[2] or "")
        elif line.strip():
            fields.go_on(line)
    if fields:
        yield fields


def _document(fields: Fields, source_file: str, number: int) -> Row:
    return record(
        source_file=source_file,
        source_record=number,
        title=fields.title("TI", "FT"),
        abstract=unmarked(fields.joined("AB")),
        pmid=fields.first("PM"),
        doi=fields.first("DI", "D2"),
        record_id=fields.first("UT", "AN"),
        other_ids=accession_numbers(fields.all("UT") + fields.all("AN") + fields.all("D2")),
        journal=fields.first("SO", "JI", "J9"),
        year=fields.first("PY") or fields.first("EY"),
        dates=(*fields.all("PD"), *fields.all("EA")),
        authors=[_MAIL.sub("", name) for name in fields.lines("AF", "AU")],
        publication_types=split(fields.all("DT")),
        mesh_terms=split(fields.all("MH")),
        keywords=split(fields.all("DE")),
        language=fields.first("LA"),
        has_more=fields.has_value(but=("PT",)),
        expected="TI or AB",
    )
