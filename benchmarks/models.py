"""What a model costs: rules alone, rules with the model as a run has them, and the model alone by ``nlp.pipe`` on every document.

Run: OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 python benchmarks/models.py ABSTRACTS.jsonl.gz ... [--first 500] [--model NAME]

CPU seconds of one process, each way with words that it has not met; 100 documents before warm up what is compiled at first use. Counted
are also the documents whose entities the two ways read otherwise (none, for a model of our own kind).
"""

from __future__ import annotations

import argparse
import gzip
import json
import re
import time
from itertools import islice
from pathlib import Path

import spacy

from allnlp.annotation.entities import BATCH, DEFAULT, find_entities
from allnlp.components.ner import borrow, entities_of
from allnlp.terminology import load
from allnlp.text import annotate_text, compile_lexicon
from allnlp.text.triage import may_hold_mentions

_WARM = 100


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("texts", type=Path, nargs="+")
    parser.add_argument("--first", type=int, default=500)
    parser.add_argument("--model", default=DEFAULT)
    given = parser.parse_args()
    lexicon = compile_lexicon(load())
    began = time.process_time()
    borrow(given.model)
    print(f"loading the model: {time.process_time() - began:.1f} CPU s")
    for path in given.texts:
        with gzip.open(path, "rt", encoding="utf-8") if path.suffix == ".gz" else path.open(encoding="utf-8") as lines:
            records = [json.loads(line) for line in islice(lines, given.first + _WARM)]
        warm, texts = (["\n".join(filter(None, (r["title"], r["abstract"]))) for r in part] for part in (records[:_WARM], records[_WARM:]))
        words = sum(len(re.findall(r"\w+", t)) for t in texts)
        nlp = spacy.load(given.model)
        for i, entities in enumerate(find_entities(warm, (given.model,))):
            annotate_text(str(i), warm[i], lexicon, entities=entities)
        list(nlp.pipe(warm, batch_size=BATCH))

        began = time.process_time()
        for i, text in enumerate(texts):
            annotate_text(str(i), text, lexicon)
        spent = {"rules alone": time.process_time() - began}
        began = time.process_time()
        added = 0
        read = find_entities(texts, (given.model,))
        for i, (text, entities) in enumerate(zip(texts, read, strict=True)):
            added += sum(m.score is not None or m.source == "model" for m in annotate_text(str(i), text, lexicon, entities=entities).mentions)
        spent["rules and model, as a run does"] = time.process_time() - began
        began = time.process_time()
        docs = list(nlp.pipe(texts, batch_size=BATCH))
        spent["the model alone by nlp.pipe"] = plain = time.process_time() - began
        kept = [may_hold_mentions(text) for text in texts]
        others = sum(
            {e[:3] for e in entities_of(doc, text, given.model)} != {e[:3] for e in its}
            for doc, text, its, is_read in zip(docs, texts, read, kept, strict=True)
            if is_read
        )
        print(f"{path.name}: {len(texts)} documents, {words:,} words; {sum(kept)} go through the model; {added} mentions added; {others} documents read otherwise")
        for name, seconds in spent.items():
            print(f"  {name:32} {words / seconds:9,.0f} words/s, {len(texts) / seconds:7,.1f} documents/s, {plain / seconds:5.2f} times nlp.pipe")


if __name__ == "__main__":
    main()
