"""What a folder lacks or doubts, as lists that open from the overview: records, documents and mentions."""

from __future__ import annotations

from types import MappingProxyType
from typing import Any, NamedTuple

from allnlp.collection.frames import records
from allnlp.collection.summary import Summary
from allnlp.explorer.asked import token
from allnlp.explorer.state import State
from allnlp.explorer.store import Store

_SIZE = 50
LOW_SCORE = 0.7  # of a model's mention

#: Fields of a record, and what tells that a document has none.
_LACKING = MappingProxyType(
    {"abstract": "abstract = ''", "title": "title = ''"}
    | {field: f"{field} IS NULL" for field in ("year", "journal", "pmid", "doi")}
    | {field: f"len({field}) = 0" for field in ("authors", "mesh_terms", "keywords", "publication_types")}
)
_DOCUMENTS = "SELECT doc_id, title, year, source_file, source_record FROM documents WHERE duplicate_of IS NULL AND {}"
_MENTIONS = """
SELECT m.doc_id, m.mention, m.text, m.label, m.name, {} AS said FROM mentions AS m JOIN shelf_numbers AS n USING (doc_id) WHERE {} ORDER BY n.doc, m.mention
"""
_UNLINKED = """
SELECT label, name, count(*) AS n, count(DISTINCT doc_id) AS n_documents FROM mentions WHERE concept_id IS NULL AND label = '{}'
GROUP BY label, name ORDER BY n DESC, name
"""


class Cell(NamedTuple):
    """A cell, and where it leads."""

    text: Any
    url: str = ""


class Listed(NamedTuple):
    """A list with the rows of a page."""

    title: str
    heads: tuple[str, ...]
    rows: list[list[Cell]]
    n: int
    at: int
    n_pages: int
    close: str


def listed(store: Store, state: State, summary: Summary) -> Listed | None:
    """The list that the URL names in ``list``; none where it names none.

    Raises:
        OptionError: there is no such list.
    """
    if not state.one("list"):
        return None
    labels = [str(label).lower() for label in summary.labels["label"]]
    names = [*(f"no-{field}" for field in _LACKING), *(f"unlinked-{label}" for label in labels), "failures", "duplicates", "retracted", "review", "low-score"]
    name = state.choice("list", names)
    if name == "failures":
        return _paged(state, "Files and records that failed", ("File", "Record", "Step", "What was found"), [_of_failure(row) for row in records(summary.failures)])
    title, heads, query, cells = _asked(state, name)
    rows = store.kept(("list", name), lambda: store.rows(query))
    return _paged(state, title, heads, [cells(row) for row in rows])


def _asked(state: State, name: str) -> tuple[str, tuple[str, ...], str, Any]:
    """Title, heads, query and maker of cells of a list."""
    mention = ("Document", "Words", "Type", "Concept")

    def document(row: dict[str, Any]) -> list[Cell]:
        place = f"{row['source_file']}, record {row['source_record']}"
        return [Cell(row["doc_id"], state.url("/document", id=row["doc_id"])), Cell(row["title"]), Cell(row["year"]), Cell(place)]

    def of_mention(row: dict[str, Any]) -> list[Cell]:
        url = state.url("/document", id=row["doc_id"], m=row["mention"])
        return [Cell(row["doc_id"]), Cell(row["text"], url), Cell(row["label"].lower()), Cell(row["name"]), Cell(row["said"])]

    def unlinked(row: dict[str, Any]) -> list[Cell]:
        url = "" if row["label"] == "POPULATION" else state.url("/evidence", c=token(row["label"], row["name"]), include="all")
        return [Cell(row["name"], url), Cell(row["n"]), Cell(row["n_documents"])]

    def duplicate(row: dict[str, Any]) -> list[Cell]:
        first = Cell(row["duplicate_of"], state.url("/document", id=row["duplicate_of"]))
        return [Cell(row["doc_id"]), first, Cell(row["title"]), Cell(f"{row['source_file']}, record {row['source_record']}")]

    whole = ("Document", "Title", "Year", "From")
    if name.startswith("no-"):
        field = name.removeprefix("no-")
        return f"Documents without {_said(field)}", whole, _DOCUMENTS.format(_LACKING[field]), document
    if name.startswith("unlinked-"):
        label = name.removeprefix("unlinked-")
        return f"Words of the type {_said(label)} that no list of concepts holds", ("Words", "Mentions", "Documents"), _UNLINKED.format(label.upper()), unlinked
    if name == "duplicates":
        query = "SELECT doc_id, duplicate_of, title, source_file, source_record FROM documents WHERE duplicate_of IS NOT NULL"
        return "Duplicates", ("Record", "Repeats", "Title", "From"), query, duplicate
    if name == "retracted":
        return "Retracted documents", whole, _DOCUMENTS.format("is_retracted"), document
    if name == "review":
        return "Mentions to review", (*mention, "Why"), _MENTIONS.format("review_reason", "needs_review"), of_mention
    return f"Mentions that a model gives a score below {LOW_SCORE}", (*mention, "Score"), _MENTIONS.format("round(score, 2)", f"score < {LOW_SCORE}"), of_mention


def _said(name: str) -> str:
    return name.replace("_", " ")


def _of_failure(row: dict[str, Any]) -> list[Cell]:
    return [Cell(row[name]) for name in ("source_file", "source_record", "step", "error")]


def _paged(state: State, title: str, heads: tuple[str, ...], rows: list[list[Cell]]) -> Listed:
    n_pages = max((len(rows) + _SIZE - 1) // _SIZE, 1)
    at = state.number("page", 1, high=n_pages)
    return Listed(title, heads, rows[(at - 1) * _SIZE : at * _SIZE], len(rows), at, n_pages, state.url(list=None, page=None))


def doubts(store: Store) -> dict[str, int]:
    """Documents that were retracted, mentions with a low score."""
    query = f"""
    SELECT (SELECT count(*) FROM shelf_documents WHERE is_retracted) AS retracted, (SELECT count(*) FROM mentions WHERE score < {LOW_SCORE}) AS low
    """
    return store.kept(("doubts",), lambda: {name: int(n) for name, n in store.rows(query)[0].items()})
