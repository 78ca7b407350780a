"""``allnlp update``."""

from __future__ import annotations

from pathlib import Path

import typer

from allnlp.cli.console import EXIT_PARTIAL, answer_json, say
from allnlp.cli.progress import Bar, number


def command(
    folder: Path = typer.Argument(help="An annotated folder."),
    inputs: list[str] = typer.Argument(None, help="New exports: files, folders, globs, or -; none, to follow a changed vocabulary."),
    terms: list[Path] = typer.Option(None, "--terms", help="Your own terms; by default those that the folder was made with, as they were."),
    model: list[str] = typer.Option(None, "--model", help="As for annotate; by default those that the folder was made with."),
    link: list[Path] = typer.Option(None, "--link", help="As for annotate; by default those that the folder was made with."),
    column: list[str] = typer.Option([], "--column", help="Name of an unusual column of a CSV or Excel input: abstract=Zusammenfassung."),
    jobs: int | None = typer.Option(None, "--jobs", "-j", min=1, show_default="one a core", help="Processes, at most."),
    strict: bool = typer.Option(False, "--strict", help="Exit with 4 when a record or file failed."),
    json: bool = typer.Option(False, "--json", help="Print the counts as JSON."),
) -> None:
    """Add new and changed records to an annotated folder, and read anew what a changed vocabulary touches.

    \b
    Example:
      allnlp update cart/ exports/demo.ris
    """
    from allnlp.annotation.update import update_collection
    from allnlp.cli.progress import pair

    columns = dict(pair(c) for c in column)
    with Bar() as bar:
        done = update_collection(folder, inputs or [], terms=terms or None, models=model or None, link=link or None, columns=columns, jobs=jobs, progress=bar.update)
    counts, before = done.outcome.counts, done.before
    if json:
        answer_json({"folder": str(folder), **counts._asdict(), "is_new": done.outcome.is_new, "annotated_now": done.annotated, "kept": done.kept})
    if not done.outcome.is_new:
        say(f"{folder} already holds these inputs, annotated with this vocabulary; nothing to do.")
        return
    say(
        f"{number(counts.read - before.read, 'record')} added: {counts.annotated - before.annotated:+,} documents, "
        f"{counts.duplicates - before.duplicates:+,} duplicates, {counts.without_text - before.without_text:+,} without text, "
        f"{counts.failed - before.failed:+,} failed"
    )
    say(f"{number(done.annotated, 'document')} annotated, {done.kept:,} left as they were; {number(counts.mentions, 'mention')} in all -> {folder}")
    for reason in done.outcome.reasons:
        say(f"  {reason}")
    if strict and (counts.failed > before.failed or counts.files_failed > before.files_failed):
        raise typer.Exit(EXIT_PARTIAL)
