"""Where the numbers of a sentence stand, in digits or in words."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from ahocorasick_rs import AhoCorasick, Implementation

#: a number in digits
TOKEN = re.compile(r"[\d.](?:(?<=\d)\d*(?:[.,]\d+)*|(?<=\.)\d+)")  # a class of characters first: it is searched for faster than a choice
_DIGIT = re.compile(r"\d")
_NUMBER_WORDS = "none no all each one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen twenty thirty forty fifty sixty seventy eighty ninety hundred".split()
_AUTOMATON = AhoCorasick(_NUMBER_WORDS, implementation=Implementation.DFA)
_ALL = _NUMBER_WORDS.index("each")


def has_numbers(text: str, start: int, end: int) -> bool:
    """Whether a stretch holds a number in digits or words."""
    if _DIGIT.search(text, start, end) is not None or text.find("not reached", start, end) >= 0:
        return True
    return any(word > _ALL for word, _ in _number_words(text[start:end].lower()))


def number_places(text: str, start: int, end: int, low: str) -> list[int]:
    """Where the numbers of a stretch begin, in order; ``low`` is the stretch in lower case.

    >>> number_places("none of the 10, twelve died", 0, 27, "none of the 10, twelve died")
    [0, 12, 16]
    """
    digits = [m.start() for m in TOKEN.finditer(text, start, end)]
    words = [start + at for _, at in _number_words(low)]
    return sorted({*digits, *words}) if words else digits


def stands(text: str, place: int) -> bool:
    """Whether the number at a place is no part of a word, as in "CD19" or "IL6"."""
    before = text[place - 1] if place else " "
    return not (before.isalnum() or before == "_")


def any_stands(text: str, numbers: Sequence[int]) -> bool:
    """Whether one of the numbers at some places is no part of a word: no result is stated without one, or the word "thousand".

    >>> any_stands("CD19 and CD22", [2, 11]), any_stands("in 3 of 22", [3, 8])
    (False, True)
    """
    for place in numbers:  # noqa: SIM110 - any() takes twice the time
        if stands(text, place):
            return True
    return False


def _number_words(low: str) -> Iterator[tuple[int, int]]:
    """Number words of a stretch in lower case, with their places; "none" counts as one, "no", "all" and "each" come before."""
    for word, start, end in _AUTOMATON.find_matches_as_indexes(low, overlapping=True):
        if not low[start - 1 : start].isalpha() and not low[end : end + 1].isalpha():
            yield (word if word else _ALL + 1), start
