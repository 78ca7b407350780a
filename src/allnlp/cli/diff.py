"""``allnlp diff``."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from allnlp.cli.console import answer, answer_json, answer_table, command_words, records, say

if TYPE_CHECKING:
    import pandas as pd

_CHOICES = ("mentions", "findings", "studies", "concepts", "documents", "by_rule")
_TOP = 10  # kinds of change shown after the summary


def command(
    context: typer.Context,
    before: Path = typer.Argument(help="An annotated folder, the older."),
    after: Path = typer.Argument(help="An annotated folder of the same records, the newer."),
    mentions: bool = typer.Option(False, "--mentions", help="List the mentions that differ."),
    findings: bool = typer.Option(False, "--findings", help="List the findings that differ."),
    studies: bool = typer.Option(False, "--studies", help="List the cells of study records that differ."),
    concepts: bool = typer.Option(False, "--concepts", help="List the concepts that are new, gone or renamed."),
    documents: bool = typer.Option(False, "--documents", help="List the documents that are not compared."),
    rules: bool = typer.Option(False, "--rules", help="Sum the mentions that differ by the rows of the vocabulary that decided."),
    out: Path | None = typer.Option(None, "--out", "-o", help="Write a file: .xlsx of all tables; of one .csv .tsv .json .parquet."),
    json: bool = typer.Option(False, "--json", help="Print JSON: the summary with all tables, or the one chosen."),
) -> None:
    """Show what a new vocabulary or version changed in the annotation of the same records.

    \b
    Example:
      allnlp diff cart/ cart-new/ --mentions
    """
    from allnlp.collection.diff import compare_folders
    from allnlp.errors import NothingFound, OptionError
    from allnlp.exporters import RESULT_FORMATS, Origin, check_path, write_result

    if out is not None:
        check_path(out, RESULT_FORMATS)
    choices = (mentions, findings, studies, concepts, documents, rules)
    chosen = [name for name, is_chosen in zip(_CHOICES, choices, strict=True) if is_chosen]
    if len(chosen) > 1:
        raise OptionError(f"{' and '.join(chosen)} are chosen. Choose one table, or write all with -o FILE.xlsx.")
    found = compare_folders(before, after)
    tables: dict[str, pd.DataFrame] = found._asdict()
    if chosen and tables[chosen[0]].empty:
        raise NothingFound(f"{before} and {after}: nothing differs in {chosen[0].replace('_', ' ')}.")
    if out is not None:
        first = chosen[0] if chosen else "summary"
        write_result(out, {first: tables[first], **tables}, Origin(after, tuple(command_words(context))))
    if json:
        answer_json(records(tables[chosen[0]]) if chosen else {name: records(table) for name, table in tables.items()})
    elif out is None and chosen:
        shown = tables[chosen[0]]
        answer_table(chosen[0].replace("_", " ").capitalize(), _for_the_screen(shown) if sys.stdout.isatty() else shown, form=".10g")
    elif out is None:
        _show(tables)
    _tell(tables)
    if out is not None:
        say(f"Wrote {out}")


def _show(tables: dict[str, pd.DataFrame]) -> None:
    """The summary first; then what made the folders, and the most frequent kinds of change."""
    answer_table("What differs", tables["summary"])
    if len(tables["made_by"]):
        answer("")
        answer_table("Made by", tables["made_by"])
    if len(tables["by_concept"]):
        answer("")
        shown = tables["by_concept"].head(_TOP)
        answer_table(f"Mentions that differ (the {_TOP} most frequent kinds)", _for_the_screen(shown) if sys.stdout.isatty() else shown)


def _for_the_screen(table: pd.DataFrame) -> pd.DataFrame:
    """Columns that say nothing, or after what before says, are left out."""
    kept = [str(c) for c in table.columns if table[c].notna().any()]
    again = [f"{c.removesuffix('_before')}_after" for c in kept if c.endswith("_before")]
    same = [c for c in again if c in kept and table[c].equals(table[f"{c.removesuffix('_after')}_before"])]
    return table[[c for c in kept if c not in same]]


def _tell(tables: dict[str, pd.DataFrame]) -> None:
    counts = tables["documents"]["change"].value_counts()
    where = {"only before": "only in the first folder", "only after": "only in the second", "text differs": "in both with different texts"}
    for change, words in where.items():
        n = int(counts.get(change, 0))
        if n:
            say(f"{n:,} document{'s are' if n != 1 else ' is'} {words}, not compared; which: --documents")
    if all(tables[name].empty for name in ("mentions", "findings", "studies", "concepts")):
        say("Nothing differs in the documents of both.")
