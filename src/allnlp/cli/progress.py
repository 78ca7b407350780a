"""What the commands that read records share: a progress bar, pairs of names, counts with their noun."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import typer

if TYPE_CHECKING:
    from allnlp.annotation import Progress


def pair(text: str) -> tuple[str, str]:
    """Column of documents and column of a table, from name=column.

    Raises:
        BadParameter: it is of another form.
    """
    name, sign, value = text.partition("=")
    if not sign or not name or not value:
        raise typer.BadParameter(f"{text!r} is not of the form name=column, as in abstract=Zusammenfassung.")
    return name.strip(), value.strip()


def number(count: int, what: str) -> str:
    """A count with its noun.

    >>> number(1, "file"), number(0, "file"), number(2000, "file")
    ('1 file', '0 files', '2,000 files')
    """
    return f"{count:,} {what}" if count == 1 else f"{count:,} {what}s"


class Bar:
    """A progress bar with rate and time left, on a terminal only: bytes while the inputs are read, then records."""

    def __enter__(self) -> Bar:
        self._progress = None
        if sys.stderr.isatty():
            from rich.console import Console
            from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

            self._progress = Progress(
                TextColumn("{task.description}", markup=False), BarColumn(), TextColumn("{task.fields[done]}", markup=False),
                TimeRemainingColumn(), console=Console(stderr=True), transient=True,
            )  # fmt: skip
            self._task = self._progress.add_task("Reading", total=None, done="")
            self._is_reading = True
            self._progress.start()
        return self

    def update(self, now: Progress) -> None:
        """Show how far the run is."""
        if self._progress is None:
            return
        if self._is_reading and now.records_total:
            self._is_reading = False
            self._progress.reset(self._task, description="Annotating", total=now.records_total)
        if self._is_reading:
            self._progress.update(self._task, completed=now.bytes_read, total=now.bytes_total or None, done=f"{now.bytes_read / 1e6:,.0f} MB")
        else:
            rate = now.records / (self._progress.tasks[0].elapsed or 1e-9)
            self._progress.update(self._task, completed=now.records, done=f"{now.records:,} records, {rate:,.0f}/s")

    def __exit__(self, *exception: object) -> None:
        if self._progress is not None:
            self._progress.stop()
