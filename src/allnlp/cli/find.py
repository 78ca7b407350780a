"""``allnlp find``."""

from __future__ import annotations

import sys
from pathlib import Path

import typer

from allnlp.cli.console import answer, answer_json, answer_table, command_words, records, say

_ROWS_ON_SCREEN = 20


def command(
    context: typer.Context,
    folder: Path = typer.Argument(help="An annotated folder."),
    query: str = typer.Argument(help="What must hold, in quotes: names, AND OR NOT, negated, year: section: text: ...; see docs/query.md."),
    level: str = typer.Option("document", "--level", help="document or sentence: where all of the query must hold."),
    sort: str = typer.Option("folder", "--sort", help="folder: in its order; year: the newest first."),
    limit: int | None = typer.Option(None, "--limit", min=0, help="Rows printed; 0: all. By default 20 on a terminal, else all."),
    count: bool = typer.Option(False, "--count", help="Print their number alone."),
    out: Path | None = typer.Option(None, "--out", "-o", help="Write all of them: .csv .tsv .json .xlsx (with the mentions) .parquet."),
    json: bool = typer.Option(False, "--json", help="Print JSON, with the mentions that matched."),
) -> None:
    """Find documents or sentences by what they mention.

    \b
    Example:
      allnlp find cart/ 'tisagenlecleucel CRS NOT negated ICANS year:2018-2024'
    """
    from allnlp.collection.find import find
    from allnlp.collection.index import Index
    from allnlp.errors import NothingFound
    from allnlp.exporters import RESULT_FORMATS, Origin, check_path, write_result

    if out is not None:
        check_path(out, RESULT_FORMATS)
    found = find(Index(folder), query, level=level, sort=sort)
    for note in found.notes:
        say(f"Note: {note}")
    if count:
        answer(str(found.n_units))
    if not found.n_units:
        raise NothingFound(f"{folder}: no {level} fits. The query was read as: {found.read_as}")
    plural = "s" if found.n_units > 1 else ""
    if out is not None:
        write_result(out, {f"{level}s": found.rows, "mentions": found.mentions}, Origin(folder, tuple(command_words(context))))
    is_printed = not count and (json or out is None)
    most = limit if limit is not None else _ROWS_ON_SCREEN if sys.stdout.isatty() and not json else 0
    rows = found.rows.head(most) if most else found.rows
    if is_printed and json:
        mentions = found.mentions[found.mentions["doc_id"].isin(rows["doc_id"])]
        if level == "sentence":
            shown = set(zip(rows["doc_id"], rows["sentence"], strict=True))
            mentions = mentions[[place in shown for place in zip(mentions["doc_id"], mentions["sentence"], strict=True)]]
        about = {name: getattr(found, name) for name in ("query", "read_as", "level", "n_units", "n_documents", "notes")}
        answer_json(about | {"rows": records(rows), "mentions": records(mentions)})
    elif is_printed:
        answer_table("Documents" if level == "document" else "Sentences", rows)
    of = f" of {found.n_documents:,} documents" if level == "sentence" else ""
    cut = f"; {len(rows):,} shown: --limit 0 shows all" if is_printed and len(rows) < found.n_units else ""
    if not count:
        say(f"{found.n_units:,} {level}{plural}{of}{cut}")
        say(f"Read as: {found.read_as}")
    if out is not None:
        say(f"Wrote {out}")
