"""The words that set apart the group or arm that a number is of."""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence

from allnlp.schema import Mention, Sentence
from allnlp.text.link_names import Link
from allnlp.text.quantity_scan import Quantity
from allnlp.text.ratio_groups import ratio_group

Stretch = tuple[int, int]

_STOPS = r"(?:and|or|versus|vs?\.?|compared|as\scompared|than|was|were|had|has|have|is|are|at|by|who|which|that|respectively|after\sa|during|over|within|achieved|experienced|developed|died|including)"
_PHRASE = rf"(?:(?!\s{_STOPS}\b|\sof\s\d)(?:[^.;,()\[\]%]|(?<=\d)\.(?=\d))){{2,60}}"
_NAMED = r"(?:sub)?(?:groups?|arms?|cohorts?|patients|recipients|scores?|regimens?|setting|responders|survivors)"
#: "71% of the patients in the ide-cel group", "33% for RT", "11% without RT", "19% with the combination"
_AFTER = re.compile(
    rf"[)\]]?(?:\s?\([^()]{{0,60}}\))?(?:\s(?:of\s)?(?:the\s)?(?:patients|those|pts|participants|children|adults|women|men|subjects|cases))?(?:\s(?:were|was|occurred|presenting|presented|diagnosed))?"
    rf"\s(?:(?:in|for|among|on|receiving|treated\swith|assigned\sto|given|of\sthose|with)\s(?P<g>{_PHRASE})|(?P<h>without\s{_PHRASE}))",
    re.IGNORECASE,
)
#: "46% and 10% for CR and PR, respectively"; the chunk is split at its commas and conjunctions
#: "72% of RARA-positive patients"
_OF_KIND = re.compile(
    r"[)\]]?\sof\s(?:the\s)?(?P<g>[\w+/-]*(?:-(?:positive|negative|mutated|mutant|rearranged|naive|refractory|high|low|eligible|ineligible|risk|type)|relapsed|refractory|elderly|older|younger|pa?ediatric|untreated)"
    r"(?:\sor\s[\w-]+)?)\s(?:patients|pts|children|adults|subjects|cases)\b",
    re.IGNORECASE,
)
_LISTED = re.compile(r"[)\]]?(?:\s?\([^()]{0,60}\))?(?:\sof\spatients)?\s(?:in|for|with|among|on|of|receiving|treated\swith)\s(?P<list>[^.;()\[\]%]{5,160}?)(?:,?\s?respectively|\s?[(\[]|[.;]|$)", re.IGNORECASE)
#: "survival with azacitidine and chemotherapy was 46% and 34%"
_LISTED_BEFORE = re.compile(r"\b(?:in|for|with|among|of|between)\s(?P<list>[^.;()\[\]%]{5,120}?)\s(?:was|were|is|are)\s(?:[\w-]+\s){0,2}$", re.IGNORECASE)
_RELATIVE = re.compile(r"\s?(?:that|who|which)\s(?P<g>[^.;,()\[\]%]{3,45})", re.IGNORECASE)
_BEFORE_LABELLED = re.compile(r"\b(?P<g>(?:[Gg]roup|[Aa]rm|[Cc]ohort|[Pp]art)\s[A-Z0-9][\w-]{0,3})\b[^.;]{0,30}$")
_BEFORE = re.compile(r"(?<![\w-])(?P<g>(?!(?:in|the|each|per)\s)[\w+/-]+(?:\s[\w+/-]+)?\s(?:group|arm|cohort))[^.;()]{0,12}$", re.IGNORECASE)
_IN_ONE = re.compile(r"[)\]]?(?:\s?\([^()]{0,60}\))?(?:\sof\s(?:the\s)?(?:patients|those|subjects|pts))?\s(?:in|for|with|without|on)\s")
_OF_DENOMINATOR = re.compile(r"(?:with|without|who|whose|receiving|aged?)\s")  # "10 of 15 patients with renal involvement"
#: "comparable in eligible patients and ineligible patients (62% versus 67%)"
_LISTED_AT_BRACKET = re.compile(r"\b(?:in|for|with|among|between)\s(?P<list>[^.;()\[\]%]{5,120}?)\s?[(\[][^()\[\]]{0,15}$", re.IGNORECASE)
_COMPARATIVE = re.compile(r"\b(?:better|longer|higher|lower|shorter|fewer|more|less|worse|improved|superior|inferior|greater)\b", re.IGNORECASE)
_LABELS = re.compile(r"(?:\sgroup|\sarm)?[,:=]?\s(?:n\s?=\s?\d+[,;]\s)?")
_LABEL = re.compile(r"[(\[;]\s?(?P<g>[A-Za-z][\w+/ -]{1,30}?)[,:]\s(?:n\s?=\s?\d+[;,]\s)?$")
_NO_LABEL = re.compile(r"(?:grades?|any|all|median|mean|range|CI|HR|OR|RR|hazard|odds|P|n|primary|including|total|respectively|most|both|severe|mild|serious|overall|confirmed|at|in|with|of)\b", re.IGNORECASE)
_SIZE = re.compile(r"[(\[]\s?[nN]\s?=\s?\d+\s?[)\]]")
_EMPTY = frozenset(("", "and", "or", "this", "that", "these", "those", "group", "groups", "arm", "arms", "patients", "which", "whom", "others", "cohort", "total"))
_SPLIT = re.compile(r",\s(?:and\s)?|\s(?:and|or|vs?\.?|versus|compared\s(?:with|to)|as\scompared\s(?:with|to))\s", re.IGNORECASE)
_WITH_AND_WITHOUT = re.compile(r"(?:(?:patients|those|pts|children|adults)\s)?with\s(?:and|or|vs?\.?|versus)\s(?P<h>without\s(?P<g>.))", re.IGNORECASE)
_VERSUS = re.compile(r"\s(?:vs?\.?|versus|(?:as\s)?compared\s(?:with|to)|than)\s(?:(?:in|with|for|the|those|patients|who|that|of|received|receiving|given|treated)\s)*", re.IGNORECASE)
_RIGHT_OF = re.compile(rf"(?P<g>{_PHRASE})")
_LEFT_OF = re.compile(r"\b(?:in|for|with|among|after|by|receiving|given)\s(?:the\s)?(?P<g>(?:(?!\s(?:in|for|with|among|after|than|was|were|is|are|had|has|have)\s)[^.;,()\[\]%]){2,60})(?:\s(?:was|were|is|are|had|has|have)\s(?:(?!\b(?:in|for|with|among|after|than)\s)[^.;,()\[\]%]){2,40})?$", re.IGNORECASE)
_SUBJECT = re.compile(
    r"(?:^|[;:]\s|,\s(?:and\s|but\s|while\s|whereas\s)?)(?:[A-Z]{4,}:\s|Results\s|Conclusions?\s)?(?:A\s|The\s|the\s|that\s)?(?P<g>[^.;:,()\[\]%]{3,80}?)(?:\s(?:also|\w+ly))?\s(?:had|have|has|showed|shown|was|were|experienced|achieved|resulted|did|remained|led|improved|received|demonstrated|exhibited)\b"
)
#: "CR was higher with the combination (63% vs 31%)"
_BEFORE_BRACKET = re.compile(rf"\b(?:in|for|with|among)\s(?:the\s)?(?P<g>{_PHRASE})\s?[(\[][^()\[\]]{{0,25}}$", re.IGNORECASE)
_IN_BRACKET = re.compile(
    rf"\b(?:(?:in|for|with|among|on)\s(?:the\s|those\s(?:with\s)?)?|(?:than|versus|vs\.?)\s(?:(?:in|for|with|among|on)\s)?(?:the\s|those\s(?:with\s)?)?)(?P<g>(?!in\b|for\b|with\b|among\b|on\b){_PHRASE})\s?[(\[]\s?(?:n\s?=\s?)?$",
    re.IGNORECASE,
)
_LEAD = re.compile(r"^\W*(?:[A-Z]{4,}[A-Z ]*:\s)?(?:Among|In|For|Of|Within)\s(?P<g>(?:the\s|those\s)?[^.;,()]{3,90}?),\s")
_SETS_APART = re.compile(
    r"\b(?:with|who|without|aged?|receiv\w+|group|arm|cohort|achiev\w*|experienc\w+|in\s(?:CR|remission|first)|relaps\w*|refract\w*|treated\swith|responders|ineligible|undergoing|setting|responding|younger|older|high|low|newly\sdiagnosed|(?-i:ND|R/R|RR))\b", re.IGNORECASE
)
_NOISE = re.compile(r"^(?:(?:arm|group|cohort|part)(?=\s[A-Z0-9][\w-]{0,3}$)|the|those|patients|pts|(?-i:[Aa]ll)|our|these|\d+|of|in|receiving|treated|with|who|received|and|a|an|group|for|among|had|have|were|subjects|children\swith|that)\s", re.IGNORECASE)
_TAIL = re.compile(r"\s(?:groups?|arms?|patients|pts|recipients|cohorts?|treatment|respectively)$", re.IGNORECASE)
_WHOLE = re.compile(r"\b(?:(?-i:[Aa]ll)|total|entire|overall|whole|evaluable|efficacy|safety|study|each|both|either|any|these|two)\b", re.IGNORECASE)
_TIME = re.compile(r"^(?:the\s)?(?:\d|first|last|median|mean|follow|least|more|less|only|total|one|two|three|year|month|day|week|time|addition|general|contrast|part|most|whom|which|this|that|them|response|remission)", re.IGNORECASE)


def find_groups(text: str, even: str, s: Sentence, links: Sequence[Link], here: Sequence[Mention]) -> list[str | None]:
    """For each number of a sentence the words that set its group apart; None where it is of all, or its group is not named.

    Args:
        text: the document.
        even: the same as `plain.plain` gives it.
        s: the sentence.
        links: its numbers with their names, in order of place.
        here: its mentions.
    """
    if _SIZE.search(even, s.start, s.end) is not None:
        even = even[: s.start] + _SIZE.sub(lambda m: " " * len(m.group()), even[s.start : s.end]) + even[s.end :]
    found: dict[int, Stretch] = {}
    lists: dict[int, dict[int, Quantity]] = {}
    for link in links:
        lists.setdefault(link.group, {})[link.place] = link.quantity
    ordered = sorted({k.quantity.start: k.quantity for k in links}.values())
    for members in lists.values():
        _of_list([members[p] for p in sorted(members)], found, even, s, ordered, here)
    for place in [p for p, stretch in found.items() if any(k.name.start < stretch[1] and stretch[0] < k.name.end for k in links)]:
        del found[place]  # what is counted sets no group apart
    _carry_over(lists, found, even)
    lead = _lead(even, s)
    out: list[str | None] = []
    for link in links:
        q = link.quantity
        stretch = found.get(q.start)
        if stretch is None and lead is not None and lead[1] <= q.start:
            stretch = lead
        if q.kind.endswith("ratio"):
            out.append(ratio_group(even, s, q, link.name, here))
        else:
            out.append(None if stretch is None else _tidy(text, *stretch))
    return out


def is_compared(link: Link, links: Sequence[Link], even: str) -> bool:
    """Whether a number is one of several that are set against one another."""
    members = sorted(k.quantity for k in links if k.group == link.group)
    if len(members) < 2 or len({k.name for k in links if k.group == link.group}) > 1:
        return len(members) > 2 and bool(_VERSUS.search(even, members[0].start, members[-1].start + 1))
    return bool(_VERSUS.search(even, members[0].start, members[-1].start + 1)) or is_respective(members[-1], even)


def is_respective(last: Quantity, even: str) -> bool:
    """Whether the numbers of a list are told apart by "respectively" alone."""
    return re.match(r"[)\]]?(?:\s(?:of\s)?(?:the\s)?(?:patients|pts|cases))?,?\srespectively", even[last.end : last.end + 40]) is not None


def _of_list(members: Sequence[Quantity], found: dict[int, Stretch], even: str, s: Sentence, ordered: Sequence[Quantity], here: Sequence[Mention]) -> None:
    if members[0].kind.endswith("ratio"):
        return
    if len(members) > 1:
        stretches = _listed(members, even, s) or _against(members, even, s)
        for q, stretch in zip(members, stretches, strict=False):
            if stretch is not None:
                found[q.start] = stretch
    for q in members:
        if q.start not in found:
            own = _labelled(q, even, s, here) or _after(q, even, s, ordered, here) or _before(q, even, s)
            if own is not None:
                found[q.start] = own


def _labelled(q: Quantity, even: str, s: Sentence, here: Sequence[Mention]) -> Stretch | None:
    """The group that labels a number: "(G-CHOP, 48%; R-CHOP, 41%)", "zosuquidar 22% vs placebo 16%"."""
    m = next((k for k in here if k.label in ("THERAPY", "POPULATION") and k.subtype != "sample_size" and k.end <= q.start and _LABELS.fullmatch(even, k.end, q.start)), None)
    if m is not None:
        return m.start, m.end
    label = _LABEL.search(even, max(s.start, q.start - 50), q.start)
    is_twin = label is not None and (even[label.start() : label.start() + 1] == ";" or re.match(r"[^()\[\]]{0,25};\s?[A-Za-z][\w+/ -]{1,30}[,:]\s", even[q.end : q.end + 70]))
    return label.span("g") if label is not None and is_twin and not _NO_LABEL.match(label["g"]) else None


def _after(q: Quantity, even: str, s: Sentence, ordered: Sequence[Quantity], here: Sequence[Mention]) -> Stretch | None:
    """The group that is named right after a number."""
    kind = _OF_KIND.match(even, q.stop, s.end) or _OF_KIND.match(even, q.end, s.end)
    if kind is not None:
        return kind.span("g")
    m = _AFTER.match(even, q.stop, s.end) or _AFTER.match(even, q.end, s.end)
    if m is None:
        return None
    name = "g" if m["g"] else "h"
    words = m[name]
    if re.match(r"(?:but|while|whereas|although)\b", words) or _TIME.search(words) or _WHOLE.search(words) or re.fullmatch(r"(?:the\s|all\s|these\s)?(?:patients|cases|those)", words.strip(), re.IGNORECASE):
        return None
    is_named = re.search(rf"\b{_NAMED}$|^(?:the\s)?(?:arm|group|cohort|part)\s(?-i:[A-Z0-9])", words.strip(), re.IGNORECASE) is not None
    relative = _RELATIVE.match(even, m.end(name), s.end) if re.fullmatch(r"(?:the\s|those\s)?(?:group|arm|cohort)s?", words.strip(), re.IGNORECASE) else None
    if relative is not None:
        return relative.span("g")
    is_mentioned = any(k.label in ("THERAPY", "POPULATION", "ANTIGEN") and k.subtype != "sample_size" and k.start < m.end(name) and m.start(name) < k.end for k in here)
    others = [o for o in ordered if o.start != q.start and o.kind == q.kind]
    has_twin = any(_IN_ONE.match(even, place) and _joined(even, q, o) for o in others for place in (o.stop, o.end))
    is_of_total = q.total is not None and q.noun and _OF_DENOMINATOR.match(even, m.start(name) - 5 if name == "g" else m.start(name)) is not None
    return m.span(name) if is_named or is_mentioned or has_twin or is_of_total else None


def _joined(even: str, a: Quantity, b: Quantity) -> bool:
    """Whether two numbers are told of in one clause, one after the other."""
    first, second = sorted((a, b))
    between = even[first.end : second.start]
    return len(between) < 90 and ";" not in between and re.search(r"(?:\band|versus|\bvs?\.?|compared\s(?:with|to)|than|,)\s(?:[\w-]+\s){0,2}$", between) is not None


def _listed(members: Sequence[Quantity], even: str, s: Sentence) -> list[Stretch | None]:
    """Groups that are listed after the numbers, or before them, in the same order."""
    after = _LISTED.match(even, members[-1].stop, s.end) or _LISTED.match(even, members[-1].end, s.end)
    said = re.search(r"respectively", even[members[-1].stop : min(s.end, members[-1].stop + 170)]) is not None
    shapes = [(after, True)] if after is not None else []
    before = _LISTED_BEFORE.search(even, max(s.start, members[0].start - 170), members[0].start)
    is_versus = _VERSUS.search(even, members[0].start, members[-1].start) is not None
    if before is not None and (said or is_versus):
        shapes.append((before, False))
    at_bracket = _LISTED_AT_BRACKET.search(even, max(s.start, members[0].start - 150), members[0].start) if is_versus else None
    if at_bracket is not None and not _COMPARATIVE.search(at_bracket["list"]):
        shapes.append((at_bracket, False))
    for m, is_after in shapes:
        if re.search(r"\b(?:was|were|suggest\w*|show\w*|had|is|are|which|this|whom|but|while|whereas|although)\b", m["list"]):
            continue
        items = _items(m["list"], m.start("list"))
        blocks = _blocks(members, even)
        if len(items) == 2 < len(members) and blocks[-1] == 1:
            return [items[b] for b in blocks]  # "80%/60% versus 66%/42% for A compared to B"
        if len(items) == len(members) and not (is_after and not said and len(items) == 2 and re.search(r"\d\s?%", m["list"])):
            return list(items)
    return []


def _blocks(members: Sequence[Quantity], even: str) -> list[int]:
    """The side of each number of a list that is parted by "versus"."""
    out = [0]
    for a, b in itertools.pairwise(members):
        out.append(out[-1] + (_VERSUS.search(even, a.stop - 1, b.start + 1) is not None))
    return out


def _items(chunk: str, offset: int) -> list[Stretch]:
    """The items of a list of groups."""
    both = _WITH_AND_WITHOUT.search(chunk)
    if both is not None:
        return [(offset + both.start("g"), offset + len(chunk)), (offset + both.start("h"), offset + len(chunk))]
    out, at = [], 0
    for m in _SPLIT.finditer(chunk):
        out.append((offset + at, offset + m.start()))
        at = m.end()
    out.append((offset + at, offset + len(chunk)))
    return [(a, b) for a, b in out if b - a > 1]


def _against(members: Sequence[Quantity], even: str, s: Sentence) -> list[Stretch | None]:
    """Of "26% vs 52%" the sides of the comparison that the sentence makes in words."""
    if len(members) != 2 or not _VERSUS.search(even, members[0].stop - 1, members[-1].start + 1):
        return []
    first, last = members[0], members[-1]
    for m in reversed(list(_VERSUS.finditer(even, s.start, first.start))):
        right = _RIGHT_OF.match(even, m.end(), first.start)
        if right is None or re.match(r"[\d.<>\u2264\u2265]|not\s|un", right["g"]) or re.search(r"\d\s?%", even[m.start() : right.end()]):
            continue
        left = _LEFT_OF.search(even, max(s.start, m.start() - 90), m.start())
        stretch = left.span("g") if left is not None and not _TIME.search(left["g"]) else _subject(even, s, m.start())
        return [stretch, right.span("g")]
    near = _BEFORE_BRACKET.search(even, max(s.start, first.start - 90), first.start)
    if near is not None and not _TIME.search(near["g"]):
        return [near.span("g"), None]
    subject = _subject(even, s, first.start)
    if subject is not None and _COMPARATIVE.search(even, subject[1], first.start):
        return [subject, None]
    behind = _VERSUS.search(even, last.stop, min(s.end, last.stop + 120))
    if behind is not None:
        left = _LEFT_OF.search(even, last.stop, behind.start())
        right = _RIGHT_OF.match(even, behind.end(), s.end)
        if left is not None and right is not None:
            return [left.span("g"), right.span("g")]
    return []


def _subject(even: str, s: Sentence, before: int) -> Stretch | None:
    """The subject of the clause that makes a comparison."""
    found = None
    for m in _SUBJECT.finditer(even, s.start, before):
        found = m
    is_group = found is not None and not _WHOLE.search(found["g"]) and not re.match(r"(?:there|it|we|this|these|they)\b", found["g"], re.IGNORECASE)
    return found.span("g") if found is not None and is_group else None


def _before(q: Quantity, even: str, s: Sentence) -> Stretch | None:
    """The group that is named right before a number: "in group A 26% had"."""
    opens = any(sign in even[max(s.start, q.start - 5) : q.start] for sign in "([")
    bracketed = _IN_BRACKET.search(even, max(s.start, q.start - 80), q.start) if opens else None
    is_pair = re.match(r"[^()\[\]]{0,40}\s(?:vs?\.?|versus)\s", even[q.stop : q.stop + 60]) is not None  # "compared with placebo (14% vs 5%)"
    if bracketed is not None and not is_pair and not _TIME.search(bracketed["g"]) and (
        _VERSUS.search(even, q.stop, min(s.end, q.stop + 90)) or _VERSUS.search(even, max(s.start, q.start - 120), q.start)
    ):
        return bracketed.span("g")  # "in the A group (21%) than in the B group (8%)"
    near = even[max(s.start, q.start - 45) : q.start]
    if "group" not in near and "arm" not in near and "cohort" not in near:
        return None
    for shape in (_BEFORE_LABELLED, _BEFORE):
        m = shape.search(even, max(s.start, q.start - 45), q.start)
        if m is not None:
            return m.span("g")
    return None


def _lead(even: str, s: Sentence) -> Stretch | None:
    """The group that a sentence opens with: "Among patients with progression, ..."."""
    m = _LEAD.match(even[s.start : s.end])
    if m is None or not _SETS_APART.search(m["g"]) or _WHOLE.search(m["g"]):
        return None
    return s.start + m.start("g"), s.start + m.end("g")


def _carry_over(lists: dict[int, dict[int, Quantity]], found: dict[int, Stretch], even: str) -> None:
    """A list without groups takes those of the list before it: "71% in A and 42% in B; a complete response in 39% and 5%, respectively"."""
    before: list[Stretch] = []
    for members in (lists[key] for key in sorted(lists, key=lambda key: min(q.start for q in lists[key].values()))):
        quantities = [members[p] for p in sorted(members)]
        groups = [found.get(q.start) for q in quantities]
        if len(quantities) > 1 and not any(groups) and len(before) >= len(quantities) and not quantities[0].kind.endswith("ratio"):
            for q, stretch in zip(quantities, before[-len(quantities) :], strict=True):
                found[q.start] = stretch
        elif len(quantities) > 1 and all(groups):
            before = [g for g in groups if g is not None]
        elif len(quantities) == 1 and groups[0] is not None and not quantities[0].kind.endswith("ratio"):
            before = [*before, groups[0]]


def _tidy(text: str, start: int, end: int) -> str | None:
    words = " ".join(text[start:end].split())
    for shape in (_NOISE, _TAIL):
        while (shorter := shape.sub("", words)) != words:
            words = shorter
    words = words.strip(" ,:;")[:120]
    return None if words.lower() in _EMPTY or _WHOLE.search(words) or _COMPARATIVE.match(words) else words
