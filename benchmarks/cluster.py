"""A Dask cluster of processes at several addresses of this machine, disturbed on purpose; its folder is compared with that of one process.

    python benchmarks/cluster.py ABSTRACTS.jsonl[.gz] [--records 3000] [--workers 3]

While it runs, one worker is killed, one leaves as a job does whose time is up, the client is killed and started again, and a new
worker comes. Prints how long workers take to start, what a shard costs beside its annotation, and whether the bytes are the same.
"""

from __future__ import annotations

import argparse
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from kills import PROGRAM, content, json_lines


def scheduler() -> tuple[subprocess.Popen[str], str]:
    command = [sys.executable, "-m", "distributed.cli.dask_scheduler", "--host", "127.0.0.1", "--port", "0", "--no-dashboard"]
    process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
    assert process.stderr is not None
    return process, next(line.split()[-1] for line in process.stderr if "Scheduler at:" in line)


def worker(address: str, number: int) -> subprocess.Popen[bytes]:
    """A worker at an address of its own; without a nanny, which would start it again."""
    command = [sys.executable, "-m", "distributed.cli.dask_worker", address, "--host", f"127.0.0.{number + 2}", "--nthreads", "1", "--no-nanny", "--no-dashboard"]
    return subprocess.Popen(command, stderr=subprocess.DEVNULL, env={**os.environ, "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"})


def finished(out: Path) -> int:
    return len(list((out / ".unfinished").glob("shard-*.json")))


def wait_for(out: Path, shards: int, client: subprocess.Popen[bytes]) -> None:
    while finished(out) < shards and client.poll() is None:
        time.sleep(0.05)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("source", type=Path)
    parser.add_argument("--records", type=int, default=3000)
    parser.add_argument("--workers", type=int, default=3)
    asked = parser.parse_args()
    place = Path(tempfile.mkdtemp(prefix="allnlp-cluster-"))
    source = place / "in.jsonl"
    source.write_text("\n".join(json_lines(asked.source, asked.records)) + "\n", encoding="utf-8")
    began = time.monotonic()
    subprocess.run([*PROGRAM, "annotate", source, "-o", place / "serial", "--model", "none", "--jobs", "1"], check=True, stderr=subprocess.DEVNULL)
    print(f"one process: {time.monotonic() - began:.1f} s")
    head, address = scheduler()
    workers = [worker(address, i) for i in range(asked.workers)]
    out = place / "cluster"
    command = [*PROGRAM, "annotate", str(source), "-o", str(out), "--model", "none", "--engine", "dask", "--scheduler", address]

    def client() -> subprocess.Popen[bytes]:
        return subprocess.Popen(command, stderr=subprocess.DEVNULL)

    shards = -(-asked.records // 250)
    began = time.monotonic()
    running = client()
    wait_for(out, 1, running)
    print(f"{asked.workers} workers at 127.0.0.2 and on: first shard of {shards} after {time.monotonic() - began:.1f} s, with the start of client and workers")
    workers[0].kill()
    wait_for(out, shards // 3, running)
    running.kill()
    running.wait()
    print(f"a worker killed, then the client, after {finished(out)} shards")
    workers.append(worker(address, asked.workers))
    running = client()
    wait_for(out, shards // 2, running)
    workers[1].send_signal(signal.SIGTERM)
    code = running.wait()
    same = code == 0 and content(out) == content(place / "serial")
    print(f"a worker left and another came; the client ended with {code} after {time.monotonic() - began:.1f} s in all")
    for process in (*workers, head):
        process.terminate()
        process.wait()
    print("the same bytes as by one process" if same else "OTHER BYTES")
    shutil.rmtree(place)
    sys.exit(not same)


if __name__ == "__main__":
    main()
