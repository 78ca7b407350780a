"""The one-file report in a real Chromium, opened from the disk."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pandas as pd
import pytest

from allnlp.collection import Collection
from allnlp.collection.filters import parse_filters
from allnlp.explorer.report import write_report

CRS = "toxicity:mesh:D000080424"
SCREENS = ("overview", "documents", "cooccurrence", "findings", "evidence")
#: Filters of a view as its address says them, and as the library is asked.
VIEWS = (
    ("", {}),
    ("from=2021&to=2023", {"year": "2021:2023"}),
    (f"with={CRS}", {"mentioning": CRS}),
    (f"with={CRS}&from=2022&type=phase+2", {"mentioning": CRS, "year": "2022:", "study_type": "phase 2"}),
)


@pytest.fixture(scope="module")
def report(explored: Path, tmp_path_factory: pytest.TempPathFactory) -> str:
    """Address of the report of the folder."""
    out = tmp_path_factory.mktemp("report") / "report.html"
    write_report(explored, out, command=("allnlp", "report", str(explored)))
    return out.as_uri()


@pytest.fixture
def page(browser: Any, report: str) -> Callable[[str], Any]:
    """Opens a view of the report."""

    def opened(view: str = "", address: str = report) -> Any:
        browser.get("about:blank")
        browser.get(f"{address}#{view}")
        _wait(lambda: browser.execute_script("return document.documentElement.dataset.ready === 'yes'"))
        return browser

    return opened


def _wait(found: Callable[[], Any], seconds: float = 20) -> Any:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if value := found():
            return value
        time.sleep(0.02)
    raise AssertionError("the page did not come to it in time")


def _change(browser: Any, act: Callable[[], Any]) -> None:
    """Does something that changes the address, and waits until the page shows it."""
    browser.execute_script("window.changed = false; addEventListener('hashchange', () => setTimeout(() => (window.changed = true)), {once: true})")
    act()
    _wait(lambda: browser.execute_script("return window.changed"))


def _one(browser: Any, selector: str) -> Any:
    return browser.find_element("css selector", selector)


def _all(browser: Any, selector: str) -> list[Any]:
    return list(browser.find_elements("css selector", selector))


def _rows(browser: Any, place: str = "#view") -> pd.DataFrame:
    """The table that the button for CSV gives, caught before it becomes a file."""
    browser.execute_script("window.download = (name, rows) => { window.caught = rows; }")
    browser.execute_script(f"document.querySelector('{place} button.csv').click()")
    head, *rows = browser.execute_script("return window.caught")
    return pd.DataFrame(rows, columns=head)


@pytest.mark.parametrize(("view", "options"), VIEWS)
@pytest.mark.parametrize(
    ("rows", "columns", "level", "narrower"),
    [
        ("THERAPY", "TOXICITY", "document", False),
        ("THERAPY", "TOXICITY", "sentence", True),
        ("TOXICITY", "TOXICITY", "document", True),
        ("DISEASE", "OUTCOME", "sentence", False),
    ],
)
def test_pairs_are_those_of_the_library(
    page: Callable[..., Any], explored: Path, view: str, options: dict[str, str], rows: str, columns: str, level: str, narrower: bool
) -> None:
    browser = page(f"cooccurrence?{view}&rows={rows}&columns={columns}&level={level}{'&narrower=yes' if narrower else ''}")
    found = _rows(browser)
    asked = Collection(explored).where(**options).cooccurrence(rows, None if rows == columns else columns, level=level, narrower=narrower).frame
    key = ["label_a", "concept_a", "label_b", "concept_b"]
    numbers = [*key, "n_both", "n_a", "n_b", "n_total", "lift", "n_sentences"]
    if rows == columns:  # which of the two is the first is not said
        for frame in (found, asked):
            swapped = frame["concept_a"] > frame["concept_b"]
            for a, b in (("concept_a", "concept_b"), ("n_a", "n_b")):
                frame.loc[swapped, [a, b]] = frame.loc[swapped, [b, a]].to_numpy()
    left, right = (f[numbers].sort_values(key).reset_index(drop=True) for f in (found, asked))
    pd.testing.assert_frame_equal(left, right, check_dtype=False)


@pytest.mark.parametrize(("view", "options"), VIEWS)
def test_counts_findings_documents_and_studies_are_those_of_the_library(page: Callable[..., Any], explored: Path, view: str, options: dict[str, str]) -> None:
    asked = Collection(explored).where(**options)
    counts = _rows(page(f"overview?{view}"))
    for label in ("THERAPY", "TOXICITY"):
        own = counts[counts["label"] == label]
        expected = asked.counts(label)
        assert own[["concept_id", "n_documents", "n_total"]].to_numpy().tolist() == expected[["concept_id", "n_documents", "n_total"]].to_numpy().tolist()
    documents = _rows(page(f"documents?{view}&sort=folder"))
    assert documents["doc_id"].tolist() == asked.documents["doc_id"].tolist()
    findings = _rows(page(f"findings?{view}"))
    expected = asked.findings()
    assert findings[["doc_id", "finding"]].to_numpy().tolist() == expected[["doc_id", "finding"]].to_numpy().tolist()
    assert findings["sentence_text"].tolist() == expected["sentence_text"].tolist()
    table = _rows(page(f"evidence?{view}"))
    studies = asked.evidence_table().table
    assert table.columns.tolist() == studies.columns.tolist()
    assert table["doc_id"].tolist() == studies["doc_id"].tolist()
    texts = studies.astype(object).where(studies.notna(), None).map(lambda c: None if c is None else f"{c:g}" if isinstance(c, float) else str(c))
    assert table.where(table.notna(), None).to_numpy().tolist() == texts.to_numpy().tolist()


def test_sections_and_assertions_of_the_file_count(page: Callable[..., Any], explored: Path, tmp_path: Path) -> None:
    options = {"section": "results", "include": "negated"}
    out = tmp_path / "results.html"
    write_report(explored, out, filters=parse_filters(**options))
    found = _rows(page("cooccurrence?level=sentence", out.as_uri()))
    asked = Collection(explored).where(**options).cooccurrence("therapy", "toxicity", level="sentence").frame
    assert sorted(found[["concept_a", "concept_b", "n_both", "n_total"]].to_numpy().tolist()) == sorted(asked[["concept_a", "concept_b", "n_both", "n_total"]].to_numpy().tolist())


@pytest.mark.parametrize("level", ["document", "sentence"])
def test_number_of_a_cell_is_that_of_the_drawer_and_of_what_it_lists(page: Callable[..., Any], explored: Path, level: str) -> None:
    browser = page(f"cooccurrence?level={level}")
    for i in (0, 3, 7):
        cell = _all(browser, "button.cell")[i]
        n, pair = int(cell.text), cell.get_attribute("data-pair").split("|")
        _change(browser, cell.click)
        found = Collection(explored).evidence(f"therapy:{pair[0]}", f"toxicity:{pair[1]}", level=level)
        said = _one(browser, "#drawer .count")
        assert n == found.n_units == int(said.get_attribute("data-n")) == len(_all(browser, "#drawer .unit"))
        listed = [u.get_attribute("data-document") for u in _all(browser, "#drawer .unit")]
        assert set(listed) == set(found.rows["doc_id"])
        assert len(_all(browser, "#drawer li.whole")) == found.n_sentences
        texts = sorted(q.get_attribute("textContent") for q in _all(browser, "#drawer q"))
        assert texts == sorted(found.rows["sentence_text"])
        assert len(_rows(browser, "#drawer")) == len(found.rows)
        _change(browser, _one(browser, "#close").click)


def test_number_beside_a_filter_is_what_it_leaves(page: Callable[..., Any]) -> None:
    browser = page("documents?from=2020")
    for i in (0, 2, 5):
        option = _all(browser, "#list-TOXICITY .option")[i]
        n = int(_one(option, ".n").text)
        _change(browser, option.click)
        assert _one(browser, "#n").text.startswith(f"{n} of ")
        _change(browser, browser.back)


def test_texts_are_text_only(page: Callable[..., Any]) -> None:
    browser = page("documents")
    for view in ("documents?q=pwned", "documents?q=%22identifier+with+signs%22", "findings", "evidence", "cooccurrence", "documents?q=HYPERLINK"):
        page(view)
        assert browser.execute_script("return window.pwned") is None
        assert not _all(browser, "#view img, #view script, #view b")
    page("documents?q=pwned")
    shown = _one(browser, "article").get_attribute("textContent")
    assert "<script>window.pwned = 1</script>" in shown
    assert '"><img src=x onerror="window.pwned=2">' in shown
    page("documents?q=%22identifier+with+signs%22")
    assert "\u2028 and \U0001f9ec CD19" in _one(browser, "article").get_attribute("textContent")
    assert "CD19" in [m.get_attribute("textContent") for m in _all(browser, "article .mark.label-ANTIGEN")]
    page("documents?q=%3Cimg%20src%3Dx&with=%3Cscript%3E&rows=%22%3E&open=named.99999&page=x&by=constructor")
    assert browser.execute_script("return window.pwned") is None


def test_no_request_leaves_the_file(page: Callable[..., Any], report: str, do: SimpleNamespace) -> None:
    browser = page("overview")
    for screen in SCREENS:
        page(screen)
    assert {address.partition("#")[0] for address in do.requested(browser)} <= {report, "about:blank"}


def test_csv_is_a_file_that_a_spreadsheet_does_not_compute(page: Callable[..., Any], tmp_path: Path) -> None:
    browser = page("documents?q=HYPERLINK")
    browser.execute_cdp_cmd("Browser.setDownloadBehavior", {"behavior": "allow", "downloadPath": str(tmp_path)})
    _one(browser, "#view button.csv").click()
    _wait(lambda: (tmp_path / "documents.csv").exists())
    text = (tmp_path / "documents.csv").read_bytes().decode("utf-8-sig")
    assert "\n'=cmd|' /C calc'!A0," in text
    assert "\"'=HYPERLINK(\"\"x\"\") CRS\"" in text


def test_address_holds_the_view_and_back_goes_back(page: Callable[..., Any]) -> None:
    browser = page("documents")
    box = _one(browser, "#search")
    _change(browser, lambda: box.send_keys("neurotoxicity"))
    _wait(lambda: "q=neurotoxicity" in browser.current_url)
    assert browser.switch_to.active_element == box
    found = _one(browser, "#n").text
    _change(browser, _one(browser, "#tabs a[href^='#findings']").click)
    assert "q=neurotoxicity" in browser.current_url
    assert _one(browser, "#n").text == found
    link = browser.current_url
    _change(browser, browser.back)
    assert _one(browser, "#heading").text == "Documents"
    browser.get("about:blank")
    browser.get(link)
    _wait(lambda: browser.execute_script("return document.documentElement.dataset.ready === 'yes'"))
    assert _one(browser, "#heading").text == "Findings"
    assert _one(browser, "#search").get_attribute("value") == "neurotoxicity"


def test_keyboard_opens_a_cell_and_comes_back_to_it(page: Callable[..., Any]) -> None:
    keys = pytest.importorskip("selenium.webdriver").Keys
    browser = page("cooccurrence")
    cell = _one(browser, "button.cell")
    key = cell.get_attribute("data-key")
    browser.execute_script("arguments[0].focus()", cell)
    _change(browser, lambda: browser.switch_to.active_element.send_keys(keys.ENTER))
    assert _one(browser, "#drawer").is_displayed()
    assert browser.switch_to.active_element.get_attribute("id") == "drawer-title"
    _change(browser, lambda: browser.switch_to.active_element.send_keys(keys.ESCAPE))
    assert not _one(browser, "#drawer").is_displayed()
    assert browser.switch_to.active_element.get_attribute("data-key") == key


def test_j_and_k_lead_through_documents(page: Callable[..., Any]) -> None:
    browser = page("documents")
    shown = [a.get_attribute("data-document") for a in _all(browser, "article")]
    for key, expected in (("j", 0), ("j", 1), ("j", 2), ("k", 1)):
        browser.switch_to.active_element.send_keys(key)
        assert browser.switch_to.active_element.get_attribute("data-document") == shown[expected]


def test_negated_marks_show_their_cue_and_labels_can_be_switched_off(page: Callable[..., Any]) -> None:
    browser = page("documents?q=pwned")
    negated = _one(browser, "article .mark.negated")
    assert "line-through" in negated.value_of_css_property("text-decoration")
    assert _one(browser, "article .cue").text == "No"
    before = negated.value_of_css_property("border-bottom-style")
    _one(browser, "[data-key='legend TOXICITY']").click()
    assert before == "double"
    assert negated.value_of_css_property("border-bottom-style") == "none"


DRAWERS = ("evidence?open=cell.3.4", "findings?open=finding.2", "overview?open=mention.4", "overview?open=document.2", "documents?q=nothing-fits")


@pytest.mark.parametrize(("width", "dark", "views"), [(1280, False, (*SCREENS, *DRAWERS)), (1280, True, SCREENS), (390, False, SCREENS)])
def test_axe_finds_nothing(page: Callable[..., Any], chromium: Any, do: SimpleNamespace, width: int, dark: bool, views: tuple[str, ...]) -> None:
    for view in views:
        browser = page(view)
        do.look(browser, width=width, dark=dark)
        assert do.violations(browser) == []
    assert not [entry for entry in chromium.get_log("browser") if entry["level"] == "SEVERE"]


@pytest.mark.parametrize("width", [390, 640])  # a telephone, and 1280 at 200 %
def test_nothing_is_wider_than_the_window(page: Callable[..., Any], do: SimpleNamespace, width: int) -> None:
    for view in (*SCREENS, *DRAWERS):
        browser = page(view)
        do.look(browser, width=width)
        assert browser.execute_script("return document.documentElement.scrollWidth <= innerWidth"), view


def test_without_scripts_a_word_is_said(page: Callable[..., Any], browser: Any, report: str, do: SimpleNamespace) -> None:
    do.look(browser, scripts=False)
    browser.get(report)
    assert "needs JavaScript" in _one(browser, ".noscript").text


def test_command_beside_a_view_asks_for_it(page: Callable[..., Any], explored: Path) -> None:
    browser = page(f"cooccurrence?with={CRS}&from=2021&to=2021&level=sentence&narrower=yes")
    expected = f"allnlp cooccur {explored.name} --rows therapy --columns toxicity --level sentence --narrower --year 2021 --mentioning {CRS}"
    assert _one(browser, "#view .command").text == expected
    page("evidence?type=phase+2&q=word")
    assert _one(browser, "#view .command").text == f"allnlp evidence-table {explored.name} --study-type 'phase 2'"
    assert "words of the search" in _one(browser, "#view .note").text
