"""brat: pairs of NAME.txt and NAME.ann, in a folder or a .zip; marks, their attributes, identifiers and notes."""

from __future__ import annotations

import zipfile
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from itertools import pairwise
from pathlib import Path, PurePosixPath
from typing import NamedTuple

from allnlp.errors import ReadError
from allnlp.readers.corrections.marks import Corrected, Mark, Row, Untouched, is_curie, lost, read_assertion, read_label, unknown_label
from allnlp.readers.source import DAMAGE, scrubbed
from allnlp.schema import Failure

_KEY = "documents.tsv"
_LARGEST = 1 << 26  # bytes of a document; a larger one is none
_KINDS = {"R": "relations", "E": "events", "*": "equivalences"}


def read_brat(path: Path) -> Iterator[Row]:
    """Documents of a folder, a .zip or one .ann file with its .txt, by name.

    A mark of several pieces is one mark where only blanks lie between them. Relations and events are not read. A file
    documents.tsv beside them, with the columns file and doc_id, says which document a name stands for.

    Raises:
        ReadError: there is no .ann file, or the .zip is damaged.
    """
    if path.suffix.lower() == ".zip" and path.is_file():
        yield from _of_zip(path)
        return
    paths = [path] if path.is_file() else sorted(p for p in path.rglob("*") if p.suffix.lower() in (".ann", ".txt") and p.is_file())
    annotated = [p for p in paths if p.suffix.lower() == ".ann"]
    if not annotated:
        raise ReadError(f"{path}: holds no .ann file. Give the folder in which brat keeps its .txt and .ann files.")
    keys = {folder: _key_of(folder / _KEY) for folder in {p.parent for p in annotated}}
    for ann in annotated:
        txt = next((t for t in (ann.with_suffix(".txt"), ann.with_suffix(".TXT")) if t.is_file()), None)
        try:
            yield from _document(str(ann), ann.stem, keys[ann.parent].get(ann.stem), ann.read_bytes(), txt.read_bytes() if txt is not None else None)
        except OSError as error:
            yield lost(str(ann), None, f"cannot be read ({error.strerror}); check the file and its rights")
    stems = {p.with_suffix("") for p in annotated}
    yield from (Untouched(str(p), None) for p in paths if p.suffix.lower() == ".txt" and p.with_suffix("") not in stems)


def _of_zip(path: Path) -> Iterator[Row]:
    try:
        with zipfile.ZipFile(path) as archive:
            sizes = {i.filename: i.file_size for i in archive.infolist() if not i.filename.endswith("/") and "__MACOSX" not in i.filename}
            by_stem: dict[str, dict[str, str]] = defaultdict(dict)
            for name in sorted(sizes):
                suffix = PurePosixPath(name).suffix.lower()
                if suffix in (".ann", ".txt"):
                    by_stem[str(PurePosixPath(name).with_suffix(""))][suffix] = name
            if not any(".ann" in pair for pair in by_stem.values()):
                raise ReadError(f"{path}: holds no .ann file. Give a .zip of the .txt and .ann files of brat.")
            keys = {str(PurePosixPath(n).parent): read_key(archive.read(n)) for n in sizes if PurePosixPath(n).name == _KEY and sizes[n] <= _LARGEST}
            for stem, pair in sorted(by_stem.items()):
                file = f"{path}/{pair.get('.ann', stem)}"
                if ".ann" not in pair:
                    yield Untouched(file, None)
                elif max(sizes[name] for name in pair.values()) > _LARGEST:
                    yield lost(file, None, f"is larger than {_LARGEST >> 20} MB; no document is")
                else:
                    text = archive.read(pair[".txt"]) if ".txt" in pair else None
                    doc_id = keys.get(str(PurePosixPath(stem).parent), {}).get(PurePosixPath(stem).name)
                    yield from _document(file, PurePosixPath(stem).name, doc_id, archive.read(pair[".ann"]), text)
    except (*DAMAGE, RuntimeError, NotImplementedError) as error:
        raise ReadError(f"{path}: the .zip is damaged, locked or cannot be unpacked ({error}). Make it again.") from None


def _key_of(path: Path) -> dict[str, str]:
    try:
        return read_key(path.read_bytes())
    except OSError:
        return {}


def read_key(content: bytes) -> dict[str, str]:
    r"""The doc_id of each name of a file, as documents.tsv says.

    >>> read_key(b"file\tdoc_id\n10.1_a\t10.1/a\n")
    {'10.1_a': '10.1/a'}
    """
    rows = [line.split("\t") for line in content.decode("utf-8", "replace").splitlines()]
    return {row[0]: row[1] for row in rows[1:] if len(row) == 2} if rows[:1] == [["file", "doc_id"]] else {}


def _document(file: str, name: str, doc_id: str | None, ann: bytes, txt: bytes | None) -> Iterator[Row]:
    try:
        content = ann.decode("utf-8-sig")
        text = scrubbed(txt.decode("utf-8-sig")) if txt is not None else None
    except UnicodeDecodeError:
        yield lost(file, None, "is not UTF-8; save the .txt and the .ann as UTF-8")
        return
    marks, failures = read_ann(file, content, text)
    yield from failures
    yield Corrected(file, None, doc_id, name, text, tuple(marks))


class _Said(NamedTuple):
    """What lines say of marks, by the mark's key."""

    assertions: Mapping[str, list[str]]
    concepts: Mapping[str, list[tuple[str, str]]]
    notes: Mapping[str, list[str]]


def read_ann(file: str, content: str, text: str | None = None) -> tuple[list[Mark], list[Failure]]:
    r"""Marks of an .ann file, and what of it cannot be read, each with its line.

    >>> marks, failures = read_ann("1.ann", "T1\tToxicity 3 6\tCRS\nA1\tNegated T1\nT2\tDRUG 0 2\tNo\n")
    >>> marks[0].assertion, failures[0].source_record
    ('negated', 3)
    """
    failures: list[Failure] = []
    said = _Said(defaultdict(list), defaultdict(list), defaultdict(list))
    marked: list[tuple[int, str, str, str]] = []
    unread: Counter[str] = Counter()
    for number, line in enumerate(content.split("\n"), 1):
        key, _, rest = line.rstrip("\r").partition("\t")
        body, _, words = rest.partition("\t")
        error = ""
        match key[:1]:
            case "T":
                marked.append((number, key, body, words))
            case "A" | "M":
                error = _attribute(said.assertions, body)
            case "N":
                error = _reference(said.concepts, body, words)
            case "#":
                said.notes[" ".join(body.split()[1:2])].append(" ".join(words.split()))
            case "R" | "E" | "*":
                unread[_KINDS[key[0]]] += 1
            case _:
                error = "is no line of brat; expected T, A, N or #" if line.strip() else ""
        if error:
            failures.append(lost(file, number, f"{key}: {error}"))
    found = [_mark(key, body, words, said, text) for _, key, body, words in marked]
    failures += [lost(file, n, f"{key}: {mark}") for mark, (n, key, _, _) in zip(found, marked, strict=True) if isinstance(mark, str)]
    keys = {key for _, key, _, _ in marked}
    for kind, rows in zip(("attribute", "identifier", "note"), said, strict=True):
        orphans = sorted(key for key in rows if key and key not in keys)
        failures += [lost(file, None, f"{kind} of {key}, which is no mark of the file; take the line out") for key in orphans]
    failures += [lost(file, None, f"{n} lines of {kind}: not read, marks alone are") for kind, n in sorted(unread.items())]
    return [mark for mark in found if isinstance(mark, Mark)], sorted(failures, key=lambda f: f.source_record or 0)


def _attribute(assertions: Mapping[str, list[str]], body: str) -> str:
    """Keep an assertion of a mark; says what is wrong where it is none."""
    cells = body.split()
    if len(cells) < 2:
        return "the attribute names no mark; expected as: Assertion T1 Negated"
    name, key = cells[:2]
    value = " ".join(cells[2:]) or name
    assertion = read_assertion(value)
    if assertion is None:
        return f"the attribute {' '.join([name, *cells[2:]])!r} is no assertion; expected Negated, Hypothetical or Historical"
    assertions[key].append(assertion)
    return ""


def _reference(concepts: Mapping[str, list[tuple[str, str]]], body: str, name: str) -> str:
    cells = body.split(maxsplit=2)
    if len(cells) < 3 or not is_curie(cells[2]):
        return f"{body!r} gives no identifier; expected as: Reference T1 mesh:D000080424"
    concepts[cells[1]].append((cells[2].strip(), " ".join(name.split())))
    return ""


def _mark(key: str, body: str, words: str, said: _Said, text: str | None) -> Mark | str:
    """The mark of a T line, or what is wrong with it."""
    kind, _, places = body.partition(" ")
    label = read_label(kind)
    if label is None:
        return unknown_label(kind)
    try:
        pieces = [(int(a), int(b)) for a, b in (piece.split() for piece in places.split(";"))]
    except ValueError:
        return f"the offsets {places!r} cannot be read; expected as: TOXICITY 10 13"
    if any(not 0 <= a < b for a, b in pieces) or any(b > c for (_, b), (c, _) in pairwise(pieces)):
        return f"the offsets {places!r} are not a stretch of text"
    assertions = list(dict.fromkeys(said.assertions.get(key, ())))
    if len(assertions) > 1:
        return f"the mark is both {' and '.join(assertions)}; keep one of them"
    if text is not None and any(text[b:c].strip() for (_, b), (c, _) in pairwise(pieces)):
        return "the mark is in pieces with words between them; mark one stretch"
    note = "; ".join(n for n in said.notes.get(key, ()) if n)
    named = said.concepts.get(key, [])
    if len({curie.lower() for curie, _ in named}) > 1:
        return f"the mark has the identifiers {' and '.join(curie for curie, _ in named)}; keep one of them"
    concept, name = named[0] if named else (note, "") if is_curie(note) else (None, "")
    assertion = assertions[0] if assertions else "present"
    return Mark(key, label, pieces[0][0], pieces[-1][1], words or None, assertion, concept, name or None, note if note and note != concept else None)
