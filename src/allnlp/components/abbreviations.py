"""Abbreviations that a document defines."""

from __future__ import annotations

from collections.abc import Sequence

from spacy.language import Language

from allnlp.components.step import Step
from allnlp.components.vocabulary import Vocabulary
from allnlp.text import Lexicon, Span
from allnlp.text.annotate import abbreviated


@Language.factory("allnlp_abbreviations", assigns=["doc.spans"], default_config={"terms": []})
def make_abbreviations(nlp: Language, name: str, terms: list[str]) -> Step:
    """Gives a short form the concept of the long form that the document defines it by, wherever it stands.

    Needs: candidates of earlier components.
    Writes: ``doc.spans[name]``; candidates in ``doc.user_data["allnlp"]``.
    Options: ``terms``: as in ``allnlp_terms``.
    Example: ``nlp.add_pipe("allnlp_abbreviations", after="allnlp_patterns")``
    Source: Schwartz and Hearst (2003), A simple algorithm for identifying abbreviation definitions in biomedical text.
    """
    return Step(name, Vocabulary(terms), match)


def match(text: str, folded: str, known: Sequence[Span], lexicon: Lexicon) -> list[Span]:
    """The candidates as the document's own abbreviations change and complete them."""
    return abbreviated(text, folded, known, lexicon)
