"""How many patients a study treated or analysed: one number of those that the document states."""

from __future__ import annotations

from collections.abc import Iterator, Sequence, Set
from types import MappingProxyType
from typing import NamedTuple

from allnlp.schema import Mention
from allnlp.text.numbers import NUMBER, NUMBER_WORDS, read_number
from allnlp.text.study_parts import Page
from allnlp.text.study_sums import LEAST, OF, OF_HARM, OWN, RANK, Candidate, joined, with_sums
from allnlp.text.study_words import shape


class Size(NamedTuple):
    """A study's number of patients, the sentences that state it, and what is doubtful."""

    n: int | None
    sentences: tuple[int, ...] = ()
    doubt: str = ""


# What was done with as many, after the number. "88 patients were treated"; "157 patients received"; "199 were infused"
_TREATED = shape(
    r"[^.;:]{0,60}?\b(?:treated|infused|received|receiving|analy[sz]ed|evaluated|studied|underwent|undergoing|randomi[sz]\w+|randomly|assigned|included|evaluable|assessed|reviewed|transplanted|identified)\b"
)
_ENROLLED = shape(
    r"[^.;:()]{0,60}?(?:\([^()]{0,70}\)[^.;:()]{0,50}?)?\b(?:enrol?led|recruited|entered|accrued|participated|registered|tested|met (?:\w+ )?(?:inclusion|eligib\w*|criteria))\b"
)
# "we treated 20 patients"; "data from 5 patients"; "in a cohort of 120 patients"; "a total of 31 patients"
_BEFORE = shape(
    r"\b(?:treat\w*|includ\w*|analy[sz]\w*|stud(?:y|ied)|evaluat\w*|review\w*|random\w*|assign\w*|identif\w*|investigat\w*|assess\w*|enrol\w*|recruit\w*|cohort|series|involv\w*|compris\w*"
    r"|data (?:from|of|on)|total|report\w*|examin\w*|infused|collected|samples|compar\w*|follow\w*|records|test\w*|screen\w* \w+ in|perform\w*|describ\w*|detect\w*|measur\w*|determin\w*|sequenc\w*|genotyp\w*|analys[ei]s|derived|obtained|present\w*|observ\w*|conduct\w*|retrospective\w*)\b[^.;:]{0,60}$"
)
# "264 patients were screened"; "112 underwent leukapheresis"; "389 registered"
_SCREENED = shape(
    r"[^.;:,]{0,40}?\b(?:screened|leukapheres\w*|apheres\w*|assessed for|consented|referred|approached|invited|registered|enrol?led|identified|enrolled and|diagnosed)\b"
)
_SCREENED_OF = ("screened ", "leukapheresed ", "database of ", "registry of ", " from ", " from a total of ", " from among ")
_OTHERS = shape(
    r"\b(?:previous\w*|prior (?:study|trial|report)|earlier|historical|healthy|matched|controls?|donors?|normal|volunteers|validation|replication|other|another|independent|external|additional|second|published|pooled|literature|siblings|first|initial|comparative|comparator|comparison|reference)\b[^.;,]{0,40}$"
)
# Parts, such as "42 (93%) of the 45 patients", "the 12 patients who relapsed", "30 patients (20%) had"
_PART_OF = shape(
    r"(?:\d\)?|%\)|\b(?:one|two|three|four|five|six|seven|eight|nine|ten|\w+teen|\w+ty|none|all|most|some|half)) (?:\([^()]*\) )?(?:out )?of (?:the |these |our )?$"
)
_PART_AFTER = shape(
    r"(?:\s\(\d+(?:[.\u00b7]\d+)?\s?%\))(?!\s(?:were|was) (?:enrol|treat|includ|eligib|analy|random))|\s(?:who|with a) (?:relapsed|progressed|died|achieved|responded|developed|experienced|did not)|\s(?:were )?treated at (?:the )?(?:recommended|rp2d|mtd|maximum|dose)\b|\s(?:\([^()]*\)\s)?(?:achieved|relapsed|died|responded|developed|experienced|progressed|suffered|carried|harbou?red|discontinued|had (?:a |grade))"
)
_PART_OF_THEM = shape(r" who (?:entered|achieved|reached|relapsed|responded|survived|completed|progressed)\b")
_PART_BEFORE_N = shape(
    r"(?:evaluable|safety|efficacy|set|subset|subgroup|subcohort|training|validation|test|discovery|responders|arm|group)[\w\s-]{0,20}\W{1,3}$|(?<!\bthe)(?<!this)(?<!our)(?<!entire)(?<!whole)(?<!total)(?<!study)\scohort\W{1,3}$"
)
_TOTALLING = (
    "total ",
    "totaling ",
    "totalling ",
    "totaled ",
    "totalled ",
    "total of ",
    "in total, ",
    "overall ",
    "overall, ",
    "comprising ",
)
# "among 20 patients who received": a part, where a larger number stands
_AMONG = shape(r"\b(?:among|of|in|for) (?:the |these |those )?$")
_WHO = (" who ", " with ", " receiving ", " treated ", " undergoing ")
_HEALTHY = shape(r"\b(?:healthy|controls?|donors?|siblings)\b")
_COMPARED = ("compared to ", "compared with ")
_NO_PEOPLE = (" wells", " mice", " rats", " animals", " replicates", " biological", " technical", " independent exp", " experiments")
_CONTROL_BEFORE = shape(r"\b(?:controls|volunteers|healthy \w+)\W{1,3}$")
_CONTROL_AFTER = shape(r"\s(?:healthy|normal|matched|age-matched|control)")
# "... of whom 268 were eligible"; "88 of them received"; "liso-cel was infused into 88"; the rest of those enrolled
_NARROWS = shape(
    r"\b(?:screened|leukapheres\w*|apheres\w*|registered|enrol?led|consented|referred|diagnosed|identified|assessed for|eligible)\b"
)
_OF_WHOM = shape(
    rf"(?:\bof (?:whom|which|these|them|those)|\bamong (?:them|these|whom)|\band|,|;)\s(?:a total of\s)?(?P<n>{NUMBER})(?:\s(?:patients|of (?:them|these|whom)|\(\d+(?:\.\d+)?\s?%\)|pts)){{0,3}}\s(?:\([^()]*\)\s)?"
    r"(?:were|was|had been|who)?\s?(?:then |finally |subsequently |ultimately |actually )?(?:treated|infused|received (?!\w+ prior|the (?:rp2d|recommended|maximum))|analy[sz]ed|evaluable|eligible|included|randomi[sz]ed|assessable|completed (?:the|treatment|therapy|study|follow-up)|participated)\b(?! (?:for (?:response|efficacy)|second|subsequent|no))"
)
_INFUSED_INTO = shape(
    rf"\b(?:infused|administered|given) (?:in|to|into) (?P<n>{NUMBER})(?:\s(?:patients|pts|subjects|children|adults))?(?=[.,;\s(])(?! (?:of|mg|ml|times|cycles|days|weeks|hours|min))"
)
# Those analysed of a number that begins a sentence, such as "of 178 patients, 151 (85%) were evaluable"
_OF_N = shape(
    rf"[^.;:,]{{0,60}}, (?P<n>{NUMBER}) (?:patients )?(?:\([^()]{{1,20}}\) )?(?:patients )?were (?:evaluable|analy[sz]ed|eligible|assessable|included)\b(?! for)"
)
_AND_REST = shape(rf"[^.;:\d]{{0,80}}\band (?P<n>{NUMBER})\b")
_OF_ROLE = MappingProxyType({"total": 2.0, "arm": 0.0, "subgroup": 0.0})
# A registry's line: "ENROLLMENT: 97 participants (estimated)."
_ENROLLMENT = "enrollment: "
_ONE_ENROLLED = f"{_ENROLLMENT}1 participant"  # of one, no number of people is a size elsewhere
_PLANNED = shape(r"[\d,]+ participants? \((?:estimated|target size)\)")
_NEAR = 1.01  # two numbers within this ratio are one


def study_size(page: Page, sizes: Sequence[Mention]) -> Size:
    """The main number of patients of a document with its ``sizes``, its mentions with a number, in order of place.

    >>> from allnlp.schema import Sentence
    >>> from allnlp.text.study_parts import read_page
    >>> study_size(read_page("No patients.", [Sentence("d", 0, "other", 0, 12)]), []).n is None
    True
    """
    if _ONE_ENROLLED in page.low:
        for number, sentence in enumerate(page.sentences):
            if page.low.startswith(_ONE_ENROLLED, sentence.start):
                is_planned = _PLANNED.match(page.low, sentence.start + len(_ENROLLMENT)) is not None
                return Size(1, (number,), "n_patients: 1 is planned" if is_planned else "")
    found = [_weighed(page, m) for m in sizes if m.n is not None and m.n >= LEAST and m.role != "planned"]
    ends = {m.start: m.end for m in sizes}
    if found:
        found += [*_infused(page, found), *joined(page, found, ends)]
    if "samples" in page.hits and "bench" not in page.hits:
        found += _sampled(page, found)
    if max((c.score for c in found), default=0.0) < _SURE:
        found += _untagged(page, {m.start for m in sizes} if found else set())
    if not found:
        return Size(None)
    found = with_sums(page, found)
    largest = max((c.n for c in found if c.score > 1 and not c.is_control), default=0)
    found = [
        c._replace(score=c.score + (0.6 if c.n == largest else 0.0 if c.n >= 0.5 * largest else -2.5 if c.is_among else -1.0))
        for c in found
    ]
    best = max(found, key=lambda c: (c.score, c.n))
    best = _narrowed(page, best, found)
    rivals = {c.n for c in found if c.role == "total" and c.score >= best.score - 0.5 and not best.n / _NEAR <= c.n <= best.n * _NEAR}
    if best.score < 0.5:
        return Size(None) if best.score < -1 else Size(best.n, (best.sentence,), f"n_patients: {best.n} is said of a part or of others")
    doubt = f"n_patients: {best.n} or {max(rivals)}" if rivals else ""
    if _PLANNED.match(page.low, best.start):
        doubt = f"n_patients: {best.n} are planned"
    return Size(best.n, (best.sentence,), doubt)


# Where no size is tagged: "recorded in 49 patients"; "450 parents responded"
_PEOPLE = shape(
    rf"(?<![\w.,-])(?P<n>{NUMBER}) (?:(?!percent)[a-z-]+ ){{0,2}}(?:pa(?:tient|rent|rticipant)|subject|student|nurse|physician|respondent|caregiver|volunteer|adult|case)s\b"
)
_MANY = 10
_NUMBER_ENDS = (*"0123456789", *NUMBER_WORDS)


def _may_count(page: Page, place: int) -> bool:
    """Whether one of the three words before a noun ends as a number does: a sound and fast test before `_PEOPLE`."""
    low, start = page.low, place
    for _ in range(3):
        if low.endswith(_NUMBER_ENDS, 0, start):
            return True
        start = low.rfind(" ", 0, start)
        if start < 0:
            return False
    return False


def _untagged(page: Page, tagged: Set[int]) -> Iterator[Candidate]:
    """Numbers of people that are no size: any where no size is said, else those that start elsewhere than a ``tagged`` one."""
    if "bench" in page.hits:
        return
    last = -1
    for _, place in page.hits.get("people", ()):
        i = page.at(place)
        if i == last or page.parts[i] not in OWN or not _may_count(page, place):
            continue
        last = i
        s = page.sentences[i]
        for m in _PEOPLE.finditer(page.low, s.start, s.end):
            n = read_number(m["n"])
            if n and n >= _MANY and m.start() not in tagged:
                yield Candidate(n, RANK[page.parts[i]], i, "", m.start())


# Where samples are counted rather than people: "we sequenced 144 leukemia samples"
_SAMPLES = shape(
    rf"\b(?:analy[sz]ed|analys[ei]s of|examined|sequenced|studied|tested|investigated|in|from|of)\s(?P<n>{NUMBER})(?: (?!patients|cell)[\w()/+-]+){{0,7}}$"
)
_FROM_PEOPLE = shape(r" [a-z]+ (?:from|of|obtained|collected)\b")
_SURE = 4.0


def _sampled(page: Page, found: Sequence[Candidate]) -> Iterator[Candidate]:
    if any(c.score > _SURE for c in found):
        return
    for _, place in page.hits["samples"]:
        if _FROM_PEOPLE.match(page.low, place):
            continue
        at = page.at(place)
        if page.parts[at] in OWN:
            m = _SAMPLES.search(page.low, max(page.starts[at], place - 100), place)
            n = read_number(m["n"]) if m else None
            if n and n >= _MANY:
                yield Candidate(n, 2.5 + RANK[page.parts[at]], at, "", place)


def _weighed(page: Page, m: Mention) -> Candidate:
    s = page.sentences[m.sentence]
    before = page.low[max(s.start, m.start - 90) : m.start]
    after = page.low[m.end : min(s.end, m.end + 110)]
    score = _OF_ROLE.get(m.role or "", 0.0) + RANK[page.parts[m.sentence]]
    if before.endswith(_ENROLLMENT):
        score += 6.0
    words = page.low[m.start : m.end]
    treated = _TREATED.match(after) is not None
    if treated:
        score += 1.5
    elif _ENROLLED.match(after) or _BEFORE.search(before):
        score += 1.0
    if words.startswith(("a total", "total")) or before.endswith(_TOTALLING):
        score += 0.7
    if (before.endswith(OF) and _PART_OF.search(before)) or _PART_AFTER.match(after):
        score -= 2.0
    if after.startswith(" who ") and _AMONG.search(before[-15:]) and _PART_AFTER.match(after):
        score -= 4.5  # "of four patients who relapsed"
    if before.endswith((" including ", "included ")) and after.startswith(" who "):
        score -= 3.0  # "were allografted, including 2 patients who"
    if before.endswith(("the ", "these ")) and _PART_OF_THEM.match(after):
        score -= 2.5  # "the 352 patients who entered consolidation"
    if after.startswith(_NO_PEOPLE) or words.endswith("families"):
        score -= 6.0
    if m.role == "total" and words.startswith("n") and _PART_BEFORE_N.search(before[-45:]):
        score -= 1.5
    if not treated and _SCREENED.match(after):
        score -= 0.5
    if before.endswith(_SCREENED_OF):
        score -= 0.5
    if m.role == "arm" and OF_HARM.search(before):
        score -= 4.0
    if _OTHERS.search(before[-50:]):
        score -= 1.5
    is_control = bool(
        " matched " in words
        or before.endswith(_COMPARED)
        or _HEALTHY.search(words)
        or _CONTROL_AFTER.match(after)
        or _CONTROL_BEFORE.search(before[-30:])
    )
    if is_control:
        score -= 2.0
    is_among = after.startswith(_WHO) and page.parts[m.sentence] in ("results", "own") and _AMONG.search(before[-15:]) is not None
    return Candidate(m.n or 0, score, m.sentence, m.role or "", m.start, is_control, is_among)


def _infused(page: Page, found: Sequence[Candidate]) -> list[Candidate]:
    """Numbers without a noun that say who was given the treatment."""
    if not found or not any(w in page.low for w in ("infused in", "administered to", "given to", "infused to")):
        return []
    most = max(c.n for c in found)
    least = max(LEAST, round(0.45 * max((c.n for c in found if c.score > 1), default=0)))
    out = []
    for m in _INFUSED_INTO.finditer(page.low):
        n = read_number(m["n"])
        at = page.at(m.start())
        if n and least <= n <= most and page.parts[at] not in ("background", "conclusions"):
            out.append(Candidate(n, 5.0 + RANK[page.parts[at]], at, "total", m.start()))
    return out


def _narrowed(page: Page, best: Candidate, found: Sequence[Candidate]) -> Candidate:
    """Those treated or analysed of the number that was found, where the same or the next sentence tells them apart."""
    s = page.sentences[best.sentence]
    after = page.low[best.start : min(s.end, best.start + 80)]
    if page.low.endswith(OF, max(0, best.start - 8), best.start):
        part = _OF_N.match(page.low, best.start, s.end)
        n = read_number(part["n"]) if part else None
        if n and 0.45 * best.n < n < best.n:
            return best._replace(n=n)
    if not _NARROWS.search(after):
        return best
    last = page.sentences[min(best.sentence + 1, len(page.sentences) - 1)]
    for m in _OF_WHOM.finditer(page.low, best.start + 3, last.end):
        n = read_number(m["n"])
        rest = _AND_REST.match(page.low, m.end()) if n else None
        if rest is not None and n is not None and n + (read_number(rest["n"]) or 0) == best.n:
            return best  # "of whom 83 were given one and 78 the other"
        if n and LEAST <= n < best.n and n > 0.45 * best.n:
            return best._replace(n=n, sentence=page.at(m.start()))
    return best
