"""One look over the folded text for the strings without which rules cannot hold."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from ahocorasick_rs import AhoCorasick, MatchKind

from allnlp.text.affixes import EDGE, beginnings, endings
from allnlp.text.fold import fold
from allnlp.text.rules import PatternRule, StopRule, tails
from allnlp.text.spans import Clause

_SHORTEST = 3  # characters; a shorter beginning stands everywhere
_ASCII = re.compile(r"[\x00-\x7f]*")
# Letters that are no i and s when folded, and are where an expression takes either case; digits that are no ASCII.
_OTHER = re.compile(r"[\u0130\u0131\u017f]|[^\x00-\x7f\D]")


class Trigger(NamedTuple):
    """What a string tells: patterns that need it, or that may begin with it (a bit each), or a label whose hard negatives may."""

    needed: int
    begun: int
    label: str
    shift: int  # from its place, one blank being put before the text, to that of the rule


class Triggers(NamedTuple):
    """The strings, and what holds without them; a bit for each pattern."""

    automaton: AhoCorasick
    found: tuple[Trigger, ...]
    needless: int  # patterns that need no string
    endless: int  # patterns of which no beginning or ending is known
    unbegun: int  # patterns of which no beginning is known
    shadowed: int  # patterns that look at the shadow of the text
    blind: frozenset[str]  # labels with a hard negative of any text of whose beginning and ending nothing is known


class Look(NamedTuple):
    """What was seen in a text: for each sentence patterns whose needs and whose beginnings (else endings) stand there, and where.

    ``wary`` are, by label, places where a hard negative of any text may begin that looks at what stands before a mention; None, and
    no pattern is passed over for want of a beginning, where the text holds letters that are not folded as an expression reads them.
    """

    needed: list[int]
    begun: list[int]
    seen: list[list[tuple[int, int]]]  # numbers and places of the strings, by sentence
    wary: Mapping[str, Sequence[int]] | None


def triggers(patterns: Sequence[PatternRule], stops: Mapping[str, Mapping[str, Iterable[StopRule]]]) -> Triggers:
    """Strings of the patterns and of the hard negatives of any text."""
    found: dict[tuple[str, str, int], tuple[int, int]] = defaultdict(lambda: (0, 0))
    endless = unbegun = 0
    for number, rule in enumerate(patterns):
        bit = 1 << number
        for need in rule.row.needs.split("|"):
            needed, begun = found[fold(need), "", 1]
            found[fold(need), "", 1] = (needed | bit, begun)
        affixes = _strings(beginnings(rule.expression))
        if affixes is None:
            unbegun |= bit
            affixes = _strings(endings(rule.expression))
        endless |= bit * (affixes is None)
        for string, shift in affixes or ():
            needed, begun = found[string, "", shift]
            found[string, "", shift] = (needed, begun | bit)
    needless = found.pop(("", "", 1), (0, 0))[0]
    blind = set()
    for label, by_text in stops.items():
        for stop in by_text.get("*", ()):
            if stop.before is not None and stop.after is None and tails(stop.before) is None:
                strings = _strings(beginnings(stop.before))
                found.update({(string, label, shift): (0, 0) for string, shift in strings or ()})
                blind |= {label} if strings is None else set()
    keys = sorted(found)
    return Triggers(
        automaton=AhoCorasick([string for string, _, _ in keys], matchkind=MatchKind.Standard),
        found=tuple(Trigger(*found[key], *key[1:]) for key in keys),
        needless=needless,
        endless=endless,
        unbegun=unbegun,
        shadowed=sum(1 << number for number, rule in enumerate(patterns) if rule.shadowed),
        blind=frozenset(blind),
    )


def _strings(affixes: frozenset[str] | None) -> set[tuple[str, int]] | None:
    """Strings to look for, each with its shift; None where they are unknown or short."""
    out: set[tuple[str, int]] = set()
    for affix in affixes or {""}:
        plain = _ASCII.match(affix)[0]  # type: ignore[index]
        if len(plain) < _SHORTEST:
            return None
        out.add((plain.replace(EDGE, " "), int(plain[0] != EDGE)))
    return out


def look(folded: str, clauses: Sequence[Clause], known: Triggers) -> Look:
    """What a text shows of the strings."""
    is_plain = folded.isascii() or not _OTHER.search(folded)
    starts = [c.start for c in clauses]
    needed = [known.needless] * len(starts)
    begun = [known.endless if is_plain else -1] * len(starts)
    seen: list[list[tuple[int, int]]] = [[] for _ in starts]
    found, size = known.found, len(folded) + 1
    wary: dict[str, list[int]] = defaultdict(list, {label: list(range(size)) for label in known.blind})
    for index, at, end in known.automaton.find_matches_as_indexes(f" {folded} ", overlapping=True):
        needs, begins, label, shift = found[index]
        place = at - shift
        if label:
            wary[label].append(place)
            continue
        i = bisect_right(starts, place) - 1
        if i >= 0:
            if needs and end <= size:  # a need stands in the text itself
                needed[i] |= needs
            begun[i] |= begins
            seen[i].append((index, place))
    return Look(needed, begun, seen, wary if is_plain else None)
