"""Annotations in brat's standoff format: a ZIP of a text, its annotations and the configuration that brat needs to show them."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterable, Iterator
from pathlib import Path

from allnlp.collection.selection import Selection
from allnlp.exporters.documents import Annotated, annotated
from allnlp.schema import ASSERTIONS, CONTEXT_LABELS, LABELS, Mention

_DATE = (1980, 1, 1, 0, 0, 0)  # the first that a ZIP can hold: the same folder gives the same bytes
_UNSAFE = re.compile(r"[^A-Za-z0-9._-]+")
_RESERVED = re.compile(r"(?:con|prn|aux|nul|com\d|lpt\d)(?:\..*)?", re.IGNORECASE)  # no names of files on Windows
_LONGEST = 100


def write_brat(selection: Selection, path: Path) -> None:
    """Write a ZIP of DOC.txt and DOC.ann for each document, and annotation.conf; unpacked, it is a folder of brat's data.

    Each mention is a text-bound annotation (T) of its label with an attribute Assertion (A), the CURIE as a normalisation
    (N), and its normal name in a note (#). Offsets count code points of DOC.txt, which is ``documents.text``; a mention that
    runs over a line end is given in parts. The names of files are ids made safe; documents.tsv says which id is which.

    Args:
        selection: what is written.
        path: the file.
    """
    labels = sorted(set(selection.mentions["label"]) - {*LABELS, *CONTEXT_LABELS})
    names = file_names(selection.documents["doc_id"])
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        _add(archive, "annotation.conf", annotation_conf((*LABELS, *CONTEXT_LABELS, *labels)))
        _add(archive, "documents.tsv", _key(names, selection.documents["doc_id"]))
        for name, one in zip(names, annotated(selection), strict=True):
            _add(archive, f"{name}.txt", one.document.text)
            _add(archive, f"{name}.ann", "".join(f"{line}\n" for line in _lines(one)))


def _add(archive: zipfile.ZipFile, name: str, text: str) -> None:
    entry = zipfile.ZipInfo(name, _DATE)
    entry.compress_type = zipfile.ZIP_DEFLATED
    entry.create_system = 3  # Unix, wherever it is written
    entry.external_attr = 0o644 << 16
    archive.writestr(entry, text.encode("utf-8"))


def file_names(doc_ids: Iterable[str]) -> list[str]:
    """A name of a file for each document: safe on any system, and no two alike but for their case.

    >>> file_names(["10.1/a", "10.1_A", "..", "12"])
    ['10.1_a', '10.1_A-2', '_', '12']

    Args:
        doc_ids: ids of documents, each once.
    """
    taken = {"annotation", "documents"}
    out = []
    for doc_id in doc_ids:
        name = _UNSAFE.sub("_", doc_id)[:_LONGEST].strip(".") or "_"
        name = f"_{name}" if _RESERVED.fullmatch(name) else name
        unique, number = name, 1
        while unique.lower() in taken:
            number += 1
            unique = f"{name}-{number}"
        taken.add(unique.lower())
        out.append(unique)
    return out


def annotation_conf(labels: Iterable[str]) -> str:
    """What brat's annotation.conf says: the labels as entities, and the assertion as an attribute of any of them."""
    attribute = f"Assertion\tArg:<ENTITY>, Value:{'|'.join(ASSERTIONS)}"
    return "\n".join(["[entities]", *labels, "", "[relations]", "", "[events]", "", "[attributes]", attribute, ""])


def _key(names: Iterable[str], doc_ids: Iterable[str]) -> str:
    rows = [f"{name}\t{' '.join(doc_id.split())}\n" for name, doc_id in zip(names, doc_ids, strict=True)]
    return "file\tdoc_id\n" + "".join(rows)


def _lines(one: Annotated) -> Iterator[str]:
    for i, mention in enumerate(one.mentions, start=1):
        parts = unbroken(one.document.text, mention.start, mention.end)
        offsets = ";".join(f"{start} {end}" for start, end in parts)
        words = " ".join(one.document.text[start:end] for start, end in parts)
        yield f"T{i}\t{mention.label} {offsets}\t{words}"
        yield f"A{i}\tAssertion T{i} {mention.assertion}"
        if mention.concept_id is not None:
            yield f"N{i}\tReference T{i} {mention.concept_id}\t{_one_line(mention.name)}"
        yield f"#{i}\tAnnotatorNotes T{i}\t{_note(mention)}"


def _note(mention: Mention) -> str:
    cue = f"; {mention.assertion} by: {mention.assertion_cue}" if mention.assertion_cue is not None else ""
    return _one_line(f"{mention.name}{cue}")


def _one_line(text: str) -> str:
    return " ".join(text.split())


def unbroken(text: str, start: int, end: int) -> list[tuple[int, int]]:
    r"""The parts of a stretch that hold no line end.

    >>> unbroken("graft\nversus host", 0, 12), unbroken("CD19", 0, 4)
    ([(0, 5), (6, 12)], [(0, 4)])

    Args:
        text: the document's text.
        start: first code point.
        end: code point after the last.
    """
    parts, place = [], start
    for line in text[start:end].splitlines(keepends=True):
        words = line.splitlines()[0]
        if words:
            parts.append((place, place + len(words)))
        place += len(line)
    return parts or [(start, end)]
