"""Every format's sample file gives the rows that it should."""

from __future__ import annotations

import io
import re
from pathlib import Path
from typing import Any

import pytest

from allnlp.readers import READERS, read, rows_of, sniff
from allnlp.schema import Document, Failure, check, document_text

DATA = Path(__file__).parents[1] / "data" / "exports"
CELLS = "We made up 24 patients."

FILES: list[tuple[str, str, int]] = [
    ("two.medline.txt", "medline", 2),
    ("two.ris", "ris", 2),
    ("two.ciw", "wos", 2),
    ("two.enw", "enw", 2),
    ("two.bib", "bibtex", 2),
    ("three.pubmed.xml", "pubmed-xml", 3),
    ("one.nxml", "jats", 1),
    ("two.endnote.xml", "endnote-xml", 2),
    ("two.bioc.xml", "bioc-xml", 2),
    ("two.bioc.json", "bioc-json", 2),
    ("two.pubtator.txt", "pubtator", 2),
    ("two.jsonl", "jsonl", 2),
    ("three.csl.json", "json", 3),
    ("three.csv", "csv", 3),
    ("semicolon.csv", "csv", 1),
    ("wos.tsv", "csv", 1),
    ("two.pubmed-abstract.txt", "pubmed-text", 2),
    ("two.trials.json", "trials-json", 2),
    ("two.ictrp.xml", "trials-xml", 2),
    ("two.summary.json", "summary-json", 2),
    ("two.summary.xml", "summary-xml", 2),
    ("two.europe-pmc.xml", "europe-pmc-xml", 2),
    ("two.ovid.txt", "ovid", 2),
    ("tagged.ovid.txt", "ovid", 2),
    ("two.cochrane.txt", "cochrane", 2),
    ("two.refworks.txt", "refworks", 2),
    ("two.mods.xml", "mods", 2),
    ("two.atom.xml", "atom", 2),
    ("keyless.bib", "bibtex", 1),
    ("plain.txt", "plain", 1),
    ("page.txt", "page", 1),
]


def documents(name: str) -> list[Document]:
    rows = list(read([DATA / name]))
    assert not [row for row in rows if isinstance(row, Failure)]
    return [row for row in rows if isinstance(row, Document)]


@pytest.mark.parametrize(("name", "format_", "count"), FILES)
def test_sample_is_told_and_read(name: str, format_: str, count: int) -> None:
    path = DATA / name
    assert sniff(path.read_bytes(), "no-ending") == format_
    found = documents(name)
    check("documents", found)
    assert [row.source_record for row in found] == list(range(1, count + 1))
    for row in found:
        assert row.text == document_text(row.title, row.abstract)
        assert row.source_file == str(path)
        assert row.publication_date is None or row.publication_date[:4] == str(row.year)


@pytest.mark.parametrize(("name", "format_", "count"), FILES)
def test_reader_takes_a_path_and_a_stream(name: str, format_: str, count: int) -> None:
    path = DATA / name
    with path.open("rb") as stream:
        assert list(READERS[format_](stream, source_file="x")) == list(READERS[format_](path, source_file="x"))


def test_every_reader_has_a_sample() -> None:
    assert {format_ for _, format_, _ in FILES} | {"xlsx"} == set(READERS)


FIRST: dict[str, dict[str, Any]] = {
    "two.medline.txt": {
        "doc_id": "90000001",
        "pmcid": "PMC9000001",
        "doi": "10.5555/inv.2021.001",
        "title": "Invented cells in adults with an invented leukemia: a trial of two doses.",
        "abstract": "BACKGROUND: We made up 24 patients. RESULTS: Remission was seen in 18 of 24 patients.",
        "journal": "Journal of invented medicine",
        "year": 2021,
        "publication_date": "2021-03",
        "authors": ("Muster, Erika", "Beispiel, Bo"),
        "mesh_terms": ("Adult", "Leukemia/drug therapy", "Leukemia/immunology"),
        "keywords": ("invented cells",),
        "trial_ids": ("NCT09999991",),
        "language": "eng",
        "is_retracted": True,
    },
    "two.ris": {
        "doc_id": "90000001",
        "doi": "10.5555/inv.2021.001",
        "abstract": "We made up 24 patients, AB is only two letters here, and 18 had a remission.",
        "publication_date": "2021-03",
        "keywords": ("cells", "adults", "leukemia"),
        "publication_types": ("JOUR",),
    },
    "two.ciw": {
        "pmid": "90000001",
        "title": "Invented cells in adults with an invented leukemia",
        "authors": ("Muster, Erika", "Beispiel, Bo"),
        "publication_date": "2021-03-05",
        "keywords": ("cells", "adults"),
        "is_retracted": True,
    },
    "two.enw": {"doi": "10.5555/inv.2021.001", "abstract": CELLS, "keywords": ("cells", "adults"), "year": 2021},
    "two.bib": {
        "title": "Invented CAR cells in München & elsewhere",
        "abstract": "We made up 24 patients, 18 of them in vivo, p ≤ 0.05.",
        "journal": "Journal of Invented Medicine",
        "authors": ("Muster, Erika", "Beispiel, Bo"),
        "publication_date": "2021-03",
    },
    "three.pubmed.xml": {
        "doc_id": "90000001",
        "pmcid": "PMC9000001",
        "doi": "10.5555/inv.2021.001",
        "title": "[Invented CD19 cells at 106/kg & more].",
        "abstract": "BACKGROUND: We made up 24 patients. RESULTS: Remission in 18 (75%); IFN-γ rose. The end.",
        "publication_date": "2021-03-05",
        "authors": ("Muster, Erika Jr", "Invented Study Group"),
        "mesh_terms": ("Adult", "Leukemia/drug therapy", "Leukemia/immunology"),
        "keywords": ("invented cells",),
        "trial_ids": ("NCT09999991",),
        "is_retracted": True,
    },
    "one.nxml": {
        "doc_id": "90000001",
        "pmcid": "PMC9000001",
        "title": "Invented cells in adults",
        "abstract": "Background: We made up 24 patients. Results: The ratio was x. More.",
        "authors": ("Muster, Erika",),
        "publication_date": "2021-04",
    },
    "two.endnote.xml": {"pmid": "90000001", "title": "Invented cells", "abstract": CELLS, "publication_types": ("Journal Article",)},
    "two.bioc.xml": {"pmid": "90000001", "title": "Invented  cells", "abstract": "We made up 24 patients. "},
    "two.bioc.json": {"pmid": "90000001", "title": "Invented cells", "abstract": CELLS},
    "two.pubtator.txt": {"pmid": "90000001", "title": "Invented  cells", "abstract": "We made up 24 patients. "},
    "two.jsonl": {"doc_id": "A-1", "pmid": None, "title": " Invented  cells", "abstract": "We made up\n24 patients. ", "year": 2021},
    "three.csl.json": {"doc_id": "90000001", "abstract": CELLS, "publication_date": "2021-03-05", "authors": ("Muster, Erika",)},
    "three.csv": {
        "doc_id": "90000001",
        "abstract": "We made up 24 patients, 18 of them\nin remission.",
        "authors": ("Muster E", "Beispiel B"),
        "journal": "J Inv Med",
        "keywords": ("cells", "adults"),
    },
    "semicolon.csv": {"title": "Invented cells", "abstract": "We made up, say, 24 patients.", "year": 2021},
    "wos.tsv": {"doc_id": "90000001", "authors": ("Muster, E", "Beispiel, B"), "keywords": (), "journal": "J INV MED"},
    "two.pubmed-abstract.txt": {
        "doc_id": "90000001",
        "title": "Invented cells in adults with an invented leukemia: a trial of two doses.",
        "abstract": "BACKGROUND: We made up 24 patients. RESULTS: Remission was seen in 18. 2. This line is in the abstract, and not a record.",
        "authors": ("Muster E", "Beispiel B"),
        "publication_date": "2021-03-05",
    },
    "two.summary.json": {
        "doc_id": "90000001",
        "pmcid": "PMC9000001",
        "title": "Invented cells in adults.",
        "abstract": "",
        "journal": "Journal of invented medicine",
        "publication_date": "2021-03-05",
        "authors": ("Muster E", "Beispiel B"),
        "notices": ("erratum in 90000009",),
        "other_ids": (),
    },
    "two.summary.xml": {
        "doc_id": "90000001",
        "pmcid": "PMC9000001",
        "doi": "10.5555/inv.2021.001",
        "title": "Invented cells.",
        "publication_date": "2021-03-05",
        "authors": ("Muster E", "Beispiel B"),
        "language": "English",
        "other_ids": (),
    },
    "two.europe-pmc.xml": {
        "doc_id": "90000001",
        "abstract": "Background: We made up 24 patients. Results: Remission in 18 (p < 0.05).",
        "journal": "Journal of invented medicine",
        "publication_date": "2021-03-05",
        "authors": ("Muster, Erika", "Beispiel, Bo"),
        "mesh_terms": ("Adult",),
        "keywords": ("cells",),
        "publication_types": ("Journal Article",),
        "notices": ("erratum in 90000009",),
        "revised": "2022-04-05",
        "other_ids": (),
    },
    "plain.txt": {
        "doc_id": "plain",
        "title": "A title of a plain text",
        "abstract": "We made up 24 patients. Remission was seen in 18 of them.\nThe end of the text.",
    },
}


@pytest.mark.parametrize("name", FIRST)
def test_first_record_has_its_cells(name: str) -> None:
    found = documents(name)[0]
    assert {column: getattr(found, column) for column in FIRST[name]} == FIRST[name]


def test_references_give_no_identifiers() -> None:
    assert documents("three.pubmed.xml")[1].pmcid is None


def test_english_abstract_is_taken_from_other_abstracts() -> None:
    second = documents("three.pubmed.xml")[1]
    assert (second.abstract, second.publication_date) == ("In English.", "1998-12")


def test_book_chapter_is_a_document() -> None:
    book = documents("three.pubmed.xml")[2]
    assert (book.doc_id, book.title, book.journal) == ("90000003", "A chapter", "An Invented Book")


def test_full_text_bioc_gives_title_and_labelled_abstract() -> None:
    second = documents("two.bioc.xml")[1]
    assert (second.pmcid, second.title, second.abstract) == ("PMC9000002", "Full text", "Methods: We invented.")


def test_json_of_other_services_is_read() -> None:
    _, europe, openalex = documents("three.csl.json")
    assert (europe.abstract, europe.journal, europe.mesh_terms) == ("A text.", "J Inv Med", ("Adult",))
    assert (openalex.doc_id, openalex.abstract, openalex.authors) == ("https://openalex.org/W1", "We made up", ("Erika Muster",))


def test_lone_surrogates_and_nuls_of_json_keep_their_place() -> None:
    assert documents("two.jsonl")[1].title == "A second � record�"


def test_record_with_an_identifier_only_is_a_document_without_text(tmp_path: Path) -> None:
    path = tmp_path / "a.ris"
    path.write_text("TY  - JOUR\nDO  - 10.5555/x\nER  - \n")
    (row,) = read([path])
    assert isinstance(row, Document)
    assert (row.doc_id, row.text) == ("10.5555/x", "")


def test_empty_record_is_a_failure_that_names_file_record_and_reason(tmp_path: Path) -> None:
    path = tmp_path / "a.ris"
    path.write_text("TY  - JOUR\nTI  - A\nER  - \n\nTY  - JOUR\nER  - \n")
    first, second = read([path])
    assert isinstance(first, Document)
    assert isinstance(second, Failure)
    assert (second.source_record, second.step) == (2, "read")
    assert second.error.startswith(f"{path}: record 2: the record has no field but its type; expected TI")


def test_workbook_is_read_with_numbers_dates_and_more_sheets(tmp_path: Path) -> None:
    import datetime

    import openpyxl

    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["Exported by nobody"])
    sheet.append(["PMID", "Title", "Abstract", "Publication Date"])
    sheet.append([90000001, "Invented cells", CELLS, datetime.datetime(2021, 3, 5)])
    sheet.append([None, None, None, None])
    sheet.append([90000002.0, "A second", None, None])
    sheet.append([None, None, None, None])
    other = book.create_sheet("more")
    other.append(["title", "doi"])
    other.append(["A third", "10.5555/three"])
    path = tmp_path / "a.xlsx"
    book.save(path)
    assert sniff(path.read_bytes(), "a") == "xlsx"
    first, empty, second, third = read([path])
    assert isinstance(first, Document)
    assert (first.pmid, first.abstract, first.publication_date) == ("90000001", CELLS, "2021-03-05")
    assert isinstance(empty, Failure)
    assert isinstance(second, Document)
    assert (second.pmid, second.source_record) == ("90000002", 3)
    assert isinstance(third, Document)
    assert third.doi == "10.5555/three"


def test_workbook_without_a_title_is_refused_with_what_was_found(tmp_path: Path) -> None:
    import openpyxl

    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["name", "price"])
    sheet.append(["x", 1])
    path = tmp_path / "a.xlsx"
    book.save(path)
    (row,) = read([path])
    assert isinstance(row, Failure)
    assert "'name', 'price'" in row.error


def test_pubmed_summary_is_read(tmp_path: Path) -> None:
    path = tmp_path / "summary.txt"
    path.write_text(
        "1: Muster E, Beispiel B. Invented cells in adults. J Inv Med. 2021 Mar 5;1(1):1-2. doi:\n"
        "10.5555/inv.2021.001. PMID: 90000001; PMCID: PMC9000001.\n\n"
        "2: Muster E. A second. J Inv Med. 2020;1(1):3. PMID: 90000002.\n"
    )
    first, second = read([path])
    assert isinstance(first, Document)
    assert (first.pmid, first.title, first.doi) == ("90000001", "Invented cells in adults.", "10.5555/inv.2021.001")
    assert isinstance(second, Document)
    assert (second.pmid, second.year) == ("90000002", 2020)


@pytest.mark.parametrize("end", [b"\x1a", b"\n\x1a", b"\r\n\x1a\x1a\r\n"])
@pytest.mark.parametrize("name", [name for name, _, _ in FILES])
def test_ctrl_z_at_the_end_is_neither_a_record_nor_a_mark(name: str, end: bytes) -> None:
    raw = (DATA / name).read_bytes()
    if raw.startswith(b"PK"):
        pytest.skip("a workbook has no lines")
    assert list(rows_of(io.BytesIO(raw.rstrip() + end), name)) == list(rows_of(io.BytesIO(raw), name))


def test_ctrl_z_within_a_file_stays_a_character_of_it() -> None:
    (row,) = rows_of(io.BytesIO(b"TY  - JOUR\nTI  - Cells\x1a in blood\nER  - \n"), "x.ris")
    assert isinstance(row, Document)
    assert row.title == "Cells\x1a in blood"


def test_the_page_on_readers_names_every_format_once() -> None:
    page = (Path(__file__).parents[2] / "docs" / "readers.md").read_text()
    table = page.partition("## Formats")[2].partition("\n## ")[0]
    named = [name for line in table.splitlines() if line.startswith("| `") for name in re.findall(r"`([^`]+)`", line.split("|")[1])]
    assert sorted(named) == sorted(READERS)
