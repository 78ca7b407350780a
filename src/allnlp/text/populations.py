"""Ages and sample sizes: the populations that are numbers."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from ahocorasick_rs import AhoCorasick, Implementation, MatchKind

from allnlp.text.expressions import expression
from allnlp.text.sample_sizes import NUMBER_WORDS, SIZE_WORDS, find_sizes
from allnlp.text.spans import Clause, Span

_DECIMAL = r"\d{1,3}(?:[.\u00b7]\d+)?"
_YEARS = r"(?:years?|yrs?\.?|y(?:/?o)?(?![\w-])|months?|mos?\.?(?![\w-])|weeks?|days?)"
_UNIT = rf"(?:[\s-]?{_YEARS})"
_OLD = r"(?:[\s-](?:old|of[\s-]age))"
_DASH = r"\s?(?:-|\u2010|\u2011|\u2012|\u2013|\u2014|\u207b|to|and|through)\s?"
_CMP = r"(?:[<>]\s?(?:or|/)\s?=|[\u2265\u2264\u2a7e\u2a7d<>=]{1,2}|&lt;|&gt;)"
_WORDS_LOW = r"(?:at least|older than|over|above|more than|greater than|minimum(?: age)?(?: of)?)"
_WORDS_HIGH = r"(?:younger than|under|below|less than|up to|at most|no older than|until|maximum(?: age)?(?: of)?)"
_TAIL_LOW = r"(?:\s(?:of age\s)?(?:or|and)\s(?:older|above|over|more)\b|\s?\+)"
_TAIL_HIGH = r"(?:\s(?:of age\s)?(?:or|and)\s(?:younger|below|under|less)\b)"
_SPREAD = r"(?:range|interquartile range|IQR|SD|standard deviation|min[\s-]?max)"
_BRACKET = rf"(?:\s?[(\[][^()\[\]]{{0,12}}?{_SPREAD}?[^()\[\]]{{0,30}}?\d[^()\[\]]{{0,20}}[)\]])"

_AGES = (
    # median age 45 years (range, 18-84); mean age approximately 70 yrs; median age at infusion was 61 years
    expression(
        rf"\b(?P<stat>median|mean|average)(?:\s?[(\[]\w+[)\]],?)?\s(?:patient\s)?ages?(?:\s[(\[](?:range|SD|IQR|s\.d\.)[)\]])?(?:\s(?:at\s(?:the\stime\sof\s)?[\w-]+(?:\s[\w-]+){{0,2}}))?"
        rf"(?:,|\s?[:=]|\s(?:of(?:\s(?:the\s)?[a-z][\w\s]{{3,30}}?\swas)?|was|is|were|being|approximately|about))*\s?(?:approximately\s|about\s|~\s?)?"
        rf"(?P<a>{_DECIMAL})(?:\s?(?:\u00b1|\+/-)\s?{_DECIMAL}|\s?[(\[](?:SD\s?=?\s?)?{_DECIMAL}[)\]](?=\s?(?:years|yrs)))?(?P<unit>{_UNIT}?){_OLD}?"
        rf"(?P<range>(?:,\s?|;\s?|\s?[(\[]){_SPREAD}?[,:;]?\s?(?:of\s|from\s)?(?P<lo>{_DECIMAL}){_DASH}(?P<hi>{_DECIMAL})(?:{_UNIT}{_OLD}?)?(?:[)\]](?:\s(?:years|yrs)\b)?)?)?",
        re.IGNORECASE,
    ),
    # aged 3 to 23 years; age 18-34; ages between 46 and 67 yr; 18-75 years of age; (age range 1-18 years)
    expression(
        rf"\b(?P<head>age[ds]?(?:\s(?:range|group))?(?:\s(?:of|was|from|between))?[,:]?\s|(?:between|from)\s(?=[^.;]{{0,25}}(?:of age|old)))"
        rf"(?:of\s)?(?P<lo>{_DECIMAL}){_UNIT}?{_DASH}(?P<hi>{_DECIMAL})(?:(?P<unit>{_UNIT}){_OLD}?)?(?![\d%.]*\d|\s?%)",
        re.IGNORECASE,
    ),
    expression(rf"(?<![\d.])(?P<lo>{_DECIMAL}){_UNIT}?{_DASH}(?P<hi>{_DECIMAL})(?P<unit>{_UNIT}){_OLD}", re.IGNORECASE),
    # aged >=18 years; age over 60 years; age 65 years and older; aged 18 years or older; aged < 3 years
    expression(
        rf"\bage[ds]?\s(?:of\s|at\s)?(?:(?P<cmp>{_CMP})\s?|(?P<low>{_WORDS_LOW})\s|(?P<high>{_WORDS_HIGH})\s)"
        rf"(?:or equal to\s|the age of\s)?(?P<a>{_DECIMAL})(?:(?P<unit>{_UNIT})(?:{_TAIL_LOW}|{_TAIL_HIGH})?{_OLD}?)?",
        re.IGNORECASE,
    ),
    expression(
        rf"\b(?:age[ds]?\s(?:of\s)?)?(?P<a>{_DECIMAL})(?P<unit>{_UNIT}){_OLD}?(?:(?P<low>{_TAIL_LOW})|(?P<high>{_TAIL_HIGH}))(?:\sof age)?",
        re.IGNORECASE,
    ),
    # younger than 3 years; up to 25 years of age; <=25 years old; over 60 years of age
    expression(
        rf"(?:\b(?:(?P<low>older than|at least|over|above)|(?P<high>younger than|under|below|up to|less than))\s|(?P<cmp>{_CMP})\s?)"
        rf"(?:the age of\s)?(?P<a>{_DECIMAL})(?P<unit>{_UNIT}){_OLD}",
        re.IGNORECASE,
    ),
    expression(
        rf"\b(?:(?P<low>older than)|(?P<high>younger than))\s(?:or equal to\s)?(?P<a>{_DECIMAL})(?P<unit>{_UNIT})(?:{_OLD})?",
        re.IGNORECASE,
    ),
    expression(
        rf"\b(?:patients|adults|children|participants|subjects|adolescents|women|men|individuals|those|elderly|young|younger|older|old|infants)\s\(?(?P<m>(?P<cmp>{_CMP})\s?(?P<a>{_DECIMAL})(?P<unit>\s?(?:years|yrs|y)))\b",
        re.IGNORECASE,
    ),
    # the >=65 years subgroup
    expression(rf"(?P<m>(?P<cmp>{_CMP})\s?(?P<a>{_DECIMAL})(?P<unit>[\s-](?:years|yrs))(?:\sold)?)(?=\s(?:age\s)?(?:group|subgroup|cohort|stratum)\b)", re.IGNORECASE),
    # a 45-year-old; 7-month-old; aged 45 years
    expression(rf"\b(?P<a>{_DECIMAL})(?P<unit>[\s-](?:years?|months?|weeks?|days?|yrs?))[\s-]olds?\b", re.IGNORECASE),
    expression(rf"\b(?:aged|age:)\s(?P<a>{_DECIMAL})(?:\s?(?:\u00b1|\+/-)\s?{_DECIMAL})?(?P<unit>{_UNIT}){_OLD}?", re.IGNORECASE),
    # 58.5 +/- 9.2 years; averaging 74 years of age; on average 46.2 (SD = 11.4) years old; mean 59.4 (SD, 5.4) years of age; (median, 64 years)
    expression(rf"(?<![\d.])(?P<stat>)(?P<a>{_DECIMAL})\s?(?:\u00b1|\+/-)\s?{_DECIMAL}(?P<unit>{_UNIT}){_OLD}?", re.IGNORECASE),
    expression(
        rf"\b(?:(?:on )?(?P<stat>average|averaging|mean|median)(?:\s(?:of|was))?|[Mm]age(?:\s?\(SD\))?\s?=)\s(?P<a>{_DECIMAL})"
        rf"(?:\s?\((?:SD,?\s?=?\s?|\u00b1\s?)?{_DECIMAL}\)|\s?(?:\u00b1|\+/-)\s?{_DECIMAL})?(?P<unit>{_UNIT}){_OLD}",
        re.IGNORECASE,
    ),
    expression(rf"(?<=\()(?P<stat>median|mean)(?:,|\s?[:=])?\s(?P<a>{_DECIMAL})(?P<unit>{_UNIT}){_OLD}?(?=[;,)])", re.IGNORECASE),
    # Mage = 56.02 (8.1); age ranged 18-70; women between 33 and 46 years
    expression(rf"\bM\s?age(?:\s?\(SD\))?\s?(?P<stat>=)\s?(?P<a>{_DECIMAL})(?:\s?\({_DECIMAL}\)|\s?\u00b1\s?{_DECIMAL})?(?P<unit>{_UNIT}?)"),
    expression(rf"\bages?\srang(?:ed|ing)(?:\s(?:from|between))?\s(?P<lo>{_DECIMAL}){_UNIT}?{_DASH}(?P<hi>{_DECIMAL})(?P<unit>{_UNIT}?){_OLD}?", re.IGNORECASE),
    expression(
        rf"\b(?:patients|adults|children|participants|subjects|adolescents|women|men|individuals)\s(?P<m>between\s(?:the ages of\s)?(?P<lo>{_DECIMAL}){_UNIT}?{_DASH}"
        rf"(?P<hi>{_DECIMAL})(?P<unit>\s(?:years|yrs)){_OLD}?)(?!\s(?:after|before|post|following))",
        re.IGNORECASE,
    ),
    # 67-yo; in her middle 40s, in their late fifties
    expression(r"(?<![\d.])(?P<a>\d{1,3})(?P<unit>[\s-]y)/?o\b", re.IGNORECASE),
    # patients (18 to 80 years)
    expression(
        rf"\b(?:patients|adults|children|participants|subjects|adolescents|women|men)\s\((?P<m>(?P<lo>{_DECIMAL}){_DASH}(?P<hi>{_DECIMAL})(?P<unit>\s?(?:years|yrs)))\)",
        re.IGNORECASE,
    ),
    # over the age of 60; under age 18; below the age of 3 years
    expression(
        rf"\b(?:(?P<low>{_WORDS_LOW})|(?P<high>{_WORDS_HIGH}))\s(?:the\s)?age\s(?:of\s)?(?P<a>{_DECIMAL})(?P<unit>{_UNIT}?)",
        re.IGNORECASE,
    ),
)  # fmt: skip


_SIGNS = ("<", ">", "=", "\u2265", "\u2264", "\u2a7e", "\u2a7d", "&")
#: Of each shape of an age in turn, strings of which the sentence must hold one.
_NEEDS = (
    ("median", "mean", "average"), ("age", " old"), ("old", "age"), ("age",),
    ("older", "over", "above", "more", "younger", "below", "under", "less", "+"), ("old", "age"), ("older than", "younger than"),
    _SIGNS, _SIGNS, ("old",), ("aged", "age:"), ("\u00b1", "+/-"), ("average", "averaging", "mean", "median", "mage"),
    ("(median", "(mean"), ("m age", "mage"), ("rang",), ("between",), ("yo", "y/o"), ("(",), ("age",),
)  # fmt: skip
# What else it must hold: an age as a word of its own, someone who is so old, a comparison, years behind a sign or before a bracket.
_AGE = expression(r"age(?<!\wage)")
_HEADED = expression(r"age(?<!\wage)|between|from")
_OLD_WORD = expression(r"old(?<=[\s-]old)|of[\s-]age")
_COMPARED = expression(r"(?:or|and)\s(?:older|above|over|more|younger|below|under|le)|\+")
_SIGNED = expression(r"[<>=\u2265\u2264\u2a7e\u2a7d;]\s?\d{1,3}(?:[.\u00b7]\d+)?[\s-]?y")
_YEARS_CLOSED = expression(r"y(?:ear|r).\)")
_NEEDS_TOO = (
    _AGE, _HEADED, _OLD_WORD, _AGE, _COMPARED, _OLD_WORD, None, _SIGNED, _SIGNED, _OLD_WORD, _AGE, None, _OLD_WORD, None, None, None, None, None, _YEARS_CLOSED, _AGE,
)  # fmt: skip
_SHAPES = tuple(zip(_NEEDS, _NEEDS_TOO, _AGES, strict=True))
_AGE_SIGNS = ("age", "old", "young", "year", "yr", " y", "yo", "y/o")  # in lower case, strings of which every sentence with an age has one
_AGE_WORD = expression(r"[AOYaoy-](?i:(?<=\ba)ge[ds]?\b|(?<=o)lder|(?<=\bo)ld\b|(?<=-)old|(?<=y)(?:ears|rs?\b|ounger))")
_AGE_LETTER = expression(r"\d(?i: y\b|[\s-]?y/?o\b)")
_DIGIT = expression(r"\d")
_MARKS = AhoCorasick([*SIZE_WORDS, *NUMBER_WORDS, *_AGE_SIGNS], matchkind=MatchKind.Standard, implementation=Implementation.DFA)
_IS_SIZE, _IS_NUMBER, _IS_AGE = 1, 2, 4
_MARKED_AS = (_IS_SIZE,) * len(SIZE_WORDS) + (_IS_NUMBER,) * len(NUMBER_WORDS) + (_IS_AGE,) * len(_AGE_SIGNS)


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
    low = text.lower()
    if len(low) != len(text):
        low = text.replace("\u0130", " ").lower()  # the one letter that is two in lower case
    starts = [c.start for c in clauses] if clauses is not None else [0]
    ends = [c.end for c in clauses] if clauses is not None else [len(text)]
    spans: list[Span] = []
    for place, marks in sorted(_marks(low, starts, ends).items()):
        start, end = starts[place], ends[place]
        has_digit = _DIGIT.search(text, start, end) is not None
        if marks & _IS_AGE and has_digit and (_AGE_WORD.search(text, start, end) or _AGE_LETTER.search(text, start, end)):
            spans += [_age_span(text, a) for a in _ages(text, low[start:end], start, end)]
        if marks & _IS_SIZE and (has_digit or marks & _IS_NUMBER):
            spans += find_sizes(text, start, end, in_words=bool(marks & _IS_NUMBER))
    return spans


def _marks(low: str, starts: Sequence[int], ends: Sequence[int]) -> dict[int, int]:
    """What the words of each sentence, by its number, may be of: a size, a number, an age; those with no such word are left out."""
    out: dict[int, int] = {}
    for index, start, end in _MARKS.find_matches_as_indexes(low, overlapping=True):
        place = bisect_right(starts, start) - 1
        if place >= 0 and end <= ends[place]:
            out[place] = out.get(place, 0) | _MARKED_AS[index]
    return out


def _age_span(text: str, a: _Age) -> Span:
    words = " ".join(text[a.start : a.end].lower().split())
    return Span(a.start, a.end, "POPULATION", "age_value", None, words, "populations", "populations:age", "", None, a.low, a.high, a.middle)


def _ages(text: str, said: str, begin: int, stop: int) -> Iterator[_Age]:
    """Ages of a sentence, ``said`` in lower case; a shape is looked for where the words stand that it needs."""
    for needs, needs_too, shape in _SHAPES:
        for word in needs:
            if word in said:
                break
        else:
            continue
        if needs_too is not None and not needs_too.search(said):
            continue
        for m in shape.finditer(text, begin, stop):
            low, high, middle = _values(m)
            if (low or high or middle or 0) <= 125:
                yield _Age(*_trim(text, *m.span("m" if "m" in shape.groupindex else 0)), low, high, middle)


def _values(m: re.Match[str]) -> tuple[float | None, float | None, float | None]:
    """Lowest, highest and middle age that a match says."""
    g = m.groupdict()
    unit = g.get("unit") or ""
    if g.get("stat") is not None:
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
