"""Models against marked documents: exact offsets and label, as spaCy's own Scorer counts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from allnlp.components import embed, names, tokenizer  # noqa: F401 - they register what our models name
from allnlp.components.ner import borrow
from allnlp.errors import OptionError
from allnlp.evaluation import Score
from allnlp.training.examples import score_marks
from allnlp.training.marks import Corpus, Mark, label_counts, relabelled
from allnlp.training.run import label_map


class ModelScores(NamedTuple):
    """Scores of several models on the same documents."""

    scores: tuple[Mapping[str, Score], ...]  # a model, by label and of all
    not_scored: tuple[tuple[str, ...], ...]  # labels that a model gave and the documents have not, a model
    not_marked: tuple[str, ...]  # labels of the documents that no model gave


def score_models(models: Sequence[str], corpus: Corpus, *, renamed: Sequence[str] = ()) -> ModelScores:
    """Score models on the labels that the documents and at least one of the models have.

    Args:
        models: installed packages, or folders of pipelines.
        corpus: documents with all their marks; those that share characters all count.
        renamed: labels by another name, as ``Chemical=CHEMICAL``, in the documents and in the models. With any, marks of
            documents whose label is neither renamed nor a new name are left out.

    Raises:
        OptionError: no label is both in the documents and of a model.
        ModelError: a model is not there or cannot be loaded.
    """
    others = label_map(renamed)
    there = label_counts(corpus.passages)
    known = {label: others.get(label, label) for label in there if not others or label in others or label in others.values()}
    passages = relabelled(corpus, known).passages
    marked = list(label_counts(passages))
    found, given = [], []
    for model in models:
        entities = borrow(model).entities([p.text for p in passages])
        found.append([[Mark(e.start, e.end, others.get(e.label, e.label)) for e in one] for one in entities])
        given.append(dict.fromkeys(borrow(model).labels) | {e.label: None for one in entities for e in one})
    theirs = {others.get(label, label) for labels in given for label in labels}
    scored = sorted(label for label in marked if label in theirs)
    if not scored:
        raise OptionError(
            f"no label of the documents ({', '.join(there) or 'none'}) is one of {' or '.join(models)} ({', '.join(sorted(theirs)) or 'none'})."
            " Say which is which: --map Chemical=CHEMICAL"
        )
    scores = tuple(score_marks(passages, one, scored) for one in found)
    foreign = tuple(tuple(sorted(label for label in labels if others.get(label, label) not in marked)) for labels in given)
    return ModelScores(scores, foreign, tuple(sorted(label for label in marked if label not in theirs)))
