"""PubMed XML: result sets, baseline and update files, single articles and books."""

from __future__ import annotations

from collections.abc import Iterator

from allnlp.readers.elements import Broken, Element, elements, flat
from allnlp.readers.plain_articles import ASIDE, Cells, set_aside
from allnlp.readers.pubmed_cells import date, full_name, sections
from allnlp.readers.record import Deletion, Row, failure, normal_pmid, notice, record
from allnlp.readers.source import Source, opened

_NAME_PARTS = ("LastName", "ForeName", "Initials", "Suffix", "CollectiveName")
_EXPECTED = "an ArticleTitle or an Abstract"


def read_pubmed_xml(source: Source, *, source_file: str) -> Iterator[Row]:
    """Rows of PubMed XML; each PMID of a DeleteCitation list is a Deletion.

    Raises:
        ReadError: the file declares entities or its compression is damaged.
    """
    number = 0
    usual: dict[str, list[Cells]] = {}
    tags = "PubmedArticle", "PubmedBookArticle", "DeleteCitation"
    with opened(source) as stream:
        for element in elements(stream, *tags, skip="ReferenceList", aside=lambda pieces: set_aside(pieces, usual), source_file=source_file):
            if isinstance(element, Broken):
                number += element.is_record
                yield failure(source_file, number if element.is_record else None, element.error)
            elif element.tag == "DeleteCitation":
                yield from (Deletion(pmid, source_file) for pmid in map(normal_pmid, _texts(element)) if pmid)
            else:
                for cells in (run := usual.pop(element.get(ASIDE) or "", ())):
                    number += 1
                    yield record(source_file=source_file, source_record=number, expected=_EXPECTED, **cells)
                if run:
                    continue
                number += 1
                is_book = element.tag == "PubmedBookArticle"
                yield (_book if is_book else _article)(element, source_file, number)


def _article(element: Element, source_file: str, number: int) -> Row:
    parts = _children(element)
    citation = _children(parts.get("MedlineCitation"))
    article = _children(citation.get("Article"))
    if not article:
        error = "PubmedArticle has no MedlineCitation/Article; expected one. Fetch the record again"
        return failure(source_file, number, error, element.findtext(".//PMID"))
    journal = _children(article.get("Journal"))
    issue = _children(journal.get("JournalIssue"))
    # the references of the record have lists of identifiers of their own, deeper down
    ids = _ids(_children(parts.get("PubmedData")).get("ArticleIdList"))
    published = _date(issue.get("PubDate"))
    return record(
        source_file=source_file,
        source_record=number,
        title=flat(article.get("ArticleTitle")) or flat(article.get("VernacularTitle")),
        abstract=_abstract(article.get("Abstract")) or _other_abstract(citation["Article"]),
        pmid=flat(citation.get("PMID")) or ids.get("pubmed", ""),
        pmcid=ids.get("pmc", ""),
        doi=ids.get("doi") or _location(citation["Article"]),
        journal=flat(journal.get("Title")) or flat(journal.get("ISOAbbreviation")),
        year=published,
        dates=(published, _date(article.get("ArticleDate"))),
        authors=_authors(article.get("AuthorList")),
        publication_types=_texts(article.get("PublicationTypeList")),
        mesh_terms=_mesh(citation.get("MeshHeadingList")),
        keywords=[flat(e) for e in citation["Article"].itersiblings("KeywordList") for e in e],
        trials=_trials(article.get("DataBankList")),
        language=flat(article.get("Language")),
        notices=[notice(str(e.get("RefType")), e.findtext("PMID")) for e in citation.get("CommentsCorrectionsList", ())],
        revised=_date(citation.get("DateRevised")),
        expected=_EXPECTED,
    )


def _book(element: Element, source_file: str, number: int) -> Row:
    book = element.find("BookDocument")
    if book is None:
        return failure(source_file, number, "PubmedBookArticle has no BookDocument; expected one. Fetch the record again")
    published = _date(book.find("Book/PubDate")) or _date(book.find("ContributionDate"))
    authors = book.find("AuthorList")
    ids = _ids(book.find("ArticleIdList"))
    return record(
        source_file=source_file,
        source_record=number,
        title=flat(book.find("ArticleTitle")) or flat(book.find("Book/BookTitle")),
        abstract=_abstract(book.find("Abstract")),
        pmid=book.findtext("PMID") or "",
        pmcid=ids.get("pmc", ""),
        doi=ids.get("doi", ""),
        record_id=ids.get("bookaccession", ""),
        journal=flat(book.find("Book/BookTitle")),
        year=published,
        dates=(published,),
        authors=_authors(authors if authors is not None else book.find("Book/AuthorList")),
        publication_types=[flat(e) for e in book.iterfind("PublicationType")],
        keywords=[flat(e) for e in book.iterfind("KeywordList/Keyword")],
        language=flat(book.find("Language")),
        revised=_date(book.find("DateRevised")),
        expected=_EXPECTED,
    )


def _abstract(abstract: Element | None) -> str:
    """Sections as 'LABEL: text', joined by a space."""
    if abstract is None:
        return ""
    return sections((element.get("Label") or "", flat(element)) for element in abstract.iterfind("AbstractText"))


def _other_abstract(article: Element) -> str:
    """An abstract beside Article: English first, another language when there is nothing else."""
    others = sorted(article.itersiblings("OtherAbstract"), key=lambda e: (e.get("Language") or "eng").lower() not in ("eng", "en"))
    return next((text for text in map(_abstract, others) if text), "")


def _children(element: Element | None) -> dict[str, Element]:
    """First child of each name; a dictionary is several times faster here than paths."""
    found: dict[str, Element] = {}
    for child in element if element is not None else ():
        found.setdefault(str(child.tag), child)
    return found


def _texts(elements: Element | None) -> list[str]:
    return [flat(element) for element in elements] if elements is not None else []


def _ids(ids: Element | None) -> dict[str, str]:
    return {str(e.get("IdType")): e.text or "" for e in ids} if ids is not None else {}


def _trials(banks: Element | None) -> list[str]:
    return [flat(e) for e in banks.iterfind("DataBank/AccessionNumberList/AccessionNumber")] if banks is not None else []


def _location(article: Element) -> str:
    """DOI of an ELocationID, a valid one first."""
    found = [e for e in article.iterfind("ELocationID") if e.get("EIdType") == "doi"]
    found.sort(key=lambda e: e.get("ValidYN") == "N")
    return found[0].text or "" if found else ""


def _date(element: Element | None) -> str:
    parts = {str(e.tag): flat(e) for e in element} if element is not None else {}
    return date(parts.get("Year", ""), parts.get("Month", ""), parts.get("Day", ""), parts.get("MedlineDate", ""))


def _authors(authors: Element | None) -> list[str]:
    names = []
    for author in authors if authors is not None else ():
        if author.get("ValidYN") != "N":
            parts = {str(e.tag): flat(e) for e in author if e.tag in _NAME_PARTS}
            names.append(full_name(*(parts.get(part, "") for part in _NAME_PARTS)))
    return names


def _mesh(headings: Element | None) -> list[str]:
    """'Heading' or 'Heading/qualifier', one for each qualifier."""
    terms = []
    for heading in headings if headings is not None else ():
        if not len(heading):
            continue
        name, *qualifiers = map(flat, heading)
        terms += [f"{name}/{qualifier}" for qualifier in qualifiers] if qualifiers else [name]
    return terms
