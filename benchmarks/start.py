"""How long the program takes to answer.

    python benchmarks/start.py

Wall-clock seconds, medians of seven runs after one that warms the disk's cache. ``--help`` is to stay under 0.3 s.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import time
from pathlib import Path

PROGRAM = [str(Path(sys.executable).with_name("allnlp"))]
TIMES = 7


def seconds(*words: str) -> float:
    """Median of the time that a command takes."""
    taken = []
    for _ in range(TIMES + 1):
        begin = time.perf_counter()
        subprocess.run([*PROGRAM, *words], check=True, stdout=subprocess.DEVNULL)
        taken.append(time.perf_counter() - begin)
    return statistics.median(taken[1:])


if __name__ == "__main__":
    for words in (["--help"], ["annotate", "--help"], ["terms", "show", "tisagenlecleucel"], ["tag", "No CRS was seen."]):
        print(f"{seconds(*words):6.2f} s  allnlp {' '.join(words)}")
