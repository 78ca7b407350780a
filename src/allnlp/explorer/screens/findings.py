"""Reported numbers of toxicities and outcomes: a table that can be narrowed, each with its sentence; pooled where they are of one concept."""

from __future__ import annotations

from types import MappingProxyType
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from allnlp.collection.cells import number_text
from allnlp.collection.edits import list_edits
from allnlp.collection.filters import Filters
from allnlp.collection.findings import MEASURES, select_findings
from allnlp.collection.frames import records
from allnlp.collection.groups import label_and_name
from allnlp.collection.pool import parse_finding
from allnlp.collection.provenance import asked_command, provenance
from allnlp.errors import NothingFound, OptionError
from allnlp.explorer.asked import Asked, name_of, token
from allnlp.explorer.page import Leaving, Page, python_view, python_words
from allnlp.explorer.screens.numbers import Question, Shown, fitting, meant, named, numbers_of, one_shown, shown, sorter
from allnlp.explorer.screens.pooling import options_of, pooling, ways
from allnlp.explorer.state import State
from allnlp.explorer.store import Store

ORDERS = MappingProxyType({"folder": "in the order of the folder", "newest": "newest first", "percent": "highest percent first"})
REVIEWS = MappingProxyType({"all": "any", "yes": "only doubtful", "no": "only sound"})
AGREEMENTS = MappingProxyType({"all": "any", "yes": "n, N and % agree", "no": "they disagree"})
_SIZE = 50
_FACETS = 14


class Facet(NamedTuple):
    """A concept with its findings under the other options."""

    name: str
    n: int
    url: str
    is_set: bool


class Row(NamedTuple):
    """A finding with its cells as they are printed."""

    shown: Shown
    counts: str
    counts_are_read: bool
    value: str
    interval: str
    doubt: str
    judged: dict[str, Any] | None


def question_of(state: State) -> Question:
    """What findings the URL asks for.

    Raises:
        OptionError: an option has a value that it cannot have.
    """
    return Question(
        state.all("concept"), state.one("grade").strip(), state.all("therapy"), state.all("measure"), state.one("timepoint").strip(),
        state.choice("review", tuple(REVIEWS)), state.choice("consistent", tuple(AGREEMENTS)), state.flag("exact"),
    )  # fmt: skip


def page(store: Store, state: State, found: Asked) -> Page:
    """The table of findings, with a forest plot where one concept is asked for."""
    question, filters = question_of(state), found.filters
    options = options_of(state)
    order = state.choice("sort", tuple(ORDERS))
    message, places = "", np.array([], dtype=np.int64)
    try:
        places = sorter(store, order)(np.flatnonzero(fitting(store, filters, question)))
    except (NothingFound, OptionError) as error:
        message = str(error)
    n_pages = max((len(places) + _SIZE - 1) // _SIZE, 1)
    at = state.number("page", 1, high=n_pages)
    judged = _judged(store)
    rows = [row_of(one, judged) for one in shown(store, places[(at - 1) * _SIZE : at * _SIZE].tolist())]
    is_one = len(question.concepts) == 1 and not message
    opened = _opened(store, state)
    numbers = numbers_of(store)
    values = {
        "rows": rows, "n_found": len(places), "n_studies": len(np.unique(numbers.doc[places])), "n_doubtful": int(numbers.frame["needs_review"].to_numpy(dtype=bool)[places].sum()),
        "at": at, "n_pages": n_pages, "message": message, "question": question, "facets": _facets(store, state, filters, question),
        "names": {t: name_of(store.index, t) for t in (*question.concepts, *question.therapies)}, "measures": MEASURES, "orders": ORDERS, "sort": order,
        "reviews": REVIEWS, "agreements": AGREEMENTS, "options": options, "listed": _listed(store), "wrong": [r for r in judged.values() if r["action"] == "wrong"],
        "pooling": pooling(store, state, filters, question) if is_one else None, "drawer": opened, "close": state.url(open=None),
    }  # fmt: skip
    return Page("findings.html", "Findings", values, leaving(store, filters, question, options if is_one else None))


def row_of(one: Shown, judged: dict[tuple[str, int], dict[str, Any]]) -> Row:
    """A finding's cells; counts that are computed are told from those that stand in the text."""
    r = one.row
    is_read = r["n"] is not None
    n, total = (r["n"], r["total"]) if is_read else (r["n_events"], r["n_patients"])
    counts = "" if n is None else f"{n:,}/{total:,}" if total is not None else f"{n:,}"
    interval = ""
    if r["ci_low"] is not None or r["ci_high"] is not None:
        low, high = (number_text(r[side]) if r[side] is not None else missing for side, missing in (("ci_low", "?"), ("ci_high", "not reached")))
        interval = f"{low} to {high}"
    reasons = [r["review_reason"] or ("doubtful" if r["needs_review"] else ""), "n, N and % disagree" if r["is_consistent"] is False else ""]
    return Row(one, counts, is_read, value_of(r), interval, "; ".join(dict.fromkeys(x for x in reasons if x)), judged.get((r["doc_id"], r["finding"])))


_RATIOS = MappingProxyType({"hazard_ratio": "HR", "odds_ratio": "OR", "risk_ratio": "RR"})


def value_of(row: dict[str, Any]) -> str:
    """The number of a finding with its unit.

    >>> value_of({"measure": "median", "value": 11.5, "unit": "months", "percent": None})
    '11.5 months'
    >>> value_of({"measure": "rate", "value": None, "unit": None, "percent": 26.47})
    '26.5 %'
    """
    if row["value"] is None:
        return "" if row["percent"] is None else f"{abs(round(row['percent'], 1)):.1f} %"
    unit = row["unit"] or ("" if row["measure"] in _RATIOS else "%")
    return f"{_RATIOS.get(row['measure'], '')} {number_text(row['value'])} {unit}".strip()


def _judged(store: Store) -> dict[tuple[str, int], dict[str, Any]]:
    """What reviewers said of findings, by document and number."""
    edits = store.kept(("judged findings",), lambda: records(list_edits(store.folder)))
    return {(e["doc_id"], e["finding_number"]): e for e in edits if e["finding"] is not None and e["finding_number"] is not None}


def _opened(store: Store, state: State) -> Row | None:
    """The finding of the drawer."""
    if not state.one("open"):
        return None
    try:
        return row_of(one_shown(store, *parse_finding(state.one("open"))), _judged(store))
    except NothingFound:
        return None


def _facets(store: Store, state: State, filters: Filters, question: Question) -> list[Facet]:
    """The most frequent concepts of what fits all other options, and those that are chosen; narrower ones count with each."""
    numbers = numbers_of(store)
    try:
        mask = fitting(store, filters, question._replace(concepts=()))
    except (NothingFound, OptionError):
        return []
    frame = numbers.frame
    first = np.unique(numbers.pair, return_index=True)[1]
    labels = frame["label"].to_numpy()[first]
    n = np.bincount(numbers.pair[mask], minlength=len(numbers.pairs))
    tokens = {token(str(labels[i]), str(numbers.pairs[i][0] or numbers.pairs[i][1])): numbers.pairs[i][1] for i in np.argsort(-n, kind="stable")[:_FACETS] if n[i]}
    chosen = {t: name_of(store.index, t) for t in question.concepts}
    counted: list[Facet] = []
    others = {one: name for one, name in tokens.items() if name not in chosen.values()}  # what is chosen may be written otherwise
    for one, name in {**chosen, **others}.items():
        try:
            total = int(n[meant(store.index, numbers, one, exact=question.exact)].sum())
        except (NothingFound, OptionError):
            total = 0
        url = state.url(concept=None if one in question.concepts else one, page=None, out=None, left_page=None, open=None)
        counted.append(Facet(name, total, url, one in question.concepts))
    return sorted(counted, key=lambda f: (not f.is_set, -f.n, f.name.casefold()))


def _listed(store: Store) -> dict[str, list[str]]:
    """Names for the fields: concepts and therapies of findings, most frequent first."""
    frame = numbers_of(store).frame

    def names(column: str) -> list[str]:
        counts = frame[column].dropna().value_counts()
        return [str(name) for name, _ in sorted(counts.items(), key=lambda item: (-item[1], str(item[0])))[:200]]

    return store.kept(("names of findings",), lambda: {column: names(column) for column in ("concept", "therapy")})


def found_by(store: Store, filters: Filters, question: Question) -> pd.DataFrame:
    """The findings as the library gives them."""
    of: dict[str | None, list[str]] = {"TOXICITY": [], "OUTCOME": [], None: []}
    for words in question.concepts:
        label = label_and_name(words)[0]
        of.setdefault(label, []).append(named(words))
    documents = None if (mask := store.index.view(filters).documents).all() else tuple(store.index.documents["doc_id"][mask])
    found = select_findings(
        store.folder, toxicities=of["TOXICITY"], outcomes=of["OUTCOME"], concepts=of[None], grade=question.grade or None,
        therapies=[named(t) for t in question.therapies], measures=question.measures, timepoint=question.timepoint or None,
        needs_review=None if question.review == "all" else question.review == "yes", exact=question.exact, documents=documents,
    )  # fmt: skip
    if filters.sections:
        found = found[found["section"].isin(filters.sections)].reset_index(drop=True)
    if question.consistent != "all":
        agrees = (found["is_consistent"].astype("boolean") == (question.consistent == "yes")).fillna(False).to_numpy(dtype=bool)
        found = found[agrees].reset_index(drop=True)
    return found


def leaving(store: Store, filters: Filters, question: Question, options: Any) -> Leaving:
    """How findings leave: as their table; pooled also as R takes them and as a forest plot."""
    of = {label: [named(w) for w in question.concepts if label_and_name(w)[0] == label] for label in ("TOXICITY", "OUTCOME", None)}
    words: dict[str, Any] = {
        "toxicity": of["TOXICITY"], "outcome": of["OUTCOME"], "concept": of[None], "grade": question.grade or None, "therapy": [named(t) for t in question.therapies],
        "measure": list(question.measures), "timepoint": question.timepoint or None, "exact": question.exact,
    }  # fmt: skip
    is_reviewed = {"yes": {"review": True}, "no": {"no_review": True}}.get(question.review, {})
    whole = filters._replace(assertions=("present",))
    command = asked_command("findings", store.folder, whole, {**words, **is_reviewed})
    call = [f"{name}={python_words(*([value] if isinstance(value, str) else value))}" for name, value in words.items() if value and name != "exact"]
    call += ["exact=True"] if question.exact else []
    call += [f"needs_review={question.review == 'yes'}"] if question.review != "all" else []
    narrowed = "" if question.consistent == "all" else f'\nanswer = answer[answer["is_consistent"].eq({question.consistent == "yes"})]'

    def table() -> pd.DataFrame:
        found = store.kept(("findings", question, filters), lambda: found_by(store, filters, question))
        note = ("only findings of which n, N and percent " + ("agree" if question.consistent == "yes" else "disagree"),) if question.consistent != "all" else ()
        found.attrs["provenance"] = provenance(store.folder, command, filters, note)
        return found

    python = python_view(store.folder, whole, f"findings({', '.join(call)})") + narrowed
    return Leaving(table, command, python, None, ways(store, filters, question, options) if options is not None else ())
