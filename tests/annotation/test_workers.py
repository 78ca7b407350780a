"""Processes that annotate: the same bytes, whatever their number; one that dies is replaced, and what makes it die becomes a row."""

from __future__ import annotations

import gzip
import json
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from allnlp.annotation import Progress, annotate_collection, shards
from allnlp.annotation.engine import Crew, by_processes, here, without_killers
from allnlp.annotation.parts import Settings, annotate_part, packed_batch, unpacked_batch
from allnlp.annotation.shards import Batch
from allnlp.annotation.workers import Died, Workers
from allnlp.errors import EngineError, OptionError
from allnlp.schema import Document, Failure, document_text
from allnlp.tables import Part
from allnlp.terminology import load

NONE = ["none"]


def document(number: int, abstract: str = "") -> Document:
    title = f"Tisagenlecleucel in {number + 2} children with leukemia, report {number}"
    return Document(str(number), title=title, abstract=abstract, text=document_text(title, abstract), source_file="x", source_record=number)


@pytest.fixture
def source(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(shards, "SHARD", 10)
    monkeypatch.setattr("allnlp.annotation.run.SHARD", 10)
    rows = [
        {"title": f"Tisagenlecleucel in {i + 2} children with leukemia, report {i}", "abstract": f"{i} of {i + 9} had no fever." if i % 3 else ""}
        for i in range(95)
    ]
    path = tmp_path / "in.jsonl"
    path.write_text("\n".join(json.dumps(row) for row in [*rows, *rows[:7]]) + "\n{\n", encoding="utf-8")
    return path


def content(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir())}


def children() -> list[int]:
    """Processes that do our work: of this process's children those that loky started."""
    found = []
    for entry in Path("/proc").iterdir():
        try:
            words = (entry / "cmdline").read_bytes()
            parent = int((entry / "stat").read_text().rpartition(")")[2].split()[1])
        except (OSError, ValueError):
            continue
        if parent == os.getpid() and b"loky.backend.popen_loky" in words:
            found.append(int(entry.name))
    return found


@pytest.mark.slow
def test_the_number_of_processes_changes_no_byte(source: Path, tmp_path: Path) -> None:
    annotate_collection([source], tmp_path / "one", models=NONE, jobs=1)
    two = annotate_collection([source], tmp_path / "two", models=NONE, jobs=2)
    assert content(tmp_path / "two") == content(tmp_path / "one")
    assert (two.counts.read, two.counts.annotated, two.counts.duplicates, two.counts.failed) == (103, 95, 7, 1)


@pytest.mark.slow
def test_files_that_are_read_at_once_give_the_same_bytes(source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "b.jsonl.gz").write_bytes(gzip.compress(source.read_bytes().replace(b"leukemia", b"lymphoma")))
    (tmp_path / "c.jsonl").write_bytes(b"\x00\x01 nothing")
    files = [source, tmp_path / "b.jsonl.gz", tmp_path / "c.jsonl"]
    one = annotate_collection(files, tmp_path / "one", models=NONE, jobs=1)
    monkeypatch.setattr("allnlp.annotation.reading._PAYS", 0)
    monkeypatch.setattr("allnlp.annotation.run._SHARDS_EACH", 1000)  # so that only reading has processes
    told: list[Progress] = []
    two = annotate_collection(files, tmp_path / "two", models=NONE, jobs=2, progress=told.append)
    assert content(tmp_path / "two") == content(tmp_path / "one")
    assert two.counts.files_failed == 1
    assert two.reasons == one.reasons
    assert told[-1].bytes_read == told[-1].bytes_total


def test_a_file_whose_reader_dies_is_a_failure(source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def died(self: object, tasks: Iterator[Any]) -> Iterator[tuple[Any, Any]]:
        yield from ((task, Died("it was ended by SIGSEGV")) for task in tasks)

    (tmp_path / "b.jsonl").write_bytes(source.read_bytes())
    monkeypatch.setattr("allnlp.annotation.reading._PAYS", 0)
    monkeypatch.setattr("allnlp.annotation.run._SHARDS_EACH", 1000)
    monkeypatch.setattr(Workers, "results", died)
    outcome = annotate_collection([source, tmp_path / "b.jsonl"], tmp_path / "out", models=NONE, jobs=2)
    assert outcome.counts.files_failed == 2
    assert "ended by SIGSEGV" in outcome.reasons[0]


@pytest.mark.slow
@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="the processes are found in /proc, which is not here")
def test_a_process_that_is_killed_is_replaced_and_nothing_is_missing(source: Path, tmp_path: Path) -> None:
    killed: list[int] = []
    is_over = threading.Event()

    def kill_one() -> None:
        while not killed and not is_over.is_set():
            for child in children()[:1]:
                time.sleep(0.3)
                os.kill(child, signal.SIGKILL)
                killed.append(child)
            time.sleep(0.02)

    thread = threading.Thread(target=kill_one)
    thread.start()
    annotate_collection([source], tmp_path / "killed", models=NONE, jobs=2)
    is_over.set()
    thread.join()
    assert killed
    annotate_collection([source], tmp_path / "one", models=NONE, jobs=1)
    assert content(tmp_path / "killed") == content(tmp_path / "one")
    assert not children()


@pytest.mark.slow
def test_a_record_that_kills_its_process_becomes_a_failure(monkeypatch: pytest.MonkeyPatch) -> None:
    cloudpickle = pytest.importorskip("cloudpickle")
    monkeypatch.setattr(
        "allnlp.annotation.engine._keep", cloudpickle.loads(cloudpickle.dumps(_keep_and_die)), raising=True
    )
    settings = Settings(load(), ())
    batches = [(n, Batch([document(10 * n + i, "POISON" if (n, i) == (2, 3) else "") for i in range(4)])) for n in (1, 2, 3)]
    parts = dict(by_processes(2)(iter(batches), settings))
    assert sorted(parts) == [1, 2, 3]
    assert {n: part.told["fates"]["failed"] for n, part in parts.items()} == {1: 0, 2: 1, 3: 0}
    assert parts[1] == annotate_part(batches[0][1], settings)
    assert (parts[2].rows["documents"], parts[2].rows["studies"]) == (4, 3)


def _keep_and_die(path: str) -> None:
    import os
    import pickle
    import signal
    from pathlib import Path

    from allnlp.annotation import engine
    from allnlp.annotation.parts import annotate_part
    from allnlp.schema import Document

    def annotate_or_die(batch, settings):  # type: ignore[no-untyped-def]
        if any(isinstance(row, Document) and "POISON" in row.text and row.doc_id not in batch.given_up for row in batch.records):
            os.kill(os.getpid(), signal.SIGKILL)
        return annotate_part(batch, settings)

    engine._settings = pickle.loads(Path(path).read_bytes())
    engine.annotate_part = annotate_or_die


def test_killers_are_found_by_halves_and_told() -> None:
    settings = Settings(load(), ())
    seen = []

    def alone(batch: Batch) -> Part | Died:
        seen.append(len(batch.records))
        if any(isinstance(row, Document) and row.doc_id in ("5", "12") and row.doc_id not in batch.given_up for row in batch.records):
            return Died("it was ended by SIGSEGV")
        return annotate_part(batch, settings)

    part = without_killers(Batch([document(i) for i in range(16)]), Died("it was ended by SIGSEGV"), alone)
    assert part.told["fates"] == {"read": 16, "annotated": 14, "failed": 2, "without_abstract": 16}
    assert len(seen) < 20


def test_processes_that_die_with_any_record_stop_the_run() -> None:
    with pytest.raises(EngineError, match="--jobs 1"):
        without_killers(Batch([document(1)]), Died("it ended"), lambda _: Died("it ended"))


def test_a_batch_travels_as_it_is() -> None:
    settings = Settings(load(), ())
    batch = Batch([document(1, "Fever in 3 of 9."), Failure(None, "f", 2, "read", "no text")])
    assert annotate_part(unpacked_batch(packed_batch(batch)), settings) == annotate_part(batch, settings)


def test_workers_hand_out_no_more_than_is_needed() -> None:
    taken: list[int] = []

    def tasks():  # type: ignore[no-untyped-def]
        for i in range(30):
            taken.append(i)
            yield i

    ahead = []
    with Workers[int, int](abs, 2) as workers:
        done = [(ahead.append(len(taken)), result)[1] for _, result in workers.results(tasks())]  # type: ignore[func-returns-value]
    assert sorted(r for r in done if isinstance(r, int)) == list(range(30))
    assert max(n - i for i, n in enumerate(ahead)) <= 8


def test_processes_start_before_the_first_task() -> None:
    with Workers[int, int](abs, 2) as workers:
        workers.start()
        assert len(children()) == 2
        assert sorted(result for _, result in workers.results(iter([-1, -2])) if isinstance(result, int)) == [1, 2]
    assert not children()


@pytest.mark.slow
def test_processes_that_started_while_records_were_read_annotate_them() -> None:
    settings = Settings(load(), ())
    with Crew(2, settings) as crew:
        crew.start(100_000)
        assert not children()
        crew.start(5_000_000)
        started = set(children())
        assert len(started) == 2
        batch = Batch([document(1, "Fever in 3 of 9.")])
        assert dict(crew.engine(2)(iter([(1, batch)]), settings)) == {1: annotate_part(batch, settings)}
        assert set(children()) == started
        assert crew.engine(1) is here
        assert not children()


@pytest.mark.slow
def test_processes_that_died_while_records_were_read_are_replaced() -> None:
    settings = Settings(load(), ())
    batch = Batch([document(1, "Fever in 3 of 9.")])
    with Crew(2, settings) as crew:
        crew.start(5_000_000)
        for child in children():
            os.kill(child, signal.SIGKILL)
        time.sleep(0.5)
        assert dict(crew.engine(2)(iter([(1, batch)]), settings)) == {1: annotate_part(batch, settings)}
    assert not children()


def test_a_process_that_annotates_by_rules_imports_no_more_than_it_needs() -> None:
    """It would take as long as the annotation of a thousand abstracts."""
    code = (
        "import pickle, sys; from allnlp.annotation import engine; from allnlp.annotation.parts import Settings, packed_batch\n"
        "from allnlp.annotation.shards import Batch; from allnlp.schema import Document; from allnlp.terminology import load\n"
        "from pathlib import Path; Path(sys.argv[1]).write_bytes(pickle.dumps(Settings(load(), ())))\n"
        "engine._keep(sys.argv[1]); engine._annotate((1, packed_batch(Batch([Document('1', title='CRS', text='No CRS.')]))))\n"
        "print([m for m in ('spacy', 'scispacy', 'scipy', 'pandas', 'http.client', 'allnlp.annotation.run') if m in sys.modules])"
    )
    with tempfile.TemporaryDirectory() as folder:
        ran = subprocess.run([sys.executable, "-c", code, f"{folder}/settings"], capture_output=True, text=True, check=True)
    assert ran.stdout == "[]\n"


INTERRUPTED = """
import time
from allnlp.annotation.workers import Workers

with Workers(abs, 2) as workers:
    workers.start()
    try:
        print("started", flush=True)
        time.sleep(60)
    except KeyboardInterrupt:
        print("interrupted")
"""


def test_ctrl_c_is_not_told_by_processes_that_are_just_starting() -> None:
    """A terminal sends it to all of them at once."""
    process = subprocess.Popen([sys.executable, "-c", INTERRUPTED], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True)
    assert process.stdout is not None
    assert process.stdout.readline() == "started\n"
    os.killpg(process.pid, signal.SIGINT)
    assert process.communicate(timeout=60) == ("interrupted\n", "")


def test_the_number_of_processes_is_at_least_one(tmp_path: Path) -> None:
    with pytest.raises(OptionError, match="jobs is 0"):
        annotate_collection([], tmp_path / "out", jobs=0)


SCRIPT = """
import sys, time
from allnlp.annotation import annotate, run, shards

shards.SHARD = run.SHARD = 10

def told(now):
    if now.records and sys.argv[3:]:
        print("annotating", flush=True)
        time.sleep(1)

annotate(sys.argv[1], out=sys.argv[2], models=["none"], jobs=2, progress=told)
print("ended")
"""


@pytest.mark.slow
def test_a_script_needs_no_guard_and_ctrl_c_leaves_nothing_running(source: Path, tmp_path: Path) -> None:
    script = tmp_path / "script.py"
    script.write_text(SCRIPT)
    command = [sys.executable, str(script), str(source)]
    ran = subprocess.run([*command, str(tmp_path / "whole")], capture_output=True, text=True, check=False, timeout=300)
    assert ran.stdout.split() == ["ended"], ran.stderr
    out = tmp_path / "out"
    with subprocess.Popen([*command, str(out), "slowly"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "annotating\n"
        process.send_signal(signal.SIGINT)
        told, errors = process.communicate(timeout=300)  # until every process that has our pipes is gone
    assert process.returncode, errors
    assert "ended" not in told
    assert not (out / "manifest.json").exists()
    annotate_collection([source], out, models=NONE, jobs=1)
    assert content(out) == content(tmp_path / "whole")
