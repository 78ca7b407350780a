"""One server, asked politely: never more requests a second than it allows, and again after a fault; no other host is asked."""

from __future__ import annotations

import logging
import random
import time
from collections import deque
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from importlib import metadata
from typing import NamedTuple, TypeVar
from urllib.parse import urljoin, urlsplit

import requests
import urllib3

from allnlp.errors import OptionError, ReadError
from allnlp.fetching.faults import Fault, pause, status_fault

T = TypeVar("T")
log = logging.getLogger("allnlp.fetching")

_SECOND = 1.02  # a little more than one, for clocks that differ
_LARGEST = 512 << 20  # bytes of an answer
_TRIES_BEFORE_ANY_ANSWER = 3  # who has no network should not wait for minutes to be told
_REDIRECTS = 5


class Pace(NamedTuple):
    """How long to wait, how often to ask, and by which clock."""

    tries: int = 8
    first_pause: float = 1.0  # seconds
    longest_pause: float = 60.0
    timeout: float = 60.0  # seconds without a byte
    longest_answer: float = 600.0  # seconds from request to last byte
    clock: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep
    jitter: Callable[[], float] = random.random


PACE = Pace()


class Connection:
    """Asks one server; holds what lives between requests: the session, and when the last answers ended."""

    def __init__(self, address: str, *, rate: int, pace: Pace, tell: Callable[[str], None] = log.info) -> None:
        """Nothing is asked yet.

        Args:
            address: of the service; paths are joined to it.
            rate: requests a second that the service allows.
            pace: waits, tries and clock.
            tell: is told why it takes longer.
        """
        self.address = address if address.endswith("/") else address + "/"
        parts = urlsplit(self.address)
        if parts.scheme not in ("https", "http") or not parts.hostname:
            raise OptionError(f"{address!r} is no address of a service. Give one that begins with https:// .")
        self.host = parts.netloc
        self._pace = pace
        self._tell = tell
        self._ends: deque[float] = deque(maxlen=rate)
        self._is_reached = False
        self._session = requests.Session()
        self._session.headers["User-Agent"] = f"allnlp/{metadata.version('allnlp')}"

    def wait_as_after_requests(self) -> None:
        """Wait before the next request as if the allowed number had just been sent, perhaps by a run that was killed."""
        now = self._pace.clock()
        self._ends.extend([now] * (self._ends.maxlen or 0))

    def ask(
        self, path: str, fields: Mapping[str, str], read: Callable[[bytes], T | Fault], *, what: str, tries: int | None = None, post: bool = True
    ) -> T:
        """What `read` makes of the answer; asked again after a fault, up to the number of tries.

        Args:
            path: below the address.
            fields: of the form; sent in the body, so that no log of a proxy has the key or a long query.
            read: the answer's body to what is wanted, or to a fault.
            what: is asked for, in words for a message.
            tries: fewer than usual, where there is another way.
            post: whether the form is sent as a body; else within the address.

        Raises:
            ReadError: no answer after all tries, or one that asking again does not change.
        """
        most = tries or self._pace.tries
        attempt = 0
        while True:
            attempt += 1
            fault = self._once(path, fields, read, post=post)
            if not isinstance(fault, Fault):
                return fault
            most = most if self._is_reached else min(most, _TRIES_BEFORE_ANY_ANSWER)
            if fault.is_lasting or attempt >= most:
                raise ReadError(self._told(what, fault, attempt))
            seconds = pause(
                attempt, self._pace.jitter(), fault.wait, first=self._pace.first_pause, longest=self._pace.longest_pause
            )  # fmt: skip
            self._tell(f"{what}: {fault.reason}; asking again in {seconds:.0f} s")
            self._pace.sleep(seconds)

    def _told(self, what: str, fault: Fault, attempts: int) -> str:
        again = "" if attempts == 1 else f", {attempts} times"
        if not self._is_reached and not fault.is_lasting:
            return f"{self.host}: {fault.reason}{again}. Check the network, and behind a proxy HTTPS_PROXY; then run the same command again."
        do = "" if fault.is_lasting else " What came before is kept: run the same command later, and it goes on."
        return f"{self.host}: asked for {what}, it answered{again}: {fault.reason}.{do}"

    def _once(self, path: str, fields: Mapping[str, str], read: Callable[[bytes], T | Fault], *, post: bool) -> T | Fault:
        url = urljoin(self.address, path)
        try:
            for _ in range(_REDIRECTS):
                status, headers, body = self._request(url, fields, post=post)
                self._is_reached = True
                if status not in (301, 302, 303, 307, 308):
                    fault = status_fault(status, headers, body, datetime.now(UTC))
                    if fault is not None:
                        return fault
                    return read(body)
                target = urljoin(url, headers.get("Location", ""))
                if not is_same_place(url, target):
                    return Fault(f"it sends on to another place ({urlsplit(target).netloc or 'none'}), which is not asked", is_lasting=True)
                url = target.partition("?")[0]
            return Fault("it sends on and on", is_lasting=True)
        except _TooLong as error:
            return Fault(str(error))
        except (requests.RequestException, urllib3.exceptions.HTTPError) as error:
            return network_fault(error, self._pace.timeout)

    def _request(self, url: str, fields: Mapping[str, str], *, post: bool) -> tuple[int, Mapping[str, str], bytes]:
        self._wait()
        started = self._pace.clock()
        try:
            # The session would repeat a form without its fields after some redirects, and follow to any host.
            with self._session.request(
                "POST" if post else "GET", url, timeout=(min(self._pace.timeout, 20.0), self._pace.timeout), stream=True, allow_redirects=False,
                data=fields if post else None, params=None if post else fields,
            ) as answer:  # fmt: skip
                body = bytearray()
                for piece in answer.iter_content(1 << 14):
                    body += piece
                    if len(body) > _LARGEST or self._pace.clock() - started > self._pace.longest_answer:
                        raise _TooLong("an answer without end")
                return answer.status_code, answer.headers, bytes(body)
        finally:
            self._ends.append(self._pace.clock())

    def _wait(self) -> None:
        """Wait until the request that is as many before as the rate allows was *answered* a second ago.

        A request arrives between being sent and being answered, so that the server, too, never sees more within a second.
        """
        if len(self._ends) == self._ends.maxlen:
            while (left := self._ends[0] + _SECOND - self._pace.clock()) > 0:
                self._pace.sleep(left)


class _TooLong(Exception):  # noqa: N818 - leaves the reading of a body, and no more
    """An answer goes on longer than any answer should."""


def is_same_place(url: str, target: str) -> bool:
    """Whether a redirect stays on the host, and does not leave TLS.

    >>> is_same_place("http://a.org/x", "https://a.org/y"), is_same_place("https://a.org/x", "http://a.org/y"), is_same_place("https://a.org", "https://b.org")
    (True, False, False)
    """
    old, new = urlsplit(url), urlsplit(target)
    if (old.scheme, new.scheme) == ("http", "https"):
        return old.hostname == new.hostname and not old.port and not new.port
    return (old.scheme, old.netloc) == (new.scheme, new.netloc)


def network_fault(error: Exception, timeout: float) -> Fault:
    """What a failed request says, in words.

    >>> network_fault(requests.ReadTimeout(), 60.0).reason, network_fault(requests.ConnectionError(), 60.0).reason
    ('no answer within 60 s', 'cannot be reached')
    """
    if isinstance(error, requests.exceptions.SSLError):
        return Fault("its certificate is not trusted; behind a proxy that opens TLS, give its certificate as REQUESTS_CA_BUNDLE", is_lasting=True)
    if isinstance(error, requests.exceptions.ProxyError):
        return Fault("the proxy cannot be reached, or refuses")
    if isinstance(error, requests.Timeout) or "timed out" in str(error).lower():
        return Fault(f"no answer within {timeout:g} s")
    if isinstance(error, (requests.exceptions.ChunkedEncodingError, requests.exceptions.ContentDecodingError, urllib3.exceptions.HTTPError)):
        return Fault("the answer was cut off")
    if isinstance(error, requests.ConnectionError):
        return Fault("the connection was cut" if "aborted" in str(error).lower() or "reset" in str(error).lower() else "cannot be reached")
    return Fault(f"the request failed ({type(error).__name__})")
