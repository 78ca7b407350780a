"""BibTeX and BibLaTeX."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from allnlp.readers.columns import names_of, terms_of
from allnlp.readers.latex import plain_text
from allnlp.readers.markup import unmarked
from allnlp.readers.record import Row, accession_numbers, failure, record
from allnlp.readers.source import Source, opened, text_lines

_ENTRY = re.compile(r"[\s\ufeff]*+@\s*([A-Za-z]+)\s*([{(])")
_MARK = re.compile(r"\\.|[{})]", re.DOTALL)
_FIELD = re.compile(r"\s*+,?+\s*+([^\s=,{}()\"]++)\s*+=\s*+")
_PUBMED_LINK = re.compile(r"ncbi\.nlm\.nih\.gov/(?:pubmed/)?(\d{1,8})\b")
_PMID_NOTE = re.compile(r"\bPMID:?\s*(\d{1,8})\b", re.IGNORECASE)
_EID = re.compile(r"[?&]eid=(2-s2\.0-\d+)")
_KEYLESS = re.compile(r"\s*[\w-]+\s*=")
_NOT_RECORDS = frozenset(("comment", "preamble", "string"))
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
# strings of strings of strings would grow without end
_LONGEST_STRING = 10_000  # characters
_MOST_PARTS = 100  # of a value
_LONGEST = 20000  # lines of an entry whose brace is never closed


def read_bibtex(source: Source, *, source_file: str) -> Iterator[Row]:
    """Rows of BibTeX; comments, preambles and strings are no records; an entry that does not close is a Failure.

    Raises:
        ReadError: the file's compression is damaged.
    """
    number, strings = 0, {month: month for month in _MONTHS}
    with opened(source) as stream:
        for kind, body, is_closed in entries(text_lines(stream)):
            if kind in _NOT_RECORDS:
                if kind == "string":
                    strings.update({name.lower(): value[:_LONGEST_STRING] for name, value in fields(body, strings).items()})
                continue
            number += 1
            if is_closed:
                # EndNote writes entries without a key
                key, _, rest = ("", "", body) if _KEYLESS.match(body) else body.partition(",")
                yield _document(kind, key.strip(), fields(rest, strings), source_file, number)
            else:
                name = body.partition(",")[0].strip()[:60]
                yield failure(source_file, number, f"the entry {name!r} has no closing brace; add it or export it again")


def entries(lines: Iterable[str], *, has_comments: bool = True) -> Iterator[tuple[str, str, bool]]:
    """Kind, inside and whether it closes, of each entry; text between entries is passed over.

    What is within a comment that closes is no entry; a comment that never closes is taken for the word alone.

    >>> list(entries(["@article{a, title={x}}", "notes", "@book{b, title={y", "@misc{c}"]))
    [('article', 'a, title={x}', True), ('book', 'b, title={y', False), ('misc', 'c', True)]
    """
    kind, body, depth, closing = "", [""], 0, "}"
    for line in lines:
        start = _ENTRY.match(line)
        if start and depth and (len(body) > 1 or body[0]) and not (has_comments and kind == "comment"):
            # a brace is missing before: an entry begins a line, and hardly anything else does
            yield kind, "\n".join(body), False
            depth = 0
        rest = line
        while rest:
            if not depth:
                start = _ENTRY.match(rest)
                if not start:
                    break
                kind, closing, depth, body = start[1].lower(), "}" if start[2] == "{" else ")", 1, []
                rest = rest[start.end() :]
            end, depth = _close(rest, depth, closing)
            if depth:
                body.append(rest)
                break
            body.append(rest[:end])
            yield kind, "\n".join(body), True
            rest = rest[end + 1 :]
        else:
            if depth and not line:
                body.append("")
        if depth and len(body) > _LONGEST:
            yield from _unclosed(kind, body, has_comments)
            depth = 0
    if depth:
        yield from _unclosed(kind, body, has_comments)


def _unclosed(kind: str, body: list[str], has_comments: bool) -> Iterator[tuple[str, str, bool]]:
    if has_comments and kind == "comment":
        yield from entries(body[1:], has_comments=False)
    else:
        yield kind, "\n".join(body[:20] if len(body) > _LONGEST else body), False


def _close(text: str, depth: int, closing: str, start: int = 0) -> tuple[int, int]:
    """Place of the mark that closes the entry, and the depth at the end of the text."""
    for found in _MARK.finditer(text, start):
        mark = found[0]
        if mark == "{":
            depth += 1
        elif mark == "}" and (depth > 1 or closing == "}"):
            depth -= 1
            if not depth:
                return found.start(), 0
        elif mark == closing and depth == 1:
            return found.start(), 0
    return len(text), depth


def fields(body: str, strings: dict[str, str]) -> dict[str, str]:
    """Fields of an entry by lower-case name, as LaTeX; names of strings are put in.

    >>> fields('title = {A {B}}, year = 2020, month = jan # "~1"', {"jan": "jan"})
    {'title': 'A {B}', 'year': '2020', 'month': 'jan~1'}
    """
    found: dict[str, str] = {}
    place = 0
    while match := _FIELD.match(body, place):
        place = match.end()
        parts: list[str] = []
        while True:
            value, place = _value(body, place, strings)
            if len(parts) < _MOST_PARTS:
                parts.append(value)
            more = re.compile(r"\s*#\s*").match(body, place)
            if not more:
                break
            place = more.end()
        found.setdefault(match[1].lower(), "".join(parts))
        comma = body.find(",", place)
        if comma < 0:
            break
        place = comma
    return found


def _value(body: str, place: int, strings: dict[str, str]) -> tuple[str, int]:
    if body[place : place + 1] == "{":
        end, _ = _close(body, 1, "}", place + 1)
        return body[place + 1 : end], end + 1
    if body[place : place + 1] == '"':
        depth, i = 0, place + 1
        while i < len(body) and not (body[i] == '"' and depth == 0):
            depth += {"{": 1, "}": -1}.get(body[i], 0)
            i += 2 if body[i] == "\\" else 1
        return body[place + 1 : i], i + 1
    bare = re.compile(r"[^\s,#{}\"]*").match(body, place)
    word = bare[0] if bare else ""
    return strings.get(word.lower(), word), place + len(word)


def _document(kind: str, key: str, values: dict[str, str], source_file: str, number: int) -> Row:
    def one(*names: str) -> str:
        return next((text for name in names if (text := unmarked(plain_text(values.get(name, ""))))), "")

    url = values.get("url", "").replace("\\", "")
    link = _PUBMED_LINK.search(url) or _PMID_NOTE.search(" ".join((values.get("note", ""), values.get("extra", ""))))
    eid = _EID.search(url)
    eprint = one("eprint") if one("eprinttype", "archiveprefix").lower() == "pubmed" else ""
    year = one("year") or one("date")[:4]
    return record(
        source_file=source_file,
        source_record=number,
        title=one("title", "booktitle"),
        abstract=one("abstract", "annote"),
        pmid=one("pmid", "pubmed_id", "pubmed-id", "pubmedid") or eprint or (link[1] if link else ""),
        pmcid=one("pmcid", "pmc"),
        doi=_doi(values.get("doi", "")) or (url if "doi.org/" in url else ""),
        record_id=key,
        other_ids=accession_numbers([one("unique-id", "unique_id", "accession_number"), eid[1] if eid else ""]),
        journal=one("journal", "journaltitle", "booktitle"),
        year=year,
        dates=(one("date"), f"{year} {one('month')} {one('day')}" if year and one("month") else ""),
        authors=_names(one("author")),
        publication_types=(one("document_type", "type") or kind,),
        keywords=terms_of(one("author_keywords", "keywords", "keyword"), ";,"),
        language=one("language", "langid"),
        has_more=bool(values),
        expected="title or abstract",
    )


def _doi(value: str) -> str:
    r"""A DOI whose LaTeX is undone mark by mark, for dashes and tildes stay what they are.

    >>> _doi(r"10.1002/1(2000)43:5{\textless}978::AID-X{\_}4{\textgreater}3.0")
    '10.1002/1(2000)43:5<978::AID-X_4>3.0'
    """
    value = re.sub(r"\\textless(?:\s|\{\})?", "<", value)
    value = re.sub(r"\\textgreater(?:\s|\{\})?", ">", value)
    return re.sub(r"[\\{}]", "", value)


def _names(cell: str) -> list[str]:
    """Authors; Cochrane's exports have commas between them as well as within.

    >>> _names("Doe, J, Roe, RA, and Poe, K"), _names("Doe, Jane and Roe, Rob")
    (['Doe, J', 'Roe, RA', 'Poe, K'], ['Doe, Jane', 'Roe, Rob'])
    """
    parts = [part.strip() for name in names_of(cell) for part in name.rstrip(", ").split(",")]
    if len(parts) > 2 and not len(parts) % 2 and all(re.fullmatch(r"[A-Z]{1,4}", part) for part in parts[1::2]):
        return [f"{last}, {first}" for last, first in zip(parts[::2], parts[1::2], strict=True)]
    return names_of(cell)
