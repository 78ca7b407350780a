"""``allnlp report``."""

from __future__ import annotations

from pathlib import Path

import typer

from allnlp.cli import filtering
from allnlp.cli.console import command_words, say

_MOST = 20_000


def command(
    context: typer.Context,
    folder: Path = filtering.FOLDER,
    out: Path = typer.Option(..., "--out", "-o", help="The file: .html."),
    title: str | None = typer.Option(None, "--title", help="Title of the page; by default it names the folder."),
    max_documents: int = typer.Option(_MOST, "--max-documents", min=0, help="The newest so many; 0: all. What is left out is said in the report."),
    year: str | None = filtering.YEAR,
    journal: list[str] = filtering.JOURNAL,
    study_type: list[str] = filtering.STUDY_TYPE,
    population: list[str] = filtering.POPULATION,
    mentioning: list[str] = filtering.MENTIONING,
    section: list[str] = filtering.SECTION,
    include: list[str] = filtering.INCLUDE,
    lacking: list[str] = filtering.LACKING,
    matching: list[str] = filtering.MATCHING,
    decision: list[str] = filtering.DECISION,
) -> None:
    """Write one HTML file to send to a co-author: abstracts, co-occurrence, findings and evidence table, with filters, offline.

    \b
    Example:
      allnlp report cart/ -o cart.html --year 2018:
    """
    from allnlp.explorer.report import write_report

    filters = filtering.filters_of(
        year=year, journal=journal, study_type=study_type, population=population, mentioning=mentioning, section=section, include=include,
        lacking=lacking, matching=matching, decision=decision,
    )  # fmt: skip
    written = write_report(folder, out, filters=filters, max_documents=max_documents or None, title=title, command=command_words(context))
    if written.n_left_out:
        all_of_them = written.n_documents + written.n_left_out
        say(f"Note: the newest {written.n_documents:,} of {all_of_them:,} documents are in the report; --max-documents 0 takes all.")
    say(f"{written.n_documents:,} documents, {written.n_bytes / 1e6:.1f} MB{f' ({filters.said()})' if filters.said() else ''}")
    say(f"Wrote {out}")
