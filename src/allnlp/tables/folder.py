"""An annotated folder read: its manifest, and its tables as views of a database."""

from __future__ import annotations

import contextlib
import hashlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb

from allnlp import schema
from allnlp.errors import FolderError, OptionError
from allnlp.tables.database import absent, connect, quoted, unflat

if TYPE_CHECKING:
    import pandas as pd

FORMATS = ("parquet", "csv", "tsv", "jsonl", "xlsx")
MANIFEST = "manifest.json"
UNFINISHED = ".unfinished"
_LINE = 2**28  # bytes of a row of text; DuckDB gives up at 2 MB otherwise
VOCABULARY = "terminology.zip"
AS_READ = "as_read.rows"  # documents before others were merged into them, for a run that adds to the folder


def sha256(path: Path) -> str:
    """SHA-256 of a file, as hex."""
    digest = hashlib.sha256()
    with path.open("rb") as stream:
        while block := stream.read(1 << 20):
            digest.update(block)
    return digest.hexdigest()


def written_files(manifest: Path) -> dict[str, str]:
    """Names of the tables and the vocabulary that a manifest says a run wrote, with their SHA-256; none where it is missing or damaged."""
    possible = {f"{table}.{kind}" for table in schema.TABLES for kind in FORMATS} | {VOCABULARY, AS_READ}
    try:
        content = json.loads(manifest.read_text(encoding="utf-8"))
        entries = [*content["tables"].values(), *content.get("files", {}).values()]
        files = {str(entry["file"]): str(entry["sha256"]) for entry in entries}
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return {}
    return {name: digest for name, digest in files.items() if name in possible}


def damaged_manifest(path: Path) -> FolderError:
    """What to say of a manifest that cannot be used."""
    return FolderError(
        f"{path}: damaged. Remove it with the tables beside it and annotate again, or give another folder with -o."
    )


def read_manifest(folder: Path) -> dict[str, Any]:
    """Manifest of an annotated folder.

    Raises:
        FolderError: no such folder, no manifest in it, a damaged one, or one of a newer allnlp.
    """
    path = folder / MANIFEST
    if not folder.is_dir():
        raise FolderError(f"{folder}: no such folder. Make one with: allnlp annotate INPUT -o {folder}")
    if not path.is_file():
        what = "an unfinished run" if (folder / UNFINISHED).exists() else "no manifest.json"
        raise FolderError(f"{folder}: holds {what}, so it is no annotated folder. Run: allnlp annotate INPUT -o {folder}")
    try:
        manifest: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        version = int(manifest["schema"])
        dict(manifest["tables"])  # its absence is a fault looked for
    except (ValueError, KeyError, TypeError):
        raise damaged_manifest(path) from None
    if version > schema.SCHEMA_VERSION:
        raise FolderError(
            f"{folder}: written by a newer allnlp (schema {version}, this one reads {schema.SCHEMA_VERSION}). Upgrade allnlp."
        )
    return manifest


def verify(folder: Path) -> None:
    """Prove that every table of a folder is as it was written.

    Raises:
        FolderError: a table is missing or was changed.
    """
    manifest = read_manifest(folder)
    for name, entry in [*manifest["tables"].items(), *manifest.get("files", {}).items()]:
        path = folder / entry["file"]
        if not path.is_file() or sha256(path) != entry["sha256"]:
            raise FolderError(f"{path}: {name} is missing or was changed since the run. Annotate again with --overwrite.")


def table_path(folder: Path, table: str) -> Path:
    """File of a table in an annotated folder.

    Raises:
        FolderError: the folder has none, or the file is missing.
    """
    manifest = read_manifest(folder)
    name = manifest["tables"].get(table, {}).get("file")
    if name is None or not (folder / name).is_file():
        raise FolderError(f"{folder}: table {table} is missing. Annotate again with --overwrite.")
    return folder / str(name)


@contextlib.contextmanager
def connected(folder: Path, *tables: str) -> Iterator[duckdb.DuckDBPyConnection]:
    """A database connection in which each table of the folder is a view.

    Raises:
        FolderError: the folder or a table is missing, damaged, or of a format that is only for reading by people (xlsx).
    """
    database = opened(folder, *tables)
    try:
        yield database
    finally:
        database.close()


def opened(folder: Path, *tables: str) -> duckdb.DuckDBPyConnection:
    """The same, for a caller who closes it.

    Raises:
        FolderError: as ``connected``.
    """
    database = connect()
    try:
        version = int(read_manifest(folder)["schema"])
        for table in tables or schema.TABLES:
            path = table_path(folder, table)
            try:
                database.execute(f'CREATE VIEW "{table}" AS SELECT * FROM {_source(table, path, version)}')
            except duckdb.Error:
                raise FolderError(f"{path}: damaged or not a table of allnlp. Annotate again with --overwrite.") from None
    except BaseException:
        database.close()
        raise
    return database


def _source(table: str, path: Path, version: int) -> str:
    """The rows of a file, for a statement of SQL; columns that came with a later schema are empty."""
    kind = path.suffix.lstrip(".")
    lacking = {name for added, tables in schema.ADDED.items() if added > version for name in tables.get(table, ())}
    columns = [c for c in schema.columns(table) if c.column not in lacking]
    types = {c.column: "VARCHAR" if kind in ("csv", "tsv") and c.type.endswith("[]") else c.type for c in columns}
    typed = "{" + ", ".join(f"'{name}': '{type_}'" for name, type_ in types.items()) + "}"
    is_flat = kind in ("csv", "tsv")
    if kind == "parquet":
        rows = f"read_parquet('{quoted(path)}')"
    elif kind == "jsonl":
        rows = f"read_json('{quoted(path)}', format='newline_delimited', columns={typed}, maximum_object_size={_LINE})"
    elif is_flat:
        delimiter = "\t" if kind == "tsv" else ","
        rows = f"read_csv('{quoted(path)}', header=true, delim='{delimiter}', quote='\"', escape='\"', columns={typed}, nullstr='', auto_detect=false, max_line_size={_LINE})"
    else:
        raise FolderError(f"{path}: Excel tables are for people. Annotate with --format parquet to ask questions of them.")
    if not lacking and not is_flat:
        return rows
    cells = [absent(c) if c.column in lacking else unflat(c) if is_flat else f'"{c.column}"' for c in schema.columns(table)]
    return f"(SELECT {', '.join(cells)} FROM {rows})"


def read_table(folder: Path, table: str) -> pd.DataFrame:
    """A table of an annotated folder as a DataFrame.

    Raises:
        FolderError: the folder or the table is missing or damaged.
    """
    if table not in schema.TABLES:
        raise OptionError(f"no table {table!r}. Tables: {', '.join(schema.TABLES)}.")
    with connected(folder, table) as database:
        try:
            frame: pd.DataFrame = database.sql(f'SELECT * FROM "{table}"').df()
        except duckdb.Error:
            raise FolderError(f"{table_path(folder, table)}: damaged. Annotate again with --overwrite.") from None
        return frame
