"""Agreement of an annotated folder with gold: mentions, linking, assertion."""

from __future__ import annotations

import json
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from allnlp.errors import EvaluationError
from allnlp.schema import LABELS, document_text
from allnlp.tables import read_table

CARD = ("THERAPY", "ANTIGEN", "POPULATION", "TOXICITY")
_ASSERTED = ("negated", "hypothetical", "historical")


class Mark(NamedTuple):
    """A mention as gold or the folder has it."""

    label: str
    start: int
    end: int
    text: str
    concept: str
    assertion: str


class Score(NamedTuple):
    """Precision, recall and F in [0, 1] with the counts they come from."""

    precision: float
    recall: float
    f: float
    gold: int
    found: int


class Fault(NamedTuple):
    """Something that the folder has and gold has not, or the other way round."""

    kind: str
    doc_id: str
    text: str
    detail: str


class Report(NamedTuple):
    """Agreement over all documents of the gold set."""

    documents: int
    strict: Mapping[str, Score]
    overlap: Mapping[str, Score]
    linking: float
    assertion: Mapping[str, Score]
    faults: Sequence[Fault]


def evaluate(folder: Path, *, texts: Path, gold: Path) -> Report:
    """Score the mentions of a folder against gold.

    Strict: same label and offsets. Overlap: same label, any shared character, one to one, the longest shared stretch
    first. Linking: B-cubed F over the strictly matched mentions of a document, mean over mentions, populations left out.
    Assertion: over the pairs of the overlap matching.

    Args:
        folder: the annotated folder.
        texts: JSON lines with id, title and abstract.
        gold: JSON lines with id and mentions (field, surface, nth, label, concept, assertion).

    Raises:
        EvaluationError: a gold surface is not in its text, or a document is missing, with the id.
        FolderError: no annotated folder.

    Source:
        Bagga and Baldwin (1998), Algorithms for scoring coreference chains (B-cubed).
    """
    bases = {str(r["id"]): (r.get("title") or "", r.get("abstract") or "") for r in _lines(texts)}
    found = _found(folder)
    counter = _Counter()
    number = 0
    for row in _lines(gold):
        number += 1
        doc_id = str(row["id"])
        if doc_id not in bases:
            raise EvaluationError(f"{gold}: {doc_id} has no text in {texts}. Give the texts that the gold was made on.")
        marks = [_gold_mark(doc_id, *bases[doc_id], m) for m in row["mentions"]]
        counter.add(doc_id, document_text(*bases[doc_id]), marks, found.get(doc_id, []))
    return counter.report(number)


def score(matched: int, gold: int, found: int) -> Score:
    """Precision, recall and F of ``matched`` out of ``gold`` and ``found``.

    >>> score(1, 2, 1)
    Score(precision=1.0, recall=0.5, f=0.6666666666666666, gold=2, found=1)
    """
    p = matched / found if found else 0.0
    r = matched / gold if gold else 0.0
    return Score(p, r, 2 * p * r / (p + r) if p + r else 0.0, gold, found)


def overlap_pairs(gold: Sequence[Mark], found: Sequence[Mark]) -> list[tuple[int, int]]:
    """Index pairs of the same label that share characters, one to one, the longest shared stretch first."""
    shared = sorted(
        (-n, i, j)
        for i, g in enumerate(gold)
        for j, f in enumerate(found)
        if g.label == f.label and (n := min(g.end, f.end) - max(g.start, f.start)) > 0
    )
    used_gold: set[int] = set()
    used_found: set[int] = set()
    pairs = []
    for _, i, j in shared:
        if i not in used_gold and j not in used_found:
            used_gold.add(i)
            used_found.add(j)
            pairs.append((i, j))
    return pairs


def b_cubed(pairs: Sequence[tuple[str, str]]) -> float:
    """B-cubed F of (gold cluster, found cluster) of each mention; 0 for none.

    >>> b_cubed([("a", "x"), ("a", "x"), ("b", "y")])
    1.0
    """
    if not pairs:
        return 0.0
    both, gold, found = Counter(pairs), Counter(g for g, _ in pairs), Counter(f for _, f in pairs)
    p = sum(both[pair] / found[pair[1]] for pair in pairs) / len(pairs)
    r = sum(both[pair] / gold[pair[0]] for pair in pairs) / len(pairs)
    return 2 * p * r / (p + r) if p + r else 0.0


class _Counter:
    """Counts over documents."""

    def __init__(self) -> None:
        self.strict: dict[str, list[int]] = {label: [0, 0, 0] for label in LABELS}
        self.overlap: dict[str, list[int]] = {label: [0, 0, 0] for label in LABELS}
        self.assertion: Counter[tuple[str, str]] = Counter()
        self.linking = [0.0, 0]
        self.faults: list[Fault] = []

    def add(self, doc_id: str, text: str, gold: Sequence[Mark], found: Sequence[Mark]) -> None:
        gold_keys, found_keys = {_key(m): m for m in gold}, {_key(m): m for m in found}
        both = gold_keys.keys() & found_keys.keys()
        pairs = overlap_pairs(gold, found)
        _tally(self.strict, both, gold_keys, found_keys)
        _tally(self.overlap, [_key(gold[i]) for i, _ in pairs], [_key(m) for m in gold], [_key(m) for m in found])
        self.faults += [Fault(f"missed {k[0]}", doc_id, text[k[1] : k[2]], _around(text, k)) for k in sorted(gold_keys.keys() - both)]
        self.faults += [Fault(f"spurious {k[0]}", doc_id, text[k[1] : k[2]], _around(text, k)) for k in sorted(found_keys.keys() - both)]
        for i, j in pairs:
            said, read = gold[i].assertion, found[j].assertion
            self.assertion[said, read] += 1
            if said != read:
                self.faults.append(Fault("assertion", doc_id, gold[i].text, f"gold {said}, found {read}"))
        linked = [(normal(gold_keys[k].concept), found_keys[k].concept) for k in sorted(both) if k[0] != "POPULATION"]
        self.linking[0] += b_cubed(linked) * len(linked)
        self.linking[1] += len(linked)

    def report(self, documents: int) -> Report:
        said = Counter[str]()
        read = Counter[str]()
        for (g, f), n in self.assertion.items():
            said[g] += n
            read[f] += n
        return Report(
            documents,
            _scores(self.strict),
            _scores(self.overlap),
            self.linking[0] / self.linking[1] if self.linking[1] else 0.0,
            {a: score(self.assertion[a, a], said[a], read[a]) for a in _ASSERTED},
            self.faults,
        )


def _tally(
    counts: dict[str, list[int]], both: Iterable[tuple[str, int, int]], gold: Iterable[tuple[str, int, int]], found: Iterable[tuple[str, int, int]]
) -> None:
    for column, keys in enumerate((both, gold, found)):
        for key in keys:
            if key[0] in counts:
                counts[key[0]][column] += 1


def _scores(counts: Mapping[str, Sequence[int]]) -> dict[str, Score]:
    out = {label: score(*counts[label]) for label in LABELS}
    for name, labels in (("card (four labels)", CARD), ("all", LABELS)):
        out[name] = score(*(sum(counts[label][i] for label in labels) for i in range(3)))
    return out


def normal(concept: str) -> str:
    """A concept's name without case, signs and plural, as gold names are compared.

    >>> normal("CAR-T cells")
    'car t cell'
    """
    words = re.sub(r"[^a-z0-9+]+", " ", concept.lower()).strip()
    return re.sub(r"(?<=[a-z]{3})s\b", "", words)


def _key(mark: Mark) -> tuple[str, int, int]:
    return mark.label, mark.start, mark.end


def _around(text: str, key: tuple[str, int, int]) -> str:
    _, start, end = key
    return f"{text[max(0, start - 40) : start]}[{text[start:end]}]{text[end : end + 40]}".replace("\n", " ")


def _gold_mark(doc_id: str, title: str, abstract: str, m: Mapping[str, Any]) -> Mark:
    in_title = m["field"] == "title"
    text = title if in_title else abstract
    at = -1
    for _ in range(int(m.get("nth", 1))):
        at = text.find(m["surface"], at + 1)
        if at < 0:
            raise EvaluationError(f"{doc_id}: gold surface {m['surface']!r} is not in its {m['field']}. Check field and nth.")
    start = at + (0 if in_title or not title else len(title) + 1)
    return Mark(
        m["label"], start, start + len(m["surface"]), m["surface"], str(m.get("concept") or ""), m.get("assertion") or "present"
    )


def _found(folder: Path) -> dict[str, list[Mark]]:
    out: dict[str, list[Mark]] = defaultdict(list)
    frame = read_table(folder, "mentions")[["doc_id", "label", "start", "end", "text", "concept_id", "assertion"]]
    for doc_id, label, start, end, text, concept_id, assertion in frame.astype(object).to_numpy():
        if label in LABELS:
            concept = concept_id if isinstance(concept_id, str) else f"{label} {start} {end}"
            out[str(doc_id)].append(Mark(label, int(start), int(end), text, concept, assertion))
    return out


def _lines(path: Path) -> Iterator[dict[str, Any]]:
    try:
        with path.open(encoding="utf-8") as stream:
            for number, line in enumerate(stream, 1):
                if line.strip():
                    try:
                        yield json.loads(line)
                    except ValueError as error:
                        raise EvaluationError(f"{path}:{number}: no JSON object ({error}). Give one object a line.") from None
    except OSError as error:
        raise EvaluationError(f"{path}: cannot be read ({error.strerror}). Give the file of gold or texts.") from None
