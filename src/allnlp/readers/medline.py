"""MEDLINE, the tagged form of PubMed (.nbib, .txt)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from html import unescape

from allnlp.readers.record import NOTICES, Row, notice, record
from allnlp.readers.source import Source, opened, text_lines
from allnlp.readers.tagged import Fields

_TAG = re.compile(r"([A-Z][A-Z0-9]{1,3}) {0,2}- ?(.*)")
_LINKED = re.compile(r"\bPMID: ?(\d{1,8})\b")
_FOLDED = re.compile(r"\s{2,}\S")
_PRE = re.compile(r"^.*<pre\b[^<>]*>(?:\d+: )?|</pre>.*$", re.IGNORECASE)
_ONCE = frozenset(("PMID", "OWN", "STAT", "TI", "AB", "DP", "TA", "JT", "SO"))


def read_medline(source: Source, *, source_file: str) -> Iterator[Row]:
    """Rows of MEDLINE; a record begins at its PMID or, in files without, after an empty line.

    Raises:
        ReadError: the file's compression is damaged.
    """
    with opened(source) as stream:
        for number, fields in enumerate(medline_records(_of_page(text_lines(stream))), start=1):
            yield _document(fields, source_file, number)


def medline_records(lines: Iterable[str]) -> Iterator[Fields]:
    """Fields of each record."""
    fields, after_gap, opener = Fields(), False, ""
    for line in lines:
        if not line.strip():
            after_gap = True
            continue
        found = None if _FOLDED.match(line) else _TAG.match(line.lstrip("\ufeff"))
        if not found:
            fields.go_on(line)
            continue
        tag = found[1]
        opener = opener or tag
        is_new = tag == "PMID" or (after_gap and (tag in fields if tag in _ONCE else "PMID" not in fields and "TI" in fields))
        # other databases' records have no PMID, and some no empty line between them
        is_new = is_new or (tag == opener and tag in _ONCE and tag in fields and "PMID" not in fields)
        if is_new and fields:
            yield fields
            fields = Fields()
        after_gap = False
        fields.add(tag, found[2])
    if fields:
        yield fields


def _of_page(lines: Iterable[str]) -> Iterator[str]:
    """The lines; of a saved web page those within ``<pre>``, with characters in the place of their HTML names."""
    is_page, is_first = False, True
    for line in lines:
        if is_first and line.strip():
            is_page, is_first = line.lstrip("\ufeff ").startswith("<"), False
        if not is_page:
            yield line
            continue
        text = _PRE.sub("", line)
        if not text.lstrip().startswith("<"):
            yield unescape(text)


def _document(fields: Fields, source_file: str, number: int) -> Row:
    return record(
        source_file=source_file,
        source_record=number,
        title=fields.joined("TI", "BTI", "CTI", "TT"),
        abstract=fields.joined("AB", "OAB"),
        pmid=fields.first("PMID"),
        pmcid=fields.first("PMC"),
        doi=_doi(fields.all("LID") + fields.all("AID")),
        record_id=fields.first("AN", "ID", "OID"),
        journal=fields.first("JT", "TA", "BTI"),
        year=fields.first("DP"),
        dates=(*fields.all("DP"), *fields.all("DEP")),
        authors=fields.all("FAU", "AU") or fields.all("CN"),
        publication_types=fields.all("PT"),
        mesh_terms=[term for value in fields.all("MH") for term in _headings(value)],
        keywords=[value.lstrip("*") for value in fields.all("OT")],
        trials=fields.all("SI"),
        language=fields.first("LA"),
        notices=[notice(tag, _pmid(value)) for _, tag in NOTICES for value in fields.all(tag)],
        revised=fields.first("LR"),
        has_more=fields.has_value(),
        expected="TI or AB",
    )


def _doi(values: list[str]) -> str:
    """A number that is marked as DOI, else one that is a link to the resolver.

    >>> _doi(["S0002 [pii]", "10.5555/a [doi]"]), _doi(["S0002", "https://doi.org/10.5555/b"]), _doi(["10.5555/c [pii]"])
    ('10.5555/a [doi]', 'https://doi.org/10.5555/b', '')
    """
    return next((value for value in values if "[doi]" in value), "") or next((value for value in values if "doi.org/" in value), "")


def _pmid(value: str) -> str | None:
    """PMID at the end of a citation of another record.

    >>> _pmid("Blood. 2020 Jan 2;135(1):80. PMID: 123"), _pmid("Blood. 2020;135:80")
    ('123', None)
    """
    found = _LINKED.search(value)
    return found[1] if found else None


def _headings(value: str) -> list[str]:
    """Headings of a MH line, one for each qualifier, without the stars of major topics.

    >>> _headings("*Lung/*drug effects/surgery")
    ['Lung/drug effects', 'Lung/surgery']
    """
    heading, *qualifiers = value.replace("*", "").split("/")
    return [f"{heading}/{qualifier}" for qualifier in qualifiers] or [heading]
