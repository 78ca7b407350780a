"""Beginnings and endings of what a regular expression matches, read off the expression: a cheap look before a dear one."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable
from typing import NamedTuple, TypeAlias

from allnlp.text.fold import fold

EDGE = "\b"  # stands in an affix where a word begins or ends
_MOST, _LENGTH, _SHORT, _CLASS = 200, 12, 3, 12  # affixes of an expression; characters of an affix, of one made short, of a class
_TOKEN = re.compile(
    r"(?P<look>\(\?<?[=!])|(?P<open>\((?:\?(?:P<\w+>|[:>]|[ims]*(?:-[ims]+)?:))?(?!\?))|(?P<close>\))|(?P<bar>\|)"
    r"|(?P<count>[?*+]|\{\d*,?\d*\})[?+]?|(?P<class>\[\^?\]?(?:[^\]\\]|\\.)*\])|(?P<escape>\\(?:u[0-9a-fA-F]{4}|.))|(?P<char>[^(])",
    re.DOTALL,
)
_NOTHING = {("", True)}  # what a piece adds that stands for no character
_IN_CLASS = re.compile(r"\\u[0-9a-fA-F]{4}|\\.|[^\\]", re.DOTALL)
_ESCAPED = {"b": frozenset({EDGE}), **dict.fromkeys("AZB", frozenset({""})), **dict.fromkeys("sWntrfv", frozenset({" "})), "d": frozenset("0123456789"), **dict.fromkeys("wSD")}
_Sequence: TypeAlias = "list[_Piece]"


class _Piece(NamedTuple):
    """A part of an expression: characters, folded; or alternatives; None where neither can be told. How often it stands."""

    what: frozenset[str] | list[_Sequence] | None
    least: int = 1
    most: int = 1


def beginnings(regex: str) -> frozenset[str] | None:
    r"""Folded strings of which every match begins with one; None where that cannot be told.

    A string may be but the first characters of what it stands for. ``EDGE`` stands where it is sure that a word begins or ends;
    a digit stands for those of ASCII alone.

    >>> sorted(beginnings(r"colou?r[ -]|\bred\b"))
    ['\x08red\x08', 'color ', 'colour ']
    >>> beginnings(r"\w+-free") is None
    True
    """
    return _affixes(regex, 1)


def endings(regex: str) -> frozenset[str] | None:
    r"""Folded strings of which every match ends with one; None where that cannot be told.

    >>> sorted(endings(r"\w+-free|\b(?:sun|moon)"))
    ['\x08moon', '\x08sun', ' free']
    """
    return _affixes(regex, -1)


def _affixes(regex: str, step: int) -> frozenset[str] | None:
    pieces = _parsed(regex)
    if pieces is None:
        return None
    runs = {_edged(run) for run, _ in _of_any(pieces, step)}
    return frozenset(runs) if "" not in runs else None


def always_holds(regex: str, characters: frozenset[str]) -> bool:
    r"""Whether every match is sure to hold one of the characters.

    >>> always_holds(r"(?:a|b+)c?", frozenset("ab")), always_holds("(?:a|b)?c", frozenset("ab"))
    (True, False)
    """
    pieces = _parsed(regex)
    return pieces is not None and _all_hold(pieces, characters)


def _all_hold(alternatives: Iterable[_Sequence], characters: frozenset[str]) -> bool:
    return all(any(piece.least and _holds(piece, characters) for piece in sequence) for sequence in alternatives)


def _holds(piece: _Piece, characters: frozenset[str]) -> bool:
    return piece.what is not None and (piece.what <= characters if isinstance(piece.what, frozenset) else _all_hold(piece.what, characters))


def _edged(run: str) -> str:
    """A run without its edges of words, but for one before its first letter and one after its last."""
    plain = run.replace(EDGE, "")
    before = EDGE if run[:1] == EDGE and plain[:1].isalnum() else ""
    return before + plain + (EDGE if run[-1:] == EDGE and plain[-1:].isalnum() else "")


def _of_any(alternatives: Iterable[_Sequence], step: int) -> set[tuple[str, bool]]:
    return {run for sequence in alternatives for run in _of_sequence(sequence[::step], step)}


def _of_sequence(sequence: _Sequence, step: int) -> set[tuple[str, bool]]:
    """Runs of characters with which a sequence may begin (end, where ``step`` is -1), and whether each goes on after it."""
    runs = {("", True)}
    for piece in sequence:
        if not any(goes_on for _, goes_on in runs):
            break
        added: set[tuple[str, bool]] = {("", False)}
        if isinstance(piece.what, frozenset):
            added = {(char, True) for char in piece.what}
        elif piece.what is not None:
            added = _of_any(piece.what, step)
        if piece.most > 1:
            added = {(run, False) for run, _ in added}
        if not piece.least:
            added.add(("", True))
        if added == _NOTHING:
            continue
        longer = _joined(runs, added, step)
        if len(longer) > _MOST:
            longer = _joined(runs, {_shortened(run, step) for run in added}, step)
        if len(longer) > _MOST:
            return {(run, False) for run, _ in runs}
        runs = longer
    return runs


def _joined(runs: set[tuple[str, bool]], added: set[tuple[str, bool]], step: int) -> set[tuple[str, bool]]:
    """The runs, each that goes on with each that is added."""
    out = {run for run in runs if not run[1]}
    for run, goes_on in runs:
        if goes_on:
            for more, still in added:
                whole = run + more if step > 0 else more + run
                out.add((whole, still and len(whole) < _LENGTH))
    return out


def _shortened(run: tuple[str, bool], step: int) -> tuple[str, bool]:
    text, goes_on = run
    return (text[:_SHORT] if step > 0 else text[-_SHORT:]), goes_on and len(text) <= _SHORT


@functools.lru_cache(maxsize=64)
def _parsed(regex: str) -> list[_Sequence] | None:
    """The alternatives of an expression; None where it holds what is not read here."""
    open_groups: list[tuple[str | None, list[_Sequence]]] = [(None, [[]])]
    at = 0
    while at < len(regex):
        token = _TOKEN.match(regex, at)
        if token is None:
            return None
        at, kind, alternatives = token.end(), token.lastgroup, open_groups[-1][1]
        if kind in ("open", "look"):
            open_groups.append((kind, [[]]))
        elif kind == "bar":
            alternatives.append([])
        elif kind == "close":
            group, inside = open_groups.pop()
            if not open_groups:
                return None
            open_groups[-1][1][-1].append(_Piece(inside if group == "open" else frozenset({""})))
        elif kind == "count":
            alternatives[-1].append(_counted(alternatives[-1].pop(), token["count"]))
        elif kind == "escape" and token["escape"][1] not in _ESCAPED and token["escape"][1].isalnum() and len(token["escape"]) == 2:
            return None
        else:
            alternatives[-1].append(_Piece(_characters(token.group())))
    return open_groups[0][1]


def _counted(piece: _Piece, count: str) -> _Piece:
    if count in ("?", "*", "+"):
        return piece._replace(least=int(count == "+"), most=1 if count == "?" else 2)
    least, _, most = count[1:-1].partition(",")
    return piece._replace(least=int(least or 0), most=int(most or 2) if "," in count else int(least))


@functools.lru_cache(maxsize=1024)
def _characters(token: str) -> frozenset[str] | None:
    """The characters that a sign, an escape or a class stands for, folded; None where they are many."""
    if token == ".":
        return None
    if token[0] == "\\":
        return _ESCAPED[token[1]] if token[1] in _ESCAPED else frozenset({fold(_character(token))})
    if token[0] != "[" or len(token) == 1:
        return frozenset({""}) if token in "^$" else frozenset({fold(token)})
    if token[1] == "^":
        return None
    found: set[str] = set()
    signs = _IN_CLASS.findall(token[1:-1])
    for i, sign in enumerate(signs):
        known = _ESCAPED.get(sign[1]) if sign[0] == "\\" and len(sign) == 2 and sign[1].isalpha() else frozenset({fold(_character(sign))})
        if known is None or EDGE in known:
            return None
        found |= known
        if sign == "-" and 0 < i < len(signs) - 1:
            first, last = ord(_character(signs[i - 1])), ord(_character(signs[i + 1]))
            if last - first > _CLASS:
                return None
            found |= {fold(chr(code)) for code in range(first, last)}
    return frozenset(found) if len(found) <= _CLASS else None


def _character(sign: str) -> str:
    return chr(int(sign[2:], 16)) if len(sign) == 6 else sign[-1]
