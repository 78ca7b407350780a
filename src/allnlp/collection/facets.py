"""Numbers beside the choices of a filter: how many documents would be left by each concept, year, journal, study or decision."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from allnlp.collection.filters import DECISIONS, READINGS, Filters
from allnlp.collection.groups import Ints, Key, frame_of, grouped, label_of
from allnlp.collection.index import Index, Mask
from allnlp.errors import OptionError

_COLUMNS = {"study_type": "study_types", "population": "populations", "journal": "journals", "decision": "decisions"}
FACETS = tuple(_COLUMNS)
_LEAST_NARROWER = 2  # of a broader concept that no text names itself


class _Pairs(NamedTuple):
    """Documents and the concepts of a label that they name, each pair once."""

    documents: Ints
    groups: Ints
    concepts: pd.DataFrame  # concept_id, label, name; ordered by name
    ids: Any  # its columns as arrays
    names: Any


def facet_counts(index: Index, filters: Filters, label: str, *, top: int | None = None) -> pd.DataFrame:
    """Concepts of a label with the documents that would be left if each were asked for too.

    The count of a concept is the number of documents of the view with ``mentioning=("label:concept_id",)`` added: narrower
    concepts count with theirs, and mentions with the assertions of the filters. Sections narrow what is counted in a
    document, not which documents name a concept, here as there.

    Args:
        index: of the folder.
        filters: what is asked for already.
        label: as therapy.
        top: only so many.

    Returns:
        concept_id, label, name, n_documents (at least 1); the most frequent first, then by name. Among them are broader
        concepts that no text names itself, where two or more narrower ones are named.

    Raises:
        OptionError: there is no such label, or a filter cannot be read.
        NothingFound: a filter names what the folder does not have.
    """
    pairs, n, order = _ranked(index, filters, label)
    return pairs.concepts.iloc[order[:top]].reset_index(drop=True).assign(n_documents=n[order[:top]])


class Facet(NamedTuple):
    """The most frequent concepts of a label, and how many there are."""

    rows: tuple[tuple[str, str, int], ...]  # concept_id, name, documents
    n_concepts: int


def frequent(index: Index, filters: Filters, label: str, top: int, *, also: Sequence[str] = ()) -> Facet:
    """The first rows of ``facet_counts`` as plain values, and those of concepts asked for by their ids, at the end.

    Raises:
        OptionError: there is no such label, or a filter cannot be read.
        NothingFound: a filter names what the folder does not have.
    """
    pairs, n, order = _ranked(index, filters, label)
    shown = order[:top].tolist()
    asked = [i for one in also for i in np.flatnonzero(pairs.ids == one).tolist() if i not in shown]
    return Facet(tuple((str(pairs.ids[i]), str(pairs.names[i]), int(n[i])) for i in (*shown, *asked)), len(order))


def _ranked(index: Index, filters: Filters, label: str) -> tuple[_Pairs, Ints, Ints]:
    """Concepts of a label, the documents of each, and the order of those that have any."""
    known = label_of(label)
    if known is None:
        raise OptionError(f"{label!r} is no label. Use a concept type, as therapy or toxicity.")
    pairs = index.keep("facets", (known, filters.assertions), lambda: _pairs(index, known, filters.assertions), most=64)
    n = np.bincount(pairs.groups[index.fitting(filters)[pairs.documents]], minlength=len(pairs.concepts))
    order = np.argsort(-n, kind="stable")
    return pairs, n, order[n[order] > 0]


def _pairs(index: Index, label: str, assertions: tuple[str, ...]) -> _Pairs:
    groups = grouped(index, _keys(index, label), narrower=True)
    concepts = frame_of(groups).sort_values(["name", "concept_id"], kind="stable")
    rank = np.empty(len(concepts), dtype=np.int64)
    rank[concepts.index.to_numpy()] = np.arange(len(concepts))
    documents, found = np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64)
    n_documents = len(index.documents)
    of_label = np.isin(index.concept, np.unique(groups.codes)) & index.counted(assertions)
    named = np.unique(index.concept[of_label].astype(np.int64) * n_documents + index.document[of_label])
    code, document = named // max(n_documents, 1), named % max(n_documents, 1)
    order = np.argsort(groups.codes, kind="stable")
    first = np.searchsorted(groups.codes[order], np.arange(len(index.concepts) + 1))
    times = np.diff(first)[code]
    if times.size:
        place = np.arange(times.sum()) - np.repeat(np.cumsum(times) - times, times) + np.repeat(first[code], times)
        both = np.unique(np.repeat(document, times) * len(rank) + rank[groups.groups[order][place]])
        documents, found = both // len(rank), both % len(rank)
    ids, names = (concepts[name].to_numpy(dtype=object) for name in ("concept_id", "name"))
    return _Pairs(documents, found, concepts.reset_index(drop=True), ids, names)


def _keys(index: Index, label: str) -> list[Key]:
    """Concepts of a label that the folder names, and the broader ones of at least two of them."""
    own = dict.fromkeys(index.concepts["concept_id"][index.labels == label])
    narrower: dict[str, int] = {}
    for concept_id in own:
        for one in index.broader[concept_id]:
            narrower[one] = narrower.get(one, 0) + 1
    return [(label, c) for c in (*own, *(b for b, n in narrower.items() if n >= _LEAST_NARROWER and b not in own))]


def year_counts(index: Index, filters: Filters) -> pd.DataFrame:
    """Years with their documents under the filters but for those of years.

    Returns:
        year, n_documents (at least 1), by year; ``attrs["n_without"]`` is the number of documents that have no year.

    Raises:
        NothingFound: a filter names what the folder does not have.
    """
    mask = index.fitting(filters._replace(years=(None, None)))
    years = index.documents["year"].to_numpy(dtype=float, na_value=np.nan)[mask]
    known = ~np.isnan(years)
    year, n = np.unique(years[known].astype(np.int64), return_counts=True)
    frame = pd.DataFrame({"year": year, "n_documents": n})
    frame.attrs["n_without"] = int((~known).sum())
    return frame


def value_counts(index: Index, filters: Filters, field: str, top: int | None = None) -> pd.DataFrame:
    """Values of a property of the documents with their number under the filters but for those of that property.

    Args:
        index: of the folder.
        filters: what is asked for already.
        field: study_type, population, journal or decision (in the plural too); a document may have several populations.
        top: only so many.

    Returns:
        value, n_documents (at least 1); the most frequent first, then by name, decisions in their own order. Values written
        alike but for case are one. ``attrs["n_without"]`` is the number of documents that have none.

    Raises:
        OptionError: another field.
        NothingFound: a filter names what the folder does not have.
    """
    known = field.strip().lower().removesuffix("s")
    if known not in _COLUMNS:
        raise OptionError(f"field {field!r} is none of {', '.join(_COLUMNS)}.")
    mask = index.fitting(filters._replace(**{_COLUMNS[known]: ()}))  # type: ignore[arg-type]
    if known == "decision":
        return _decision_counts(index, mask).head(len(mask) if top is None else top)
    values = index.values("populations" if known == "population" else known)
    kept = mask[values.documents]
    n = np.bincount(values.codes[kept], minlength=len(values.names))
    found = sorted((-int(n[i]), values.names[i]) for i in np.flatnonzero(n))[:top]
    frame = pd.DataFrame({"value": pd.Series([name for _, name in found], dtype="str"), "n_documents": np.array([-m for m, _ in found], dtype=np.int64)})
    frame.attrs["n_without"] = int(mask.sum()) - int(np.unique(values.documents[kept]).size)
    return frame


def _decision_counts(index: Index, mask: Mask) -> pd.DataFrame:
    decided = index.decided()
    n = [int((decided[one] & mask).sum()) for one in (*DECISIONS, *READINGS)]
    frame = pd.DataFrame({"value": pd.Series([*DECISIONS, *READINGS], dtype="str"), "n_documents": n})
    frame = frame[frame["n_documents"] > 0].reset_index(drop=True)
    frame.attrs["n_without"] = 0
    return frame
