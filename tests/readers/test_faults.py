"""Damaged, hostile and oddly encoded inputs: what is whole is read, the rest is said."""

from __future__ import annotations

import bz2
import contextlib
import gzip
import io
import lzma
import time
from pathlib import Path

import pytest

from allnlp.errors import ReadError
from allnlp.readers import READERS, Row, read, rows_of, sniff
from allnlp.schema import Document, Failure

DATA = Path(__file__).parents[1] / "data" / "exports"
RECORD = "<PubmedArticle><MedlineCitation><PMID>{n}</PMID><Article><ArticleTitle>{title}</ArticleTitle></Article></MedlineCitation></PubmedArticle>"


def rows(content: bytes | str, name: str = "x") -> list[Row]:
    raw = content if isinstance(content, bytes) else content.encode()
    return list(rows_of(io.BytesIO(raw), name))


def documents(found: list[Row]) -> list[Document]:
    return [row for row in found if isinstance(row, Document)]


def failures(found: list[Row]) -> list[Failure]:
    return [row for row in found if isinstance(row, Failure)]


def articles(*titles: str, end: str = "</PubmedArticleSet>") -> str:
    return "<PubmedArticleSet>" + "".join(RECORD.format(n=i, title=t) for i, t in enumerate(titles, 1)) + end


def test_records_before_the_cut_of_an_xml_are_read() -> None:
    whole = articles("First", "Second", "Third")
    found = rows(whole[: whole.index("Third") + 2])
    assert [row.title for row in documents(found)] == ["First", "Second"]
    (failed,) = failures(found)
    assert failed.source_record == 3
    assert "no end" in failed.error


def test_cut_between_records_is_told() -> None:
    found = rows(articles("First", "Second", end=""))
    assert len(documents(found)) == 2
    (failed,) = failures(found)
    assert (failed.source_record, "end is missing" in failed.error) == (None, True)


def test_record_that_is_not_well_formed_is_stepped_over() -> None:
    found = rows(articles("First", "A <b> never closed", "Third"))
    assert [row.title for row in documents(found)] == ["First", "Third"]
    assert [(row.source_record, row.step) for row in failures(found)] == [(2, "read")]
    assert [row.source_record for row in found] == [1, 2, 3]


def test_nul_and_wrong_bytes_in_xml_are_read() -> None:
    raw = articles("First", "A\0B", "na\xefve", "Last").encode("latin-1")
    found = rows(raw)
    assert [row.title for row in documents(found)] == ["First", "A�B", "naïve", "Last"]
    assert not failures(found)


def test_xml_files_that_were_joined_are_all_read() -> None:
    head = "<?xml version='1.0'?>"
    found = rows(head + articles("First") + "\n" + head + articles("Second"))
    assert [row.title for row in documents(found)] == ["First", "Second"]


BOMB = """<?xml version="1.0"?><!DOCTYPE PubmedArticleSet [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>"""
EXTERNAL = """<?xml version="1.0"?><!DOCTYPE PubmedArticleSet [<!ENTITY x SYSTEM "file:///etc/hostname">]>"""


LAUGHS = '<!DOCTYPE PubmedArticleSet [<!ENTITY a "ha">' + "".join(f'<!ENTITY {y} "{f"&{x};" * 10}">' for x, y in zip("abcdefgh", "bcdefghi", strict=True)) + "]>"
QUADRATIC = f'<!DOCTYPE PubmedArticleSet [<!ENTITY b "{"a" * 100_000}">]>'
PARAMETER = '<!DOCTYPE PubmedArticleSet [<!ENTITY % p SYSTEM "http://127.0.0.1:9/x.dtd"> %p;]>'


@pytest.mark.parametrize(
    "prolog", [BOMB, EXTERNAL, LAUGHS, QUADRATIC, PARAMETER, "<!-- " + "x" * 100_000 + " -->" + BOMB, " " * 100_000 + LAUGHS]
)
@pytest.mark.parametrize("code", ["utf-8", "utf-16"])
def test_file_with_entities_of_its_own_is_refused(prolog: str, code: str) -> None:
    with pytest.raises(ReadError, match="entities"):
        rows((prolog + articles("&b;")).encode(code))


def test_nothing_outside_the_file_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import socket

    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("a connection was opened")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    secret = tmp_path / "secret.txt"
    secret.write_text("SECRET")
    include = f'<xi:include xmlns:xi="http://www.w3.org/2001/XInclude" parse="text" href="{secret.as_uri()}"/>'
    dtd = tmp_path / "a.dtd"
    dtd.write_text(f'<!ENTITY e SYSTEM "{secret.as_uri()}">')
    for system in (dtd.as_uri(), "http://127.0.0.1:9/a.dtd"):
        text = f'<?xml-stylesheet href="{secret.as_uri()}"?><!DOCTYPE PubmedArticleSet SYSTEM "{system}">' + articles(f"One {include} &e; two")
        (row,) = documents(rows(text))
        assert row.title == "One &e; two"


def test_unknown_html_entity_is_named_and_known_one_resolved() -> None:
    found = rows('<!DOCTYPE PubmedArticleSet SYSTEM "x.dtd">' + articles("TNF-&alpha; &nonsense; <i>x</i>&beta;"))
    assert documents(found)[0].title == "TNF-α &nonsense; xβ"


def test_deep_nesting_is_read() -> None:
    found = rows(articles("<i>" * 1500 + "deep" + "</i>" * 1500))
    assert documents(found)[0].title == "deep"


def test_nesting_that_is_an_attack_is_a_failure() -> None:
    found = rows(articles("First", "<i>" * 5000 + "deep" + "</i>" * 5000, "Third"))
    assert [row.source_record for row in failures(found)] == [2]
    assert [row.title for row in documents(found)] == ["First", "Third"]


@pytest.mark.parametrize("code", ["utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32"])
@pytest.mark.parametrize("name", ["two.ris", "two.medline.txt", "three.csv", "two.jsonl", "three.csl.json", "two.bib", "page.txt"])
def test_wide_encodings_and_byte_order_marks_change_nothing(name: str, code: str) -> None:
    text = (DATA / name).read_text(encoding="utf-8")
    assert rows(text.encode(code), name) == rows(text, name)


@pytest.mark.parametrize("end", ["\r\n", "\r"])
@pytest.mark.parametrize(
    "name", ["two.ris", "two.medline.txt", "two.ciw", "two.enw", "two.bib", "three.csv", "two.pubtator.txt", "page.txt"]
)
def test_line_ends_change_nothing(name: str, end: str) -> None:
    text = (DATA / name).read_text(encoding="utf-8")
    assert rows(text.replace("\n", end), name) == rows(text, name)


@pytest.mark.parametrize("code", ["gb18030", "shift_jis", "big5", "euc-kr", "iso-2022-jp"])
def test_declared_asian_xml_is_read(code: str) -> None:
    raw = (f'<?xml version="1.0" encoding="{code}"?>' + articles("血液")).encode(code)
    assert documents(rows(raw))[0].title == "血液"


@pytest.mark.parametrize(
    "code", ["cp037", "utf-16", "utf-7", "undefined", "idna", "punycode", "unicode_escape", "rot13", "hex", "no-such-code", "x" * 5000]
)
def test_declared_code_that_cannot_be_is_not_believed(code: str) -> None:
    assert documents(rows(f'<?xml version="1.0" encoding="{code}"?>' + articles("naïve \\d")))[0].title == "naïve \\d"


def test_declared_utf8_with_windows_bytes_is_read() -> None:
    raw = b'<?xml version="1.0" encoding="UTF-8"?>' + articles("naïve – cells", "Second").encode("cp1252")
    assert [row.title for row in documents(rows(raw))] == ["naïve – cells", "Second"]


def test_ebcdic_is_refused_in_words() -> None:
    with pytest.raises(ReadError, match="EBCDIC"):
        rows(('<?xml version="1.0" encoding="cp037"?>' + articles("x")).encode("cp037"))


@pytest.mark.parametrize("name", ["two.ris", "two.medline.txt", "three.csv", "two.jsonl", "three.csl.json", "two.bib", "two.pubmed-abstract.txt", "two.enw"])
@pytest.mark.parametrize("mark", ["\x85", "\u2028", "\u2029", "\x0b", "\x0c", "\x1c"])
def test_rare_line_ends_do_not_cut_a_record(name: str, mark: str) -> None:
    text = (DATA / name).read_text(encoding="utf-8")
    whole = documents(rows(text, name))
    word = whole[0].title.split()[1]
    assert len(documents(rows(text.replace(f" {word}", f" {mark}{word}", 1), name))) == len(whole)


@pytest.mark.parametrize(
    "name", ["two.ris", "two.medline.txt", "two.jsonl", "two.bib", "keyless.bib", "two.pubmed-abstract.txt", "two.enw", "two.ciw", "three.pubmed.xml", "three.csv"]
)
@pytest.mark.parametrize("gap", ["\n", "\ufeff", "\n\ufeff"])
def test_files_that_were_joined_are_all_read(name: str, gap: str) -> None:
    text = (DATA / name).read_text(encoding="utf-8")
    assert len(documents(rows(text.rstrip("\n") + "\n" + gap + text, name))) == 2 * len(documents(rows(text, name)))


@pytest.mark.parametrize("mark", ["\u202e", "\u0301", "\u200f", "\u00ad", "e\u0301", "ﬁ", "𝔸"])
def test_marks_and_combining_characters_stay_as_they_are(mark: str) -> None:
    for text, name in (('{"id": "1", "title": "T", "abstract": "a%sb"}\n', "x"), ("TY  - JOUR\nTI  - T\nAB  - a%sb\nER  - \n", "x"), ("title,abstract\nT,a%sb\n", "x.csv")):
        assert documents(rows(text % mark, name))[0].abstract == f"a{mark}b"
    assert documents(rows(articles(f"a{mark}b")))[0].title == f"a{mark}b"


def test_numbers_without_end_and_deep_json_are_one_failure_each() -> None:
    for value in ("9" * 100_000, "[" * 100_000 + "]" * 100_000):
        found = rows(f'[{{"title": "A", "x": {value}}}, {{"title": "B"}}]')
        assert [row.title for row in documents(found)] == ["B"]
        assert [row.source_record for row in failures(found)] == [1]
    (row,) = documents(rows('[{"title": "A", "pmid": 1e999, "year": %s, "doi": NaN}]' % ("9" * 500)))
    assert (row.pmid, row.year) == (None, None)


def test_line_ends_as_they_are_in_a_json_string_are_read() -> None:
    assert documents(rows('[{"title": "A\tB\nC"}]'))[0].title == "A\tB C"


def test_lone_surrogates_of_json_become_replacement_characters() -> None:
    (row,) = documents(rows('{"id": "1", "title": "a\\ud800b", "abstract": "c\\udfffd \\ud83e\\ude78"}\n'))
    assert row.text == "a\ufffdb\nc\ufffdd 🩸"


def test_namespaces_of_the_root_hold_in_records_after_the_damage() -> None:
    text = articles("First", "A <b> never closed", "<m:i>Third</m:i> <n:i>and more</n:i>").replace("<PubmedArticleSet>", '<PubmedArticleSet xmlns:m="urn:m">')
    assert [row.title for row in documents(rows(text))] == ["First", "Third and more"]


LONG = "cells of adults with leukemia were counted and " * 30_000


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("x.xml", articles(LONG, "Last")),
        ("x.xml", articles("<b>", LONG, "Last")),
        ("x.ris", f"TY  - JOUR\nTI  - T\nAB  - {LONG}\nER  - \nTY  - JOUR\nTI  - Last\nER  - \n"),
        ("x.nbib", f"PMID- 1\nTI  - T\nAB  - {LONG}\n\nPMID- 2\nTI  - Last\n"),
        ("x.csv", f"title,abstract\nT,{LONG}\nLast,x\n"),
        ("x.json", f'[{{"title": "T", "abstract": "{LONG}"}}, {{"title": "Last"}}]'),
        ("x.jsonl", f'{{"title": "T", "abstract": "{LONG}"}}\n{{"title": "Last"}}\n'),
        ("x.bib", f"@article{{a, title={{T}}, abstract={{{LONG}}}}}\n@article{{b, title={{Last}}}}\n"),
    ],
)
def test_abstract_of_a_megabyte_is_read_whole(name: str, text: str) -> None:
    *_, first, last = documents(rows(text, name))
    assert len(first.text) >= len(LONG) - 1
    assert last.title == "Last"


# each was once a matter of minutes
@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("\n" * 200_000 + "x", "x.txt"),
        ("TY  - JOUR\nTI  - x" + "\n" * 200_000, "x.txt"),
        ("<!--" * 60_000, "x.xml"),
        ("<?" * 100_000, "x.xml"),
        ("<!DOCTYPE a [" * 20_000, "x.xml"),
        ('{"a": 1}' + "\n" * 200_000, "x.json"),
        ("<pre>" + " " * 200_000, "x.xml"),
        ("@article{a, title" + " " * 200_000 + '"', "x.bib"),
        (articles("<ReferenceList " * 20_000), "x.xml"),
        (articles("&alpha;x" * 50_000), "x.xml"),
        ('[{"title": "' + "a" * 20_000_000, "x.json"),
        ("<PubmedArticleSet><PubmedArticle><b></PubmedArticle><PubmedArticle>" + "a" * 20_000_000, "x.xml"),
    ],
)
def test_hostile_text_takes_no_longer_than_other_text(text: str, name: str) -> None:
    start = time.process_time()
    with contextlib.suppress(ReadError):
        rows(text, name)
    assert time.process_time() - start < 5


def test_unknown_html_entities_that_follow_each_other_keep_their_order() -> None:
    found = rows('<!DOCTYPE PubmedArticleSet SYSTEM "x">' + articles("&alpha;&beta;<i>x&gamma;</i>&delta; a &no; b<sup>&plus;</sup>"))
    assert documents(found)[0].title == "αβxγδ a &no; b+"


def test_unknown_html_entity_is_named() -> None:
    raw = ('<?xml version="1.0" encoding="ISO-8859-1"?>' + articles("naïve")).encode("latin-1")
    assert documents(rows(raw))[0].title == "naïve"


def test_windows_bytes_and_utf8_in_one_file_are_both_read() -> None:
    raw = b"TY  - JOUR\nTI  - na\xefve \x96 cells\nER  - \nTY  - JOUR\nTI  - na\xc3\xafve\nER  - \n"
    assert [row.title for row in documents(rows(raw))] == ["naïve – cells", "naïve"]


def test_nul_in_text_becomes_a_replacement_character() -> None:
    assert documents(rows(b"TY  - JOUR\nTI  - a\0b\nER  - \n"))[0].title == "a�b"


@pytest.mark.parametrize("pack", [gzip.compress, bz2.compress, lzma.compress])
def test_packed_file_is_read_whatever_its_name(pack: object, tmp_path: Path) -> None:
    assert callable(pack)
    path = tmp_path / "a.txt"
    path.write_bytes(pack((DATA / "two.ris").read_bytes()))
    assert len(documents(list(read([path])))) == 2


def test_cut_gzip_gives_the_records_before_the_cut(tmp_path: Path) -> None:
    import random

    words = random.Random(1)
    lines = [f"TY  - JOUR\nTI  - {words.random()} {words.random()}\nER  - \n" for _ in range(5000)]
    path = tmp_path / "a.ris.gz"
    packed = gzip.compress("".join(lines).encode())
    path.write_bytes(packed[: len(packed) // 2])
    found = list(read([path]))
    assert len(documents(found)) > 1000
    assert "cut off" in failures(found)[0].error


def test_line_end_in_a_title_is_a_blank_so_that_the_first_line_is_the_title() -> None:
    (row,) = documents(rows('{"id": "1", "title": "CRS\\nin children", "abstract": "Text"}\n'))
    assert (row.title, row.text) == ("CRS in children", "CRS in children\nText")


def test_last_record_without_the_end_that_the_others_have_is_told() -> None:
    text = (DATA / "two.ciw").read_text(encoding="utf-8").rstrip()
    assert not failures(rows(text))
    (failed,) = failures(rows(text[: text.rindex("\nER")]))
    assert failed.source_record is None
    assert "may be cut off" in failed.error


def test_short_csv_row_is_filled_up() -> None:
    (row,) = documents(rows("pmid,title,abstract,doi\n12345,Cells,Text\n", "x.csv"))
    assert (row.pmid, row.title, row.abstract, row.doi) == ("12345", "Cells", "Text", None)


def test_cell_that_a_delimiter_cut_in_two_is_joined() -> None:
    (row,) = documents(rows("pmid,title,abstract,year\n12345,Cells,We saw a, b,2021\n", "x.csv"))
    assert (row.title, row.abstract, row.year) == ("Cells", "We saw a, b", 2021)


def test_long_row_that_cannot_be_mended_is_a_failure() -> None:
    found = rows("title,abstract\nCells,We saw a, b\nMore,Text\n", "x.csv")
    assert (failures(found)[0].source_record, documents(found)[0].title) == (1, "More")
    assert "3 cells and the table 2 columns" in failures(found)[0].error


def test_open_quotation_mark_loses_one_row_and_not_the_file() -> None:
    lines = ["pmid,title,abstract", *(f'{n},"Title {n}","Text {n}"' for n in range(10001, 10011))]
    lines[3] = lines[3].rstrip('"')
    found = rows("\n".join(lines) + "\n", "x.csv")
    assert len(documents(found)) == 9
    assert [row.source_record for row in failures(found)] == [3]
    assert "quotation mark" in failures(found)[0].error


def test_open_quotation_mark_at_the_end_is_told() -> None:
    found = rows('pmid,title,abstract\n10001,A,B\n10002,"C,D\n', "x.csv")
    assert (len(documents(found)), len(failures(found))) == (1, 1)


def test_damaged_json_line_is_one_failure() -> None:
    found = rows('{"id": "1", "title": "A"}\n{"id": "2", "title": \n[1]\n{"id": "3", "title": "C"}\n{"x": 1}\n')
    assert [row.doc_id for row in documents(found)] == ["1", "3"]
    assert [row.source_record for row in failures(found)] == [2, 3, 5]


def test_cut_json_list_gives_the_records_before_the_cut() -> None:
    found = rows('[{"title": "A"}, {"title": "B"}, {"tit')
    assert [row.title for row in documents(found)] == ["A", "B"]
    assert "no end" in failures(found)[0].error


def test_bibtex_entry_without_its_brace_is_one_failure() -> None:
    found = rows("@article{a, title={A}}\n@article{b, title={B\n@article{c, title={C}}\n")
    assert [row.doc_id for row in documents(found)] == ["a", "c"]
    assert "'b' has no closing brace" in failures(found)[0].error


def test_records_without_er_and_lines_between_records_are_no_trouble() -> None:
    text = "Provider: x\n\nTY  - JOUR\nTI  - A\nTY  - JOUR\nTI  - B\nER  -\nNL  - x\nLink to it\nTI  - C without its type\n"
    assert [row.title for row in documents(rows(text))] == ["A", "B", "C without its type"]


REFUSED = [
    (b"", "empty"),
    (b"  \n\n", "empty"),
    (b"%PDF-1.7 ...", "PDF"),
    (b"<!DOCTYPE html><html><body>x</body></html>", "web page"),
    (b"<rss><channel/></rss>", "root 'rss'"),
    (b"<eSearchResult><Count>1</Count></eSearchResult>", "eSearchResult"),
    (b"90000001\n90000002\n90000003\n", "list of identifiers"),
    (bytes(range(256)) * 20, "binary"),
    (b"PK\x03\x04" + b"\0" * 40 + b"word/document.xml", "Word"),
    (b"\xd0\xcf\x11\xe0aaaa", "Office"),
]


@pytest.mark.parametrize(("raw", "reason"), REFUSED)
def test_what_is_no_export_is_refused_with_a_reason(raw: bytes, reason: str) -> None:
    with pytest.raises(ReadError, match=reason):
        sniff(raw, "x.txt")


def test_program_text_is_no_abstract() -> None:
    with pytest.raises(ReadError, match=r"source code|no known kind"):
        sniff(b"import os\nfor path in os.listdir():\n    print(path)\n", "x.py")


def test_sentence_about_titles_and_abstracts_is_no_header() -> None:
    (row,) = rows("Title, abstract and keywords were screened by two of us.\nWe found 12 studies, all small.\n", "x.txt")
    assert isinstance(row, Document)
    assert row.abstract.startswith("Title, abstract")


def test_table_of_other_things_is_refused_with_its_columns() -> None:
    with pytest.raises(ReadError, match="'name', 'price', 'colour'"):
        rows("name;price;colour\nx;1;red\ny;2;blue\n", "x.csv")


def test_columns_can_be_said() -> None:
    raw = b"Nr;Ueberschrift;Inhalt\n7;Cells;Text\n"
    (row,) = rows_of(io.BytesIO(raw), "x.csv", columns={"title": "Ueberschrift", "abstract": "Inhalt", "id": "Nr"})
    assert isinstance(row, Document)
    assert (row.doc_id, row.title, row.abstract) == ("7", "Cells", "Text")


@pytest.mark.parametrize("format_", sorted(READERS))
def test_no_reader_stumbles_over_nothing(format_: str) -> None:
    try:
        found = list(READERS[format_](io.BytesIO(b""), source_file="x"))
    except ReadError:
        return
    assert all(isinstance(row, Failure) for row in found)
