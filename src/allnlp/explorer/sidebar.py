"""The column of filters: each box with what it may be narrowed to, and how many documents would remain."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple
from urllib.parse import quote_plus

from markupsafe import Markup, escape

from allnlp.collection.facets import frequent, value_counts, year_counts
from allnlp.collection.filters import Filters
from allnlp.collection.index import Index
from allnlp.errors import NothingFound
from allnlp.explorer.asked import name_of, token
from allnlp.explorer.state import State
from allnlp.schema import ASSERTIONS, LABELS, SECTIONS

_FIRST, _MOST = 7, 20  # options shown at once, and behind "more", which for concepts are fetched when they are asked for


class Option(NamedTuple):
    """A filter that can be set."""

    value: str
    name: str
    n: int | None  # documents that would remain; none is told where it does not narrow documents
    is_set: bool
    without: str  # URL that leaves such documents out; empty where that cannot be asked


class Box(NamedTuple):
    """Filters of one kind."""

    name: str  # parameter
    title: str
    label: str  # concept type, or empty
    first: tuple[Option, ...]
    more: tuple[Option, ...]
    n_all: int
    is_any: bool


class Sidebar(NamedTuple):
    """All filters."""

    years: dict[int, int]
    boxes: tuple[Box, ...]


def sidebar(index: Index, filters: Filters, state: State) -> Sidebar:
    """The filters beside a view."""
    years = {int(y): int(n) for y, n in year_counts(index, filters).itertuples(index=False)}
    concepts = [_concepts(index, filters, state, label) for label in LABELS]
    fields = [
        _values(index, filters, state, "study_type", "Study type"),
        _values(index, filters, state, "population", "Population studied"),
        _values(index, filters, state, "decision", "Review"),
        _values(index, filters, state, "journal", "Journal"),
    ]
    fixed = [
        _fixed(state, "section", "Section of the mention", SECTIONS),
        _fixed(state, "include", "Also count mentions that are", ASSERTIONS[1:]),
    ]
    return Sidebar(years, tuple(box for box in (*concepts, *fields, *fixed) if box is not None))


def _concepts(index: Index, filters: Filters, state: State, label: str) -> Box | None:
    chosen = [t for t in state.all("mentioning") if t.startswith(f"{label.lower()}:")]
    found = frequent(index, filters, label, _FIRST + len(chosen), also=[t.partition(":")[2] for t in chosen])
    options: list[Option] = []
    counts: dict[str, int] = {}
    base = state.url(page=None)
    base += "&" if "?" in base else "?"
    for concept_id, name, n in found.rows:
        one = token(label, concept_id)
        counts[one] = n
        if len(options) < _FIRST and one not in chosen:
            options.append(Option(one, name, n, False, f"{base}lacking={quote_plus(one)}"))
    is_set = [Option(t, name_of(index, t), counts.get(t, 0), True, "") for t in chosen]
    if not options and not is_set:
        return None
    room = max(_FIRST - len(is_set), 3)
    is_any = label.lower() in state.all("any")
    return Box("mentioning", _titled(label), label, (*is_set, *options[:room]), (), found.n_concepts, is_any)


def _values(index: Index, filters: Filters, state: State, name: str, title: str) -> Box | None:
    try:
        frame = value_counts(index, filters, name, top=_FIRST + _MOST)
    except NothingFound:
        return None
    chosen = state.all(name)
    known = {str(v).casefold(): int(n) for v, n in frame.itertuples(index=False)}
    is_set = [Option(v, v, known.get(v.casefold(), 0), True, "") for v in chosen]
    set_keys = {v.casefold() for v in chosen}
    options = [Option(str(v), str(v), int(n), False, "") for v, n in frame.itertuples(index=False) if str(v).casefold() not in set_keys]
    if not options and not is_set:
        return None
    room = max(_FIRST - len(is_set), 3)
    return Box(name, title, "", (*is_set, *options[:room]), tuple(options[room:_MOST]), len(frame), False)


def _fixed(state: State, name: str, title: str, values: tuple[str, ...]) -> Box:
    chosen = state.all(name)
    return Box(name, title, "", tuple(Option(v, v, None, v in chosen, "") for v in values), (), len(values), False)


def choices(box: Box, options: Sequence[Option]) -> Markup:
    """Items of a list of choices: a box to tick, the documents that would be left, and a link that leaves them out."""
    group = (box.label or box.name).lower()
    return Markup("").join(_choice(box.name, group, one) for one in options)


def _choice(name: str, group: str, one: Option) -> Markup:
    value, words = escape(one.value), escape(one.name)
    n = "" if one.n is None else f'<span class="n">{one.n:,}</span>'
    without = (
        f'<a class="without" href="{escape(one.without)}" title="Leave out documents that name {words}"><span aria-hidden="true">✕</span>'
        f'<span class="unseen">leave out {words}</span></a>'
        if one.without
        else ""
    )
    ticked, chosen = (" checked", ' class="set"') if one.is_set else ("", "")
    return Markup(
        f'<li{chosen} data-name="{words.lower()}"><label><input type="checkbox" id="{group}-{value.replace(" ", "_")}"'
        f' name="{name}" value="{value}"{ticked}> <span class="name">{words}</span></label>{n}{without}</li>'
    )


def _titled(label: str) -> str:
    return {"THERAPY": "Therapy", "TOXICITY": "Toxicity"}.get(label, label.replace("_", " ").capitalize())


