"""Makes room for a second recogniser: what the first one marked is put aside."""

from __future__ import annotations

from spacy.language import Language
from spacy.tokens import Doc


@Language.factory("allnlp_aside", requires=["doc.ents"], assigns=["doc.spans", "doc.ents"], default_config={"key": "aside"})
def make_aside(nlp: Language, name: str, key: str) -> Aside:
    """Moves ``doc.ents`` to a span group, so that another recogniser starts from an empty document.

    Needs: entities in ``doc.ents``.
    Writes: ``doc.spans[key]``; ``doc.ents`` is empty.
    Options: ``key``: of the span group.
    Example: ``nlp.add_pipe("allnlp_aside", after="ner", config={"key": "roles"})``
    Source: none; spaCy's recognisers all write ``doc.ents``.
    """
    return Aside(name, key)


class Aside:
    """Moves entities to a span group."""

    def __init__(self, name: str, key: str) -> None:
        self.name = name
        self.key = key

    def __call__(self, doc: Doc) -> Doc:
        """Move them."""
        doc.spans[self.key] = list(doc.ents)
        doc.set_ents([])
        return doc
