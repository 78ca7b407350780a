"""Forms that reference managers and databases give to RIS, EndNote, BibTeX and others; the look-alikes beside them."""

from __future__ import annotations

from pathlib import Path

import pytest

from allnlp.readers import read
from allnlp.readers.record import normal_doi
from allnlp.schema import Document, Failure

TEXT = "We made up 24 patients."


def documents(path: Path, text: str, code: str = "utf-8") -> list[Document]:
    path.write_bytes(text.encode(code))
    rows = list(read([path]))
    assert not [row for row in rows if isinstance(row, Failure)], rows
    return [row for row in rows if isinstance(row, Document)]


@pytest.mark.parametrize("code", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize(
    "form", ["TY  - {}", "TY - {}", "TY\t-\t{}", "ty  - {}", "TY-  {}", "  TY  - {}"], ids=["standard", "one blank", "tabs", "lower", "tight", "indented"]
)
def test_forms_of_a_ris_tag(tmp_path: Path, form: str, end: str, code: str) -> None:
    def line(tag: str, value: str) -> str:
        text = form.format(value)
        return text.replace("TY", tag).replace("ty", tag.lower())

    lines = [line("TY", "JOUR"), line("TI", "Cafés"), line("AB", TEXT), line("ER", ""), line("TY", "BOOK"), line("TI", "Second")]
    first, second = documents(tmp_path / "a.ris", end.join(lines) + end, code)
    assert (first.title, first.abstract, second.title) == ("Cafés", TEXT, "Second")


def test_ris_without_type_and_end_is_parted_at_empty_lines(tmp_path: Path) -> None:
    text = "AU  - Muster E\nAU  - Beispiel B\nTI  - First\nAB  - One.\n\nAU  - Muster E\nTI  - Second\nPY  - 2020\n"
    first, second = documents(tmp_path / "a.ris", text)
    assert (first.title, first.authors, second.title, second.year) == ("First", ("Muster E", "Beispiel B"), "Second", 2020)


def test_empty_line_within_an_abstract_parts_no_record(tmp_path: Path) -> None:
    (found,) = documents(tmp_path / "a.ris", "TY  - JOUR\nTI  - First\nAB  - One.\n\nTwo.\n\nTI-like words go on.\nER  - \n")
    assert found.abstract == "One. Two. TI-like words go on."


@pytest.mark.parametrize(
    ("lines", "pmid"),
    [
        ("C2  - 90000001\nDB  - Scopus", "90000001"),
        ("C5  - 90000002\nDB  - Embase\nDB  - Medline", "90000002"),
        ("AN  - 90000003\nDB  - mdc\nDP  - EBSCOhost", "90000003"),
        ("C3  - PUBMED 90000004,EMBASE 2001234567", "90000004"),
        ("PMID - 90000005", "90000005"),
        ("C2  - 90000006", None),
        ("AN  - 90000007\nDB  - CINAHL", None),
        ("N1  - References: Muster, E. (2001), PMID: 90000008", None),
        ("N1  - Cited By :3", None),
    ],
)
def test_pmid_is_taken_where_the_database_puts_it(tmp_path: Path, lines: str, pmid: str | None) -> None:
    (found,) = documents(tmp_path / "a.ris", f"TY  - JOUR\nTI  - A title\n{lines}\nER  - \n")
    assert found.pmid == pmid


def test_accession_numbers_are_kept_and_row_numbers_are_not(tmp_path: Path) -> None:
    text = "TY  - JOUR\nID  - 17\nAN  - WOS:000123456700001\nDO  - 10.5555/a.1\nTI  - A title\nUR  - https://example.org/?eid=2-s2.0-85012345678&x\nER  - \n"
    (found,) = documents(tmp_path / "a.ris", text)
    assert (found.doc_id, found.other_ids) == ("10.5555/a.1", ("WOS:000123456700001", "2-s2.0-85012345678"))


@pytest.mark.parametrize(
    ("line", "is_retracted", "notices"),
    [
        ("M3  - Retracted", True, ()),
        ("M3  - Article; Retracted Publication", True, ()),
        ("KW  - _Retracted", True, ()),
        ("M3  - Retraction", False, ("retraction of another record",)),
        ("M3  - Correction", False, ("erratum for another record",)),
        ("KW  - retracted eyelid", False, ()),
        ("M3  - Article", False, ()),
    ],
)
def test_retractions_and_notices_are_told_by_the_type(tmp_path: Path, line: str, is_retracted: bool, notices: tuple[str, ...]) -> None:
    (found,) = documents(tmp_path / "a.ris", f"TY  - JOUR\nTI  - A title\n{line}\nER  - \n")
    assert (found.is_retracted, found.notices) == (is_retracted, notices)


def test_markup_in_a_title_is_left_out_and_comparisons_stay(tmp_path: Path) -> None:
    text = "TY  - JOUR\nTI  - CD4<sup>+</sup> &amp; <i>CD8</i> cells\nAB  - <p>n<5 and p &lt; 0.05.</p>\nAU  - Muster, E.; Beispiel, B.\nER  - \n"
    (found,) = documents(tmp_path / "a.ris", text)
    assert (found.title, found.abstract, found.authors) == ("CD4+ & CD8 cells", "n<5 and p < 0.05.", ("Muster, E.", "Beispiel, B."))


def test_endnote_import_whose_title_comes_before_its_type(tmp_path: Path) -> None:
    text = "%T First\n%0 Journal Article\n%A Muster, E\n%X One.\n\n\n%T Second\n%0 Journal Article\n%A Beispiel, B\n%X Two.\n"
    first, second = documents(tmp_path / "a.enl", text)
    assert [(row.title, row.abstract, row.authors) for row in (first, second)] == [
        ("First", "One.", ("Muster, E",)),
        ("Second", "Two.", ("Beispiel, B",)),
    ]


def test_endnote_import_with_empty_lines_between_its_tags_is_one_record(tmp_path: Path) -> None:
    (found,) = documents(tmp_path / "a.enw", "%0 Journal Article\n\n%A Muster, E\n\n%T First\n\n%X One.\n")
    assert (found.title, found.authors) == ("First", ("Muster, E",))


def test_doi_with_angle_brackets_is_whole() -> None:
    whole = "10.1002/1000-2000(19990101)85:1<101::aid-ex1>3.0.co;2-k"
    assert normal_doi("https://doi.org/10.1002/1000-2000(19990101)85:1%3C101::AID-EX1%3E3.0.CO;2-K") == whole
    assert normal_doi("10.1002/1000-2000(19990101)85:1&lt;101::AID-EX1&gt;3.0.CO;2-K [doi]") == whole
    assert normal_doi("<b>10.5555/a.1</b>") == "10.5555/a.1"


def test_bibtex_comment_with_an_entry_in_it_is_no_record(tmp_path: Path) -> None:
    text = "@comment{\n@article{a,\n title = {Hidden}\n}\n}\n@article{b,\n title = {Shown}\n}\n"
    (found,) = documents(tmp_path / "a.bib", text)
    assert found.title == "Shown"


def test_bibtex_comment_that_never_closes_hides_nothing(tmp_path: Path) -> None:
    text = "@comment{ an open one\n@article{a,\n title = {First}\n}\n@article{b,\n title = {Second}\n}\n"
    assert [row.title for row in documents(tmp_path / "a.bib", text)] == ["First", "Second"]


def test_bibtex_of_databases(tmp_path: Path) -> None:
    text = (
        "Record #1 of 1\n@article{Muster21,\nauthor = {Muster, E, Beispiel, BA, and Probe, C},\n"
        "title = {CD19$^{+}$ cells cost \\$5 \\& {\\textgreater}90\\% live},\nnote = {PMID: 90000001},\n"
        "DOI = {10.5555/a{\\_}b.1},\nURL = {https://www.scopus.com/inward/record.uri?eid=2-s2.0-85012345678&doi=x},\nyear = {2021}\n}\n"
    )
    (found,) = documents(tmp_path / "a.bib", text)
    assert found.authors == ("Muster, E", "Beispiel, BA", "Probe, C")
    assert found.title == "CD19+ cells cost $5 & >90% live"
    assert (found.pmid, found.doi, found.other_ids) == ("90000001", "10.5555/a_b.1", ("2-s2.0-85012345678",))


def test_pubmed_page_of_medline_records_is_read(tmp_path: Path) -> None:
    text = "<html><body><pre>\nPMID- 90000001\nTI  - CD4 &lt; 200\nAB  - We made up\n      24 patients.\n\nPMID- 90000002\nTI  - Second\n</pre></body></html>\n"
    first, second = documents(tmp_path / "a.html", text)
    assert (first.pmid, first.title, first.abstract) == ("90000001", "CD4 < 200", TEXT)
    assert (second.pmid, second.title) == ("90000002", "Second")


def test_records_in_the_form_of_medline_from_another_database(tmp_path: Path) -> None:
    text = "OWN - ERIC\nTI  - First\nAU  - Muster, E\nJT  - Journal\nAID - http://dx.doi.org/10.5555/a.1\nOID - EJ1234567\nOWN - ERIC\nTI  - Second\nOID - EJ1234568\n"
    first, second = documents(tmp_path / "a.nbib", text)
    assert (first.doi, first.other_ids, first.authors) == ("10.5555/a.1", ("EJ1234567",), ("Muster, E",))
    assert (second.title, second.doc_id) == ("Second", "EJ1234568")


def test_unknown_tags_in_the_form_of_the_records_own_type(tmp_path: Path) -> None:
    text = "TY - JOUR\nTI - First\nAB - One.\nXY - other\nER -\n"
    (found,) = documents(tmp_path / "a.ris", text)
    assert found.abstract == "One."
    (kept,) = documents(tmp_path / "b.ris", text.replace("TY - ", "TY  - ").replace("XY - other", "XY - goes on"))
    assert kept.abstract == "One. XY - goes on"


@pytest.mark.parametrize(
    ("title", "notices"),
    [
        ("Correction to: Invented cells", ("erratum for another record",)),
        ("Retraction note: Invented cells", ("retraction of another record",)),
        ("Correction of anaemia in adults", ()),
        ("Retraction of the eyelid", ()),
    ],
)
def test_notice_is_told_by_its_title(tmp_path: Path, title: str, notices: tuple[str, ...]) -> None:
    (found,) = documents(tmp_path / "a.ris", f"TY  - JOUR\nTI  - {title}\nER  - \n")
    assert found.notices == notices


def test_scopus_table_tells_a_retracted_article(tmp_path: Path) -> None:
    first, second = documents(tmp_path / "a.csv", "Title,Document Type,EID\nA title,Retracted,2-s2.0-85012345678\nB title,Article,2-s2.0-85012345679\n")
    assert (first.is_retracted, second.is_retracted) == (True, False)


def test_wos_document_types_and_numbers(tmp_path: Path) -> None:
    text = "FN Clarivate Analytics Web of Science\nVR 1.0\nPT J\nTI A title\nDT Article; Retracted Publication\nDI 10.5555/a.1\nUT WOS:000123456700001\nER\n\nEF\n"
    (found,) = documents(tmp_path / "a.txt", text)
    assert (found.is_retracted, found.other_ids) == (True, ("WOS:000123456700001",))


def test_ovid_records_with_their_search_before_them(tmp_path: Path) -> None:
    text = "Search Strategy:\n1     cells <2020 to 2021>\n\n<1. >\r\nVN  - Ovid Technologies\r\nAN  - 2001234567\r\nTI  - [Zellen].\r\n\r\n<2. >\r\nVN  - Ovid Technologies\r\nTI  - Cells. [Review]\r\n"
    first, second = documents(tmp_path / "a.txt", text)
    assert (first.title, first.doc_id, second.title) == ("[Zellen].", "2001234567", "Cells.")
