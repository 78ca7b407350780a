"""Abbreviation definitions against the Ab3P corpus: pairs of short and long form, exact but for case and blanks.

    python benchmarks/accuracy/abbreviations.py ab3p.txt [--errors N]
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from pathlib import Path

from allnlp.text.abbreviations import find_abbreviations


def records(path: Path) -> Iterator[tuple[str, set[tuple[str, str]]]]:
    """Text and pairs of each record: an identifier's line, the text, lines of pairs that begin with two blanks."""
    text: list[str] = []
    pairs: set[tuple[str, str]] = set()
    for line in [*path.read_text(encoding="utf-8").split("\n"), "0"]:
        if line.strip().isdigit() and not line.startswith(" "):
            if text:
                yield "\n".join(text), pairs
            text, pairs = [], set()
        elif line.startswith("  ") and "|" in line:
            short, long, *_ = line.strip().split("|")
            pairs.add((normal(short), normal(long)))
        elif line.strip():
            text.append(line.strip())


def normal(words: str) -> str:
    return " ".join(words.lower().split())


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("corpus", type=Path)
    parser.add_argument("--errors", type=int, default=0)
    options = parser.parse_args()
    matched = gold = found = 0
    faults: list[str] = []
    for text, pairs in records(options.corpus):
        mine = {(normal(a.short), normal(text[a.long_start : a.long_end])) for a in find_abbreviations(text)}
        matched += len(pairs & mine)
        gold += len(pairs)
        found += len(mine)
        faults += [f"missed {p}" for p in sorted(pairs - mine)] + [f"spurious {p}" for p in sorted(mine - pairs)]
    p, r = matched / max(found, 1), matched / max(gold, 1)
    print(f"P {p:.3f} R {r:.3f} F {2 * p * r / max(p + r, 1e-9):.3f}  gold {gold} found {found}")
    for fault in faults[: options.errors]:
        print(fault)


if __name__ == "__main__":
    main()
