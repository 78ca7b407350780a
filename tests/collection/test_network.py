"""Networks of concepts that occur together."""

from __future__ import annotations

import runpy
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import pytest

from allnlp.collection.filters import Filters
from allnlp.collection.index import Index
from allnlp.collection.network import EDGE_COLUMNS, EDGE_MEASURES, NODE_COLUMNS, Network, build_network, network_of, node_counts
from allnlp.errors import NothingFound, OptionError

frames = SimpleNamespace(**runpy.run_path(str(Path(__file__).parents[1] / "data" / "figure_frames.py")))
ROWS, COLUMNS = frames.sizes(12, 14)
BOTH = {**ROWS, **COLUMNS}


def made(pairs: pd.DataFrame | None = None, **options: Any) -> Network:
    return network_of(frames.pairs(BOTH, BOTH) if pairs is None else pairs, frames.nodes(BOTH), **{"min_documents": 1} | options)


def test_nodes_and_edges_have_the_columns_that_are_promised() -> None:
    found = made()
    assert tuple(found.nodes.columns) == NODE_COLUMNS
    assert tuple(found.edges.columns) == EDGE_COLUMNS
    assert found.nodes["node_id"].tolist() == [f"{n.label}|{n.concept_id}" for n in found.nodes.itertuples()]
    assert found.nodes["x"].between(0, 1).all()
    assert found.nodes["y"].between(0, 1).all()


def test_a_pair_that_stands_twice_is_one_edge() -> None:
    found = made()
    assert (found.edges["source"] < found.edges["target"]).all()
    assert not found.edges.duplicated(["source", "target"]).any()


def test_counts_are_those_of_the_co_occurrence_table() -> None:
    pairs = frames.pairs(ROWS, COLUMNS)
    found = network_of(pairs, frames.nodes(BOTH).assign(n_documents=1), min_documents=1)
    size = {f"{label}|x:{name}": n for (label, name), n in BOTH.items()}
    assert dict(zip(found.nodes["node_id"], found.nodes["n_documents"], strict=True)) == {n: size[n] for n in found.nodes["node_id"]}
    both = {(f"{p.label_a}|{p.concept_a}", f"{p.label_b}|{p.concept_b}"): p.n_both for p in pairs.itertuples()}
    for edge in found.edges.itertuples():
        assert edge.n_both == both[edge.source, edge.target]


def test_documents_of_a_sentence_network_are_documents() -> None:
    nodes = frames.nodes(BOTH).assign(n_documents=5)
    found = network_of(frames.pairs(ROWS, COLUMNS, level="sentence"), nodes, min_documents=1)
    assert set(found.nodes["n_documents"]) == {5}


def test_edges_are_of_enough_documents_and_beyond_chance_and_no_concept_is_alone() -> None:
    found = made(min_documents=40)
    assert (found.edges["n_both"] >= 40).all()
    assert (found.edges["lift"] > 1).all()
    assert {*found.edges["source"], *found.edges["target"]} == set(found.nodes["node_id"])
    assert any(note.startswith("Left out, in fewer than 40 documents: ") for note in found.notes)
    assert any(note.startswith("Left out, together no more often than expected: ") for note in found.notes)


def test_a_concept_of_nearly_all_documents_is_left_out_and_told() -> None:
    pairs = frames.pairs(ROWS, {**COLUMNS, ("TOXICITY", "everywhere"): 950}, full=1.0)
    pairs.loc[pairs["name_b"] == "everywhere", "lift"] = 1.05
    nodes = frames.nodes({**BOTH, ("TOXICITY", "everywhere"): 950})
    found = network_of(pairs, nodes, min_documents=1)
    assert "everywhere" not in set(found.nodes["name"])
    assert "Left out, in more than 90% of the documents: everywhere." in found.notes


def test_the_most_frequent_concepts_are_kept() -> None:
    found = made(top=8)
    whole = made(top=None)
    assert len(found.nodes) <= 8
    assert found.nodes["n_documents"].min() >= whole.nodes["n_documents"].nlargest(8).min()
    assert f"Shown are the 8 concepts that most documents mention, of {len(whole.nodes)}." in found.notes


def test_clusters_are_numbered_by_size() -> None:
    sizes = made().nodes["cluster"].value_counts()
    assert sizes.index.min() == 1
    assert sizes.sort_index().tolist() == sorted(sizes, reverse=True)


def test_two_groups_without_a_link_are_two_clusters() -> None:
    left, right = ({("THERAPY", f"{side} {i}"): 50 + i for i in range(4)} for side in ("left", "right"))
    pairs = pd.concat([frames.pairs(group, group, full=1.0) for group in (left, right)], ignore_index=True).assign(lift=4.0)
    nodes = network_of(pairs, frames.nodes({**left, **right}), min_documents=1).nodes
    assert {tuple(sorted(set(nodes.loc[nodes["name"].str.startswith(s), "cluster"]))) for s in ("left", "right")} == {(1,), (2,)}
    assert nodes.loc[nodes["cluster"] == 1, "name"].str.startswith("left").all()


@pytest.mark.parametrize("measure", EDGE_MEASURES)
def test_the_order_of_the_pairs_does_not_matter(measure: str) -> None:
    pairs = frames.pairs(ROWS, COLUMNS)
    one, two = made(pairs, measure=measure), made(pairs.sample(frac=1, random_state=5).reset_index(drop=True), measure=measure)
    assert one.notes == two.notes
    pd.testing.assert_frame_equal(one.nodes, two.nodes)
    assert len(one.edges) == len(two.edges)


def test_no_pairs_are_an_empty_network() -> None:
    found = made(frames.pairs(ROWS, COLUMNS).head(0))
    assert found.nodes.empty
    assert found.edges.empty


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"measure": "x"}, "measure is 'x'. Use one of association_strength, lift, "),
        ({"min_documents": 0}, "the least number of documents is 0"),
        ({"top": 1}, "top is 1. Give the number of concepts, at least 2."),
    ],
)
def test_wrong_options_are_refused(options: dict[str, Any], message: str) -> None:
    with pytest.raises(OptionError, match=message):
        made(**options)


def test_counts_of_nodes_are_of_what_the_filters_let_through(folder: Path) -> None:
    index = Index(folder)
    everything = node_counts(index, Filters())
    assert (everything["n_documents"] <= everything["n_mentions"]).all()
    view = index.view(Filters())
    frame = pd.DataFrame({"code": index.concept[view.mentions], "document": index.document[view.mentions]})
    n_documents = frame.drop_duplicates().groupby("code").size()
    assert everything["n_documents"].tolist() == n_documents.tolist()
    years = index.documents["year"].to_numpy(dtype=float, na_value=np.nan)
    mean = frame.drop_duplicates().assign(year=lambda f: years[f["document"]]).groupby("code")["year"].mean()
    np.testing.assert_allclose(everything["mean_year"], mean)
    assert node_counts(index, Filters(sections=("title",)))["n_mentions"].sum() < everything["n_mentions"].sum()


def test_a_folder_gives_its_network(folder: Path) -> None:
    index = Index(folder)
    found = build_network(index, labels=["therapy", "toxicity"], filters=Filters(), min_documents=1)
    assert set(found.nodes["label"]) == {"THERAPY", "TOXICITY"}
    own = node_counts(index, Filters()).set_index(["label", "concept_id"])["n_documents"]
    assert found.nodes["n_documents"].tolist() == [own[n.label, n.concept_id] for n in found.nodes.itertuples()]
    with pytest.raises(NothingFound, match="are linked in 5000 documents"):
        build_network(index, labels=["therapy"], filters=Filters(), min_documents=5000)
    with pytest.raises(OptionError, match="no label is given"):
        build_network(index, labels=[], filters=Filters())
