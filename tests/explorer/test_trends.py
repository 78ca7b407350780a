"""Trends: the numbers of the page are those of the library, and each opens its sentences."""

from __future__ import annotations

import re
from collections.abc import Callable
from html import unescape
from pathlib import Path
from typing import Any

import pytest

from allnlp.collection.filters import parse_filters
from allnlp.collection.trend import counts, trend
from allnlp.explorer.store import Store

ROW = re.compile(r'<td class="number">(\d{4})(?:<span[^>]*> \*</span>)?</td>\s*<td class="number"><a class="count" href="([^"]+)"[^>]*aria-label="([^"]+)">([\d,]+)</a>')


@pytest.mark.parametrize("level", ["document", "section", "sentence"])
@pytest.mark.parametrize("narrower", ["", "&narrower=1"])
def test_rows_are_those_of_the_library_and_open_as_many_units(client: Any, store: Store, level: str, narrower: str) -> None:
    page = client.get(f"/trends?concept=CRS&concept=CD19&level={level}{narrower}").text
    expected = trend(store.index, ["CRS", "CD19"], level=level, narrower=bool(narrower))
    expected = expected[expected["n_documents"] > 0]
    rows = ROW.findall(page)
    assert [(int(y), int(n.replace(",", ""))) for y, _, _, n in rows] == list(zip(expected["year"], expected["n_documents"], strict=True))
    for _, url, said, n in rows[:4]:
        opened = client.get(unescape(url)).text
        assert re.search(rf'<p class="numbers"><b>{n}</b> {level}', opened), (url, said)


def test_without_concepts_the_most_frequent_of_a_label_are_shown(client: Any, store: Store) -> None:
    expected = counts(store.index, "toxicity", filters=parse_filters(year="2015:"), top=6)
    page = client.get("/trends?label=toxicity&from=2015").text
    shown = [unescape(name) for name in re.findall(r"<figcaption>([^<]+)</figcaption>", page)]
    assert shown == list(expected["name"])


def test_total_opens_the_documents_of_the_year(client: Any) -> None:
    page = client.get("/trends?concept=CRS").text
    totals = re.findall(r'<a href="(/documents[^"]+)" aria-label="All ([\d,]+) documents', page)
    assert totals
    for url, n in totals[:3]:
        assert f'<b>{n}</b>' in client.get(unescape(url)).text
    assert not re.search(r'aria-label="All [\d,]+ documents', client.get("/trends?concept=CRS&section=results").text)


def test_points_lead_to_their_year(client: Any) -> None:
    page = client.get("/trends?concept=CRS&show=count").text
    points = re.findall(r'<a href="([^"]+)" aria-label="(\d{4}): ([\d,]+) of', page[page.index("trend-panels") :])
    assert points
    url, year, n = points[-1]
    opened = client.get(unescape(url)).text
    assert f"in {year}</h2>" in opened
    assert f"<b>{n}</b> document" in opened
    files = re.findall(r'href="(/evidence\.json[^"]+)"', opened)
    rows = client.get(unescape(files[0])).json()
    assert {r["year"] for r in rows} == {int(year)}
    assert len({r["doc_id"] for r in rows}) == int(n)


def test_unknown_name_is_told_and_the_others_are_shown(client: Any) -> None:
    answer = client.get("/trends?concept=CRS&concept=xyzzy")
    assert answer.status_code == 200
    assert "xyzzy" in answer.text
    assert "<figcaption>cytokine release syndrome" in answer.text
    alone = client.get("/trends?concept=xyzzy")
    assert alone.status_code == 200
    assert "<figcaption>" not in alone.text
    assert 'name="concept"' in alone.text


@pytest.mark.parametrize("query", ["level=page", "show=pie", "label=nothing", "page=x", "at=later&c=CRS"])
def test_wrong_options_are_told(client: Any, query: str) -> None:
    answer = client.get(f"/trends?{query}")
    assert answer.status_code == 400
    assert "This cannot be read" in answer.text


def test_filters_that_leave_nothing_leave_the_page(client: Any) -> None:
    answer = client.get("/trends?from=1801&to=1802")
    assert answer.status_code == 200
    assert 'id="add-form"' in answer.text
    assert client.get("/trends.csv?from=1801&to=1802").status_code == 404


def test_command_gives_the_same(client: Any, explored: Path, run: Callable[..., Any]) -> None:
    query = "concept=CRS&concept=CD19&level=sentence&narrower=1&complete=1&from=2015&include=negated"
    page = client.get(f"/trends?{query}").text
    command = unescape(re.search(r'id="copy-command">([^<]+)<', page)[1])  # type: ignore[index]
    assert command == f"allnlp trend {explored} CRS CD19 --level sentence --narrower --complete --year 2015: --include negated"
    ran = run(*command.split()[1:], "--json")
    assert ran.code == 0
    import json

    assert json.loads(ran.out) == client.get(f"/trends.json?{query}").json()


def test_figure_leaves_where_matplotlib_is(client: Any) -> None:
    pytest.importorskip("matplotlib")
    answer = client.get("/trends.svg?concept=CRS")
    assert answer.status_code == 200
    assert "<svg" in answer.text
