"""The concept whose name is nearest to a text, or none; and the threshold that makes links as precise as is asked for."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from allnlp.linking.agreement import agree
from allnlp.linking.grams import folded, vectors
from allnlp.linking.index import Block, LinkIndex

if TYPE_CHECKING:
    from scipy import sparse

THRESHOLD = 0.6  # see docs/linking.md
FLOOR = 0.4  # no threshold is sought below
_BATCH = 256  # texts searched at once
_ABBREVIATION = re.compile(r"(?<=\w) \([A-Z][A-Za-z0-9-]{1,7}\)")  # "hepatitis B virus (HBV) infection"
_TRIED = 20  # nearest names that are looked at


class Linked(NamedTuple):
    """What a text is linked to: the concept, its name that is nearest, and their cosine in [0, 1]."""

    concept_id: str
    name: str
    score: float


def link(index: LinkIndex, texts: Sequence[str], *, label: str | None = None, threshold: float = THRESHOLD) -> list[Linked | None]:
    """For each text the concept of the nearest name that agrees with it; None where no name is near enough.

    >>> from allnlp.linking import build_index
    >>> index = build_index([("quill fever", "x:1", "DISEASE"), ("quillase", "x:2", "THERAPY")])
    >>> link(index, ["Quill fevers", "bone fever"], label="DISEASE")
    [Linked(concept_id='x:1', name='quill fever', score=0.7318), None]

    Args:
        index: of the names.
        texts: as they stand in a document.
        label: of the names that count; None means all.
        threshold: least cosine.
    """
    blocks = [b for of, b in index.blocks.items() if label in (None, of)]
    bare = [_ABBREVIATION.sub("", t) for t in texts]
    distinct = sorted(set(bare))
    found: dict[str, Linked | None] = dict.fromkeys(distinct)
    for at in range(0, len(distinct), _BATCH):
        batch = distinct[at : at + _BATCH]
        rows = vectors(index.grams, [folded(t, signs=index.grams.signs) for t in batch])
        nearest = [list(_nearest(block, rows, threshold)) for block in blocks]
        for i, text in enumerate(batch):
            candidates = sorted(c for of_block in nearest for c in of_block[i])[:_TRIED]
            agreeing = (Linked(c, name, -score) for score, name, c in candidates if agree(text, name, known=index.words))
            found[text] = next(agreeing, None)
    return [found[t] for t in bare]


def _nearest(block: Block, rows: sparse.csr_matrix, threshold: float) -> Iterator[list[tuple[float, str, str]]]:
    """For each row of vectors: minus the cosine, name and concept of the nearest names, nearest first, then by name."""
    product = (rows @ block.postings).tocsr()
    for start, end in zip(product.indptr[:-1], product.indptr[1:], strict=True):
        scores = np.round(product.data[start:end].astype(np.float64), 4)
        kept = np.flatnonzero(scores >= threshold)
        if len(kept) > _TRIED:
            least = np.partition(scores[kept], -_TRIED)[-_TRIED]
            kept = kept[scores[kept] >= least]
        names = product.indices[start:end][kept]
        yield sorted((-min(float(s), 1.0), block.names[n], block.concepts[n][0]) for s, n in zip(scores[kept], names, strict=True))


def calibrate(
    index: LinkIndex, held_out: Sequence[tuple[str, str | None]], *, precision: float = 0.95, label: str | None = None
) -> float:
    """The lowest threshold from which the links of held-out texts are as precise as is asked for; above 1 where none is.

    Args:
        index: of the names; it must not hold the very texts.
        held_out: text and its concept; None where it has none in the index, so that any link is wrong.
        precision: share of the links that are right.
        label: of the names that count; None means all.

    Raises:
        ValueError: no text is held out.
    """
    if not held_out:
        raise ValueError("no held-out text to choose a threshold by")
    links = link(index, [t for t, _ in held_out], label=label, threshold=FLOOR)
    scored = sorted(((k.score, k.concept_id == truth) for k, (_, truth) in zip(links, held_out, strict=True) if k), reverse=True)
    best, right = 1.01, 0
    for i, (score, is_right) in enumerate(scored, 1):
        right += is_right
        if right >= precision * i and (i == len(scored) or scored[i][0] < score):
            best = score
    return best
