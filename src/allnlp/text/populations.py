"""Ages and sample sizes: the populations that are numbers."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from allnlp.text.numbers import NUMBER, read_number
from allnlp.text.spans import Clause, Span

_DECIMAL = r"\d{1,3}(?:[.\u00b7]\d+)?"
_YEARS = r"(?:years?|yrs?\.?|y(?:/?o)?(?![\w-])|months?|mos?\.?(?![\w-])|weeks?|days?)"
_UNIT = rf"(?:[\s-]?{_YEARS})"
_OLD = r"(?:[\s-](?:old|of[\s-]age))"
_DASH = r"\s?(?:-|\u2010|\u2011|\u2012|\u2013|\u2014|to|and|through)\s?"
_CMP = r"(?:[<>]\s?(?:or|/)\s?=|[\u2265\u2264\u2a7e\u2a7d<>=]{1,2}|&lt;|&gt;)"
_WORDS_LOW = r"(?:at least|older than|over|above|more than|greater than|minimum(?: age)?(?: of)?)"
_WORDS_HIGH = r"(?:younger than|under|below|less than|up to|at most|no older than|until|maximum(?: age)?(?: of)?)"
_TAIL_LOW = r"(?:\s(?:of age\s)?(?:or|and)\s(?:older|above|over|more)\b|\s?\+)"
_TAIL_HIGH = r"(?:\s(?:of age\s)?(?:or|and)\s(?:younger|below|under|less)\b)"
_SPREAD = r"(?:range|interquartile range|IQR|SD|standard deviation|min[\s-]?max)"
_BRACKET = rf"(?:\s?[(\[][^()\[\]]{{0,12}}?{_SPREAD}?[^()\[\]]{{0,30}}?\d[^()\[\]]{{0,20}}[)\]])"

_AGES = (
    # median age 45 years (range, 18-84); mean age approximately 70 yrs; median age at infusion was 61 years
    re.compile(
        rf"\b(?P<stat>median|mean|average)(?:\s?[(\[]\w+[)\]],?)?\s(?:patient\s)?ages?(?:\s[(\[](?:range|SD|IQR|s\.d\.)[)\]])?(?:\s(?:at\s(?:the\stime\sof\s)?[\w-]+(?:\s[\w-]+){{0,2}}))?"
        rf"(?:,|\s?[:=]|\s(?:of(?:\s(?:the\s)?[a-z][\w\s]{{3,30}}?\swas)?|was|is|were|being|approximately|about))*\s?(?:approximately\s|about\s|~\s?)?"
        rf"(?P<a>{_DECIMAL})(?:\s?(?:\u00b1|\+/-)\s?{_DECIMAL}|\s?[(\[](?:SD\s?=?\s?)?{_DECIMAL}[)\]](?=\s?(?:years|yrs)))?(?P<unit>{_UNIT}?){_OLD}?"
        rf"(?P<range>(?:,\s?|;\s?|\s?[(\[]){_SPREAD}?[,:;]?\s?(?:of\s|from\s)?(?P<lo>{_DECIMAL}){_DASH}(?P<hi>{_DECIMAL})(?:{_UNIT}{_OLD}?)?(?:[)\]](?:\s(?:years|yrs)\b)?)?)?",
        re.IGNORECASE,
    ),
    # aged 3 to 23 years; age 18-34; ages between 46 and 67 yr; 18-75 years of age; (age range 1-18 years)
    re.compile(
        rf"\b(?P<head>age[ds]?(?:\s(?:range|group))?(?:\s(?:of|was|from|between))?[,:]?\s|(?:between|from)\s(?=[^.;]{{0,25}}(?:of age|old)))"
        rf"(?:of\s)?(?P<lo>{_DECIMAL}){_UNIT}?{_DASH}(?P<hi>{_DECIMAL})(?:(?P<unit>{_UNIT}){_OLD}?)?(?![\d%.]*\d|\s?%)",
        re.IGNORECASE,
    ),
    re.compile(rf"(?<![\d.])(?P<lo>{_DECIMAL}){_UNIT}?{_DASH}(?P<hi>{_DECIMAL})(?P<unit>{_UNIT}){_OLD}", re.IGNORECASE),
    # aged >=18 years; age over 60 years; age 65 years and older; aged 18 years or older; aged < 3 years
    re.compile(
        rf"\bage[ds]?\s(?:of\s|at\s)?(?:(?P<cmp>{_CMP})\s?|(?P<low>{_WORDS_LOW})\s|(?P<high>{_WORDS_HIGH})\s)"
        rf"(?:or equal to\s|the age of\s)?(?P<a>{_DECIMAL})(?:(?P<unit>{_UNIT})(?:{_TAIL_LOW}|{_TAIL_HIGH})?{_OLD}?)?",
        re.IGNORECASE,
    ),
    re.compile(
        rf"\b(?:age[ds]?\s(?:of\s)?)?(?P<a>{_DECIMAL})(?P<unit>{_UNIT}){_OLD}?(?:(?P<low>{_TAIL_LOW})|(?P<high>{_TAIL_HIGH}))(?:\sof age)?",
        re.IGNORECASE,
    ),
    # younger than 3 years; up to 25 years of age; <=25 years old; over 60 years of age
    re.compile(
        rf"(?:\b(?:(?P<low>older than|at least|over|above)|(?P<high>younger than|under|below|up to|less than))\s|(?P<cmp>{_CMP})\s?)"
        rf"(?:the age of\s)?(?P<a>{_DECIMAL})(?P<unit>{_UNIT}){_OLD}",
        re.IGNORECASE,
    ),
    re.compile(
        rf"\b(?:(?P<low>older than)|(?P<high>younger than))\s(?:or equal to\s)?(?P<a>{_DECIMAL})(?P<unit>{_UNIT})(?:{_OLD})?",
        re.IGNORECASE,
    ),
    re.compile(
        rf"\b(?:patients|adults|children|participants|subjects|adolescents|women|men|individuals|those|elderly|young|younger|older|old|infants)\s\(?(?P<m>(?P<cmp>{_CMP})\s?(?P<a>{_DECIMAL})(?P<unit>\s?(?:years|yrs|y)))\b",
        re.IGNORECASE,
    ),
    # the >=65 years subgroup
    re.compile(rf"(?P<m>(?P<cmp>{_CMP})\s?(?P<a>{_DECIMAL})(?P<unit>[\s-](?:years|yrs))(?:\sold)?)(?=\s(?:age\s)?(?:group|subgroup|cohort|stratum)\b)", re.IGNORECASE),
    # a 45-year-old; 7-month-old; aged 45 years
    re.compile(rf"\b(?P<a>{_DECIMAL})(?P<unit>[\s-](?:years?|months?|weeks?|days?|yrs?))[\s-]olds?\b", re.IGNORECASE),
    re.compile(rf"\b(?:aged|age:)\s(?P<a>{_DECIMAL})(?:\s?(?:\u00b1|\+/-)\s?{_DECIMAL})?(?P<unit>{_UNIT}){_OLD}?", re.IGNORECASE),
    # patients (18 to 80 years)
    re.compile(
        rf"\b(?:patients|adults|children|participants|subjects|adolescents|women|men)\s\((?P<m>(?P<lo>{_DECIMAL}){_DASH}(?P<hi>{_DECIMAL})(?P<unit>\s?(?:years|yrs)))\)",
        re.IGNORECASE,
    ),
    # over the age of 60; under age 18; below the age of 3 years
    re.compile(
        rf"\b(?:(?P<low>{_WORDS_LOW})|(?P<high>{_WORDS_HIGH}))\s(?:the\s)?age\s(?:of\s)?(?P<a>{_DECIMAL})(?P<unit>{_UNIT}?)",
        re.IGNORECASE,
    ),
)  # fmt: skip

_NOUN = (
    "patients?|subjects?|participants?|children|adults?|individuals?|wom[ae]n|m[ae]n|infants?|adolescents?|pts?|volunteers?"
    "|persons?|people|survivors?|recipients?|donors?|females?|males?|boys?|girls?|neonates?|newborns?|enrollees?|residents?"
    "|respondents?|caregivers?|cases?|controls|families"
)
_BARRIER = (
    r"(?!(?:of|with|and|or|in|to|from|for|by|at|on|the|a|an|were|was|had|have|has|years?|months?|days?|weeks?|hours?|cycles?|vs|versus"
    r"|doses?|lines?|mg|g|kg|ml|per|than|more|in|among|after|before|as|that|who|whose|which|other|grade|grades|studies|trials?|centers?"
    r"|consecutive years|received|including|is|are|times?|courses?|sites?|hospitals?|institutions?|countries|samples?|cells?|million|billion|thousand)\b)"
)
_MODIFIER = rf"(?:(?:pa?ediatric|adolescents?|child(?:ren)?|adults?)(?:\s(?:and|or)\s|/)|{_BARRIER}[A-Za-z][\w/+'\u2019-]*(?:\s|(?<=-)))"
_SIZE = re.compile(
    rf"(?<![\w,\u00b7<>=\u2265\u2264-])(?<!\d\.)(?<![A-Za-z)]/)(?P<m>(?:A total of\s|total of\s)?(?P<n>{NUMBER})(?P<pc>\s?\(\s?\d+(?:[.\u00b7]\d+)?\s?%\s?\))?"
    rf"\s(?:of\s(?:the\s)?(?=\x00))?{_MODIFIER}{{0,4}}?(?:{_NOUN})(?:\s(?:controls|patients|subjects|participants|individuals|volunteers|recipients|donors|survivors|cases))?)\b",
    re.IGNORECASE,
)
_EQUALS = re.compile(r"(?<![A-Za-z])[nN](?:\\?,|\s)?(?:=|\s?:\s?)(?:\\?,|\s)?(?P<n>\d[\d,\u2009\u202f\u00a0]*\d|\d)(?!\d)(?![\d.]*%)(?!\.\d)(?!\s?/\s?\d)")
# "(n 5 81)" and "(n 17)": the equals sign as PDF extraction leaves it
_EQUALS_LOST = re.compile(r"(?<=[(\[])n\s(?:5\s(?=\d))?(?P<n>\d[\d,]*\d|\d)(?=\s?[)\];,])")
_NOT_BEFORE = re.compile(r"(?:[\u2265\u2264<>=]\s?|grade|grades|day|phase|stage|level|group|arm|cohort|ratio|type|class|every|per|[~$\u20ac\u00a3])\s?$", re.IGNORECASE)


_AGE_WORDS = re.compile(r"\bage[ds]?\b|\bold\b|-old|older|younger|years|yrs?\b|\d y\b", re.IGNORECASE)
_DIGIT = re.compile(r"\d")
_SIZE_WORDS = (
    "patient", "subject", "participant", "child", "adult", "individual", "women", "woman", "men", "man", "infant", "adolescent", "pts",
    "volunteer", "person", "people", "survivor", "recipient", "donor", "male", "boy", "girl", "neonate", "newborn", "enrollee", "resident",
    "respondent", "caregiver", "case", "control", "famil", "n =", "n=", "n\\", "n :", "n:", "n\u2009", "n\xa0", "(n ", "[n ",
)  # fmt: skip


class _Age(NamedTuple):
    start: int
    end: int
    low: float | None
    high: float | None
    middle: float | None


def find_populations(text: str, clauses: Sequence[Clause] | None = None) -> list[Span]:
    """Mentions of ages and sample sizes with their values; ages in years.

    >>> text = "children aged 3 to 23 years"
    >>> [(text[s.start : s.end], s.age_min, s.age_max) for s in find_populations(text)]
    [('aged 3 to 23 years', 3.0, 23.0)]

    Args:
        text: the document.
        clauses: its sentences; the whole text is looked at as one where they are not given.
    """
    spans = []
    for start, end in [(c.start, c.end) for c in clauses] if clauses is not None else [(0, len(text))]:
        if _AGE_WORDS.search(text, start, end) and _DIGIT.search(text, start, end):
            spans += [_age_span(text, a) for a in _ages(text, start, end)]
        low = text[start:end].lower()
        if any(word in low for word in _SIZE_WORDS):
            spans += _sizes(text, start, end)
    return spans


def _age_span(text: str, a: _Age) -> Span:
    words = " ".join(text[a.start : a.end].lower().split())
    return Span(a.start, a.end, "POPULATION", "age_value", None, words, "populations", "populations:age", "", None, a.low, a.high, a.middle)


def _ages(text: str, begin: int, stop: int) -> Iterator[_Age]:
    for shape in _AGES:
        for m in shape.finditer(text, begin, stop):
            low, high, middle = _values(m)
            if (low or high or middle or 0) <= 125:
                yield _Age(*_trim(text, *m.span("m" if "m" in shape.groupindex else 0)), low, high, middle)


def _values(m: re.Match[str]) -> tuple[float | None, float | None, float | None]:
    """Lowest, highest and middle age that a match says."""
    g = m.groupdict()
    unit = g.get("unit") or ""
    if g.get("stat"):
        return _years(g.get("lo"), unit), _years(g.get("hi"), unit), _years(g["a"], unit)
    if g.get("lo"):
        return _years(g["lo"], unit), _years(g["hi"], unit), None
    value = _years(g["a"], unit)
    sign = g.get("cmp") or ""
    if g.get("low") or ">" in sign or "gt" in sign or "\u2265" in sign or "\u2a7e" in sign or re.search(_TAIL_LOW, m.group()):
        return value, None, None
    if g.get("high") or "<" in sign or "lt" in sign or "\u2264" in sign or "\u2a7d" in sign or re.search(_TAIL_HIGH, m.group()):
        return None, value, None
    return value, value, None


def _trim(text: str, start: int, end: int) -> tuple[int, int]:
    """Leave a bracket out that is opened or closed outside."""
    while end > start and (text[end - 1] in " ,;" or (text[end - 1] in ")]" and not re.search(r"[(\[]", text[start:end]))):
        end -= 1
    return start, end


def _years(number: str | None, unit: str) -> float | None:
    if number is None:
        return None
    value = float(number.replace("\u00b7", "."))
    unit = unit.strip(" -").lower()
    per = 12 if unit.startswith("mo") else 52.18 if unit.startswith("w") else 365.25 if unit.startswith("d") else 1
    return round(value / per, 3)


def _sizes(text: str, begin: int, stop: int) -> Iterator[Span]:
    for shape in (_SIZE, _EQUALS, _EQUALS_LOST):
        group = "m" if shape is _SIZE else 0
        for m in shape.finditer(text, begin, stop):
            n = read_number(m.group("n"))
            if n is None or n < 2 or _NOT_BEFORE.search(text, max(0, m.start() - 12), m.start()):
                continue
            words = " ".join(text[m.start(group) : m.end(group)].split())
            yield Span(m.start(group), m.end(group), "POPULATION", "sample_size", None, words, "populations", "populations:size", "", n)
