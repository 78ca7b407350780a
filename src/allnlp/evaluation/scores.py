"""Precision, recall and F of marks: how gold and found are paired, and what is counted."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from typing import NamedTuple

Key = tuple[int, int, str]  # start, end, label


class Mark(NamedTuple):
    """A mention as gold or the folder has it."""

    label: str
    start: int
    end: int
    text: str
    concept: str
    assertion: str


class Score(NamedTuple):
    """Precision, recall and F in [0, 1] with the counts they come from."""

    precision: float
    recall: float
    f: float
    gold: int
    found: int


def score(matched: int, gold: int, found: int) -> Score:
    """Precision, recall and F of ``matched`` out of ``gold`` and ``found``.

    >>> score(1, 2, 1)
    Score(precision=1.0, recall=0.5, f=0.6666666666666666, gold=2, found=1)
    """
    p = matched / found if found else 0.0
    r = matched / gold if gold else 0.0
    return Score(p, r, 2 * p * r / (p + r) if p + r else 0.0, gold, found)


def exact_scores(documents: Iterable[tuple[Collection[Key], Collection[Key]]], labels: Sequence[str]) -> dict[str, Score]:
    """Scores by label and of all together, where a mark counts only with its exact offsets and label; each mark counts once.

    >>> exact_scores([({(0, 3, "THERAPY")}, {(0, 3, "THERAPY"), (5, 8, "THERAPY")})], ["THERAPY"])["all"]
    Score(precision=0.5, recall=1.0, f=0.6666666666666666, gold=1, found=2)

    Args:
        documents: of each the (start, end, label) of gold and of what was found.
        labels: that are scored; marks of others are passed over.

    Source:
        spaCy's Scorer.score_spans, whose figures these are.
    """
    counts = {label: [0, 0, 0] for label in labels}
    for gold, found in documents:
        ours, theirs = set(gold), set(found)
        for column, keys in enumerate((ours & theirs, ours, theirs)):
            for key in keys:
                if key[2] in counts:
                    counts[key[2]][column] += 1
    out = {label: score(*counts[label]) for label in labels}
    return {**out, "all": score(*(sum(counts[label][i] for label in labels) for i in range(3)))}


def overlap_pairs(gold: Sequence[Mark], found: Sequence[Mark]) -> list[tuple[int, int]]:
    """Index pairs of the same label that share characters, one to one, the longest shared stretch first."""
    shared = sorted(
        (-n, i, j)
        for i, g in enumerate(gold)
        for j, f in enumerate(found)
        if g.label == f.label and (n := min(g.end, f.end) - max(g.start, f.start)) > 0
    )
    used_gold: set[int] = set()
    used_found: set[int] = set()
    pairs = []
    for _, i, j in shared:
        if i not in used_gold and j not in used_found:
            used_gold.add(i)
            used_found.add(j)
            pairs.append((i, j))
    return pairs


def b_cubed(pairs: Sequence[tuple[str, str]]) -> float:
    """B-cubed F of (gold cluster, found cluster) of each mention; 0 for none.

    >>> b_cubed([("a", "x"), ("a", "x"), ("b", "y")])
    1.0
    """
    if not pairs:
        return 0.0
    both, gold, found = Counter(pairs), Counter(g for g, _ in pairs), Counter(f for _, f in pairs)
    p = sum(both[pair] / found[pair[1]] for pair in pairs) / len(pairs)
    r = sum(both[pair] / gold[pair[0]] for pair in pairs) / len(pairs)
    return 2 * p * r / (p + r) if p + r else 0.0


def normal(concept: str) -> str:
    """A concept's name without case, signs and plural, as gold names are compared.

    >>> normal("CAR-T cells")
    'car t cell'
    """
    words = re.sub(r"[^a-z0-9+]+", " ", concept.lower()).strip()
    return re.sub(r"(?<=[a-z]{3})s\b", "", words)
