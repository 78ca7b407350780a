"""Fetches many records from a server on this computer that has faults, and counts what is missing, double, and asked for too fast.

    python benchmarks/fetch.py [--records 25000] [--faults 0.05] [--batch 200]

The server is that of the tests. It notes when each request arrives; its faults are drawn anew for each request, from a seed. Waits are
real, with pauses a tenth as long as usual.
"""

from __future__ import annotations

import argparse
import os
import random
import runpy
import tempfile
import time
from pathlib import Path
from types import SimpleNamespace
from typing import NamedTuple

from allnlp.fetching import Pace, fetch_records
from allnlp.readers import read
from allnlp.schema import Document

SERVER = SimpleNamespace(**runpy.run_path(str(Path(__file__).parents[1] / "tests" / "fetching" / "server.py")))


class Case(NamedTuple):
    """One fetch."""

    database: str
    ending: str
    key: str | None
    allowed: int  # requests a second


CASES = (
    Case("pubmed", ".xml", None, 3),
    Case("pubmed", ".xml.gz", "invented", 10),
    Case("pubmed", ".nbib", "invented", 10),
    Case("europepmc", ".json", None, 3),
)


def measured(case: Case, records: int, share: float, batch: int, folder: Path) -> list[str]:
    """Cells of the table."""
    chance = random.Random(f"{case}")
    kinds = [fault for fault in SERVER.FAULTS if case.database == "pubmed" or fault not in ("double", "expired")]  # these are PubMed's
    server = SERVER.Server(SERVER.held(records), lambda path, number: chance.choice(kinds) if chance.random() < share else None)
    out = folder / f"{case.database}{case.ending}"
    with SERVER.serving(server):
        began = time.perf_counter()
        done = fetch_records(
            "everything", out, database=case.database, api_key=case.key, address=server.address, batch_size=batch, pace=Pace(first_pause=0.1)
        )
        seconds = time.perf_counter() - began
    pmids = [row.pmid for row in read([out]) if isinstance(row, Document)]
    missing = len({r.pmid for r in server.records} - set(pmids))
    most = SERVER.most_within_a_second(server.arrivals)
    assert done.is_whole
    assert not missing
    assert len(pmids) == len(set(pmids)) == done.fetched == records
    assert most <= case.allowed
    cells = [case.database, case.ending, "yes" if case.key else "no", records, len(server.arrivals), len(server.faults), missing]
    return [str(cell) for cell in (*cells, len(pmids) - len(set(pmids)), f"{most} of {case.allowed}", f"{seconds:.0f}")]


def main() -> None:
    """Prints the table; ends with an error where a record is missing or double, or the server was asked too fast."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--records", type=int, default=25_000)
    parser.add_argument("--faults", type=float, default=0.05, help="share of requests that meet a fault")
    parser.add_argument("--batch", type=int, default=200)
    given = parser.parse_args()
    os.environ["NO_PROXY"] = "127.0.0.1"
    print("| database | file | key | records | requests | faults | missing | double | most requests in a second | seconds |")
    print("|---|---|---|--:|--:|--:|--:|--:|--:|--:|")
    with tempfile.TemporaryDirectory() as folder:
        for case in CASES:
            print("| " + " | ".join(measured(case, given.records, given.faults, given.batch, Path(folder))) + " |", flush=True)


if __name__ == "__main__":
    main()
