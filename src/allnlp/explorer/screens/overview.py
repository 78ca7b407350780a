"""The first page: what the folder holds and what the filters leave of it, what was left out and why, and where to go on."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from allnlp.collection.facets import facet_counts, value_counts, year_counts
from allnlp.collection.filters import Filters
from allnlp.collection.frames import records
from allnlp.collection.provenance import provenance
from allnlp.collection.summary import Summary, summarise
from allnlp.errors import NothingFound
from allnlp.explorer.asked import Asked, token
from allnlp.explorer.charts import WIDTHS, either_width, year_chart
from allnlp.explorer.page import Leaving, Page, python_view
from allnlp.explorer.screens.left_out import LOW_SCORE, doubts, listed
from allnlp.explorer.screens.numbers import numbers_of, within
from allnlp.explorer.state import State
from allnlp.explorer.store import Store, last_year, plain_years
from allnlp.schema import LABELS, SECTIONS

_TOP = 8  # concepts of a label


class Line(NamedTuple):
    """A number of the folder, the same under the filters, and where each leads."""

    name: str
    whole: str
    url: str
    left: str = ""
    left_url: str = ""


class Note(NamedTuple):
    """What a reader should know before counting, and where it opens."""

    words: str
    url: str


class Bar(NamedTuple):
    """A concept with its documents."""

    name: str
    url: str
    n: int
    documents: str  # URL
    width: float  # percent of the longest


class Step(NamedTuple):
    """A count of records on their way into the folder, with what leaves there."""

    words: str
    n: int
    url: str
    out: tuple[tuple[str, int, str], ...] = ()


def summary_of(store: Store) -> Summary:
    """Main information of the folder, read once."""
    return store.kept(("summary",), lambda: summarise(store.folder, top=_TOP))


def page(store: Store, state: State, found: Asked) -> Page:
    """The overview."""
    filters = found.filters
    summary = summary_of(store)
    years = {int(y): int(n) for y, n in year_counts(store.index, filters).itertuples(index=False)}
    low, high = filters.years
    incomplete = last_year(store.index)
    charts = [
        year_chart(years, href=lambda y: state.url("/documents", from_=y, to=y), low=low, high=high, incomplete=incomplete, width=width) for width in WIDTHS
    ]
    left = store.kept(("numbers left", filters), lambda: _left(store, filters))
    reviewed = _reviewed(store)
    values = {
        "is_narrowed": bool(state.filters()), "notes": _notes(store, state, summary), "lines": _lines(store, state, summary, left), "left": left,
        "n_left": int(store.index.view(filters).documents.sum()), "chart": either_width(*charts) if years else "", "n_without_year": int((plain_years(store.index) < 0).sum()),
        "bars": [(label, bars) for label in LABELS if (bars := _bars(store, state, filters, label))], "completeness": records(summary.completeness),
        "n_all": len(store.index.documents), "labels": records(summary.labels), "steps": _steps(store, state, summary, reviewed), "reviewed": reviewed,
        "versions": _versions(store), "listed": listed(store, state, summary), "n_shown": _TOP,
    }  # fmt: skip
    return Page("overview.html", "Overview", values, leaving(store, filters))


def item(summary: Summary, name: str) -> int:
    """A count of the main information."""
    found = summary.information.loc[summary.information["item"] == name, "value"]
    return int(found.iloc[0]) if len(found) else 0


def _left(store: Store, filters: Filters) -> dict[str, Any]:
    """Mentions, concepts and findings that filters leave, as many as the tables of the view have rows."""
    view, index, shelf = store.index.view(filters), store.index, store.shelf.mentions
    counts = np.diff(shelf.first)
    counted = np.repeat(view.documents, counts)
    words = shelf.words["assertion"]
    counted &= np.isin(shelf.codes["assertion"], [i for i, one in enumerate(words) if one in filters.assertions])
    if filters.sections:
        first = np.searchsorted(index.sentence_document, np.arange(len(index.documents)))
        sections = index.sentence_section[np.repeat(first, counts) + shelf.numbers["sentence"]]
        counted &= np.isin(sections, [SECTIONS.index(one) for one in filters.sections])
    of_concept = shelf.codes["concept_id"][counted]
    years = plain_years(index).to_numpy()[view.documents]
    years = years[years > 0]
    mask, doubtful = within(store, filters), numbers_of(store).frame["needs_review"].to_numpy(dtype=bool)
    return {
        "mentions": int(counted.sum()), "mentions to review": int((counted & shelf.needs_review).sum()), "concepts": len(np.unique(of_concept[of_concept >= 0])),
        "findings": int(mask.sum()), "findings to review": int((mask & doubtful).sum()), "years": f"{years.min()}-{years.max()}" if len(years) else "unknown",
    }  # fmt: skip


def _lines(store: Store, state: State, summary: Summary, left: dict[str, Any]) -> list[Line]:
    """The main information, as ``summarise`` says it, beside the numbers under the filters."""
    whole = State("/overview", ())
    n_left = int(store.index.view(Filters()).documents.sum())
    urls = {"findings": ("/findings", {}), "findings to review": ("/findings", {"review": "yes"})}
    lines = [Line("documents", f"{n_left:,}", whole.url("/documents"), "", state.url("/documents"))]
    for name, value in summary.information.itertuples(index=False):
        if name not in ("years", "mentions", "mentions to review", "concepts", "findings", "findings to review", "documents corrected by a person"):
            continue
        path, options = urls.get(name, ("", {}))
        url = whole.url(path, **options) if path else whole.url(list="review") if name == "mentions to review" else ""
        said = f"{left[name]:,}" if isinstance(left.get(name), int) else str(left.get(name, ""))
        lines.append(Line(str(name), f"{int(value):,}" if value.isdecimal() else value, url if value != "0" else "", said, state.url(path, **options) if path and said != "0" else ""))
    return lines


def _notes(store: Store, state: State, summary: Summary) -> list[Note]:
    """What to know before counting: the worst first; nothing that is zero."""
    found = doubts(store)
    total = len(store.index.documents)
    complete = {r["field"]: total - int(r["documents"]) for r in records(summary.completeness)}
    unlinked = int(summary.labels["unlinked"].sum())
    named = [
        (item(summary, "files that could not be read"), "input file{s} could not be read", state.url(list="failures")),
        (item(summary, "records that failed"), "record{s} failed and {are} in no count", state.url(list="failures")),
        (found["retracted"], "document{s} {are} marked as retracted", state.url(list="retracted")),
        (complete.get("abstract", 0), "document{s} {have} no abstract: only the title was read", state.url(list="no-abstract")),
        (complete.get("year", 0), "document{s} {have} no year and {are} in no trend", state.url(list="no-year")),
        (item(summary, "findings to review"), "number{s} should be looked at by a person", State("/overview", ()).url("/findings", review="yes")),
        (item(summary, "mentions to review"), "mention{s} should be looked at by a person", state.url(list="review")),
        (found["low"], f"mention{{s}} {{have}} a model's score below {LOW_SCORE}", state.url(list="low-score")),
        (unlinked, "mention{s} name{v} what no list of concepts holds, by type in the table below", "#types"),
    ]
    return [Note(f"{n:,} {_plural(words, n)}", url) for n, words, url in named if n]


def _plural(words: str, n: int) -> str:
    """Words with their verb for one or several.

    >>> _plural("record{s} {are} new", 1), _plural("record{s} {are} new", 2)
    ('record is new', 'records are new')
    """
    is_one = n == 1
    return words.format(s="" if is_one else "s", are="is" if is_one else "are", have="has" if is_one else "have", v="s" if is_one else "")


def _bars(store: Store, state: State, filters: Filters, label: str) -> list[Bar]:
    """The most frequent concepts of a label under the filters."""
    frame = facet_counts(store.index, filters, label, top=_TOP)
    most = max(frame["n_documents"].max(), 1) if len(frame) else 1
    bars = []
    for r in records(frame):
        one = token(label, str(r["concept_id"]))
        documents = state.url("/documents", mentioning=tuple(dict.fromkeys((*state.all("mentioning"), one))))
        concept = state.url("/concept", id=r["concept_id"], label=label.lower())
        bars.append(Bar(str(r["name"]), concept, int(r["n_documents"]), documents, round(100 * int(r["n_documents"]) / most, 1)))
    return bars


def _steps(store: Store, state: State, summary: Summary, reviewed: dict[str, int]) -> list[Step]:
    """Records on their way, as a flow diagram of a review counts them."""
    n = len(store.index.documents)
    whole = State("/overview", ())
    out = (
        ("duplicates", item(summary, "duplicates"), state.url(list="duplicates")), ("without text", item(summary, "records without text"), state.url(list="failures")),
        ("failed", item(summary, "records that failed"), state.url(list="failures")),
    )  # fmt: skip
    steps = [Step("records read", item(summary, "records read"), "", tuple(o for o in out if o[1])), Step("documents annotated", n, whole.url("/documents"))]
    if reviewed["included"] or reviewed["excluded"]:
        excluded = ("excluded by the reviewer", reviewed["excluded"], whole.url("/documents", decision="excluded"))
        undecided = ("without a decision", reviewed["undecided"], whole.url("/documents", decision="undecided"))
        steps[-1] = steps[-1]._replace(out=tuple(o for o in (excluded, undecided) if o[1]))
        steps.append(Step("documents included", reviewed["included"], whole.url("/documents", decision="included")))
    return steps


def _reviewed(store: Store) -> dict[str, int]:
    """Documents of the folder by what a reviewer said of them; none is counted as zero."""
    found = dict.fromkeys(("included", "excluded", "undecided", "read", "unread"), 0)
    try:
        frame = value_counts(store.index, Filters(), "decision")
    except NothingFound:
        return found
    return found | {str(v): int(n) for v, n in frame.itertuples(index=False)}


def _versions(store: Store) -> list[tuple[str, str]]:
    """What made the folder: the program, the vocabulary, the models, the files."""
    manifest = store.collection.manifest
    rows = [(str(name), str(version)) for name, version in manifest.get("versions", {}).items()]
    rows.append(("terminology", str(manifest.get("terminology") or "unknown")))
    rows += [(f"model {m.get('name')}", str(m.get("version"))) for m in manifest.get("models", ())]
    return rows + [(f"file {i.get('file')}", f"{i.get('read', 0):,} records") for i in manifest.get("inputs", ())]


def leaving(store: Store, filters: Filters) -> Leaving:
    """How the overview leaves: as the main information, and as the figure of the most frequent concepts."""
    command = f"allnlp summary {store.folder}"

    def table() -> pd.DataFrame:
        frame = summary_of(store).information.copy()
        frame.attrs["provenance"] = provenance(store.folder, command, Filters())
        return frame

    def figure() -> Any:
        from allnlp.collection.trend import counts
        from allnlp.figures import counts as drawn

        return drawn(counts(store.index, [label.lower() for label in LABELS], filters=filters), top=30)

    return Leaving(table, command, python_view(store.folder, None, "summary()"), figure)
