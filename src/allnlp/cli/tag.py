"""``allnlp tag``."""

from __future__ import annotations

import typer

from allnlp.cli.console import answer_json, answer_table
from allnlp.errors import NothingFound


def command(
    text: str = typer.Argument(help="A sentence or an abstract."),
    json: bool = typer.Option(False, "--json", help="Print JSON."),
) -> None:
    """Tag one text and say which row decided each mention.

    \b
    Example:
      allnlp tag "No grade 4 CRS was seen after CD19-directed CAR T-cell therapy."
    """
    import pandas as pd

    from allnlp.terminology import load
    from allnlp.text import annotate_text, compile_lexicon

    mentions = annotate_text("", text, compile_lexicon(load())).mentions
    if json:
        answer_json([m._asdict() for m in mentions])
        return
    if not mentions:
        raise NothingFound("no mention found in the text.")
    shown = ["start", "end", "text", "label", "subtype", "name", "concept_id", "assertion", "assertion_cue", "rule"]
    answer_table("Mentions", pd.DataFrame([m._asdict() for m in mentions])[shown])
