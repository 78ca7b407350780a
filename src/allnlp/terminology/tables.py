"""Reading the vocabulary tables, shipped or a user's own."""

from __future__ import annotations

import codecs
import functools
import hashlib
import importlib.resources
import io
import zipfile
import zlib
from collections.abc import Iterable
from pathlib import Path
from typing import IO, Any, NamedTuple, TypeVar

import numpy as np

from allnlp.errors import TerminologyError
from allnlp.terminology import large_tables
from allnlp.terminology.cache import kept, key
from allnlp.terminology.large_tables import LargeTable, digest_of, from_content
from allnlp.terminology.rows import Broader, Cue, Edge, Identifier, LabelRow, NerLabel, Pattern, RoleWeight, Spelling, Stop, Term
from allnlp.terminology.user_terms import parse_user_terms

Source = str | LargeTable  # the text of a table, or the table, where it is large
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
    user_files: tuple[tuple[str, Source], ...]
    link_files: tuple[tuple[str, Source], ...]
    link_terms: tuple[tuple[str, int, str, Term], ...]  # names that are linked to, and not looked for
    large: tuple[LargeTable, ...]  # further terms, in order after those of ``terms``
    large_links: tuple[LargeTable, ...]  # likewise of ``link_terms``


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


def _read(path: Path) -> str:
    try:
        return _content(path).decode()
    except UnicodeDecodeError:
        raise TerminologyError(f"{path}: not UTF-8. Save the table as UTF-8.") from None


def _content(path: Path) -> bytes:
    """The bytes of a table without byte order mark, lines ended by a newline."""
    try:
        content = path.read_bytes().removeprefix(codecs.BOM_UTF8)
    except OSError as error:
        raise TerminologyError(f"{path}: cannot be read ({error.strerror}). Give an existing table of terms.") from None
    return content.replace(b"\r\n", b"\n").replace(b"\r", b"\n") if b"\r" in content else content


def _source(path: Path) -> Source:
    try:
        return _sourced(path.name, _content(path))
    except UnicodeDecodeError:
        raise TerminologyError(f"{path}: not UTF-8. Save the table as UTF-8.") from None


def _sourced(name: str, content: bytes) -> Source:
    return from_content(name, content) if content.count(b"\n") >= large_tables.LARGE else content.decode()


def load(folder: Path | None = None, user_terms: tuple[Path, ...] = (), link_terms: tuple[Path, ...] = ()) -> Terminology:
    """All tables of a folder (the shipped one by default), with a user's own terms, and terms for linking only, added.

    Raises:
        TerminologyError: a table is missing or malformed.
    """
    folder = folder or shipped_folder()
    files = {name: _read(folder / name) for name in FILES}
    files |= {r.file: _read(folder / r.file) for _, r in parse_rows("labels.tsv", files["labels.tsv"], LabelRow)}
    own, linked = (tuple((path.name, _source(path)) for path in paths) for paths in (user_terms, link_terms))
    return parse(tuple(files.items()), own, linked)


@functools.lru_cache(maxsize=4)
def parse(
    files: tuple[tuple[str, str], ...], user_files: tuple[tuple[str, Source], ...] = (), link_files: tuple[tuple[str, Source], ...] = ()
) -> Terminology:
    """The vocabulary that the texts of its tables say, with a user's own tables of terms.

    Raises:
        TerminologyError: a table is malformed; a user's table breaks the rules of terms.
    """
    content = dict(files)
    tables = {name: tuple(r for _, r in parse_rows(name, content[name], kind)) for name, kind in FILES.items()}
    labels: tuple[LabelRow, ...] = tables["labels.tsv"]
    terms = [(r.file, line, r.label, term) for r in labels for line, term in parse_rows(r.file, content[r.file], Term)]
    (own, large), (linked, large_links) = _parted(user_files), _parted(link_files)
    digest = hashlib.sha256(repr(contents(files, user_files, link_files)).encode())
    return Terminology(
        labels=labels,
        terms=(*terms, *own),
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
        user_files=_kept_apart(user_files, large),
        link_files=_kept_apart(link_files, large_links),
        link_terms=linked,
        large=large,
        large_links=large_links,
    )


def contents(
    files: Iterable[tuple[str, str]], user_files: Iterable[tuple[str, Source]], link_files: Iterable[tuple[str, Source]]
) -> tuple[Any, ...]:
    """What the tables of a vocabulary say, the user's by their hashes; whatever its size, a table is one hash."""
    own, linked = (tuple((name, _digest(source)) for name, source in given) for given in (user_files, link_files))
    return (sorted(files), own, linked) if linked else (sorted(files), own)


def _digest(source: Source) -> str:
    return digest_of(source.encode()) if isinstance(source, str) else source.digest


def _parted(files: Iterable[tuple[str, Source]]) -> tuple[tuple[tuple[str, int, str, Term], ...], tuple[LargeTable, ...]]:
    """The terms of the tables before the first large one; and that with all that follow it, so that rows keep their order."""
    terms: list[tuple[str, int, str, Term]] = []
    large: list[LargeTable] = []
    for name, source in files:
        if isinstance(source, LargeTable):
            large.append(source.named(name))
        elif large or source.count("\n") >= large_tables.LARGE:
            large.append(from_content(name, source.encode()))
        else:
            terms += [(name, line, label, term) for line, label, term in parse_user_terms(name, source)]
    return tuple(terms), tuple(large)


def _kept_apart(files: tuple[tuple[str, Source], ...], large: tuple[LargeTable, ...]) -> tuple[tuple[str, Source], ...]:
    """The tables, the large ones as such, so that their texts need not stay in memory."""
    return (*files[: len(files) - len(large)], *((table.name, table) for table in large))


def text_of(source: Source) -> str:
    """The text of a table."""
    return source if isinstance(source, str) else source.text()


def zipped(terminology: Terminology) -> bytes:
    """All tables of a vocabulary, the user's own among them, as a zip archive; equal tables give equal bytes."""
    if not terminology.large and not terminology.large_links:
        return _zip(terminology)
    name = f"{key(contents(terminology.files, terminology.user_files, terminology.link_files))}.zip"
    return kept(name, lambda: {"zip": np.frombuffer(_zip(terminology), dtype=np.uint8)})["zip"].tobytes()


def _zip(terminology: Terminology) -> bytes:
    archived = io.BytesIO()
    folders: tuple[tuple[str, tuple[tuple[str, Source], ...]], ...] = (
        ("", terminology.files), ("user/", terminology.user_files), ("link/", terminology.link_files)
    )  # fmt: skip
    with zipfile.ZipFile(archived, "w", zipfile.ZIP_DEFLATED) as archive:
        for folder, files in folders:
            for i, (name, source) in enumerate(files):
                place = f"{folder}{i}/" if folder else ""  # two tables of a user's may have one name
                archive.writestr(zipfile.ZipInfo(f"{place}{name}", date_time=(1980, 1, 1, 0, 0, 0)), text_of(source), zipfile.ZIP_DEFLATED)
    return archived.getvalue()


def unzipped(path: Path | IO[bytes]) -> Terminology:
    """The vocabulary of such an archive.

    Raises:
        TerminologyError: there is none, or it is damaged.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            texts = {name: archive.read(name).decode() for name in archive.namelist() if "/" not in name}
            own, linked = (
                tuple((name.split("/", 2)[2], _sourced(name, archive.read(name))) for name in archive.namelist() if name.startswith(folder))
                for folder in ("user/", "link/")
            )
    except (OSError, ValueError, zipfile.BadZipFile, zlib.error) as error:
        raise TerminologyError(f"{path}: cannot be read ({error}). Annotate again with --overwrite.") from None
    return parse(tuple(texts.items()), own, linked)


def write_rows(path: Path, rows: Iterable[tuple[str, ...]], kind: type[Any]) -> None:
    """Write a table sorted, header first."""
    ordered = sorted(set(rows), key=sort_key)
    body = "\n".join("\t".join(r) for r in [kind._fields, *ordered])
    path.write_text(body + "\n", encoding="utf-8")


def sort_key(row: tuple[str, ...]) -> tuple[str, ...]:
    """Order of rows: by cells without regard to case, then with it."""
    return (*(c.lower() for c in row), *row)
