"""``allnlp trend``, ``allnlp counts`` and ``allnlp compare``: how often concepts are named."""

from __future__ import annotations

from pathlib import Path

import typer

from allnlp.cli import filtering
from allnlp.cli.console import records, say


def trend_command(
    context: typer.Context,
    folder: Path = filtering.FOLDER,
    concepts: list[str] = typer.Argument(help="Concepts, or a concept type for all of its concepts."),
    level: str = filtering.LEVEL,
    narrower: bool = filtering.NARROWER,
    complete: bool = typer.Option(False, "--complete", help="The last year of the folder is over; otherwise it is marked as incomplete."),
    year: str | None = filtering.YEAR,
    journal: list[str] = filtering.JOURNAL,
    study_type: list[str] = filtering.STUDY_TYPE,
    population: list[str] = filtering.POPULATION,
    mentioning: list[str] = filtering.MENTIONING,
    lacking: list[str] = filtering.LACKING,
    matching: list[str] = filtering.MATCHING,
    decision: list[str] = filtering.DECISION,
    section: list[str] = filtering.SECTION,
    include: list[str] = filtering.INCLUDE,
    out: Path | None = filtering.OUT,
    json: bool = filtering.JSON,
) -> None:
    """Count the documents of each year that name a concept, with their share and its interval.

    \b
    Example:
      allnlp trend cart/ tisagenlecleucel blinatumomab --year 2012:
    """
    filtering.check_out(out)
    filters = filtering.filters_of(
        year=year, journal=journal, study_type=study_type, population=population, mentioning=mentioning, section=section, include=include,
        lacking=lacking, matching=matching, decision=decision,
    )  # fmt: skip
    from allnlp.collection.index import Index
    from allnlp.collection.trend import trend

    found = trend(Index(folder), concepts, filters=filters, level=level, narrower=narrower, complete=complete)
    shown = ["name", "year", "n_documents", "n_total", "share", "ci_low", "ci_high", "is_incomplete"]
    filtering.give(context, folder, found, title="Trend", columns=shown, out=out, json=json)
    first = records(found.drop_duplicates(["concept_id", "label"]))
    named = [f"{r['name']} {r['first_year']}" for r in first if r["first_year"] is not None]
    if len(named) <= 8:
        under = f" under these filters ({filters.said()})" if filters.said() else ""
        say(f"First named{under}: {', '.join(named) or 'never'}")
    last = found[found["is_incomplete"]]["year"]
    if len(last):
        say(f"{last.iloc[0]} may not be over; --complete says that it is")
    filtering.wrote(out)


def counts_command(
    context: typer.Context,
    folder: Path = filtering.FOLDER,
    concepts: list[str] = typer.Argument(help="A concept type, as toxicity, or concepts."),
    level: str = filtering.LEVEL,
    narrower: bool = filtering.NARROWER,
    top: int = typer.Option(0, "--top", help="The most frequent ones only; 0 gives all."),
    year: str | None = filtering.YEAR,
    journal: list[str] = filtering.JOURNAL,
    study_type: list[str] = filtering.STUDY_TYPE,
    population: list[str] = filtering.POPULATION,
    mentioning: list[str] = filtering.MENTIONING,
    lacking: list[str] = filtering.LACKING,
    matching: list[str] = filtering.MATCHING,
    decision: list[str] = filtering.DECISION,
    section: list[str] = filtering.SECTION,
    include: list[str] = filtering.INCLUDE,
    out: Path | None = filtering.OUT,
    json: bool = filtering.JSON,
) -> None:
    """Count the documents that name concepts, with first and last year.

    \b
    Example:
      allnlp counts cart/ antigen --population child
    """
    filtering.check_out(out)
    filters = filtering.filters_of(
        year=year, journal=journal, study_type=study_type, population=population, mentioning=mentioning, section=section, include=include,
        lacking=lacking, matching=matching, decision=decision,
    )  # fmt: skip
    from allnlp.collection.index import Index
    from allnlp.collection.trend import counts
    from allnlp.errors import NothingFound

    found = counts(Index(folder), concepts, filters=filters, level=level, narrower=narrower, top=top or None)
    if found.empty:
        raise NothingFound(f"{folder}: none of them is named{f' ({filters.said()})' if filters.said() else ''}. Leave out a filter, or give --include all.")
    filtering.give(context, folder, found, title="Counts", columns=None, out=out, json=json)
    say(f"{len(found):,} concept{'' if len(found) == 1 else 's'} in {found['n_total'].iloc[0]:,} {level}s{f' ({filters.said()})' if filters.said() else ''}")
    filtering.wrote(out)


def compare_command(
    context: typer.Context,
    folder: Path = filtering.FOLDER,
    concepts: list[str] = typer.Argument(help="A concept type, as toxicity, or concepts."),
    sets: list[str] = filtering.SETS,
    level: str = filtering.LEVEL,
    narrower: bool = filtering.NARROWER,
    min_count: int = typer.Option(1, "--min", help="Documents of both sets together that name the concept, at least."),
    out: Path | None = filtering.OUT,
    json: bool = filtering.JSON,
) -> None:
    """Compare how often two sets of documents name concepts: difference of the shares with its interval.

    \b
    Example:
      allnlp compare cart/ toxicity --set population=child --set population=adult
    """
    filtering.check_out(out)
    from allnlp.collection.index import Index
    from allnlp.collection.trend import compare
    from allnlp.errors import NothingFound

    first, second = filtering.two_sets(sets)
    found = compare(Index(folder), concepts, first, second, level=level, narrower=narrower, min_count=min_count)
    if found.empty:
        raise NothingFound(f"{folder}: no concept is named in {min_count} {level}s of the two sets. Try --min 1.")
    shown = ["name", "n_1", "total_1", "n_2", "total_2", "difference", "ci_low", "ci_high", "ratio", "p_value", "q_value"]
    filtering.give(context, folder, found, title="Comparison", columns=shown, out=out, json=json)
    say(f"1: {first.said() or 'all'}; 2: {second.said() or 'all'}; {len(found):,} concepts")
    filtering.wrote(out)
