"""The check: the sample of the library, its verdicts, and the precision that follows."""

from __future__ import annotations

import csv
import html
import io
import re
import shlex
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from allnlp.collection.edits import list_edits
from allnlp.collection.judgements import FINDING, JUDGED_LABELS, precision, sample
from allnlp.explorer.app import create_app
from allnlp.explorer.store import Store


def client_of(folder: Path) -> Any:
    from starlette.testclient import TestClient

    return TestClient(create_app(Store(folder, "AB")), base_url="http://127.0.0.1:8765", follow_redirects=False)


def forms(page: str) -> list[tuple[str, dict[str, str]]]:
    """Each form that writes: where it is sent, and its hidden fields."""
    out = []
    for action, inner in re.findall(r'<form method="post" action="([^"]+)"[^>]*>(.*?)</form>', page, re.DOTALL):
        fields = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', inner)
        out.append((action, {name: html.unescape(value) for name, value in fields}))
    return out


@pytest.mark.parametrize("label", JUDGED_LABELS)
def test_the_sample_is_that_of_the_library(client: Any, store: Store, label: str) -> None:
    drawn = sample(store.folder, label, 7, seed=3)
    page = client.get(f"/check?label={label.lower()}&n=7&seed=3").text
    assert page.count("data-check") == len(drawn)
    names = drawn["concept"] if label == FINDING else drawn["name"]
    for name in names:
        assert html.escape(name, quote=True).replace("&#x27;", "&#39;").replace("&quot;", "&#34;") in page
    found = list(csv.DictReader(io.StringIO(client.get(f"/check.csv?label={label.lower()}&n=7&seed=3").content.decode("utf-8-sig"))))
    assert [r["doc_id"].removeprefix("'") for r in found] == drawn["doc_id"].tolist()


def test_the_same_address_draws_the_same_and_another_draw_others(client: Any) -> None:
    first, again, other = (client.get(f"/check.csv?label=therapy&n=9&seed={seed}").text for seed in (1, 1, 2))
    assert first == again != other


@pytest.mark.parametrize("label", ["toxicity", "finding"])
def test_verdicts_count_and_can_be_taken_back(own: Path, label: str) -> None:
    client = client_of(own)
    url = f"/check?label={label}&n=4&seed=2"
    before = forms(client.get(url).text)
    assert len(before) == 4
    for (action, form), verdict in zip(before, ("right", "right", "partly", "wrong"), strict=True):
        answer = client.post(action, data={**form, "verdict": verdict, "note": "n"})
        assert answer.status_code == 303
        assert answer.headers["location"].startswith(url + "#row-")
    page = client.get(url).text
    assert "<b>4</b> of 4 judged" in page
    assert "50.0 %" in page
    row = precision(own, label).iloc[0]
    assert (row["n_judged"], row["n_right"], row["n_partly"], row["n_wrong"]) == (4, 2, 1, 1)
    assert [f["doc_id"] for a, f in forms(page) if "take-back" not in a] == [f["doc_id"] for _, f in before]
    assert client.get(f"/check?label={label}&show=judged").text.count("<tr><td>") == 4
    for verdict, n in (("any", 4), ("right", 2), ("partly", 1), ("wrong", 1)):
        (address,) = re.findall(rf'href="([^"]*label={label}[^"]*verdict={verdict})"', page)
        shown = client.get(html.unescape(address)).text
        assert shown.count("<tr><td>") == n, verdict
    assert client.get(f"/check?label={label}&show=judged&verdict=x").status_code == 400
    for action, form in forms(page):
        if "take-back" in action:
            assert client.post(action, data=form).status_code == 303
    assert list_edits(own).empty
    assert "<b>0</b> of 4 judged" in client.get(url).text


def test_the_command_gives_the_same_precision(own: Path, run: Callable[..., Any]) -> None:
    client = client_of(own)
    for action, form in forms(client.get("/check?label=therapy&n=5").text):
        client.post(action, data={**form, "verdict": "right"})
    page = client.get("/check?label=therapy&n=5").text
    command = re.search(r'id="copy-command">([^<]+)</pre>', page)
    assert command
    ran = run(*shlex.split(html.unescape(command[1]))[1:], "--json")
    assert ran.code == 0, ran.err
    assert '"n_judged": 5' in ran.out
    assert "100.0 % (95 % interval 56.6 to 100.0)" in page


@pytest.mark.parametrize("query", ["label=nothing", "n=0", "n=-5", "n=x", "n=99999999", "seed=x", "seed=-1", "show=x", "label=event&n=3", "mentioning=CD19"])
def test_odd_parameters_give_a_page_that_says_so(client: Any, query: str) -> None:
    answer = client.get(f"/check?{query}")
    assert answer.status_code in (200, 400, 404)
    assert "<h1>" in answer.text


@pytest.mark.slow
def test_the_keys_judge_and_go_on(browser: Any, own: Path, serve: Callable[[Path], Any], do: SimpleNamespace) -> None:
    program = serve(own)
    browser.get(f"{program.address}/check?label=toxicity&n=5")
    body = browser.find_element("tag name", "body")
    body.send_keys("j")
    for place, key in enumerate(("1", "3", "2"), 1):
        assert browser.switch_to.active_element.get_attribute("id") == f"row-{place}"
        browser.switch_to.active_element.send_keys(key)
        do.until(lambda at=place: f"{at} of 5 judged" in browser.find_element("id", "score").text, "the verdict is kept")
        do.until(lambda at=place: browser.switch_to.active_element.get_attribute("id") == f"row-{at + 1}", "the next row has the focus")
    assert sorted(list_edits(own)["action"]) == ["partly", "right", "wrong"]
    for dark in (False, True):
        do.look(browser, dark=dark)
        browser.get(f"{program.address}/check?label=toxicity&n=5")
        assert do.violations(browser) == []


@pytest.mark.slow
def test_a_row_is_judged_without_a_script(browser: Any, own: Path, serve: Callable[[Path], Any], do: SimpleNamespace) -> None:
    program = serve(own)
    do.look(browser, scripts=False)
    browser.get(f"{program.address}/check?label=toxicity&n=5")
    browser.find_element("id", "row-4-right").click()
    do.until(lambda: "1 of 5 judged" in browser.find_element("id", "score").text, "the verdict is kept")
    assert browser.current_url.endswith("#row-5")
    do.look(browser)
