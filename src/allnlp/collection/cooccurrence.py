"""Which concepts go together, at the level of documents, sections or sentences, and how surely."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from allnlp.association import JointCounts, benjamini_hochberg, fisher_exact, joint_counts, joint_documents, measures, text_mining_score
from allnlp.collection.evidence import Evidence, evidence
from allnlp.collection.filters import Filters
from allnlp.collection.groups import Groups, Ints, counted, grouped, side
from allnlp.collection.index import EVERYTHING, LEVELS, Index, View
from allnlp.collection.provenance import asked_command, provenance
from allnlp.errors import OptionError
from allnlp.schema import SECTIONS

MEASURES = (
    "n_both", "expected", "lift", "npmi", "jaccard", "association_strength", "log_likelihood", "odds_ratio", "p_value", "q_value", "score",
)  # fmt: skip
_ASCENDING = ("p_value", "q_value")


def cooccurrence(
    index: Index,
    rows: Sequence[str],
    columns: Sequence[str] | None = None,
    *,
    filters: Filters = EVERYTHING,
    level: str = "document",
    min_count: int = 1,
    narrower: bool = False,
    sort: str = "n_both",
) -> pd.DataFrame:
    """Pairs of concepts that are named together, with measures of their association.

    A unit is a document, a section of one, or a sentence. ``n_total`` counts all units that fit the filters, those without
    any mention too. Measures are those of `allnlp.association`; q is of all pairs of concepts that reach the minimum, those
    that never meet among them.

    Args:
        index: of the folder.
        rows: labels, as therapy, or concepts by name, synonym or CURIE; a label before a colon tells concepts of one name
            apart: toxicity:infection.
        columns: the same; by default the rows again, each pair but once.
        filters: what counts.
        level: document, section or sentence.
        min_count: units in which both are named, at least.
        narrower: narrower concepts count with theirs; a pair of a concept and its own narrower one is left out.
        sort: measure by which the pairs are ordered, strongest first.

    Returns:
        concept_a, name_a, label_a, concept_b, name_b, label_b, level, n_both, n_a, n_b, n_total, expected, lift, npmi, jaccard,
        association_strength, log_likelihood, odds_ratio with odds_low and odds_high (95 %), p_value (Fisher's exact test, two
        sides), q_value (Benjamini and Hochberg), score (text mining, of all three levels), n_documents, n_sentences (in which
        both are named). ``attrs["provenance"]`` says what was asked.

    Raises:
        NothingFound: a name is of no concept, or a filter names what the folder does not have.
        OptionError: an option has a value that it cannot have.
    """
    _check_least(min_count)
    if sort not in MEASURES:
        raise OptionError(f"measure {sort!r} is none of {', '.join(MEASURES)}.")
    if level not in LEVELS:
        raise OptionError(f"level {level!r} is none of {', '.join(LEVELS)}.")
    keys_a = side(index, rows, narrower=narrower)
    keys_b = keys_a if columns is None else side(index, columns, narrower=narrower)
    groups = grouped(index, [*keys_a, *keys_b], narrower=narrower)
    view = index.view(filters)
    a, b = groups.numbers(keys_a), groups.numbers(keys_b)
    joint = _Joint(index, view, groups, a, b)
    frame = _pairs(index, groups, a, b, joint, level=level, min_count=min_count)
    frame = in_order(frame, sort)
    options = {"rows": list(rows), "columns": None if columns is None else list(columns), "level": level, "min": min_count, "narrower": narrower, "sort": sort}
    frame.attrs["provenance"] = provenance(index.folder, asked_command("cooccur", index.folder, filters, options), filters)
    return frame


def crossed_pairs(
    index: Index,
    rows: Sequence[str],
    columns: Sequence[str],
    *,
    filters: Filters = EVERYTHING,
    level: str = "document",
    min_count: int = 1,
    narrower: bool = False,
    top: int = 20,
) -> pd.DataFrame:
    """Pairs of the most frequent concepts of two sides, as ``cooccurrence`` gives them but without tests and scores.

    These need all pairs; without them a table that crosses both sides follows its filters at once. Two concepts that stand on
    both sides are there twice, as each crosses the other.

    Args:
        index: of the folder.
        rows: labels or concepts.
        columns: the same.
        filters: what counts.
        level: document, section or sentence.
        min_count: units in which both are named, at least.
        narrower: narrower concepts count with theirs.
        top: concepts of a side at most, of those that are in a pair.

    Raises:
        NothingFound: a name is of no concept, or a filter names what the folder does not have.
        OptionError: an option has a value that it cannot have.
    """
    _check_least(min_count)
    keys_a, keys_b = side(index, rows, narrower=narrower), side(index, columns, narrower=narrower)
    groups = grouped(index, [*keys_a, *keys_b], narrower=narrower)
    a, b = groups.numbers(keys_a), groups.numbers(keys_b)
    counts, n_total = _counts(index, index.view(filters), groups, (a, b), level)
    is_pair = _is_pair(index, groups, a, b, once=False) & (counts.n_both >= min_count)
    x = _most_frequent(groups, a, counts.n_rows, is_pair.any(axis=1), top)
    y = _most_frequent(groups, b, counts.n_columns, is_pair.any(axis=0), top)
    i, j = (found[at] for found, at in zip((x, y), np.nonzero(is_pair[np.ix_(x, y)]), strict=True))
    return _table(groups, (a[i], b[j]), level, (counts.n_both[i, j], counts.n_rows[i], counts.n_columns[j], n_total))


def untested_pairs(
    index: Index, concepts: Sequence[str], *, filters: Filters = EVERYTHING, level: str = "document", min_count: int = 1
) -> pd.DataFrame:
    """Pairs of concepts, each once, as ``cooccurrence`` gives them but without tests and scores: what a network is drawn from.

    Args:
        index: of the folder.
        concepts: labels or concepts.
        filters: what counts.
        level: document, section or sentence.
        min_count: units in which both are named, at least.

    Raises:
        NothingFound: a name is of no concept, or a filter names what the folder does not have.
        OptionError: an option has a value that it cannot have.
    """
    _check_least(min_count)
    keys = side(index, concepts)
    groups = grouped(index, keys)
    a = groups.numbers(keys)
    view = index.view(filters)
    counts, n_total = _counts(index, view, groups, (a, a), level)
    i, j = np.nonzero(np.triu(counts.n_both >= min_count, 1))
    frame = _table(groups, (a[i], a[j]), level, (counts.n_both[i, j], counts.n_rows[i], counts.n_columns[j], n_total))
    documents = counts if level == "document" else _counts(index, view, groups, (a, a), "document")[0]
    frame["n_documents"] = documents.n_both[i, j]
    return frame


def _check_least(min_count: int) -> None:
    if min_count < 1:
        raise OptionError(f"the minimum count is {min_count}; it is at least 1.")


def _counts(index: Index, view: View, groups: Groups, sides: tuple[Ints, Ints], level: str) -> tuple[JointCounts, int]:
    found = counted(index, view, groups, level)
    return joint_counts(found.unit, found.group, *sides, n_units=found.n_units, n_concepts=len(groups.keys)), found.n_total


def _most_frequent(groups: Groups, numbers: Ints, n: Ints, is_paired: Any, top: int) -> Ints:
    """Places of the concepts of a side that are in a pair, most frequent first."""
    key = {int(i): (-int(n[i]), groups.names[numbers[i]], groups.keys[numbers[i]]) for i in np.flatnonzero(is_paired)}
    return np.array(sorted(key, key=key.__getitem__)[:top], dtype=np.int64)


def _table(groups: Groups, sides: tuple[Ints, Ints], level: str, counts: tuple[Ints, Ints, Ints, int]) -> pd.DataFrame:
    """Pairs with their counts and measures; names as plain objects, which are gone through far faster than those of pandas."""
    columns: dict[str, Any] = {}
    for mark, numbers in zip("ab", sides, strict=True):
        columns |= {
            f"concept_{mark}": pd.Series([groups.keys[k][1] for k in numbers], dtype=object),
            f"name_{mark}": pd.Series([groups.names[k] for k in numbers], dtype=object),
            f"label_{mark}": pd.Series([groups.keys[k][0] for k in numbers], dtype=object),
        }
    columns |= dict(zip(("n_both", "n_a", "n_b", "n_total"), counts, strict=True))
    return pd.DataFrame({**columns, **measures(*counts)._asdict()}).assign(level=level)


def pair_counts(
    index: Index, rows: Sequence[str], columns: Sequence[str], *, filters: Filters = EVERYTHING, level: str = "document", narrower: bool = False
) -> tuple[JointCounts, int]:
    """Counts alone, of all pairs of two sides, and the units in all: what a table shows while its filters change.

    Args:
        index: of the folder.
        rows: labels or concepts.
        columns: the same.
        filters: what counts.
        level: document, section or sentence.
        narrower: narrower concepts count with theirs.

    Raises:
        NothingFound: a name is of no concept, or a filter names what the folder does not have.
    """
    keys_a, keys_b = side(index, rows, narrower=narrower), side(index, columns, narrower=narrower)
    groups = grouped(index, [*keys_a, *keys_b], narrower=narrower)
    return _counts(index, index.view(filters), groups, (groups.numbers(keys_a), groups.numbers(keys_b)), level)


class _Joint:
    """Counts of the pairs of two sides at each level, each made once."""

    def __init__(self, index: Index, view: View, groups: Groups, a: Ints, b: Ints) -> None:
        self.mentions = {level: counted(index, view, groups, level) for level in LEVELS}
        self._index, self._sides, self._n_groups = index, (a, b), len(groups.keys)
        self._made: dict[str, JointCounts] = {}

    def of(self, level: str) -> JointCounts:
        """Units of a level that name both."""
        if level not in self._made:
            found = self.mentions[level]
            self._made[level] = joint_counts(found.unit, found.group, *self._sides, n_units=found.n_units, n_concepts=self._n_groups)
        return self._made[level]

    def documents(self, level: str) -> Any:
        """Documents that name both in one unit of a level."""
        if level == "document":
            return self.of(level).n_both
        found = self.mentions[level]
        document = self._index.sentence_document if level == "sentence" else np.arange(found.n_units) // len(SECTIONS)
        return joint_documents(found.unit, found.group, *self._sides, document=document, n_concepts=self._n_groups)


def _pairs(
    index: Index, groups: Groups, a: Ints, b: Ints, joint: _Joint, *, level: str, min_count: int
) -> pd.DataFrame:
    counts, n_total = joint.of(level), joint.mentions[level].n_total
    score = text_mining_score(*(joint.documents(one) for one in LEVELS))
    is_pair = _is_pair(index, groups, a, b) & (counts.n_rows >= min_count)[:, None] & (counts.n_columns >= min_count)[None, :]
    i, j = np.nonzero(is_pair)
    both, n_a, n_b = counts.n_both[i, j], counts.n_rows[i], counts.n_columns[j]
    p = fisher_exact(both, n_a, n_b, n_total) if len(i) else np.empty(0)
    q = benjamini_hochberg(p)
    kept = np.flatnonzero(both >= min_count)
    i, j = i[kept], j[kept]
    found = measures(both[kept], n_a[kept], n_b[kept], n_total)
    columns: dict[str, Any] = {}
    for mark, numbers in (("a", a[i]), ("b", b[j])):
        columns |= {
            f"concept_{mark}": [groups.keys[k][1] for k in numbers],
            f"name_{mark}": [groups.names[k] for k in numbers],
            f"label_{mark}": [groups.keys[k][0] for k in numbers],
        }
    columns |= {"level": level, "n_both": both[kept], "n_a": n_a[kept], "n_b": n_b[kept], "n_total": n_total}
    columns |= found._asdict()
    columns |= {"p_value": p[kept], "q_value": q[kept], "score": score[i, j]}
    columns |= {"n_documents": joint.of("document").n_both[i, j], "n_sentences": joint.of("sentence").n_both[i, j]}
    return pd.DataFrame(columns)


def _is_pair(index: Index, groups: Groups, a: Ints, b: Ints, *, once: bool = True) -> Any:
    """Whether two groups make a pair: not the same, each pair once if it is asked for, and none of a concept with its own narrower one."""
    in_b, in_a = set(b.tolist()), set(a.tolist())
    rows = np.array([k in in_b for k in a.tolist()])
    columns = np.array([k in in_a for k in b.tolist()])
    again = rows[:, None] & columns[None, :] & (a[:, None] > b[None, :])
    is_pair = (a[:, None] != b[None, :]) & ~(again & once)
    if groups.is_narrowing:
        place = {int(k): x for x, k in enumerate(b.tolist())}
        of_id: dict[str, list[int]] = {}
        for k, (_, concept_id) in enumerate(groups.keys):
            of_id.setdefault(concept_id, []).append(k)
        row = {int(k): x for x, k in enumerate(a.tolist())}
        for k, (_, concept_id) in enumerate(groups.keys):
            for one in index.above(concept_id):
                for other in of_id.get(one, ()):
                    for x, y in ((k, other), (other, k)):
                        if x in row and y in place:
                            is_pair[row[x], place[y]] = False
    return is_pair


def in_order(frame: pd.DataFrame, by: str) -> pd.DataFrame:
    """Pairs by a measure, strongest first; of equal ones those of more units, then by name."""
    order = [by, "n_both", "name_a", "name_b", "concept_a", "concept_b", "label_a", "label_b"]
    ascending = [by in _ASCENDING, False, True, True, True, True, True, True]
    if by == "n_both":
        order, ascending = order[1:], ascending[1:]
    return frame.sort_values(order, ascending=ascending, kind="stable").reset_index(drop=True)


class Cooccurrence:
    """Pairs of concepts, as a table that opens into its sentences and leaves as a figure.

    Args:
        frame: made by ``cooccurrence``.
        index: that it was counted on.
        filters: of the count.
        level: of the count.
        narrower: whether narrower concepts count.
    """

    def __init__(self, frame: pd.DataFrame, index: Index, filters: Filters, level: str, narrower: bool) -> None:
        self.frame = frame
        self._index, self._filters, self._level, self._narrower = index, filters, level, narrower

    def evidence(self, pair: int, **options: Any) -> Evidence:
        """The sentences behind a pair, by its row in ``frame``; as many units as its ``n_both`` says."""
        row = self.frame.iloc[pair]
        words = [f"{row[f'label_{x}'].lower()}:{row[f'concept_{x}']}" for x in ("a", "b")]
        return evidence(self._index, words, filters=self._filters, level=self._level, narrower=self._narrower, **options)

    def matrix(self, measure: str = "n_both") -> pd.DataFrame:
        """The measure as a table with a row and a column a concept; empty where a pair does not reach the minimum.

        Raises:
            OptionError: no such measure.
        """
        if measure not in MEASURES:
            raise OptionError(f"measure {measure!r} is none of {', '.join(MEASURES)}.")
        table = self.frame.pivot_table(index="name_a", columns="name_b", values=measure, aggfunc="first")
        return table.astype("Int64") if measure == "n_both" else table

    def _repr_html_(self) -> str:
        """The table, for a notebook."""
        return str(self.frame._repr_html_())  # type: ignore[operator]

    def __repr__(self) -> str:
        return repr(self.frame)

    def __len__(self) -> int:
        return len(self.frame)
