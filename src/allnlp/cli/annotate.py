"""``allnlp annotate``."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from allnlp.cli.console import EXIT_FAILED, EXIT_NOTHING, EXIT_PARTIAL, answer_json, say

if TYPE_CHECKING:
    from allnlp.annotation import Counts, Progress


def command(
    inputs: list[str] = typer.Argument(
        help="Files, folders, globs, or - for stdin: .nbib .xml .xml.gz .ris .csv .tsv .xlsx .jsonl .txt ...; told by content."
    ),
    out: Path = typer.Option(..., "--out", "-o", help="Folder to write."),
    terms: list[Path] = typer.Option([], "--terms", help="Your own terms: a CSV with the columns text, label (curie, name ...)."),
    model: list[str] = typer.Option(
        [], "--model", help="A model that sees names which no list holds: a package, a folder, hf:OWNER/MODEL, or none; en_allnlp_bio_sm if installed."
    ),
    link: list[Path] = typer.Option([], "--link", help="Terms that such names are linked to, and not looked for: allnlp terms import."),
    column: list[str] = typer.Option([], "--column", help="Name of an unusual column of a CSV or Excel input: abstract=Zusammenfassung."),
    format: str = typer.Option("parquet", "--format", help="parquet, csv, tsv, jsonl or xlsx."),
    limit: int | None = typer.Option(None, "--limit", min=1, help="Stop after so many records that could be read."),
    overwrite: bool = typer.Option(False, "--overwrite", help="Replace a folder of other inputs or options."),
    strict: bool = typer.Option(False, "--strict", help="Exit with 4 when a record or file failed."),
    json: bool = typer.Option(False, "--json", help="Print the counts as JSON."),
) -> None:
    """Annotate the records of an export and write tables.

    \b
    Example:
      allnlp annotate pubmed-cart.nbib -o cart/
    """
    from allnlp.annotation import annotate_collection

    columns = dict(_pair(c) for c in column)
    with _Bar() as bar:
        outcome = annotate_collection(
            inputs, out, terms=terms, models=model or None, link=link, columns=columns, format=format, limit=limit, overwrite=overwrite, progress=bar.update
        )
    if json:
        answer_json({"folder": str(out), **outcome.counts._asdict(), "is_new": outcome.is_new})
    if not outcome.is_new:
        say(f"{out} already holds these inputs with these options; nothing to do. Use --overwrite to annotate again.")
    _tell(outcome.counts, outcome.reasons, out)
    if not outcome.counts.read:
        raise typer.Exit(EXIT_FAILED if outcome.counts.files_failed else EXIT_NOTHING)
    if strict and (outcome.counts.failed or outcome.counts.files_failed):
        raise typer.Exit(EXIT_PARTIAL)


def _pair(text: str) -> tuple[str, str]:
    name, sign, value = text.partition("=")
    if not sign or not name or not value:
        raise typer.BadParameter(f"{text!r} is not of the form name=column, as in abstract=Zusammenfassung.")
    return name.strip(), value.strip()


def _tell(counts: Counts, reasons: Sequence[str], out: Path) -> None:
    say(
        f"Read {_number(counts.read, 'record')}: {counts.annotated:,} annotated ({counts.without_abstract:,} of them without abstract), "
        f"{_number(counts.duplicates, 'duplicate')}, {counts.without_text:,} without text, {counts.failed:,} failed"
    )
    say(f"{_number(counts.mentions, 'mention')} of {_number(counts.concepts, 'concept')}, {_number(counts.findings, 'finding')} -> {out}")
    if counts.files_failed:
        say(f"{_number(counts.files_failed, 'file')} could not be read, or not to {'its' if counts.files_failed == 1 else 'their'} end")
    for reason in reasons:
        say(f"  {reason}")
    if counts.failed or counts.files_failed:
        say(f"What failed, and why: allnlp summary {out} --failures")
    if counts.read:
        say(f"Next: allnlp summary {out}")


def _number(count: int, what: str) -> str:
    """A count with its noun.

    >>> _number(1, "file"), _number(0, "file"), _number(2000, "file")
    ('1 file', '0 files', '2,000 files')
    """
    return f"{count:,} {what}" if count == 1 else f"{count:,} {what}s"


class _Bar:
    """A progress bar with rate and time left, on a terminal only."""

    def __enter__(self) -> _Bar:
        self._progress = None
        if sys.stderr.isatty():
            from rich.console import Console
            from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

            self._progress = Progress(
                TextColumn("{task.fields[records]:,} records", markup=False), BarColumn(),
                TextColumn("{task.fields[rate]:,.0f}/s", markup=False), TimeRemainingColumn(),
                console=Console(stderr=True), transient=True,
            )  # fmt: skip
            self._task = self._progress.add_task("", total=None, records=0, rate=0.0)
            self._progress.start()
        return self

    def update(self, done: Progress) -> None:
        if self._progress is not None:
            elapsed = self._progress.tasks[0].elapsed or 1e-9
            self._progress.update(
                self._task, completed=done.bytes_read, total=done.bytes_total or None, records=done.records, rate=done.records / elapsed
            )

    def __exit__(self, *exception: object) -> None:
        if self._progress is not None:
            self._progress.stop()
