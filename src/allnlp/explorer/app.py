"""The explorer's addresses: each screen is a page, and the same address with an ending is the same view as a file."""

from __future__ import annotations

import functools
import hashlib
import tempfile
from collections.abc import Callable
from importlib import import_module, resources
from pathlib import Path
from types import MappingProxyType
from typing import Any
from urllib.parse import parse_qsl

from jinja2 import Environment, PackageLoader, StrictUndefined
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp

from allnlp.errors import AllnlpError, FolderError, NothingFound, OptionError
from allnlp.explorer.asked import Asked, asked
from allnlp.explorer.layout import NAVIGATION, framed
from allnlp.explorer.leaving import MEDIA, left
from allnlp.explorer.marks import marked, section_said
from allnlp.explorer.page import Page
from allnlp.explorer.safety import Guard, Token, is_own_origin
from allnlp.explorer.sidebar import choices
from allnlp.explorer.state import State, read_state
from allnlp.explorer.store import Store

Screen = Callable[[Store, State, Asked], Page]

#: Address and module of ``screens`` whose function ``page`` makes it.
SCREENS = MappingProxyType({"/" + module.replace("_", "-"): module for module in (*(n.module for n in NAVIGATION), "document", "concept", "concepts", "evidence", "options")})
_STATIC = (
    "palette.css", "explorer.css", "charts.css", "pairs.css", "studies.css", "reading.css", "explorer.js", "network.js", "reading.js", "cytoscape.min.js",
    "icon.svg",
)  # fmt: skip
_TYPES = MappingProxyType({".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"})
_MOST_SENT = 64_000  # bytes of a form


def create_app(store: Store) -> ASGIApp:
    """The explorer of a folder as an ASGI application.

    Args:
        store: of the folder.
    """
    token = Token()
    environment = Environment(
        loader=PackageLoader("allnlp.explorer"), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    environment.globals.update(
        static=lambda name: f"/static/{name}?v={_static()[name][1]}", token=token.value, navigation=NAVIGATION, marked_text=marked,
        choice_items=choices, section_said=section_said,
    )  # fmt: skip
    environment.filters["thousands"] = lambda n: f"{n:,}"

    def answer(request: Request) -> Response:
        with store.lock:
            return _answer(store, environment, request.url.path, request.url.query)

    async def write(request: Request) -> Response:
        body = b""
        async for part in request.stream():
            body += part
            if len(body) > _MOST_SENT:
                return PlainTextResponse("The form is too large.\n", status_code=413)
        return await run_in_threadpool(_write, store, token, environment, request, body)

    routes = [
        Route("/", lambda request: RedirectResponse("/overview", status_code=307)),
        Route("/static/{name}", _file),
        Route("/act/{name}", write, methods=["POST"]),
        Route("/{name}", answer),
    ]
    return Guard(Starlette(routes=routes, exception_handlers={404: _not_here, 500: _broken}))


def _answer(store: Store, environment: Environment, path: str, query: str) -> Response:
    """A page, or the same view as a file."""
    name, dot, ending = path.partition(".")
    if name not in SCREENS:
        return _error(store, environment, State("/overview", ()), NothingFound(f"there is no page {path}. Choose one above."))
    state = State(name, ())
    try:
        state = read_state(name, query)
        found = asked(store.index, state)
        page = _screen(SCREENS[name])(store, state, found)
        if dot:
            return _left(store, page, f".{ending}")
        values = framed(store, state, found, page)
        return HTMLResponse(environment.get_template(page.template).render(values), status_code=page.status)
    except AllnlpError as error:
        return _error(store, environment, state, error) if not dot else PlainTextResponse(f"{error}\n", status_code=_status(error))


@functools.cache
def _screen(module: str) -> Screen:
    screen: Screen = import_module(f"allnlp.explorer.screens.{module}").page
    return screen


def _left(store: Store, page: Page, ending: str) -> Response:
    """A view as a file that the browser saves."""
    with tempfile.TemporaryDirectory(prefix="allnlp-") as work:
        path = left(store.folder, page, ending, Path(work))
        headers = {"Content-Disposition": f'attachment; filename="{path.name}"'}
        return Response(path.read_bytes(), media_type=MEDIA.get(ending, "application/octet-stream"), headers=headers)


def _status(error: AllnlpError) -> int:
    return 404 if isinstance(error, NothingFound) else 400 if isinstance(error, OptionError) else 503


def _error(store: Store, environment: Environment, state: State, error: AllnlpError, back: str = "") -> Response:
    """A page that says what is wrong, with the filters beside it where they can be read."""
    page = Page("error.html", _titled(error), {"error": str(error), "is_folder": isinstance(error, FolderError), "back": back}, _nothing(store))
    values = framed(store, state, None, page)
    return HTMLResponse(environment.get_template(page.template).render(values), status_code=_status(error))


def _titled(error: AllnlpError) -> str:
    return "Nothing found" if isinstance(error, NothingFound) else "This cannot be read" if isinstance(error, OptionError) else "The folder cannot be read"


def _nothing(store: Store) -> Any:
    from allnlp.explorer.page import Leaving

    return Leaving(None, f"allnlp summary {store.folder}", "")


def _write(store: Store, token: Token, environment: Environment, request: Request, body: bytes) -> Response:
    """What a form asks to be written, then back to the page that it came from."""
    from allnlp.explorer.actions import act

    try:
        form = dict(parse_qsl(body.decode("utf-8"), keep_blank_values=True, errors="strict", max_num_fields=400))
    except (UnicodeDecodeError, ValueError):
        return PlainTextResponse("The form holds letters that are no UTF-8.\n", status_code=400)
    own = is_own_origin(request.headers.get("origin"), request.headers.get("host", ""))
    if not own or not token.fits(form.get("token", "")):
        return PlainTextResponse("This form is not of the explorer that now runs. Load the page again, and repeat.\n", status_code=403)
    back = form.get("back", "/overview")
    back = back if back.startswith("/") and not back.startswith(("//", "/\\")) else "/overview"
    with store.lock:
        try:
            where = act(store, request.path_params["name"], form)
        except AllnlpError as error:
            return _error(store, environment, State("/overview", ()), error, back)
    return RedirectResponse(where or back, status_code=303)


def _file(request: Request) -> Response:
    """A file of the explorer itself; no other can be named."""
    name = request.path_params["name"]
    if name not in _static():
        return PlainTextResponse("There is no such file.\n", status_code=404)
    content, digest = _static()[name]
    fresh = "public, max-age=31536000, immutable" if request.query_params.get("v") == digest else "no-cache"
    return Response(content, media_type=_TYPES[Path(name).suffix], headers={"Cache-Control": fresh})


@functools.cache
def _static() -> dict[str, tuple[bytes, str]]:
    """Files of the explorer with a digest of each."""
    folder = resources.files("allnlp.explorer") / "static"
    read = {name: (folder / name).read_bytes() for name in _STATIC}
    return {name: (content, hashlib.sha256(content).hexdigest()[:12]) for name, content in read.items()}


def _not_here(request: Request, error: Exception) -> Response:
    return PlainTextResponse("There is no such page. Start from /overview.\n", status_code=404)


def _broken(request: Request, error: Exception) -> Response:
    said = f"The page could not be made ({type(error).__name__}). The terminal says where; the folder is unharmed.\n"
    return PlainTextResponse(said, status_code=500)
