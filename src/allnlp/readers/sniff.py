"""The format of a file, told by its first bytes; the name's ending only helps where the content leaves it open."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from itertools import islice
from pathlib import PurePath
from types import MappingProxyType

from allnlp.errors import ReadError
from allnlp.readers.article_page import is_article_page
from allnlp.readers.cochrane import is_cochrane
from allnlp.readers.columns import is_header
from allnlp.readers.compression import packing
from allnlp.readers.delimited import DELIMITERS, header
from allnlp.readers.elements import root_name
from allnlp.readers.ovid import is_ovid
from allnlp.readers.refworks import is_refworks
from allnlp.readers.source import decoded, encoding
from allnlp.readers.tars import is_tar
from allnlp.readers.zips import is_zip

_ROOTS = MappingProxyType(
    {
        "PubmedArticleSet": "pubmed-xml",
        "PubmedArticle": "pubmed-xml",
        "PubmedBookArticle": "pubmed-xml",
        "PubmedBookArticleSet": "pubmed-xml",
        "pmc-articleset": "jats",
        "article": "jats",
        "collection": "bioc-xml",
        "mods": "mods",
        "modsCollection": "mods",
        "responseWrapper": "europe-pmc-xml",
        "eSummaryResult": "summary-xml",
        "Trials_downloaded_from_ICTRP": "trials-xml",
        "clinical_study": "trials-xml",
    }
)
_BINARY = (
    (b"%PDF", "a PDF", "export the citation with its abstract, or save the text"),
    (b"\xd0\xcf\x11\xe0", "an old Office file", "save it as .xlsx or CSV"),
    (b"SQLite format 3", "a database", "export the records"),
    (b"PAR1", "a Parquet table", "write it as CSV or JSON lines"),
    (b"\x89PNG", "an image", "give the records as text"),
    (b"\xff\xd8\xff", "an image", "give the records as text"),
    (b"GIF8", "an image", "give the records as text"),
    (b"{\\rtf", "a rich text document", "save it as plain text"),
    (b"7z\xbc\xaf", "a 7z archive", "unpack it"),
    (b"Rar!", "a RAR archive", "unpack it"),
    (b"\x04\x22\x4d\x18", "packed by LZ4", "unpack it"),
    (b"LZIP", "packed by lzip", "unpack it"),
    (b"\x1f\x9d", "packed by compress", "unpack it"),
    (b"MSCF", "a cabinet archive", "unpack it"),
    (b"!<arch>\n", "an ar archive", "unpack it"),
    (b"\x7fELF", "a program", "give the records"),
    (b"\x4c\x6f\xa7\x94", "XML in EBCDIC", "write it in UTF-8"),
)
_EXPECTED = (
    "expected an export of PubMed, PMC, Europe PMC, Ovid, Cochrane or a trial registry, RIS, Web of Science, EndNote, RefWorks, BibTeX, MODS, Atom,"
    " BioC, PubTator, CSV, Excel, JSON or text"
)
_TEXT_ENDINGS = frozenset(("", ".txt", ".text", ".md", ".abs", ".abstract"))
_TABLE_ENDINGS = frozenset((".csv", ".tsv", ".tab"))
_NO_RECORDS = re.compile(
    r"(?:readme|licen[cs]e|copying|changelog|changes|history|news|todo|contributing|authors|install|notice|requirements|security|pkg-info|metadata"
    r"|makefile|dockerfile)(?:[._-]|$)",
    re.IGNORECASE,
)
_LICENCE = re.compile(
    r"Permission is hereby granted, free of charge|GNU (?:\w+ )?GENERAL PUBLIC LICENSE|SIL OPEN FONT LICENSE|Apache License\s+Version"
    r"|Redistribution and use in source and binary forms",
    re.IGNORECASE,
)
_CODE_ENDINGS = frozenset(
    (
        ".py", ".pyi", ".js", ".mjs", ".cjs", ".ts", ".jsx", ".tsx", ".java", ".c", ".h", ".cpp", ".cc", ".cs", ".rs", ".go", ".rb", ".php",
        ".pl", ".sh", ".bat", ".r", ".rmd", ".m", ".jl", ".lua", ".swift", ".kt", ".css", ".scss", ".sql", ".ipynb", ".rst", ".tex", ".bst",
        ".sty", ".yml", ".yaml", ".toml", ".ini", ".cfg", ".conf", ".log", ".lock", ".md", ".diff", ".patch",
    )
)  # fmt: skip
_CODED = re.compile(r"[A-Z][A-Z0-9](?:\s{3}|\s{0,2}-\s|: |$)|<\d+>")
_WORD = re.compile(r"\W*[^\W\d_]{1,24}(?:[-'’/.,][^\W\d_]{1,24}){0,4}\W*")
_WORDS = 20_000  # of a text are looked at
_LETTERS = re.compile(r"(?:[^\W\d_]|[ \n])++")
_PACKED = frozenset((".gz", ".bz2", ".xz", ".zst"))

_ANSWERS = ("resultList", "result", "message", "items", "records", "results", "data", "publications", "References")
_TRIALS = re.compile(r'"protocolSection"\s*:\s*\{')
_OLD_TRIALS = re.compile(r'\{\s*"(?:FullStudiesResponse|StudyFieldsResponse|FullStudy)"\s*:|"ProtocolSection"\s*:\s*\{')
_ENTREZ = re.compile(r'\{\s*"header"\s*:\s*\{\s*"type"\s*:\s*"(e[a-z]+)"')
_CONTROLS = re.compile(r"[\x00-\x08\x0e-\x19\x1b-\x1d\x1f]")
_RIS = re.compile(r"^[ \t\ufeff]*TY(?:  -|[ \t]{1,2}-(?=\s|$)|-  (?=\S))", re.MULTILINE | re.IGNORECASE)
_MEDLINE = re.compile(r"^\ufeff?PMID ?- ?(?:\d|$)", re.MULTILINE)
_MEDLINE_TAGS = re.compile(r"^(?:OWN|STAT|DCOM|TI|AB|FAU|AU|DP|JT|TA|LID|AID|PT|MH|SO) {0,2}- ", re.MULTILINE)
_RIS_TAGS = re.compile(r"^(?:TI|T1|AB|N2|AU|A1|PY|Y1|JF|JO|ER)  - ?", re.MULTILINE)
_WOS = re.compile(r"^\ufeff?(?:FN [A-Z]|VR 1|PT [A-Z](?:\s|$))", re.MULTILINE)
_WOS_TAGS = re.compile(r"^(?:AU|TI|SO|UT|AB|PY|ER)(?: |$)", re.MULTILINE)
# a key, or the first field (EndNote writes no keys), and no decorator of a programming language
_BIBTEX = re.compile(
    r"^[^\S\n]*+\ufeff?@\s*+(?!comment|preamble|string)(?:[A-Za-z]++\s*+\{|(?:article|book|inproceedings|incollection|misc|phdthesis|techreport)\s*+\()"
    r"\s*+(?:[^\s,{}()=]*+\s*+,|[\w-]++\s*+=\s*+[{\"\w])",
    re.MULTILINE | re.IGNORECASE,
)
_BIBTEX_PARTS = re.compile(r"^\s*@\s*(?:comment|preamble|string)\s*[{(]", re.MULTILINE | re.IGNORECASE)
_PAGE_OF_RECORDS = re.compile(r"<pre\b[^<>]*>\s*+(?:\d+: )?+\s*+PMID- ?\d", re.IGNORECASE)
_FEED = re.compile(r"arxiv\.org|<prism:|<(?:\w+:)?doi>|opensearch", re.IGNORECASE)
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
    if is_zip(head):
        return _office(head)
    if is_tar(head) or packing(head):
        raise ReadError("the file is an archive inside another, or packed twice; unpack it, and give what was in it")
    for magic, kind, advice in _BINARY:
        if head.startswith(magic):
            raise ReadError(f"the file is {kind}; {advice}")
    code, skip = encoding(head)
    text = decoded(head[skip:]) if code == "utf-8" else head[skip:].decode(code, "replace")
    text = text.lstrip("\ufeff")
    text = ended if "\x1a" in text[len(ended := text.rstrip("\x1a\r\n")) :] else text
    if not text.replace("\ufffd", " ").strip():
        raise ReadError("the file is empty; export or download it again")
    sample = text[:4096]
    if len(_CONTROLS.findall(sample)) * 20 > len(sample) or sample.count("\ufffd") * 4 > len(sample):
        raise ReadError(f"the file is binary and of no known kind; {_EXPECTED}")
    start = text.lstrip()
    if is_ovid(text):
        return "ovid"
    if start.startswith("<"):
        found = _xml(text)
        if found:
            return found
    if start[0] in "{[":
        found = _json(start.replace("\r\n", "\n").replace("\r", "\n"))
        if found:
            return found
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    # a program or a manual may have a record in it as an example; a file of records begins with one
    is_code = _ending(name) in _CODE_ENDINGS or _NO_RECORDS.match(PurePath(name).name) is not None
    beginning = "\n".join(text.lstrip().split("\n", 3)[:3]) if is_code else text
    for format_, test in _TESTS:
        if test(beginning):
            return format_
    if _ending(name) in _CODE_ENDINGS - {".md"}:
        raise ReadError(f"the file is source code, a setting or a manual by its ending {_ending(name)}, and of no known kind; {_EXPECTED}")
    return _table_or_text(text, name)


def _office(head: bytes) -> str:
    if b"xl/" in head or (b"[Content_Types].xml" in head and b"word/" not in head and b"ppt/" not in head):
        return "xlsx"
    if b"word/" in head:
        raise ReadError("the file is a Word document; save it as plain text, or export the records")
    if b"ppt/" in head:
        raise ReadError("the file is a presentation; export the records")
    if b"mimetypeapplication/vnd.oasis" in head:
        raise ReadError("the file is an OpenDocument; save it as .xlsx or CSV, or export the records")
    raise ReadError("the file is a zip archive inside another file, or damaged; unpack it")


def _xml(text: str) -> str:
    root = root_name(text.encode("utf-8", "replace"))
    if root == "responseWrapper" and "<rdf:Description" in text:
        raise ReadError("the file is Europe PMC's Dublin Core form; fetch the records in its XML or JSON form, with resultType=core")
    if root in _ROOTS:
        return _ROOTS[root]
    if root in ("xml", "records", "record") and re.search(r"<(?:ref-type|contributors|titles|rec-number)\b", text):
        return "endnote-xml"
    if _PAGE_OF_RECORDS.search(text):
        return "medline"
    if root.lower() == "html" and "urn:schemas-microsoft-com:office:excel" in text:
        raise ReadError("the file is a table in HTML with the ending of a workbook; open it in Excel and save it as .xlsx or CSV")
    if root == "Workbook" and "urn:schemas-microsoft-com" in text:
        raise ReadError("the file is an Excel workbook of 2003 in XML; open it in Excel and save it as .xlsx or CSV")
    if root == "feed" and _FEED.search(text):
        return "atom"
    if root.lower() == "html" or re.match(r"\s*<!doctype html", text, re.IGNORECASE):
        raise ReadError("the file is a web page in HTML; save the page as text, or export the citation as RIS or PubMed")
    if root in ("eSearchResult", "eLinkResult", "ePostResult", "eInfoResult"):
        raise ReadError(f"the file is an answer of Entrez with root {root}, which holds no records; fetch the records as PubMed XML")
    if re.search(r"<(?:\w+:)?article[\s>]", text) and re.search(r"<(?:\w+:)?front[\s>]", text):
        return "jats"
    if "<PubmedArticle>" in text or "<PubmedArticle " in text:
        return "pubmed-xml"
    if "<TrialID>" in text or "<clinical_study " in text or "<clinical_study>" in text:
        return "trials-xml"
    if root:
        raise ReadError(
            f"the file is XML with root {root!r} and of no known kind; expected XML of PubMed, PMC (JATS), Europe PMC, Entrez, EndNote, MODS, Atom, BioC"
            " or a trial registry. Export the records in one of these"
        )
    return ""


def _json(start: str) -> str:
    if _TRIALS.search(start):
        return "trials-json"
    if _OLD_TRIALS.search(start):
        raise ReadError("the file is JSON of ClinicalTrials.gov's former interface; download the trials again there, as JSON or CSV")
    entrez = _ENTREZ.match(start)
    if entrez and entrez[1] == "esummary":
        return "summary-json"
    if entrez:
        raise ReadError(f"the file is an answer of Entrez ({entrez[1]}), which holds no records; fetch the records as PubMed XML")
    line = start.split("\n", 1)[0].strip()
    is_bioc = '"passages"' in start
    if line.startswith("{") and line.endswith("}"):
        try:
            value = json.loads(line)
        except (ValueError, RecursionError):
            value = None
        if isinstance(value, dict) and not any(isinstance(value.get(key), list) for key in ("documents", "PubTator3")):
            return "bioc-json" if is_bioc else "json" if _is_answer(value) else "jsonl"
    if not re.match(r'\{\s*"|\[\s*[\[{"]|\[\s*\]|\{\s*\}', start):
        if re.match(r"\{[^\n]*[:,][^\n]*\n", start):
            return "jsonl"  # a damaged first line; the reader names it
        return ""
    if start.startswith("{") and re.search(r'\}[^\S\n]*+\n\s*+\{\s*+"', start) and not is_bioc and "\n" not in start.split("}", 1)[0].strip():
        return "jsonl"
    if is_bioc:
        return "bioc-json"
    if '"nbformat"' in start or '"$schema"' in start or re.match(r"[\[{]\s*[\]}]\s*\Z", start):
        raise ReadError("the file is JSON without records; expected objects with title and abstract")
    return "json"


def _is_medline(text: str) -> bool:
    return bool(_MEDLINE.search(text)) or (len(set(_MEDLINE_TAGS.findall(text))) >= 3 and "FAU - " in text)


def _is_pubmed(text: str) -> bool:
    """Whether a record begins with its PMID; some programs put one into RIS, after the type."""
    pmid, type_ = _MEDLINE.search(text), _RIS.search(text)
    if pmid is None:
        # ERIC writes this form, without PMIDs
        return type_ is None and bool(re.search(r"^OWN {0,2}- [A-Z]", text, re.MULTILINE))
    return type_ is None or pmid.start() < type_.start()


def _is_ris(text: str) -> bool:
    return bool(_RIS.search(text)) or len(set(_RIS_TAGS.findall(text))) >= 3


def _is_wos(text: str) -> bool:
    return bool(_WOS.search(text)) and len(set(_WOS_TAGS.findall(text))) >= 2


def _is_pubtator(text: str) -> bool:
    return bool(_PUBTATOR.match(text.lstrip()))


def _is_enw(text: str) -> bool:
    return len(set(_ENW.findall(text))) >= 2 and text.lstrip().startswith("%")


_TESTS: tuple[tuple[str, Callable[[str], bool]], ...] = (
    ("medline", _is_pubmed),
    ("wos", _is_wos),
    ("ris", _is_ris),
    ("medline", _is_medline),
    ("pubtator", _is_pubtator),
    ("enw", _is_enw),
    ("bibtex", lambda text: bool(_BIBTEX.search(text))),
    ("cochrane", is_cochrane),
    ("refworks", is_refworks),
    ("pubmed-text", lambda text: bool(_PUBMED_TEXT.match(text))),
)


def _is_answer(value: dict[str, object]) -> bool:
    """Whether an object is a service's answer with records in it rather than a record."""
    return not (value.keys() & {"title", "abstract", "text"}) and any(isinstance(value.get(key), (list, dict)) for key in _ANSWERS)


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
    rows = [line.strip() for line in lines if line.strip()][:1000]
    if _BIBTEX_PARTS.match(text.lstrip()):
        raise ReadError("the file is BibTeX without an entry, for comments and strings are none; export the records again")
    if all(re.fullmatch(r"(?:PMC|NCT)?\d{1,10}", row) for row in rows):
        raise ReadError(f"the file is a list of identifiers such as {rows[0]}; fetch their records as PubMed XML or MEDLINE")
    if _is_tabular(rows):
        return "csv"  # the reader says which columns it found
    if _NO_RECORDS.match(PurePath(name).name) or _LICENCE.search(text[:4096]):
        raise ReadError(f"the file is a licence or the notes of a program; {_EXPECTED}")
    letters = sum(map(len, _LETTERS.findall(text)))
    if ending in _TEXT_ENDINGS and _is_prose(rows) and letters * 10 >= len(text) * 7 and len(list(islice(re.finditer(r"[^\W\d_]{2,}", text), 3))) == 3:
        return "plain"
    looks = f"text that begins with {rows[0][:60]!r}" if rows else "blank"
    raise ReadError(f"the file is {looks} and of no known kind; {_EXPECTED}")


def _is_prose(rows: list[str]) -> bool:
    """Whether lines are a text rather than a program, a list, tagged records of a form not known, or data, which has few words."""
    if not rows or rows[0].startswith("#!") or sum(bool(_CODED.match(row)) for row in rows) * 2 > len(rows):
        return False
    pieces = " ".join(rows).split()[:_WORDS]
    words = sum(bool(_WORD.fullmatch(piece)) for piece in pieces)
    return (len(rows) <= 10 or len(pieces) >= 3 * len(rows)) and (len(pieces) < 30 or words * 2 >= len(pieces))


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
