"""Listed names in a text."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from allnlp.text.fold import fold, mask
from allnlp.text.lexicon import Entry, Lexicon
from allnlp.text.rules import NEAR, REACH, StopRule, compiled, heads, tails
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
    stops = lexicon.stops
    for begin, stop, entries in listed_forms(folded, lexicon):
        for entry in entries:
            label, curie, name, subtype, exact, tail, rule, context = entry
            if exact is not None and (shown := text[begin:stop]) != exact and mask(shown) != exact:
                continue
            last = stop + len(tail)
            if (tail and not _has_tail(text, stop, tail)) or _across_bracket(text, begin, last):
                continue
            rules = stops[label]
            if rules and _is_forbidden(rules, text, folded, begin, stop, "{doubtful}" if context else "", _is_wary(wary, label, begin)):
                continue
            spans.append(Span(begin, last, label, subtype, curie, name, "terms", rule, context))
    return spans


def listed_forms(folded: str, lexicon: Lexicon) -> list[tuple[int, int, tuple[Entry, ...]]]:
    """Start, end and entries of every listed form, without the two blanks around it and the one put before the text."""
    entries = lexicon.entries
    matches = lexicon.automaton.find_matches_as_indexes(f" {folded} ", overlapping=True)
    found = [(start, end - 2, entries[index]) for index, start, end in matches]
    return found if lexicon.large is None else lexicon.large.find(folded, found)


def _is_wary(wary: Mapping[str, Sequence[int]] | None, label: str, start: int) -> bool:
    """Whether a hard negative of any text may begin shortly before a place."""
    return wary is None or (label in wary and any(0 < start - at <= _BESIDE for at in wary[label]))


def _across_bracket(text: str, start: int, end: int) -> bool:
    """Whether a bracket opens or closes within the words without its other half: "T (CAR-[T) cell" is no name."""
    return text.count("(", start, end) != text.count(")", start, end)


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
    return _is_forbidden(lexicon.stops[label], text, folded, start, end, kind, is_wary=True)


def _is_forbidden(
    rules: Mapping[str, Sequence[StopRule]], text: str, folded: str, start: int, end: int, kind: str, is_wary: bool
) -> bool:
    own, of_kind, of_any = rules.get(folded[start:end]), rules.get(kind), rules.get("*")
    return (
        (own is not None and _any_forbids(own, text, folded, start, end, True))
        or (of_kind is not None and _any_forbids(of_kind, text, folded, start, end, True))
        or (of_any is not None and _any_forbids(of_any, text, folded, start, end, is_wary))
    )


def _any_forbids(rules: Iterable[StopRule], text: str, folded: str, start: int, end: int, is_wary: bool) -> bool:
    """Whether one of the rules forbids a reading.

    Most are told by the characters beside the words, if those are of ASCII and not at an end of the text. Rules of what
    stands before, of no known end, are asked only if ``is_wary``.
    """
    head, tail = folded[end : end + REACH], folded[max(0, start - REACH) : start]
    is_head = len(head) == REACH and head.isascii()
    is_tail = len(tail) == REACH and tail.isascii() and text[start - 1] != "\n"  # before which "$" holds too
    for before, after in rules:
        if after is not None and is_head and (begins := heads(after)) is not None and head not in begins and head[:NEAR] not in begins:
            continue
        if before is not None:
            ends = tails(before)
            if is_tail and ends is not None and tail not in ends and tail[-NEAR:] not in ends:
                continue
            if ends is None and after is None and not is_wary:
                continue
            if not compiled(before).search(text, max(0, start - _BESIDE), start):
                continue
        if after is None or compiled(after).match(text, end, end + _BESIDE):
            return True
    return False
