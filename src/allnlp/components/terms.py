"""Listed names."""

from __future__ import annotations

from collections.abc import Sequence

from spacy.language import Language

from allnlp.components.step import Step
from allnlp.components.vocabulary import Vocabulary
from allnlp.text import Lexicon, Span
from allnlp.text.annotate import listed


@Language.factory("allnlp_terms", assigns=["doc.spans"], default_config={"terms": []})
def make_terms(nlp: Language, name: str, terms: list[str]) -> Step:
    """Finds every listed name, overlapping readings included.

    Needs: any tokenizer.
    Writes: ``doc.spans[name]``; candidates in ``doc.user_data["allnlp"]``.
    Options: ``terms``: paths of a user's own CSV tables of terms.
    Example: ``nlp.add_pipe("allnlp_terms", config={"terms": ["my.csv"]})``
    Source: the tables of ``allnlp.terminology``.
    """
    return Step(name, Vocabulary(terms), match)


def match(text: str, folded: str, known: Sequence[Span], lexicon: Lexicon) -> list[Span]:
    """The known candidates and the listed names."""
    return [*known, *listed(text, folded, lexicon)]
