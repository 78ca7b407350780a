"""Listed names in a text."""

from __future__ import annotations

from allnlp.text.fold import fold, mask
from allnlp.text.lexicon import Entry, Lexicon, StopRule
from allnlp.text.spans import Span

_PLUS = ("+", "\u207a", "\ufe62", "\uff0b")
_MINUS = ("-", "\u2212", "\u207b", "\u2013")


def find_terms(text: str, lexicon: Lexicon, *, folded: str | None = None) -> list[Span]:
    """Every reading of every listed name in ``text``, overlapping ones included, in order of place.

    A name stands between characters that are neither letters nor digits; rows with case ``exact`` must show their own
    capitals; hard negatives are left out.
    """
    folded = fold(text) if folded is None else folded
    spans = []
    memo: dict[tuple[str, str, int], bool] = {}
    for index, start, end in lexicon.automaton.find_matches_as_indexes(f" {folded} ", overlapping=True):
        begin, stop = start, end - 2  # without the two blanks, and the one put before the text
        for entry in lexicon.entries[index]:
            if entry.exact is not None and mask(text[begin:stop]) != entry.exact:
                continue
            last = stop
            if entry.tail:
                if not _has_tail(text, stop, entry.tail):
                    continue
                last = stop + len(entry.tail)
            if _across_bracket(text, begin, last):
                continue
            if not is_stopped(text, folded, begin, stop, entry.label, lexicon, kind="{doubtful}" if entry.context else "", memo=memo):
                spans.append(_span(begin, last, entry))
    return spans


def _span(start: int, end: int, e: Entry) -> Span:
    return Span(start, end, e.label, e.subtype, e.curie, e.name, "terms", e.rule, e.context)


def _has_tail(text: str, at: int, tail: str) -> bool:
    """Whether the sign that a listed name ends with, "+", "-" or ")", stands there in the text."""
    if tail in ("+", "-", "\u2212"):
        after = text[at + 1 : at + 2]
        return text[at : at + 1] in (_PLUS if tail == "+" else _MINUS) and not (tail != "+" and after.isalnum())
    return text.startswith(tail, at)


def _across_bracket(text: str, start: int, end: int) -> bool:
    """Whether a bracket opens or closes within the words without its other half: "T (CAR-[T) cell" is no name."""
    return text.count("(", start, end) != text.count(")", start, end)


def is_stopped(
    text: str,
    folded: str,
    start: int,
    end: int,
    label: str,
    lexicon: Lexicon,
    *,
    kind: str = "",
    memo: dict[tuple[str, str, int], bool] | None = None,
) -> bool:
    """Whether a hard negative forbids reading ``text[start:end]`` as ``label``.

    ``kind`` names what rows that are not of one text are of: a population that is a number, or a name of two readings.
    ``memo`` keeps, for one text, what rows of any text say of the words before or after a place.
    """
    rules = lexicon.stops[label]
    if any(_forbids(rule, text, start, end) for key in (folded[start:end], kind) for rule in rules.get(key, ())):
        return True
    for rule in rules.get("*", ()):
        if memo is None or (rule.before is not None and rule.after is not None):
            if _forbids(rule, text, start, end):
                return True
            continue
        place = ("before", label, start) if rule.after is None else ("after", label, end)
        if place not in memo:
            memo[place] = _forbids(rule, text, start, end)
        if memo[place]:
            return True
    return False


def _forbids(rule: StopRule, text: str, start: int, end: int) -> bool:
    if rule.before is not None and not rule.before.search(text, max(0, start - 60), start):
        return False
    return rule.after is None or bool(rule.after.match(text, end, end + 60))
