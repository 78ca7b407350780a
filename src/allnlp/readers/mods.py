"""MODS, the Library of Congress's catalogue form, which Zotero and libraries export."""

from __future__ import annotations

from collections.abc import Iterator

from allnlp.readers.elements import Element, element_rows, flat
from allnlp.readers.record import Row, record
from allnlp.readers.source import Source


def read_mods(source: Source, *, source_file: str) -> Iterator[Row]:
    """Rows of MODS, one a ``mods`` element.

    Raises:
        ReadError: the file declares entities or its compression is damaged.
    """
    return element_rows(source, "mods", row=_document, source_file=source_file)


def _document(element: Element, source_file: str, number: int) -> Row:
    def all_of(path: str) -> list[str]:
        return [text for text in map(flat, element.iterfind("/".join(f"{{*}}{name}" for name in path.split("/")))) if text]

    ids = {(e.get("type") or "").lower(): flat(e) for e in element.iterfind("{*}identifier")}
    host = next((e for e in element.iterfind("{*}relatedItem") if e.get("type") == "host"), None)
    issued = [*all_of("originInfo/dateIssued"), *all_of("part/date"), *all_of("relatedItem/originInfo/dateIssued"), *all_of("relatedItem/part/date")]
    return record(
        source_file=source_file,
        source_record=number,
        title=_title(element),
        abstract=" ".join(all_of("abstract")),
        pmid=ids.get("pmid", ids.get("pubmed", "")),
        doi=ids.get("doi", ""),
        record_id=element.get("ID") or next(iter(all_of("recordInfo/recordIdentifier")), ""),
        journal=_title(host) if host is not None else "",
        year=issued[0] if issued else "",
        dates=issued,
        authors=[_name(e) for e in element.iterfind("{*}name")],
        publication_types=all_of("genre"),
        keywords=all_of("subject/topic"),
        language=next(iter(all_of("language/languageTerm")), ""),
        has_more=bool(flat(element)),
        expected="titleInfo or abstract",
    )


def _title(element: Element) -> str:
    """The first title that is no abbreviation or translation, with its subtitle."""
    titles = list(element.iterfind("{*}titleInfo"))
    main = next((e for e in titles if not e.get("type")), titles[0] if titles else None)
    if main is None:
        return ""
    parts = [flat(main.find(f"{{*}}{name}")) for name in ("nonSort", "title")]
    subtitle = flat(main.find("{*}subTitle"))
    title = " ".join(part for part in parts if part)
    return f"{title}: {subtitle}" if subtitle else title


def _name(element: Element) -> str:
    parts = {e.get("type") or "": flat(e) for e in element.iterfind("{*}namePart")}
    family, given = parts.get("family", ""), parts.get("given", "")
    return f"{family}, {given}" if family and given else family or given or parts.get("", "")
