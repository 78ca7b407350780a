"""The grade and the time of a number that is linked with a name."""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence

from allnlp.text.grades import Grade, Timepoint
from allnlp.text.link_names import Link, Name
from allnlp.text.quantity_scan import Quantity


def grade_of(even: str, link: Link, links: Sequence[Link], names: Sequence[Name], grades: Sequence[Grade]) -> Grade | None:
    """The grade that a number is of: said beside the number, else before or after the name, else by the head of the list."""
    if not grades:
        return None
    q, name = link.quantity, link.name
    run = [g for g in grades if g.end <= name.start]
    if link.parts > 1 and len(run) >= link.parts and len({k.name for k in links if k.group == link.group}) == 1:
        run = run[-link.parts :]
        if name.start - run[-1].end < 40 and all(re.fullmatch(r",?\s(?:and|or)\s|,\s|/", even[a.end : b.start]) for a, b in itertools.pairwise(run)):
            return run[link.place]  # "any-grade and grade 3 or higher CRS was 81% and 13%"
    later = [g for g in grades if name.end <= g.start and g.end <= q.start]
    if link.parts > 1 and len(later) == link.parts and len({k.name for k in links if k.group == link.group}) == 1 and all(
        re.fullmatch(r",?\s(?:and|or)\s|,\s|/", even[a.end : b.start]) for a, b in itertools.pairwise(later)
    ):
        return later[link.place]  # "acute GVHD grades II-IV and III-IV were 35% and 10%"
    if link.parts == 2:
        for a, b in itertools.pairwise(grades):
            if b.end <= name.start and even[a.start - 1 : a.start] in ("(", "[") and even[b.end : b.end + 1] in (")", "]") and _KEY.fullmatch(even, a.end, b.start):
                return b if link.place else a
    if link.parts == 2 and len({k.name for k in links if k.group == link.group}) == 1:
        both = next((g for g in reversed(run) if name.start - g.end < 3 and _TWO_GRADES.fullmatch(even, g.start, g.end)), None)
        if both is not None and both.low is not None and both.high is not None and both.low < both.high:
            level = both.high if link.place else both.low  # "grade 3 and grade 4 neutropenia occurred in 21% and 9%"
            return Grade(both.start, both.end, str(level), level, level)
    others = [k.quantity for k in links if k.quantity != q]
    chained = _chained(even, q, others, grades)
    if chained is not None:
        return chained
    for g in reversed(grades):  # "grade >=3, 24%", "grade 3: 2.5%", "(grade 3-4, 9%)"
        if g.end <= q.start and re.fullmatch(
            r"(?:\s(?:or\s(?:higher|greater)))?(?:\sevents?)?(?:\s?[,:=(\[]\s?|\s(?:were|was)\s(?:noted|reported|seen|observed)\sin\s(?:only\s|up\sto\s)?|\soccurred\sin\s(?:only\s|up\sto\s)?|\s(?:in|was|were|of|occurred\sin|being)\s(?:only\s)?|\s)(?:n\s?=\s?)?",
            even[g.end : q.start],
        ):
            return g
    for g in grades:  # "5% having an event of grade 3", "25% grade 3 or higher", "24% (grade 3)", "one grade 5 adverse event"
        if (
            0 <= g.start - q.end < 60
            and _is_open(even, q.end, g)
            and not re.search(r"[;,:]|\d|\band\b", even[q.end : g.start])
            and not any(q.end <= o.start < g.start for o in others)
        ) and (link.rule in ("anaphora", "subject", "beside", "list") or g.start - q.end < 20):
            return g
    own = [g for g in grades if not (q.end <= g.start and any(g.end <= o.start < g.end + 45 and ";" not in even[g.end : o.start] for o in others))]
    modifier = _modifier(even, name, own, q.start)  # a grade that another number follows is of that number
    if modifier is not None:
        return modifier
    head = _head_grade(even, link, names, grades)
    if head is not None:
        return head
    last = max((k.quantity.stop for k in links), default=q.stop)
    if grades[-1].start >= last and re.fullmatch(r"[)\]]?(?:\s(?:patients|pts|cases))?[)\]]?\s", even[last : grades[-1].start]) and even.startswith((" were", " was", " occurred"), grades[-1].end):
        return grades[-1]  # "fatigue (40%) and anaemia (33%) of any grade were the most common"
    return next((g for g in grades if g.start >= last and _WERE.search(even, last, g.start) and not _MOST_OF_THEM.search(even, last, g.start)), None)


def _chained(even: str, q: Quantity, others: Sequence[Quantity], grades: Sequence[Grade]) -> Grade | None:
    """The grade right after a number, where the number before has its own: "123 (91%) grade 3, 11 (8%) grade 4"; and "(8%; grades 3 and 4)"."""
    after = next((g for g in grades if g.start >= q.stop), None)
    if after is None:
        return None
    between = even[q.stop : after.start]
    if re.fullmatch(r"\s?[;,]\s?", between) and even[after.end : after.end + 1] in (")", "]"):
        return after
    if not re.fullmatch(r"[)\]]?\s(?:were\s|had\s|of\s)?", between):
        return None
    before = next((g for g in reversed(grades) if g.end <= q.start and q.start - g.end < 6), None)
    if before is None or not any(o.stop <= before.start and re.fullmatch(r"[)\]]?\s(?:were\s|had\s|of\s)?", even[o.stop : before.start]) for o in others):
        return None
    return after


#: "nausea (68%) and rash (44%) were the most common grade 3-4 toxicities"
_WERE = re.compile(r"\b(?:were|was)\s(?:the\s)?(?:(?:most|main|predominant|only|common|frequent|commonly|reported|frequently)\s){0,4}$")
_ROUND = re.compile(r"\s[(\[][^()\[\]]*[)\]]")


def _unbracketed(words: str) -> str:
    while (shorter := _ROUND.sub("", words)) != words:
        words = shorter
    return words


def _closed(words: str) -> str:
    """A stretch without closing signs that nothing opened: "96 in the placebo group])"."""
    depth = 0
    out: list[str] = []
    for sign in words:
        depth += (sign in "([") - (sign in ")]")
        if depth < 0 and out and ("(" in words or "[" in words):
            depth = 0
            continue
        out.append(sign)
    return "".join(out)


def _is_open(even: str, place: int, g: Grade) -> bool:
    """Whether a grade after a number is of it: not where a bracket opens between that goes on with numbers of its own."""
    opened = even.find("(", place, g.start)
    return opened < 0 or ")" in even[opened : g.start] or even[g.end : g.end + 1] in (")", "]")


def _modifier(even: str, name: Name, grades: Sequence[Grade], place: int) -> Grade | None:
    """The grade that stands at a name, for a number at a place: "grade 3 CRS", "severe (grade 3) CRS", "CRS of grade 3 or higher", "CRS grade 3"."""
    for g in reversed(grades):
        between = _unbracketed(even[g.end : name.start]) if name.start - g.end < 150 else "."
        if (
            0 <= len(between) <= 60
            and g.end <= name.start
            and re.fullmatch(r"[)\]]?(?:[\s-](?!in\b|was\b|were\b|and\s\d)[\w/-]+){0,5}[\s-](?:[(\[])?|\s|\)\s", between)
            and not re.search(r"\b(?:in|had|with|was|were|occurred)\b", between)
        ):
            return g
    for g in grades:
        opens = "(" in even[name.end : g.start] and even[g.end : g.end + 1] not in (")", "]")
        if opens and place < g.end:
            continue  # "84 (74%) had CRS (grade 3 or 4, 0.9%)"
        if 0 <= g.start - name.end <= 50 and re.fullmatch(
            r"[)\]]?(?:\sof\s(?:special\s|clinical\s)?interest)?(?:\s\([A-Z]{2,6}s?\))?\s?(?:[(\[,]\s?)?(?:of\s|were\s|was\s|events?\s|with\s|at\s)*(?:maximum\s|worst\s)?", even[name.end : g.start]
        ):
            return g
    return None


def _head_grade(even: str, link: Link, names: Sequence[Name], grades: Sequence[Grade]) -> Grade | None:
    """The grade that the head of a list says: "grade 3 or 4 adverse events were neutropenia (56%) and anemia (37%)", "severe thrombocytopenia (87%) and anemia (96%)"."""
    place = link.name.start
    if link.name.name == "serious adverse event":
        return None
    for n in reversed([n for n in names if n.end <= place and n.label == "TOXICITY" and not _is_shut_off(even, n, place)]):
        between = _ITEM.sub(",", _MOST_COMMON.sub(", were ", _closed(_blanked(even, n.end, place, names))))
        between = _unbracketed(" " + between)[1:]
        between = between.partition(") ")[2] if ")" in between and "(" not in between else between
        if re.search(r";|\b(?:whereas|while|but)\b|\.\s", between):
            return None
        g = _modifier(even, n, grades, link.quantity.start)
        is_head = "adverse event" in n.name or "toxicit" in n.name
        if g is not None and is_head and re.search(r"\b(?:were|was|included?|including|are|consisted|such as|being|mostly|mainly|primarily|most (?:commonly|frequently|often))\b|[:(\[]", between):
            return g
        if g is not None and g.end <= n.start and _JOINED.fullmatch(between):
            return g
        if len(between) > 200:
            return None
    return None


_TWO_GRADES = re.compile(r"[Gg]rade\s[1-5]\sand\sgrade\s[1-5]")
#: a semicolon that parts the items of a list, not statements: "; and hypertension (n = 4"
_ITEM = re.compile(r";(?=\s+(?:and\s+)?(?:(?!was\b|were\b|had\b|in\b|occurred\b|with\b)(?:[\w/-]+,?|,)\s+){0,12}(?:[(\[]|\d+\s?%|$))")
_MOST_COMMON = re.compile(r";\s(?:the\s)?most\s(?:common|frequent|commonly|frequently)(?:\s[\w-]+){0,2}\s(?:were|was|included)\s")
#: "AEs occurred in 51 (63%) patients, and most were grade 1 or 2"
_MOST_OF_THEM = re.compile(r"\b(?:most|majority|mostly|mainly|predominantly|generally|largely|usually|all)\s(?:(?:of\s)?\w+\s){0,2}(?:were|was)\s")
#: a key of two grades: "adverse events (any grade; grade 3-4) included infections (70%, 40%)"
_KEY = re.compile(r"\s?[;,/]\s?|\svs?\.?\s|\sand\s")
_JOINED = re.compile(r"(?:[\s,/]|\b(?:and|or|as well as|a|an|the|of|higher|incidence|rate)\b)*")


def _is_shut_off(even: str, name: Name, place: int) -> bool:
    """Whether a name stands in a bracket that closes before a place."""
    depth = 0
    for char in even[name.end : place]:
        depth += (char in "([") - (char in ")]")
        if depth < 0:
            return True
    return False


def _blanked(even: str, start: int, end: int, names: Sequence[Name]) -> str:
    """A stretch with the names in it blanked."""
    out = even[start:end]
    for n in names:
        if start <= n.start and n.end <= end:
            out = out[: n.start - start] + " " * (n.end - n.start) + out[n.end - start :]
    return out


#: "At 18 months, ...", "Five-year results: ..."
_OPENS = re.compile(r",|-?\s?(?:results|rates|outcomes|estimates|probabilities|cumulative)\b", re.IGNORECASE)


def time_of(even: str, link: Link, links: Sequence[Link], times: Sequence[Timepoint], names: Sequence[Name]) -> Timepoint | None:
    """The time that a figure is of: "12-month OS was 60%", "60% at 12 months", "2- and 5-year OS were 60% and 50%"."""
    q, name = link.quantity, link.name
    if not times or q.kind == "time":
        return None
    if link.parts > 1:
        listed = [t for t in times if t.end <= q.start or t.start >= q.stop]
        for i in range(len(listed) - link.parts + 1):
            run = listed[i : i + link.parts]
            if (
                all(re.fullmatch(r"-?(?:,\s?|\s?/\s?|\s(?:and|or)\s|,\sand\s)?", even[a.end : b.start]) for a, b in itertools.pairwise(run))
                and len({k.name for k in links if k.group == link.group}) == 1
            ):
                return run[link.place]
    for t in times:
        if (
            q.stop <= t.start
            and re.fullmatch(r"[)\]]?(?:\s(?:of|in|for)\s(?:all\s|the\s)?(?:patients|pts|cases))?\s?(?:[(\[]\s?)?", even[q.stop : t.start])
            and re.match(r"(?:at|by|after|within|on)\b|\d|one|two|five|day|D", even[t.start : t.end], re.IGNORECASE)
        ):
            return t
    for t in times:
        if q.stop <= name.start < t.start and even[name.end : t.start].isspace() and re.match(r"(?:at|by|within)\b", even[t.start : t.end]):
            return t  # "20% of patients were alive at 2 years"
    before = [t for t in times if t.end <= q.start]
    for t in reversed(before):
        between = even[t.end : q.start]
        if t.end <= name.start and re.fullmatch(
            r"-?,?\s?(?:(?!(?:in|was|had|median|whereas|while|but)\b)[\w/-]+[,\s]+(?:\([^()]*\)\s)?){0,8}", even[t.end : name.start]
        ):
            return t
        if ";" in between or re.search(r"\b(?:whereas|while)\b", between):
            return None
        if name.end <= t.start or re.fullmatch(r",\s(?:and\s)?", between):
            return t
    opening = before[0] if len(before) == len(times) == 1 else None
    if opening is not None and not re.search(r"[a-z]", even[max(0, opening.start - 4) : opening.start]) and ("surviv" in name.name or _OPENS.match(even, opening.end)):
        return opening  # "Five-year OS was 60% and EFS was 50%"
    return None
