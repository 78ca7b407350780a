"""What a second process saves: wall-clock time, CPU time and memory of whole runs by rules, and the start of a process.

    python benchmarks/processes.py RECORDS.jsonl[.gz] [--records 4000,20000] [--jobs 1,2] [--rounds 1] [--wait SECONDS]

Of each run: seconds on the wall, CPU seconds of all its processes and of the first, the peak of its memory (the sum of what each
process has alone and its share of what they have in common), and how many cores others used meanwhile: with as many processes as
cores, a wall-clock time says something only where that is near 0. ``--wait`` waits up to so long before each run until they
are idle. More records than the file has are made by giving each again with other numbers and a new word around its title, as
``peers.py`` does. All tables of a number of records must be the same bytes, whatever the number of processes.
"""

from __future__ import annotations

import argparse
import gzip
import json
import os
import subprocess
import sys
import tempfile
import time
from itertools import islice
from pathlib import Path
from statistics import median

from peer_records import read_abstracts, varied
from peer_runs import Run, measured, own_command

START = (
    "import pickle, sys, time; from pathlib import Path; from allnlp.annotation import engine; engine._keep(sys.argv[1]);"
    "engine.compile_lexicon(engine._settings.terminology); print(time.process_time())"
)
SETTINGS = (
    "import pickle, sys; from pathlib import Path; from allnlp.annotation.parts import Settings; from allnlp.terminology import load;"
    "Path(sys.argv[1]).write_bytes(pickle.dumps(Settings(load(), ())))"
)


def busy() -> float:
    """CPU seconds that the machine has been busy."""
    user, nice, system, _, _, irq, soft = map(int, Path("/proc/stat").read_text().split("\n", 1)[0].split()[1:8])
    return (user + nice + system + irq + soft) / os.sysconf("SC_CLK_TCK")


def wait_for_idle(seconds: float) -> None:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        before = busy()
        time.sleep(3)
        if busy() - before < 0.3:
            return


def start() -> float:
    """CPU seconds until a process can annotate: interpreter, imports, vocabulary."""
    with tempfile.TemporaryDirectory() as folder:
        settings = str(Path(folder) / "settings")
        subprocess.run([sys.executable, "-c", SETTINGS, settings], check=True)
        said = [subprocess.run([sys.executable, "-c", START, settings], check=True, capture_output=True, text=True).stdout for _ in range(5)]
    return median(map(float, said))


def written(path: Path, source: Path, number: int) -> Path:
    """The first so many records; where the file has fewer, made of them."""
    opened = gzip.open if source.suffix == ".gz" else open
    with opened(source, "rt", encoding="utf-8") as lines:
        first = list(islice(lines, number))
    with path.open("w", encoding="utf-8") as out:
        out.writelines(first)
        made = varied(read_abstracts(source, 0), number - len(first)) if len(first) < number else ()
        for i, record in enumerate(made):
            out.write(json.dumps({**record._asdict(), "doc_id": f"made-{i}"}) + "\n")
    return path


def tables(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.glob("*.parquet")}


def main() -> None:
    parser = argparse.ArgumentParser(description="what a second process saves")
    parser.add_argument("source", type=Path)
    parser.add_argument("--records", default="4000,20000")
    parser.add_argument("--jobs", default="1,2")
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument("--wait", type=float, default=0)
    asked = parser.parse_args()
    print(f"start of a process: {start():.2f} CPU s")
    numbers = [int(number) for number in asked.records.split(",")]
    with tempfile.TemporaryDirectory() as place:
        for number in numbers:
            path = written(Path(place) / f"{number}.jsonl", asked.source, number)
            found: dict[int, list[Run]] = {}
            same: dict[str, bytes] = {}
            for _ in range(asked.rounds):
                for jobs in map(int, asked.jobs.split(",")):
                    wait_for_idle(asked.wait)
                    before = busy()
                    run = measured(own_command(path, Path(place) / "out", "--model", "none", jobs=jobs), limit=4 * 3600)
                    others = max(0.0, busy() - before - run.cpu) / run.wall
                    found.setdefault(jobs, []).append(run)
                    print(
                        f"{number} records, {jobs} processes: {run.wall:.2f} s, {run.cpu:.2f} CPU s ({run.first_cpu:.2f} of the first),"
                        f" {run.peak_megabytes} MB, others {others:.2f} cores",
                        flush=True,
                    )
                    same = same or tables(Path(place) / "out")
                    assert tables(Path(place) / "out") == same, "other bytes"
            for jobs, runs in found.items():
                print(f"{number} records, {jobs} processes: {median(a.wall / b.wall for a, b in zip(next(iter(found.values())), runs, strict=True)):.2f} times")


if __name__ == "__main__":
    main()
