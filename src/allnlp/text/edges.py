"""Right and left edges: words that belong to a mention when they stand next to it."""

from __future__ import annotations

import re
from collections.abc import Mapping

from allnlp.text.lexicon import Lexicon
from allnlp.text.rules import NEAR, REACH, EdgeRules, compiled
from allnlp.text.spans import Span

_WIDTH = 40
_WORD_START = re.compile(r"(?<![^\W_])\S")
_JOINS = frozenset(" -\u2010\u2011\u2012\u2013\u2014\u2015")


def extend(text: str, folded: str, span: Span, lexicon: Lexicon) -> Span:
    """The span with the edge words of its label taken in, on both sides, as many as there are; ``folded`` is the text folded."""
    rules = lexicon.edges.get(span.label)
    if rules is None:
        return span
    start, end = span.start, span.end
    while rules.right is not None and text[end : end + 1] in _JOINS and _may_follow(text[end : end + REACH], folded[end : end + REACH], rules):
        found = compiled(rules.right).match(text, end, end + _WIDTH)
        if found is None:
            break
        end = found.end()
    while start and text[start - 1] in _JOINS and _may_precede(text[max(0, start - _WIDTH - 1) : start], folded[max(0, start - _WIDTH - 1) : start], rules):
        before = _left(text, start, rules.left)
        if before == start:
            break
        start = before
    return span if (start, end) == span[:2] else span._replace(start=start, end=end)


def _may_follow(beside: str, folded: str, rules: EdgeRules) -> bool:
    """Whether a right edge may begin with characters beside a mention; the last ones of a text are not told apart."""
    if rules.heads is None or len(beside) < REACH or not beside.isascii():
        return True
    return folded in rules.heads or folded[:NEAR] in rules.heads


def _may_precede(window: str, folded: str, rules: EdgeRules) -> bool:
    """Whether a left edge may end with characters before a mention; the first ones of a text are not told apart."""
    if rules.words is None or len(window) <= _WIDTH or not window.isascii():
        return True
    tail = folded[-REACH:]
    if tail in rules.tails or tail[-NEAR:] in rules.tails:
        return True
    for word in rules.words:  # noqa: SIM110 - a generator takes twice as long
        if word in folded:
            return True
    return False


def _left(text: str, start: int, edges: Mapping[str, str]) -> int:
    """Where the longest edge begins that ends at ``start``; ``start`` where there is none."""
    for word in _WORD_START.finditer(text, max(0, start - _WIDTH), start):
        rule = edges.get(word.group().lower()) or edges.get("")
        if rule is not None and compiled(rule).fullmatch(text, word.start(), start):
            return word.start()
    return start
