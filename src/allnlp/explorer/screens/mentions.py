"""The mentions behind a number, each with its sentence: of a concept, of an assertion, and by their very words where these are asked for."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from allnlp.collection.filters import Filters
from allnlp.collection.findings import study_label
from allnlp.collection.frames import records
from allnlp.collection.groups import Key, grouped, side
from allnlp.collection.index import Index
from allnlp.collection.notices import notices_said
from allnlp.collection.provenance import asked_command
from allnlp.errors import NothingFound
from allnlp.explorer.marks import Mark, pieces
from allnlp.explorer.page import Leaving, python_view, python_words
from allnlp.explorer.screens.evidence import ORDERS, Drawer, Quote
from allnlp.explorer.state import State
from allnlp.explorer.store import Store
from allnlp.schema import ASSERTIONS, SECTIONS

_PAGE = 25  # mentions
COUNTED = "counted"  # the assertions that the filters count
STATED = (COUNTED, *ASSERTIONS, "all")
PARAMETERS = ("named", "stated", "words")


class Wanted(NamedTuple):
    """Mentions that a URL asks for."""

    concept: str  # with its label, as toxicity:mesh:D000080424
    narrower: bool
    stated: str  # one of STATED
    words: str  # the very words; empty for any


def wanted(state: State) -> Wanted | None:
    """Mentions that the parameters ``named``, ``narrower``, ``stated`` and ``words`` ask for; None where they ask for none.

    Raises:
        OptionError: no such assertion.
    """
    named = state.one("named")
    return Wanted(named, state.flag("narrower"), state.choice("stated", STATED), state.one("words")) if named else None


def positions(index: Index, filters: Filters, keys: Sequence[Key], *, stated: str = COUNTED, narrower: bool = False) -> Any:
    """Places in the index of the mentions of concepts under filters, by document and place.

    Args:
        index: of the folder.
        filters: which documents and sections; they also say which assertions count.
        keys: the concepts.
        stated: the assertions that are wanted, of ``STATED``; which documents are looked at stays as the filters say.
        narrower: narrower concepts as well.
    """
    is_meant = np.zeros(len(index.concepts), dtype=bool)
    is_meant[grouped(index, keys, narrower=narrower).codes] = True
    view = index.view(filters)
    wanted = view.mentions if stated == COUNTED else view.sentences[index.sentence]
    if stated in ASSERTIONS:
        wanted = wanted & (index.assertion == ASSERTIONS.index(stated))
    return np.flatnonzero(wanted & is_meant[index.concept])


def stated_counts(index: Index, filters: Filters, keys: Sequence[Key], *, narrower: bool = False) -> dict[str, tuple[int, int, int]]:
    """Documents, sentences and mentions that name concepts, as ``counts`` has them: what the filters count, and by each assertion."""
    at = positions(index, filters, keys, stated="all", narrower=narrower)
    codes = {stated: [i] for i, stated in enumerate(ASSERTIONS)} | {COUNTED: [ASSERTIONS.index(a) for a in filters.assertions]}
    out = {}
    for stated, wanted_codes in codes.items():
        own = at[np.isin(index.assertion[at], wanted_codes)]
        out[stated] = (len(np.unique(index.document[own])), len(np.unique(index.sentence[own])), len(own))
    return out


def texts_at(index: Index, at: Any) -> Any:
    """The words of mentions by their place in the index."""
    places, database = index.passages, index.passages.database
    frame = pd.DataFrame({"place": np.arange(len(at)), "doc": index.document[at], "start": places.start[at], "length": places.end[at] - places.start[at]})
    database.register("words_at", frame)
    found = database.execute("SELECT place, substring(s.text, w.start + 1, w.length) AS words FROM words_at AS w JOIN shown AS s USING (doc)").fetchnumpy()
    database.unregister("words_at")
    out = np.empty(len(at), dtype=object)
    out[found["place"]] = found["words"]
    return out


def words_found(index: Index, filters: Filters, keys: Sequence[Key], *, narrower: bool = False) -> pd.DataFrame:
    """The words that name concepts under filters: text, n_mentions, n_documents; most frequent first, then by text."""
    at = positions(index, filters, keys, narrower=narrower)
    frame = pd.DataFrame({"text": texts_at(index, at), "doc": index.document[at]})
    found = frame.groupby("text", sort=False)["doc"].agg(n_mentions="size", n_documents="nunique").reset_index()
    return found.sort_values(["n_mentions", "text"], ascending=[False, True], kind="stable", ignore_index=True)


def _places(index: Index, filters: Filters, one: Wanted) -> Any:
    """Places in the index of what is asked for.

    Raises:
        NothingFound: no such concept, or no mention.
    """
    at = positions(index, filters, side(index, [one.concept], narrower=True), stated=one.stated, narrower=one.narrower)
    at = at[texts_at(index, at) == one.words] if one.words and len(at) else at
    if not len(at):
        raise NothingFound(f"no mention of {one.concept}{f' by the words {one.words!r}' if one.words else ''}.")
    return at


def _rows(index: Index, at: Any) -> list[dict[str, Any]]:
    """Mentions with their document and sentence; ``begin`` is where the sentence begins."""
    numbers, of = np.unique(index.document[at], return_inverse=True)
    documents = records(index.passages.documents(numbers))
    first = np.searchsorted(index.sentence_document, np.asarray(numbers)).tolist()
    ids, places = index.concepts["concept_id"].to_numpy(dtype=object), index.passages
    out = []
    for i, d in zip(at.tolist(), of.tolist(), strict=True):
        document, sentence, code = documents[d], int(index.sentence[i]), int(index.concept[i])
        start, end, begin, text = int(places.start[i]), int(places.end[i]), int(places.sentence_start[sentence]), document["text"]
        out.append(
            {
                "doc_id": document["doc_id"], "mention": int(index.mention[i]), "sentence": sentence - first[d],
                "section": SECTIONS[index.sentence_section[sentence]], "start": start, "end": end, "text": text[start:end], "label": str(index.labels[code]),
                "concept_id": ids[code], "name": str(index.names[code]), "assertion": ASSERTIONS[index.assertion[i]],
                "study": study_label(document["authors"], document["year"], document["doc_id"]),
                **{name: document[name] for name in ("year", "journal", "pmid", "doi")},
                "notices": notices_said(bool(document["is_retracted"]), document["notices"]),
                "sentence_text": text[begin : int(places.sentence_end[sentence])], "begin": begin,
            }
        )  # fmt: skip
    return out


def _quote(row: dict[str, Any]) -> Quote:
    """A mention in its sentence."""
    kind = f"label-{row['label']}{'' if row['assertion'] == 'present' else ' ' + row['assertion']}"
    mark = Mark(row["start"] - row["begin"], row["end"] - row["begin"], kind, f"{row['label'].lower()}: {row['name']}", str(row["mention"]))
    return Quote({**row, "names_all": True}, pieces(row["sentence_text"], [mark]), "" if row["assertion"] == "present" else row["assertion"])


def opened(store: Store, state: State, filters: Filters) -> Drawer | None:
    """The drawer of the mentions that a URL asks for; none where it asks for none, or there are none.

    Raises:
        OptionError: an option cannot be read.
    """
    one, index = wanted(state), store.index
    if one is None:
        return None
    try:
        at = _places(index, filters, one)
    except NothingFound:
        return None
    order = state.choice("evidence_order", ORDERS)
    if order == "newest":
        years = index.documents["year"].to_numpy(dtype=float, na_value=-1.0)[index.document[at]]
        at = at[np.lexsort((np.arange(len(at)), -years))]
    n_pages = max((len(at) + _PAGE - 1) // _PAGE, 1)
    page = state.number("evidence_page", 1, high=n_pages)
    name = grouped(index, side(index, [one.concept], narrower=True)[:1], narrower=True).names[0]
    title = f"{'' if one.stated in (COUNTED, 'all') else one.stated + ' '}{name}{f' as “{one.words}”' if one.words else ''}"
    files = [(words, state.leave(e)) for words, e in (("CSV", ".csv"), ("JSON", ".json"), ("Excel", ".xlsx"))]
    n_documents, n_sentences = len(np.unique(index.document[at])), len(np.unique(index.sentence[at]))
    return Drawer(
        (title,), f"{len(at):,} mentions", "mention", len(at), n_documents, n_sentences,
        [[_quote(row)] for row in _rows(index, at[(page - 1) * _PAGE : page * _PAGE])], page, n_pages, leaving(store, filters, one).command, files, (),
        state.url(named=None, stated=None, words=None, evidence_page=None, evidence_order=None),
        state.url(evidence_page=page - 1) if page > 1 else "", state.url(evidence_page=page + 1) if page < n_pages else "",
        order, state.url(evidence_order=None if order == "newest" else "newest", evidence_page=None),
    )  # fmt: skip


def leaving(store: Store, filters: Filters, one: Wanted) -> Leaving:
    """How mentions leave: as rows; the command gives their sentences, Python the very mentions."""

    def table() -> pd.DataFrame:
        return pd.DataFrame(_rows(store.index, _places(store.index, filters, one))).drop(columns=["begin"])

    shown = filters
    if one.stated != COUNTED:
        wider = ASSERTIONS if one.stated == "all" else tuple(a for a in ASSERTIONS if a in ("present", one.stated))
        shown = filters._replace(assertions=wider)
    command = asked_command("evidence", store.folder, shown, {"level": "sentence", "narrower": one.narrower, "limit": 0}, words=(one.concept,))
    call = f'evidence({python_words(one.concept)}, level="sentence"{", narrower=True" if one.narrower else ""}).mentions'
    python = python_view(store.folder, shown, call)
    tests = [("assertion", one.stated)] if one.stated not in (COUNTED, "all") else []
    for column, value in [*tests, *([("text", one.words)] if one.words else [])]:
        python += f'\nanswer = answer[answer["{column}"] == {python_words(value)}]'
    return Leaving(table, command, python)
