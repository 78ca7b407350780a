"""PubTator: id|t|title and id|a|abstract, as they stand, for offsets count in them; marks are not read."""

from __future__ import annotations

import re
from collections.abc import Iterator

from allnlp.readers.record import Row, failure, record
from allnlp.readers.source import Source, opened, text_lines

_PART = re.compile(r"([^|\t]+)\|([a-z])\|(.*)")
_MARK = re.compile(r"[^\t]+\t")


def read_pubtator(source: Source, *, source_file: str) -> Iterator[Row]:
    """Rows of PubTator; the lines of one id that follow each other are one record.

    Raises:
        ReadError: the file's compression is damaged.
    """
    number = 0
    name, parts = "", {"t": "", "a": ""}
    with opened(source) as stream:
        for line in text_lines(stream):
            found = _PART.match(line.removeprefix("\ufeff"))
            if found is None:
                if line.strip() and not _MARK.match(line):
                    number += bool(name) + 1
                    if name:
                        yield _document(name, parts, source_file, number - 1)
                    name, parts = "", {"t": "", "a": ""}
                    error = "the line is neither id|t|title, id|a|abstract nor a mark; correct it"
                    yield failure(source_file, number, error)
                continue
            if found[1] != name or (found[2] == "t" and parts["t"]):
                if name:
                    number += 1
                    yield _document(name, parts, source_file, number)
                name, parts = found[1], {"t": "", "a": ""}
            if found[2] in parts:
                before = parts[found[2]]
                parts[found[2]] = f"{before} {found[3]}" if before else found[3]
    if name:
        yield _document(name, parts, source_file, number + 1)


def _document(name: str, parts: dict[str, str], source_file: str, number: int) -> Row:
    name = name.strip()
    is_pmid = name.isascii() and name.isdigit() and len(name) <= 8
    return record(
        source_file=source_file,
        source_record=number,
        title=parts["t"],
        abstract=parts["a"],
        pmid=name if is_pmid else "",
        pmcid=name if name.startswith("PMC") else "",
        record_id=name,
    )
