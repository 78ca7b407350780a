"""BioC, as XML and as JSON; texts stay as they stand, for offsets count in them; marks are not read."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from itertools import chain
from typing import Any, NamedTuple

from allnlp.readers.elements import Broken, Element, elements
from allnlp.readers.json_objects import Bad, json_objects
from allnlp.readers.record import Row, failure, record
from allnlp.readers.source import Source, opened, scrubbed, text_chunks

# the collection's source stands before its documents, which are read one by one
_SOURCE = re.compile(r'"source"\s*:\s*"([^"\\]*)"')


class Passage(NamedTuple):
    """One passage: what it says about itself, and its text."""

    infons: Mapping[str, str]
    text: str


def read_bioc_xml(source: Source, *, source_file: str) -> Iterator[Row]:
    """Rows of BioC XML, one for each document; of a full text only title and abstract.

    Raises:
        ReadError: the file declares entities or its compression is damaged.
    """
    number, origin = 0, ""
    with opened(source) as stream:
        for element in elements(stream, "source", "document", source_file=source_file):
            if isinstance(element, Broken):
                number += element.is_record
                yield failure(source_file, number if element.is_record else None, element.error)
            elif element.tag == "source":
                origin = element.text or ""
            else:
                number += 1
                passages = [Passage(_infons(e), _text(e)) for e in element.iterfind("passage")]
                yield _document(element.findtext("id") or "", _infons(element), passages, origin, source_file, number)


def read_bioc_json(source: Source, *, source_file: str) -> Iterator[Row]:
    """Rows of BioC JSON: a collection, a list of documents, or one document after the other.

    Raises:
        ReadError: the file's compression is damaged.
    """
    with opened(source) as stream:
        pieces = text_chunks(stream)
        first = next(pieces, "")
        said = _SOURCE.search(first)
        origin = said[1] if said else ""
        for number, value in enumerate(json_objects(chain([first], pieces)), start=1):
            if isinstance(value, Bad):
                yield failure(source_file, number, value.error)
                continue
            passages = value.get("passages")
            if not isinstance(passages, list):
                yield failure(source_file, number, "the object has no passages; expected a BioC document")
                continue
            found = [Passage(_strings(p.get("infons")), _json_text(p)) for p in passages if isinstance(p, dict)]
            name = str(value.get("id") or value.get("pmid") or "")
            yield _document(name, _strings(value.get("infons")), found, str(value.get("source") or origin), source_file, number)


def _infons(element: Element) -> dict[str, str]:
    return {str(e.get("key")): e.text or "" for e in element.iterfind("infon")}


def _text(passage: Element) -> str:
    text = passage.findtext("text")
    return text if text is not None else " ".join(e.findtext("text") or "" for e in passage.iterfind("sentence"))


def _strings(value: Any) -> dict[str, str]:
    return {str(k): scrubbed(str(v)) for k, v in value.items()} if isinstance(value, dict) else {}


def _json_text(passage: dict[str, Any]) -> str:
    text = passage.get("text")
    if isinstance(text, str) and text:
        return scrubbed(text)
    sentences = passage.get("sentences")
    parts = [str(s.get("text") or "") for s in sentences if isinstance(s, dict)] if isinstance(sentences, list) else []
    return scrubbed(" ".join(parts))


def _document(name: str, infons: Mapping[str, str], passages: list[Passage], origin: str, source_file: str, number: int) -> Row:
    name = scrubbed(name.strip())
    title, abstract = _parts(passages)
    about: dict[str, str] = {}
    for passage in passages[:1]:
        about.update(passage.infons)
    about.update(infons)
    is_pmc = name.upper().startswith("PMC") or (origin.strip().upper() == "PMC" and name.isdigit())
    is_pmid = name.isascii() and name.isdigit() and len(name) <= 8 and origin.strip().lower() in ("pubmed", "pubtator", "medline")
    return record(
        source_file=source_file,
        source_record=number,
        title=title,
        abstract=abstract,
        pmid=about.get("article-id_pmid") or (name if is_pmid else ""),
        pmcid=about.get("article-id_pmc") or (name if is_pmc else ""),
        doi=about.get("article-id_doi", ""),
        record_id="" if name.isdigit() and (is_pmc or is_pmid or about.get("article-id_pmid") or about.get("article-id_pmc")) else name,
        journal=about.get("journal-title") or about.get("journal", "").partition(";")[0],
        year=about.get("year", ""),
        authors=_authors(about),
        keywords=about.get("kwd", "").split(" ; ") if about.get("kwd") else (),
        has_more=bool(passages),
        expected="a passage of type title or abstract",
    )


def _parts(passages: Iterable[Passage]) -> tuple[str, str]:
    """Title, and abstract with its headings as labels; all passages are the abstract where none says what it is."""
    title, parts, label, rest = "", [], "", []
    for passage in passages:
        kind = passage.infons.get("type", "").lower()
        section = passage.infons.get("section_type", "").upper()
        if section == "TITLE" or (not section and kind in ("title", "front")):
            title = title or passage.text
        elif section == "ABSTRACT" or kind.startswith("abstract"):
            if "title" in kind:
                label = passage.text.strip().rstrip(":")
            elif passage.text:
                is_heading = not label or label.lower() == "abstract"
                parts.append(passage.text if is_heading else f"{label}: {passage.text}")
                label = ""
        elif not section and not kind:
            rest.append(passage.text)
    return title, " ".join(parts) if title or parts else "\n".join(text for text in rest if text)


def _authors(about: Mapping[str, str]) -> list[str]:
    """Names of 'name_0': 'surname:Doe;given-names:Jane', or of a list in 'authors'."""
    names = []
    for i in range(len(about)):
        value = about.get(f"name_{i}")
        if value is None:
            break
        parts = dict(part.partition(":")[::2] for part in value.split(";"))
        names.append(", ".join(text for text in (parts.get("surname"), parts.get("given-names")) if text))
    return names or [name.strip() for name in about.get("authors", "").split(",") if name.strip()]
