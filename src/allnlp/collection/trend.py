"""How often concepts are named: in all, by year, and in one set of documents against another."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from allnlp.association import benjamini_hochberg, difference, fisher_exact, wilson
from allnlp.collection.filters import Filters, parse_filters
from allnlp.collection.groups import Counted, Ints, counted, documents_of, frame_of, grouped, label_of, n_total, side
from allnlp.collection.index import EVERYTHING, Index, View
from allnlp.collection.provenance import asked_command, provenance
from allnlp.errors import NothingFound, OptionError


def counts(
    index: Index,
    label: str | Sequence[str],
    *,
    filters: Filters = EVERYTHING,
    level: str = "document",
    narrower: bool = False,
    top: int | None = None,
) -> pd.DataFrame:
    """Concepts with the documents that name them, most frequent first.

    Args:
        index: of the folder.
        label: a label, as therapy, or concepts.
        filters: what counts.
        level: document, section or sentence.
        narrower: narrower concepts count with theirs.
        top: only so many.

    Returns:
        concept_id, label, name, n_documents (units of the level), n_total, share (0 to 1) with ci_low and ci_high (Wilson,
        95 %), n_mentions, n_negated (of all mentions under the other filters), first_year, last_year (of documents).

    Raises:
        NothingFound: a name is of no concept, or a filter names what the folder does not have.
    """
    words = (label,) if isinstance(label, str) else tuple(label)
    view = index.view(filters)
    groups = grouped(index, side(index, words, narrower=narrower), narrower=narrower)
    found = counted(index, view, groups, level)
    _, group = _once(found, len(groups.keys))
    n = np.bincount(group, minlength=len(groups.keys))
    frame = frame_of(groups)
    frame["n_documents"] = n
    frame["n_total"] = found.n_total
    _add_share(frame)
    frame["n_mentions"] = np.bincount(found.group, minlength=len(groups.keys))
    negated = view._replace(mentions=view.sentences[index.sentence] & index.counted(("negated",)))
    frame["n_negated"] = np.bincount(counted(index, negated, groups, level).group, minlength=len(groups.keys))
    documents = counted(index, view, groups, "document")
    frame["first_year"], frame["last_year"] = _years(index, documents, len(groups.keys))
    frame = frame[frame["n_documents"] > 0].sort_values(["n_documents", "name", "label"], ascending=[False, True, True], kind="stable")
    frame = (frame if top is None else frame.head(top)).reset_index(drop=True)
    options = {"level": level, "narrower": narrower, "top": top}
    frame.attrs["provenance"] = provenance(index.folder, asked_command("counts", index.folder, filters, options, words=words), filters)
    return frame


def trend(
    index: Index,
    concepts: Sequence[str],
    *,
    filters: Filters = EVERYTHING,
    level: str = "document",
    narrower: bool = False,
    complete: bool = False,
) -> pd.DataFrame:
    """Share and count of the documents of each year that name a concept.

    Args:
        index: of the folder.
        concepts: names, or a label for all of its concepts.
        filters: what counts.
        level: document, section or sentence.
        narrower: narrower concepts count with theirs.
        complete: the last year of the folder is over; otherwise it is marked.

    Returns:
        concept_id, label, name, year, n_documents (units of the level), n_total (of the year), share (0 to 1) with ci_low and
        ci_high (Wilson, 95 %), is_incomplete, first_year (of the concept, under the filters). A row for each year of the
        folder from the first under the filters to the last, years without documents left out; by concept, then year.

    Raises:
        NothingFound: a name is of no concept, or no document has a year.
    """
    if not concepts:
        raise OptionError("no concept is given. Give one or more names, or a label.")
    view = index.view(filters)
    groups = grouped(index, side(index, concepts, narrower=narrower), narrower=narrower)
    years = index.documents["year"].to_numpy(dtype=float, na_value=np.nan)
    totals = _totals_by_year(index, view, level, years)
    if not totals:
        known = years[~np.isnan(years)]
        has = f"it has documents of {int(known.min())} to {int(known.max())}" if known.size else "none of its documents has a year"
        raise NothingFound(f"no document{f' of {filters.said()}' if filters.said() else ''} that has a year in {index.folder}; {has}.")
    found = counted(index, view, groups, level)
    unit, group = _once(found, len(groups.keys))
    year = years[documents_of(index, unit, level)]
    known = ~np.isnan(year)
    by_year: dict[int, Counter[int]] = {}
    for i, y in zip(group[known].tolist(), year[known].astype(int).tolist(), strict=True):
        by_year.setdefault(i, Counter())[y] += 1
    last = int(np.nanmax(years))
    rows = []
    of_types = {one for one in map(label_of, concepts) if one is not None}
    for i, ((label, concept_id), name) in enumerate(zip(groups.keys, groups.names, strict=True)):
        of = by_year.get(i, Counter())
        if not of and label in of_types:
            continue  # of a whole type those that are never named so are left out
        first = min(of, default=None)
        rows += [(concept_id, label, name, y, of[y], int(total), y == last and not complete, first) for y, total in totals.items()]
    frame = pd.DataFrame(rows, columns=["concept_id", "label", "name", "year", "n_documents", "n_total", "is_incomplete", "first_year"])
    frame["first_year"] = frame["first_year"].astype("Int64")
    _add_share(frame)
    without = int(np.isnan(years[view.documents]).sum())
    notes = (f"{without:,} documents without a year are not counted",) if without else ()
    options = {"level": level, "narrower": narrower, "complete": complete}
    command = asked_command("trend", index.folder, filters, options, words=tuple(concepts))
    frame = frame[["concept_id", "label", "name", "year", "n_documents", "n_total", "share", "ci_low", "ci_high", "is_incomplete", "first_year"]]
    frame.attrs["provenance"] = provenance(index.folder, command, filters, notes)
    return frame


def compare(
    index: Index,
    concepts: str | Sequence[str],
    first: Filters,
    second: Filters,
    *,
    level: str = "document",
    narrower: bool = False,
    min_count: int = 1,
) -> pd.DataFrame:
    """Shares of two sets of documents that name concepts, and their difference.

    Documents that are in both sets count in both, and ``attrs["provenance"]`` says how many they are: the interval and the
    test take the sets as apart.

    Args:
        index: of the folder.
        concepts: a label, or names.
        first: one set of documents, as paediatric studies.
        second: the other.
        level: document, section or sentence.
        narrower: narrower concepts count with theirs.
        min_count: units of both sets together, at least.

    Returns:
        concept_id, label, name, n_1, total_1, share_1, n_2, total_2, share_2, difference (of shares) with ci_low and ci_high
        (Newcombe's hybrid score interval, 95 %), ratio, p_value (Fisher's exact test), q_value (Benjamini and Hochberg, of
        all concepts that reach the minimum); the largest differences first.

    Raises:
        NothingFound: a name is of no concept, or a set has no document.
    """
    words = (concepts,) if isinstance(concepts, str) else tuple(concepts)
    groups = grouped(index, side(index, words, narrower=narrower), narrower=narrower)
    n, totals = [], []
    for filters in (first, second):
        found = counted(index, index.view(filters), groups, level)
        if not found.n_total:
            raise NothingFound(f"no {level} fits {filters.said() or 'the filters'} in {index.folder}.")
        n.append(np.bincount(_once(found, len(groups.keys))[1], minlength=len(groups.keys)))
        totals.append(found.n_total)
    frame = frame_of(groups)
    for i in (1, 2):
        frame[f"n_{i}"], frame[f"total_{i}"] = n[i - 1], totals[i - 1]
        frame[f"share_{i}"] = n[i - 1] / totals[i - 1]
    frame = frame[frame["n_1"] + frame["n_2"] >= max(min_count, 1)].reset_index(drop=True)
    counts_of = [frame[c].to_numpy() for c in ("n_1", "total_1", "n_2", "total_2")]
    found_difference = difference(*counts_of)
    frame["difference"], frame["ci_low"], frame["ci_high"], frame["ratio"] = found_difference
    n_1, total_1, n_2, total_2 = counts_of
    frame["p_value"] = fisher_exact(n_1, n_1 + n_2, total_1, total_1 + total_2) if len(frame) else np.empty(0)
    frame["q_value"] = benjamini_hochberg(frame["p_value"].to_numpy())
    frame = frame.sort_values(["name", "label"], kind="stable")
    frame = frame.iloc[np.argsort(-frame["difference"].abs().to_numpy(), kind="stable")]
    both = int((index.view(first).documents & index.view(second).documents).sum())
    notes = (f"{both:,} documents are in both sets",) if both else ()
    options = {"set": [as_set(first), as_set(second)], "level": level, "narrower": narrower, "min": min_count}
    frame = frame.reset_index(drop=True)
    frame.attrs["provenance"] = provenance(index.folder, asked_command("compare", index.folder, EVERYTHING, options, words=words), first, notes)
    return frame


def parse_set(words: str) -> Filters:
    """Filters of one set from the option --set.

    >>> parse_set("year=2018:;population=child") == Filters(years=(2018, None), populations=("child",))
    True
    >>> parse_set('matching=t(4;14) text:"a; b";lacking=CD19')[-3:]
    (('t(4;14) text:"a; b"',), ('CD19',), ())

    Raises:
        OptionError: no filter of that name, or one that cannot be read.
    """
    given: dict[str, list[str]] = {}
    for part in filter(None, (p.strip() for p in _PARTS.findall(words))):
        name, equals, value = part.partition("=")
        key = name.strip().lower().replace("-", "_")
        if not equals or key not in _SET_FILTERS:
            raise OptionError(f"--set {words!r}: {part!r} is no filter. Use {', '.join(f'{f}=...' for f in _SET_FILTERS)}, with ; between.")
        if "," in value and "=" in value and key != "matching":
            raise OptionError(f"--set {words!r}: {part!r} holds several filters. Put ; between them.")
        given.setdefault(key, []).append(value.strip())
    years = given.pop("year", [None])
    if len(years) > 1:
        raise OptionError(f"--set {words!r}: year is given twice. Use year=2018:2024.")
    return parse_filters(year=years[0], **given)


_SET_FILTERS = ("year", "journal", "study_type", "population", "mentioning", "lacking", "matching", "decision", "section", "include")
_PARTS = re.compile(r'(?:"[^"]*"|\([^()]*\)|text:/(?:[^/\\]|\\.)*/|[^;])+')  # a ; in quotes, brackets or an expression parts nothing


def as_set(filters: Filters) -> str:
    """Filters as the option --set takes them.

    >>> as_set(Filters(years=(2018, None), populations=("child",)))
    'year=2018:;population=child'
    """
    low, high = filters.years
    parts = [] if (low, high) == (None, None) else [f"year={low or ''}:{high or ''}"]
    for name, values in (
        ("journal", filters.journals), ("study_type", filters.study_types), ("population", filters.populations), ("mentioning", filters.mentioning),
        ("lacking", filters.lacking), ("matching", filters.matching), ("decision", filters.decisions), ("section", filters.sections),
        ("include", tuple(a for a in filters.assertions if a != "present")),
    ):  # fmt: skip
        parts += [f"{name}={v}" for v in values]
    return ";".join(parts)


def _once(found: Counted, n_groups: int) -> tuple[Ints, Ints]:
    """Pairs of unit and group, each once."""
    key = np.unique(found.unit * max(n_groups, 1) + found.group)
    return key // max(n_groups, 1), key % max(n_groups, 1)


def _add_share(frame: pd.DataFrame) -> None:
    frame["share"] = frame["n_documents"] / frame["n_total"].replace(0, 1)
    has = frame["n_total"].to_numpy() > 0
    low, high = np.full(len(frame), np.nan), np.full(len(frame), np.nan)
    if has.any():
        low[has], high[has] = wilson(frame["n_documents"].to_numpy()[has], frame["n_total"].to_numpy()[has])
    frame["ci_low"], frame["ci_high"] = low, high


def _totals_by_year(index: Index, view: View, level: str, years: Any) -> dict[int, int]:
    """Units that count of each year."""
    out: dict[int, int] = {}
    of_sentence = years[index.sentence_document]
    for year in np.unique(years[view.documents & ~np.isnan(years)]):
        total = n_total(index, view._replace(sentences=view.sentences & (of_sentence == year)), level)
        if total:
            out[int(year)] = total
    return out


def _years(index: Index, found: Counted, n_groups: int) -> tuple[Any, Any]:
    """First and last year of the documents of each group."""
    years = index.documents["year"].to_numpy(dtype=float, na_value=np.nan)[found.unit]
    known = ~np.isnan(years)
    by_group = pd.Series(years[known].astype(int)).groupby(found.group[known])
    first, last = (by_group.agg(how).reindex(range(n_groups)).astype("Int64").to_numpy() for how in ("min", "max"))
    return pd.array(first, dtype="Int64"), pd.array(last, dtype="Int64")
