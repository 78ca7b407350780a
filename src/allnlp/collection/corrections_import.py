"""Files of annotation tools into the corrections of a folder: which document, where in its text, which concept."""

from __future__ import annotations

import hashlib
import re
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import duckdb
import pandas as pd

from allnlp.collection.corrections import HUMAN, Correction, keep_corrections, list_corrections
from allnlp.collection.vocabulary import Vocabulary, vocabulary_of
from allnlp.errors import OptionError, ReadError
from allnlp.evaluation import score
from allnlp.readers.corrections import Corrected, Mark, Untouched, read_corrections
from allnlp.schema import ASSERTIONS, CONTEXT_LABELS, LABELS, Failure, Mention
from allnlp.tables import connected

_CUE = re.compile(rf"; (?:{'|'.join(ASSERTIONS)}) by: .*")
_FOUND_TEXTS = 5  # documents of the same text that a message names


class Imported(NamedTuple):
    """What became of the files."""

    documents: pd.DataFrame  # doc_id, file, mentions, is_changed (from the machine's), is_replaced (it was corrected before)
    failures: pd.DataFrame  # doc_id, source_file, source_record, error
    agreement: pd.DataFrame  # label, precision, recall, f, human, machine: the machine against the person, strict
    labels: tuple[str, ...]  # that the person looked for
    untouched: int  # documents of the files without the work of a person
    unchanged: int  # left out by ``only_changed``


class _Known(NamedTuple):
    """A document of the folder with the machine's marks."""

    doc_id: str
    text: str
    duplicate_of: str | None
    sentences: list[int]  # where they start
    mentions: tuple[Mention, ...]


def import_corrections(folder: Path, files: Sequence[Path], *, labels: Sequence[str] = (), only_changed: bool = False) -> Imported:
    """Keep the marks of a person in a folder, in the place of what it had of the same documents.

    A document is the one whose ``doc_id`` the file gives, else the one that its file is named after, else the one of the
    same text. Where the text differs in blanks alone, offsets follow. A mark without an identifier keeps the machine's concept
    where label and place are the machine's, else is the concept that its words name, by exact synonym.

    Args:
        folder: the annotated folder.
        files: folders, .zip or .ann files of brat, JSON exports of Label Studio.
        labels: that the person looked for; by default the six and, where any of the files marks one, those of context.
        only_changed: leave out documents whose marks are the machine's.

    Raises:
        OptionError: no such file, no such label.
        ReadError: a file is damaged, or none of them holds a document that can be read.
        FolderError: no annotated folder, or a damaged one.
    """
    asked = _labels(labels)
    rows = [(path, row) for path in files for row in read_corrections(path)]
    corrected = [(path, row) for path, row in rows if isinstance(row, Corrected)]
    failures = [row for _, row in rows if isinstance(row, Failure)]
    untouched = sum(isinstance(row, Untouched) for _, row in rows)
    covered = asked or _covered(m.label for _, row in corrected for m in row.marks)
    kept: dict[str, Correction] = {}
    machine: dict[str, _Known] = {}
    with connected(folder, "documents", "sentences", "mentions", "concepts") as database:
        known = _documents(database, [row for _, row in corrected])
        vocabulary = vocabulary_of(database)
    for path, row in corrected:
        found = match(row, known)
        if isinstance(found, str):
            failures.append(_lost(row, found))
            continue
        if found.doc_id in kept:
            failures.append(_lost(row, f"{found.doc_id} stands in {kept[found.doc_id].file} too; the later one is kept", found.doc_id))
        mentions, errors = _mentions(row, found, covered, vocabulary, path.name)
        failures += [_lost(row, error, found.doc_id) for error in errors]
        kept[found.doc_id] = Correction(found.doc_id, path.name, hashlib.sha256(found.text.encode()).hexdigest(), covered, tuple(mentions))
        machine[found.doc_id] = found
    if not kept:
        raise ReadError(_nothing(files, failures, untouched))
    before = set(list_corrections(folder)["doc_id"])
    changed = {d: _is_changed(c.mentions, machine[d].mentions, covered) for d, c in kept.items()}
    taken = [c for d, c in kept.items() if changed[d] or not only_changed]
    if taken:
        keep_corrections(folder, taken)
    documents = [(c.doc_id, c.file, len(c.mentions), changed[c.doc_id], c.doc_id in before) for c in taken]
    return Imported(
        pd.DataFrame(documents, columns=["doc_id", "file", "mentions", "is_changed", "is_replaced"]),
        pd.DataFrame([(f.doc_id, f.source_file, f.source_record, f.error) for f in failures], columns=["doc_id", "source_file", "source_record", "error"]).astype({"source_record": "Int64"}),
        agreement({d: c.mentions for d, c in kept.items()}, {d: k.mentions for d, k in machine.items()}, covered),
        covered, untouched, len(kept) - len(taken),
    )  # fmt: skip


def _labels(words: Sequence[str]) -> tuple[str, ...]:
    wanted = [w.strip().upper() for w in words]
    for one in wanted:
        if one not in (*LABELS, *CONTEXT_LABELS):
            raise OptionError(f"label {one!r} is none of {', '.join((*LABELS, *CONTEXT_LABELS))}.")
    return tuple(label for label in (*LABELS, *CONTEXT_LABELS) if label in wanted)


def _covered(labels: Iterable[str]) -> tuple[str, ...]:
    return LABELS if set(labels) <= set(LABELS) else (*LABELS, *CONTEXT_LABELS)


def _lost(row: Corrected, error: str, doc_id: str | None = None) -> Failure:
    return Failure(doc_id or row.doc_id, row.file, row.record, "read", error)


def _nothing(files: Sequence[Path], failures: Sequence[Failure], untouched: int) -> str:
    named = ", ".join(map(str, files))
    if failures:
        return f"{named}: no document could be read. The first: {failures[0].source_file}: {failures[0].error}."
    said = f"{untouched:,} documents without the work of a person; predictions are none" if untouched else "no document"
    return f"{named}: {said}. Give what a person has annotated."


def squeezed(text: str) -> str:
    r"""A text without blanks.

    >>> squeezed("CRS\r\n was")
    'CRSwas'
    """
    return "".join(text.split())


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()


def _documents(database: duckdb.DuckDBPyConnection, rows: Sequence[Corrected]) -> dict[str, _Known]:
    """Documents of the folder that rows may mean: by id, by name, by text."""
    names = {n for row in rows for n in (row.doc_id, row.name) if n}
    texts = {_digest(row.text) for row in rows if row.text} | {_digest(squeezed(row.text)) for row in rows if row.text}
    database.register("wanted", pd.DataFrame({"word": pd.Series(sorted(names | texts), dtype=object)}))
    database.execute(
        "CREATE TEMP TABLE chosen AS SELECT doc_id, text, duplicate_of FROM documents WHERE doc_id IN (SELECT word FROM wanted)"
        r" OR sha256(text) IN (SELECT word FROM wanted) OR sha256(regexp_replace(text, '\s+', '', 'g')) IN (SELECT word FROM wanted)"
    )
    sentences: dict[str, list[int]] = defaultdict(list)
    for doc_id, start in database.sql("SELECT doc_id, start FROM sentences SEMI JOIN chosen USING (doc_id) ORDER BY doc_id, start").fetchall():
        sentences[doc_id].append(start)
    mentions: dict[str, list[Mention]] = defaultdict(list)
    columns = ", ".join(f'"{c}"' for c in Mention._fields)
    for cells in database.sql(f"SELECT {columns} FROM mentions SEMI JOIN chosen USING (doc_id) ORDER BY doc_id, mention").fetchall():
        mentions[cells[0]].append(Mention._make(cells))
    chosen = database.sql("SELECT * FROM chosen ORDER BY doc_id").fetchall()
    return {d: _Known(d, text, original, sentences[d], tuple(mentions[d])) for d, text, original in chosen}


def match(row: Corrected, known: Mapping[str, _Known]) -> _Known | str:
    """The document that a row means, or why there is none; a text that differs in more than blanks is another document."""
    named = [known[n] for n in (row.doc_id, row.name) if n and n in known]
    if row.text is None:
        return _usable(named[0]) if named else f"no document {row.doc_id or row.name!r} in the folder, and no text to tell it by"
    wanted = squeezed(row.text)
    alike = [k for k in named if squeezed(k.text) == wanted] or [k for k in known.values() if squeezed(k.text) == wanted and k.duplicate_of is None]
    if len(alike) > 1 and not named:
        return f"{' and '.join(k.doc_id for k in alike[:_FOUND_TEXTS])} have this text; give the doc_id"
    if alike:
        return _usable(alike[0])
    if named:
        theirs, ours = row.text.split(), named[0].text.split()
        at = next((i for i, (a, b) in enumerate(zip(theirs, ours, strict=False)) if a != b), min(len(theirs), len(ours)))
        return f"the text is not that of {named[0].doc_id} in the folder, from its word {at + 1} on; correct the marks on the folder's text"
    return f"no document {row.doc_id or row.name!r} in the folder, and none of this text; export the documents of this folder"


def _usable(known: _Known) -> _Known | str:
    return known if known.duplicate_of is None else f"{known.doc_id} is a duplicate of {known.duplicate_of}, and has no marks; correct that one"


def place_in(text: str, theirs: str | None, start: int, end: int, words: str | None) -> tuple[int, int] | str:
    r"""Offsets in a folder's text of a mark in a file's text, without blanks at its ends; or what is wrong with them.

    >>> place_in("No CRS was", "No\r\nCRS was", 4, 8, "CRS"), place_in("No CRS", None, 3, 6, "ICU")
    ((3, 6), "'ICU' is marked, and 'CRS' stands at its place")

    Args:
        text: of the folder's document.
        theirs: the file's text, which differs in blanks alone; None where it is missing.
        start: first code point in the file's text.
        end: code point after the last.
        words: that the file says are marked.
    """
    base = text if theirs is None else theirs
    if words and words == words.strip() and words == text[start:end] and base == text:
        return start, end
    wanted = squeezed(words.replace("\\n", " ")) if words is not None else None
    if end > len(base) and end > len(text):
        return f"ends at {end}, behind the end of the text"
    found = squeezed(base[start:end])
    if wanted is not None and found != wanted:
        if squeezed(text[start:end]) != wanted:  # the file's text was saved with other line ends than the offsets count
            return f"{' '.join((words or '').split())!r} is marked, and {' '.join(base[start:end].split())!r} stands at its place"
        base, found = text, wanted
    if not found:
        return "marks no word"
    first = len(squeezed(base[:start]))
    places = [i for i, char in enumerate(text) if not char.isspace()]
    return places[first], places[first + len(found) - 1] + 1


def _mentions(row: Corrected, known: _Known, labels: tuple[str, ...], vocabulary: Vocabulary, file: str) -> tuple[list[Mention], list[str]]:
    """Rows of a document's marks by place, and what is wrong with the others."""
    machine = {(m.label, m.start + len(m.text) - len(m.text.lstrip()), m.end - len(m.text) + len(m.text.rstrip())): m for m in known.mentions}
    names = {" ".join(m.name.split()) for m in known.mentions}
    found: dict[tuple[int, int, str], Mention] = {}
    errors = []
    for mark in row.marks:
        place = place_in(known.text, row.text, mark.start, mark.end, mark.words)
        own = None if isinstance(place, str) else machine.get((mark.label, *place))
        place = place if own is None else (own.start, own.end)
        if isinstance(place, str):
            errors.append(f"{mark.place}: {place}")
        elif mark.label not in labels and own is not None:
            continue  # the machine's own mark, which stays
        elif mark.label not in labels:
            errors.append(f"{mark.place}: the label {mark.label} is none of those that were looked for, {', '.join(labels)}")
        elif (place[0], -place[1], mark.label) in found:
            errors.append(f"{mark.place}: {known.text[slice(*place)]!r} is marked twice as {mark.label}; one is kept")
        else:
            sentence = max(0, bisect_right(known.sentences, place[0]) - 1)
            found[place[0], -place[1], mark.label] = mention_of(mark, known, sentence, place, own, vocabulary, names, file)
    return [found[key]._replace(mention=i) for i, key in enumerate(sorted(found))], errors


def mention_of(
    mark: Mark, known: _Known, sentence: int, place: tuple[int, int], own: Mention | None, vocabulary: Vocabulary, names: Iterable[str], file: str
) -> Mention:
    """The row of a mark; what a file cannot say (sizes, ages, cues) is the machine's where the mark is.

    Args:
        mark: as the file has it.
        known: its document.
        sentence: in which it begins.
        place: its offsets in the folder's text.
        own: the machine's mention of the same label and place.
        vocabulary: names of concepts.
        names: of the machine's concepts in the document; a note that says no more is none of a person.
        file: that it came from.
    """
    words = known.text[slice(*place)]
    concept: tuple[str | None, str]
    if mark.concept is not None:
        concept = vocabulary.of_curie(mark.concept, mark.name)
    elif own is not None:
        concept = (own.concept_id, own.name)
    else:
        concept = vocabulary.of_words(mark.label, words) or (None, " ".join(words.split()))
    if own is not None and own.concept_id == concept[0]:
        concept = (own.concept_id, own.name)
    subtype = own.subtype if own is not None and own.concept_id == concept[0] else vocabulary.subtype(mark.label, concept[0])
    note = mark.note if mark.note is not None and _CUE.sub("", mark.note) not in {*names, concept[1]} else None
    row = own or Mention(known.doc_id, 0, sentence, *place, words, mark.label, subtype, *concept, mark.assertion, None, None, None, HUMAN, file)
    cue = (row.assertion_cue, row.cue_start, row.cue_end) if row.assertion == mark.assertion else (None, None, None)
    return row._replace(
        subtype=subtype, concept_id=concept[0], name=concept[1], assertion=mark.assertion, assertion_cue=cue[0], cue_start=cue[1], cue_end=cue[2],
        source=HUMAN, rule=file, score=None, needs_review=False, review_reason=note,
    )  # fmt: skip


def _is_changed(human: Iterable[Mention], machine: Iterable[Mention], labels: tuple[str, ...]) -> bool:
    def said(mentions: Iterable[Mention]) -> set[tuple[Any, ...]]:
        return {(m.label, m.start, m.end, m.concept_id, m.assertion) for m in mentions if m.label in labels}

    return said(human) != said(machine) or any(m.review_reason for m in human)


def agreement(human: Mapping[str, Sequence[Mention]], machine: Mapping[str, Sequence[Mention]], labels: Sequence[str]) -> pd.DataFrame:
    """Precision, recall and F of the machine's marks against the person's: same label and offsets; a row for each label, and all.

    >>> crs = Mention("1", 0, 0, 3, 6, "CRS", "TOXICITY", None, None, "CRS", "present", None, None, None, "human", "a.zip")
    >>> agreement({"1": [crs]}, {"1": [crs]}, ["TOXICITY"]).to_dict("records")[-1]
    {'label': 'all', 'precision': 1.0, 'recall': 1.0, 'f': 1.0, 'human': 1, 'machine': 1}
    """

    def keys(mentions: Mapping[str, Sequence[Mention]], label: str) -> set[tuple[str, int, int]]:
        return {(d, m.start, m.end) for d in human for m in mentions.get(d, ()) if m.label == label}

    counts: dict[str, tuple[int, ...]] = {}
    for label in labels:
        gold, found = keys(human, label), keys(machine, label)
        if gold or found:
            counts[label] = (len(gold & found), len(gold), len(found))
    counts["all"] = tuple(sum(of[i] for of in counts.values()) for i in range(3))
    rows = [(label, *score(*of)) for label, of in counts.items()]
    return pd.DataFrame(rows, columns=["label", "precision", "recall", "f", "human", "machine"])
