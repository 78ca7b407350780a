"""``allnlp models``: models of named entities, listed, installed and tried."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import typer

from allnlp.cli.console import EXIT_FAILED, answer, answer_json, answer_table, say
from allnlp.errors import ModelError, NothingFound, OptionError

if TYPE_CHECKING:
    from allnlp.models import Inspection

app = typer.Typer(help="Models of named entities: list, install, check.", no_args_is_help=True, rich_markup_mode=None)


@app.command("list")
def show_models(json: bool = typer.Option(False, "--json", help="Print JSON, also with addresses and checksums.")) -> None:
    """List the models that can be installed by name, and other installed models of spaCy.

    \b
    Example:
      allnlp models list
    """
    import pandas as pd

    from allnlp.models import list_models

    rows = list_models()
    if json:
        answer_json([{**m._asdict(), "sha256": m.sha256 or None} for m in rows])
        return
    cells = [
        {"name": m.name, "version": m.version, "installed": m.installed or "no", "licence": m.licence, "labels": " ".join(m.labels), "trained_on": m.trained_on}
        for m in rows
    ]
    answer_table("Models", pd.DataFrame(cells))


@app.command("install")
def install_model(
    name: str = typer.Argument(help="A name of allnlp models list, or with --from that of any package of spaCy."),
    origin: str | None = typer.Option(None, "--from", help="Take this file or URL, not the listed address."),
    yes: bool = typer.Option(False, "--yes", "-y", help="Do not ask."),
    dry_run: bool = typer.Option(False, "--dry-run", help="Say what would be done, and do nothing."),
) -> None:
    """Fetch a model, prove its checksum where one is recorded, and install it with pip.

    Nothing else is installed or changed with it (pip install --no-deps).

    \b
    Example:
      allnlp models install en_ner_bc5cdr_md
    """
    from allnlp.models import install, plan

    what = plan(name, origin)
    say(f"{what.name} {what.version}".strip() + f", licence: {what.licence}, {what.checksum}")
    say(f"from {what.origin}")
    if what.needs:
        say(f"needs: {what.needs}")
    if dry_run:
        answer(what.by_hand)
        return
    if not yes and not sys.stdin.isatty():
        raise OptionError("nobody can be asked whether to install it. Say --yes, or see with --dry-run what would be done.")
    if not yes and not typer.confirm("Install it?", err=True):
        raise typer.Exit(EXIT_FAILED)
    install(what)
    say(f"Installed {name}. Try it: allnlp models check {name}")


@app.command("check")
def check_models(
    name: str | None = typer.Argument(None, help="An installed model, the folder of one, or hf:OWNER/MODEL; without one, all that are installed."),
    json: bool = typer.Option(False, "--json", help="Print JSON."),
) -> None:
    """Load a model, compare its labels and versions, and show what it finds in an invented sentence.

    \b
    Example:
      allnlp models check en_ner_bc5cdr_md
    """
    from allnlp.components.ner import examine
    from allnlp.models import list_models
    from allnlp.terminology import load

    names = [name] if name else [m.name for m in list_models() if m.installed]
    if not names:
        raise NothingFound("no model is installed. See: allnlp models list")
    terminology, seen, faults = load(), [], []
    for one in names:
        try:
            seen.append(examine(one, terminology))
        except ModelError as error:
            faults.append(str(error))
    if json:
        answer_json([{**i._asdict(), "kinds": dict(i.kinds), "found": [f._asdict() for f in i.found]} for i in seen])
    else:
        for inspection in seen:
            _show(inspection)
    for inspection in seen:
        if not inspection.kinds:
            faults.append(f"{inspection.name}: none of its labels is known. Give them a kind in terminology/ner_labels.tsv.")
        elif all(kind == "ignore" for _, kind in inspection.kinds):
            say(f"{inspection.name}: none of its labels is used, as terminology/ner_labels.tsv says.")
    if faults:
        raise ModelError("\n".join(faults))


def _show(seen: Inspection) -> None:
    """What was seen of a model, in lines."""
    answer(f"{seen.name} {seen.version}".strip())
    needed = seen.spacy_needed or "any version"
    answer(f"spaCy: {needed}; installed {seen.spacy_installed}: {'fits' if seen.fits_spacy else 'is another; compare its results with care'}")
    answer("labels: " + (", ".join(f"{label} -> {kind}" for label, kind in seen.kinds) or "none that is known"))
    if seen.unknown:
        answer(f"unknown labels, ignored: {', '.join(seen.unknown)}")
    answer(f"sentence: {seen.sentence}")
    for f in seen.found:
        score = "" if f.score is None else f" {f.score:.2f}"
        answer(f"found: {f.text} [{f.label} -> {f.kind or 'unknown'}]{score}")
    if not seen.found:
        answer("found: nothing")
