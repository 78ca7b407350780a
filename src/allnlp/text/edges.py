"""Right and left edges: words that belong to a mention when they stand next to it."""

from __future__ import annotations

from allnlp.text.lexicon import Lexicon
from allnlp.text.spans import Span

_REACH = 40


def extend(text: str, span: Span, lexicon: Lexicon) -> Span:
    """The span with the edge words of its label taken in, on both sides, as many as there are."""
    start, end = span.start, span.end
    right = lexicon.right_edges.get(span.label)
    while right is not None and (found := right.match(text, end, end + _REACH)):
        end = found.end()
    left = lexicon.left_edges.get(span.label)
    while left is not None and (found := left.search(text, max(0, start - _REACH), start)):
        start = found.start()
    return span if (start, end) == span[:2] else span._replace(start=start, end=end)
