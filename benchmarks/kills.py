"""Kills whole runs of the program at random moments, and compares what the next run makes of it, byte for byte.

    python benchmarks/kills.py FILE [--rounds 50] [--records 1200] [--jobs 2] [--seed 1]

The program is killed, and its processes end with it. Every third run is an update of a folder. A run that ends before its kill is no kill, and is done again.
"""

from __future__ import annotations

import argparse
import json
import random
import shutil
import subprocess
import sys
import tempfile
import time
from itertools import islice
from pathlib import Path

from allnlp.readers import find_inputs, read
from allnlp.schema import Document

PROGRAM = [sys.executable, "-c", "from allnlp.cli import main; main()"]


def json_lines(source: Path, records: int) -> list[str]:
    """So many records of a file."""
    documents = (row for row in read(find_inputs([source])) if isinstance(row, Document))
    return [json.dumps({"id": d.doc_id, "title": d.title, "abstract": d.abstract, "year": d.year}) for d in islice(documents, records)]


def halves(source: Path, records: int, place: Path) -> list[Path]:
    """Two JSON lines files that share some records."""
    rows = json_lines(source, records)
    files = [place / "a.jsonl", place / "b.jsonl"]
    files[0].write_text("\n".join(rows[: records * 2 // 3]) + "\n", encoding="utf-8")
    files[1].write_text("\n".join(rows[records // 2 :]) + "\n", encoding="utf-8")
    return files


def content(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir()) if path.is_file()}


def killed(words: list[str], wait: float) -> bool:
    """Whether the run was killed, and had not ended."""
    process = subprocess.Popen([*PROGRAM, *words], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    time.sleep(wait)
    process.kill()
    return process.wait() < 0


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("source", type=Path)
    parser.add_argument("--rounds", type=int, default=50)
    parser.add_argument("--records", type=int, default=1200)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    chance = random.Random(asked.seed)
    place = Path(tempfile.mkdtemp(prefix="allnlp-kills-"))
    a, b = halves(asked.source, asked.records, place)

    jobs = ["--jobs", str(asked.jobs)]

    def done(*words: object) -> None:
        subprocess.run([*PROGRAM, *map(str, words)], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    began = time.monotonic()
    done("annotate", a, b, "-o", place / "whole", "--model", "none", *jobs)
    took = time.monotonic() - began
    done("annotate", a, "-o", place / "base", "--model", "none")
    whole, kills, same = content(place / "whole"), 0, 0
    for number in range(asked.rounds):
        out = place / "out"
        is_update = number % 3 == 2
        words = ["update", str(out), str(b), *jobs] if is_update else ["annotate", str(a), str(b), "-o", str(out), "--model", "none", *jobs]
        while True:
            shutil.rmtree(out, ignore_errors=True)
            if is_update:
                shutil.copytree(place / "base", out)
            if killed(words, chance.uniform(0, took)):
                break
        kills += 1
        while chance.random() < 0.4:
            kills += killed(words, chance.uniform(0, took))
        done(*words)
        same += content(out) == whole
        print(f"\r{number + 1} runs, {kills} kills, {same} the same", end="", file=sys.stderr, flush=True)
    shutil.rmtree(place)
    print(f"{asked.rounds} runs of {asked.records} records by {asked.jobs} processes, {kills} kills within {took:.1f} s each: {same} ended in the same bytes")
    sys.exit(same != asked.rounds)


if __name__ == "__main__":
    main()
