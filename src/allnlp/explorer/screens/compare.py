"""Two sets of documents side by side: how often each names concepts, and how far they differ; each count opens its sentences."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from allnlp.collection.filters import Filters, narrowed
from allnlp.collection.frames import records
from allnlp.collection.index import LEVELS, Index
from allnlp.collection.provenance import asked_command
from allnlp.collection.trend import as_set, compare, parse_set
from allnlp.errors import NothingFound, OptionError
from allnlp.explorer.asked import Asked, asked, token
from allnlp.explorer.charts import WIDTHS, difference_chart, either_width
from allnlp.explorer.charts.drawing import share_said
from allnlp.explorer.page import Leaving, Page, python_view, python_words
from allnlp.explorer.screens.cooccurrence import labels_of, side_of
from allnlp.explorer.screens.pair_table import Cell, Named, number_said, q_said, units_said
from allnlp.explorer.state import FILTERS, State
from allnlp.explorer.store import Store, plain_years
from allnlp.figures.difference import points_text

SIDES = ("a", "b")
_PAGE = 50
_PARAMETER = "rows_page"
_FIELDS = {"year": "Years", "study_type": "Study type", "population": "Population", "mentioning": "Mentioning"}  # of a set, in its form


class Options(NamedTuple):
    """What a URL asks of the comparison, but for the sets."""

    concepts: tuple[str, ...]  # a label, or concepts
    level: str
    min_count: int
    narrower: bool


class Set(NamedTuple):
    """A set of documents as the page shows it."""

    name: str  # its filters in words
    fields: dict[str, str]  # what the form holds
    n: int  # documents or other units
    url: str  # of its documents; empty where a URL cannot say it


class Row(NamedTuple):
    """A concept and its numbers in both sets."""

    concept: Named
    cells: tuple[Cell, ...]
    is_clear: bool  # the interval of the difference holds no 0


def page(store: Store, state: State, found: Asked) -> Page:
    """The comparison."""
    options = read_options(state)
    words = tuple(set_words(store.index, state, side) for side in SIDES)
    values: dict[str, Any] = {
        "asked": options, "labels": labels_of(store.index), "chosen": state.one("concepts", "toxicity"), "own": state.one("concepts_own"),
        "levels": LEVELS, "fields": _FIELDS, "forms": [(side, _fields(one)) for side, one in zip(SIDES, words, strict=True)],
        "choices": store.kept(("choices of sets",), lambda: _choices(store.index)), "sets": None, "chart": "", "rows": (), "nothing": "", "notes": (), "n": 0, "at": 1, "n_pages": 1,
        "page_parameter": _PARAMETER,
    }  # fmt: skip
    sets: tuple[Filters, Filters] | None = None
    try:
        first, second = (narrowed(found.filters, parse_set(one)) for one in words)
        sets = (first, second)
        frame = _compared(store, found, options, sets)
        values |= _values(store, state, options, frame, sets, words)
    except (NothingFound, OptionError) as error:  # of names and of the sets; the options are read before
        values["nothing"] = str(error)
    return Page("compare.html", "Compare", values, _leaving(store, found, options, sets, words))


def read_options(state: State) -> Options:
    """Options of a URL.

    Raises:
        OptionError: one has a value that it cannot have.
    """
    state.number(_PARAMETER, 1)
    return Options(side_of(state, "concepts", "toxicity"), state.choice("level", LEVELS), state.number("min", 3), state.flag("narrower"))


def set_words(index: Index, state: State, side: str) -> str:
    """A set in the words of the option --set: from its fields, else as a whole, else one that makes sense for the folder.

    Args:
        index: of the folder.
        state: with ``a_population``, ``a_year`` and the other fields, or ``a``; ``sets`` says that empty fields are meant.
        side: a or b.
    """
    parts = []
    for field in _FIELDS:
        for value in state.one(f"{side}_{field}").split(";"):
            if value.strip():
                parts.append(f"{field}={' '.join(value.split())}")
    if parts or state.one("sets"):
        return ";".join([*parts, *filter(None, [state.one(f"{side}_more")])])
    return state.one(side) or default_sets(index)[SIDES.index(side)]


def default_sets(index: Index) -> tuple[str, str]:
    """Two sets that make sense: studies of children and of adults where there are both, else the earlier and the later documents."""
    if {"child", "adult"} <= _populations(index):
        return "population=child", "population=adult"
    years = plain_years(index)
    dated = years[years > 0]
    if dated.empty or dated.min() == dated.max():
        return "", ""
    middle = min(int(np.median(dated)), int(dated.max()) - 1)
    return f"year=:{middle}", f"year={middle + 1}:"


def _fields(words: str) -> dict[str, str]:
    """The words of a set as its form holds them; what it has no field for is kept as more.

    >>> _fields("population=child;population=adult;section=results")
    {'year': '', 'study_type': '', 'population': 'child; adult', 'mentioning': '', 'more': 'section=results'}
    """
    given: dict[str, list[str]] = {field: [] for field in _FIELDS}
    more = []
    for part in filter(None, (p.strip() for p in words.split(";"))):
        name, _, value = part.partition("=")
        key = name.strip().lower().replace("-", "_")
        if key in given:
            given[key].append(value.strip())
        else:
            more.append(part)
    return {**{field: "; ".join(values) for field, values in given.items()}, "more": ";".join(more)}


def _choices(index: Index) -> dict[str, list[str]]:
    """Values that a field may have, for its list."""
    return {"study_type": sorted(map(str, index.documents["study_type"].unique())), "population": sorted(_populations(index))}


def _populations(index: Index) -> frozenset[str]:
    """Age groups and states of disease of the folder's studies."""
    known: frozenset[str] | None = index.kept.get("populations of sets")
    if known is None:
        known = index.kept["populations of sets"] = frozenset(p for several in index.documents["populations"] for p in several)
    return known


def _compared(store: Store, found: Asked, options: Options, sets: tuple[Filters, Filters]) -> pd.DataFrame:
    def made() -> pd.DataFrame:
        return compare(store.index, options.concepts, *sets, level=options.level, narrower=options.narrower, min_count=options.min_count)

    return store.kept(("compare", *options, *sets, found.filters), made)


def _values(
    store: Store, state: State, options: Options, frame: pd.DataFrame, sets: tuple[Filters, Filters], words: tuple[str, ...]
) -> dict[str, Any]:
    """The chart and a page of the table."""
    if frame.empty:
        raise NothingFound(f"No concept is named in {units_said(options.min_count, options.level)} of the two sets. Ask for fewer.")
    states = [_state_of_set(store.index, state, one) for one in sets]
    names = tuple(set_name(one, k) for k, one in enumerate(words))
    totals = [int(frame[f"total_{k}"].iloc[0]) for k in (1, 2)]
    shown = [
        Set(name, _fields(one), total, _documents(store.index, own, filters, total, options))
        for name, one, total, own, filters in zip(names, words, totals, states, sets, strict=True)
    ]

    def href(row: Any, side: int) -> str:
        return evidence_url(states[side - 1], row, options)

    has_urls = all(own.path for own in states)
    drawn = [difference_chart(frame, href=href if has_urls else None, names=(names[0], names[1]), level=options.level, width=width) for width in WIDTHS]
    n_pages = max(-(-len(frame) // _PAGE), 1)
    at = state.number(_PARAMETER, 1, high=n_pages)
    page_rows = records(frame.iloc[(at - 1) * _PAGE : at * _PAGE])
    notes = [f"{note}: they count in both, though the interval and the test take the sets as apart." for note in frame.attrs["provenance"]["notes"]]
    if not has_urls:
        notes.append("An address cannot say these filters together, so that the counts do not open. Put those of a set among the filters instead.")
    return {
        "sets": shown, "chart": either_width(drawn[0], drawn[1]), "rows": [_row(row, state, states, names, options) for row in page_rows],
        "notes": notes, "n": len(frame), "at": at, "n_pages": n_pages,
    }  # fmt: skip


def set_name(words: str, place: int) -> str:
    """A set in words, for a legend.

    >>> set_name("population=child;year=2018:", 0), set_name("", 1)
    ('years 2018:, population child', 'all documents (set B)')
    """
    return parse_set(words).said() or f"all documents (set {SIDES[place].upper()})"


def _row(row: dict[str, Any], state: State, states: list[State], names: tuple[str, ...], options: Options) -> Row:
    cells = []
    for side in (1, 2):
        n, total = int(row[f"n_{side}"]), int(row[f"total_{side}"])
        said = f"{row['name']}, {names[side - 1]}: {units_said(n, options.level)} of {total:,}"
        cells.append(Cell(f"{n:,}", evidence_url(states[side - 1], row, options) if n else "", said, ""))
        cells.append(Cell(share_said(row[f"share_{side}"])))
    interval = f"{points_text(row['ci_low'])} to {points_text(row['ci_high'])}"
    cells += [Cell(points_text(row["difference"])), Cell(interval), Cell(number_said(row["ratio"])), Cell(q_said(row["q_value"]))]
    concept = Named(str(row["name"]), str(row["label"]), state.url("/concept", id=row["concept_id"], label=row["label"]))
    return Row(concept, tuple(cells), bool(row["ci_low"] > 0 or row["ci_high"] < 0))


def evidence_url(own: State, row: Any, options: Options) -> str:
    """The sentences of a concept in a set; empty where a URL cannot say the set."""
    if not own.path:
        return ""
    return own.url("/evidence", c=token(str(row["label"]), str(row["concept_id"])), level=options.level, narrower="1" if options.narrower else None)


def _documents(index: Index, own: State, filters: Filters, total: int, options: Options) -> str:
    """The documents of a set, where they are what was counted."""
    is_counted = options.level == "document" and int(index.view(filters).documents.sum()) == total
    return own.url("/documents") if own.path and is_counted else ""


def _state_of_set(index: Index, state: State, filters: Filters) -> State:
    """The URL's filters with those of a set; without a path where no URL says them."""
    low, high = filters.years
    several = {
        "from": () if low is None else (str(low),), "to": () if high is None else (str(high),), "journal": filters.journals,
        "study_type": filters.study_types, "population": filters.populations, "section": filters.sections, "lacking": filters.lacking,
        "decision": filters.decisions, "include": tuple(a for a in filters.assertions if a != "present"),
    }  # fmt: skip
    mentioning = tuple(dict.fromkeys([*state.all("mentioning"), *filters.mentioning]))
    kept = [(k, v) for k, v in state.filters() if k in ("q", "any")]
    pairs = [*kept, *((k, v) for k, values in {**several, "mentioning": mentioning}.items() for v in values)]
    own = State("/compare", tuple(pair for pair in pairs if pair[0] in FILTERS))
    try:
        return own if asked(index, own).filters == filters else own._replace(path="")
    except (NothingFound, OptionError):
        return own._replace(path="")


def _leaving(store: Store, found: Asked, options: Options, sets: tuple[Filters, Filters] | None, words: tuple[str, ...]) -> Leaving:
    """How it leaves: the table, the figure, and what gives the same."""
    said = [as_set(one) for one in sets] if sets is not None else list(words)
    asked_for = {"set": said, "level": options.level, "narrower": options.narrower, "min": options.min_count}
    command = asked_command("compare", store.folder, Filters(), asked_for, words=options.concepts)
    if sets is None:
        return Leaving(None, command, "")
    both = sets

    def figure() -> Any:
        from allnlp.figures import difference

        return difference(_compared(store, found, options, both), names=(set_name(words[0], 0), set_name(words[1], 1)), level=options.level)

    return Leaving(lambda: _compared(store, found, options, both), command, _python(store, options, both), figure)


def _python(store: Store, options: Options, sets: tuple[Filters, Filters]) -> str:
    """Python that gives the same: two views of the folder, compared."""
    opened, *lines = (python_view(store.folder, one).splitlines()[-1] for one in (Filters(), *sets))
    views = [line.replace(opened, f"{name} = collection") for name, line in zip(("first", "second"), lines, strict=True)]
    more = f', level="{options.level}", min_count={options.min_count}{", narrower=True" if options.narrower else ""}'
    call = f"answer = first.compare(second, {python_words(*options.concepts)}{more})"
    return "\n".join(["import allnlp", "", opened.replace("view = ", "collection = "), *views, call])
