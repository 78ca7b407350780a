"""Tests of the network screen: the library's network, each circle and line opens as many rows as it says."""

from __future__ import annotations

import html
import json
import re
import shlex
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from allnlp.collection.filters import Filters
from allnlp.collection.network import build_network
from allnlp.explorer.charts.drawing import LINE, widest
from allnlp.explorer.screens.network_drawing import SIZE, drawing
from allnlp.explorer.store import Store

LABELS = ["therapy", "antigen", "disease", "toxicity"]
LINK = re.compile(r'<a href="(?P<url>[^"]+)" aria-label="(?P<said>[^"]+: (?P<n>[\d,]+) [a-z]+)"')
COUNT = re.compile(r'<td class="number"><a href="(?P<url>[^"]+)" id="[a-z0-9-]+" aria-label="(?P<said>[^"]+)">(?P<n>[\d,]+)</a></td>')


def _linked(pattern: re.Pattern[str], text: str) -> list[tuple[str, str, int]]:
    return [(html.unescape(m["url"]), html.unescape(m["said"]), int(m["n"].replace(",", ""))) for m in pattern.finditer(text)]


def _units(text: str) -> int:
    found = re.search(r'<p class="numbers"><b>([\d,]+)</b>', text)
    assert found
    return int(found[1].replace(",", ""))


def _data(text: str) -> dict[str, Any]:
    found = re.search(r'<script type="application/json" id="network-data">(.*?)</script>', text, re.DOTALL)
    assert found
    return dict(json.loads(found[1]))


def test_network_is_that_of_the_library(client: Any, store: Store) -> None:
    network = build_network(store.index, labels=LABELS, filters=Filters(), top=40)
    text = client.get("/network").text
    nodes = _linked(LINK, text[: text.index("</svg>", text.index("chart network"))])
    circles = [(said.rpartition(":")[0], n) for _, said, n in nodes if " and " not in said.rpartition(":")[0]]
    by_name = dict(zip(network.nodes["name"], network.nodes["n_documents"], strict=True))
    known = [(name, n) for name, n in circles if name in by_name]
    assert known
    assert all(by_name[name] == n for name, n in known)
    assert len(_data(text)["nodes"]) == len(network.nodes)
    assert f'Links <span class="muted">{len(network.edges):,}</span>' in text


@pytest.mark.parametrize("query", ["", "within=sentence&min=2&top=20", "from=2019&labels=therapy&labels=outcome&measure=lift&min=2"])
def test_each_circle_and_line_opens_as_many_rows_as_it_says(client: Any, query: str) -> None:
    text = client.get(f"/network?{query}").text
    drawn = _data(text)
    said = [(one["url"], one["said"]) for one in (*drawn["nodes"][::9], *drawn["edges"][::17])]
    table = [(url, words) for url, words, _ in _linked(COUNT, text)[::11]]
    assert len(said) > 1
    assert table
    for url, words in (*said, *table):
        n = int(re.search(r": ([\d,]+) [a-z]+$", words)[1].replace(",", ""))  # type: ignore[index]
        assert _units(client.get(url).text) == n, words


def test_what_the_script_draws_is_what_stands_without_it(client: Any) -> None:
    text = client.get("/network?colour=cluster").text
    drawn = _data(text)
    circles = re.findall(r'<circle class="node ([a-z0-9-]+)" cx="([\d.]+)" cy="([\d.]+)" r="([\d.]+)"', text)
    assert circles == [(n["kind"], str(n["x"]), str(n["y"]), str(n["radius"])) for n in drawn["nodes"]]
    assert text.count('class="link strength-') == len(drawn["edges"])


@pytest.mark.parametrize("colour", ["label", "cluster", "year"])
def test_drawing_stays_on_the_page_and_names_cover_nothing(store: Store, colour: str) -> None:
    found = build_network(store.index, labels=LABELS, filters=Filters(), top=60)
    drawn = drawing(found, colour=colour)
    boxes = []
    for c in drawn.circles:
        assert c.radius <= c.x <= SIZE[0] - c.radius
        assert c.radius <= c.y <= SIZE[1] - c.radius
        if c.at is not None:
            wide, high = widest(c.lines), LINE * len(c.lines)
            boxes.append((c.at[0] - wide / 2, c.at[1] - high / 2, c.at[0] + wide / 2, c.at[1] + high / 2))
    assert len(boxes) > len(drawn.circles) / 2
    for i, a in enumerate(boxes):
        assert all(a[2] <= b[0] or b[2] <= a[0] or a[3] <= b[1] or b[3] <= a[1] for b in boxes[i + 1 :])
    told = {kind for kind, _ in drawn.colours}
    assert {c.kind for c in drawn.circles} == told
    assert drawn == drawing(found, colour=colour)


def test_command_gives_the_same_network(client: Any, run: Callable[..., Any], tmp_path: Path) -> None:
    pytest.importorskip("matplotlib")
    query = "from=2012&labels=therapy&labels=toxicity&min=2&top=15&measure=lift"
    text = client.get(f"/network?{query}").text
    command = html.unescape(re.search(r'id="copy-command">([^<]+)<', text)[1])  # type: ignore[index]
    words = [str(tmp_path / w) if w == "network.pdf" else w for w in shlex.split(command)]
    ran = run(*words[1:])
    assert ran.code == 0, ran.err
    edges = pd.read_csv(tmp_path / "network.edges.csv")
    (tmp_path / "page.csv").write_bytes(client.get(f"/network.csv?{query}").content)
    own = pd.read_csv(tmp_path / "page.csv").drop(columns=["source_name", "target_name"])
    pd.testing.assert_frame_equal(edges, own)


@pytest.mark.parametrize("ending", [".gexf", ".graphml", ".cyjs", ".vosviewer.json", ".csv", ".xlsx"])
def test_it_leaves_for_other_programs(client: Any, ending: str) -> None:
    answer = client.get(f"/network{ending}")
    assert answer.status_code == 200
    assert len(answer.content) > 500
    assert answer.headers["content-disposition"].endswith(f'network{ending}"')


def test_its_figure_leaves(client: Any) -> None:
    pytest.importorskip("matplotlib")
    assert client.get("/network.svg?colour=year").content.startswith(b"<?xml")


@pytest.mark.parametrize("query", ["labels=word", "within=x", "measure=odd", "colour=red", "top=all", "min=", "sort=name", "sort=q_value", "pairs_page=x"])
def test_odd_options_give_a_page_that_says_so(client: Any, query: str) -> None:
    answer = client.get(f"/network?{query}")
    assert answer.status_code in (200, 400)
    assert (answer.status_code == 400) is (query != "min=")


@pytest.mark.parametrize("query", ["min=5000", "from=1900&to=1901", "labels=population&min=900"])
def test_nothing_found_keeps_the_options(client: Any, query: str) -> None:
    answer = client.get(f"/network?{query}")
    assert answer.status_code == 200
    assert 'class="empty"' in answer.text
    assert 'id="within"' in answer.text


def test_names_stay_text(client: Any) -> None:
    text = client.get("/network?c=toxicity:mesh:D000080424&level=document").text
    assert "<script>" not in text
    data = re.search(r'id="network-data">(.*?)</script>', text, re.DOTALL)
    assert data
    assert "<" not in data[1]
