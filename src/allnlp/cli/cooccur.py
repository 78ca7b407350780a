"""``allnlp cooccur``."""

from __future__ import annotations

from pathlib import Path

import typer

from allnlp.cli import filtering
from allnlp.cli.console import say

_SHOWN = ("name_a", "name_b", "n_both", "n_a", "n_b", "lift", "npmi", "odds_ratio", "p_value", "q_value", "score", "n_sentences")


def command(
    context: typer.Context,
    folder: Path = filtering.FOLDER,
    rows: list[str] = typer.Option(..., "--rows", help="A concept type, as therapy, or a concept; give it again for another."),
    columns: list[str] = typer.Option([], "--columns", help="The same for the other side; by default the rows, each pair once."),
    level: str = filtering.LEVEL,
    min_count: int = typer.Option(1, "--min", help="Documents (or sections, sentences) that name both, at least."),
    sort: str = typer.Option("n_both", "--sort", help="Measure by which the pairs are ordered: n_both, lift, npmi, odds_ratio, p_value ..."),
    narrower: bool = filtering.NARROWER,
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
    limit: int = typer.Option(30, "--limit", help="Pairs on the screen; 0 shows all. Files and JSON have all."),
    out: Path | None = filtering.OUT,
    json: bool = filtering.JSON,
) -> None:
    """Count which concepts are named together, with measures of how surely they belong together.

    Mentions that are negated, hypothetical or historical do not count unless --include says so.

    \b
    Example:
      allnlp cooccur cart/ --rows therapy --columns toxicity --level sentence -o table2.xlsx
    """
    filtering.check_out(out)
    filters = filtering.filters_of(
        year=year, journal=journal, study_type=study_type, population=population, mentioning=mentioning, section=section, include=include,
        lacking=lacking, matching=matching, decision=decision,
    )  # fmt: skip
    from allnlp.collection.cooccurrence import cooccurrence
    from allnlp.collection.index import Index
    from allnlp.collection.provenance import asked_command
    from allnlp.errors import NothingFound

    found = cooccurrence(
        Index(folder), rows, columns or None, filters=filters, level=level, min_count=min_count, narrower=narrower, sort=sort
    )
    if found.empty:
        raise NothingFound(f"{folder}: no pair is named together in {min_count} {level}s. Try --min 1, --narrower or --level document.")
    shown = filtering.limited(found, limit, whole=json or out is not None)
    title = f"Named together in {found['n_total'].iloc[0]:,} {level}s"
    names = list(_SHOWN) if found["label_a"].nunique() == found["label_b"].nunique() == 1 else ["label_a", *_SHOWN[:1], "label_b", *_SHOWN[1:]]
    filtering.give(context, folder, shown, title=title if out is None else "co-occurrence", columns=names, out=out, json=json)
    more = f"; {len(shown)} shown, --limit 0 shows all" if len(shown) < len(found) else ""
    say(f"{len(found):,} pair{'' if len(found) == 1 else 's'} named together in {level}s{f' ({filters.said()})' if filters.said() else ''}{more}")
    first = found.iloc[0]
    words = [f"{str(first[f'label_{x}']).lower()}:{first[f'name_{x}']}" for x in ("a", "b")]
    say(f"The sentences of a pair: {asked_command('evidence', folder, filters, {'level': level, 'narrower': narrower}, words=tuple(words))}")
    filtering.wrote(out)
