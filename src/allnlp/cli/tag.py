"""``allnlp tag``."""

from __future__ import annotations

import sys
from pathlib import Path

import typer

from allnlp.cli.console import answer_json, answer_table
from allnlp.errors import NothingFound, ReadError, TerminologyError


def command(
    text: str = typer.Argument(help="A sentence or an abstract, or - for stdin."),
    terms: list[Path] = typer.Option([], "--terms", help="Your own terms: a CSV with the columns text, label (curie, name ...)."),
    model: list[str] = typer.Option([], "--model", help="As in annotate."),
    json: bool = typer.Option(False, "--json", help="Print JSON."),
) -> None:
    """Tag one text and say which row decided each mention.

    \b
    Example:
      allnlp tag "No grade 4 CRS was seen after CD19-directed CAR T-cell therapy."
    """
    import pandas as pd

    from allnlp.annotation import chosen, find_entities
    from allnlp.terminology import check_user_terms, load
    from allnlp.text import annotate_text, compile_lexicon

    faults = check_user_terms(terms) if terms else []
    if faults:
        raise TerminologyError("\n".join(faults))
    given = _piped() if text == "-" else text
    entities = find_entities([given], chosen(model or None))[0]
    mentions = annotate_text("", given, compile_lexicon(load(None, tuple(terms))), entities=entities).mentions
    if json:
        answer_json([m._asdict() for m in mentions])
        return
    if not mentions:
        raise NothingFound("no mention found in the text.")
    shown = ["start", "end", "text", "label", "subtype", "name", "concept_id", "assertion", "assertion_cue", "rule"]
    shown += ["source", "score"] if any(m.score is not None for m in mentions) else []
    shown += ["review_reason"] if any(m.needs_review for m in mentions) else []
    answer_table("Mentions", pd.DataFrame([m._asdict() for m in mentions])[shown])


def _piped() -> str:
    """Standard input as it is, so that offsets are those of what was piped; only a newline at its end is taken off."""
    try:
        given = sys.stdin.buffer.read().decode("utf-8")
    except UnicodeDecodeError as error:
        raise ReadError(f"standard input: not UTF-8 at byte {error.start + 1}. Pipe UTF-8 text.") from None
    return given[:-2] if given.endswith("\r\n") else given.removesuffix("\n")
