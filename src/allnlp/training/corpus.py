"""Marks of people, read from files: our gold, PubTator, JSON lines of spans (spaCy, Prodigy), and the rows of an annotated folder."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from allnlp.errors import OptionError, ReadError
from allnlp.evaluation.gold import gold_marks, read_gold
from allnlp.readers.source import opened, text_lines
from allnlp.schema import document_text
from allnlp.training.marks import Corpus, Mark, Misfit, Passage

_PART = re.compile(r"([^|\t]+)\|([ta])\|(.*)")


def read_corpus(path: Path, *, texts: Path | None = None) -> Corpus:
    """Passages of a file, its format told by its first line.

    Args:
        path: gold of ours (then ``texts`` has the texts), PubTator, or JSON lines of spans; also compressed.
        texts: JSON lines with id, title and abstract.

    Raises:
        OptionError: gold without ``texts``.
        ReadError: the file is none of the three, empty, or a line breaks its format.
        EvaluationError: gold and texts do not fit together.
    """
    with opened(path) as stream:
        first = next((line for line in text_lines(stream) if line.strip()), "").strip()
    if _PART.match(first):
        return read_pubtator_marks(path)
    row = _parsed(first)
    if isinstance(row, dict) and "text" in row:
        return read_spans(path)
    if isinstance(row, dict) and "mentions" in row:
        if texts is None:
            raise OptionError(f"{path} is gold, whose marks stand in texts of another file. Give them with --texts TEXTS.")
        return read_gold_marks(texts, path)
    raise ReadError(
        f"{path}: its first line is {first[:60]!r}. Give gold (JSON lines with id and mentions), PubTator (id|t|title), or JSON lines with text and spans."
    )


def read_gold_marks(texts: Path, gold: Path) -> Corpus:
    """Passages of gold as ``allnlp evaluate`` takes it.

    Raises:
        EvaluationError: gold and texts do not fit together, with file and line.
    """
    passages = []
    for document in read_gold(texts, gold):
        marks = gold_marks(document, document.title, document.abstract)
        text = document_text(document.title, document.abstract)
        passages.append(Passage(document.doc_id, text, tuple(Mark(m.start, m.end, m.label) for m in marks)))
    return Corpus(tuple(passages))


def read_pubtator_marks(path: Path) -> Corpus:
    r"""Passages of a PubTator file, text is title, newline and abstract; of a mark of several labels' ids the first line counts.

    A mark whose words are not those of its place is a misfit. Relations are passed over.

    Raises:
        ReadError: the file cannot be read, or has no document.
    """
    parts: dict[str, dict[str, str]] = {}
    marks: dict[str, list[tuple[Mark, str]]] = {}
    with opened(path) as stream:
        for line in text_lines(stream):
            found = _PART.match(line.removeprefix("\ufeff"))
            cells = line.split("\t")
            if found:
                parts.setdefault(found[1], {})[found[2]] = found[3]
            elif len(cells) >= 5 and cells[1].isdigit() and cells[2].isdigit():
                marks.setdefault(cells[0], []).append((Mark(int(cells[1]), int(cells[2]), cells[4].strip()), cells[3]))
    if not parts:
        raise ReadError(f"{path}: no document of PubTator. A document begins with a line id|t|title.")
    passages, misfits = [], []
    for doc_id, part in parts.items():
        text = f"{part.get('t', '')}\n{part.get('a', '')}"
        there = [m for m, words in marks.get(doc_id, ()) if text[m.start : m.end] == words]
        away = [m for m, words in marks.get(doc_id, ()) if text[m.start : m.end] != words]
        passages.append(Passage(doc_id, text, tuple(dict.fromkeys(there))))
        misfits += [Misfit(doc_id, *m, "its words are not at its place") for m in away]
    return Corpus(tuple(passages), tuple(misfits))


def read_spans(path: Path) -> Corpus:
    """Passages of JSON lines with ``text`` and ``spans`` (start, end, label), as spaCy and Prodigy write them.

    Lines that a person did not accept (``answer``) are left out. Without an ``id`` a document is named by its line.

    Raises:
        ReadError: a line is not of that shape, with file and line.
    """
    passages, misfits = [], []
    with opened(path) as stream:
        for number, line in enumerate(text_lines(stream), 1):
            if not line.strip():
                continue
            row = _parsed(line)
            at = f"{path}:{number}"
            if not isinstance(row, dict) or not isinstance(row.get("text"), str):
                raise ReadError(f"{at}: expected an object with text and spans, found {line.strip()[:60]!r}. Give one object a line.")
            if row.get("answer", "accept") != "accept":
                continue
            doc_id = str(row.get("id", number))
            marks = [_span(at, span) for span in _spans(at, row)]
            passages.append(Passage(doc_id, row["text"], tuple(m for m in marks if 0 <= m.start < m.end <= len(row["text"]))))
            misfits += [Misfit(doc_id, *m, "outside its text") for m in marks if not 0 <= m.start < m.end <= len(row["text"])]
    return Corpus(tuple(passages), tuple(misfits))


def passages_of(documents: Iterable[tuple[str, str]], mentions: Iterable[tuple[str, int, int, str]]) -> Corpus:
    """Passages of the rows of an annotated folder.

    >>> passages_of([("1", "No CRS")], [("1", 3, 6, "TOXICITY")]).passages
    (Passage(doc_id='1', text='No CRS', marks=(Mark(start=3, end=6, label='TOXICITY'),)),)

    Args:
        documents: (doc_id, text).
        mentions: (doc_id, start, end, label); those of other documents are passed over.
    """
    marks: dict[str, list[Mark]] = {}
    for doc_id, start, end, label in mentions:
        marks.setdefault(doc_id, []).append(Mark(int(start), int(end), label))
    return Corpus(tuple(Passage(doc_id, text, tuple(marks.get(doc_id, ()))) for doc_id, text in documents))


def _parsed(line: str) -> Any:
    try:
        return json.loads(line)
    except (ValueError, RecursionError):
        return None


def _spans(at: str, row: dict[str, Any]) -> list[Any]:
    spans = row.get("spans", [])
    if not isinstance(spans, list):
        raise ReadError(f"{at}: spans is {type(spans).__name__}, expected a list. Give [] where there is none.")
    return spans


def _span(at: str, span: Any) -> Mark:
    cells = [span.get(name) for name in Mark._fields] if isinstance(span, dict) else [None] * 3
    start, end, label = cells
    if type(start) is not int or type(end) is not int or not isinstance(label, str) or not label:
        raise ReadError(f"{at}: a span is {span!r}. Give an object with start, end (characters, from 0) and label.")
    return Mark(start, end, label)
