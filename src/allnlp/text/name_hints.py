"""What a table of names says of each token: the hint that a model reads beside the word itself."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence

from allnlp.text.abbreviations import find_abbreviations, occurrences
from allnlp.text.name_table import Found, NameTable, find_in_texts

_MOST = 0.4  # of a long form, that a name which ends with it must be


def name_hints(text: str, tokens: Sequence[tuple[int, int]], table: NameTable) -> list[str]:
    """A hint for each token: "B3" and "I3" begin and go on a name of the kinds 3 (a bit mask), "A3" is a short form of one.

    A short form takes the kinds of the long form that the text itself defines it by, wherever it stands. A token in no name has
    the hint "".

    >>> from allnlp.text.name_table import build
    >>> text = "Lymphoblastic leukemia (LL)"
    >>> name_hints(text, [(0, 13), (14, 22), (23, 24), (24, 26), (26, 27)], build([("lymphoblastic leukemia", 1, False)]))
    ['B1', 'I1', '', 'A1', '']

    Args:
        text: a document.
        tokens: places of its tokens, in order, without overlap.
        table: names.
    """
    return hints_of([text], [tokens], table)[0]


def hints_of(texts: Sequence[str], tokens: Sequence[Sequence[tuple[int, int]]], table: NameTable) -> list[list[str]]:
    """For each of several texts what ``name_hints`` gives; the table is read once for all."""
    words = [[t for t in its if text[t[0]].isalnum()] for text, its in zip(texts, tokens, strict=True)]
    found = find_in_texts(texts, words, table)
    return [_hints(*one) for one in zip(texts, tokens, words, found, strict=True)]


def _hints(text: str, tokens: Sequence[tuple[int, int]], words: Sequence[tuple[int, int]], names: Sequence[Found]) -> list[str]:
    found = [(words[f.first][0], words[f.last - 1][1], f.kinds) for f in names]
    hints = [""] * len(tokens)
    starts = [t[0] for t in tokens]
    for start, end, kinds in found:
        for i in range(bisect_left(starts, start), bisect_left(starts, end)):
            hints[i] = ("B" if starts[i] == start else "I") + str(kinds)
    for a in find_abbreviations(text):
        kinds = 0
        for start, end, k in found:
            if end == a.long_end and end - start >= _MOST * (a.long_end - a.long_start):
                kinds = k
        if kinds:
            for start, end in occurrences(text, a.short):
                for i in range(bisect_left(starts, start), bisect_left(starts, end)):
                    hints[i] = ("A" if starts[i] == start else "I") + str(kinds)
    return hints
