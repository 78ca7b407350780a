"""Entities that a model overlooked though it marked the same words elsewhere in the document."""

from __future__ import annotations

from spacy.language import Language
from spacy.tokens import Doc
from spacy.util import filter_spans

from allnlp.text.entities import Entity
from allnlp.text.repeats import with_repeats


@Language.factory("allnlp_repeats", requires=["doc.ents"], assigns=["doc.ents"])
def make_repeats(nlp: Language, name: str) -> Repeats:
    """Completes ``doc.ents``: the same words, and the short form that the document defines, wherever they stand.

    Needs: entities in ``doc.ents``.
    Writes: ``doc.ents``.
    Options: none.
    Example: ``nlp.add_pipe("allnlp_repeats", after="ner")``
    Source: ``allnlp.text.repeats``.
    """
    return Repeats(name)


class Repeats:
    """Looks for what was marked in the rest of the document."""

    def __init__(self, name: str) -> None:
        self.name = name

    def __call__(self, doc: Doc) -> Doc:
        """Complete the entities."""
        known = [Entity(e.start_char, e.end_char, e.label_, None, "") for e in doc.ents]
        if known:
            spans = (doc.char_span(e.start, e.end, label=e.label) for e in with_repeats(doc.text, known))
            doc.set_ents(filter_spans([*doc.ents, *(s for s in spans if s is not None)]))
        return doc
