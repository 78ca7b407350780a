"""Numbers of patients that two numbers of a document make together: arms, parts, groups, those added, those who answered."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import NamedTuple

from allnlp.text.numbers import NUMBER, read_number
from allnlp.text.study_parts import Page
from allnlp.text.study_words import shape

RANK = MappingProxyType(
    {"results": 1.8, "own": 1.5, "methods": 1.5, "aim": 2.0, "title": 1.5, "other": 0.0, "conclusions": 0.3, "background": -2.0}
)
OF = ("of ", "of the ", "of these ", "of our ")
LEAST = 2


class Candidate(NamedTuple):
    """A number that may be the main one, with how well it is said, where, and as what."""

    n: int
    score: float
    sentence: int
    role: str
    start: int
    is_control: bool = False
    is_among: bool = False


def with_sums(page: Page, found: Sequence[Candidate]) -> list[Candidate]:
    """Candidates with the sum of the arms, where arms stand in one sentence and no total is named.

    >>> from allnlp.schema import Sentence
    >>> from allnlp.text.study_parts import read_page
    >>> page = read_page("Drug X (n = 40) or Y (n = 20).", [Sentence("d", 0, "other", 0, 30)])
    >>> [c.n for c in with_sums(page, [Candidate(40, 1.5, 0, "arm", 8), Candidate(20, 1.5, 0, "arm", 22)])]
    [40, 20, 60]
    """
    out = list(found)
    arms = [c for c in found if c.role == "arm" and c.score > -2]
    if len(arms) > 2:  # "(group A, n = 3; group B, n = 5)": the last of them may look like a total
        listed = [c for c in found if c.role == "total" and c.sentence == arms[0].sentence and page.low[c.start] == "n"]
        if len(listed) == 1 and arms[0].start < listed[0].start < arms[-1].start and listed[0].n < sum(c.n for c in arms):
            out.remove(listed[0])
            found = [c._replace(role="arm") if c is listed[0] else c for c in found]
            arms = [c for c in found if c.role == "arm" and c.score > -2]
    if len(arms) > 1 and not any(c.role == "total" and c.score > 2 for c in found):
        first = [c for c in arms if c.sentence == arms[0].sentence]
        treated = [c for c in first if not c.is_control]
        s = page.sentences[arms[0].sentence]
        is_other = OF_HARM.search(page.low, s.start, first[0].start) is not None or (
            " validation " in page.low[s.start : s.end] and _DERIVED.search(page.low, s.start, s.end) is None
        )
        if treated and not is_other and (len(treated) < len(first) or len({c.n for c in first}) > 1 or len(first) == 2):
            is_model = _DERIVED.search(page.low, s.start, s.end) is not None
            n = treated[0].n if is_model else _added([c.n for c in treated])
            # Not of "three patients had mutations, one (n = 2) and another (n = 2)", nor where the aim names more
            others = [c for c in found if c.role != "arm" and c.start < first[0].start]
            if any(
                c.n < n if c.sentence == first[0].sentence else c.n > n and c.score > 2 and page.parts[c.sentence] == "aim" for c in others
            ):
                return out
            out.append(Candidate(n, 4.0, first[0].sentence, "total", first[0].start))
    return out


def _added(sizes: Sequence[int]) -> int:
    """The sum of arms; of arms that are told twice, by treatment and by disease, the sum of one telling."""
    total = sum(sizes)
    halves = (sum(sizes[:k]) for k in range(2, len(sizes) - 1))
    return total // 2 if any(2 * half == total for half in halves) else total


# "the derivation and validation cohorts included 306 and 94 patients, respectively"
_DERIVED = shape(r"\b(?:derivation|training|discovery|development|test|learning)\b[^.]{0,120}\bvalidation\b")
OF_HARM = shape(r"\b(?:toxicit\w+|adverse|suffered|died|(?<!programmed )(?<!programmed cell )deaths?|complications?)\b")
_RESPECTIVELY = shape(r",? respectively")
_AND_BEFORE = shape(rf"(?<![\w.,-])(?!(?:19|20)\d\d\b)(?P<n>{NUMBER}) (?:(?!\d)[\w/+-]+ ){{0,3}}and $")


def _respective(page: Page, found: Sequence[Candidate], ends: Mapping[int, int]) -> Iterator[Candidate]:
    """The sum of a number and one without a noun before it; of a model's cohorts, the one that it was derived from."""
    for c in found:
        s = page.sentences[c.sentence]
        if not page.low.endswith(" and ", s.start, c.start) or page.parts[c.sentence] not in OWN:
            continue
        if _RESPECTIVELY.match(page.low, ends[c.start]) or _BOTH_WERE.match(page.low, ends[c.start], s.end):
            before = _AND_BEFORE.search(page.low, max(s.start, c.start - 45), c.start)
            n = read_number(before["n"]) if before else None
            if n and n > 1:
                is_model = _DERIVED.search(page.low, s.start, c.start) is not None
                yield Candidate(n if is_model else n + c.n, c.score + 2.0, c.sentence, "total", c.start)


# "41 patients with one disease and 22 with another were eligible": the end of such a sentence
_BOTH_WERE = shape(
    r"[^.;:]{0,60}?\bwere (?:\w+ ){0,2}(?:eligible|enrolled|included|treated|recruited|analy[sz]ed|evaluable|studied|evaluated|assessed|reviewed|identified)\b"
)
_AND_ONLY = shape(r"(?:(?:[^.;:,\d]|\b(?:19|20)\d\d\b|\([^()]{1,30}\)){1,70},?)? and (?:another |an additional )?")


# "31 patients received one drug, while 32 patients were given another"; "in part A, 12 patients were treated"
_EACH_WAS_GIVEN = shape(
    r"[^.;:\d]{0,60}\b(?:received|were (?:given|treated|assigned))\b[^.;:\d]{0,60}, ?(?:and|while|whereas) (?:the other |another )?"
)
_LONGEST_JOINED = 150
_GIVEN_TOO = shape(r"[^.;:]{0,70}?\b(?:received|were (?:given|treated|assigned))\b")
_IN_PART = shape(r"\bin part (?:one|two|[a-c]|[12]|i{1,2}),? (?:a total of )?$")
# "34 of 70 patients replied"; "a total of 161 of 232 eligible patients were analyzed"
_OUT_OF = shape(rf"(?<![\w.,-])(?P<n>{NUMBER}) (?:\([^()]*\) )?(?:out )?of (?:the |these )?$")
_ANSWERED = shape(
    r"(?:[^.;:()]|\([^()]*\)){0,60}?\b(?:replied|participated|returned|responded to (?:the|our|a) (?:survey|questionnaire)|completed (?:the|our|a) (?:\w+ )?(?:survey|questionnaire)s?|were (?:analy[sz]ed|enrolled|included|randomi[sz]ed))\b(?! for)"
)


_AGES = frozenset(("adults", "children", "adolescents", "infants"))
_LOOKED_AT = shape(
    r"(?:\bwe (?:\w+ )?(?:analy[sz]ed|studied|examined|evaluated|included|identified|treated|investigated|reviewed|compared)|\b(?:study|analysis|comparison|review|investigation|series|cohort) of|\bcompar(?:ed|ing)|\b(?:samples?|pairs|specimens|blood|marrow) (?:from|of)) (?:data (?:from|of|on) )?$"
)
OWN = frozenset(("title", "aim", "methods", "results", "own"))


def _noun(page: Page, c: Candidate, ends: Mapping[int, int]) -> str:
    return page.low[c.start : ends[c.start]].rpartition(" ")[2]


def _are_summed(one: str, other: str) -> bool:
    return one == other or {one, other} <= _AGES


def _paired(page: Page, found: Sequence[Candidate], ends: Mapping[int, int]) -> Iterator[Candidate]:
    """Sums of two numbers that one sentence joins with "and" and of which it says the same."""
    for a, b in itertools.pairwise(found):
        if a.sentence == b.sentence and min(a.score, b.score) > 0.5 and page.parts[a.sentence] != "background":
            s = page.sentences[b.sentence]
            if _AND_ONLY.fullmatch(page.low, ends[a.start], b.start):
                is_one = _BOTH_WERE.match(page.low, ends[b.start], s.end) or (
                    _LOOKED_AT.search(page.low, s.start, a.start) and _are_summed(_noun(page, a, ends), _noun(page, b, ends))
                )
            elif b.start - ends[a.start] > _LONGEST_JOINED:
                continue
            else:
                is_one = _EACH_WAS_GIVEN.fullmatch(page.low, ends[a.start], b.start) and _GIVEN_TOO.match(page.low, ends[b.start], s.end)
            if is_one:
                yield Candidate(a.n + b.n, max(a.score, b.score) + 1.0, a.sentence, "total", a.start)


# "we identified 87 patients with one disease, 22 patients with another as well as 45 patients with neither"
_NEXT_OF_LIST = shape(r"(?:[^.;:,\d()]|\([^()]{1,40}\)){1,110}(?:,|,? and|,? as well as) ")


def _listed(page: Page, found: Sequence[Candidate], ends: Mapping[int, int]) -> Iterator[Candidate]:
    """The sum of three numbers or more that one sentence lists."""
    for k, first in enumerate(found):
        s = page.sentences[first.sentence]
        if page.parts[first.sentence] not in OWN or not _LOOKED_AT.search(page.low, s.start, first.start):
            continue
        chain = [first]
        for c in found[k + 1 :]:
            if c.sentence != first.sentence or c.is_control or not _NEXT_OF_LIST.fullmatch(page.low, ends[chain[-1].start], c.start):
                break
            chain.append(c)
        rest = sum(c.n for c in chain[1:])
        if len(chain) > 2 and rest != first.n:
            yield Candidate(first.n + rest, first.score + 1.0, first.sentence, "total", first.start)


def _parts(page: Page, found: Sequence[Candidate], ends: Mapping[int, int]) -> Iterator[Candidate]:
    """The sum of those treated in each part of a trial."""
    if "in part " not in page.low:
        return
    parts = [c for c in found if c.role == "total" and _IN_PART.search(page.low, max(0, c.start - 30), c.start)]
    if len(parts) == 2 and parts[0].sentence != parts[1].sentence:
        yield Candidate(parts[0].n + parts[1].n, parts[0].score + 0.5, parts[0].sentence, "total", parts[0].start)


def _additional(page: Page, found: Sequence[Candidate], ends: Mapping[int, int]) -> Iterator[Candidate]:
    """The sum of those first treated and those added: "we treated 79 additional patients"."""
    if "additional " not in page.low:
        return
    is_more = [
        page.parts[c.sentence] in OWN
        and not c.is_control
        and (" additional " in page.low[c.start : ends[c.start]] or page.low.endswith("additional ", 0, c.start))
        for c in found
    ]
    if sum(is_more) == 1:
        more = found[is_more.index(True)]
        first = max(
            (c for c in found if c.start < more.start and c.score > 1 and page.low[c.start] != "n"), key=lambda c: c.score, default=None
        )
        if first is not None:
            yield Candidate(first.n + more.n, first.score + 1.0, first.sentence, "total", first.start)


def _answered(page: Page, found: Sequence[Candidate], ends: Mapping[int, int]) -> Iterator[Candidate]:
    """Those of a number who answered or were analysed."""
    for c in found:
        if page.low.endswith(OF, max(0, c.start - 8), c.start) and page.parts[c.sentence] in OWN:
            s = page.sentences[c.sentence]
            m = _OUT_OF.search(page.low, max(s.start, c.start - 45), c.start)
            n = read_number(m["n"]) if m else None
            if n and LEAST <= n < c.n and n > 0.3 * c.n and _ANSWERED.match(page.low, ends[c.start], s.end):
                yield Candidate(n, 4.5 + RANK[page.parts[c.sentence]], c.sentence, "total", c.start)


# "12 patients received one drug and seven the other"; "81 patients with one disease and 42 with another were enrolled"
_AND_MORE = shape(
    rf"\s(?:were (?:randomly )?(?:registered|enrolled|treated|included|entered|randomi[sz]ed|assigned|allocated) )?(?:with|in|to|into|enrolled to receive|to receive|received|receiving|were assigned to|assigned to|on|given)\s[^.;:\d()]{{2,60}},? and (?P<n>{NUMBER})\s(?:with|to receive|received|receiving|in|into|were assigned|assigned|to|the|on|given)\b"
)


def _and_more(page: Page, found: Sequence[Candidate], ends: Mapping[int, int]) -> Iterator[Candidate]:
    """Sums of a number and one that follows without a noun."""
    for c in found:
        m = (
            _AND_MORE.match(page.low, ends[c.start], page.sentences[c.sentence].end)
            if c.score > 0.5 and page.parts[c.sentence] in OWN
            else None
        )
        n = read_number(m["n"]) if m else None
        if n:
            yield Candidate(c.n + n, c.score + 0.3, c.sentence, "total", c.start)


_OF_ONE = (_and_more, _respective, _answered)
_OF_TWO = (*_OF_ONE, _paired, _listed, _parts, _additional)


def joined(page: Page, found: Sequence[Candidate], ends: Mapping[int, int]) -> Iterator[Candidate]:
    """Candidates that two numbers make together; ``ends`` are those of the numbers, by their starts.

    >>> from allnlp.schema import Sentence
    >>> from allnlp.text.study_parts import read_page
    >>> page = read_page("We sent letters. 34 of 70 patients replied.", [Sentence("d", 0, "other", 0, 16), Sentence("d", 1, "other", 17, 43)])
    >>> [c.n for c in joined(page, [Candidate(70, 1.0, 1, "subgroup", 23)], {23: 34})]
    [34]
    """
    return itertools.chain.from_iterable(reader(page, found, ends) for reader in (_OF_TWO if len(found) > 1 else _OF_ONE))
