"""The folder that pages are made of: read once, kept in memory, and read again when a run or a correction changes it."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

import numpy as np
import pandas as pd

from allnlp.collection import Collection
from allnlp.collection.corrections import CORRECTIONS
from allnlp.collection.frames import records
from allnlp.collection.index import Index
from allnlp.collection.reviews import REVIEWS, read_reviews
from allnlp.collection.shelf import Shelf
from allnlp.errors import NothingFound
from allnlp.schema import SECTIONS
from allnlp.tables import MANIFEST

Answer = TypeVar("Answer")
_KEPT = 48  # answers


class Shown(NamedTuple):
    """A document as a page shows it."""

    document: dict[str, Any]  # columns of the table, and doc: its number in the index
    sentences: list[dict[str, Any]]
    mentions: list[dict[str, Any]]


class Store:
    """A folder with what pages need of it; one page at a time uses it.

    Args:
        folder: made by ``allnlp annotate``.
        reviewer: name that goes with what is corrected.

    Raises:
        FolderError: no annotated folder, or a damaged one.
    """

    def __init__(self, folder: Path, reviewer: str = "") -> None:
        self.folder = folder
        self.reviewer = reviewer
        self.lock = threading.RLock()
        self._stamp: tuple[Any, ...] = ()
        self._answers: OrderedDict[Hashable, Any] = OrderedDict()
        self._shelf: Shelf | None = None
        self._collection: Collection | None = None
        self._reviewed: tuple[Any, ...] = ()

    @property
    def collection(self) -> Collection:
        """The folder as it now is.

        Raises:
            FolderError: it is gone or damaged.
        """
        stamp = _stamp(self.folder)
        if self._collection is None or stamp != self._stamp:
            self.close()
            self._collection = Collection(self.folder)
            self._stamp = stamp
        return self._collection

    @property
    def index(self) -> Index:
        """Mentions as arrays."""
        return self.collection.index

    def close(self) -> None:
        """Let go of what is kept."""
        self._answers.clear()
        if self._shelf is not None:
            self._shelf.close()
        self._shelf = None
        self._collection = None

    @property
    def reviews(self) -> Mapping[str, Mapping[str, Any]]:
        """What a reviewer said of each document."""
        return self.kept(("reviews",), lambda: {row["doc_id"]: row for row in records(read_reviews(self.folder))})

    def judged(self) -> None:
        """A judgement was kept that changes no mark: only answers are made anew."""
        self._stamp = _stamp(self.folder)
        self._answers.clear()

    def kept(self, question: Hashable, answer: Callable[[], Answer]) -> Answer:
        """The answer to a question, made once until the folder, its corrections or its reviews change; the oldest go first."""
        self.collection  # noqa: B018 - a folder that changed is read again
        reviewed = _stamp(self.folder, REVIEWS)
        if reviewed != self._reviewed:
            self._answers.clear()
            self._reviewed = reviewed
        if question in self._answers:
            self._answers.move_to_end(question)
        else:
            self._answers[question] = answer()
            while len(self._answers) > _KEPT:
                self._answers.popitem(last=False)
        found: Answer = self._answers[question]
        return found

    @property
    def shelf(self) -> Shelf:
        """Documents as pages show them."""
        self.collection  # noqa: B018 - a folder that changed is read again
        if self._shelf is None:
            self._shelf = Shelf(self.folder)
        return self._shelf

    def rows(self, query: str, values: Sequence[Any] = ()) -> list[dict[str, Any]]:
        """Rows of the shelf as plain values; see ``Shelf.rows``."""
        return self.shelf.rows(query, values)

    def shown(self, numbers: Sequence[int]) -> list[Shown]:
        """Documents by their number in the index, in the order given, with sentences and mentions."""
        wanted = [int(n) for n in numbers]
        if not wanted:
            return []
        more = {d["doc"]: d for d in self.rows("SELECT * FROM shelf_documents WHERE doc IN (SELECT unnest(?))", [wanted])}
        documents = [more[d["doc"]] | d for d in records(self.index.passages.documents(np.array(wanted)))]
        return [Shown(d, self._sentences(n), self.shelf.mentions.rows(n, d["text"])) for n, d in zip(wanted, documents, strict=True)]

    def _sentences(self, number: int) -> list[dict[str, Any]]:
        index = self.index
        first, last = np.searchsorted(index.sentence_document, np.array([number, number + 1], dtype=np.int32)).tolist()
        places = index.passages
        return [
            {"sentence": i - first, "section": SECTIONS[index.sentence_section[i]], "start": int(places.sentence_start[i]), "end": int(places.sentence_end[i])}
            for i in range(first, last)
        ]

    def number(self, doc_id: str) -> int:
        """The number of a document in the index.

        Raises:
            NothingFound: no document of this id, or one that is a duplicate of another.
        """
        if doc_id in self.index.numbers:
            return self.index.numbers[doc_id]
        original = self.rows("SELECT duplicate_of FROM documents WHERE doc_id = ?", [doc_id])
        if original:
            raise NothingFound(f"{doc_id} is a duplicate of {original[0]['duplicate_of']}, whose marks count. Open that one.")
        raise NothingFound(f"no document {doc_id!r} in {self.folder}.")


def _stamp(folder: Path, *names: str) -> tuple[Any, ...]:
    """What tells that files of a folder, by default those that pages are made of, were written."""
    out: list[Any] = []
    for name in names or (MANIFEST, CORRECTIONS):
        try:
            found = (folder / name).stat()
            out.append((found.st_mtime_ns, found.st_size, found.st_ino))
        except OSError:
            out.append(None)
    return tuple(out)


def last_year(index: Index) -> int | None:
    """The last year of the folder, which may not be over; none where no document has one."""
    last = int(plain_years(index).max()) if len(index.documents) else -1
    return last if last > 0 else None


def plain_years(index: Index) -> pd.Series[Any]:
    """Year of each document, -1 where it has none."""
    return pd.Series(index.documents["year"].to_numpy(dtype=float, na_value=-1.0).astype(np.int64))

