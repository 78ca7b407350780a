"""The table of all concepts of a type."""

from __future__ import annotations

import csv
import html
import io
import json
import re
import shlex
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest

from allnlp.collection.filters import parse_filters
from allnlp.collection.trend import counts
from allnlp.explorer.store import Store
from allnlp.schema import CONTEXT_LABELS, LABELS


def rows(client: Any, query: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(client.get(f"/concepts.csv?{query}").content.decode("utf-8-sig"))))


@pytest.mark.parametrize("label", [*LABELS, *CONTEXT_LABELS])
def test_the_table_has_what_is_counted(client: Any, store: Store, label: str) -> None:
    if not (store.index.labels == label).any():
        assert "No concept of this type fits" in client.get(f"/concepts?label={label.lower()}").text
        return
    own = counts(store.index, label.lower(), filters=parse_filters(year=(2018, None)))
    found = rows(client, f"label={label.lower()}&from=2018")
    assert [(r["concept_id"], int(r["n_documents"]), int(r["n_mentions"]), int(r["n_negated"])) for r in found] == list(
        own[["concept_id", "n_documents", "n_mentions", "n_negated"]].itertuples(index=False, name=None)
    )


def test_each_count_opens(client: Any) -> None:
    page = client.get("/concepts?label=toxicity&include=negated").text
    links = re.findall(r'<a href="([^"]+)" id="(documents|mentions|negated)-\d+"[^>]*>([\d,]+)</a>', page)
    assert len(links) > 20
    for url, kind, n in links[:30]:
        answer = client.get(html.unescape(url)).text
        found = re.search(r'<p class="numbers"><b>([\d,]+)</b> (\w+?)s?\b', answer)
        assert found
        assert (found[1], found[2]) == (n, "document" if kind == "documents" else "mention")


@pytest.mark.parametrize("part", ["cyto", "CRS", "crs", "mesh:D000080424", "release-syn"])
def test_a_part_of_a_name_or_of_its_words_finds_it(client: Any, part: str) -> None:
    assert "cytokine release syndrome" in [r["name"] for r in rows(client, f"label=toxicity&name={part}")]


@pytest.mark.parametrize(("sort", "down"), [("name", False), ("n_mentions", True), ("n_negated", True), ("first_year", False), ("last_year", True)])
def test_the_table_is_sorted(client: Any, sort: str, down: bool) -> None:
    values = [r[sort] for r in rows(client, f"label=therapy&sort={sort}") if r[sort]]
    keys = values if sort == "name" else [int(float(v)) for v in values]
    assert keys == sorted(keys, reverse=down)


def test_pages_hold_all_of_them_once(client: Any) -> None:
    seen, url = [], "/concepts?label=therapy"
    while url:
        page = client.get(url).text
        seen += re.findall(r'<th scope="row"><a href="([^"]+)"', page)
        found = re.search(r'<a rel="next" href="([^"]+)"', page)
        url = html.unescape(found[1]) if found else ""
    assert len(seen) == len(set(seen)) == len(rows(client, "label=therapy"))


@pytest.mark.parametrize("query", ["label=antigen&from=2018", "label=toxicity&name=cyto"])
def test_the_command_gives_the_same(client: Any, run: Callable[..., Any], query: str) -> None:
    command = re.search(r'id="copy-command">([^<]+)</pre>', client.get(f"/concepts?{query}").text)
    assert command
    said = json.loads(run(*shlex.split(html.unescape(command[1]))[1:], "--json").out)
    assert [(r["name"], str(r["n_documents"])) for r in said] == [(r["name"], r["n_documents"]) for r in rows(client, query)]


@pytest.mark.parametrize("query", ["label=nothing", "sort=x", "page=999", "page=x", "name=%3Cscript%3E", "label=toxicity&from=1800&to=1801", "named=zzz", "name=---"])
def test_odd_parameters_give_a_page_that_says_so(client: Any, query: str) -> None:
    answer = client.get(f"/concepts?{query}")
    assert answer.status_code in (200, 400, 404)
    assert "<h1>" in answer.text
    assert "<script>" not in answer.text.replace("<script src", "")


@pytest.mark.slow
def test_axe_finds_nothing(browser: Any, served: str, do: SimpleNamespace) -> None:
    for dark in (False, True):
        do.look(browser, dark=dark)
        browser.get(f"{served}/concepts?label=toxicity")
        assert do.violations(browser) == []
