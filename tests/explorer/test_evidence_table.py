"""The evidence table of the explorer: page after page the table of the library, each value with its sentence."""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable
from html import unescape
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from allnlp.collection.evidence_table import evidence_table
from allnlp.collection.filters import parse_filters
from allnlp.explorer.screens.evidence_table import part
from allnlp.explorer.screens.table_studies import Options, studies_of
from allnlp.explorer.store import Store

NONE = Options(None, None, None, False, False, False)
CASES = (
    NONE, NONE._replace(toxicities=("CRS", "ICANS >=3")), NONE._replace(outcomes=("OS 12 months", "median PFS", "OS HR")), NONE._replace(columns=("CRS >=3", "n_patients")),
    NONE._replace(columns=("n_patients",)), NONE._replace(primary=True), NONE._replace(all_studies=True), NONE._replace(toxicities=("infection",), narrower=True, primary=True),
)  # fmt: skip


@pytest.mark.parametrize("options", CASES, ids=str)
@pytest.mark.parametrize("given", [{}, {"year": "2019:"}, {"mentioning": "CD19"}], ids=str)
def test_pages_together_are_the_table_of_the_library(store: Store, options: Options, given: dict[str, str]) -> None:
    filters = parse_filters(**given)
    documents = tuple(store.index.documents["doc_id"][store.index.view(filters).documents])
    expected = evidence_table(store.folder, documents=documents, **options.arguments())
    found, n_rest, n_none = studies_of(store, filters, options)
    assert list(found) == list(expected.table["doc_id"])
    assert n_rest == int(expected.left_out["findings"].sum())
    said = re.search(r"([\d,]+) of [\d,]+ studies have no value", " ".join(expected.notes))
    assert n_none == (int(said[1].replace(",", "")) if said else 0)
    pages = [part(store, options, found[i : i + 5]) for i in range(0, len(found), 5)]
    if pages:
        pd.testing.assert_frame_equal(pd.concat([p.table for p in pages], ignore_index=True), expected.table)
        assert len(pd.concat([p.cells for p in pages])) == len(expected.cells)


def test_value_opens_its_sentence_with_the_words_marked(client: Any, store: Store) -> None:
    found, _, _ = studies_of(store, parse_filters(), NONE)
    page = client.get("/evidence-table").text
    cells = part(store, NONE, found[:25]).cells
    cell = cells[cells["finding"].notna()].iloc[0]
    links = re.findall(r'<a href="([^"]+)" id="cell-[^"]+" aria-label="([^"]+)">([^<]+)</a>', page)
    assert links
    opened = client.get("/evidence-table", params={"cell": cell["column"], "of": cell["doc_id"]}).text
    drawer = opened[opened.index('id="drawer"') :]
    assert cell["sentence_text"] in unescape(re.sub(r"<[^>]+>", "", drawer))
    assert "<mark" in drawer
    first = client.get(unescape(links[0][0])).text
    assert links[0][2] in first[first.index('id="drawer"') :]


def test_cell_of_another_page_opens_too(client: Any, store: Store) -> None:
    found, _, _ = studies_of(store, parse_filters(), NONE)
    cell = part(store, NONE, found[-1:]).cells.iloc[0]
    page = client.get("/evidence-table", params={"cell": cell["column"], "of": cell["doc_id"]}).text
    assert 'id="drawer"' in page
    for params in ({"cell": "no such", "of": cell["doc_id"]}, {"cell": "CR", "of": "nobody"}):
        assert 'id="drawer"' not in client.get("/evidence-table", params=params).text


def test_columns_are_those_of_the_form(client: Any) -> None:
    page = client.get("/evidence-table", params={"toxicity": "CRS\nICANS", "outcome": "CR"}).text
    heads = [unescape(h) for h in re.findall(r'<th scope="col"[^>]*>([^<]+)</th>', page[page.index("evidence-table") :])]
    assert [h for h in heads if h not in ("study", "doc id", "review")][-5:] == ["CRS any", "CRS ≥3", "ICANS any", "ICANS ≥3", "CR"]


def test_doubtful_values_are_marked_with_the_reason(client: Any, store: Store) -> None:
    table = evidence_table(store.folder)
    doubtful = table.cells[table.cells["needs_review"]]
    page = "".join(client.get(f"/evidence-table?page={i}").text for i in range(1, 5))
    if len(doubtful):
        assert 'class="doubt" title="' in page


@pytest.mark.parametrize("params", [{"column": "5"}, {"toxicity": "xyzzy"}, {"column": "no_such_column"}, {"section": "results"}, {"from": "1801", "to": "1802"}])
def test_what_cannot_be_made_leaves_the_page(client: Any, params: dict[str, str]) -> None:
    answer = client.get("/evidence-table", params=params)
    assert answer.status_code == 200
    assert 'id="options"' in answer.text
    assert 'class="note"' in answer.text or 'class="empty"' in answer.text


def test_wrong_page_is_told(client: Any) -> None:
    assert client.get("/evidence-table?page=first").status_code == 400
    assert client.get("/evidence-table?page=99999").status_code == 200


def test_leaves_with_its_sentences_and_the_command_gives_the_same(client: Any, explored: Path, run: Callable[..., Any], tmp_path: Path) -> None:
    query = "toxicity=CRS&outcome=CR&primary=1&narrower=1&from=2015"
    page = client.get(f"/evidence-table?{query}").text
    command = unescape(re.search(r'id="copy-command">([^<]+)<', page)[1])  # type: ignore[index]
    assert command == f"allnlp evidence-table {explored} --toxicity CRS --outcome CR --primary --narrower --year 2015:"
    ran = run(*shlex.split(command)[1:], "-o", str(tmp_path / "t.csv"))
    assert ran.code == 0, ran.err
    assert client.get(f"/evidence-table.csv?{query}").text == (tmp_path / "t.csv").read_text(encoding="utf-8")
    assert client.get(f"/evidence-table.cells.csv?{query}").text == (tmp_path / "t.cells.csv").read_text(encoding="utf-8")
    html = client.get(f"/evidence-table.html?{query}")
    assert html.status_code == 200
    assert "<h1>Evidence table</h1>" in html.text
    assert client.get(f"/evidence-table.evidence.xlsx?{query}").content.startswith(b"PK")


def test_titles_are_text(client: Any) -> None:
    page = client.get("/evidence-table?all=1&page=1").text + client.get("/evidence-table?all=1&page=99").text
    assert "<script>window" not in page
    assert "style=" not in page
