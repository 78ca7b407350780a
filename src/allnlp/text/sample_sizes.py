"""Sample sizes: how many were studied, and whether that is the study, an arm, a part or a plan."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from itertools import combinations

from allnlp.text.expressions import expression
from allnlp.text.numbers import NUMBER, read_number
from allnlp.text.spans import Clause, Span

#: What a sample size may be: see ``size_roles``.
ROLES = ("total", "arm", "subgroup", "planned")


def _grouped(words: str) -> str:
    """Alternatives with their first letter taken out, so that where it does not stand none of them is tried.

    >>> _grouped("men|people|pts")
    'm(?:en)|p(?:eople|ts)'
    """
    by: dict[str, list[str]] = {}
    for word in words.split("|"):
        by.setdefault(word[0], []).append(word[1:])
    return "|".join(f"{first}(?:{'|'.join(rest)})" for first, rest in by.items())


_PEOPLE = (
    "patients|subjects|participants|children|adults|individuals|women|men|infants|adolescents|pts|volunteers|persons|people"
    "|survivors|recipients|donors|females|males|boys|girls|neonates|newborns|enrollees|residents|respondents|caregivers|cases"
    "|controls|families|clients|students|carriers|completers|attendees"
)
_BARRIER = _grouped(
    "of|with|and|or|in|to|from|for|by|at|on|the|a|an|were|was|had|have|has|years?|months?|days?|weeks?|hours?|cycles?|vs|versus"
    "|doses?|lines?|mg|g|kg|ml|per|than|more|in|among|after|before|as|that|who|whose|which|other|grade|grades|studies|trials?|centers?"
    "|consecutive years|received|including|is|are|times?|courses?|sites?|hospitals?|institutions?|countries|samples?|cells?|million|billion|thousand"
)
_WORD = r"[A-Za-z][\w/+'\u2019-]*"
_QUALITY = r"[A-Za-z][\w-]*(?:-|ed|ese|al|ic|ive|ent|ant|ary|ight|ate|able|ible|lar|thy)"  # pre- and postmenopausal; overweight, inactive
_AGES = r"(?:pa?ediatric|adolescents?|child(?:ren)?|adults?)(?:\s(?:and|or)\s|/)"
_MODIFIER = rf"(?:{_AGES}|(?!(?:{_BARRIER})\b)(?:{_QUALITY}(?:,\s|,?\s(?:and|or|but)\s)(?=[a-z])|{_WORD}(?:\s|(?<=-))))"
_SIZE = expression(
    rf"(?=[\daefhnost])(?<![\w,\u00b7<>=\u2265\u2264-])(?<!\d\.)(?<![A-Za-z)]/)(?P<m>(?:A total of\s|total of\s)?(?P<n>{NUMBER})(?P<pc>\s?\(\s?\d+(?:[.\u00b7]\d+)?\s?%\s?\))?"
    rf"(?:\s|(?<=[a-z])-){_MODIFIER}{{0,5}}?(?<!between-)(?:{_grouped(_PEOPLE)})(?:\s(?:controls|patients|subjects|participants|individuals|volunteers|recipients|donors|survivors|cases))?)"
    r"(?!\w|[\s-]*(?:years|months|days|hours)\b)",
    re.IGNORECASE,
)
# The first character of every match of ``_SIZE``, and what must stand around it.
_NUMBER_BEGINS = expression(
    r"[\dAEFHNOSTaefhnost](?<![\w,\u00b7<>=\u2265\u2264-].)(?:(?<=\d)|(?i:(?<=t)(?:wo|hree|en|welve|hirt|went|housand|otal of)|(?<=f)(?:our|ive|ift|ort)"
    r"|(?<=s)(?:ix|even)|(?<=e)(?:ight|leven)|(?<=o)ne|(?<=n)ine|(?<=h)undred|(?<=a)(?= total of)))"
)
_DIGITS_BEGIN = expression(r"\d(?<![\w,\u00b7<>=\u2265\u2264-].)")
_BLANK = r"[,\u2008\u2009\u202f\u00a0 ]"
_EQUALS = expression(
    rf"(?<![A-Za-z])[nN](?:\\?,|\s)?(?:=|\s?:\s?)(?:\\?,|\s)?(?P<n>\d{{1,3}}(?:{_BLANK}\d{{3}})+|\d[\d,]*\d|\d)(?!\d)(?![\d.]*%)(?!\.\d)(?!\s?/\s?\d)"
)
# "(n 5 81)" and "(n 17)": the equals sign as PDF extraction leaves it
_EQUALS_LOST = expression(r"(?<=[(\[])n\s(?:5\s(?=\d))?(?P<n>\d[\d,]*\d|\d)(?=\s?[)\];,])")
_NOT_BEFORE_WORDS = (
    "\u2265", "\u2264", "<", ">", "=", "grade", "grades", "day", "phase", "stage", "level", "group", "arm", "cohort", "ratio", "type", "class", "every", "per",
    "~", "$", "\u20ac", "\u00a3",
)  # fmt: skip
_NOT_BEFORE = expression(r"(?:[\u2265\u2264<>=]\s?|grades?|day|phase|stage|level|group|arm|cohort|ratio|type|class|every|per|[~$\u20ac\u00a3])\s?$", re.IGNORECASE)

#: In lower case, strings of which every sentence with a sample size has one.
SIZE_WORDS = (
    *(" men" if word == "men" else word for word in _PEOPLE.split("|")), "famil", "n =", "n=", "n\\", "n :", "n:", "n\u2009", "n\xa0", "(n ", "[n ",
)  # fmt: skip
#: Likewise of those that say it without beginning with a digit.
NUMBER_WORDS = (
    "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve", "thir", "fif", "twent", "fort", "hundred",
    "thousand", "total of",
)  # fmt: skip

_YEAR = expression(r"(?:19[5-9]|20[0-3])\d")
_BEFORE_YEAR = expression(r"\b(?:in|the|since|until|by|of|from|to|and|ELN|WHO|ASH|compared with)\s$", re.IGNORECASE)

_ANY_NUMBER = expression(r"\d|\b(?:one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|thir|fif|twent|fort|hundred)")

# What tells that something happened to as many.
_OUT_OF = expression(r"(?:\bof|\bamong|/|\bout of)\s?(?:the\s|these\s|all\s|our\s)?$", re.IGNORECASE)
_THEN_HAD = expression(
    r"(?:\s\((?!n\b)[^()]{1,20}\))?\s(?:(?:had|have|has)\s(?:\w+ly\s)?(?:died|relapsed|progressed|responded|events?|evidence|achieved|experienced|developed"
    r"|(?:a\s)?(?:grade|CRS|CR\b|complete|partial|neurotox|ICANS|toxic|dose))|remain(?:ed)?\s(?:in|alive|free|on)|were\s(?:(?:[\w+]+-)?(?:positive|negative)\b|MRD|PCR|minimal|measurable|in\s(?:CR|complete|remission))"
    r"|(?:died|relapsed|progressed|withdrew|discontinued)\b)",
    re.IGNORECASE,
)
_A_RATE = expression(r"\s(?:(?:per|each|every|a)\syear|annually|worldwide|in\sthe\sUnited\sStates)\b", re.IGNORECASE)
_NO_PEOPLE = expression(r"\s(?:\w+\s)?(?:genes|mutations|cells|samples|specimens|studies|products|experiments|mice|rats|lesions|sites|cent(?:er|re)s|trials|articles)\b", re.IGNORECASE)
_IN = expression(r"\bin\s(?:only\s|another\s|the\sother\s)?$")
_LONGEST_IN = 20  # characters that it matches at most
_HAPPENED = expression(
    r"\b(?:was|were|been|occurr\w+|develop\w+|seen|observed|reported|detected|achieved|resolved|discontinued|undetect\w+|positive|negative|responses?|toxicit\w+"
    r"|events?|neutropenia|fever|infections?|due to|%)",
    re.IGNORECASE,
)
_OF_ALL = expression(
    r"\b(?:no|none|not|never|trials?|study|studies|studied|analy\w+|perform\w+|conduct\w+|carried out|evaluat\w+|assess\w+|test\w+|investigat\w+|examin\w+|measur\w+|compar\w+"
    r"|available|data|experience|efficacy|safety|used?|given|administered|review\w*|cohort|registry|enrol\w+|survey\w*|pilot|phase|series|outcomes?|results?"
    r"|sequenc\w+|random\w+|determin\w+|collect\w+|obtain\w+|initiat\w+|treat\w+)\b",
    re.IGNORECASE,
)

# What stands around a size and tells its role.
_PLANNED = expression(
    r"(?:\bplann\w+|\btarget (?:accrual|enrol\w+|sample|recruitment|number)|\brecruitment (?:goal|target)|\baccrual goal|\bsample size|\bpower\b"
    r"|\b(?:will|aims?|aimed) (?:to |be )?(?:enrol|recruit|includ|random)\w*|\b(?:previous|earlier) (?:study|studies|trials?|reports?|analys[ei]s|series))[^.\d]{0,30}$",
    re.IGNORECASE,
)
_PLANNED_WORDS = ("plann", "target", "recruitment", "accrual", "sample size", "power", "will", "aim", "previous", "earlier")  # it has one of them
_TOTAL = expression(r"(?:a )?total of", re.IGNORECASE)
_N_IS = expression(r"(?<![A-Za-z])n\W", re.IGNORECASE)
_STUDIED = (
    r"(?:randomi[sz]ed|enrol?led|recruited|included|assigned|registered|accrued|entered|eligible|evaluable|assessable|analy[sz]\w+"
    r"|completed|participated|consented|genotyped|randomi[sz]ation|provided|available|studied|treated|infused|transplanted)\b"
)
_THEN_STUDIED = expression(
    rf"(?:\s\([^()]{{0,90}}\))?[)\]]?\W{{0,2}}(?:[\w-]+\s){{0,8}}?(?:(?:was|were|who|have been|had been|being|will be)\s)?(?:\w+ly\s)?{_STUDIED}", re.IGNORECASE
)
_THEN_ENROLLED = expression(
    r"(?:\s\([^()]{0,90}\))?\s(?:[\w-]+\s){0,8}?(?:(?:was|were|have been|who)\s)?(?:\w+ly\s)?(?:enrol?led|included|recruited|registered|screened|identified|pooled|eligible|entered)\b",
    re.IGNORECASE,
)
_PLAIN_NUMBER = expression(r"(?<![\d.,-])\d{1,6}(?![\d%.,]*\d|%|\s?%|\s(?:months?|years?|weeks?|days?|mg))")
_STUDY_OF = expression(
    r"(?:\b(?:study|trial|cohort|sample|series|data|records?|population|number|files|charts|review|registry)\s(?:of|in|with|on|from|for"
    r"|included|comprised|involving|that|recruited|enrolled)(?:\s\S+){0,2}\s"
    r"|\b(?:enrol|random|recruit|includ|assign|studied|accru|assess|evaluat|identif|investigat|review|analy)\w*(?:\s\S+){0,4}\s"
    r"|\b(?:involving|available (?:for|from|on)|(?:study|trial|total|all|subsample|cohort),)\s"
    r"|\b(?:19|20)\d\d,?\s)$",
    re.IGNORECASE,
)
_BEGINS = expression(r"\W*(?:of|among|overall|in)?,?\s?(?:the\s)?", re.IGNORECASE)
_OF_WHOM = expression(r"\W*(?:of|among)\s(?:the\s)?$", re.IGNORECASE)
_WHOLE = expression(
    r"\b(?:patients|women|subjects|participants|study|studies|trials?|survivors|cohort|children|adults|sample|population|total|females"
    r"|men|individuals|cases|volunteers|analysis|people|persons|who [\w\s]{3,40}|response|cancer|disease)\W{1,3}$",
    re.IGNORECASE,
)
_ARM_OF = expression(
    r"(?:\b(?:group|arm|regimen)s?(?:\s\w{1,3})?(?:\s(?:had|of|consisted of|included|comprised|with|was|were|contained))?\s?[(\[]?"
    r"|\bcontrols?\s?[(\[]|control group (?:of|comprised of)\s)$",
    re.IGNORECASE,
)
_ARM_BESIDE = expression(r"(?:placebo|group|arm|therapy|mg|control\w*|alone)\W*$", re.IGNORECASE)
_IN_AN_ARM = expression(r"[)\]]?,?\s(?:in|to|on) (?:the )?(?:[\w+/-]+\s){0,4}(?:group|arm|cohort)s?\b|in arm \w", re.IGNORECASE)
_AND_ANOTHER = expression(
    r"[^.:;()]*?(?:\([^()]*\)[^.:;()]*?){0,3}?\b(?:and|or|vs\.?|versus|compared with)\s(?:the\s)?(?:other\s|remaining\s|another\s|only\s)?"
    r"(?:a total of\s)?\d[\d,\u2009\u2008\u00a0]*(?![\d%.])\s?(?:patients|women|subjects|controls|participants|cases|pts|had|received|were"
    r"|to\b|in\b|with\b|healthy|assigned|took|on\b|off)",
    re.IGNORECASE,
)  # fmt: skip
_ALSO_AN_ARM = expression(r"\b(?:and|or|versus|vs\.?)\s$", re.IGNORECASE)
_ALLOTTED = ("group", "assigned", "randomi", "received", "arm", "allocat", "control", "alone", "underwent", "treated", "taking", "taken", "took")
_SHARE_BESIDE = expression(r"\s?(?:[,;:]|[,;]?\s?[(\[])\s?\d+(?:[.\u00b7]\d+)?\s?%\s?[)\],;]")
_SHARE_JUST_BEFORE = expression(r"(?P<compared>[<>=\u2265\u2264]\s?|\b(?:to|below|above|under|over|than|least|most)\s)?(?<![\d.])\d+(?:[.\u00b7]\d+)?\s?%[,;:]?\s?[(\[]?\s?$")
_SHARE_AFTER = expression(r"\s?[(\[]\s?\d+(?:[.\u00b7]\d+)?\s?%")
_SHARE_IN = expression(r"\(\s?\d+(?:[.\u00b7]\d+)?\s?%")
_OF_A_PART = expression(r"\d\s(?:\([\d.%]+\)\s)?(?:of|out of)(?: the)?\s$", re.IGNORECASE)
_ALLOTTED_WITHIN = 140
_NEAR = 100  # characters before a size that are looked at
_MOST = 0.6  # a number "analysed" that is less than this share of those enrolled is a part of them


def find_sizes(text: str, begin: int, stop: int, *, in_words: bool = True) -> Iterator[Span]:
    """Sample sizes with their noun, or as "n = 16", within the sentence ``text[begin:stop]``.

    >>> text = "81 patients were enrolled."
    >>> [(text[s.start : s.end], s.n) for s in find_sizes(text, 0, len(text))]
    [('81 patients', 81)]

    Args:
        text: a document.
        begin: where a sentence of it begins that has one of the ``SIZE_WORDS``.
        stop: where the sentence ends.
        in_words: whether it has one of the ``NUMBER_WORDS``.
    """
    for m in _with_noun(text, begin, stop, _NUMBER_BEGINS if in_words else _DIGITS_BEGIN):
        n = read_number(m["n"])
        if n is not None and n > 1 and not (_is_no_count(text, m) or _is_numerator(text, begin, m, stop) or _is_year(text, m)):
            yield _size(text, *m.span("m"), n)
    for shape, signs in ((_EQUALS, "=:"), (_EQUALS_LOST, "([")):
        if text.find(signs[0], begin, stop) < 0 and text.find(signs[1], begin, stop) < 0:
            continue
        for m in shape.finditer(text, begin, stop):
            n = read_number(m["n"])
            if n is not None and n > 1 and not (_is_no_count(text, m) or _NO_PEOPLE.match(text, m.end(), stop) or _has_share(text, begin, m, stop)):
                yield _size(text, *m.span(), n)


def _with_noun(text: str, begin: int, stop: int, begins: re.Pattern[str]) -> Iterator[re.Match[str]]:
    """Matches of ``_SIZE`` in a sentence; it is tried only where a number ``begins``."""
    end = begin
    for number in begins.finditer(text, begin, stop):
        if number.start() < end:
            continue
        m = _SIZE.match(text, number.start(), stop)
        if m is not None:
            end = m.end()
            if m["n"][0] not in "tT" or _ANY_NUMBER.search(text[begin:stop].lower()):  # "a thousand patients" counts only beside a number
                yield m


def _size(text: str, start: int, end: int, n: int) -> Span:
    words = " ".join(text[start:end].split())
    return Span(start, end, "POPULATION", "sample_size", None, words, "populations", "populations:size", "", n)


def _is_no_count(text: str, m: re.Match[str]) -> bool:
    """Whether the word or sign before a number says that it counts nobody: "grade 3 patients"."""
    before = text[max(0, m.start() - 12) : m.start()]
    return before.rstrip().lower().endswith(_NOT_BEFORE_WORDS) and _NOT_BEFORE.search(before) is not None


def _is_numerator(text: str, begin: int, m: re.Match[str], stop: int) -> bool:
    """Whether a size counts those to whom something happened: "fever in 62 (78%) patients", "nine patients have died"."""
    start, end = m.span("m")
    if m["pc"]:
        return text[start - 1 : start] == "/" or not _THEN_STUDIED.match(text, end, stop)
    if _OUT_OF.search(text, max(begin, start - 30), start):
        return False
    if _THEN_HAD.match(text, end, stop) or _A_RATE.match(text, end, stop):
        return True
    clause = _clause_before(text, max(begin, start - 100), start)
    return bool(clause) and _HAPPENED.search(clause) is not None and not _OF_ALL.search(clause)


def _has_share(text: str, begin: int, m: re.Match[str], stop: int) -> bool:
    """Whether "n = 25" stands beside the share that it is: "(n = 25, 47%)", "47% (n = 25)"."""
    if _SHARE_BESIDE.match(text, m.end(), stop):
        return True
    before = _SHARE_JUST_BEFORE.search(text, max(begin, m.start() - 20), m.start())
    return before is not None and not before["compared"]  # "PD-L1 >= 50% (n = 40)" is a group


def _clause_before(text: str, begin: int, end: int) -> str:
    """The words before a number that end in "in", 70 characters at most; nothing where they end otherwise.

    >>> _clause_before("Tests were done. Fever was seen in ", 0, 35)
    ' Fever was seen in '
    """
    found = _IN.search(text, max(begin, end - _LONGEST_IN), end)
    if found is None:
        return ""
    begin = max(begin, found.start() - 70)
    cut = max(text.rfind(sign, begin, found.start()) for sign in ".;:")
    return text[max(begin, cut + 1) : found.end()]


def _is_year(text: str, m: re.Match[str]) -> bool:
    """Whether the number is a year: "in 2019 patients", "the 2022 criteria classified most patients"."""
    return bool(_YEAR.fullmatch(m["n"])) and not m["m"].lower().startswith(("a total", "total")) and bool(_BEFORE_YEAR.search(text, max(0, m.start() - 12), m.start()))


def size_roles(text: str, clauses: Sequence[Clause], sizes: Sequence[Span]) -> list[str]:
    """What each sample size of a document is, one of ``ROLES``.

    ``total``: all who were enrolled, randomised, treated or analysed, also a number that is the sum of two or three arms;
    ``arm``: one of the groups; ``subgroup``: a part of them, or a denominator; ``planned``: an aim, or another study.

    >>> text = "Of 60 patients, 31 were assigned to A (n = 31) or B (n = 29)."
    >>> size_roles(text, [Clause(0, len(text), "results")], list(find_sizes(text, 0, len(text))))
    ['total', 'arm', 'arm']

    Args:
        text: the document.
        clauses: its sentences.
        sizes: its sample sizes, in order of place.
    """
    if not sizes:
        return []
    starts = [c.start for c in clauses]
    places = [max(0, bisect_right(starts, s.start) - 1) for s in sizes]
    said = [
        _role(text, clauses[place], size, [s for s, p in zip(sizes, places, strict=True) if p == place and s is not size])
        for size, place in zip(sizes, places, strict=True)
    ]
    for i in range(1, len(sizes)):
        between = text[sizes[i - 1].end : sizes[i].start]
        is_open = said[i] in ("subgroup", "total") and not _TOTAL.match(text, sizes[i].start)
        if said[i - 1] == "arm" and places[i - 1] == places[i] and is_open and _ALSO_AN_ARM.search(between):
            said[i] = "arm"
    return _weighed([s.n or 0 for s in sizes], said)


def _role(text: str, clause: Clause, size: Span, peers: Sequence[Span]) -> str:
    """The role that the words around a size say; ``peers`` are the other sizes of its sentence."""
    before, words, after = text[max(clause.start, size.start - _NEAR) : size.start], text[size.start : size.end], text[size.end : clause.end]
    is_first = clause.start >= size.start - _NEAR
    low = before.lower()
    if [word for word in _PLANNED_WORDS if word in low] and _PLANNED.search(before):
        return "planned"
    if _N_IS.match(words):
        return _role_of_n(size, before, after, [p for p in peers if _N_IS.match(text[p.start : p.end])])
    if _ARM_OF.search(before):
        return "arm"
    if _SHARE_IN.search(words) or (_SHARE_AFTER.match(after) and not _THEN_STUDIED.match(after, after.find(")"))):
        return "subgroup"
    if _IN_AN_ARM.match(after):
        return "arm"
    is_total = bool(_TOTAL.match(words)) or (is_first and bool(_OF_WHOM.match(before)))
    if is_total:
        return "total"
    if _AND_ANOTHER.match(after) and not _THEN_ENROLLED.match(after) and not _holds(size.n or 0, after):
        near = (before + after[:_ALLOTTED_WITHIN]).lower()
        if [word for word in _ALLOTTED if word in near]:
            return "arm"
    if _OF_A_PART.search(before):
        return "subgroup"
    is_first = is_first and _BEGINS.fullmatch(before) is not None
    return "total" if is_first or clause.section == "title" or _STUDY_OF.search(before) or _THEN_STUDIED.match(after) else "subgroup"


def _holds(n: int, after: str) -> bool:
    """Whether a number is the sum of the two that come next: "588 patients, 351 on A and 237 on B"."""
    following = [int(m) for m in _PLAIN_NUMBER.findall(after[:_ALLOTTED_WITHIN])[:2]]
    return len(following) == 2 and abs(sum(following) - n) <= max(2, 0.03 * n)


def _role_of_n(size: Span, before: str, after: str, peers: Sequence[Span]) -> str:
    """The role of "n = 16": with others of its kind in the sentence it is an arm, unless it is their sum."""
    later = [p.n or 0 for p in peers if p.start > size.start]
    n = size.n or 0
    if len(later) > 1 and abs(sum(later) - n) <= max(2, 0.03 * n):
        return "total"
    if all((p.n or 0) < n for p in peers) and _THEN_STUDIED.match(after):
        return "total"
    if peers or _ARM_BESIDE.search(before):
        return "arm"
    return "total" if _WHOLE.search(before) else "subgroup"


def _weighed(numbers: Sequence[int], said: Sequence[str]) -> list[str]:
    """Roles of a document's sizes, weighed against one another: what is called a total must be most of the largest."""
    arms = [n for n, role in zip(numbers, said, strict=True) if role == "arm"][:8]
    sums = {sum(some) for k in (2, 3) for some in combinations(arms, k)}
    totals = [n for n, role in zip(numbers, said, strict=True) if role == "total" or n in sums]
    if not totals and not arms:
        totals = [max((n for n, role in zip(numbers, said, strict=True) if role == "subgroup"), default=0)]
    most = max(totals, default=0)
    out = []
    for n, role in zip(numbers, said, strict=True):
        if n == most or (role == "total" and n >= _MOST * most and n not in arms):
            out.append("total")
        else:
            out.append("subgroup" if role == "total" else role)
    return out
