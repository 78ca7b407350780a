"""Listed names in a text."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from allnlp.text.fold import fold, mask
from allnlp.text.lexicon import Lexicon, Reading
from allnlp.text.rules import NEAR, REACH, StopRule, compiled
from allnlp.text.spans import Span

_PLUS = ("+", "\u207a", "\ufe62", "\uff0b")
_BESIDE = 60  # characters that a hard negative sees
_MINUS = ("-", "\u2212", "\u207b", "\u2013")


def find_terms(text: str, lexicon: Lexicon, *, folded: str | None = None, wary: Mapping[str, Sequence[int]] | None = None) -> list[Span]:
    """Every reading of every listed name in ``text``, overlapping ones included, in order of place.

    A name stands between characters that are neither letters nor digits; rows with case ``exact`` must show their own
    capitals; hard negatives are left out.

    Args:
        text: the text.
        lexicon: the compiled vocabulary.
        folded: the text folded, if it was.
        wary: for each label, places where a hard negative of what stands before a name may begin, if a look over the text told.
    """
    folded = fold(text) if folded is None else folded
    spans = []
    readings = lexicon.readings
    for index, begin, end in lexicon.automaton.find_matches_as_indexes(f" {folded} ", overlapping=True):
        stop = end - 2  # without the two blanks, and the one put before the text
        for reading in readings[index]:
            last = _end(text, begin, stop, reading)
            if last < 0:
                continue
            if reading.own and _any_forbids(reading.own, text, folded, begin, stop):
                continue
            if reading.any_text:
                places = () if wary is None else wary.get(reading.entry.label, ())
                is_wary = wary is None or (bool(places) and any(0 < begin - at <= _BESIDE for at in places))
                if _any_forbids(reading.any_text, text, folded, begin, stop, is_wary):
                    continue
            spans.append(Span(begin, last, *reading.rest))  # type: ignore[arg-type]
    return spans


def _end(text: str, start: int, stop: int, reading: Reading) -> int:
    """Where a name ends that begins at ``start`` and whose letters end at ``stop``; -1 where the text does not show it as listed."""
    entry = reading.entry
    if entry.exact is not None:
        shown = text[start:stop]
        if shown != entry.exact and mask(shown) != entry.exact:
            return -1
    if not reading.spaced:
        return stop
    if entry.tail:
        if not _has_tail(text, stop, entry.tail):
            return -1
        stop += len(entry.tail)
    # A bracket that opens or closes within the words without its other half: "T (CAR-[T) cell" is no name.
    return stop if text.count("(", start, stop) == text.count(")", start, stop) else -1


def _has_tail(text: str, at: int, tail: str) -> bool:
    """Whether the sign that a listed name ends with, "+", "-" or ")", stands there in the text."""
    if tail in ("+", "-", "\u2212"):
        after = text[at + 1 : at + 2]
        return text[at : at + 1] in (_PLUS if tail == "+" else _MINUS) and not (tail != "+" and after.isalnum())
    return text.startswith(tail, at)


def is_stopped(text: str, folded: str, start: int, end: int, label: str, lexicon: Lexicon, *, kind: str = "") -> bool:
    """Whether a hard negative forbids reading ``text[start:end]`` as ``label``.

    ``kind`` names what rows that are not of one text are of: a population that is a number, or a name of two readings.
    """
    rules = lexicon.stops[label]
    own = rules.get(folded[start:end], ())
    return any(of and _any_forbids(of, text, folded, start, end) for of in (own, rules.get(kind, ()), rules.get("*", ())))


def _any_forbids(rules: Iterable[StopRule], text: str, folded: str, start: int, end: int, is_wary: bool = True) -> bool:
    """Whether one of the rules forbids a reading.

    Most are told by the characters beside the words, if those are of ASCII and not at an end of the text. Rules of what
    stands before, of no known end, are asked only if ``is_wary``.
    """
    head, tail = folded[end : end + REACH], folded[max(0, start - REACH) : start]
    is_head = len(head) == REACH and head.isascii()
    is_tail = len(tail) == REACH and tail.isascii() and text[start - 1] != "\n"  # before which "$" holds too
    for before, after, tails, heads in rules:
        if heads is not None and is_head and head not in heads and head[:NEAR] not in heads:
            continue
        if tails is None:
            if after is None and not is_wary:
                continue
        elif is_tail and tail not in tails and tail[-NEAR:] not in tails:
            continue
        if before is not None and not compiled(before).search(text, max(0, start - _BESIDE), start):
            continue
        if after is None or compiled(after).match(text, end, end + _BESIDE):
            return True
    return False
