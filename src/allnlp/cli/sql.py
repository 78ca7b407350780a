"""``allnlp sql``."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from allnlp.cli.console import answer_json, answer_table, command_words, records, say

if TYPE_CHECKING:
    import pandas as pd


def command(
    context: typer.Context,
    folder: Path = typer.Argument(help="An annotated folder."),
    query: str | None = typer.Argument(None, help="One statement in DuckDB's SQL, or - for stdin; without one the tables are listed."),
    tables: bool = typer.Option(False, "--tables", help="List tables and columns with their meaning."),
    out: Path | None = typer.Option(None, "--out", "-o", help="Write the answer to a file: .csv .tsv .json .xlsx .parquet."),
    json: bool = typer.Option(False, "--json", help="Print JSON."),
) -> None:
    """Ask a folder's tables in SQL; a query can read them and nothing else.

    \b
    Example:
      allnlp sql cart/ "SELECT label, count(*) AS mentions FROM mentions GROUP BY label ORDER BY mentions DESC"
    """
    from allnlp.collection.sql import describe_tables, run_sql
    from allnlp.errors import NothingFound
    from allnlp.exporters import RESULT_FORMATS, Origin, check_path, write_result

    if out is not None:
        check_path(out, RESULT_FORMATS)
    is_asked = query is not None and not tables
    found = run_sql(folder, _given(query)) if query is not None and not tables else describe_tables(folder)
    if found.empty:
        raise NothingFound(f"{folder}: the query is sound, and no row fits it.")
    if out is not None:
        shown = found if out.suffix.lower() == ".json" else _flat(found)
        write_result(out, {"answer" if is_asked else "tables": shown}, Origin(folder, tuple(command_words(context))))
    if json:
        answer_json(records(found))
    elif out is None:
        answer_table("Answer" if is_asked else "Tables", _flat(found) if is_asked else _for_reading(found), form=".10g")
    if is_asked:
        say(f"{len(found):,} row{'s' if len(found) != 1 else ''}")
    if out is not None:
        say(f"Wrote {out}")


def _given(query: str) -> str:
    return sys.stdin.read() if query == "-" else query


def _flat(frame: pd.DataFrame) -> pd.DataFrame:
    """Lists as one cell each, as everywhere outside of JSON."""
    out = frame.copy()
    for name in frame.columns:
        if any(isinstance(cell, list) for cell in frame[name]):
            out[name] = ["; ".join(map(str, cell)) if isinstance(cell, list) else cell for cell in frame[name]]
    return out


def _for_reading(tables: pd.DataFrame) -> pd.DataFrame:
    """On a terminal the name of a table stands once."""
    if not sys.stdout.isatty():
        return tables
    is_again = tables["table"].duplicated()
    return tables.assign(table=tables["table"].mask(is_again, ""), rows=tables["rows"].astype(object).mask(is_again, None))
