"""Agreement of an annotated folder with gold: mentions, linking, assertion."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from allnlp.errors import EvaluationError
from allnlp.evaluation.gold import gold_marks, read_gold
from allnlp.evaluation.scores import Mark, Score, b_cubed, normal, overlap_pairs, score
from allnlp.schema import LABELS, document_text
from allnlp.tables import read_table

CARD = ("THERAPY", "ANTIGEN", "POPULATION", "TOXICITY")
_ASSERTED = ("negated", "hypothetical", "historical")


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

    The offsets are those of the folder's title and abstract; ``texts`` may differ from them in blanks only.

    Raises:
        EvaluationError: gold or texts are empty, not UTF-8, or a line is not of their shape, with file and line; a gold
            surface is not in its text; a document is missing from the folder or has another text there, with the id.
        FolderError: no annotated folder.

    Source:
        Bagga and Baldwin (1998), Algorithms for scoring coreference chains (B-cubed).
    """
    documents = read_gold(texts, gold)
    run = _documents(folder, texts, {d.doc_id: (d.title, d.abstract) for d in documents})
    found = _found(folder)
    counter = _Counter()
    for document in documents:
        title, abstract = run[document.doc_id]
        marks = gold_marks(document, title, abstract)
        counter.add(document.doc_id, document_text(title, abstract), marks, found.get(document.doc_id, []))
    return counter.report(len(documents))


def score_documents(documents: Iterable[tuple[str, str, Sequence[Mark], Sequence[Mark]]]) -> Report:
    """Scores of marks, of all documents together, as ``evaluate`` has them.

    >>> score_documents([("1", "No CRS", [Mark("TOXICITY", 3, 6, "CRS", "x:1", "negated")], [])]).strict["all"].gold
    1

    Args:
        documents: of each its id, its text, the marks of gold, and what was found.
    """
    counter, n = _Counter(), 0
    for doc_id, text, gold, found in documents:
        counter.add(doc_id, text, gold, found)
        n += 1
    return counter.report(n)


def first_of_each(faults: Sequence[Fault], number: int) -> list[Fault]:
    """At most so many faults of each kind, in their order.

    >>> len(first_of_each([Fault("missed", "1", "a", ""), Fault("missed", "1", "b", ""), Fault("assertion", "1", "a", "")], 1))
    2
    """
    seen = Counter[str]()
    out = []
    for fault in faults:
        seen[fault.kind] += 1
        if seen[fault.kind] <= number:
            out.append(fault)
    return out


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


def _key(mark: Mark) -> tuple[str, int, int]:
    return mark.label, mark.start, mark.end


def _around(text: str, key: tuple[str, int, int]) -> str:
    _, start, end = key
    return f"{text[max(0, start - 40) : start]}[{text[start:end]}]{text[end : end + 40]}".replace("\n", " ")


def _documents(folder: Path, texts: Path, bases: Mapping[str, tuple[str, str]]) -> dict[str, tuple[str, str]]:
    """Title and abstract of each document as the run has them; they must be those of ``texts`` but for blanks."""
    frame = read_table(folder, "documents")[["doc_id", "title", "abstract"]]
    run = {str(d): (t, a) for d, t, a in frame.itertuples(index=False) if str(d) in bases}
    missing = [d for d in bases if d not in run]
    if missing:
        named = ", ".join(missing[:5]) + (", ..." if len(missing) > 5 else "")
        raise EvaluationError(
            f"{folder}: {len(missing)} of {len(bases)} documents of the gold are missing: {named}. Annotate the very texts: allnlp annotate {texts} -o DIR"
        )
    for doc_id, given in bases.items():
        for field, ours, theirs in zip(("title", "abstract"), given, run[doc_id], strict=True):
            a, b = " ".join(ours.split()), " ".join(theirs.split())
            if a != b:
                at = next((i for i, (x, y) in enumerate(zip(a, b, strict=False)) if x != y), min(len(a), len(b)))
                raise EvaluationError(
                    f"{folder}: the {field} of {doc_id} is not that of {texts}, so that offsets cannot agree:"
                    f" {b[at : at + 30]!r} there, {a[at : at + 30]!r} in the texts. Annotate the very texts that the gold was made on."
                )
    return run


def _found(folder: Path) -> dict[str, list[Mark]]:
    out: dict[str, list[Mark]] = defaultdict(list)
    frame = read_table(folder, "mentions")[["doc_id", "label", "start", "end", "text", "concept_id", "assertion"]]
    for doc_id, label, start, end, text, concept_id, assertion in frame.astype(object).to_numpy():
        if label in LABELS:
            concept = concept_id if isinstance(concept_id, str) else f"{label} {start} {end}"
            out[str(doc_id)].append(Mark(label, int(start), int(end), text, concept, assertion))
    return out
