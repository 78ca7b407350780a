"""Annotations as tasks of the tools in which people correct labels: Label Studio, doccano and Prodigy."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any
from xml.sax.saxutils import quoteattr

from allnlp.collection.selection import Selection
from allnlp.exporters.documents import Annotated, annotated, annotated_with, as_json, separated, write_pieces
from allnlp.exporters.tokens import tokens
from allnlp.schema import ASSERTIONS, CONTEXT_LABELS, LABELS, Mention

_FROM, _ASSERTION, _TO = "label", "assertion", "text"  # names of the controls and the text in the labelling configuration


def write_label_studio(selection: Selection, path: Path) -> None:
    """Write Label Studio's tasks with our mentions as predictions; the project needs ``label_studio_config``.

    Offsets count code points, as Label Studio does. The assertion is a choice of each region, the concept its note.

    Args:
        selection: what is written.
        path: the file.
    """
    made_by = annotated_with(selection)
    tasks = (as_json(_task(one, made_by)) for one in annotated(selection))
    write_pieces(path, _listed(tasks))


def _listed(pieces: Iterator[str]) -> Iterator[str]:
    yield "[\n"
    yield from separated(pieces)
    yield "\n]\n"


def label_studio_config(labels: Sequence[str] = (*LABELS, *CONTEXT_LABELS)) -> str:
    """The labelling configuration of a Label Studio project that shows the tasks.

    >>> label_studio_config(["THERAPY"]).splitlines()[3]
    '    <Label value="THERAPY"/>'

    Args:
        labels: concept types that can be given.
    """
    return "\n".join(
        [
            "<View>",
            "  <Style>.htx-text { white-space: pre-wrap; }</Style>",  # else the line end after the title is not shown
            f'  <Labels name="{_FROM}" toName="{_TO}">',
            *(f"    <Label value={quoteattr(label)}/>" for label in labels),
            "  </Labels>",
            f'  <Text name="{_TO}" value="$text"/>',
            f'  <Choices name="{_ASSERTION}" toName="{_TO}" perRegion="true" choice="single">',
            *(f'    <Choice value="{assertion}"/>' for assertion in ASSERTIONS),
            "  </Choices>",
            "</View>",
        ]
    )


def _task(one: Annotated, made_by: str) -> dict[str, Any]:
    result = [region for mention in one.mentions for region in _regions(mention)]
    return {"data": {"text": one.document.text, **_facts(one)}, "predictions": [{"model_version": made_by, "result": result}]}


def _regions(mention: Mention) -> Iterator[dict[str, Any]]:
    place = {"start": mention.start, "end": mention.end, "text": mention.text}
    region = {"id": f"m{mention.mention}", "to_name": _TO}
    note = f"{mention.name} ({mention.concept_id})" if mention.concept_id is not None else mention.name
    yield region | {"from_name": _FROM, "type": "labels", "value": place | {"labels": [mention.label]}, "meta": {"text": [note]}}
    yield region | {"from_name": _ASSERTION, "type": "choices", "value": place | {"choices": [mention.assertion]}}


def _facts(one: Annotated) -> dict[str, Any]:
    document = one.document
    return {"doc_id": document.doc_id, "pmid": document.pmid, "doi": document.doi, "year": document.year}


def write_doccano(selection: Selection, path: Path) -> None:
    """Write doccano's JSON lines for a project of sequence labelling.

    ``label`` counts as doccano does, in UTF-16 code units, which differ from code points after a character such as an emoji;
    the spans in ``meta`` count code points and have words, concept and assertion. Mentions may overlap: allow it in the project.

    Args:
        selection: what is written.
        path: the file.
    """
    write_pieces(path, (f"{as_json(_doccano(one))}\n" for one in annotated(selection)))


def _doccano(one: Annotated) -> dict[str, Any]:
    text = one.document.text
    wide = wide_places(text)
    labels = [[m.start + bisect_left(wide, m.start), m.end + bisect_left(wide, m.end), m.label] for m in one.mentions]
    return {"text": text, "label": labels, "meta": {**_facts(one), "spans": [_span(m) for m in one.mentions]}}


def _span(mention: Mention) -> dict[str, Any]:
    return {
        "start": mention.start,
        "end": mention.end,
        "label": mention.label,
        "text": mention.text,
        "concept_id": mention.concept_id,
        "name": mention.name,
        "assertion": mention.assertion,
    }


def wide_places(text: str) -> list[int]:
    r"""Places of the characters that are two code units in UTF-16, in code points.

    >>> wide_places("a\U0001f9ecb"), wide_places("abc")
    ([1], [])
    """
    return [] if text.isascii() else [i for i, c in enumerate(text) if c > "\uffff"]


def write_prodigy(selection: Selection, path: Path) -> None:
    """Write Prodigy's JSON lines: text, tokens, and spans in code points and in tokens, the last counted.

    Tokens are cut where a mention begins or ends, so that each span is made of whole ones. Mentions may overlap, as
    ``spans.manual`` allows and ``ner.manual`` does not.

    Args:
        selection: what is written.
        path: the file.
    """
    write_pieces(path, (f"{as_json(_prodigy(one))}\n" for one in annotated(selection)))


def _prodigy(one: Annotated) -> dict[str, Any]:
    text = one.document.text
    found = tokens(text, {(m.start, m.end) for m in one.mentions})
    first = {t.start: i for i, t in enumerate(found)}
    last = {t.end: i for i, t in enumerate(found)}
    return {
        "text": text,
        "tokens": [
            {"text": text[t.start : t.end], "start": t.start, "end": t.end, "id": i, "ws": t.has_blank} for i, t in enumerate(found)
        ],
        "spans": [{**_span(m), "token_start": first[m.start], "token_end": last[m.end]} for m in one.mentions],
        "meta": _facts(one),
    }
