"""What pages show of documents, by their number in the index: every mention as arrays, findings and records in a database in memory."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import duckdb
import numpy as np
import numpy.typing as npt
import pandas as pd

from allnlp.collection.folder import asked
from allnlp.errors import FolderError

Array = npt.NDArray[Any]

_WORDS = ("label", "subtype", "concept_id", "name", "assertion", "assertion_cue", "source", "rule", "review_reason")
_NUMBERS = ("mention", "sentence", "start", "end", "cue_start", "cue_end")


class Mentions(NamedTuple):
    """Columns of ``mentions`` by document and place; words as numbers of a list, -1 where there is none."""

    first: Array  # shape (documents + 1,): where the mentions of a document begin
    numbers: dict[str, Array]
    codes: dict[str, Array]
    words: dict[str, Array]
    score: Array
    needs_review: Array

    def rows(self, doc: int, text: str) -> list[dict[str, Any]]:
        """Mentions of a document as rows, with their words.

        Args:
            doc: its number in the index.
            text: of the document.
        """
        at = slice(int(self.first[doc]), int(self.first[doc + 1]))
        columns: dict[str, list[Any]] = {name: [None if v < 0 else v for v in values[at].tolist()] for name, values in self.numbers.items()}
        columns["text"] = [text[a:b] for a, b in zip(columns["start"], columns["end"], strict=True)]
        for name, codes in self.codes.items():
            words = self.words[name]
            columns[name] = [None if c < 0 else words[c] for c in codes[at].tolist()]
        columns["score"] = [None if np.isnan(v) else v for v in self.score[at].tolist()]
        columns["needs_review"] = self.needs_review[at].tolist()
        return [dict(zip(columns, cells, strict=True)) for cells in zip(*columns.values(), strict=True)]


class Shelf:
    """A folder's documents as pages show them, in memory: arrays take a fifth of what a database takes, and are there in no time.

    Args:
        folder: the annotated folder.

    Raises:
        FolderError: no annotated folder, or a damaged one.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        with contextlib.ExitStack() as stack:
            self._database = stack.enter_context(asked(folder, "documents", "mentions", "findings", "studies"))
            self._database.execute(_TABLES)
            self.mentions = _read(self._database)
            self._stack = stack.pop_all()

    def close(self) -> None:
        """Let go of the database."""
        self._stack.close()

    def frame(self, query: str) -> pd.DataFrame:
        """The answer to a query of the same tables as a DataFrame.

        Raises:
            FolderError: a table is damaged.
        """
        with self._told():
            found: pd.DataFrame = self._database.execute(query).df()
        return found

    def rows(self, query: str, values: Sequence[Any] = ()) -> list[dict[str, Any]]:
        """Rows as plain values; beside the tables there are shelf_documents (all but texts and authors) and shelf_findings, with doc.

        Raises:
            FolderError: a table is damaged.
        """
        with self._told():
            found = self._database.execute(query, list(values))
            names = [column[0] for column in found.description or ()]
            return [dict(zip(names, row, strict=True)) for row in found.fetchall()]

    @contextlib.contextmanager
    def _told(self) -> Iterator[None]:
        """Damage that shows while a table is read, as any other."""
        try:
            yield
        except duckdb.Error as error:
            reason = str(error).partition("\n")[0]
            raise FolderError(f"{self.folder}: a table is damaged ({reason}). Annotate again with --overwrite.") from None


def _read(database: duckdb.DuckDBPyConnection) -> Mentions:
    for name in _WORDS:
        database.execute(f"CREATE TYPE shelf_{name} AS ENUM (SELECT DISTINCT {name} FROM mentions WHERE {name} IS NOT NULL ORDER BY ALL)")
    numbers = ", ".join(f'coalesce(m."{name}", -1)::INTEGER AS "{name}"' for name in _NUMBERS)
    words = ", ".join(f"m.{name}::shelf_{name} AS {name}" for name in _WORDS)
    frame = database.sql(
        f"SELECT n.doc, {numbers}, {words}, m.score::FLOAT AS score, m.needs_review FROM mentions AS m JOIN shelf_numbers AS n USING (doc_id)"
        " ORDER BY n.doc, m.mention"
    ).df()
    ((n_documents,),) = database.execute("SELECT count(*) FROM shelf_numbers").fetchall()
    return Mentions(
        np.searchsorted(frame["doc"].to_numpy(), np.arange(n_documents + 1)),
        {name: frame[name].to_numpy() for name in _NUMBERS},
        {name: frame[name].cat.codes.to_numpy() for name in _WORDS},
        {name: frame[name].cat.categories.to_numpy(dtype=object) for name in _WORDS},
        frame["score"].to_numpy(dtype=np.float32, na_value=np.nan),
        frame["needs_review"].to_numpy(dtype=bool),
    )


_TABLES = """
CREATE TEMP TABLE shelf_documents AS
    SELECT (row_number() OVER () - 1)::INTEGER AS doc, * EXCLUDE (title, abstract, text, authors) FROM documents WHERE duplicate_of IS NULL;
CREATE TEMP TABLE shelf_numbers AS SELECT doc, doc_id FROM shelf_documents;
CREATE TEMP TABLE shelf_findings AS
    SELECT n.doc, f.* FROM findings AS f JOIN shelf_numbers AS n USING (doc_id) ORDER BY n.doc, f.finding;
"""
