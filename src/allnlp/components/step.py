"""A step of the pipeline: a pure function of text and candidates, carried with its vocabulary."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from spacy.tokens import Doc
from spacy.tokens import Span as DocSpan

from allnlp.components import state
from allnlp.components.vocabulary import Vocabulary
from allnlp.text import Lexicon, Span
from allnlp.text.fold import fold

Match = Callable[[str, str, Sequence[Span], Lexicon], list[Span]]


class Step:
    """Turns the candidates of a document into the next ones, and shows them as a span group.

    ``match(text, folded, known, lexicon)`` gives all candidates after the step. The group has the step's name; its spans
    carry label and concept (``span.kb_id_``). Where a token holds more than a mention, the span is the whole token; the rows
    in ``doc.user_data["allnlp"]`` keep the exact offsets.
    """

    def __init__(self, name: str, vocabulary: Vocabulary, match: Match) -> None:
        self.name = name
        self.vocabulary = vocabulary
        self.match = match

    def __call__(self, doc: Doc) -> Doc:
        """Write the step's candidates into the document."""
        rows = state(doc)
        text = doc.text
        known = [Span(*row) for row in rows.get("candidates", ())]
        spans = self.match(text, fold(text), known, self.vocabulary.lexicon)
        rows["candidates"] = [tuple(span) for span in spans]
        doc.spans[self.name] = doc_spans(doc, spans)
        return doc

    def to_bytes(self, *, exclude: Iterable[str] = ()) -> bytes:
        """The step's tables."""
        return self.vocabulary.to_bytes()

    def from_bytes(self, data: bytes, *, exclude: Iterable[str] = ()) -> Step:
        """Take the tables from bytes."""
        self.vocabulary.from_bytes(data)
        return self

    def to_disk(self, path: str | Path, *, exclude: Iterable[str] = ()) -> None:
        """Write the step's tables."""
        self.vocabulary.to_disk(Path(path) / "tables.json")

    def from_disk(self, path: str | Path, *, exclude: Iterable[str] = ()) -> Step:
        """Take the tables from disk."""
        self.vocabulary.from_disk(Path(path) / "tables.json")
        return self


def doc_spans(doc: Doc, spans: Iterable[Span]) -> list[DocSpan]:
    """Spans of a document for spans of its text."""
    out = []
    for s in spans:
        span = doc.char_span(s.start, s.end, label=s.label, kb_id=s.curie or "", alignment_mode="expand")
        if span is not None:
            out.append(span)
    return out
