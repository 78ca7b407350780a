"""An annotated folder in and out: tables checked, whole or absent, with their provenance in ``manifest.json``.

A run writes parts under ``.unfinished``; at its end each table is put together there, then all are moved into place, the
manifest last. A folder without a manifest is no annotated folder, whatever lies in it. A run replaces and takes away only
files that a manifest says a run wrote; while tables are moved, the former manifest waits under ``.unfinished``.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import json
import os
import re
import shutil
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import IO, Any

import duckdb
import pandas as pd

from allnlp import schema
from allnlp.errors import FolderError, OptionError

FORMATS = ("parquet", "csv", "tsv", "jsonl", "xlsx")
MANIFEST = "manifest.json"
_UNFINISHED = ".unfinished"
_FORMER = "former.json"
_ROW_GROUP = (122_880, 8_192)  # rows held in memory while writing; documents are long
_XLSX_ROWS = 1_048_575
_XLSX_CHARACTERS = 32_767


class FolderWriter:
    """Writes one annotated folder; use as a context, ``finish`` it, else nothing of it stays.

    >>> import tempfile
    >>> folder = Path(tempfile.mkdtemp()) / "cart"
    >>> with FolderWriter(folder) as writer:
    ...     writer.write("sentences", [schema.Sentence("1", 0, "title", 0, 5)])
    ...     writer.finish({})
    >>> read_table(folder, "sentences").to_dict("records")
    [{'doc_id': '1', 'sentence': 0, 'section': 'title', 'start': 0, 'end': 5}]
    """

    def __init__(self, folder: Path, *, format: str = "parquet") -> None:
        if format not in FORMATS:
            raise OptionError(f"format is {format!r}. Use one of {', '.join(FORMATS)}.")
        self.folder = folder
        self.format = format
        self.work = folder / _UNFINISHED
        self.rows = dict.fromkeys(schema.TABLES, 0)
        self._parts = 0
        self._lock: IO[bytes] | None = None

    def __enter__(self) -> FolderWriter:
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            self._lock = (self.folder / ".lock").open("wb")
        except OSError as error:
            raise FolderError(f"{self.folder}: cannot be written ({error.strerror}). Give another folder with -o.") from None
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            if os.fstat(self._lock.fileno()).st_ino != (self.folder / ".lock").stat().st_ino:
                raise BlockingIOError  # a run that ended took the file away between our opening and locking it
        except OSError:
            self._lock.close()
            raise FolderError(f"{self.folder}: another run is writing here. Wait for it, or give another folder with -o.") from None
        try:
            _take_away_unfinished(self.folder)
            self._refuse_other_files()
            self.work.mkdir()
        except BaseException:
            self._unlock()
            raise
        self._database = _connect()
        return self

    def __exit__(self, *exception: object) -> None:
        self._database.close()
        _take_away_unfinished(self.folder)
        self._unlock()
        if not any(self.folder.iterdir()):
            self.folder.rmdir()

    def _unlock(self) -> None:
        (self.folder / ".lock").unlink(missing_ok=True)
        if self._lock is not None:
            self._lock.close()

    def _refuse_other_files(self) -> None:
        """Refuse to write over a file that no run wrote."""
        ours = written_files(self.folder / MANIFEST)
        for table in schema.TABLES:
            path = self.folder / f"{table}.{self.format}"
            if os.path.lexists(path) and path.name not in ours:
                raise FolderError(
                    f"{path}: is in the way; the table {table} would be written there, and no manifest.json says that a run wrote this file."
                    " Move it, or give another folder with -o."
                )

    def write(self, table: str, rows: Sequence[Any]) -> None:
        """Add rows to a table, in order.

        Raises:
            ValueError: a row breaks the schema.
            FolderError: the disk is full.
        """
        if not rows:
            return
        schema.check(table, rows)
        self._parts += 1
        with _told(self.folder):
            _write_part(self._database, table, rows, self.work / f"{table}-{self._parts:08d}.parquet")
        self.rows[table] += len(rows)

    def finish(self, manifest: Mapping[str, Any]) -> None:
        """Put the tables together, move them into place, and write the manifest last.

        Raises:
            FolderError: the disk is full; what was in the folder before stays.
        """
        with _told(self.folder):
            self._finish(manifest)

    def _finish(self, manifest: Mapping[str, Any]) -> None:
        names: dict[str, str] = {}
        for table in schema.TABLES:
            path = self.work / f"{table}.{self.format}"
            self._assemble(table, path)
            names[table] = path.name
        tables = {t: {"file": n, "rows": self.rows[t], "sha256": sha256(self.work / n)} for t, n in names.items()}
        body = json.dumps({"schema": schema.SCHEMA_VERSION, **manifest, "tables": tables}, indent=1, ensure_ascii=False, sort_keys=True) + "\n"
        (self.work / MANIFEST).write_text(body, encoding="utf-8")
        former = written_files(self.folder / MANIFEST)
        if (self.folder / MANIFEST).exists():
            (self.folder / MANIFEST).rename(self.work / _FORMER)
        for name in former:
            (self.folder / name).unlink(missing_ok=True)
        for name in [*names.values(), MANIFEST]:
            _sync(self.work / name)
            (self.work / name).replace(self.folder / name)

    def _assemble(self, table: str, path: Path) -> None:
        parts = sorted(str(p) for p in self.work.glob(f"{table}-*.parquet"))
        source = f"read_parquet({parts!r})" if parts else _empty(table)
        if self.format == "xlsx":
            _write_xlsx(self._database, table, source, path)
            return
        selected = "*" if self.format in ("parquet", "jsonl") else ", ".join(_flat(c) for c in schema.columns(table))
        options = {
            "parquet": f"FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE {_ROW_GROUP[table == 'documents']}",
            "csv": "FORMAT csv, HEADER",
            "tsv": "FORMAT csv, HEADER, DELIMITER '\t'",
            "jsonl": "FORMAT json",
        }[self.format]
        self._database.execute(f"COPY (SELECT {selected} FROM {source}) TO '{_quoted(path)}' ({options})")


@contextlib.contextmanager
def _told(folder: Path) -> Iterator[None]:
    """Make a failing disk a message."""
    try:
        yield
    except (OSError, duckdb.IOException) as error:
        words = str(error).partition("\n")[0]
        found = re.search(r'"exception_message":"((?:[^"\\]|\\.)+)"', words)  # DuckDB's message may hold another as JSON
        reason = getattr(error, "strerror", None) or (found[1].replace('\\"', "'") if found else words)
        raise FolderError(f"{folder}: cannot be written ({reason}). Make room, or give another folder with -o.") from None


def _connect() -> duckdb.DuckDBPyConnection:
    database = duckdb.connect(":memory:")
    database.execute("SET threads=1; SET preserve_insertion_order=true; SET pandas_analyze_sample=1000000000; SET memory_limit='1GB'")
    return database


def _write_part(database: duckdb.DuckDBPyConnection, table: str, rows: Sequence[Any], path: Path) -> None:
    columns = schema.columns(table)
    cells = zip(*rows, strict=True)
    frame = pd.DataFrame(
        {
            c.column: pd.Series([list(v) for v in values] if c.type.endswith("[]") else list(values), dtype=object)
            for c, values in zip(columns, cells, strict=True)
        }
    )
    database.register("part", frame)
    selected = ", ".join(f'CAST("{c.column}" AS {c.type}) AS "{c.column}"' for c in columns)
    database.execute(f"COPY (SELECT {selected} FROM part) TO '{_quoted(path)}' (FORMAT parquet)")
    database.unregister("part")


def _empty(table: str) -> str:
    selected = ", ".join(f'CAST(NULL AS {c.type}) AS "{c.column}"' for c in schema.columns(table))
    return f"(SELECT {selected} WHERE false)"


def _flat(column: schema.Column) -> str:
    name = f'"{column.column}"'
    return f"array_to_string({name}, '; ') AS {name}" if column.type.endswith("[]") else name


def _quoted(path: Path) -> str:
    return str(path).replace("'", "''")


def _write_xlsx(database: duckdb.DuckDBPyConnection, table: str, source: str, path: Path) -> None:
    import xlsxwriter

    columns = schema.columns(table)
    book = xlsxwriter.Workbook(
        str(path), {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    )
    book.set_properties({"created": pd.Timestamp("2000-01-01").to_pydatetime()})  # the same bytes at any time
    cursor = database.execute(f"SELECT {', '.join(_flat(c) for c in columns)} FROM {source}")
    sheet, line, number = None, 0, 0
    while True:
        rows = cursor.fetchmany(5000)
        if not rows and sheet is not None:
            break
        if not rows or sheet is None or line + len(rows) > _XLSX_ROWS:
            number += 1
            sheet = book.add_worksheet(table if number == 1 else f"{table} {number}")
            sheet.write_row(0, 0, [c.column for c in columns])
            sheet.freeze_panes(1, 0)
            line = 1
        for row in rows:
            for i, cell in enumerate(row):
                if isinstance(cell, str):
                    sheet.write_string(line, i, cell if len(cell) <= _XLSX_CHARACTERS else cell[: _XLSX_CHARACTERS - 12] + " ... [cut]")
                elif cell is not None:
                    sheet.write(line, i, cell)
            line += 1
        if not rows:
            break
    try:
        book.close()
    except xlsxwriter.exceptions.FileCreateError as error:
        raise OSError(str(error)) from None


def _sync(path: Path) -> None:
    with contextlib.suppress(OSError), path.open("rb") as stream:
        os.fsync(stream.fileno())


def sha256(path: Path) -> str:
    """SHA-256 of a file, as hex."""
    digest = hashlib.sha256()
    with path.open("rb") as stream:
        while block := stream.read(1 << 20):
            digest.update(block)
    return digest.hexdigest()


def written_files(manifest: Path) -> dict[str, str]:
    """Names of the tables that a manifest says a run wrote, with their SHA-256; none where it is missing or damaged."""
    possible = {f"{table}.{kind}" for table in schema.TABLES for kind in FORMATS}
    try:
        entries = json.loads(manifest.read_text(encoding="utf-8"))["tables"].values()
        files = {str(entry["file"]): str(entry["sha256"]) for entry in entries}
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return {}
    return {name: digest for name, digest in files.items() if name in possible}


def _take_away_unfinished(folder: Path) -> None:
    """Take away what a killed run left: its parts and, where it was moving them, the tables that its manifests name."""
    work = folder / _UNFINISHED
    if not (folder / MANIFEST).exists():
        for name, digest in [*written_files(work / _FORMER).items(), *written_files(work / MANIFEST).items()]:
            if (folder / name).is_file() and sha256(folder / name) == digest:
                (folder / name).unlink()
    shutil.rmtree(work, ignore_errors=True)


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
        what = "an unfinished run" if (folder / _UNFINISHED).exists() else "no manifest.json"
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
    for name, entry in read_manifest(folder)["tables"].items():
        path = folder / entry["file"]
        if not path.is_file() or sha256(path) != entry["sha256"]:
            raise FolderError(f"{path}: table {name} is missing or was changed since the run. Annotate again with --overwrite.")


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
    database = _connect()
    try:
        for table in tables or schema.TABLES:
            path = table_path(folder, table)
            try:
                database.execute(f'CREATE VIEW "{table}" AS SELECT * FROM {_source(table, path)}')
            except duckdb.Error:
                raise FolderError(f"{path}: damaged or not a table of allnlp. Annotate again with --overwrite.") from None
    except BaseException:
        database.close()
        raise
    return database


def _source(table: str, path: Path) -> str:
    kind = path.suffix.lstrip(".")
    if kind == "parquet":
        return f"read_parquet('{_quoted(path)}')"
    if kind == "xlsx":
        raise FolderError(f"{path}: Excel tables are for people. Annotate with --format parquet to ask questions of them.")
    columns = schema.columns(table)
    if kind == "jsonl":
        types = ", ".join(f"'{c.column}': '{c.type}'" for c in columns)
        return f"read_json('{_quoted(path)}', format='newline_delimited', columns={{{types}}})"
    types = ", ".join(f"'{c.column}': '{'VARCHAR' if c.type.endswith('[]') else c.type}'" for c in columns)
    delimiter = "\t" if kind == "tsv" else ","
    flat = f"read_csv('{_quoted(path)}', header=true, delim='{delimiter}', quote='\"', escape='\"', columns={{{types}}}, nullstr='')"
    cells = ", ".join(_unflat(c) for c in columns)
    return f"(SELECT {cells} FROM {flat})"


def _unflat(column: schema.Column) -> str:
    name = f'"{column.column}"'
    if column.type.endswith("[]"):
        return f"CASE WHEN {name} IS NULL THEN [] ELSE string_split({name}, '; ')::{column.type} END AS {name}"
    return name if column.nullable or column.type != "VARCHAR" else f"coalesce({name}, '') AS {name}"


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
