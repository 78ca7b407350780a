"""The explorer as a program: one port of this computer alone, until Ctrl-C."""

from __future__ import annotations

import contextlib
import errno
import functools
import gc
import signal
import socket
import threading
import webbrowser
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from allnlp.errors import AllnlpError, OptionError

if TYPE_CHECKING:
    from allnlp.explorer.store import Store

HOST = "127.0.0.1"
PORT = 8765
_TRIED = 20  # further ports, where none was asked for


def bound(port: int | None) -> socket.socket:
    """A socket at the port asked for, or at the first free one from 8765 on.

    Raises:
        OptionError: the port asked for is taken or not allowed.
    """
    ports = range(PORT, PORT + _TRIED) if port is None else (port,)
    for one in ports:
        found = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        found.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            found.bind((HOST, one))
            found.listen(128)  # who asks before the server runs waits
        except OSError as error:
            found.close()
            if error.errno not in (errno.EADDRINUSE, errno.EACCES):
                raise
            reason = "is taken by another program" if error.errno == errno.EADDRINUSE else "is not allowed to you"
            continue
        return found
    where = f"port {port}" if port is not None else f"each port from {PORT} to {PORT + _TRIED - 1}"
    raise OptionError(f"{where} {reason}. Give another with --port, or 0 for any that is free.")


def warm(store: Store) -> None:
    """Read what pages need, piece by piece, so that none waits long."""
    from allnlp.collection.facets import facet_counts
    from allnlp.collection.filters import Filters
    from allnlp.collection.query_names import names_of
    from allnlp.collection.query_texts import texts_of
    from allnlp.explorer.screens.numbers import numbers_of
    from allnlp.explorer.screens.overview import summary_of
    from allnlp.schema import LABELS

    steps: tuple[Callable[[], object], ...] = (
        lambda: summary_of(store), lambda: store.index.passages, lambda: store.shelf, lambda: numbers_of(store), lambda: texts_of(store.index),
        lambda: names_of(store.index), *(functools.partial(facet_counts, store.index, Filters(), label) for label in LABELS),
    )  # fmt: skip
    for step in steps:
        with store.lock, contextlib.suppress(AllnlpError):  # a page says what is wrong
            step()
    with store.lock:
        gc.collect()
        gc.freeze()  # what is kept need not be looked at again, which would take a tenth of a second now and then


def serve(folder: Path, *, port: int | None = None, browser: bool = True, reviewer: str = "", said: Callable[[str], None] = print) -> None:
    """Serve the explorer of a folder until it is interrupted.

    Args:
        folder: made by ``allnlp annotate``.
        port: of 127.0.0.1; 0 is any that is free, None the first free one from 8765 on.
        browser: open it.
        reviewer: name that goes with what is corrected.
        said: told the address once it answers.

    Raises:
        FolderError: no annotated folder, or a damaged one.
        OptionError: the port is taken.
    """
    import uvicorn

    from allnlp.explorer.app import create_app
    from allnlp.explorer.store import Store

    store = Store(folder, reviewer)
    store.index  # noqa: B018 - a folder that cannot be read is told before the browser opens
    listening = bound(port)
    address = f"http://{HOST}:{listening.getsockname()[1]}/"
    server = uvicorn.Server(uvicorn.Config(create_app(store), log_level="warning", access_log=False, lifespan="off", timeout_graceful_shutdown=1))
    said(address)
    threading.Thread(target=warm, args=(store,), daemon=True).start()
    if browser:
        threading.Timer(0.3, webbrowser.open, [address]).start()
    before = signal.signal(signal.SIGINT, lambda number, frame: None)  # the server ends at Ctrl-C, which is no failure
    try:
        server.run(sockets=[listening])
    finally:
        signal.signal(signal.SIGINT, before)
        listening.close()
        store.close()
