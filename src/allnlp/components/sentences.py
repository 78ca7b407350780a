"""Sentence boundaries and sections."""

from __future__ import annotations

from spacy.language import Language
from spacy.tokens import Doc

from allnlp.components import state
from allnlp.text.sentences import find_sentences
from allnlp.text.spans import Clause


@Language.factory(
    "allnlp_sentences", assigns=["token.is_sent_start", "doc.sents", "doc.spans"], default_config={"title": True}
)
def make_sentences(nlp: Language, name: str, title: bool) -> Sentences:
    """Make the component ``allnlp_sentences``."""
    return Sentences(name, title=title)


class Sentences:
    """Sets sentence starts, and a span group ``allnlp_sentences`` whose labels are sections.

    Needs: any tokenizer.
    Writes: ``token.is_sent_start``, ``doc.spans["allnlp_sentences"]``, the clauses in ``doc.user_data["allnlp"]``.
    Options: ``title``: the first line is the title, as in documents of allnlp (title, newline, abstract).
    Example: ``nlp.add_pipe("allnlp_sentences")``
    Source: section words of structured abstracts (NLM, Structured Abstracts in MEDLINE).
    """

    def __init__(self, name: str = "allnlp_sentences", *, title: bool = True) -> None:
        self.name = name
        self.title = title

    def match(self, doc: Doc) -> list[Clause]:
        """Sentences of a document's text."""
        end = doc.text.find("\n") if self.title else -1
        return find_sentences(doc.text, title_end=max(end, 0))

    def __call__(self, doc: Doc) -> Doc:
        """Write the sentences into the document."""
        clauses = self.match(doc)
        state(doc)["clauses"] = [tuple(c) for c in clauses]
        starts = {c.start for c in clauses}
        for token in doc:
            token.is_sent_start = token.i == 0 or token.idx in starts
        group = (doc.char_span(c.start, c.end, label=c.section, alignment_mode="expand") for c in clauses)
        doc.spans["allnlp_sentences"] = [span for span in group if span is not None]
        return doc
