"""Grades of toxicities: "grade 3 or higher", "grades 1-2", "any grade", "severe", and the times that figures are of."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from allnlp.text.number_places import number_places
from allnlp.text.plain import holds
from allnlp.text.quantities import read_float, unit_name


class Grade(NamedTuple):
    """A grade as read at ``text[start:end]``; ``low`` and ``high`` are 0 to 5, None where the words have no number."""

    start: int
    end: int
    grade: str
    low: int | None
    high: int | None


class Timepoint(NamedTuple):
    """A time that figures are of: "12 months", "day 28"."""

    start: int
    end: int
    name: str
    months: float | None


_G = r"(?:[0-5](?!\d|\.\d|\s?%)|I{1,3}(?![A-Za-z])|IV(?![A-Za-z])|V(?![A-Za-z])|[ABCD](?![A-Za-z]))"
_CMP = r"(?:[\u2265\u2264<>]\s?=?|[Aa]t\sleast\s|greater\sthan\sor\sequal\sto\s|less\sthan\sor\sequal\sto\s|greater\sthan\s|above\s|\ufffd{1,3}|\$\s?)"
_TAIL = r"(?:\s(?:or|and)\s(?:higher|greater|above|more|worse|over|severer|more\ssevere)|\s?\+|\s(?:or|and)\s(?P<down>lower|less|below))"
_GRADED = re.compile(
    rf"(?<![-\w])(?:(?P<cmp0>{_CMP})\s?)?(?:[Gg]rades?|GRADES?|CTCAE\s[Gg]rades?|G(?=\s?[\u2265>\d]))[\s-]?(?:(?P<cmp>{_CMP})\s?)?(?P<a>{_G})"
    rf"(?:\s?(?:-|/|,|to|or|and|through|\u2010|\u2013)\s?(?:grades?\s|G)?(?!0)(?P<b>{_G})(?!\s(?:fatal|patients?|cases?|deaths?)\b))?(?:\s?(?:-|/|,|,?\s(?:to|or|and))\s?(?:grade\s)?(?!0)(?P<c>{_G})(?!-[IV\d])(?!\s(?:fatal|patients?|cases?|deaths?)\b))?(?P<tail>{_TAIL})?"
)
#: of graft-versus-host disease: "(II to IV)", "III-IV acute GVHD"
_ROMANS = re.compile(
    r"(?<![-\w])(?<!phase\s)(?<!phases\s)(?<!stage\s)(?<!stages\s)(?<!class\s)(?<!type\s)(?<!Phase\s)(?<!Stage\s)(?<!grade\s)(?<!grades\s)(?<!Grade\s)(?<!Grades\s)(?P<a>I{1,3})\s?(?:-|to|or|/)\s?(?P<b>I{2,3}|IV)(?![-\w])"
)
_ANY = re.compile(
    r"\b(?:any|all)[\s-]grades?\b|\bgrades?\s(?:any|all)\b|\bof\sany\sgrade\b|\bany[\s-]grade\b|\bany\sseverity\b", re.IGNORECASE
)
_WORDS = re.compile(
    r"\b(?:mild[\s-](?:to|and|or)[\s-]moderate|moderate(?:[\s-](?:to|and|or)[\s-]|/)severe|mild|minor|moderate|severe|profound|life-threatening|fatal|lethal|(?:high|low)[\s-]grade(?!\s(?:B|lymph|T|serous|glio|neuro|dysp|tumou?r|carcin|histol|disease|MDS|malign|non))|serious(?=\s(?:infect|toxic|bleed|side|haem|hem|complic)))(?![-\w])",
    re.IGNORECASE,
)
_ROMAN = {"I": 1, "II": 2, "III": 3, "IV": 4, "V": 5}
#: What the words mean where no number is said; CTCAE v5.0 calls grade 3 severe, 4 life-threatening, 5 death.
_MEANING: dict[str, tuple[int, int]] = {
    "mild": (1, 1), "minor": (1, 1), "moderate": (2, 2), "severe": (3, 5), "profound": (4, 5), "life-threatening": (4, 4), "fatal": (5, 5), "lethal": (5, 5), "high-grade": (3, 5),
    "low-grade": (1, 2), "mild to moderate": (1, 2), "moderate to severe": (2, 3),
}  # fmt: skip

_SPAN = r"(?:months?|mos?\b|years?|yrs?\b|weeks?|wks?\b|days?|hours?|hrs?\b|h\b)"
_COUNTED = r"(?:\d+(?:\.\d+)?|one|two|three|four|five|six|seven|eight|nine|ten|twelve)"
#: 12-month, 2- and 5-year, one-year, 1 yr OS
_HYPHENATED = re.compile(
    rf"(?<![\w.])(?P<list>{_COUNTED}(?:-?(?:,\s?|\s?/\s?|\s(?:and|or)\s|,\s(?:and|or)\s){_COUNTED}){{0,3}})(?:-|\s(?=(?:year|yr|month|week)\s)|-\s)(?P<unit>months?|mo|years?|yrs?|y(?![-/])|weeks?|wk|days?|d(?![-/]))\b(?!-old|\sold)",
    re.IGNORECASE,
)
#: the words before "12 months" that make it a time that figures are of
_AT_LEAD = re.compile(
    r"\b(?:at|by|within|after|beyond|until|through|before|during|over|in|of|from|for)\s(?:the\s)?(?:(?:first|initial|last|following)\s)?$", re.IGNORECASE
)
_AT = re.compile(
    rf"(?P<list>{_COUNTED}(?:(?:,\s|\s(?:and|or)\s|,\s(?:and|or)\s){_COUNTED}){{0,3}})\s(?P<unit>{_SPAN})(?:\s(?:after|post|from|of)\s?-?(?:the\s)?(?:infusion|treatment|transplant\w*|therapy|HSCT|HCT|diagnosis|randomi[sz]ation|follow-up)?)?(?!\sold|\sof\sage)",
    re.IGNORECASE,
)
_OF_FIRST = re.compile(r"(?:in|over|of|from|for)\sthe\s(?:first|initial)", re.IGNORECASE)
#: the words before "28" that make it a day: "day 28", "D+28"
_DAY_LEAD = re.compile(r"\b(?:at\s|on\s|by\s|of\s|to\s|until\s|through\s)?(?:study\s)?(?P<unit>[Dd]ays?|[Mm]onths?|[Ww]eeks?|[Yy]ears?)\s\+?$|(?<!\w)D\+?$")
_DAY_NUMBER = re.compile(r"(?P<n>\d+)(?!\d|\.\d|\s?[/%]|\s(?:of|to)\s\d)")
_PER_MONTH = (("y", 12.0), ("mo", 1.0), ("w", 12 / 52.18), ("d", 12 / 365.25), ("h", 12 / 365.25 / 24))
_WORD_NUMBERS = dict(
    zip("one two three four five six seven eight nine ten twelve".split(), (1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 12), strict=True)
)
_LASTING = re.compile(r"\b(?:for|over|of|in|from)\s", re.IGNORECASE)


_GRADE_WORDS = ("grade", "mild", "minor", "moderate", "severe", "profound", "threatening", "fatal", "lethal", "serious", "any severity", "gvhd", "host", "g3", "g4", "g\u2265", "g \u2265", "g>", "g2", "g1")
#: "at 1 year and 3 years"
_AND_SPAN = re.compile(rf"(?:,\s(?:and\s)?|\sand\s)(?P<n>{_COUNTED})\s(?P<unit>{_SPAN})(?!\sold|\sof\sage)", re.IGNORECASE)
_UNITS_NEAR = ("mo", "ye", "yr", "we", "wk", "da", "ho", "hr", "-d", "-y", " d", " h", "Ye", "Mo", "Da", "We", "YE", "MO", "DA", "WE")
_UNIT_WORDS = ("month", "year", "yr", "week", "wk", "day", "hour", "hr", " mo", "-mo", "-d", "-y", " h", " d", "(d")
_PREPOSITION = re.compile(r"\b(?:at|by|within|after)\s$", re.IGNORECASE)


def find_grades(text: str, start: int, end: int, low: str = "") -> list[Grade]:
    """Grades said in ``text[start:end]``, in order; ``text`` is as `plain.plain` gives it, ``low`` the stretch in lower case where it is known.

    >>> text = "grade 3 or higher CRS; grades 1-2 fever; severe infection"
    >>> [(g.grade, g.low, g.high) for g in find_grades(text, 0, len(text))]
    [('>=3', 3, 5), ('1-2', 1, 2), ('severe', 3, 5)]
    """
    out: list[Grade] = []
    low = low or text[start:end].lower()
    if not holds(low, _GRADE_WORDS):
        return out
    for m in _GRADED.finditer(text, start, end):
        read = _graded(m)
        if read is not None:
            out.append(Grade(m.start(), m.end(), *read))
    if "GVHD" in text[start:end] or "host" in text[start:end]:
        for m in _ROMANS.finditer(text, start, end):
            if not any(g.start < m.end() and m.start() < g.end for g in out):
                out.append(Grade(m.start(), m.end(), f"{_ROMAN[m['a']]}-{_ROMAN[m['b']]}", _ROMAN[m["a"]], _ROMAN[m["b"]]))
    out += [Grade(m.start(), m.end(), "any", None, None) for m in _ANY.finditer(text, start, end)]
    for m in _WORDS.finditer(text, start, end):
        words = "-".join(m.group().lower().split()) if m.group().lower().endswith("grade") else m.group().lower()
        least, most = _MEANING.get(
            words, _MEANING.get(words.replace("-", " ").replace("/", " to ").replace(" or ", " to ").replace(" and ", " to "), (None, None))
        )
        out.append(Grade(m.start(), m.end(), words, least, most))
    return sorted(out)


def _graded(m: re.Match[str]) -> tuple[str, int | None, int | None] | None:
    values = [_level(m[g]) for g in "abc" if m[g]]
    numbers = [v for v in values if v is not None]
    if len(numbers) < len(values):
        return ("-".join(m[g] for g in "abc" if m[g]), None, None) if not numbers else None
    low, high = min(numbers), max(numbers)
    compare = (m["cmp"] or m["cmp0"] or "").strip().lower()
    if compare.startswith((">", "\u2265", "at least", "greater", "above")):
        more = compare in (">", "above", "greater than")
        low = low + 1 if more and low < 5 else low
        return f">={low}", low, 5
    if compare.startswith(("<", "\u2264", "less")):
        high = high - 1 if compare == "<" else high
        return f"<={high}", 0, high
    if m["tail"]:
        return (f"<={high}", 0, high) if m["down"] else (f">={low}", low, 5)
    return (str(low) if low == high else f"{low}-{high}"), low, high


def _level(words: str) -> int | None:
    return int(words) if words.isdigit() else _ROMAN.get(words)


def find_timepoints(text: str, start: int, end: int, numbers: Sequence[int] | None = None, low: str = "") -> list[Timepoint]:
    """Times that figures are of, in order; a duration that is itself a result ("median OS was 12 months") is none.

    ``numbers`` are the `number_places` of the stretch and ``low`` is the stretch in lower case, where they are known.

    >>> text = "2- and 5-year OS; PFS at 12 months; response by day 28"
    >>> [(t.name, t.months) for t in find_timepoints(text, 0, len(text))]
    [('2 years', 24.0), ('5 years', 60.0), ('12 months', 12.0), ('day 28', 0.92)]
    """
    out: list[Timepoint] = []
    last = start
    low = low or text[start:end].lower()
    if not holds(low, _UNIT_WORDS):
        return out
    for place in number_places(text, start, end, low) if numbers is None else numbers:
        if place < last:
            continue
        found = _span_at(text, start, end, place)
        if found is not None:
            first, m = found
            out += _of_list(m, first)
            last = m.end()
            more = _AND_SPAN.match(text, last, end)
            if more is not None:
                out.append(Timepoint(more.start("n"), more.end(), *_named(more["n"], more["unit"])))
                last = more.end()
            continue
        day = _day_at(text, last, end, place)
        if day is not None:
            out.append(day)
            last = day.end
    return sorted(out)


def _span_at(text: str, start: int, end: int, place: int) -> tuple[int, re.Match[str]] | None:
    """The span of time that begins with the number at a place, with where the words before it begin: "12-month", "at 12 months"."""
    if not holds(text[place : place + 40], _UNITS_NEAR):
        return None
    m = _HYPHENATED.match(text, place, end)
    # The year of "80% at 1 year and 70% at 2 years" has its own preposition.
    if m is not None and ("-" in m.group() or not _PREPOSITION.search(text, max(start, place - 8), place)):
        return place, m
    m = _AT.match(text, place, end)
    lead = _AT_LEAD.search(text, max(start, place - 32), place) if m is not None else None
    if m is None or lead is None or (_LASTING.match(lead.group()) and not _OF_FIRST.match(lead.group())):
        return None
    return lead.start(), m


def _day_at(text: str, last: int, end: int, place: int) -> Timepoint | None:
    """The day whose number stands at a place: "day 28", "D+28"."""
    before = text[max(last, place - 10) : place]
    if not before or (before[-1] not in "D+" and "ay" not in before and "onth" not in before and "eek" not in before and "ear" not in before):
        return None
    m = _DAY_NUMBER.match(text, place, end)
    lead = _DAY_LEAD.search(text, max(last, place - 24), place) if m is not None else None
    if m is None or lead is None or (lead["unit"] is None and re.match(r"[\w.]", text[m.end() : m.end() + 1])):
        return None
    unit = (lead["unit"] or "day").lower().rstrip("s")
    return Timepoint(lead.start(), m.end(), f"{unit} {m['n']}", _months(float(m["n"]), unit))


def _of_list(m: re.Match[str], first: int) -> list[Timepoint]:
    """A time for each number of a list: "2- and 5-year"."""
    words = list(re.finditer(_COUNTED, m["list"], re.IGNORECASE))
    out = []
    for i, w in enumerate(words):
        a = first if i == 0 else m.start("list") + w.start()
        b = m.end() if i == len(words) - 1 else m.start("list") + w.end()
        out.append(Timepoint(a, b, *_named(w.group(), m["unit"])))
    return out


def _named(number: str, words: str) -> tuple[str, float | None]:
    """Name and months of a span: "12 months"."""
    unit = unit_name(words)
    value = read_float(number) if number[0].isdigit() else float(_WORD_NUMBERS[number.lower()])
    return f"{value:g} {unit if value != 1 else unit[:-1]}", _months(value, unit)


def _months(value: float | None, unit: str) -> float | None:
    if value is None:
        return None
    per = next(p for short, p in _PER_MONTH if unit.startswith(short))
    return round(value * per, 2)
