"""What a document names once it names wherever the same words stand, and by the short form that it defines."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from allnlp.text.abbreviations import find_abbreviations, occurrences
from allnlp.text.entities import Entity

_MOST = 0.4  # of a long form, that an entity which ends with it must be
_SHORTEST = 3  # characters of a name that is looked for elsewhere
_UNMARKED = 2.0  # a name that is left unmarked more than so many times as often as it is marked is mostly another thing


def with_repeats(text: str, entities: Sequence[Entity]) -> list[Entity]:
    """The entities, and those that a model overlooked though it marked the same words, or their long form, elsewhere in the text.

    What is added overlaps no entity. Words are looked for as they stand, between characters that are no letters or digits.

    >>> text = "Foxatinib (FXB) helped. FXB was safe, as foxatinib is."
    >>> [text[e.start : e.end] for e in with_repeats(text, [Entity(0, 9, "CHEMICAL", None, "m")])]
    ['Foxatinib', 'FXB', 'FXB']
    """
    out = sorted(entities)
    free = bytearray(b"\x01" * len(text))
    for e in out:
        free[e.start : e.end] = bytes(e.end - e.start)

    def add(start: int, end: int, like: Entity) -> None:
        if free.find(0, start, end) < 0:
            free[start:end] = bytes(end - start)
            out.append(like._replace(start=start, end=end))

    counts = Counter((text[e.start : e.end], e.label) for e in entities)
    first = {(text[e.start : e.end], e.label): e for e in sorted(entities, reverse=True)}
    for words, label in sorted(counts, key=lambda k: (-len(k[0]), -counts[k], k)):
        if len(words) >= _SHORTEST:
            places = [p for p in _places(text, words) if free.find(0, *p) < 0]
            if len(places) <= _UNMARKED * counts[words, label]:
                for start, end in places:
                    add(start, end, first[words, label])
    for a in find_abbreviations(text):
        long = next((e for e in out if e.end == a.long_end and e.end - e.start >= _MOST * (a.long_end - a.long_start)), None)
        if long is not None:
            for start, end in occurrences(text, a.short):
                add(start, end, long)
    return sorted(out)


def _places(text: str, words: str) -> Iterator[tuple[int, int]]:
    at = 0
    while (at := text.find(words, at)) >= 0:
        end = at + len(words)
        if not (at and text[at - 1].isalnum() and words[0].isalnum()) and not (text[end : end + 1].isalnum() and words[-1].isalnum()):
            yield at, end
        at = end
