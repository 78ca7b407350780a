"""Feeds the parsers with damaged exports and tells what breaks: crashes, endless work, memory, and rows that are not sound.

    python benchmarks/fuzz.py [--minutes 60] [--reader NAME] [--corpus DIR] [--finds DIR] [--seed 1]

With atheris (``pip install atheris``) inputs of 8 kB are kept where they reach new code. Without it they are changed blindly, which
is ten times as fast, and are longer than a chunk of the readers; first come files with one piece of them repeated up to a megabyte,
for work that grows with the square of it. Both find what the other does not. An input may take 5 seconds
of the processor and 200 MB. Minutes are those of the processor (with atheris, of the clock), for all targets together; every target is a process of its own. A find is
written once for each place in the code, as the input and what happened; inputs are made from the files of the tests and
the demo, or also from a folder that is given.
"""

from __future__ import annotations

import argparse
import contextlib
import hashlib
import importlib
import logging
import random
import re
import resource
import signal
import subprocess
import sys
import time
import traceback
from collections.abc import Callable, Sequence
from pathlib import Path
from types import FrameType
from typing import Any

from mutations import mutated, repeatable, swollen

try:
    import atheris
except ImportError:
    atheris = None

SECONDS = 5.0  # of the processor, for an input of 64 kB
MEGABYTES = 200  # that an input may add
MOST = 8_000 if atheris else 70_000  # bytes of an input
SWOLLEN = 1 << 20
LIMIT = 3 << 30  # bytes of address space


class TooSlow(BaseException):
    """Raised by the alarm, past every guard against exceptions."""


class Session:
    """One target: its function, what was found, and how much was tried."""

    def __init__(self, name: str, check: Callable[[bytes], list[str]], finds: Path) -> None:
        self.name, self.check, self.finds = name, check, finds
        self.count = 0
        self.keys: set[str] = set()
        self.slowest = 0.0

    def run(self, raw: bytes, seconds: float = SECONDS) -> None:
        """Try one input; what goes wrong is written down, and the next can come."""
        self.count += 1
        before, begun = _peak(), time.process_time()
        signal.setitimer(signal.ITIMER_VIRTUAL, seconds)
        try:
            for fault in self.check(raw):
                self.keep(re.sub(r"\W+|\d+", " ", fault)[:40], raw, fault)
        except (Exception, TooSlow) as error:
            place = next((f for f in reversed(traceback.extract_tb(error.__traceback__)) if "allnlp" in f.filename), None)
            where = f"{Path(place.filename).name}-{place.name}" if place else "outside"
            self.keep(f"{type(error).__name__} {where}", raw, "".join(traceback.format_exception(error)[-12:]))
        finally:
            signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        self.slowest = max(self.slowest, time.process_time() - begun)
        if (added := _peak() - before) > MEGABYTES:
            self.keep("memory", raw, f"{added} MB more than before")

    def keep(self, key: str, raw: bytes, what: str) -> None:
        """Write a find, the first of its kind."""
        if key in self.keys:
            return
        self.keys.add(key)
        stem = self.finds / f"{self.name}-{re.sub(r'[^A-Za-z0-9]+', '-', key)}-{hashlib.sha256(raw).hexdigest()[:6]}"
        stem.with_suffix(".bin").write_bytes(raw)
        stem.with_suffix(".txt").write_text(what, encoding="utf-8", errors="backslashreplace")
        print(f"FIND {self.name}: {key} ({len(raw)} bytes)", flush=True)


def _peak() -> int:
    """Megabytes that the process has taken at most."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10


def _stop(_: int, __: FrameType | None) -> None:
    raise TooSlow


def fuzz_one(name: str, minutes: float, corpus: Path | None, finds: Path, seed: int) -> None:
    """All inputs of one target, until the time is over."""
    logging.disable(logging.CRITICAL)
    resource.setrlimit(resource.RLIMIT_AS, (LIMIT, LIMIT))
    signal.signal(signal.SIGVTALRM, _stop)
    with atheris.instrument_imports(include=["allnlp"]) if atheris else contextlib.nullcontext():
        targets: Any = importlib.import_module("fuzz_targets")
        session = Session(name, targets.TARGETS[name], finds)
        seeds = targets.seeds(name, corpus)
        session.run(seeds[0], 120)  # what is compiled and imported once is not charged to an input
    end = time.process_time() + 60 * minutes
    for raw in seeds:
        session.run(raw)
    random_ = random.Random(seed)
    long = [(raw, *piece) for raw in seeds for piece in repeatable(raw)]
    for raw, place, piece in random_.sample(long, len(long)):
        if atheris or time.process_time() > end - 40 * minutes:
            break
        session.run(swollen(raw, place, piece, SWOLLEN), 8 * SECONDS)
    tried = session.count
    if atheris:
        _with_coverage(session, seeds, end, seed)
    weights = [1 / (1000 + len(raw)) for raw in seeds]
    while time.process_time() < end:
        session.run(mutated(random_, random_.choices(seeds, weights)[0], seeds, MOST))
    told = f"{session.name}: {session.count} inputs ({tried} long or as they are), slowest {session.slowest:.1f} s, {len(session.keys)} finds"
    print(told, flush=True)


def _with_coverage(session: Session, seeds: Sequence[bytes], end: float, seed: int) -> None:
    """Inputs that atheris chooses; the process ends with it."""
    folder = session.finds / f"seeds-{session.name}"
    folder.mkdir(exist_ok=True)
    for number, raw in enumerate(seeds):
        (folder / str(number)).write_bytes(raw[:MOST])

    def change(raw: bytes, most: int, number: int) -> bytes:
        if number % 5 == 0:
            return bytes(atheris.Mutate(raw, most))
        return mutated(random.Random(number), raw, seeds, most)

    left = int(end - time.process_time())
    options = (f"-max_total_time={max(left, 1)}", f"-max_len={MOST}", "-len_control=0", "-timeout=120", f"-seed={seed}", "-rss_limit_mb=3000", "-print_final_stats=1")
    atheris.Setup([sys.argv[0], *options, f"-artifact_prefix={session.finds}/{session.name}-", str(folder)], session.run, custom_mutator=change)
    atheris.Fuzz()


def main() -> None:
    """Run the targets, one after the other."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--minutes", type=float, default=60)
    parser.add_argument("--reader", action="append", help="a target; several are said one by one; without it all")
    parser.add_argument("--corpus", type=Path)
    parser.add_argument("--finds", type=Path, default=Path("finds"))
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--here", action="store_true", help="in this process; for one target")
    asked = parser.parse_args()
    asked.finds.mkdir(parents=True, exist_ok=True)
    if asked.here:
        fuzz_one(asked.reader[0], asked.minutes, asked.corpus, asked.finds, asked.seed)
        return
    names = asked.reader or list(importlib.import_module("fuzz_targets").TARGETS)
    for name in names:
        begun = time.monotonic()
        command = [sys.executable, __file__, "--here", "--reader", name, "--minutes", str(asked.minutes / len(names)), "--finds", str(asked.finds), "--seed", str(asked.seed)]
        command += ["--corpus", str(asked.corpus)] if asked.corpus else []
        ended = subprocess.run(command, capture_output=True, text=True, errors="replace", check=False)
        told = ended.stdout + ended.stderr
        finds = re.findall(r"^FIND .*", told, re.MULTILINE)
        lines = re.findall(r"^(?:#\d+.*cov: \d+.*|stat::number_of_executed_units.*|\S+: \d+ inputs.*|.*(?:ERROR: libFuzzer|Error:).*)$", told, re.MULTILINE)
        print(f"{name}: {time.monotonic() - begun:.0f} s, exit {ended.returncode}", *lines[-2:], *finds, sep="\n  ", flush=True)


if __name__ == "__main__":
    main()
