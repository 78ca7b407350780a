"""Concepts mentioned together: joint counts, measures of association, a text-mining score, and the difference of two proportions."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from scipy import sparse, special

from allnlp.association.fisher import counted, deviance
from allnlp.association.proportions import Counts, Floats, wilson

Integers = npt.NDArray[np.int64]

_CORRECTION = 0.5


class JointCounts(NamedTuple):
    """Units that mention concepts of rows and of columns."""

    n_both: Integers  # shape (rows, columns)
    n_rows: Integers  # shape (rows,)
    n_columns: Integers  # shape (columns,)


class Measures(NamedTuple):
    """Measures of association of pairs of concepts, each of one shape; nan where a measure is not defined."""

    expected: Floats  # units that would mention both if the concepts were independent
    lift: Floats  # observed / expected: 1 is independence, 0 is never together
    npmi: Floats  # [-1, 1]: -1 is never together, 0 independence, 1 never apart
    jaccard: Floats  # [0, 1]: units with both, of those with either
    association_strength: Floats  # n_both / (n_a × n_b) = lift / n_total
    log_likelihood: Floats  # G², at least 0, whichever way the two depart from independence
    odds_ratio: Floats
    odds_low: Floats  # interval of the odds ratio
    odds_high: Floats


class Difference(NamedTuple):
    """Two proportions compared, each field of one shape; nan where a total is 0."""

    difference: Floats  # first minus second, [-1, 1]
    low: Floats
    high: Floats
    ratio: Floats  # first / second; nan where the second is 0


def joint_counts(unit: Integers, concept: Integers, rows: Integers, columns: Integers, *, n_units: int, n_concepts: int) -> JointCounts:
    """Units (documents, sentences) that mention two concepts, for all pairs of rows and columns.

    A concept mentioned several times in a unit counts once. A concept may stand among both rows and columns, and more than once.

    >>> counts = joint_counts(np.array([0, 0, 0, 1, 2, 2]), np.array([0, 1, 1, 1, 0, 2]), [0, 1], [1, 2], n_units=4, n_concepts=3)
    >>> counts.n_both.tolist(), counts.n_rows.tolist(), counts.n_columns.tolist()
    ([[1, 1], [2, 0]], [2, 2], [2, 1])

    Args:
        unit: number of the unit in which a mention stands; shape (mentions,), 0 <= unit < n_units, in any order.
        concept: number of the concept that it names; shape (mentions,), 0 <= concept < n_concepts.
        rows: concepts; shape (rows,).
        columns: concepts; shape (columns,).
        n_units: units, those without a mention too.
        n_concepts: concepts.

    Returns:
        Counts of units that mention both, a row's concept, a column's concept.

    Raises:
        ValueError: the arrays of mentions are not of one length, or a number is out of range.
    """
    first, second = _incidences(unit, concept, rows, columns, n_units=n_units, n_concepts=n_concepts)
    n_both = (first.T @ second).toarray().astype(np.int64)
    return JointCounts(n_both, _column_sums(first), _column_sums(second))


def joint_documents(
    unit: Integers, concept: Integers, rows: Integers, columns: Integers, *, document: Integers, n_concepts: int
) -> Integers:
    """Documents that mention two concepts in one and the same unit (sentence, paragraph), for all pairs of rows and columns.

    >>> sentences, concepts = np.array([0, 0, 1, 1, 2, 3]), np.array([0, 1, 0, 1, 0, 1])
    >>> joint_documents(sentences, concepts, [0], [1], document=np.array([0, 0, 1, 1]), n_concepts=2)
    array([[1]])

    Args:
        unit: number of the unit in which a mention stands; shape (mentions,), 0 <= unit < units, in any order.
        concept: number of the concept that it names; shape (mentions,), 0 <= concept < n_concepts.
        rows: concepts; shape (rows,).
        columns: concepts; shape (columns,).
        document: number of the document in which a unit stands; shape (units,), at least 0.
        n_concepts: concepts.

    Returns:
        Counts of documents; shape (rows, columns).

    Raises:
        ValueError: the arrays of mentions are not of one length, or a number is out of range.
    """
    document = np.asarray(document, dtype=np.int64)
    if (document < 0).any():
        raise ValueError(f"document {int(np.argmax(document < 0))} is {document[document < 0][0]}; it must be at least 0")
    first, second = _incidences(unit, concept, rows, columns, n_units=len(document), n_concepts=n_concepts)
    shape = first.shape[1], second.shape[1]
    # every concept of a unit's row side meets every one of its column side
    of = np.repeat(np.arange(len(document)), np.diff(first.indptr))
    partners = np.diff(second.indptr)[of]
    starts = np.cumsum(partners) - partners
    other = np.arange(partners.sum()) + np.repeat(second.indptr[of] - starts, partners)
    pair = np.repeat(first.indices, partners).astype(np.int64) * shape[1] + second.indices[other]
    once = np.unique(np.repeat(document[of], partners) * (shape[0] * shape[1]) + pair)
    return np.bincount(once % max(1, shape[0] * shape[1]), minlength=shape[0] * shape[1]).astype(np.int64).reshape(shape)


def measures(n_both: Counts, n_a: Counts, n_b: Counts, n_total: Counts, *, level: float = 0.95) -> Measures:
    """Measures of association of pairs of concepts.

    The odds ratio and its interval (Woolf's, of the log odds ratio) are those of the counts; only where one of the four cells is 0, 0.5 is
    added to all four, for both (Haldane and Anscombe). A concept in no unit leaves nan for all but ``expected``, ``jaccard`` and
    ``log_likelihood``; one in every unit leaves nan for the odds ratio. Both in every unit leaves nan for ``npmi``, as they are never apart
    and independent. No unit at all: nan throughout.

    >>> found = measures([10, 0, 4], [10, 20, 20], [10, 30, 20], 100)
    >>> found.lift.round(2), found.npmi.round(2), found.log_likelihood.round(2)
    (array([10.,  0.,  1.]), array([ 1., -1.,  0.]), array([65.02, 16.32,  0.  ]))
    >>> found.odds_ratio.round(2), found.odds_low.round(2)
    (array([3.801e+03, 4.000e-02, 1.000e+00]), array([71.62,  0.  ,  0.29]))

    Args:
        n_both: units that mention both; any shape, counts.
        n_a: units that mention the first; a shape that fits, n_both <= n_a.
        n_b: likewise for the second.
        n_total: units; n_a + n_b - n_both <= n_total.
        level: confidence level of the interval of the odds ratio, between 0 and 1.

    Returns:
        The measures, each of the common shape.

    Raises:
        ValueError: a count is negative, no whole number or exceeds its total; the level is not between 0 and 1.

    Source:
        Bouma (2009), Normalized (pointwise) mutual information in collocation extraction; van Eck and Waltman (2009), How to normalize
        cooccurrence data? (association strength; VOSviewer multiplies it by a number that is the same for all pairs); Dunning
        (1993), Accurate methods for the statistics of surprise and coincidence; Woolf (1955), On estimating the relation between blood
        group and disease.
    """
    if not 0 < level < 1:
        raise ValueError(f"level is {level!r}; it must be between 0 and 1")
    tables = counted(n_both, n_a, n_b, n_total)
    both, a, b, n = tables
    with np.errstate(divide="ignore", invalid="ignore"):
        expected = a * b / n
        lift = both * n / (a * b)
        never, always = (both == 0) & (a > 0) & (b > 0), (both == a) & (both == b) & (both > 0) & (both < n)
        npmi = np.select([never, always], [-1.0, 1.0], np.clip(np.log(lift) / -np.log(both / n), -1.0, 1.0))
        g2 = np.where(n > 0, 2 * deviance(tables), np.nan)
        odds, low, high = _odds(both, a, b, n, float(special.ndtri((1 + level) / 2)))
        return Measures(expected, lift, npmi, both / (a + b - both), both / (a * b), g2, odds, low, high)


def text_mining_score(
    n_documents: Counts,
    n_paragraphs: Counts,
    n_sentences: Counts,
    *,
    document_weight: float = 1.0,
    paragraph_weight: float = 2.0,
    sentence_weight: float = 0.2,
    alpha: float = 0.6,
) -> Floats:
    """The weighted score of concepts mentioned together that the databases STRING and DISEASES take from texts.

    A document counts once for a pair at each of the three levels: C = Σ over documents of the weights of the levels at which it mentions
    both. The score is C^alpha × (C × C.. / (C_i. × C_.j))^(1 - alpha), where the sums C_i., C_.j and C.. are those of the very matrix given:
    all pairs of two kinds of concepts belong in it, and a part of them gives other scores. In an abstract without parts, a
    paragraph is the document, and the weight of a document is 3.

    >>> text_mining_score([[8, 1], [2, 4]], [[8, 1], [2, 4]], [[5, 0], [1, 4]]).round(2)
    array([[7.77, 1.22],
           [2.25, 6.1 ]])

    Args:
        n_documents: documents that mention both; shape (rows, columns).
        n_paragraphs: documents that mention both in one and the same paragraph; the same shape, at most n_documents.
        n_sentences: documents that mention both in one and the same sentence (not sentences); the same shape, at most n_paragraphs.
        document_weight: at least 0, as the other weights.
        paragraph_weight: added to it for a document that mentions both in one paragraph.
        sentence_weight: added to both for a document that mentions both in one sentence.
        alpha: the more, the more count the documents, and the less their ratio to what is expected; in [0, 1].

    Returns:
        Shape (rows, columns), no unit, at least 0; 0 where a pair is never mentioned together.

    Raises:
        ValueError: the shapes differ; a count is negative or exceeds the one of a wider level; a weight or alpha is out of range.

    Source:
        Franceschini et al. (2013), STRING v9.1; Pletscher-Frankild et al. (2015), DISEASES. Weights and alpha as the program of the
        authors has them (github.com/larsjuhljensen/tagger, tagcorpus).
    """
    levels = [np.asarray(x, dtype=np.float64) for x in (n_documents, n_paragraphs, n_sentences)]
    if levels[0].ndim != 2 or any(x.shape != levels[0].shape for x in levels):
        raise ValueError(f"n_documents, n_paragraphs and n_sentences have the shapes {', '.join(str(x.shape) for x in levels)}; all must be "
                         f"the same rows and columns")  # fmt: skip
    weights = (document_weight, paragraph_weight, sentence_weight)
    if not all(0 <= w < np.inf for w in weights) or not 0 <= alpha <= 1:
        raise ValueError(f"weights are {', '.join(map(str, weights))} and alpha is {alpha}; weights must be at least 0, alpha in [0, 1]")
    for wide, narrow in ((levels[0], levels[1]), (levels[1], levels[2])):
        if (wrong := ~((narrow >= 0) & (narrow <= wide) & np.isfinite(wide))).any():
            place = tuple(int(i) for i in np.argwhere(wrong)[0])
            raise ValueError(f"pair {place}: documents that mention both at all, in one paragraph and in one sentence are "
                             f"{', '.join(f'{x[place]:g}' for x in levels)}; none may be negative or more than the one before")  # fmt: skip
    together = sum((w * x for w, x in zip(weights, levels, strict=True)), np.zeros(levels[0].shape))
    sums = together.sum(axis=1, keepdims=True) * together.sum(axis=0, keepdims=True)
    ratio = np.divide(together * together.sum(), sums, out=np.zeros_like(together), where=together > 0)
    return np.where(together > 0, together**alpha * ratio ** (1 - alpha), 0.0)


def difference(n_1: Counts, total_1: Counts, n_2: Counts, total_2: Counts, *, level: float = 0.95) -> Difference:
    """Differences of two independent proportions, with Newcombe's hybrid score interval (his method 10).

    >>> found = difference(56, 70, 48, 80)
    >>> [round(float(x), 4) for x in found]
    [0.2, 0.0524, 0.3339, 1.3333]

    Args:
        n_1: units with the concept among the first; any shape, 0 <= n_1 <= total_1.
        total_1: all units of the first; a shape that fits.
        n_2: likewise for the second.
        total_2: likewise for the second.
        level: confidence level, between 0 and 1.

    Returns:
        First minus second, its interval, and first / second, each of the common shape.

    Raises:
        ValueError: a count is negative, exceeds its total or is no whole number; the level is not between 0 and 1.

    Source:
        Newcombe (1998), Interval estimation for the difference between independent proportions, Stat Med 17:873-890.
    """
    if not 0 < level < 1:
        raise ValueError(f"level is {level!r}; it must be between 0 and 1")
    x1, n1, x2, n2 = np.broadcast_arrays(*(np.asarray(x, dtype=np.float64) for x in (n_1, total_1, n_2, total_2)))
    for side, x, n in (("1", x1, n1), ("2", x2, n2)):
        if (wrong := ~((x >= 0) & (x <= n) & (x == np.floor(x)) & (n == np.floor(n)) & np.isfinite(n))).any():
            place = tuple(int(i) for i in np.argwhere(wrong)[0])
            raise ValueError(f"pair {place}: n_{side} is {x[place]:.16g} of {n[place]:.16g}; both must be whole, with 0 <= n <= total")
    with np.errstate(divide="ignore", invalid="ignore"):
        p1, p2 = x1 / n1, x2 / n2
        ratio = np.where(x2 > 0, p1 / p2, np.nan)
    (low1, high1), (low2, high2) = _score_interval(x1, n1, level), _score_interval(x2, n2, level)
    low = p1 - p2 - np.hypot(p1 - low1, high2 - p2)
    high = p1 - p2 + np.hypot(high1 - p1, p2 - low2)
    return Difference(p1 - p2, np.maximum(low, -1.0), np.minimum(high, 1.0), ratio)


def _score_interval(x: Floats, n: Floats, level: float) -> tuple[Floats, Floats]:
    """Wilson's interval in any shape; nan where there is nothing."""
    low, high = np.full(x.shape, np.nan), np.full(x.shape, np.nan)
    if (some := n > 0).any():
        low[some], high[some] = wilson(x[some], n[some], level=level)
    return low, high


def _odds(both: Floats, a: Floats, b: Floats, n: Floats, z: float) -> tuple[Floats, Floats, Floats]:
    """Odds ratio and the bounds of its interval; nan where a concept is in no unit or in every one."""
    cells = np.stack([both, n - a - b + both, a - both, b - both])
    cells = cells + np.where((cells == 0).any(axis=0), _CORRECTION, 0.0)
    ratio = np.where((a > 0) & (a < n) & (b > 0) & (b < n), cells[0] * cells[1] / (cells[2] * cells[3]), np.nan)
    reach = np.exp(z * np.sqrt((1 / cells[0] + 1 / cells[1]) + (1 / cells[2] + 1 / cells[3])))
    return ratio, ratio / reach, ratio * reach


def _incidences(
    unit: Integers, concept: Integers, rows: Integers, columns: Integers, *, n_units: int, n_concepts: int
) -> list[sparse.csr_matrix]:
    """Which unit mentions which concept, as matrices of 1: units × rows, units × columns.

    Only mentions of wanted concepts enter. Of a million mentions, a sparse matrix sums duplicates faster than ``np.unique`` (measured).
    """
    named: dict[str, Integers] = {}
    for name, values in (("unit", unit), ("concept", concept), ("rows", rows), ("columns", columns)):
        size = n_units if name == "unit" else n_concepts
        named[name] = array = np.asarray(values, dtype=np.int64)
        if (wrong := (array < 0) | (array >= size)).any():
            raise ValueError(f"{name}, place {int(np.argmax(wrong))}: {array[wrong][0]} is not from 0 to {size - 1}")
    if named["unit"].shape != named["concept"].shape or named["unit"].ndim != 1:
        raise ValueError(f"unit and concept have the shapes {named['unit'].shape} and {named['concept'].shape}; both must be the same row")
    wanted = np.unique(np.concatenate([named["rows"], named["columns"]]))
    place = np.full(n_concepts, -1, dtype=np.int64)
    place[wanted] = np.arange(len(wanted))
    kept = np.flatnonzero(place[named["concept"]] >= 0)
    at = named["unit"][kept], place[named["concept"][kept]]
    matrix = sparse.csr_matrix((np.ones(len(kept), dtype=np.int32), at), shape=(n_units, len(wanted)))
    matrix.sum_duplicates()
    matrix.data[:] = 1
    return [matrix[:, place[named[name]]] for name in ("rows", "columns")]


def _column_sums(matrix: sparse.csr_matrix) -> Integers:
    return np.bincount(matrix.indices, minlength=matrix.shape[1]).astype(np.int64)
