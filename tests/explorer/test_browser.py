"""The explorer driven in a real browser, as its users do."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from allnlp.annotation import annotate_collection
from allnlp.collection.find import find
from allnlp.collection.index import Index

CRS = "toxicity:mesh:D000080424"
SCREENS = (
    "/overview", "/documents", f"/documents?c={CRS}", "/cooccurrence?rows=therapy&cols=toxicity", "/network", "/trends", "/findings", "/findings?concept=CRS",
    "/evidence-table", "/compare", "/check?label=TOXICITY", "/document?id=bad-1", "/document?id=bad-1&m=1", "/concept?id=mesh:D000080424&label=TOXICITY",
    "/concepts?label=toxicity", f"/evidence?c={CRS}", "/documents?from=1800&to=1801", "/documents?q=nonsense:(",
)  # fmt: skip


def count(browser: Any) -> int:
    """Documents that the page says it shows."""
    return int(browser.find_element("css selector", ".bar .count b").text.replace(",", ""))


def box(browser: Any, name: str) -> Any:
    """The box of a filter, by the words beside it; those behind "more" are opened."""
    for one in browser.find_elements("css selector", "#filters li[data-name]"):
        if one.get_attribute("data-name") == name:
            browser.execute_script("const d = arguments[0].closest('details'); if (d) d.open = true;", one)
            return one
    raise AssertionError(f"no filter {name!r}")


def test_a_facet_says_what_it_leaves_and_the_url_brings_it_back(browser: Any, served: str, do: SimpleNamespace) -> None:
    browser.get(f"{served}/documents")
    everything = count(browser)
    one = box(browser, "cd19")
    promised = int(one.find_element("css selector", ".n").text)
    one.find_element("css selector", "input").click()
    do.until(lambda: count(browser) == promised, f"{promised} documents")
    assert parse_qs(urlsplit(browser.current_url).query)["mentioning"] == ["antigen:hgnc:1633"]
    first = browser.find_element("css selector", ".card h2").text
    browser.refresh()
    assert count(browser) == promised
    assert browser.find_element("css selector", ".card h2").text == first
    assert box(browser, "cd19").find_element("css selector", "input").is_selected()
    browser.back()
    do.until(lambda: count(browser) == everything, "Back takes the filter away")
    browser.forward()
    do.until(lambda: count(browser) == promised, "Forward sets it again")
    browser.find_element("css selector", ".chips a").click()
    do.until(lambda: count(browser) == everything, "a chip takes its filter away")


def test_search_answers_while_one_types_and_keeps_the_caret(browser: Any, served: str, explored: Path, do: SimpleNamespace) -> None:
    browser.get(f"{served}/documents")
    field = browser.find_element("id", "q")
    field.click()
    field.send_keys("CRS NOT negated ICANS")
    wanted = find(Index(explored), "CRS NOT negated ICANS").n_documents
    do.until(lambda: count(browser) == wanted, f"{wanted} documents")
    assert browser.switch_to.active_element.get_attribute("id") == "q"
    browser.switch_to.active_element.send_keys("x")
    do.until(lambda: browser.find_element("id", "q").get_attribute("value").endswith("ICANSx"), "typing goes on at the end")


def test_a_query_that_cannot_be_read_is_mended_where_it_stands(browser: Any, served: str, explored: Path, do: SimpleNamespace) -> None:
    browser.get(f"{served}/documents?q=CRS+AND+(&section=results")
    assert "Close the bracket" in browser.find_element("css selector", ".message").text
    assert browser.find_element("id", "view").location["x"] > 200
    field = browser.find_element("id", "q")
    assert field.get_attribute("value") == "CRS AND ("
    field.clear()
    field.send_keys("CRS\n")
    do.until(lambda: browser.find_elements("css selector", "#filters li[data-name]"), "the filters are back")
    assert parse_qs(urlsplit(browser.current_url).query) == {"q": ["CRS"], "section": ["results"]}
    field = browser.find_element("id", "q")
    field.send_keys(" (")
    do.until(lambda: browser.find_elements("css selector", ".message"), "the fault is told")
    assert box(browser, "cd19").is_displayed(), "what is half typed takes no filters away"


def test_the_sentences_of_a_cell_are_as_many_as_it_says(browser: Any, served: str, do: SimpleNamespace) -> None:
    for level in ("document", "sentence"):
        browser.get(f"{served}/cooccurrence?rows=therapy&cols=toxicity&level={level}")
        cells = browser.find_elements("css selector", "table.heat td a")
        assert cells
        promised = int(cells[0].text.replace(",", ""))
        cells[0].click()
        numbers = do.until(lambda: browser.find_element("css selector", "#drawer .numbers b").text, "the drawer opens")
        assert int(numbers.replace(",", "")) == promised
        assert len(browser.find_elements("css selector", "#drawer .unit")) == min(promised, 25)
        address = browser.current_url
        browser.get("about:blank")
        browser.get(address)
        assert browser.find_element("css selector", "#drawer .numbers b").text == numbers
        browser.find_element("id", "close-drawer").click()
        do.until(lambda: not browser.find_elements("id", "drawer"), "the drawer closes")


def test_keys_alone_lead_from_the_start_to_a_sentence_and_back(browser: Any, served: str, do: SimpleNamespace) -> None:
    from selenium.webdriver.common.keys import Keys

    def press(*keys: str) -> None:
        browser.switch_to.active_element.send_keys(*keys)

    def tab_to(what: Callable[[Any], bool], most: int = 300) -> Any:
        for _ in range(most):
            press(Keys.TAB)
            if what(browser.switch_to.active_element):
                return browser.switch_to.active_element
        raise AssertionError("Tab does not reach it")

    browser.get(f"{served}/overview")
    tab_to(lambda e: e.text == "Skip to the results")
    tab_to(lambda e: e.text == "Co-occurrence").send_keys(Keys.ENTER)
    do.until(lambda: browser.find_elements("css selector", "table.heat"), "the heat map")
    browser.execute_script("document.getElementById('view').focus()")
    cell = tab_to(lambda e: bool(e.get_attribute("aria-label")) and "documents" in e.get_attribute("aria-label") and e.find_elements("xpath", "ancestor::table"))
    promised, name = cell.text, cell.get_attribute("id")
    outline = browser.execute_script("return getComputedStyle(document.activeElement).outlineStyle")
    assert outline != "none"
    cell.send_keys(Keys.ENTER)
    do.until(lambda: browser.find_element("css selector", "#drawer .numbers b").text == promised, "the drawer")
    assert browser.execute_script("return document.activeElement.id") == "drawer"
    press(Keys.ESCAPE)
    do.until(lambda: not browser.find_elements("id", "drawer"), "Escape closes")
    assert browser.switch_to.active_element.get_attribute("id") == name
    browser.get(f"{served}/documents")
    browser.find_element("tag name", "body").send_keys("jj")
    second = browser.switch_to.active_element
    assert second.get_attribute("id") == "card-2"
    title = second.find_element("css selector", "h2").text
    second.send_keys("o")
    do.until(lambda: urlsplit(browser.current_url).path == "/document", "o opens")
    assert title in browser.find_element("id", "view").text


def test_without_scripts_forms_and_links_do_the_same(browser: Any, served: str, do: SimpleNamespace) -> None:
    do.look(browser, scripts=False)
    browser.get(f"{served}/documents")
    everything = count(browser)
    one = box_without_scripts(browser, "CD19")
    promised = int(one.find_element("css selector", ".n").text)
    one.find_element("css selector", "input").click()
    browser.find_element("css selector", "#filter-form .apply").click()
    do.until(lambda: count(browser) == promised, "the form is sent")
    assert promised < everything
    browser.get(f"{served}/cooccurrence?rows=therapy&cols=toxicity")
    cell = browser.find_elements("css selector", "table.heat td a")[0]
    promised_text = cell.text
    cell.click()
    do.until(lambda: browser.find_element("css selector", "#drawer .numbers b").text == promised_text, "the drawer")
    assert not [b for b in browser.find_elements("css selector", ".copy") if b.is_displayed()]


def box_without_scripts(browser: Any, name: str) -> Any:
    return next(o for o in browser.find_elements("css selector", "#filters li[data-name]") if o.find_element("css selector", ".name").text == name)


def test_text_of_a_record_is_only_text(browser: Any, served: str) -> None:
    for path in ("/documents?q=id:bad-1", "/document?id=bad-1", f"/evidence?c={CRS}", "/findings", "/evidence-table", "/overview", "/check?label=TOXICITY"):
        browser.get(f"{served}{path}")
        assert browser.execute_script("return window.pwned") is None, path
    browser.get(f"{served}/document?id=bad-1")
    text = browser.find_element("id", "view").text
    assert "<script>window.pwned = 1</script>" in text
    assert "{{ 7 * 7 }} </main></script>" in text
    assert '"><img src=x onerror=' in text
    assert not browser.find_elements("css selector", "main img, main b b, main script:not([type='application/json'])")


@pytest.mark.parametrize("path", SCREENS)
def test_a_screen_asks_no_other_host_and_has_no_fault_that_axe_finds(browser: Any, served: str, do: SimpleNamespace, path: str) -> None:
    for is_dark in (False, True):
        do.look(browser, dark=is_dark)
        browser.get(f"{served}{path}")
        assert do.violations(browser) == [], path
    asked = [url for url in do.requested(browser) if not url.startswith(("data:", "about:"))]
    assert asked
    assert [url for url in asked if not url.startswith(f"{served}/")] == []
    told = [e["message"] for e in browser.get_log("browser") if "status of 4" not in e["message"]]
    assert told == [], "the console is silent, so that nothing breaks the policy of the page"


@pytest.mark.parametrize("path", SCREENS)
def test_a_screen_fits_a_telephone(browser: Any, served: str, do: SimpleNamespace, path: str) -> None:
    do.look(browser, width=390, height=844)
    browser.get(f"{served}{path}")
    assert browser.execute_script("return document.documentElement.scrollWidth") <= 390
    do.look(browser, width=640, height=450)  # 1280 at 200 %
    browser.get(f"{served}{path}")
    assert browser.execute_script("return document.documentElement.scrollWidth") <= 640


def test_a_correction_outlives_the_program_and_a_new_annotation(browser: Any, own: Path, explored: Path, demo: Path, serve: Callable[[Path], Any], do: SimpleNamespace) -> None:
    def documents_with(address: str) -> int:
        browser.get(f"{address}/documents?mentioning={CRS}")
        return count(browser)

    program = serve(own)
    before = documents_with(program.address)
    rows = Index(own)
    of_crs = rows.document[(rows.concept == rows.by_id["mesh:D000080424"][0]) & (rows.assertion == 0)]
    once = next(int(d) for d in of_crs if (of_crs == d).sum() == 1)
    doc_id = rows.documents["doc_id"].iloc[once]
    browser.get(f"{program.address}/documents?q=id:{doc_id}&mentioning={CRS}")
    browser.find_element("css selector", "a.mark.asked").click()
    do.until(lambda: browser.find_elements("css selector", ".mark.selected"), "the mention is chosen")
    browser.find_element("css selector", "button[name=verdict][value=wrong]").click()
    do.until(lambda: doc_id in browser.page_source and not browser.find_elements("css selector", "a.mark.selected.label-TOXICITY"), "the mark is taken away")
    assert documents_with(program.address) == before - 1
    assert program.stop() == 0
    again = serve(own)
    assert documents_with(again.address) == before - 1
    kept = (own / "corrections.parquet").read_bytes()
    annotate_collection([demo, explored.parent / "hostile.jsonl"], own, overwrite=True)
    assert (own / "corrections.parquet").read_bytes() == kept
    assert documents_with(again.address) == before - 1


def test_every_screen_can_be_restored_from_its_address(browser: Any, served: str) -> None:
    for path in SCREENS:
        browser.get(f"{served}{path}")
        text = browser.find_element("id", "view").text
        browser.get("about:blank")
        browser.get(f"{served}{path}")
        assert browser.find_element("id", "view").text == text, path
        assert re.sub(r"#.*", "", browser.current_url) == f"{served}{path}"
