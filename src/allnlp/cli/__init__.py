"""The command line: each command parses, calls one function of the library, and prints."""

from __future__ import annotations

import signal
import sys

import typer

from allnlp.cli import (
    annotate,
    cite,
    cooccur,
    corrections,
    diff,
    evaluate,
    evidence,
    evidence_table,
    explain,
    explore,
    export,
    fetch,
    find,
    findings,
    models,
    plot,
    pool,
    report,
    sql,
    summary,
    tag,
    terms,
    train,
    trend,
    update,
    work,
)  # fmt: skip
from allnlp.cli.console import EXIT_FAILED, EXIT_INTERRUPTED, EXIT_NOTHING, EXIT_TERMINATED, EXIT_USAGE, flush, say, show_any_character
from allnlp.errors import AllnlpError, NothingFound, OptionError

app = typer.Typer(
    name="allnlp",
    help="From a PubMed export to evidence tables: therapies, antigens, diseases, populations, toxicities and outcomes.",
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.command("fetch")(fetch.command)
app.command("annotate")(annotate.command)
app.command("update")(update.command)
app.command("summary")(summary.command)
app.command("explain")(explain.command)
app.command("find")(find.command)
app.command("counts")(trend.counts_command)
app.command("cooccur")(cooccur.command)
app.command("evidence")(evidence.command)
app.command("trend")(trend.trend_command)
app.command("compare")(trend.compare_command)
app.command("findings")(findings.command)
app.command("evidence-table")(evidence_table.command)
app.command("pool")(pool.command)
app.add_typer(plot.app, name="plot")
app.command("explore")(explore.command)
app.command("report")(report.command)
app.command("export")(export.command)
app.command("import")(corrections.command)
app.command("sql")(sql.command)
app.command("diff")(diff.command)
app.command("cite")(cite.command)
app.command("tag")(tag.command)
app.command("work")(work.command)
app.command("evaluate")(evaluate.command)
app.command("train")(train.command)
app.add_typer(models.app, name="models")
app.add_typer(terms.app, name="terms")


_GO_ON = (["annotate"], ["update"], ["fetch"], ["work"])


def _version(value: bool) -> None:
    if value:
        from importlib.metadata import version

        print(version("allnlp"))  # noqa: T201 - the answer
        raise typer.Exit


@app.callback()
def options(
    version: bool = typer.Option(False, "--version", help="Print the version.", callback=_version, is_eager=True),
) -> None:
    """Options of the program itself."""


def main() -> None:
    """Run the program; a user's mistake is one line on stderr and exit code 1 (a wrong option 2), an empty answer exit code 3."""
    interrupts: list[int] = []
    show_any_character()

    def interrupt(number: int, _: object) -> None:
        interrupts.append(number)
        raise KeyboardInterrupt

    before = {number: signal.signal(number, interrupt) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        _run()
    except (Exception, SystemExit):
        if not interrupts:  # DuckDB makes an error of its own of an interrupt, so that the type does not tell
            raise
        say(f"allnlp: interrupted.{' The same command goes on where it was.' if sys.argv[1:2] in _GO_ON else ''}")
        sys.exit(EXIT_INTERRUPTED if interrupts[0] == signal.SIGINT else EXIT_TERMINATED)
    finally:
        for number, former in before.items():
            signal.signal(number, former)


def _run() -> None:
    try:
        try:
            app()
        finally:
            flush()
    except NothingFound as error:
        say(f"allnlp: {error}")
        sys.exit(EXIT_NOTHING)
    except OptionError as error:
        say(f"allnlp: {error}")
        sys.exit(EXIT_USAGE)
    except AllnlpError as error:
        say(f"allnlp: {error}")
        sys.exit(EXIT_FAILED)
    except MemoryError:
        say("allnlp: out of memory. Give fewer or smaller input files at once.")
        sys.exit(EXIT_FAILED)
    except OSError as error:
        say(f"allnlp: {error.filename or 'a file'}: {error.strerror or error}. Check that the disk has room and the path is right.")
        sys.exit(EXIT_FAILED)
