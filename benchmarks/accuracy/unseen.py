"""How many mentions of concepts that the vocabulary does not hold are found, and what precision that costs.

A random fifth of the therapies and toxicities is taken out of the vocabulary (and out of the model's table of names, and the weights
of roles are learned anew without them). Then the abstracts are read by what is left of the rules, and by these with the model.

Run: python benchmarks/accuracy/unseen.py --gold FOLDER --texts ABSTRACTS.jsonl.gz [--model NAME] [--seeds 0 1]
"""

from __future__ import annotations

import argparse
import gzip
import hashlib
import importlib.util
import json
import sys
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

import allnlp.text.model_mentions as decisions
from allnlp.annotation.entities import DEFAULT, find_entities
from allnlp.components.ner import borrow
from allnlp.schema import Mention
from allnlp.terminology import Terminology, load, parse
from allnlp.terminology.rows import RoleWeight
from allnlp.text import Lexicon, annotate_text, compile_lexicon
from allnlp.text.entities import Entity
from allnlp.text.name_table import NameTable, build
from allnlp.training.corpus import read_gold_marks

ROOT = Path(__file__).parents[2]
HIDDEN = ("THERAPY", "TOXICITY")
LABELS = ("THERAPY", "ANTIGEN", "DISEASE", "POPULATION", "TOXICITY", "OUTCOME")


class Text(NamedTuple):
    """A document; ``gold`` holds (start, end, label) where people marked it."""

    doc_id: str
    text: str
    title_end: int
    gold: tuple[tuple[int, int, str], ...] = ()


def read_texts(path: Path) -> list[Text]:
    with gzip.open(path, "rt", encoding="utf-8") if path.suffix == ".gz" else path.open(encoding="utf-8") as lines:
        rows = [json.loads(line) for line in lines]
    return [Text(str(r["id"]), r["title"] + "\n" + (r["abstract"] or ""), len(r["title"]) if r["abstract"] else 0) for r in rows]


def read_gold(folder: Path) -> list[Text]:
    corpus = read_gold_marks(folder / "texts.jsonl", folder / "gold.jsonl")
    titles = {t.doc_id: t.title_end for t in read_texts(folder / "texts.jsonl")}
    return [Text(p.doc_id, p.text, titles[p.doc_id], tuple((m.start, m.end, m.label) for m in p.marks)) for p in corpus.passages]


def hide(terminology: Terminology, seed: int) -> tuple[Terminology, frozenset[str], list[str]]:
    """The vocabulary without a fifth of the concepts, their CURIEs, and their names."""
    curies = sorted({t.curie for _, _, label, t in terminology.terms if label in HIDDEN})
    gone = frozenset(c for c in curies if hashlib.sha256(f"{seed} {c}".encode()).digest()[0] % 5 == 0)
    files = []
    for name, content in terminology.files:
        if name in ("therapy.tsv", "toxicity.tsv"):
            head, *rows = content.split("\n")
            content = "\n".join([head, *(r for r in rows if not r or r.split("\t")[1] not in gone)])
        files.append((name, content))
    return parse(tuple(files)), gone, [t.text for _, _, label, t in terminology.terms if t.curie in gone and label in HIDDEN]


def hidden_places(text: Text, complete: Lexicon, gone: frozenset[str]) -> list[tuple[int, int]]:
    """Where hidden concepts are named: nothing may be learned there, neither that it is a name nor that it is none."""
    found = annotate_text(text.doc_id, text.text, complete, title_end=text.title_end).mentions
    return [(m.start, m.end) for m in found if m.concept_id in gone and m.label in HIDDEN]


def with_roles(terminology: Terminology, rows: Iterable[RoleWeight]) -> Terminology:
    table = "\n".join(["kind\trole\tfeature\tweight", *("\t".join(r) for r in sorted(rows))]) + "\n"
    return parse(tuple((n, table if n == "roles.tsv" else c) for n, c in terminology.files))


def without(table: NameTable, names: Sequence[str]) -> NameTable:
    gone = build([(n, 1, exact) for n in names for exact in (False, True)]).keys
    kept = ~np.isin(table.keys, gone)
    return NameTable(table.keys[kept], table.kinds[kept])


def recipe() -> Any:
    spec = importlib.util.spec_from_file_location("roles_recipe", ROOT / "models/roles.py")
    module = importlib.util.module_from_spec(spec)
    sys.modules["roles_recipe"] = module
    spec.loader.exec_module(module)
    return module


def learned(terminology: Terminology, texts: Sequence[Text], entities: Sequence[Sequence[Entity]]) -> Terminology:
    roles = recipe()
    lexicon = compile_lexicon(terminology)
    found = [p for t, e in zip(texts, entities, strict=True) for p in roles.places(t.text, e, lexicon, title_end=t.title_end)]
    return with_roles(terminology, roles.learn(found))


def marks(texts: Sequence[Text], lexicon: Lexicon, entities: Sequence[Sequence[Entity]] | None = None) -> list[list[Mention]]:
    given = entities or [()] * len(texts)
    return [annotate_text(t.doc_id, t.text, lexicon, title_end=t.title_end, entities=e).mentions for t, e in zip(texts, given, strict=True)]


def meets(a: Any, b: Any) -> bool:
    return a.start < b.end and b.start < a.end and a.label == b.label


def recall(hidden: Sequence[Sequence[Mention]], found: Sequence[Sequence[Mention]]) -> dict[str, tuple[int, int]]:
    """By label: hidden mentions found, and hidden mentions."""
    out: Counter[tuple[str, bool]] = Counter()
    for these, those in zip(hidden, found, strict=True):
        for m in these:
            out[m.label, any(meets(m, f) for f in those)] += 1
    return {label: (out[label, True], out[label, True] + out[label, False]) for label in HIDDEN}


def precision(texts: Sequence[Text], found: Sequence[Sequence[Mention]], labels: Sequence[str]) -> tuple[float, float]:
    """Strict and overlap precision against gold, percent."""
    n = strict = near = 0
    for t, mentions in zip(texts, found, strict=True):
        for m in (m for m in mentions if m.label in labels):
            n += 1
            strict += (m.start, m.end, m.label) in t.gold
            near += any(s < m.end and m.start < e and label == m.label for s, e, label in t.gold)
    return 100 * strict / n, 100 * near / n


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--gold", type=Path, required=True)
    parser.add_argument("--texts", type=Path, required=True, help="abstracts: the first 500 are scored on, the rest teach the roles")
    parser.add_argument("--model", default=DEFAULT)
    parser.add_argument("--own", default="", help="folders of recognisers of our own labels that never saw the hidden names, as head_{seed}")
    parser.add_argument("--seeds", type=int, nargs="*", default=[0, 1])
    parser.add_argument("--thresholds", nargs="*", default=[], help="LABEL=VALUE or own=VALUE, in place of the shipped ones")
    parser.add_argument("--show", type=int, default=0, help="print so many of what the model adds to gold, and of what it misses")
    given = parser.parse_args()
    for option in given.thresholds:
        label, _, value = option.partition("=")
        if label == "own":
            decisions.OWN_THRESHOLD = float(value)
        else:
            decisions.THRESHOLDS = {**decisions.THRESHOLDS, label: float(value)}
    full = load()
    gold, real = read_gold(given.gold), read_texts(given.texts)
    real, teaching = real[:500], real[500:]
    names: Any = borrow(given.model).nlp.get_pipe("allnlp_names")
    whole = names.table
    taught = [[e._replace(model=DEFAULT) for e in of] for of in find_entities([t.text for t in teaching], (given.model,))]
    complete = compile_lexicon(full)
    for seed in given.seeds:
        reduced, gone, hidden_names = hide(full, seed)
        names.table = without(whole, hidden_names)
        lexicon = compile_lexicon(learned(reduced, teaching, [known(e, hidden_places(t, complete, gone)) for e, t in zip(taught, teaching, strict=True)]))
        for what, texts in (("gold", gold), ("real", real)):
            truth = [[m for m in of if m.concept_id in gone and m.label in HIDDEN] for of in marks(texts, complete)]
            entities = [[e._replace(model=DEFAULT) for e in of] for of in find_entities([t.text for t in texts], (given.model,))]
            if given.own:
                entities = exchanged(entities, given.own.format(seed=seed), names.table, texts)
            rules, both = marks(texts, lexicon), marks(texts, lexicon, entities)
            for how, found in (("rules", rules), ("with model", both)):
                by = recall(truth, found)
                got, of = (sum(v[i] for v in by.values()) for i in (0, 1))
                line = f"seed {seed} {what:5} {how:11} recall {got / max(of, 1):.3f} ({got} of {of}; {by})"
                if what == "gold":
                    line += " precision of therapies and toxicities {:.1f} strict {:.1f} overlap".format(*precision(texts, found, HIDDEN))
                    line += ", of all {:.1f} {:.1f}".format(*precision(texts, found, LABELS))
                print(line, flush=True)
            if given.show:
                show(texts, truth, rules, both, given.show)
    names.table = whole


def known(entities: Sequence[Entity], unknown: Sequence[tuple[int, int]]) -> list[Entity]:
    return [e for e in entities if not any(a < e.end and e.start < b for a, b in unknown)]


def exchanged(entities: Sequence[list[Entity]], own: str, table: NameTable, texts: Sequence[Text]) -> list[list[Entity]]:
    """The entities with those of our own labels from another recogniser."""
    head = borrow(own)
    step: Any = head.nlp.get_pipe("allnlp_names")
    step.table = table
    found = head.entities([t.text for t in texts])
    return [[*(e for e in of if e.label not in HIDDEN), *(m._replace(model=DEFAULT) for m in more)] for of, more in zip(entities, found, strict=True)]


def show(texts: Sequence[Text], truth: Any, rules: Any, both: Any, most: int) -> None:
    added, missed = [], Counter()
    for t, h, r, b in zip(texts, truth, rules, both, strict=True):
        known = {(m.start, m.end, m.label) for m in r}
        for m in b:
            if (m.start, m.end, m.label) not in known:
                right = any(meets(m, x) for x in h) or any(s < m.end and m.start < e and label == m.label for s, e, label in t.gold)
                added.append(f"{'+' if right else '-'} {m.label} {m.text!r} {m.score} {m.rule} | {t.text[max(0, m.start - 40) : m.end + 30]!r}")
        for m in h:
            if not any(meets(m, f) for f in b):
                missed[m.label, m.text.lower()] += 1
    print("\n".join(added[:most]))
    print("missed:", missed.most_common(most))


if __name__ == "__main__":
    main()
