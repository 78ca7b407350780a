"""The inputs of a run, and several of them read at once by processes, a file each, into the spool."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from allnlp import readers
from allnlp.annotation.spool import Spool
from allnlp.annotation.workers import Died, Workers
from allnlp.readers import Row
from allnlp.readers.record import failure

_PAYS = 20_000_000  # bytes to read, from which on processes are worth their start


class Source(NamedTuple):
    """Records of one input, or of a folder that a run before wrote."""

    described: Mapping[str, Any]  # as the manifest names it
    size: int
    rows: Callable[[Callable[[int], None]], Iterator[Row]]  # its argument is told of bytes read


@dataclass(frozen=True)
class InputRows:
    """Reads an input file."""

    given: readers.Input
    columns: Mapping[str, str] | None
    body: bool

    def __call__(self, told: Callable[[int], None]) -> Iterator[Row]:
        """Its rows; ``told`` is told of bytes read."""
        return readers.read([self.given], columns=self.columns, body=self.body, progress=told)


def source_of(given: readers.Input, columns: Mapping[str, str] | None, *, body: bool = False) -> Source:
    """The records of an input file."""
    return Source({"file": given.name, "sha256": readers.sha256_of(given)}, given.size, InputRows(given, columns, body))


def read_ahead(spool: Spool, sources: Sequence[Source], jobs: int, told: Callable[[int], None]) -> None:
    """Read the inputs that are not in the spool, where they are many and large; else nothing.

    Args:
        spool: where the records go.
        sources: all inputs of the run, numbered from 1.
        jobs: processes.
        told: is told of the bytes of each input that was read.

    Raises:
        FolderError: the disk is full.
    """
    left = {number: source for number, source in enumerate(sources, 1) if source.size and spool.spooled(number) is None}
    jobs = min(jobs, len(left))
    if jobs < 2 or sum(source.size for source in left.values()) < _PAYS:
        return
    with Workers[tuple[Spool, int, Any], None](_read, jobs) as workers:
        tasks = ((spool, number, source.rows) for number, source in left.items())
        for (_, number, _), done in workers.results(tasks):
            if isinstance(done, Died):
                error = f"the process that read the file ended ({done.reason}); please report the file"
                _take(spool.add(number, iter([failure(left[number].described["file"], None, error)])))
            told(left[number].size)


def _read(task: tuple[Spool, int, Callable[[Callable[[int], None]], Iterator[Row]]]) -> None:
    spool, number, rows = task
    _take(spool.add(number, rows(lambda _: None)))


def _take(rows: Iterator[Row]) -> None:
    for _ in rows:
        pass
