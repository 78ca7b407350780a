"""Edits as rows of the file of corrections: a document with its marks, who edits it, and rows kept and taken away."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import NamedTuple

import duckdb

from allnlp.collection.corrections import CORRECTIONS, add_rows, has_corrections, stored, write_kept
from allnlp.collection.edited_marks import EDITS, Marked, Place
from allnlp.collection.folder import asked
from allnlp.collection.kept_files import kept_words, locked, moment, own_database, read_settled
from allnlp.errors import NothingFound, OptionError
from allnlp.schema import Mention


class Author(NamedTuple):
    """Who says it, when, and what more."""

    reviewer: str | None
    made_at: str
    note: str | None


def author_of(reviewer: str, made_at: str | None, note: str) -> Author:
    """Who says it; without a moment it is now.

    Raises:
        OptionError: the moment cannot be read.
    """
    return Author(kept_words(reviewer), moment(made_at), kept_words(note))


def digest_of(text: str) -> str:
    """SHA-256 of a text, as hex."""
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()


def marked_document(folder: Path, doc_id: str) -> Marked:
    """A document and its marks.

    Raises:
        NothingFound: the folder has none of this id.
        OptionError: it is a duplicate.
    """
    with asked(folder, "documents", "mentions") as database:
        rows = database.execute("SELECT text, duplicate_of FROM documents WHERE doc_id = ?", [doc_id]).fetchall()
        if not rows:
            raise NothingFound(f"{folder}: there is no document {doc_id!r}. See the column doc_id of the documents.")
        if rows[0][1] is not None:
            raise OptionError(f"{doc_id} is a duplicate of {rows[0][1]}, and has no marks. Edit that one.")
        views = database.execute("SELECT view_name FROM duckdb_views() WHERE view_name = 'machine_mentions'").fetchall()
        now = _by_place(database, "mentions", doc_id)
        if not views:
            return Marked(doc_id, rows[0][0], now, now, frozenset())
        human = database.execute('SELECT label, start, "end" FROM human WHERE doc_id = ? AND mention IS NOT NULL', [doc_id]).fetchall()
        return Marked(doc_id, rows[0][0], _by_place(database, "machine_mentions", doc_id), now, frozenset(human))


def _by_place(database: duckdb.DuckDBPyConnection, view: str, doc_id: str) -> dict[Place, Mention]:
    columns = ", ".join(f'"{c}"' for c in Mention._fields)
    found = database.execute(f"SELECT {columns} FROM {view} WHERE doc_id = ? ORDER BY mention", [doc_id]).fetchall()
    return {(m.label, m.start, m.end): m for m in map(Mention._make, found)}


def edit_row(seen: Marked, action: str, mention: Mention, who: Author) -> dict[str, object]:
    """An edit of a mark, by column."""
    return {**mention._asdict(), "file": EDITS, "text_sha256": digest_of(seen.text), "action": action, **who._asdict()}


def keep_edits(folder: Path, rows: Sequence[dict[str, object]], gone: Iterable[tuple[object, ...]] = ()) -> None:
    """Add rows to the edits of a folder, in the place of those of the same label, place and finding, and without those that go."""
    keys = [*gone, *((r["doc_id"], r["label"], r["start"], r["end"], r.get("finding")) for r in rows)]
    with locked(folder), own_database() as database:
        add_rows(database, rows)
        if not has_corrections(folder):
            write_kept(database, folder, "SELECT * FROM added")
            return
        database.execute('CREATE TEMP TABLE gone(doc_id VARCHAR, label VARCHAR, start BIGINT, "end" BIGINT, finding VARCHAR)')
        database.executemany("INSERT INTO gone VALUES (?, ?, ?, ?, ?)", keys)
        write_kept(database, folder, _WITHOUT.format(stored=stored(folder)))


def edit_rules(folder: Path, doc_id: str, start: int, end: int) -> list[tuple[str, str]]:
    """Label and rule of the edits of marks at a place."""
    if not has_corrections(folder):
        return []
    with own_database() as database:
        sql = """SELECT label, coalesce(rule, '') FROM {stored}
            WHERE action IS NOT NULL AND finding IS NULL AND doc_id = ? AND start = ? AND "end" = ? ORDER BY label"""
        return read_settled(folder / CORRECTIONS, lambda: database.execute(sql.format(stored=stored(folder)), [doc_id, start, end]).fetchall())


_WITHOUT = """
SELECT k.* FROM {stored} AS k ANTI JOIN gone AS g ON k.action IS NOT NULL AND k.doc_id = g.doc_id AND k.label = g.label
    AND k.start = g.start AND k."end" = g."end" AND k.finding IS NOT DISTINCT FROM g.finding
UNION ALL BY NAME SELECT * FROM added
"""
