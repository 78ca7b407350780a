"""The vocabulary made ready for matching: one automaton over all names, rules compiled once."""

from __future__ import annotations

import functools
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import NamedTuple

from ahocorasick_rs import AhoCorasick, MatchKind

from allnlp.linking import Linker
from allnlp.terminology import Cue, Edge, Pattern, Stop, Term, Terminology
from allnlp.terminology.ner_labels import specificity
from allnlp.text.fold import fold, mask, variants
from allnlp.text.numbers import NUMBER
from allnlp.text.roles import Weights

# One Old Italic letter stands for each character of a mention of a label in the shadow of a text: a letter, so that \b holds.
SHADOWS: Mapping[str, str] = MappingProxyType(
    {
        "THERAPY": "\U00010301",
        "ANTIGEN": "\U00010302",
        "DISEASE": "\U00010303",
        "TOXICITY": "\U00010304",
        "OUTCOME": "\U00010305",
        "GENE_ALTERATION": "\U00010307",
    }
)


_DASHES = r"-\u2010-\u2015\u2212"
_MACROS: Mapping[str, str] = MappingProxyType(
    {"{-}": f"[{_DASHES}]", "{ }": rf"[{_DASHES}\s]", "{NUMBER}": NUMBER, **{"{" + k + "}": v + "++" for k, v in SHADOWS.items()}}
)


_FIRST = re.compile(r"([A-Za-z0-9])(?![?*{])")
_GROUP = re.compile(r"\(\?:((?:[^()]|\((?:[^()]|\([^()]*\))*\))*)\)")  # with groups in it, two deep

#: Neoplasm, CAR T-cell therapy, chemotherapy, stem cell transplantation.
ONCOLOGY_ROOTS = ("ncit:C3262", "allnlp:car-t-cell-therapy", "ncit:C15632", "allnlp:stem-cell-transplantation")


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


class StopRule(NamedTuple):
    """A compiled hard negative."""

    before: re.Pattern[str] | None
    after: re.Pattern[str] | None


class PatternRule(NamedTuple):
    """A compiled pattern."""

    row: Pattern
    regex: re.Pattern[str]
    labels: frozenset[str]  # whose mentions it names; those are masked in the text that it sees

    @property
    def shadowed(self) -> bool:
        """Whether it looks at the text around mentions."""
        return bool(self.labels)


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
    by_form: Mapping[str, tuple[Entry, ...]]  # the same by folded text
    stops: Mapping[str, Mapping[str, tuple[StopRule, ...]]]  # by label, then by folded text or "*"
    left_edges: Mapping[str, Mapping[str, re.Pattern[str]]]  # by label, then by first letter; "" holds those that begin with none
    right_edges: Mapping[str, re.Pattern[str]]
    patterns: tuple[PatternRule, ...]
    needs: AhoCorasick  # strings that patterns need
    needed_by: tuple[tuple[tuple[int, ...], tuple[int, ...]], ...]  # for each such string, patterns over text and over shadow
    needless: tuple[tuple[int, ...], tuple[int, ...]]  # patterns that need none
    cue_automaton: AhoCorasick
    cues: tuple[tuple[CueRule, ...], ...]
    words: Mapping[str, frozenset[str]]
    oncology: frozenset[str]  # concepts that make a document one of cancer treatment
    ner_labels: Mapping[str, tuple[tuple[str, str], ...]]  # of models: by label, glob of models and kind, the most specific glob first
    roles: Weights
    linker: Linker
    targets: Mapping[str, tuple[tuple[str, str], ...]]  # CURIE and name of each antigen that a therapy is aimed at


@functools.lru_cache(maxsize=2)
def compile_lexicon(terminology: Terminology) -> Lexicon:
    """Compile the tables; takes about a second for 15,000 names, and none for equal tables in the same process."""
    entries = _entries(terminology)
    keys = sorted(entries)
    cues = _cues(terminology.cues)
    patterns = tuple(_pattern(p) for p in terminology.patterns)
    needs, needed_by, needless = _needs(patterns)
    cue_keys = sorted(cues)
    return Lexicon(
        version=terminology.version,
        precedence=MappingProxyType({r.label: int(r.precedence) for r in terminology.labels}),
        automaton=AhoCorasick([f" {k} " for k in keys], matchkind=MatchKind.Standard),
        entries=tuple(tuple(entries[k]) for k in keys),
        by_form=MappingProxyType({k: tuple(entries[k]) for k in keys}),
        stops=_stops(terminology.stops, [r.label for r in terminology.labels]),
        left_edges=_left_edges(terminology.edges),
        right_edges=_right_edges(terminology.edges),
        patterns=patterns,
        needs=AhoCorasick(needs, matchkind=MatchKind.Standard),
        needed_by=tuple(needed_by),
        needless=needless,
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
    out: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for b in terminology.broader:
        if b.relation == "targets":
            out[b.curie].append((b.object, names.get(b.object, b.object)))
    return MappingProxyType({curie: tuple(found) for curie, found in out.items()})


def _entries(terminology: Terminology) -> dict[str, list[Entry]]:
    out: dict[str, list[Entry]] = defaultdict(list)
    for file, _, label, term in terminology.terms:
        for form, entry in _forms(term, label, f"{file}:{term.text}", terminology):
            same = [e for e in out[form] if (e.label, e.curie, e.exact, e.tail) == (*entry[:2], entry.exact, entry.tail)]
            if not same:
                out[form].append(entry)
    return {k: v for k, v in out.items() if v}


def folded_forms(term: Term, terminology: Terminology) -> set[str]:
    """The folded strings by which a text is looked through for a term."""
    return {folded for folded, _ in _forms(term, "", "", terminology)}


def _forms(term: Term, label: str, rule: str, terminology: Terminology) -> Iterable[tuple[str, Entry]]:
    exact = term.case == "exact"
    core = term.text.rstrip("+-\u2212)")
    tail = term.text[len(core) :]
    for form in variants(core, terminology.spellings, exact=exact) if not tail else [core]:
        folded = fold(form)
        if folded.strip() != folded or not folded:
            folded = folded.strip()
        if folded:
            shown = mask(form).strip() if exact else None
            yield folded, Entry(label, term.curie, term.name, term.subtype or None, shown, tail, rule, term.context)


def _stops(rows: Iterable[Stop], labels: Sequence[str]) -> Mapping[str, Mapping[str, tuple[StopRule, ...]]]:
    out: dict[str, dict[str, list[StopRule]]] = {label: defaultdict(list) for label in labels}
    for r in rows:
        before = re.compile(f"(?:{r.before})$", re.IGNORECASE) if r.before else None
        after = re.compile(r.after, re.IGNORECASE) if r.after else None
        named = r.text == "*" or r.text.startswith("{")
        for label in labels if r.label == "*" else [r.label]:
            for key in [r.text] if named else [fold(form).strip() for form in variants(r.text, (), exact=False)]:
                out[label][key].append(StopRule(before, after))
    return MappingProxyType({label: {k: _merged(v) for k, v in by.items()} for label, by in out.items()})


def _merged(rules: Sequence[StopRule]) -> tuple[StopRule, ...]:
    """The rules with those of one side only made one: a single look instead of many."""
    both = [r for r in rules if (r.before is None) == (r.after is None)]
    before = [r.before.pattern for r in rules if r.before is not None and r.after is None]
    after = [r.after.pattern for r in rules if r.after is not None and r.before is None]
    out = [StopRule(re.compile("|".join(before), re.IGNORECASE), None)] if before else []
    out += [StopRule(None, re.compile("|".join(f"(?:{p})" for p in after), re.IGNORECASE))] if after else []
    return tuple(out + both)


def _right_edges(rows: Iterable[Edge]) -> Mapping[str, re.Pattern[str]]:
    by: dict[str, list[str]] = defaultdict(list)
    for r in rows:
        if r.side == "right":
            by[r.label].append(r.regex)
    shape = r"[-\u2010-\u2015 ](?:{})(?![^\W_])"
    return MappingProxyType({label: re.compile(shape.format(_longest_first(w)), re.IGNORECASE) for label, w in by.items()})


def _left_edges(rows: Iterable[Edge]) -> Mapping[str, Mapping[str, re.Pattern[str]]]:
    """Left edges by the letter that they begin with, so that at a word only those are tried that may stand there."""
    by: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    for r in rows:
        if r.side == "left":
            for first in _firsts(r.regex):
                by[r.label][first].append(r.regex)
    return MappingProxyType(
        {label: MappingProxyType({k: _left_edge(v, groups.get("", ())) for k, v in groups.items()}) for label, groups in by.items()}
    )


def _left_edge(regexes: Sequence[str], of_any_letter: Sequence[str]) -> re.Pattern[str]:
    return re.compile(rf"(?:{_longest_first([*dict.fromkeys([*regexes, *of_any_letter])])})[-\u2010-\u2015 ]", re.IGNORECASE)


def _firsts(regex: str) -> frozenset[str]:
    r"""Letters, in lower case, with which a match may begin; the empty string where that cannot be read off.

    >>> sorted(_firsts("(?:NOT|AND)-gated")), sorted(_firsts(r"\\w+-depleted"))
    (['a', 'n'], [''])
    """
    alternatives, depth, at = [], 0, 0
    for i, char in enumerate(regex):
        depth += (char == "(") - (char == ")")
        if char == "|" and not depth:
            alternatives.append(regex[at:i])
            at = i + 1
    alternatives.append(regex[at:])
    if len(alternatives) > 1:
        return frozenset[str]().union(*map(_firsts, alternatives))
    group = _GROUP.match(regex)
    if group is not None and regex[group.end() : group.end() + 1] not in ("?", "*", "{"):
        return _firsts(group.group(1))
    plain = _FIRST.match(regex)
    return frozenset({plain.group(1).lower()}) if plain else frozenset({""})


def _longest_first(regexes: Sequence[str]) -> str:
    return "|".join(sorted(regexes, key=len, reverse=True))


def expand(regex: str) -> str:
    r"""A pattern's regular expression with its macros written out.

    >>> expand("post{-}{THERAPY}") == "post[-\\u2010-\\u2015\\u2212]\U00010301++"
    True
    """
    for macro, written in _MACROS.items():
        regex = regex.replace(macro, written)
    return regex


def _pattern(row: Pattern) -> PatternRule:
    flags = 0 if row.case == "exact" else re.IGNORECASE
    labels = frozenset(label for label in SHADOWS if "{" + label + "}" in row.regex)
    return PatternRule(row, re.compile(expand(row.regex), flags), labels)


def _needs(
    patterns: Sequence[PatternRule],
) -> tuple[list[str], list[tuple[tuple[int, ...], tuple[int, ...]]], tuple[tuple[int, ...], tuple[int, ...]]]:
    """Strings that patterns need, the patterns (over text, over shadow) that need each, and those that need none."""
    by: dict[str, tuple[list[int], list[int]]] = defaultdict(lambda: ([], []))
    for number, rule in enumerate(patterns):
        for need in rule.row.needs.split("|"):
            by[fold(need)][rule.shadowed].append(number)
    none = by.pop("", ([], []))
    keys = sorted(by)
    return keys, [(tuple(by[k][0]), tuple(by[k][1])) for k in keys], (tuple(none[0]), tuple(none[1]))


def _cues(rows: Iterable[Cue]) -> dict[str, list[CueRule]]:
    out: dict[str, list[CueRule]] = defaultdict(list)
    for r in rows:
        out[fold(r.text).strip()].append(CueRule(r, frozenset(r.labels.split("|")), int(r.span)))
    return out


def _content_words(terminology: Terminology) -> Mapping[str, frozenset[str]]:
    """For each concept, the beginnings (4 letters) of the words of its names: what a definition may share with it."""
    out: dict[str, set[str]] = defaultdict(set)
    for _, _, _, term in terminology.terms:
        out[term.curie].update(w[:4] for w in fold(f"{term.text} {term.name}").split() if len(w) > 3)
    return MappingProxyType({k: frozenset(v) for k, v in out.items()})


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
