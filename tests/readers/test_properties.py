"""What a small writer writes comes back; no bytes whatever make a reader or the sniffer fall over."""

from __future__ import annotations

import csv
import io
import json
import runpy
from functools import partial
from pathlib import Path
from types import SimpleNamespace

import pytest
import rispy
from hypothesis import given, settings
from hypothesis import strategies as st

from allnlp.errors import ReadError
from allnlp.readers import READERS, mark_duplicates, rows_of, sniff
from allnlp.readers.json_objects import json_objects
from allnlp.readers.record import clean
from allnlp.readers.source import text_lines
from allnlp.schema import Document, Failure

SOUND = SimpleNamespace(**runpy.run_path(str(Path(__file__).parents[1] / "data" / "sound_rows.py")))
EXPORTS = {path.name: path.read_bytes() for path in sorted((Path(__file__).parents[1] / "data" / "exports").iterdir())}
# what comes before its first record, or all of it, is needed to read any of it
NO_PREFIX = frozenset(("page.txt", "plain.txt"))

# words that no format takes for a mark of its own, joined by single spaces
WORD = st.text(st.characters(categories=("Ll", "Lu", "Nd", "Sm"), exclude_characters="|<>=~+"), min_size=1, max_size=12)
TEXT = st.lists(WORD, min_size=1, max_size=12).map(lambda words: "the " + " ".join(words))
RECORDS = st.lists(st.tuples(TEXT, TEXT, st.integers(10_000, 99_999_999)), min_size=1, max_size=5)
SETTINGS = settings(max_examples=60, deadline=None)


def back(raw: str | bytes, name: str = "x") -> list[tuple[str, str]]:
    found = list(rows_of(io.BytesIO(raw if isinstance(raw, bytes) else raw.encode()), name))
    assert all(isinstance(row, Document) for row in found), found
    return [(row.title, row.abstract) for row in found if isinstance(row, Document)]


@SETTINGS
@given(RECORDS)
def test_ris_comes_back(records: list[tuple[str, str, int]]) -> None:
    raw = "".join(f"TY  - JOUR\nTI  - {title}\nAB  - {text}\nER  - \n\n" for title, text, _ in records)
    assert back(raw) == [(title, text) for title, text, _ in records]


@SETTINGS
@given(RECORDS)
def test_ris_agrees_with_rispy(records: list[tuple[str, str, int]]) -> None:
    raw = rispy.dumps([{"type_of_reference": "JOUR", "title": title, "abstract": text, "id": str(n)} for title, text, n in records])
    theirs = [(entry["title"], entry["abstract"], entry["id"]) for entry in rispy.loads(raw)]
    rows = [row for row in rows_of(io.BytesIO(raw.encode()), "x") if isinstance(row, Document)]
    assert [(row.title, row.abstract, row.doc_id) for row in rows] == theirs


@SETTINGS
@given(RECORDS)
def test_medline_comes_back(records: list[tuple[str, str, int]]) -> None:
    raw = "".join(f"\nPMID- {n}\nTI  - {title}\nAB  - {text.replace(' ', chr(10) + '      ', 1)}\n" for title, text, n in records)
    assert back(raw) == [(title, text) for title, text, _ in records]


@SETTINGS
@given(RECORDS, st.sampled_from(",;\t"))
def test_table_comes_back(records: list[tuple[str, str, int]], delimiter: str) -> None:
    out = io.StringIO()
    writer = csv.writer(out, delimiter=delimiter)
    writer.writerow(["PMID", "Title", "Abstract"])
    writer.writerows((n, title, f'{text}, "so"; yes\nand more') for title, text, n in records)
    assert back(out.getvalue(), "x.csv") == [(title, f'{text}, "so"; yes\nand more') for title, text, _ in records]


@SETTINGS
@given(st.lists(st.tuples(st.text(), st.text(), st.text(min_size=1).filter(str.strip)), min_size=1, max_size=4))
def test_json_lines_come_back_to_the_character(records: list[tuple[str, str, str]]) -> None:
    raw = "".join(json.dumps({"id": n, "title": title, "abstract": text}) + "\n" for title, text, n in records)
    want = [tuple(part.replace("\0", "\ufffd") for part in record[:2]) for record in records]
    assert back(raw) == want


@SETTINGS
@given(st.text(st.characters(codec="utf-8")), st.integers(1, 9))
def test_lines_do_not_depend_on_how_the_bytes_arrive(text: str, size: int) -> None:
    class Dripping(io.BytesIO):
        def read1(self, _: int | None = -1, /) -> bytes:
            return self.read(size)

    raw = text.encode()
    want = [line.decode().replace("\0", "\ufffd") for line in raw.removeprefix(b"\xef\xbb\xbf").splitlines()]
    if not raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        assert list(text_lines(Dripping(raw))) == want


JSON = st.recursive(st.none() | st.booleans() | st.integers() | st.text(max_size=6), lambda inner: st.lists(inner, max_size=3))
OBJECTS = st.lists(
    st.dictionaries(st.text(max_size=4), JSON | st.dictionaries(st.text(max_size=4), JSON, max_size=2), max_size=3), max_size=4
)


@SETTINGS
@given(OBJECTS, st.integers(1, 40), st.booleans())
def test_json_records_do_not_depend_on_how_the_text_arrives(values: list[dict[str, object]], size: int, is_list: bool) -> None:
    text = json.dumps(values) if is_list else "\n".join(map(json.dumps, values))
    assert list(json_objects(text[i : i + size] for i in range(0, len(text), size))) == values


@SETTINGS
@given(st.binary(max_size=300), st.sampled_from(["x", "x.csv", "x.xml", "x.txt.gz"]))
def test_sniff_raises_nothing_but_read_error(raw: bytes, name: str) -> None:
    try:
        found = sniff(raw, name)
    except ReadError:
        return
    assert found in READERS


MARKS = (
    b"TY  - JOUR\n", b"TI  - ", b"AB  - ", b"ER  - \n", b"PMID- 1\n", b"<PubmedArticleSet>", b"<PubmedArticle>", b"</PubmedArticle>",
    b"<article><front>", b"<article-meta>", b"</article>", b"<collection>", b"<document><id>1</id>", b"</document>", b"<record>",
    b"</record>", b"@article{a,", b"title={", b"}", b"1|t|", b"1|a|", b"title,abstract\n", b'"', b",", b"\n", b"\r", b"\xff", b"\0",
    b'{"id": 1, "title": "', b'{"documents": [', b"[", b"]", b'{"passages": [', b"%0 X\n%T ", b"PT J\n", b"FN X\n", b"1. A. 2020;\n\n",
    b"Abstract\n", b"Sign In\n", b"<i>", b"&x;", b"<!DOCTYPE x>", b"\xc3", "é".encode(), b"\xef\xbb\xbf", b"\xff\xfe",
)  # fmt: skip
MIXED = st.lists(st.sampled_from(MARKS) | st.binary(max_size=5), max_size=25).map(b"".join)


@pytest.mark.parametrize("format_", sorted(READERS))
@settings(max_examples=40, deadline=None)
@given(raw=st.binary(max_size=200) | MIXED)
def test_reader_raises_nothing_but_read_error(format_: str, raw: bytes) -> None:
    try:
        rows = list(READERS[format_](io.BytesIO(raw), source_file="x"))
    except ReadError:
        return
    for row in mark_duplicates(rows):
        assert isinstance(row, (Document, Failure))
        assert "\0" not in (row.text if isinstance(row, Document) else row.error)


@SETTINGS
@given(MIXED)
def test_any_file_is_read_or_refused(raw: bytes) -> None:
    try:
        rows = list(rows_of(io.BytesIO(raw), "x"))
    except ReadError:
        return
    assert rows


@given(st.text())
def test_cleaned_text_is_clean(text: str) -> None:
    assert clean(clean(text)) == clean(text)


def alterations(raw: bytes) -> st.SearchStrategy[bytes]:
    """The file with a few stretches of it moved, doubled, left out, or marks put in their place."""
    place = st.integers(0, len(raw))
    change = st.tuples(place, place, st.sampled_from((b"", *MARKS)) | place.map(lambda at: raw[at : at + 80]), st.integers(0, 3))

    def altered(changes: list[tuple[int, int, bytes, int]]) -> bytes:
        found = raw
        for start, end, piece, times in changes:
            found = found[: min(start, end)] + piece * times + found[(max(start, end) if times else min(start, end) + 40) :]
        return found

    return st.lists(change, min_size=1, max_size=4).map(altered)


@pytest.mark.parametrize("name", sorted(EXPORTS))
@settings(max_examples=15, deadline=None)
@given(data=st.data(), size=st.sampled_from((1, 7, 1000)))
def test_rows_of_an_altered_export_are_sound_however_its_bytes_arrive(name: str, data: st.DataObject, size: int) -> None:
    raw = data.draw(alterations(EXPORTS[name]))
    reader = partial(rows_of, source_file=name)
    found = SOUND.outcome(reader, io.BytesIO(raw))
    assert SOUND.faults(found) == []
    assert SOUND.are_alike(SOUND.outcome(reader, SOUND.Dripping(raw, size)), found)


@pytest.mark.parametrize("name", sorted(EXPORTS.keys() - NO_PREFIX))
@settings(max_examples=15, deadline=None)
@given(data=st.data())
def test_records_before_a_cut_are_those_of_the_whole_file(name: str, data: st.DataObject) -> None:
    raw = EXPORTS[name]
    format_ = sniff(raw, name)
    reader = partial(READERS[format_], source_file=name)
    whole = SOUND.outcome(reader, io.BytesIO(raw)).rows
    cut = SOUND.outcome(reader, io.BytesIO(raw[: data.draw(st.integers(0, len(raw)))])).rows
    documents = [row for row in cut if isinstance(row, Document)]
    assert documents[:-1] == [row for row in whole if isinstance(row, Document)][: max(len(documents) - 1, 0)]
