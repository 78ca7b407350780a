"""The order of the pipeline's steps, stated once."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import spacy
from spacy.language import Language

from allnlp.annotation.entities import chosen
from allnlp.errors import TerminologyError
from allnlp.terminology import check_user_terms

STEPS: tuple[tuple[str, str, dict[str, Any]], ...] = (
    ("allnlp_sentences", "allnlp_sentences", {}),
    ("allnlp_terms", "allnlp_terms", {}),
    ("allnlp_patterns", "allnlp_patterns", {}),
    ("allnlp_abbreviations", "allnlp_abbreviations", {}),
    ("allnlp_patterns", "allnlp_contexts", {"contexts": True}),
    ("allnlp_resolve", "allnlp_resolve", {}),
    ("allnlp_assertion", "allnlp_assertion", {}),
    ("allnlp_findings", "allnlp_findings", {}),
)


def load(*, terms: Iterable[str | Path] = (), models: Iterable[str] | None = None) -> Language:
    """An ordinary spaCy pipeline that tags what allnlp tags.

    The same functions decide here and in bulk annotation, so both give the same rows.

    >>> doc = load()("Tisagenlecleucel targets CD19.")
    >>> [(ent.text, ent.label_) for ent in doc.ents]
    [('Tisagenlecleucel', 'THERAPY'), ('CD19', 'ANTIGEN')]

    Args:
        terms: a user's own CSV tables of terms.
        models: as in ``annotate_collection``.

    Raises:
        TerminologyError: a table of terms breaks the rules.
    """
    nlp = spacy.blank("en", config={"nlp": {"tokenizer": {"@tokenizers": "allnlp.Tokenizer.v1"}}})
    own = [str(t) for t in terms]
    faults = check_user_terms([Path(t) for t in own]) if own else []
    if faults:
        raise TerminologyError("\n".join(faults))
    for i, model in enumerate(chosen(models)):
        nlp.add_pipe("allnlp_ner", name="allnlp_ner" + (f"_{i + 1}" if i else ""), config={"model": model})
    for factory, name, config in STEPS:
        settings = dict(config)
        if factory != "allnlp_sentences":
            settings["terms"] = own
        nlp.add_pipe(factory, name=name, config=settings)
    return nlp
