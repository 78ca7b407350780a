"""The vocabulary by concept: listing, describing, and a user's own additions."""

from __future__ import annotations

import csv
import difflib
import io
import itertools
import os
import re
import shutil
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from allnlp.errors import NothingFound, TerminologyError
from allnlp.terminology.cache import key, read, write
from allnlp.terminology.check import check_rows
from allnlp.terminology.rows import Term
from allnlp.terminology.tables import FILES, Source, Terminology, contents, load, parse, read_rows, shipped_folder, sort_key, write_rows

_CODE = (("allnlp.terminology", "check.py"), ("allnlp.terminology", "rows.py"))
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
    unique = tuple({p.resolve(): p for p in paths}.values())
    try:
        given = load(None, unique).user_files
    except TerminologyError as error:
        return [str(error)]
    except csv.Error as error:
        return [_not_a_table(", ".join(p.name for p in unique), error)]
    count = Counter(p.name for p in unique)
    return _faults(tuple((p.name if count[p.name] == 1 else str(p), source) for p, (_, source) in zip(unique, given, strict=True)))


def _faults(user_files: tuple[tuple[str, Source], ...]) -> list[str]:
    """Faults of a user's tables; each stands under the name given. That large tables have none is kept in the cache."""
    try:
        terminology = parse(load().files, user_files)
    except TerminologyError as error:
        return [str(error)]
    except csv.Error as error:
        return [_not_a_table(", ".join(name for name, _ in user_files), error)]
    shipped = len(load().terms)
    if len(terminology.terms) == shipped and not any(map(len, terminology.large)):
        return []
    mark = f"{key(contents(terminology.files, terminology.user_files, ()), code=_CODE)}.checked" if terminology.large else ""
    if mark and read(mark) is not None:
        return []
    rows = itertools.chain(terminology.terms, *(table.rows() for table in terminology.large))
    faults = check_rows(rows, frozenset(r.label for r in terminology.labels), first_checked=shipped)
    if mark and not faults:
        write(mark, {})
    return faults


def _not_a_table(name: str, error: csv.Error) -> str:
    return f"{name}: cannot be read as a table ({error}). Look for a quotation mark that is not closed, and close or double it."


def add_user_term(file: Path, *, text: str, label: str, curie: str, name: str, case: str) -> list[str]:
    """Add a term to a user's CSV; returns the faults for which it was refused, then the file is as before.

    A CURIE without a name takes its listed name, a name without a CURIE the listed concept of that label and name. The
    file keeps its delimiter, and gains the columns that the term needs. It is replaced at once, after the check.
    """
    try:
        before = file.read_bytes().decode() if file.exists() else ""
        own = ((file.name, _read_as(before)),) if before.strip("\ufeff\r\n ") else ()
        curie, name = _as_listed(parse(load().files, own), label.upper(), curie, name)
        cells = {"text": text, "label": label.upper(), "curie": curie, "name": name, "case": case}
        after = with_row(before if own else "", cells, delimiter="\t" if file.suffix == ".tsv" else ",")
    except UnicodeDecodeError:
        return [f"{file}: not UTF-8. Save the table as UTF-8."]
    except TerminologyError as error:
        return [str(error)]
    except csv.Error as error:
        return [_not_a_table(file.name, error)]
    faults = _faults(((file.name, _read_as(after)),))
    if not faults:
        _replace(file, after)
    return faults


def _read_as(content: str) -> str:
    """A table's text as it is read from disk: without byte order mark, lines ended by a newline."""
    return content.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")


def _as_listed(terminology: Terminology, label: str, curie: str, name: str) -> tuple[str, str]:
    if curie and not name:
        return curie, next((t.name for _, _, _, t in terminology.terms if t.curie == curie), "")
    if name and not curie:
        listed = {
            (t.curie, t.name)
            for _, _, of, t in terminology.terms
            if of == label and t.name.lower() == name.lower() and not t.curie.startswith("user:")
        }
        if len(listed) == 1:
            return listed.pop()
    return curie, name


def with_row(content: str, cells: Mapping[str, str], *, delimiter: str = ",") -> str:
    r"""The text of a CSV with a row added, and with the columns that the row needs; ``delimiter`` is that of a new one.

    >>> with_row("text;label\nx;ANTIGEN\n", {"text": "y", "label": "ANTIGEN", "name": "z"})
    'text;label;name\nx;ANTIGEN;\ny;ANTIGEN;z\n'

    Raises:
        csv.Error: quotation marks do not close.
        TerminologyError: a row has more cells than there are columns.
    """
    out = io.StringIO()
    first = content.split("\n", 1)[0]
    end = "\r\n" if first.endswith("\r") else "\n"
    if content:
        delimiter = "\t" if "\t" in first else ";" if ";" in first else ","
    writer = csv.writer(out, delimiter=delimiter, lineterminator=end)
    mark = "\ufeff" if content.startswith("\ufeff") else ""
    rows = list(csv.reader(io.StringIO(content.removeprefix(mark), newline=""), delimiter=delimiter, strict=True)) or [list(USER_COLUMNS)]
    header = [h.strip().lower() for h in rows[0]]
    absent = [c for c in cells if cells[c] and c not in header]
    if content and not absent:
        out.write(content if content.endswith(("\n", "\r")) else content + end)
    else:
        wide = next((row for row in rows if len(row) > len(header)), None)
        if wide is not None:
            raise TerminologyError(
                f"the row that begins {wide[0]!r} has {len(wide)} cells, the header {len(header)}. Take the others out, then add the term."
            )
        out.write(mark)
        writer.writerow([*rows[0], *absent])
        writer.writerows([*row, *[""] * (len(header) + len(absent) - len(row))] if row else [] for row in rows[1:])
    writer.writerow([cells.get(column, "") for column in [*header, *absent]])
    return out.getvalue()


def _replace(file: Path, content: str) -> None:
    """Write a file whole or not at all."""
    target = file.resolve()
    work = target.with_name(f".{target.name}.{os.getpid()}")
    try:
        work.write_bytes(content.encode())
        if target.exists():
            shutil.copymode(target, work)
        work.replace(target)
    finally:
        work.unlink(missing_ok=True)


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

