"""The tables of docs/performance.md and its pictures, made of what `peers.py --output` kept.

    python benchmarks/performance_plots.py RESULTS.json

Tables go between the marks of the page, `<!-- begin: NAME -->` and `<!-- end: NAME -->`; the words around them stay. Pictures
have no background and grey letters, so that they can be read on white and on black.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from peer_costs import RECORDS, Rates, costs

from allnlp.figures.palette import BLUE, GREY, ORANGE, VERMILION

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

DOCS = Path(__file__).parents[1] / "docs"
PAGE, PICTURES = DOCS / "performance.md", DOCS / "pictures"
LETTERS = "#808080"  # 3.9 to 1 on white, 4.9 to 1 on the dark page of GitHub
WIDTH = 7.5  # inches
TWO_IF_UNKNOWN = 1.7  # times one process
LONG = 1_000_000  # records of a run from which all of PubMed is projected
Results = Mapping[str, Any]
Columns = dict[str, tuple[str, int | None]]


def table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    """Lines of a table; columns of numbers are set right."""
    rule = ["--:" if all(re.fullmatch(r"[\d.,%\u2013]*", row[i]) for row in rows) else "---" for i in range(len(header))]
    return [f"| {' | '.join(header)} |", f"|{'|'.join(rule)}|", *(f"| {' | '.join(row)} |" for row in rows)]


def number(value: float | None, digits: int = 0) -> str:
    """A number with commas, or nothing.

    >>> number(1234.5), number(3.14159, 1), number(None)
    ('1,234', '3.1', '')
    """
    return "" if value is None else f"{value:,.{digits}f}"


def significant(value: float) -> str:
    """A number of hours with two figures that count.

    >>> significant(123.4), significant(12.3), significant(0.0456)
    ('123', '12', '0.046')
    """
    return f"{value:,.0f}" if value >= 10 else f"{value:.2g}"


def peers(results: Results) -> Iterator[str]:
    for compared in results.get("peers", ()):
        form = "with every plural, spelling and dash written out" if compared["written_out"] else "as the tables have them"
        counts = f"{compared['documents']:,} abstracts in {compared['rounds']} rounds, {compared['names']:,} names"
        yield f"**{compared['texts']}**: {counts} {form}."
        yield ""
        rows = [
            (
                way["title"], way["does"], number(way["rate"]), f"{number(way['lowest'])}\u2013{number(way['highest'])}",
                number(way["times_naive"], 1), number(way["peak_megabytes"]), number(way["marks"], 1), number(way["shared"], 2),
                number(way["confirmed"], 2),
            )
            for way in compared["ways"]
        ]  # fmt: skip
        header = ("way", "finds", "abstracts a CPU-second", "in rounds", "times naive", "peak MB", "marks", "shared", "confirmed")
        yield from table(header, rows)
        yield ""
        for way, why in compared["missing"].items():
            yield f"Left out: {way} ({why})."
            yield ""


def ends(results: Results) -> Iterator[str]:
    yield from lines_of(
        results.get("files", ()),
        {
            "from gzipped PubMed XML to a table": ("title", None), "records": ("records", 0), "rounds": ("rounds", 0),
            "records a CPU-second": ("rate", 0), "times naive": ("times_naive", 1), "with the start": ("rate_whole", 0),
            "start, CPU s": ("start", 1), "peak MB": ("peak_megabytes", 0),
        },
    )  # fmt: skip


def reading(results: Results) -> Iterator[str]:
    columns: Columns = {"reader": ("way", None), "records": ("records", 0), "rounds": ("rounds", 0), "records a CPU-second": ("rate", 0)}
    columns |= {"times pubmed_parser": ("times_pubmed_parser", 1)}
    yield from lines_of(results.get("reading", ()), columns)


def documents(results: Results) -> Iterator[str]:
    yield from growth(results.get("scaling", {}).get("documents", ()))


def with_model(results: Results) -> Iterator[str]:
    yield from growth(results.get("model", ()))


def growth(found: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    runs = [
        {"records": r["records"], "processes": jobs, "rate": r["records"] / run["cpu"], **run} for r in found for jobs, run in r["by_processes"].items()
    ]
    columns: Columns = {"records": ("records", 0), "processes": ("processes", None), "CPU s": ("cpu", 1), "wall s": ("wall", 1)}
    yield from lines_of(runs, columns | {"records a CPU-second": ("rate", 0), "peak MB, all processes": ("peak_megabytes", 0)})


def names(results: Results) -> Iterator[str]:
    columns: Columns = {"own names": ("names", 0), "first start, CPU s": ("first_start", 1), "later start, CPU s": ("start", 1)}
    columns |= {"records a CPU-second": ("rate", 0), "peak MB": ("peak_megabytes", 0), "of the first start": ("first_peak_megabytes", 0)}
    yield from lines_of(results.get("scaling", {}).get("names", ()), columns)


def processes(results: Results) -> Iterator[str]:
    columns: Columns = {"processes": ("processes", 0), "records": ("records", 0), "wall s": ("wall", 1), "CPU s": ("cpu", 1)}
    columns |= {"times one": ("times_one", 2), "peak MB, all processes": ("peak_megabytes", 0)}
    yield from lines_of(results.get("scaling", {}).get("processes", ()), columns)
    if results.get("scaling"):
        yield from ("", "![Peak memory by records; rate by names](pictures/performance-scaling.svg)")


def lines_of(found: Sequence[Mapping[str, Any]], columns: Columns) -> list[str]:
    """A table with a line for each of what was found.

    Args:
        found: what was measured, by key.
        columns: for each heading, the key and the digits after the point, or None for words.
    """
    if not found:
        return ["Not measured in this run."]
    rows = [[str(one[key]) if digits is None else number(one[key], digits) for key, digits in columns.values()] for one in found]
    return table(list(columns), rows)


def rates_of(results: Results) -> Rates | None:
    """Measured rates of allnlp; what serves the others is taken from the longest run with two processes, where there is one."""
    by_way = {r["way"]: r["rate"] for r in results.get("files", ())}
    abstract, title = by_way.get("allnlp"), by_way.get("allnlp-titles")
    grown = [(r["records"], r["by_processes"].get("2")) for r in results.get("scaling", {}).get("documents", ())]
    serving = max(((records, records / run["first_cpu"]) for records, run in grown if run), default=(0, float("inf")))[1]
    return Rates(abstract, title, serving) if abstract and title else None


def two_processes(results: Results) -> float | None:
    """How many times faster two processes are than one; None where it was not measured."""
    found = {r["processes"]: r["times_one"] for r in results.get("scaling", {}).get("processes", ())}
    return found.get(2)


def cost(results: Results) -> Iterator[str]:
    rates, two = rates_of(results), two_processes(results)
    if rates is None:
        yield "Not measured, or in runs too short to tell their rate from their start."
        return
    yield f"Measured: {rates.abstract:,.0f} records with abstract and {rates.title:,.0f} without a CPU-second from file to table,"
    is_measured = rates.serving != float("inf")
    if is_measured:
        yield f"{rates.serving:,.0f} by what one process does for the others, with its start;"
    else:
        yield "what one process does for the others was not measured, so that the hours on many cores are the least that it can take;"
    said = "" if two else "not measured in this run, taken as "
    yield f"two processes, {said}{two or TWO_IF_UNKNOWN:.2f} times as fast as one."
    yield ""
    rows = [
        (
            c.machine.name, f"{c.machine.efficiency:.2f}", significant(c.cpu_hours), significant(c.hours),
            "the process that serves the others" if c.is_bound_by_serving
            else "annotating" if is_measured or c.machine.cores == 1 else "not known",
        )
        for c in costs(rates, two or TWO_IF_UNKNOWN)
    ]  # fmt: skip
    yield from table(("machine", "efficiency", "CPU hours", "hours", "pace set by"), rows)


def targets(results: Results) -> Iterator[str]:
    """What was aimed at, and whether this run reached it."""
    rows = []
    for what, aim, found, is_most in measures(results):
        reached = "not measured" if found is None else "yes" if (found <= aim if is_most else found >= aim) else "**no**"
        rows.append((what, f"{'at most' if is_most else 'at least'} {aim:g}", "" if found is None else significant(found), reached))
    yield from table(("aim", "wanted", "measured", "reached"), rows)


def measures(results: Results) -> Iterator[tuple[str, float, float | None, bool]]:
    """Aims: what, how much, what was measured, whether it is an upper bound."""
    end = {r["way"]: r for r in results.get("files", ())}
    read = {r["way"]: r for r in results.get("reading", ())}
    named = {r["names"]: r for r in results.get("scaling", {}).get("names", ())}
    grown = {r["records"]: r["by_processes"] for r in results.get("scaling", {}).get("documents", ())}
    two = two_processes(results)
    for compared in (c for c in results.get("peers", ()) if not c["written_out"]):
        yield from of_peers(compared)
    whole = "from XML to table, findings and study records too, times pubmed_parser, naive spaCy and CSV"
    yield whole, 12, end.get("allnlp", {}).get("times_naive"), False
    yield "reading PubMed XML, times pubmed_parser", 4, read.get("allnlp", {}).get("times_pubmed_parser"), False
    rates = rates_of(results)
    long = [(records, by["2"]["wall"]) for records, by in grown.items() if "2" in by and records >= LONG]
    hours = RECORDS / max(long)[0] * max(long)[1] / 3600 if long else costs(rates, two or TWO_IF_UNKNOWN)[1].hours if rates else None
    said = f"from {max(long)[0]:,} records" if long else "from rates"
    yield f"all of PubMed by rules on two cores, hours, projected {said}", 3, hours, True
    both = [(records, by["1"]["wall"] / by["2"]["wall"]) for records, by in grown.items() if {"1", "2"} <= set(by)]
    if both:
        yield f"two processes, times one, {max(both)[0]:,} records in several files", 1.7, max(both)[1], False
    one = results.get("scaling", {}).get("processes", ())
    yield f"two processes, times one, {number(one[0]['records'] if one else None)} records in one file", 1.7, two, False
    yield "memory at 1,000,000 records, two processes, MB", 1_000, grown.get(1_000_000, {}).get("2", {}).get("peak_megabytes"), True
    model = {r["records"]: r["by_processes"] for r in results.get("model", ())}
    yield "the same with the model", 2_000, model.get(1_000_000, {}).get("2", {}).get("peak_megabytes"), True
    million, ten = named.get(1_000_000), named.get(10_000)
    yield "start with a million names from the cache, CPU s", 3, million["start"] if million else None, True
    yield "rate with a million names, times that with 10,000", 0.5, ratio(million["rate"], ten["rate"]) if million and ten else None, False


def of_peers(compared: Mapping[str, Any]) -> Iterator[tuple[str, float, float | None, bool]]:
    """Aims that one comparison of ways tells of."""
    way = {w["way"]: w for w in compared["ways"]}
    rate = {key: w["rate"] for key, w in way.items()}
    others = [w for w in compared["ways"] if not w["way"].startswith(("allnlp", "plain"))]
    on = f"on {compared['texts']}"
    yield f"mentions by rules, times naive spaCy, {on}", 25, way.get("allnlp-mentions", {}).get("times_naive"), False
    yield f"with findings and study records, times naive spaCy, {on}", 12, way.get("allnlp", {}).get("times_naive"), False
    for label, those in (("that finds negation, too", [w for w in others if "," in w["does"]]), ("of all", others)):
        best = max((w["rate"] for w in those), default=None)
        yield f"mentions by rules, times the fastest peer {label}, {on}", 3, ratio(rate.get("allnlp-mentions"), best), False
    models = ratio(rate.get("allnlp-model"), rate.get("plain-model"))
    yield f"with the model, times the model alone on every document, {on}", 3, models, False


def ratio(one: float | None, other: float | None) -> float | None:
    """How many times the other; None where one of them was not measured."""
    return one / other if one and other else None


BLOCKS: Mapping[str, Callable[[Results], Iterator[str]]] = MappingProxyType(
    {
        "targets": targets, "peers": peers, "ends": ends, "reading": reading, "documents": documents, "model": with_model,
        "names": names, "processes": processes, "cost": cost,
    }
)  # fmt: skip


def filled(page: str, results: Results) -> str:
    """The page with its tables made anew."""
    for name, lines in BLOCKS.items():
        begin, end = f"<!-- begin: {name} -->", f"<!-- end: {name} -->"
        before, _, rest = page.partition(begin)
        _, _, after = rest.partition(end)
        page = f"{before}{begin}\n{chr(10).join(lines(results)).rstrip()}\n{end}{after}"
    return page


def draw_rates(results: Results) -> Figure:
    """Rates of all ways, with the lowest and highest of the rounds; a panel for each file of texts."""
    import matplotlib.pyplot as plt

    compared = [c for c in results["peers"] if not c["written_out"]]
    figure, axes = plt.subplots(len(compared), 1, figsize=(WIDTH, 0.34 * sum(len(c["ways"]) + 3 for c in compared)), squeeze=False)
    for axis, c in zip(axes[:, 0], compared, strict=True):
        ways = c["ways"][::-1]
        colours = [BLUE if w["way"].startswith("allnlp") else ORANGE if w["way"] == "naive" else GREY for w in ways]
        axis.barh([w["title"] for w in ways], [w["rate"] for w in ways], color=colours)
        for i, w in enumerate(ways):
            axis.plot([w["lowest"], w["highest"]], [i, i], color=VERMILION, linewidth=1.2)
            axis.text(w["highest"] * 1.06, i, number(w["rate"]), va="center", fontsize=7, color=LETTERS)
        axis.set_xscale("log")
        axis.set_title(f"{c['texts']}: abstracts a CPU-second")
        plain(axis)
    return figure


def draw_scaling(results: Results) -> Figure:
    """Memory by records, rate by names."""
    import matplotlib.pyplot as plt
    from matplotlib.ticker import NullFormatter

    figure, (left, right) = plt.subplots(1, 2, figsize=(WIDTH, 2.8))
    for jobs, colour in (("1", BLUE), ("2", VERMILION)):
        grown = [(r["records"], r["by_processes"].get(jobs)) for r in results["scaling"]["documents"]]
        found = [(records, run["peak_megabytes"]) for records, run in grown if run]
        if found:
            left.plot(*zip(*found, strict=True), marker="o", color=colour, label=f"{jobs} process{'es' if jobs != '1' else ''}")
    left.set_title("peak memory, MB, by records")
    left.legend(frameon=False, labelcolor=LETTERS)
    named = [r for r in results["scaling"]["names"] if r["names"] and r["rate"]]
    right.plot([r["names"] for r in named], [r["rate"] for r in named], marker="o", color=BLUE)
    right.set_title("records a CPU-second, by own names")
    for axis in (left, right):
        axis.set_xscale("log")
        axis.xaxis.set_minor_formatter(NullFormatter())
        axis.set_ylim(bottom=0)
        plain(axis)
    return figure


def plain(axis: Axes) -> None:
    axis.set_facecolor("none")
    axis.tick_params(which="both", colors=LETTERS, labelsize=7)
    axis.title.set_color(LETTERS)
    axis.title.set_fontsize(9)
    for side, spine in axis.spines.items():
        spine.set_visible(side in ("left", "bottom"))
        spine.set_color(LETTERS)


def save(figure: Figure, path: Path) -> None:
    """Write an SVG that is the same for the same results."""
    figure.tight_layout()
    figure.savefig(path, transparent=True, bbox_inches="tight", metadata={"Date": None})


def main() -> None:
    import matplotlib as mpl

    mpl.use("svg")
    mpl.rcParams["svg.hashsalt"] = "allnlp"
    results = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
    PAGE.write_text(filled(PAGE.read_text(encoding="utf-8"), results), encoding="utf-8")
    if results.get("peers"):
        save(draw_rates(results), PICTURES / "performance-rates.svg")
    if results.get("scaling"):
        save(draw_scaling(results), PICTURES / "performance-scaling.svg")


if __name__ == "__main__":
    main()
