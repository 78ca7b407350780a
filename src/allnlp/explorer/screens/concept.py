"""A concept: how often it is named and negated, by which words, since when, together with what; each number opens."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from markupsafe import Markup

from allnlp.collection.cooccurrence import cooccurrence, crossed_pairs
from allnlp.collection.filters import Filters
from allnlp.collection.frames import records
from allnlp.collection.groups import Key, grouped, label_of, n_total, side
from allnlp.collection.index import Index
from allnlp.collection.provenance import asked_command
from allnlp.collection.trend import counts, trend
from allnlp.errors import NothingFound, OptionError
from allnlp.explorer.asked import Asked, token
from allnlp.explorer.charts import trend_panels
from allnlp.explorer.page import Leaving, Page, Way, python_view, python_words
from allnlp.explorer.screens import evidence, mentions
from allnlp.explorer.screens.numbers import Question, fitting
from allnlp.explorer.screens.relations import aimed_at, identifiers, next_broader, next_narrower, targets
from allnlp.explorer.state import State
from allnlp.explorer.store import Store
from allnlp.schema import ASSERTIONS, CONTEXT_LABELS, LABELS
from allnlp.terminology import load

_OPENED = ("c", "level", *mentions.PARAMETERS, "evidence_page", "evidence_order")  # what the drawer shows
BY = MappingProxyType({"lift": "more often than by chance", "n_both": "most often"})
_PARTNERS, _LEAST = 12, 3  # of a label; documents that name both
_WORDS = 40  # rows shown
_EXAMPLES = 5
_WIDTH = 620  # px, of the years
class Figure(NamedTuple):
    """A number with what it counts and the URL that opens it; no URL where it is 0."""

    n: int
    words: str
    url: str
    about: str  # said beside the number


class Related(NamedTuple):
    """A concept with its documents."""

    name: str
    n: int
    page: str
    url: str  # opens the documents
    share: str = ""


class Word(NamedTuple):
    """Words that name a concept, and the URL that opens their mentions."""

    text: str
    n_mentions: int
    n_documents: int
    url: str


def page(store: Store, state: State, found: Asked) -> Page:
    """The page of the concept ``id``, a CURIE or a name, of the type ``label``."""
    words, filters = state.one("id"), found.filters
    if not words:
        raise OptionError("no concept is given. Open one from the table of concepts.")
    by = state.choice("by", tuple(BY))
    try:
        keys = meant(store.index, words, state.one("label"))
    except (NothingFound, OptionError) as error:
        command = asked_command("counts", store.folder, filters, {}, words=(words,))
        return Page("concept.html", "Concept", {"missing": str(error)}, Leaving(None, command, ""), status=404 if isinstance(error, NothingFound) else 400)
    key, index = keys[0], store.index
    is_named = any(index.labels[c] == key[0] for c in index.by_id.get(key[1], ()))
    narrower = state.flag("narrower") or not is_named
    here = State(state.path, tuple(pair for pair in state.pairs if pair[0] not in _OPENED))
    name = grouped(index, [key], narrower=narrower).names[0]
    values = store.kept(("concept", key, narrower, by, here.pairs, filters), lambda: _values(store, here, filters, key, narrower, by))
    drawer = mentions.opened(store, state, filters) or evidence.opened(store, state, filters)
    more = {
        "missing": "", "n_documents": None, "name": name, "label": key[0], "narrower": narrower, "is_named": is_named, "by": by, "ways_by": BY, "here": here, "drawer": drawer,
        "also": [(label, state.url(id=concept_id, label=label)) for label, concept_id in keys[1:]],
    }  # fmt: skip
    asked_for = mentions.wanted(state)
    leaves = mentions.leaving(store, filters, asked_for) if asked_for is not None else leaving(store, filters, key, narrower=narrower)
    return Page("concept.html", name, {**values, **more}, leaves)


def meant(index: Index, words: str, label: str) -> list[Key]:
    """The concept that words mean, by its CURIE or name: first the one named most often, then those of the same name and another type.

    Raises:
        NothingFound: no concept of the folder, says which are near; or no such type.
        OptionError: the words mean several concepts.
    """
    if label and label_of(label) is None:
        raise OptionError(f"label {label!r} is none of {', '.join((*LABELS, *CONTEXT_LABELS))}.")
    found = side(index, [f"{label.lower()}:{words}" if label else words], narrower=True)
    counted = np.bincount(index.concept, minlength=len(index.concepts))
    place = {(str(of), str(c)): int(counted[i]) for i, (of, c) in enumerate(zip(index.labels, index.concepts["concept_id"], strict=True))}
    order = sorted(found, key=lambda k: (-place.get(k, 0), k))
    return [k for i, k in enumerate(order) if i == 0 or k[0] != order[0][0]]


def _values(store: Store, state: State, filters: Filters, key: Key, narrower: bool, by: str) -> dict[str, Any]:
    index = store.index
    words = words_of(store, state, filters, key, narrower)
    return {
        "definition": next((r.definition for r in load().labels if r.label == key[0]), ""), "identifiers": identifiers(index, key[1]),
        "denied": denied(store, state, filters, key, narrower), "figures": figures(store, state, filters, key, narrower), "words": words[:_WORDS], "n_words": len(words),
        "broader": related(store, state, filters, key[0], next_broader(index, key[1])),
        "below": related(store, state, filters, key[0], next_narrower(index, key)),
        "targets": related(store, state, filters, "ANTIGEN", targets(index, key[1])), "aimed": related(store, state, filters, "THERAPY", aimed_at(index, key)),
        "partners": partners(store, state, filters, key, narrower, by), "years": years(store, state, filters, key, narrower),
        "examples": examples(store, state, filters, key, narrower),
    }  # fmt: skip


def figures(store: Store, state: State, filters: Filters, key: Key, narrower: bool) -> list[Figure]:
    """Documents, sentences and mentions that name a concept, and the mentions by assertion; findings of it."""
    index, one = store.index, token(*key)
    found = mentions.stated_counts(index, filters, [key], narrower=narrower)
    n_documents, n_sentences, n_mentions = found[mentions.COUNTED]
    total = n_total(index, index.view(filters), "document")
    shown = [
        Figure(n_documents, "documents", drawer_url(state, [one], narrower), f"{100 * n_documents / total:.1f} % of {total:,}" if total else ""),
        Figure(n_sentences, "sentences", drawer_url(state, [one], narrower, level="sentence"), ""),
        Figure(n_mentions, "mentions", mention_url(state, one, narrower), "all that the filters count"),
    ]
    n_all = sum(found[stated][2] for stated in ASSERTIONS)
    for stated in ASSERTIONS[1:]:
        of, _, n = found[stated]
        about = f"{100 * n / n_all:.1f} % of {n_all:,} mentions, in {of:,} document{'' if of == 1 else 's'}" if n else ""
        shown.append(Figure(n, stated, mention_url(state, one, narrower, stated), about))
    try:
        n_findings = int(fitting(store, filters, Question((one,))).sum()) if key[0] in ("TOXICITY", "OUTCOME") else 0
    except (NothingFound, OptionError):
        n_findings = 0
    if key[0] in ("TOXICITY", "OUTCOME"):
        shown.append(Figure(n_findings, "numbers reported", state.url("/findings", concept=one), "narrower ones with them"))
    return [f if f.n else f._replace(url="") for f in shown]


def denied(store: Store, state: State, filters: Filters, key: Key, narrower: bool) -> Figure:
    """Documents that negate a concept, as the search finds them."""
    query = f'negated {"" if narrower else "exact:"}{key[0].lower()}:"{key[1]}"'
    try:
        n = int(store.index.view(filters._replace(matching=(*filters.matching, query))).documents.sum())
    except (NothingFound, OptionError):
        n = 0
    before = f"({filters.matching[0]}) " if state.one("q") and filters.matching else ""
    return Figure(n, "documents negate it", state.url("/documents", q=before + query) if n else "", "")


def drawer_url(state: State, tokens: Sequence[str], narrower: bool, *, level: str = "document") -> str:
    """URL that opens the sentences of concepts."""
    return state.url(c=tokens, level=level, narrower="1" if narrower else None)


def mention_url(state: State, one: str, narrower: bool, stated: str = mentions.COUNTED, words: str | None = None) -> str:
    """URL that opens mentions of a concept."""
    return state.url(named=one, narrower="1" if narrower else None, stated=None if stated == mentions.COUNTED else stated, words=words)


def words_of(store: Store, state: State, filters: Filters, key: Key, narrower: bool) -> list[Word]:
    """The words that name a concept, most frequent first."""
    frame = mentions.words_found(store.index, filters, [key], narrower=narrower)
    return [Word(t, int(m), int(d), mention_url(state, token(*key), narrower, words=t)) for t, m, d in frame.itertuples(index=False)]


def related(store: Store, state: State, filters: Filters, label: str, ids: Sequence[str]) -> list[Related]:
    """Concepts with the documents that name them or a narrower one, most frequent first; those of no document are left out."""
    index = store.index
    known = [token(label, c) for c in ids if any(index.labels[i] == label for i in index.by_id.get(c, ())) or c in index.any_broader]
    if not known:
        return []
    try:
        frame = counts(index, known, filters=filters, narrower=True)
    except NothingFound:
        return []
    return [
        Related(r["name"], r["n_documents"], state.url("/concept", id=r["concept_id"], label=r["label"]), drawer_url(state, [token(r["label"], r["concept_id"])], True))
        for r in records(frame)
    ]


def partners(store: Store, state: State, filters: Filters, key: Key, narrower: bool, by: str) -> list[tuple[str, list[Related]]]:
    """Concepts that documents name together with this one, the strongest of each label."""
    index = store.index
    labels = [label.lower() for label in LABELS if (index.labels == label).any()]
    frame = crossed_pairs(index, [token(*key)], labels, filters=filters, min_count=_LEAST, narrower=narrower, top=len(index.concepts))
    out = []
    for label in LABELS:
        own = frame[frame["label_b"] == label].sort_values([by, "n_both", "name_b"], ascending=[False, False, True], kind="stable").head(_PARTNERS)
        rows = [
            Related(
                r["name_b"], r["n_both"], state.url(id=r["concept_b"], label=label),
                drawer_url(state, [token(*key), token(label, r["concept_b"])], narrower), f"{r['lift']:.1f}",
            )
            for r in records(own)
        ]  # fmt: skip
        out += [(label, rows)] if rows else []
    return out


def partner_table(store: Store, filters: Filters, key: Key, narrower: bool) -> pd.DataFrame:
    """Pairs of this concept with those of all labels in three documents or more, with tests."""
    labels = [label.lower() for label in LABELS if (store.index.labels == label).any()]
    return cooccurrence(store.index, [token(*key)], labels, filters=filters, min_count=_LEAST, narrower=narrower)


def years(store: Store, state: State, filters: Filters, key: Key, narrower: bool) -> Markup:
    """The share of the documents of each year; a point opens its documents."""
    try:
        frame = trend(store.index, [token(*key)], filters=filters, narrower=narrower)
    except NothingFound:
        return Markup("")

    def href(label: str, concept_id: str, year: int) -> str:
        return state.url("/evidence", c=token(label, concept_id), level="document", narrower="1" if narrower else None, from_=year, to=year)

    panels = trend_panels(frame, href=href, width=_WIDTH)
    return panels[0][1] if panels else Markup("")


def examples(store: Store, state: State, filters: Filters, key: Key, narrower: bool) -> list[list[evidence.Quote]]:
    """The newest sentences that name a concept."""
    pairs = (("level", "sentence"), ("evidence_order", "newest"), *((("narrower", "1"),) if narrower else ()))
    try:
        return evidence.drawer(store, State(state.path, pairs), filters, [token(*key)], path=state.path, close="").quotes[:_EXAMPLES]
    except NothingFound:
        return []


def leaving(store: Store, filters: Filters, key: Key, *, narrower: bool) -> Leaving:
    """How a concept leaves: its counts, its words, its partners, and a figure of its years."""
    from allnlp.exporters import Origin, write_result

    index, one = store.index, token(*key)
    command = asked_command("counts", store.folder, filters, {"narrower": narrower}, words=(one,))
    together = asked_command("cooccur", store.folder, filters, {"rows": one, "columns": [label.lower() for label in LABELS], "min": _LEAST, "narrower": narrower})

    def words(path: Path) -> None:
        write_result(path, {"words": mentions.words_found(index, filters, [key], narrower=narrower)}, Origin(store.folder, ()))

    def pairs(path: Path) -> None:
        write_result(path, {"partners": partner_table(store, filters, key, narrower)}, Origin(store.folder, tuple(together.split())))

    def figure() -> Any:
        from allnlp.figures.trend import trend as drawn

        return drawn(trend(index, [one], filters=filters, narrower=narrower))

    ways = (Way(".words.csv", "CSV of the words found", words), Way(".partners.csv", "CSV of what goes with it", pairs))
    call = f"counts({python_words(one)}{', narrower=True' if narrower else ''})"
    return Leaving(lambda: counts(index, [one], filters=filters, narrower=narrower), command, python_view(store.folder, filters, call), figure, ways)
