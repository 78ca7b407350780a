"""Start, rate and memory of annotation with a user's table of a thousand to a million names.

    python benchmarks/names.py ABSTRACTS.jsonl[.gz] [NUMBER ...]

Names are made up by a fixed seed, of made-up words and of words of the abstracts, with one stretch of the abstracts in a thousand
up to a bound, so that every size finds as much. Each size is measured in processes of its own: one that compiles the table (once),
one that takes it from the cache, and `allnlp annotate` of 500 documents. Seconds and rates are of CPU time; memory is the peak, and
what of it is the process's own (the rest is mapped files, which processes share). A good half of a start is the shipped vocabulary
(the row of 0 names).
"""

from __future__ import annotations

import csv
import gzip
import json
import os
import random
import re
import subprocess
import sys
import tempfile
from pathlib import Path

DOCUMENTS, PLANTED, ROUNDS = 500, 1000, 2
SYLLABLES = "ba ke lo mi nu tra ver zin qua sol pri den fo gal hex ir jun".split()
MEASURE = """
import json, resource, sys, time
from pathlib import Path
from allnlp.terminology import check_user_terms, load
from allnlp.text import annotate_text, compile_lexicon
from allnlp.text.terms import find_terms
rounds, own = int(sys.argv[2]), tuple(map(Path, sys.argv[3:]))
begin, clock = time.process_time(), time.perf_counter()
assert check_user_terms(own) == []
lexicon = compile_lexicon(load(None, own))
start, wall = time.process_time() - begin, time.perf_counter() - clock
texts = [f"{r['title']}\\n{r['abstract']}" for r in map(json.loads, Path(sys.argv[1]).open(encoding="utf-8"))]
spent, found = {}, {}
for name, work in (("terms", lambda text: find_terms(text, lexicon)), ("mentions", lambda text: annotate_text("", text, lexicon).mentions)):
    best = float("inf")
    for _ in range(rounds):
        begin = time.process_time()
        found[name] = sum(len(work(text)) for text in texts)
        best = min(best, time.process_time() - begin)
    spent[name] = best / len(texts) if rounds else None
status = Path("/proc/self/status")
own_memory = int(status.read_text().split("RssAnon:")[1].split()[0]) // 1024 if status.exists() else None
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
print(json.dumps({"start": start, "wall": wall, "spent": spent, "found": found, "peak": peak, "own": own_memory}))
"""
PROGRAM = Path(sys.executable).with_name("allnlp")


def read(path: Path) -> list[dict[str, str]]:
    raw = path.read_bytes()
    content = gzip.decompress(raw) if path.suffix == ".gz" else raw
    return [{"title": r["title"] or "", "abstract": r["abstract"] or ""} for r in map(json.loads, content.decode().splitlines()[:DOCUMENTS])]


def write_names(path: Path, number: int, records: list[dict[str, str]]) -> None:
    chance = random.Random(1)
    texts = [re.findall(r"[^\W_]+", f"{r['title']} {r['abstract']}") for r in records]
    words = sorted({word for text in texts for word in text if len(word) > 2})
    names: dict[str, None] = {}
    while len(names) < number:
        if len(names) < PLANTED and len(names) % 10 == 0:
            text = chance.choice(texts)
            at = chance.randrange(max(1, len(text) - 2))
            name = " ".join(text[at : at + 2])
        else:
            length = chance.choice((1, 2, 2, 3, 3, 4, 6))
            name = " ".join(chance.choice(words) if length > 1 and chance.random() < 0.5 else made_word(chance) for _ in range(length))
        names.setdefault(name.lower())
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["text", "label", "curie", "name"])
        writer.writerows([name, ("DISEASE", "THERAPY")[i // 3 % 2], f"made:{i // 3}", f"name {i // 3}"] for i, name in enumerate(names))


def made_word(chance: random.Random) -> str:
    return "".join(chance.choice(SYLLABLES) for _ in range(chance.randint(2, 5)))


def run(code: str, *words: str | int | Path) -> str:
    return subprocess.run([sys.executable, "-c", code, *map(str, words)], check=True, capture_output=True, text=True).stdout.splitlines()[-1]


def annotate(texts: Path, out: Path, own: list[Path]) -> tuple[float, int]:
    """CPU seconds and peak memory in MB of the command."""
    words = ["annotate", texts, "-o", out, "--overwrite", *(word for path in own for word in ("--terms", path))]
    process = subprocess.Popen([PROGRAM, *words], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    assert process.returncode == 0, words
    return used.ru_utime + used.ru_stime, used.ru_maxrss // 1024


def main() -> None:
    records = read(Path(sys.argv[1]))
    numbers = [0, *map(int, sys.argv[2:])] if len(sys.argv) > 2 else [0, 1000, 10_000, 100_000, 1_000_000]
    columns = ("names", "compile s", "start s", "wall s", "terms/s", "mentions/s", "found", "peak MB", "own MB", "annotate s", "peak MB", "cache MB")
    print("".join(f"{c:>12s}" for c in columns))
    with tempfile.TemporaryDirectory() as folder:
        os.environ["ALLNLP_CACHE"] = f"{folder}/cache"
        os.environ["ALLNLP_MODEL"] = "none"
        texts, kept = Path(folder) / "texts.jsonl", Path(folder) / "cache"
        texts.write_text("\n".join(map(json.dumps, records)), encoding="utf-8")
        for number in numbers:
            own = [Path(folder) / f"{number}.csv"] if number else []
            for path in own:
                write_names(path, number, records)
            first = json.loads(run(MEASURE, texts, 0, *own))
            found = json.loads(run(MEASURE, texts, ROUNDS, *own))
            seconds, peak = annotate(texts, Path(folder) / "out", own)
            size = sum(path.stat().st_size for path in kept.iterdir()) // 10**6 if kept.exists() else 0
            cells = (
                f"{number:,d}", f"{first['start']:.1f}", f"{found['start']:.1f}", f"{found['wall']:.1f}", f"{1 / found['spent']['terms']:,.0f}",
                f"{1 / found['spent']['mentions']:,.0f}", f"{found['found']['mentions']:,d}", f"{found['peak']:,d}", f"{found['own'] or 0:,d}",
                f"{seconds:.1f}", f"{peak:,d}", f"{size:,d}",
            )  # fmt: skip
            print("".join(f"{c:>12s}" for c in cells), flush=True)


if __name__ == "__main__":
    main()
