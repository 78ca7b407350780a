"""Windows of dates, halved until PubMed lists a window to its end; no record falls between two of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, timedelta
from typing import NamedTuple

from allnlp.errors import ReadError
from allnlp.fetching.search import Search

MOST = 9_999  # PubMed lists no record after this one
# The day of entry comes first: every record has exactly one. The days of publication of one record may be two.
_FIELDS = ("edat", "pdat")


class Window(NamedTuple):
    """Days from the first to the last, both of them in it."""

    first: date
    last: date


ALL_DAYS = Window(date(1900, 1, 1), date(2099, 12, 31))


def halves(window: Window) -> tuple[Window, Window] | None:
    """Two windows that together are the given one: cut between years, else months, else days; None for one day.

    >>> [str(half.last) for half in halves(Window(date(2017, 1, 1), date(2020, 12, 31)))]
    ['2018-12-31', '2020-12-31']
    >>> [str(half.last) for half in halves(Window(date(2020, 1, 1), date(2020, 12, 31)))], halves(Window(date(2020, 1, 1), date(2020, 1, 1)))
    (['2020-06-30', '2020-12-31'], None)
    """
    first, last = window
    if first == last:
        return None
    if first.year < last.year:
        cut = date((first.year + last.year) // 2, 12, 31)
    elif first.month < last.month:
        cut = date(first.year, (first.month + last.month) // 2 + 1, 1) - timedelta(days=1)
    else:
        cut = first + (last - first) // 2
    return Window(first, cut), Window(cut + timedelta(days=1), last)


def clause(window: Window, field: str) -> str:
    """A window in PubMed's words.

    >>> clause(Window(date(2020, 1, 1), date(2020, 6, 30)), "edat")
    '2020/01/01:2020/06/30[edat]'
    """
    return f"{window.first:%Y/%m/%d}:{window.last:%Y/%m/%d}[{field}]"


def searches_of(term: str, search: Callable[[str], Search], fields: tuple[str, ...] = _FIELDS) -> Iterator[Search]:
    """Searches that PubMed lists to their end, and that together find what the term finds; those that find nothing are left out.

    The last one is for records that have no day at all within the windows.

    Args:
        term: finds more than `MOST`.
        search: asks PubMed.
        fields: dates to cut by, one after the other, where a single day has too many.

    Raises:
        ReadError: a single day has too many, by all dates.
    """
    if not fields:
        raise ReadError(f"PubMed: more than {MOST:,} records for {term}, which no date divides. Narrow the query, as by language or title word.")
    field = fields[0]
    waiting = [ALL_DAYS]
    while waiting:
        window = waiting.pop(0)
        found = search(f"{term} AND {clause(window, field)}")
        if found.total <= MOST:
            yield from [found] if found.total else []
        elif two := halves(window):
            waiting[:0] = two
        else:
            yield from searches_of(found.term, search, fields[1:])
    rest = search(f"{term} NOT {clause(ALL_DAYS, field)}")
    if rest.total > MOST:
        yield from searches_of(rest.term, search, fields[1:])
    elif rest.total:
        yield rest
