"""Proof that the vocabulary tables keep their rules; every fault names file, line and remedy."""

from __future__ import annotations

import itertools
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path

from allnlp.errors import TerminologyError
from allnlp.terminology.rows import ASSERTION_CUES, CASES, CONTEXTS, DIRECTIONS, KINDS, RELATIONS, SCOPES, SIDES, Term
from allnlp.terminology.tables import FILES, load, read_rows, shipped_folder, sort_key

CURIE = re.compile(r"[a-z][a-z0-9.]*:[A-Za-z0-9][A-Za-z0-9_.\-+/]*")


def check_folder(folder: Path | None = None) -> list[str]:
    """Every fault in a folder of tables; empty when there is none."""
    folder = folder or shipped_folder()
    try:
        terminology = load(folder)
    except TerminologyError as error:
        return [str(error)]
    known = frozenset(r.label for r in terminology.labels)
    faults = list(_sortedness(folder, [*FILES, *(r.file for r in terminology.labels)]))
    faults += check_rows(terminology.terms, known)
    curies = {t.curie for _, _, _, t in terminology.terms}
    faults += _broader(folder, curies) + _identifiers(folder, curies) + _contexts(folder, known) + _ner_labels(folder, known)
    return faults


def check_rows(terms: Iterable[tuple[str, int, str, Term]], known: frozenset[str], *, first_checked: int = 0) -> list[str]:
    """Faults of terms (file, line, label, row): shapes, one name and label per CURIE, no text of two concepts.

    The same text may stand under two labels; which one holds is a question of place (see ``labels.tsv``). Rows before the
    place ``first_checked`` are taken as sound: only what later rows say against them or by themselves is a fault.
    """
    faults: list[str] = []
    names: dict[str, tuple[str, str, str]] = {}
    texts: dict[tuple[str, str], tuple[str, str]] = {}
    for place, (file, line, label, t) in enumerate(terms):
        if place == first_checked:
            faults.clear()
        at = f"{file}:{line}"
        if label not in known:
            faults.append(f"{at}: unknown label {label!r}. Use one of {', '.join(sorted(known))}.")
        if not t.text.strip() or t.text != t.text.strip():
            faults.append(f"{at}: text {t.text!r} is empty or has blanks at its ends. Take them out.")
        if t.curie == "user:":
            faults.append(f"{at}: {t.name!r} has no Latin letter or digit to make an identifier of. Give another name (--name) or a CURIE (--curie).")
        elif not CURIE.fullmatch(t.curie):
            faults.append(f"{at}: {t.curie!r} is no CURIE. Write prefix:identifier, as allnlp:b-cell-aplasia.")
        for cell, allowed, column in ((t.scope, SCOPES, "scope"), (t.case, CASES, "case"), (t.context, CONTEXTS, "context")):
            if cell not in allowed:
                faults.append(f"{at}: {column} is {cell!r}. Use one of {', '.join(allowed)}.")
        if not t.source:
            faults.append(f"{at}: no source. Say where {t.text!r} comes from.")
        name, first_label, first = names.setdefault(t.curie, (t.name, label, at))
        if name != t.name:
            faults.append(f"{at}: {t.curie} is named {name!r} on {first} and {t.name!r} here. Use one name per CURIE.")
        if first_label != label:
            faults.append(f"{at}: {t.curie} is {first_label} on {first} and {label} here. Use one label per CURIE.")
        key = (label, t.text if t.case == "exact" else t.text.lower())
        is_first = key not in texts
        curie, first = texts.setdefault(key, (t.curie, at))
        if not is_first:
            what = f"a second time ({first})" if curie == t.curie else f"for {curie} on {first} and for {t.curie} here"
            faults.append(f"{at}: {t.text!r} is listed {what}. Keep one row.")
    return faults


def _sortedness(folder: Path, names: Iterable[str]) -> Iterator[str]:
    for name in names:
        kind = FILES.get(name, Term)
        rows = read_rows(folder / name, kind)
        for (_, a), (line, b) in itertools.pairwise(rows):
            if sort_key(a) >= sort_key(b):
                why = "stands twice" if a == b else f"should stand before {a[0]!r}"
                yield f"{name}:{line}: {b[0]!r} {why}. Run: allnlp terms sort"
                break


def _broader(folder: Path, curies: set[str]) -> list[str]:
    faults = []
    up: dict[str, list[str]] = defaultdict(list)
    for line, r in read_rows(folder / "broader.tsv", FILES["broader.tsv"]):
        at = f"broader.tsv:{line}"
        if r.relation not in RELATIONS:
            faults.append(f"{at}: relation is {r.relation!r}. Use one of {', '.join(RELATIONS)}.")
        for c in (r.curie, r.object):
            if c not in curies:
                faults.append(f"{at}: {c} is in no table of terms. Add its term, or take the row out.")
        if r.relation == "broader":
            up[r.curie].append(r.object)
    for start in up:
        seen, front = set(), [start]
        while front:
            for parent in up.get(front.pop(), ()):
                if parent == start:
                    faults.append(f"broader.tsv: {start} is broader than itself. Break the circle.")
                    front = []
                    break
                if parent not in seen:
                    seen.add(parent)
                    front.append(parent)
    return faults


def _identifiers(folder: Path, curies: set[str]) -> list[str]:
    faults = []
    for line, r in read_rows(folder / "identifiers.tsv", FILES["identifiers.tsv"]):
        if r.curie not in curies:
            faults.append(f"identifiers.tsv:{line}: {r.curie} is in no table of terms. Take the row out.")
        if not CURIE.fullmatch(r.identifier):
            faults.append(f"identifiers.tsv:{line}: {r.identifier!r} is no CURIE. Write prefix:identifier.")
    return faults


def _contexts(folder: Path, known: frozenset[str]) -> list[str]:
    faults = []

    def regex(at: str, pattern: str) -> None:
        try:
            re.compile(pattern)
        except re.error as error:
            faults.append(f"{at}: {pattern!r} is no regular expression ({error}). Mend it.")

    def one_of(at: str, column: str, cell: str, allowed: Iterable[str]) -> None:
        if cell not in allowed:
            faults.append(f"{at}: {column} is {cell!r}. Use one of {', '.join(sorted(allowed))}.")

    for line, r in read_rows(folder / "stoplist.tsv", FILES["stoplist.tsv"]):
        at = f"stoplist.tsv:{line}"
        one_of(at, "label", r.label, known | {"*"})
        regex(at, r.before)
        regex(at, r.after)
        if not r.sentence:
            faults.append(f"{at}: no sentence. Give the sentence that proved it.")
    for line, r in read_rows(folder / "edges.tsv", FILES["edges.tsv"]):
        one_of(f"edges.tsv:{line}", "label", r.label, known)
        one_of(f"edges.tsv:{line}", "side", r.side, SIDES)
        regex(f"edges.tsv:{line}", r.regex)
    for line, r in read_rows(folder / "patterns.tsv", FILES["patterns.tsv"]):
        one_of(f"patterns.tsv:{line}", "label", r.label, known)
        one_of(f"patterns.tsv:{line}", "case", r.case, CASES)
        regex(f"patterns.tsv:{line}", re.sub(r"\{[A-Z_]+\}|\{-\}|\{ \}", "(?:x)", r.regex))
        if not r.sentence:
            faults.append(f"patterns.tsv:{line}: no sentence. Give one that it reads.")
    for line, r in read_rows(folder / "cues.tsv", FILES["cues.tsv"]):
        at = f"cues.tsv:{line}"
        one_of(at, "category", r.category, ASSERTION_CUES)
        one_of(at, "direction", r.direction, DIRECTIONS)
        for label in r.labels.split("|"):
            one_of(at, "labels", label, known | {"*"})
        if not r.span.isdigit():
            faults.append(f"{at}: span is {r.span!r}. Give a number of words, 0 for the whole clause.")
    return faults


def _ner_labels(folder: Path, known: frozenset[str]) -> list[str]:
    faults = []
    places: dict[tuple[str, str], int] = {}
    for line, r in read_rows(folder / "ner_labels.tsv", FILES["ner_labels.tsv"]):
        at = f"ner_labels.tsv:{line}"
        if not r.model or not r.label:
            faults.append(f"{at}: no {'label' if r.model else 'model'}. Name a model (* for any) and one of its labels.")
        if r.kind not in KINDS and r.kind not in known:
            faults.append(f"{at}: kind is {r.kind!r}. Use one of {', '.join((*KINDS, *sorted(known)))}.")
        first = places.setdefault((r.model, r.label), line)
        if first != line:
            faults.append(f"{at}: {r.label} of {r.model} is listed a second time (line {first}). Keep one row.")
    return faults
