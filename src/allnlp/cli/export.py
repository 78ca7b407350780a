"""``allnlp export``."""

from __future__ import annotations

from pathlib import Path

import typer

from allnlp.cli import filtering
from allnlp.cli.console import answer_table, command_words, say


def _list(value: bool) -> None:
    if value:
        import pandas as pd

        from allnlp.exporters.registry import FORMATS

        rows = [(f.name, " ".join(f.endings), f.holds) for f in FORMATS]
        answer_table("Formats", pd.DataFrame(rows, columns=["format", "endings", "holds"]))
        raise typer.Exit


def command(
    context: typer.Context,
    folder: Path = filtering.FOLDER,
    out: Path = typer.Option(..., "--out", "-o", help="The file; its ending tells the format, see --list."),
    format: str | None = typer.Option(None, "--format", help="Name of the format, where the ending may mean several."),
    table: str | None = typer.Option(
        None, "--table", help="Table of .csv .tsv .json .parquet: documents, sentences, mentions (default), findings, studies, concepts."
    ),
    year: str | None = filtering.YEAR,
    journal: list[str] = filtering.JOURNAL,
    study_type: list[str] = filtering.STUDY_TYPE,
    population: list[str] = filtering.POPULATION,
    mentioning: list[str] = filtering.MENTIONING,
    lacking: list[str] = filtering.LACKING,
    matching: list[str] = filtering.MATCHING,
    decision: list[str] = filtering.DECISION,
    section: list[str] = typer.Option([], "--section", help="Only mentions and findings of this section, as results."),
    include: list[str] = typer.Option(
        [], "--include", help="With filters, mentions beside those that are present: negated, hypothetical, historical or all."
    ),
    tags: bool = typer.Option(False, "--tags", help="Add concepts and study to references (.ris .nbib) as keywords and a note."),
    labels: list[str] = typer.Option([], "--labels", help="Concept types of a network, as THERAPY,TOXICITY; by default all."),
    level: str | None = typer.Option(None, "--level", help="What two concepts of a network share: document, section or sentence."),
    min_documents: int | None = typer.Option(None, "--min", help="Least documents of a pair in a network."),
    top: int | None = typer.Option(None, "--top", help="Most concepts of a network."),
    list_formats: bool = typer.Option(False, "--list", help="List the formats.", callback=_list, is_eager=True),
) -> None:
    """Write an annotated folder, or the part that fits, as another format: Excel, SQL, references, annotations, networks.

    Without filters all documents and all mentions are written; with filters only mentions that are present, and those of --include.

    \b
    Example:
      allnlp export cart/ -o cart.xlsx
      allnlp export cart/ -o cd19.ris --mentioning CD19 --year 2018:
      allnlp export cart/ -o toxicity.gexf --labels THERAPY,TOXICITY
    """
    from allnlp.exporters.registry import Pairs, export

    filters = filtering.filters_of(
        year=year, journal=journal, study_type=study_type, population=population, mentioning=mentioning, section=section, include=include,
        lacking=lacking, matching=matching, decision=decision,
    )  # fmt: skip
    is_narrowed = any((year, journal, study_type, population, mentioning, section, include, lacking, matching, decision))
    pairs = Pairs(_labels(labels), level, min_documents, top)
    done = export(
        folder,
        out,
        format=format,
        filters=filters if is_narrowed else None,
        table=table,
        tags=tags,
        pairs=pairs,
        command=command_words(context),
    )
    counts = ", ".join(f"{n:,} {what}" for n, what in done.counts)
    said = [filters.said(), "only mentions that are present" if is_narrowed and filters.assertions == ("present",) else ""]
    narrowed = ", ".join(filter(None, said))
    say(f"Wrote {' and '.join(map(str, done.files))}: {counts}{f' ({narrowed})' if narrowed else ''}")
    for note in done.notes:
        say(note)


def _labels(words: list[str]) -> tuple[str, ...]:
    """Concept types, given one at a time or parted by commas.

    >>> _labels(["therapy,TOXICITY", "Antigen"])
    ('THERAPY', 'TOXICITY', 'ANTIGEN')

    Raises:
        OptionError: one is no concept type.
    """
    from allnlp.errors import OptionError
    from allnlp.schema import CONTEXT_LABELS, LABELS

    found = tuple(part.strip().upper() for word in words for part in word.split(",") if part.strip())
    for label in found:
        if label not in (*LABELS, *CONTEXT_LABELS):
            raise OptionError(f"{label!r} is no concept type. Use {', '.join((*LABELS, *CONTEXT_LABELS))}.")
    return found
