"""Present, negated, hypothetical or historical; and the rows of the mentions."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from spacy.language import Language
from spacy.tokens import Doc
from spacy.util import filter_spans

from allnlp.components import state
from allnlp.components.step import doc_spans
from allnlp.components.vocabulary import Vocabulary
from allnlp.schema import LABELS, Mention
from allnlp.text.annotate import mention_rows
from allnlp.text.assertion import assert_mentions
from allnlp.text.context import settle
from allnlp.text.cues import find_cues
from allnlp.text.entities import Entity
from allnlp.text.fold import fold
from allnlp.text.model_mentions import add_entities
from allnlp.text.sentences import find_sentences
from allnlp.text.spans import Clause, Span


@Language.factory(
    "allnlp_assertion", assigns=["doc.spans", "doc.ents"], default_config={"set_ents": True, "terms": []}
)
def make_assertion(nlp: Language, name: str, set_ents: bool, terms: list[str]) -> AssertionStep:
    """Make the component ``allnlp_assertion``."""
    return AssertionStep(name, Vocabulary(terms), set_ents=set_ents)


class AssertionStep:
    """Decides the assertion of the candidates and writes the mentions.

    Needs: candidates of earlier components, and entities of ``allnlp_ner`` if it ran; sentences of ``allnlp_sentences`` (found anew where absent).
    Writes: ``doc.spans["allnlp"]``, ``doc._.allnlp.mentions``, and ``doc.ents`` (of overlapping mentions the longest;
        entities that are there stay, and mentions that overlap them are left out).
    Options: ``set_ents``: False leaves ``doc.ents`` alone. ``terms``: as in ``allnlp_terms``.
    Example: ``nlp.add_pipe("allnlp_assertion", config={"set_ents": False})``
    Source: cues in ``terminology/cues.tsv``; after Chapman et al. (2001), NegEx, and Harkema et al. (2009), ConText.
    """

    def __init__(self, name: str, vocabulary: Vocabulary, *, set_ents: bool = True) -> None:
        self.name = name
        self.vocabulary = vocabulary
        self.set_ents = set_ents

    def match(self, doc: Doc) -> tuple[list[Span], list[Mention]]:
        """Spans and mention rows of a document; ``doc_id`` is empty."""
        rows = doc.user_data.get("allnlp", {})
        text = doc.text
        spans = [Span(*row) for row in rows.get("candidates", ())]
        clauses = [Clause(*row) for row in rows.get("clauses", ())] or find_sentences(text)
        lexicon = self.vocabulary.lexicon
        cues = find_cues(fold(text), lexicon)
        spans = settle(text, clauses, spans, cues, lexicon)
        spans = add_entities(text, clauses, spans, [Entity(*row) for row in rows.get("entities", ())], lexicon)
        assertions = assert_mentions(text, clauses, spans, cues)
        return spans, mention_rows("", text, clauses, spans, assertions)

    def __call__(self, doc: Doc) -> Doc:
        """Write mentions and entities into the document."""
        spans, mentions = self.match(doc)
        state(doc)["mentions"] = [tuple(m) for m in mentions]
        marked = doc_spans(doc, spans)
        doc.spans["allnlp"] = marked
        if self.set_ents:
            others = list(doc.ents)
            taken = {token.i for ent in others for token in ent}
            free = (s for s in marked if s.label_ in LABELS and taken.isdisjoint(range(s.start, s.end)))
            doc.set_ents([*others, *filter_spans(free)])
        return doc

    def to_bytes(self, *, exclude: Iterable[str] = ()) -> bytes:
        """The component's tables."""
        return self.vocabulary.to_bytes()

    def from_bytes(self, data: bytes, *, exclude: Iterable[str] = ()) -> AssertionStep:
        """Take the tables from bytes."""
        self.vocabulary.from_bytes(data)
        return self

    def to_disk(self, path: str | Path, *, exclude: Iterable[str] = ()) -> None:
        """Write the component's tables."""
        self.vocabulary.to_disk(Path(path) / "tables.json")

    def from_disk(self, path: str | Path, *, exclude: Iterable[str] = ()) -> AssertionStep:
        """Take the tables from disk."""
        self.vocabulary.from_disk(Path(path) / "tables.json")
        return self
