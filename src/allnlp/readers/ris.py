"""RIS, as EndNote, Zotero, Embase, Scopus, Ovid, ProQuest, Rayyan, Web of Science and others write it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from allnlp.readers.markup import unmarked
from allnlp.readers.record import Row, accession_numbers, failure, is_nothing, normal_doi, record, unique
from allnlp.readers.source import Source, opened, text_lines
from allnlp.readers.tagged import Fields, split

_TAG = re.compile(r"([A-Za-z][A-Za-z0-9])(?:  -|[ \t]{1,2}-(?=\s|$)|-  (?=\S)|(?<=ER)-(?=\s*$))[ \t]?(.*)")
_LONG = re.compile(r"(PMID|PMCID|DOI) {0,2}- (.*)")
_TAGS = (
    "TY A1 A2 A3 A4 AB AD AN AU AV BT C1 C2 C3 C4 C5 C6 C7 C8 CA CN CP CT CY DA DB DO DP ED EP ER ET ID IS J1 J2 JA JF"
    " JO KW L1 L2 L3 L4 LA LB LK M1 M2 M3 N1 N2 NV OP PB PM PP PT PY RI RN RP SE SN SP ST T1 T2 T3 TA TI TT U1 U2 U3 U4 U5 UR"
    " VL VO Y1 Y2"
)
_KNOWN = frozenset(_TAGS.split())
_PUBMED = re.compile(r"pubmed|medline|nlm|\b(?:mdc|mnh|cmedm)\b", re.IGNORECASE)  # the last are EBSCO's names for MEDLINE
_PMID_NOTE = re.compile(
    r"\b(?:PMID:?\s*|PubMed(?: ID)?:?\s+)(\d{1,8})\b|\b(\d{1,8})\s?\[pmid\]|ncbi\.nlm\.nih\.gov/(?:pubmed/)?(\d{1,8})\b",
    re.IGNORECASE,
)
_CITED = re.compile(r"(?:cited )?references?:|cited by|times cited", re.IGNORECASE)  # identifiers in them are of other works
_DOI_NOTE = re.compile(r"(?:doi:?\s*)?10\.\d{4,9}/\S+", re.IGNORECASE)
_SCOPUS = re.compile(r"[?&]eid=(2-s2\.0-\d+)")
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
    lines of their own between records. Records without TY and ER are parted by an empty line and the tag that the first
    of them began with.
    """
    fields, is_inside, after_gap, opener, form = Fields(), False, False, "", ""
    for line in lines:
        found = _tag(line, form)
        tag = found[1].upper() if found else ""
        is_next = after_gap and not is_inside and tag == opener and _is_record(fields)
        if tag in ("TY", "ER") or is_next:
            if is_inside or _is_record(fields):
                yield fields
            fields, is_inside = Fields(), tag == "TY"
            form = found[0][2 : found.start(2)].rstrip() if found and tag == "TY" else form
        if found and tag != "ER":
            opener = opener or tag
            fields.add(tag, found[2])
        elif not found and line.strip():
            fields.go_on(line)
        after_gap = not line.strip()
    if is_inside or _is_record(fields):
        yield fields


def _tag(line: str, form: str) -> re.Match[str] | None:
    """Tag and value; a tag that is not known counts only in the form of the standard or of the record's own TY."""
    found = _TAG.match(line if line[:1].isalnum() else line.lstrip("\ufeff \t\x1a\x0c"))
    if found and found[1].upper() not in _KNOWN:
        dash = found[0][2 : found.start(2)].rstrip()
        if dash not in ("  -", form) or not found[1].isupper():
            found = None
    return found or _LONG.match(line)


def _is_record(fields: Fields) -> bool:
    return any(tag in fields for tag in ("TI", "T1", "AB", "N2")) and fields.has_value()


def _document(fields: Fields, source_file: str, number: int) -> Row:
    if not fields.has_value(but=("TY",)):
        error = "the record has no field but its type; expected TI or T1, AB or N2. Remove it or export it again"
        return failure(source_file, number, error)
    accession = fields.first("AN", "U2")
    types = [text for text in fields.all("M3", "PT") if not normal_doi(text)]
    return record(
        source_file=source_file,
        source_record=number,
        title=fields.title("TI", "T1", "CT", "BT", "ST", "TT"),
        abstract=_abstract(fields),
        pmid=_pmid(fields, accession),
        pmcid=_pmcid(fields),
        doi=_doi(fields),
        record_id=fields.first("ID") or accession,
        other_ids=accession_numbers(fields.all("AN") + fields.all("U2") + _eids(fields)),
        journal=fields.first("JF", "T2", "JO", "JA", "J2", "J1"),
        year=fields.first("PY") or fields.first("Y1"),
        dates=(*fields.all("DA"), *fields.all("PY"), *fields.all("Y1")),
        authors=split(fields.all("AU", "A1")),
        publication_types=split(types) or fields.all("TY"),
        keywords=split(fields.lines("KW")),
        trials=fields.all("CN") + fields.all("C5"),
        language=fields.first("LA"),
        has_more=True,
    )


def _abstract(fields: Fields) -> str:
    for tag in ("AB", "N2"):
        texts = fields.all(tag)
        # EBSCO gives the publisher's notice as a second abstract
        text = " ".join(unique([text for text in texts if not _NOTICE.match(text)] or texts))
        if text and not is_nothing(text):
            return unmarked(text)
    return ""


def _pmid(fields: Fields, accession: str) -> str:
    """PMID of the places in which databases put it, each only where the record says of which database it is."""
    databases = fields.joined("DB") + " " + fields.joined("DP")
    if accession.isdigit() and _PUBMED.search(databases):
        return accession
    # Scopus has it in C2; Embase, where MEDLINE has the record too, in C5
    tag = "C2" if "scopus" in databases.lower() else "C5" if "embase" in databases.lower() else ""
    if tag and re.fullmatch(r"\d{5,8}", fields.first(tag)):
        return fields.first(tag)
    notes = [text for tag in ("N1", "UR", "U1", "C3", "AN") for text in fields.all(tag) if not _CITED.match(text)]
    found = _PMID_NOTE.search(" ".join(notes))
    return next(group for group in found.groups() if group) if found else next(iter(fields.lines("PMID", "PM")), "")


def _pmcid(fields: Fields) -> str:
    own = [text for tag in ("C2", "C6", "U1", "N1", "UR") for text in fields.all(tag) if not _CITED.match(text)]
    return fields.first("PMCID") or next((found[0] for text in own if (found := _PMC.search(text))), "")


def _doi(fields: Fields) -> str:
    """DOI of its own tag, else of a tag that some databases put it in; only a link to the resolver counts as one."""
    for tag in ("DO", "DI", "DOI", "M3", "L3"):
        if found := next(filter(normal_doi, fields.all(tag)), ""):
            return found
    links = fields.all("UR") + fields.all("L2") + fields.all("LK")
    notes = [text for text in fields.all("N1") if _DOI_NOTE.fullmatch(text)]
    return next((link for link in links if "doi.org/" in link), "") or next(iter(notes), "")


def _eids(fields: Fields) -> list[str]:
    """Scopus's own numbers, which stand in its links alone."""
    return [found[1] for link in fields.all("UR") if (found := _SCOPUS.search(link))]
