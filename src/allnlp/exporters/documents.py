"""A selection one document after the other, as rows of the schema, so that a long folder is never held as text."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from allnlp.collection.frames import plain_rows
from allnlp.collection.selection import Selection
from allnlp.schema import Document, Mention, Sentence
from allnlp.tables import read_manifest

_BLOCK = 500  # documents that are turned into rows at once


class Annotated(NamedTuple):
    """One document with its sentences, and with the mentions that were selected, both in the order of the text."""

    document: Document
    sentences: tuple[Sentence, ...]
    mentions: tuple[Mention, ...]

    @property
    def sections(self) -> dict[int, str]:
        """Section of each sentence by its number."""
        return {s.sentence: s.section for s in self.sentences}


def annotated(selection: Selection) -> Iterator[Annotated]:
    """Each document of a selection with what is said of it, in the order of the folder."""
    ids = pd.Index(selection.documents["doc_id"])
    of_sentences, of_mentions = _borders(ids, selection.sentences), _borders(ids, selection.mentions)
    for first in range(0, len(ids), _BLOCK):
        last = min(first + _BLOCK, len(ids))
        documents = _rows(selection.documents, Document, first, last)
        sentences = _rows(selection.sentences, Sentence, of_sentences[first], of_sentences[last])
        mentions = _rows(selection.mentions, Mention, of_mentions[first], of_mentions[last])
        for i, document in enumerate(documents, start=first):
            yield Annotated(document, _part(sentences, of_sentences, first, i), _part(mentions, of_mentions, first, i))


def _borders(ids: pd.Index[Any], frame: pd.DataFrame) -> npt.NDArray[np.int64]:
    """Where the rows of each document begin, and where the last ones end; rows stand in the order of the documents."""
    places = ids.get_indexer(pd.Index(frame["doc_id"]))
    return np.searchsorted(places, np.arange(len(ids) + 1)).astype(np.int64)


def _rows(frame: pd.DataFrame, kind: Any, first: int, last: int) -> list[Any]:
    return [kind._make(row) for row in plain_rows(frame[list(kind._fields)].iloc[first:last])]


def _part(rows: Sequence[Any], borders: npt.NDArray[np.int64], first: int, i: int) -> tuple[Any, ...]:
    return tuple(rows[borders[i] - borders[first] : borders[i + 1] - borders[first]])


def title_end(document: Document) -> int:
    r"""Code point after the title in the document's text; 0 where the text has no title of its own.

    >>> title_end(Document("1", title="A b", abstract="C", text="A b\nC")), title_end(Document("2", abstract="C", text="C"))
    (3, 0)
    """
    end = len(document.title)
    return end if document.text.startswith(document.title) and document.text[end : end + 1] in ("", "\n") else 0


def annotated_with(selection: Selection) -> str:
    """The program that annotated the folder, with its version, as its manifest has it."""
    version = read_manifest(selection.folder).get("versions", {}).get("allnlp")
    return f"allnlp {version}" if version else "allnlp"


def as_json(value: Any) -> str:
    """A value as JSON on one line, in the order that it has.

    >>> as_json({"b": "é", "a": None})
    '{"b": "é", "a": null}'
    """
    return json.dumps(value, ensure_ascii=False)


def separated(pieces: Iterable[str]) -> Iterator[str]:
    r"""Pieces of a JSON list, each on its own line, with commas between them.

    >>> "".join(separated(["1", "2"]))
    '1,\n2'
    """
    for i, piece in enumerate(pieces):
        yield f",\n{piece}" if i else piece


def write_pieces(path: Path, pieces: Iterable[str]) -> None:
    """Write text piece by piece, as UTF-8; a line ends in the same way on any system."""
    with path.open("w", encoding="utf-8", newline="") as stream:
        stream.writelines(pieces)
