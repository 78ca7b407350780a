"""The sentences behind a number, as a page of their own and in the drawer of another."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

from allnlp.collection.evidence import Evidence, evidence
from allnlp.collection.filters import Filters
from allnlp.collection.frames import records
from allnlp.collection.index import LEVELS
from allnlp.collection.provenance import asked_command
from allnlp.errors import NothingFound, OptionError
from allnlp.explorer.asked import Asked
from allnlp.explorer.marks import Mark, Piece, pieces
from allnlp.explorer.page import Leaving, Page, Way, python_view, python_words
from allnlp.explorer.screens.documents import asserted
from allnlp.explorer.state import State
from allnlp.explorer.store import Store

_PAGE = 25  # units
ORDERS = ("folder", "newest")


class Quote(NamedTuple):
    """A sentence with its marks and where it stands."""

    row: dict[str, Any]
    pieces: list[Piece]
    assertions: str


class Drawer(NamedTuple):
    """Evidence as a page shows it."""

    names: tuple[str, ...]
    said: str
    level: str
    n_units: int
    n_documents: int
    n_sentences: int
    quotes: list[list[Quote]]  # the sentences of each unit
    page: int
    n_pages: int
    command: str
    files: list[tuple[str, str]]  # words and URL
    notes: tuple[str, ...]
    close: str  # URL of the page without it
    previous: str
    next: str
    order: str
    order_url: str


def page(store: Store, state: State, found: Asked) -> Page:
    """The page of the concepts ``c``."""
    words = state.all("c")
    if not words:
        raise OptionError("no concept is given. Open the sentences from a number of another page.")
    shown = drawer(store, state, found.filters, words, path="/evidence", close=state.url("/documents"))
    return Page("evidence.html", f"Sentences of {' and '.join(shown.names)}", {"shown": shown}, leaving(store, state, found.filters, words))


def gathered(store: Store, state: State, filters: Filters, words: Sequence[str], limit: int | None = None) -> Evidence:
    """Evidence for concepts; the sentences of so many units, the numbers of all."""
    level, is_newest, narrower = state.choice("level", LEVELS), state.choice("evidence_order", ORDERS) == "newest", state.flag("narrower")
    return evidence(store.index, words, filters=filters, level=level, narrower=narrower, newest_first=is_newest, limit=limit)


def drawer(store: Store, state: State, filters: Filters, words: Sequence[str], *, path: str, close: str) -> Drawer:
    """Evidence for concepts, a page of its units."""
    at = state.number("evidence_page", 1, high=10_000)
    found = gathered(store, state, filters, words, at * _PAGE)
    n_pages = max((found.n_units + _PAGE - 1) // _PAGE, 1)
    at = min(at, n_pages)
    units = _units(found)[(at - 1) * _PAGE : at * _PAGE]
    own = State(path, tuple((k, v) for k, v in state.pairs if k != "c") + tuple(("c", w) for w in words))
    here = State("/evidence", tuple((k, v) for k, v in own.pairs))
    order = state.choice("evidence_order", ORDERS)
    return Drawer(
        found.names, found.said(), found.level, found.n_units, found.n_documents, found.n_sentences, units, at, n_pages,
        leaving(store, state, filters, words).command, [("CSV", here.leave(".csv")), ("JSON", here.leave(".json")), ("Excel", here.leave(".xlsx")), ("RIS", here.leave(".ris"))],
        tuple(n.replace("; --narrower counts them", "") for n in found.notes if "--limit" not in n), close,
        own.url(evidence_page=at - 1) if at > 1 else "", own.url(evidence_page=at + 1) if at < n_pages else "",
        order, own.url(evidence_order=None if order == "newest" else "newest", evidence_page=None),
    )  # fmt: skip


def _units(found: Evidence) -> list[list[Quote]]:
    """The quotes of each unit, in the order of the evidence."""
    marks: dict[tuple[str, int], list[Mark]] = {}
    said: dict[tuple[str, int], list[str]] = {}
    for m in records(found.mentions):
        key = (m["doc_id"], m["sentence"])
        stated = asserted(m["assertion"], m["assertion_cue"])
        kind = f"label-{m['label']}{'' if m['assertion'] == 'present' else ' ' + m['assertion']}"
        marks.setdefault(key, []).append(Mark(m["start"], m["end"], kind, f"{m['label'].lower()}: {m['name']}{', ' if stated else ''}{stated}", str(m["mention"])))
        said.setdefault(key, []).extend([stated] if stated else [])
    out: dict[str, list[Quote]] = {}
    for row in records(found.rows):
        key = (row["doc_id"], row["sentence"])
        quote = Quote(row, pieces(row["sentence_text"], marks.get(key, [])), "; ".join(dict.fromkeys(said.get(key, []))))
        out.setdefault(row["unit"], []).append(quote)
    return list(out.values())


def leaving(store: Store, state: State, filters: Filters, words: Sequence[str]) -> Leaving:
    """How evidence leaves: its rows, the references of its documents, and what gives the same."""
    level, narrower, newest = state.choice("level", LEVELS), state.flag("narrower"), state.choice("evidence_order", ORDERS) == "newest"
    options = {"level": level, "narrower": narrower, "newest": newest}
    command = asked_command("evidence", store.folder, filters, {**options, "limit": 0}, words=tuple(words))
    more = "".join([f', level="{level}"', ", narrower=True" if narrower else "", ", newest_first=True" if newest else ""])
    call = f"evidence({', '.join(python_words(w) for w in words)}{more})"

    def references(path: Path) -> None:
        from allnlp.collection.selection import select
        from allnlp.exporters.files import Origin, placed
        from allnlp.exporters.references import write_ris

        chosen = set(gathered(store, state, filters, words).rows["doc_id"])
        selection = select(store.folder, filters, index=store.index)
        kept = selection.documents[selection.documents["doc_id"].isin(chosen)].reset_index(drop=True)
        with placed(path, Origin(store.folder, ())) as work:
            write_ris(selection._replace(documents=kept), work)

    return Leaving(lambda: gathered(store, state, filters, words).rows, command, python_view(store.folder, filters, call), None, (Way(".ris", "RIS, the references", references),))


def opened(store: Store, state: State, filters: Filters, *, parameter: str = "c") -> Drawer | None:
    """The drawer of a page whose URL names concepts in ``c``; none where it names none or nothing is found."""
    words = state.all(parameter)
    if not words:
        return None
    try:
        return drawer(store, state, filters, words, path=state.path, close=state.url(c=None, evidence_page=None, evidence_order=None))
    except NothingFound:
        return None
