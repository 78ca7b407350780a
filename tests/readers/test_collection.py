"""Folders, patterns, archives, standard input; bad files become rows and the rest is read."""

from __future__ import annotations

import gzip
import io
import sys
import zipfile
from pathlib import Path

import pytest

from allnlp.errors import OptionError, ReadError
from allnlp.readers import find_inputs, opened_input, read
from allnlp.schema import Document, Failure

RIS = "TY  - JOUR\nTI  - {}\nER  - \n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "b").mkdir()
    (tmp_path / ".hidden").mkdir()
    (tmp_path / ".hidden" / "x.ris").write_text(RIS.format("Hidden"))
    (tmp_path / "b" / "two.ris").write_text(RIS.format("Two"))
    (tmp_path / "c.ris.gz").write_bytes(gzip.compress(RIS.format("Three").encode()))
    (tmp_path / "a.ris").write_text(RIS.format("One"))
    return tmp_path


def titles(*paths: str | Path) -> list[str]:
    return [row.title for row in read(paths) if isinstance(row, Document)]


def test_folder_is_read_to_the_bottom_in_order(folder: Path) -> None:
    assert titles(folder) == ["One", "Two", "Three"]


def test_pattern_is_read_in_order_and_files_once(folder: Path) -> None:
    assert titles(str(folder / "**" / "*.ris"), folder / "a.ris", folder) == ["One", "Two", "Three"]


def test_missing_path_is_an_error_before_the_first_row(folder: Path) -> None:
    with pytest.raises(ReadError, match="no such file, folder or pattern"):
        read([folder / "a.ris", folder / "missing.ris"])
    with pytest.raises(ReadError, match="no such file"):
        find_inputs([str(folder / "*.nbib")])


def test_an_empty_name_is_not_the_folder_that_one_is_in() -> None:
    with pytest.raises(ReadError, match="empty name"):
        find_inputs([""])


def test_file_that_cannot_be_read_is_a_row_and_the_rest_is_read(folder: Path) -> None:
    (folder / "a0.pdf").write_bytes(b"%PDF-1.4")
    (folder / "a1.xml").write_text("<PubmedArticleSet></PubmedArticleSet>")
    found = list(read([folder]))
    assert [type(row) for row in found] == [Document, Failure, Failure, Document, Document]
    refused, empty = found[1:3]
    assert isinstance(refused, Failure)
    assert isinstance(empty, Failure)
    assert (refused.source_record, refused.step) == (None, "read")
    assert refused.error == f"{folder / 'a0.pdf'}: the file is a PDF; export the citation with its abstract, or save the text"
    assert "has no record" in empty.error


def test_members_of_an_archive_are_inputs(folder: Path) -> None:
    path = folder / "z.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("in/b.ris", RIS.format("B"))
        archive.writestr("a.ris.gz", gzip.compress(RIS.format("A").encode()))
        archive.writestr("__MACOSX/._a", "x")
    assert titles(path) == ["A", "B"]
    first = find_inputs([path])[0]
    assert first.name == f"{path}/a.ris.gz"
    with opened_input(first) as stream:
        assert len(stream.read()) == first.size


def test_damaged_archive_is_a_row(folder: Path) -> None:
    path = folder / "z.zip"
    path.write_bytes(b"PK\x03\x04 and nothing more")
    (row,) = read([path])
    assert isinstance(row, Failure)


def test_standard_input_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    class Standard:
        buffer = io.BytesIO(RIS.format("Piped").encode())

    monkeypatch.setattr(sys, "stdin", Standard())
    (given,) = find_inputs(["-"])
    (row,) = read([given])
    assert isinstance(row, Document)
    assert (row.title, row.source_file, given.size) == ("Piped", "-", len(RIS.format("Piped")))


def test_progress_counts_every_byte_of_every_file(folder: Path) -> None:
    (folder / "many.ris").write_text(RIS.format("x") * 500)
    told: list[int] = []
    inputs = find_inputs([folder])
    list(read(inputs, progress=told.append))
    assert sum(told) == sum(given.size for given in inputs)
    assert all(size > 0 for size in told)


def test_unknown_column_of_documents_is_an_error_that_names_the_near_one(folder: Path) -> None:
    with pytest.raises(OptionError, match="abstract"):
        read([folder], columns={"abstrakt": "x"})


def test_columns_that_a_table_lacks_are_a_row_with_what_it_has(folder: Path) -> None:
    path = folder / "t.csv"
    path.write_text("title,text\nA,B\n")
    (row,) = read([path], columns={"abstract": "Zusammenfassung"})
    assert isinstance(row, Failure)
    assert "no column is named 'Zusammenfassung'; found 'title', 'text'" in row.error
