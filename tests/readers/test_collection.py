"""Folders, patterns, archives, standard input; bad files become rows and the rest is read."""

from __future__ import annotations

import gzip
import io
import os
import sys
import threading
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


def test_folder_is_searched_through_links_once(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    elsewhere = tmp_path_factory.mktemp("elsewhere")
    (elsewhere / "four.ris").write_text(RIS.format("Four"))
    (folder / "d").symlink_to(elsewhere)
    (folder / "b" / "loop").symlink_to(folder)
    (elsewhere / "back").symlink_to(elsewhere)
    assert titles(folder) == ["One", "Two", "Three", "Four"]


def test_link_to_nothing_and_link_to_itself_are_rows(folder: Path) -> None:
    (folder / "a0").symlink_to(folder / "gone.ris")
    (folder / "a1").symlink_to(folder / "a1")
    found = [row for row in read([folder]) if isinstance(row, Failure)]
    assert [(row.source_file, row.source_record) for row in found] == [(str(folder / "a0"), None), (str(folder / "a1"), None)]
    assert titles(folder) == ["One", "Two", "Three"]


def test_file_and_folder_that_may_not_be_read_are_rows(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real_open, real_scan = Path.open, os.scandir

    def guarded_open(path: Path, *args: object, **options: object) -> object:
        if path.name == "a.ris":
            raise PermissionError(13, "Permission denied", str(path))
        return real_open(path, *args, **options)  # type: ignore[call-overload]

    def guarded_scan(path: str) -> object:
        if Path(path).name == "b":
            raise PermissionError(13, "Permission denied", str(path))
        return real_scan(path)

    monkeypatch.setattr(Path, "open", guarded_open)
    monkeypatch.setattr(os, "scandir", guarded_scan)
    found = list(read([folder]))
    assert [row.error.removeprefix(str(folder)) for row in found if isinstance(row, Failure)] == [
        "/a.ris: cannot be read (Permission denied); check the rights of the file",
        "/b: the folder cannot be opened; check its rights",
    ]
    assert [row.title for row in found if isinstance(row, Document)] == ["Three"]


def test_file_that_vanishes_after_it_was_found_is_a_row(folder: Path) -> None:
    inputs = find_inputs([folder])
    (folder / "a.ris").unlink()
    first, *others = read(inputs)
    assert isinstance(first, Failure)
    assert first.error == f"{folder / 'a.ris'}: cannot be read (No such file or directory); fetch the file again"
    assert len(others) == 2


@pytest.mark.parametrize("change", ["replaced", "cut", "lengthened"])
def test_file_that_is_changed_after_it_was_found_is_told(change: str, folder: Path) -> None:
    path = folder / "a.ris"
    os.utime(path, ns=(1, 1))
    inputs = find_inputs([path])
    rows = read(inputs)
    if change == "replaced":
        (folder / "new").write_text(RIS.format("New"))
        (folder / "new").replace(path)
    elif change == "cut":
        path.write_text("TY  - JOUR\nTI  - O")
    else:
        path.write_text(RIS.format("One") * 2)
    *_, last = rows
    assert isinstance(last, Failure)
    assert "was changed while it was read" in last.error


def test_pipe_is_read_and_device_is_refused(folder: Path) -> None:
    pipe = folder / "pipe"
    os.mkfifo(pipe)
    writer = threading.Thread(target=lambda: pipe.write_text(RIS.format("Piped")))
    writer.start()
    assert titles(pipe) == ["Piped"]
    writer.join()
    assert titles(folder) == ["One", "Two", "Three"]  # the pipe is passed over
    with pytest.raises(ReadError, match="is a device"):
        read(["/dev/zero"])


def test_standard_input_that_cannot_be_read_is_an_error_in_words(monkeypatch: pytest.MonkeyPatch) -> None:
    class Broken:
        class buffer:  # noqa: N801 - the name of the attribute of sys.stdin
            @staticmethod
            def read(size: int) -> bytes:
                raise IsADirectoryError(21, "Is a directory")

    monkeypatch.setattr(sys, "stdin", Broken)
    with pytest.raises(ReadError, match="standard input: cannot be read to its end"):
        find_inputs(["-"])


def test_full_disk_is_told_before_it_is_full(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import shutil
    import tarfile

    path = folder / "t.tgz"
    with tarfile.open(path, "w:gz") as archive:
        archive.add(folder / "a.ris", "a.ris")
    monkeypatch.setattr(shutil, "disk_usage", lambda place: shutil._ntuple_diskusage(10**9, 10**9, 1000))  # type: ignore[attr-defined]
    (row,) = read([path])
    assert isinstance(row, Failure)
    assert "no room for a copy" in row.error


@pytest.mark.parametrize("name", [b"a\nb.ris", b"a\xff\xfe.ris", b"a'\"b.ris", "r\u2028\u00fc.ris".encode(), b"[a].ris", b"-.ris", b" .ris"])
def test_names_of_files_can_be_anything(name: bytes, tmp_path: Path) -> None:
    path = tmp_path / os.fsdecode(name)
    try:
        path.write_text(RIS.format("One"))
    except OSError:
        pytest.skip("the file system does not take the name")
    for given in (tmp_path, path):
        (row,) = read([given])
        assert isinstance(row, Document)
        assert row.source_file.encode().decode().isprintable()


def test_path_that_is_too_long_or_leads_through_a_file_is_an_error_in_words(folder: Path) -> None:
    for path in ("x" * 5000, str(folder / "a.ris" / "b"), "a\0b"):
        with pytest.raises(ReadError):
            find_inputs([path])


def test_thousand_files_and_a_deep_folder_are_read(tmp_path: Path) -> None:
    deep = tmp_path.joinpath(*("d" for _ in range(200)))
    deep.mkdir(parents=True)
    (deep / "z.ris").write_text(RIS.format("Deep"))
    for n in range(1000):
        (tmp_path / f"{n:04}.ris").write_text(RIS.format(n))
    found = titles(tmp_path)
    assert len(found) == 1001
    assert found[:2] == ["0", "1"]
