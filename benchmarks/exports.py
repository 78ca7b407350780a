"""Reads every file of a folder of exports and compares the number of records with a count that knows nothing of the readers.

    python benchmarks/exports.py FOLDER

The independent count looks for the marks that begin a record (``<PubmedArticle>``, ``PMID-``, ``TY  -``, ``PT``, ``@``, lines of
a table) in the bytes. A file is equal when documents and failed records together are that many, and differs otherwise; a file
that is refused as a whole has its reason printed.
"""

from __future__ import annotations

import argparse
import csv
import gzip
import io
import logging
import re
import time
from collections import Counter
from pathlib import Path

from allnlp.readers import find_inputs, read
from allnlp.schema import Document

MARKS = (
    ("PubMed XML", rb"<PubmedArticleSet|<PubmedArticle[ >]", rb"<Pubmed(?:Book)?Article[ >]"),
    ("JATS", rb"<(?:pmc-articleset|article)[ >]", rb"<article[ >]"),
    ("BioC XML", rb"<collection>", rb"<document>"),
    ("BioC JSON", rb'"passages"', rb'"passages"'),
    ("web page", rb"\A\s*<html", rb"\Z\A"),
    ("MEDLINE", rb"(?m)^PMID- ", rb"(?m)^PMID- "),
    ("RIS", rb"(?m)^(?:\xef\xbb\xbf)?TY  -", rb"(?m)^(?:\xef\xbb\xbf)?TY  -"),
    ("Web of Science", rb"(?m)^PT [A-Z]$", rb"(?m)^PT [A-Z]$"),
    ("BibTeX", rb"(?m)^@\w+\{", rb"(?m)^@(?!comment|string|preamble)\w+\{"),
    ("PubTator", rb"(?m)^\d+\|t\|", rb"(?m)^\d+\|t\|"),
    ("PMID list", rb"\A(?:\d+\s+)+\Z", rb"\Z\A"),
)


def independent(path: Path) -> tuple[str, int]:
    """Kind of a file and number of its records, by marks in its bytes."""
    raw = path.read_bytes()
    if raw.startswith(b"\x1f\x8b"):
        raw = gzip.decompress(raw)
    raw = raw.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    if path.suffix == ".csv":
        text = raw.decode("utf-8-sig")
        delimiter = max(",;\t", key=text.partition("\n")[0].count)
        csv.field_size_limit(2**31 - 1)
        return "table", sum(1 for row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter) if row) - 1
    for kind, mark, record in MARKS:
        if re.search(mark, raw):
            return kind, len(re.findall(record, raw))
    return "plain text", 1


def main() -> None:
    """Prints the table, the files that differ and the reasons of refusal."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    folder: Path = parser.parse_args().folder
    logging.disable(logging.WARNING)

    totals: dict[str, Counter[str]] = {}
    differing, refused = [], []
    for given in find_inputs([folder]):
        kind, expected = independent(given.path)
        total = totals.setdefault(kind, Counter())
        start = time.perf_counter()
        rows = list(read([given]))
        total["microseconds"] += round((time.perf_counter() - start) * 1e6)
        documents = sum(isinstance(row, Document) for row in rows)
        failed = sum(not isinstance(row, Document) and row.source_record is not None for row in rows)
        reasons = [row.error for row in rows if not isinstance(row, Document) and row.source_record is None]
        total.update(files=1, records=expected, read=documents, failed=failed, refused=bool(reasons))
        total["no text"] += sum(isinstance(row, Document) and not row.text for row in rows)
        name = given.path.relative_to(folder).as_posix()
        refused.extend(reason.replace(given.name, name) for reason in reasons)
        if documents + failed != expected:
            differing.append(f"{name}: {expected} by marks, {documents} read, {failed} failed")

    columns = ("files", "records", "read", "no text", "failed", "refused")
    print(f"| {'kind':<14} | " + " | ".join(f"{column:>7}" for column in columns) + " | records/s |")
    print("|---" * (len(columns) + 2) + "|")
    everything: Counter[str] = Counter()
    for kind, total in sorted(totals.items()):
        everything.update(total)
        print(line(kind, total, columns))
    print(line("all", everything, columns))
    print(f"\ndiffering files: {len(differing)}", *differing, sep="\n  ")
    print(f"\nfiles refused, or without a record: {len(refused)}", *refused, sep="\n  ")


def line(kind: str, total: Counter[str], columns: tuple[str, ...]) -> str:
    """One line of the table."""
    rate = total["read"] / (total["microseconds"] or 1) * 1e6
    return f"| {kind:<14} | " + " | ".join(f"{total[column]:>7}" for column in columns) + f" | {rate:>9.0f} |"


if __name__ == "__main__":
    main()
