"""The rows of a folder that a run before wrote, in order, for a run that adds to them."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from itertools import groupby
from operator import attrgetter
from pathlib import Path
from typing import Any

import numpy as np

from allnlp.schema import Document, Failure
from allnlp.tables.folder import connected, opened
from allnlp.tables.rows import rows_of

OF_DOCUMENT = ("sentences", "mentions", "findings", "studies")


def former_records(folder: Path) -> Iterator[Document | Failure]:
    """Documents, then records and files that could not be read, as the tables hold them.

    Raises:
        FolderError: the folder is damaged.
    """
    with connected(folder, "documents", "failures") as database:
        yield from rows_of(database, "documents")
        for failure in rows_of(database, "failures"):
            if failure.step != "annotate":  # its document is there
                yield failure


class FormerRows:
    """Rows of documents by their doc_id, asked for in the order in which the folder has them; what is passed over is gone.

    Memory: 16 bytes a document.
    """

    def __init__(self, folder: Path) -> None:
        self._database = opened(folder, "documents", *OF_DOCUMENT)
        ids = self._database.execute("SELECT doc_id FROM documents").fetchnumpy()["doc_id"]
        hashes = np.fromiter((_hash(i) for i in ids), dtype=np.uint64, count=len(ids))
        self._order = np.argsort(hashes, kind="stable")
        self._hashes = hashes[self._order]
        self._at = -1
        self._documents: Iterator[Document] = rows_of(self._database, "documents")
        self._groups = {t: groupby(rows_of(self._database, t), attrgetter("doc_id")) for t in OF_DOCUMENT}
        self._next: dict[str, tuple[int, list[Any]] | None] = dict.fromkeys(OF_DOCUMENT)

    def close(self) -> None:
        """Close the folder."""
        self._database.close()

    def document(self, doc_id: str) -> Document | None:
        """The document as it was; None where there was none, or it was passed over."""
        place = self._place(doc_id)
        if place <= self._at:
            return None
        found = None
        while self._at < place:
            found = next(self._documents, None)
            self._at += 1
        return found if found is not None and found.doc_id == doc_id else None

    def rows(self) -> dict[str, list[Any]]:
        """The rows of the document asked for last, by table."""
        return {table: self._of_table(table) for table in OF_DOCUMENT}

    def _of_table(self, table: str) -> list[Any]:
        while True:
            group = self._next[table]
            if group is None:
                found = next(self._groups[table], None)
                if found is None:
                    return []
                group = self._next[table] = (self._place(found[0]), list(found[1]))
            if group[0] > self._at:
                return []
            self._next[table] = None
            if group[0] == self._at:
                return group[1]

    def _place(self, doc_id: str) -> int:
        value = np.uint64(_hash(doc_id))
        i = int(np.searchsorted(self._hashes, value))
        return int(self._order[i]) if i < len(self._hashes) and self._hashes[i] == value else -1


def _hash(text: str) -> int:
    return int.from_bytes(hashlib.blake2b(text.encode("utf-8", "replace"), digest_size=8).digest(), "big")
