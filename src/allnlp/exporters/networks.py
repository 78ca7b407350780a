"""A network of concepts for programs that draw and measure graphs: GraphML, GEXF (Gephi) and Cytoscape."""

from __future__ import annotations

import json
import math
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

from allnlp.collection.frames import records

if TYPE_CHECKING:
    import networkx

    from allnlp.collection.network import Network

_PLACES = ("x", "y")
_SCALE = 1000.0  # points of a drawing on which nodes of a few points' size do not lie on one another
_NO_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]")


def write_graphml(network: Network, path: Path) -> None:
    """GraphML, for Gephi, Cytoscape, igraph, yEd and networkx; positions are the attributes x and y.

    Args:
        network: nodes and edges.
        path: the file.
    """
    import networkx

    networkx.write_graphml_xml(graph_of(network), path)


def write_gexf(network: Network, path: Path) -> None:
    """GEXF 1.2, with positions and sizes as Gephi draws them.

    Args:
        network: nodes and edges.
        path: the file.
    """
    from networkx.readwrite.gexf import GEXFWriter

    graph = graph_of(network)
    for _, cells in graph.nodes(data=True):
        x, y = (cells.pop(name, None) for name in _PLACES)
        viz: dict[str, Any] = {"size": round(max(4.0, 2 * math.sqrt(cells["n_documents"])), 3)}
        if x is not None and y is not None:
            viz["position"] = {"x": round(x * _SCALE, 3), "y": round(y * _SCALE, 3), "z": 0.0}
        cells["viz"] = viz
    writer = GEXFWriter(version="1.2draft")
    meta = writer.xml.find("meta")
    meta.attrib.clear()  # the day of writing: the same network is the same bytes
    meta.find("creator").text = "allnlp"
    writer.add_graph(graph)
    with path.open("wb") as stream:
        writer.write(stream)


def write_cytoscape(network: Network, path: Path) -> None:
    """Cytoscape JSON (.cyjs), for Cytoscape and Cytoscape.js, with positions; there y grows downwards.

    Args:
        network: nodes and edges.
        path: the file.
    """
    import networkx

    graph = graph_of(network)
    drawn: dict[str, Any] = networkx.cytoscape_data(graph)
    drawn["data"] = {"name": "allnlp"}
    for element in drawn["elements"]["nodes"]:
        x, y = (element["data"].get(name) for name in _PLACES)
        if x is not None and y is not None:
            element["position"] = {"x": round(x * _SCALE, 3), "y": round(-y * _SCALE, 3)}
    path.write_text(json.dumps(drawn, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def graph_of(network: Network) -> networkx.Graph:
    """The network as an undirected graph of networkx.

    Nodes are named by node_id. Their attributes are those of the network, but that ``label``, which these programs show, is
    the concept's name, and ``concept_type`` is its label. The weight of an edge is the number of documents or other places
    that name both. A missing value is no attribute.
    """
    import networkx

    graph = networkx.Graph()
    for node in records(network.nodes):
        node_id, kind = _text(node.pop("node_id")), node.pop("label")
        graph.add_node(node_id, **_present({"label": node["name"], "concept_type": kind, **node}))
    for edge in records(network.edges):
        source, target = _text(edge.pop("source")), _text(edge.pop("target"))
        graph.add_edge(source, target, **_present({"weight": float(edge["n_both"]), **edge}))
    return graph


def _present(cells: dict[str, Any]) -> dict[str, Any]:
    r"""Attributes that have a value which a file can hold.

    >>> _present({"a": None, "b": float("inf"), "c": 1, "d": "x\x0by"})
    {'c': 1, 'd': 'x y'}
    """
    kept = {name: _text(value) if isinstance(value, str) else value for name, value in cells.items() if value is not None}
    return {name: value for name, value in kept.items() if not isinstance(value, float) or math.isfinite(value)}


def _text(text: str) -> str:
    """A text on one line without what XML cannot hold."""
    return " ".join(_NO_XML.sub(" ", text).split())
