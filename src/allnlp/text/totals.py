"""Totals that a sentence states for its numbers: "Among 31 patients, 6 (19%) responded", "(n = 83)", "33 (79%) of 42 patients (neutropenia 29%)"."""

from __future__ import annotations

import re
from collections.abc import Sequence

from allnlp.schema import Mention
from allnlp.text.link_names import Link
from allnlp.text.quantity_scan import Quantity

_SCOPE = re.compile(
    r"(?:^|[;:.]\s|,\s)(?:\W*(?:[A-Z]{4,}:\s)?)?(?:Of|Among|Amongst|In|Out of|For|of|among|in)\s(?:all\s|the\s|these\s|those\s|our\s|a\stotal\sof\s|a\scohort\sof\s|first\s|\w+\s){0,3}$"
)
_SET = re.compile(
    r"(?:set|population|patients|group|cohort|analysis|children|adults|participants|subjects|pts|arm|cases|evaluable|treated)\s?[(\[]\s?$",
    re.IGNORECASE,
)
_RECEIVED = re.compile(
    r"[)\]]?(?:\s[\w-]+){0,2}?\s(?:(?:who\s)?received|(?:were\s)?treated|infused|underwent|were\s(?:evaluable|not)|evaluable)\b",
    re.IGNORECASE,
)
_AMONG_THEM = re.compile(r"\b(?:among|of)\s(?:them|these|whom|which|those)\W{1,3}$", re.IGNORECASE)
_LEAD = re.compile(r"\W*(?:[A-Z]{4,}:\s)?(?:For|In|Among|Of|With|At|After)\s[^()\[\]%]{3,90}[(\[]\s?")
_OF_SIZE = re.compile(r"\b(?:rates?|survival|incidence|probability|OS|PFS|EFS|DFS|ORR|CR)\s(?:of|in|among|for)\s(?:the\s|all\s)?$")
#: "Among 692 patients, 46% received HCT with a 2-year survival of 58%": of those alone
_OF_SOME = re.compile(r"\d\s?%[)\]]?\s(?:of\s(?:the\s)?patients\s)?(?:received|underwent|proceeded|were\s\w+ed)\b")
#: "Of the 13 patients with stable disease 2 had it for long, for a disease control rate of 24%": of all
_FOR_A_RATE = re.compile(r"\b(?:for|giving|yielding)\s(?:an?|the)\s[^;.]{3,60}\sof\s$")
_IN_SIZE = re.compile(r"[)\]]?\s(?:in|of|among|for)\s(?:the\s|all\s|these\s)?(?:[a-z-]+\s)?")
_HEAD_REACH = 60
_VERSUS = re.compile(r"\b(?:vs?\.?|versus|compared with|compared to|than)\b", re.IGNORECASE)


def with_totals(even: str, start: int, end: int, links: Sequence[Link], sizes: Sequence[Mention]) -> list[Link]:
    """Links with the totals that the same sentence states.

    A size is taken where n of it gives the percent; where the sentence opens with it ("Among 225 patients ..."), for the
    shares that are set against no other group; and from the number that a bracket follows, for the shares within.
    """
    out: list[Link] = []
    for link in links:
        q = link.quantity
        if (q.kind not in ("share", "count") and not q.kind.endswith("ratio")) or q.total is not None or link.rule == "part":
            out.append(link)
            continue
        total = _total(even, start, end, link, links, out, sizes)
        out.append(link._replace(quantity=q._replace(total=total)) if total is not None else link)
    return out


def _total(
    even: str, start: int, end: int, link: Link, links: Sequence[Link], done: Sequence[Link], sizes: Sequence[Mention]
) -> int | None:
    q = link.quantity
    earlier = [m for m in sizes if m.end <= q.start and m.n is not None]
    if q.n is not None and q.value is not None:
        fits = [m for m in earlier if agrees(q.value, q.n, m.n or 0, even[q.start : q.stop])]
        if fits:
            return fits[-1].n
        if link.parts > 1 and _is_against(even, link, links):
            return None
        counted = [
            k.quantity.n for k in done if k.quantity.n and k.quantity.n > q.n and abs(100 * q.n / k.quantity.n - q.value) <= 0.55 and agrees(q.value, q.n, k.quantity.n, even[q.start : q.stop])
        ]
        if counted:
            return counted[-1]
        return None
    if q.n is not None:
        if done and done[-1].quantity.n and done[-1].quantity.n >= q.n and _AMONG_THEM.search(even, start, q.start):
            return done[-1].quantity.n
        if done and done[-1].quantity.n and done[-1].quantity.n >= q.n and re.match(r"\s(?:of|out\sof)\s(?:whom|which|them)\b", even[q.end : q.end + 16]):
            return done[-1].quantity.n  # "21 are alive, 19 of whom are event-free"
        head = _bracket_head(even, q, done)
        if head is not None and head.n is not None and q.n <= (head.total or 0):
            return head.total
        return _of_scope(even, start, link, earlier, done)
    inside = _bracket_size(even, q, sizes) if link.parts == 1 or q.kind.endswith("ratio") else None
    if inside is not None or q.kind.endswith("ratio"):
        return inside
    by_place = _by_place(even, link, sizes)
    if by_place is not None:
        return by_place
    head = _bracket_head(even, q, done)
    if head is not None:
        return head.total
    own = next((m for m in sizes if m.start >= q.stop), None)
    if own is not None and _IN_SIZE.fullmatch(even, q.stop, own.start) and link.parts == 1:
        return own.n  # "68% in 31 evaluable patients"
    if link.parts > 1 and _is_against(even, link, links):
        return None
    scope = [m for m in earlier if is_scope(even, start, m, q.start)]
    if scope and (_OF_SOME.search(even, scope[-1].end, q.start) or _FOR_A_RATE.search(even, scope[-1].end, q.start)):
        return None
    return scope[-1].n if scope else None


def _by_place(even: str, link: Link, sizes: Sequence[Mention]) -> int | None:
    """As in "55% and 47% with A (n = 60) and B (n = 91)": the size of the same place in as many arms."""
    arms = [m.n for m in sizes if even[m.start : m.start + 1] in "nN" and not even.startswith((":", " :"), m.end)]
    return arms[link.place] if link.parts > 1 and len(arms) == link.parts else None


def _is_against(even: str, link: Link, links: Sequence[Link]) -> bool:
    """Whether the numbers of a list are of groups set against one another."""
    members = [k.quantity for k in links if k.group == link.group]
    return (len(members) > 1 and bool(_VERSUS.search(even, members[0].start, members[-1].start))) or len(
        {k.name for k in links if k.group == link.group}
    ) < len(members)


def is_scope(even: str, start: int, m: Mention, place: int) -> bool:
    """Whether a size is that of all that is said at a place: "Among 225 patients, ...", "in the efficacy set (n = 83), ..."."""
    before = even[max(start, m.start - 60) : m.start]
    between = even[m.end : place]
    if (
        even[m.start : m.start + 1] in "nN"
        and _LEAD.fullmatch(even, start, m.start)
        and re.match(r"\s?[)\]],", between)
        and not _VERSUS.search(between)
    ):
        return True
    if (
        even[m.start : m.start + 1] in "nN"
        and re.match(r"\s?[)\]]\s(?:had|have|achieved|showed)\b", between)
        and not _VERSUS.search(between)
        and not re.search(r"[;.]\s|\d\s?%", between)
    ):
        return True
    if even[m.start : m.start + 1] in "nN" and _SET.search(before):
        rest = re.match(r"[^()\[\]]*[)\]]", between)
        return rest is not None and not _VERSUS.search(between) and not re.search(r"[;.]\s", between[rest.end() :])
    if _OF_SIZE.search(before) and re.match(r"\s(?:was|were)\b", between) and not re.search(r"[;.]\s|\d\s?%", between):
        return True  # "the response rate among 35 evaluable patients was 54%"
    if re.search(r"[;.]\s|\bwhereas\b|\bwhile\b|\b(?:for|in|of)\s(?:those|patients)\swith(?:out)?\b", between):
        return False
    if _SCOPE.search(before) and (m.start - start < 60 or before.lstrip().startswith((",", ";"))):
        return True
    return bool(_RECEIVED.match(even, m.end, place)) and ("with" in between or "whom" in between or "resulting" in between) and len(between) < 110


def _of_scope(even: str, start: int, link: Link, earlier: Sequence[Mention], done: Sequence[Link]) -> int | None:
    """The total of a count: that of the sentence's opening, or of the share that it goes on from."""
    q = link.quantity
    scope = [m for m in earlier if is_scope(even, start, m, q.start) and (m.n or 0) >= (q.n or 0)]
    if scope:
        return scope[-1].n
    stated = [k.quantity for k in done if k.quantity.total and k.quantity.n is not None]
    if (
        stated
        and stated[-1].total is not None
        and not re.search(r"[;.]\s", even[stated[-1].stop : q.start])
        and re.search(r",\s(?:and\s|with\s|including\s)?(?:the\sother\s)?$|\band\s$", even[stated[-1].stop : q.start])
    ):
        return stated[-1].total if (q.n or 0) <= stated[-1].total else None
    return None


def _bracket_size(even: str, q: Quantity, sizes: Sequence[Mention]) -> int | None:
    """As in "(22 patients; ORR, 40%)", "(2985 participants; HR 0.94)": the size that comes first in the bracket, or just before a ratio."""
    opened = _opening(even, q.start)
    if q.kind.endswith("ratio"):
        near = [m for m in sizes if m.end <= q.start and re.fullmatch(r"[,;]\s", even[m.end : q.start])]
        return near[-1].n if near else None
    if opened is None:
        return None
    first = next((m for m in sizes if m.start >= opened and m.end <= q.start), None)
    return first.n if first is not None and even[opened + 1 : first.start].strip() == "" else None


_SIGNS = re.compile(r"[()\[\]]")


def _opening(even: str, place: int) -> int | None:
    """Where the bracket opens that is open at a place."""
    if even.find("(", max(0, place - 250), place) < 0 and even.find("[", max(0, place - 250), place) < 0:
        return None
    depth = 0
    for m in reversed(list(_SIGNS.finditer(even, max(0, place - 250), place))):
        if m.group() in ")]":
            depth += 1
        elif depth == 0:
            return m.start()
        else:
            depth -= 1
    return None


def _bracket_head(even: str, q: Quantity, done: Sequence[Link]) -> Quantity | None:
    """The share that a bracket follows and goes into: "33 (79%) of 42 patients receiving R-pina (neutropenia [29%])"."""
    place = _opening(even, q.start)
    while place is not None:
        head = next((k.quantity for k in reversed(done) if k.quantity.stop <= place), None)
        if head is not None and head.total and place - head.stop < _HEAD_REACH and not re.search(r"[;,.]", even[head.stop : place]):
            return head
        place = _opening(even, place)
    return None


def agrees(percent: float, n: int, total: int, words: str = "") -> bool:
    """Whether n of total rounds to the percent, by the decimals that are written; a unit of the last place is allowed.

    >>> agrees(26.5, 9, 34), agrees(26, 9, 34), agrees(30, 9, 34)
    (True, True, False)
    """
    if total < 1 or n > total:
        return False
    written = f"{percent:g}"
    decimals = len(written.partition(".")[2])
    found = re.search(r"(\d+)\.(\d+)\s?%", words)
    if found and float(found[0].rstrip("% ")) == percent:
        decimals = len(found[2])
    return abs(100 * n / total - percent) <= 0.55 * 10.0**-decimals + 1e-9 or (decimals == 0 and int(100 * n / total) == percent)
