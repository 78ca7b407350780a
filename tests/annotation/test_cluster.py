"""A cluster and a job array give the bytes of a run on one machine, whoever dies or leaves."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from allnlp.annotation import annotate_collection, shards
from allnlp.annotation.exchange import Exchange, by_exchange, work_on
from allnlp.annotation.parts import Settings, packed_settings, unpacked_settings
from allnlp.annotation.shards import Batch
from allnlp.errors import EngineError, OptionError
from allnlp.schema import Document
from allnlp.terminology import load

NONE = ["none"]


@pytest.fixture
def source(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(shards, "SHARD", 10)
    rows = [{"title": f"Axicabtagene ciloleucel in {i + 2} adults, report {i}", "abstract": f"{i} of {i + 9} had CRS."} for i in range(45)]
    path = tmp_path / "in.jsonl"
    path.write_text("\n".join(map(json.dumps, rows)) + "\n", encoding="utf-8")
    return path


@pytest.fixture
def whole(source: Path, tmp_path: Path) -> dict[str, bytes]:
    annotate_collection([source], tmp_path / "whole", models=NONE, jobs=1)
    return content(tmp_path / "whole")


def content(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir())}


def test_tasks_of_an_array_do_the_work_and_the_same_command_collects_it(source: Path, tmp_path: Path, whole: dict[str, bytes]) -> None:
    out, place = tmp_path / "out", tmp_path / "work"
    laid = annotate_collection([source], out, models=NONE, engine=by_exchange(Exchange(place)))
    assert laid.waiting == 5
    assert not (out / "manifest.json").exists()
    assert list(work_on(place, task=1, of=2)) == [(0, 2), (1, 2), (2, 2)]
    again = annotate_collection([source], out, models=NONE, engine=by_exchange(Exchange(place)))
    assert again.waiting == 3
    assert list(work_on(place, task=0, of=2))[-1] == (3, 3)
    assert list(work_on(place, task=0, of=2)) == [(3, 3)]
    done = annotate_collection([source], out, models=NONE, engine=by_exchange(Exchange(place)))
    assert done.waiting == 0
    assert done.counts.annotated == 45
    assert content(out) == whole
    Exchange(place).clear()
    assert not place.exists()


def test_what_is_laid_out_can_be_finished_by_this_machine(source: Path, tmp_path: Path, whole: dict[str, bytes]) -> None:
    annotate_collection([source], tmp_path / "out", models=NONE, engine=by_exchange(Exchange(tmp_path / "work")))
    annotate_collection([source], tmp_path / "out", models=NONE, jobs=1)
    assert content(tmp_path / "out") == whole


def test_a_url_of_fsspec_is_a_place(source: Path, tmp_path: Path, whole: dict[str, bytes]) -> None:
    pytest.importorskip("fsspec")
    place = "memory://bucket/work"
    annotate_collection([source], tmp_path / "out", models=NONE, engine=by_exchange(Exchange(place)))
    assert list(work_on(place))[-1] == (5, 5)
    annotate_collection([source], tmp_path / "out", models=NONE, engine=by_exchange(Exchange(place)))
    assert content(tmp_path / "out") == whole
    Exchange(place).clear()
    assert not Exchange(place).names("")


def test_faults_of_an_exchange_are_told(tmp_path: Path) -> None:
    with pytest.raises(EngineError, match="no shards are laid out"):
        list(work_on(tmp_path / "none"))
    with pytest.raises(OptionError, match="numbered from 0 to 1"):
        list(work_on(tmp_path, task=2, of=2))
    with pytest.raises(OptionError, match="nosuch"):
        Exchange("nosuch://bucket/work")
    (tmp_path / "file").write_text("")
    with pytest.raises(EngineError, match="cannot be read or written"):
        Exchange(tmp_path / "file").put("settings", b"")
    list(by_exchange(Exchange(tmp_path / "work"))(iter([(1, Batch([Document("1")]))]), Settings(load(), ())))
    own = tmp_path / "own.csv"
    own.write_text("text,label\nfoxatinib,THERAPY\n")
    with pytest.raises(OptionError, match="another vocabulary"):
        list(by_exchange(Exchange(tmp_path / "work"))(iter([]), Settings(load(None, (own,)), ())))


def test_a_machine_of_other_versions_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    packed, _ = packed_settings(Settings(load(), ()))
    assert unpacked_settings(packed).terminology == load()
    monkeypatch.setattr("allnlp.annotation.parts.version", lambda name: "0.0.1")
    with pytest.raises(EngineError, match=r"allnlp 0\.0\.1 instead of"):
        unpacked_settings(packed)


@pytest.fixture
def scheduler() -> Iterator[str]:
    """Address of a scheduler with a worker in a process of its own; another worker is killed by the first task that it gets."""
    pytest.importorskip("distributed")
    command = [sys.executable, "-m", "distributed.cli.dask_scheduler", "--host", "127.0.0.1", "--port", "0", "--no-dashboard"]
    process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
    assert process.stderr is not None
    address = next(line.split()[-1] for line in process.stderr if "Scheduler at:" in line)
    worker = subprocess.Popen([sys.executable, "-m", "distributed.cli.dask_worker", address, "--host", "127.0.0.2", "--nthreads", "1", "--no-dashboard"], stderr=subprocess.DEVNULL)
    yield address
    for one in (worker, process):
        one.terminate()
        one.wait(timeout=60)
    process.stderr.close()


@pytest.mark.slow
@pytest.mark.filterwarnings("default")
def test_dask_gives_the_same_bytes(source: Path, tmp_path: Path, whole: dict[str, bytes], scheduler: str) -> None:
    from allnlp.annotation.cluster import by_dask

    outcome = annotate_collection([source], tmp_path / "out", models=NONE, engine=by_dask(scheduler))
    assert outcome.counts.annotated == 45
    assert content(tmp_path / "out") == whole


@pytest.mark.filterwarnings("default")
def test_a_scheduler_that_is_not_there_is_told(source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("distributed")
    from allnlp.annotation import cluster

    monkeypatch.setattr(cluster, "_SILENCE", 1)
    with pytest.raises(EngineError, match=r"no Dask scheduler answers at tcp://127\.0\.0\.1:9"):
        annotate_collection([source], tmp_path / "out", models=NONE, engine=cluster.by_dask("tcp://127.0.0.1:9"))
    monkeypatch.delenv("DASK_SCHEDULER_ADDRESS", raising=False)
    with pytest.raises(OptionError, match="no scheduler is named"):
        cluster.by_dask()
