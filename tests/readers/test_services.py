"""Answers of services as JSON and XML: Europe PMC, Entrez, Crossref, OpenAlex, Lens, Dimensions, Zotero, EPPI-Reviewer."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from allnlp.readers import READERS, Row, read, sniff
from allnlp.schema import Document, Failure

EUROPE: dict[str, Any] = {
    "id": "90000001", "source": "MED", "pmid": "90000001", "pmcid": "PMC9000001", "doi": "10.5555/inv.1", "title": "Invented cells.",
    "authorString": "Muster E, Beispiel B.", "pubYear": "2021",
    "journalInfo": {"yearOfPublication": 2021, "journal": {"title": "Journal of invented medicine"}},
    "abstractText": "<h4>Background</h4>We made up <i>24</i> patients.<h4>Results</h4>Remission in 18 (p &lt; 0.05).",
    "commentCorrectionList": {"commentCorrection": [{"id": "90000009", "source": "MED", "type": "Retraction in"}]},
}  # fmt: skip
ABSTRACT = "Background: We made up 24 patients. Results: Remission in 18 (p < 0.05)."


def rows_of(tmp_path: Path, value: Any, *, indent: int | None = None) -> list[Row]:
    path = tmp_path / "answer.json"
    path.write_text(value if isinstance(value, str) else json.dumps(value, indent=indent))
    return list(read([path]))


def document(tmp_path: Path, value: Any) -> Document:
    (row,) = rows_of(tmp_path, value)
    assert isinstance(row, Document), row
    return row


@pytest.mark.parametrize("indent", [None, 2])
def test_europe_pmc_core_is_read_with_its_headings_and_notices(tmp_path: Path, indent: int | None) -> None:
    answer = {"version": "6.9", "hitCount": 2, "request": {"queryString": "x"}, "resultList": {"result": [EUROPE, {"id": "2", "title": "B"}]}}
    first, second = rows_of(tmp_path, answer, indent=indent)
    assert isinstance(first, Document)
    assert (first.doc_id, first.abstract, first.journal) == ("90000001", ABSTRACT, "Journal of invented medicine")
    assert (first.notices, first.is_retracted, first.other_ids) == (("retraction in 90000009",), True, ())
    assert isinstance(second, Document)
    assert second.title == "B"


def test_pages_of_a_cursor_one_after_the_other_are_read(tmp_path: Path) -> None:
    page = {"nextCursorMark": "AoE=", "resultList": {"result": [EUROPE]}}
    last = {"resultList": {"result": [{"id": "3", "title": "C"}]}}
    rows = rows_of(tmp_path, json.dumps(page) + "\n" + json.dumps(last) + "\n")
    assert [row.title for row in rows if isinstance(row, Document)] == ["Invented cells.", "C"]


def test_one_result_of_europe_pmc_is_read(tmp_path: Path) -> None:
    assert document(tmp_path, {"version": "6.9", "hitCount": 1, "request": {}, "result": EUROPE}).abstract == ABSTRACT


def test_lite_result_is_a_document_without_abstract(tmp_path: Path) -> None:
    lite = {"id": "90000001", "source": "MED", "pmid": "90000001", "title": "Cells", "journalTitle": "J Inv Med", "pubYear": "2021",
            "pubType": "journal article; review"}  # fmt: skip
    found = document(tmp_path, {"resultList": {"result": [lite]}})
    assert (found.abstract, found.journal, found.publication_types) == ("", "J Inv Med", ("journal article", "review"))


def test_empty_answer_is_a_failure_of_the_file(tmp_path: Path) -> None:
    (row,) = rows_of(tmp_path, {"hitCount": 0, "resultList": {"result": []}})
    assert isinstance(row, Failure)
    assert "has no record" in row.error


def test_answer_cut_off_keeps_the_results_before(tmp_path: Path) -> None:
    whole = json.dumps({"resultList": {"result": [EUROPE, EUROPE | {"pmid": "90000002"}]}})
    first, second = rows_of(tmp_path, whole[:-60])
    assert isinstance(first, Document)
    assert isinstance(second, Failure)
    assert "has no end" in second.error


def test_europe_pmc_xml_cut_off_keeps_the_results_before(tmp_path: Path) -> None:
    whole = (Path(__file__).parents[1] / "data" / "exports" / "two.europe-pmc.xml").read_bytes()
    path = tmp_path / "a.xml"
    path.write_bytes(whole[:-120])
    first, second = read([path])
    assert isinstance(first, Document)
    assert isinstance(second, Failure)


def test_summary_that_entrez_could_not_give_is_a_failure(tmp_path: Path) -> None:
    answer = {"header": {"type": "esummary", "version": "0.3"},
              "result": {"uids": ["1", "2"], "1": {"uid": "1", "error": "cannot get document summary"},
                         "2": {"uid": "2", "title": "B", "articleids": [{"idtype": "pubmed", "value": "2"}]}}}  # fmt: skip
    first, second = rows_of(tmp_path, answer)
    assert isinstance(first, Failure)
    assert (first.doc_id, "cannot get document summary" in first.error) == ("1", True)
    assert isinstance(second, Document)
    assert (second.doc_id, second.abstract) == ("2", "")


def test_summaries_of_version_two_are_read(tmp_path: Path) -> None:
    path = tmp_path / "a.xml"
    path.write_text(
        '<?xml version="1.0"?><eSummaryResult><DocumentSummarySet status="OK"><DocumentSummary uid="90000001"><PubDate>2021 Mar 5</PubDate>'
        "<Source>J Inv Med</Source><Authors><Author><Name>Muster E</Name><AuthType>Author</AuthType></Author></Authors>"
        "<Title>Invented cells</Title><Lang><string>eng</string></Lang><PubType><flag>Journal Article</flag></PubType><ArticleIds><ArticleId>"
        "<IdType>pubmed</IdType><IdTypeN>1</IdTypeN><Value>90000001</Value></ArticleId></ArticleIds></DocumentSummary>"
        "</DocumentSummarySet><ERROR>UID=7: cannot get document summary</ERROR></eSummaryResult>"
    )
    first, second = read([path])
    assert isinstance(first, Document)
    assert (first.pmid, first.authors, first.publication_date) == ("90000001", ("Muster E",), "2021-03-05")
    assert isinstance(second, Failure)
    assert "UID=7" in second.error


@pytest.mark.parametrize(
    "text",
    [
        '{"header":{"type":"esearch","version":"0.3"},"esearchresult":{"count":"1","retmax":"1","idlist":["90000001"]}}',
        "<?xml version='1.0'?><eSearchResult><Count>1</Count><IdList><Id>90000001</Id></IdList></eSearchResult>",
    ],
)
def test_answer_of_a_search_is_refused_with_what_to_do(tmp_path: Path, text: str) -> None:
    path = tmp_path / "a"
    path.write_text(text)
    (row,) = read([path])
    assert isinstance(row, Failure)
    assert "fetch the records as PubMed XML" in row.error


def test_crossref_work_has_no_tags_and_tells_its_retraction(tmp_path: Path) -> None:
    work = {
        "DOI": "10.5555/INV.1", "title": ["Invented <i>CAR</i> cells"], "container-title": ["J Inv Med"], "type": "journal-article",
        "abstract": "<jats:title>Abstract</jats:title><jats:sec><jats:title>Methods</jats:title><jats:p>We made up 10<jats:sup>6</jats:sup>"
        " cells.</jats:p></jats:sec>",
        "author": [{"given": "Erika", "family": "Muster"}], "published": {"date-parts": [[2021, 3]]},
        "updated-by": [{"DOI": "10.5555/inv.9", "type": "retraction"}, {"DOI": "10.5555/inv.8", "type": "new_version"}],
    }  # fmt: skip
    found = document(tmp_path, {"status": "ok", "message-type": "work", "message": work})
    assert (found.title, found.abstract) == ("Invented CAR cells", "Methods: We made up 106 cells.")
    assert (found.notices, found.is_retracted, found.publication_date) == (("retraction in 10.5555/inv.9",), True, "2021-03")


def test_crossref_notice_is_not_itself_retracted(tmp_path: Path) -> None:
    note = {"DOI": "10.5555/inv.9", "title": ["A notice"], "update-to": [{"DOI": "10.5555/inv.1", "type": "retraction"}]}
    found = document(tmp_path, {"message": {"items": [note]}})
    assert (found.notices, found.is_retracted) == (("retraction of 10.5555/inv.1",), False)


def test_openalex_index_of_words_and_retraction_are_read(tmp_path: Path) -> None:
    work = {"id": "https://openalex.org/W4000000001", "doi": "https://doi.org/10.5555/inv.1", "display_name": "Cells", "is_retracted": True,
            "ids": {"pmid": "https://pubmed.ncbi.nlm.nih.gov/90000001"},
            "abstract_inverted_index": {"made": [1], "We": [0], "cells": [2, 4], "and": [3]}}  # fmt: skip
    found = document(tmp_path, {"meta": {"count": 1}, "results": [work], "group_by": []})
    assert (found.abstract, found.is_retracted, found.pmid) == ("We made cells and cells", True, "90000001")
    assert found.other_ids == ("https://openalex.org/W4000000001",)


def test_typed_identifiers_of_lens_are_read(tmp_path: Path) -> None:
    work = {"lens_id": "000-111-222-333-44X", "title": "Cells", "abstract": "We made up.", "year_published": 2021,
            "external_ids": [{"type": "pmid", "value": "90000001"}, {"type": "doi", "value": "10.5555/inv.1"}, {"type": "magid", "value": "7"}],
            "source": {"title": "J Inv Med"}, "authors": [{"first_name": "Erika", "last_name": "Muster"}]}  # fmt: skip
    found = document(tmp_path, {"total": 1, "data": [work]})
    assert (found.doc_id, found.doi, found.authors) == ("90000001", "10.5555/inv.1", ("Muster, Erika",))
    assert found.other_ids == ("000-111-222-333-44X",)


def test_publications_of_dimensions_are_read(tmp_path: Path) -> None:
    found = document(tmp_path, {"publications": [{"id": "pub.1000000001", "pmid": "90000001", "title": "Cells", "abstract": "Made up."}]})
    assert (found.doc_id, found.other_ids) == ("90000001", ("pub.1000000001",))


def test_semantic_scholar_paper_is_read(tmp_path: Path) -> None:
    paper = {"paperId": "0" * 40, "externalIds": {"PubMed": "90000001", "DOI": "10.5555/inv.1"}, "title": "Cells", "abstract": "Made up.",
             "publicationTypes": ["Review"], "journal": {"name": "J Inv Med"}, "year": 2021}  # fmt: skip
    found = document(tmp_path, {"total": 1, "data": [paper]})
    assert (found.pmid, found.journal, found.publication_types, found.other_ids) == ("90000001", "J Inv Med", ("Review",), ("0" * 40,))


def test_pmid_in_the_note_of_csl_json_is_read_and_the_key_is_no_identifier(tmp_path: Path) -> None:
    item = {"id": "http://zotero.org/users/1/items/ABCD1234", "type": "article-journal", "title": "Cells", "abstract": "Made up.",
            "container-title": "J Inv Med", "DOI": "10.5555/inv.1", "note": "PMID: 90000001\nPMCID: PMC9000001", "language": "eng",
            "author": [{"family": "Muster", "given": "Erika"}], "issued": {"date-parts": [["2021", 3, 5]]}}  # fmt: skip
    found = document(tmp_path, [item])
    assert (found.doc_id, found.pmcid, found.publication_date, found.other_ids) == ("90000001", "PMC9000001", "2021-03-05", ())


def test_note_that_speaks_of_another_record_gives_no_identifier(tmp_path: Path) -> None:
    found = document(tmp_path, [{"id": "doe2021", "title": "Cells", "note": "see also PMID: 90000009"}])
    assert (found.pmid, found.doc_id) == (None, "doe2021")


def test_references_of_eppi_reviewer_are_read(tmp_path: Path) -> None:
    reference = {"ItemId": 9435, "Title": "Cells", "ParentTitle": "J Inv Med", "Year": "2021", "Abstract": "We made up.", "DOI": "",
                 "Authors": "Muster E ; Beispiel B ;", "TypeName": "Journal, Article", "Keywords": "a; b"}  # fmt: skip
    code = {"SetId": 1, "Attributes": {"AttributesList": [{"AttributeId": 1, "AttributeName": "Include"}]}}
    found = document(tmp_path, {"CodeSets": [code], "References": [reference]})
    assert (found.doc_id, found.journal, found.year, found.authors) == ("9435", "J Inv Med", 2021, ("Muster E", "Beispiel B"))


def test_json_lines_stay_as_they_stand(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text('{"id": "7", "pmid": "90000001", "title": "A <i>b</i>", "abstract": "p &lt; 1"}\n')
    assert sniff(path.read_bytes(), "a") == "jsonl"
    (row,) = read([path])
    assert isinstance(row, Document)
    assert (row.doc_id, row.title, row.abstract) == ("7", "A <i>b</i>", "p &lt; 1")


def test_deep_and_wrong_types_are_failures_and_no_faults(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    for text in (
        '{"header": {"type": "esummary"}, "result": {"uids": [1], "1": {"title": 5, "authors": {"a": 1}, "articleids": ["x"]}}}',
        '{"studies": [{"protocolSection": {"identificationModule": []}}, {"protocolSection": {"designModule": {"phases": 3}}}]}',
        '[{"title": "A", "updated-by": [{"type": 7}], "external_ids": [{"type": ["x"]}], "commentCorrectionList": []}]',
    ):
        path.write_text(text)
        assert list(READERS[sniff(path.read_bytes(), "a")](path, source_file="a"))
