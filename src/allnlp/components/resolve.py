"""Which candidates stand."""

from __future__ import annotations

from collections.abc import Sequence

from spacy.language import Language

from allnlp.components.step import Step
from allnlp.components.vocabulary import Vocabulary
from allnlp.text import Lexicon, Span
from allnlp.text.resolve import resolve


@Language.factory("allnlp_resolve", assigns=["doc.spans"], default_config={"terms": []})
def make_resolve(nlp: Language, name: str, terms: list[str]) -> Step:
    """Keeps, of overlapping candidates, the longest, then by label; nesting as the annotation guideline allows.

    Needs: candidates of earlier components.
    Writes: ``doc.spans[name]``; candidates in ``doc.user_data["allnlp"]``.
    Options: ``terms``: as in ``allnlp_terms``.
    Example: ``nlp.add_pipe("allnlp_resolve", last=True)``
    Source: precedence of labels in ``terminology/labels.tsv``.
    """
    return Step(name, Vocabulary(terms), match)


def match(text: str, folded: str, known: Sequence[Span], lexicon: Lexicon) -> list[Span]:
    """The candidates that stand."""
    return resolve(known, lexicon.precedence)
