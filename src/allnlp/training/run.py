"""From the marks of people to a model on disk: which marks, what they are held against, where the model begins, how it is described."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from spacy.language import Language

from allnlp.components.ner import borrow
from allnlp.errors import OptionError
from allnlp.evaluation import Score
from allnlp.models import find_package
from allnlp.terminology import load
from allnlp.training.examples import find_marks, labels_of, read_text, score_marks
from allnlp.training.marks import Corpus, Misfit, Passage, divided, fitted, label_counts, relabelled
from allnlp.training.package import describe, model_name, refuse_to_replace, save
from allnlp.training.pipeline import listed_names, new_pipeline, pipeline_like, recogniser
from allnlp.training.train import Step, train

SHIPPED = "en_allnlp_bio_sm"
NOTHING = "none"
_NAMED = "allnlp_"  # so that its labels are read as ours, see terminology/ner_labels.tsv
LEAST_DOCUMENTS = 5
_PATIENCE = 4  # reports: few texts are learned in some hundred steps, and more only learn them by heart


class Trained(NamedTuple):
    """What a training came to."""

    documents: int  # trained on
    dev_documents: int  # that the scores are of
    labels: Mapping[str, int]  # with the number of their marks, of those trained on
    start: str  # the model that it began with, or "none"
    scores: Mapping[str, Score]  # strict, by label and of all; empty without documents to score
    misfits: Sequence[Misfit]


def train_model(
    corpus: Corpus,
    out: Path,
    *,
    labels: Sequence[str] = (),
    dev: Corpus | None = None,
    dev_share: float = 0.2,
    steps: int = 1000,
    seed: int = 0,
    start: str | None = None,
    overwrite: bool = False,
    progress: Callable[[Step], None] | None = None,
) -> Trained:
    """Train a model and write it to a folder.

    Args:
        corpus: marks of people.
        out: folder of the model; its name becomes the model's.
        labels: that are learned, as ``THERAPY``, or renamed, as ``Chemical=THERAPY``; all when empty.
        dev: documents to choose the best weights by; without them a share of ``corpus``.
        dev_share: of the documents, in [0, 1); 0 trains on all, to the last step, and gives no scores.
        steps: batches at most.
        seed: of all that is random.
        start: model to begin with, or "none"; by default the shipped one where it is installed.
        overwrite: whether a model at ``out`` is replaced.
        progress: is told how far it is.

    Raises:
        OptionError: there is no mark to learn, a label has none, there are too few documents, or ``out`` is taken.
        ModelError: the model to begin with is not there, or is of another kind.
    """
    refuse_to_replace(out, overwrite=overwrite)
    learned, held, misfits = _parts(corpus, label_map(labels), dev, dev_share, seed)
    name, begin = _start(start)
    nlp = new_pipeline(listed_names(load()), recogniser()) if begin is None else _like(name, begin)
    train(nlp, learned, dev=held, start=begin, steps=steps, seed=seed, patience=_PATIENCE if held else None, progress=progress)
    scores = score_marks(held, find_marks(nlp, [read_text(nlp, p.text) for p in held]), labels_of(nlp)) if held else {}
    counts = label_counts(learned)
    data = {part: data_record(passages) for part, passages in (("train", learned), ("dev", held))}
    sentence = f"Recognises {', '.join(sorted(counts))}; trained by allnlp train on {len(learned)} documents"
    record = {"seed": seed, "steps": steps, "start": name, "data": data}
    describe(nlp, name=_NAMED + model_name(out.name).removeprefix(_NAMED), description=sentence, scores=scores, training=record, requirements=("allnlp",))
    save(nlp, out, overwrite=overwrite)
    return Trained(len(learned), len(held), counts, name, scores, misfits)


def label_map(labels: Sequence[str]) -> dict[str, str]:
    """Labels as they are marked, and as they are learned.

    >>> label_map(["TOXICITY", "Chemical=THERAPY"])
    {'TOXICITY': 'TOXICITY', 'Chemical': 'THERAPY'}

    Raises:
        OptionError: a side of an equals sign is empty.
    """
    out = {}
    for label in labels:
        marked, sign, learned = (part.strip() for part in label.partition("="))
        if not marked or (sign and not learned):
            raise OptionError(f"the label {label!r} is none. Give a label, as THERAPY, or another name for it, as Chemical=THERAPY.")
        out[marked] = learned or marked
    return out


def data_record(passages: Sequence[Passage]) -> dict[str, Any]:
    """What a model's description says of its data: documents, marks by label, and the SHA-256 of all, whatever file they came from.

    >>> data_record([Passage("1", "CRS", ())])["documents"]
    1
    """
    rows = [[p.doc_id, p.text, sorted(p.marks)] for p in passages]
    digest = hashlib.sha256(json.dumps(rows, ensure_ascii=False).encode("utf-8", "surrogatepass")).hexdigest()
    return {"documents": len(passages), "labels": label_counts(passages), "sha256": digest}


def _parts(
    corpus: Corpus, renamed: Mapping[str, str], dev: Corpus | None, dev_share: float, seed: int
) -> tuple[list[Passage], list[Passage], Sequence[Misfit]]:
    """Passages that are learned, passages that are scored as people marked them, and the marks that do not fit."""
    chosen = _chosen(corpus, renamed)
    learned = fitted(chosen)
    if dev is not None or not dev_share:
        held = () if dev is None else (relabelled(dev, renamed) if renamed else dev).passages
        if dev is not None and not label_counts(held):
            raise OptionError("the documents of --dev have no mark of these labels. Give documents that people marked as the others.")
        return list(learned.passages), list(held), learned.misfits
    n_documents = len({p.doc_id for p in chosen.passages})
    if n_documents < LEAST_DOCUMENTS:
        raise OptionError(
            f"{n_documents} documents are too few to keep some to score by; {LEAST_DOCUMENTS} are needed. Give more, or --dev FILE, or --dev-share 0."
        )
    ids = {p.doc_id for p in divided(chosen.passages, dev_share, seed)[1]}
    rest = [p for p in learned.passages if p.doc_id not in ids]
    if not label_counts(rest):
        raise OptionError("no mark is left to learn when some documents are kept to score by. Give more documents, or another --seed.")
    return rest, [p for p in chosen.passages if p.doc_id in ids], learned.misfits


def _chosen(corpus: Corpus, renamed: Mapping[str, str]) -> Corpus:
    """The corpus with the labels that are asked for."""
    counts = label_counts(corpus.passages)
    if not counts:
        raise OptionError(f"no mark in {len(corpus.passages)} documents. Give texts in which people marked what the model is to find.")
    missing = [label for label in renamed if label not in counts]
    if missing:
        known = ", ".join(f"{label} ({n})" for label, n in counts.items())
        raise OptionError(f"no mark has the label {' or '.join(missing)}. Labels there: {known}.")
    return relabelled(corpus, renamed) if renamed else corpus


def _start(start: str | None) -> tuple[str, Language | None]:
    if start == NOTHING or (start is None and find_package(SHIPPED) is None):
        return NOTHING, None
    return start or SHIPPED, borrow(start or SHIPPED).nlp


def _like(name: str, begin: Language) -> Language:
    try:
        return pipeline_like(begin)
    except ValueError as error:
        raise OptionError(f"cannot begin with {name}: {error}. Give a model that allnlp trained, or --start {NOTHING}.") from None
