"""All concepts of a type in a table: documents, mentions, negated ones, years and the words that name them; each count opens."""

from __future__ import annotations

from collections.abc import Sequence
from types import MappingProxyType
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from allnlp.collection.filters import Filters
from allnlp.collection.frames import records
from allnlp.collection.groups import label_of
from allnlp.collection.index import Index
from allnlp.collection.names import folded
from allnlp.collection.provenance import asked_command, provenance
from allnlp.collection.trend import counts
from allnlp.errors import NothingFound, OptionError
from allnlp.explorer.asked import Asked, token
from allnlp.explorer.page import Leaving, Page, python_view, python_words
from allnlp.explorer.screens import evidence, mentions
from allnlp.explorer.state import State
from allnlp.explorer.store import Store
from allnlp.schema import ASSERTIONS, CONTEXT_LABELS, LABELS

#: Columns that order the table, and whether the highest stand first.
SORTS = MappingProxyType({"n_documents": True, "name": False, "n_mentions": True, "n_negated": True, "first_year": False, "last_year": True})
HEADS = MappingProxyType(
    {"name": "Concept", "n_documents": "Documents", "n_mentions": "Mentions", "n_negated": "Negated", "first_year": "First year", "last_year": "Last year"}
)
_SIZE = 50
_NAMED = 60  # concepts that a command can list one by one
_WORDS = 4  # shown of each


class Row(NamedTuple):
    """A concept of the table."""

    concept_id: str
    name: str
    page: str
    n_documents: int
    documents: str  # URL that opens them
    n_mentions: int
    mentions: str
    n_negated: int
    negated: str
    first_year: int | None
    last_year: int | None
    words: str


def page(store: Store, state: State, found: Asked) -> Page:
    """The table of the concepts of ``label`` whose name or words hold ``name``."""
    filters, label = found.filters, label_of(state.one("label", LABELS[0]))
    if label is None:
        raise OptionError(f"label {state.one('label')!r} is none of {', '.join((*LABELS, *CONTEXT_LABELS))}.")
    part, sort = state.one("name"), state.choice("sort", tuple(SORTS))
    frame = table(store, filters, label, part, sort)
    n_pages = max((len(frame) + _SIZE - 1) // _SIZE, 1)
    at = state.number("page", 1, high=n_pages)
    here = State(state.path, tuple(pair for pair in state.pairs if pair[0] not in ("c", "level", *mentions.PARAMETERS, "evidence_page", "evidence_order")))
    shown = frame.iloc[(at - 1) * _SIZE : at * _SIZE]
    asked_for = mentions.wanted(state)
    values = {
        "rows": [_row(here, label, r) for r in records(shown)], "n_found": len(frame), "at": at,
        "n_pages": n_pages, "label": label, "all_labels": (*LABELS, *CONTEXT_LABELS), "part": part, "sort": sort, "heads": HEADS, "here": here,
        "drawer": mentions.opened(store, state, filters) or evidence.opened(store, state, filters), "first": (at - 1) * _SIZE + 1,
    }  # fmt: skip
    leaves = mentions.leaving(store, filters, asked_for) if asked_for is not None else leaving(store, filters, label, part, sort)
    return Page("concepts.html", "Concepts", values, leaves)


def table(store: Store, filters: Filters, label: str, part: str = "", sort: str = "n_documents") -> pd.DataFrame:
    """Concepts of a label as ``counts`` gives them, those whose name, identifier or words hold a part, with the words of the folder."""
    index = store.index

    def ask() -> pd.DataFrame:
        try:
            frame = counts(index, label.lower(), filters=filters)
        except NothingFound:
            return pd.DataFrame(columns=["concept_id", "label", "name", "n_documents", "n_mentions", "n_negated", "first_year", "last_year", "words"])
        view, known = index.view(filters), index.known
        negated = np.bincount(index.concept[view.sentences[index.sentence] & (index.assertion == ASSERTIONS.index("negated"))], minlength=len(index.concepts))
        frame["n_negated"] = [int(negated[c]) for c in _codes(index, label, frame["concept_id"].tolist())]  # in the documents that the filters leave
        frame["words"] = [_forms(known[c].forms) if c in known else name for c, name in zip(frame["concept_id"], frame["name"], strict=True)]
        return frame

    frame = store.kept(("concepts", label, filters), ask)
    if part and folded(part):
        key = folded(part)
        cells = zip(frame["name"], frame["words"], frame["concept_id"], strict=True)
        frame = frame[[key in folded(name) or part.strip().lower() == str(c).lower() or any(key in folded(w) for w in words.split("; ")) for name, words, c in cells]]
    if sort != "n_documents":
        frame = frame.sort_values([sort, "n_documents", "name"], ascending=[not SORTS[sort], False, True], kind="stable", na_position="last")
    return frame.reset_index(drop=True)


def _codes(index: Index, label: str, ids: Sequence[str]) -> list[int]:
    """Codes of concepts of a label."""
    return [next(c for c in index.by_id[one] if index.labels[c] == label) for one in ids]


def _forms(forms: Any) -> str:
    """Words that name a concept, the most frequent first.

    >>> _forms({"CRS": 2, "cytokine release syndrome": 5})
    'cytokine release syndrome; CRS'
    """
    return "; ".join(sorted(forms, key=lambda w: (-forms[w], w)))


def _row(state: State, label: str, r: dict[str, Any]) -> Row:
    one = token(label, r["concept_id"])
    words = [w for w in r["words"].split("; ") if w != r["name"]]
    more = f" and {len(words) - _WORDS} more" if len(words) > _WORDS else ""
    return Row(
        r["concept_id"], r["name"], state.url("/concept", id=r["concept_id"], label=label), int(r["n_documents"]), state.url(c=one, level="document"),
        int(r["n_mentions"]), state.url(named=one), int(r["n_negated"]), state.url(named=one, stated="negated"),
        None if r["first_year"] is None else int(r["first_year"]), None if r["last_year"] is None else int(r["last_year"]), ", ".join(words[:_WORDS]) + more,
    )  # fmt: skip


def leaving(store: Store, filters: Filters, label: str, part: str, sort: str) -> Leaving:
    """How the table leaves; a part of a name becomes the concepts that it finds, unless these are very many."""
    frame = table(store, filters, label, part, sort)
    named = [token(label, c) for c in frame["concept_id"]] if part and 0 < len(frame) <= _NAMED else [label.lower()]
    command = asked_command("counts", store.folder, filters, {}, words=tuple(named))

    def asked() -> pd.DataFrame:
        own = table(store, filters, label, part, sort).copy()
        own.attrs["provenance"] = provenance(store.folder, command, filters)
        return own

    return Leaving(asked, command, python_view(store.folder, filters, f"counts({python_words(*named)})"))
