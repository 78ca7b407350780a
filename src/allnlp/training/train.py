"""The training of a recogniser on passages; the same passages, options and number of threads give the same weights."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import islice
from typing import Any, NamedTuple

import numpy as np
from spacy.language import Language
from spacy.training import Example
from thinc.api import Adam, Optimizer, fix_random_seed

from allnlp.evaluation import Score
from allnlp.training.examples import examples, find_marks, labels_of, read_text, score_marks
from allnlp.training.marks import Passage
from allnlp.training.pipeline import NER, recogniser_model, set_weights, take_weights, weights
from allnlp.training.products import numpy_products

_GROWTH = 1.001  # of a batch from step to step: small ones learn fast, large ones learn well


class Step(NamedTuple):
    """How far a training has come."""

    step: int
    loss: float  # of the batches since the last report
    scores: Mapping[str, Score]  # on the passages that choose; empty where there are none
    is_best: bool


def train(
    nlp: Language,
    passages: Sequence[Passage],
    *,
    dev: Sequence[Passage] = (),
    start: Language | None = None,
    steps: int = 1000,
    seed: int = 0,
    dropout: float = 0.2,
    learn_rate: float = 0.001,
    weight_decay: float = 0.01,
    batch_words: tuple[int, int] = (100, 1000),
    every: int = 100,
    patience: int | None = None,
    progress: Callable[[Step], None] | None = None,
) -> Language:
    """Train the recogniser of a pipeline from its beginning; the pipeline itself is returned.

    The weights are averages over the steps (Adam with weight decay); those of the best report are kept, or of the last where
    nothing chooses. Random numbers and matrix products of the process are as before when it ends.

    Args:
        nlp: of ``pipeline.new_pipeline`` or ``pipeline.pipeline_like``.
        passages: fitted, see ``marks.fitted``.
        dev: passages with all their marks that choose the best weights, by F of all labels.
        start: a trained pipeline of the same architecture whose weights are taken at first, all but the last layer.
        steps: batches at most.
        seed: of the weights at first, the order of the passages, and dropout.
        dropout: share of each layer's output that is left out in training.
        learn_rate: of Adam.
        weight_decay: of Adam.
        batch_words: tokens of a batch, at first and at most; they grow by a thousandth a step.
        every: steps between two reports.
        patience: reports without a gain after which it ends; None goes on to the last step.
        progress: is told each report.

    Source:
        Honnibal et al., spaCy's transition-based recogniser; Kingma and Ba (2015), Adam.
    """
    given = examples(nlp, passages)
    with _seeded(seed):
        nlp.initialize(lambda: given)
        if start is not None:
            take_weights(nlp, start)
        with numpy_products(recogniser_model(nlp)):
            chosen = _chosen(nlp, dev)
            optimizer = Adam(learn_rate, L2=weight_decay, L2_is_weight_decay=True, grad_clip=1.0, use_averages=True)
            stream = islice(batches(given, batch_words, seed), steps)
            kept, best, waited = weights(recogniser_model(nlp)), -1.0, 0
            for step, loss in _updates(nlp, stream, optimizer, dropout, every, steps):
                with recogniser_model(nlp).use_params(optimizer.averages):
                    scores = chosen()
                    value = scores["all"].f if scores else float(step)
                    if is_best := value > best:
                        kept, best = weights(recogniser_model(nlp)), value
                waited = 0 if is_best else waited + 1
                if progress is not None:
                    progress(Step(step, loss, scores, is_best))
                if patience is not None and waited >= patience:
                    break
    set_weights(recogniser_model(nlp), kept)
    return nlp


def batches(given: Sequence[Example], words: tuple[int, int], seed: int) -> Iterator[list[Example]]:
    """Batches without end: the examples in a new order each time round, as many as fill the batch."""
    draw = random.Random(seed)
    order = list(given)
    batch: list[Example] = []
    size, room = 0, float(words[0])
    while order:
        draw.shuffle(order)
        for example in order:
            batch.append(example)
            size += len(example.predicted)
            if size >= room:
                yield batch
                batch, size, room = [], 0, min(room * _GROWTH, words[1])


def _updates(
    nlp: Language, stream: Iterator[list[Example]], optimizer: Optimizer, dropout: float, every: int, steps: int
) -> Iterator[tuple[int, float]]:
    """Learns from batch after batch; gives the step and the loss when a report is due."""
    pipe: Any = nlp.get_pipe(NER)
    losses: dict[str, float] = {}
    for step, batch in enumerate(stream, 1):
        pipe.update(batch, sgd=None, drop=dropout, losses=losses)
        pipe.finish_update(optimizer)
        optimizer.step_schedules()  # type: ignore[no-untyped-call]
        if step % every == 0 or step == steps:
            yield step, losses[NER]
            losses = {}


def _chosen(nlp: Language, dev: Sequence[Passage]) -> Callable[[], dict[str, Score]]:
    """Scores the present weights on passages whose texts are read once."""
    docs = [read_text(nlp, p.text) for p in dev]
    labels = labels_of(nlp)
    return lambda: score_marks(dev, find_marks(nlp, docs), labels) if dev else {}


@contextmanager
def _seeded(seed: int) -> Iterator[None]:
    """Random numbers of a seed; afterwards those of the process go on where they were."""
    before, numpy_before = random.getstate(), np.random.get_state()
    fix_random_seed(seed)
    try:
        yield
    finally:
        random.setstate(before)
        np.random.set_state(numpy_before)
