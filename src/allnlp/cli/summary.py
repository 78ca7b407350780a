"""``allnlp summary``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import typer

from allnlp.cli import filtering
from allnlp.cli.console import answer, answer_json, answer_table, command_words, records, say

if TYPE_CHECKING:
    import pandas as pd


def command(
    context: typer.Context,
    folder: Path = filtering.FOLDER,
    top: int = typer.Option(5, "--top", min=1, help="Concepts shown for each label."),
    failures: bool = typer.Option(False, "--failures", help="List the records that failed, and why."),
    prisma: bool = typer.Option(False, "--prisma", help="Count what became of every record, as a PRISMA flow."),
    listed: str | None = typer.Option(None, "--records", help="List the records that a row of the flow counts, as excluded; the row's command says it."),
    of: str | None = typer.Option(None, "--of", help="With --records: only this file of databases or registers, or this reason of duplicates, as doi."),
    duplicates: bool = typer.Option(False, "--duplicates", help="List the duplicates: why, of which record, and whose abstract was taken."),
    out: Path | None = typer.Option(
        None, "--out", "-o", help="Write the flow or the list to a file: .csv .tsv .json .xlsx .parquet; the flow also as a figure: .svg .pdf .png."
    ),
    json: bool = typer.Option(False, "--json", help="Print JSON."),
) -> None:
    """Show what an annotated folder holds, or what became of every record that was read.

    \b
    Example:
      allnlp summary cart/
      allnlp summary cart/ --prisma -o flow.svg
    """
    row = "duplicates" if duplicates else listed
    _check(prisma, listed, of, duplicates, failures, out)
    if prisma:
        _give_flow(context, folder, out, json=json)
    elif row is not None:
        from allnlp.collection.prisma import prisma_records

        found = prisma_records(folder, row, of)
        filtering.give(context, folder, found, title="Records", columns=None, out=out, json=json)
        noun = "file" if row == "files" else "record"
        say(f"{len(found):,} {noun}{'' if len(found) == 1 else 's'}")
    else:
        _give_summary(folder, top, failures=failures, json=json)
    filtering.wrote(out)


def _check(prisma: bool, listed: str | None, of: str | None, duplicates: bool, failures: bool, out: Path | None) -> None:
    """Refuse before the work is done what cannot be answered.

    Raises:
        OptionError: options that do not go together, or a file that cannot be written.
    """
    from allnlp.errors import OptionError
    from allnlp.exporters import RESULT_FORMATS, check_path
    from allnlp.figures import FIGURE_FORMATS, need_matplotlib

    asked = [name for name, is_asked in (("--prisma", prisma), ("--records", listed), ("--duplicates", duplicates), ("--failures", failures)) if is_asked]
    if len(asked) > 1:
        raise OptionError(f"{' and '.join(asked)} are two questions. Ask them one after the other.")
    if of is not None and listed is None and not duplicates:
        raise OptionError("--of goes with --records or --duplicates.")
    if out is not None and asked not in (["--prisma"], ["--records"], ["--duplicates"]):
        raise OptionError("--out goes with --prisma, --records or --duplicates. The whole summary goes to a file by: --json > FILE")
    if out is not None:
        check_path(out, (*RESULT_FORMATS, *FIGURE_FORMATS) if prisma else RESULT_FORMATS)
        if out.suffix.lower() in FIGURE_FORMATS:
            need_matplotlib()


def _give_flow(context: typer.Context, folder: Path, out: Path | None, *, json: bool) -> None:
    """The flow as a table, or as a figure with its table beside it; the sum that must hold goes to stderr."""
    from allnlp.collection.prisma import prisma
    from allnlp.exporters import Origin
    from allnlp.figures import FIGURE_FORMATS, flow, save

    found = prisma(folder)
    is_figure = out is not None and out.suffix.lower() in FIGURE_FORMATS
    if out is not None and is_figure:
        for path in save(flow(found), out, data=found, origin=Origin(folder, tuple(command_words(context))))[1:]:
            say(f"Wrote {path}")
    if json or not is_figure:
        filtering.give(context, folder, found, title="Flow of records", columns=["item", "n", "command"], out=None if is_figure else out, json=json)
    n = dict(zip(found["row"][found["of"] == ""], found["n"][found["of"] == ""], strict=True))
    say(f"{n['identified']:,} identified = {n['removed']:,} removed + {n['screened']:,} screened")


def _give_summary(folder: Path, top: int, *, failures: bool, json: bool) -> None:
    from allnlp.collection import summarise

    found = summarise(folder, top=top)
    tables: dict[str, pd.DataFrame] = found._asdict()
    if json:
        answer_json({name: records(frame) for name, frame in tables.items()})
        return
    if failures:
        answer_table("Records that failed", found.failures)
        return
    titles = ("Main information", "Completeness", "Mentions", f"Most frequent concepts (top {top} of each label)")
    for i, (title, frame) in enumerate(zip(titles, found[:4], strict=True)):
        if i:
            answer("")
        answer_table(title, frame)
