"""RIS, as EndNote, Zotero, Embase, Scopus, Ovid, ProQuest, Rayyan, Web of Science and others write it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from allnlp.readers.record import Row, failure, is_nothing, normal_doi, record
from allnlp.readers.source import Source, opened, text_lines
from allnlp.readers.tagged import Fields, split

_TAG = re.compile(r"([A-Z][A-Z0-9])(?:  -|[ \t]{1,2}-(?=\s|$))[ \t]?(.*)")
_TAGS = (
    "TY A1 A2 A3 A4 AB AD AN AU AV BT C1 C2 C3 C4 C5 C6 C7 C8 CA CN CP CT CY DA DB DO DP ED EP ER ET ID IS J1 J2 JA JF"
    " JO KW L1 L2 L3 L4 LA LB LK M1 M2 M3 N1 N2 NV OP PB PP PY RI RN RP SE SN SP ST T1 T2 T3 TA TI TT U1 U2 U3 U4 U5 UR"
    " VL VO Y1 Y2"
)
_KNOWN = frozenset(_TAGS.split())
_PUBMED = re.compile(r"pubmed|medline|nlm", re.IGNORECASE)
_PMID_NOTE = re.compile(r"\bPMID:?\s*(\d{1,8})\b|\b(\d{1,8})\s?\[pmid\]|ncbi\.nlm\.nih\.gov/(?:pubmed/)?(\d{1,8})\b", re.IGNORECASE)
_NOTICE = re.compile(r"Copyright of .{3,300}? is the property of ")
_PMC = re.compile(r"\bPMC\d{4,9}\b")


def read_ris(source: Source, *, source_file: str) -> Iterator[Row]:
    """Rows of RIS; a record without ER ends where the next begins, lines between records are passed over.

    Raises:
        ReadError: the file's compression is damaged.
    """
    with opened(source) as stream:
        for number, fields in enumerate(ris_records(text_lines(stream)), start=1):
            yield _document(fields, source_file, number)


def ris_records(lines: Iterable[str]) -> Iterator[Fields]:
    """Fields of each record.

    Tags without a TY before them make a record only when a title or an abstract is among them: search engines put
    lines of their own between records.
    """
    fields, is_inside = Fields(), False
    for line in lines:
        found = _TAG.match(line if line[:1].isalnum() else line.lstrip("\ufeff \t\x1a\x0c"))
        if found and found[0][2:5] != "  -" and found[1] not in _KNOWN:
            found = None
        tag = found[1] if found else ""
        if tag in ("TY", "ER"):
            if is_inside or _is_record(fields):
                yield fields
            fields, is_inside = Fields(), tag == "TY"
        if found and tag != "ER":
            fields.add(tag, found[2])
        elif not found and line.strip():
            fields.go_on(line)
    if is_inside or _is_record(fields):
        yield fields


def _is_record(fields: Fields) -> bool:
    return any(tag in fields for tag in ("TI", "T1", "AB", "N2")) and fields.has_value()


def _document(fields: Fields, source_file: str, number: int) -> Row:
    if not fields.has_value(but=("TY",)):
        error = "the record has no field but its type; expected TI or T1, AB or N2. Remove it or export it again"
        return failure(source_file, number, error)
    abstracts = fields.all("AB", "N2")
    # EBSCO gives the publisher's notice as a second abstract
    abstract = " ".join([text for text in abstracts if not _NOTICE.match(text)] or abstracts)
    accession = fields.first("AN", "U2")
    notes = " ".join(fields.all("N1") + fields.all("UR") + fields.all("U1"))
    return record(
        source_file=source_file,
        source_record=number,
        title=fields.joined("TI", "T1", "CT", "BT", "ST", "TT"),
        abstract="" if is_nothing(abstract) else abstract,
        pmid=_pmid(fields, accession, notes),
        pmcid=next((found[0] for tag in ("C2", "C6", "U1", "N1", "UR") if (found := _PMC.search(fields.joined(tag)))), ""),
        doi=_doi(fields),
        record_id=fields.first("ID") or accession,
        journal=fields.first("JF", "T2", "JO", "JA", "J2", "J1"),
        year=fields.first("PY") or fields.first("Y1"),
        dates=(*fields.all("DA"), *fields.all("PY"), *fields.all("Y1")),
        authors=fields.all("AU", "A1"),
        publication_types=[text for text in fields.all("M3") if not normal_doi(text)] or fields.all("TY"),
        keywords=split(fields.lines("KW")),
        trials=fields.all("CN") + fields.all("C5"),
        language=fields.first("LA"),
        has_more=True,
    )


def _pmid(fields: Fields, accession: str, notes: str) -> str:
    if accession.isdigit() and _PUBMED.search(fields.joined("DB") + " " + fields.joined("DP")):
        return accession
    found = _PMID_NOTE.search(notes)
    return next(group for group in found.groups() if group) if found else fields.first("PM")


def _doi(fields: Fields) -> str:
    """DOI of its own tag, else of a tag that some databases put it in; only a link to the resolver counts as one."""
    for value in fields.all("DO") + fields.all("DI") + fields.all("M3") + fields.all("L3"):
        if normal_doi(value):
            return value
    links = fields.all("UR") + fields.all("L2") + fields.all("LK")
    return next((link for link in links if "doi.org/" in link), "")
