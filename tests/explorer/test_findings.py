"""Findings: the page shows what the library selects and pools, each number opens its sentence, and a reviewer's word counts."""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Callable
from html import unescape
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from allnlp.collection.filters import Filters, parse_filters
from allnlp.collection.findings import select_findings
from allnlp.collection.pool import parse_finding, pool
from allnlp.errors import NothingFound, OptionError
from allnlp.explorer.app import create_app
from allnlp.explorer.screens.findings import found_by
from allnlp.explorer.screens.numbers import Question, fitting, numbers_of
from allnlp.explorer.store import Store

CRS = "toxicity:mesh:D000080424"
QUESTIONS = (
    Question(), Question((CRS,)), Question(("CRS", "outcome:complete remission")), Question(("CRS",), grade=">=3"), Question(grade="any"),
    Question((CRS,), exact=True), Question(therapies=("tisagenlecleucel",)), Question(measures=("median", "hazard_ratio")), Question(timepoint="12 months"),
    Question(review="yes"), Question(review="no"), Question(consistent="yes"), Question(consistent="no"), Question((CRS,), grade="3-4", review="no"),
)  # fmt: skip


@pytest.mark.parametrize("question", QUESTIONS, ids=str)
@pytest.mark.parametrize("given", [{}, {"section": "results"}, {"year": "2019:"}, {"mentioning": "CD19"}], ids=str)
def test_findings_that_fit_are_those_that_the_library_selects(store: Store, question: Question, given: dict[str, str]) -> None:
    filters = parse_filters(**given)
    try:
        expected = found_by(store, filters, question)
    except NothingFound:
        expected = found_by(store, filters, Question())[:0]
    frame = numbers_of(store).frame
    places = np.flatnonzero(fitting(store, filters, question))
    doc_ids = store.index.documents["doc_id"].to_numpy()
    found = [(doc_ids[frame["doc"].iloc[i]], int(frame["finding"].iloc[i])) for i in places]
    assert found == list(zip(expected["doc_id"], expected["finding"], strict=True))


def numbers(page: str) -> int:
    """Findings that a page says it shows."""
    return int(re.search(r'<p class="numbers"><b>([\d,]+)</b> number', page)[1].replace(",", ""))  # type: ignore[index]


def test_page_shows_each_finding_with_its_sentence(client: Any, explored: Path) -> None:
    page = client.get(f"/findings?concept={CRS}").text
    expected = select_findings(explored, toxicities=["mesh:D000080424"])
    assert numbers(page) == len(expected)
    for row in expected.head(20).itertuples():
        assert f'id="sentence-{row.doc_id}-{row.finding}"' in page or "<" in row.doc_id or "&" in row.doc_id or "'" in row.doc_id


def test_facet_counts_equal_what_they_open(client: Any) -> None:
    page = client.get("/findings?review=no").text
    facets = re.findall(r'<li><a href="([^"]+)">[^<]+<b>([\d,]+)</b></a></li>', page[page.index('class="facets"') : page.index("</ul>", page.index('class="facets"'))])
    assert len(facets) > 3
    for url, n in facets[:6]:
        assert numbers(client.get(unescape(url)).text) == int(n.replace(",", ""))


def test_number_opens_its_sentence_with_the_words_marked(client: Any, explored: Path) -> None:
    row = select_findings(explored, toxicities=["mesh:D000080424"]).iloc[0]
    page = client.get("/findings", params={"open": f"{row['doc_id']}#{row['finding']}"}).text
    drawer = page[page.index('id="drawer"') :]
    plain = unescape(re.sub(r"<[^>]+>", "", drawer))
    assert row["sentence_text"] in plain
    marked = "".join(re.findall(r'<blockquote>.*?class="mark label-TOXICITY"[^>]*>([^<]+)<', drawer, re.S))
    assert unescape(marked) == row["evidence"]


def pooled(page: str) -> str:
    return unescape(re.search(r'<p class="pooled-line">([^<]+)<', page)[1])  # type: ignore[index]


def test_one_concept_is_pooled_as_the_library_pools_it(client: Any, explored: Path) -> None:
    from allnlp.collection.pool import pooled_line

    expected = pool(explored, toxicity="CRS", method="DL", interval="clopper-pearson", adjust="hksj")
    page = client.get("/findings?concept=CRS&method=DL&interval=clopper-pearson&adjust=hksj").text
    assert pooled(page) == pooled_line(expected.pooled)
    for warning in expected.warnings:
        assert warning in unescape(page)
    assert f"{len(expected.left_out)} of its numbers are left out" in page or not len(expected.left_out)


def test_study_is_taken_out_and_put_back(client: Any, explored: Path) -> None:
    whole = pool(explored, toxicity="CRS")
    first = whole.rows.iloc[0]
    key = f"{first['doc_id']}#{first['finding']}"
    less = pool(explored, toxicity="CRS", excluding=[(first["doc_id"], int(first["finding"]))])
    assert len(less.rows) == len(whole.rows) - 1
    assert "excluded by the reader" in set(less.left_out["reason"])
    page = client.get("/findings", params={"concept": "CRS", "out": key}).text
    assert "1 left out by you" in page
    back = re.search(r'<a href="([^"]+)" id="toggle-[^"]+" class="toggle off"', page)
    assert back
    assert "left out by you" not in client.get(unescape(back[1])).text
    assert f"{less.pooled.n_events:,}/{less.pooled.n_patients:,}" in pooled(page)


def test_all_studies_out_is_told(client: Any, explored: Path) -> None:
    whole = pool(explored, toxicity="CRS")
    keys = [f"{d}#{f}" for d, f in zip(whole.rows["doc_id"], whole.rows["finding"], strict=True)]
    page = client.get("/findings", params={"concept": "CRS", "out": keys}).text
    assert "no number of" in page
    assert page.count('class="toggle off"') == len(keys)


def test_command_of_the_plot_gives_the_same(client: Any, explored: Path, run: Callable[..., Any]) -> None:
    first = pool(explored, toxicity="CRS").rows.iloc[0]
    params = {"concept": "CRS", "out": f"{first['doc_id']}#{first['finding']}", "method": "DL", "adjust": "hksj", "from": "2015"}
    page = client.get("/findings", params=params).text
    command = unescape(re.search(r'id="copy-pool-command">([^<]+)<', page)[1])  # type: ignore[index]
    ran = run(*shlex.split(command)[1:])
    assert ran.code == 0, ran.err
    assert pooled(page) in ran.err
    answer = client.get("/findings.metaprop.csv", params=params)
    assert answer.status_code == 200
    assert answer.text.splitlines()[0].startswith("\ufeffn_events,n_patients,studlab")


def test_command_of_the_table_gives_the_same(client: Any, run: Callable[..., Any]) -> None:
    query = "concept=CRS&grade=%3E%3D3&review=no&section=results"
    page = client.get(f"/findings?{query}").text
    command = unescape(re.search(r'id="copy-command">([^<]+)<', page)[1])  # type: ignore[index]
    ran = run(*shlex.split(command)[1:], "--json")
    found = client.get(f"/findings.json?{query}").json()
    assert ran.code == (0 if found else 3)
    if found:
        assert json.loads(ran.out) == found


@pytest.mark.parametrize("query", ["review=perhaps", "consistent=2", "sort=size", "method=x", "out=nothing", "page=-x"])
def test_wrong_options_are_told(client: Any, query: str) -> None:
    assert client.get(f"/findings?{query}").status_code == 400


@pytest.mark.parametrize("query", ["grade=banana", "timepoint=soon", "measure=size", "concept=xyzzy", "concept=therapy:CD19", "therapy=xyzzy", "from=1801&to=1802", "open=nope%231"])
def test_what_cannot_be_found_leaves_the_page(client: Any, query: str) -> None:
    answer = client.get(f"/findings?{query}")
    assert answer.status_code == 200
    assert 'id="options"' in answer.text


def test_section_is_not_pooled_and_said(client: Any) -> None:
    assert "Numbers of one section are not pooled" in client.get(f"/findings?concept={CRS}&section=results").text


def test_titles_are_text(client: Any) -> None:
    page = client.get("/findings").text + client.get(f"/findings?concept={CRS}").text
    assert "<img src=x" not in page
    assert "style=" not in page


def test_finding_marked_wrong_leaves_table_and_plot_and_comes_back(own: Path) -> None:
    testclient = pytest.importorskip("starlette.testclient")
    store = Store(own, "AB")
    client = testclient.TestClient(create_app(store), base_url="http://127.0.0.1:8765")
    before = client.get(f"/findings?concept={CRS}").text
    token = re.search(r'name="token" value="([^"]+)"', before)[1]  # type: ignore[index]
    row = pool(own, toxicity="CRS").rows.iloc[0]
    form = {"token": token, "back": "/findings", "doc_id": row["doc_id"], "finding": str(row["finding"]), "verdict": "wrong"}
    headers = {"Origin": "http://127.0.0.1:8765"}
    assert client.post("/act/finding", data=form, headers=headers, follow_redirects=False).status_code == 303
    after = client.get(f"/findings?concept={CRS}").text
    assert numbers(after) == numbers(before) - 1
    assert "1 marked wrong by a reviewer" in after
    words = re.search(r'action="/act/take-back-finding" class="inline">.*?name="finding" value="([^"]*)"', after, re.S)
    assert words
    form = {"token": token, "back": "/findings", "doc_id": row["doc_id"], "finding": unescape(words[1])}
    assert client.post("/act/take-back-finding", data=form, headers=headers, follow_redirects=False).status_code == 303
    assert numbers(client.get(f"/findings?concept={CRS}").text) == numbers(before)
    store.close()


def test_excluded_finding_is_read_from_words() -> None:
    assert parse_finding("10.1/x#y#3") == ("10.1/x#y", 3)
    for words in ("3", "#3", "a#", "a#x", "a#٣"):
        with pytest.raises(OptionError, match="cannot be read"):
            parse_finding(words)


def test_exclusion_of_what_is_not_pooled_is_a_warning(explored: Path) -> None:
    assert any("would not be pooled anyway: nowhere#1" in w for w in pool(explored, toxicity="CRS", excluding=[("nowhere", 1)]).warnings)
    assert Filters() == parse_filters()
