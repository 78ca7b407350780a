"""``allnlp annotate``."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from allnlp.cli.console import EXIT_FAILED, EXIT_NOTHING, EXIT_PARTIAL, answer_json, say
from allnlp.cli.progress import Bar, number, pair
from allnlp.errors import OptionError

if TYPE_CHECKING:
    from allnlp.annotation import Counts
    from allnlp.annotation.engine import Engine
    from allnlp.annotation.exchange import Exchange


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
    body: bool = typer.Option(False, "--body", help="Read the sections of JATS articles, too, not only the abstract."),
    overwrite: bool = typer.Option(False, "--overwrite", help="Replace a folder of other inputs or options."),
    jobs: int | None = typer.Option(None, "--jobs", "-j", min=1, show_default="one a core", help="Processes, at most."),
    engine: str = typer.Option("processes", "--engine", help="Who annotates: processes (of this machine) or dask (a cluster)."),
    scheduler: str | None = typer.Option(None, "--scheduler", help="Address of the Dask scheduler: tcp://host:8786."),
    exchange: str | None = typer.Option(None, "--exchange", help="Folder or s3:// URL: lay the work out there for allnlp work, and collect what is done."),
    strict: bool = typer.Option(False, "--strict", help="Exit with 4 when a record or file failed."),
    json: bool = typer.Option(False, "--json", help="Print the counts as JSON."),
) -> None:
    """Annotate the records of an export and write tables.

    \b
    Example:
      allnlp annotate pubmed-cart.nbib -o cart/
    """
    from allnlp.annotation import annotate_collection
    from allnlp.annotation.exchange import Exchange

    columns = dict(pair(c) for c in column)
    place = Exchange(exchange) if exchange else None
    with Bar() as bar:
        outcome = annotate_collection(
            inputs, out, terms=terms, models=model or None, link=link, columns=columns, format=format, limit=limit, body=body,
            overwrite=overwrite, jobs=jobs, engine=_engine(engine, scheduler, place), progress=bar.update,
        )  # fmt: skip
    if outcome.waiting:
        say(f"{number(outcome.waiting, 'shard')} laid out in {exchange}. Work on them, on as many machines as you like: allnlp work {exchange} --task 0 --of 1")
        say("The same command again collects what is done, and writes the tables when nothing is missing.")
        raise typer.Exit(EXIT_PARTIAL)
    if place is not None:
        place.clear()
    if json:
        answer_json({"folder": str(out), **outcome.counts._asdict(), "is_new": outcome.is_new})
    if not outcome.is_new:
        say(f"{out} already holds these inputs with these options; nothing to do. Use --overwrite to annotate again.")
    _tell(outcome.counts, outcome.reasons, out)
    if not outcome.counts.read:
        raise typer.Exit(EXIT_FAILED if outcome.counts.files_failed else EXIT_NOTHING)
    if strict and (outcome.counts.failed or outcome.counts.files_failed):
        raise typer.Exit(EXIT_PARTIAL)


def _engine(name: str, scheduler: str | None, exchange: Exchange | None) -> Engine | None:
    if name not in ("processes", "dask"):
        raise OptionError(f"engine is {name!r}. Use processes or dask.")
    if scheduler and name != "dask":
        raise OptionError("--scheduler is of the engine dask. Say so: --engine dask")
    if exchange is not None:
        if name == "dask":
            raise OptionError("--exchange and --engine dask are two ways of doing the work. Use one of them.")
        from allnlp.annotation.exchange import by_exchange

        return by_exchange(exchange)
    if name == "dask":
        from allnlp.annotation.cluster import by_dask

        return by_dask(scheduler)
    return None


def _tell(counts: Counts, reasons: Sequence[str], out: Path) -> None:
    say(
        f"Read {number(counts.read, 'record')}: {counts.annotated:,} annotated ({counts.without_abstract:,} of them without abstract), "
        f"{number(counts.duplicates, 'duplicate')}, {counts.without_text:,} without text, {counts.failed:,} failed"
    )
    say(f"{number(counts.mentions, 'mention')} of {number(counts.concepts, 'concept')}, {number(counts.findings, 'finding')} -> {out}")
    if counts.files_failed:
        say(f"{number(counts.files_failed, 'file')} could not be read, or not to {'its' if counts.files_failed == 1 else 'their'} end")
    for reason in reasons:
        say(f"  {reason}")
    if counts.failed or counts.files_failed:
        say(f"What failed, and why: allnlp summary {out} --failures")
    if counts.read:
        say(f"Next: allnlp summary {out}")
