"""``allnlp plot``: figures for print, each with its data as a CSV beside it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from allnlp.cli import filtering
from allnlp.cli.console import command_words, say

if TYPE_CHECKING:
    import pandas as pd

    from allnlp.exporters import Origin

app = typer.Typer(help="Figures for print: heat map, network, trend, counts, two sets, forest plot, flow of records.", no_args_is_help=True, rich_markup_mode=None)

_OUT = typer.Option(..., "--out", "-o", help="The figure: .pdf .svg .png; its data as .csv beside it.")
_WIDTH = typer.Option(183, "--width", help="Width of the figure, mm: 89 or 183.")
_FONT = typer.Option(None, "--font", help="Font of the figure, as Arial; by default DejaVu Sans.")
_LEVEL = typer.Option("document", "--level", help="What two concepts must share: document, section or sentence.")


@app.command("heatmap")
def plot_heatmap(
    context: typer.Context,
    folder: Path = filtering.FOLDER,
    out: Path = _OUT,
    rows: list[str] = typer.Option(..., "--rows", help="A concept type, as therapy, or a concept; give it again for another."),
    columns: list[str] = typer.Option(..., "--columns", help="The same for the columns."),
    measure: str = typer.Option("lift", "--measure", help="Colour: lift, odds_ratio, npmi, jaccard, log_likelihood, score, n_both ..."),
    top: int = typer.Option(20, "--top", help="Rows and columns at most, the most frequent ones."),
    order: str = typer.Option("count", "--order", help="count, association or clustered."),
    level: str = _LEVEL,
    min_count: int = typer.Option(1, "--min", help="Least documents (or sections, sentences) of a pair."),
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
    width: int = _WIDTH,
    font: str | None = _FONT,
) -> None:
    """Draw which concepts occur together: observed over expected as colour, documents as numbers.

    \b
    Example:
      allnlp plot heatmap cart/ --rows therapy --columns toxicity -o heatmap.pdf
    """
    origin = _begin(context, folder, out, width)
    from allnlp.collection.cooccurrence import cooccurrence
    from allnlp.collection.index import Index
    from allnlp.figures import grid, heatmap

    filters = filtering.filters_of(
        year=year, journal=journal, study_type=study_type, population=population, mentioning=mentioning, section=section, include=include,
        lacking=lacking, matching=matching, decision=decision,
    )  # fmt: skip
    pairs = cooccurrence(Index(folder), rows, columns, filters=filters, level=level, min_count=min_count, narrower=narrower)
    figure = heatmap(pairs, measure=measure, top=top, order=order, width=width, family=font)
    shown = grid(pairs, measure=measure, top=top, order=order)
    said = f" ({filters.said()})" if filters.said() else ""
    _finish(figure, out, shown.pairs, origin)
    say(f"{len(shown.rows)} by {len(shown.columns)} concepts, {len(shown.pairs):,} of {int((pairs['n_both'] > 0).sum()):,} pairs{said}")


@app.command("network")
def plot_network(
    context: typer.Context,
    folder: Path = filtering.FOLDER,
    out: Path = _OUT,
    labels: list[str] = typer.Option([], "--labels", help="Concept types, as therapy,toxicity, or a concept; by default the main types."),
    measure: str = typer.Option("association_strength", "--measure", help="Weight of a link: lift, npmi, jaccard, n_both ..."),
    top: int = typer.Option(60, "--top", help="Concepts at most, the most frequent ones."),
    colour: str = typer.Option("label", "--colour", "--color", help="label, cluster or year."),
    level: str = _LEVEL,
    min_documents: int = typer.Option(3, "--min", help="Least documents of a link."),
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
    width: int = _WIDTH,
    font: str | None = _FONT,
) -> None:
    """Draw the network of concepts that occur together; all links are in a second file, FIGURE.edges.csv.

    \b
    Example:
      allnlp plot network cart/ --labels therapy,toxicity --colour cluster -o network.pdf
    """
    origin = _begin(context, folder, out, width)._replace(packages=("networkx",))
    from allnlp.collection.index import Index
    from allnlp.collection.network import build_network
    from allnlp.exporters import write_result
    from allnlp.figures import network
    from allnlp.schema import LABELS

    filters = filtering.filters_of(
        year=year, journal=journal, study_type=study_type, population=population, mentioning=mentioning, section=section, include=include,
        lacking=lacking, matching=matching, decision=decision,
    )  # fmt: skip
    wanted = [one for words in labels for one in label_words(words)] or [label.lower() for label in LABELS]
    found = build_network(Index(folder), labels=wanted, filters=filters, level=level, min_documents=min_documents, measure=measure, top=top)
    figure = network(found, colour=colour, measure=measure, width=width, family=font)
    edges = out.with_suffix(".edges.csv")
    write_result(edges, {"edges": found.edges}, origin)
    _finish(figure, out, found.nodes, origin)
    say(f"Wrote {edges}")
    said = f" ({filters.said()})" if filters.said() else ""
    say(f"{len(found.nodes):,} concepts, {len(found.edges):,} links, {found.nodes['cluster'].nunique()} clusters{said}")
    for note in found.notes:
        say(note)


@app.command("trend")
def plot_trend(
    context: typer.Context,
    folder: Path = filtering.FOLDER,
    concepts: list[str] = typer.Argument(help="Concepts, or a concept type for all of its concepts."),
    out: Path = _OUT,
    level: str = filtering.LEVEL,
    narrower: bool = filtering.NARROWER,
    complete: bool = typer.Option(False, "--complete", help="The last year of the folder is over; otherwise it is dashed."),
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
    width: int = _WIDTH,
    font: str | None = _FONT,
) -> None:
    """Draw the share of the documents of each year that name a concept; more than two concepts get a panel each.

    \b
    Example:
      allnlp plot trend cart/ tisagenlecleucel blinatumomab --year 2010: -o trend.pdf
    """
    origin = _begin(context, folder, out, width)
    from allnlp.collection.index import Index
    from allnlp.collection.trend import trend as trend_of
    from allnlp.figures import trend

    filters = filtering.filters_of(
        year=year, journal=journal, study_type=study_type, population=population, mentioning=mentioning, section=section, include=include,
        lacking=lacking, matching=matching, decision=decision,
    )  # fmt: skip
    frame = trend_of(Index(folder), concepts, filters=filters, level=level, narrower=narrower, complete=complete)
    _finish(trend(frame, width=width, family=font), out, frame, origin)


@app.command("counts")
def plot_counts(
    context: typer.Context,
    folder: Path = filtering.FOLDER,
    concepts: list[str] = typer.Argument(help="A concept type, as toxicity, or concepts."),
    out: Path = _OUT,
    top: int = typer.Option(20, "--top", help="Concepts at most, the most frequent ones."),
    log: bool | None = typer.Option(None, "--log/--no-log", help="A logarithmic axis; by default where counts are very unlike."),
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
    width: int = _WIDTH,
    font: str | None = _FONT,
) -> None:
    """Draw how many documents name each concept of a type.

    \b
    Example:
      allnlp plot counts cart/ toxicity --top 15 -o toxicities.pdf
    """
    origin = _begin(context, folder, out, width)
    from allnlp.collection.index import Index
    from allnlp.collection.trend import counts as counts_of
    from allnlp.figures import counts

    filters = filtering.filters_of(
        year=year, journal=journal, study_type=study_type, population=population, mentioning=mentioning, section=section, include=include,
        lacking=lacking, matching=matching, decision=decision,
    )  # fmt: skip
    frame = counts_of(Index(folder), concepts, filters=filters, narrower=narrower, top=top)
    _finish(counts(frame, top=top, log=log, width=width, family=font), out, frame, origin)


@app.command("compare")
def plot_compare(
    context: typer.Context,
    folder: Path = filtering.FOLDER,
    concepts: list[str] = typer.Argument(help="A concept type, as toxicity, or concepts."),
    out: Path = _OUT,
    sets: list[str] = filtering.SETS,
    top: int = typer.Option(20, "--top", help="Concepts at most, those with the largest differences."),
    level: str = filtering.LEVEL,
    narrower: bool = filtering.NARROWER,
    min_count: int = typer.Option(1, "--min", help="Documents of both sets together that name the concept, at least."),
    width: int = _WIDTH,
    font: str | None = _FONT,
) -> None:
    """Draw how often two sets of documents name concepts, and how far they differ.

    \b
    Example:
      allnlp plot compare cart/ toxicity --set population=child --set population=adult -o compared.pdf
    """
    origin = _begin(context, folder, out, width)
    from allnlp.collection.index import Index
    from allnlp.collection.trend import compare
    from allnlp.figures import difference

    first, second = filtering.two_sets(sets)
    frame = compare(Index(folder), concepts, first, second, level=level, narrower=narrower, min_count=min_count)
    names = (first.said() or "all documents (set 1)", second.said() or "all documents (set 2)")
    _finish(difference(frame, names=names, top=top, level=level, width=width, family=font), out, frame, origin)
    for note in frame.attrs["provenance"]["notes"]:
        say(note)


@app.command("forest")
def plot_forest(
    context: typer.Context,
    folder: Path = filtering.FOLDER,
    out: Path = _OUT,
    toxicity: str | None = typer.Option(None, "--toxicity", help="A toxicity: name, synonym or CURIE, as CRS."),
    outcome: str | None = typer.Option(None, "--outcome", help="An outcome instead, as CR."),
    grade: str | None = typer.Option(None, "--grade", help='any, 3, ">=3", 3-4 or severe; by default any.'),
    therapy: list[str] = typer.Option([], "--therapy", help="Only numbers of this therapy; give it again for another."),
    disease: list[str] = typer.Option([], "--disease", help="Only studies of this disease."),
    population: list[str] = filtering.POPULATION,
    timepoint: str | None = typer.Option(None, "--timepoint", help="Only numbers of this time: 12 months, day 28."),
    exact: bool = typer.Option(False, "--exact", help="Leave narrower concepts out."),
    method: str = typer.Option("REML", "--method", help="Estimator of tau²: REML or DL."),
    interval: str = typer.Option("wilson", "--interval", help="Interval of each study: wilson or clopper-pearson."),
    level: float = typer.Option(0.95, "--level", help="Confidence level; by default 0.95."),
    adjust: str | None = typer.Option(None, "--adjust", help="hksj: interval of Hartung, Knapp, Sidik and Jonkman."),
    keep_largest_per_trial: bool = typer.Option(
        False, "--keep-largest-per-trial", help="Of documents of one trial keep the one with most patients."
    ),
    exclude: list[str] = typer.Option([], "--exclude", help="A number to take out: its document and finding, as 29385370#3; give it again for another."),
    year: str | None = filtering.YEAR,
    journal: list[str] = filtering.JOURNAL,
    study_type: list[str] = filtering.STUDY_TYPE,
    mentioning: list[str] = filtering.MENTIONING,
    lacking: list[str] = filtering.LACKING,
    matching: list[str] = filtering.MATCHING,
    decision: list[str] = filtering.DECISION,
    width: int = _WIDTH,
    font: str | None = _FONT,
) -> None:
    """Draw a forest plot of one number a study, pooled as by allnlp pool.

    \b
    Example:
      allnlp plot forest cart/ --toxicity CRS --grade ">=3" --therapy tisagenlecleucel -o crs.pdf
    """
    origin = _begin(context, folder, out, width)
    from allnlp.collection.pool import parse_finding, pool, pooled_line
    from allnlp.figures import forest

    found = pool(
        folder, toxicity=toxicity, outcome=outcome, grade=grade, therapies=therapy, diseases=disease, populations=population, timepoint=timepoint,
        exact=exact, keep_largest_per_trial=keep_largest_per_trial, method=method.upper(), interval=interval.lower(), level=level,
        adjust=adjust.lower() if adjust else None,
        excluding=[parse_finding(e) for e in exclude],
        documents=filtering.documents_of(
            folder, year=year, journal=journal, study_type=study_type, mentioning=mentioning, lacking=lacking, matching=matching, decision=decision
        ),
    )  # fmt: skip
    _finish(forest(found, width=width, family=font), out, found.rows, origin)
    say(pooled_line(found.pooled))
    for warning in found.warnings:
        say(f"Warning: {warning}{'' if warning.endswith('...') else '.'}")


@app.command("prisma")
def plot_prisma(
    context: typer.Context,
    folder: Path = filtering.FOLDER,
    out: Path = _OUT,
    width: int = _WIDTH,
    font: str | None = _FONT,
) -> None:
    """Draw the flow of records of PRISMA 2020; its counts as by allnlp summary --prisma.

    \b
    Example:
      allnlp plot prisma cart/ -o flow.pdf
    """
    origin = _begin(context, folder, out, width)
    from allnlp.collection.prisma import prisma
    from allnlp.figures import flow

    found = prisma(folder)
    _finish(flow(found, width=width, family=font), out, found, origin)


def label_words(words: str) -> list[str]:
    """Concept types parted by commas; anything else is the name of one concept, commas and all.

    >>> label_words("therapy,toxicity"), label_words("CD19"), label_words("infection, bacterial")
    (['therapy', 'toxicity'], ['CD19'], ['infection, bacterial'])
    """
    from allnlp.schema import CONTEXT_LABELS, LABELS

    parts = [part.strip() for part in words.split(",")]
    return parts if all(part.upper().replace(" ", "_") in (*LABELS, *CONTEXT_LABELS) for part in parts) else [words]


def _begin(context: typer.Context, folder: Path, out: Path, width: int) -> Origin:
    """Refuse before the work is done what cannot be drawn; the origin of what will be.

    Raises:
        OptionError: another ending or width, or no such folder.
        ExtraMissing: matplotlib is not installed.
    """
    from allnlp.errors import OptionError
    from allnlp.exporters import Origin
    from allnlp.figures import WIDTHS, check_figure_path, need_matplotlib

    need_matplotlib()
    check_figure_path(out)
    if width not in WIDTHS:
        raise OptionError(f"width is {width} mm. Use one of {', '.join(map(str, WIDTHS))}.")
    program, *words = command_words(context)
    return Origin(folder, (program, "plot", *words))


def _finish(figure: Any, out: Path, data: pd.DataFrame, origin: Any) -> None:
    from allnlp.figures import save

    for path in save(figure, out, data=data, origin=origin):
        say(f"Wrote {path}")
