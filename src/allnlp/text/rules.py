"""Rules of the vocabulary made ready: hard negatives, edges and patterns, each with what tells early that it cannot hold."""

from __future__ import annotations

import functools
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import NamedTuple

from allnlp.terminology import Edge, Pattern, Stop
from allnlp.text.affixes import EDGE, always_holds, beginnings, endings
from allnlp.text.fold import fold, variants
from allnlp.text.numbers import NUMBER

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
REACH, NEAR = 7, 3  # folded characters beside a mention by which a rule is looked up, and those by which one with fewer is


class StopRule(NamedTuple):
    """A hard negative: expressions of what stands before and after."""

    before: str | None
    after: str | None


class EdgeRules(NamedTuple):
    """Edges of a label.

    ``left`` and ``right`` are expressions, the left ones by first letter ("" holds those that begin with none); ``tails``
    are the folded characters with which a left edge ends, ``words`` strings with which those of no known
    end begin, ``heads`` the characters with which a right one begins; None where they cannot be told.
    """

    left: Mapping[str, str]
    right: str | None
    tails: frozenset[str]
    words: tuple[str, ...] | None
    heads: frozenset[str] | None


class PatternRule(NamedTuple):
    """A pattern."""

    row: Pattern
    expression: str
    labels: frozenset[str]  # whose mentions it names; those are masked in the text that it sees
    holds: bool  # whether every match holds a mention of them

    @property
    def shadowed(self) -> bool:
        """Whether it looks at the text around mentions."""
        return bool(self.labels)

    @property
    def regex(self) -> re.Pattern[str]:
        """The compiled expression."""
        return compiled(self.expression) if self.row.case != "exact" else exactly(self.expression)


@functools.lru_cache(maxsize=4096)
def compiled(expression: str) -> re.Pattern[str]:
    """The expression compiled for either case, when first asked for: most rules wait long for their words."""
    return re.compile(expression, re.IGNORECASE)


@functools.lru_cache(maxsize=1024)
def exactly(expression: str) -> re.Pattern[str]:
    """The expression compiled for its own case."""
    return re.compile(expression)


def stop_rules(rows: Iterable[Stop], labels: Sequence[str]) -> Mapping[str, Mapping[str, tuple[StopRule, ...]]]:
    """Hard negatives by label, then by folded text, "*" or a name in braces."""
    out: dict[str, dict[str, list[StopRule]]] = {label: defaultdict(list) for label in labels}
    for r in rows:
        rule = StopRule(f"(?:{r.before})$" if r.before else None, r.after or None)
        named = r.text == "*" or r.text.startswith("{")
        for label in labels if r.label == "*" else [r.label]:
            for key in [r.text] if named else [fold(form).strip() for form in variants(r.text, (), exact=False)]:
                out[label][key].append(rule)
    return MappingProxyType({label: {k: _ready(k, v) for k, v in by.items()} for label, by in out.items()})


def _ready(key: str, rules: Sequence[StopRule]) -> tuple[StopRule, ...]:
    """Rules merged; those of any text, which are asked at every mention, apart from those of what stands before with no known end."""
    known = tuple(r for r in rules if key != "*" or r.before is None or tails(r.before) is not None)
    return _merged(known) + _merged(tuple(r for r in rules if r not in known))


@functools.lru_cache(maxsize=1024)
def _merged(rules: tuple[StopRule, ...]) -> tuple[StopRule, ...]:
    """The rules with those of one side only made one: a single look instead of many."""
    before = [r.before for r in rules if r.before is not None and r.after is None]
    after = [f"(?:{r.after})" for r in rules if r.after is not None and r.before is None]
    out = [StopRule("|".join(before), None)] if before else []
    out += [StopRule(None, "|".join(after))] if after else []
    return tuple(out + [r for r in rules if (r.before is None) == (r.after is None)])


@functools.lru_cache(maxsize=4096)
def heads(expression: str) -> frozenset[str] | None:
    """The first folded characters of what an expression matches: `REACH` of them or, of a shorter one, `NEAR`; None where unknown."""
    found = [s.lstrip(EDGE).replace(EDGE, " ") for s in beginnings(expression) or {""}]
    return None if min(map(len, found)) < NEAR else frozenset(s[:REACH] if len(s) >= REACH else s[:NEAR] for s in found)


@functools.lru_cache(maxsize=4096)
def tails(expression: str) -> frozenset[str] | None:
    """The last ones, likewise; a word with which the expression begins has a blank before it."""
    found = [s.rstrip(EDGE).replace(EDGE, " ") for s in endings(expression) or {""}]
    return None if min(map(len, found)) < NEAR else frozenset(s[-REACH:] if len(s) >= REACH else s[-NEAR:] for s in found)


def edge_rules(rows: Sequence[Edge]) -> Mapping[str, EdgeRules]:
    """Edges by label."""
    return MappingProxyType({label: _edge_rules([r for r in rows if r.label == label]) for label in sorted({r.label for r in rows})})


def _edge_rules(rows: Sequence[Edge]) -> EdgeRules:
    left = [r.regex for r in rows if r.side == "left"]
    right = [r.regex for r in rows if r.side == "right"]
    after = rf"[-\u2010-\u2015 ](?:{_longest_first(right)})(?![^\W_])" if right else None
    ends = {regex: tails(rf"\b(?:{regex})[-\u2010-\u2015 ]") for regex in left}
    words = {s.rstrip(EDGE).replace(EDGE, " ") for regex in left if ends[regex] is None for s in beginnings(rf"\b(?:{regex})") or {""}}
    return EdgeRules(
        left=_left_edges(left),
        right=after,
        tails=frozenset(tail for known in ends.values() for tail in known or ()),
        words=tuple(sorted(words)) if all(word.isascii() and word for word in words) else None,
        heads=heads(after) if after else None,
    )


def _left_edges(regexes: Iterable[str]) -> Mapping[str, str]:
    """Left edges by the letter that they begin with, so that at a word only those are tried that may stand there."""
    by: dict[str, list[str]] = defaultdict(list)
    for regex in regexes:
        for first in _firsts(regex):
            by[first].append(regex)
    return MappingProxyType({k: _left_edge(v, by.get("", ())) for k, v in by.items()})


def _left_edge(regexes: Sequence[str], of_any_letter: Sequence[str]) -> str:
    return rf"(?:{_longest_first([*dict.fromkeys([*regexes, *of_any_letter])])})[-\u2010-\u2015 ]"


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


def pattern_rule(row: Pattern) -> PatternRule:
    """A pattern made ready."""
    labels = frozenset(label for label in SHADOWS if "{" + label + "}" in row.regex)
    expression = expand(row.regex)
    return PatternRule(row, expression, labels, bool(labels) and always_holds(expression, frozenset(SHADOWS[label] for label in labels)))
