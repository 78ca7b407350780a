"""Names, brackets and links of a sentence, and which of its names and numbers are told apart before they are linked."""

from __future__ import annotations

import itertools
import re
from bisect import bisect_left
from collections.abc import Sequence
from typing import NamedTuple

from allnlp.text import link_words as words
from allnlp.text.quantity_scan import Quantity


class Name(NamedTuple):
    """A toxicity, an outcome or a verb that tells of one, at ``text[start:end]``; ``mention`` is its place in the document's mentions."""

    start: int
    end: int
    label: str
    curie: str | None
    name: str
    assertion: str
    mention: int | None


class Link(NamedTuple):
    """A quantity with the name that it is of, and the form of words that said so."""

    quantity: Quantity
    name: Name
    rule: str
    group: int = 0  # quantities with the same number stand in one list
    place: int = 0  # in that list
    parts: int = 1


class Bracket(NamedTuple):
    """A bracket from its opening to its closing sign."""

    start: int
    end: int


_SIGNS = re.compile(r"[()\[\]]")


def find_brackets(text: str, start: int, end: int) -> list[Bracket]:
    """Brackets that close within the stretch, inner ones first.

    >>> find_brackets("a (b [c]) d", 0, 11)
    [Bracket(start=5, end=8), Bracket(start=2, end=9)]
    """
    stack: list[int] = []
    out = []
    for m in _SIGNS.finditer(text, start, end):
        if m.group() in "([":
            stack.append(m.start())
        elif stack:
            out.append(Bracket(stack.pop(), m.end()))
    return out


def enclosing(brackets: Sequence[Bracket], start: int, end: int) -> Bracket | None:
    """The innermost bracket that holds a stretch; the brackets are as `find_brackets` gives them.

    >>> enclosing(find_brackets("a (b [c]) d", 0, 11), 3, 4), enclosing(find_brackets("a (b [c]) d", 0, 11), 0, 1)
    (Bracket(start=2, end=9), None)
    """
    for bracket in itertools.islice(brackets, bisect_left(brackets, end, key=_end), None):
        if bracket.start <= start:
            return bracket
    return None


def _end(bracket: Bracket) -> int:
    return bracket.end


def is_setting(text: str, start: int, name: Name) -> bool:
    """Whether a name only says when: "expressed during remission", "at relapse"."""
    if words.IN_GROUP.match(text, name.end):
        return True
    if words.RESPONSE_NAME.search(name.name) and words.OF_CELLS.search(text, max(start, name.start - 24), name.start):
        return True  # "T-cell responses", "PR1 responses"
    if name.label == "EVENT" and text.endswith("cells ", start, name.start):
        return True  # "NK cells survived"
    if text.endswith("or better ", max(start, name.start - 12), name.start):
        return True  # "very good partial response or better response"
    if text[name.start : name.end].lower() == "relapsed" and words.STATUS_NEAR.search(text, max(start, name.start - 60), name.end + 40):
        return True
    if name.label == "EVENT" and text[max(start, name.start - 4) : name.start] == "had " and words.BEFORE_STUDY.match(text, name.end):
        return True  # "10 had relapsed after transplant": before the study
    return bool(words.SETTING_NAME.search(name.name)) and bool(words.SETTING.search(text, max(start, name.start - 30), name.start))


def alike(a: Quantity, b: Quantity) -> bool:
    """Whether two quantities may stand in one list."""
    if "none" in (a.kind, b.kind):
        return {a.kind, b.kind} <= {"none", "time"}
    if a.kind != b.kind:
        return False
    return a.kind not in ("share", "count") or (a.value is None) == (b.value is None) or "0" in (a.sign, b.sign)


def without_repeats(text: str, names: Sequence[Name]) -> list[Name]:
    """Names without the abbreviation in brackets that says the same again: "cytokine release syndrome (CRS)"."""
    out: list[Name] = []
    for n in names:
        before = out[-1] if out else None
        if (
            before is not None
            and before.label == n.label
            and ((before.curie, before.name) == (n.curie, n.name) or ("surviv" in before.name and "surviv" in n.name))
            and re.fullmatch(r"\s?[(\[]", text[before.end : n.start])
            and text[n.end : n.end + 1] in (")", "]")
        ):
            out[-1] = n._replace(start=before.start, end=n.end + 1) if before.name == "survival" else before._replace(end=n.end + 1)
        else:
            out.append(n)
    return out


def without_heads(text: str, names: Sequence[Name]) -> list[Name]:
    """Names without the general one that sums up those before it: "neutropenia and anemia were the main toxicities, in 43% and 48%"."""
    out: list[Name] = []
    for n in names:
        if n.name == "adverse event" and out and out[-1].label == "TOXICITY" and text[out[-1].end : n.start] == " ":
            out[-1] = out[-1]._replace(end=n.end)  # "differentiation syndrome adverse events"
            continue
        if n.name == "adverse event" and out and words.WERE_THE_MAIN.fullmatch(text, out[-1].end, n.start) and words.HEAD_ENDS.match(text, n.end):
            continue
        out.append(n)
    return out


def with_percents(text: str, quantities: Sequence[Quantity], names: Sequence[Name]) -> list[Quantity]:
    """Quantities in which a count has taken the percent of the bracket that follows it: "14 AKI events occurred in total (22%)"."""
    out: list[Quantity] = []
    for q in quantities:
        before = out[-1] if out else None
        if (
            before is not None
            and (before.kind, q.kind, before.n, q.value) == ("share", "share", None, None)
            and before.value is not None
            and q.n is not None
            and q.total
            and abs(100 * q.n / q.total - before.value) < 1
            and re.fullmatch(r"\s?[)\]]?\s?[,;]?\s?(?:[(\[](?:[^()\[\]]{0,40}[,;]\s?)?)?(?:n\s?=\s?)?", text[before.stop : q.start])
        ):  # "91% (95% CI 75-98; 29 of 32)"
            out[-1] = before._replace(n=q.n, total=q.total, noun=True, end=max(before.end, q.end), stop=max(before.stop, q.stop))
            continue
        if (
            before is not None
            and (before.kind, q.kind, before.total, before.unit) == ("share", "count", None, "%")
            and q.noun
            and q.sign == ""
            and (before.n or 0) <= (q.n or 0)
            and re.fullmatch(r"[)\]]?\s(?:in|of|among)\s(?:the\s|all\s|these\s)?", text[before.end : q.start])
        ):  # "68% in 31 evaluable patients"
            out[-1] = before._replace(total=q.n)
            continue
        if before is not None and before.kind == "count" and q.kind == "share" and q.n is None and q.start - before.end < 45:
            between = text[before.end : q.start]
            if (
                re.fullmatch(r"[^()\[\];,.]*[(\[]\s?", between)
                and text[q.end : q.end + 1] in (")", "]", ";", ",")
                and not any(before.end <= n.start < q.start for n in names)
            ):
                out[-1] = q._replace(start=before.start, n=before.n, noun=True)
                continue
        out.append(q)
    return out
