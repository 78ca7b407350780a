"""The format of a file, told by its first bytes; the name's ending only helps where the content leaves it open."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import PurePath
from types import MappingProxyType

from allnlp.errors import ReadError
from allnlp.readers.article_page import is_article_page
from allnlp.readers.columns import is_header
from allnlp.readers.delimited import DELIMITERS, header
from allnlp.readers.elements import root_name
from allnlp.readers.source import decoded, encoding

_ROOTS = MappingProxyType(
    {
        "PubmedArticleSet": "pubmed-xml",
        "PubmedArticle": "pubmed-xml",
        "PubmedBookArticle": "pubmed-xml",
        "PubmedBookArticleSet": "pubmed-xml",
        "pmc-articleset": "jats",
        "article": "jats",
        "collection": "bioc-xml",
    }
)
_BINARY = (
    (b"%PDF", "a PDF", "export the citation with its abstract, or save the text"),
    (b"\xd0\xcf\x11\xe0", "an old Office file", "save it as .xlsx or CSV"),
    (b"SQLite format 3", "a database", "export the records"),
    (b"PAR1", "a Parquet table", "write it as CSV or JSON lines"),
    (b"\x89PNG", "an image", "give the records as text"),
    (b"\xff\xd8\xff", "an image", "give the records as text"),
    (b"{\\rtf", "a rich text document", "save it as plain text"),
    (b"7z\xbc\xaf", "a 7z archive", "unpack it"),
    (b"Rar!", "a RAR archive", "unpack it"),
)
_EXPECTED = (
    "expected PubMed XML, MEDLINE, RIS, Web of Science, EndNote, BibTeX, JATS, BioC, PubTator, CSV, Excel, JSON lines, a"
    " saved article page or plain text"
)
_TEXT_ENDINGS = frozenset(("", ".txt", ".text", ".md", ".abs", ".abstract"))
_TABLE_ENDINGS = frozenset((".csv", ".tsv", ".tab"))
_PACKED = frozenset((".gz", ".bz2", ".xz"))

_CONTROLS = re.compile(r"[\x00-\x08\x0e-\x19\x1b-\x1d\x1f]")
_RIS = re.compile(r"^[ \t\ufeff]*TY(?:  -|[ \t]{1,2}-(?=\s|$))", re.MULTILINE)
_MEDLINE = re.compile(r"^\ufeff?PMID ?- ?(?:\d|$)", re.MULTILINE)
_MEDLINE_TAGS = re.compile(r"^(?:OWN|STAT|DCOM|TI|AB|FAU|AU|DP|JT|TA|LID|AID|PT|MH|SO) {0,2}- ", re.MULTILINE)
_RIS_TAGS = re.compile(r"^(?:TI|T1|AB|N2|AU|A1|PY|Y1|JF|JO|ER)  - ?", re.MULTILINE)
_WOS = re.compile(r"^\ufeff?(?:FN [A-Z]|VR 1|PT [A-Z](?:\s|$))", re.MULTILINE)
_WOS_TAGS = re.compile(r"^(?:AU|TI|SO|UT|AB|PY|ER)(?: |$)", re.MULTILINE)
_BIBTEX = re.compile(r"^\s*@\s*(?!comment|preamble|string)[A-Za-z]+\s*[{(]\s*[^\s,{}()]*\s*,", re.MULTILINE | re.IGNORECASE)
_PUBTATOR = re.compile(r"^[^|\t\n]{1,80}\|[ta]\|", re.MULTILINE)
_ENW = re.compile(r"^%(?:0|T|A|J|D|X) \S", re.MULTILINE)
_PUBMED_TEXT = re.compile(r"\A\s*1(?:\. |: )\S.*?\bPMID: \d", re.DOTALL)


def sniff(head: bytes, name: str) -> str:
    r"""The format, a key of `READERS`.

    >>> sniff(b"TY  - JOUR\nTI  - Cells\nER  - \n", "x.txt"), sniff(b'{"id": "1", "title": "Cells"}\n', "x")
    ('ris', 'jsonl')

    Args:
        head: first bytes of the file, unpacked; some thousand at least, where the file has them.
        name: the file's name; its ending helps to tell tables from text.

    Raises:
        ReadError: what the file looks like, and what is expected.
    """
    if head.startswith(b"PK\x03\x04"):
        return _office(head)
    for magic, kind, advice in _BINARY:
        if head.startswith(magic):
            raise ReadError(f"the file is {kind}; {advice}")
    code, skip = encoding(head)
    text = decoded(head[skip:]) if code == "utf-8" else head[skip:].decode(code, "replace")
    text = text.lstrip("\ufeff")
    if not text.strip("\ufffd \t\r\n\f\v"):
        raise ReadError(f"the file is empty; {_EXPECTED}")
    sample = text[:4096]
    if len(_CONTROLS.findall(sample)) * 20 > len(sample) or sample.count("\ufffd") * 4 > len(sample):
        raise ReadError(f"the file is binary and of no known kind; {_EXPECTED}")
    start = text.lstrip()
    if start.startswith("<"):
        found = _xml(text)
        if found:
            return found
    if start[0] in "{[":
        found = _json(start)
        if found:
            return found
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    for format_, test in _TESTS:
        if test(text):
            return format_
    return _table_or_text(text, name)


def _office(head: bytes) -> str:
    if b"xl/" in head or (b"[Content_Types].xml" in head and b"word/" not in head and b"ppt/" not in head):
        return "xlsx"
    if b"word/" in head:
        raise ReadError("the file is a Word document; save it as plain text, or export the records")
    raise ReadError("the file is a zip archive inside another file, or damaged; unpack it")


def _xml(text: str) -> str:
    root = root_name(text.encode("utf-8", "replace"))
    if root in _ROOTS:
        return _ROOTS[root]
    if root in ("xml", "records", "record") and re.search(r"<(?:ref-type|contributors|titles|rec-number)\b", text):
        return "endnote-xml"
    if root.lower() == "html" or re.match(r"\s*<!doctype html", text, re.IGNORECASE):
        raise ReadError("the file is a web page in HTML; save the page as text, or export the citation as RIS or PubMed")
    if root in ("eSearchResult", "eSummaryResult"):
        raise ReadError(f"the file is an answer of PubMed with root {root}, without abstracts; fetch the records as PubMed XML")
    if re.search(r"<(?:\w+:)?article[\s>]", text) and re.search(r"<(?:\w+:)?front[\s>]", text):
        return "jats"
    if "<PubmedArticle>" in text or "<PubmedArticle " in text:
        return "pubmed-xml"
    if root:
        raise ReadError(f"the file is XML with root {root!r}; expected one of {', '.join(_ROOTS)}, or EndNote XML")
    return ""


def _json(start: str) -> str:
    line = start.split("\n", 1)[0].strip()
    is_bioc = '"passages"' in start
    if line.startswith("{") and line.endswith("}"):
        try:
            value = json.loads(line)
        except (ValueError, RecursionError):
            value = None
        if isinstance(value, dict) and not any(isinstance(value.get(key), list) for key in ("documents", "PubTator3", "items")):
            return "bioc-json" if is_bioc else "jsonl"
    if not re.match(r'\{\s*"|\[\s*[\[{"]|\[\s*\]|\{\s*\}', start):
        if re.match(r"\{[^\n]*[:,][^\n]*\n", start):
            return "jsonl"  # a damaged first line; the reader names it
        return ""
    if start.startswith("{") and re.search(r'\}\s*\n\s*\{\s*"', start) and not is_bioc and "\n" not in start.split("}", 1)[0].strip():
        return "jsonl"
    if is_bioc:
        return "bioc-json"
    if '"nbformat"' in start or '"$schema"' in start or re.match(r"[\[{]\s*[\]}]\s*\Z", start):
        raise ReadError("the file is JSON without records; expected objects with title and abstract")
    return "json"


def _is_medline(text: str) -> bool:
    return bool(_MEDLINE.search(text)) or (len(set(_MEDLINE_TAGS.findall(text))) >= 3 and "FAU - " in text)


def _is_ris(text: str) -> bool:
    return bool(_RIS.search(text)) or len(set(_RIS_TAGS.findall(text))) >= 3


def _is_wos(text: str) -> bool:
    return bool(_WOS.search(text)) and len(set(_WOS_TAGS.findall(text))) >= 2


def _is_pubtator(text: str) -> bool:
    return bool(_PUBTATOR.match(text.lstrip()))


def _is_enw(text: str) -> bool:
    return len(set(_ENW.findall(text))) >= 2 and text.lstrip().startswith("%")


_TESTS: tuple[tuple[str, Callable[[str], bool]], ...] = (
    ("medline", lambda text: bool(_MEDLINE.search(text))),
    ("wos", _is_wos),
    ("ris", _is_ris),
    ("medline", _is_medline),
    ("pubtator", _is_pubtator),
    ("enw", _is_enw),
    ("bibtex", lambda text: bool(_BIBTEX.search(text))),
    ("pubmed-text", lambda text: bool(_PUBMED_TEXT.match(text))),
)


def _table_or_text(text: str, name: str) -> str:
    ending = _ending(name)
    lines = text.split("\n")
    try:
        place, delimiter = header(lines[:30])
        if ending in _TABLE_ENDINGS or (_are_names(lines[place].split(delimiter)) and delimiter in "".join(lines[place + 1 :])):
            return "csv"
    except ReadError:
        pass
    if is_article_page(text):
        return "page"
    if ending in _TABLE_ENDINGS or (len(lines) > 1 and _is_headed(lines[0])):
        return "csv"
    rows = [line.strip() for line in lines[:1000] if line.strip()]
    if all(re.fullmatch(r"(?:PMC|NCT)?\d{1,10}", row) for row in rows):
        raise ReadError(f"the file is a list of identifiers such as {rows[0]}; fetch their records as PubMed XML or MEDLINE")
    if _is_tabular(rows):
        return "csv"  # the reader says which columns it found
    letters = sum(ch.isalpha() or ch in " \n" for ch in text)
    if ending in _TEXT_ENDINGS and letters * 10 >= len(text) * 7 and len(re.findall(r"[^\W\d_]{2,}", text)) >= 3:
        return "plain"
    looks = f"text that begins with {rows[0][:60]!r}" if rows else "blank"
    raise ReadError(f"the file is {looks} and of no known kind; {_EXPECTED}")


def _are_names(cells: list[str]) -> bool:
    """Whether cells can be names of columns; the parts of a sentence ("Title, abstract and keywords were read.") are not."""
    return len(cells) > 1 and all(len(cell) <= 60 and len(cell.split()) <= 6 and not cell.rstrip().endswith(".") for cell in cells)


def _is_headed(line: str) -> bool:
    return any(_are_names(cells := line.split(delimiter)) and is_header(cells) for delimiter in DELIMITERS)


def _is_tabular(rows: list[str]) -> bool:
    """Whether lines have the same number of tabs or semicolons, which prose has not."""
    return len(rows) > 2 and any(
        rows[0].count(mark) > 1 and all(row.count(mark) == rows[0].count(mark) for row in rows[1:20]) for mark in "\t;|"
    )


def _ending(name: str) -> str:
    path = PurePath(name.lower())
    if path.suffix in _PACKED:
        path = path.with_suffix("")
    return path.suffix
