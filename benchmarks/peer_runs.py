"""Whole commands over PubMed XML made of abstracts: from file to table, reading alone, growth with records, names and processes."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from itertools import count, islice
from pathlib import Path
from shutil import rmtree
from statistics import median
from typing import Any, NamedTuple

from peer_file import READERS
from peer_records import Record, varied, write_names, write_pubmed_xml
from peer_ways import WAYS

HERE = Path(__file__).parent
MODEL = "en_allnlp_bio_sm"
PROGRAM = [sys.executable, "-c", "from allnlp.cli import main; main()"]
MORE = 4  # times as many records for what is fast
READ_RECORDS = 5_000
PEERS = {"naive": "abstracts", "naive-negspacy": "abstracts", "least": "abstracts", "flashtext": "more"}  # and the file that each gets
SIZES = (1_000, 20_000, 100_000, 1_000_000)
LONG = 300_000  # records of a run that all processes do, and one alone does not
NAMES = (0, 1_000, 10_000, 100_000, 1_000_000)
NAMED_RECORDS = 2_000
PROCESSES = (1, 2)
PROCESS_RECORDS = 40_000  # for fewer the start of a process counts too much
TITLES = "allnlp-titles"
FILES = 8  # as PubMed's records come in many
_LIMIT = 4 * 3600  # seconds of a run that grows
_LEAST = 0.5  # of the start's time
_EVERY, _TICK = 0.25, 0.02  # seconds between two looks at memory, at the process


class Run(NamedTuple):
    """What a command took: CPU and wall-clock seconds, and the peak of its memory in MB, with all of its processes.

    ``first_cpu`` is the part of the process that started the others.
    """

    cpu: float
    wall: float
    peak_megabytes: int
    first_cpu: float


def measured(command: Sequence[str], *, limit: float = 3_600) -> Run:
    """What a command takes.

    Memory is the sum over its processes of what each has alone and its share of what they have together (PSS).

    Raises:
        CalledProcessError: it failed, or lasted longer than the limit in seconds.
    """
    begin = time.monotonic()
    environment = os.environ | {"ALLNLP_MODEL": "none", "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
    process = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    peak, looked, first = 0, 0.0, 0.0
    while True:
        pid, status, usage = os.wait4(process.pid, os.WNOHANG)
        now = time.monotonic()
        if pid:
            break
        if now - looked > _EVERY:
            peak, looked = max(peak, megabytes(process.pid)), now
            first = max(first, seconds(process.pid))
        if now - begin > limit:
            process.kill()
        time.sleep(_TICK)
    process.returncode = os.waitstatus_to_exitcode(status)
    said = process.stderr.read() if process.stderr else ""
    if process.returncode:
        raise subprocess.CalledProcessError(process.returncode, command[-3:], stderr=said[-500:])
    return Run(usage.ru_utime + usage.ru_stime, now - begin, peak or usage.ru_maxrss // 1024, first)


def seconds(pid: int) -> float:
    """CPU seconds of a process so far, without those of the processes that it started."""
    with suppress(OSError):
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
    return 0.0


def megabytes(pid: int) -> int:
    """Memory of a process and of those that it started; 0 of one that has ended."""
    total = 0
    with suppress(OSError):  # a process may end meanwhile
        line = next(line for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines() if line.startswith("Pss:"))
        total += int(line.split()[1]) // 1024
        for task in Path(f"/proc/{pid}/task").iterdir():
            total += sum(megabytes(int(child)) for child in (task / "children").read_text().split())
    return total


def own_command(source: Path, out: Path, *options: str, jobs: int = 1) -> list[str]:
    """``allnlp annotate``; the option for processes is left out where there is none."""
    processes = ["--jobs", str(jobs)] if has_jobs() else []
    return [*PROGRAM, "annotate", str(source), "-o", str(out), "--overwrite", *processes, *options]


def has_jobs() -> bool:
    said = subprocess.run([*PROGRAM, "annotate", "--help"], check=True, capture_output=True, text=True).stdout
    return "--jobs" in said


def files(records: Sequence[Record], number: int, interpreters: Mapping[str, str], *, rounds: int) -> list[dict[str, Any]]:
    """From gzipped XML to a table: rates in records a CPU-second.

    ``rate`` is without the start, which is measured on a file of one record; ``rate_whole`` with it.
    """
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        subprocess.run([sys.executable, str(HERE / "peer_vocabulary.py"), str(folder / "names.json")], check=True)
        sources = {
            "one": written(folder / "one.xml.gz", records, 1),
            "abstracts": written(folder / "abstracts.xml.gz", records, number),
            "more": written(folder / "more.xml.gz", records, number * MORE),
            "titles": written(folder / "titles.xml.gz", records, number * MORE, without_abstract=1.0),
        }
        return ends(folder, sources, interpreters, rounds)


def written(path: Path, records: Sequence[Record], number: int, *, without_abstract: float = 0.0) -> tuple[Path, int]:
    return path, write_pubmed_xml(path, varied(records, number, without_abstract=without_abstract))


def ends(folder: Path, sources: Mapping[str, tuple[Path, int]], interpreters: Mapping[str, str], rounds: int) -> list[dict[str, Any]]:
    """A line for each way from file to table."""
    numbers = count()

    def own(source: Path) -> list[str]:
        return own_command(source, folder / f"out{next(numbers)}")

    def peer(way: str) -> Callable[[Path], list[str]]:
        interpreter = interpreters.get(way, sys.executable)
        made = [str(folder / "names.json"), str(folder / "out.csv")]
        return lambda source: [interpreter, str(HERE / "peer_file.py"), "annotate", way, str(source), *made]

    ways: dict[str, tuple[str, str, Callable[[Path], list[str]]]] = {
        "allnlp": ("allnlp annotate, checked Parquet", "more", own),
        TITLES: ("the same, records without abstract", "titles", own),
    }
    ways |= {way: (f"pubmed_parser, {WAYS[way].title}, pandas CSV", source, peer(way)) for way, source in PEERS.items()}
    found: dict[str, list[tuple[Run, Run]]] = {}
    missing: dict[str, str] = {}
    for _ in range(rounds):
        for way, (_, source, command) in ways.items():
            if way not in missing:
                try:
                    found.setdefault(way, []).append((measured(command(sources["one"][0])), measured(command(sources[source][0]))))
                except subprocess.CalledProcessError as error:
                    missing[way] = error.stderr.strip().splitlines()[-1] if error.stderr.strip() else str(error)
                    print(f"{way}: {missing[way]}", file=sys.stderr)
    rates = {way: net(runs, sources[ways[way][1]][1]) for way, runs in found.items() if way not in missing}
    naive = rates.get("naive")
    return [
        {
            "way": way,
            "title": ways[way][0],
            "records": sources[ways[way][1]][1],
            "rounds": rounds,
            "rate": rate,
            "rate_whole": median(sources[ways[way][1]][1] / run.cpu for _, run in found[way]),
            "times_naive": rate / naive if rate and naive and way != TITLES else None,  # titles are other records
            "start": median(one.cpu for one, _ in found[way]),
            "peak_megabytes": max(run.peak_megabytes for _, run in found[way]),
        }
        for way, rate in rates.items()
    ]


def net(runs: Sequence[tuple[Run, Run]], records: int) -> float | None:
    """Records a CPU-second without the start, by medians; None where the records took less than half as long as it, which noise would hide.

    >>> one, whole = Run(2.0, 2.0, 100, 2.0), Run(12.0, 12.0, 100, 12.0)
    >>> net([(one, whole)], 1001), net([(one, one)], 1001)
    (100.0, None)

    Args:
        runs: over one record, and over all of them.
        records: how many they all are.
    """
    start, whole = (median(run.cpu for run in its) for its in zip(*runs, strict=True))
    return (records - 1) / (whole - start) if whole > start * (1 + _LEAST) else None


def reading(records: Sequence[Record], interpreters: Mapping[str, str], *, rounds: int) -> list[dict[str, Any]]:
    """A line for each reader of gzipped XML; that it found what was written is checked."""
    rates: dict[str, list[float]] = {}
    with tempfile.TemporaryDirectory() as place:
        one, _ = written(Path(place) / "one.xml.gz", records, 1)
        path, number = written(Path(place) / "read.xml.gz", records, READ_RECORDS)
        for _ in range(rounds):
            for way in READERS:
                command = [interpreters.get(way, sys.executable), str(HERE / "peer_file.py"), "read", way, str(path), str(one)]
                ran = subprocess.run(command, check=False, capture_output=True, text=True)
                if ran.returncode:
                    print(f"{way}: {ran.stderr.strip().splitlines()[-1]}", file=sys.stderr)
                    continue
                said = json.loads(ran.stdout.splitlines()[-1])
                assert said["records"] == number, f"{way} read {said['records']} of {number} records"
                rates.setdefault(way, []).append(number / said["cpu"])
    base = rates.get("pubmed_parser")
    times = {way: median(a / b for a, b in zip(its, base, strict=True)) if base else None for way, its in rates.items()}
    about = {"records": number, "rounds": rounds}
    return [{"way": way, **about, "rate": median(its), "times_pubmed_parser": times[way]} for way, its in rates.items()]


def scaling(records: Sequence[Record], largest: int, most_names: int, *, rounds: int) -> dict[str, Any]:
    """How a run of ``allnlp annotate`` grows with records, with a user's own names, and with processes."""
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        return {
            "documents": [by_documents(folder, records, number) for number in SIZES if number <= largest],
            "names": by_names(folder, records, [number for number in NAMES if number <= most_names], rounds),
            "processes": by_processes(folder, records, rounds) if has_jobs() else [],
        }


def with_model(records: Sequence[Record], largest: int) -> list[dict[str, Any]]:
    """The same growth with records where the shipped model sees them, too, with the largest number of processes."""
    with tempfile.TemporaryDirectory() as place:
        numbers = sorted({number for number in SIZES if 1_000 < number <= largest} | {largest})
        return [by_documents(Path(place), records, number, "--model", MODEL, processes=PROCESSES[-1:]) for number in numbers]


def by_documents(folder: Path, records: Sequence[Record], number: int, *options: str, processes: Sequence[int] = PROCESSES) -> dict[str, Any]:
    """A run over so many records in several files, with each number of processes; a long one with the largest."""
    source = folder / f"records{number}"
    source.mkdir()
    made = varied(records, number, without_abstract=0.3)
    for i in range(FILES):
        write_pubmed_xml(source / f"{i}.xml.gz", islice(made, number // FILES), first=i * number // FILES)
    found = {}
    for jobs in (processes[-1:] if number >= LONG else processes) if has_jobs() else (1,):
        found[str(jobs)] = measured(own_command(source, folder / "out", *options, jobs=jobs), limit=_LIMIT)._asdict()
    rmtree(source)
    return {"records": number, "by_processes": found}


def by_names(folder: Path, records: Sequence[Record], numbers: Sequence[int], rounds: int) -> list[dict[str, Any]]:
    """For each number of made-up names: the first start, which may build a cache, a later one, and the rate without it."""
    os.environ["ALLNLP_CACHE"] = str(folder / "cache")  # for the first start to be one
    one, _ = written(folder / "one.xml.gz", records, 1)
    source, _ = written(folder / "named.xml.gz", records, NAMED_RECORDS)
    lines = []
    for number in numbers:
        table = folder / f"names{number}.csv"
        write_names(table, number)
        options = ["--terms", str(table)] if number else []
        try:
            first = measured(own_command(one, folder / "first", *options))
            starts = [measured(own_command(one, folder / "start", *options)) for _ in range(rounds)]
            runs = [measured(own_command(source, folder / "out", *options)) for _ in range(rounds)]
        except subprocess.CalledProcessError as error:
            print(f"{number} names: {error.stderr}", file=sys.stderr)
            continue
        rate = net(list(zip(starts, runs, strict=True)), NAMED_RECORDS)
        peak = max(run.peak_megabytes for run in runs)
        memory = {"peak_megabytes": peak, "first_peak_megabytes": first.peak_megabytes}
        lines.append({"names": number, "first_start": first.cpu, "start": median(run.cpu for run in starts), "rate": rate, **memory})
        table.unlink()
    return lines


def by_processes(folder: Path, records: Sequence[Record], rounds: int) -> list[dict[str, Any]]:
    source, number = written(folder / "processes.xml.gz", records, PROCESS_RECORDS)
    found: dict[int, list[Run]] = {}
    for _ in range(rounds):
        for jobs in PROCESSES:
            found.setdefault(jobs, []).append(measured(own_command(source, folder / "out", jobs=jobs)))
    return [
        {
            "processes": jobs,
            "records": number,
            "wall": median(run.wall for run in runs),
            "cpu": median(run.cpu for run in runs),
            "times_one": median(one.wall / run.wall for one, run in zip(found[1], runs, strict=True)),
            "peak_megabytes": max(run.peak_megabytes for run in runs),
        }
        for jobs, runs in found.items()
    ]


def show(name: str, lines: Sequence[Mapping[str, Any]]) -> None:
    """Print a table."""
    print(f"\n{name}")
    for line in lines:
        print("  ".join(f"{key} {value:,.2f}" if isinstance(value, float) else f"{key} {value}" for key, value in line.items()))
