"""Writing an annotated folder: one writer at a time, parts that outlive a kill, tables and manifest in place at once."""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import re
import shutil
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import IO, Any

import duckdb

from allnlp import schema
from allnlp.errors import FolderError, OptionError
from allnlp.tables.database import connect, empty, flat, quoted
from allnlp.tables.folder import FORMATS, MANIFEST, UNFINISHED, read_manifest, sha256, written_files
from allnlp.tables.parts import Part, finished_shards, part_path, write_shard, write_whole
from allnlp.tables.rows import parquet
from allnlp.tables.sheets import write_xlsx

_FORMER = "former.json"
_IDENTITY = "identity.json"
_LOCK = ".lock"
_AT_ONCE = 2  # tables that are put together at the same time: more would need more memory
_ROW_GROUP = (122_880, 8_192)  # rows held in memory while writing; documents are long


class FolderWriter:
    """Writes one annotated folder; use as a context, ``finish`` it, else the folder is as it was.

    With an ``identity`` the work of a run that was stopped is kept, and the next writer of an equal one goes on with it.

    >>> import tempfile
    >>> folder = Path(tempfile.mkdtemp()) / "cart"
    >>> with FolderWriter(folder) as writer:
    ...     writer.write("sentences", [schema.Sentence("1", 0, "title", 0, 5)])
    ...     writer.finish({})
    >>> from allnlp.tables.folder import read_table
    >>> read_table(folder, "sentences").to_dict("records")
    [{'doc_id': '1', 'sentence': 0, 'section': 'title', 'start': 0, 'end': 5}]
    """

    def __init__(self, folder: Path, *, format: str = "parquet", identity: Mapping[str, Any] | None = None, threads: int = 1) -> None:
        if format not in FORMATS:
            raise OptionError(f"format is {format!r}. Use one of {', '.join(FORMATS)}.")
        self.folder = folder
        self.format = format
        self.work = folder / UNFINISHED
        self.rows = dict.fromkeys(schema.TABLES, 0)
        self.shards: dict[int, Mapping[str, Any]] = {}  # what was told of each finished shard
        self._threads = threads  # that put the tables together, each another one
        self._identity = None if identity is None else json.dumps(identity, sort_keys=True, default=str)
        self._parts = 0
        self._is_finished = False
        self._lock: IO[bytes] | None = None

    def __enter__(self) -> FolderWriter:
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            self._lock = _locked(self.folder)
        except OSError as error:
            raise FolderError(f"{self.folder}: cannot be written ({error.strerror}). Give another folder with -o.") from None
        try:
            with _told(self.folder):
                self._begin()
        except BaseException:
            self._unlock()
            raise
        self._database = connect()
        return self

    def _begin(self) -> None:
        kept = self.work / _IDENTITY
        is_ours = self._identity is not None and kept.is_file() and kept.read_text(encoding="utf-8", errors="replace") == self._identity
        _take_away_half_moved(self.folder)
        if not is_ours:
            shutil.rmtree(self.work, ignore_errors=True)
        self._refuse_other_files()
        self.work.mkdir(exist_ok=True)
        if self._identity is not None and not is_ours:
            write_whole(kept, self._identity)
        if is_ours:
            self.find_shards()

    def find_shards(self) -> None:
        """Know the shards that are finished, by this run, by one before, or by others that write into its folder."""
        for number, marker in finished_shards(self.work).items():
            if number not in self.shards:
                self._know(number, marker["told"], marker["rows"])

    def _know(self, number: int, told: Mapping[str, Any], rows: Mapping[str, int]) -> None:
        self.shards[number] = told
        for table, count in rows.items():
            if table in self.rows:
                self.rows[table] += count

    def __exit__(self, *exception: object) -> None:
        self._database.close()
        is_kept = self._identity is not None and self.work.is_dir() and any(path.name != _IDENTITY for path in self.work.iterdir())
        if self._is_finished or not is_kept:
            _take_away_half_moved(self.folder)
            _take_away_work(self.folder)
        self._unlock()
        with contextlib.suppress(OSError):  # the folder itself may have been taken away
            if not any(self.folder.iterdir()):
                self.folder.rmdir()

    def _unlock(self) -> None:
        (self.folder / _LOCK).unlink(missing_ok=True)
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
        if rows:
            self._parts += 1
            schema.check(table, rows)
            with _told(self.folder):
                part_path(self.work, table, self._parts).write_bytes(parquet(schema.columns(table), rows))
            self.rows[table] += len(rows)

    def add(self, number: int, part: Part) -> None:
        """Add a finished shard; a run that goes on finds all of it, or nothing.

        Raises:
            FolderError: the disk is full.
        """
        with _told(self.folder):
            write_shard(self.work, number, part)
        self._know(number, part.told, part.rows)

    def ask(self, statement: str, table: str, columns: Sequence[schema.Column]) -> list[tuple[Any, ...]]:
        """Answer of an SQL statement on a table that only shards have, and that is not among those of the folder.

        Args:
            statement: selects from ``table``.
            table: its name.
            columns: its columns.
        """
        self._database.execute(f"CREATE OR REPLACE TEMP VIEW {table} AS SELECT * FROM {self._source(table, columns)}")
        return self._database.execute(statement).fetchall()

    def _source(self, table: str, columns: Sequence[schema.Column]) -> str:
        paths = sorted(str(path) for path in self.work.glob(f"{table}-*.parquet"))
        return f"read_parquet({paths!r})" if paths else empty(columns)

    def finish(self, manifest: Mapping[str, Any], files: Mapping[str, tuple[str, bytes]] | None = None) -> None:
        """Put the tables together, move them into place, and write the manifest last.

        Args:
            manifest: what it says besides the tables.
            files: further files by what they are: their name and content.

        Raises:
            FolderError: the disk is full; what was in the folder before stays.
        """
        with _told(self.folder):
            self._finish(manifest, files or {})
        self._is_finished = True

    def _finish(self, manifest: Mapping[str, Any], files: Mapping[str, tuple[str, bytes]]) -> None:
        names = {table: f"{table}.{self.format}" for table in schema.TABLES}
        hashes = self._assembled()
        for name, content in files.values():
            (self.work / name).write_bytes(content)
        tables = {t: {"file": n, "rows": self.rows[t], "sha256": hashes[t]} for t, n in names.items()}
        body: dict[str, Any] = {"schema": schema.SCHEMA_VERSION, **manifest, "tables": tables}
        if files:
            body["files"] = {what: {"file": name, "sha256": sha256(self.work / name)} for what, (name, _) in files.items()}
        (self.work / MANIFEST).write_text(json.dumps(body, indent=1, ensure_ascii=False, sort_keys=True) + "\n", encoding="utf-8")
        former = written_files(self.folder / MANIFEST)
        if (self.folder / MANIFEST).exists():
            (self.folder / MANIFEST).rename(self.work / _FORMER)
        for name in former:
            (self.folder / name).unlink(missing_ok=True)
        for name in [*names.values(), *(name for name, _ in files.values()), MANIFEST]:
            _sync(self.work / name)
            (self.work / name).replace(self.folder / name)

    def _assembled(self) -> dict[str, str]:
        """The hash of each table, put together of the parts of all shards; the largest first, and another one beside it where there are threads."""
        databases = {table: self._database.cursor() for table in sorted(schema.TABLES, key=lambda table: -self.rows[table])}
        with ThreadPoolExecutor(min(self._threads, _AT_ONCE)) as pool:
            try:
                return dict(zip(databases, pool.map(self._assemble, databases.values(), databases), strict=True))
            except BaseException:
                pool.shutdown(wait=False, cancel_futures=True)
                for database in databases.values():
                    database.interrupt()
                raise

    def _assemble(self, database: duckdb.DuckDBPyConnection, table: str) -> str:
        path = self.work / f"{table}.{self.format}"
        source = self._source(table, schema.columns(table))
        if self.format == "xlsx":
            write_xlsx(database, table, source, path)
            return sha256(path)
        selected = "*" if self.format in ("parquet", "jsonl") else ", ".join(flat(c) for c in schema.columns(table))
        options = {
            "parquet": f"FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE {_ROW_GROUP[table == 'documents']}",
            "csv": "FORMAT csv, HEADER",
            "tsv": "FORMAT csv, HEADER, DELIMITER '\t'",
            "jsonl": "FORMAT json",
        }[self.format]
        database.execute(f"COPY (SELECT {selected} FROM {source}) TO '{quoted(path)}' ({options})")
        return sha256(path)


def _locked(folder: Path) -> IO[bytes]:
    """The lock of a folder, held.

    Raises:
        FolderError: another run holds it.
    """
    lock = (folder / _LOCK).open("wb")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        if os.fstat(lock.fileno()).st_ino != (folder / _LOCK).stat().st_ino:
            raise BlockingIOError  # a run that ended took the file away between our opening and locking it
    except OSError:
        lock.close()
        raise FolderError(f"{folder}: another run is writing here. Wait for it, or give another folder with -o.") from None
    return lock


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


def _sync(path: Path) -> None:
    with contextlib.suppress(OSError), path.open("rb") as stream:
        os.fsync(stream.fileno())


def _take_away_half_moved(folder: Path) -> None:
    """Take away the tables that a killed run was moving into place: those that its manifests name."""
    work = folder / UNFINISHED
    if (folder / MANIFEST).exists():
        return
    for name, digest in [*written_files(work / _FORMER).items(), *written_files(work / MANIFEST).items()]:
        if (folder / name).is_file() and sha256(folder / name) == digest:
            (folder / name).unlink()


def _take_away_work(folder: Path) -> None:
    (folder / UNFINISHED / _IDENTITY).unlink(missing_ok=True)  # first, so that nobody goes on with what is half gone
    shutil.rmtree(folder / UNFINISHED, ignore_errors=True)


def former_manifest(folder: Path) -> dict[str, Any]:
    """Manifest of an annotated folder, also of one that a killed run was about to replace.

    Raises:
        FolderError: there is none, or it is damaged.
    """
    work = folder / UNFINISHED
    if not (folder / MANIFEST).exists() and (work / _IDENTITY).exists() and (work / _FORMER).exists():
        manifest: dict[str, Any] = json.loads((work / _FORMER).read_text(encoding="utf-8"))
        return manifest
    return read_manifest(folder)


def take_away_rest(folder: Path) -> None:
    """Take away what a run that was killed at its very end left beside its tables; nothing while another run writes."""
    if not (folder / UNFINISHED).exists() or not (folder / MANIFEST).exists():
        return
    with contextlib.suppress(OSError, FolderError), _locked(folder):
        _take_away_work(folder)
        (folder / _LOCK).unlink(missing_ok=True)
