"""``allnlp annotate``: exit codes, stdout and stderr."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from allnlp.tables import read_table, verify

Run = Callable[..., Any]
RECORD = {"title": "CRS after tisagenlecleucel", "abstract": "No CRS was seen in 34 children."}


@pytest.fixture
def small(tmp_path: Path) -> Path:
    path = tmp_path / "small.jsonl"
    path.write_text("".join(json.dumps({"id": f"d{i}", **RECORD, "title": f"CRS {i}"}) + "\n" for i in range(3)), encoding="utf-8")
    return path


@pytest.fixture
def damaged(small: Path) -> Path:
    with small.open("a", encoding="utf-8") as stream:
        stream.write("{\n")
    return small


def test_a_run_exits_with_0_and_talks_on_stderr_only(run: Run, small: Path, tmp_path: Path) -> None:
    ran = run("annotate", small, "-o", tmp_path / "out")
    assert (ran.code, ran.out) == (0, "")
    assert "Read 3 records: 3 annotated" in ran.err
    assert f"Next: allnlp summary {tmp_path / 'out'}" in ran.err
    verify(tmp_path / "out")


def test_json_is_the_whole_of_stdout(run: Run, small: Path, tmp_path: Path) -> None:
    found = json.loads(run("annotate", small, "-o", tmp_path / "out", "--json").out)
    assert (found["read"], found["annotated"], found["failed"], found["is_new"]) == (3, 3, 0, True)
    assert found["folder"] == str(tmp_path / "out")


def test_the_same_run_again_says_that_there_is_nothing_to_do(run: Run, small: Path, tmp_path: Path) -> None:
    run("annotate", small, "-o", tmp_path / "out")
    ran = run("annotate", small, "-o", tmp_path / "out", "--json")
    assert (ran.code, json.loads(ran.out)["is_new"]) == (0, False)
    assert "nothing to do. Use --overwrite" in ran.err


def test_another_run_into_the_same_folder_exits_with_1_unless_told_to_overwrite(run: Run, small: Path, tmp_path: Path) -> None:
    run("annotate", small, "-o", tmp_path / "out")
    ran = run("annotate", small, "-o", tmp_path / "out", "--limit", "1")
    assert (ran.code, ran.out) == (1, "")
    assert ran.err.count("\n") == 1
    assert "--overwrite to replace it" in ran.err
    assert run("annotate", small, "-o", tmp_path / "out", "--limit", "1", "--overwrite").code == 0


@pytest.mark.parametrize(
    "words",
    [
        ["nowhere.nbib", "-o", "out"],
        ["small.jsonl", "-o", "small.jsonl"],
        ["small.jsonl", "-o", "out", "--terms", "nowhere.csv"],
    ],
)
def test_a_mistake_is_one_line_on_stderr_and_exit_code_1(words: list[str], run: Run, small: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(small.parent)
    ran = run("annotate", *words)
    assert (ran.code, ran.out) == (1, "")
    assert ran.err.startswith("allnlp: ")
    assert ran.err.count("\n") == 1
    assert not (small.parent / "out").exists()


@pytest.mark.parametrize(
    "words",
    [
        [],
        ["small.jsonl"],
        ["small.jsonl", "-o", "out", "--format", "docx"],
        ["small.jsonl", "-o", "out", "--limit", "0"],
        ["small.jsonl", "-o", "out", "--column", "abstract"],
        ["small.jsonl", "-o", "out", "--column", "colour=x"],
        ["small.jsonl", "-o", "out", "--fast"],
    ],
)
def test_wrong_use_exits_with_2(words: list[str], run: Run, small: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(small.parent)
    ran = run("annotate", *words)
    assert (ran.code, ran.out) == (2, "")
    assert ran.err
    assert not (small.parent / "out").exists()


def test_inputs_without_a_record_exit_with_3(run: Run, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    assert run("annotate", tmp_path / "empty", "-o", tmp_path / "out").code == 3


def test_inputs_of_which_none_can_be_read_exit_with_1(run: Run, tmp_path: Path) -> None:
    (tmp_path / "photo.png").write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 20)
    ran = run("annotate", tmp_path / "photo.png", "-o", tmp_path / "out")
    assert ran.code == 1
    assert "1 file could not be read, or not to its end\n  " + str(tmp_path / "photo.png") + ": the file is" in ran.err
    assert "Next:" not in ran.err


def test_a_failed_record_is_told_and_exits_with_0_or_with_4_when_strict(run: Run, damaged: Path, tmp_path: Path) -> None:
    ran = run("annotate", damaged, "-o", tmp_path / "out")
    assert ran.code == 0
    assert "1 failed" in ran.err
    assert f"allnlp summary {tmp_path / 'out'} --failures" in ran.err
    assert run("annotate", damaged, "-o", tmp_path / "strict", "--strict").code == 4
    verify(tmp_path / "strict")


def test_strict_exits_with_0_when_nothing_failed(run: Run, small: Path, tmp_path: Path) -> None:
    assert run("annotate", small, "-o", tmp_path / "out", "--strict").code == 0


def test_a_dash_reads_standard_input(run: Run, small: Path, tmp_path: Path) -> None:
    assert run("annotate", "-", "-o", tmp_path / "out", stdin=small.read_bytes()).code == 0
    assert set(read_table(tmp_path / "out", "documents").doc_id) == {"d0", "d1", "d2"}


def test_a_column_may_be_named(run: Run, tmp_path: Path) -> None:
    (tmp_path / "mine.csv").write_text("Nummer,Kopf,Text da\n1,CRS,No CRS was seen in children.\n", encoding="utf-8")
    assert run("annotate", tmp_path / "mine.csv", "-o", tmp_path / "out", "--column", "title=Kopf", "--column", "abstract=Text da").code == 0
    assert list(read_table(tmp_path / "out", "documents").abstract) == ["No CRS was seen in children."]


def test_no_bar_is_drawn_when_there_is_no_terminal(run: Run, small: Path, tmp_path: Path) -> None:
    assert "\x1b" not in run("annotate", small, "-o", tmp_path / "out").err


@pytest.mark.slow
def test_an_interrupted_run_exits_with_130_and_leaves_what_is_gone_on_with(tmp_path: Path) -> None:
    with (tmp_path / "long.jsonl").open("w", encoding="utf-8") as stream:
        for i in range(50_000):
            stream.write(json.dumps({"id": f"d{i}", **RECORD, "title": f"CRS {i}"}) + "\n")
    out = tmp_path / "out"
    program = [sys.executable, "-c", "from allnlp.cli import main; main()", "annotate", str(tmp_path / "long.jsonl"), "-o", str(out)]
    process = subprocess.Popen(program, stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    try:
        deadline = time.monotonic() + 60
        while not (list(out.glob(".unfinished/records/*.rows")) if out.exists() else []):
            assert process.poll() is None, process.communicate()
            assert time.monotonic() < deadline
            time.sleep(0.05)
        process.send_signal(signal.SIGINT)
        output, messages = process.communicate(timeout=30)
    finally:
        process.kill()
    assert (process.returncode, output) == (130, "")
    assert messages == "allnlp: interrupted. The same command goes on where it was.\n"
    assert [path.name for path in out.iterdir()] == [".unfinished"]


def test_what_could_not_be_read_is_said_of_the_first_three_files(run: Run, small: Path, tmp_path: Path) -> None:
    for i in range(4):
        (tmp_path / f"photo{i}.png").write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 20)
    ran = run("annotate", *(tmp_path / f"photo{i}.png" for i in range(4)), small, "-o", tmp_path / "out", "--limit", "1")
    assert "Read 1 record: 1 annotated" in ran.err
    assert "4 files could not be read, or not to their end" in ran.err
    assert [f"  {tmp_path / f'photo{i}.png'}: the file is" in ran.err for i in range(4)] == [True, True, True, False]


def test_without_a_record_there_is_no_next_step(run: Run, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    ran = run("annotate", tmp_path / "empty", "-o", tmp_path / "out")
    assert "Read 0 records" in ran.err
    assert "Next:" not in ran.err


def test_the_body_of_an_article_is_read_with_body(run: Run, tmp_path: Path) -> None:
    article = "<article><front><article-meta><abstract><p>Short.</p></abstract></article-meta></front><body><p>No CRS was seen.</p></body></article>"
    (tmp_path / "a.xml").write_text(article)
    for options, text in (((), "Short."), (("--body",), "Short. No CRS was seen.")):
        assert run("annotate", tmp_path / "a.xml", "-o", tmp_path / "out", "--model", "none", "--overwrite", *options).code == 0
        assert list(read_table(tmp_path / "out", "documents").abstract) == [text]
