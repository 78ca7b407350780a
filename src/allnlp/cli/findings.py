"""``allnlp findings``."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from allnlp.cli import filtering
from allnlp.cli.console import answer_json, answer_table, command_words, records, say

if TYPE_CHECKING:
    import pandas as pd

_PIPED = (
    "study", "concept", "measure", "grade", "value", "unit", "n", "total", "ci_low", "ci_high", "timepoint", "group", "therapy", "doc_id", "sentence",
    "evidence", "review_reason",
)  # fmt: skip
_ON_SCREEN = ("study", "concept", "grade", "number", "timepoint", "group", "therapy", "doc_id", "sentence", "evidence", "review_reason")


def command(
    context: typer.Context,
    folder: Path = typer.Argument(help="An annotated folder."),
    toxicity: list[str] = typer.Option([], "--toxicity", help="A toxicity: name, synonym or CURIE, as CRS; give it again for another."),
    outcome: list[str] = typer.Option([], "--outcome", help="An outcome, as CR or OS."),
    concept: list[str] = typer.Option([], "--concept", help="A toxicity or an outcome, whichever the name means."),
    grade: str | None = typer.Option(None, "--grade", help='any, 3, ">=3", "<=2", 3-4 or severe.'),
    therapy: list[str] = typer.Option([], "--therapy", help="Only numbers of this therapy, or of a narrower one."),
    measure: list[str] = typer.Option([], "--measure", help="incidence, rate, median, hazard_ratio, odds_ratio, risk_ratio or count."),
    timepoint: str | None = typer.Option(None, "--timepoint", help='Only numbers of this time: "12 months", "1 year", "day 28".'),
    review: bool | None = typer.Option(None, "--review/--no-review", help="Only doubtful numbers; --no-review: only the others."),
    exact: bool = typer.Option(False, "--exact", help="Leave narrower concepts out."),
    year: str | None = filtering.YEAR,
    journal: list[str] = filtering.JOURNAL,
    study_type: list[str] = filtering.STUDY_TYPE,
    population: list[str] = filtering.POPULATION,
    mentioning: list[str] = filtering.MENTIONING,
    lacking: list[str] = filtering.LACKING,
    matching: list[str] = filtering.MATCHING,
    decision: list[str] = filtering.DECISION,
    section: list[str] = filtering.SECTION,
    out: Path | None = typer.Option(None, "--out", "-o", help="Write all columns to a file: .csv .tsv .json .xlsx .parquet."),
    json: bool = typer.Option(False, "--json", help="Print JSON, with all columns."),
) -> None:
    """List reported numbers of toxicities and outcomes, each with its sentence.

    \b
    Example:
      allnlp findings cart/ --toxicity CRS --grade ">=3" --therapy tisagenlecleucel
    """
    from allnlp.collection.findings import select_findings
    from allnlp.errors import NothingFound
    from allnlp.exporters import RESULT_FORMATS, Origin, check_path, write_result

    if out is not None:
        check_path(out, RESULT_FORMATS)
    found = select_findings(
        folder, toxicities=toxicity, outcomes=outcome, concepts=concept, grade=grade, therapies=therapy, measures=measure, timepoint=timepoint,
        needs_review=review, exact=exact,
        documents=filtering.documents_of(
            folder, year=year, journal=journal, study_type=study_type, population=population, mentioning=mentioning, lacking=lacking, matching=matching,
            decision=decision,
        ),
    )  # fmt: skip
    if section:
        found = found[found["section"].isin(filtering.filters_of(section=section).sections)].reset_index(drop=True)
    if found.empty:
        raise NothingFound(f"{folder}: no finding fits. Leave out a filter, or see all with: allnlp findings {folder}")
    if out is not None:
        write_result(out, {"findings": found}, Origin(folder, tuple(command_words(context))))
    if json:
        answer_json(records(found))
    elif out is None:
        answer_table("Findings", _for_the_screen(found) if sys.stdout.isatty() else found[list(_PIPED)], form=".10g")
    doubtful = int(found["needs_review"].sum())
    say(f"{len(found):,} findings of {found['doc_id'].nunique():,} studies{f', {doubtful:,} of them to review' if doubtful else ''}")
    if out is not None:
        say(f"Wrote {out}")


def _for_the_screen(found: pd.DataFrame) -> pd.DataFrame:
    """Numbers as an evidence table prints them; columns that say nothing are left out."""
    from allnlp.collection.cells import value_text
    from allnlp.collection.frames import named_rows

    shown = found.assign(number=[value_text(f) for f in named_rows(found)])[list(_ON_SCREEN)]
    return shown.drop(columns=[c for c in shown if shown[c].isna().all() or (c == "doc_id" and shown[c].equals(shown["study"]))])
