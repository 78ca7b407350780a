"""``allnlp pool``."""

from __future__ import annotations

from pathlib import Path

import typer

from allnlp.cli import filtering
from allnlp.cli.console import answer_json, answer_table, command_words, plain, records, say

_SHOWN = (
    "studlab",
    "n_events",
    "n_patients",
    "percent",
    "ci_low",
    "ci_high",
    "weight",
    "grade",
    "group",
    "derived",
    "needs_review",
    "doc_id",
)


def command(
    context: typer.Context,
    folder: Path = typer.Argument(help="An annotated folder."),
    toxicity: str | None = typer.Option(None, "--toxicity", help="A toxicity: name, synonym or CURIE, as CRS."),
    outcome: str | None = typer.Option(None, "--outcome", help="An outcome instead, as CR."),
    grade: str | None = typer.Option(None, "--grade", help='any, 3, ">=3", 3-4 or severe; by default any.'),
    therapy: list[str] = typer.Option([], "--therapy", help="Only numbers of this therapy; give it again for another."),
    disease: list[str] = typer.Option([], "--disease", help="Only studies of this disease."),
    population: list[str] = typer.Option([], "--population", help="Only studies of this age group or state of disease."),
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
    left_out: bool = typer.Option(False, "--left-out", help="List the numbers that are not pooled, and why, instead."),
    year: str | None = filtering.YEAR,
    journal: list[str] = filtering.JOURNAL,
    study_type: list[str] = filtering.STUDY_TYPE,
    mentioning: list[str] = filtering.MENTIONING,
    lacking: list[str] = filtering.LACKING,
    matching: list[str] = filtering.MATCHING,
    decision: list[str] = filtering.DECISION,
    out: Path | None = typer.Option(None, "--out", "-o", help="Write the studies: .csv .tsv .json .xlsx .parquet; R's metaprop takes it."),
    figure: Path | None = typer.Option(None, "--figure", help="Draw a forest plot: .pdf .svg .png; its data as .csv beside it."),
    width: int = typer.Option(183, "--width", help="Width of the figure, mm: 89 or 183."),
    json: bool = typer.Option(False, "--json", help="Print JSON."),
) -> None:
    """Pool one number a study by a random effects model of log odds.

    \b
    Example:
      allnlp pool cart/ --toxicity CRS --grade ">=3" --therapy tisagenlecleucel --figure crs.pdf
    """
    from allnlp.collection.pool import parse_finding, pool, pooled_line
    from allnlp.exporters import RESULT_FORMATS, Origin, check_path, write_result

    if out is not None:
        check_path(out, RESULT_FORMATS)
    if figure is not None:
        _check_figure(figure, width)
    found = pool(
        folder, toxicity=toxicity, outcome=outcome, grade=grade, therapies=therapy, diseases=disease, populations=population, timepoint=timepoint,
        exact=exact, keep_largest_per_trial=keep_largest_per_trial, method=method.upper(), interval=interval.lower(), level=level, adjust=adjust.lower() if adjust else None,
        excluding=[parse_finding(e) for e in exclude],
        documents=filtering.documents_of(
            folder, year=year, journal=journal, study_type=study_type, mentioning=mentioning, lacking=lacking, matching=matching, decision=decision
        ),
    )  # fmt: skip
    origin = Origin(folder, tuple(command_words(context)))
    written = []
    if out is not None:
        write_result(out, {"studies": found.rows, "left out": found.left_out}, origin)
        written.append(out)
    if figure is not None:
        from allnlp.figures import forest, save

        has_data = out is not None and out.resolve() == figure.with_suffix(".csv").resolve()
        written += save(forest(found, width=width), figure, data=None if has_data else found.rows, origin=origin)
    if json:
        pooled = {
            name: plain(value) for name, value in found.pooled._asdict().items() if name not in ("proportions", "low", "high", "weights")
        }
        answer_json(
            {
                "title": found.title,
                "rows": records(found.rows),
                "pooled": pooled,
                "left_out": records(found.left_out),
                "warnings": found.warnings,
            }
        )
    elif left_out:
        answer_table(f"Left out: {found.title}", found.left_out, form=".1f")
    else:
        rows = found.rows[list(_SHOWN)]
        empty = [c for c in ("grade", "group", "derived") if rows[c].isna().all()]
        same = ["doc_id"] if rows["doc_id"].equals(rows["studlab"]) else []
        answer_table(found.title, rows.drop(columns=[*empty, *same]), form=".1f")
    say(pooled_line(found.pooled))
    for warning in found.warnings:
        say(f"Warning: {warning}{'' if warning.endswith('...') else '.'}")
    if len(found.left_out) and not left_out:
        say(f"{len(found.left_out)} of its numbers left out; why: --left-out")
    for path in written:
        say(f"Wrote {path}")


def _check_figure(figure: Path, width: int) -> None:
    """Refuse before the work is done what cannot be drawn."""
    from allnlp.errors import OptionError
    from allnlp.figures import WIDTHS, check_figure_path, need_matplotlib

    need_matplotlib()
    check_figure_path(figure)
    if width not in WIDTHS:
        raise OptionError(f"width is {width} mm. Use one of {', '.join(map(str, WIDTHS))}.")
