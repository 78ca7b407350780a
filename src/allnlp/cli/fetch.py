"""``allnlp fetch``."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from allnlp.cli.console import EXIT_PARTIAL, answer, answer_json, say
from allnlp.errors import OptionError

if TYPE_CHECKING:
    from allnlp.fetching import Fetched, Progress

_NAMED = 20  # missing records that a message names


def command(
    query: str | None = typer.Argument(None, help="The query, as you would type it on the page of the database; @FILE reads it from a file."),
    out: Path | None = typer.Option(None, "--out", "-o", help="File to write: .xml, .nbib or .txt of PubMed, .json of Europe PMC; each also with .gz."),
    query_file: Path | None = typer.Option(None, "--query-file", help="Read the query from a file; lines that begin with # are remarks."),
    database: str = typer.Option("pubmed", "--database", help="pubmed or europepmc."),
    since: str | None = typer.Option(None, "--since", help="First year, month or day: 2018, 2018-03, 2018-03-31."),
    until: str | None = typer.Option(None, "--until", help="Last year, month or day."),
    date_type: str = typer.Option("pdat", "--date-type", help="pdat (published), edat (entered into the database) or mdat (changed)."),
    limit: int | None = typer.Option(None, "--limit", min=1, help="Fetch only the first so many records."),
    count: bool = typer.Option(False, "--count", "--dry-run", help="Say how many records there are and how the query is understood; fetch nothing."),
    overwrite: bool = typer.Option(False, "--overwrite", help="Replace a file that holds something else, or fetch the same again."),
    api_key: str | None = typer.Option(None, "--api-key", help="Your API key of NCBI, for 10 instead of 3 requests a second; else NCBI_API_KEY."),
    email: str | None = typer.Option(None, "--email", help="Where NCBI finds you before it blocks you; else NCBI_EMAIL."),
    json: bool = typer.Option(False, "--json", help="Print the counts as JSON."),
) -> None:
    """Fetch all records of a query from PubMed or Europe PMC into one file.

    \b
    Example:
      allnlp fetch "CAR-T AND acute lymphoblastic leukemia" -o cart.xml
    """
    from allnlp.fetching import count_records, fetch_records

    words = _query(query, query_file)
    if count:
        found = count_records(words, database=database, since=since, until=until, date_type=date_type, api_key=api_key, email=email)
        if json:
            answer_json(found._asdict())
            return
        answer(f"{found.total}\t{found.translation}")
        for warning in found.warnings:
            say(f"The database says: {warning}")
        return
    if out is None:
        raise OptionError("there is no file to write. Give one with -o cart.xml, or --count to fetch nothing.")
    with _Bar() as bar:
        try:
            fetched = fetch_records(
                words, out, database=database, since=since, until=until, date_type=date_type, limit=limit, overwrite=overwrite,
                api_key=api_key, email=email, progress=bar.update,
            )  # fmt: skip
        except KeyboardInterrupt:
            if bar.done:
                say(f"{bar.done:,} records are kept; the same command goes on with them.")
            raise
    if json:
        answer_json({**fetched._asdict(), "out": str(out), "is_whole": fetched.is_whole})
    _tell(fetched)
    if not fetched.is_whole:
        raise typer.Exit(EXIT_PARTIAL)


def _query(query: str | None, file: Path | None) -> str:
    from allnlp.fetching import query_of

    if (query is None) == (file is None):
        raise OptionError('give either a query or --query-file: allnlp fetch "CAR-T AND acute lymphoblastic leukemia" -o cart.xml')
    if file is not None:
        return query_of(file)
    words = str(query)
    return query_of(Path(words[1:])) if words.startswith("@") and len(words) > 1 else words


def _tell(fetched: Fetched) -> None:
    out = fetched.out
    if not fetched.is_new:
        say(f"{out} already holds this search, of {fetched.searched}; nothing to do. Use --overwrite to fetch again.")
    for warning in fetched.warnings:
        say(f"The database says: {warning}")
    if fetched.missing:
        named = ", ".join(fetched.missing[:_NAMED]) + (", ..." if len(fetched.missing) > _NAMED else "")
        say(f"Listed, and not given when asked for again: {len(fetched.missing):,} ({named}). All are named in {out.name}.provenance.json.")
    if fetched.unlisted:
        say(f"Counted, and in no list: {fetched.unlisted:,}. The database may have changed meanwhile; fetch again with --overwrite.")
    limited = f" (of {fetched.found:,} found)" if fetched.wanted < fetched.found else ""
    records = "record" if fetched.wanted == 1 else "records"
    say(f"Fetched {fetched.fetched:,} of {fetched.wanted:,} {records}{limited} -> {out}")
    stem = out.name.removesuffix(".gz")
    say(f"Next: allnlp annotate {out} -o {out.with_name(Path(stem).stem)}/")


class _Bar:
    """A progress bar with what is waited for, on a terminal only."""

    def __enter__(self) -> _Bar:
        self._progress = None
        self.done = 0
        if sys.stderr.isatty():
            from rich.console import Console
            from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

            self._progress = Progress(
                TextColumn("{task.completed:,.0f} of {task.fields[all]:,} records", markup=False), BarColumn(), TimeRemainingColumn(),
                TextColumn("{task.fields[note]}", markup=False), console=Console(stderr=True), transient=True,
            )  # fmt: skip
            self._task = self._progress.add_task("", total=None, all=0, note="")
            self._progress.start()
        return self

    def update(self, state: Progress) -> None:
        self.done = state.done
        if self._progress is not None:
            self._progress.update(self._task, completed=state.done, total=state.total or None, all=state.total, note=state.note)

    def __exit__(self, *exception: object) -> None:
        if self._progress is not None:
            self._progress.stop()
