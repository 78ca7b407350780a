"""Total participants (exact number) and age spans (any shared character, one to one) against the PICO corpus in brat's format.

    python benchmarks/accuracy/participants.py PICO_FOLDER [--errors N]

Gold are the numbers of `total-participants` and the spans of `age`; found are the sample sizes whose role is `total`, and the age values.
"""

from __future__ import annotations

import argparse
import re
from collections.abc import Iterator
from pathlib import Path

from allnlp.schema import Mention
from allnlp.terminology import load
from allnlp.text import annotate_text, compile_lexicon
from allnlp.text.numbers import read_number


def gold(path: Path) -> Iterator[tuple[str, int, int, str]]:
    """Type, start, end and words of each entity of a brat file."""
    for line in path.read_text(encoding="utf-8").split("\n"):
        cells = line.split("\t")
        if len(cells) > 2 and cells[0].startswith("T"):
            kind, *places = cells[1].replace(";", " ").split(" ")
            yield kind, int(places[0]), int(places[-1]), cells[2]


def number(words: str) -> int | None:
    return read_number(re.sub(r"[^\w,\- ]", "", words).strip())


def pairs(spans: list[tuple[int, int]], mentions: list[Mention]) -> int:
    """How many gold spans share a character with a mention, each mention used once."""
    free = list(mentions)
    matched = 0
    for start, end in spans:
        hit = next((m for m in free if m.start < end and start < m.end), None)
        if hit is not None:
            free.remove(hit)
            matched += 1
    return matched


def report(name: str, matched: int, found: int, right: int) -> None:
    p, r = matched / max(found, 1), matched / max(right, 1)
    print(f"{name}: P {p:.3f} R {r:.3f} F {2 * p * r / max(p + r, 1e-9):.3f}  gold {right} found {found}")


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path)
    parser.add_argument("--errors", type=int, default=0)
    options = parser.parse_args()
    lexicon = compile_lexicon(load())
    totals, ages, faults = [0, 0, 0], [0, 0, 0], []
    for path in sorted(options.folder.glob("*.txt")):
        text = path.read_text(encoding="utf-8")
        entities = list(gold(path.with_suffix(".ann")))
        mentions = annotate_text("", text, lexicon).mentions
        right = {n for kind, _, _, words in entities if kind == "total-participants" and (n := number(words))}
        found = {m.n for m in mentions if m.role == "total" and m.n}
        totals = [a + b for a, b in zip(totals, (len(right & found), len(found), len(right)), strict=True)]
        spans = [(start, end) for kind, start, end, _ in entities if kind == "age"]
        values = [m for m in mentions if m.subtype == "age_value"]
        ages = [a + b for a, b in zip(ages, (pairs(spans, values), len(values), len(spans)), strict=True)]
        if right != found:
            faults.append(f"{path.name}: gold {sorted(right)} found {sorted(found)}")
    report("total participants", *totals)
    report("ages", *ages)
    print("\n".join(faults[: options.errors]))


if __name__ == "__main__":
    main()
