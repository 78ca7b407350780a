"""Documents under filters as cards: title, abstract with its marks, what a reviewer said; paged and sorted."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from allnlp.collection.filters import Filters
from allnlp.collection.findings import study_label
from allnlp.collection.groups import grouped, side
from allnlp.collection.index import Index
from allnlp.collection.provenance import provenance
from allnlp.errors import NothingFound, OptionError
from allnlp.explorer.asked import Asked
from allnlp.explorer.marks import Mark, Piece, pieces
from allnlp.explorer.page import Leaving, Page, Way, python_view
from allnlp.explorer.state import State
from allnlp.explorer.store import Shown, Store, plain_years
from allnlp.schema import LABELS

PAGE_SIZES = ("10", "20", "50", "100")
SORTS = {"folder": "in the order of the folder", "year": "newest first", "oldest": "oldest first", "matches": "most mentions of what is asked for"}


NO_REVIEW: MappingProxyType[str, Any] = MappingProxyType({"is_read": False, "decision": None, "note": "", "reviewer": "", "made_at": ""})


class Card(NamedTuple):
    """A document of a list."""

    document: dict[str, Any]
    study: str
    title: list[Piece]
    parts: list[tuple[str, list[Piece]]]  # section and its text, sentence after sentence
    n_mentions: int
    review: Mapping[str, Any]
    url: str
    mention: Callable[[str], str]  # URL of a mention by its number


def page(store: Store, state: State, found: Asked) -> Page:
    """The list of documents."""
    index, filters = store.index, found.filters
    order = ordered(index, state, filters)
    size = int(state.choice("size", PAGE_SIZES))
    n_pages = max((len(order) + size - 1) // size, 1)
    at = state.number("page", 1, high=n_pages)
    own = own_words(state.one("words"))
    reviews = store.reviews
    shown = store.shown(order[(at - 1) * size : at * size].tolist())
    asked_for = asked_concepts(index, filters)
    cards = [card(one, state, own, asked_for, reviews) for one in shown]
    values = {
        "cards": cards, "at": at, "n_pages": n_pages, "size": size, "sizes": PAGE_SIZES, "sorts": SORTS, "sort": state.choice("sort", tuple(SORTS)),
        "first": (at - 1) * size + 1, "labels": LABELS, "words": state.one("words"), "n_found": len(order),
    }  # fmt: skip
    return Page("documents.html", "Documents", values, leaving(store, filters))


def ordered(index: Index, state: State, filters: Filters) -> npt.NDArray[np.int64]:
    """Numbers of the documents under filters, in the order asked for."""
    numbers = np.flatnonzero(index.fitting(filters))
    match state.choice("sort", tuple(SORTS)):
        case "year":
            numbers = numbers[np.argsort(-plain_years(index).to_numpy()[numbers], kind="stable")]
        case "oldest":
            years = plain_years(index).to_numpy()[numbers]
            numbers = numbers[np.argsort(np.where(years < 0, 9999, years), kind="stable")]
        case "matches":
            numbers = numbers[np.argsort(-_n_matches(index, filters)[numbers], kind="stable")]
    return numbers


def _n_matches(index: Index, filters: Filters) -> Any:
    """Mentions of each document that are of a concept asked for; of any where none is."""
    counted = index.view(filters).mentions
    codes = _asked_codes(index, filters)
    if len(codes):
        counted = counted & np.isin(index.concept, codes)
    return np.bincount(index.document[counted], minlength=len(index.documents))


def _asked_codes(index: Index, filters: Filters) -> Any:
    if not filters.mentioning:
        return np.array([], dtype=np.int32)
    try:
        keys = [key for words in filters.mentioning for key in side(index, [words], narrower=True)]
    except (NothingFound, OptionError):
        return np.array([], dtype=np.int32)
    return grouped(index, keys, narrower=True).codes


def asked_concepts(index: Index, filters: Filters) -> frozenset[tuple[str, str]]:
    """Label and id of the concepts that filters ask for, narrower ones among them; their marks stand out."""
    codes = _asked_codes(index, filters)
    ids = index.concepts["concept_id"].to_numpy(dtype=object)
    return frozenset((str(index.labels[c]), str(ids[c])) for c in codes)


def own_words(words: str) -> tuple[str, ...]:
    """A user's own words to be highlighted, parted by commas.

    >>> own_words("survival,  bridging therapy ,")
    ('survival', 'bridging therapy')
    """
    return tuple(dict.fromkeys(" ".join(w.split()) for w in words.split(",") if w.strip()))[:20]


def word_marks(text: str, words: Sequence[str]) -> list[Mark]:
    """Where a user's own words stand in a text, whole or as the beginning of a word, in any case.

    >>> word_marks("Survival and survivors", ["surviv*", "and"])
    [Mark(start=0, end=8, kind='word', title='surviv*', key=''), Mark(start=13, end=22, kind='word', title='surviv*', key=''), Mark(start=9, end=12, kind='word', title='and', key='')]
    """
    out = []
    for word in words:
        inner = r"\s+".join(re.escape(part.rstrip("*")) + (r"\w*" if part.endswith("*") else "") for part in word.split())
        out += [Mark(m.start(), m.end(), "word", word) for m in re.finditer(rf"(?<!\w)(?:{inner})(?!\w)", text, re.IGNORECASE) if m.end() > m.start()]
    return out


def mention_marks(mentions: Sequence[dict[str, Any]], asked_for: frozenset[tuple[str, str]] = frozenset()) -> list[Mark]:
    """Mentions of a document as marks, and the words that decided their assertion."""
    out = []
    for m in mentions:
        stated = asserted(m["assertion"], m["assertion_cue"])
        kind = f"label-{m['label']}{'' if m['assertion'] == 'present' else ' ' + m['assertion']}"
        is_asked = (m["label"], m["concept_id"] or m["name"]) in asked_for
        out.append(Mark(m["start"], m["end"], f"{kind}{' asked' if is_asked else ''}", f"{m['label'].replace('_', ' ').lower()}: {m['name']}{', ' if stated else ''}{stated}", str(m["mention"])))
        if m["assertion"] != "present" and m["cue_start"] is not None:
            out.append(Mark(m["cue_start"], m["cue_end"], f"cue cue-{m['label']}", f"makes “{m['text']}” {m['assertion']}"))
    return out


def asserted(assertion: str, cue: str | None) -> str:
    """An assertion other than present in words, with those that decided it; else nothing.

    >>> asserted("negated", "no"), asserted("present", None)
    ('negated by “no”', '')
    """
    return "" if assertion == "present" else f"{assertion} by “{cue}”" if cue else assertion


def card(shown: Shown, state: State, own: Sequence[str], asked_for: frozenset[tuple[str, str]], reviews: Mapping[str, Mapping[str, Any]]) -> Card:
    """A document with its marks."""
    document = shown.document
    text = document["text"]
    listed = [m for m in shown.mentions if m["label"] in LABELS]
    marks = [*mention_marks(listed, asked_for), *word_marks(text, own)]
    titled = [s for s in shown.sentences if s["section"] == "title"]
    title = pieces(text, marks, titled[0]["start"], titled[-1]["end"]) if titled else []
    parts: list[tuple[str, list[Piece]]] = []
    rest = [s for s in shown.sentences if s["section"] != "title"]
    for section, first, last in sections(rest):
        parts.append((section, pieces(text, marks, first, last)))
    review = reviews.get(document["doc_id"], NO_REVIEW)
    study = study_label(document["authors"], document["year"], document["doc_id"])
    doc_id = document["doc_id"]

    url = state.url("/document", id=doc_id, sort=state.one("sort") or None)
    return Card(document, study, title, parts, len(listed), review, url, lambda number: f"{url}&m={number}")


def sections(sentences: Sequence[dict[str, Any]]) -> list[tuple[str, int, int]]:
    """Runs of sentences of one section: its name, its first letter and the letter after its last.

    >>> sections([{"section": "methods", "start": 0, "end": 5}, {"section": "methods", "start": 6, "end": 9}])
    [('methods', 0, 9)]
    """
    out: list[tuple[str, int, int]] = []
    for s in sentences:
        if out and out[-1][0] == s["section"]:
            out[-1] = (s["section"], out[-1][1], s["end"])
        else:
            out.append((s["section"], s["start"], s["end"]))
    return out




def leaving(store: Store, filters: Filters) -> Leaving:
    """How a list of documents leaves: its table, its references, all tables."""
    from allnlp.collection.provenance import asked_command

    command = asked_command("export", store.folder, filters, {"table": "documents", "out": "documents.csv"})

    def table() -> pd.DataFrame:
        from allnlp.collection.selection import select
        from allnlp.exporters.table import flat, table_of

        frame = flat(table_of(select(store.folder, filters, index=store.index), "documents"), "documents")
        frame.attrs["provenance"] = provenance(store.folder, command, filters)
        return frame

    def exported(format_: str) -> Any:
        def write(path: Any) -> object:
            from allnlp.exporters.registry import export

            return export(store.folder, path, format=format_, filters=filters)

        return write

    ways = (
        Way(".ris", "RIS, for Zotero, Covidence, Rayyan", exported("ris")), Way(".nbib", "NBIB, as PubMed writes it", exported("nbib")),
        Way(".bioc.json", "BioC JSON, with mentions", exported("bioc-json")), Way(".labelstudio.json", "Label Studio", exported("label-studio")),
    )  # fmt: skip
    return Leaving(table, command, python_view(store.folder, filters, "documents"), None, ways)
