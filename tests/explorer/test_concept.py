"""The page of a concept: each of its numbers is the library's and opens as many rows as it says."""

from __future__ import annotations

import csv
import html
import io
import json
import re
import shlex
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from allnlp.collection.cooccurrence import cooccurrence
from allnlp.collection.evidence import evidence
from allnlp.collection.filters import Filters, parse_filters
from allnlp.collection.trend import counts
from allnlp.explorer.screens.concept import meant
from allnlp.explorer.screens.mentions import words_found
from allnlp.explorer.screens.relations import web_page
from allnlp.explorer.store import Store

CRS, LABEL = "mesh:D000080424", "TOXICITY"
TOKEN = f"toxicity:{CRS}"
QUERIES = ("", "from=2019", "include=negated&include=hypothetical", "section=results", "mentioning=antigen:hgnc:1633", "narrower=1")


def filters_of(query: str) -> Filters:
    return {
        "from=2019": parse_filters(year=(2019, None)), "include=negated&include=hypothetical": parse_filters(include=["negated", "hypothetical"]),
        "section=results": parse_filters(section="results"), "mentioning=antigen:hgnc:1633": parse_filters(mentioning="antigen:hgnc:1633"),
    }.get(query, Filters())  # fmt: skip


def drawn(page: str) -> tuple[int, str]:
    """Rows and level that a drawer says."""
    found = re.search(r'<p class="numbers"><b>([\d,]+)</b> (\w+?)s? ?(?:in|·|<)', page)
    assert found, page[page.index('id="drawer-place"') :][:600]
    return int(found[1].replace(",", "")), found[2]


def figures(page: str) -> list[tuple[str, int, str]]:
    """Words, number and URL of each number at the top."""
    block = page[page.index('<ul class="concept-figures"') :]
    found = re.findall(r'<li><a href="([^"]+)"[^>]*>([\d,]+)</a><span>([^<]+)', block[: block.index("</ul>")])
    return [(words.strip(), int(n.replace(",", "")), html.unescape(url)) for url, n, words in found]


@pytest.mark.parametrize("query", QUERIES)
def test_each_number_opens_as_many_rows_as_it_says(client: Any, store: Store, query: str) -> None:
    page = client.get(f"/concept?id={CRS}&label=toxicity&{query}").text
    own = counts(store.index, [TOKEN], filters=filters_of(query), narrower="narrower" in query)
    found = {words: n for words, n, _ in figures(page)}
    assert found["documents"] == own["n_documents"].iloc[0]
    assert found["mentions"] == own["n_mentions"].iloc[0]
    if "mentioning" not in query:
        assert found.get("negated", 0) == own["n_negated"].iloc[0]
    for words, n, url in figures(page):
        answer = client.get(url).text
        if url.startswith("/concept"):
            assert drawn(answer)[0] == n, words
        elif url.startswith("/documents"):
            counted = re.search(r'role="status"><b>([\d,]+)</b>', answer)
            assert counted
            assert int(counted[1]) == n
        else:
            assert url.startswith("/findings")
            assert re.search(rf"\b{n:,}\b", answer[answer.index('id="view"') :])


def test_the_words_found_are_those_of_the_evidence(client: Any, store: Store) -> None:
    said = evidence(store.index, [TOKEN], level="sentence").mentions["text"].value_counts()
    frame = words_found(store.index, Filters(), [(LABEL, CRS)])
    assert dict(zip(frame["text"], frame["n_mentions"], strict=True)) == said.to_dict()
    page = client.get(f"/concept?id={CRS}&label=toxicity").text
    table = page[page.index("Words that name") :]
    links = re.findall(r'<td>([^<]+)</td><td class="number"><a href="([^"]+)" id="word-\d+"[^>]*>([\d,]+)</a>', table)
    assert len(links) == len(frame)
    for words, url, n in links:
        answer = client.get(html.unescape(url)).text
        assert drawn(answer) == (int(n), "mention")
        rows = list(csv.DictReader(io.StringIO(client.get(html.unescape(url).replace("/concept?", "/concept.csv?")).content.decode("utf-8-sig"))))
        assert len(rows) == int(n)
        assert {r["text"] for r in rows} == {html.unescape(words)}
        assert all(r["text"] in r["sentence_text"] for r in rows)


@pytest.mark.parametrize("by", ["lift", "n_both"])
def test_what_goes_with_it_is_the_co_occurrence(client: Any, store: Store, by: str) -> None:
    page = client.get(f"/concept?id={CRS}&label=toxicity&by={by}").text
    frame = cooccurrence(store.index, [TOKEN], ["therapy"], min_count=3)
    first = frame.sort_values([by, "n_both", "name_b"], ascending=[False, False, True]).head(12)
    links = re.findall(r'<a href="([^"]+)" id="with-THERAPY-\d+" aria-label="([^"]+)">([\d,]+)</a>', page)
    assert [int(n) for _, _, n in links] == first["n_both"].tolist()
    for url, _, n in links:
        assert drawn(client.get(html.unescape(url)).text) == (int(n), "document")


def test_narrower_and_broader_concepts_open_their_documents(client: Any) -> None:
    page = client.get("/concept?id=immunotherapy&label=therapy").text
    links = re.findall(r'<a class="n" href="([^"]+)"[^>]*>([\d,]+)</a>', page)
    assert len(links) >= 2
    for url, n in links[:12]:
        assert drawn(client.get(html.unescape(url)).text) == (int(n.replace(",", "")), "document")


def test_a_year_opens_its_documents(client: Any) -> None:
    page = client.get(f"/concept?id={CRS}&label=toxicity").text
    points = re.findall(r'href="(/evidence[^"]+)"[^>]*aria-label="\d{4}: ([\d,]+) of', page) or re.findall(r'<a [^>]*href="(/evidence[^"]+)"[^>]*>\s*<title>\d{4}: ([\d,]+) of', page)
    assert points
    for url, n in points:
        answer = client.get(html.unescape(url)).text
        found = re.search(r'<p class="numbers"><b>([\d,]+)</b> document', answer)
        assert found
        assert found[1] == n


def test_the_command_gives_the_same(client: Any, run: Callable[..., Any]) -> None:
    url = f"/concept?id={CRS}&label=toxicity&from=2019&include=negated"
    command = re.search(r'id="copy-command">([^<]+)</pre>', client.get(url).text)
    assert command
    said = json.loads(run(*shlex.split(html.unescape(command[1]))[1:], "--json").out)
    row = next(csv.DictReader(io.StringIO(client.get(url.replace("/concept?", "/concept.csv?")).content.decode("utf-8-sig"))))
    assert [str(said[0][c]) for c in ("n_documents", "n_mentions", "n_negated")] == [row[c] for c in ("n_documents", "n_mentions", "n_negated")]
    mentions = client.get(f"/concept?id=CRS&label=toxicity&named={TOKEN}&stated=negated").text
    command = re.search(r'id="copy-command">([^<]+)</pre>', mentions)
    assert command
    said = json.loads(run(*shlex.split(html.unescape(command[1]))[1:], "--json").out)
    assert sum(m["assertion"] == "negated" for m in said["mentions"]) == drawn(mentions)[0]


def test_it_leaves_as_words_partners_and_figure(client: Any) -> None:
    assert client.get(f"/concept.words.csv?id={CRS}").text.startswith("\ufefftext,n_mentions,n_documents")
    assert "name_b" in client.get(f"/concept.partners.csv?id={CRS}").text.splitlines()[0]
    assert client.get(f"/concept.svg?id={CRS}").text.lstrip().startswith("<?xml")


@pytest.mark.parametrize(
    "query", ["", "id=", "id=no-such-thing", "id=CRS&label=nothing", "id=CRS&by=x", "id=%3Cscript%3Ealert(1)%3C/script%3E", f"id={CRS}&from=1800&to=1801",
              f"id={CRS}&named=zzz", f"id={CRS}&named={TOKEN}&stated=x", f"id={CRS}&named={TOKEN}&words=nothing", f"id={CRS}&c=zzz", f"id={CRS}&evidence_page=999&named={TOKEN}"],
)  # fmt: skip
def test_odd_parameters_give_a_page_that_says_so(client: Any, query: str) -> None:
    answer = client.get(f"/concept?{query}")
    assert answer.status_code in (200, 400, 404)
    assert "<h1>" in answer.text
    assert "<script>" not in answer.text.replace("<script src", "")


def test_a_concept_that_is_not_listed_goes_by_its_name(client: Any, store: Store) -> None:
    index = store.index
    plain = [i for i, c in enumerate(index.concepts["concept_id"]) if ":" not in c]
    assert plain
    for i in plain[:5]:
        answer = client.get("/concept", params={"id": index.concepts["concept_id"].iloc[i], "label": index.labels[i]})
        assert answer.status_code == 200
        assert "does not list it" in answer.text


def test_names_mean_the_concept_that_is_named_most(store: Store) -> None:
    assert meant(store.index, "CRS", "")[0] == (LABEL, CRS)
    assert meant(store.index, CRS, "toxicity") == [(LABEL, CRS)]


def test_identifiers_lead_only_where_the_page_is_certain() -> None:
    assert web_page("mesh:D1").startswith("https://meshb.nlm.nih.gov/")
    assert web_page('mesh:D1"><script>') == ""
    assert web_page("unknown:1") == ""


@pytest.mark.slow
def test_axe_finds_nothing(browser: Any, served: str, do: SimpleNamespace, tmp_path: Path) -> None:
    for path in (f"/concept?id={CRS}", f"/concept?id={CRS}&named={TOKEN}"):
        for dark in (False, True):
            do.look(browser, dark=dark)
            browser.get(f"{served}{path}")
            assert do.violations(browser) == []
