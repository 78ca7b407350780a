"""``allnlp explore``."""

from __future__ import annotations

from pathlib import Path

import typer

from allnlp.cli import filtering
from allnlp.cli.console import say


def command(
    folder: Path = filtering.FOLDER,
    port: int | None = typer.Option(None, "--port", min=0, max=65535, help="Port of this computer; by default the first free one from 8765 on, 0 is any."),
    browser: bool = typer.Option(True, "--browser/--no-browser", help="Open the browser."),
    reviewer: str = typer.Option("", "--reviewer", envvar="ALLNLP_REVIEWER", help="Your name, kept with what you correct; by default the user's."),
) -> None:
    """Read, filter and question a folder in the browser; nothing leaves this computer. Ctrl-C ends it.

    \b
    Example:
      allnlp explore cart/
    """
    import getpass

    from allnlp.explorer import serve

    def said(address: str) -> None:
        say(f"{folder} at {address} (Ctrl-C ends it)")

    if not reviewer:
        try:
            reviewer = getpass.getuser()
        except (KeyError, OSError):
            reviewer = "reviewer"
    serve(folder, port=port, browser=browser, reviewer=reviewer, said=said)
