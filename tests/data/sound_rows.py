"""What every row of a reader keeps, whatever the bytes were; for tests, and for benchmarks/fuzz.py."""

from __future__ import annotations

import datetime
import io
import re
from collections.abc import Callable, Iterable, Sequence
from typing import Any, BinaryIO, NamedTuple

from allnlp.errors import ReadError
from allnlp.readers import Deletion, Row
from allnlp.schema import Document, Failure, check, document_text

_NO_TEXT = re.compile("[\0\ud800-\udfff]")
_PLACE = re.compile(r"line \d+(?:, column \d+)?")
_LINE_END = re.compile("[\r\n]")
_FORMS = {
    "pmid": re.compile(r"[1-9][0-9]{0,7}"),
    "pmcid": re.compile(r"PMC[0-9]{3,9}"),
    "doi": re.compile(r"10\.\S+"),
    "publication_date": re.compile(r"[0-9]{4}(?:-[0-9]{2}(?:-[0-9]{2})?)?"),
    "revised": re.compile(r"[0-9]{4}(?:-[0-9]{2}(?:-[0-9]{2})?)?"),
}


class Outcome(NamedTuple):
    """What came of reading: the rows before the end, and why it ended early."""

    rows: list[Row]
    refusal: str


class Dripping(io.BytesIO):
    """A stream that gives few bytes at a time, as packed ones and pipes do."""

    def __init__(self, raw: bytes, size: int) -> None:
        super().__init__(raw)
        self.size = size

    def read1(self, size: int | None = -1, /) -> bytes:
        return self.read(self.size)


def are_alike(one: Outcome, other: Outcome) -> bool:
    """Whether both have the same rows; where the XML parser saw the damage may depend on how the bytes came."""
    return one == other or _PLACE.sub("line", repr(one)) == _PLACE.sub("line", repr(other))


def outcome(reader: Callable[[BinaryIO], Iterable[Row]], stream: BinaryIO) -> Outcome:
    """All rows of a stream; anything but a ReadError is let out."""
    rows: list[Row] = []
    try:
        for row in reader(stream):
            rows.append(row)  # those before an error are kept
    except ReadError as error:
        return Outcome(rows, str(error))
    return Outcome(rows, "")


def faults(found: Outcome) -> list[str]:
    """What is wrong with rows, each in a line; empty when all is right."""
    documents = [row for row in found.rows if isinstance(row, Document)]
    failures = [row for row in found.rows if isinstance(row, Failure)]
    told = [f"a row is {type(row).__name__}" for row in found.rows if not isinstance(row, (Document, Failure, Deletion))]
    check("documents", documents)
    check("failures", failures)
    numbers = [row.source_record for row in found.rows if not isinstance(row, Deletion) and row.source_record is not None]
    if numbers != list(range(1, len(numbers) + 1)):
        told.append(f"the records are numbered {numbers[:20]}")
    for row in found.rows:
        told += _of_strings(row)
    for document in documents:
        told += _of_document(document)
    told += [f"an error of several lines: {row.error!r}" for row in failures if _LINE_END.search(row.error)]
    if _LINE_END.search(found.refusal) or _NO_TEXT.search(found.refusal):
        told.append(f"a refusal of several lines, or no text: {found.refusal!r}")
    return told


def _of_strings(row: Sequence[Any]) -> list[str]:
    cells = [(name, value) for name, value in row._asdict().items()]  # type: ignore[attr-defined]
    texts = [(name, text) for name, value in cells for text in (value if isinstance(value, tuple) else (value,)) if text is not None]
    wrong = [f"{name} has a part that is {type(text).__name__}" for name, text in texts if not isinstance(text, (str, int, bool))]
    return wrong + [f"{name} has a NUL or a lone surrogate" for name, text in texts if isinstance(text, str) and _NO_TEXT.search(text)]


def _of_document(row: Document) -> list[str]:
    told = []
    if row.text != document_text(row.title, row.abstract):
        told.append("text is not title and abstract")
    if not row.doc_id.strip() or _LINE_END.search(row.title):
        told.append(f"no doc_id, or a title of several lines: {row.doc_id!r} {row.title!r}")
    for name, form in _FORMS.items():
        value = getattr(row, name)
        if value is not None and not form.fullmatch(value):
            told.append(f"{name} is {value!r}")
        elif value and name in ("publication_date", "revised"):
            told += _of_date(name, value)
    if row.year is not None and not 1000 <= row.year <= 9999:
        told.append(f"year is {row.year}")
    if row.duplicate_of is not None or any(not part for cell in row if isinstance(cell, tuple) for part in cell):
        told.append("a duplicate before any was looked for, or an empty part of a list")
    return told


def _of_date(name: str, value: str) -> list[str]:
    try:
        datetime.date.fromisoformat(value + "-01-01"[len(value) - 4 :] if len(value) < 10 else value)
    except ValueError:
        return [f"{name} is {value}, which is no day"]
    return []
