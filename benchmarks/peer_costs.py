"""What all of PubMed takes, from measured rates; pure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

RECORDS = 38_000_000  # of PubMed
WITHOUT_ABSTRACT = 0.30  # share of them
ONE_NODE = 0.7  # efficiency of 32 cores that share caches and memory
MANY_NODES = 0.65  # of nodes that share a disk, too, and wait for the last shard


class Rates(NamedTuple):
    """Records a CPU-second from file to table, with and without abstract, and what the one process does of it that serves the others."""

    abstract: float
    title: float
    serving: float


class Machine(NamedTuple):
    """Cores, the share of their time that goes into work, and the runs that they are divided into."""

    name: str
    cores: int
    efficiency: float
    runs: int


class Cost(NamedTuple):
    """Hours on the wall, CPU hours, and whether the process that serves the others, and not annotating, sets the pace."""

    machine: Machine
    hours: float
    cpu_hours: float
    is_bound_by_serving: bool


def machines(two: float) -> list[Machine]:
    """The machines of the table.

    Args:
        two: how many times faster two processes are than one.
    """
    return [
        Machine("1 core", 1, 1.0, 1),
        Machine("2 cores", 2, min(two / 2, 1.0), 1),
        Machine("32 cores", 32, ONE_NODE, 1),
        Machine("100 nodes of 32 cores", 3_200, MANY_NODES, 100),
    ]


def cost(rates: Rates, machine: Machine, *, records: int = RECORDS, without_abstract: float = WITHOUT_ABSTRACT) -> Cost:
    """What a machine needs: the CPU time over its working cores, but no less than what one process of each run does alone.

    >>> one = Machine("1 core", 1, 1.0, 1)
    >>> cost(Rates(1000.0, 4000.0, 10_000.0), one, records=3_600_000, without_abstract=0.0).hours
    1.0
    >>> cost(Rates(1000.0, 4000.0, 10_000.0), one._replace(cores=32), records=3_600_000, without_abstract=0.0)[1:]
    (0.1, 1.0, True)

    Args:
        rates: what was measured.
        machine: where it runs.
        records: how many there are.
        without_abstract: share of them.
    """
    seconds = records * ((1 - without_abstract) / rates.abstract + without_abstract / rates.title)
    working = seconds / (machine.cores * machine.efficiency)
    serving = records / rates.serving / machine.runs
    return Cost(machine, max(working, serving) / 3600, seconds / 3600, machine.cores > 1 and serving > working)


def costs(rates: Rates, two: float) -> Sequence[Cost]:
    """A line for each machine."""
    return [cost(rates, machine) for machine in machines(two)]
