"""Tests of the comparison: the library's numbers, each opens as many rows as it says, sets from fields or in words."""

from __future__ import annotations

import html
import re
import shlex
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pandas as pd
import pytest

from allnlp.collection.trend import compare, parse_set
from allnlp.explorer.screens.compare import default_sets, set_words
from allnlp.explorer.state import read_state
from allnlp.explorer.store import Store

COUNT = re.compile(r'<td class="number"><a href="(?P<url>[^"]+)" aria-label="(?P<said>[^"]+)">(?P<n>[\d,]+)</a></td>')
POINT = re.compile(r'<a href="(?P<url>/evidence[^"]+)" aria-label="(?P<said>[^"]+: (?P<n>[\d,]+) of [^"]+)"')
SETS = (
    {"a": "year=:2022", "b": "year=2023:"},
    {"a_population": "child", "b_population": "adult", "min": "1", "sets": "own"},
    {"a": "mentioning=CD19", "b": "year=2018:", "concepts": "therapy", "min": "2", "narrower": "1", "level": "sentence"},
    {"a": "year=:2023;section=results", "b": "year=2023:;section=results", "min": "1", "from": "2019", "q": "CRS OR CD19"},
)  # fmt: skip


def _linked(pattern: re.Pattern[str], text: str) -> list[tuple[str, str, int]]:
    return [(html.unescape(m["url"]), html.unescape(m["said"]), int(m["n"].replace(",", ""))) for m in pattern.finditer(text)]


def _units(text: str) -> int:
    found = re.search(r'<p class="numbers"><b>([\d,]+)</b>', text)
    assert found
    return int(found[1].replace(",", ""))


@pytest.mark.parametrize("given", SETS)
def test_each_count_opens_as_many_rows_as_it_says(client: Any, given: dict[str, str]) -> None:
    text = client.get(f"/compare?{urlencode(given)}").text
    counts = [*_linked(COUNT, text)[::3], *_linked(POINT, text)[::7]]
    assert counts
    for url, said, n in counts:
        assert _units(client.get(url).text) == n, said


def test_documents_of_a_set_are_as_many_as_it_says(client: Any) -> None:
    text = client.get("/compare?a=year=:2022&b=year=2023:&mentioning=CRS&min=1").text
    links = re.findall(r'<a href="(/documents[^"]+)" aria-label="[^"]+: ([\d,]+) documents?"', text)
    assert len(links) == 2
    for url, n in links:
        shown = client.get(html.unescape(url)).text
        assert f"<b>{n}</b>" in shown


def test_numbers_are_those_of_the_library(client: Any, store: Store) -> None:
    frame = compare(store.index, "toxicity", parse_set("year=:2022"), parse_set("year=2023:"), min_count=1)
    text = client.get("/compare?a=year=:2022&b=year=2023:&min=1").text
    counts = [n for _, _, n in _linked(COUNT, text)]
    expected = [int(n) for pair in frame[["n_1", "n_2"]].head(50).to_numpy() for n in pair if n]
    assert counts == expected


@pytest.mark.parametrize("given", SETS)
def test_command_gives_the_same(client: Any, run: Callable[..., Any], tmp_path: Path, given: dict[str, str]) -> None:
    text = client.get(f"/compare?{urlencode(given)}").text
    command = html.unescape(re.search(r'id="copy-command">([^<]+)<', text)[1])  # type: ignore[index]
    ran = run(*shlex.split(command)[1:], "--out", tmp_path / "own.csv")
    assert ran.code == 0, ran.err
    (tmp_path / "page.csv").write_bytes(client.get(f"/compare.csv?{urlencode(given)}").content)
    pd.testing.assert_frame_equal(pd.read_csv(tmp_path / "own.csv"), pd.read_csv(tmp_path / "page.csv"))


def test_python_gives_the_same(client: Any) -> None:
    text = client.get("/compare?a=year=:2023&b=year=2020:;population=child&min=1").text
    lines = html.unescape(re.search(r'id="copy-python">([^<]+)<', text)[1])  # type: ignore[index]
    names: dict[str, Any] = {}
    exec(lines, names)  # the lines that the page tells a user to run
    assert len(names["answer"]) > 0


def test_sets_come_from_fields_words_or_the_folder(store: Store) -> None:
    def words(query: str, side: str = "a") -> str:
        return set_words(store.index, read_state("/compare", query), side)

    assert words("a_population=child;+adult&a_year=2018:&a=year=2019") == "year=2018:;population=child;population=adult"
    assert words("a=year=2019") == "year=2019"
    assert words("sets=own&a=year=2019") == ""
    assert words("sets=own&a_year=2019&a_more=section=results") == "year=2019;section=results"
    assert (words(""), words("", "b")) == default_sets(store.index)


def test_form_keeps_what_it_has_no_field_for(client: Any) -> None:
    text = client.get("/compare?a=section=results;year=2018:&b=year=:2017&min=1").text
    assert '<input type="hidden" name="a_more" value="section=results">' in text
    assert 'name="a_year" value="2018:"' in text


def test_documents_of_both_sets_are_told(client: Any) -> None:
    text = client.get("/compare?a=year=:2022&b=year=2015:&min=1").text
    assert re.search(r"\d+ documents are in both sets: they count in both", text)


@pytest.mark.parametrize(
    "given",
    [
        {"a": "nonsense"}, {"a_year": "then", "b_year": "2019"}, {"a_mentioning": "quxfoo"}, {"concepts_own": "quxfoo"}, {"min": "90000"},
        {"population": "child", "a": "population=adult", "b": "year=2019"}, {"from": "2019", "to": "2019", "a": "year=2020", "b": "year=2019"},
        {"a": "year=1901", "b": "year=2020"}, {"a_population": "<script>", "b_year": "2020"},
    ],
)  # fmt: skip
def test_what_fits_nothing_keeps_the_form(client: Any, given: dict[str, str]) -> None:
    answer = client.get(f"/compare?{urlencode(given)}")
    assert answer.status_code == 200
    assert 'class="empty"' in answer.text
    assert 'id="a_year"' in answer.text
    assert "<script>" not in answer.text
    assert client.get(f"/compare.csv?{urlencode(given)}").status_code in (200, 400, 404)


def test_the_figure_shows_the_sets_and_the_level(client: Any) -> None:
    pytest.importorskip("matplotlib")
    answer = client.get("/compare.svg?a=year=:2022&b=year=2023:&level=sentence&min=1")
    assert answer.status_code == 200
    assert "years :2022 (" in answer.text
    assert "Sentences, %" in answer.text
    shown = client.get("/compare?a=year=:2022&b=year=2023:&level=sentence&min=1").text
    assert "compare.svg" in shown
    assert "Sentences, %" in shown


@pytest.mark.parametrize("query", ["level=word", "min=x", "concepts=word", "rows_page=x"])
def test_odd_options_give_a_page_that_says_so(client: Any, query: str) -> None:
    assert client.get(f"/compare?{query}").status_code == 400
