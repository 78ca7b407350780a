"""A document: its text with all marks, what decided each, its numbers and its record, and the forms that correct them."""

from __future__ import annotations

import contextlib
import shlex
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any, NamedTuple

import numpy as np

from allnlp.collection.corrections import list_corrections
from allnlp.collection.edits import list_edits
from allnlp.collection.filters import Filters
from allnlp.collection.findings import study_label
from allnlp.collection.frames import records
from allnlp.collection.sql import run_sql
from allnlp.errors import NothingFound, OptionError
from allnlp.explorer.asked import Asked
from allnlp.explorer.marks import Mark as SpanMark
from allnlp.explorer.marks import Piece, pieces, section_said
from allnlp.explorer.page import Leaving, Page, Way, python_words
from allnlp.explorer.screens.document_tables import concept_token, concept_url, edit_rows, finding_rows, mention_rows, study_rows
from allnlp.explorer.screens.documents import NO_REVIEW, asked_concepts, mention_marks, ordered, sections
from allnlp.explorer.screens.reading import Mark, Place, by_whom, chosen, place_of, place_words, rule_said, verdict_said
from allnlp.explorer.state import State
from allnlp.explorer.store import Shown, Store
from allnlp.schema import ASSERTIONS, CONTEXT_LABELS, LABELS

_NAMES = 200  # of a list of suggestions
#: What a page says after a form was sent.
_DONE = MappingProxyType(
    {
        "judged": "Kept: your judgement of “{words}”.", "wrong": "Kept: “{words}” does not count any more.", "changed": "Kept: “{words}” is now as you said.",
        "added": "Kept: “{words}” is marked now.", "taken-back": "Taken back: “{words}” is as the machine read it.",
        "finding": "Kept: your judgement of the number.", "finding-back": "Taken back: the number counts as before.",
        "confirmed": "Kept: all marks of this document are right.", "unconfirmed": "Taken back: the document is not confirmed as a whole any more.",
    }
)  # fmt: skip


class Part(NamedTuple):
    """Letters of one sentence, or those between two."""

    sentence: int | None
    pieces: list[Piece]


class Block(NamedTuple):
    """Sentences of one section that follow one another."""

    section: str  # empty where its heading stands in the text
    start: int  # first code point
    is_title: bool
    parts: list[Part]


class Panel(NamedTuple):
    """What is known of the mark that is chosen."""

    mark: Mark
    words: str
    decided: str
    by: str  # who corrected it, and when
    verdict: str
    concept: str  # URL of its concept
    documents: str  # URL of the documents with it
    n_documents: int | None
    names: list[str]  # concepts of its label
    is_human: bool
    size: str  # of a population: patients, age


class Neighbours(NamedTuple):
    """Where a document stands among those that the filters leave."""

    place: int | None  # from 1
    n: int
    previous: str
    next: str


def page(store: Store, state: State, found: Asked) -> Page:
    """The page of the document ``id``."""
    doc_id = state.one("id")
    if not doc_id:
        raise OptionError("no document is given. Open one from the list of documents.")
    try:
        number = store.number(doc_id)
    except NothingFound as error:
        return _missing(store, state, found.filters, doc_id, str(error))
    shown = store.shown([number])[0]
    return Page("document.html", _study(shown), _values(store, state, found.filters, number, shown), leaving(store, doc_id))


def _missing(store: Store, state: State, filters: Filters, doc_id: str, said: str) -> Page:
    original = store.rows("SELECT duplicate_of FROM documents WHERE doc_id = ? AND duplicate_of IS NOT NULL", [doc_id])
    url = state.url(id=original[0]["duplicate_of"], m=None, done=None) if original else ""
    return Page("document.html", "Document", {"missing": said, "original": url}, leaving(store, doc_id), status=404)


def _study(shown: Shown) -> str:
    d = shown.document
    return study_label(d["authors"], d["year"], d["doc_id"])


def _values(store: Store, state: State, filters: Filters, number: int, shown: Shown) -> dict[str, Any]:
    """Values of the template."""
    document = shown.document
    here = State(state.path, tuple((k, v) for k, v in state.pairs if k not in ("m", "done")))
    edits = _edits(store, document["doc_id"])
    mark = chosen(state.one("m"), shown.mentions, edits) if state.one("m") else None

    def at(place: Place) -> str:
        return here.url(m=place_words(place)) + "#mention"

    urls = {str(m["mention"]): at(place_of(m)) for m in shown.mentions}
    by_place = {place_of(e): e for e in edits if e["finding"] is None}
    section_of = {s["sentence"]: s["section"] for s in shown.sentences}
    studies = store.rows("SELECT * FROM studies WHERE doc_id = ?", [document["doc_id"]])
    present = {m["label"] for m in shown.mentions}
    return {
        "missing": "", "n_documents": None, "document": document, "study": _study(shown), "blocks": blocks(shown, asked_concepts(store.index, filters), mark),
        "link": urls.__getitem__, "labels": (*LABELS, *(one for one in CONTEXT_LABELS if one in present)),
        "all_labels": (*LABELS, *CONTEXT_LABELS), "assertions": ASSERTIONS, "panel": panel(store, state, filters, shown, mark) if mark else None,
        "is_unknown": bool(state.one("m")) and mark is None, "mentions": mention_rows(shown.mentions, section_of, by_place, state, at, mark.place if mark else None),
        "findings": finding_rows(store, number, edits), "record": study_rows(studies[0]) if studies else [],
        "record_review": studies[0]["review_reason"] if studies and studies[0]["needs_review"] else "", "edits": edit_rows(edits, at),
        "review": store.reviews.get(document["doc_id"], NO_REVIEW), "confirmed": _confirmed(store, document["doc_id"]),
        "duplicates": _duplicates(store).get(document["doc_id"], []), "near": neighbours(store, here, filters, number),
        "said": _done(state, shown, mark), "here": here, "back": lambda done: here.url(m=place_words(mark.place), done=done) if mark else here.url(done=done),
    }  # fmt: skip


def _done(state: State, shown: Shown, mark: Mark | None) -> str:
    """What was written by the form that led here."""
    done = state.one("done")
    if done and done not in _DONE:
        raise OptionError(f"done {done!r} is none of {', '.join(_DONE)}.")
    words = shown.document["text"][mark.place[1] : mark.place[2]] if mark is not None else ""
    return _DONE[done].format(words=words) if done and (words or "{words}" not in _DONE[done]) else ""


def _edits(store: Store, doc_id: str) -> list[dict[str, Any]]:
    return store.kept(("edits", doc_id), lambda: records(list_edits(store.folder, doc_id)))


def _confirmed(store: Store, doc_id: str) -> str:
    """The labels that a person confirmed or corrected in the whole document; empty where none did."""
    frame = store.kept(("corrections",), lambda: list_corrections(store.folder))
    found = frame[(frame["doc_id"] == doc_id) & frame["reason"].isna()]
    return "" if found.empty else str(found["labels"].iloc[0])


def _duplicates(store: Store) -> dict[str, list[dict[str, Any]]]:
    """Records that repeat a document, by its id."""

    def read() -> dict[str, list[dict[str, Any]]]:
        out: dict[str, list[dict[str, Any]]] = {}
        for row in store.rows("SELECT doc_id, duplicate_of, source_file, source_record FROM documents WHERE duplicate_of IS NOT NULL"):
            out.setdefault(row["duplicate_of"], []).append(row)
        return out

    return store.kept(("duplicates",), read)


def blocks(shown: Shown, asked_for: frozenset[tuple[str, str]] = frozenset(), mark: Mark | None = None) -> list[Block]:
    """The text by sections and sentences, with all marks; the one that is chosen stands out, and what is judged wrong is shown where it stood."""
    text = shown.document["text"]
    marks = mention_marks(shown.mentions, asked_for)
    if mark is not None and mark.mention is not None:
        key = str(mark.mention["mention"])
        marks = [m._replace(kind=f"{m.kind} selected") if m.key == key else m for m in marks]
    elif mark is not None:
        label, start, end = mark.place
        marks.append(SpanMark(start, end, f"label-{label} taken selected", "judged wrong"))
    out = []
    for section, first, last in sections(shown.sentences):
        inside = [s for s in shown.sentences if first <= s["start"] < last]
        parts, at = [], first
        for s in inside:
            if s["start"] > at:
                parts.append(Part(None, pieces(text, marks, at, s["start"])))
            parts.append(Part(s["sentence"], pieces(text, marks, s["start"], s["end"])))
            at = s["end"]
        out.append(Block(section_said(section, text, first), first, section == "title", parts))
    return out


def panel(store: Store, state: State, filters: Filters, shown: Shown, mark: Mark) -> Panel:
    """What decided a mark, what a person said of it, and how many documents have its concept."""
    row: Mapping[str, Any] = mark.mention if mark.mention is not None else mark.edit or {}
    label, start, end = mark.place
    decided = rule_said(mark.mention["source"], mark.mention["rule"], mark.mention["score"]) if mark.mention is not None else ""
    one = concept_token(label, row["concept_id"], row["name"])
    n: int | None = None
    with contextlib.suppress(NothingFound, OptionError):  # a size or an age is no concept
        n = int(store.index.view(filters._replace(mentioning=(*filters.mentioning, one))).documents.sum())
    is_population = label == "POPULATION" and mark.mention is not None
    return Panel(
        mark, shown.document["text"][start:end], decided, by_whom(mark.edit) if mark.edit is not None else "",
        verdict_said(mark.edit) if mark.edit is not None else "", concept_url(state, label, row["concept_id"], row["name"]) if n is not None else "",
        state.url("/documents", mentioning=[*state.all("mentioning"), one]), n, names_of(store, label), mark.mention is not None and mark.mention["source"] == "human",
        _size(store, shown.document["doc_id"], mark.mention) if is_population and mark.mention is not None else "",
    )  # fmt: skip


def _size(store: Store, doc_id: str, mention: Mapping[str, Any]) -> str:
    """Patients and age that a population states."""
    query = "SELECT n, role, age_min, age_max, age_median FROM mentions WHERE doc_id = ? AND mention = ?"
    return next((size_said(**row) for row in store.rows(query, [doc_id, mention["mention"]])), "")


def size_said(n: int | None, role: str | None, age_min: float | None, age_max: float | None, age_median: float | None) -> str:
    """Patients and age in words.

    >>> size_said(34, "total", None, None, None), size_said(None, None, 2.0, 17.5, 9.0)
    ('34 patients (total)', '2 to 17.5 years, median 9')
    """
    patients = "" if n is None else f"{n:,} patients{f' ({role})' if role else ''}"
    low, high = ("" if age is None else f"{age:g}" for age in (age_min, age_max))
    years = f"{low} to {high} years" if low and high else f"from {low} years" if low else f"up to {high} years" if high else ""
    median = "" if age_median is None else f"median {age_median:g}{'' if years else ' years'}"
    return ", ".join(part for part in (patients, years, median) if part)


def names_of(store: Store, label: str) -> list[str]:
    """Names of the most frequent concepts of a label, to suggest."""
    index = store.index
    counts = np.bincount(index.concept, minlength=len(index.concepts))
    of_label = np.flatnonzero(index.labels == label)
    order = sorted(of_label.tolist(), key=lambda c: (-counts[c], str(index.names[c])))
    return sorted({str(index.names[c]) for c in order[:_NAMES]})


def neighbours(store: Store, state: State, filters: Filters, number: int) -> Neighbours:
    """The document before and after, in the order of the list of documents."""
    order = ordered(store.index, state, filters)
    found = np.flatnonzero(order == number)
    if not len(found):
        return Neighbours(None, len(order), "", "")
    place = int(found[0])
    doc_ids = store.index.documents["doc_id"]

    def url(i: int) -> str:
        return state.url(id=str(doc_ids.iloc[order[i]])) if 0 <= i < len(order) else ""

    return Neighbours(place + 1, len(order), url(place - 1), url(place + 1))


def leaving(store: Store, doc_id: str) -> Leaving:
    """How a document leaves: all of its mentions as a table, and its reference."""
    folder, quoted = store.folder, doc_id.replace("'", "''")
    query = f"SELECT * FROM mentions WHERE doc_id = '{quoted}' ORDER BY mention"

    def references(path: Path) -> None:
        from allnlp.exporters.registry import export

        export(folder, path, format="ris", filters=Filters(matching=(f'id:"{doc_id}"',)))

    lines = ["import allnlp", "", f"mentions = allnlp.open({python_words(str(folder))}).mentions", f'answer = mentions[mentions["doc_id"] == {python_words(doc_id)}]']
    command = shlex.join(["allnlp", "sql", str(folder), query])
    return Leaving(lambda: run_sql(folder, query), command, "\n".join(lines), None, (Way(".ris", "RIS, the reference", references),))
