"""Reads every file of a folder of exports and holds the records against two counts that know nothing of the readers.

    python benchmarks/exports.py FOLDER [--cells] [--sample 60]

The first count is by marks: the kind is decided by regular expressions of this file, and the marks that begin a record
(``<PubmedArticle>``, ``PMID-``, ``TY  -``, ``PT``, ``@``, line ends outside of quotation marks) are counted in the text. The
second is a library's, where one is installed: rispy, bibtexparser, Bio.Medline, lxml over the whole tree, bioc and
pandas. A file is equal when documents and failed records together are as many as the marks. ``--cells`` compares title,
abstract, PMID, DOI and year with the library's, ``--sample`` prints records as they were read.
"""

from __future__ import annotations

import argparse
import bz2
import csv
import gzip
import importlib
import io
import logging
import random
import re
import time
import unicodedata
import warnings
import zipfile
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

from allnlp.readers import find_inputs, read
from allnlp.schema import Document, Failure

XML = (
    ("PubMed XML", "PubmedArticleSet|PubmedBookArticleSet|PubmedArticle|PubmedBookArticle", r"<Pubmed(?:Book)?Article[ >]"),
    ("JATS", "pmc-articleset|article|OAI-PMH", r"<article[ >]"),
    ("workbook", "worksheet", r"<row [^>]*r=\"(?!1\")"),
    ("BioC XML", "collection", r"<document[ >]"),
    ("EndNote XML", "xml|records", r"<record>"),
    ("MODS", "mods|modsCollection", r"<(?:\w+:)?mods[ >]"),
    ("Atom", "feed", r"<entry[ >]"),
    ("web page", "html|HTML", r"\Z\A"),
)
TEXT = (
    ("BioC JSON", r'"passages"\s*:', r'"passages"\s*:\s*\['),
    ("licence", r"SIL OPEN FONT LICENSE|Permission is hereby granted, free of charge", r"\Z\A"),
    ("PMID list", r"\A\s*(?:\d+\s+)+\Z", r"\Z\A"),
    ("PubTator", r"(?m)^\d+\|t\|", r"(?m)^\d+\|t\|"),
    ("RIS", r"(?m)\A(?:(?!PMID).*\n){0,20}\s*TY {1,2}-", r"(?m)^\s*TY {1,2}-(?:\s|$)"),
    ("MEDLINE", r"(?m)^(?:PMID|OWN) ?-", r"(?m)^PMID ?- ?\d|^OWN ?- ERIC"),
    ("RIS", r"(?m)^\s*TY {1,2}-", r"(?m)^\s*TY {1,2}-(?:\s|$)"),
    ("Web of Science", r"(?m)^PT [A-Z]\s*$", r"(?m)^PT [A-Z]\s*$"),
    ("Ovid text", r"(?m)^<\d+ ?\. ?>|^<\d+>\s*$", r"(?m)^<\d+(?: ?\. ?)?>"),
    ("EndNote import", r"(?m)^%0 ", r"(?m)^%0 "),
    ("BibTeX", r"(?m)^\s*@\w+\s*[{(]", r"(?mi)^\s*@(?!comment|string|preamble)\w+\s*[{(]"),
    ("Cochrane text", r"(?m)^Record #\d+ of \d+", r"(?m)^Record #\d+ of \d+"),
    ("RefWorks", r"(?m)^RT [A-Z]", r"(?m)^RT "),
)
COLUMNS = ("files", "records", "read", "no text", "failed", "refused")


class Cells(NamedTuple):
    """What is compared of a record."""

    title: str = ""
    abstract: str = ""
    pmid: str = ""
    doi: str = ""
    year: str = ""


def content(path: Path) -> str:
    """Text of a file: unpacked, decoded as a whole, line ends as LF."""
    raw = path.read_bytes()
    if raw.startswith(b"PK"):  # a workbook: the text of its sheets
        with zipfile.ZipFile(path) as book:
            return "".join(book.read(name).decode() for name in book.namelist() if name.startswith("xl/worksheets/sheet"))
    raw = gzip.decompress(raw) if raw.startswith(b"\x1f\x8b") else bz2.decompress(raw) if raw.startswith(b"BZh") else raw
    for code in ("utf-16" if raw[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig", "cp1252", "latin-1"):
        try:
            return raw.decode(code).replace("\r\n", "\n").replace("\r", "\n")
        except UnicodeDecodeError:
            continue
    return ""


def by_marks(text: str, suffix: str) -> tuple[str, int]:
    """Kind of a file and number of its records, by marks in its text."""
    if text.lstrip().startswith("<"):
        bare = re.sub(r"<\?.*?\?>|<!--.*?-->|<!DOCTYPE[^\[>]*(?:\[.*?\]\s*)?>", "", text, flags=re.DOTALL)
        root = re.search(r"<(?:\w+:)?([\w.-]+)", bare)
        for kind, roots, record in XML if root else ():
            if root and root[1] in roots.split("|"):
                return kind, len(re.findall(record, bare))
        if root and not re.search(r"(?m)^(?:<\d+|VN  - Ovid)", text):
            return "other XML", len(re.findall(r"<DocSum>|<TrialID>", bare))
    if suffix in (".csv", ".tsv"):
        return "table", table_rows(text)
    for kind, mark, record in TEXT:
        if re.search(mark, text):
            return kind, len(re.findall(record, text))
    return ("plain text", 1) if text.strip() else ("empty", 0)


def table_rows(text: str) -> int:
    """Rows of a table below its header: line ends outside of quotation marks after which something stands."""
    outside = re.sub(r'"[^"]*"', "q", text)
    return max(sum(1 for line in outside.split("\n") if line.strip()) - 1, 0)


def library(name: str) -> Any:
    """A module; None where it is not installed."""
    try:
        return importlib.import_module(name)
    except ImportError:
        return None


def of_rispy(text: str) -> list[Cells]:
    """Records by rispy."""
    entries = library("rispy").loads(text.lstrip("\ufeff"), skip_unknown_tags=False)
    return [
        Cells(
            e.get("title") or e.get("primary_title") or "",
            e.get("abstract") or e.get("notes_abstract") or "",
            "",
            e.get("doi"),
            str(e.get("year") or e.get("publication_year") or ""),
        )
        for e in entries
    ]


def of_medline(text: str) -> list[Cells]:
    """Records by Bio.Medline."""
    found = []
    for e in library("Bio.Medline").parse(io.StringIO(text)):
        if e:
            doi = next((i for i in [e.get("LID", ""), *e.get("AID", [])] if "[doi]" in i), "")
            found.append(Cells(e.get("TI", ""), e.get("AB", ""), e.get("PMID", ""), doi, e.get("DP", "")[:4]))
    return found


def of_bibtexparser(text: str) -> list[Cells]:
    """Records by bibtexparser."""
    bibtexparser = library("bibtexparser")
    parser = bibtexparser.bparser.BibTexParser(common_strings=True, ignore_nonstandard_types=False)
    parser.expect_multiple_parse = True
    return [
        Cells(e.get("title", ""), e.get("abstract", ""), e.get("pmid", ""), e.get("doi", ""), e.get("year", ""))
        for e in bibtexparser.loads(text, parser=parser).entries
    ]


def of_pubmed(text: str) -> list[Cells]:
    """Records by lxml over the whole tree."""
    etree = library("lxml.etree")
    root = etree.fromstring(text.encode(), etree.XMLParser(encoding="utf-8", huge_tree=True, resolve_entities=False))
    found = []
    for e in root.iter("PubmedArticle", "PubmedBookArticle"):
        year = e.xpath("string((.//JournalIssue/PubDate//text()[normalize-space()])[1])")
        texts = e.xpath(".//Article/Abstract/AbstractText | BookDocument/Abstract/AbstractText")
        doi = e.xpath("string((./PubmedData/ArticleIdList/ArticleId[@IdType='doi'] | .//ELocationID[@EIdType='doi'])[last()])")
        title = e.xpath("string((.//Article/ArticleTitle | BookDocument/ArticleTitle)[1])")
        abstract = " ".join(t.xpath("string()") for t in texts)
        found.append(Cells(title, abstract, e.xpath("string((*/PMID)[1])"), doi, re.sub(r"\D.*", "", year.strip())))
    return found


def of_pandas(text: str) -> list[Cells]:
    """Records by pandas; the names of the columns are the first that hold the word."""
    first = text.partition("\n")[0]
    delimiter = max(",;\t", key=first.count)
    table = library("pandas").read_csv(io.StringIO(text), sep=delimiter, dtype=str, keep_default_na=False, index_col=False)
    lower = {name: name.strip().lower() for name in table.columns}

    def column(*words: str) -> str:
        return next((name for word in words for name, low in lower.items() if low == word), "")

    names = [column("title", "article title", "primary_title", "ti"), column("abstract", "notes_abstract", "ab"), column("pmid", "pubmed id"),
             column("doi", "di"), column("year", "publication year", "py")]  # fmt: skip
    return [Cells(*(str(row[name]) if name else "" for name in names)) for _, row in table.iterrows()]


def of_bioc(text: str) -> list[Cells]:
    """Records by bioc; its text is not compared."""
    part = library("bioc.biocjson" if text.lstrip().startswith("{") else "bioc.biocxml")
    return [Cells() for _ in part.loads(text).documents]


LIBRARIES: dict[str, tuple[str, Callable[[str], list[Cells]]]] = {
    "RIS": ("rispy", of_rispy),
    "MEDLINE": ("Bio.Medline", of_medline),
    "BibTeX": ("bibtexparser", of_bibtexparser),
    "PubMed XML": ("lxml.etree", of_pubmed),
    "table": ("pandas", of_pandas),
    "BioC XML": ("bioc", of_bioc),
    "BioC JSON": ("bioc", of_bioc),
}


def by_library(kind: str, text: str) -> list[Cells] | str:
    """Records by the library of a kind, or why there are none."""
    name, parse = LIBRARIES.get(kind, ("", of_bioc))
    if not name or library(name) is None:
        return "no library"
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return parse(text)
    except Exception as error:  # what another library raises is a finding, not a fault of this program
        return f"{name} stops: {type(error).__name__} {str(error)[:60]}"


def differences(ours: list[Document], theirs: list[Cells]) -> Iterator[tuple[str, int, str, str]]:
    """Cells that differ, record by record: name, place, ours, theirs. A cell that the library leaves empty is none."""
    for place, (document, cells) in enumerate(zip(ours, theirs, strict=False), start=1):
        own = Cells(document.title, document.abstract, document.pmid or "", document.doi or "", str(document.year or ""))
        for name, mine, told in zip(Cells._fields, own, cells, strict=True):
            other = told or ""
            if name == "doi":
                other = next(iter(re.findall(r"10\.\d+/\S+", other.replace("\\", ""))), "").rstrip(".,")
            if name == "year":
                other = next(iter(re.findall(r"[12]\d{3}", other)), "")
            # labels of sections and a second abstract are ours alone; not one word may be
            missing = Counter(words(other)) - Counter(words(mine)) if name == "abstract" else plain(other) not in ("", plain(mine))
            if missing:
                yield name, place, mine, other


def words(text: str) -> list[str]:
    """Words of a text in lower case, without markup."""
    bare = re.sub(r"\\[a-zA-Z]+|[{}\\$_^]|</?(?:su[bp]|i|b)>", "", re.sub(r"</?[\w:]{3,}>|&\w+;", " ", text)).lower()
    return re.findall(r"[a-z0-9]{3,}", bare)


def plain(text: str) -> str:
    """Letters and digits of a text; what labels, blanks, LaTeX and markup do to it is not compared."""
    text = re.sub(r"\\[a-zA-Z]+|\\.|</?[\w:]+>|^(?:nan|NA)$|&\w+;", "", text)
    return "".join(ch for ch in unicodedata.normalize("NFD", text).lower() if ch.isascii() and ch.isalnum())


def main() -> None:
    """Prints the table, the files that differ, the reasons of refusal, and what else was asked for."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--cells", action="store_true", help="compare cells with the library's")
    parser.add_argument("--sample", type=int, default=0, help="print so many records as they were read")
    options = parser.parse_args()
    logging.disable(logging.WARNING)
    csv.field_size_limit(2**31 - 1)

    totals: dict[str, Counter[str]] = {}
    differing: list[str] = []
    refused: list[str] = []
    cells: list[str] = []
    sample: list[tuple[str, Document]] = []
    for given in find_inputs([options.folder]):
        text = content(given.path)
        kind, marks = by_marks(text, given.path.suffix)
        start = time.perf_counter()
        rows = list(read([given]))
        spent = time.perf_counter() - start
        documents = [row for row in rows if isinstance(row, Document)]
        failures = [row for row in rows if isinstance(row, Failure)]
        failed = sum(row.source_record is not None for row in failures)
        reasons = [row.error for row in failures if row.source_record is None]
        total = totals.setdefault(kind, Counter())
        total.update(files=1, records=marks, read=len(documents), failed=failed, refused=bool(reasons), microseconds=round(spent * 1e6))
        total["no text"] += sum(not row.text for row in documents)
        name = given.path.relative_to(options.folder).as_posix() if options.folder.is_dir() else given.name
        refused.extend(reason.replace(given.name, name) for reason in reasons)
        theirs = by_library(kind, text)
        count = len(theirs) if isinstance(theirs, list) else theirs
        if len(documents) + failed != marks or (isinstance(count, int) and count != marks):
            differing.append(f"{name}: {kind}, {marks} by marks, {count} by library, {len(documents)} read, {failed} failed")
        if options.cells and isinstance(theirs, list) and len(theirs) == len(documents):
            for cell, place, mine, other in differences(documents, theirs):
                cells.append(f"{name}:{place} {cell}\n      ours   {mine[:150]!r}\n      theirs {other[:150]!r}")
        sample.extend((name, document) for document in documents)

    print(f"| {'kind':<14} | " + " | ".join(f"{column:>7}" for column in COLUMNS) + " | records/s |")
    print("|---" * (len(COLUMNS) + 2) + "|")
    everything: Counter[str] = Counter()
    for kind, total in sorted(totals.items()):
        everything.update(total)
        print(line(kind, total))
    print(line("all", everything))
    print(f"\ndiffering files: {len(differing)}", *differing, sep="\n  ")
    print(f"\nfiles refused, or without a record: {len(refused)}", *refused, sep="\n  ")
    if options.cells:
        print(f"\ndiffering cells: {len(cells)}", *cells, sep="\n  ")
    for name, document in random.Random(7).sample(sample, min(options.sample, len(sample))):
        print(f"\n{name}:{document.source_record}")
        for column, value in document._asdict().items():
            if value and column not in ("text", "source_file", "source_record"):
                print(f"  {column}: {str(value)[:300]}")


def line(kind: str, total: Counter[str]) -> str:
    """One line of the table."""
    rate = total["read"] / (total["microseconds"] or 1) * 1e6
    return f"| {kind:<14} | " + " | ".join(f"{total[column]:>7}" for column in COLUMNS) + f" | {rate:>9.0f} |"


if __name__ == "__main__":
    main()
