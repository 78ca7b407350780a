"""The page of a document: its text letter for letter, what decided each mark, and the forms that correct it."""

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
from urllib.parse import quote

import pytest

from allnlp.collection.edits import list_edits
from allnlp.collection.explain import explain
from allnlp.explorer.app import create_app
from allnlp.explorer.screens.document import blocks
from allnlp.explorer.store import Store
from allnlp.schema import CONTEXT_LABELS, LABELS

CRS = "toxicity:mesh:D000080424"


def client_of(folder: Path, store: Store | None = None) -> Any:
    from starlette.testclient import TestClient

    return TestClient(create_app(store or Store(folder, "AB")), base_url="http://127.0.0.1:8765", follow_redirects=False)


def token_of(page: str) -> str:
    found = re.search(r'name="token" value="([^"]+)"', page)
    assert found
    return found[1]


def texts(page: str) -> list[tuple[int, str]]:
    """Where each stretch of the text says that it begins, and its letters."""
    found = re.findall(r'<span class="text" data-start="(\d+)">(.*?)</span>\s*(?:</p>|</h2>)', page, re.DOTALL)
    return [(int(start), html.unescape(re.sub(r"<[^>]*>", "", words))) for start, words in found]


def all_documents(store: Store) -> list[str]:
    return [str(d) for d in store.index.documents["doc_id"]]


def test_the_text_is_shown_letter_for_letter(client: Any, store: Store) -> None:
    for doc_id in all_documents(store):
        text = store.shown([store.number(doc_id)])[0].document["text"]
        page = client.get("/document", params={"id": doc_id}).text
        found = texts(page)
        assert found, doc_id
        for start, words in found:
            assert text[start : start + len(words)] == words
        assert sum(len(w) for _, w in found) >= len(text.replace("\n", "")) - 5


def test_a_carriage_return_stays_one_letter() -> None:
    from allnlp.explorer.marks import marked
    from allnlp.explorer.store import Shown

    text = "No CRS\r\nwas seen."
    shown = Shown({"text": text}, [{"sentence": 0, "section": "results", "start": 0, "end": len(text)}], [])
    parts = [p for block in blocks(shown) for part in block.parts for p in part.pieces]
    assert str(marked(parts)) == "No CRS&#13;\nwas seen."


def test_all_mentions_and_numbers_stand_in_the_tables(client: Any, store: Store) -> None:
    doc_id = "99900001"
    found = explain(store.folder, doc_id, labels=(*LABELS, *CONTEXT_LABELS))
    page = client.get(f"/document?id={doc_id}").text
    table = page[page.index('<table class="mentions-table">') :]
    table = table[: table.index("</table>")]
    assert table.count("<tr") - 1 == len(found.mentions)
    if len(found.findings):
        numbers = page[page.index('<table class="numbers-table">') :]
        assert numbers[: numbers.index("</table>")].count("<tr") - 1 == len(found.findings)
    for value in found.study["value"]:
        assert html.escape(value.split("; ")[0], quote=False) in page


def test_the_mark_that_is_chosen_says_what_decided_it(client: Any, store: Store) -> None:
    mention = explain(store.folder, "bad-1").mentions.iloc[0]
    for chosen in ("0", f"{mention['label']}:{mention['start']}-{mention['end']}"):
        page = client.get("/document", params={"id": "bad-1", "m": chosen}).text
        panel = page[page.index('id="mention"') :]
        assert html.escape(mention["rule"]) in panel
        assert 'name="verdict" value="wrong"' in panel


def test_the_documents_with_a_concept_are_as_many_as_the_panel_says(client: Any, store: Store) -> None:
    for m in store.shown([store.number("99900001")])[0].mentions[:25]:
        page = client.get("/document", params={"id": "99900001", "m": str(m["mention"]), "from": "2010"}).text
        found = re.search(r'<dt>Named in</dt><dd><a href="([^"]+)"[^>]*>([\d,]+) document', page)
        if found is None:
            assert m["label"] == "POPULATION"
            continue
        answer = client.get(html.unescape(found[1])).text
        counted = re.search(r'role="status"><b>([\d,]+)</b>', answer)
        assert counted
        assert counted[1] == found[2], m["name"]


def test_the_documents_before_and_after_are_those_of_the_list(client: Any, store: Store) -> None:
    query = f"mentioning={CRS}&sort=year"
    links = re.findall(r'<h2><a href="([^"]+)" data-open>', client.get(f"/documents?{query}&size=100").text)
    seen, url = [], html.unescape(links[0]).replace("&sort=year", "") + "&sort=year"
    while url:
        page = client.get(url).text
        place = re.search(r"<span>([\d,]+) of ([\d,]+)</span>", page)
        assert place
        seen.append(int(place[1]))
        found = re.search(r'<a href="([^"]+)" rel="next" data-next', page)
        url = html.unescape(found[1]) if found else None
    assert seen == list(range(1, len(links) + 1))


@pytest.mark.parametrize("query", ["", "id=", "id=no%20such", "id=bad-1&m=999", "id=bad-1&m=x", "id=bad-1&m=TOXICITY:9-1", "id=bad-1&done=x", "id=bad-1&sort=x", "id=%3Cscript%3E"])
def test_odd_parameters_give_a_page_that_says_so(client: Any, query: str) -> None:
    answer = client.get(f"/document?{query}")
    assert answer.status_code in (200, 400, 404)
    assert "<h1>" in answer.text
    assert "<script>" not in answer.text.replace("<script src", "")


def test_a_duplicate_leads_to_the_document_that_counts(client: Any, store: Store) -> None:
    rows = store.rows("SELECT doc_id, duplicate_of FROM documents WHERE duplicate_of IS NOT NULL")
    assert rows
    answer = client.get("/document", params={"id": rows[0]["doc_id"]})
    assert answer.status_code == 404
    assert f"/document?id={rows[0]['duplicate_of']}" in answer.text
    assert rows[0]["doc_id"] in client.get("/document", params={"id": rows[0]["duplicate_of"]}).text


def test_what_is_text_stays_text(client: Any) -> None:
    page = client.get("/document?id=bad-1").text
    assert "<script>window" not in page
    assert "<img" not in page
    assert "&lt;script&gt;window.pwned" in page
    assert "{{ 7 * 7 }}" in page


def test_the_command_gives_the_same_mentions(client: Any, store: Store, run: Callable[..., Any]) -> None:
    answer = client.get("/document.csv?id=99900001")
    rows = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))
    command = re.search(r'id="copy-command">([^<]+)</pre>', client.get("/document?id=99900001").text)
    assert command
    words = shlex.split(html.unescape(command[1]))
    said = json.loads(run(*words[1:], "--json").out)
    assert [r["text"] for r in rows] == [r["text"] for r in said]
    assert len(said) == len(store.shown([store.number("99900001")])[0].mentions)
    assert "DO  - " in client.get("/document.ris?id=99900001").text or "TY  - " in client.get("/document.ris?id=99900001").text


def test_a_judgement_is_shown_at_once_and_can_be_taken_back(own: Path) -> None:
    client = client_of(own)
    mentions = explain(own, "99900001").mentions
    m, before = mentions[mentions["label"] == "TOXICITY"].iloc[0], len(mentions)
    place = {"doc_id": "99900001", "label": m["label"], "start": str(m["start"]), "end": str(m["end"])}
    back = f"/document?id=99900001&m={m['label']}:{m['start']}-{m['end']}"
    token = token_of(client.get(back).text)
    answer = client.post("/act/judge", data={**place, "verdict": "wrong", "note": "a <b>note</b>", "token": token, "back": back + "&done=judged"})
    assert answer.status_code == 303
    page = client.get(answer.headers["location"]).text
    assert "Judged <b>wrong</b>" in page
    assert "a &lt;b&gt;note&lt;/b&gt;" in page
    assert "AB, 2" in page
    assert len(explain(own, "99900001").mentions) == before - 1
    assert client.post("/act/take-back", data={**place, "token": token, "back": back + "&done=taken-back"}).status_code == 303
    assert list_edits(own).empty
    assert "Taken back" in client.get(back + "&done=taken-back").text


def test_a_finding_that_is_wrong_is_listed_as_such(own: Path) -> None:
    client = client_of(own)
    page = client.get("/document?id=99900001").text
    token, finding = token_of(page), re.search(r'name="finding" value="(\d+)"', page)
    assert finding
    before = len(explain(own, "99900001").findings)
    data = {"doc_id": "99900001", "finding": finding[1], "verdict": "wrong", "token": token, "back": "/document?id=99900001"}
    assert client.post("/act/finding", data=data).status_code == 303
    page = client.get("/document?id=99900001").text
    assert len(explain(own, "99900001").findings) == before - 1
    assert 'class="gone"' in page
    said = re.search(r'action="/act/take-back-finding".*?name="finding" value="([^"]+)"', page, re.DOTALL)
    assert said
    client.post("/act/take-back-finding", data={"doc_id": "99900001", "finding": html.unescape(said[1]), "token": token})
    assert len(explain(own, "99900001").findings) == before


def test_a_document_is_confirmed_and_taken_back(own: Path) -> None:
    client = client_of(own)
    token = token_of(client.get("/document?id=bad-1").text)
    client.post("/act/confirm", data={"doc_id": "bad-1", "token": token})
    assert "A person looked at the whole document" in client.get("/document?id=bad-1").text
    client.post("/act/take-back-document", data={"doc_id": "bad-1", "token": token})
    assert "All marks of this document are right" in client.get("/document?id=bad-1").text


_SELECT = """
const [first, last, from, to] = arguments;
const walker = document.createTreeWalker(document.getElementById('reading'), NodeFilter.SHOW_TEXT);
const nodes = []; while (walker.nextNode()) nodes.push(walker.currentNode);
const a = nodes.find((n) => n.data.includes(first)), b = nodes.find((n) => n.data.includes(last));
const range = document.createRange();
range.setStart(a, a.data.indexOf(first) + from); range.setEnd(b, b.data.indexOf(last) + to);
const s = window.getSelection(); s.removeAllRanges(); s.addRange(range);
"""


@pytest.mark.slow
def test_words_that_are_selected_are_marked_at_their_very_place(browser: Any, own: Path, serve: Callable[[Path], Any], do: SimpleNamespace) -> None:
    program = serve(own)
    doc_id = "bad-2/../../etc?x=1#y&z"
    browser.get(f"{program.address}/document?id={quote(doc_id, safe='')}")
    browser.execute_script(_SELECT, "in na", "patients", 3, 8)  # after an emoji, with combining accents within
    bar = do.until(lambda: [b for b in browser.find_elements("id", "add-bar") if b.is_displayed()], "the bar at the selection")[0]
    words = bar.find_element("id", "add-words").text
    assert words.endswith("patients")
    browser.execute_script("document.getElementById('bar-label').value = 'POPULATION';")
    bar.find_element("id", "bar-add").click()
    do.until(lambda: not list_edits(own).empty, "the mark is kept")
    edit = list_edits(own).iloc[0]
    text = Store(own).shown([Store(own).number(doc_id)])[0].document["text"]
    assert text[edit["start"] : edit["end"]] == edit["text"]
    assert edit["text"].startswith("na")
    assert edit["text"].endswith("patients")
    do.until(lambda: browser.find_elements("css selector", ".mark.label-POPULATION"), "the mark is shown")


@pytest.mark.slow
def test_a_selection_across_sections_and_marks_counts_right(browser: Any, served: str, explored: Path, do: SimpleNamespace) -> None:
    browser.get(f"{served}/document?id=99900001")
    store = Store(explored)
    text = store.shown([store.number("99900001")])[0].document["text"]
    for start, end in ((0, 20), (60, 75), (200, 260), (len(text) - 30, len(text) - 2)):
        found = browser.execute_script(
            """const [start, end] = arguments; const own = [...document.querySelectorAll('[data-start]')];
            const at = (place) => { for (const e of own) { const w = document.createTreeWalker(e, NodeFilter.SHOW_TEXT); let p = Number(e.dataset.start);
                while (w.nextNode()) { const c = [...w.currentNode.data]; if (place >= p && place <= p + c.length) return [w.currentNode, c.slice(0, place - p).join('').length]; p += c.length; } } return null; };
            const a = at(start), b = at(end); const r = document.createRange(); r.setStart(...a); r.setEnd(...b);
            const s = window.getSelection(); s.removeAllRanges(); s.addRange(r); const p = selectedPlace(); return [p.start, p.end];""",
            start, end,
        )
        assert found == [start, end]


@pytest.mark.slow
def test_axe_finds_nothing(browser: Any, served: str, do: SimpleNamespace) -> None:
    for dark in (False, True):
        do.look(browser, dark=dark)
        browser.get(f"{served}/document?id=99900001&m=3")
        assert do.violations(browser) == []


@pytest.mark.slow
def test_a_mark_is_added_without_a_script(browser: Any, own: Path, serve: Callable[[Path], Any], do: SimpleNamespace) -> None:
    program = serve(own)
    do.look(browser, scripts=False)
    browser.get(f"{program.address}/document?id=bad-1")
    assert not browser.find_element("id", "add-bar").is_displayed()
    browser.find_element("css selector", "#add-mark summary").click()
    browser.find_element("id", "add-text").send_keys("3 of 10")
    browser.find_element("id", "add-keep").click()
    do.until(lambda: not list_edits(own).empty, "the mark is kept")
    assert list_edits(own).iloc[0]["text"] == "3 of 10"
    do.look(browser)
