"""What a model costs: words a second on one core with and without it, and what leaving out documents without context saves and loses.

Run: OMP_NUM_THREADS=1 python benchmarks/models.py ABSTRACTS.jsonl.gz ... [--first 400] [--model NAME]
"""

from __future__ import annotations

import argparse
import gzip
import json
import re
import time
from collections.abc import Sequence
from itertools import islice
from pathlib import Path

from allnlp.annotation.entities import DEFAULT, find_entities
from allnlp.components.ner import borrow
from allnlp.terminology import load
from allnlp.text import annotate_text, compile_lexicon
from allnlp.text.entities import Entity
from allnlp.text.triage import may_hold_mentions


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("texts", type=Path, nargs="+")
    parser.add_argument("--first", type=int, default=400)
    parser.add_argument("--model", default=DEFAULT)
    given = parser.parse_args()
    lexicon = compile_lexicon(load())
    began = time.process_time()
    borrow(given.model)
    print(f"loading the model: {time.process_time() - began:.1f} s")
    for path in given.texts:
        with gzip.open(path, "rt", encoding="utf-8") if path.suffix == ".gz" else path.open(encoding="utf-8") as lines:
            records = [json.loads(line) for line in islice(lines, given.first)]
        texts = [r["title"] + "\n" + (r["abstract"] or "") for r in records]
        words = sum(len(re.findall(r"\w+", t)) for t in texts)

        def run(entities: Sequence[Sequence[Entity]], texts: list[str] = texts) -> list[tuple[int, int, int, str]]:
            return [
                (i, m.start, m.end, m.label)
                for i, (t, e) in enumerate(zip(texts, entities, strict=True))
                for m in annotate_text("", t, lexicon, entities=e).mentions
                if m.score is not None
            ]

        run([()] * len(texts))  # warm
        spent = {}
        for name in ("rules", "model on every document", "model with triage"):
            began = time.process_time()
            found = [[] for _ in texts] if name == "rules" else find_entities(texts, (given.model,), triage=name.endswith("triage"))
            added = run(found)
            spent[name] = time.process_time() - began, len(added)
        kept = sum(map(may_hold_mentions, texts))
        print(f"{path.name}: {len(texts)} documents, {words:,} words; {kept} go through the model")
        for name, (seconds, added) in spent.items():
            print(f"  {name:24} {words / seconds:9,.0f} words/s, {len(texts) / seconds:7,.0f} documents/s, {added} mentions added")


if __name__ == "__main__":
    main()
