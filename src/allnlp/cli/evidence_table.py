"""``allnlp evidence-table``."""

from __future__ import annotations

import shutil
import sys
import textwrap
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from allnlp.cli import filtering
from allnlp.cli.console import answer, answer_table, command_words, records, say

if TYPE_CHECKING:
    import pandas as pd


def command(
    context: typer.Context,
    folder: Path = typer.Argument(help="An annotated folder."),
    toxicity: list[str] | None = typer.Option(None, "--toxicity", help="Two columns of a toxicity, any grade and grade 3 or more: CRS."),
    outcome: list[str] | None = typer.Option(None, "--outcome", help='A column of an outcome: CR, "OS 12 months", "median PFS".'),
    column: list[str] | None = typer.Option(
        None, "--column", help='A column: "CRS >=3", "OS HR", n_patients ...; then only those asked for.'
    ),
    therapy: list[str] = typer.Option(
        [], "--therapy", help="Only studies of this therapy, or of a narrower one; give it again for another."
    ),
    disease: list[str] = typer.Option([], "--disease", help="Only studies of this disease."),
    antigen: list[str] = typer.Option([], "--antigen", help="Only studies of therapies aimed at this antigen."),
    study_type: list[str] = typer.Option([], "--study-type", help='Only studies of this type, as "phase 2".'),
    primary: bool = typer.Option(False, "--primary", help="Leave out meta-analyses, reviews, guidelines and preclinical work."),
    all_studies: bool = typer.Option(False, "--all-studies", help="Show also studies without a value in these columns."),
    narrower: bool = typer.Option(False, "--narrower", help="Show also values of narrower concepts, with their name."),
    year: str | None = filtering.YEAR,
    journal: list[str] = filtering.JOURNAL,
    population: list[str] = filtering.POPULATION,
    mentioning: list[str] = filtering.MENTIONING,
    lacking: list[str] = filtering.LACKING,
    matching: list[str] = filtering.MATCHING,
    decision: list[str] = filtering.DECISION,
    out: Path | None = typer.Option(None, "--out", "-o", help="Write .xlsx, .html, .csv, .tsv, .parquet or .json, with each sentence."),
    json: bool = typer.Option(False, "--json", help="Print JSON, with each sentence."),
) -> None:
    """Make an evidence table: one row a study, a column for each figure, each figure with its sentence.

    A column is the name of a toxicity or outcome with, if wanted, a grade, a time, median, HR or odds ratio; names between
    " / " share a column, and words before a colon are its header: "Neurotoxicity: ICANS / neurotoxicity >=3".

    \b
    Example:
      allnlp evidence-table cart/ --therapy "CAR T-cell therapy" --toxicity CRS --outcome "OS 12 months" -o table.xlsx
    """
    from allnlp.collection.evidence_table import evidence_table
    from allnlp.errors import NothingFound
    from allnlp.exporters import EVIDENCE_FORMATS, check_path, evidence_json, write_evidence

    if out is not None:
        check_path(out, EVIDENCE_FORMATS)
    found = evidence_table(
        folder, columns=column or None, toxicities=toxicity or None, outcomes=outcome or None, therapies=therapy, diseases=disease,
        antigens=antigen, study_types=study_type, primary=primary, all_studies=all_studies, narrower=narrower,
        documents=filtering.documents_of(
            folder, year=year, journal=journal, population=population, mentioning=mentioning, lacking=lacking, matching=matching, decision=decision
        ),
    )  # fmt: skip
    if found.table.empty:
        raise NothingFound(f"{folder}: no study has a value in these columns. {' '.join(found.notes)}".rstrip())
    written = write_evidence(found, out, command=command_words(context)) if out is not None else []
    if json:
        answer(evidence_json(found))
    elif out is None:
        _answer(found.table)
    for note in found.notes:
        say(note)
    for path in written:
        say(f"Wrote {path}")


def _answer(table: pd.DataFrame) -> None:
    """A row a study when piped; on a terminal, which is too narrow for that, a paragraph a study with what it has."""
    if not sys.stdout.isatty():
        answer_table("Evidence table", table)
        return
    width = max(len(str(c)) for c in table.columns) + 2
    room = max(shutil.get_terminal_size().columns - width - 2, 20)
    for row in records(table):
        study, doc_id = row.pop("study"), row.pop("doc_id")
        answer(study if study == doc_id else f"{study} ({doc_id})")
        for header, cell in row.items():
            if cell is not None:
                lines = textwrap.wrap(str(cell), room, break_on_hyphens=False)
                answer("\n".join(f"  {name:<{width}}{line}" for name, line in zip([header, *[""] * len(lines)], lines, strict=False)))
        answer("")
