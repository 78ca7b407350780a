"""Europe PMC by its REST service: pages of records, each of which says where the next begins."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any, NamedTuple

from allnlp.errors import ReadError
from allnlp.fetching.connection import Connection
from allnlp.fetching.faults import Fault, body_fault, json_object
from allnlp.fetching.harvest import Found, Harvest, Progress, Tell
from allnlp.fetching.question import Question
from allnlp.fetching.unfinished import Unfinished

ADDRESS = "https://www.ebi.ac.uk/europepmc/webservices/rest/"
RATE = 3  # requests a second; the service states no limit
_FIELDS = {"pdat": "FIRST_PDATE", "edat": "CREATION_DATE", "mdat": "UPDATE_DATE"}
_LONG = 1_500  # characters of a query that no longer goes into an address
_STRICT_TRIES = 4  # how often a page that is shorter than it should be is asked for


class Page(NamedTuple):
    """One answer."""

    total: int
    translation: str
    next: str  # "" after the last page
    records: tuple[dict[str, Any], ...]


def query_with_dates(asked: Question) -> str:
    """The query with its window of dates, in Europe PMC's words.

    >>> from datetime import date
    >>> query_with_dates(Question("CAR-T OR CART", "europepmc", "pdat", date(2018, 1, 1), None, None))
    '(CAR-T OR CART) AND FIRST_PDATE:[2018-01-01 TO 3000-12-31]'
    """
    if asked.since is None and asked.until is None:
        return asked.query
    return f"({asked.query}) AND {_FIELDS[asked.date_type]}:[{asked.since or '1500-01-01'} TO {asked.until or '3000-12-31'}]"


def key_of(record: dict[str, Any]) -> str:
    """What tells a record from all others.

    >>> key_of({"source": "MED", "id": "7"})
    'MED:7'
    """
    return f"{record.get('source', '')}:{record['id']}"


def read_page(body: bytes, *, cursor: str, expected: Callable[[int], int]) -> Page | Fault:
    """The page that an answer holds.

    >>> read_page(b'{"hitCount": 2, "nextCursorMark": "B", "resultList": {"result": [{"id": "7"}]}}', cursor="*", expected=lambda count: 2)
    Fault(reason='a page of 1 of 2 records', is_lasting=False, wait=None)

    Args:
        body: JSON.
        cursor: that was asked for; the last page gives it back.
        expected: records that the page should have, of the count of all.
    """
    if fault := body_fault(body):
        return fault
    value = json_object(body)
    if isinstance(value, Fault):
        return value
    count, listed, request = value.get("hitCount"), value.get("resultList"), value.get("request")
    records = listed.get("result", []) if isinstance(listed, dict) else []
    if type(count) is not int or count < 0 or not isinstance(records, list):
        return Fault("an answer without a count")
    if not all(isinstance(record, dict) and isinstance(record.get("id"), (str, int)) and record["id"] for record in records):
        return Fault("a record without id")
    unique = {key_of(record): record for record in records}
    if len(unique) < expected(count):
        return Fault(f"a page of {len(unique)} of {expected(count)} records")
    following = str(value.get("nextCursorMark") or "")
    translation = request.get("queryString", "") if isinstance(request, dict) else ""
    return Page(count, str(translation), "" if following == cursor else following, tuple(unique.values()))


def _ask(connection: Connection, asked: Question, cursor: str, size: int, expected: Callable[[int], int], tries: int | None = None) -> Page:
    query = query_with_dates(asked)
    # by date, because the order by relevance may change from one page to the next
    fields = {"query": query, "resultType": "core", "format": "json", "pageSize": str(size), "cursorMark": cursor, "sort": "P_PDATE_D asc"}
    is_long = len(query) > _LONG
    return connection.ask(
        "searchPOST" if is_long else "search", fields, lambda body: read_page(body, cursor=cursor, expected=expected),
        what="a page of records", tries=tries, post=is_long,
    )  # fmt: skip


def count_europepmc(connection: Connection, asked: Question) -> Found:
    """What the search finds; no more than one record is asked for."""
    page = _ask(connection, asked, "*", 1, lambda _: 0)
    return Found(page.total, page.translation, ())


def fetch_europepmc(connection: Connection, asked: Question, work: Unfinished, *, batch_size: int, tell: Tell) -> Harvest | Found:
    """All records of a question, by date; `Found` where there is none.

    Raises:
        ReadError: Europe PMC does not answer, or not with what was asked for.
    """
    plan = work.plan()
    if plan is None:
        tell(Progress(0, 0, "searching"))
        at = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        found = count_europepmc(connection, asked)
        if not found.total:
            return found
        plan = {"searched": at, "count": found.total, "translation": found.translation, "batch_size": batch_size}
        work.keep_plan(plan)
    count = int(plan["count"])
    wanted = min(count, asked.limit or count)
    seen: set[str] = set()
    cursor, number = "*", 0
    while cursor and len(seen) < wanted:
        page = _kept(work, number, cursor) or _fetched(connection, asked, work, number, cursor, plan["batch_size"], wanted - len(seen))
        seen.update(key_of(record) for record in page.records)
        cursor = page.next if page.records else ""
        number += 1
        tell(Progress(min(len(seen), wanted), wanted))
    fetched = min(len(seen), asked.limit or len(seen))
    return Harvest(
        Found(count, plan["translation"], ()), wanted, fetched, (), max(wanted - fetched, 0), plan["searched"],
        ({"term": query_with_dates(asked), "count": count},), _pieces(work, number, count, query_with_dates(asked), fetched),
    )  # fmt: skip


def _fetched(connection: Connection, asked: Question, work: Unfinished, number: int, cursor: str, size: int, left: int) -> Page:
    full = min(size, left)
    try:
        page = _ask(connection, asked, cursor, size, lambda _: full, _STRICT_TRIES)
    except ReadError:
        page = _ask(connection, asked, cursor, size, lambda _: 0)
    work.keep_batch(number, json.dumps({"cursor": cursor, **page._asdict()}).encode())
    return page


def _kept(work: Unfinished, number: int, cursor: str) -> Page | None:
    body = work.batch(number)
    value = json_object(body) if body else None
    if not isinstance(value, dict) or value.pop("cursor", None) != cursor:
        return None
    return Page(**{**value, "records": tuple(value["records"])})


def _pieces(work: Unfinished, pages: int, count: int, query: str, most: int) -> Iterator[bytes]:
    """One answer of Europe PMC with all records, one a line."""
    head = json.dumps({"hitCount": count, "request": {"queryString": query, "resultType": "core"}})
    yield head[:-1].encode() + b', "resultList": {"result": ['
    seen: set[str] = set()
    for number in range(pages):
        for record in json.loads(work.batch(number) or b'{"records": []}')["records"]:
            if len(seen) == most or (key := key_of(record)) in seen:
                continue
            yield (b",\n" if seen else b"\n") + json.dumps(record).encode()
            seen.add(key)
    yield b"\n]}}\n"
