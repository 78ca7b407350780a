"""Reading the vocabulary tables, shipped or a user's own."""

from __future__ import annotations

import csv
import functools
import hashlib
import importlib.resources
import io
import re
import zipfile
import zlib
from collections.abc import Iterable
from pathlib import Path
from typing import IO, Any, NamedTuple, TypeVar

from allnlp.errors import TerminologyError
from allnlp.terminology.rows import Broader, Cue, Edge, Identifier, LabelRow, NerLabel, Pattern, RoleWeight, Spelling, Stop, Term

Row = TypeVar("Row", bound=tuple[Any, ...])

FILES: dict[str, type[Any]] = {
    "labels.tsv": LabelRow,
    "broader.tsv": Broader,
    "cues.tsv": Cue,
    "edges.tsv": Edge,
    "identifiers.tsv": Identifier,
    "ner_labels.tsv": NerLabel,
    "patterns.tsv": Pattern,
    "roles.tsv": RoleWeight,
    "spelling.tsv": Spelling,
    "stoplist.tsv": Stop,
}


class Terminology(NamedTuple):
    """All tables of one vocabulary, and the hash that says which one it is."""

    labels: tuple[LabelRow, ...]
    terms: tuple[tuple[str, int, str, Term], ...]  # file, line, label, row
    broader: tuple[Broader, ...]
    identifiers: tuple[Identifier, ...]
    stops: tuple[Stop, ...]
    edges: tuple[Edge, ...]
    cues: tuple[Cue, ...]
    patterns: tuple[Pattern, ...]
    spellings: tuple[Spelling, ...]
    ner_labels: tuple[NerLabel, ...]
    roles: tuple[RoleWeight, ...]
    version: str
    files: tuple[tuple[str, str], ...]  # name and text of each table, so that a saved pipeline is complete
    user_files: tuple[tuple[str, str], ...]
    link_files: tuple[tuple[str, str], ...]
    link_terms: tuple[tuple[str, int, str, Term], ...]  # names that are linked to, and not looked for


def shipped_folder() -> Path:
    """Folder of the tables that come with the package."""
    return Path(str(importlib.resources.files("allnlp.terminology")))


def read_rows(path: Path, kind: type[Row]) -> list[tuple[int, Row]]:
    """Rows of a table with their line numbers, the header being line 1.

    Raises:
        TerminologyError: a missing file, another header, or a row of another number of cells.
    """
    return parse_rows(path.name, _read(path), kind)


def parse_rows(name: str, content: str, kind: type[Row]) -> list[tuple[int, Row]]:
    """Rows of a table's text with their line numbers; ``name`` stands in messages.

    Raises:
        TerminologyError: another header, or a row of another number of cells.
    """
    fields: tuple[str, ...] = kind._fields  # type: ignore[attr-defined]
    lines = content.split("\n")
    if not lines[-1]:
        lines.pop()
    header = tuple(lines[0].split("\t")) if lines else ()
    if header != fields:
        raise TerminologyError(f"{name}:1: header is {', '.join(header)}; expected {', '.join(fields)}.")
    rows = []
    for number, line in enumerate(lines[1:], 2):
        cells = line.split("\t")
        if len(cells) != len(fields):
            raise TerminologyError(
                f"{name}:{number}: {len(cells)} cells, expected {len(fields)}. Put a tab between any two columns."
            )
        rows.append((number, kind(*cells)))
    return rows


def parse_user_terms(name: str, content: str) -> list[tuple[int, str, Term]]:
    """A user's own terms, as (line, label, row), from the text of a CSV or TSV with a header.

    Needs the columns ``text`` and ``label``; ``curie``, ``name``, ``scope``, ``case``, ``subtype``, ``source`` and
    ``comment`` are filled where absent: name is the first text of the same curie, curie is made from the name.

    Raises:
        TerminologyError: a missing column or an empty text, with the line.
    """
    first = content.split("\n", 1)[0]
    reader = csv.DictReader(io.StringIO(content), delimiter="\t" if "\t" in first else ";" if ";" in first else ",")
    header = [h.strip().lower() for h in reader.fieldnames or ()]
    for needed in ("text", "label"):
        if needed not in header:
            raise TerminologyError(f"{name}:1: no column {needed!r}, found {', '.join(header)}. Needed: text, label.")
    reader.fieldnames = header
    names: dict[str, str] = {}
    out = []
    for row in reader:
        cells = {k: (v or "").strip() for k, v in row.items() if isinstance(k, str) and not isinstance(v, list)}
        term = _user_term(f"{name}:{reader.line_num}", cells, names)
        out.append((reader.line_num, cells["label"].upper(), term._replace(source=term.source or name)))
    return out


def _user_term(at: str, cells: dict[str, str], names: dict[str, str]) -> Term:
    text = cells["text"]
    if not text:
        raise TerminologyError(f"{at}: empty text. Give the words to be found, or take the row out.")
    curie = cells.get("curie", "")
    name = cells.get("name") or names.get(curie) or text
    curie = curie or "user:" + re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")
    names.setdefault(curie, name)
    case = cells.get("case") or ("exact" if len(text) < 5 else "any")
    return Term(
        text, curie, name, cells.get("scope") or "exact", case, cells.get("subtype", ""), cells.get("context", ""), cells.get("source", ""), cells.get("comment", "")
    )


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise TerminologyError(f"{path}: cannot be read ({error.strerror}). Give an existing table of terms.") from None
    except UnicodeDecodeError:
        raise TerminologyError(f"{path}: not UTF-8. Save the table as UTF-8.") from None


def load(folder: Path | None = None, user_terms: tuple[Path, ...] = (), link_terms: tuple[Path, ...] = ()) -> Terminology:
    """All tables of a folder (the shipped one by default), with a user's own terms, and terms for linking only, added.

    Raises:
        TerminologyError: a table is missing or malformed.
    """
    folder = folder or shipped_folder()
    files = {name: _read(folder / name) for name in FILES}
    files |= {r.file: _read(folder / r.file) for _, r in parse_rows("labels.tsv", files["labels.tsv"], LabelRow)}
    own, linked = (tuple((path.name, _read(path)) for path in paths) for paths in (user_terms, link_terms))
    return parse(tuple(files.items()), own, linked)


@functools.lru_cache(maxsize=4)
def parse(
    files: tuple[tuple[str, str], ...], user_files: tuple[tuple[str, str], ...] = (), link_files: tuple[tuple[str, str], ...] = ()
) -> Terminology:
    """The vocabulary that the texts of its tables say, with a user's own tables of terms.

    Raises:
        TerminologyError: a table is malformed; a user's table breaks the rules of terms.
    """
    content = dict(files)
    tables = {name: tuple(r for _, r in parse_rows(name, content[name], kind)) for name, kind in FILES.items()}
    labels: tuple[LabelRow, ...] = tables["labels.tsv"]
    terms = [(r.file, line, r.label, term) for r in labels for line, term in parse_rows(r.file, content[r.file], Term)]
    for name, text in user_files:
        terms += [(name, line, label, term) for line, label, term in parse_user_terms(name, text)]
    linked = [(name, line, label, term) for name, text in link_files for line, label, term in parse_user_terms(name, text)]
    digest = hashlib.sha256(repr((sorted(files), user_files, *([link_files] if link_files else []))).encode())
    return Terminology(
        labels=labels,
        terms=tuple(terms),
        broader=tables["broader.tsv"],
        identifiers=tables["identifiers.tsv"],
        stops=tables["stoplist.tsv"],
        edges=tables["edges.tsv"],
        cues=tables["cues.tsv"],
        patterns=tables["patterns.tsv"],
        spellings=tables["spelling.tsv"],
        ner_labels=tables["ner_labels.tsv"],
        roles=tables["roles.tsv"],
        version=digest.hexdigest()[:16],
        files=files,
        user_files=user_files,
        link_files=link_files,
        link_terms=tuple(linked),
    )


def zipped(terminology: Terminology) -> bytes:
    """All tables of a vocabulary, the user's own among them, as a zip archive; equal tables give equal bytes."""
    content = io.BytesIO()
    folders = (("", terminology.files), ("user/", terminology.user_files), ("link/", terminology.link_files))
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        for folder, files in folders:
            for i, (name, text) in enumerate(files):
                place = f"{folder}{i}/" if folder else ""  # two tables of a user's may have one name
                archive.writestr(zipfile.ZipInfo(f"{place}{name}", date_time=(1980, 1, 1, 0, 0, 0)), text, zipfile.ZIP_DEFLATED)
    return content.getvalue()


def unzipped(path: Path | IO[bytes]) -> Terminology:
    """The vocabulary of such an archive.

    Raises:
        TerminologyError: there is none, or it is damaged.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            texts = [(name, archive.read(name).decode("utf-8")) for name in archive.namelist()]
    except (OSError, ValueError, zipfile.BadZipFile, zlib.error) as error:
        raise TerminologyError(f"{path}: cannot be read ({error}). Annotate again with --overwrite.") from None
    own, linked = (
        tuple((name.split("/", 2)[2], text) for name, text in texts if name.startswith(folder)) for folder in ("user/", "link/")
    )
    return parse(tuple((name, text) for name, text in texts if "/" not in name), own, linked)


def write_rows(path: Path, rows: Iterable[tuple[str, ...]], kind: type[Any]) -> None:
    """Write a table sorted, header first."""
    ordered = sorted(set(rows), key=sort_key)
    body = "\n".join("\t".join(r) for r in [kind._fields, *ordered])
    path.write_text(body + "\n", encoding="utf-8")


def sort_key(row: tuple[str, ...]) -> tuple[str, ...]:
    """Order of rows: by cells without regard to case, then with it."""
    return (*(c.lower() for c in row), *row)
