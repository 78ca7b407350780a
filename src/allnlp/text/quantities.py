"""Numbers of a sentence that may be results: shares, counts, times and ratios with their intervals and p values.

What a number is of, is decided in ``findings``; here a stretch of text is only read.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from allnlp.text import quantity_shapes as shapes
from allnlp.text.number_places import number_places
from allnlp.text.numbers import read_number
from allnlp.text.plain import holds
from allnlp.text.quantity_scan import Quantity, Scan

_UNIT_NAMES = (("mo", "months"), ("y", "years"), ("w", "weeks"), ("d", "days"), ("h", "hours"))


def read_float(words: str | None) -> float | None:
    """Value of a number in digits; None of words.

    >>> read_float("1,297.5"), read_float(".62"), read_float("NE")
    (1297.5, 0.62, None)
    """
    if not words:
        return None
    try:
        return float(words.replace(",", ""))
    except ValueError:
        return None


def unit_name(words: str) -> str:
    """Unit of time in full: "mo" is months.

    >>> unit_name("yrs"), unit_name("mo.")
    ('years', 'months')
    """
    low = words.lower()
    return next(name for short, name in _UNIT_NAMES if low.startswith(short))


_RATIO_WORDS = ("azard", "dds r", "dds-r", "elative r", "isk r", "ate r", "HR", "OR", "RR")
_P_SIGNS = ("=", "<", ">", "\u2264", "\u2265", " than")
_TIME_WORDS = ("month", "mo", "year", "yr", "week", "wk", "day", "hour", "hr", " h", " d", " y")
#: a unit of time, in lower case, that no letter goes before
_TIME_UNIT = re.compile(r"[mywdh](?<![^\W\d_].)(?:onths?|os?|ears?|rs?|eeks?|ks?|ays?|ours?)?(?!\w)")
_LIMIT_WORDS = ("longer", "more", "greater", "later", "less", "earlier", "beyond")
_ARM_WORDS = ("group", "arm", "cohort")


def find_quantities(
    text: str, start: int, end: int, *, held: Iterable[tuple[int, int]] = (), numbers: Sequence[int] | None = None, low: str = ""
) -> list[Quantity]:
    """Quantities of ``text[start:end]`` in order of place; ``text`` is as `plain` gives it.

    ``held`` are stretches that are read as something else: grades, times that figures are of; ``numbers`` are its `number_places`
    and ``low`` is the stretch in lower case, where they are known.

    >>> text = "grade 3 CRS in 9 of 34 patients (26.5%; 95% CI, 12.9-44.4)"
    >>> [(q.kind, q.value, q.n, q.total, q.ci_low, q.ci_high) for q in find_quantities(text, 0, len(text))]
    [('share', 26.5, 9, 34, 12.9, 44.4)]
    """
    said = text[start:end]
    low = low or said.lower()
    scan = Scan(text, start, end, number_places(text, start, end, low) if numbers is None else numbers)
    for a, b in held:
        scan.hold(a, b)
    intervals, ps = _intervals(scan), _ps(scan)
    if holds(said, _RATIO_WORDS):
        _ratios(scan)
    if "%" in low or "percent" in low or "per cent" in low:
        _shares_with_percent(scan)
    _proportions(scan)
    _shares_of_total(scan)
    if holds(low, _TIME_WORDS) and _TIME_UNIT.search(low) is not None:
        _times(scan, low)
    for m in scan.at_numbers(shapes.ZERO, [p for p in scan.places if text[p[1]] == "0"]):
        scan.add(m, "share", value=0.0, unit="%", sign="0")
    for m in shapes.ZERO_ARM.finditer(scan.text, scan.start, scan.end) if " v" in low else ():
        if not any(scan.held[m.start("z") - scan.start : m.end("z") - scan.start]):
            scan.hold(*m.span("z"))
            scan.found.append(Quantity(m.start("z"), m.end("z"), "share", n=0, stop=m.end("z"), sign="0", noun=True))
    for m in scan.free(shapes.COUNTS_AGAINST) if " v" in low else ():
        scan.hold(*m.span())
        for part in ("a", "b"):
            n = _whole(m[part])
            if n is not None:
                scan.found.append(Quantity(m.start(part), m.end(part), "count", n=n, stop=m.end(part), sign="arm", noun=True))
    _counts(scan, low)
    if "not " in low or "NR" in said or "NE" in said or "undefined" in low or "unreached" in low or "immature" in low:
        for m in scan.free(shapes.NOT_REACHED):
            scan.add(m, "none")
    return _with_details(text, sorted(scan.found), intervals, ps)


class _Interval(NamedTuple):
    start: int
    end: int
    low: float | None
    high: float | None
    level: float | None


def _intervals(scan: Scan) -> list[_Interval]:
    said = scan.text[scan.start : scan.end]
    if "CI" not in said and "CrI" not in said and "C.I" not in said and "onfidence" not in said and "redib" not in said:
        return []
    out = []
    for m in scan.free(shapes.CI):
        out.append(_Interval(m.start(), m.end(), read_float(m["low"]), read_float(m["high"]), read_float(m["level"])))
        scan.hold(*m.span())
    return out


def _ps(scan: Scan) -> list[tuple[int, int, str, float | None]]:
    out: list[tuple[int, int, str, float | None]] = []
    said = scan.text[scan.start : scan.end]
    if not holds(said, _P_SIGNS) or ("p" not in said and "P" not in said):
        return out
    for m in scan.free(shapes.P):
        sign = {"less than": "<", "greater than": ">", "\u2264": "<", "\u2265": ">"}.get(m["sign"].lower(), m["sign"])
        out.append((m.start(), m.end(), sign, read_float(m["p"])))
        scan.hold(*m.span())
    return out


def _ratios(scan: Scan) -> None:
    for m in scan.free(shapes.RATIO):
        word = m["kind"].lower().lstrip("aims-") if len(m["kind"]) <= 4 else m["kind"].lower()
        kind = "hazard_ratio" if word.startswith(("haz", "hr")) else "odds_ratio" if word.startswith(("odd", "or")) else "risk_ratio"
        value = read_float(m["value"])
        if value is None or value > 500:
            continue
        level = 95.0 if m["low"] and "95" in m["mid"] else None
        scan.add(m, kind, value=value, ci_low=read_float(m["low"]), ci_high=read_float(m["high"]), ci_level=level)
        for x in (
            re.finditer(
                r"(?:,\s(?:and\s)?|\sand\s)(?P<value>\d+\.\d+)(?=,|\sand\s\d|\.\s|\.?$|\s(?:for|respectively)|\s?[)\](])",
                scan.text[m.end() : scan.end],
            )
            if "ratios" in m["kind"] or m["kind"].endswith("s")
            else ()
        ):
            if re.sub(r"[(\[][^()\[\]]*[)\]]", "", scan.text[m.end() : m.end() + x.start()]).strip(" ,.0123456789and"):
                break  # "odds ratios of 2.6, 2.2, and 1.6"
            a, b = m.end() + x.start("value"), m.end() + x.end("value")
            scan.hold(a, b)
            scan.found.append(Quantity(a, b, kind, read_float(x["value"]), stop=b))
    named = list(scan.found)
    for m in scan.free(shapes.BARE_RATIO) if named else ():
        before = [q for q in named if q.end <= m.start()]
        low, value, high = read_float(m["low"]), read_float(m["value"]), read_float(m["high"])
        if before and value is not None and low is not None and low <= value <= (high if high is not None else value):
            scan.add(m, before[-1].kind, value=value, ci_low=low, ci_high=high)


def _whole(words: str | None) -> int | None:
    return 0 if words and words.lower() in ("none", "no") else read_number(words) if words else None


def _shares_with_percent(scan: Scan) -> None:
    beside, after = scan.near(24, "%", "cent"), scan.near(130, "%", "cent")
    for m in scan.at_numbers(shapes.PCT_N, beside):
        n, total, pct = _whole(m["n"]), _whole(m["total"]), read_float(m["pct"])
        if n is None or pct is None or (total is not None and n > total):
            continue
        scan.add(m, "share", value=pct, unit="%", n=n, total=total, noun=True, sign=(m["sign"] or "").strip())
    _n_of(scan, with_percent=True)
    for m in scan.at_numbers(shapes.N_PCT, after):
        n, total = _whole(m["n"]), _whole(m["total"])
        if n is None or shapes.NO_COUNT.search(scan.text, max(scan.start, m.start() - 14), m.start()):
            continue
        if m["n"].lower() in ("none", "no") or shapes.OF_GROUPS.search(m.group()):
            continue
        is_beside = re.search(r"[,;]\s?(?:[<>]\s?)?$", scan.text[m.start() : m.start("pct")]) is not None
        if is_beside and not m.group().startswith(("n", "N")) and scan.text[m.start() - 1 : m.start()] not in ("(", "["):
            continue  # "Of 31 patients, 68% achieved"
        low, pct, high = read_float(m["lo"]), read_float(m["pct"]), read_float(m["hi"])
        if low is None or high is None or pct is None or not low <= pct <= high:
            low = high = None
        scan.add(m, "share", value=pct, unit="%", n=n, total=total, ci_low=low, ci_high=high, noun=True, sign=(m["sign"] or "").strip())
    for m in scan.at_numbers(shapes.PCT_RANGE, scan.near(50, "%", "cent")):
        if m["low"] and shapes.CHANGED.search(scan.text, max(scan.start, m.start() - 80), m.start("low")) and m.group().count("%") == 2:
            continue  # "reduced from 43.2% to 33%": two values
        scan.add(m, "range")
    is_spread = holds(scan.text[scan.start : scan.end], ("\u00b1", "+/-"))
    for m in scan.at_numbers(shapes.PLUS_MINUS, beside) if is_spread else ():
        scan.add(m, "share", value=read_float(m["pct"]), unit="%")
    for m in scan.at_numbers(shapes.PLUS_MINUS_BARE) if is_spread and scan.found else ():
        if (read_float(m["pct"]) or 0) <= 100 and scan.found[-1].unit == "%" and shapes.OF_PROPORTION.search(scan.text, scan.start, m.start()):
            scan.add(m, "share", value=read_float(m["pct"]), unit="%")
    for m in scan.at_numbers(shapes.PCT_LIST, after):
        if shapes.NO_COUNT.search(scan.text, max(scan.start, m.start() - 14), m.start()):
            continue  # "in arm 2, and 84%"
        _split(scan, m, "share", "%")
    for m in scan.at_numbers(shapes.PCT_WORDS) if "cent" in scan.text[scan.start : scan.end] else ():
        n = read_number(m["pct"])
        if n is not None and not m["pct"][0].isdigit():
            scan.add(m, "share", value=float(n), unit="%")
    for m in scan.at_numbers(shapes.PCT_ONE, beside):
        scan.add(m, "share", value=read_float(m["pct"]), unit="%", sign=(m["sign"] or "").strip())


def _split(scan: Scan, m: re.Match[str], kind: str, unit: str) -> None:
    """Quantities of a list that says its unit once."""
    listed = re.sub(r"[(\[][^()\[\]]*[)\]]", lambda b: " " * len(b.group()), m["list"])
    places = [(m.start("list") + x.start(), m.start("list") + x.end(), x.group()) for x in re.finditer(shapes.NUM, listed)]
    scan.hold(*m.span())
    for i, (a, b, word) in enumerate(places):
        stop = m.end() if i == len(places) - 1 else b
        scan.found.append(Quantity(a, stop, kind, read_float(word), unit, stop=stop))


#: "Ten of 31 patients with acute myeloid leukemia (32%)"
_FAR_PERCENT = re.compile(r"\s(?:with|in|on|who|treated|receiving|given)\s[^().;,%]{3,60}?\s?[(\[]\s?(?P<pct>\d+(?:\.\d+)?)\s?%")


def _n_of(scan: Scan, *, with_percent: bool) -> None:
    for m in scan.at_numbers(shapes.N_OF, scan.near(110, " of ", "/", " / ", " among ")):
        n, total = _whole(m["n"]), _whole(m["total"])
        pct = read_float(m["pct"]) if m["pct"] else read_float(m["pct0"])
        if n is None or total is None or n > total or total < 1:
            continue
        far = _FAR_PERCENT.match(scan.text, m.end(), scan.end) if pct is None else None
        if far is not None and (abs(100 * n / total - (read_float(far["pct"]) or 0)) >= 1 or any(scan.held[m.end() - scan.start : far.end() - scan.start])):
            far = None
        if with_percent and pct is None and far is None:
            continue
        if m["n"].lower() == "no" or shapes.GRADE_BEFORE.search(scan.text, max(scan.start, m.start() - 10), m.start()):
            continue
        if re.match(r"\s(?:(?:prescribed|planned|scheduled|possible|total|full)\s)?(?:days?|weeks?|cycles?|months?|doses|courses)\b", scan.text[m.end() : m.end() + 22]):
            continue
        is_bare = pct is None and not m["noun"]
        if (
            is_bare
            and "/" in m.group()
            and (n == 0 or total < 3)
            and not re.search(r"[(\[,]\s?$", scan.text[max(scan.start, m.start() - 3) : m.start()])
        ):
            continue
        if far is not None:
            scan.hold(m.start(), far.end())
            scan.found.append(Quantity(m.start(), far.end(), "share", read_float(far["pct"]), "%", n, total, stop=far.end(), noun=True))
            continue
        scan.add(m, "share", value=pct, unit=None if pct is None else "%", n=n, total=total, noun=True)


def _proportions(scan: Scan) -> None:
    places = [p for p in scan.places if scan.text.startswith((".", "0."), p[1])]
    for m in scan.at_numbers(shapes.PROPORTION, places):
        if shapes.OF_PROPORTION.search(scan.text, scan.start, m.start()):
            n, total = _whole(m["n"]), _whole(m["total"])
            scan.add(m, "share", value=read_float(m["value"]), n=n, total=total, noun=n is not None)


def _shares_of_total(scan: Scan) -> None:
    _n_of(scan, with_percent=False)
    for m in (
        scan.at_numbers(shapes.ALL_OF) if "of the" in scan.text[scan.start : scan.end] or "ll " in scan.text[scan.start : scan.end] else ()
    ):
        total = _whole(m["total"])
        if total is None or total < 2:
            continue
        n = 0 if m["all"].lower().startswith("none") else total
        scan.add(m, "share", value=read_float(m["pct"]), unit="%" if m["pct"] else None, n=n, total=total, noun=True, sign="all")


def _times(scan: Scan, low: str) -> None:
    for m in scan.at_numbers(shapes.TIME_BETWEEN) if "between" in low else ():
        scan.add(m, "range", unit=unit_name(m["unit"]))
    for m in scan.loosely(shapes.TIME_LIST):
        _split(scan, m, "time", unit_name(m["unit"]))
    for m in scan.at_numbers(shapes.TIME_MEAN) if "\u00b1" in low or "+/-" in low else ():
        scan.add(m, "time", value=read_float(m["value"]), unit=unit_name(m["unit"]))
    for m in scan.at_numbers(shapes.TIME_RANGE):
        if shapes.CHANGED.search(scan.text, max(scan.start, m.start() - 80), m.start()):  # "improved from 7.0 to 9.8 months": two values
            scan.hold(*m.span())
            for part in ("low", "high"):
                scan.found.append(Quantity(m.start(part), m.end(part), "time", read_float(m[part]), unit_name(m["unit"]), stop=m.end(part)))
            continue
        scan.add(m, "range", unit=unit_name(m["unit"]))
    for m in scan.at_numbers(shapes.TIME_LIMIT) if holds(low, _LIMIT_WORDS) else ():
        scan.add(m, "range", unit=unit_name(m["unit"]))
    for m in scan.at_numbers(shapes.TIME_ONE):
        scan.add(m, "time", value=read_float(m["value"]), unit=unit_name(m["unit"]), sign=(m["sign"] or "").strip())
        second = shapes.TIME_SECOND.match(scan.text, m.end(), scan.end)
        part = "next" if second is not None and second["next"] else "value"
        if second is not None and not any(scan.held[second.start(part) - scan.start : second.end(part) - scan.start]):
            a, b = second.span(part)
            scan.hold(a, b)
            scan.found.append(Quantity(a, b, "time", read_float(second[part]), unit_name(m["unit"]), stop=b))


def _counts(scan: Scan, low: str) -> None:
    for m in scan.at_numbers(shapes.COUNT_LIST, [(at, at) for at in scan.numbers]) if "and" in low else ():
        scan.hold(*m.span())
        for x in re.finditer(r"\d+", m["list"]):
            place = m.start("list") + x.start()
            scan.found.append(Quantity(place, place + len(x.group()), "count", n=int(x.group()), stop=place + len(x.group()), noun=True))
    for m in scan.at_numbers(shapes.COUNT):
        n = _whole(m["n"] or m["nis"])
        if n is not None and (m["n"] or "").lower() not in ("no", "none"):
            scan.add(m, "count", n=n, noun=True, sign="n" if m["nis"] else "")
    for m in scan.at_numbers(shapes.COUNT_OF_ARM) if holds(scan.text[scan.start : scan.end], _ARM_WORDS) else ():
        n = _whole(m["n"])
        if n is not None and not shapes.NO_COUNT.search(scan.text, max(scan.start, m.start() - 14), m.start()):
            scan.hold(*m.span("n"))
            scan.found.append(Quantity(m.start("n"), m.end("n"), "count", n=n, stop=m.end("n"), sign="arm"))
    for m in scan.at_numbers(shapes.BARE):
        n = _whole(m["n"])
        if n is not None and m["n"].lower() not in ("no", "none") and not shapes.NO_COUNT.search(scan.text, max(scan.start, m.start() - 14), m.start()):
            scan.add(m, "count", n=n)


def counts_of_names(
    text: str, start: int, names: Iterable[tuple[int, int]], quantities: Sequence[Quantity], held: Iterable[tuple[int, int]], numbers: Sequence[int]
) -> list[Quantity]:
    """Counts that stand directly before a name, where nothing else was read: "one CR, one CRi", "2 cases of renal failure".

    Args:
        text: as `plain` gives it.
        start: of the sentence.
        names: places of the names.
        quantities: those read.
        held: stretches read as grades or times.
        numbers: places of the numbers of the sentence.
    """
    taken = [(q.start, q.stop) for q in quantities] + list(held)
    out = []
    for a, b in names:
        if text[b : b + 1] == "-" or text.startswith((" evaluable", " assessment", " rate", " criteria"), b):
            continue
        nearest = bisect_left(numbers, a) - 1
        if nearest < 0 or numbers[nearest] < a - 60:
            continue
        m = shapes.BEFORE_NAME.search(text, max(start, a - 60), a)
        n = _whole(m["n"]) if m else None
        if (
            m is None
            or n is None
            or any(x < m.end("n") and m.start("n") < y for x, y in taken)
            or shapes.NO_COUNT.search(text, max(start, m.start() - 14), m.start())
        ):
            continue
        if m["n"].isdigit() and n > 400:
            continue
        out.append(Quantity(m.start(), m.end("n"), "count", n=n, stop=m.end("n"), sign="name"))
    return out


def _with_details(
    text: str, quantities: list[Quantity], intervals: list[_Interval], ps: list[tuple[int, int, str, float | None]]
) -> list[Quantity]:
    """Quantities with the intervals and p values that follow them."""
    out = _with_bare_intervals(text, quantities)
    for c in intervals:
        i = next((i for i in reversed(range(len(out))) if out[i].end <= c.start and out[i].kind not in ("none", "range")), None)
        if i is None or (out[i].ci_low is not None and out[i].kind != "share") or re.search(r"\.|\bCIs?\b|\bintervals?\b", _sentence_between(text, out[i].stop, c.start)):
            continue
        out[i] = out[i]._replace(ci_low=c.low, ci_high=c.high, ci_level=c.level, stop=max(out[i].stop, c.end))
    for start, end, sign, p in ps:
        i = next((i for i in reversed(range(len(out))) if out[i].stop <= start and out[i].kind != "range"), None)
        if i is None:
            continue
        between = text[out[i].stop : start]
        if ";" in between.rstrip("; ") or len(between) > 60 or re.search(r"[)\]](?!\s(?:of\s)?(?:the\s)?(?:patients|pts|cases|respectively|months|subjects|events),?\s?[(\[]).*[(\[]\s?$", between):
            continue
        out[i] = out[i]._replace(p_value=p, p_sign=sign, stop=end)
    return out


def _with_bare_intervals(text: str, quantities: Sequence[Quantity]) -> list[Quantity]:
    """Quantities in which two numbers in a bracket around the one before it are its interval: "36% [22%, 48%]"."""
    out: list[Quantity] = []
    for q in quantities:
        if len(out) > 1:
            a, b = out[-2], out[-1]
            is_interval = a.kind == b.kind == q.kind == "share" and None not in (a.value, b.value, q.value) and b.n is None and q.n is None
            if is_interval and (b.value or 0) < (a.value or 0) < (q.value or 0) and re.fullmatch(r"\s?[(\[]\s?", text[a.stop : b.start]) and re.fullmatch(r"\s?(?:,|-|to|;)\s?", text[b.stop : q.start]) and text[q.stop : q.stop + 1] in (")", "]"):
                out[-2:] = [a._replace(ci_low=b.value, ci_high=q.value, stop=q.stop)]
                continue
            is_open = a.kind == b.kind == "time" and q.kind == "none" and a.unit == b.unit and (b.value or 0) < (a.value or 0)
            if is_open and re.fullmatch(r"\s?[(\[]\s?", text[a.stop : b.start]) and re.fullmatch(r"\s?(?:,|-|to)\s?", text[b.stop : q.start]):
                out[-2:] = [a._replace(ci_low=b.value, stop=q.stop)]  # "22.6 months (6.8 months, NR)"
                continue
        out.append(q)
    return out


def _sentence_between(text: str, start: int, end: int) -> str:
    return text[start:end].replace("C.I.", "")
