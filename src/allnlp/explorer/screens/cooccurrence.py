"""Which concepts go together: rows by columns as a heat map of which each cell opens its sentences, and all pairs below."""

from __future__ import annotations

from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from allnlp.collection.cooccurrence import cooccurrence, crossed_pairs
from allnlp.collection.frames import records
from allnlp.collection.groups import side
from allnlp.collection.index import LEVELS, Index
from allnlp.collection.provenance import asked_command
from allnlp.errors import NothingFound, OptionError
from allnlp.explorer.asked import Asked, token
from allnlp.explorer.charts import heat_class, legend
from allnlp.explorer.page import Leaving, Page, python_view, python_words
from allnlp.explorer.screens.evidence import opened
from allnlp.explorer.screens.pair_table import PARAMETER, SORTS, Link, Named, concept_of, number_said, opener, pair_table, units_said
from allnlp.explorer.state import State
from allnlp.explorer.store import Store
from allnlp.figures.heatmap import MEASURES, ORDERS, Grid, grid
from allnlp.schema import CONTEXT_LABELS, LABELS

_AT_ONCE = 40_000  # pairs that are tested while a page is made; of more the table is asked for
_MEASURE_WORDS = {
    "lift": "observed / expected (lift)", "odds_ratio": "odds ratio", "npmi": "mutual information (NPMI)", "jaccard": "Jaccard index",
    "association_strength": "association strength", "log_likelihood": "log-likelihood (G²)", "score": "co-mention score", "n_both": "count",
}  # fmt: skip
_ARRANGEMENTS = {"count": "most frequent first", "association": "strongest first", "clustered": "similar side by side"}


class Options(NamedTuple):
    """What a URL asks of the heat map."""

    rows: tuple[str, ...]  # a label, or concepts
    columns: tuple[str, ...]
    level: str
    measure: str
    min_count: int
    top: int
    order: str
    narrower: bool


class Square(NamedTuple):
    """A cell of the heat map; empty where the pair is not counted."""

    words: str = ""
    kind: str = ""  # class
    url: str = ""
    said: str = ""


class Heat(NamedTuple):
    """The heat map as a table shows it."""

    columns: tuple[Named, ...]
    rows: tuple[tuple[Named, tuple[Square, ...]], ...]
    legend: tuple[tuple[str, str], ...]
    n_total: int


def page(store: Store, state: State, found: Asked) -> Page:
    """The heat map and its pairs."""
    options = read_options(state)
    state.choice("sort", tuple(SORTS))
    state.number(PARAMETER, 1)
    values: dict[str, Any] = {
        "asked": options, "labels": labels_of(store.index), "chosen": {x: state.one(x, y) for x, y in (("rows", "therapy"), ("cols", "toxicity"))},
        "own": {x: state.one(f"{x}_own") for x in ("rows", "cols")}, "levels": LEVELS, "measures": _MEASURE_WORDS, "arrangements": _ARRANGEMENTS,
        "heat": None, "pairs": None, "nothing": "", "all_url": "", "how": "", "page_parameter": PARAMETER,
    }  # fmt: skip
    try:
        shown = _grid(store, found, options)
        values["heat"] = _heat(shown, state, options)
        values["how"] = _figure_command(store, found, options)
        if _is_asked(store, state, options):
            values["pairs"] = pair_table(all_pairs(store, found, options), state, level=options.level, measure=options.measure)
        else:
            values["all_url"] = state.url(pairs="1")
    except (NothingFound, OptionError) as error:  # of names and filters; the options are read before
        values["nothing"] = str(error)
    values["drawer"] = opened(store, state, found.filters)
    return Page("cooccurrence.html", "Co-occurrence", values, _leaving(store, found, options))


def read_options(state: State) -> Options:
    """Options of a URL.

    Raises:
        OptionError: one has a value that it cannot have.
    """
    return Options(
        side_of(state, "rows", "therapy"), side_of(state, "cols", "toxicity"), state.choice("level", LEVELS), state.choice("measure", tuple(MEASURES)),
        state.number("min", 1), state.number("top", 20, high=60), state.choice("arrange", ORDERS), state.flag("narrower"),
    )  # fmt: skip


def side_of(state: State, name: str, default: str) -> tuple[str, ...]:
    """Concepts of a side: a user's own, parted by semicolons, else those of a label.

    >>> from allnlp.explorer.state import read_state
    >>> side_of(read_state("/cooccurrence", "rows_own=CRS;+ICANS"), "rows", "therapy"), side_of(read_state("/cooccurrence", ""), "rows", "therapy")
    (('CRS', 'ICANS'), ('therapy',))

    Raises:
        OptionError: no such label.
    """
    own = tuple(dict.fromkeys(" ".join(w.split()) for w in state.one(f"{name}_own").split(";") if w.strip()))
    return own or (state.choice(name, tuple(label.lower() for label in (*LABELS, *CONTEXT_LABELS)), default),)


def labels_of(index: Index) -> tuple[tuple[str, str], ...]:
    """Labels that a side may have, the main ones and those of the context that the folder names: value and words."""
    has = set(index.labels)
    return tuple((label.lower(), label.lower().replace("_", " ")) for label in (*LABELS, *CONTEXT_LABELS) if label in LABELS or label in has)


def all_pairs(store: Store, found: Asked, options: Options) -> pd.DataFrame:
    """All pairs with their tests, as ``allnlp cooccur`` gives them."""

    def counted() -> pd.DataFrame:
        return cooccurrence(
            store.index, options.rows, options.columns, filters=found.filters, level=options.level, min_count=options.min_count, narrower=options.narrower
        )  # fmt: skip

    return store.kept(("cooccurrence", options.rows, options.columns, options.level, options.min_count, options.narrower, found.filters), counted)


def _grid(store: Store, found: Asked, options: Options) -> Grid:
    """The cells; scores are the only measure that needs all pairs."""

    def crossed() -> pd.DataFrame:
        return crossed_pairs(
            store.index, options.rows, options.columns, filters=found.filters, level=options.level, min_count=options.min_count,
            narrower=options.narrower, top=options.top,
        )  # fmt: skip

    is_score = options.measure == "score"
    asked_for = ("crossed", *options._replace(measure="", order=""))
    frame = all_pairs(store, found, options) if is_score else store.kept((*asked_for, found.filters), crossed)
    return store.kept(("grid", *options, found.filters), lambda: grid(frame, measure=options.measure, top=options.top, order=options.order))


def _heat(shown: Grid, state: State, options: Options) -> Heat:
    """The cells as links; rows and columns lead to their concepts."""
    n_rows, n_columns = shown.counts.shape
    squares = [[Square()] * n_columns for _ in range(n_rows)]
    rows: dict[int, Named] = {}
    columns: dict[int, Named] = {}
    maximum = float(np.nanmax(shown.pairs[options.measure].to_numpy(dtype=float)))
    link = opener(state, options.level)
    named = [f"{what}_{x}" for what in ("concept", "name", "label") for x in "ab"]
    table = records(shown.pairs[list(dict.fromkeys([*named, "n_both", options.measure]))])
    for (i, j), row in zip(np.argwhere(shown.counts).tolist(), table, strict=True):
        if i not in rows:
            rows[i] = concept_of(row, "a", state)._replace(name=shown.rows[i])
        if j not in columns:
            columns[j] = concept_of(row, "b", state)._replace(name=shown.columns[j])
        squares[i][j] = _square(row, options, maximum, link)
    told = tuple(legend(options.measure, maximum))
    crossed = tuple((rows[i], tuple(squares[i])) for i in range(n_rows))
    return Heat(tuple(columns[j] for j in range(n_columns)), crossed, told, int(shown.pairs["n_total"].iloc[0]))


def _square(row: dict[str, Any], options: Options, maximum: float, link: Link) -> Square:
    n, value = int(row["n_both"]), row[options.measure]
    measured = "" if options.measure == "n_both" else f", {_short(options.measure)} {number_said(value)}"
    said = f"{row['name_a']} and {row['name_b']}: {units_said(n, options.level)}{measured}"
    url = link([token(str(row[f"label_{x}"]), str(row[f"concept_{x}"])) for x in "ab"])
    return Square(f"{n:,}", heat_class(value, options.measure, maximum), url, said)


def _short(measure: str) -> str:
    """A measure in a word.

    >>> _short("lift"), _short("npmi"), _short("log_likelihood")
    ('lift', 'NPMI', 'log-likelihood')
    """
    return {"npmi": "NPMI", "log_likelihood": "log-likelihood", "jaccard": "Jaccard index"}.get(measure, measure.replace("_", " "))


def _is_asked(store: Store, state: State, options: Options) -> bool:
    """Whether the table of all pairs is part of the page: it is asked for, or so small that nobody waits for it."""
    if any(state.one(name) for name in ("pairs", "sort", PARAMETER)):
        return True
    n = [len(side(store.index, words, narrower=options.narrower)) for words in (options.rows, options.columns)]
    return n[0] * n[1] <= _AT_ONCE


def _leaving(store: Store, found: Asked, options: Options) -> Leaving:
    """How it leaves: all pairs as a table, the heat map as a figure."""
    asked_for = {
        "rows": list(options.rows), "columns": list(options.columns), "level": options.level, "min": options.min_count, "narrower": options.narrower,
    }  # fmt: skip
    command = asked_command("cooccur", store.folder, found.filters, asked_for)
    more = f', level="{options.level}", min_count={options.min_count}{", narrower=True" if options.narrower else ""}'
    call = f"cooccurrence({python_words(*options.rows)}, {python_words(*options.columns)}{more})"

    def figure() -> Any:
        from allnlp.figures.heatmap import heatmap

        shown = _grid(store, found, options).pairs
        return heatmap(shown, measure=options.measure, top=options.top, order=options.order)

    return Leaving(lambda: all_pairs(store, found, options), command, python_view(store.folder, found.filters, call), figure)


def _figure_command(store: Store, found: Asked, options: Options) -> str:
    """The command that draws the heat map; ``plot`` has its kind of figure before the folder."""
    asked_for = {
        "rows": list(options.rows), "columns": list(options.columns), "measure": options.measure, "top": options.top, "order": options.order,
        "level": options.level, "min": options.min_count, "narrower": options.narrower, "out": "heatmap.pdf",
    }  # fmt: skip
    return asked_command("plot", Path("heatmap"), found.filters, asked_for, words=(str(store.folder),))
