"""The network of concepts that occur together: which are its nodes and edges, their places and their clusters."""

from __future__ import annotations

from collections.abc import Sequence
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from allnlp.collection.filters import Filters
from allnlp.collection.index import Index
from allnlp.errors import NothingFound, OptionError

if TYPE_CHECKING:
    from networkx import Graph

Floats = npt.NDArray[np.float64]

NODE_COLUMNS = ("node_id", "concept_id", "label", "name", "n_documents", "n_mentions", "mean_year", "x", "y", "cluster")
EDGE_COLUMNS = (
    "source", "target", "n_both", "expected", "lift", "npmi", "jaccard", "association_strength", "log_likelihood", "odds_ratio", "p_value", "q_value",
    "level",
)  # fmt: skip
#: Measures that may weigh an edge, and from what value on two concepts attract one another.
EDGE_MEASURES = MappingProxyType(
    {"association_strength": 0.0, "lift": 1.0, "npmi": 0.0, "jaccard": 0.0, "log_likelihood": 0.0, "odds_ratio": 1.0, "n_both": 0.0}
)
_EVERYWHERE = 0.9  # share of the documents; a concept in more of them tells nothing
_SEED = 7
_EVENED = 0.5  # weight of the rank of a place


class Network(NamedTuple):
    """Concepts and their links, and what was left out."""

    nodes: pd.DataFrame  # NODE_COLUMNS; a node_id is label|concept_id, x and y are in [0, 1], cluster 1 is the largest
    edges: pd.DataFrame  # EDGE_COLUMNS; one row a pair, source before target by node_id
    notes: tuple[str, ...]


def build_network(
    index: Index,
    *,
    labels: Sequence[str],
    filters: Filters,
    level: str = "document",
    min_documents: int = 3,
    measure: str = "association_strength",
    top: int | None = 60,
) -> Network:
    """Network of the concepts of some labels.

    Args:
        index: of the annotated folder.
        labels: concept types, as therapy and toxicity; or names of concepts.
        filters: what is left out.
        level: document, section or sentence: where two concepts must meet.
        min_documents: documents that must mention both ends of an edge.
        measure: what weighs an edge, one of ``EDGE_MEASURES``.
        top: nodes at most, those that most documents mention; None: all.

    Raises:
        OptionError: an option has a value that it cannot have.
        NothingFound: a name is of no concept, or no two concepts are linked.
    """
    from allnlp.collection.cooccurrence import cooccurrence

    _check(measure, min_documents, top)
    if not labels:
        raise OptionError("no label is given. Give the concept types that are the nodes, as therapy and toxicity.")
    pairs = cooccurrence(index, list(labels), filters=filters, level=level, min_count=min_documents)
    found = network_of(pairs, node_counts(index, filters), min_documents=min_documents, measure=measure, top=top)
    if found.edges.empty:
        why = f" {' '.join(found.notes)}" if found.notes else ""
        raise NothingFound(
            f"{index.folder}: no two concepts of {', '.join(labels)} are linked in {min_documents} documents.{why} Ask for more labels or fewer documents."
        )
    return found


def node_counts(index: Index, filters: Filters) -> pd.DataFrame:
    """Each concept that counts, with its documents, its mentions and the mean year of its documents."""
    counted = index.view(filters).mentions
    concept, document = index.concept[counted], index.document[counted]
    n = len(index.concepts)
    pairs = np.unique(concept.astype(np.int64) * max(len(index.documents), 1) + document)
    code, of = np.divmod(pairs, max(len(index.documents), 1))
    years = index.documents["year"].to_numpy(dtype=float, na_value=np.nan)[of]
    dated = ~np.isnan(years)
    n_dated = np.bincount(code[dated], minlength=n)
    with np.errstate(invalid="ignore"):
        mean = np.bincount(code[dated], weights=years[dated], minlength=n) / np.where(n_dated, n_dated, np.nan)
    frame = pd.DataFrame(
        {
            "concept_id": index.concepts["concept_id"], "label": index.concepts["label"], "name": index.concepts["name"],
            "n_documents": np.bincount(code, minlength=n), "n_mentions": np.bincount(concept, minlength=n), "mean_year": mean,
        }
    )  # fmt: skip
    return frame[frame["n_documents"] > 0].reset_index(drop=True)


def network_of(
    pairs: pd.DataFrame,
    nodes: pd.DataFrame,
    *,
    min_documents: int = 3,
    measure: str = "association_strength",
    top: int | None = 60,
) -> Network:
    """Network of a co-occurrence table.

    Left out are, in this order: pairs that occur together in fewer documents or no more often than expected, concepts in more
    than nine tenths of the documents, all but the most frequent concepts, and concepts that are then linked to none.

    Args:
        pairs: one row a pair, see ``collection.cooccurrence``; a pair that stands twice, turned round, counts once.
        nodes: concept_id, label, name, n_documents, n_mentions, mean_year of every concept of the pairs.
        min_documents: documents that must mention both ends of an edge.
        measure: what weighs an edge, one of ``EDGE_MEASURES``.
        top: nodes at most, those that most documents mention; None: all.

    Raises:
        OptionError: an option has a value that it cannot have.
    """
    _check(measure, min_documents, top)
    edges, notes = _edges(pairs, min_documents)
    known = nodes.assign(node_id=[f"{label}|{c}" for label, c in zip(nodes["label"], nodes["concept_id"], strict=True)])
    known = _with_own_counts(known.astype({"node_id": str}).drop_duplicates("node_id"), pairs)
    known = known.sort_values(["n_documents", "name", "node_id"], ascending=[False, True, True], kind="stable")
    linked = known[known["node_id"].isin({*edges["source"], *edges["target"]})]
    everywhere = linked["share"] > _EVERYWHERE
    if everywhere.any():
        notes.append(f"Left out, in more than {_EVERYWHERE:.0%} of the documents: {', '.join(sorted(linked[everywhere]['name']))}.")
    kept = linked[~everywhere]
    edges = _between(edges, kept)
    kept = _linked(kept, edges)
    if top is not None and len(kept) > top:
        notes.append(f"Shown are the {top} concepts that most documents mention, of {len(kept)}.")
        edges = _between(edges, kept.head(top))
        alone = kept.head(top)[~kept.head(top)["node_id"].isin({*edges["source"], *edges["target"]})]
        if len(alone):
            notes.append(f"Left out, linked to none of them: {', '.join(sorted(alone['name']))}.")
        kept = _linked(kept.head(top), edges)
    kept = kept.drop(columns="share").reset_index(drop=True)
    graph = _graph(kept, edges, measure)
    x, y = _places(graph, len(kept))
    placed = kept.assign(x=x, y=y, cluster=_clusters(graph, kept))
    return Network(placed[list(NODE_COLUMNS)], edges[list(EDGE_COLUMNS)].reset_index(drop=True), tuple(notes))


def _check(measure: str, min_documents: int, top: int | None) -> None:
    if measure not in EDGE_MEASURES:
        raise OptionError(f"measure is {measure!r}. Use one of {', '.join(EDGE_MEASURES)}.")
    if min_documents < 1:
        raise OptionError(f"the least number of documents is {min_documents}. Give 1 or more.")
    if top is not None and top < 2:
        raise OptionError(f"top is {top}. Give the number of concepts, at least 2.")


def _edges(pairs: pd.DataFrame, min_documents: int) -> tuple[pd.DataFrame, list[str]]:
    """Pairs as edges, each once, and what was left out of them."""
    ends = [[f"{label}|{c}" for label, c in zip(pairs[f"label_{s}"], pairs[f"concept_{s}"], strict=True)] for s in "ab"]
    edges = pairs.assign(source=[min(e) for e in zip(*ends, strict=True)], target=[max(e) for e in zip(*ends, strict=True)])
    edges = edges[edges["source"] != edges["target"]].sort_values(["source", "target"], kind="stable").drop_duplicates(["source", "target"])
    is_rare = edges["n_documents"] < min_documents
    is_chance = ~is_rare & ~(edges["lift"] > 1)
    notes = []
    if is_rare.any():
        notes.append(f"Left out, in fewer than {min_documents} documents: {is_rare.sum():,} pairs.")
    if is_chance.any():
        notes.append(f"Left out, together no more often than expected: {is_chance.sum():,} pairs.")
    return edges[~is_rare & ~is_chance], notes


def _with_own_counts(nodes: pd.DataFrame, pairs: pd.DataFrame) -> pd.DataFrame:
    """Nodes with the documents that the pairs give them where these count documents, and their share of all units."""
    sides = [
        pd.DataFrame(
            {
                "node_id": [f"{label}|{c}" for label, c in zip(pairs[f"label_{s}"], pairs[f"concept_{s}"], strict=True)],
                "n": pairs[f"n_{s}"].to_numpy(), "n_total": pairs["n_total"].to_numpy(), "is_document": (pairs["level"] == "document").to_numpy(dtype=bool),
            }
        )
        for s in "ab"
    ]  # fmt: skip
    own = pd.concat(sides, ignore_index=True).drop_duplicates("node_id").astype({"node_id": str}).set_index("node_id")
    joined = nodes[nodes["node_id"].isin(own.index)].join(own, on="node_id")
    n_documents = joined["n_documents"].where(~joined["is_document"].astype(bool), joined["n"]).astype(np.int64)
    return joined.assign(n_documents=n_documents, share=joined["n"] / joined["n_total"]).drop(columns=["n", "n_total", "is_document"])


def _between(edges: pd.DataFrame, nodes: pd.DataFrame) -> pd.DataFrame:
    kept = set(nodes["node_id"])
    return edges[edges["source"].isin(kept) & edges["target"].isin(kept)]


def _linked(nodes: pd.DataFrame, edges: pd.DataFrame) -> pd.DataFrame:
    return nodes[nodes["node_id"].isin({*edges["source"], *edges["target"]})]


def edge_weights(values: Floats, neutral: float) -> Floats:
    """Weights of edges for layout and clusters: what is beyond the neutral value, root-scaled, the mean 1.

    >>> edge_weights(np.array([1.0, 2.0, 10.0]), 1.0).round(2).tolist()
    [0.0, 0.75, 2.25]
    """
    is_finite = np.isfinite(values)
    largest = np.max(values[is_finite], initial=neutral)
    beyond = np.sqrt(np.clip(np.where(is_finite, values, largest) - neutral, 0, None))
    mean = float(beyond.mean()) if len(beyond) else 0.0
    return np.asarray(beyond / mean if mean else np.ones(len(values)), dtype=np.float64)


def _graph(nodes: pd.DataFrame, edges: pd.DataFrame, measure: str) -> Graph[int]:
    """Nodes as numbers, so that no order depends on the hash of a text."""
    from networkx import Graph

    place = {node: i for i, node in enumerate(nodes["node_id"])}
    graph: Graph[int] = Graph()
    graph.add_nodes_from(range(len(nodes)))
    weights = edge_weights(edges[measure].to_numpy(dtype=float), EDGE_MEASURES[measure])
    for source, target, weight in zip(edges["source"], edges["target"], weights, strict=True):
        graph.add_edge(place[source], place[target], weight=max(float(weight), 1e-6))
    return graph


def _places(graph: Graph[int], n: int) -> tuple[Floats, Floats]:
    """Places of the nodes, x and y each in [0, 1]."""
    if not n:
        return np.zeros(0), np.zeros(0)
    from networkx import spring_layout

    found = spring_layout(graph, k=2.2 / np.sqrt(n), weight="weight", iterations=300, seed=_SEED)
    at = np.array([found[i] for i in range(n)], dtype=np.float64)
    return _unit(at[:, 0]), _unit(at[:, 1])


def _unit(values: Floats) -> Floats:
    """Between 0 and 1, half by value and half by rank, so that a few that are far off leave room for the rest."""
    low, high = float(values.min()), float(values.max())
    if high <= low:
        return np.full(len(values), 0.5)
    rank = np.argsort(np.argsort(values, kind="stable"), kind="stable") / (len(values) - 1)
    return np.asarray(np.round((1 - _EVENED) * (values - low) / (high - low) + _EVENED * rank, 4), dtype=np.float64)


def _clusters(graph: Graph[int], nodes: pd.DataFrame) -> list[int]:
    """Number of each node's cluster, by size; of clusters of one size that comes first which has the first name."""
    if nodes.empty:
        return []
    from networkx.algorithms.community import louvain_communities

    found = [sorted(c) for c in louvain_communities(graph, weight="weight", seed=_SEED)]
    names = nodes["name"].tolist()
    found.sort(key=lambda c: (-len(c), min(names[i] for i in c), c))
    cluster = [0] * len(nodes)
    for number, members in enumerate(found, start=1):
        for i in members:
            cluster[i] = number
    return cluster
