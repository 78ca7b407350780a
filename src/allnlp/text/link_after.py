"""What is added once the numbers of a sentence are linked: p values that two share, parts of a number, its percent said later."""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence

from allnlp.text import link_words as words
from allnlp.text.link_frame import Frame
from allnlp.text.link_names import Link
from allnlp.text.numbers import read_number
from allnlp.text.quantity_scan import Quantity


def with_p_of_arms(frame: Frame, links: Sequence[Link]) -> list[Link]:
    """As in "81% with A versus 62% with B (p < .001)": the first number takes the p value of the second."""
    out = list(links)
    for i, (a, b) in enumerate(itertools.pairwise(links)):
        p, q = a.quantity, b.quantity
        if a.name == b.name and p.kind == q.kind and p.p_value is None and q.p_value is not None and words.COMPARED_WITH.fullmatch(frame.text, p.stop, q.start) and words.AGAINST.search(frame.text, p.stop, q.start):
            out[i] = a._replace(quantity=p._replace(p_value=q.p_value, p_sign=q.p_sign))
    return out


def with_parts_of_deaths(frame: Frame, links: Sequence[Link]) -> list[Link]:
    """As in "39 died (3 at induction, 19 after relapse)": the parts in the bracket are deaths as well, and nothing else."""
    out = list(links)
    for link in links:
        q = link.quantity
        each = _each_of(frame, link)
        if each:
            out = [k for k in out if not any(k.quantity.start == e.start or k.quantity.end == e.end for e in each)]
            out += [Link(e, link.name, "part") for e in each]
            continue
        bracket = next((b for b in frame.brackets if 0 <= b.start - max(link.name.end, q.stop) < 40), None)
        if link.name.name not in ("death", "mortality") or not q.n or bracket is None or re.search(r"[.;]", frame.text[max(link.name.end, q.stop) : bracket.start]):
            continue
        items = [(m, read_number(m["n"])) for m in words.PART.finditer(frame.text, bracket.start + 1, bracket.end - 1)]
        sizes = [n for _, n in items if n]
        if len(sizes) < len(items) or len(sizes) < 2 or sum(sizes) > q.n:
            continue
        out = [k for k in out if not bracket.start < k.quantity.start < bracket.end]
        out += [Link(Quantity(m.start("n"), m.end("n"), "count", n=n, stop=m.end("n"), noun=True), link.name, "part") for m, n in items]
    return sorted(out, key=lambda k: (k.quantity.start, k.name.start))


def _each_of(frame: Frame, link: Link) -> list[Quantity]:
    """The counts that add up to one before them: "35 died (A, n=18; B, n=17)", "five deaths: sepsis (n = 2), disease (n = 3)"."""
    q = link.quantity
    place = max(q.stop, link.name.end if link.name.start - q.stop < 20 else q.stop)
    if q.n is None or q.n < 2 or link.name.label == "TOXICITY" or frame.text[place : place + 2] not in (": ", " ("):
        return []
    stop = next((b.end for b in frame.brackets if b.start == place + 1), frame.end)
    out: list[Quantity] = []
    for m in words.EACH_N.finditer(frame.text, place, stop):
        out.append(Quantity(m.start(), m.end(), "count", n=int(m["n"] or m["m"]), stop=m.end(), noun=True))
        if sum(o.n or 0 for o in out) >= q.n:
            break
    return out if len(out) > 1 and sum(o.n or 0 for o in out) == q.n else []


def with_shares_after(frame: Frame, links: Sequence[Link]) -> list[Link]:
    """As in "35 achieved a second CR (83%)": the count takes the share that follows the name in a bracket of its own."""
    out: list[Link] = []
    for link in links:
        before, q = (out[-1] if out else None), link.quantity
        if (
            before is not None
            and before.name == link.name
            and (before.quantity.kind, q.kind, link.rule) == ("count", "count", "before")
            and before.quantity.end <= link.name.start
            and (before.quantity.n or 0) <= (q.n or 0)
            and re.search(r"\bin\s(?:the\s|all\s)?$", frame.text[link.name.end : q.start])
        ):  # "eight responses were seen in 40 evaluable patients"
            out[-1] = before._replace(quantity=before.quantity._replace(total=q.n, kind="share", noun=True))
        elif (
            before is not None
            and before.name == link.name
            and (before.quantity.kind, before.quantity.value, q.kind, q.n) == ("count", None, "share", None)
            and before.quantity.end <= link.name.start
            and re.fullmatch(r"(?:\s(?:occurred|were\s\w+|was\s\w+)(?:\sin\stotal)?)?\s?[(\[]\s?(?:[A-Za-z/]{2,6}[;,:]\s)?", frame.text[link.name.end : q.start])
        ):
            merged = q._replace(start=before.quantity.start, n=before.quantity.n, noun=True)
            out[-1] = before._replace(quantity=merged)
        elif before is not None and before.name == link.name and _is_same_share(frame, before, link):
            out[-1] = before._replace(quantity=before.quantity._replace(n=q.n, total=q.total, noun=q.noun, stop=q.stop))
        else:
            out.append(link)
    return out


def _is_same_share(frame: Frame, percent: Link, fraction: Link) -> bool:
    """As in "a 62% CR rate (21/34)": the fraction in the bracket behind the name is the percent before it."""
    a, b = percent.quantity, fraction.quantity
    if not (a.kind == b.kind == "share" and a.value is not None and a.n is None and b.value is None and b.n is not None and b.total):
        return False
    return a.end <= percent.name.start and frame.text[percent.name.end : b.start].strip() in ("(", "[") and abs(100 * b.n / b.total - a.value) < 1


def with_p_of_list(frame: Frame, q: Quantity, members: Sequence[int]) -> Quantity:
    """A number of a list that is set against the next takes the p value of the last: "26% vs 12% (p = .02)"."""
    last = frame.quantities[members[-1]]
    if (
        q.p_value is None
        and last.p_value is not None
        and len(members) > 1
        and words.AGAINST.search(frame.text, frame.quantities[members[0]].start, last.start)
    ):
        return q._replace(p_value=last.p_value, p_sign=last.p_sign)
    return q
