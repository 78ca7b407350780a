"""The cache: what is read is what was written, or it is made again."""

from __future__ import annotations

import importlib
import multiprocessing
import os
import pickle
import sys
from pathlib import Path

import numpy as np
import pytest

from allnlp.errors import TerminologyError
from allnlp.terminology import cache, check_user_terms, large_tables, load, parse, text_of, unzipped, zipped
from allnlp.terminology.cache import Arrays, kept, key, read, write
from allnlp.terminology.large_tables import from_content
from allnlp.terminology.tables import Terminology

ARRAYS = {"numbers": np.arange(1000, dtype=np.uint64), "none": np.empty(0, dtype=np.uint8), "bytes": np.frombuffer(b"abc", dtype=np.uint8)}
CSV = "text,label,curie,name\n" + "".join(f"quill fever {i},DISEASE,x:{i // 2},quill fever {i // 2 * 2}\n" for i in range(40))


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A cache of the test's own, and small tables that are large."""
    monkeypatch.setenv("ALLNLP_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(large_tables, "LARGE", 20)
    parse.cache_clear()
    large_tables._OPENED.clear()
    return tmp_path / "cache"


@pytest.fixture
def own(tmp_path: Path) -> Path:
    path = tmp_path / "own.csv"
    path.write_text(CSV)
    return path


def loaded(path: Path) -> Terminology:
    """Read as a new process reads it."""
    parse.cache_clear()
    large_tables._OPENED.clear()
    return load(None, (path,))


def same(a: Arrays | None, b: Arrays) -> bool:
    return a is not None and list(a) == list(b) and all(a[n].dtype == b[n].dtype and a[n].tolist() == b[n].tolist() for n in b)


def test_what_is_kept_is_read_and_cannot_be_changed(folder: Path) -> None:
    assert read("a.terms") is None
    assert write("a.terms", ARRAYS)
    found = read("a.terms")
    assert same(found, ARRAYS)
    assert found is not None
    assert not found["numbers"].flags.writeable
    assert [path.name for path in folder.iterdir()] == ["a.terms"]


def test_what_is_kept_is_made_once() -> None:
    made: list[int] = []

    def make() -> Arrays:
        made.append(1)
        return ARRAYS

    assert all(same(kept("a.terms", make), ARRAYS) for _ in range(3))
    assert made == [1]


@pytest.mark.parametrize("at", [0, 5, 20, 100, 200, -5000, -2000, -100, -64])
def test_a_damaged_file_is_told_and_made_again(at: int, folder: Path, caplog: pytest.LogCaptureFixture) -> None:
    write("a.terms", ARRAYS)
    content = bytearray((folder / "a.terms").read_bytes())
    content[at] ^= 1
    (folder / "a.terms").write_bytes(content)
    found = kept("a.terms", lambda: ARRAYS)
    assert same(found, ARRAYS)
    assert same(read("a.terms"), ARRAYS)
    assert caplog.text.count("is damaged") == 1


@pytest.mark.parametrize("size", [0, 1, 12, 100, 400, 5000, -1])
def test_a_cut_file_is_told_and_made_again(size: int, folder: Path, caplog: pytest.LogCaptureFixture) -> None:
    write("a.terms", ARRAYS)
    (folder / "a.terms").write_bytes((folder / "a.terms").read_bytes()[:size])
    assert read("a.terms") is None
    assert "is damaged" in caplog.text
    assert not (folder / "a.terms").exists()


def test_an_unwritable_folder_is_told_once_and_the_run_goes_on(
    tmp_path: Path, own: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("ALLNLP_CACHE", str(tmp_path / "file" / "cache"))
    assert same(kept("a.terms", lambda: ARRAYS), ARRAYS)
    assert len(loaded(own).large[0]) == 40
    assert check_user_terms([own]) == []
    assert caplog.text.count("cannot be written") == 1


def test_the_longest_unused_files_go_when_the_cache_is_full(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cache, "LIMIT", 3 * 8600)
    for i, name in enumerate("abcd"):
        write(f"{name}.terms", ARRAYS)
        os.utime(folder / f"{name}.terms", (i, i))
        if name == "c":
            read("a.terms")  # now the last used
    assert sorted(path.name for path in folder.iterdir()) == ["a.terms", "c.terms", "d.terms"]
    monkeypatch.setattr(cache, "LIMIT", 1)
    write("e.terms", ARRAYS)
    assert [path.name for path in folder.iterdir()] == ["e.terms"]


def test_files_of_others_stay_when_the_cache_is_cleared(folder: Path) -> None:
    write("a.terms", ARRAYS)
    (folder / "notes.txt").write_text("mine")
    (folder / ".x.part").write_text("left by a kill")
    assert cache.clear() == []
    assert [path.name for path in folder.iterdir()] == ["notes.txt"]
    assert cache.files() == []


def test_a_key_depends_on_all_that_decides() -> None:
    keys = {key("a"), key("b"), key("a", "b"), key("a", code=[("allnlp.text", "fold.py")]), key("a", code=[("allnlp.text", "terms.py")])}
    assert len(keys) == 5
    assert key("a", code=[("allnlp.text", "fold.py")]) == key("a", code=[("allnlp.text", "fold.py")])


def test_the_rows_of_a_large_table_are_those_of_a_small_one(own: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    own.write_text(CSV + 'a,antigen,x:90,"b, ""c""\u03b2"\n;\t,THERAPY,,\n')
    for _ in range(2):  # made, then from the cache
        large = loaded(own)
        monkeypatch.setattr(large_tables, "LARGE", 100)
        small = loaded(own)
        monkeypatch.setattr(large_tables, "LARGE", 20)
        assert (*large.terms, *large.large[0].rows()) == small.terms
        assert large.large[0].of("x:1") == [row for row in small.terms if row[3].curie == "x:1"]
        assert large.large[0].of("x:none") == []
        assert large.version == small.version
        assert [text_of(source) for _, source in large.user_files] == [own.read_text()]
        assert zipped(large) == zipped(small)


def test_a_table_keeps_its_place_behind_a_large_one(own: Path, tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("text,label\nquill,DISEASE\n")
    (tmp_path / "b.csv").write_text("text,label\nquillase,DISEASE\n")
    found = load(None, (tmp_path / "a.csv", own, tmp_path / "b.csv"))
    assert found.terms[-1][3].text == "quill"
    assert [table.name for table in found.large] == ["own.csv", "b.csv"]


def test_a_changed_table_is_read_anew(own: Path) -> None:
    before = loaded(own)
    own.write_text(CSV.replace("quill", "crane"))
    after = loaded(own)
    assert before.version != after.version
    assert next(after.large[0].rows())[3].text == "crane fever 0"


def test_a_table_is_checked_once_while_nothing_changes(own: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert check_user_terms([own]) == []
    monkeypatch.setattr(importlib.import_module("allnlp.terminology.concepts"), "check_rows", lambda *_, **__: ["asked"])
    assert check_user_terms([own]) == []
    own.write_text(CSV + "quill,DISEASE,x:99,quill\n")
    assert check_user_terms([own]) == ["asked"]


@pytest.mark.parametrize(
    ("row", "fault"),
    [
        ("quill fever 1,DISEASE,x:77,other", "own.csv:42: 'quill fever 1' is listed for x:0 on own.csv:3 and for x:77 here. Keep one row."),
        ("new,NOTHING,x:77,new", "own.csv:42: unknown label 'NOTHING'."),
        (",DISEASE,x:77,new", "own.csv:42: empty text."),
        ('"new,DISEASE,x:77', "own.csv: cannot be read as a table"),
    ],
)
def test_faults_of_a_large_table_are_told_each_time(row: str, fault: str, own: Path) -> None:
    own.write_text(CSV + row + "\n" + ("x" * 200_000 if row.startswith('"') else ""))
    for _ in range(2):
        assert [f[: len(fault)] for f in check_user_terms([own])] == [fault]


def test_a_large_table_of_another_encoding_is_refused(own: Path) -> None:
    own.write_bytes(CSV.encode() + b"\xe9,DISEASE,x:1,x\n")
    with pytest.raises(TerminologyError, match=r"own\.csv: not UTF-8"):
        loaded(own)


def test_line_ends_and_byte_order_marks_make_no_other_table(own: Path) -> None:
    version = loaded(own).version
    own.write_bytes(b"\xef\xbb\xbf" + CSV.replace("\n", "\r\n").encode())
    assert loaded(own).version == version


def test_a_large_table_travels_whole(own: Path, tmp_path: Path) -> None:
    terminology = loaded(own)
    (tmp_path / "terminology.zip").write_bytes(zipped(terminology))
    assert unzipped(tmp_path / "terminology.zip") == terminology
    for path in cache.files():
        path.path.unlink()
    sent = pickle.dumps(terminology)
    large_tables._OPENED.clear()
    assert pickle.loads(sent) == terminology
    assert list(pickle.loads(sent).large[0].rows()) == list(terminology.large[0].rows())


def test_a_damaged_copy_of_the_table_is_not_taken_for_it(own: Path, folder: Path) -> None:
    loaded(own)
    path = next(folder.glob("*.terms"))
    content = path.read_bytes()
    path.write_bytes(content.replace(b"quill fever 39,", b"quill fever 93,"))
    with pytest.raises(TerminologyError, match="cache is damaged"):
        loaded(own).large[0].text()


@pytest.mark.skipif(sys.platform == "win32", reason="a mapped file cannot be replaced there; the second process then reads that of the first")
def test_two_processes_may_make_the_same_at_once(own: Path, folder: Path) -> None:
    context = multiprocessing.get_context("spawn")
    workers = [context.Process(target=from_content, args=("own.csv", (CSV * 600).encode())) for _ in range(2)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(60)
    assert [worker.exitcode for worker in workers] == [0, 0]
    assert [path.suffix for path in folder.iterdir()] == [".terms"]
    assert len(from_content("own.csv", (CSV * 600).encode())) == 24_599
