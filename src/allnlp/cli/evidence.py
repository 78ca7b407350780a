"""``allnlp evidence``."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from allnlp.cli import filtering
from allnlp.cli.console import answer_json, command_words, records, say

if TYPE_CHECKING:
    from allnlp.collection.evidence import Evidence

_PIPED = ["unit", "doc_id", "sentence", "section", "study", "year", "notices", "names_all", "marks", "assertions", "sentence_text"]


def command(
    context: typer.Context,
    folder: Path = filtering.FOLDER,
    concepts: list[str] = typer.Argument(help="Concepts, as CRS; a type before a colon restricts to it: toxicity:infection."),
    level: str = typer.Option("document", "--level", help="What must name all of them: document, section or sentence."),
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
    newest: bool = typer.Option(False, "--newest", help="Latest years first; by default in the order of the folder."),
    limit: int = typer.Option(20, "--limit", help="Documents (or sections, sentences) on the screen; 0 shows all. Files and JSON have all."),
    out: Path | None = filtering.OUT,
    json: bool = filtering.JSON,
) -> None:
    """Show the sentences behind a count: where concepts are named, with the words that name them.

    \b
    Example:
      allnlp evidence cart/ tisagenlecleucel CRS --level sentence
    """
    filtering.check_out(out)
    filters = filtering.filters_of(
        year=year, journal=journal, study_type=study_type, population=population, mentioning=mentioning, section=section, include=include,
        lacking=lacking, matching=matching, decision=decision,
    )  # fmt: skip
    from allnlp.collection.evidence import evidence
    from allnlp.collection.index import Index

    whole = json or out is not None or limit <= 0
    found = evidence(
        Index(folder), concepts, filters=filters, level=level, narrower=narrower, newest_first=newest, limit=None if whole else limit
    )
    if out is not None:
        from allnlp.exporters import Origin, write_result

        sheets = {"evidence": found.rows, "mentions": found.mentions}
        write_result(out, sheets, Origin(folder, tuple(command_words(context))))
    if json:
        numbers = {"names": found.names, "level": found.level, "n_units": found.n_units, "n_documents": found.n_documents, "n_sentences": found.n_sentences}
        answer_json({**numbers, "rows": records(found.rows), "mentions": records(found.mentions)})
    elif out is None and sys.stdout.isatty():
        _on_screen(found)
    elif out is None:
        from allnlp.cli.console import answer_table

        answer_table("Evidence", found.rows[_PIPED])
    say(found.said() + (f" ({filters.said()})" if filters.said() else ""))
    for note in found.notes:
        say(f"Note: {note}.")
    filtering.wrote(out)


def _on_screen(found: Evidence) -> None:
    """Sentences with their words marked, under the line of their study."""
    from rich.console import Console
    from rich.text import Text

    from allnlp.collection.evidence import marked

    console = Console(markup=False, highlight=False, emoji=False)
    before = None
    for row, parts in zip(records(found.rows), marked(found), strict=True):
        if row["unit"] != before:
            cite = " · ".join(str(c) for c in dict.fromkeys((row["study"], row["journal"], row["doc_id"], row["notices"])) if c)
            console.print(Text(f"\n{cite}" if before is not None else cite, style="bold"))
            before = row["unit"]
        line = Text(f"  {row['section'][:11]:11s} ", style="dim")
        for text, label in parts:
            line.append(text, style=f"not dim {'bold underline' if label else ''}".strip())
        if row["assertions"]:
            line.append(f"  [{row['assertions']}]", style="not dim italic")
        console.print(line)
