"""A number that may be a result, and a stretch of text while its numbers are read."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from allnlp.text import quantity_shapes as shapes
from allnlp.text.number_places import stands

#: Kinds of quantity: ``share`` (a percent, n of a total, or both), ``count`` (patients or events without a total), ``time``, a ratio
#: by its measure, ``none`` (not reached: it holds its place in a list), ``range`` (no central value).
KINDS = ("share", "count", "time", "hazard_ratio", "odds_ratio", "risk_ratio", "none", "range")


class Quantity(NamedTuple):
    """A number as read at ``text[start:end]``; intervals and p values that belong to it are within ``start:stop``.

    ``value`` is a percent, a time in ``unit`` or a ratio; ``n`` and ``total`` only as stated. ``noun`` says that a count names patients.
    ``sign`` is < or > where the number is a bound.
    """

    start: int
    end: int
    kind: str
    value: float | None = None
    unit: str | None = None
    n: int | None = None
    total: int | None = None
    ci_low: float | None = None
    ci_high: float | None = None
    ci_level: float | None = None
    p_value: float | None = None
    p_sign: str | None = None
    stop: int = 0
    noun: bool = False
    sign: str = ""


_SIGN = re.compile(r"(?:[<>\u2264\u2265~-]|(?:[Ll]ess|[Mm]ore|greater|higher)\sthan|[Oo]ver|[Aa]t\sleast)\s?$")
#: ends of the words that a shape takes in before a number
_LEADS = ("=", "other", "remaining", "than", "over", "least", "between", "from", "range", "ranged", "ranging", "to", "<", ">", "\u2264", "\u2265", "~", "-", ":")


def _places(text: str, start: int, numbers: Sequence[int]) -> list[tuple[int, int]]:
    """Places where a shape may begin, each with that of its number: the number itself and the words before it that shapes take in.

    A number within a word begins none: each shape looks at the character before its number, but for lists of counts, which are looked for at all numbers.
    """
    out = []
    for at in numbers:
        if not stands(text, at):
            continue
        before = text[max(start, at - 18) : at]
        if before.rstrip(" ").endswith(_LEADS):
            lead = shapes.LEAD_IN.search(before)
            if lead is not None:
                first = at - len(before) + lead.start()
                out += [(first, at)] if "of the" not in before else []
                cut = _SIGN.search(before)
                if cut is not None and cut.start() > lead.start():
                    out.append((at - len(before) + cut.start(), at))
        out.append((at, at))
    return out


class Scan:
    """One stretch: what is read holds its characters, so that no number is read twice."""

    def __init__(self, text: str, start: int, end: int, numbers: Sequence[int]) -> None:
        self.text, self.start, self.end = text, start, end
        self.held = bytearray(end - start)
        self.found: list[Quantity] = []
        self.numbers = numbers
        self.places = _places(text, start, numbers)

    def near(self, reach: int, *signs: str) -> list[tuple[int, int]]:
        """The places after which one of some signs stands within a reach."""
        find, end = self.text.find, self.end + reach
        nexts = {sign: find(sign, self.start, end) for sign in signs}
        out: list[tuple[int, int]] = []
        if max(nexts.values()) < 0:
            return out
        for p in self.places:
            number = p[1]
            for sign, at in nexts.items():
                if 0 <= at < number:
                    nexts[sign] = at = find(sign, number, end)
                if number <= at <= number + reach - len(sign):
                    out.append(p)
                    break
        return out

    def free(self, shape: re.Pattern[str]) -> Iterator[re.Match[str]]:
        """Matches of a shape in which no character is held."""
        for m in shape.finditer(self.text, self.start, self.end):
            if self.held.find(1, m.start() - self.start, m.end() - self.start) < 0:
                yield m

    def at_numbers(self, shape: re.Pattern[str], places: Sequence[tuple[int, int]] | None = None) -> Iterator[re.Match[str]]:
        """As ``free``, of a shape that begins with a number or with the few words that may stand before one: looked for there alone."""
        last, match, held, start, end = 0, shape.match, self.held, self.start, self.end
        for place, number in self.places if places is None else places:
            if place >= last and not held[number - start]:
                m = match(self.text, place, end)
                if m is not None and held.find(1, place - start, m.end() - start) < 0:
                    last = m.end()
                    yield m

    def loosely(self, shape: re.Pattern[str]) -> Iterator[re.Match[str]]:
        """As ``at_numbers``, of a shape in which brackets may be read as something else; only its first number must be free."""
        last = 0
        for place, number in self.places:
            if place >= last and not self.held[number - self.start]:
                m = shape.match(self.text, place, self.end)
                if m is not None and not self.held[m.end() - 1 - self.start]:
                    last = m.end()
                    yield m

    def hold(self, start: int, end: int) -> None:
        """Mark a stretch as read."""
        self.held[start - self.start : end - self.start] = b"\x01" * (end - start)

    def add(self, m: re.Match[str], kind: str, **cells: object) -> None:
        """Take a match as a quantity of a kind, with the cells that it fills."""
        self.hold(*m.span())
        self.found.append(Quantity(m.start(), m.end(), kind, stop=m.end(), **cells))  # type: ignore[arg-type]
