"""The tables of docs/performance.md and its pictures, made of what `peers.py --output` kept.

    python benchmarks/performance_plots.py RESULTS.json

Tables go between the marks of the page, `<!-- begin: NAME -->` and `<!-- end: NAME -->`; the words around them stay. Pictures
have no background and grey letters, so that they can be read on white and on black.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from peer_costs import Rates, costs

from allnlp.figures.palette import BLUE, GREY, ORANGE, VERMILION

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

DOCS = Path(__file__).parents[1] / "docs"
PAGE, PICTURES = DOCS / "performance.md", DOCS / "pictures"
LETTERS = "#808080"  # 3.9 to 1 on white, 4.9 to 1 on the dark page of GitHub
WIDTH = 7.5  # inches
TWO_IF_UNKNOWN = 1.7  # times one process
Results = Mapping[str, Any]


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
        yield f"**{compared['texts']}**: {compared['documents']:,} abstracts, {compared['names']:,} names {form}."
        yield ""
        rows = [
            (
                way["title"], way["does"], number(way["rate"]), f"{number(way['lowest'])}\u2013{number(way['highest'])}", number(way["times_naive"], 1),
                number(way["peak_megabytes"]), number(way["marks"], 1), number(way["shared"], 2), number(way["confirmed"], 2),
            )
            for way in compared["ways"]
        ]  # fmt: skip
        yield from table(("way", "finds", "abstracts a CPU-second", "in rounds", "times naive", "peak MB", "marks", "shared", "confirmed"), rows)
        yield ""
        for way, why in compared["missing"].items():
            yield f"Left out: {way} ({why})."
            yield ""


def ends(results: Results) -> Iterator[str]:
    rows = [
        (r["title"], number(r["records"]), number(r["rate"]), number(r["times_naive"], 1), number(r["rate_whole"]), number(r["start"], 1), number(r["peak_megabytes"]))
        for r in results.get("files", {}).get("ends", ())
    ]
    yield from table(("from gzipped PubMed XML to a table", "records", "records a CPU-second", "times naive", "with the start", "start, CPU s", "peak MB"), rows)


def reading(results: Results) -> Iterator[str]:
    rows = [(r["way"], number(r["records"]), number(r["rate"]), number(r["times_pubmed_parser"], 1)) for r in results.get("files", {}).get("reading", ())]
    yield from table(("reader", "records", "records a CPU-second", "times pubmed_parser"), rows)


def documents(results: Results) -> Iterator[str]:
    rows = [
        (number(r["records"]), jobs, number(run["cpu"], 1), number(run["wall"], 1), number(r["records"] / run["cpu"]), number(run["peak_megabytes"]))
        for r in results.get("scaling", {}).get("documents", ())
        for jobs, run in r["by_processes"].items()
    ]
    yield from table(("records", "processes", "CPU s", "wall s", "records a CPU-second", "peak MB, all processes"), rows)


def names(results: Results) -> Iterator[str]:
    rows = [
        (
            number(r["names"]), number(r["first_start"], 1), number(r["start"], 1), number(r["rate"]), number(r["peak_megabytes"]), number(r["first_peak_megabytes"]),
        )
        for r in results.get("scaling", {}).get("names", ())
    ]  # fmt: skip
    yield from table(("own names", "first start, CPU s", "later start, CPU s", "records a CPU-second", "peak MB", "of the first start"), rows)


def processes(results: Results) -> Iterator[str]:
    rows = [
        (str(r["processes"]), number(r["records"]), number(r["wall"], 1), number(r["cpu"], 1), number(r["times_one"], 2), number(r["peak_megabytes"]))
        for r in results.get("scaling", {}).get("processes", ())
    ]
    yield from table(("processes", "records", "wall s", "CPU s", "times one", "peak MB, all processes"), rows)


def rates_of(results: Results) -> Rates:
    """Measured rates of allnlp."""
    by_way = {r["way"]: r["rate"] for r in results["files"]["ends"]}
    readers = {r["way"]: r["rate"] for r in results["files"]["reading"]}
    return Rates(by_way["allnlp"], by_way["allnlp-titles"], readers["allnlp"])


def two_processes(results: Results) -> float | None:
    """How many times faster two processes are than one; None where it was not measured."""
    found = {r["processes"]: r["times_one"] for r in results.get("scaling", {}).get("processes", ())}
    return found.get(2)


def cost(results: Results) -> Iterator[str]:
    rates, two = rates_of(results), two_processes(results)
    yield f"Measured: {rates.abstract:,.0f} records with abstract and {rates.title:,.0f} without a CPU-second from file to table, {rates.reading:,.0f} by reading alone;"
    yield f"two processes {two:.2f} times as fast as one." if two else f"two processes, not measured in this run, taken as {TWO_IF_UNKNOWN} times as fast as one."
    yield ""
    rows = [
        (c.machine.name, f"{c.machine.efficiency:.2f}", significant(c.cpu_hours), significant(c.hours), "reading by one process" if c.is_bound_by_reading else "annotating")
        for c in costs(rates, two or TWO_IF_UNKNOWN)
    ]
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
    end = {r["way"]: r for r in results.get("files", {}).get("ends", ())}
    read = {r["way"]: r for r in results.get("files", {}).get("reading", ())}
    named = {r["names"]: r for r in results.get("scaling", {}).get("names", ())}
    grown = {r["records"]: r["by_processes"] for r in results.get("scaling", {}).get("documents", ())}
    two = two_processes(results)
    for compared in (c for c in results.get("peers", ()) if not c["written_out"]):
        way = {w["way"]: w for w in compared["ways"]}
        others = [w for w in compared["ways"] if not w["way"].startswith(("allnlp", "plain"))]
        on = f"on {compared['texts']}"
        yield f"mentions by rules, times naive spaCy, {on}", 25, way.get("allnlp-mentions", {}).get("times_naive"), False
        yield f"with findings and study records, times naive spaCy, {on}", 12, way.get("allnlp", {}).get("times_naive"), False
        for label, those in (("that finds negation, too", [w for w in others if "," in w["does"]]), ("of all", others)):
            best = max((w["rate"] for w in those), default=None)
            yield f"mentions by rules, times the fastest peer {label}, {on}", 3, way["allnlp-mentions"]["rate"] / best if best and "allnlp-mentions" in way else None, False
        both = "allnlp-model" in way and "plain-model" in way
        yield f"with the model, times the model alone on every document, {on}", 3, way["allnlp-model"]["rate"] / way["plain-model"]["rate"] if both else None, False
    yield "from XML to table, findings and study records too, times pubmed_parser, naive spaCy and CSV", 12, end.get("allnlp", {}).get("times_naive"), False
    yield "reading PubMed XML, times pubmed_parser", 4, read.get("allnlp", {}).get("times_pubmed_parser"), False
    hours = costs(rates_of(results), two or TWO_IF_UNKNOWN)[1].hours if end and read else None
    yield "all of PubMed by rules on two cores, hours, projected", 3, hours, True
    yield "two processes, times one", 1.7, two, False
    yield "memory at 1,000,000 records, two processes, MB", 1_000, grown.get(1_000_000, {}).get("2", {}).get("peak_megabytes"), True
    million, ten = named.get(1_000_000), named.get(10_000)
    yield "start with a million names from the cache, CPU s", 3, million["start"] if million else None, True
    yield "rate with a million names, times that with 10,000", 0.5, million["rate"] / ten["rate"] if million and ten else None, False


BLOCKS: Mapping[str, Callable[[Results], Iterator[str]]] = MappingProxyType(
    {
        "targets": targets, "peers": peers, "ends": ends, "reading": reading, "documents": documents, "names": names, "processes": processes, "cost": cost,
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
    """Rates of all ways, a panel for each file of texts."""
    import matplotlib.pyplot as plt

    compared = [c for c in results["peers"] if not c["written_out"]]
    figure, axes = plt.subplots(len(compared), 1, figsize=(WIDTH, 0.34 * sum(len(c["ways"]) + 3 for c in compared)), squeeze=False)
    for axis, c in zip(axes[:, 0], compared, strict=True):
        ways = c["ways"][::-1]
        colours = [BLUE if w["way"].startswith("allnlp") else ORANGE if w["way"] == "naive" else GREY for w in ways]
        axis.barh([w["title"] for w in ways], [w["rate"] for w in ways], color=colours)
        for i, w in enumerate(ways):
            axis.plot([w["lowest"], w["highest"]], [i, i], color=LETTERS, linewidth=1)
            axis.text(w["highest"] * 1.06, i, number(w["rate"]), va="center", fontsize=7, color=LETTERS)
        axis.set_xscale("log")
        axis.set_title(f"{c['texts']}: abstracts a CPU-second")
        plain(axis)
    return figure


def draw_scaling(results: Results) -> Figure:
    """Memory and rate by records and by names."""
    import matplotlib.pyplot as plt

    figure, (left, right) = plt.subplots(1, 2, figsize=(WIDTH, 2.8))
    for jobs, colour in (("1", BLUE), ("2", VERMILION)):
        found = [(r["records"], r["by_processes"][jobs]["peak_megabytes"]) for r in results["scaling"]["documents"] if jobs in r["by_processes"]]
        if found:
            left.plot(*zip(*found, strict=True), marker="o", color=colour, label=f"{jobs} process{'es' if jobs != '1' else ''}")
    left.set_title("peak memory, MB, by records")
    left.legend(frameon=False, labelcolor=LETTERS)
    named = [r for r in results["scaling"]["names"] if r["names"]]
    right.plot([r["names"] for r in named], [r["rate"] for r in named], marker="o", color=BLUE)
    right.set_title("records a CPU-second, by own names")
    for axis in (left, right):
        axis.set_xscale("log")
        axis.set_ylim(bottom=0)
        plain(axis)
    return figure


def plain(axis: Axes) -> None:
    axis.set_facecolor("none")
    axis.tick_params(colors=LETTERS, labelsize=7)
    axis.title.set_color(LETTERS)
    axis.title.set_fontsize(9)
    for side, spine in axis.spines.items():
        spine.set_visible(side in ("left", "bottom"))
        spine.set_color(LETTERS)


def save(figure: Figure, path: Path) -> None:
    """Write an SVG that is the same for the same results."""
    figure.tight_layout()
    figure.savefig(path, transparent=True, metadata={"Date": None})


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
