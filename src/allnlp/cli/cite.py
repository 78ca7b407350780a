"""``allnlp cite``."""

from __future__ import annotations

from pathlib import Path

import typer

from allnlp.cli.console import answer, answer_json, answer_table, records

_FORMATS = ("text", "bibtex", "json")


def command(
    folder: Path = typer.Argument(help="An annotated folder."),
    format: str = typer.Option("text", "--format", help="text, bibtex or json."),
    flow: bool = typer.Option(False, "--flow", help="Only the flow of records, as a table: read, duplicates, left out, annotated."),
) -> None:
    """Say how to cite the annotation of a folder: a methods paragraph, the flow of records, the program.

    \b
    Example:
      allnlp cite cart/
    """
    from allnlp.collection.cite import cite
    from allnlp.errors import OptionError

    if format not in _FORMATS:
        raise OptionError(f"format is {format!r}. Use one of {', '.join(_FORMATS)}.")
    if flow and format == "bibtex":
        raise OptionError("--flow is a table; it has no bibtex. Use --format text or json.")
    found = cite(folder)
    if format == "json":
        rows = records(found.flow)
        answer_json(rows if flow else {**found._asdict(), "flow": rows})
    elif format == "bibtex":
        answer(found.bibtex)
    elif flow:
        answer_table("Flow of records", found.flow)
    else:
        answer("\n\n".join(["Methods", found.methods, "Flow of records", found.flow_text, "Citation", found.bibtex]))
