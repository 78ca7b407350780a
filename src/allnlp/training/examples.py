"""Passages as spaCy documents: read by the steps before the recogniser, with the marks that it is to find or has found."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from spacy.language import Language
from spacy.tokens import Doc
from spacy.training import Example

from allnlp.evaluation import Score, exact_scores
from allnlp.training.marks import UNKNOWN, Mark, Passage
from allnlp.training.pipeline import NER


def examples(nlp: Language, passages: Iterable[Passage]) -> list[Example]:
    """What the recogniser learns from.

    Args:
        nlp: its steps before the recogniser read each text once.
        passages: fitted, see ``marks.fitted``.

    Raises:
        ValueError: a mark does not stand on whole tokens.
    """
    out = []
    for passage in passages:
        doc = read_text(nlp, passage.text)
        truth = doc.copy()
        spans = [truth.char_span(m.start, m.end, label=m.label) for m in passage.marks]
        if None in spans:
            raise ValueError(f"a mark of {passage.doc_id} does not stand on whole tokens")
        known = [span for span in spans if span is not None and span.label_ != UNKNOWN]
        truth.set_ents(known, missing=[span for span in spans if span is not None and span.label_ == UNKNOWN])
        out.append(Example(doc, truth))
    return out


def read_text(nlp: Language, text: str) -> Doc:
    """A document with what the steps before the recogniser say of it."""
    doc = nlp.make_doc(text)
    for name, step in nlp.pipeline:
        if name == NER:
            break
        doc = step(doc)
    return doc


def find_marks(nlp: Language, docs: Iterable[Doc]) -> list[list[Mark]]:
    """What the recogniser finds in documents that ``read_text`` read; they stay as they are."""
    pipe: Any = nlp.get_pipe(NER)
    found = pipe.pipe((doc.copy() for doc in docs), batch_size=64)
    return [[Mark(ent.start_char, ent.end_char, ent.label_) for ent in doc.ents] for doc in found]


def score_marks(passages: Sequence[Passage], found: Sequence[Sequence[Mark]], labels: Sequence[str]) -> dict[str, Score]:
    """Scores by label and of all, see ``evaluation.exact_scores``.

    >>> score_marks([Passage("1", "CRS", (Mark(0, 3, "TOXICITY"),))], [[Mark(0, 3, "TOXICITY")]], ["TOXICITY"])["all"].f
    1.0
    """
    pairs = zip((p.marks for p in passages), found, strict=True)
    return exact_scores(pairs, labels)


def labels_of(nlp: Language) -> list[str]:
    """The labels that the recogniser gives, by name."""
    pipe: Any = nlp.get_pipe(NER)
    return sorted(pipe.labels)
