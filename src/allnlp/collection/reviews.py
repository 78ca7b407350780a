"""What a reviewer says of whole documents: read or not, included or excluded, a note; in ``reviews.parquet``, which no run touches."""

from __future__ import annotations

import enum
from pathlib import Path
from typing import Final

import duckdb
import pandas as pd

from allnlp.collection.kept_files import kept_words, locked, moment, own_database, quoted, read_settled, write_rows
from allnlp.errors import FolderError, NothingFound, OptionError
from allnlp.tables import connected

REVIEWS = "reviews.parquet"
DECISIONS = ("included", "excluded")
COLUMNS = ("doc_id", "is_read", "decision", "note", "reviewer", "made_at")


class Keep(enum.Enum):
    """What is not given stays as it is."""

    KEEP = "keep"


KEEP: Final = Keep.KEEP


def keep_review(
    folder: Path,
    doc_id: str,
    *,
    is_read: bool | Keep = KEEP,
    decision: str | Keep | None = KEEP,
    note: str | Keep | None = KEEP,
    reviewer: str,
    made_at: str | None = None,
) -> None:
    """Keep what a reviewer says of a document; what is not given stays. A review that says nothing any more is taken away.

    Args:
        folder: the annotated folder.
        doc_id: the document.
        is_read: it was read.
        decision: "included", "excluded" or None for none yet.
        note: the reviewer's words; None or blanks for none.
        reviewer: name or initials.
        made_at: the moment, in ISO form; by default now.

    Raises:
        NothingFound: the folder has no such document.
        OptionError: the decision is none, or the moment cannot be read.
        FolderError: no annotated folder, a damaged one, or one that cannot be written to.
    """
    if decision not in (KEEP, None, *DECISIONS):
        raise OptionError(f"decision {decision!r} is none of {', '.join(DECISIONS)}, or None for none yet.")
    at = moment(made_at)
    _check_document(folder, doc_id)
    with locked(folder), own_database() as database:
        _read(database, folder)
        former = database.execute("SELECT is_read, decision, note FROM kept WHERE doc_id = ?", [doc_id]).fetchall()
        before = former[0] if former else (False, None, None)
        now = (
            before[0] if isinstance(is_read, Keep) else bool(is_read),
            before[1] if isinstance(decision, Keep) else decision,
            before[2] if isinstance(note, Keep) else kept_words(note),
        )
        database.execute("DELETE FROM kept WHERE doc_id = ?", [doc_id])
        if now != (False, None, None):
            database.execute("INSERT INTO kept VALUES (?, ?, ?, ?, ?, ?)", [doc_id, *now, kept_words(reviewer), at])
        write_rows(database, folder / REVIEWS, "SELECT * FROM kept ORDER BY doc_id")


def has_reviews(folder: Path) -> bool:
    """Whether a reviewer's work lies in the folder."""
    return (folder / REVIEWS).is_file()


def read_reviews(folder: Path) -> pd.DataFrame:
    """Documents that a reviewer said something of: doc_id, is_read, decision, note, reviewer, made_at; null where nothing is said.

    Those of documents that the folder has no longer are among them.

    Raises:
        FolderError: the reviews are damaged.
    """
    with own_database() as database:
        _read(database, folder)
        rows = database.execute(f"SELECT {', '.join(COLUMNS)} FROM kept ORDER BY doc_id").fetchall()
    return pd.DataFrame(rows, columns=list(COLUMNS), dtype=object).astype({"is_read": bool})


def _read(database: duckdb.DuckDBPyConnection, folder: Path) -> None:
    """The table ``kept`` of the reviews of a folder."""
    empty = "CREATE OR REPLACE TEMP TABLE kept(doc_id VARCHAR, is_read BOOLEAN, decision VARCHAR, note VARCHAR, reviewer VARCHAR, made_at VARCHAR)"

    def ask() -> None:
        database.execute(empty)
        if has_reviews(folder):
            database.execute(f"INSERT INTO kept SELECT {', '.join(COLUMNS)} FROM read_parquet('{quoted(folder / REVIEWS)}')")

    try:
        read_settled(folder / REVIEWS, ask)
    except duckdb.Error as error:
        reason = str(error).partition("\n")[0]
        raise FolderError(f"{folder / REVIEWS}: damaged ({reason}). Put a copy of it in its place, or take it away and review again.") from None


def _check_document(folder: Path, doc_id: str) -> None:
    with connected(folder, "documents") as database:
        if not database.execute("SELECT 1 FROM documents WHERE doc_id = ? LIMIT 1", [doc_id]).fetchall():
            raise NothingFound(f"{folder}: there is no document {doc_id!r}. See the column doc_id of the documents.")
