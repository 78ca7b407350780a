"""Options that commands share: what a question leaves out, at which level it counts, and where the answer goes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import typer

from allnlp.cli.console import answer_json, answer_table, command_words, records, say

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    import pandas as pd

    from allnlp.collection.filters import Filters

FOLDER = typer.Argument(help="An annotated folder.")
YEAR = typer.Option(None, "--year", help="Only documents of these years: 2018, 2018:2024, 2018: or :2024.")
JOURNAL = typer.Option([], "--journal", help="Only documents of this journal; give it again for another.")
STUDY_TYPE = typer.Option([], "--study-type", help='Only studies of this type, as "phase 2".')
POPULATION = typer.Option([], "--population", help="Only studies of this age group or state of disease.")
MENTIONING = typer.Option([], "--mentioning", help="Only documents that name this concept; given twice, both.")
SECTION = typer.Option([], "--section", help="Only mentions of this section, as results.")
INCLUDE = typer.Option([], "--include", help="Mentions beside those that are present: negated, hypothetical, historical or all.")
MATCHING = typer.Option([], "--matching", help="Only documents that fit this query, as of `allnlp find`; given twice, both.")
LACKING = typer.Option([], "--lacking", help="Only documents that do not name this concept; given twice, neither.")
DECISION = typer.Option([], "--decision", help="Only documents that a reviewer included or excluded, left undecided, read or unread.")
LEVEL = typer.Option("document", "--level", help="What is counted: document, section or sentence.")
SETS = typer.Option(..., "--set", help='A set of documents by filters, as "population=child;year=2018:"; give it twice.')
NARROWER = typer.Option(False, "--narrower", help="Mentions of narrower concepts count for the broader one too.")
OUT = typer.Option(None, "--out", "-o", help="Write all columns to a file: .csv .tsv .json .xlsx .parquet.")
JSON = typer.Option(False, "--json", help="Print JSON, with all columns.")


def give(context: typer.Context, folder: Path, frame: pd.DataFrame, *, title: str, columns: list[str] | None, out: Path | None, json: bool) -> None:
    """A table as the options ask: to a file with its record, as JSON, or to the screen; notes go to stderr.

    Args:
        context: of the command, for the record.
        folder: the annotated folder.
        frame: the answer.
        title: of the table on the screen, and of its sheet.
        columns: shown on the screen; files have all.
        out: file, or none.
        json: print JSON.
    """
    from allnlp.exporters import Origin, write_result

    if out is not None:
        write_result(out, {title.lower()[:31]: frame}, Origin(folder, tuple(command_words(context))))
    if json:
        answer_json(records(frame))
    elif out is None:
        answer_table(title, frame if columns is None else frame[columns], form=".4g")
    for note in frame.attrs.get("provenance", {}).get("notes", ()):
        say(f"Note: {note}.")


def check_out(out: Path | None) -> None:
    """Refuse before the work is done a file that cannot be written."""
    from allnlp.exporters import RESULT_FORMATS, check_path

    if out is not None:
        check_path(out, RESULT_FORMATS)


def wrote(out: Path | None) -> None:
    """Say which file was written."""
    if out is not None:
        say(f"Wrote {out}")


def limited(frame: pd.DataFrame, limit: int, *, whole: bool) -> pd.DataFrame:
    """The first rows for the screen; all of them where the answer is a file or JSON."""
    if whole or limit <= 0 or len(frame) <= limit:
        return frame
    shown = frame.head(limit)
    shown.attrs = dict(frame.attrs)
    return shown


def filters_of(**options: Any) -> Any:
    """Filters from the options of a command."""
    from allnlp.collection.filters import parse_filters

    return parse_filters(**options)


def documents_of(folder: Path, **options: Any) -> tuple[str, ...] | None:
    """Documents that fit filters; None where none is set, so that nothing is read for it."""
    if not any(options.values()):
        return None
    from allnlp.collection.index import Index

    index = Index(folder)
    return tuple(index.documents["doc_id"][index.view(filters_of(**options)).documents])


def two_sets(sets: Sequence[str]) -> tuple[Filters, Filters]:
    """The filters of two sets of documents.

    Raises:
        OptionError: they are not two, or one cannot be read.
    """
    from allnlp.collection.trend import parse_set
    from allnlp.errors import OptionError

    if len(sets) != 2:
        given = f"{len(sets)} set{' is' if len(sets) == 1 else 's are'} given with --set"
        raise OptionError(f"{given}; give two, as --set population=child --set population=adult.")
    return parse_set(sets[0]), parse_set(sets[1])
