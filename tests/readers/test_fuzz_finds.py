"""Inputs that fuzzing found, made as small as they go: each broke a promise once."""

from __future__ import annotations

import contextlib
import io
import json
import lzma
import runpy
import time
import zipfile
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from types import SimpleNamespace

import openpyxl
import pytest

from allnlp.annotation.shards import Rows, annotate_document
from allnlp.errors import ReadError
from allnlp.fetching.europepmc import Page, read_page
from allnlp.fetching.faults import Fault, retry_after
from allnlp.fetching.records import Records, medline_records, xml_records
from allnlp.fetching.search import read_search
from allnlp.readers import READERS, rows_of, sniff
from allnlp.readers.corrections import Corrected, read_corrections
from allnlp.readers.record import failure
from allnlp.schema import Document
from allnlp.terminology.tables import load
from allnlp.text import compile_lexicon

SOUND = SimpleNamespace(**runpy.run_path(str(Path(__file__).parents[1] / "data" / "sound_rows.py")))
LEXICON = compile_lexicon(load())
RECORD = "<PubmedArticle><MedlineCitation><PMID>{n}</PMID><Article><ArticleTitle>{title}</ArticleTitle></Article></MedlineCitation></PubmedArticle>"


def sound(raw: bytes, format_: str = "", size: int = 1) -> list[Document]:
    """Documents of bytes, after everything is checked that holds of all rows."""
    reader = partial(READERS[format_], source_file="x") if format_ else lambda stream: rows_of(stream, "x")
    found = SOUND.outcome(reader, io.BytesIO(raw))
    assert SOUND.faults(found) == []
    assert SOUND.are_alike(SOUND.outcome(reader, SOUND.Dripping(raw, size)), found)
    return [row for row in found.rows if isinstance(row, Document)]


@pytest.mark.parametrize(("cell", "pmid"), [("٣٤٥٦٧٨٩١", "34567891"), ("３４５６７８９１", "34567891"), ("34567²", None)])
def test_pmid_is_of_plain_digits_whatever_the_script(cell: str, pmid: str | None) -> None:
    (row,) = sound(f"TY  - JOUR\nTI  - Cells\nC2  - {cell}\nAN  - {cell}\nDB  - PubMed\nER  - \n".encode())
    assert row.pmid == pmid
    (row,) = sound(json.dumps([{"title": "Cells", "PMID": cell, "PMCID": cell}]).encode())
    assert row.pmid == pmid
    assert row.pmcid == (pmid and "PMC34567891")


@pytest.mark.parametrize("size", [100, 1 << 20])
def test_words_of_a_declaration_in_a_later_record_refuse_no_file(size: int) -> None:
    text = "<PubmedArticleSet>" + RECORD.format(n=1, title="One") + RECORD.format(n=2, title="<![CDATA[<!ENTITY a]]>") + "</PubmedArticleSet>"
    assert [row.title for row in sound(text.encode(), size=size)] == ["One", "<!ENTITY a"]


def test_declaration_after_the_damage_of_a_prolog_is_refused() -> None:
    text = f'<!-- {"x" * 2000} --><?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "c">]><PubmedArticleSet>{RECORD.format(n=1, title="&b;")}</PubmedArticleSet>'
    for stream in (io.BytesIO(text.encode()), SOUND.Dripping(text.encode(), 7)):
        with pytest.raises(ReadError, match="entities"):
            list(READERS["pubmed-xml"](stream, source_file="x"))


@pytest.mark.parametrize("size", [1, 64, 1 << 20])
def test_text_after_a_record_inside_another_is_not_lost(size: int) -> None:
    title = 'Cells <DeleteCitation><PMID Version="1">7</PMID></DeleteCitation>in blood'
    text = "<PubmedArticleSet>" + RECORD.format(n=1, title=title) + RECORD.format(n=2, title="Two") + "</PubmedArticleSet>"
    assert [row.title for row in sound(text.encode(), size=size)] == ["Cells 7in blood", "Two"]


@pytest.mark.parametrize("size", [1, 16, 1 << 20])
def test_namespaces_of_a_root_inside_a_damaged_prolog_do_not_depend_on_how_bytes_arrive(size: int) -> None:
    entry = "<entry><id>http://arxiv.org/abs/2101.00001</id><title>Cells</title><a:doi>10.5555/a.1</a:doi></entry>"
    text = f'<?xml > <!-- <feed xmlns="urn:b"> --> <feed xmlns="http://www.w3.org/2005/Atom" xmlns:a="http://arxiv.org/schemas/atom">{entry}</feed>'
    assert len(sound(text.encode(), "atom", size)) == 1


def test_error_of_the_xml_parser_is_one_line() -> None:
    raw = ("<PubmedArticleSet>" + RECORD.format(n=1, title="One") + RECORD.format(n=2, title="Two\0")[:-30]).encode()
    assert [row.title for row in sound(raw)] == ["One"]


@pytest.mark.parametrize("text", ["细胞" * 30_000, "\U0001f9ec" * 30_000, "é" * 70_000, "x細" * 30_000])
@pytest.mark.parametrize("shift", [0, 1, 2])
def test_no_character_is_cut_where_a_line_is_longer_than_a_chunk(text: str, shift: int) -> None:
    title = "x" * shift + text
    (row,) = sound(json.dumps([{"title": title}], ensure_ascii=False).encode(), size=5000)
    assert row.title == title


def test_bytes_of_json_are_decoded_line_by_line_however_they_arrive() -> None:
    raw = b'[{"title": "na\xefve cells"},\n{"title": "na\xc3\xafve cells"}]'
    assert [row.title for row in sound(raw, size=9)] == ["naïve cells", "naïve cells"]


def test_strings_of_bibtex_cannot_grow_without_end() -> None:
    lines = ['@string{a0 = "' + "x" * 1000 + '"}']
    lines += [f"@string{{a{i} = {' # '.join([f'a{i - 1}'] * 50)}}}" for i in range(1, 9)]
    (row,) = sound("\n".join([*lines, "@article{k, title = a8, year = 2020}"]).encode(), "bibtex", size=1000)
    assert 1000 < len(row.title) <= 10_000


@pytest.mark.parametrize("header", ["Thu, 01 Jan 9999999999999999999999 00:00:05 GMT", "Thu, 01 Jan 2026 99999999999999999999:00:05 GMT", "²", "9" * 500, "3s"])
def test_wait_that_is_no_time_is_none(header: str) -> None:
    assert retry_after(header, datetime(2030, 1, 1, tzinfo=UTC)) is None
    assert retry_after(" 3\x1c", datetime(2030, 1, 1, tzinfo=UTC)) == 3


@pytest.mark.parametrize("count", ["²", "9" * 5000, "-1"])
def test_count_that_is_no_number_is_a_fault(count: str) -> None:
    body = json.dumps({"esearchresult": {"count": count, "idlist": []}}).encode()
    assert read_search(body, term="t", most=10) == Fault("an answer without a count")


def test_ids_that_are_no_numbers_or_words_are_faults() -> None:
    assert isinstance(read_search(b'{"esearchresult": {"count": "1", "idlist": ["\xc2\xb2"]}}', term="t", most=10), Fault)
    assert xml_records("<PubmedArticleSet><PubmedArticle><M><PMID>²</PMID></M></PubmedArticle></PubmedArticleSet>".encode()) == Fault("a record without PMID")
    for body in (b'{"hitCount": true, "resultList": {}}', b'{"hitCount": -1, "resultList": {}}', b'{"hitCount": 1, "resultList": {"result": [{"id": {"a": 1}}]}}'):
        assert not isinstance(read_page(body, cursor="*", expected=lambda count: count), Page)


@pytest.mark.parametrize("start", ["@article{\n", "@article{k\n", "@article{title ", "@article{title =", "@ ", "@comment"])
def test_blanks_without_end_are_told_at_once(start: str) -> None:
    begun = time.process_time()
    for blank in (" ", "\n", "\t\n", "\r"):
        with contextlib.suppress(ReadError):
            sniff((start + blank * 200_000).encode(), "x.bib")
    assert time.process_time() - begun < 5


@pytest.mark.parametrize("body", [b"\x0b\x0b", b"1: id: 7 Error occurred: cannot get document summary\n"])
def test_answer_with_blanks_alone_holds_no_record(body: bytes) -> None:
    assert medline_records(body) == Records({})


def test_record_with_a_damaged_pmid_is_no_part_of_the_one_before_it() -> None:
    assert medline_records(b"PMID- 7\nTI  - A\nSO  - J\n\nPMID- 8<\nTI  - B\nSO  - J\n") == Fault("a record whose PMID is damaged")


def test_error_of_a_workbook_is_one_line() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("[Content_Types].xml", "<Types><Override PartName='/xl/workbook.xml' ContentType='x")
        archive.writestr("xl/workbook.xml", "<workbook>")
    found = SOUND.outcome(partial(READERS["xlsx"], source_file="x"), io.BytesIO(out.getvalue()))
    assert "\n" not in found.refusal
    assert "cannot be opened" in found.refusal
    assert "\n" not in failure("x", 1, "two\nlines of \ud800").error


@pytest.mark.parametrize("tag", ["omml:mi", "a:1b", "a:b:c", "x²"])
def test_names_of_a_damaged_article_are_no_traceback(tag: str) -> None:
    text = f"<article><front><article-meta><title-group><article-title>Cells <{tag}>in</{tag}> blood</article-title></title-group></article-meta></front></article>"
    found = SOUND.outcome(partial(READERS["jats"], source_file="x"), io.BytesIO(f"<pmc-articleset>&{text}{text}</pmc-articleset>".encode()))
    assert SOUND.faults(found) == []
    assert len(found.rows) == 2


@pytest.mark.parametrize("size", [1, 1500, 1 << 20])
def test_namespaces_of_a_root_after_a_long_prolog_hold_for_its_records(size: int) -> None:
    entry = '<entry><id>http://arxiv.org/abs/2101.00001</id><title>Cells</title><a:doi>10.5555/a.1</a:doi></entry>'
    text = f'<!-- {"x" * 3000} --><feed xmlns="http://www.w3.org/2005/Atom" xmlns:a="http://arxiv.org/schemas/atom">{entry}&{entry}</feed>'
    rows = SOUND.outcome(partial(READERS["atom"], source_file="x"), SOUND.Dripping(text.encode(), size)).rows
    assert [row.doi for row in rows if isinstance(row, Document)] == ["10.5555/a.1", "10.5555/a.1"]


@pytest.mark.parametrize(
    ("format_", "text"),
    [
        ("page", "Sign In\n" + "    Abstract\n" * 150_000),
        ("europe-pmc-xml", f"<responseWrapper><resultList><result>{'<id>7</id>' * 150_000}<title>Cells</title></result></resultList></responseWrapper>"),
        ("bibtex", "@article{k,\n" + "doi = {10.5555/a.1},\n" * 100_000 + "title = {Cells}}"),
    ],
)
def test_what_is_repeated_without_end_takes_no_longer_for_each(format_: str, text: str) -> None:
    begun = time.process_time()
    found = SOUND.outcome(partial(READERS[format_], source_file="x"), io.BytesIO(text.encode()))
    assert time.process_time() - begun < 8  # it were 30 and more where each is held against all
    assert len(found.rows) == 1


@pytest.mark.parametrize("text", ["\x85", "\u2028\x1c\n", "\ufffd\x85"])
def test_file_of_rare_blanks_alone_is_empty(text: str) -> None:
    with pytest.raises(ReadError, match="empty"):
        sniff(text.encode(), "x")


def test_member_without_a_name_is_no_folder(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr("a.ann", "T1\tToxicity 3 6\tCRS\n")
        nameless = zipfile.ZipInfo("b.ann")
        nameless.filename = ""
        archive.writestr(nameless, "T1\tToxicity 3 6\tCRS\n")
    assert [row.name for row in read_corrections(tmp_path / "a.zip") if isinstance(row, Corrected)] == ["a"]


def test_row_whose_number_no_workbook_has_is_told(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    assert book.active is not None
    for row in (["PMID", "Title"], ["7", "Cells"], ["8", "More cells"]):
        book.active.append(row)
    whole, out = io.BytesIO(), io.BytesIO()
    book.save(whole)
    with zipfile.ZipFile(whole) as old, zipfile.ZipFile(out, "w") as new:
        for name in old.namelist():
            new.writestr(name, old.read(name).replace(b'<row r="3"', b'<row r="%s"' % (b"9" * 30)))
    found = SOUND.outcome(partial(READERS["xlsx"], source_file="x"), out)
    assert [row.title for row in found.rows] == ["Cells"]
    assert "above 1,048,576" in found.refusal


@pytest.mark.parametrize(
    "abstract",
    ["CAR" * 7_000, "Nobody was treated in CD19" + "CAR" * 7_000, "We saw CRS in 3 patients (6%" + "6%" * 5_000, "the median was 5 to 9" + "9" * 20_000, "Of 9" + " " * 40_000 + "patients",
     '"We made up 24 patients."' * 800],
)  # fmt: skip
def test_hostile_sentence_is_annotated_at_once(abstract: str) -> None:
    begun = time.process_time()
    found = annotate_document(Document("1", title="x", abstract=abstract, text=f"x\n{abstract}"), LEXICON)
    assert time.process_time() - begun < 12
    assert isinstance(found, Rows)


def test_name_of_a_bomb_in_a_workbook_is_printable_and_short() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr("xl/a\nb\x01" + "c" * 5_000, bytes(40 << 20))
    with pytest.raises(ReadError, match="bomb") as told:
        list(rows_of(io.BytesIO(out.getvalue()), "x"))
    assert "\n" not in str(told.value)
    assert len(str(told.value)) < 500


def test_damaged_packing_of_a_workbook_is_told() -> None:
    packed = bytearray(lzma.compress(bytes(range(256)) * 300))
    packed[60:80] = bytes(20)
    with pytest.raises(ReadError, match="cannot be opened"):
        list(READERS["xlsx"](io.BytesIO(bytes(packed)), source_file="x"))


@pytest.mark.parametrize("size", [1, 700, 1 << 20])
def test_record_whose_tag_is_long_is_found_after_damage(size: int) -> None:
    names = " ".join(f'xmlns:n{i}="http://www.example.org/names/{i}"' for i in range(40))
    article = f"<article {names}><front><article-meta><title-group><article-title>Cells</article-title></title-group></article-meta></front></article>\n"
    raw = f"<pmc-articleset>&{article * 60}</pmc-articleset>".encode()
    rows = SOUND.outcome(partial(READERS["jats"], source_file="x"), SOUND.Dripping(raw, size)).rows
    assert len([row for row in rows if isinstance(row, Document)]) == 60
