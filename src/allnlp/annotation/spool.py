"""The records of a run as they were read, kept beside its tables, so that each input is read once and a stopped run goes on."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any, NamedTuple, get_type_hints

import srsly
import zstandard

from allnlp.errors import FolderError
from allnlp.readers import Deletion, Row
from allnlp.schema import Document, Failure, Finding, Mention, Sentence, Study
from allnlp.tables import write_whole

PIECE = 1000  # rows
_KINDS: tuple[type[Any], ...] = (Document, Failure, Deletion, Sentence, Mention, Finding, Study)
_LISTS = MappingProxyType(
    {kind: [i for i, hint in enumerate(get_type_hints(kind).values()) if str(hint).startswith("tuple[")] for kind in _KINDS}
)


class Spooled(NamedTuple):
    """What is known of an input that was read: rows, documents among them, and why the file as a whole failed."""

    rows: int
    documents: int
    reasons: tuple[str, ...]


class Spool:
    """Rows by input, in pieces of a folder; an input is there to its end, or not at all."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        folder.mkdir(exist_ok=True)

    def spooled(self, number: int) -> Spooled | None:
        """What is known of an input; None where it is not there."""
        try:
            rows, documents, reasons = json.loads(self._marker(number).read_text(encoding="utf-8"))
        except (OSError, ValueError, TypeError):
            return None
        return Spooled(rows, documents, tuple(reasons))

    def add(self, number: int, rows: Iterable[Row]) -> Iterator[Row]:
        """The rows of an input, which are there when the last was taken.

        Raises:
            FolderError: the disk is full.
        """
        piece: list[Row] = []
        reasons: list[str] = []
        count, documents, pieces = 0, 0, 0
        for row in rows:
            piece.append(row)
            count += 1
            documents += isinstance(row, Document)
            if isinstance(row, Failure) and row.source_record is None and len(reasons) < 3:
                reasons.append(row.error)
            if len(piece) == PIECE:
                pieces += 1
                self._write(self._piece(number, pieces), packed(piece))
                piece = []
            yield row
        if piece:
            self._write(self._piece(number, pieces + 1), packed(piece))
        self._write(self._marker(number), json.dumps([count, documents, reasons]).encode())

    def rows(self, number: int) -> Iterator[Row]:
        """The rows of an input, in order."""
        found = self.spooled(number)
        for piece in range(1, -(-(found.rows if found else 0) // PIECE) + 1):
            yield from unpacked(self._piece(number, piece).read_bytes())

    def _write(self, path: Path, content: bytes) -> None:
        try:
            write_whole(path, content)
        except OSError as error:
            raise FolderError(f"{self._folder.parent.parent}: cannot be written ({error.strerror}). Make room, or give another folder with -o.") from None

    def _piece(self, number: int, piece: int) -> Path:
        return self._folder / f"{number:07d}-{piece:07d}.rows"

    def _marker(self, number: int) -> Path:
        return self._folder / f"{number:07d}.json"


def packed(rows: Iterable[Any]) -> bytes:
    """Rows of records and of tables as compressed bytes.

    >>> unpacked(packed([Document("1", authors=("Doe J",)), Deletion("2", "f")])) == [Document("1", authors=("Doe J",)), Deletion("2", "f")]
    True
    """
    return zstandard.ZstdCompressor(level=1).compress(srsly.msgpack_dumps([(_KINDS.index(type(row)), *row) for row in rows]))


def packed_places(rows: Mapping[int, Document]) -> bytes:
    """Documents by their places, as bytes.

    >>> unpacked_places(packed_places({3: Document("1")})) == {3: Document("1")}
    True
    """
    return bytes(srsly.msgpack_dumps([list(rows), packed(rows.values())]))


def unpacked_places(content: bytes) -> dict[int, Document]:
    """The documents again."""
    places, rows = srsly.msgpack_loads(content)
    return dict(zip(places, (row for row in unpacked(rows) if isinstance(row, Document)), strict=True))


def unpacked(content: bytes) -> list[Any]:
    """The rows again."""
    rows: list[Any] = []
    for kind, *cells in srsly.msgpack_loads(zstandard.ZstdDecompressor().decompress(content)):
        for i in _LISTS[_KINDS[kind]]:
            cells[i] = tuple(cells[i])
        rows.append(_KINDS[kind](*cells))
    return rows
