"""Agreement of an annotated folder with gold: mentions, linking, assertion."""

from __future__ import annotations

import json
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from allnlp.errors import EvaluationError
from allnlp.schema import ASSERTIONS, LABELS, document_text
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

    The offsets are those of the folder's title and abstract; ``texts`` may differ from them in blanks only.

    Raises:
        EvaluationError: gold or texts are empty, not UTF-8, or a line is not of their shape, with file and line; a gold
            surface is not in its text; a document is missing from the folder or has another text there, with the id.
        FolderError: no annotated folder.

    Source:
        Bagga and Baldwin (1998), Algorithms for scoring coreference chains (B-cubed).
    """
    bases = {_id(at, row): _base(at, row) for at, row in _lines(texts)}
    rows = [(at, _id(at, row), row) for at, row in _lines(gold)]
    if not rows:
        raise EvaluationError(f"{gold}: no document. Give JSON lines with id and mentions, one document a line.")
    for at, doc_id, _ in rows:
        if doc_id not in bases:
            raise EvaluationError(f"{at}: {doc_id} has no text in {texts}. Give the texts that the gold was made on.")
    run = _documents(folder, texts, {doc_id: bases[doc_id] for _, doc_id, _ in rows})
    found = _found(folder)
    counter = _Counter()
    for at, doc_id, row in rows:
        title, abstract = run[doc_id]
        marks = [_gold_mark(f"{at}: {doc_id}", title, abstract, m) for m in _mentions(at, row)]
        counter.add(doc_id, document_text(title, abstract), marks, found.get(doc_id, []))
    return counter.report(len(rows))


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


def _gold_mark(at: str, title: str, abstract: str, m: Any) -> Mark:
    if not isinstance(m, dict):
        raise EvaluationError(f"{at}: a mention is {m!r}. Give an object with field, surface, nth, label.")
    field: Any = m.get("field")
    surface: Any = m.get("surface")
    label: Any = m.get("label")
    nth = m.get("nth", 1)
    if field not in ("title", "abstract"):
        raise EvaluationError(f"{at}: field of the mention {surface!r} is {field!r}. Use title or abstract.")
    for name, cell in (("surface", surface), ("label", label)):
        if not isinstance(cell, str) or not cell:
            raise EvaluationError(f"{at}: {name} of a mention of the {field} is {cell!r}. Give a string that is not empty.")
    if not re.fullmatch(r"[1-9][0-9]*", str(nth)):
        raise EvaluationError(f"{at}: nth of the mention {surface!r} is {nth!r}. Give the number of the occurrence, from 1.")
    assertion = m.get("assertion") or "present"
    if assertion not in ASSERTIONS:
        raise EvaluationError(f"{at}: assertion of the mention {surface!r} is {assertion!r}. Use one of {', '.join(ASSERTIONS)}.")
    text = title if field == "title" else abstract
    start = -1
    for _ in range(int(nth)):
        start = text.find(surface, start + 1)
        if start < 0:
            raise EvaluationError(f"{at}: gold surface {surface!r} is not in its {field} (nth {nth}). Check field and nth.")
    start += 0 if field == "title" or not title else len(title) + 1
    return Mark(label, start, start + len(surface), surface, str(m.get("concept") or ""), assertion)


def _id(at: str, row: Mapping[str, Any]) -> str:
    found = row.get("id")
    if isinstance(found, bool) or not isinstance(found, str | int) or found == "":
        raise EvaluationError(f"{at}: id is {found!r}. Give each line the id of its document.")
    return str(found)


def _base(at: str, row: Mapping[str, Any]) -> tuple[str, str]:
    title, abstract = row.get("title") or "", row.get("abstract") or ""
    if not isinstance(title, str) or not isinstance(abstract, str):
        raise EvaluationError(f"{at}: title or abstract is no string. Give both as strings.")
    return title, abstract


def _mentions(at: str, row: Mapping[str, Any]) -> list[Any]:
    found = row.get("mentions")
    if not isinstance(found, list):
        raise EvaluationError(f"{at}: mentions is {type(found).__name__}, expected a list. Give [] where there is none.")
    return found


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


def _lines(path: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    """The objects of a file of JSON lines, each with its file and line."""
    try:
        with path.open("rb") as stream:
            for number, line in enumerate(stream, 1):
                if line.strip():
                    at = f"{path}:{number}"
                    yield at, _object(at, line)
    except OSError as error:
        raise EvaluationError(f"{path}: cannot be read ({error.strerror}). Give the file of gold or texts.") from None


def _object(at: str, line: bytes) -> dict[str, Any]:
    try:
        found = json.loads(line.decode("utf-8-sig"))
    except UnicodeDecodeError:
        raise EvaluationError(f"{at}: not UTF-8. Save the file as UTF-8.") from None
    except (ValueError, RecursionError) as error:
        raise EvaluationError(f"{at}: no JSON object ({error}). Give one object a line.") from None
    if not isinstance(found, dict):
        raise EvaluationError(f"{at}: no JSON object but {type(found).__name__}. Give one object a line.")
    return found
