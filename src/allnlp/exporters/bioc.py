"""Annotations in BioC, as XML and as JSON: a passage for the title and one for each section of the abstract."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple
from xml.sax.saxutils import escape, quoteattr

from allnlp.collection.selection import Selection
from allnlp.exporters.documents import Annotated, annotated, annotated_with, as_json, separated, title_end, write_pieces
from allnlp.schema import Mention, Sentence

_NOT_IN_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_ABOUT = (
    ("article-id_pmid", "pmid"), ("article-id_pmc", "pmcid"), ("article-id_doi", "doi"), ("journal", "journal"), ("year", "year"),
)  # fmt: skip


class Passage(NamedTuple):
    """A stretch of a document's text of one section."""

    section: str
    start: int
    end: int


def write_bioc_json(selection: Selection, path: Path) -> None:
    """Write BioC JSON, a document a line; offsets and lengths count code points of ``documents.text``.

    Args:
        selection: what is written.
        path: the file.
    """
    write_pieces(path, _json(selection))


def _json(selection: Selection) -> Iterator[str]:
    head = as_json(_collection(selection))
    yield f'{head[:-1]}, "documents": [\n'
    yield from separated(as_json(_document(one)) for one in annotated(selection))
    yield "\n]}\n"


def write_bioc_xml(selection: Selection, path: Path) -> None:
    """Write BioC XML; offsets and lengths count code points of ``documents.text``.

    A character that XML cannot hold is written as U+FFFD, so that offsets hold.

    Args:
        selection: what is written.
        path: the file.
    """
    write_pieces(path, _xml(selection))


def _xml(selection: Selection) -> Iterator[str]:
    about = _collection(selection)
    yield "<?xml version='1.0' encoding='UTF-8'?>\n<collection>\n"
    yield "".join(f"<{name}>{_text(about[name])}</{name}>\n" for name in ("source", "date", "key"))
    yield _infons(about["infons"]) + "\n"
    for one in annotated(selection):
        document = _document(one)
        yield f"<document>\n<id>{_text(document['id'])}</id>\n{_infons(document['infons'])}\n"
        for passage in document["passages"]:
            yield f"<passage>\n{_infons(passage['infons'])}\n<offset>{passage['offset']}</offset>\n<text>{_text(passage['text'])}</text>\n"
            yield "".join(map(_annotation_xml, passage["annotations"])) + "</passage>\n"
        yield "".join(map(_annotation_xml, document["annotations"])) + "</document>\n"
    yield "</collection>\n"


def _annotation_xml(annotation: Mapping[str, Any]) -> str:
    place = annotation["locations"][0]
    return (
        f"<annotation id={quoteattr(annotation['id'])}>{_infons(annotation['infons'])}"
        f'<location offset="{place["offset"]}" length="{place["length"]}"/><text>{_text(annotation["text"])}</text></annotation>\n'
    )


def _infons(infons: Mapping[str, str]) -> str:
    return "".join(f"<infon key={quoteattr(key)}>{_text(value)}</infon>" for key, value in infons.items())


def _text(text: str) -> str:
    return escape(_NOT_IN_XML.sub("\ufffd", text), {"\r": "&#13;"})  # a bare one would be read as a line feed


def _collection(selection: Selection) -> dict[str, Any]:
    """What stands before the documents; without a date, so that the same folder gives the same bytes."""
    made_by = annotated_with(selection)
    return {"source": "allnlp", "date": "", "key": "allnlp.key", "infons": {"annotated_with": made_by, "offsets": "Unicode code points"}}


def _document(one: Annotated) -> dict[str, Any]:
    document = one.document
    title = title_end(document)
    parts = passages(document.text, title, one.sentences, one.mentions)
    of_part: dict[Passage | None, list[dict[str, Any]]] = {None: [], **{part: [] for part in parts}}
    sections = one.sections
    for mention in one.mentions:
        holds = next((p for p in parts if p.start <= mention.start and mention.end <= p.end), None)
        of_part[holds].append(_annotation(mention, sections.get(mention.sentence, "other")))
    facts = {key: str(getattr(document, column)) for key, column in _ABOUT if getattr(document, column) is not None}
    written = [
        {
            "offset": part.start,
            "infons": {"type": "title" if part.end == title else "abstract", "section": part.section},
            "text": document.text[part.start : part.end],
            "sentences": [],
            "annotations": of_part[part],
            "relations": [],
        }
        for part in parts
    ]
    return {"id": document.doc_id, "infons": facts, "passages": written, "annotations": of_part[None], "relations": []}


def _annotation(mention: Mention, section: str) -> dict[str, Any]:
    infons = {
        "type": mention.label,
        "subtype": mention.subtype,
        "identifier": mention.concept_id,
        "name": mention.name,
        "assertion": mention.assertion,
        "cue": mention.assertion_cue,
        "cue_offset": mention.cue_start,
        "source": mention.source,
        "rule": mention.rule,
        "section": section,
    }
    return {
        "id": str(mention.mention),
        "infons": {key: str(value) for key, value in infons.items() if value is not None},
        "text": mention.text,
        "locations": [{"offset": mention.start, "length": mention.end - mention.start}],
    }


def passages(text: str, title: int, sentences: Sequence[Sentence], mentions: Sequence[Mention] = ()) -> list[Passage]:
    r"""Title, and the sections of the abstract in order.

    The abstract is cut only where one blank divides two sections and no mention spans it: a reader that joins the passages
    with a blank then has the abstract again, and each mention lies in one passage.

    >>> said = [Sentence("1", 0, "methods", 2, 5), Sentence("1", 1, "results", 6, 9)]
    >>> passages("T\nIn. At.", 1, said)
    [Passage(section='title', start=0, end=1), Passage(section='methods', start=2, end=5), Passage(section='results', start=6, end=9)]

    Args:
        text: the document's text.
        title: code point after the title; 0 without one.
        sentences: of the document, in order.
        mentions: of the document.
    """
    out = [Passage("title", 0, title)] if title else []
    start = title + 1 if title else 0
    own = [s for s in sentences if s.start >= start]
    section = own[0].section if own else "other"
    for before, after in pairwise(own):
        if after.section == section or text[before.end : after.start] != " ":
            continue
        if any(m.start < after.start < m.end for m in mentions):
            continue
        out.append(Passage(section, start, before.end))
        start, section = after.start, after.section
    return [*out, Passage(section, start, len(text))] if start < len(text) else out
