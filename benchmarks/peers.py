"""allnlp beside what else PyPI has: the same abstracts, the same names, one run.

    python benchmarks/peers.py ABSTRACTS.jsonl.gz [MORE.jsonl.gz ...] [--documents N] [--rounds N] [--python WAY=INTERPRETER ...]
        [--steps peers,reading,files,scaling,model] [--output RESULTS.json]

- peers: each way of `peer_ways.py` in a process of its own, asked for one piece of the abstracts after the other, in turn. No text is
  given twice, so that no cache helps; a first piece warms all up and is not counted. Rates are abstracts a CPU-second.
- reading, files, scaling, model: whole commands over PubMed XML made of the abstracts, see `peer_runs.py`.

With --output the results are kept as JSON, beside those of steps that this run leaves out, and as CSV; `performance_plots.py` makes
the page of them. What cannot be imported by its interpreter is named and left out.
"""

from __future__ import annotations

import argparse
import csv
import json
import platform
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from statistics import median
from types import MappingProxyType
from typing import Any, NamedTuple

import peer_runs
from peer_records import Record, read_abstracts
from peer_ways import WAYS

HERE = Path(__file__).parent
NAIVE, OWN = "naive", "allnlp-mentions"
WARM = 100  # documents
STEPS = ("peers", "reading", "files", "scaling", "model")
Marks = list[list[tuple[int, int, bool]]]


class Round(NamedTuple):
    """What a way did with one piece of the abstracts."""

    documents: int
    cpu: float
    marks: Marks

    @property
    def rate(self) -> float:
        """Documents a CPU-second."""
        return self.documents / self.cpu


class Result(NamedTuple):
    """A way's line: rate in abstracts a CPU-second, as a multiple of the naive way's of the same round, memory, marks, agreement.

    ``shared`` is the part of allnlp's marks of listed names that the way has at the same offsets; ``confirmed`` the part
    of the way's own that are marks of allnlp, listed or not.
    """

    way: str
    title: str
    does: str
    versions: Mapping[str, str]
    rate: float
    lowest: float
    highest: float
    times_naive: float | None
    load: float
    peak_megabytes: int
    marks: float  # a document
    shared: float | None
    confirmed: float | None


def start(way: str, interpreter: str, folder: Path) -> subprocess.Popen[str]:
    command = [interpreter, str(HERE / "peer_ways.py"), way, str(folder)]
    return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)


def answer(process: subprocess.Popen[str], line: str = "") -> dict[str, Any]:
    """The next answer of a way, to a line where one is given; why there is none where the process ended."""
    assert process.stdin is not None
    assert process.stdout is not None
    if line:
        with suppress(BrokenPipeError):
            process.stdin.write(line + "\n")
            process.stdin.flush()
    said = process.stdout.readline()
    found: dict[str, Any] = json.loads(said) if said else {"missing": f"the process ended with {process.wait()}"}
    return found


def pieces(first: int, number: int, rounds: int, warm: int) -> list[tuple[int, int]]:
    """Bounds of the piece that warms up, and of as many equal ones as there are rounds.

    >>> pieces(500, 110, 2, 10)
    [(500, 510), (510, 560), (560, 610)]

    Args:
        first: where they begin.
        number: how many records there are.
        rounds: how many pieces.
        warm: size of the first one.
    """
    size, begin = (number - warm) // rounds, first + warm
    return [(first, begin), *((begin + i * size, begin + (i + 1) * size) for i in range(rounds))]


def compare(
    texts: Mapping[str, Sequence[Record]], interpreters: Mapping[str, str], ways: Sequence[str], *, rounds: int, written_out: bool
) -> Iterator[dict[str, Any]]:
    """Results of the ways on each collection of records; a way is loaded once for all of them."""
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        (folder / "records.json").write_text(json.dumps([r for records in texts.values() for r in records]), encoding="utf-8")
        vocabulary = [sys.executable, str(HERE / "peer_vocabulary.py"), str(folder / "names.json")]
        subprocess.run([*vocabulary, *(["--written-out"] if written_out else [])], check=True)
        names = len(json.loads((folder / "names.json").read_text(encoding="utf-8")))
        processes, loaded, missing = started(folder, interpreters, ways)
        first = 0
        for name, records in texts.items():
            bounds = pieces(first, len(records), rounds, WARM)
            found, peaks = in_turn(processes, bounds, missing)
            first += len(records)
            own = [marks for its in found.get(OWN, ()) for marks in its.marks]
            naive = found.get(NAIVE)
            about = {"texts": name, "documents": bounds[-1][1] - bounds[0][1], "rounds": rounds, "names": names, "written_out": written_out}
            results = [result(way, found[way], loaded[way], peaks[way], own, naive)._asdict() for way in found]
            yield {**about, "ways": results, "missing": dict(missing)}
        for process in processes.values():
            process.communicate()


def started(
    folder: Path, interpreters: Mapping[str, str], ways: Sequence[str]
) -> tuple[dict[str, subprocess.Popen[str]], dict[str, dict[str, Any]], dict[str, str]]:
    """Processes of the ways, one loaded after the other; what each said of its start; why others have none."""
    processes: dict[str, subprocess.Popen[str]] = {}
    loaded: dict[str, dict[str, Any]] = {}
    missing: dict[str, str] = {}
    for way in ways:
        process = start(way, interpreters.get(way, sys.executable), folder)
        said = answer(process)
        if "missing" in said:
            missing[way] = said["missing"]
            print(f"{way}: {missing[way]}", file=sys.stderr)
        else:
            processes[way], loaded[way] = process, said
    return processes, loaded, missing


def in_turn(
    processes: Mapping[str, subprocess.Popen[str]], bounds: Sequence[tuple[int, int]], missing: dict[str, str]
) -> tuple[dict[str, list[Round]], dict[str, int]]:
    """Rounds of each way over the pieces, the first of which is not counted, and its peak memory; who ends is added to ``missing``."""
    found: dict[str, list[Round]] = {}
    peaks: dict[str, int] = {}
    for number, (first, last) in enumerate(bounds):
        for way, process in processes.items():
            if way in missing:
                continue
            said = answer(process, f"{first} {last}")
            if "missing" in said:
                missing[way] = said["missing"]
                found.pop(way, None)
                print(f"{way}: {missing[way]}", file=sys.stderr)
            elif number:
                found.setdefault(way, []).append(Round(last - first, said["cpu"], said["marks"]))
                peaks[way] = said["peak"]
    return found, peaks


def result(way: str, rounds: Sequence[Round], loaded: Mapping[str, Any], peak: int, own: Marks, naive: Sequence[Round] | None) -> Result:
    rates = [r.rate for r in rounds]
    marks = [its for r in rounds for its in r.marks]
    shared, confirmed = agreement(own, marks)
    times = median(r.rate / n.rate for r, n in zip(rounds, naive, strict=True)) if naive else None
    about = (way, WAYS[way].title, WAYS[way].does, loaded["versions"])
    number = sum(map(len, marks)) / len(marks)
    return Result(*about, median(rates), min(rates), max(rates), times, loaded["load"], peak, number, shared, confirmed)


def agreement(own: Marks, marks: Marks) -> tuple[float | None, float | None]:
    """Part of the listed names among our marks that another has, and part of the listed names among the other's that are ours.

    >>> agreement([[(0, 2, True), (5, 9, False)]], [[(0, 2, True), (5, 9, True), (7, 9, True)]])
    (1.0, 0.6666666666666666)
    """
    if not own:
        return None, None
    both = ours = confirmed = theirs = 0
    for mine, its in zip(own, marks, strict=True):
        listed, other = ({(start, end) for start, end, is_listed in found if is_listed} for found in (mine, its))
        every = {(start, end) for start, end, _ in mine}
        both += len(listed & {(start, end) for start, end, _ in its})
        ours += len(listed)
        confirmed += len(other & every)
        theirs += len(other)
    return (both / ours if ours else None, confirmed / theirs if theirs else None)


#: Columns that are printed, with their width and form.
SHOWN: Mapping[str, tuple[int, str]] = MappingProxyType(
    {
        "title": (64, "s"), "rate": (8, ",.0f"), "lowest": (8, ",.0f"), "highest": (8, ",.0f"), "times_naive": (11, ".1f"),
        "load": (6, ".1f"), "peak_megabytes": (14, ",d"), "marks": (6, ".1f"), "shared": (7, ".3f"), "confirmed": (9, ".3f"),
    }
)  # fmt: skip


def show(compared: Mapping[str, Any]) -> None:
    form = "written out" if compared["written_out"] else "as the tables have them"
    print(f"\n{compared['texts']}: {compared['documents']:,} abstracts, {compared['names']:,} names {form}")
    print(" ".join(f"{column:{'<' if form == 's' else '>'}{width}}" for column, (width, form) in SHOWN.items()))
    for way in compared["ways"]:
        cells = (" " * width if way[column] is None else f"{way[column]:{width}{form}}" for column, (width, form) in SHOWN.items())
        print(" ".join(cells))
    for way, why in compared["missing"].items():
        print(f"{WAYS[way].title:64s} left out: {why}")


def write_table(path: Path, comparisons: Sequence[Mapping[str, Any]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as stream:
        table = csv.writer(stream)
        table.writerow(("texts", "documents", "names", *Result._fields))
        for c in comparisons:
            for way in c["ways"]:
                versions = "; ".join(f"{name} {number}" for name, number in way["versions"].items())
                table.writerow((c["texts"], c["documents"], c["names"], *(way | {"versions": versions}).values()))


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="allnlp beside its peers")
    parser.add_argument("abstracts", type=Path, nargs="+", help="JSON lines with title and abstract")
    parser.add_argument("--documents", type=int, default=1500, help="of each file, for the peers")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--python", action="append", default=[], metavar="WAY=INTERPRETER", help="that has what the way needs")
    parser.add_argument("--ways", default=",".join(WAYS), help="comma between")
    parser.add_argument("--written-out", action="store_true", help="give the peers plurals, spellings and dashes of every name, too")
    parser.add_argument("--steps", default=",".join(STEPS), help="comma between")
    parser.add_argument("--largest", type=int, default=20_000, help="records of the longest run")
    parser.add_argument("--most-names", type=int, default=100_000, help="names of the largest table")
    parser.add_argument("--output", type=Path, help="JSON; a CSV of the same name is written beside it")
    return parser.parse_args()


def main() -> None:
    asked = arguments()
    steps, interpreters = asked.steps.split(","), dict(p.split("=", 1) for p in asked.python)
    kept = json.loads(asked.output.read_text(encoding="utf-8")) if asked.output and asked.output.exists() else {}
    machine = f"{platform.machine()}, Python {platform.python_version()}"

    def keep(name: str, found: Any) -> None:
        kept[name] = found
        if asked.output:  # after each step: the next may take hours
            asked.output.write_text(json.dumps({**kept, "machine": machine}, indent=1) + "\n", encoding="utf-8")
            write_table(asked.output.with_suffix(".csv"), kept.get("peers", ()))

    if "peers" in steps:
        texts = {path.name.split(".")[0]: read_abstracts(path, asked.documents + WARM) for path in asked.abstracts}
        for new in compare(texts, interpreters, asked.ways.split(","), rounds=asked.rounds, written_out=asked.written_out):
            show(new)
            key = (new["texts"], new["written_out"])
            keep("peers", [*(c for c in kept.get("peers", ()) if (c["texts"], c["written_out"]) != key), new])
    records = read_abstracts(asked.abstracts[0], 0)
    if "reading" in steps:
        keep("reading", peer_runs.reading(records, interpreters, rounds=asked.rounds))
        peer_runs.show("reading", kept["reading"])
    if "files" in steps:
        keep("files", peer_runs.files(records, asked.documents, interpreters, rounds=asked.rounds))
        peer_runs.show("files", kept["files"])
    if "scaling" in steps:
        keep("scaling", peer_runs.scaling(records, asked.largest, asked.most_names, rounds=asked.rounds))
        for name, lines in kept["scaling"].items():
            peer_runs.show(name, lines)
    if "model" in steps:
        keep("model", peer_runs.with_model(records, asked.largest))
        peer_runs.show("with the model", kept["model"])


if __name__ == "__main__":
    main()
