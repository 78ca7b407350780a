"""The order of the pipeline's steps, stated once."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import spacy
from spacy.language import Language

STEPS = (
    ("allnlp_sentences", "allnlp_sentences", {}),
    ("allnlp_terms", "allnlp_terms", {}),
    ("allnlp_patterns", "allnlp_patterns", {}),
    ("allnlp_abbreviations", "allnlp_abbreviations", {}),
    ("allnlp_patterns", "allnlp_contexts", {"contexts": True}),
    ("allnlp_resolve", "allnlp_resolve", {}),
    ("allnlp_assertion", "allnlp_assertion", {}),
)


def load(*, terms: Iterable[str | Path] = ()) -> Language:
    """An ordinary spaCy pipeline that tags what allnlp tags.

    The same functions decide here and in bulk annotation, so both give the same rows.

    >>> doc = load()("Tisagenlecleucel targets CD19.")
    >>> [(ent.text, ent.label_) for ent in doc.ents]
    [('Tisagenlecleucel', 'THERAPY'), ('CD19', 'ANTIGEN')]

    Args:
        terms: a user's own CSV tables of terms.

    Raises:
        TerminologyError: a table of terms is malformed.
    """
    nlp = spacy.blank("en", config={"nlp": {"tokenizer": {"@tokenizers": "allnlp.Tokenizer.v1"}}})
    own = [str(t) for t in terms]
    for factory, name, config in STEPS:
        settings = dict(config)
        if factory != "allnlp_sentences":
            settings["terms"] = own
        nlp.add_pipe(factory, name=name, config=settings)
    return nlp
