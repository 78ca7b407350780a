"""Texts with the marks of people, as a model is trained and scored on: renamed, fitted to tokens, split in two; no file is read."""

from __future__ import annotations

import hashlib
from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from allnlp.text.tokens import split

UNKNOWN = "?"  # label of a stretch of which is not known what it is: nothing is learned from it


class Mark(NamedTuple):
    """Characters ``text[start:end]`` that a person marked, or of which nothing is known (``UNKNOWN``)."""

    start: int
    end: int
    label: str


class Passage(NamedTuple):
    """A text with all its marks: what is not marked is none."""

    doc_id: str
    text: str
    marks: tuple[Mark, ...]


class Misfit(NamedTuple):
    """A mark that is not used, or not as it stands."""

    doc_id: str
    start: int
    end: int
    label: str
    reason: str


class Corpus(NamedTuple):
    """Passages, and the marks of them that are not used as they stand."""

    passages: tuple[Passage, ...]
    misfits: tuple[Misfit, ...] = ()


def label_counts(passages: Sequence[Passage]) -> dict[str, int]:
    """How often each label is marked, the most frequent first.

    >>> label_counts([Passage("1", "CRS", (Mark(0, 3, "TOXICITY"),))])
    {'TOXICITY': 1}
    """
    counts = Counter(mark.label for passage in passages for mark in passage.marks)
    return dict(sorted(counts.items(), key=lambda pair: (-pair[1], pair[0])))


def relabelled(corpus: Corpus, labels: Mapping[str, str]) -> Corpus:
    """The corpus with other labels; marks of labels that are not listed are left out.

    >>> relabelled(Corpus((Passage("1", "CRS", (Mark(0, 3, "Disease"),)),)), {"Disease": "DISEASE"}).passages[0].marks
    (Mark(start=0, end=3, label='DISEASE'),)
    """
    passages = [
        p._replace(marks=tuple(dict.fromkeys(m._replace(label=labels[m.label]) for m in p.marks if m.label in labels)))
        for p in corpus.passages
    ]
    return corpus._replace(passages=tuple(passages))


def fitted(corpus: Corpus) -> Corpus:
    """The corpus as a model can learn it: of marks that share characters the longest, on whole tokens.

    A mark that ends within a token is drawn in to the whole tokens that it holds; one that holds none is left out. Each of
    them, and each mark that gave way to a longer one, is a misfit.

    >>> found = fitted(Corpus((Passage("1", "anti-CD19 cells", (Mark(0, 7, "A"), Mark(0, 9, "B"), Mark(5, 7, "A"))),)))
    >>> found.passages[0].marks, [m.reason for m in found.misfits]
    ((Mark(start=0, end=9, label='B'),), ['inside a longer mark', 'inside a longer mark'])
    """
    passages, misfits = [], list(corpus.misfits)
    for passage in corpus.passages:
        kept, left_out = _outermost(passage)
        starts, ends = _edges(passage.text)
        marks = []
        for mark in kept:
            whole = _whole(mark, starts, ends)
            if whole != mark:
                reason = "holds no whole token" if whole is None else f"drawn in to the tokens {whole.start}..{whole.end}"
                left_out.append(Misfit(passage.doc_id, *mark, reason))
            if whole is not None:
                marks.append(whole)
        passages.append(passage._replace(marks=tuple(sorted(marks))))
        misfits += sorted(left_out)
    return Corpus(tuple(passages), tuple(misfits))


def _outermost(passage: Passage) -> tuple[list[Mark], list[Misfit]]:
    kept: list[Mark] = []
    misfits = []
    for mark in sorted(set(passage.marks), key=lambda m: (m.start - m.end, m)):
        if any(mark.start < other.end and other.start < mark.end for other in kept):
            misfits.append(Misfit(passage.doc_id, *mark, "inside a longer mark"))
        else:
            kept.append(mark)
    return kept, misfits


def _edges(text: str) -> tuple[list[int], list[int]]:
    """Where the tokens of a text begin and end; blanks are none."""
    starts, ends, at = [], [], 0
    for word, has_blank in zip(*split(text), strict=True):
        if not word.isspace():
            starts.append(at)
            ends.append(at + len(word))
        at += len(word) + has_blank
    return starts, ends


def _whole(mark: Mark, starts: Sequence[int], ends: Sequence[int]) -> Mark | None:
    first, last = bisect_left(starts, mark.start), bisect_right(ends, mark.end) - 1
    return mark._replace(start=starts[first], end=ends[last]) if first <= last else None


def divided(passages: Sequence[Passage], share: float, seed: int) -> tuple[list[Passage], list[Passage]]:
    """Passages to train on, and a share of the documents to choose and score by; at least one of each.

    A document is drawn by a hash of its id, so that more documents leave those that were drawn where they are.

    >>> [len(part) for part in divided([Passage(str(i), "", ()) for i in range(10)], 0.2, 0)]
    [8, 2]

    Raises:
        ValueError: there are fewer than two documents.
    """
    ids = sorted({p.doc_id for p in passages}, key=lambda i: (hashlib.sha256(f"{seed} {i}".encode()).digest(), i))
    if len(ids) < 2:
        raise ValueError("one document cannot be divided")
    drawn = set(ids[: min(max(round(share * len(ids)), 1), len(ids) - 1)])
    return [p for p in passages if p.doc_id not in drawn], [p for p in passages if p.doc_id in drawn]
