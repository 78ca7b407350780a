"""A network of concepts for VOSviewer: a map and a network file, or one JSON file; links count documents, as VOSviewer expects."""

from __future__ import annotations

import json
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any

from allnlp.collection.frames import records

if TYPE_CHECKING:
    from allnlp.collection.network import Network

_DOCUMENTS, _MENTIONS, _YEAR = "Documents", "Mentions", "Avg. pub. year"
_CLUSTERS = 1000  # that VOSviewer tells apart


def write_vosviewer_map(network: Network, path: Path) -> None:
    """The map file: id, label, place, cluster, documents and mean year of each concept.

    Args:
        network: nodes and edges.
        path: the file.
    """
    head = ["id", "label", "x", "y", "cluster", f"weight<{_DOCUMENTS}>", f"weight<{_MENTIONS}>", f"score<{_YEAR}>"]
    shift = _shift(network)
    lines = [head]
    for number, node in enumerate(records(network.nodes), 1):
        cells = [number, _label(node["name"]), node["x"], node["y"], _cluster(node["cluster"], shift)]
        cells += [node["n_documents"], node["n_mentions"], _year(node["mean_year"])]
        lines.append(["" if cell is None else str(cell) for cell in cells])
    _write_lines(lines, path)


def write_vosviewer_network(network: Network, path: Path) -> None:
    """The network file: two ids of the map file and the number of documents that name both.

    Args:
        network: nodes and edges.
        path: the file.
    """
    numbers = {node_id: str(number) for number, node_id in enumerate(network.nodes["node_id"], 1)}
    _write_lines([[numbers[e["source"]], numbers[e["target"]], str(e["n_both"])] for e in records(network.edges)], path)


def write_vosviewer_json(network: Network, path: Path) -> None:
    """One JSON file for VOSviewer and VOSviewer Online, with places, clusters and words for what is shown.

    Args:
        network: nodes and edges.
        path: the file.
    """
    shift = _shift(network)
    items = []
    for node in records(network.nodes):
        item = {
            "id": node["node_id"],
            "label": node["name"],
            "description": f"{escape(node['label'])} {escape(node['concept_id'] or '')}".strip(),
            "x": node["x"],
            "y": node["y"],
            "cluster": _cluster(node["cluster"], shift),
            "weights": {_DOCUMENTS: node["n_documents"], _MENTIONS: node["n_mentions"]},
            "scores": None if node["mean_year"] is None else {_YEAR: _year(node["mean_year"])},
        }
        items.append({name: value for name, value in item.items() if value is not None})
    links = [{"source_id": e["source"], "target_id": e["target"], "strength": e["n_both"]} for e in records(network.edges)]
    words = {"item": "concept", "items": "concepts", "link": "pair", "links": "pairs"}
    words |= {"link_strength": "Documents with both", "total_link_strength": "Sum over pairs"}
    body = {"network": {"items": items, "links": links}, "config": {"terminology": words}}
    path.write_text(json.dumps(body, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def _shift(network: Network) -> int:
    """What makes the numbers of the clusters begin at 1."""
    numbers = network.nodes["cluster"].dropna()
    return 1 - min(int(numbers.min()), 1) if len(numbers) else 0


def _cluster(number: Any, shift: int) -> int | None:
    """A cluster as VOSviewer numbers them; none beyond those that it tells apart.

    >>> _cluster(0, 1), _cluster(None, 0), _cluster(1001, 0)
    (1, None, None)
    """
    return None if number is None or number + shift > _CLUSTERS else int(number) + shift


def _year(year: float | None) -> float | None:
    return None if year is None else round(year, 2)


def _label(name: str) -> str:
    """A label on one line, in quotation marks where it holds what else would part cells.

    >>> _label("anemia"), _label("toxicity, late")
    ('anemia', '"toxicity, late"')
    """
    name = " ".join(name.split())
    return '"' + name.replace('"', "'") + '"' if set(name) & set(',;"') else name


def _write_lines(lines: list[list[str]], path: Path) -> None:
    path.write_text("".join("\t".join(cells) + "\n" for cells in lines), encoding="utf-8")
