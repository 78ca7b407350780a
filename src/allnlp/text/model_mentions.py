"""Mentions that a model adds to those of the rules: names that no list holds, in the role that their company gives them."""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from fnmatch import fnmatchcase
from types import MappingProxyType
from typing import NamedTuple

from allnlp.schema import LABELS
from allnlp.text.abbreviations import find_abbreviations, occurrences
from allnlp.text.edges import extend
from allnlp.text.entities import Entity
from allnlp.text.fold import fold
from allnlp.text.lexicon import Lexicon
from allnlp.text.roles import NONE, Role, decide, features, fields
from allnlp.text.spans import Clause, Span, Taken
from allnlp.text.terms import is_stopped

#: How sure a role must be to stand: 0 to 1, set on mentions of hidden concepts (docs/models.md).
THRESHOLDS: Mapping[str, float] = MappingProxyType({"THERAPY": 0.8, "TOXICITY": 0.8, "DISEASE": 0.8, "ANTIGEN": 0.9})
KINDS = ("chemical", "disease", "gene")


class Name(NamedTuple):
    """A name that a model marked, with every place where it may stand: half-open offsets."""

    folded: str
    kind: str
    entity: Entity  # the first
    places: tuple[tuple[int, int], ...]


def add_entities(
    text: str,
    clauses: Sequence[Clause],
    spans: Sequence[Span],
    entities: Sequence[Entity],
    lexicon: Lexicon,
) -> list[Span]:
    """The spans that rules decided, and what models add to them.

    A model never overrides a rule: what overlaps a mention of the rules is left out (a population may hold it), and so is a
    name that a list holds, wherever the rules did not let it stand. A name is taken wherever it stands in the document, and
    with it the short form that the document defines for it.

    Args:
        text: the document.
        clauses: its sentences.
        spans: what the rules decided, in order of place.
        entities: what models marked.
        lexicon: the compiled vocabulary.
    """
    if not entities:
        return list(spans)
    folded = fold(text)
    taken = Taken(len(text))
    for s in spans:
        if s.label != "POPULATION":
            taken.take(s.start, s.end)
    starts = [c.start for c in clauses]
    about = fields(text)
    added: list[Span] = []
    for name in names(folded, entities, lexicon):
        free = [p for p in name.places if not taken.holds(*p) and not _cuts(p, spans)]
        role = read(text, name, free, clauses, starts, spans, about, lexicon) if free else None
        if role is None:
            continue
        words = plain(name, text)
        linked = lexicon.linker.concept(words, role.label)
        curie, known = (linked.concept_id, linked.name) if linked else (None, words)
        review = f"{words} is linked to {known} by likeness ({linked.score:.2f})" if linked else ""
        for start, end in free:
            span = Span(start, end, role.label, None, curie, known, name.entity.model, _rule(name, role), review=review, score=round(role.score, 3))
            span = extend(text, span, lexicon)
            if not is_stopped(text, folded, start, end, role.label, lexicon) and taken.take(span.start, span.end):
                added.append(span)
    added += _short_forms(text, added, taken)
    return sorted([*spans, *added], key=lambda s: (s.start, -s.end, s.label))


def names(folded: str, entities: Sequence[Entity], lexicon: Lexicon) -> Iterator[Name]:
    """The names that entities are and no list holds, longest first, each with all places where it stands in the text.

    A name that is marked as several kinds is of the kind that it is marked as most often.
    """
    marked: dict[str, dict[str, list[Entity]]] = defaultdict(lambda: defaultdict(list))
    for e in entities:
        kind = kind_of(e, lexicon)
        form = folded[e.start : e.end].strip()
        if kind != "ignore" and len(form) > 2 and any(c.isalpha() for c in form) and not _is_listed(form, lexicon):
            marked[form][kind].append(e)
    for form in sorted(marked, key=lambda f: (-len(f), f)):
        by_kind = marked[form]
        kind = max(sorted(by_kind), key=lambda k: len(by_kind[k]))
        first = min(by_kind[kind])
        places = {(e.start, e.end) for e in by_kind[kind]} | set(_places(folded, form))
        yield Name(form, kind, first, tuple(sorted(places)))


def kind_of(entity: Entity, lexicon: Lexicon) -> str:
    """What an entity's label stands for: chemical, disease, gene, a label of ours, or ignore."""
    rows = lexicon.ner_labels.get(entity.label, ())
    return next((kind for glob, kind in rows if fnmatchcase(entity.model, glob)), "ignore")


def _is_listed(form: str, lexicon: Lexicon) -> bool:
    return any(entry.exact is None for entry in lexicon.by_form.get(form, ()))


def _places(folded: str, form: str) -> Iterator[tuple[int, int]]:
    padded, at = f" {folded} ", 0
    while (at := padded.find(f" {form} ", at)) >= 0:
        yield at, at + len(form)
        at += len(form) + 1


def read(
    text: str,
    name: Name,
    places: Sequence[tuple[int, int]],
    clauses: Sequence[Clause],
    starts: Sequence[int],
    spans: Sequence[Span],
    about: Sequence[str],
    lexicon: Lexicon,
) -> Role | None:
    """What a name is read as; None where it is no mention, or not surely enough one."""
    if name.kind in LABELS:
        return Role(name.kind, name.entity.score if name.entity.score is not None else 1.0, ())
    seen = [[*features(text, a, b, clauses[max(0, bisect_right(starts, a) - 1)], spans), *about] for a, b in places]
    role = decide(name.kind, seen, lexicon.roles)
    return role if role.label != NONE and role.score >= THRESHOLDS[role.label] else None


def _cuts(place: tuple[int, int], spans: Sequence[Span]) -> bool:
    """Whether a population shares characters with a place and does not hold it, or is just it."""
    return any(
        s.label == "POPULATION" and s.start < place[1] and place[0] < s.end and (s[:2] == place or not (s.start <= place[0] and place[1] <= s.end))
        for s in spans
    )


def plain(name: Name, text: str) -> str:
    """The normal name of what no list holds: the words as they stand, a capital at the beginning made small.

    >>> plain(Name("foxatinib", "chemical", Entity(0, 9, "CHEMICAL", None, "m"), ((0, 9),)), "Foxatinib helped.")
    'foxatinib'
    """
    words = " ".join(text[name.entity.start : name.entity.end].split())
    return words[0].lower() + words[1:] if words[1:].islower() else words


def _rule(name: Name, role: Role) -> str:
    """What decided: the model's label, and the words that spoke for the role."""
    return f"model:{name.entity.label}" + (f" {'; '.join(role.reasons)}" if role.reasons else "")


def _short_forms(text: str, added: Sequence[Span], taken: Taken) -> list[Span]:
    """Short forms that the document defines for what was added."""
    ends = {s.end: s for s in added}
    out = []
    for a in find_abbreviations(text):
        long = ends.get(a.long_end)
        if long is None or long.start > a.long_end - 0.4 * (a.long_end - a.long_start) or len(a.short) < 2:
            continue
        for start, end in occurrences(text, a.short):
            if taken.take(start, end):
                rule = f"abbreviation:{a.short}={text[a.long_start : a.long_end]}"
                out.append(long._replace(start=start, end=end, rule=rule))
    return out
