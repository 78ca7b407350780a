"""What lists cannot say: patterns, ages, sample sizes; and patterns whose context is a mention."""

from __future__ import annotations

from collections.abc import Sequence

from spacy.language import Language

from allnlp.components.step import Step
from allnlp.components.vocabulary import Vocabulary
from allnlp.text import Lexicon, Span
from allnlp.text.annotate import in_context, patterned
from allnlp.text.sentences import find_sentences


@Language.factory("allnlp_patterns", assigns=["doc.spans"], default_config={"contexts": False, "terms": []})
def make_patterns(nlp: Language, name: str, contexts: bool, terms: list[str]) -> Step:
    """Finds what patterns name.

    Needs: any tokenizer; with ``contexts``, candidates of earlier components.
    Writes: ``doc.spans[name]``; candidates in ``doc.user_data["allnlp"]``.
    Options: ``contexts``: False for patterns over the text, ages and sample sizes; True for patterns around mentions
        ("previously treated with {THERAPY}"). ``terms``: as in ``allnlp_terms``.
    Example: ``nlp.add_pipe("allnlp_patterns")``
    Source: ``terminology/patterns.tsv``; INN stems by WHO, The use of stems in the selection of INN.
    """
    return Step(name, Vocabulary(terms), match_contexts if contexts else match)


def match(text: str, folded: str, known: Sequence[Span], lexicon: Lexicon) -> list[Span]:
    """The known candidates and those of the patterns over the text."""
    return [*known, *patterned(text, folded, find_sentences(text), known, lexicon)]


def match_contexts(text: str, folded: str, known: Sequence[Span], lexicon: Lexicon) -> list[Span]:
    """The known candidates and those of the patterns around mentions."""
    return [*known, *in_context(text, folded, find_sentences(text), known, lexicon)]
