"""PubMed's readable forms: 'Abstract (text)' and 'Summary (text)', numbered records in paragraphs."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from allnlp.readers.notices import worded_notice
from allnlp.readers.record import Row, clean, record
from allnlp.readers.source import Source, opened, text_lines

_START = re.compile(r"(\d{1,6})(?:\.|:) (?=\S)")
_CITATION = re.compile(r"(?P<journal>.+?)\. (?P<date>(?:19|20)\d\d[^;:.]*)[;:.]")
_SUMMARY = re.compile(r"(?P<authors>.+?)\. (?P<title>.+?[.?!\]]) (?P<journal>[^.]+(?:\([^)]*\))?)\. (?P<date>(?:19|20)\d\d[^;:.]*)[;:.]")
_LONGEST_SUMMARY = 2000
_IDENTIFIER = re.compile(r"^(DOI|PMCID|PMID): *(\S+)", re.MULTILINE)
_INLINE = re.compile(r"\b(doi|PMCID|PMID): *(\S+?)[.;]?(?=\s|$)", re.IGNORECASE)
_NOT_ABSTRACT = re.compile(
    r"(?:Author information|Collaborators|Comment in|Comment on|Erratum in|Erratum for|Update in|Update of|Republished|"
    r"Retraction in|Retraction of|Expression of concern|Summary for patients|Original report|Corrected and republished|"
    r"Conflict of interest|Copyright|DOI:|PMCID:|PMID:|©|\(c\)|Published by|This article is protected|"
    r"\[Indexed for|\[Article in|\[No authors listed|Plain Language Summary)",
    re.IGNORECASE,
)
_HEADING = re.compile(r"((?:Erratum|Retraction|Expression of concern|Corrected and republished|Retracted and republished) (?:in|of|for|from)):?(?:\s+|$)", re.IGNORECASE)
_NAMED = re.compile(r"PMID: *(\d+)|doi: *(10\.\S+?)(?=[.;,]*(?:\s|$))", re.IGNORECASE)
_MARKS = re.compile(r"\(\d+\)(?:\(\d+\))*|[*#]")


def read_pubmed_text(source: Source, *, source_file: str) -> Iterator[Row]:
    """Rows of PubMed's text forms; a record begins with the next number.

    Raises:
        ReadError: the file's compression is damaged.
    """
    with opened(source) as stream:
        for number, lines in enumerate(numbered(text_lines(stream)), start=1):
            yield _document(lines, source_file, number)


def numbered(lines: Iterable[str]) -> Iterator[list[str]]:
    """Lines of each record, without its number.

    A number begins a record when it is the next, and when the record before has had its PMID or is two empty lines away, so
    that numbered lists in abstracts do not count.

    >>> list(numbered(["1. A", "PMID: 1", "", "2. B", "", "3. in the abstract"]))
    [['A', 'PMID: 1', ''], ['B', '', '3. in the abstract']]
    """
    taken: list[str] = []
    following, gap, is_complete = 1, 2, False
    for line in lines:
        text = line.lstrip("\ufeff")
        found = _START.match(text) if gap > 1 or (is_complete and (gap or text != line)) else None
        if found and (int(found[1]) == following or (found[1] == "1" and is_complete)):  # files that were joined begin anew
            if following > 1:
                yield taken
            taken = [text[found.end() :]]
            following = int(found[1]) + 1
            is_complete = False
        elif following > 1:
            taken.append(line)
        is_complete = is_complete or "PMID: " in line
        gap = 0 if line.strip() else gap + 1
    if following > 1:
        yield taken


def _document(lines: list[str], source_file: str, number: int) -> Row:
    blocks = [block.strip() for block in re.split(r"\n[ \t]*\n", "\n".join(lines)) if block.strip()]
    first = clean(blocks[0]) if blocks else ""
    ids: dict[str, str] = {}
    for name, value in [
        *_INLINE.findall(first),
        *(pair for block in blocks[1:] for pair in _IDENTIFIER.findall(block)),
    ]:
        ids[name.upper()] = value.rstrip(".;")
    if len(blocks) < 3 or not _CITATION.match(first):
        return _summary(clean(" ".join(blocks)) if len(blocks) < 3 else first, ids, source_file, number)
    found = _CITATION.match(first)
    assert found
    rest = [block for block in blocks[2:] if not block.startswith("[")]
    authors = clean(_MARKS.sub("", rest.pop(0))) if rest and _is_authors(rest[0]) else ""
    body = [clean(block) for block in rest if not _NOT_ABSTRACT.match(block)]
    date = found["date"].strip()
    return record(
        source_file=source_file,
        source_record=number,
        title=clean(blocks[1]),
        abstract=" ".join(body),
        pmid=ids.get("PMID", ""),
        pmcid=ids.get("PMCID", ""),
        doi=ids.get("DOI", ""),
        journal=found["journal"],
        year=date,
        dates=(date,),
        authors=[name.strip() for name in authors.rstrip(".").split(",")] if authors else (),
        notices=[text for block in blocks[2:] for text in notices_of(block)],
        has_more=True,
    )


def notices_of(block: str) -> list[str]:
    r"""Notices of a paragraph such as 'Erratum in' with a citation a line.

    >>> notices_of("Comment in\n    Blood. 2020;1:2. PMID: 5\nErratum in\n    Blood. 2021;1:3. PMID: 6")
    ['erratum in 6']
    """
    found: list[str] = []
    words = ""
    for line in block.split("\n"):
        heading = _HEADING.match(line.strip())
        if heading:
            words, line = heading[1], line.strip()[heading.end() :]
        elif not line[:1].isspace():
            words = ""
        if words and line.strip():
            named = _NAMED.search(line)
            found.append(worded_notice(words, (named[1] or named[2]) if named else None))
    return found


def _is_authors(block: str) -> bool:
    """Whether a paragraph is a list of names such as 'Doe J(1), Roe R(2).'."""
    names = [name.strip() for name in clean(_MARKS.sub("", block)).rstrip(".").split(",")]
    return bool(names) and all(re.fullmatch(r"[^\d;:]{1,60}", name) and len(name.split()) <= 6 for name in names)


def _summary(text: str, ids: dict[str, str], source_file: str, number: int) -> Row:
    found = _SUMMARY.match(text[:_LONGEST_SUMMARY])
    return record(
        source_file=source_file,
        source_record=number,
        title=found["title"] if found else text,
        pmid=ids.get("PMID", ""),
        pmcid=ids.get("PMCID", ""),
        doi=ids.get("DOI", ""),
        journal=found["journal"] if found else "",
        year=found["date"] if found else "",
        dates=(found["date"],) if found else (),
        authors=[name.strip() for name in found["authors"].split(",")] if found else (),
    )
