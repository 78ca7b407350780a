"""``allnlp terms``: the vocabulary, listed, shown, checked, sorted, added to and imported; and what is kept of it compiled."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from allnlp.cli.console import EXIT_FAILED, answer, answer_json, answer_table, say
from allnlp.errors import NothingFound, TerminologyError

if TYPE_CHECKING:
    from allnlp.terminology.imports import Counted

app = typer.Typer(help="The vocabulary: list, show, check, add, import, sort.", no_args_is_help=True, rich_markup_mode=None)


@app.command("list")
def list_terms(
    label: str | None = typer.Option(None, "--label", help="Only this label, as THERAPY."),
    json: bool = typer.Option(False, "--json", help="Print JSON."),
) -> None:
    """List the concepts with the number of their names.

    \b
    Example:
      allnlp terms list --label TOXICITY
    """
    import pandas as pd

    from allnlp.terminology import concepts, load

    rows = [c._asdict() for c in concepts(load()) if label is None or c.label == label.upper()]
    if not rows:
        raise NothingFound(f"no concept of label {label!r}. Labels: {', '.join(r.label for r in load().labels)}.")
    if json:
        answer_json(rows)
    else:
        answer_table("Concepts", pd.DataFrame(rows))


@app.command("show")
def show(
    name: str = typer.Argument(help="A concept's name, one of its names, or its CURIE."),
    json: bool = typer.Option(False, "--json", help="Print JSON."),
) -> None:
    """Show a concept: its names, identifiers, what is broader, what it targets.

    \b
    Example:
      allnlp terms show tisagenlecleucel
    """
    import pandas as pd

    from allnlp.terminology import describe, load

    found = describe(load(), name)
    if json:
        answer_json(found)
        return
    for concept in found:
        answer(f"{concept['name']}  {concept['curie']}  {concept['label']}")
        for key in ("identifiers", "broader", "targets"):
            if concept[key]:
                answer(f"{key}: {'; '.join(concept[key])}")
        answer_table("Names", pd.DataFrame(concept["terms"]))


@app.command("check")
def check(
    terms: list[Path] = typer.Argument(None, help="Your own CSV tables of terms; without any, the shipped tables are checked."),
) -> None:
    """Prove that the tables keep their rules: sorted, no clash, CURIEs, no circle, known labels.

    \b
    Example:
      allnlp terms check my.csv
    """
    from allnlp.terminology import check_folder, check_user_terms

    faults = check_user_terms(tuple(terms)) if terms else check_folder()
    for fault in faults:
        answer(fault)
    say(f"{len(faults)} fault(s)." if faults else "No fault.")
    if faults:
        raise typer.Exit(EXIT_FAILED)


@app.command("add")
def add(
    file: Path = typer.Argument(help="Your CSV of terms; made when it does not exist."),
    text: str = typer.Option(..., "--text", help="The words."),
    label: str = typer.Option(..., "--label", help="THERAPY, ANTIGEN, DISEASE, POPULATION, TOXICITY or OUTCOME."),
    curie: str = typer.Option("", "--curie", help="Identifier, as ncit:C1234; without one, user:NAME."),
    name: str = typer.Option("", "--name", help="The concept's normal name; without one, the words."),
    case: str = typer.Option("", "--case", help="any, or exact for short and ambiguous forms."),
) -> None:
    """Add a term to your own CSV, checked against the vocabulary.

    \b
    Example:
      allnlp terms add my.csv --text "nova-cel" --label THERAPY --name novacabtagene
    """
    from allnlp.terminology import add_user_term

    faults = add_user_term(file, text=text, label=label, curie=curie, name=name, case=case)
    if faults:
        raise TerminologyError("\n".join(faults))
    say(f"Added {text!r} to {file}. Use it: allnlp annotate INPUT -o DIR --terms {file}")


@app.command("import")
def import_(
    file: Path = typer.Argument(help="OBO, OBO graph JSON, TSV, CSV or RRF (MRCONSO.RRF), also .gz; told by content."),
    out: Path = typer.Option(..., "--out", "-o", help="CSV of terms to write, for annotate --terms."),
    label: str = typer.Option(..., "--label", help="Label of every name: THERAPY, ANTIGEN, DISEASE, TOXICITY ..."),
    format: str | None = typer.Option(None, "--format", help="obo, obograph, tsv, csv or rrf, where the content does not tell."),
    column: list[str] = typer.Option([], "--column", help="Column of a table's field: id=Code, name=Label, synonyms=3; repeatable."),
    prefix: str = typer.Option("", "--prefix", help="Prefix of codes without one; concepts of another prefix are left out."),
    scope: list[str] = typer.Option(["exact", "narrow", "related"], "--scope", help="Synonyms to take: exact, narrow, broad, related."),
    language: str = typer.Option("ENG", "--language", help="Language of RRF names, as ENG or GER."),
    source_of: list[str] = typer.Option([], "--source-of", help="Only RRF names of this vocabulary (SAB), as MSH or NCI; may be repeated."),
) -> None:
    """Import the names of another vocabulary as a table of your own terms.

    \b
    Example:
      allnlp terms import mondo.obo -o mondo.csv --label DISEASE
    """
    from allnlp.terminology.imports import import_terms

    columns = [(field, name) for field, _, name in (c.partition("=") for c in column)]
    if not all(field and name for field, name in columns):
        raise typer.BadParameter("--column is of the form field=column, as in name=Label.")
    made, choice = import_terms(
        file, out, label=label, format=format, columns=columns, prefix=prefix, language=language, sources=source_of, scopes=scope
    )
    say(f"Read {choice.names_read:,} names of {choice.concepts_read:,} concepts from {file} ({made})")
    _tell("concepts", choice.concepts_left_out)
    _tell("names", choice.names_left_out)
    say(f"Wrote {len(choice.terms):,} names of {len({t.curie for t in choice.terms}):,} concepts -> {out}")
    if choice.shipped:
        say(f"{choice.shipped:,} of the concepts are in the vocabulary already; their further names are added to those")
    say(f"Use it: allnlp annotate INPUT -o DIR --terms {out}")


def _tell(what: str, left_out: Sequence[Counted]) -> None:
    if left_out:
        say(f"Left out {what}: " + ", ".join(f"{c.number:,} {c.reason}" for c in left_out))


@app.command("sort")
def sort(folder: Path | None = typer.Option(None, "--folder", help="Folder of tables; the shipped one by default.")) -> None:
    """Sort the tables, so that changes are one line and merge cleanly.

    \b
    Example:
      allnlp terms sort
    """
    from allnlp.terminology import sort_folder

    for name in sort_folder(folder):
        say(f"sorted {name}")


@app.command("cache")
def cache(clear: bool = typer.Option(False, "--clear", help="Take the files away; they are made again when they are needed.")) -> None:
    """Show what is kept of your large tables of terms, compiled, so that the next run starts at once.

    \b
    Example:
      allnlp terms cache
    """
    from allnlp.terminology import cache

    files = cache.files()
    answer(f"{cache.cache_folder()}: {len(files)} files, {_megabytes(sum(file.size for file in files))}")
    if not clear:
        for file in files:
            answer(f"{file.path.name}  {_megabytes(file.size)}")
        return
    left = cache.clear()
    for file in left:
        say(f"{file.path}: could not be taken away. End what uses it, and try again.")
    say(f"Took {len(files) - len(left)} files away.")
    if left:
        raise typer.Exit(EXIT_FAILED)


def _megabytes(size: int) -> str:
    return f"{size / 1e6:,.1f} MB"
