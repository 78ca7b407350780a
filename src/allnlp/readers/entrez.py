"""Entrez document summaries (ESummary) as JSON and XML: title, journal, authors and identifiers, no abstract."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from allnlp.readers.elements import Element, element_rows, flat, local
from allnlp.readers.json_objects import Bad, json_objects
from allnlp.readers.markup import unmarked
from allnlp.readers.notices import worded_notice
from allnlp.readers.record import Row, failure, record
from allnlp.readers.source import Source, opened, scrubbed, text_chunks

_WITHOUT = "the summary has no title"


class Summary(NamedTuple):
    """One summary; ``ids`` by Entrez's names of them."""

    uid: str
    title: str
    journal: str
    dates: tuple[str, ...]
    authors: tuple[str, ...]
    types: tuple[str, ...]
    language: str
    ids: Mapping[str, str]
    notices: tuple[str, ...] = ()
    error: str = ""


def read_summary_json(source: Source, *, source_file: str) -> Iterator[Row]:
    """Rows of ESummary's JSON.

    Raises:
        ReadError: the file's compression is damaged.
    """
    with opened(source) as stream:
        for number, value in enumerate(json_objects(text_chunks(stream), members_of="result"), start=1):
            if isinstance(value, Bad):
                yield failure(source_file, number, value.error)
            else:
                yield _row(_of_json(value), source_file, number)


def read_summary_xml(source: Source, *, source_file: str) -> Iterator[Row]:
    """Rows of ESummary's XML, version 1 (DocSum) and version 2 (DocumentSummary).

    Raises:
        ReadError: the file declares entities or its compression is damaged.
    """
    return element_rows(source, "DocSum", "DocumentSummary", "ERROR", row=_summary, source_file=source_file)


def _summary(element: Element, source_file: str, number: int) -> Row:
    name = local(element)
    if name == "ERROR":
        return failure(source_file, number, f"Entrez answered: {flat(element)}. Fetch the record again")
    return _row(_of_items(element) if name == "DocSum" else _of_elements(element), source_file, number)


def _row(summary: Summary, source_file: str, number: int) -> Row:
    if summary.error or not summary.title:
        reason = f"Entrez answered: {summary.error}" if summary.error else _WITHOUT
        return failure(source_file, number, f"{reason}. Fetch the record again", summary.uid or None)
    ids = summary.ids
    return record(
        source_file=source_file,
        source_record=number,
        title=unmarked(summary.title),
        pmid=ids.get("pubmed") or ids.get("pmid") or "",
        pmcid=ids.get("pmc") or ids.get("pmcid") or "",
        doi=ids.get("doi", ""),
        record_id="" if any(ids.get(name) for name in ("pubmed", "pmid", "pmc", "pmcid", "doi")) else summary.uid,
        journal=summary.journal,
        year=summary.dates[0] if summary.dates else "",
        dates=summary.dates,
        authors=summary.authors,
        publication_types=summary.types,
        language=summary.language,
        notices=summary.notices,
    )


def _of_json(value: Mapping[str, Any]) -> Summary:
    def text(key: str) -> str:
        found = value.get(key)
        return scrubbed(found) if isinstance(found, str) else ""

    def several(key: str) -> list[Any]:
        found = value.get(key)
        return found if isinstance(found, list) else []

    references = [r for r in several("references") if isinstance(r, dict)]
    return Summary(
        uid=text("uid"),
        title=text("title") or text("vernaculartitle") or text("booktitle"),
        journal=text("fulljournalname") or text("source") or text("booktitle"),
        dates=tuple(date for date in (text("pubdate"), text("epubdate"), text("sortpubdate")) if date),
        authors=tuple(scrubbed(str(a["name"])) for a in several("authors") if isinstance(a, dict) and a.get("name")),
        types=tuple(scrubbed(t) for t in several("pubtype") if isinstance(t, str)),
        language=next((str(t) for t in several("lang") if t), ""),
        ids={str(i.get("idtype")): scrubbed(str(i.get("value") or "")) for i in several("articleids") if isinstance(i, dict)},
        notices=tuple(worded_notice(str(r.get("reftype") or ""), str(r.get("pmid") or "") or None) for r in references),
        error=text("error"),
    )


def _of_items(element: Element) -> Summary:
    """Version 1: <Item Name="Title" Type="String">."""
    items = {str(e.get("Name")): e for e in element.iterfind("{*}Item")}

    def text(name: str) -> str:
        return flat(items.get(name))

    def several(name: str) -> list[Element]:
        return list(items[name]) if name in items else []

    return Summary(
        uid=flat(element.find("{*}Id")),
        title=text("Title"),
        journal=text("FullJournalName") or text("Source"),
        dates=tuple(date for date in (text("PubDate"), text("EPubDate")) if date),
        authors=tuple(map(flat, several("AuthorList"))),
        types=tuple(map(flat, several("PubTypeList"))),
        language=next(map(flat, several("LangList")), ""),
        ids={str(e.get("Name")): flat(e) for e in reversed(several("ArticleIds"))},
    )


def _of_elements(element: Element) -> Summary:
    """Version 2: <Title>."""

    def text(path: str) -> str:
        return flat(element.find(path))

    return Summary(
        uid=element.get("uid") or "",
        title=text("{*}Title"),
        journal=text("{*}FullJournalName") or text("{*}Source"),
        dates=tuple(date for date in (text("{*}PubDate"), text("{*}EPubDate")) if date),
        authors=tuple(flat(e) for e in element.iterfind("{*}Authors/{*}Author/{*}Name")),
        types=tuple(flat(e) for e in element.iterfind("{*}PubType/{*}flag")),
        language=text("{*}Lang/{*}string"),
        ids={flat(e.find("{*}IdType")): flat(e.find("{*}Value")) for e in element.iterfind("{*}ArticleIds/{*}ArticleId")},
        notices=tuple(
            worded_notice(flat(e.find("{*}RefType")), flat(e.find("{*}PMID")) or None) for e in element.iterfind("{*}References/{*}Reference")
        ),
        error=text("{*}error"),
    )
