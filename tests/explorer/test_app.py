"""The explorer without a browser: safety, addresses, filters, files, and a folder that changes or breaks."""

from __future__ import annotations

import csv
import html
import io
import re
import shutil
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from allnlp.annotation import annotate_collection
from allnlp.collection.filters import Filters
from allnlp.collection.find import find
from allnlp.collection.index import Index
from allnlp.explorer.app import SCREENS, create_app
from allnlp.explorer.store import Store

CRS = "toxicity:mesh:D000080424"


def client_of(folder: Path) -> Any:
    from starlette.testclient import TestClient

    return TestClient(create_app(Store(folder, "AB")), base_url="http://127.0.0.1:8765", follow_redirects=False)


def shown(page: str) -> int:
    found = re.search(r'class="count" role="status"><b>([\d,]+)</b>', page)
    assert found
    return int(found[1].replace(",", ""))


def token_of(page: str) -> str:
    found = re.search(r'name="token" value="([^"]+)"', page)
    assert found
    return found[1]


@pytest.mark.parametrize("host", ["evil.example", "evil.example:8765", "127.0.0.1.evil.example", "127.0.0.1:8765@evil.example", "", "192.168.1.2:8765"])
def test_another_host_is_refused(client: Any, host: str) -> None:
    answer = client.get("/documents", headers={"host": host})
    assert answer.status_code == 421
    assert "Content-Security-Policy" in answer.headers
    assert "CRS" not in answer.text


@pytest.mark.parametrize("path", ["/overview", "/documents", "/documents.csv", "/static/explorer.css", "/nothing", "/documents?from=x", "/a/b/c"])
def test_every_answer_has_the_headers_that_keep_it_to_itself(client: Any, path: str) -> None:
    headers = client.get(path).headers
    assert headers["Content-Security-Policy"].startswith("default-src 'self';")
    assert "unsafe" not in headers["Content-Security-Policy"]
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["X-Frame-Options"] == "DENY"
    assert headers["Referrer-Policy"] == "same-origin"


def test_no_page_has_a_script_or_style_of_its_own(client: Any) -> None:
    for path in SCREENS:
        page = client.get(path).text
        assert not re.search(r"<style|\sstyle=|\son\w+=|javascript:", page), path
        for attributes in re.findall(r"<script([^>]*)>", page):
            assert "src=" in attributes or 'type="application/json"' in attributes, path


@pytest.mark.parametrize("name", ["../app.py", "..%2fapp.py", "%2e%2e/app.py", "..\\app.py", "base.html", "/etc/passwd", "explorer.css/../../app.py"])
def test_only_the_files_of_the_explorer_are_given(client: Any, name: str) -> None:
    answer = client.get(f"/static/{name}")
    assert answer.status_code in (404, 421)
    assert "import" not in answer.text
    assert "root:" not in answer.text


def test_what_is_written_needs_the_token_and_this_origin(own: Path) -> None:
    client = client_of(own)
    token = token_of(client.get("/documents").text)
    form = {"doc_id": "bad-1", "is_read": "1", "back": "/documents"}
    for data, headers in (
        (form, {}),
        ({**form, "token": "x"}, {}),
        ({**form, "token": "\u2028"}, {}),
        ({**form, "token": token}, {"origin": "http://evil.example"}),
        ({**form, "token": token}, {"origin": "null"}),
        ({**form, "token": token}, {"origin": "https://127.0.0.1:8765"}),
    ):
        assert client.post("/act/review", data=data, headers=headers).status_code == 403
    assert not (own / "reviews.parquet").exists()
    answer = client.post("/act/review", data={**form, "token": token}, headers={"origin": "http://127.0.0.1:8765"})
    assert (answer.status_code, answer.headers["location"]) == (303, "/documents")
    assert client.get("/act/review").status_code == 405
    assert client.post("/act/review", content=b"a" * 200_000).status_code == 413
    assert client.post("/act/review", content=b"\xff\xfe").status_code == 400


@pytest.mark.parametrize("back", ["//evil.example", "https://evil.example", "/\\evil.example", "javascript:1"])
def test_a_form_leads_nowhere_else(own: Path, back: str) -> None:
    client = client_of(own)
    token = token_of(client.get("/documents").text)
    answer = client.post("/act/review", data={"doc_id": "bad-1", "is_read": "1", "back": back, "token": token})
    assert answer.headers["location"] == "/overview"


def test_a_form_for_what_is_not_there_says_so(own: Path) -> None:
    client = client_of(own)
    token = token_of(client.get("/documents").text)
    for name, form in (
        ("nothing", {}), ("review", {"doc_id": "no such"}), ("judge", {"doc_id": "bad-1"}), ("judge", {"doc_id": "bad-1", "label": "TOXICITY", "start": "-1", "end": "x", "verdict": "wrong"}),
        ("add", {"doc_id": "bad-1", "label": "NOTHING", "start": "0", "end": "5"}), ("add", {"doc_id": "bad-1", "label": "TOXICITY", "start": "0", "end": "999999"}),
        ("review", {"doc_id": "bad-1", "decision": "perhaps"}), ("finding", {"doc_id": "bad-1", "finding": "99", "verdict": "wrong"}),
    ):  # fmt: skip
        answer = client.post(f"/act/{name}", data={**form, "token": token, "back": "/documents"})
        assert answer.status_code in (400, 404), (name, form)
        assert 'role="alert"' in answer.text
    assert not (own / "corrections.parquet").exists()


def test_a_filter_counts_what_the_library_counts(client: Any, explored: Path) -> None:
    index = Index(explored)
    for query, filters in (
        ("", Filters()),
        (f"mentioning={CRS}", Filters(mentioning=(CRS,))),
        (f"mentioning={CRS}&mentioning=antigen:hgnc:1633", Filters(mentioning=(CRS, "antigen:hgnc:1633"))),
        (f"lacking={CRS}&from=2018", Filters(lacking=(CRS,), years=(2018, None))),
        ("from=2021&to=2018", Filters(years=(2018, 2021))),
        ("include=negated&mentioning=" + CRS, Filters(mentioning=(CRS,), assertions=("present", "negated"))),
    ):
        assert shown(client.get(f"/documents?{query}").text) == int(index.view(filters).documents.sum()), query
    icans = next(iter(index.resolve("ICANS", exact=True).ids))
    either = client.get(f"/documents?mentioning={CRS}&mentioning=toxicity:{icans}&any=toxicity")
    both = {*find(index, "CRS").rows["doc_id"], *find(index, "ICANS").rows["doc_id"]}
    assert len(both) > find(index, "CRS").n_documents
    assert shown(either.text) == len(both)


def test_words_that_are_no_concept_are_searched_in_the_text(client: Any, explored: Path) -> None:
    index = Index(explored)
    page = client.get("/documents?q=bridging").text
    assert shown(page) == find(index, "text:bridging*").n_documents
    assert "searched as words of the text" in page
    assert client.get("/documents?q=CRS AND (").status_code == 400


def test_the_files_of_a_view_hold_what_it_shows(client: Any) -> None:
    page = client.get(f"/documents?mentioning={CRS}").text
    rows = list(csv.DictReader(io.StringIO(client.get(f"/documents.csv?mentioning={CRS}").content.decode("utf-8-sig"))))
    assert len(rows) == shown(page)
    assert len(client.get(f"/documents.json?mentioning={CRS}").json()) == shown(page)
    ris = client.get(f"/documents.ris?mentioning={CRS}")
    assert ris.text.count("\nER  -") == shown(page)
    assert 'filename="documents.ris"' in ris.headers["Content-Disposition"]
    assert client.get("/documents.xlsx").content[:2] == b"PK"
    assert client.get("/documents.exe").status_code == 404
    dangerous = [r["title"] for r in csv.DictReader(io.StringIO(client.get("/documents.csv").content.decode("utf-8-sig"))) if "HYPERLINK" in r["title"]]
    assert dangerous == ["'=HYPERLINK(\"x\") CRS"]


def test_the_command_of_a_view_gives_the_same(client: Any, run: Any, tmp_path: Path) -> None:
    page = client.get(f"/documents?mentioning={CRS}&from=2018&lacking=antigen:hgnc:1633").text
    command = html.unescape(re.search(r'id="copy-command">([^<]+)<', page)[1])  # type: ignore[index]
    import shlex

    words = [str(tmp_path / w) if w == "documents.csv" else w for w in shlex.split(command)[1:]]
    assert run(*words).code == 0
    written = (tmp_path / "documents.csv").read_text(encoding="utf-8")
    assert len(list(csv.DictReader(io.StringIO(written)))) == shown(page)


def test_the_python_of_a_view_gives_the_same(client: Any) -> None:
    page = client.get(f"/documents?mentioning={CRS}&from=2018&include=negated&q=text:%22a%22+OR+CRS").text
    lines = html.unescape(re.search(r'id="copy-python">([^<]+)<', page)[1])  # type: ignore[index]
    names: dict[str, Any] = {}
    exec(lines, names)
    assert len(names["answer"]) == shown(page)


@pytest.mark.parametrize("path", sorted(SCREENS))
@pytest.mark.parametrize(
    "query",
    ["page=99999999", "page=-3", "page=x", "from=20x8", "mentioning=toxicity:no-such-thing", "journal=No%20Such", "study_type=x", "q=(((", "q=%22", "section=nowhere", "include=x",
     "decision=x", "level=word", "sort=nothing", "c=", "c=toxicity:", "c=no-such", "id=%00", "id=..%2f..", "label=x", "mentioning=%ff", "q=" + "a" * 9000, "n=0&seed=x", "rows=x&cols=y",
     "min=-1&top=0", "measure=x", "q=<script>alert(1)</script>", "words=<img>,%5B(", "a=x&b=y", "q=text:/(a%2B)%2B$/"],
)  # fmt: skip
def test_odd_addresses_give_pages_that_say_so(client: Any, path: str, query: str) -> None:
    answer = client.get(f"{path}?{query}")
    assert answer.status_code in (200, 400, 404), answer.text
    assert "<main" in answer.text
    assert "<script>alert" not in answer.text
    assert "Traceback" not in answer.text


@settings(max_examples=150)
@given(
    st.sampled_from(sorted(SCREENS)),
    st.lists(st.tuples(st.sampled_from(["q", "from", "to", "mentioning", "any", "lacking", "section", "include", "page", "sort", "c", "level", "id", "label", "m", "concept", "rows", "min"]),
                       st.text(max_size=12) | st.sampled_from([CRS, "toxicity", "2018", "CRS", "sentence", "bad-1"])), max_size=5),
)  # fmt: skip
def test_no_address_breaks_the_explorer(client: Any, path: str, pairs: list[tuple[str, str]]) -> None:
    from urllib.parse import urlencode

    answer = client.get(f"{path}?{urlencode(pairs, errors='replace')}")
    assert answer.status_code in (200, 400, 404)


def test_a_new_run_and_a_damaged_folder_are_seen(own: Path, tmp_path: Path) -> None:
    client = client_of(own)
    before = shown(client.get("/documents").text)
    small = tmp_path / "one.jsonl"
    small.write_text('{"id": "1", "title": "CRS after tisagenlecleucel", "abstract": "x"}', encoding="utf-8")
    annotate_collection([small], own, overwrite=True)
    assert (shown(client.get("/documents").text), before > 1) == (1, True)
    (own / "mentions.parquet").write_bytes(b"PAR1 damaged")
    manifest = own / "manifest.json"
    manifest.write_text(manifest.read_text(encoding="utf-8") + " ", encoding="utf-8")
    answer = client.get("/documents")
    assert answer.status_code == 503
    assert "Annotate again with --overwrite" in answer.text
    shutil.rmtree(own)
    assert client.get("/overview").status_code == 503


def test_a_review_is_kept_shown_and_filters(own: Path) -> None:
    client = client_of(own)
    token = token_of(client.get("/documents").text)
    for data in ({"decision": "included"}, {"note": "look <again>"}, {"is_read": "1"}):
        assert client.post("/act/review", data={"doc_id": "bad-1", **data, "back": "/documents", "token": token}).status_code == 303
    page = client.get("/documents?decision=included").text
    assert shown(page) == 1
    assert "look &lt;again&gt;" in page
    assert shown(client.get("/documents?decision=read").text) == 1
    assert 'aria-pressed="true" class="included"' in page
    counted = {name: int(n) for name, n in re.findall(r'id="decision-(\w+)".*?<span class="n">(\d+)</span>', client.get("/documents").text)}
    assert (counted["included"], counted["read"]) == (1, 1)
    client.post("/act/review", data={"doc_id": "bad-1", "is_read": "0", "back": "/documents", "token": token})
    counted = {name: int(n) for name, n in re.findall(r'id="decision-(\w+)".*?<span class="n">(\d+)</span>', client.get("/documents").text)}
    assert "read" not in counted, "a number beside a choice follows what was just decided"
    client.post("/act/review", data={"doc_id": "bad-1", "is_read": "1", "back": "/documents", "token": token})
    client.post("/act/review", data={"doc_id": "bad-1", "decision": "none", "token": token})
    assert client.get("/documents?decision=included").text.count("data-card") == 0
    again = client_of(own)
    assert shown(again.get("/documents?decision=read").text) == 1


def test_the_address_takes_requests_as_soon_as_it_is_told() -> None:
    import socket

    from allnlp.errors import OptionError
    from allnlp.explorer.server import bound

    with bound(0) as listening:
        with socket.create_connection(listening.getsockname(), timeout=5):
            pass
        with pytest.raises(OptionError, match="is taken by another program"):
            bound(listening.getsockname()[1])


def test_without_matplotlib_the_menu_says_what_is_missing(client: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("allnlp.explorer.layout.find_spec", lambda name: None)
    page = client.get("/cooccurrence").text
    assert "Figures need matplotlib: pip install matplotlib" in page
    assert "/cooccurrence.pdf" not in page
    assert "/cooccurrence.csv" in page
