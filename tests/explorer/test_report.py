"""The one-file report: what is in the file, and what is refused."""

from __future__ import annotations

import base64
import gzip
import hashlib
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from allnlp.collection import Collection
from allnlp.collection.filters import Filters, parse_filters
from allnlp.collection.index import EVERYTHING, Index
from allnlp.errors import NothingFound, OptionError
from allnlp.explorer.report import SCRIPTS, report_page, write_report
from allnlp.explorer.report.data import Report, report_data
from allnlp.explorer.report.packing import as_text, packed, smallest, steps


@pytest.fixture(scope="module")
def whole(explored: Path) -> Report:
    return report_data(explored, EVERYTHING)


def unpacked(page: str) -> tuple[dict[str, Any], dict[str, np.ndarray], bytes]:
    """Head, columns and text of a page, read as its script reads them."""
    found = re.search(r'<script type="application/octet-stream;base64" id="data">([^<]*)</script>', page)
    assert found
    data = gzip.decompress(base64.b64decode(found[1]))
    length = int.from_bytes(data[:8], "little")
    head = json.loads(data[8 : 8 + length])
    body = data[8 + length :]
    columns = {name: np.frombuffer(body, dtype=kind, count=n, offset=at) for name, (kind, at, n) in head["columns"].items()}
    at, n = head["text"]
    return head, columns, body[at : at + n]


def test_same_folder_gives_same_bytes(explored: Path, tmp_path: Path) -> None:
    for name in ("a.html", "b.html"):
        write_report(explored, tmp_path / name, command=("allnlp", "report", str(explored)))
    assert (tmp_path / "a.html").read_bytes() == (tmp_path / "b.html").read_bytes()


def test_policy_allows_the_pages_own_script_and_style_alone(whole: Report) -> None:
    page = report_page(whole.packed(), "A & B")
    policy = re.search(r'Content-Security-Policy" content="([^"]*)"', page)
    script, style = re.search(r"<script>(.*?)</script>", page, re.DOTALL), re.search(r"<style>(.*?)</style>", page, re.DOTALL)
    assert policy
    assert script
    assert style
    assert policy[1].startswith("default-src 'none';")
    assert "unsafe" not in policy[1]
    for text, of in ((script[1], "script-src"), (style[1], "style-src")):
        assert f"{of} 'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'" in policy[1]


def test_page_has_no_style_attribute_no_handler_and_loads_nothing(whole: Report) -> None:
    page = report_page(whole.packed(), "A")
    outside = re.sub(r"<script[^>]*>.*?</script>|<style>.*?</style>", "", page, flags=re.DOTALL)
    assert not re.search(r"\s(style|on\w+|src)=", outside)
    assert "url(" not in page
    assert "@import" not in page
    assert "innerHTML" not in page
    assert not re.search(r"fetch\(|XMLHttpRequest|WebSocket|sendBeacon|\beval\(", page)


def test_texts_of_the_collection_stand_packed_alone(explored: Path, tmp_path: Path) -> None:
    write_report(explored, tmp_path / "r.html", title="</title><script>x</script>")
    page = (tmp_path / "r.html").read_text(encoding="utf-8")
    assert "pwned" not in page
    assert "<script>x" not in page
    assert "&lt;/title&gt;" in page


def test_every_mark_is_its_mention_as_a_browser_counts(explored: Path, whole: Report) -> None:
    head, columns, text = unpacked(report_page(whole.packed(), "A"))
    lengths = columns["document_text"].astype(int)
    ends = np.cumsum(lengths)
    texts = [text[b - n : b].decode() for b, n in zip(ends, lengths, strict=True)]
    collection = Collection(explored)
    mentions = collection.mentions[collection.mentions["doc_id"].isin(head["doc_id"])]
    at = 0
    for doc_id, written, n in zip(head["doc_id"], texts, columns["document_mentions"].astype(int), strict=True):
        own = mentions[mentions["doc_id"] == doc_id]
        starts = np.cumsum(columns["mention_start"][at : at + n].astype(int))
        units = written.encode("utf-16-le")
        found = [units[2 * s : 2 * (s + m)].decode("utf-16-le") for s, m in zip(starts, columns["mention_length"][at : at + n].astype(int), strict=True)]
        assert found == own["text"].tolist()
        at += n
    assert at == len(mentions) == len(columns["mention_start"])


def test_concepts_that_a_filter_takes_along_are_those_of_the_library(explored: Path, whole: Report) -> None:
    index = Index(explored)
    ids = [c for c, _ in whole.head["concepts"]]
    first = np.concatenate(([0], np.cumsum(whole.columns["concept_above"])))
    narrower: dict[str, set[str]] = {}
    for i, concept_id in enumerate(ids):
        for j in whole.columns["above"][first[i] : first[i + 1]]:
            narrower.setdefault(ids[j], set()).add(concept_id)
    named = set(index.concepts["concept_id"])
    asked = [c for c, is_listed in zip(ids, whole.columns["concept_listed"], strict=True) if is_listed and c in named]
    assert len(asked) > 100
    for concept_id in asked:
        assert ({concept_id} | narrower.get(concept_id, set())) & named == index.resolve(concept_id).ids & named


def test_newest_documents_are_kept_and_the_others_are_counted(explored: Path, tmp_path: Path) -> None:
    written = write_report(explored, tmp_path / "r.html", max_documents=5)
    head, columns, _ = unpacked((tmp_path / "r.html").read_text(encoding="utf-8"))
    years = Index(explored).documents["year"].dropna()
    assert written.n_documents == len(head["doc_id"]) == head["n_shown"] == 5
    assert written.n_left_out == head["n_fitting"] - 5 > 0
    assert sorted(columns["document_year"]) == sorted(years)[-5:]


def test_filters_decide_what_is_in_the_file(explored: Path) -> None:
    filters = parse_filters(year="2021:", section="results", include="negated", mentioning="CRS")
    report = report_data(explored, filters)
    view = Collection(explored).where(year="2021:", section="results", include="negated", mentioning="CRS")
    assert report.head["doc_id"] == view.documents["doc_id"].tolist()
    assert len(report.columns["finding_document"]) == len(view.findings())
    assert ["include", "negated"] in report.head["filters"]
    assert report.head["counted"] == [0, 1]


def test_no_path_of_the_makers_disk_is_told(explored: Path, tmp_path: Path) -> None:
    write_report(explored, tmp_path / "r.html", command=("allnlp", "report", str(explored), "--year", "2020:"))
    page = (tmp_path / "r.html").read_text(encoding="utf-8")
    head, _, _ = unpacked(page)
    assert str(explored.parent) not in page + json.dumps(head)
    assert f"allnlp report {explored.name} --year 2020:" in page


def test_nothing_that_fits_is_said(explored: Path, tmp_path: Path) -> None:
    with pytest.raises(NothingFound, match=r"no document fits the filters \(year 1901\)"):
        write_report(explored, tmp_path / "r.html", filters=Filters(years=(1901, 1901)))
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("name", ["r.pdf", "r", "none/r.html"])
def test_file_that_cannot_be_written_is_refused(explored: Path, tmp_path: Path, name: str) -> None:
    with pytest.raises(OptionError):
        write_report(explored, tmp_path / name)


def test_scripts_are_all_in_the_page_and_small(whole: Report) -> None:
    here = Path(__file__).parents[2] / "src" / "allnlp" / "explorer" / "report"
    assert sorted(SCRIPTS) == sorted(p.name for p in here.glob("*.js"))
    assert all(len((here / name).read_text(encoding="utf-8").splitlines()) < 400 for name in SCRIPTS)


def test_numbers_are_stored_in_the_fewest_bytes() -> None:
    assert [smallest(v).dtype.name for v in ([0, 255], [-1, 127], [256], [-1, 128], [70_000], [-1, 70_000])] == ["uint8", "int8", "uint16", "int16", "uint32", "int32"]
    with pytest.raises(ValueError, match="four bytes"):
        smallest([2**33])


def test_steps_begin_anew_with_each_document() -> None:
    assert steps(np.array([5, 9, 2, 2]), np.array([0, 2])).tolist() == [5, 4, 2, 0]
    assert steps(np.array([], dtype=int), np.array([], dtype=int)).tolist() == []


def test_base64_is_parted_into_lines_and_packing_has_no_time() -> None:
    data = packed({"a": 1}, {"x": np.array([1, 2])}, b"text")
    assert data[4:8] == b"\0\0\0\0"
    assert base64.b64decode(as_text(data, 8)) == data


def test_command_writes_the_file_with_its_record(explored: Path, tmp_path: Path, run: Callable[..., Any]) -> None:
    out = tmp_path / "cart.html"
    ran = run("report", explored, "-o", out, "--max-documents", "7", "--title", "Mine")
    assert ran.code == 0
    assert ran.out == ""
    assert "the newest 7 of" in ran.err
    assert f"Wrote {out}" in ran.err
    assert "<title>Mine</title>" in out.read_text(encoding="utf-8")
    record = json.loads((tmp_path / "cart.html.provenance.json").read_text(encoding="utf-8"))
    assert record["sha256"] == hashlib.sha256(out.read_bytes()).hexdigest()
    assert record["command"][:2] == ["allnlp", "report"]


def test_command_says_what_is_wrong(explored: Path, tmp_path: Path, run: Callable[..., Any]) -> None:
    assert run("report", explored, "-o", tmp_path / "r.html", "--year", "1901").code == 3
    assert run("report", explored, "-o", tmp_path / "r.pdf").code == 2
    assert run("report", tmp_path, "-o", tmp_path / "r.html").code == 1
