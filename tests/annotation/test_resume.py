"""A run that was stopped, at any moment and by any means, is gone on with, and ends in the bytes of one that was not."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from allnlp.annotation import annotate_collection, parts, shards
from allnlp.errors import FolderError
from allnlp.tables import read_manifest, verify

NONE = ["none"]


def records(count: int, start: int = 0) -> list[dict[str, Any]]:
    return [
        {
            "pmid": str(1000 + i % 37),
            "title": f"Tisagenlecleucel in {i % 37} children with acute lymphoblastic leukemia, report {i % 37}",
            "abstract": f"Grade 3 cytokine release syndrome was seen in {i % 37} of {i % 37 + 9} children." if i % 5 else "",
        }
        for i in range(start, start + count)
    ]


def export(path: Path, rows: Sequence[dict[str, Any]]) -> Path:
    path.write_text("\n".join(["{" if i == 3 else json.dumps(row) for i, row in enumerate(rows)]) + "\n", encoding="utf-8")
    return path


def content(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir())}


class Stopped:
    """Annotates shards, and stops at one; counts those that it annotated."""

    def __init__(self, at: int) -> None:
        self.at, self.done = at, 0

    def __call__(self, *arguments: Any) -> Any:
        if self.done == self.at:
            raise KeyboardInterrupt
        self.done += 1
        return shards.annotate_shard(*arguments)


@pytest.fixture
def source(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(shards, "SHARD", 10)
    return export(tmp_path / "in.jsonl", records(60))


def test_a_stopped_run_goes_on_where_it_was(source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    annotate_collection([source], tmp_path / "whole", models=NONE)
    out = tmp_path / "out"
    for expected in (4, 2):
        stopped = Stopped(4)
        monkeypatch.setattr(parts, "annotate_shard", stopped)
        if expected == 4:
            with pytest.raises(KeyboardInterrupt):
                annotate_collection([source], out, models=NONE)
            with pytest.raises(FolderError, match="an unfinished run"):
                read_manifest(out)
        else:
            assert annotate_collection([source], out, models=NONE).is_new
        assert stopped.done == expected
    assert content(out) == content(tmp_path / "whole")


def test_inputs_are_not_read_again(source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parts, "annotate_shard", Stopped(0))
    with pytest.raises(KeyboardInterrupt):
        annotate_collection([source], tmp_path / "out", models=NONE)
    monkeypatch.undo()
    monkeypatch.setattr("allnlp.readers.read", lambda *_, **__: pytest.fail("read again"))
    assert annotate_collection([source], tmp_path / "out", models=NONE).counts.read == 60


def test_a_run_of_other_options_begins_anew(source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parts, "annotate_shard", Stopped(2))
    with pytest.raises(KeyboardInterrupt):
        annotate_collection([source], tmp_path / "out", models=NONE)
    counting = Stopped(-1)
    monkeypatch.setattr(parts, "annotate_shard", counting)
    annotate_collection([source], tmp_path / "out", models=NONE, format="csv")
    assert counting.done == 6
    verify(tmp_path / "out")


def test_a_shard_whose_part_is_damaged_is_annotated_again(source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    annotate_collection([source], tmp_path / "whole", models=NONE)
    out = tmp_path / "out"
    monkeypatch.setattr(parts, "annotate_shard", Stopped(3))
    with pytest.raises(KeyboardInterrupt):
        annotate_collection([source], out, models=NONE)
    (out / ".unfinished" / "mentions-00000002.parquet").write_bytes(b"PAR1")
    (out / ".unfinished" / "shard-00000003.json").write_text("{")
    counting = Stopped(-1)
    monkeypatch.setattr(parts, "annotate_shard", counting)
    annotate_collection([source], out, models=NONE)
    assert counting.done == 5
    assert content(out) == content(tmp_path / "whole")


def test_what_a_kill_at_the_very_end_left_is_taken_away(source: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    annotate_collection([source], out, models=NONE)
    before = content(out)
    (out / ".unfinished").mkdir()
    (out / ".unfinished" / "shard-00000001.json").write_text("{}")
    assert not annotate_collection([source], out, models=NONE).is_new
    assert content(out) == before


def test_a_folder_that_is_taken_away_in_the_middle_is_a_message(source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import shutil

    def vanish(*arguments: Any) -> Any:
        shutil.rmtree(tmp_path / "out")
        return shards.annotate_shard(*arguments)

    monkeypatch.setattr(parts, "annotate_shard", vanish)
    with pytest.raises(FolderError, match="cannot be written"):
        annotate_collection([source], tmp_path / "out", models=NONE)


KILLED = """
import json, os, random, shutil, signal, sys, time
from pathlib import Path
from allnlp.annotation import annotate_collection, shards
from allnlp.annotation.update import update_collection
from allnlp.terminology import load
from allnlp.text import compile_lexicon
compile_lexicon(load())
shards.SHARD = 5
here, rounds, random = Path(sys.argv[1]), int(sys.argv[2]), random.Random(int(sys.argv[3]))
def content(folder):
    return {p.name: p.read_bytes() for p in sorted(folder.iterdir())}
def annotate(out):
    annotate_collection([here / "a.jsonl", here / "b.jsonl"], out, models=["none"])
def update(out):
    update_collection(out, [here / "b.jsonl"], models=["none"])
def in_child(work, out):
    child = os.fork()
    if not child:
        code = 1
        try:
            work(out)
            code = 0
        finally:
            os._exit(code)
    return child
annotate(here / "whole")
whole = content(here / "whole")
annotate_collection([here / "a.jsonl"], here / "base", models=["none"])
began = time.monotonic()
os.waitpid(in_child(annotate, here / "timed"), 0)
took = time.monotonic() - began
kills = 0
for number in range(rounds):
    out = here / f"out{number}"
    work = update if number % 3 == 2 else annotate
    is_killed = False
    while not is_killed or random.random() < 0.5:
        if not is_killed:
            shutil.rmtree(out, ignore_errors=True)
            if work is update:
                shutil.copytree(here / "base", out)
        child = in_child(work, out)
        time.sleep(random.uniform(0, took))
        os.kill(child, signal.SIGKILL)
        if os.WIFSIGNALED(os.waitpid(child, 0)[1]):
            is_killed = True
            kills += 1
        else:
            took *= 0.95  # the machine has become quicker
            if is_killed:
                break
    work(out)
    assert content(out) == whole, (number, sorted(content(out)), sorted(whole))
print(json.dumps([rounds, kills]))
"""


@pytest.mark.slow
def test_a_run_that_is_killed_at_any_moment_ends_in_the_same_bytes(tmp_path: Path) -> None:
    export(tmp_path / "a.jsonl", records(60))
    export(tmp_path / "b.jsonl", records(50, 40))
    command = [sys.executable, "-c", KILLED, str(tmp_path), os.environ.get("KILL_ROUNDS", "9"), "7"]
    ran = subprocess.run(command, capture_output=True, text=True, check=False, timeout=900)
    assert ran.returncode == 0, ran.stderr[-3000:]
    rounds, kills = json.loads(ran.stdout)
    assert kills >= rounds
