"""A network comes back from each format as it was."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any, NamedTuple

import networkx as nx
import pandas as pd
import pytest

from allnlp.exporters.networks import graph_of, write_cytoscape, write_gexf, write_graphml
from allnlp.exporters.vosviewer import write_vosviewer_json, write_vosviewer_map, write_vosviewer_network


class Network(NamedTuple):
    """The fields that the writers read."""

    nodes: pd.DataFrame
    edges: pd.DataFrame
    notes: tuple[str, ...] = ()


NODES = pd.DataFrame(
    {
        "node_id": ["THERAPY|x:1", "TOXICITY|x:2", "TOXICITY|late, <rare> & \x0bodd"],
        "concept_id": ["x:1", "x:2", None],
        "label": ["THERAPY", "TOXICITY", "TOXICITY"],
        "name": ["invented-cel", 'fever; "high"', "late, <rare> & \x0bodd"],
        "n_documents": [30, 20, 4],
        "n_mentions": [90, 25, 4],
        "mean_year": [2020.123456, 2019.0, None],
        "x": [0.5, 0.25, None],
        "y": [0.1, 1.0, None],
        "cluster": pd.array([1, 2, None], dtype="Int64"),
    }
)
EDGES = pd.DataFrame(
    {
        "source": ["THERAPY|x:1", "THERAPY|x:1"],
        "target": ["TOXICITY|x:2", "TOXICITY|late, <rare> & \x0bodd"],
        "n_both": [12, 3],
        "expected": [4.5, 1.0],
        "lift": [2.667, 3.0],
        "npmi": [0.3, 0.4],
        "jaccard": [0.2, 0.1],
        "association_strength": [0.02, 0.025],
        "log_likelihood": [12.0, 3.0],
        "odds_ratio": [5.5, math.inf],
        "p_value": [0.001, 0.2],
        "q_value": [0.002, None],
        "level": ["document", "document"],
    }
)
NETWORK: Any = Network(NODES, EDGES)
WRITERS = {
    ".graphml": write_graphml,
    ".gexf": write_gexf,
    ".cyjs": write_cytoscape,
    ".txt": write_vosviewer_map,
    ".net.txt": write_vosviewer_network,
    ".json": write_vosviewer_json,
}


def plain(graph: nx.Graph) -> tuple[dict[Any, Any], dict[Any, Any]]:
    """Nodes and edges without what a format adds."""
    added = {"viz", "id", "value", "source", "target"}
    nodes = {n: {k: v for k, v in cells.items() if k not in added} for n, cells in graph.nodes(data=True)}
    edges = {tuple(sorted((a, b))): {k: v for k, v in cells.items() if k not in added} for a, b, cells in graph.edges(data=True)}
    return nodes, edges


def test_a_missing_or_endless_value_is_no_attribute() -> None:
    graph = graph_of(NETWORK)
    assert list(graph) == ["THERAPY|x:1", "TOXICITY|x:2", "TOXICITY|late, <rare> & odd"]
    assert set(graph.nodes["TOXICITY|late, <rare> & odd"]) == {"label", "name", "concept_type", "n_documents", "n_mentions"}
    last = graph.edges["THERAPY|x:1", "TOXICITY|late, <rare> & odd"]
    assert "odds_ratio" not in last
    assert "q_value" not in last
    assert (last["weight"], last["n_both"]) == (3.0, 3)


def test_graphml_comes_back(tmp_path: Path) -> None:
    write_graphml(NETWORK, tmp_path / "n.graphml")
    assert plain(nx.read_graphml(tmp_path / "n.graphml")) == plain(graph_of(NETWORK))


def test_gexf_comes_back_with_positions(tmp_path: Path) -> None:
    write_gexf(NETWORK, tmp_path / "n.gexf")
    found = nx.read_gexf(tmp_path / "n.gexf")
    wanted = graph_of(NETWORK)
    for _, cells in wanted.nodes(data=True):
        cells.pop("x", None)
        cells.pop("y", None)
    assert plain(found) == plain(wanted)
    assert found.nodes["TOXICITY|x:2"]["viz"]["position"] == {"x": 250.0, "y": 1000.0, "z": 0.0}
    assert "position" not in found.nodes["TOXICITY|late, <rare> & odd"]["viz"]
    assert "lastmodifieddate" not in (tmp_path / "n.gexf").read_text(encoding="utf-8")


def test_cytoscape_comes_back_with_positions(tmp_path: Path) -> None:
    write_cytoscape(NETWORK, tmp_path / "n.cyjs")
    body = json.loads((tmp_path / "n.cyjs").read_text(encoding="utf-8"), parse_constant=lambda word: pytest.fail(word))
    assert [n.get("position") for n in body["elements"]["nodes"]] == [{"x": 500.0, "y": -100.0}, {"x": 250.0, "y": -1000.0}, None]
    assert plain(nx.cytoscape_graph(body)) == plain(graph_of(NETWORK))


def test_map_and_network_files_fit_together(tmp_path: Path) -> None:
    write_vosviewer_map(NETWORK, tmp_path / "m.txt")
    write_vosviewer_network(NETWORK, tmp_path / "n.txt")
    rows = [line.split("\t") for line in (tmp_path / "m.txt").read_text(encoding="utf-8").splitlines()]
    assert rows == [
        ["id", "label", "x", "y", "cluster", "weight<Documents>", "weight<Mentions>", "score<Avg. pub. year>"],
        ["1", "invented-cel", "0.5", "0.1", "1", "30", "90", "2020.12"],
        ["2", "\"fever; 'high'\"", "0.25", "1.0", "2", "20", "25", "2019.0"],
        ["3", '"late, <rare> & odd"', "", "", "", "4", "4", ""],
    ]
    assert (tmp_path / "n.txt").read_text(encoding="utf-8") == "1\t2\t12\n1\t3\t3\n"


def test_json_of_vosviewer_has_the_documented_keys(tmp_path: Path) -> None:
    write_vosviewer_json(NETWORK, tmp_path / "v.json")
    network = json.loads((tmp_path / "v.json").read_text(encoding="utf-8"))["network"]
    assert network["items"][0] == {
        "id": "THERAPY|x:1", "label": "invented-cel", "description": "THERAPY x:1", "x": 0.5, "y": 0.1, "cluster": 1,
        "weights": {"Documents": 30, "Mentions": 90}, "scores": {"Avg. pub. year": 2020.12},
    }  # fmt: skip
    assert set(network["items"][2]) == {"id", "label", "description", "weights"}
    assert network["links"][0] == {"source_id": "THERAPY|x:1", "target_id": "TOXICITY|x:2", "strength": 12}


def test_clusters_that_begin_at_0_are_numbered_from_1(tmp_path: Path) -> None:
    write_vosviewer_map(NETWORK._replace(nodes=NODES.assign(cluster=[0, 1, 1])), tmp_path / "m.txt")
    assert [line.split("\t")[4] for line in (tmp_path / "m.txt").read_text(encoding="utf-8").splitlines()[1:]] == ["1", "2", "2"]


@pytest.mark.parametrize("ending", WRITERS)
def test_the_same_network_is_the_same_bytes(tmp_path: Path, ending: str) -> None:
    for name in "ab":
        WRITERS[ending](NETWORK, tmp_path / f"{name}{ending}")
    assert (tmp_path / f"a{ending}").read_bytes() == (tmp_path / f"b{ending}").read_bytes()
