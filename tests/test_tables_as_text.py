"""Annotated folders of CSV, TSV and JSON lines are for programs: every text stands in them as it is, and comes back."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from allnlp.schema import TABLES, Document
from allnlp.tables import FolderWriter, connected

TEXT = st.text(
    st.characters(exclude_categories=["Cs"]) | st.sampled_from("=+-@'\" \t\r\n;,|\\\0\x0b\u202e\u05d0\u0301\U0001f9ec\u2028\x85\ufeff[]"), max_size=20
)
CELLS = st.tuples(TEXT.filter(bool), TEXT, TEXT, st.none() | TEXT.filter(bool), st.lists(TEXT, max_size=4))
DOCUMENT = CELLS.map(lambda c: Document(c[0], title=c[1], abstract=c[2], journal=c[3], authors=tuple(c[4])))


def written(folder: Path, documents: list[Document], format: str) -> Path:
    with FolderWriter(folder, format=format) as writer:
        writer.write("documents", documents)
        writer.finish({})
    return folder


def back(folder: Path) -> list[Any]:
    with connected(folder, "documents") as database:
        rows = database.sql("SELECT * FROM documents").fetchall()
    return [TABLES["documents"](*(tuple(cell) if isinstance(cell, list) else cell for cell in row)) for row in rows]


@pytest.mark.parametrize("format", ["csv", "tsv", "jsonl"])
@settings(max_examples=8, phases=(Phase.explicit, Phase.generate))
@given(st.lists(DOCUMENT, min_size=5, max_size=30))
def test_any_text_and_list_comes_back(tmp_path_factory: pytest.TempPathFactory, format: str, documents: list[Document]) -> None:
    assert back(written(tmp_path_factory.mktemp("any") / "f", documents, format)) == documents


@pytest.mark.parametrize("format", ["csv", "tsv", "jsonl"])
def test_a_text_of_megabytes_comes_back(tmp_path: Path, format: str) -> None:
    long = "\u03b1 = 1;\n" * 1_500_000
    documents = [Document("1", title="a", abstract=long, text=f"a\n{long}"), Document("2", title="b", text="b")]
    assert back(written(tmp_path / "f", documents, format)) == documents


@pytest.mark.parametrize("authors", [(), ("",), ("a; b", "c"), ("", ""), ('["x"]',), ("[Anonymous]", "Muster, E"), ("a;", " b"), ("\t; ",)])
def test_lists_come_back_whatever_is_in_them(tmp_path: Path, authors: tuple[str, ...]) -> None:
    assert back(written(tmp_path / "f", [Document("1", title="x", authors=authors)], "csv"))[0].authors == authors


def test_text_is_as_it_is_so_that_offsets_count_in_it(tmp_path: Path) -> None:
    folder = written(tmp_path / "f", [Document("007", title="-11q", text="-11q")], "csv")
    with (folder / "documents.csv").open(encoding="utf-8", newline="") as stream:
        row = next(csv.DictReader(stream))
    assert (row["doc_id"], row["title"], row["text"]) == ("007", "-11q", "-11q")
