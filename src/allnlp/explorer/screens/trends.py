"""How often concepts are named, year by year: a small chart each on one scale, and the table of the same numbers."""

from __future__ import annotations

from types import MappingProxyType
from typing import Any, NamedTuple

import pandas as pd

from allnlp.collection.facets import facet_counts
from allnlp.collection.filters import Filters
from allnlp.collection.frames import records
from allnlp.collection.groups import side
from allnlp.collection.index import LEVELS
from allnlp.collection.provenance import asked_command
from allnlp.collection.trend import counts, trend
from allnlp.errors import NothingFound, OptionError
from allnlp.explorer.asked import Asked, name_of, token
from allnlp.explorer.charts import MOST_PANELS, trend_panels
from allnlp.explorer.page import Leaving, Page, python_view, python_words
from allnlp.explorer.screens.evidence import Drawer, drawer
from allnlp.explorer.state import State
from allnlp.explorer.store import Store
from allnlp.schema import CONTEXT_LABELS, LABELS

SHOWN = MappingProxyType({"share": "share", "count": "number"})
_TOP = 6  # concepts of a label
_NAMES = 60  # of each label in the list of the field
_SIZE = 60  # rows of the table on a page


class Question(NamedTuple):
    """What is counted, and how."""

    concepts: tuple[str, ...]
    level: str
    narrower: bool
    complete: bool


class Line(NamedTuple):
    """A row of the table with where its numbers lead; a number that opens nothing has no URL."""

    row: dict[str, Any]
    concept_url: str
    n_url: str
    total_url: str


class Chosen(NamedTuple):
    """A concept that is shown, and the URL without it."""

    words: str
    name: str
    url: str


def page(store: Store, state: State, found: Asked) -> Page:
    """The trends of the concepts asked for, or of the most frequent ones of a label."""
    filters = found.filters
    label = state.choice("label", tuple(one.lower() for one in (*LABELS, *CONTEXT_LABELS)))
    level, narrower = state.choice("level", LEVELS), state.flag("narrower")
    by = state.choice("show", tuple(SHOWN))
    asked_for, messages = _known(store, state.all("concept"), narrower=narrower)
    concepts = asked_for or (() if messages else _frequent(store, filters, label, level, narrower=narrower))
    question = Question(concepts[:MOST_PANELS], level, narrower, state.flag("complete"))
    if len(concepts) > MOST_PANELS:
        messages += (f"{len(concepts)} concepts are asked for; the first {MOST_PANELS} are shown. The files have them all.",)
    frame = None
    try:
        if not concepts:
            raise NothingFound(f"No {label.replace('_', ' ')} is named under these filters. Take a filter away, or choose another type." if not messages else "")
        frame = store.kept(("trend", question, filters), lambda: _trend(store, filters, question))
    except NothingFound as error:
        messages += (str(error),) if str(error) else ()
    values = _values(store, state, found, frame, question, by)
    values |= {
        "messages": messages, "label": label, "labels": [one.lower() for one in (*LABELS, *CONTEXT_LABELS)], "levels": LEVELS, "shown": SHOWN, "by": by, "question": question,
        "chosen": [Chosen(w, name_of(store.index, w), state.toggled("concept", w, c=None, at=None)) for w in state.all("concept")],
        "listed": _listed(store), "drawer": _opened(store, state, filters),
    }  # fmt: skip
    return Page("trends.html", "Trends", values, leaving(store, filters, question._replace(concepts=concepts), has_rows=frame is not None))


def _known(store: Store, words: tuple[str, ...], *, narrower: bool) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Concepts of which the folder knows the name, and what is said of the others."""
    known, messages = [], []
    for one in words:
        try:
            side(store.index, [one], narrower=narrower)
        except (NothingFound, OptionError) as error:
            messages.append(str(error))
        else:
            known.append(one)
    return tuple(known), tuple(messages)


def _frequent(store: Store, filters: Filters, label: str, level: str, *, narrower: bool) -> tuple[str, ...]:
    """The most frequent concepts of a label."""
    try:
        frame = store.kept(("frequent", label, level, narrower, filters), lambda: counts(store.index, label, filters=filters, level=level, narrower=narrower, top=_TOP))
    except NothingFound:
        return ()
    return tuple(token(str(r["label"]), str(r["concept_id"])) for r in records(frame))


def _trend(store: Store, filters: Filters, question: Question) -> pd.DataFrame:
    return trend(store.index, question.concepts, filters=filters, level=question.level, narrower=question.narrower, complete=question.complete)


def _values(store: Store, state: State, found: Asked, frame: pd.DataFrame | None, question: Question, by: str) -> dict[str, Any]:
    """Charts and rows of a trend; none where there is nothing."""
    if frame is None:
        return {"panels": [], "lines": [], "page": 1, "n_pages": 1, "n_rows": 0, "incomplete": None, "notes": ()}

    def href(label: str, concept_id: str, year: int) -> str:
        return state.url(c=token(label, concept_id), at=year, evidence_page=None)

    panels = trend_panels(frame, href=href, by="share" if by == "share" else "n_documents")
    named = frame[frame["n_documents"] > 0]
    n_pages = max((len(named) + _SIZE - 1) // _SIZE, 1)
    at = state.number("page", 1, high=n_pages)
    has_total = question.level == "document" and not found.filters.sections
    lines = []
    for r in records(named.iloc[(at - 1) * _SIZE : at * _SIZE]):
        concept = state.url("/concept", id=r["concept_id"], label=r["label"].lower())
        total = state.url("/documents", from_=r["year"], to=r["year"]) if has_total else ""
        lines.append(Line(r, concept, href(r["label"], r["concept_id"], r["year"]), total))
    last = frame[frame["is_incomplete"]]["year"]
    notes = frame.attrs.get("provenance", {}).get("notes", ())
    return {
        "panels": panels, "lines": lines, "page": at, "n_pages": n_pages, "n_rows": len(named), "incomplete": int(last.iloc[0]) if len(last) else None, "notes": notes,
    }  # fmt: skip


def _opened(store: Store, state: State, filters: Filters) -> Drawer | None:
    """The sentences of a concept in one year; further pages and files of them are those of the evidence page."""
    words = state.all("c")
    if not words:
        return None
    year = state.number("at", 0, low=0, high=9999)
    if not year:
        years, pairs = filters.years, state.pairs
    else:
        years = (year, year)
        pairs = (*((k, v) for k, v in state.pairs if k not in ("from", "to", "at")), ("from", str(year)), ("to", str(year)))
    try:
        shown = drawer(store, State(state.path, pairs), filters._replace(years=years), words, path="/evidence", close=state.url(c=None, at=None, evidence_page=None))
    except (NothingFound, OptionError):
        return None
    return shown._replace(names=(*shown.names[:-1], f"{shown.names[-1]} in {year}")) if year else shown


def _listed(store: Store) -> list[str]:
    """Names for the field: the most frequent concepts of each label."""

    def names() -> list[str]:
        found: dict[str, int] = {}
        for label in LABELS:
            frame = facet_counts(store.index, Filters(), label, top=_NAMES)
            for name, n in zip(frame["name"], frame["n_documents"], strict=True):
                found[str(name)] = max(found.get(str(name), 0), int(n))
        return sorted(found, key=lambda name: (-found[name], name))

    return store.kept(("names of concepts",), names)


def leaving(store: Store, filters: Filters, question: Question, *, has_rows: bool) -> Leaving:
    """How trends leave."""
    words = question.concepts or (LABELS[0].lower(),)
    options = {"level": question.level, "narrower": question.narrower, "complete": question.complete}
    command = asked_command("trend", store.folder, filters, options, words=words)
    call = [python_words(w) for w in words]
    call += [f'level="{question.level}"'] if question.level != "document" else []
    call += [f"{name}=True" for name in ("narrower", "complete") if options[name]]
    python = python_view(store.folder, filters, f"trend({', '.join(call)})")
    if not has_rows:
        return Leaving(None, command, python)

    def frame() -> pd.DataFrame:
        return store.kept(("trend", question, filters), lambda: _trend(store, filters, question))

    def figure() -> Any:
        from allnlp.figures import trend as drawn

        return drawn(frame())

    return Leaving(frame, command, python, figure)
