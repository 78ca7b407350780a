"""Years and ISO dates read from the ways in which exports write them; pure."""

from __future__ import annotations

import datetime
import functools
import re
from types import MappingProxyType

_NAMES = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTHS = MappingProxyType({name: i for i, name in enumerate(_NAMES, start=1)})
MONTH_WORD = (
    r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?"
    r"|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)"
)
_YEAR = re.compile(r"(?<!\d)(1[5-9]\d\d|20\d\d)(?!\d)")
_ISO = re.compile(r"(?<!\d)(1[5-9]\d\d|20\d\d)[-/.](\d{1,2})(?:[-/.](\d{1,2}))?(?!\d)")
_COMPACT = re.compile(r"(?<!\d)(1[5-9]\d\d|20\d\d)(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])(?!\d)")
_NUMERIC = re.compile(r"(?<!\d)(\d{1,2})[/.](\d{1,2})[/.](1[5-9]\d\d|20\d\d)(?!\d)")
_MONTH = re.compile(rf"(?<![a-z])({MONTH_WORD})(?![a-z])", re.IGNORECASE)
_DAY_BEFORE = re.compile(r"(?<![\d-])(\d{1,2})(?:st|nd|rd|th)?[\s.-]+$")
_DAY_AFTER = re.compile(r"^[\s.-]*(\d{1,2})(?!\d)")


@functools.lru_cache(maxsize=8192)
def year(text: str) -> int | None:
    """First year of a text, four digits from 1500 to 2099.

    >>> year("2014//"), year("Epub 1998 Dec"), year("begun 20170812"), year("n.d.")
    (2014, 1998, 2017, None)
    """
    found = _YEAR.search(text) or _COMPACT.search(text)
    return int(found[1]) if found else None


@functools.lru_cache(maxsize=8192)
def iso_date(text: str) -> str | None:
    """ISO date of a text, as exact as the text is: to the day, the month or the year.

    A day and month that could be exchanged (03/04/2020) give the year alone.

    >>> iso_date("2025 Apr 3"), iso_date("April 3, 2025"), iso_date("2016/09//"), iso_date("1998 Dec-1999 Jan")
    ('2025-04-03', '2025-04-03', '2016-09', '1998-12')
    >>> iso_date("DEC 16 2020"), iso_date("7/31/2024 14:00"), iso_date("2019 Spring"), iso_date("SEP")
    ('2020-12-16', '2024-07-31', '2019', None)
    """
    text = text.strip()
    found = _ISO.search(text) or _COMPACT.search(text)
    if found:
        return _joined(int(found[1]), int(found[2]), int(found[3] or 0))
    numeric = _NUMERIC.search(text)
    if numeric:
        first, second, number = int(numeric[1]), int(numeric[2]), int(numeric[3])
        if first > 12 or first == second:
            return _joined(number, second, first)
        return _joined(number, first, second) if second > 12 else str(number)
    number_found = year(text)
    if number_found is None:
        return None
    month = _MONTH.search(text)
    if not month:
        return str(number_found)
    day = _DAY_BEFORE.search(text[: month.start()]) or _DAY_AFTER.search(text[month.end() :])
    return _joined(number_found, _MONTHS[month[1][:3].lower()], int(day[1]) if day else 0)


def _joined(number: int, month: int, day: int) -> str:
    if not 1 <= month <= 12:
        return str(number)
    try:
        return datetime.date(number, month, day).isoformat()
    except ValueError:
        return f"{number:04d}-{month:02d}"
