"""The vocabulary made ready for matching: one automaton over all names, rules compiled once."""

from __future__ import annotations

import functools
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import NamedTuple

from ahocorasick_rs import AhoCorasick, MatchKind

from allnlp.linking import Linker
from allnlp.terminology import Cue, Spelling, Term, Terminology
from allnlp.terminology.ner_labels import specificity
from allnlp.text.fold import fold, mask, variants
from allnlp.text.large_names import LargeNames, LargeWords, Lookup, Row, part
from allnlp.text.roles import Weights
from allnlp.text.rules import EdgeRules, PatternRule, StopRule, edge_rules, pattern_rule, stop_rules
from allnlp.text.triggers import Triggers, triggers

#: Neoplasm, CAR T-cell therapy, chemotherapy, stem cell transplantation, bispecific antibody.
ONCOLOGY_ROOTS = ("ncit:C3262", "allnlp:car-t-cell-therapy", "ncit:C15632", "allnlp:stem-cell-transplantation", "allnlp:bispecific-antibody")


class Entry(NamedTuple):
    """A way in which a folded string may be read. ``exact`` is the form that the text must show, or None."""

    label: str
    curie: str
    name: str
    subtype: str | None
    exact: str | None
    tail: str
    rule: str
    context: str


class CueRule(NamedTuple):
    """A compiled cue."""

    row: Cue
    labels: frozenset[str]
    span: int


class Lexicon(NamedTuple):
    """Everything that ``annotate_text`` needs, built once from the tables and never changed."""

    version: str
    precedence: Mapping[str, int]
    automaton: AhoCorasick
    entries: tuple[tuple[Entry, ...], ...]
    by_form: Lookup[tuple[Entry, ...]]  # the same by folded text, and those of large tables
    large: LargeNames[Entry] | None  # names of large tables; None where there is none
    stops: Mapping[str, Mapping[str, tuple[StopRule, ...]]]  # by label, then by folded text or "*"
    edges: Mapping[str, EdgeRules]  # by label
    patterns: tuple[PatternRule, ...]
    triggers: Triggers  # strings without which patterns and hard negatives of any text do not hold
    cue_automaton: AhoCorasick
    cues: tuple[tuple[CueRule, ...], ...]
    words: Lookup[frozenset[str]]
    oncology: frozenset[str]  # concepts that make a document one of cancer treatment
    ner_labels: Mapping[str, tuple[tuple[str, str], ...]]  # of models: by label, glob of models and kind, the most specific glob first
    roles: Weights
    linker: Linker
    targets: Mapping[str, tuple[tuple[str, str], ...]]  # CURIE and name of each antigen that a therapy is aimed at


@functools.lru_cache(maxsize=2)
def compile_lexicon(terminology: Terminology) -> Lexicon:
    """Compile the tables; takes about a second for 15,000 names, and none for equal tables in the same process."""
    by_form = {k: tuple(v) for k, v in sorted(_entries(terminology).items())}
    cues = _cues(terminology.cues)
    patterns = tuple(pattern_rule(p) for p in terminology.patterns)
    stops = stop_rules(terminology.stops, [r.label for r in terminology.labels])
    cue_keys = sorted(cues)
    large = _large(terminology, by_form)
    return Lexicon(
        version=terminology.version,
        precedence=MappingProxyType({r.label: int(r.precedence) for r in terminology.labels}),
        automaton=AhoCorasick([f" {k} " for k in by_form], matchkind=MatchKind.Standard),
        entries=tuple(by_form.values()),
        by_form=large or MappingProxyType(by_form),
        large=large,
        stops=stops,
        edges=edge_rules(terminology.edges),
        patterns=patterns,
        triggers=triggers(patterns, stops),
        cue_automaton=AhoCorasick([f" {k} " for k in cue_keys], matchkind=MatchKind.Standard),
        cues=tuple(tuple(cues[k]) for k in cue_keys),
        words=_content_words(terminology),
        oncology=_below(terminology, ONCOLOGY_ROOTS),
        ner_labels=_ner_labels(terminology),
        roles=_roles(terminology),
        linker=Linker(terminology),
        targets=_targets(terminology),
    )


def _ner_labels(terminology: Terminology) -> Mapping[str, tuple[tuple[str, str], ...]]:
    out: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for row in sorted(terminology.ner_labels, key=lambda r: (-specificity(r.model), r.model)):
        out[row.label].append((row.model, row.kind))
    return MappingProxyType({label: tuple(rows) for label, rows in out.items()})


def _roles(terminology: Terminology) -> Weights:
    out: dict[str, dict[str, dict[str, float]]] = defaultdict(lambda: defaultdict(dict))
    for r in terminology.roles:
        out[r.kind][r.role][r.feature] = float(r.weight)
    return MappingProxyType({kind: MappingProxyType(dict(by)) for kind, by in out.items()})


def _targets(terminology: Terminology) -> Mapping[str, tuple[tuple[str, str], ...]]:
    names = {term.curie: term.name for _, _, _, term in terminology.terms}
    for b in terminology.broader:
        names |= {term.curie: term.name for table in terminology.large for *_, term in table.of(b.object) if b.relation == "targets"}
    out: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for b in terminology.broader:
        if b.relation == "targets":
            out[b.curie].append((b.object, names.get(b.object, b.object)))
    return MappingProxyType({curie: tuple(found) for curie, found in out.items()})


def _entries(terminology: Terminology) -> dict[str, list[Entry]]:
    out: dict[str, list[Entry]] = defaultdict(list)
    known = terminology.spellings
    spelled = re.compile("|".join(re.escape(string) for s in known for string in (s.american, s.other)) or r"(?!)")
    for file, _, label, term in terminology.terms:
        for form, entry in _forms(term, label, f"{file}:{term.text}", known if spelled.search(term.text.lower()) else ()):
            others = out[form]
            if not others or _reading(entry) not in map(_reading, others):
                others.append(entry)
    return out


def _reading(e: Entry) -> tuple[str, str, str | None, str]:
    """What two rows of one reading have in common; the first of them stands."""
    return e.label, e.curie, e.exact, e.tail


def _large(terminology: Terminology, by_form: Mapping[str, tuple[Entry, ...]]) -> LargeNames[Entry] | None:
    if not terminology.large:
        return None

    def read(row: Row) -> Iterable[tuple[str, Entry]]:
        file, _, label, term = row
        return _forms(term, label, f"{file}:{term.text}", terminology.spellings)

    parts = [part(table, terminology.spellings, lambda row: folded_forms(row[3], terminology)) for table in terminology.large]
    return LargeNames(by_form, parts, read, _reading)


def folded_forms(term: Term, terminology: Terminology) -> set[str]:
    """The folded strings by which a text is looked through for a term."""
    return {folded for folded, _ in _forms(term, "", "", terminology.spellings)}


def _forms(term: Term, label: str, rule: str, spellings: Iterable[Spelling]) -> Iterable[tuple[str, Entry]]:
    exact = term.case == "exact"
    core = term.text.rstrip("+-\u2212)")
    tail = term.text[len(core) :]
    entry = Entry(label, term.curie, term.name, term.subtype or None, None, tail, rule, term.context)
    for form in variants(core, spellings, exact=exact) if not tail else [core]:
        folded = fold(form).strip()
        if folded:
            yield folded, entry._replace(exact=mask(form).strip()) if exact else entry


def _cues(rows: Iterable[Cue]) -> dict[str, list[CueRule]]:
    out: dict[str, list[CueRule]] = defaultdict(list)
    for r in rows:
        out[fold(r.text).strip()].append(CueRule(r, frozenset(r.labels.split("|")), int(r.span)))
    return out


def _content_words(terminology: Terminology) -> Lookup[frozenset[str]]:
    """For each concept, the beginnings (4 letters) of the words of its names: what a definition may share with it."""
    out: dict[str, set[str]] = defaultdict(set)
    for _, _, _, term in terminology.terms:
        out[term.curie].update(_word_beginnings(term))
    words = MappingProxyType({k: frozenset(v) for k, v in out.items()})
    return LargeWords(words, terminology.large, _word_beginnings) if terminology.large else words


def _word_beginnings(term: Term) -> list[str]:
    return [w[:4] for w in fold(f"{term.text} {term.name}").split() if len(w) > 3]


def _below(terminology: Terminology, roots: Iterable[str]) -> frozenset[str]:
    """The roots and every concept below them."""
    children: dict[str, list[str]] = defaultdict(list)
    for b in terminology.broader:
        if b.relation == "broader":
            children[b.object].append(b.curie)
    found, front = set(roots), list(roots)
    while front:
        for child in children.get(front.pop(), ()):
            if child not in found:
                found.add(child)
                front.append(child)
    return frozenset(found)
