"""Records of PubMed's answers, cut out byte by byte and told by PMID; an answer that is not whole is a fault."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any, NamedTuple
from xml.parsers import expat

from allnlp.fetching.faults import Fault, body_fault, is_none_of_these

RECORDS = ("PubmedArticle", "PubmedBookArticle")
DOCTYPE = (
    '<!DOCTYPE PubmedArticleSet PUBLIC "-//NLM//DTD PubMedArticle, 1st January 2025//EN" "https://dtd.nlm.nih.gov/ncbi/pubmed/out/pubmed_250101.dtd">'
)
_MEDLINE = re.compile(rb"^PMID- *(\d+)[ \r]*$", re.MULTILINE)
_BEGINNING = re.compile(rb"^PMID *-", re.MULTILINE)
_SOURCE = re.compile(rb"^SO  - ", re.MULTILINE)
_NOT_GIVEN = re.compile(rb"^\d+: id: \d+ Error occurred:.*$\n?", re.MULTILINE)


class Records(NamedTuple):
    """Records of one answer."""

    by_pmid: dict[str, bytes]
    doctype: str = ""
    doubtful: frozenset[str] = frozenset()  # PMIDs of records that may be cut off


class _Refused(Exception):  # noqa: N818 - leaves the parser, and no more
    """The XML is well-formed so far, and not what PubMed writes."""


def xml_records(body: bytes) -> Records | Fault:
    """Records of a PubmedArticleSet, as they stand.

    >>> xml_records(b"<PubmedArticleSet><PubmedArticle><M><PMID>7</PMID></M></PubmedArticle></PubmedArticleSet>").by_pmid
    {'7': b'<PubmedArticle><M><PMID>7</PMID></M></PubmedArticle>'}
    >>> xml_records(b"<PubmedArticleSet><PubmedArticle>").reason
    'XML that ends too early or is damaged (no element found, line 1)'
    """
    if is_none_of_these(body):
        return Records({})
    if fault := body_fault(body):
        return fault
    try:
        body.decode("utf-8")
    except UnicodeDecodeError:
        return Fault("XML that is not UTF-8")
    scan = _Scan(body)
    try:
        scan.parser.Parse(body, True)
    except expat.ExpatError as error:
        return Fault(f"XML that ends too early or is damaged ({expat.errors.messages[error.code]}, line {error.lineno})")
    except _Refused as error:
        return Fault(str(error))
    return Records(scan.by_pmid, scan.doctype)


class _Scan:
    """The state of one pass of the parser."""

    def __init__(self, body: bytes) -> None:
        self.body = body
        self.by_pmid: dict[str, bytes] = {}
        self.doctype = ""
        self._path: list[str] = []
        self._begin = 0
        self._pmid: list[str] = []
        self.parser = expat.ParserCreate(namespace_separator=None)
        self.parser.buffer_text = True
        self.parser.XmlDeclHandler = self._declaration
        self.parser.StartDoctypeDeclHandler = self._doctype
        self.parser.EntityDeclHandler = self._entity
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self.parser.CharacterDataHandler = self._text

    def _declaration(self, version: str, encoding: str | None, standalone: int) -> None:
        if encoding and encoding.lower() not in ("utf-8", "us-ascii"):
            raise _Refused(f"XML in {encoding}, where UTF-8 was expected")

    def _doctype(self, name: str, system: str | None, public: str | None, has_subset: bool) -> None:
        if name == "PubmedArticleSet" and system and public and '"' not in system + public:
            self.doctype = f'<!DOCTYPE {name} PUBLIC "{public}" "{system}">'

    def _entity(self, *_: Any) -> None:
        raise _Refused("XML that declares entities, which PubMed's does not")

    def _start(self, name: str, _: dict[str, str]) -> None:
        if not self._path and name != "PubmedArticleSet":
            raise _Refused(f"XML of {name}, where PubmedArticleSet was expected")
        self._path.append(name)
        if len(self._path) == 2:
            self._begin = self.parser.CurrentByteIndex
            self._pmid = []

    def _text(self, text: str) -> None:
        # the PMIDs of corrections and references lie deeper
        if len(self._path) == 4 and self._path[3] == "PMID":
            self._pmid.append(text)

    def _end(self, name: str) -> None:
        if len(self._path) == 2 and name in RECORDS:
            end = self.body.index(b">", self.parser.CurrentByteIndex) + 1
            pmid = "".join(self._pmid).strip()
            if not (pmid.isascii() and pmid.isdigit()):
                raise _Refused("a record without PMID")
            self.by_pmid.setdefault(pmid, self.body[self._begin : end])
        self._path.pop()


def medline_records(body: bytes) -> Records | Fault:
    r"""Records in PubMed's tagged form; the last one is doubtful without the field that ends a record, or the end of its line.

    >>> medline_records(b"\nPMID- 7\nTI  - A\nSO  - J. 2020\n\nPMID- 8\nTI  - B\n")
    Records(by_pmid={'7': b'PMID- 7\nTI  - A\nSO  - J. 2020\n', '8': b'PMID- 8\nTI  - B\n'}, doctype='', doubtful=frozenset({'8'}))
    """
    if is_none_of_these(body):
        return Records({})
    if fault := body_fault(body):
        return fault
    text = _NOT_GIVEN.sub(b"", body)
    marks = list(_MEDLINE.finditer(text))
    if not marks:
        return Fault("an answer without records") if text.strip() else Records({})
    if len(marks) < len(_BEGINNING.findall(text)):
        return Fault("a record whose PMID is damaged")
    ends = [mark.start() for mark in marks[1:]] + [len(text)]
    pieces = [(mark[1].decode(), text[mark.start() : end].rstrip(b"\r\n") + b"\n") for mark, end in zip(marks, ends, strict=True)]
    by_pmid: dict[str, bytes] = {}
    for pmid, piece in pieces:
        by_pmid.setdefault(pmid, piece)
    is_cut = not (text.endswith((b"\n", b"\r")) and _SOURCE.search(pieces[-1][1]))
    return Records(by_pmid, "", frozenset([pieces[-1][0]]) if is_cut else frozenset())


def xml_document(records: Iterable[bytes], doctype: str = "") -> Iterable[bytes]:
    """Pieces of one valid PubmedArticleSet."""
    yield f'<?xml version="1.0" encoding="UTF-8"?>\n{doctype or DOCTYPE}\n<PubmedArticleSet>\n'.encode()
    for record in records:
        yield record + b"\n"
    yield b"</PubmedArticleSet>\n"


def medline_document(records: Iterable[bytes], doctype: str = "") -> Iterable[bytes]:
    """Pieces of one file in PubMed's tagged form; an empty line ends each record."""
    for record in records:
        yield record + b"\n"
