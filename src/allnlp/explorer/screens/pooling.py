"""The live forest plot of findings: numbers read once, pooled anew at each change; what is left out, and how it leaves."""

from __future__ import annotations

from pathlib import Path
from typing import Any, NamedTuple

import pandas as pd

from allnlp.collection.filters import Filters
from allnlp.collection.frames import records
from allnlp.collection.groups import label_and_name
from allnlp.collection.pool import BY_HAND, PooledFindings, gather, parse_finding, pool_gathered, pooled_line
from allnlp.collection.provenance import asked_command
from allnlp.errors import NothingFound
from allnlp.explorer.charts import WIDTHS, either_width, forest_chart
from allnlp.explorer.page import Way, python_view, python_words
from allnlp.explorer.screens.numbers import Question, named
from allnlp.explorer.state import State
from allnlp.explorer.store import Store

METHODS, INTERVALS, ADJUSTMENTS = ("REML", "DL"), ("wilson", "clopper-pearson"), ("none", "hksj")
_ROWS = 25  # numbers left out, on a page


class Options(NamedTuple):
    """How numbers are pooled."""

    method: str
    interval: str
    adjust: str
    largest: bool  # of the documents of one trial only the largest
    out: tuple[tuple[str, int], ...]  # findings that a reader takes out


class Study(NamedTuple):
    """A number of the plot, and the URL that takes it out or puts it back."""

    key: str
    words: str
    is_in: bool
    url: str


class Pooling(NamedTuple):
    """The plot with all that belongs to it; a message alone where nothing can be pooled."""

    message: str
    chart: Any  # Markup
    line: str
    warnings: tuple[str, ...]
    studies: tuple[Study, ...]
    n_out: int
    all_back: str  # URL with each number in its place
    left_out: list[dict[str, Any]]
    n_left_out: int
    at: int
    n_pages: int
    command: str
    python: str
    ignored: str  # filters of the table below that do not narrow what is pooled


def options_of(state: State) -> Options:
    """How the URL asks to pool.

    Raises:
        OptionError: an option has a value that it cannot have.
    """
    out = tuple(parse_finding(words) for words in state.all("out"))
    method, interval, adjust = state.choice("method", METHODS), state.choice("interval", INTERVALS), state.choice("adjust", ADJUSTMENTS)
    return Options(method, interval, adjust, state.flag("largest"), out)


def pooled_of(store: Store, filters: Filters, question: Question, options: Options) -> PooledFindings:
    """Numbers of the one concept that is asked for, pooled.

    Raises:
        NothingFound: no number is left.
        OptionError: they are not of a toxicity or an outcome.
    """
    asked_for = Question(question.concepts, question.grade, question.therapies, (), question.timepoint, exact=question.exact)
    gathered = store.kept(("gathered", asked_for), lambda: gather(store.folder, index=store.index, **_arguments(store, asked_for)))
    mask = store.index.view(filters).documents
    if not mask.all():
        kept = frozenset(store.index.documents["doc_id"][mask])
        gathered = gathered._replace(numbers=[n for n in gathered.numbers if n.doc_id in kept])
    adjust = None if options.adjust == "none" else options.adjust
    return pool_gathered(gathered, keep_largest_per_trial=options.largest, method=options.method, interval=options.interval, adjust=adjust, excluding=options.out)


def _kind(store: Store, words: str) -> str:
    """Toxicity or outcome."""
    label, name = label_and_name(words)
    if label is None:
        codes = store.index.by_id.get(name) or store.index.codes(store.index.resolve(name, label=("TOXICITY", "OUTCOME")), ("TOXICITY", "OUTCOME"))
        label = next((str(store.index.labels[c]) for c in codes if store.index.labels[c] in ("TOXICITY", "OUTCOME")), "TOXICITY")
    return label.lower()


def _arguments(store: Store, question: Question) -> dict[str, Any]:
    """The question as ``gather`` takes it."""
    (concept,) = question.concepts
    return {
        _kind(store, concept): named(concept), "grade": question.grade or None, "therapies": [named(t) for t in question.therapies],
        "timepoint": question.timepoint or None, "exact": question.exact,
    }  # fmt: skip


def pooling(store: Store, state: State, filters: Filters, question: Question) -> Pooling:
    """The plot of a question about one concept."""
    options = options_of(state)
    command, python = asked(store, filters, question, options)
    only_below = (("the measure", question.measures), ("the doubt", question.review != "all"), ("the agreement", question.consistent != "all"))
    ignored = " and ".join(words for words, is_set in only_below if is_set)
    try:
        if filters.sections:
            raise NothingFound("Numbers of one section are not pooled: a study's number may stand in another. Take the section filter away.")
        found = pooled_of(store, filters, question, options)
    except NothingFound as error:
        studies = tuple(Study(key, key, False, state.toggled("out", key)) for key in state.all("out"))
        return Pooling(str(error), "", "", (), studies, len(studies), state.url(out=None), [], 0, 1, 1, command, python, ignored)

    def href(row: pd.Series[Any]) -> str:
        return state.url(open=f"{row['doc_id']}#{row['finding']}")

    wide, narrow = (forest_chart(found, href=href, width=width) for width in WIDTHS)
    n_pages = max((len(found.left_out) + _ROWS - 1) // _ROWS, 1)
    at = state.number("left_page", 1, high=n_pages)
    return Pooling(
        "", either_width(wide, narrow), pooled_line(found.pooled), found.warnings, _studies(found, state), len(options.out), state.url(out=None),
        records(found.left_out.iloc[(at - 1) * _ROWS : at * _ROWS]), len(found.left_out), at, n_pages, command, python, ignored,
    )  # fmt: skip


def _studies(found: PooledFindings, state: State) -> tuple[Study, ...]:
    """The pooled numbers in the order of the plot, then those that were taken out."""
    out = found.left_out[found.left_out["reason"] == BY_HAND]
    rows = [(r, True) for r in records(found.rows)] + [({**r, "studlab": r["doc_id"]}, False) for r in records(out)]
    studies = []
    for row, is_in in rows:
        key = f"{row['doc_id']}#{row['finding']}"
        studies.append(Study(key, f"{row['studlab']}, {row['n_events']}/{row['n_patients']}", is_in, state.toggled("out", key)))
    known = {s.key for s in studies}
    return (*studies, *(Study(key, f"{key}, not pooled anyway", False, state.toggled("out", key)) for key in state.all("out") if key not in known))


def asked(store: Store, filters: Filters, question: Question, options: Options) -> tuple[str, str]:
    """The command and the Python that pool the same."""
    arguments = _arguments(store, question)
    kind = _kind(store, question.concepts[0])
    more: dict[str, Any] = {
        kind: arguments[kind], "grade": arguments["grade"], "therapy": arguments["therapies"], "timepoint": arguments["timepoint"], "exact": question.exact,
        "method": None if options.method == METHODS[0] else options.method, "interval": None if options.interval == INTERVALS[0] else options.interval,
        "adjust": None if options.adjust == "none" else options.adjust, "keep_largest_per_trial": options.largest,
        "exclude": [f"{doc_id}#{finding}" for doc_id, finding in options.out],
    }  # fmt: skip
    whole = filters._replace(sections=(), assertions=("present",))
    call = [python_words(more[kind]) if kind == "toxicity" else f"outcome={python_words(more[kind])}"]
    call += [f"{name}={value!r}" for name, value in more.items() if value and name not in (kind, "therapy", "exclude")]
    call += [f"therapy={python_words(*more['therapy'])}"] if more["therapy"] else []
    call += [f"excluding={list(options.out)!r}"] if options.out else []
    return asked_command("pool", store.folder, whole, more), python_view(store.folder, whole, f"pool({', '.join(call)})")


def ways(store: Store, filters: Filters, question: Question, options: Options) -> tuple[Way, ...]:
    """The pooled numbers as R's metaprop takes them, and the plot for print."""
    import shlex

    from allnlp.exporters import Origin, write_result

    origin = Origin(store.folder, tuple(shlex.split(asked(store, filters, question, options)[0])))

    def studies(path: Path) -> None:
        found = pooled_of(store, filters, question, options)
        write_result(path, {"studies": found.rows, "left out": found.left_out}, origin)

    def plot(path: Path) -> None:
        from allnlp.figures import forest, need_matplotlib, save

        need_matplotlib()
        save(forest(pooled_of(store, filters, question, options)), path, origin=origin)

    figures = tuple(Way(f".forest{ending}", f"Forest plot, {words}", plot) for ending, words in ((".pdf", "PDF"), (".svg", "SVG"), (".png", "PNG")))
    return (Way(".metaprop.csv", "CSV for metaprop", studies), Way(".pooled.xlsx", "Excel, pooled and left out", studies), *figures)
