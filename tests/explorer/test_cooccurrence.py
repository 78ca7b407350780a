"""Tests of the co-occurrence screen: its numbers are the library's, and each opens as many rows as it says."""

from __future__ import annotations

import html
import json
import re
import shlex
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from allnlp.collection.cooccurrence import cooccurrence, crossed_pairs, untested_pairs
from allnlp.collection.evidence import evidence
from allnlp.collection.filters import Filters
from allnlp.errors import OptionError
from allnlp.explorer.store import Store
from allnlp.figures.heatmap import grid

CELL = re.compile(r'<td class="heat-[a-z0-9-]+"><a href="(?P<url>[^"]+)" id="cell-\d+-\d+" aria-label="(?P<said>[^"]+)"[^>]*>(?P<n>[\d,]+)</a></td>')
COUNT = re.compile(r'<td class="number"><a href="(?P<url>[^"]+)" id="[a-z0-9-]+" aria-label="(?P<said>[^"]+)">(?P<n>[\d,]+)</a></td>')


def _linked(pattern: re.Pattern[str], text: str) -> list[tuple[str, str, int]]:
    return [(html.unescape(m["url"]), html.unescape(m["said"]), int(m["n"].replace(",", ""))) for m in pattern.finditer(text)]


def _units(text: str) -> int:
    found = re.search(r'<p class="numbers"><b>([\d,]+)</b>', text)
    assert found
    return int(found[1].replace(",", ""))


@pytest.mark.parametrize("query", ["", "level=sentence&min=2", "narrower=1&measure=npmi&arrange=clustered", "from=2015&section=results&measure=n_both&arrange=association"])
def test_cells_are_those_of_the_printed_figure(client: Any, store: Store, query: str) -> None:
    given = dict(part.split("=") for part in query.split("&") if part)
    filters = Filters(years=(int(given["from"]) if "from" in given else None, None), sections=(given["section"],) if "section" in given else ())
    options = {"level": given.get("level", "document"), "min_count": int(given.get("min", 1)), "narrower": "narrower" in given}
    pairs = cooccurrence(store.index, ["therapy"], ["toxicity"], filters=filters, **options)
    shown = grid(pairs, measure=given.get("measure", "lift"), top=20, order=given.get("arrange", "count"))
    cells = _linked(CELL, client.get(f"/cooccurrence?{query}").text)
    assert [n for _, _, n in cells] == shown.counts[shown.counts > 0].tolist()
    named = [f"{a} and {b}: " for a, b in zip(shown.pairs["name_a"], shown.pairs["name_b"], strict=True)]
    assert all(said.startswith(name) for (_, said, _), name in zip(cells, named, strict=True))


@pytest.mark.parametrize("query", ["", "level=section", "level=sentence&narrower=1&include=negated", "pairs=1&to=2022"])
def test_each_count_opens_as_many_rows_as_it_says(client: Any, query: str) -> None:
    text = client.get(f"/cooccurrence?{query}").text
    counts = [*_linked(CELL, text)[::17], *_linked(COUNT, text)[::13]]
    assert len(counts) > 5
    for url, said, n in counts:
        opened = client.get(url).text
        assert _units(opened) == n, said
        assert f": {n:,} " in said


def test_cells_that_are_not_counted_are_empty(client: Any, store: Store) -> None:
    shown = grid(cooccurrence(store.index, ["therapy"], ["toxicity"]), top=20)
    assert client.get("/cooccurrence").text.count("<td></td>") == int((shown.counts == 0).sum()) + 1  # and the corner


def test_two_sides_of_one_type_cross_each_other_both_ways(store: Store) -> None:
    shown = grid(crossed_pairs(store.index, ["toxicity"], ["toxicity"], top=12), top=12)
    assert shown.rows == shown.columns
    assert (shown.counts == shown.counts.T).all()
    assert not shown.counts.diagonal().any()


@pytest.mark.parametrize("level", ["document", "section", "sentence"])
@pytest.mark.parametrize("filters", [Filters(), Filters(years=(2015, None), assertions=("present", "negated"))])
def test_crossed_and_untested_pairs_have_the_numbers_of_cooccurrence(store: Store, level: str, filters: Filters) -> None:
    whole = cooccurrence(store.index, ["therapy", "toxicity"], filters=filters, level=level, min_count=2)
    keys = ["label_a", "concept_a", "label_b", "concept_b"]
    pairs = untested_pairs(store.index, ["therapy", "toxicity"], filters=filters, level=level, min_count=2)
    names = [c for c in whole if c in pairs]
    both = [frame.sort_values(keys).reset_index(drop=True)[names].astype(dict.fromkeys(keys, object)) for frame in (whole, pairs)]
    pd.testing.assert_frame_equal(*both, check_dtype=False)
    assert {"n_documents", "lift", "odds_high"} <= set(names)
    apart = cooccurrence(store.index, ["therapy"], ["toxicity"], filters=filters, level=level)
    crossed = crossed_pairs(store.index, ["therapy"], ["toxicity"], filters=filters, level=level, top=7)
    first, second = grid(apart, top=7), grid(crossed, top=7)
    assert (first.rows, first.columns) == (second.rows, second.columns)
    np.testing.assert_array_equal(first.counts, second.counts)
    np.testing.assert_array_equal(first.values, second.values)


def test_pairs_need_a_least_count_of_one(store: Store) -> None:
    with pytest.raises(OptionError, match="at least 1"):
        crossed_pairs(store.index, ["therapy"], ["toxicity"], min_count=0)
    with pytest.raises(OptionError, match="at least 1"):
        untested_pairs(store.index, ["therapy"], min_count=0)


def test_table_of_pairs_is_sorted_and_paged(client: Any, store: Store) -> None:
    pairs = cooccurrence(store.index, ["therapy"], ["toxicity"], sort="lift")
    text = client.get("/cooccurrence?sort=lift&pairs_page=2").text
    found = [n for _, said, n in _linked(COUNT, text) if " and " in said]
    assert found[: len(pairs.iloc[50:100])] == pairs["n_both"].iloc[50:100].tolist()
    assert 'aria-sort="descending"' in text


def test_own_concepts_stand_in_the_place_of_a_type(client: Any, store: Store) -> None:
    cells = _linked(CELL, client.get("/cooccurrence?rows_own=tisagenlecleucel; blinatumomab&cols_own=CRS").text)
    expected = {name: evidence(store.index, [name, "CRS"]).n_units for name in ("tisagenlecleucel", "blinatumomab")}
    assert {said.partition(" and ")[0]: n for _, said, n in cells} == expected


def test_command_gives_the_same_pairs(client: Any, run: Callable[..., Any], tmp_path: Path) -> None:
    query = "from=2012&level=sentence&min=2&narrower=1"
    text = client.get(f"/cooccurrence?{query}").text
    command = html.unescape(re.search(r'id="copy-command">([^<]+)<', text)[1])  # type: ignore[index]
    ran = run(*shlex.split(command)[1:], "--out", tmp_path / "pairs.csv")
    assert ran.code == 0, ran.err
    (tmp_path / "page.csv").write_bytes(client.get(f"/cooccurrence.csv?{query}").content)
    pd.testing.assert_frame_equal(pd.read_csv(tmp_path / "pairs.csv"), pd.read_csv(tmp_path / "page.csv"))


def test_command_that_draws_it_gives_the_cells(client: Any, run: Callable[..., Any], tmp_path: Path) -> None:
    pytest.importorskip("matplotlib")
    text = client.get("/cooccurrence?measure=npmi&top=8").text
    command = html.unescape(re.search(r'heat map">(allnlp plot heatmap [^<]+)<', text)[1])  # type: ignore[index]
    words = [str(tmp_path / w) if w == "heatmap.pdf" else w for w in shlex.split(command)]
    assert run(*words[1:]).code == 0
    drawn = pd.read_csv(tmp_path / "heatmap.csv", comment="#")
    assert drawn["n_both"].tolist() == [n for _, _, n in _linked(CELL, text)]


def test_it_leaves_as_table_and_figure(client: Any) -> None:
    rows = json.loads(client.get("/cooccurrence.json?min=3").content)
    assert rows
    assert client.get("/cooccurrence.xlsx").content[:2] == b"PK"
    pytest.importorskip("matplotlib")
    assert client.get("/cooccurrence.svg?rows=toxicity&cols=toxicity").content.startswith(b"<?xml")


@pytest.mark.parametrize(
    "query", ["level=word", "measure=odd", "arrange=x", "min=-x", "top=many", "rows=nothing", "sort=name", "pairs_page=x"]
)
def test_odd_options_give_a_page_that_says_so(client: Any, query: str) -> None:
    answer = client.get(f"/cooccurrence?{query}")
    assert answer.status_code == 400
    assert "This cannot be read" in answer.text


@pytest.mark.parametrize("query", ["rows_own=quxfoo", "rows_own=quxfoo&pairs=1", "min=5000", "from=1900&to=1901", "rows_own=%3Cscript%3E"])
def test_nothing_found_keeps_the_options(client: Any, query: str) -> None:
    answer = client.get(f"/cooccurrence?{query}")
    assert answer.status_code == 200
    assert 'class="empty"' in answer.text
    assert 'id="rows"' in answer.text
    assert "<script>" not in answer.text.replace("<script src", "")


def test_text_of_titles_stays_text(client: Any) -> None:
    text = client.get("/cooccurrence?c=toxicity:mesh:D000080424&level=document").text
    assert "<script>" not in text
    assert "&lt;script&gt;" in text or "pwned" not in text
