"""Gold: texts and what people marked in them, as two files of JSON lines."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from allnlp.errors import EvaluationError
from allnlp.evaluation.scores import Mark
from allnlp.schema import ASSERTIONS


class GoldDocument(NamedTuple):
    """A line of gold with its text."""

    at: str  # file and line
    doc_id: str
    title: str
    abstract: str
    mentions: list[Any]  # as they stand in the line; ``gold_marks`` reads them


def read_gold(texts: Path, gold: Path) -> list[GoldDocument]:
    """The documents of ``gold``, in its order, with what ``texts`` says of them.

    Raises:
        EvaluationError: a file is empty, not UTF-8, or a line is not of its shape, with file and line; a document has no text.
    """
    bases = {_id(at, row): _base(at, row) for at, row in json_lines(texts)}
    rows = [(at, _id(at, row), row) for at, row in json_lines(gold)]
    if not rows:
        raise EvaluationError(f"{gold}: no document. Give JSON lines with id and mentions, one document a line.")
    for at, doc_id, _ in rows:
        if doc_id not in bases:
            raise EvaluationError(f"{at}: {doc_id} has no text in {texts}. Give the texts that the gold was made on.")
    return [GoldDocument(at, doc_id, *bases[doc_id], _mentions(at, row)) for at, doc_id, row in rows]


def gold_marks(document: GoldDocument, title: str, abstract: str) -> list[Mark]:
    """Marks of a document of gold, their offsets in the title and abstract that are given.

    Raises:
        EvaluationError: a mention is not of its shape, or its surface is not in its text.
    """
    return [_gold_mark(f"{document.at}: {document.doc_id}", title, abstract, m) for m in document.mentions]


def _gold_mark(at: str, title: str, abstract: str, m: Any) -> Mark:
    if not isinstance(m, dict):
        raise EvaluationError(f"{at}: a mention is {m!r}. Give an object with field, surface, nth, label.")
    field: Any = m.get("field")
    surface: Any = m.get("surface")
    label: Any = m.get("label")
    nth = m.get("nth", 1)
    if field not in ("title", "abstract"):
        raise EvaluationError(f"{at}: field of the mention {surface!r} is {field!r}. Use title or abstract.")
    for name, cell in (("surface", surface), ("label", label)):
        if not isinstance(cell, str) or not cell:
            raise EvaluationError(f"{at}: {name} of a mention of the {field} is {cell!r}. Give a string that is not empty.")
    if not re.fullmatch(r"[1-9][0-9]*", str(nth)):
        raise EvaluationError(f"{at}: nth of the mention {surface!r} is {nth!r}. Give the number of the occurrence, from 1.")
    assertion = m.get("assertion") or "present"
    if assertion not in ASSERTIONS:
        raise EvaluationError(f"{at}: assertion of the mention {surface!r} is {assertion!r}. Use one of {', '.join(ASSERTIONS)}.")
    text = title if field == "title" else abstract
    start = -1
    for _ in range(int(nth)):
        start = text.find(surface, start + 1)
        if start < 0:
            raise EvaluationError(f"{at}: gold surface {surface!r} is not in its {field} (nth {nth}). Check field and nth.")
    start += 0 if field == "title" or not title else len(title) + 1
    return Mark(label, start, start + len(surface), surface, str(m.get("concept") or ""), assertion)


def _id(at: str, row: Mapping[str, Any]) -> str:
    found = row.get("id")
    if isinstance(found, bool) or not isinstance(found, str | int) or found == "":
        raise EvaluationError(f"{at}: id is {found!r}. Give each line the id of its document.")
    return str(found)


def _base(at: str, row: Mapping[str, Any]) -> tuple[str, str]:
    title, abstract = row.get("title") or "", row.get("abstract") or ""
    if not isinstance(title, str) or not isinstance(abstract, str):
        raise EvaluationError(f"{at}: title or abstract is no string. Give both as strings.")
    return title, abstract


def _mentions(at: str, row: Mapping[str, Any]) -> list[Any]:
    found = row.get("mentions")
    if not isinstance(found, list):
        raise EvaluationError(f"{at}: mentions is {type(found).__name__}, expected a list. Give [] where there is none.")
    return found


def json_lines(path: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    """The objects of a file of JSON lines, each with its file and line."""
    try:
        with path.open("rb") as stream:
            for number, line in enumerate(stream, 1):
                if line.strip():
                    at = f"{path}:{number}"
                    yield at, _object(at, line)
    except OSError as error:
        raise EvaluationError(f"{path}: cannot be read ({error.strerror}). Give the file of gold or texts.") from None


def _object(at: str, line: bytes) -> dict[str, Any]:
    try:
        found = json.loads(line.decode("utf-8-sig"))
    except UnicodeDecodeError:
        raise EvaluationError(f"{at}: not UTF-8. Save the file as UTF-8.") from None
    except (ValueError, RecursionError) as error:
        raise EvaluationError(f"{at}: no JSON object ({error}). Give one object a line.") from None
    if not isinstance(found, dict):
        raise EvaluationError(f"{at}: no JSON object but {type(found).__name__}. Give one object a line.")
    return found
