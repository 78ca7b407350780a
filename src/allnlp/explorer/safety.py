"""What keeps the explorer to this computer and this page: the host asked for, the headers of each answer, the token of each write."""

from __future__ import annotations

import hmac
import secrets
from types import MappingProxyType

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

LOOPBACK = ("127.0.0.1", "localhost", "[::1]")
#: Nothing is loaded from elsewhere, nothing runs that is not a file of the explorer, no other page may show or send to it.
HEADERS = MappingProxyType(
    {
        "Content-Security-Policy": (
            "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'; frame-ancestors 'none'; form-action 'self'"
        ),
        "X-Content-Type-Options": "nosniff",
        "X-Frame-Options": "DENY",
        "Referrer-Policy": "same-origin",
        "Cross-Origin-Opener-Policy": "same-origin",
        "Cross-Origin-Resource-Policy": "same-origin",
    }
)


def is_own_host(host: str) -> bool:
    """Whether a Host header names this computer by its loopback; another name may be DNS rebinding.

    >>> is_own_host("127.0.0.1:8765"), is_own_host("localhost"), is_own_host("evil.example:8765"), is_own_host("127.0.0.1.evil.example")
    (True, True, False, False)
    """
    name, colon, port = host.rpartition(":")
    if not colon or not port.isdecimal():
        name, port = host, ""
    return name.lower() in LOOPBACK and (not port or 0 < int(port) < 65536)


def is_own_origin(origin: str | None, host: str) -> bool:
    """Whether a write comes from a page of the explorer itself; browsers send the header with every write.

    >>> is_own_origin("http://127.0.0.1:8765", "127.0.0.1:8765"), is_own_origin("null", "127.0.0.1:8765"), is_own_origin(None, "127.0.0.1:8765")
    (True, False, True)
    """
    return origin is None or origin == f"http://{host}"


class Token:
    """A secret of this run that every form of the explorer carries, and no other page knows."""

    def __init__(self) -> None:
        self.value = secrets.token_urlsafe(24)

    def fits(self, given: str) -> bool:
        """Whether a form carried it."""
        return hmac.compare_digest(given.encode("utf-8", "replace"), self.value.encode())


class Guard:
    """Refuses requests for another host, and adds the headers to every answer.

    Args:
        app: that answers.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return

        async def guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers[name] = value
                headers.setdefault("Cache-Control", "no-store")
            await send(message)

        if not is_own_host(Headers(scope=scope).get("host", "")):
            refused = PlainTextResponse("This explorer answers at 127.0.0.1 and localhost alone.\n", status_code=421)
            await refused(scope, receive, guarded)
            return
        await self.app(scope, receive, guarded)
