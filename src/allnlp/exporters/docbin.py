"""Annotations as a DocBin: documents of spaCy, for training and for any program that reads them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from allnlp.collection.selection import Selection
from allnlp.exporters.documents import Annotated, annotated, annotated_with
from allnlp.exporters.tokens import tokens
from allnlp.schema import Mention

if TYPE_CHECKING:
    from spacy.tokens import Doc
    from spacy.vocab import Vocab

SPANS = "allnlp"  # name of the group of spans
_ATTRIBUTES = ("ENT_IOB", "ENT_TYPE", "ENT_KB_ID", "ENT_ID", "SENT_START")
_KEPT = ("doc_id", "pmid", "doi", "year")


def write_docbin(selection: Selection, path: Path) -> None:
    """Write a DocBin; read it with ``DocBin().from_disk(FILE).get_docs(nlp.vocab)``.

    ``doc.spans["allnlp"]`` has every mention with label, CURIE as ``kb_id_`` and its number as ``id_``; the group's ``attrs``
    have a list each of assertion, cue, name, source and rule, in the same order. ``doc.ents`` are those of them that do not
    overlap, of two the one of more tokens. ``doc.user_data`` has ``doc_id``, identifiers, year and the program that
    annotated. Tokens are those of allnlp's own tokenizer, cut once more where a mention ends inside one, so that no mention
    is lost; characters are those of ``documents.text``.

    Args:
        selection: what is written.
        path: the file.
    """
    from spacy.tokens import DocBin
    from spacy.vocab import Vocab

    made_by = annotated_with(selection)
    vocab = Vocab()
    store = DocBin(attrs=_ATTRIBUTES, store_user_data=True)
    for one in annotated(selection):
        store.add(_doc(one, vocab, made_by))
    path.write_bytes(store.to_bytes())


def _doc(one: Annotated, vocab: Vocab, made_by: str) -> Doc:
    from spacy.tokens import Doc, Span, SpanGroup
    from spacy.util import filter_spans

    text = one.document.text
    found = tokens(text, {(m.start, m.end) for m in one.mentions})
    begins = {s.start for s in one.sentences}
    doc = Doc(
        vocab,
        words=[text[t.start : t.end] for t in found],
        spaces=[t.has_blank for t in found],
        sent_starts=[not i or t.start in begins for i, t in enumerate(found)],
    )
    first = {t.start: i for i, t in enumerate(found)}
    last = {t.end: i for i, t in enumerate(found, start=1)}
    spans = [Span(doc, first[m.start], last[m.end], label=m.label, kb_id=m.concept_id or "", span_id=str(m.mention)) for m in one.mentions]
    doc.spans[SPANS] = SpanGroup(doc, name=SPANS, spans=spans, attrs=_attributes(one.mentions))
    doc.set_ents(filter_spans(spans))
    doc.user_data |= {key: getattr(one.document, key) for key in _KEPT} | {"annotated_with": made_by}
    return doc


def _attributes(mentions: Sequence[Mention]) -> dict[str, Any]:
    return {
        "assertion": [m.assertion for m in mentions],
        "cue": [m.assertion_cue for m in mentions],
        "name": [m.name for m in mentions],
        "source": [m.source for m in mentions],
        "rule": [m.rule for m in mentions],
    }
