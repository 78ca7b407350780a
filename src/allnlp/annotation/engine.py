"""Who annotates the shards of a run: this process, processes of this machine, or the workers of a cluster."""

from __future__ import annotations

import contextlib
import gc
import logging
import pickle
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

from allnlp.annotation.parts import Settings, annotate_part, packed_batch, unpacked_batch
from allnlp.annotation.shards import Batch, is_annotated
from allnlp.annotation.workers import Died, Workers
from allnlp.errors import EngineError
from allnlp.schema import Document
from allnlp.tables import Part
from allnlp.text import compile_lexicon

LOG = logging.getLogger("allnlp.annotation")
Numbered = tuple[int, Batch]
Engine = Callable[[Iterator[Numbered], Settings], Iterator[tuple[int, Part]]]
Alone = Callable[[Batch], Part | Died]

_COLLECTING = (50_000, 20, 100)  # new objects, and rounds, before a round
_LEAST, _BYTES_EACH = 1_000_000, 250_000  # of an input for which processes start while it is read; for one of them
_settings: Settings | None = None  # of a worker process


def here(batches: Iterator[Numbered], settings: Settings) -> Iterator[tuple[int, Part]]:
    """The shards annotated by this process, one after the other."""
    for number, batch in batches:
        with seldom_collecting():
            part = annotate_part(batch, settings)
        yield number, part


@contextlib.contextmanager
def seldom_collecting() -> Iterator[None]:
    """Look for cyclic garbage seldom: there is next to none, and the vocabulary's many objects are looked through each time; a fifth to a quarter of the time."""
    before = gc.get_threshold()
    gc.set_threshold(*_COLLECTING)
    try:
        yield
    finally:
        gc.set_threshold(*before)


def by_processes(jobs: int) -> Engine:
    """An engine of so many processes of this machine; a record whose process dies twice becomes a failure."""

    def annotated(batches: Iterator[Numbered], settings: Settings) -> Iterator[tuple[int, Part]]:
        with started(jobs, settings) as engine:
            yield from engine(batches, settings)

    return annotated


@contextlib.contextmanager
def started(jobs: int, settings: Settings) -> Iterator[Engine]:
    """Such an engine whose processes start at once, and make the vocabulary ready while the records are read; they end with the context."""
    with (
        tempfile.NamedTemporaryFile(prefix="allnlp-") as file,  # a process that dies while it is given much would leave us waiting
        Workers[tuple[int, bytes], Part](_annotate, jobs, begin=_keep, arguments=(file.name,)) as workers,
    ):
        file.write(pickle.dumps(settings))
        file.flush()
        workers.start()

        def annotated(batches: Iterator[Numbered], _: Settings) -> Iterator[tuple[int, Part]]:
            for (number, content), part in workers.results((number, packed_batch(batch)) for number, batch in batches):
                if isinstance(part, Died):
                    part = without_killers(unpacked_batch(content), part, lambda batch: workers.alone((0, packed_batch(batch))))
                yield number, part

        yield annotated


class Crew:
    """Who annotates on this machine, so many processes at most; use as a context, at whose end they are gone.

    They may start before it is known how many records there are; where they turn out to be few, this process does all of it.
    """

    def __init__(self, jobs: int, settings: Settings) -> None:
        self._jobs = jobs
        self._settings = settings
        self._context = contextlib.ExitStack()
        self._engine: Engine | None = None

    def __enter__(self) -> Crew:
        return self

    def __exit__(self, *exception: object) -> None:
        self.end()

    def start(self, size: int) -> None:
        """Start processes, where so many bytes of records that are still to be read are worth it."""
        jobs = min(self._jobs, size // _BYTES_EACH)
        if jobs > 1 and size >= _LEAST:
            self._engine = self._context.enter_context(started(jobs, self._settings))

    def engine(self, jobs: int) -> Engine:
        """The engine for what so many processes have to do."""
        if jobs > 1:
            return self._engine or by_processes(jobs)
        self.end()
        return here

    def end(self) -> None:
        """End the processes."""
        self._engine = None
        self._context.close()


def _keep(path: str) -> None:
    global _settings
    gc.set_threshold(*_COLLECTING)
    _settings = pickle.loads(Path(path).read_bytes())
    with contextlib.suppress(Exception):  # what fails here fails at the first shard, too, and is told then
        compile_lexicon(_settings.terminology)


def _annotate(task: tuple[int, bytes]) -> Part:
    assert _settings is not None
    return annotate_part(unpacked_batch(task[1]), _settings)


def without_killers(batch: Batch, died: Died, alone: Alone) -> Part:
    """A shard whose process dies, annotated without the documents that make it die; those become failures.

    Args:
        batch: the shard.
        died: why.
        alone: annotates records by a process that does nothing else.

    Raises:
        EngineError: the process dies with any records.
    """
    documents = [row for row in batch.records if isinstance(row, Document) and is_annotated(row) and row.doc_id not in batch.kept]
    killers = _killers(documents, alone)
    LOG.error("the process that annotated %s ended", ", ".join(killers) or "a shard")
    error = f"the process that read the document ended ({died.reason}); please report the abstract"
    part = alone(batch._replace(given_up={**batch.given_up, **dict.fromkeys(killers, error)}))
    if isinstance(part, Died):
        raise EngineError(
            f"the processes that annotate are ended again and again ({part.reason}), by the system where memory is short."
            " Use fewer: --jobs 1. What is done is kept."
        )
    return part


def _killers(documents: list[Document], alone: Alone) -> list[str]:
    """Those of some documents whose process dies, found by halves."""
    if not documents or not isinstance(alone(Batch(documents)), Died):
        return []
    if len(documents) == 1:
        return [documents[0].doc_id] if isinstance(alone(Batch(documents)), Died) else []
    half = len(documents) // 2
    return _killers(documents[:half], alone) + _killers(documents[half:], alone)
