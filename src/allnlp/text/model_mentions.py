"""Mentions that a model adds to those of the rules: names that no list holds, in the role that their company gives them."""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from fnmatch import fnmatchcase
from types import MappingProxyType
from typing import NamedTuple

from allnlp.schema import LABELS
from allnlp.text.abbreviations import Abbreviation, find_abbreviations, occurrences
from allnlp.text.edges import extend
from allnlp.text.entities import Entity
from allnlp.text.fold import fold, mask
from allnlp.text.lexicon import Lexicon
from allnlp.text.model_names import is_general, stands_alone
from allnlp.text.registrations import find_registrations
from allnlp.text.roles import NONE, Role, decide, features, fields
from allnlp.text.spans import Clause, Span, Taken
from allnlp.text.terms import is_stopped
from allnlp.text.triage import SHORT, may_hold_mentions

#: How sure a role must be to stand: 0 to 1, set on mentions of hidden concepts (docs/models.md).
THRESHOLDS: Mapping[str, float] = MappingProxyType({"THERAPY": 0.8, "TOXICITY": 0.5, "DISEASE": 0.95, "ANTIGEN": 0.9})
_CLINICAL = frozenset({"THERAPY", "DISEASE", "TOXICITY", "ANTIGEN"})  # without any of them a text is on something else
OWN_THRESHOLD = 0.4  # of models whose labels are ours


class Name(NamedTuple):
    """A name that a model marked, with every place where it may stand: half-open offsets.

    ``share`` is how many of the places the model marks; it stands for the model's certainty where that says nothing of it.
    """

    folded: str
    kind: str
    entity: Entity  # the first
    places: tuple[tuple[int, int], ...]
    share: float


def add_entities(
    text: str,
    clauses: Sequence[Clause],
    spans: Sequence[Span],
    entities: Sequence[Entity],
    lexicon: Lexicon,
) -> list[Span]:
    """The spans that rules decided, and what models add to them.

    Nothing is added to a text without any word of medicine (which a run does not show to a model), nor to an abstract that tells of no
    patients, animals or blood and in which the rules found nothing of medicine. A model
    never overrides a rule: what overlaps a mention of the rules is left out (a population may hold it), and so is a
    name that a list holds, wherever the rules did not let it stand. A name is taken wherever it stands in the document, and
    with it the short form that the document defines for it.

    Args:
        text: the document.
        clauses: its sentences.
        spans: what the rules decided, in order of place.
        entities: what models marked.
        lexicon: the compiled vocabulary.
    """
    if not entities or not may_hold_mentions(text):
        return list(spans)
    about = fields(text)
    if not (about or len(text) < SHORT or any(s.label in _CLINICAL for s in spans)):
        return list(spans)
    folded = fold(text)
    taken = Taken(len(text))
    for s in spans:
        if s.label != "POPULATION":
            taken.take(s.start, s.end)
    starts = [c.start for c in clauses]
    added: list[Span] = []
    definitions = find_abbreviations(text)
    shorts = {a.short for a in definitions}
    for name in names(text, folded, entities, lexicon):
        free = [p for p in name.places if not taken.holds(*p) and stands_alone(text, *p) and not _cuts(p, name.kind, spans)]
        free = [p for p in free if not any(a.long_start < p[0] < p[1] == a.long_end for a in definitions)]  # the end of a longer name
        if shorts.intersection(text[a:b] for a, b in free) or is_general(text[name.entity.start : name.entity.end], name.kind):
            continue  # a short form is what its long form is
        role = read(text, name, free, clauses, starts, spans, about, lexicon) if free else None
        if role is None:
            continue
        words = plain(name, text)
        linked = lexicon.linker.concept(words, role.label)
        curie, known = (linked.concept_id, linked.name) if linked else (None, words)
        review = f"{words} is linked to {known} by likeness ({linked.score:.2f})" if linked else ""
        for start, end in free:
            span = Span(start, end, role.label, None, curie, known, name.entity.model, _rule(name, role), review=review, score=round(role.score, 3))
            span = extend(text, folded, span, lexicon)
            if not is_stopped(text, folded, start, end, role.label, lexicon) and taken.take(span.start, span.end):
                added.append(span)
    added += _short_forms(text, definitions, added, taken)
    return sorted([*spans, *added], key=lambda s: (s.start, -s.end, s.label))


def names(text: str, folded: str, entities: Sequence[Entity], lexicon: Lexicon) -> Iterator[Name]:
    """The names that entities are and no list holds, longest first, each with all places where it stands in the text.

    A name that is marked as several kinds comes once for each: first as a label of ours, then as what it is marked as most often.
    """
    marked: dict[str, dict[str, list[Entity]]] = defaultdict(lambda: defaultdict(list))
    for e in entities:
        kind = kind_of(e, lexicon)
        form = folded[e.start : e.end].strip()
        if next(find_registrations(form), None) is not None:
            continue  # NCT01234567 names a study
        if kind != "ignore" and len(form) > 2 and any(c.isalpha() for c in form) and not _is_listed(form, mask(text[e.start : e.end]).strip(), lexicon):
            marked[form][kind].append(e)
    for form in sorted(marked, key=lambda f: (-len(f), f)):
        for kind in sorted(marked[form], key=lambda k: (k not in LABELS, -len(marked[form][k]), k)):
            found = marked[form][kind]
            places = {(e.start, e.end) for e in found} | set(_places(folded, form))
            share = len({(e.start, e.end) for e in found}) / len(places)
            yield Name(form, kind, min(found, key=_order), tuple(sorted(places)), share)


def _order(entity: Entity) -> tuple[int, int, str, str, float]:
    """By place, label and model, then the surest; one without a score comes last."""
    return entity.start, entity.end, entity.label, entity.model, -(entity.score or 0.0)


def kind_of(entity: Entity, lexicon: Lexicon) -> str:
    """What an entity's label stands for: chemical, disease, gene, a label of ours, or ignore."""
    rows = lexicon.ner_labels.get(entity.label, ())
    return next((kind for glob, kind in rows if fnmatchcase(entity.model, glob)), "ignore")


def _is_listed(form: str, shown: str, lexicon: Lexicon) -> bool:
    """Whether a list holds a folded form; of a name that is listed in its own case, whether the text shows it so."""
    return any(entry.exact in (None, shown) for entry in lexicon.by_form.get(form, ()))


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
        score = name.share if name.entity.score is None else name.entity.score
        return Role(name.kind, score, ()) if score > OWN_THRESHOLD else None
    seen = [[*features(text, a, b, clauses[max(0, bisect_right(starts, a) - 1)], spans), *about] for a, b in places]
    role = decide(name.kind, seen, lexicon.roles)
    return role if role.label != NONE and role.score >= THRESHOLDS[role.label] else None


def _cuts(place: tuple[int, int], kind: str, spans: Sequence[Span]) -> bool:
    """Whether a population shares characters with a place and does not hold it, or is just it, or what stands there is one too."""
    near = [s for s in spans if s.label == "POPULATION" and s.start < place[1] and place[0] < s.end]
    return any(kind == s.label or s[:2] == place or not (s.start <= place[0] and place[1] <= s.end) for s in near)


def plain(name: Name, text: str) -> str:
    """The normal name of what no list holds: the words as they stand, a capital at the beginning made small.

    >>> plain(Name("foxatinib", "chemical", Entity(0, 9, "CHEMICAL", None, "m"), ((0, 9),), 1.0), "Foxatinib helped.")
    'foxatinib'
    """
    words = " ".join(text[name.entity.start : name.entity.end].split())
    return words[0].lower() + words[1:] if words[1:].islower() else words


def _rule(name: Name, role: Role) -> str:
    """What decided: the model's label, and the words that spoke for the role."""
    return f"model:{name.entity.label}" + (f" {'; '.join(role.reasons)}" if role.reasons else "")


def _short_forms(text: str, definitions: Sequence[Abbreviation], added: Sequence[Span], taken: Taken) -> list[Span]:
    """Short forms that the document defines for what was added."""
    ends = {s.end: s for s in added}
    out = []
    for a in definitions:
        long = ends.get(a.long_end)
        if long is None or long.start > a.long_end - 0.4 * (a.long_end - a.long_start) or len(a.short) < 2:
            continue
        for start, end in occurrences(text, a.short):
            if taken.take(start, end):
                rule = f"abbreviation:{a.short}={text[a.long_start : a.long_end]}"
                out.append(long._replace(start=start, end=end, rule=rule))
    return out
