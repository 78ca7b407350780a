"""Right and left edges: words that belong to a mention when they stand next to it."""

from __future__ import annotations

import re
from collections.abc import Mapping

from allnlp.text.lexicon import Lexicon
from allnlp.text.spans import Span

_REACH = 40
_WORD_START = re.compile(r"(?<![^\W_])\S")
_JOINS = frozenset(" -\u2010\u2011\u2012\u2013\u2014\u2015")


def extend(text: str, span: Span, lexicon: Lexicon) -> Span:
    """The span with the edge words of its label taken in, on both sides, as many as there are."""
    start, end = span.start, span.end
    right = lexicon.right_edges.get(span.label)
    while right is not None and text[end : end + 1] in _JOINS and (found := right.match(text, end, end + _REACH)):
        end = found.end()
    left = lexicon.left_edges.get(span.label)
    while left is not None and text[start - 1 : start] in _JOINS and (before := _left(text, start, left)) < start:
        start = before
    return span if (start, end) == span[:2] else span._replace(start=start, end=end)


def _left(text: str, start: int, edges: Mapping[str, re.Pattern[str]]) -> int:
    """Where the longest edge begins that ends at ``start``; ``start`` where there is none."""
    for word in _WORD_START.finditer(text, max(0, start - _REACH), start):
        rule = edges.get(word.group().lower()) or edges.get("")
        if rule is not None and rule.fullmatch(text, word.start(), start):
            return word.start()
    return start
