"""Files of a person's work beside the tables of a folder, which no run touches: one writer after the other, each file whole or as it was."""

from __future__ import annotations

import contextlib
import fcntl
import os
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeVar

import duckdb

from allnlp.errors import FolderError, OptionError

_LOCK = ".kept.lock"
T = TypeVar("T")


@contextlib.contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Keeps other writers of a person's work waiting, in this program and in others.

    Raises:
        FolderError: the folder is missing, or cannot be written to.
    """
    path = folder / _LOCK
    stream = None
    while stream is None:
        try:
            stream = path.open("wb")
            fcntl.flock(stream, fcntl.LOCK_EX)
            if not _is_at(path, stream.fileno()):  # the writer before took it away between our opening and locking it
                stream.close()
                stream = None
        except OSError as error:
            raise FolderError(f"{folder}: cannot be written ({error.strerror}). Give a folder of your own, or a copy of this one.") from None
    try:
        yield
    finally:
        path.unlink(missing_ok=True)
        stream.close()


def _is_at(path: Path, descriptor: int) -> bool:
    try:
        return os.path.samestat(os.fstat(descriptor), path.stat())
    except FileNotFoundError:
        return False


def own_database() -> duckdb.DuckDBPyConnection:
    """A database in memory for rows of a person's work."""
    database = duckdb.connect(":memory:")
    database.execute("SET threads=1; SET preserve_insertion_order=true; SET pandas_analyze_sample=1000000000")
    return database


def quoted(path: Path) -> str:
    """A path for a statement of SQL."""
    return str(path).replace("'", "''")


def read_settled(path: Path, ask: Callable[[], T]) -> T:
    """What a question reads of one state of a file: it is asked again where a writer put another file in its place meanwhile.

    A database opens a file more than once for one statement, and would read the foot of one file and the rows of another.
    """
    while True:
        before = _state(path)
        try:
            answer = ask()
        except duckdb.Error:
            if _state(path) == before:
                raise
        else:
            if _state(path) == before:
                return answer


def _state(path: Path) -> tuple[int, int, int] | None:
    try:
        found = path.stat()
    except FileNotFoundError:
        return None
    return found.st_ino, found.st_mtime_ns, found.st_size


def write_rows(database: duckdb.DuckDBPyConnection, path: Path, rows: str) -> None:
    """Replace a file at once, by the rows of a statement in their order; without a row it is taken away.

    Raises:
        FolderError: the disk is full, or what the statement reads is damaged.
    """
    work = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        database.execute(f"CREATE OR REPLACE TEMP TABLE rows_to_write AS {rows}")
        if database.execute("SELECT count(*) FROM rows_to_write").fetchall() == [(0,)]:
            path.unlink(missing_ok=True)
            return
        database.execute(f"COPY rows_to_write TO '{quoted(work)}' (FORMAT parquet, COMPRESSION zstd)")
        with work.open("rb") as stream:
            os.fsync(stream.fileno())
        work.replace(path)
    except (OSError, duckdb.Error) as error:
        reason = getattr(error, "strerror", None) or str(error).partition("\n")[0]
        raise FolderError(f"{path}: cannot be written ({reason}). Make room, or see whether the file is damaged.") from None
    finally:
        work.unlink(missing_ok=True)


def moment(made_at: str | None = None) -> str:
    """A moment as it is kept, in UTC and whole seconds; without one that of the clock.

    >>> moment("2026-03-01T10:00:00+02:00"), moment("2026-03-01T10:00:00Z")
    ('2026-03-01T08:00:00Z', '2026-03-01T10:00:00Z')

    Raises:
        OptionError: it is no date and time in ISO form.
    """
    try:
        at = datetime.now(UTC) if made_at is None else datetime.fromisoformat(made_at)
    except ValueError:
        raise OptionError(f"made_at {made_at!r} is no date and time. Give it as 2026-03-01T10:00:00Z.") from None
    return (at if at.tzinfo else at.replace(tzinfo=UTC)).astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def kept_words(words: str | None) -> str | None:
    r"""A person's name or note as it is kept: without blanks at its ends and characters that no one sees; None where nothing is left.

    >>> kept_words(" Ada\x00 L. "), kept_words("  ")
    ('Ada L.', None)
    """
    text = "".join(c for c in words or "" if c in "\n\t" or (c.isprintable() and not "\ud800" <= c <= "\udfff"))
    return text.strip() or None
