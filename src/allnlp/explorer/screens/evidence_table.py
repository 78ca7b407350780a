"""The evidence table: one row a study, columns as the form asks; each value opens its sentence, a page of studies is made at a time."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

from allnlp.collection.evidence_table import EvidenceTable
from allnlp.collection.evidence_table import evidence_table as made
from allnlp.collection.filters import Filters
from allnlp.collection.frames import records
from allnlp.collection.provenance import asked_command, provenance
from allnlp.collection.table_columns import DEFAULT_OUTCOMES, DEFAULT_TOXICITIES, STUDY_COLUMNS
from allnlp.errors import NothingFound, OptionError
from allnlp.explorer.asked import Asked
from allnlp.explorer.marks import Mark, Piece, pieces
from allnlp.explorer.page import Leaving, Page, Way, python_view, python_words
from allnlp.explorer.screens.table_studies import Options, options_of, studies_of
from allnlp.explorer.state import State
from allnlp.explorer.store import Store

_SIZE = 25  # studies on a page
_NARROW = frozenset({"doc_id", "year", "n_patients", "antigens", "median_follow_up_months"})
_WIDE = frozenset({"title", "review"})


class Value(NamedTuple):
    """A value of a cell."""

    text: str
    url: str
    doubt: str


class Cell(NamedTuple):
    """A cell of a study."""

    header: str
    kind: str  # class
    values: tuple[Value, ...]
    text: str  # where no value has a sentence


class Row(NamedTuple):
    """A study."""

    study: str
    doc_id: str
    url: str
    cells: list[Cell]


class Quote(NamedTuple):
    """A sentence with what was read from it."""

    where: str
    pieces: list[Piece]
    values: list[dict[str, Any]]


class Sentences(NamedTuple):
    """The sentences of one cell."""

    study: str
    doc_id: str
    header: str
    quotes: list[Quote]
    close: str


def page(store: Store, state: State, found: Asked) -> Page:
    """A page of the evidence table."""
    filters, options = found.filters, options_of(state)
    message, table, n, n_pages, n_rest, n_none = "", None, 0, 1, 0, 0
    at = state.number("page", 1)
    try:
        if filters.sections:
            raise NothingFound("A table of studies is of whole documents: take the section filter away.")
        documents, n_rest, n_none = store.kept(("studies", options, filters), lambda: studies_of(store, filters, options))
        n, n_pages = len(documents), max((len(documents) + _SIZE - 1) // _SIZE, 1)
        at = min(at, n_pages)
        table = part(store, options, documents[(at - 1) * _SIZE : at * _SIZE]) if n else None
    except (NothingFound, OptionError) as error:
        message = str(error)
    given = options if options[:3] != (None, None, None) else options._replace(toxicities=DEFAULT_TOXICITIES, outcomes=DEFAULT_OUTCOMES)
    values = {
        "message": message, "n_studies": n, "at": at, "n_pages": n_pages, "n_rest": n_rest, "n_none": n_none, "options": options, "given": given,
        "is_default": given is not options, "rows": rows_of(table, state) if table is not None else [], "heads": heads_of(table) if table is not None else [],
        "drawer": _opened(store, state, options, table), "study_columns": STUDY_COLUMNS,
    }  # fmt: skip
    return Page("evidence_table.html", "Evidence table", values, leaving(store, filters, options))


def part(store: Store, options: Options, documents: Sequence[str]) -> EvidenceTable:
    """The table of some documents."""
    chosen = tuple(documents)
    return store.kept(("evidence table", options, chosen), lambda: made(store.folder, documents=chosen, index=store.index, **options.arguments()))


def whole(store: Store, filters: Filters, options: Options) -> EvidenceTable:
    """The table of all that filters leave, as the library gives it.

    Raises:
        NothingFound: the filters are of sections, or a name is of no concept.
    """
    if filters.sections:
        raise NothingFound("A table of studies is of whole documents: take the section filter away.")
    mask = store.index.view(filters).documents
    documents = None if mask.all() else tuple(store.index.documents["doc_id"][mask])
    return store.kept(("evidence table", options, filters), lambda: made(store.folder, documents=documents, index=store.index, **options.arguments()))


def head(header: str) -> str:
    """A header as it is printed.

    >>> head("n_patients"), head("CRS >=3")
    ('n patients', 'CRS ≥3')
    """
    return header.replace("_", " ").replace(">=", "≥").replace("<=", "≤")


def _kind(header: str) -> str:
    return "narrow" if header in _NARROW else "wide" if header in _WIDE else "value"


def heads_of(table: EvidenceTable) -> list[tuple[str, str]]:
    """Headers after that of the study, with their class."""
    return [(head(h), _kind(h)) for h in _headers(table)]


def _headers(table: EvidenceTable) -> list[str]:
    """Columns after that of the study; an id that is all that is known of each study is not shown twice."""
    frame = table.table
    is_twice = "study" in frame and "doc_id" in frame and bool((frame["study"] == frame["doc_id"]).all())
    return [h for h in map(str, frame.columns) if h != "study" and not (h == "doc_id" and is_twice)]


def rows_of(table: EvidenceTable, state: State) -> list[Row]:
    """Studies with their cells; of a number that stands twice the table shows one."""
    cells: dict[tuple[str, str], dict[str, dict[str, Any]]] = {}
    for cell in records(table.cells):
        if cell["is_repeat"]:
            continue
        kept = cells.setdefault((cell["doc_id"], cell["column"]), {}).setdefault(cell["text"], dict(cell))
        kept["needs_review"] = kept["needs_review"] or cell["needs_review"]
    rows = []
    for row in records(table.table):
        doc_id, made_cells = row["doc_id"], []
        for header in _headers(table):
            url = state.url(cell=header, of=doc_id)
            values = tuple(
                Value(c["text"], url, (c["review_reason"] or "doubtful") if c["needs_review"] else "") for c in cells.get((doc_id, header), {}).values()
            )
            made_cells.append(Cell(header, _kind(header), values, "" if row[header] is None else str(row[header])))
        rows.append(Row(row["study"], doc_id, state.url("/document", id=doc_id), made_cells))
    return rows


def _opened(store: Store, state: State, options: Options, table: EvidenceTable | None) -> Sentences | None:
    """The sentences of the cell that the URL names."""
    header, doc_id = state.one("cell"), state.one("of")
    if not header or not doc_id:
        return None
    try:
        store.number(doc_id)
        is_here = table is not None and bool((table.table["doc_id"] == doc_id).any())
        of = table if is_here else part(store, options._replace(all_studies=True), [doc_id])
    except (NothingFound, OptionError):
        return None
    found = [c for c in records(of.cells) if c["doc_id"] == doc_id and c["column"] == header] if of is not None else []
    if not found:
        return None
    quotes: dict[Any, list[dict[str, Any]]] = {}
    for cell in sorted(found, key=lambda c: c["sentence"] if c["sentence"] is not None else 10**9):
        quotes.setdefault(cell["sentence"], []).append(cell)
    return Sentences(found[0]["study"], doc_id, head(header), [_quote(cells) for cells in quotes.values()], state.url(cell=None, of=None))


def _quote(cells: Sequence[dict[str, Any]]) -> Quote:
    """A sentence with the words marked that its values were read from."""
    text = cells[0]["sentence_text"]
    if text is None:
        return Quote("record", pieces(cells[0]["evidence"] or "", []), list(cells))
    marks = []
    for cell in cells:
        words = cell["evidence"] if cell["finding"] is not None else cell["text"]
        at = text.find(words) if words else -1
        at = text.casefold().find(words.casefold()) if at < 0 and words else at
        marks += [Mark(at, at + len(words), "word", head(cell["column"]))] if 0 <= at <= len(text) - len(words) else []
    return Quote(cells[0]["section"] or "other", pieces(text, marks), list(cells))


def leaving(store: Store, filters: Filters, options: Options) -> Leaving:
    """How the table leaves: alone, with each sentence as Excel and as a page, and its cells as CSV."""
    of = filters._replace(sections=(), assertions=("present",))
    names = {"toxicity": options.toxicities, "outcome": options.outcomes, "column": options.columns}
    flags = {"primary": options.primary, "all_studies": options.all_studies, "narrower": options.narrower}
    command = asked_command("evidence-table", store.folder, of, {name: list(values or ()) for name, values in names.items()} | flags)
    call = [f"{'columns' if name == 'column' else name}={_listed(name, values)}" for name, values in names.items() if values]
    call += [f"{name}=True" for name, is_set in flags.items() if is_set]
    python = python_view(store.folder, of, f"evidence_table({', '.join(call)})")

    def table() -> Any:
        frame = whole(store, filters, options).table
        frame.attrs["provenance"] = provenance(store.folder, command, filters, whole(store, filters, options).notes)
        return frame

    def written(path: Path) -> object:
        from allnlp.exporters import write_evidence

        return write_evidence(whole(store, filters, options), path, command=shlex.split(command))

    def cells(path: Path) -> None:
        from allnlp.exporters import Origin, write_result

        write_result(path, {"cells": whole(store, filters, options).cells}, Origin(store.folder, tuple(shlex.split(command))))

    ways = (
        Way(".evidence.xlsx", "Excel, with each sentence", written), Way(".html", "A page that needs no program, with each sentence", written),
        Way(".cells.csv", "CSV of the values with their sentences", cells),
    )  # fmt: skip
    return Leaving(table, command, python, None, ways)


def _listed(name: str, values: Sequence[str]) -> str:
    words = python_words(*values)
    return f"[{words}]" if name == "column" and not words.startswith("[") else words
