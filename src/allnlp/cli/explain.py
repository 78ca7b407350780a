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
    """Show a document with its marks, its numbers and its study record, and what decided each.

    \b
    Example:
      allnlp explain cart/ 99900001
    """
    from allnlp.collection import explain

    found = explain(folder, document)
    if json:
        sentences = [s._asdict() for s in found.sentences]
        answer_json({"doc_id": found.doc_id, "title": found.title, "sentences": sentences, "mentions": records(found.mentions), "findings": records(found.findings), "study": records(found.study)})
        return
    for sentence in found.sentences:
        answer(f"{sentence.number}\t{sentence.section}\t{' '.join(sentence.text.split())}")
    answer("")
    unsaid = [] if found.mentions["review_reason"].notna().any() else ["review_reason"]
    answer_table("Mentions", found.mentions.drop(columns=["start", "end", *unsaid]))
    if len(found.findings):
        answer("")
        empty = [column for column in found.findings if found.findings[column].isna().all()]
        answer_table("Findings", found.findings.drop(columns=empty))
    answer("")
    answer_table("Study", found.study)
