"""``allnlp import``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import typer

from allnlp.cli.console import EXIT_PARTIAL, answer, answer_json, answer_table, records, say

if TYPE_CHECKING:
    from allnlp.collection.corrections_import import Imported

_SHOWN = 3  # of what could not be read
_EDIT_COLUMNS = ("doc_id", "action", "label", "start", "end", "text", "name", "assertion", "finding", "reviewer", "made_at", "note", "reason")


def command(
    folder: Path = typer.Argument(help="An annotated folder."),
    files: list[Path] = typer.Argument(None, help="Folders, .zip or .ann files of brat; .json of Label Studio.", show_default=False),
    label: list[str] = typer.Option([], "--label", help="Only this label was looked at; give it again for another."),
    changed: bool = typer.Option(False, "--changed", help="Take only documents whose marks are not the machine's."),
    failures: bool = typer.Option(False, "--failures", help="List what could not be read, and why."),
    listed: bool = typer.Option(False, "--list", help="Show which documents and single marks were corrected, and whether they are applied."),
    remove: bool = typer.Option(False, "--remove", help="Take corrected documents away: all, or those of these files; edits of single marks with the name edits."),
    strict: bool = typer.Option(False, "--strict", help="Exit with code 4 when something could not be read."),
    json: bool = typer.Option(False, "--json", help="Print JSON."),
) -> None:
    """Bring marks that a person corrected back into a folder; questions then use them.

    \b
    Example:
      allnlp import cart/ corrected.zip --changed
    """
    from allnlp.errors import OptionError

    if listed and remove:
        raise OptionError("--list and --remove cannot be given at once. Give one of them.")
    if remove:
        _remove(folder, [f.name for f in files or ()], as_json=json)
    elif listed:
        _list(folder, as_json=json)
    elif not files:
        raise OptionError(f"no file to import. Give a folder or a .zip of brat, or the JSON export of Label Studio: allnlp import {folder} FILE")
    else:
        from allnlp.collection.corrections_import import import_corrections

        found = import_corrections(folder, files, labels=label, only_changed=changed)
        _answer(found, failures=failures, as_json=json)
        _tell(folder, files, found, has_list=failures)
        if strict and len(found.failures):
            raise typer.Exit(EXIT_PARTIAL)


def _answer(found: Imported, *, failures: bool, as_json: bool) -> None:
    if as_json:
        tables = {name: records(frame) for name, frame in zip(found._fields[:3], found[:3], strict=True)}
        answer_json({**tables, "labels": found.labels, "untouched": found.untouched, "unchanged": found.unchanged})
    elif failures:
        answer_table("What could not be read", found.failures)
    elif len(found.documents):
        answer_table("The machine against the person, same label and place", found.agreement)


def _tell(folder: Path, files: list[Path], found: Imported, *, has_list: bool) -> None:
    documents, lost = found.documents, found.failures
    n_mentions, n_changed = int(documents["mentions"].sum()), int(documents["is_changed"].sum())
    said = f"; {len(lost):,} could not be read{'' if has_list else ':'}" if len(lost) else ""
    say(f"Read {_number(len(documents), 'document')}, {_number(n_mentions, 'mention')}{said}")
    if len(lost) and not has_list:
        for row in records(lost.head(_SHOWN)):
            place = row["source_file"] if row["source_record"] is None else f"{row['source_file']}:{row['source_record']}"
            say(f"  {place}: {row['error']}")
        if len(lost) > _SHOWN:
            say("  all of them: --failures")
    say(f"{_number(n_changed, 'document')} changed from the machine's; labels: {', '.join(found.labels)}. Other labels stay the machine's")
    n_replaced = int(documents["is_replaced"].sum())
    if n_replaced:
        say(f"{_number(n_replaced, 'document')} had corrections before; they are replaced")
    if found.untouched:
        say(f"{_number(found.untouched, 'document')} without the work of a person left out")
    if found.unchanged:
        say(f"{_number(found.unchanged, 'document')} as the machine had them left out (--changed)")
    if len(documents):
        say(f"Next: allnlp import {folder} --list")


def _list(folder: Path, *, as_json: bool) -> None:
    from allnlp.collection.corrections import list_corrections
    from allnlp.collection.edits import list_edits
    from allnlp.errors import NothingFound
    from allnlp.tables import read_manifest

    read_manifest(folder)
    found, edits = list_corrections(folder), list_edits(folder)
    if found.empty and edits.empty:
        raise NothingFound(f"{folder}: nothing was corrected by a person. Bring corrections in with: allnlp import {folder} FILE")
    if as_json:
        answer_json({"documents": records(found), "edits": records(edits)})
    else:
        tables = (("Documents corrected by a person", found), ("Marks and findings edited or judged by a person", edits[list(_EDIT_COLUMNS)]))
        for i, (title, table) in enumerate((title, table) for title, table in tables if len(table)):
            if i:
                answer("")
            answer_table(title, table)
    _tell_lost(f"{_number(len(found), 'document')} corrected by a person", len(found), int(found["reason"].notna().sum()))
    _tell_lost(f"{_number(len(edits), 'time')} a single mark or finding was edited or judged", len(edits), int((~edits["is_applied"]).sum()))


def _tell_lost(what: str, n: int, n_lost: int) -> None:
    if n:
        say(f"{what}{f', {n_lost:,} of them not applied: see the column reason' if n_lost else ''}")


def _remove(folder: Path, names: list[str], *, as_json: bool) -> None:
    from allnlp.collection.corrections import has_corrections, remove_corrections
    from allnlp.collection.edits import list_edits
    from allnlp.errors import NothingFound
    from allnlp.tables import read_manifest

    read_manifest(folder)
    n = remove_corrections(folder, names) if has_corrections(folder) else None
    if n is None or (not n and (names or has_corrections(folder))):
        what = f"no correction came of {' or '.join(names)}" if names else "no document was corrected as a whole"
        raise NothingFound(f"{folder}: {what}; nothing to take away. See what there is: allnlp import {folder} --list")
    if as_json:
        answer_json({"removed": n})
    say(f"Took away the corrections of {_number(n, 'document')}; their marks are the machine's again")
    n_edits = 0 if names else len(list_edits(folder))
    if n_edits:
        say(f"Edits of single marks stay: {n_edits:,}. Take them away with: allnlp import {folder} edits --remove")


def _number(count: int, what: str) -> str:
    return f"{count:,} {what}" if count == 1 else f"{count:,} {what}s"
