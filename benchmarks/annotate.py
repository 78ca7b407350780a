"""Rate and memory of annotation, beside spaCy's blank tokenizer in the same run.

    python benchmarks/annotate.py ABSTRACTS.jsonl[.gz]

Rates are documents a CPU-second of one process (medians of three rounds over the same 500 documents, taken in turn, so
that a noisy machine disturbs all alike); memory is the peak of a process of its own that runs `allnlp annotate`.
"""

from __future__ import annotations

import gzip
import json
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

ROUNDS, DOCUMENTS, SPREAD = 3, 500, 1500


def read(path: Path) -> list[dict[str, str]]:
    raw = path.read_bytes()
    content = gzip.decompress(raw) if path.suffix == ".gz" else raw
    return [json.loads(line) for line in content.decode().splitlines()]


def rate(work: Callable[[str], object], texts: list[str]) -> float:
    start = time.process_time()
    for text in texts:
        work(text)
    return len(texts) / (time.process_time() - start)


def rates(texts: list[str]) -> dict[str, float]:
    import spacy

    import allnlp
    from allnlp.terminology import load
    from allnlp.text import annotate_text, compile_lexicon

    lexicon = compile_lexicon(load())
    nlp = allnlp.load()
    ways: dict[str, Callable[[str], object]] = {
        "spaCy blank tokenizer, new vocabulary": lambda text: blank(text),
        "allnlp on strings": lambda text: annotate_text("", text, lexicon),
        "allnlp as a spaCy pipeline": lambda text: nlp(text),
    }
    found: dict[str, list[float]] = {name: [] for name in ways}
    for _ in range(ROUNDS):
        blank = spacy.blank("en")
        for name, work in ways.items():
            found[name].append(rate(work, texts))
    return {name: statistics.median(values) for name, values in found.items()}


def shares(path: Path) -> dict[str, float]:
    """CPU time of mentions, study record and findings as shares of a whole run that writes its tables; medians of three runs."""
    from allnlp.annotation import annotate, run

    steps = {"annotate_text": "mentions", "study_record": "study record", "find_findings": "findings"}
    whole: list[dict[str, float]] = []
    spent: dict[str, float] = {}

    def timed(name: str, work: Callable[..., object]) -> Callable[..., object]:
        def step(*args: object, **options: object) -> object:
            start = time.process_time()
            made = work(*args, **options)
            spent[name] += time.process_time() - start
            return made

        return step

    for name, what in steps.items():
        setattr(run, name, timed(what, getattr(run, name)))
    for _ in range(ROUNDS):
        spent.update(dict.fromkeys(steps.values(), 0.0))
        with tempfile.TemporaryDirectory() as folder:
            start = time.process_time()
            annotate(path, out=f"{folder}/out")
            lasted = time.process_time() - start
        whole.append({what: seconds / lasted for what, seconds in spent.items()})
    return {what: statistics.median(shared[what] for shared in whole) for what in steps.values()}


def peak(path: Path, limit: int) -> tuple[int, float]:
    """Peak memory in MB and CPU seconds of a run over the first ``limit`` records."""
    code = (
        "import resource,sys;from allnlp.annotation import annotate;"
        f"annotate({str(path)!r}, out=sys.argv[1], limit={limit});"
        "u=resource.getrusage(resource.RUSAGE_SELF);print(u.ru_maxrss//1024, u.ru_utime+u.ru_stime)"
    )
    with tempfile.TemporaryDirectory() as folder:
        out = subprocess.run([sys.executable, "-c", code, f"{folder}/out"], check=True, capture_output=True, text=True).stdout
    megabytes, seconds = out.split()[-2:]
    return int(megabytes), float(seconds)


def main() -> None:
    path = Path(sys.argv[1])
    records = read(path)
    texts = [f"{r['title']}\n{r['abstract']}" for r in records[:DOCUMENTS]]
    found = rates(texts)
    base = found["spaCy blank tokenizer, new vocabulary"]
    print(f"{'way':42s} {'documents/CPU-s':>16s} {'times tokenizer':>16s}")
    for name, value in found.items():
        print(f"{name:42s} {value:16,.0f} {value / base:16.2f}")
    with tempfile.TemporaryDirectory() as folder:
        spread = Path(folder) / "spread.jsonl"
        spread.write_text("\n".join(json.dumps(r) for r in records[:: max(1, len(records) // SPREAD)]), encoding="utf-8")
        for name, share in shares(spread).items():
            print(f"{name:42s} {share:16.2f} of a whole run")
        plain = Path(folder) / "records.jsonl"
        plain.write_text("\n".join(json.dumps(r) for r in records), encoding="utf-8")
        print(f"\n{'records':>8s} {'peak MB':>8s} {'CPU s':>8s} {'records/CPU-s':>14s}")
        for limit in [n for n in (5_000, 10_000, 20_000) if n <= len(records)] or [len(records)]:
            megabytes, seconds = peak(plain, limit)
            print(f"{limit:8,d} {megabytes:8,d} {seconds:8.1f} {limit / seconds:14,.0f}")
    print(f"\nthis process: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024:,} MB")


if __name__ == "__main__":
    main()
