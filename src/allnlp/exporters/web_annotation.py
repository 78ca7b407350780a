"""Annotations as the W3C's Web Annotations, in JSON-LD: one collection with one page."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from pathlib import Path
from types import MappingProxyType
from typing import Any
from urllib.parse import quote

from allnlp.collection.selection import Selection
from allnlp.exporters.documents import Annotated, annotated, annotated_with, as_json, separated, write_pieces
from allnlp.schema import Document, Mention

_CONTEXT = "http://www.w3.org/ns/anno.jsonld"
_AROUND = 32  # characters of a quotation before and after it
_IRIS = MappingProxyType(
    {p: f"https://identifiers.org/{p}:" for p in ("drugbank", "efo", "hgnc", "mesh", "ncit", "unii", "uniprot")}
    | {p: f"https://identifiers.org/{p.upper()}:" for p in ("chebi", "doid", "hp", "mondo")}
    | {p: f"https://bioregistry.io/{p}:" for p in ("oncotree", "rxnorm")}  # unknown to identifiers.org
)


def write_web_annotation(selection: Selection, path: Path) -> None:
    """Write an AnnotationCollection whose one AnnotationPage has an Annotation for each mention.

    Its bodies are told apart by their purpose: classifying is the concept as an IRI, where its vocabulary has one; tagging
    the label; identifying the normal name and CURIE; assessing the assertion. Its target is the document's text, named by a
    UUID made of it, with the record's address as ``via``; positions count code points of ``documents.text``, and the words
    with what stands around them find the place in any other form of the text.

    Args:
        selection: what is written.
        path: the file.
    """
    write_pieces(path, _pieces(selection))


def _pieces(selection: Selection) -> Iterator[str]:
    made_by, total = annotated_with(selection), len(selection.mentions)
    name = _urn("collection", made_by, str(total), *selection.documents["doc_id"])
    page = _urn("page", name)
    head = {
        "@context": _CONTEXT,
        "id": name,
        "type": "AnnotationCollection",
        "label": f"Mentions in {len(selection.documents)} abstracts",
        "creator": {"type": "Software", "name": made_by},
        "total": total,
        "last": page,
    }
    first = {"id": page, "type": "AnnotationPage", "startIndex": 0}
    yield f'{as_json(head)[:-1]}, "first": {as_json(first)[:-1]}, "items": [\n'
    yield from separated(as_json(annotation) for one in annotated(selection) for annotation in _annotations(one))
    yield "\n]}}\n"


def _annotations(one: Annotated) -> Iterator[dict[str, Any]]:
    document = one.document
    source: dict[str, Any] = {"id": _urn("text", document.doc_id, document.text), "type": "Text", "format": "text/plain"}
    address = web_address(document)
    if address is not None:
        source["via"] = address
    for mention in one.mentions:
        place = (document.doc_id, str(mention.start), str(mention.end))
        yield {
            "id": _urn("annotation", *place, mention.label, mention.concept_id or mention.name, mention.assertion),
            "type": "Annotation",
            "motivation": "tagging",
            "body": _bodies(mention),
            "target": {"type": "SpecificResource", "source": source, "selector": _selectors(document.text, mention)},
        }


def _bodies(mention: Mention) -> list[dict[str, str]]:
    iri = concept_iri(mention.concept_id)
    name = f"{mention.name} ({mention.concept_id})" if mention.concept_id is not None else mention.name
    texts = (("tagging", mention.label), ("identifying", name), ("assessing", mention.assertion))
    return [
        *([{"type": "SpecificResource", "purpose": "classifying", "source": iri}] if iri is not None else []),
        *({"type": "TextualBody", "purpose": use, "value": value, "format": "text/plain", "language": "en"} for use, value in texts),
    ]


def _selectors(text: str, mention: Mention) -> list[dict[str, Any]]:
    start, end = mention.start, mention.end
    return [
        {"type": "TextPositionSelector", "start": start, "end": end},
        {
            "type": "TextQuoteSelector",
            "exact": text[start:end],
            "prefix": text[max(start - _AROUND, 0) : start],
            "suffix": text[end : end + _AROUND],
        },
    ]


def concept_iri(curie: str | None) -> str | None:
    """The IRI of a concept; none for one that only this program's vocabulary knows.

    >>> concept_iri("ncit:C102758"), concept_iri("hp:0002910"), concept_iri("allnlp:17-aag")
    ('https://identifiers.org/ncit:C102758', 'https://identifiers.org/HP:0002910', None)
    """
    prefix, _, local = (curie or "").partition(":")
    iri = _IRIS.get(prefix.lower())
    return f"{iri}{local}" if iri is not None and local and not set(local) & set(' <>"{}|\\^`') else None


def web_address(document: Document) -> str | None:
    """Where the record of a document can be read.

    >>> web_address(Document("1", pmid="12", doi="10.1/a")), web_address(Document("x"))
    ('https://pubmed.ncbi.nlm.nih.gov/12/', None)
    """
    if document.pmid is not None:
        return f"https://pubmed.ncbi.nlm.nih.gov/{document.pmid}/"
    if document.pmcid is not None:
        return f"https://pmc.ncbi.nlm.nih.gov/articles/{document.pmcid}/"
    if document.doi is not None:
        return f"https://doi.org/{quote(document.doi, safe='/:;()')}"
    return None


def _urn(*words: str) -> str:
    """A name that the same words have at any time."""
    return uuid.uuid5(uuid.NAMESPACE_OID, as_json(["allnlp", *words])).urn
