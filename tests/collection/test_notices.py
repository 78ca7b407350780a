"""Retractions and errata can be read wherever a document is shown, and asked for."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from allnlp.annotation import annotate_collection
from allnlp.collection import Collection
from allnlp.collection.index import EVERYTHING
from allnlp.errors import OptionError
from allnlp.explorer.app import create_app
from allnlp.explorer.report.data import report_data
from allnlp.explorer.store import Store
from allnlp.exporters import write_evidence
from allnlp.exporters.references import nbib_record, ris_record
from allnlp.readers.medline import read_medline
from allnlp.schema import Document

RECORD = "PMID- {}\nTI  - Invented cells {} in leukemia.\nAB  - CRS of grade 3 or more occurred in {} of 20 patients.\nDP  - 2020\nFAU - Muster, Erika\n{}\n"
TOLD = ("", "RIN - J Invent. 2021;1:2. PMID: 91\nEIN - J Invent. 2020;9:8. PMID: 92", "ECI - J Invent. 2022;1:3. PMID: 93")


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three records: without a notice, retracted with an erratum, and of concern."""
    place = tmp_path_factory.mktemp("told")
    text = "\n".join(RECORD.format(i + 1, "abc"[i], i + 5, tags) for i, tags in enumerate(TOLD))
    (place / "some.nbib").write_text(text, encoding="utf-8")
    annotate_collection([place / "some.nbib"], place / "cart")
    return place / "cart"


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("notice:retracted", ["2"]), ("NOT notice:retracted", ["1", "3"]), ("CRS notice:erratum", ["2"]), ("notice:Concern", ["3"]), ("notice:retraction", []),
        ("notice:concern OR notice:retracted", ["2", "3"]),
    ],
)  # fmt: skip
def test_notices_can_be_asked_for(told: Path, query: str, found: list[str]) -> None:
    assert list(Collection(told).find(query).rows["doc_id"]) == found
    with pytest.raises(OptionError, match="'maybe' is none of retracted"):
        Collection(told).find("notice:maybe")


def test_what_is_retracted_can_be_left_out_of_any_question(told: Path) -> None:
    whole, narrowed = Collection(told), Collection(told).where(matching="NOT notice:retracted")
    assert [len(view.findings("CRS")) for view in (whole, narrowed)] == [3, 2]


def test_sentences_say_it(told: Path, run: Callable[..., Any]) -> None:
    rows = Collection(told).evidence("CRS").rows
    assert dict(zip(rows["doc_id"], rows["notices"].fillna(""), strict=True)) == {
        "1": "", "2": "Retracted; retraction in 91; erratum in 92", "3": "Expression of concern in 93",
    }  # fmt: skip
    assert "Retracted; retraction in 91" in Collection(told).evidence("CRS")._repr_html_()
    assert "\tRetracted; retraction in 91; erratum in 92\t" in run("evidence", told, "CRS").out


def test_an_evidence_table_says_it(told: Path, tmp_path: Path) -> None:
    found = Collection(told).evidence_table(["CRS >=3"])
    review = dict(zip(found.table["doc_id"], found.table["review"].fillna(""), strict=True))
    assert review["2"].startswith("Retracted; retraction in 91; erratum in 92")
    assert "etract" not in review["1"]
    assert list(found.references["notices"].fillna("")) == ["", "Retracted; retraction in 91; erratum in 92", "Expression of concern in 93"]
    write_evidence(found, tmp_path / "table.html")
    assert '<strong class="doubt">Retracted; retraction in 91; erratum in 92</strong>' in (tmp_path / "table.html").read_text(encoding="utf-8")


def test_a_report_says_it(told: Path) -> None:
    head = report_data(told, EVERYTHING).head
    assert head["notices"] == ["", "retraction in 91; erratum in 92", "expression of concern in 93"]


def test_pages_say_it(told: Path) -> None:
    from starlette.testclient import TestClient

    store = Store(told, "AB")
    client = TestClient(create_app(store), base_url="http://127.0.0.1:8765")
    for url in ("/documents", "/document?id=2"):
        page = client.get(url).text
        assert '<strong class="retracted">Retracted</strong> · <span class="retracted">retraction in 91</span> · <span class="retracted">erratum in 92</span>' in page
    assert "Retracted" not in client.get("/document?id=1").text
    assert "Retracted; retraction in 91; erratum in 92</strong>" in client.get("/evidence?c=CRS").text
    store.close()


def test_references_keep_it(told: Path) -> None:
    document = Document("2", pmid="2", title="Cells", text="Cells", is_retracted=True, notices=("retraction in 91", "erratum in 10.5555/x", "retraction of another record"))
    assert "M3  - Retracted Publication\n" in ris_record(document)
    assert "N1  - Notice: retraction in 91\n" in ris_record(document)
    record = nbib_record(document)
    assert "RIN - PMID: 91\n" in record
    assert "GN  - Notice: erratum in 10.5555/x\n" in record
    (found,) = read_medline(io.BytesIO(record.encode()), source_file="f")
    assert isinstance(found, Document)
    assert (found.is_retracted, "retraction in 91" in found.notices) == (True, True)


def test_an_export_of_documents_has_the_columns(told: Path, run: Callable[..., Any], tmp_path: Path) -> None:
    ran = run("sql", told, "SELECT doc_id, is_retracted, notices FROM documents WHERE is_retracted", "--json")
    assert json.loads(ran.out) == [{"doc_id": "2", "is_retracted": True, "notices": ["retraction in 91", "erratum in 92"]}]
