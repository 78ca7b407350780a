"""The network of concepts that are named together: drawn at the places of the printed figure, each circle and line opens its sentences."""

from __future__ import annotations

import json
import shlex
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from allnlp.collection.cooccurrence import untested_pairs
from allnlp.collection.frames import records
from allnlp.collection.index import LEVELS
from allnlp.collection.network import EDGE_MEASURES, Network, build_network, network_of, node_counts
from allnlp.collection.provenance import asked_command, provenance
from allnlp.errors import NothingFound, OptionError
from allnlp.explorer.asked import Asked, token
from allnlp.explorer.page import Leaving, Page, Way, python_view, python_words
from allnlp.explorer.screens.evidence import opened
from allnlp.explorer.screens.network_drawing import SIZE, Drawing, drawing
from allnlp.explorer.screens.pair_table import PARAMETER, SORTS, opener, pair_table, units_said
from allnlp.explorer.state import State
from allnlp.explorer.store import Store
from allnlp.figures.network import COLOURS
from allnlp.schema import LABELS

_DEFAULT_LABELS = ("therapy", "antigen", "disease", "toxicity")
_MEASURE_WORDS = {
    "association_strength": "association strength", "lift": "observed / expected (lift)", "npmi": "mutual information (NPMI)",
    "jaccard": "Jaccard index", "log_likelihood": "log-likelihood (G²)", "odds_ratio": "odds ratio", "n_both": "count",
}  # fmt: skip
_COLOUR_WORDS = {"label": "type", "cluster": "cluster", "year": "mean year"}


class Options(NamedTuple):
    """What a URL asks of the network."""

    labels: tuple[str, ...]
    level: str
    min_documents: int
    measure: str
    top: int
    colour: str


def page(store: Store, state: State, found: Asked) -> Page:
    """The network and its links."""
    options = read_options(state)
    values: dict[str, Any] = {
        "asked": options, "labels": [label.lower() for label in LABELS], "levels": LEVELS, "measures": _MEASURE_WORDS, "colours": _COLOUR_WORDS,
        "shown": None, "pairs": None, "nothing": "", "notes": (), "page_parameter": PARAMETER, "size": SIZE,
    }  # fmt: skip
    try:
        network = _network(store, found, options)
    except (NothingFound, OptionError) as error:  # of the filters; the options are read before
        values["nothing"] = str(error)
    else:
        values |= _values(network, state, options)
    values["drawer"] = opened(store, state, found.filters)
    return Page("network.html", "Network", values, _leaving(store, found, options))


def read_options(state: State) -> Options:
    """Options of a URL.

    Raises:
        OptionError: one has a value that it cannot have.
    """
    state.choice("sort", tuple(SORTS))
    state.number(PARAMETER, 1)
    labels = tuple(label.lower() for label in state.all("labels")) or _DEFAULT_LABELS
    for label in labels:
        if label.upper() not in LABELS:
            raise OptionError(f"labels {label!r} is none of {', '.join(LABELS).lower()}.")
    return Options(
        tuple(label.lower() for label in LABELS if label.lower() in labels), state.choice("within", LEVELS), state.number("min", 3),
        state.choice("measure", tuple(EDGE_MEASURES)), state.number("top", 40, low=2, high=150), state.choice("colour", COLOURS),
    )  # fmt: skip


def _network(store: Store, found: Asked, options: Options) -> Network:
    """The network without tests, which take far longer than all else.

    Raises:
        NothingFound: no two concepts are linked.
    """

    def made() -> Network:
        pairs = untested_pairs(store.index, options.labels, filters=found.filters, level=options.level, min_count=options.min_documents)
        pairs = pairs.assign(p_value=np.nan, q_value=np.nan)
        nodes = node_counts(store.index, found.filters)
        return network_of(pairs, nodes, min_documents=options.min_documents, measure=options.measure, top=options.top)

    network = store.kept(("network", *options._replace(colour=""), found.filters), made)
    if network.edges.empty:
        raise NothingFound(
            f"No two concepts of {', '.join(options.labels)} are linked in {options.min_documents} documents. Choose more types or fewer documents."
        )
    return network


def _tested(store: Store, found: Asked, options: Options) -> Network:
    """The same network with p and q of its links, as files have it."""

    def made() -> Network:
        return build_network(
            store.index, labels=options.labels, filters=found.filters, level=options.level, min_documents=options.min_documents,
            measure=options.measure, top=options.top,
        )  # fmt: skip

    return store.kept(("tested network", *options._replace(colour=""), found.filters), made)


def _values(network: Network, state: State, options: Options) -> dict[str, Any]:
    """The drawing with its links, the same as data for the script, and a page of the table."""
    drawn = drawing(network, colour=options.colour, measure=options.measure)
    edges = edge_pairs(network)
    n_documents = dict(zip(network.nodes["node_id"], network.nodes["n_documents"], strict=True))
    of_node, of_edge = opener(state, "document"), opener(state, options.level)
    circles, lines = [], []
    for circle in drawn.circles:
        url = of_node([_token(circle.node_id)])
        circles.append({**circle._asdict(), "url": url, "said": f"{circle.name}: {units_said(int(n_documents[circle.node_id]), 'document')}"})
    ends = records(edges[["concept_a", "name_a", "label_a", "concept_b", "name_b", "label_b", "n_both"]])
    for line in drawn.lines:
        row = ends[line.row]
        url = of_edge([token(str(row[f"label_{x}"]), str(row[f"concept_{x}"])) for x in "ab"])
        said = f"{row['name_a']} and {row['name_b']}: {units_said(int(row['n_both']), options.level)}"
        lines.append({**line._asdict(), "url": url, "said": said, "step": round(4 * line.strength)})
    return {
        "shown": drawn, "circles": circles, "lines": lines, "n_edges": len(edges), "notes": network.notes, "data": _data(drawn, circles, lines, options),
        "pairs": pair_table(edges, state, level=options.level, measure=options.measure, default=options.measure, side_level="document"),
    }  # fmt: skip


def _data(drawn: Drawing, circles: list[dict[str, Any]], lines: list[dict[str, Any]], options: Options) -> dict[str, Any]:
    """The drawing for the script; the key tells whether it is the one already shown."""
    places = [[c.node_id, c.x, c.y, c.radius, c.kind] for c in drawn.circles]
    key = json.dumps([places, [list(line) for line in drawn.lines], list(options)])
    return {
        "key": key,
        "nodes": [{k: c[k] for k in ("name", "lines", "x", "y", "radius", "kind", "url", "said")} for c in circles],
        "edges": [{k: e[k] for k in ("source", "target", "strength", "url", "said")} for e in lines],
    }


def edge_pairs(network: Network) -> pd.DataFrame:
    """Links of a network as pairs with the names of their ends, without tests; n_a and n_b are documents.

    The order is that of ``edges``.
    """
    known = network.nodes.set_index("node_id")
    frame = network.edges.drop(columns=["p_value", "q_value"])
    for mark, end in (("a", "source"), ("b", "target")):
        of = known.loc[frame[end]]
        columns = {"concept": of["concept_id"], "name": of["name"], "label": of["label"], "n": of["n_documents"]}
        frame = frame.assign(**{f"{name}_{mark}": values.to_numpy() for name, values in columns.items()})
    return frame.reset_index(drop=True)


def _token(node_id: str) -> str:
    label, _, concept_id = node_id.partition("|")
    return token(label, concept_id)


def _leaving(store: Store, found: Asked, options: Options) -> Leaving:
    """How it leaves: its links as a table, the figure, and files for programs that draw graphs."""
    asked_for = {
        "labels": list(options.labels), "measure": options.measure, "top": options.top, "colour": options.colour, "level": options.level,
        "min": options.min_documents, "out": "network.pdf",
    }  # fmt: skip
    command = asked_command("plot", Path("network"), found.filters, asked_for, words=(str(store.folder),))  # plot has its kind before the folder
    more = f', level="{options.level}", min_documents={options.min_documents}, top={options.top}'
    call = f"network({', '.join(python_words(label) for label in options.labels)}{more})"

    def table() -> pd.DataFrame:
        network = _tested(store, found, options)
        frame = network.edges.copy()
        name = dict(zip(network.nodes["node_id"], network.nodes["name"], strict=True))
        for place, end in ((1, "source"), (3, "target")):
            frame.insert(place, f"{end}_name", [name[i] for i in frame[end]])
        frame.attrs["provenance"] = provenance(store.folder, command, found.filters, network.notes)
        return frame

    def figure() -> Any:
        from allnlp.figures.network import network as drawn

        return drawn(_network(store, found, options), colour=options.colour, measure=options.measure)

    def exported(module: str, writer: str) -> Callable[[Path], object]:
        def write(path: Path) -> None:
            from importlib import import_module

            from allnlp.exporters.files import Origin, placed

            network = _tested(store, found, options)
            with placed(path, Origin(store.folder, tuple(shlex.split(command)), ("networkx",))) as work:
                getattr(import_module(f"allnlp.exporters.{module}"), writer)(network, work)

        return write

    ways = (
        Way(".gexf", "GEXF, for Gephi", exported("networks", "write_gexf")), Way(".graphml", "GraphML", exported("networks", "write_graphml")),
        Way(".cyjs", "Cytoscape", exported("networks", "write_cytoscape")), Way(".vosviewer.json", "VOSviewer", exported("vosviewer", "write_vosviewer_json")),
    )  # fmt: skip
    return Leaving(table, command, python_view(store.folder, found.filters, call), figure, ways)
