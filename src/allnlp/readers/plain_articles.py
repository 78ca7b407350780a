"""PubMed's articles of the usual shape, read off their characters: a parser makes an element of each tag, and most of its time goes there.

An article is taken only where its parts stand in the order of PubMed's own DTD and hold nothing unusual; what it gives is then what
a parser would. Everything else stays in the stream for the parser. What nobody reads (affiliations, chemicals, references) is
stepped over by its end tag, and not looked into.

Source:
    https://dtd.nlm.nih.gov/ncbi/pubmed/doc/out/190101/index.html
"""

from __future__ import annotations

import re
from collections.abc import Iterator, MutableMapping
from types import MappingProxyType
from typing import Any, NoReturn

from allnlp.readers.elements import STANDS_FOR, cleaned
from allnlp.readers.pubmed_cells import date, full_name, sections
from allnlp.readers.record import notice

ASIDE = "set-aside"  # attribute of the empty element that stands for articles in the stream
Cells = dict[str, Any]  # arguments of `record`

_BEGIN, _END = b"<PubmedArticle>", b"</PubmedArticle>"
_BEFORE_FIRST = re.compile(rb"\s*(?:<\?xml[^<>]*\?>\s*)?(?:<!DOCTYPE[^<>\[\]]*>\s*)?<PubmedArticleSet(?:\s[^<>]*)?(?<!/)>\s*")
_LONGEST = 1 << 23  # bytes of an article that is held until its end comes
_NOT_XML = bytes(set(range(32)) - set(b"\t\n\r"))

_DATE = r"\s*(?:<Year>([^<&\s]*)</Year>\s*)?(?:<Month>([^<&\s]*)</Month>\s*)?(?:<Day>([^<&\s]*)</Day>\s*)?(?:<Season>[^<]*</Season>\s*)?(?:<MedlineDate>([^<&\s]*(?: [^<&\s]+)*)</MedlineDate>\s*)?"
_ATTRIBUTES = r'(?:\s+[\w:]+="[^"<>&\t\n\r]*")*'  # that are read
_BEGINNING = re.compile(
    r"<PubmedArticle>\s*<MedlineCitation(?:\s[^<>]*)?(?<!/)>\s*<PMID(?:\s[^<>]*)?(?<!/)>(\d+)</PMID>\s*"
    rf"(?:<DateCreated>{_DATE}</DateCreated>\s*)?(?:<DateCompleted>{_DATE}</DateCompleted>\s*)?(?:<DateRevised>{_DATE}</DateRevised>\s*)?"
    r"<Article(?:\s[^<>]*)?(?<!/)>\s*<Journal>\s*(?:<ISSN(?:\s[^<>]*)?(?<!/)>[^<]*</ISSN>\s*)?<JournalIssue(?:\s[^<>]*)?(?<!/)>\s*"
    rf"(?:<Volume>[^<]*</Volume>\s*)?(?:<Issue>[^<]*</Issue>\s*)?<PubDate>{_DATE}</PubDate>\s*</JournalIssue>\s*"
    r"(?:<Title>([^<]*)</Title>\s*)?(?:<ISOAbbreviation>([^<]*)</ISOAbbreviation>\s*)?</Journal>\s*<ArticleTitle(?:\s[^<>]*)?(?<!/)>"
)
_AFTER_TITLE = re.compile(
    r"\s*(?:<Pagination>\s*(?:<(?P<page>\w+)>[^<]*</(?P=page)>\s*)*</Pagination>\s*)?"
    rf"(?P<places>(?:<ELocationID{_ATTRIBUTES}>[^<]*</ELocationID>\s*)*)(?P<abstract><Abstract>)?"
)
_PLACE = re.compile(r"<ELocationID\s([^<>]*)>([^<]*)</ELocationID>")
_SECTION = re.compile(rf"\s*<AbstractText({_ATTRIBUTES})>")
_LABEL = re.compile(r'\sLabel="([^"]*)"')
_AFTER_SECTIONS = re.compile(r"\s*(?:<CopyrightInformation>[^<]*</CopyrightInformation>\s*)?")
_AUTHORS = re.compile(r"\s*<AuthorList(?:\s[^<>]*)?(?<!/)>")
_AUTHOR = re.compile(
    rf"<Author({_ATTRIBUTES})>\s*(?:<LastName>([^<]*)</LastName>\s*)?(?:<ForeName>([^<]*)</ForeName>\s*)?(?:<Initials>([^<]*)</Initials>\s*)?"
    r"(?:<Suffix>([^<]*)</Suffix>\s*)?(?:<CollectiveName(?:\s[^<>]*)?(?<!/)>([^<]*)</CollectiveName>\s*)?(?:</Author>|(?=<(?:AffiliationInfo|Identifier)[\s>]))"
)
_LANGUAGES = re.compile(r"\s*<Language>(\w+)</Language>\s*(?:<Language>[^<]*</Language>\s*)*")
_CHILD = re.compile(r"\s*<(\w+)(?:\s[^<>]*)?(?<!/)>")
_TYPE = re.compile(r"<PublicationType(?:\s[^<>]*)?(?<!/)>([^<]*)</PublicationType>")
_ACCESSION = re.compile(r"<AccessionNumber>([^<]*)</AccessionNumber>")
_OTHER_DATE = re.compile(_DATE)
_KEYWORD = re.compile(r"\s*<Keyword(?:\s[^<>]*)?(?<!/)>")
_HEADING = re.compile(
    r"<MeshHeading>\s*<DescriptorName(?:\s[^<>]*)?(?<!/)>([^<]*)</DescriptorName>\s*((?:<QualifierName(?:\s[^<>]*)?(?<!/)>[^<]*</QualifierName>\s*)*)</MeshHeading>"
)
_QUALIFIER = re.compile(r">([^<]*)</QualifierName>")
_CORRECTION = re.compile(
    r'\s*<CommentsCorrections\sRefType="(\w+)">\s*<RefSource>[^<]*</RefSource>\s*(?:<PMID(?:\s[^<>]*)?(?<!/)>([^<]*)</PMID>\s*)?(?:<Note>[^<]*</Note>\s*)?'
)
_ID = re.compile(r'<ArticleId IdType="(\w+)">([^<]*)</ArticleId>')
_MARKUP = re.compile(r"<(i|b|u|sub|sup)>([^<]*)</\1>")
_REFERENCE = re.compile(r"&(?:(#x[0-9a-fA-F]{1,6}|#[0-9]{1,7}|\w+);|)")
_NAMED = MappingProxyType({"lt": "<", "gt": ">", "quot": '"', "apos": "'", "amp": "&"})
_UNREAD = frozenset(
    "MedlineJournalInfo ChemicalList SupplMeshList CitationSubset GeneSymbolList NumberOfReferences PersonalNameSubjectList OtherID"
    " CoiStatement SpaceFlightMission InvestigatorList GeneralNote".split()
)
_REST = re.compile(r"\s*<(?:/PubmedData|ReferenceList|ObjectList)>")


class _UnusualError(Exception):
    """The article is for the parser."""


def set_aside(pieces: Iterator[bytes], found: MutableMapping[str, list[Cells]]) -> Iterator[bytes]:
    """The bytes with an empty element in the place of usual articles, whose cells go into ``found`` by its attribute `ASIDE`.

    From the first thing on that is neither an article nor blank, everything is given as it is.

    Args:
        pieces: bytes of PubMed XML, UTF-8.
        found: takes the cells, before the piece with the element is given.
    """
    number, held = 0, b""
    for piece in pieces:
        held += piece
        *articles, held = held.split(_END)
        given: list[bytes] = []
        run: list[Cells] = []
        lines = 0  # of the run, so that what the parser says of a line holds
        for i, article in enumerate(articles):
            start = article.find(_BEGIN)
            before = article[: max(start, 0)]
            if start < 0 or (before.strip() if number else _BEFORE_FIRST.fullmatch(before) is None):
                yield b"".join((*given, *_place_of(run, lines, number, found), _END.join((*articles[i:], held))))
                yield from pieces
                return
            cells = usual(article[start:])
            if cells is None or not number:
                given += (*_place_of(run, lines, number, found), before)
                run, lines = [], -before.count(b"\n")
            number += 1
            if cells is None:
                given += (article[start:], _END)
                lines = 0
            else:
                run.append(cells)
                lines += article.count(b"\n")
        yield b"".join((*given, *_place_of(run, lines, number, found)))
        if len(held) > _LONGEST:
            break
    yield held
    yield from pieces


def _place_of(run: list[Cells], lines: int, last: int, found: MutableMapping[str, list[Cells]]) -> tuple[bytes, ...]:
    """The element that stands for articles, the last of that number; nothing for none."""
    if not run:
        return ()
    found[str(last)] = run
    told = ASIDE.encode(), last, STANDS_FOR.encode(), len(run), b"\n" * lines
    return (b'<PubmedArticle %s="%d" %s="%d">%s</PubmedArticle>' % told,)


def usual(article: bytes) -> Cells | None:
    """Cells of an article from its start tag to before its end tag, as `record` takes them; None where the parser must read it.

    >>> usual(b"<PubmedArticle><MedlineCitation>") is None
    True
    """
    try:
        text = article.decode()
        if len(article.translate(None, _NOT_XML)) < len(article) or "\ufffe" in text or "\uffff" in text:
            return None
        return _article(text.rstrip())
    except (_UnusualError, UnicodeDecodeError):
        return None


def _article(text: str) -> Cells:
    found = _BEGINNING.match(text) or _unusual()
    groups = found.groups("")
    pmid, revised, published, journal = groups[0], groups[9:13], groups[13:17], groups[17:]
    title, at = _to_end(text, found.end(), "</ArticleTitle>")
    title = _flat(title) or _unusual()  # without one, the title in the article's language is it
    after = _AFTER_TITLE.match(text, at) or _unusual()
    abstract, at = "", after.end()
    if after["abstract"]:
        content, at = _to_end(text, at, "</Abstract>")
        abstract = _abstract(content)
    names: list[str] = []
    if authors := _AUTHORS.match(text, at):
        listed, at = _to_end(text, authors.end(), "</AuthorList>")
        names = _names(listed)
    languages = _LANGUAGES.match(text, at) or _unusual()
    types: list[str] = []
    trials: list[str] = []
    dated = None
    at = languages.end()
    while child := _CHILD.match(text, at):
        name = child[1]
        content, at = _to_end(text, child.end(), f"</{name}>")
        if name == "PublicationTypeList":
            types = _all_flat(_all(_TYPE, content))
        elif name == "DataBankList":
            trials = _all_flat(_all(_ACCESSION, content, "AccessionNumber>"))
        elif name == "ArticleDate":
            dated = dated or _OTHER_DATE.fullmatch(content) or _unusual()
        elif name not in ("GrantList", "VernacularTitle"):
            _unusual()
    keywords: list[str] = []
    headings: list[str] = []
    notices: list[str] = []
    at = _past(text, at, "</Article>")
    while child := _CHILD.match(text, at):
        name = child[1]
        content, at = _to_end(text, child.end(), f"</{name}>")
        if name == "MeshHeadingList":
            headings += _headings(content)
        elif name == "KeywordList":
            keywords += _keywords(content)
        elif name == "CommentsCorrectionsList":
            notices += _notices(content)
        elif name not in _UNREAD and not (name == "OtherAbstract" and abstract):
            _unusual()
    at = _past(text, _past(text, at, "</MedlineCitation>"), "<PubmedData>")
    begun = text.find("<ArticleIdList>", at)
    if begun < 0 or text.find("<ReferenceList", at, begun) >= 0:  # references have such lists, too
        _unusual()
    content, at = _to_end(text, begun + len("<ArticleIdList>"), "</ArticleIdList>")
    ids = {kind: _plain(value) for kind, value in _all(_ID, content)}
    if not _REST.match(text, at) or text.find("</PubmedData>", at) != len(text) - len("</PubmedData>"):
        _unusual()
    year = date(*published)
    return {
        "title": title,
        "abstract": abstract,
        "pmid": pmid,
        "pmcid": ids.get("pmc", ""),
        "doi": ids.get("doi") or _doi(after["places"]),
        "journal": _flat(journal[0]) or _flat(journal[1]),
        "year": year,
        "dates": (year, date(*dated.groups("")) if dated else ""),
        "authors": names,
        "publication_types": types,
        "mesh_terms": headings,
        "keywords": keywords,
        "trials": trials,
        "language": languages[1],
        "notices": notices,
        "revised": date(*revised),
    }


def _unusual() -> NoReturn:
    raise _UnusualError


def _to_end(text: str, at: int, tag: str) -> tuple[str, int]:
    """What stands before an end tag, and where that ends."""
    end = text.find(tag, at)
    if end < 0:
        _unusual()
    return text[at:end], end + len(tag)


def _past(text: str, at: int, tag: str) -> int:
    """Where a tag ends before which only blanks stand."""
    start = text.find(tag, at)
    if start < 0 or text[at:start].strip():
        _unusual()
    return start + len(tag)


def _flat(text: str) -> str:
    """Text without the markup of letters, its blanks one space each."""
    while "<" in text:
        text, changed = _MARKUP.subn(r"\2", text)
        if not changed:
            _unusual()
    return cleaned(_plain(text) if "&" in text else text)


def _all_flat(texts: list[str]) -> list[str]:
    """The same of many short texts, which mostly are flat."""
    whole = "|".join(texts)
    is_flat = "&" not in whole and "<" not in whole and " |" not in whole and "| " not in whole and " ".join(whole.split()) == whole
    return texts if is_flat and whole.isascii() else [text and _flat(text) for text in texts]


def _plain(text: str) -> str:
    """Text with references as the characters that they stand for."""
    return _REFERENCE.sub(_character, text) if "&" in text else text


def _character(reference: re.Match[str]) -> str:
    name = reference[1] or ""
    if char := _NAMED.get(name):
        return char
    if not name.startswith("#"):
        _unusual()
    number = int(name[2:], 16) if name[1:2] == "x" else int(name[1:])
    if not (number in (9, 10, 13) or 32 <= number < 0xD800 or 0xE000 <= number < 0xFFFE or 0x10000 <= number < 0x110000):  # those of XML
        _unusual()
    return chr(number)


def _all(one: re.Pattern[str], content: str, sign: str = "<", each: int = 2) -> list[Any]:
    """What is in each element of a list, where so many signs of the list are in each."""
    found = one.findall(content)
    if each * len(found) != content.count(sign) or "<!" in content:
        _unusual()
    return found


def _abstract(content: str) -> str:
    *texts, rest = content.split("</AbstractText>")
    if not _AFTER_SECTIONS.fullmatch(rest):
        _unusual()
    found = []
    for text in texts:
        begin = _SECTION.match(text) or _unusual()
        label = _LABEL.search(begin[1])
        found.append((label[1] if label else "", _flat(text[begin.end() :])))
    return sections(found)


def _names(content: str) -> list[str]:
    found = _all(_AUTHOR, content, "</Author>", 1)
    parts = [part for author in found for part in author[1:]]
    unnamed = (parts[::5] + parts[1::5] + parts[4::5]).count("")
    if content.count("<Author") != len(found) or content.count("Name>") != 2 * (3 * len(found) - unnamed):
        _unusual()
    parts = _all_flat(parts)
    return [full_name(*parts[i * 5 : i * 5 + 5]) for i, author in enumerate(found) if 'ValidYN="N"' not in author[0]]


def _keywords(content: str) -> list[str]:
    *words, rest = content.split("</Keyword>")
    if rest.strip():
        _unusual()
    return [_flat(word[(_KEYWORD.match(word) or _unusual()).end() :]) for word in words]


def _headings(content: str) -> list[str]:
    found = _all(_HEADING, content, "DescriptorName>", 1)
    names = _all_flat([name for name, _ in found])
    headings = []
    for name, (_, qualifiers) in zip(names, found, strict=True):
        headings += [f"{name}/{qualifier}" for qualifier in _all_flat(_QUALIFIER.findall(qualifiers))] if qualifiers else [name]
    of_qualifiers = content.count("QualifierName>")
    if content.count("<") != 4 * len(found) + 2 * of_qualifiers or len(headings) != len(found) + of_qualifiers - sum(bool(q) for _, q in found):
        _unusual()
    return headings


def _notices(content: str) -> list[str]:
    *corrections, rest = content.split("</CommentsCorrections>")
    if rest.strip():
        _unusual()
    found = [_CORRECTION.fullmatch(correction) or _unusual() for correction in corrections]
    return [notice(correction[1], _plain(correction[2] or "")) for correction in found]


def _doi(places: str) -> str:
    """DOI of an ELocationID, a valid one first."""
    found = [(told, text) for told, text in _PLACE.findall(places) if 'EIdType="doi"' in told]
    found.sort(key=lambda place: 'ValidYN="N"' in place[0])
    return _plain(found[0][1]) if found else ""
