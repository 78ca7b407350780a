"""The vocabulary by concept: listing, describing, and a user's own additions."""

from __future__ import annotations

import csv
import difflib
import re
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

from allnlp.errors import NothingFound, TerminologyError
from allnlp.terminology.check import check_rows
from allnlp.terminology.rows import Term
from allnlp.terminology.tables import FILES, Terminology, load, read_rows, shipped_folder, sort_key, write_rows

_SIGNS = re.compile(r"[\W_]")
USER_COLUMNS = ("text", "label", "curie", "name", "scope", "case", "subtype", "context", "source", "comment")


class ConceptLine(NamedTuple):
    """A concept in a list."""

    label: str
    curie: str
    name: str
    names: int


def concepts(terminology: Terminology) -> list[ConceptLine]:
    """Every concept with the number of its names, by label and name."""
    names: dict[tuple[str, str, str], int] = defaultdict(int)
    for _, _, label, term in terminology.terms:
        names[label, term.curie, term.name] += 1
    lines = [ConceptLine(label, curie, name, n) for (label, curie, name), n in names.items()]
    return sorted(lines, key=lambda c: (c.label, c.name.lower(), c.curie))


def describe(terminology: Terminology, name: str) -> list[dict[str, Any]]:
    """What the vocabulary holds of the concepts that a name, a CURIE or a term means.

    Raises:
        NothingFound: no such name; says which are near.
    """
    wanted, folded = name.strip().lower(), _folded(name)
    curies = dict.fromkeys(
        t.curie for _, _, _, t in terminology.terms if folded in (_folded(t.text), _folded(t.name)) or wanted == t.curie.lower()
    )
    curies |= dict.fromkeys(i.curie for i in terminology.identifiers if i.identifier.lower() == wanted)
    if not curies:
        known = {t.text.lower(): t.text for _, _, _, t in terminology.terms}
        near = [known[k] for k in difflib.get_close_matches(wanted, known, n=5, cutoff=0.7)]
        raise NothingFound(f"no concept is named {name!r}." + (f" Did you mean: {', '.join(near)}?" if near else ""))
    names = {t.curie: t.name for _, _, _, t in terminology.terms}
    return [_described(terminology, curie, names) for curie in curies]


def _folded(name: str) -> str:
    """A name without case, and with any sign as a blank: "tisa-cel" is "tisa cel"."""
    return " ".join(_SIGNS.sub(" ", name.lower()).split())


def _described(terminology: Terminology, curie: str, names: dict[str, str]) -> dict[str, Any]:
    rows = [(file, line, label, t) for file, line, label, t in terminology.terms if t.curie == curie]
    related = {r: [f"{names.get(b.object, '')} ({b.object})" for b in terminology.broader if b.curie == curie and b.relation == r] for r in ("broader", "targets")}
    return {
        "curie": curie,
        "name": names[curie],
        "label": rows[0][2],
        "identifiers": [i.identifier for i in terminology.identifiers if i.curie == curie],
        **related,
        "terms": [
            {"text": t.text, "scope": t.scope, "case": t.case, "source": t.source, "row": f"{file}:{line}", "comment": t.comment}
            for file, line, _, t in rows
        ],
    }


def check_user_terms(paths: Sequence[Path]) -> list[str]:
    """Faults of a user's own tables, also against the shipped vocabulary: one name and label per CURIE."""
    try:
        terminology = load(None, tuple(paths))
    except TerminologyError as error:
        return [str(error)]
    known = frozenset(r.label for r in terminology.labels)
    own = {p.name for p in paths}
    faults = check_rows(terminology.terms, known)
    return [f for f in faults if f.split(":", 1)[0] in own]


def add_user_term(file: Path, *, text: str, label: str, curie: str, name: str, case: str) -> list[str]:
    """Append a term to a user's CSV; returns the faults for which it was refused, then the file is as before."""
    before = file.read_bytes() if file.exists() else None
    is_new = not before
    with file.open("a", newline="", encoding="utf-8") as stream:
        if before and not before.endswith(b"\n"):
            stream.write("\n")
        header = _header(file) if before else USER_COLUMNS
        writer = csv.DictWriter(stream, header, extrasaction="ignore", lineterminator="\n")
        if is_new:
            writer.writeheader()
        writer.writerow({"text": text, "label": label.upper(), "curie": curie, "name": name, "case": case})
    faults = check_user_terms([file])
    if faults:
        if before is None:
            file.unlink()
        else:
            file.write_bytes(before)
    return faults


def _header(file: Path) -> list[str]:
    with file.open(newline="", encoding="utf-8-sig") as stream:
        return [h.strip().lower() for h in next(csv.reader(stream), [])]


def sort_folder(folder: Path | None = None) -> list[str]:
    """Sort every table of a folder; returns the names of those that changed."""
    folder = folder or shipped_folder()
    names = [*FILES, *(r.file for _, r in read_rows(folder / "labels.tsv", FILES["labels.tsv"]))]
    changed = []
    for name in names:
        kind = FILES.get(name, Term)
        rows = [row for _, row in read_rows(folder / name, kind)]
        if rows != sorted(set(rows), key=sort_key):
            write_rows(folder / name, rows, kind)
            changed.append(name)
    return changed

