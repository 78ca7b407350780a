"""``allnlp explain``."""

from __future__ import annotations

from pathlib import Path

import typer

from allnlp.cli.console import answer, answer_json, answer_table, records


def command(
    folder: Path = typer.Argument(help="An annotated folder."),
    document: str = typer.Argument(help="A doc_id of it, as a PMID."),
    json: bool = typer.Option(False, "--json", help="Print JSON."),
) -> None:
    """Show a document with its marks, and the row and words that decided each.

    \b
    Example:
      allnlp explain cart/ 99900001
    """
    from allnlp.collection import explain

    found = explain(folder, document)
    if json:
        sentences = [s._asdict() for s in found.sentences]
        answer_json({"doc_id": found.doc_id, "title": found.title, "sentences": sentences, "mentions": records(found.mentions)})
        return
    for sentence in found.sentences:
        answer(f"{sentence.number}\t{sentence.section}\t{' '.join(sentence.text.split())}")
    answer("")
    unsaid = [] if found.mentions["review_reason"].notna().any() else ["review_reason"]
    answer_table("Mentions", found.mentions.drop(columns=["start", "end", *unsaid]))
