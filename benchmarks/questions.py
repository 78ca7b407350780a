"""Time and memory of questions on a large folder, beside other ways to count the same pairs, in one run.

    python benchmarks/questions.py FOLDER [--mentions 1000000] [--others]

The folder is replicated until it has so many mentions; in each copy a tenth of them names another concept of its label. Times are
medians of rounds in one process after the index is loaded; memory is the peak of that process. ``--others`` counts the pairs of
therapies and toxicities a document also by a DuckDB self-join, a pandas merge and networkx, and proves that all agree.
"""

from __future__ import annotations

import argparse
import json
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb

ROUNDS = 5


def replicate(source: Path, target: Path, times: int) -> None:
    """Write a folder of so many copies."""
    target.mkdir(parents=True)
    database = duckdb.connect()
    database.execute("SET threads=2; SET preserve_insertion_order=true; SET memory_limit='2GB'")
    manifest = json.loads((source / "manifest.json").read_text(encoding="utf-8"))
    for table, entry in manifest["tables"].items():
        path, out = source / entry["file"], target / entry["file"]
        names = [row[0] for row in database.execute(f"DESCRIBE SELECT * FROM '{path}'").fetchall()]
        if "doc_id" not in names or not entry["rows"] or table == "failures":
            shutil.copy(path, out)
            continue
        columns = {name: f't."{name}"' for name in names} | {"doc_id": "t.doc_id || '-' || copy"}
        jitter = ""
        if table == "mentions":
            database.execute(f"CREATE OR REPLACE TEMP TABLE pool AS {_POOL.format(path=path)}")
            columns |= {"concept_id": "coalesce(p.concept_id, t.concept_id)", "name": "coalesce(p.name, t.name)"}
            jitter = _JITTER
        chosen = ", ".join(f'{value} AS "{name}"' for name, value in columns.items())
        parts = [str(target / f".{table}-{copy:05d}.parquet") for copy in range(times)]
        for copy, part in enumerate(parts):
            rows = f"SELECT {chosen} FROM (SELECT *, row_number() OVER () AS place, {copy} AS copy FROM '{path}') AS t {jitter} ORDER BY place"
            database.execute(f"COPY ({rows}) TO '{part}' (FORMAT parquet)")
        row_group = 8_192 if table == "documents" else 122_880
        database.execute(f"COPY (FROM read_parquet({parts!r})) TO '{out}' (FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE {row_group})")
        for part in parts:
            Path(part).unlink()
        entry["rows"] *= times
    (target / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")


_POOL = """
SELECT label, concept_id, name, row_number() OVER (PARTITION BY label ORDER BY doc_id, mention) AS i, count(*) OVER (PARTITION BY label) AS n
FROM '{path}' WHERE concept_id IS NOT NULL
"""
_JITTER = """
LEFT JOIN (SELECT DISTINCT label, n FROM pool) AS s ON s.label = t.label AND t.concept_id IS NOT NULL AND hash(place, copy) % 10 = 0
LEFT JOIN pool AS p ON p.label = s.label AND p.i = 1 + (hash(place, copy, 7) % s.n)::BIGINT
"""


def median(work: Callable[[int], object]) -> float:
    """Median of rounds, ms."""
    times = []
    for i in range(ROUNDS):
        start = time.perf_counter()
        work(i)
        times.append(1000 * (time.perf_counter() - start))
    return statistics.median(times)


def measure(folder: Path) -> dict[str, Any]:
    """Times of questions, ms, and peak memory, MB."""
    from allnlp.collection.cooccurrence import cooccurrence, pair_counts
    from allnlp.collection.evidence import evidence
    from allnlp.collection.filters import parse_filters
    from allnlp.collection.index import Index
    from allnlp.collection.trend import counts

    start = time.perf_counter()
    index = Index(folder)
    found: dict[str, Any] = {"mentions": len(index.mention), "load": 1000 * (time.perf_counter() - start)}
    pairs = cooccurrence(index, ["therapy"], ["toxicity"], min_count=3)
    found["all pairs, all measures"] = median(lambda _: cooccurrence(index, ["therapy"], ["toxicity"], min_count=3))
    found["all pairs, all measures, sentences"] = median(lambda _: cooccurrence(index, ["therapy"], ["toxicity"], min_count=3, level="sentence"))
    year = parse_filters  # a filter that was not asked for before in each round
    found["a new filter: counts of all pairs"] = median(
        lambda i: pair_counts(index, ["therapy"], ["toxicity"], filters=year(year=(1990 + i, None), section=("results", "other")))
    )
    found["a new filter: counts of all therapies"] = median(lambda i: counts(index, "therapy", filters=year(year=(2000 + i, None))))
    start = time.perf_counter()
    chosen = pairs[pairs["n_both"].between(5, 60)].sample(12, random_state=1)

    def ask(i: int) -> object:
        row = chosen.iloc[i]
        return evidence(index, [f"{row['label_a']}:{row['concept_a']}", f"{row['label_b']}:{row['concept_b']}"])

    ask(11)
    found["first evidence (reads the texts)"] = 1000 * (time.perf_counter() - start)
    found["evidence of a pair (5 to 60 documents)"] = median(ask)
    found["peak MB"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return found


def others(folder: Path) -> dict[str, float]:
    """Counts of the same pairs by other ways, ms, proved to be the same."""
    import itertools

    import networkx as nx
    import pandas as pd

    from allnlp.collection.cooccurrence import pair_counts
    from allnlp.collection.groups import side
    from allnlp.collection.index import Index

    index = Index(folder)
    keys = side(index, ["therapy"]), side(index, ["toxicity"])
    pair_counts(index, ["therapy"], ["toxicity"])
    times: dict[str, float] = {}

    def timed(name: str, work: Callable[[], dict[tuple[str, str], int]]) -> dict[tuple[str, str], int]:
        start = time.perf_counter()
        out = work()
        times[name] = 1000 * (time.perf_counter() - start)
        return out

    def sparse() -> dict[tuple[str, str], int]:
        joint, _ = pair_counts(index, ["therapy"], ["toxicity"])
        rows, columns = joint.n_both.nonzero()
        return {(keys[0][i][1], keys[1][j][1]): int(joint.n_both[i, j]) for i, j in zip(rows.tolist(), columns.tolist(), strict=True)}

    where = index.assertion == 0
    frame = pd.DataFrame({"doc": index.document[where], "label": index.labels[index.concept[where]], "id": index.concepts["concept_id"].to_numpy()[index.concept[where]]})
    frame = frame[frame["label"].isin(["THERAPY", "TOXICITY"])].reset_index(drop=True)

    def by_duckdb() -> dict[tuple[str, str], int]:
        database = duckdb.connect()
        database.execute("SET threads=1")
        database.register("m", frame)
        rows = database.execute(
            "WITH u AS (SELECT DISTINCT * FROM m) SELECT a.id, b.id, count(*) FROM u AS a JOIN u AS b USING (doc) WHERE a.label = 'THERAPY' AND b.label = 'TOXICITY' GROUP BY ALL"
        ).fetchall()
        return {(a, b): n for a, b, n in rows}

    def by_pandas() -> dict[tuple[str, str], int]:
        once = frame.drop_duplicates()
        sides = [once[once["label"] == label][["doc", "id"]] for label in ("THERAPY", "TOXICITY")]
        counted = sides[0].merge(sides[1], on="doc").groupby(["id_x", "id_y"], observed=True).size()
        return {(str(a), str(b)): int(n) for (a, b), n in counted.items()}

    def by_networkx() -> dict[tuple[str, str], int]:
        graph = nx.Graph()
        for _, of in frame.drop_duplicates().groupby("doc")[["label", "id"]]:
            named = [of["id"][of["label"] == label] for label in ("THERAPY", "TOXICITY")]
            for a, b in itertools.product(*named):
                edge = graph.edges[(0, a), (1, b)] if graph.has_edge((0, a), (1, b)) else None
                if edge is None:
                    graph.add_edge((0, a), (1, b), n=1)
                else:
                    edge["n"] += 1
        return {(min(u, v)[1], max(u, v)[1]): n for u, v, n in graph.edges(data="n")}

    expected = timed("allnlp", sparse)
    for name, work in (("DuckDB self-join", by_duckdb), ("pandas merge", by_pandas), ("networkx", by_networkx)):
        if timed(name, work) != expected:
            raise SystemExit(f"{name} counts otherwise")
    return times


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--mentions", type=int, default=1_000_000)
    parser.add_argument("--others", action="store_true")
    parser.add_argument("--measure", choices=("questions", "others"), help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.measure:
        print(json.dumps(measure(given.folder) if given.measure == "questions" else others(given.folder)))
        return
    rows = json.loads((given.folder / "manifest.json").read_text(encoding="utf-8"))["tables"]["mentions"]["rows"]
    with tempfile.TemporaryDirectory() as place:
        large = Path(place) / "large"
        replicate(given.folder, large, max(1, round(given.mentions / rows)))
        for what in ("questions", *(["others"] if given.others else [])):
            out = subprocess.run([sys.executable, __file__, str(large), "--measure", what], check=True, capture_output=True, text=True).stdout
            found = json.loads(out)
            base = found.get("allnlp")
            for name, value in found.items():
                print(f"{name:42s} {value:14,.0f}{f' ms {value / base:8.1f} times' if base else '' if name in ('mentions', 'peak MB') else ' ms'}")


if __name__ == "__main__":
    main()
