"""``allnlp summary``."""

from __future__ import annotations

from pathlib import Path

import typer

from allnlp.cli.console import answer, answer_json, answer_table, records


def command(
    folder: Path = typer.Argument(help="An annotated folder."),
    top: int = typer.Option(5, "--top", min=1, help="Concepts shown for each label."),
    failures: bool = typer.Option(False, "--failures", help="List the records that failed, and why."),
    json: bool = typer.Option(False, "--json", help="Print JSON."),
) -> None:
    """Show what an annotated folder holds.

    \b
    Example:
      allnlp summary cart/
    """
    from allnlp.collection import summarise

    found = summarise(folder, top=top)
    if json:
        answer_json({name: records(frame) for name, frame in found._asdict().items()})
        return
    if failures:
        answer_table("Records that failed", found.failures)
        return
    titles = ("Main information", "Completeness", "Mentions", f"Most frequent concepts (top {top} of each label)")
    for i, (title, frame) in enumerate(zip(titles, found[:4], strict=True)):
        if i:
            answer("")
        answer_table(title, frame)
