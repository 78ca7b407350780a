"""What a server answers when it gives no records, told by status, headers and body; and how long to wait before asking again."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any, NamedTuple

LONGEST_WAIT = 600.0  # seconds; a server that asks for more is left alone
_LASTING = ("api key invalid", "api key not wellformed", "empty term", "invalid db name")
_NONE_OF_THESE = ("id list is empty", "cannot get document summary", "no documents found")
_REFUSED = {
    401: "it asks for a password",
    403: "access is refused; the proxy or the server does not let this computer in",
    404: "there is no such page; check the address",
    407: "the proxy asks for a password; put it into HTTPS_PROXY",
    410: "there is no such page any more; check the address",
    414: "the query is too long",
}


class Fault(NamedTuple):
    """An answer that is none."""

    reason: str
    is_lasting: bool = False  # asking again would bring the same
    wait: float | None = None  # seconds that the server asks for


def status_fault(status: int, headers: Mapping[str, str], body: bytes, now: datetime) -> Fault | None:
    """The fault that a status tells; None for 200 and for 400, whose body says what was wrong.

    >>> status_fault(503, {}, b"", datetime(2026, 1, 1))
    Fault(reason='status 503', is_lasting=False, wait=None)
    >>> status_fault(429, {"Retry-After": "2"}, b'{"error":"API rate limit exceeded"}', datetime(2026, 1, 1))
    Fault(reason='status 429, API rate limit exceeded', is_lasting=False, wait=2.0)
    """
    if status in (200, 400):
        return None
    said = stated_error(body)
    if status in _REFUSED:
        return Fault(f"status {status}, {_REFUSED[status]}", is_lasting=True)
    wait = retry_after(headers.get("Retry-After", ""), now)
    if wait is not None and wait > LONGEST_WAIT:
        return Fault(f"status {status}, and asks to wait for {wait / 60:.0f} minutes", is_lasting=True)
    return Fault(f"status {status}, {said}" if said else f"status {status}", wait=wait)


def retry_after(header: str, now: datetime) -> float | None:
    """Seconds that a Retry-After header asks for: a number, or a date; None where it says neither.

    >>> retry_after("3", datetime(2026, 1, 1, tzinfo=UTC)), retry_after("soon", datetime(2026, 1, 1, tzinfo=UTC))
    (3.0, None)
    >>> retry_after("Thu, 01 Jan 2026 00:00:05 GMT", datetime(2026, 1, 1, tzinfo=UTC))
    5.0
    """
    header = header.strip()
    if re.fullmatch(r"\d{1,9}(?:\.\d+)?", header):
        return float(header)
    try:
        until = parsedate_to_datetime(header)
    except (ValueError, OverflowError):
        return None
    if until.tzinfo is None:
        until = until.replace(tzinfo=UTC)
    return max((until - now).total_seconds(), 0.0)


def pause(attempt: int, jitter: float, wait: float | None = None, *, first: float = 1.0, longest: float = 60.0) -> float:
    """Seconds before the next attempt: twice as long each time, between a half and the whole of it; at least what the server asks for.

    >>> [pause(n, 1.0) for n in range(1, 8)], pause(1, 0.0), pause(1, 0.5, 30.0)
    ([1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 60.0], 0.5, 30.75)

    Args:
        attempt: that failed, from 1.
        jitter: in [0, 1); keeps those who failed together from coming back together.
        wait: what the server asks for.
        first: the first pause.
        longest: no pause is longer, save one that the server asks for.
    """
    own = min(first * 2.0 ** (attempt - 1), longest) * (0.5 + jitter / 2)
    return own if wait is None else wait + own


def stated_error(body: bytes) -> str | None:
    r"""The error that a body states, in JSON or XML, without the key that some repeat; None where it states none.

    >>> stated_error(b'{"error":"API rate limit exceeded","api-key":"x"}'), stated_error(b"<r><ERROR>Unable to obtain query #1</ERROR></r>")
    ('API rate limit exceeded', 'Unable to obtain query #1')
    >>> stated_error(b'{"esearchresult":{"ERROR":"Search Backend failed: no\n"}}'), stated_error(b"<PubmedArticleSet/>")
    ('Search Backend failed: no', None)
    """
    head = body[:2000].lstrip()
    if head.startswith(b"{"):
        value = json_object(body)
        found = None if isinstance(value, Fault) else _error_in(value)
    else:
        error = re.search(rb"<ERROR>(.*?)</ERROR>", head, re.DOTALL)
        found = error[1].decode("utf-8", "replace") if error else None
    return " ".join(found.split())[:300] if found else None


def _error_in(value: Mapping[str, Any]) -> str | None:
    inner = value.get("esearchresult")
    for place in (value, inner if isinstance(inner, dict) else {}):
        for key in ("error", "ERROR", "errMsg"):
            if isinstance(said := place.get(key), str) and said.strip():
                return said
    return None


def body_fault(body: bytes) -> Fault | None:
    """The fault that a body tells by itself: nothing, a web page, an error; None where it may be an answer.

    >>> body_fault(b"<!DOCTYPE html><title>Sign in</title>").reason, body_fault(b" ").reason, body_fault(b"{}")
    ('a web page ("Sign in") instead of an answer', 'an empty answer', None)
    """
    head = body[:4000].lstrip(b"\xef\xbb\xbf \t\r\n")
    if not head:
        return Fault("an empty answer")
    if head[:14].lower().startswith((b"<!doctype html", b"<html")):
        title = re.search(rb"<title[^>]*>(.*?)</title>", head, re.DOTALL | re.IGNORECASE)
        quoted = f' ("{" ".join(title[1].decode("utf-8", "replace").split())[:80]}")' if title else ""
        return Fault(f"a web page{quoted} instead of an answer")
    if said := stated_error(body):
        return Fault(said, is_lasting=said.lower().startswith(_LASTING))
    return None


def is_none_of_these(body: bytes) -> bool:
    """Whether a body says that of the records asked for there is none.

    >>> is_none_of_these(b"<eFetchResult><ERROR>ID list is empty! Possibly it has no correct IDs.</ERROR></eFetchResult>")
    True
    """
    return (stated_error(body) or "").lower().startswith(_NONE_OF_THESE)


def json_object(body: bytes) -> dict[str, Any] | Fault:
    r"""The JSON object of a body; errors of PubMed's search hold raw line ends, which are let pass.

    >>> json_object(b'{"a": "b\n"}'), json_object(b'{"a"').reason, json_object(b"[]").reason
    ({'a': 'b\n'}, 'damaged JSON', 'JSON that is no object')
    """
    try:
        value = json.loads(body.decode("utf-8-sig"), strict=False)
    except (ValueError, RecursionError):
        return Fault("damaged JSON")
    return value if isinstance(value, dict) else Fault("JSON that is no object")
