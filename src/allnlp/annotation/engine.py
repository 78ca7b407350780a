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

LOG = logging.getLogger("allnlp.annotation")
Numbered = tuple[int, Batch]
Engine = Callable[[Iterator[Numbered], Settings], Iterator[tuple[int, Part]]]
Alone = Callable[[Batch], Part | Died]

_COLLECTING = (50_000, 20, 100)  # new objects, and rounds, before a round
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
        with (
            tempfile.NamedTemporaryFile(prefix="allnlp-") as file,  # a process that dies while it is given much would leave us waiting
            Workers[tuple[int, bytes], Part](_annotate, jobs, begin=_keep, arguments=(file.name,)) as workers,
        ):
            file.write(pickle.dumps(settings))
            file.flush()
            for (number, content), part in workers.results((number, packed_batch(batch)) for number, batch in batches):
                if isinstance(part, Died):
                    part = without_killers(unpacked_batch(content), part, lambda batch: workers.alone((0, packed_batch(batch))))
                yield number, part

    return annotated


def _keep(path: str) -> None:
    global _settings
    gc.set_threshold(*_COLLECTING)
    _settings = pickle.loads(Path(path).read_bytes())


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
