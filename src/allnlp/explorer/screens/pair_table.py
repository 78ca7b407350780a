"""Pairs of concepts as a table of which each number opens its sentences; sorted by links, and paged."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple
from urllib.parse import urlencode

import pandas as pd

from allnlp.collection.cooccurrence import in_order
from allnlp.collection.frames import records
from allnlp.explorer.asked import token
from allnlp.explorer.state import State

Link = Callable[[Sequence[str]], str]  # from concepts to the URL of their sentences

PAGE = 50
PARAMETER = "pairs_page"  # a page of the table leaves what stands above it where it is
#: Measures by which the table may be sorted, with their heads.
SORTS = {
    "n_both": "Both", "lift": "Lift", "npmi": "NPMI", "jaccard": "Jaccard", "association_strength": "Strength", "log_likelihood": "G²",
    "odds_ratio": "Odds ratio", "score": "Score", "q_value": "q",
}  # fmt: skip
_USUAL = ("n_both", "lift", "npmi", "odds_ratio", "q_value")


class Named(NamedTuple):
    """A concept of a table, and its page."""

    name: str
    label: str
    url: str


class Cell(NamedTuple):
    """A number; where it counts units, the link to their sentences and what it says as a whole."""

    words: str
    url: str = ""
    said: str = ""
    key: str = ""  # id, so that focus comes back to it


class Head(NamedTuple):
    """Head of a column of numbers; one by which the table may be sorted has a link."""

    words: str
    url: str
    is_sorted: bool
    is_rising: bool


class PairRow(NamedTuple):
    """Two concepts and their numbers."""

    a: Named
    b: Named
    cells: tuple[Cell, ...]


class PairTable(NamedTuple):
    """A page of the pairs."""

    heads: tuple[Head, ...]
    rows: tuple[PairRow, ...]
    n: int
    at: int
    n_pages: int


def pair_table(
    frame: pd.DataFrame, state: State, *, level: str, measure: str = "n_both", default: str = "n_both", side_level: str | None = None
) -> PairTable:
    """The page of a table of pairs that a URL asks for.

    Args:
        frame: see ``collection.cooccurrence``; tests that it lacks are left out.
        state: with ``sort`` and ``pairs_page``.
        level: what is counted.
        measure: told beside the usual ones.
        default: measure by which it is sorted where the URL says none.
        side_level: what n_a and n_b count, where it is another.

    Raises:
        OptionError: it cannot be sorted so.
    """
    sort = state.choice("sort", tuple(name for name in SORTS if name in frame), default)
    # an odds ratio means little without its interval
    usual = _USUAL if "odds_low" in frame else tuple(name for name in _USUAL if name != "odds_ratio")
    known = tuple(name for name in SORTS if name in frame and name in (*usual, measure, sort))
    n_pages = max(-(-len(frame) // PAGE), 1)
    at = state.number(PARAMETER, 1, high=n_pages)
    shown = in_order(frame, sort).iloc[(at - 1) * PAGE : at * PAGE]
    heads = [Head(SORTS[name], state.url(**{"sort": name, PARAMETER: None}), name == sort, name == "q_value") for name in known]
    alone = [Head(words, "", False, False) for words in ("First", "Second", "Expected")]
    levels = (level, side_level or level)
    links = (opener(state, levels[0]), opener(state, levels[1]))
    rows = tuple(_row(row, k, state, known, levels, links) for k, row in enumerate(records(shown)))
    return PairTable((heads[0], *alone, *heads[1:]), rows, len(frame), at, n_pages)


def _row(
    row: dict[str, Any], place: int, state: State, known: tuple[str, ...], levels: tuple[str, str], links: tuple[Link, Link]
) -> PairRow:
    tokens = [token(str(row[f"label_{x}"]), str(row[f"concept_{x}"])) for x in "ab"]
    names = [str(row[f"name_{x}"]) for x in "ab"]
    units = ((names[0], row["n_a"], tokens[:1]), (names[1], row["n_b"], tokens[1:]))
    both = _counted(" and ".join(names), row["n_both"], tokens, f"both-{place}", levels[0], links[0])
    sides = [_counted(name, n, of, f"side-{place}-{k}", levels[1], links[1]) for k, (name, n, of) in enumerate(units)]
    measured = [Cell(_said(row, name)) for name in known if name != "n_both"]
    return PairRow(concept_of(row, "a", state), concept_of(row, "b", state), (both, *sides, Cell(number_said(row["expected"])), *measured))


def _counted(name: str, n: int, tokens: list[str], key: str, level: str, link: Link) -> Cell:
    return Cell(f"{int(n):,}", link(tokens), f"{name}: {units_said(int(n), level)}", key)


def _said(row: dict[str, Any], name: str) -> str:
    if name == "odds_ratio" and "odds_low" in row:
        return f"{number_said(row[name])} ({number_said(row['odds_low'])}–{number_said(row['odds_high'])})"
    return q_said(row[name]) if name == "q_value" else number_said(row[name])


def concept_of(row: dict[str, Any], side: str, state: State) -> Named:
    """The concept of a side of a pair, with the address of its page."""
    label, concept_id = str(row[f"label_{side}"]), str(row[f"concept_{side}"])
    return Named(str(row[f"name_{side}"]), label, state.url("/concept", id=concept_id, label=label))


def opener(state: State, level: str) -> Link:
    """What gives the URL of the page with the sentences of some concepts; of hundreds of cells each only adds its own.

    >>> from allnlp.explorer.state import read_state
    >>> opener(read_state("/cooccurrence", "q=CRS&c=old"), "sentence")(["toxicity:mesh:D1", "antigen:CD19"])
    '/cooccurrence?q=CRS&level=sentence&c=toxicity%3Amesh%3AD1&c=antigen%3ACD19'

    Args:
        state: of the page.
        level: what is counted.
    """
    start = state.url(c=None, level=level, evidence_page=None)
    known: dict[str, str] = {}

    def opened(tokens: Sequence[str]) -> str:
        for one in tokens:
            if one not in known:
                known[one] = urlencode({"c": one})
        return "&".join([start, *(known[one] for one in tokens)])

    return opened


def units_said(n: int, level: str) -> str:
    """So many units of a level.

    >>> units_said(1, "sentence"), units_said(2973, "document")
    ('1 sentence', '2,973 documents')
    """
    return f"{n:,} {level}{'' if n == 1 else 's'}"


def number_said(value: Any) -> str:
    """A number with as many digits as tell something; a dash where it is missing.

    >>> [number_said(v) for v in (1.8333, 0.4, 0.0421, 12.345, 1234.5, 0.00001234, -0.0001, 0, float("nan"), float("inf"))]
    ['1.83', '0.40', '0.042', '12.3', '1,234', '1.2e-05', '−0.0001', '0', '–', '∞']
    """
    if value is None or pd.isna(value):
        return "–"
    number = float(value)
    if math.isinf(number):
        return "∞" if number > 0 else "−∞"
    size = abs(number)
    if size >= 100 or number == 0:
        said = f"{number:,.0f}"
    else:
        said = f"{number:.1f}" if size >= 10 else f"{number:.2f}" if size >= 0.1 else f"{number:.2g}"
    return f"−{said[1:]}" if said.startswith("-") else said


def q_said(value: Any) -> str:
    """A q or p value as journals print it.

    >>> [q_said(v) for v in (0.00004, 0.0123, 0.6, 1.0, float("nan"))]
    ['<0.001', '0.012', '0.60', '1.00', '–']
    """
    if value is None or pd.isna(value):
        return "–"
    return "<0.001" if value < 0.001 else f"{value:.3f}" if value < 0.1 else f"{value:.2f}"
