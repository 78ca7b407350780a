"""The overview: its numbers are those of the library, and what is counted can be opened."""

from __future__ import annotations

import re
import time
from html import unescape
from pathlib import Path
from typing import Any

import pytest

from allnlp.collection import Collection, summarise
from allnlp.collection.filters import Filters, parse_filters
from allnlp.explorer.asked import asked
from allnlp.explorer.screens.overview import _left
from allnlp.explorer.state import read_state
from allnlp.explorer.store import Store

LINK = re.compile(r'href="([^"]+)"')


def count(page: str) -> int:
    """Documents that a page says it shows."""
    found = re.search(r'class="count"[^>]*><b>([\d,]+)</b>', page)
    assert found, page[:500]
    return int(found[1].replace(",", ""))


def test_first_page_says_what_the_summary_says(client: Any, explored: Path) -> None:
    page = client.get("/overview").text
    information = dict(summarise(explored).information.itertuples(index=False))
    for name in ("mentions", "concepts", "findings"):
        assert re.search(rf'<th scope="row">{name}</th>\s*<td class="number">(<a[^>]*>)?{int(information[name]):,}<', page), name
    for row in summarise(explored).labels.itertuples():
        assert f"{row.mentions:,}</td>" in page


@pytest.mark.parametrize("given", [{}, {"section": "results"}, {"include": "negated"}, {"year": "2018:"}, {"mentioning": "CRS", "section": "results", "include": "all"}])
def test_numbers_under_filters_are_those_of_the_view(store: Store, given: dict[str, str]) -> None:
    filters = parse_filters(**given)
    view = Collection(store.folder).where(**given)  # type: ignore[arg-type]
    left = _left(store, filters)
    assert (left["mentions"], left["findings"]) == (len(view.mentions), len(view.findings_table))
    assert left["findings to review"] == int(view.findings_table["needs_review"].sum())
    assert left["concepts"] == view.mentions["concept_id"].nunique()
    assert left["mentions to review"] == int(view.mentions["needs_review"].sum())


def test_each_count_of_a_concept_opens_as_many_documents(client: Any) -> None:
    page = client.get("/overview?from=2015").text
    bars = re.findall(r'<a class="n" href="([^"]+)" aria-label="([\d,]+) document', page)
    assert len(bars) > 10
    for url, n in bars[::5]:
        assert count(client.get(unescape(url)).text) == int(n.replace(",", "")), url


def test_each_bar_of_a_year_opens_its_documents(client: Any) -> None:
    page = client.get("/overview").text
    chart = page[page.index('id="per-year"') : page.index('id="information"')]
    bars = re.findall(r'<a href="([^"]+)" aria-label="\d{4}: ([\d,]+) document', chart)
    assert bars
    for url, n in bars[:4]:
        assert count(client.get(unescape(url)).text) == int(n.replace(",", ""))


def test_lists_hold_as_many_rows_as_the_overview_counts(client: Any, store: Store) -> None:
    page = client.get("/overview").text
    summary = summarise(store.folder)
    n = len(store.index.documents)
    for row in summary.completeness.itertuples():
        listed = client.get(f"/overview?list=no-{row.field}").text
        assert f"{n - row.documents:,} row" in listed
    for row in summary.labels.itertuples():
        if row.unlinked:
            listed = client.get(f"/overview?list=unlinked-{row.label.lower()}").text
            assert f"{row.unlinked:,}" in page
            assert "no list of concepts holds" in listed
    unlinked = store.rows("SELECT count(*) AS n FROM mentions WHERE concept_id IS NULL")[0]["n"]
    assert int(summary.labels["unlinked"].sum()) <= unlinked
    for name in ("failures", "duplicates", "retracted", "review", "low-score"):
        assert client.get(f"/overview?list={name}").status_code == 200


def test_wrong_list_and_wrong_page_are_told(client: Any) -> None:
    answer = client.get("/overview?list=nothing")
    assert answer.status_code == 400
    assert "is none of" in answer.text
    assert client.get("/overview?list=review&page=one").status_code == 400
    assert client.get("/overview?list=review&page=9999").status_code == 200


def test_filters_that_leave_nothing_leave_the_page(client: Any) -> None:
    answer = client.get("/overview?from=1801&to=1802")
    assert answer.status_code == 200
    assert "Take a filter away" in answer.text


def test_titles_are_text(client: Any) -> None:
    for url in ("/overview", "/overview?list=no-doi"):
        page = client.get(url).text
        assert "<script>window" not in page
        assert "style=" not in page
    assert "&lt;script&gt;window.pwned" in client.get("/overview?list=no-doi&page=1").text + client.get("/overview?list=no-doi&page=2").text + client.get(
        "/overview?list=no-pmid&page=3"
    ).text


def test_leaves_as_table_and_command(client: Any, explored: Path) -> None:
    rows = client.get("/overview.json").json()
    assert {r["item"]: r["value"] for r in rows} == dict(summarise(explored).information.itertuples(index=False))
    assert f"allnlp summary {explored}" in unescape(client.get("/overview").text)
    assert client.get("/overview.svg").status_code in (200, 503)


def test_overview_is_made_quickly(store: Store) -> None:
    from allnlp.explorer.screens.overview import page

    state = read_state("/overview", "from=2015")
    found = asked(store.index, state)
    page(store, state, found)
    start = time.perf_counter()
    page(store, state, found)
    assert time.perf_counter() - start < 1
    assert found.filters != Filters()
