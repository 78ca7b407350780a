"""Shards annotated by the workers of a Dask cluster: they are sent bytes and send bytes back, and need no folder in common."""

from __future__ import annotations

import logging
import os
import threading
from collections.abc import Callable, Iterator
from typing import Any

from allnlp.annotation.engine import Engine, Numbered, seldom_collecting, without_killers
from allnlp.annotation.parts import Settings, annotate_part, packed_batch, packed_settings, unpacked_batch, unpacked_settings
from allnlp.annotation.shards import Batch
from allnlp.annotation.workers import Died
from allnlp.errors import EngineError, ExtraMissing, OptionError
from allnlp.tables import Part

LOG = logging.getLogger("allnlp.annotation")
_AHEAD = 2  # shards a thread of a worker that are sent: one that it does, one that waits
_LEAST = 4  # shards sent, however few the workers are
_SILENCE = 30  # seconds in which a scheduler must answer

_settings: dict[str, Settings] = {}  # of a worker, by their hash
_one_at_a_time = threading.Lock()


def by_dask(scheduler: str | None = None) -> Engine:
    """An engine of the workers that a Dask scheduler has, and of those that come while it runs.

    A shard whose worker dies is done by another one. A shard that kills several workers is searched for the record whose fault
    it is, which becomes a failure. Workers must have the same versions and models as this process.

    Args:
        scheduler: its address, "tcp://host:8786"; None means the environment variable ``DASK_SCHEDULER_ADDRESS``.

    Raises:
        ExtraMissing: Dask is not installed.
        OptionError: there is no address.
    """
    try:
        import distributed  # noqa: F401 - whether it is there
    except ImportError:
        raise ExtraMissing('the engine dask needs Dask. Install it with: pip install "allnlp[cluster]"') from None
    address = scheduler or os.environ.get("DASK_SCHEDULER_ADDRESS")
    if not address:
        raise OptionError("no scheduler is named. Give its address: --scheduler tcp://host:8786, which it prints when it starts.")

    def annotated(batches: Iterator[Numbered], settings: Settings) -> Iterator[tuple[int, Part]]:
        from distributed import Client
        from distributed.comm import CommClosedError

        gone = (OSError, CommClosedError, TimeoutError)
        try:
            client = Client(address, timeout=_SILENCE, set_as_default=False, name="allnlp")
        except (*gone, ValueError) as error:
            raise EngineError(f"no Dask scheduler answers at {address} ({_first(error)}). Start one: dask scheduler") from None
        try:
            yield from _spread(client, batches, settings)
        except gone as error:
            raise EngineError(f"the scheduler at {address} is gone ({_first(error)}). What is done is kept: run the same command again.") from None
        finally:
            client.close(timeout=5)

    return annotated


def _spread(client: Any, batches: Iterator[Numbered], settings: Settings) -> Iterator[tuple[int, Part]]:
    from distributed import as_completed

    content, key = packed_settings(settings)
    try:
        client.register_plugin(_plugin(content, key), name=f"allnlp-{key}")
    except (EngineError, ImportError) as error:
        raise EngineError(f"the workers of the cluster cannot do this: {_first(error)}") from None
    if not client.ncores():
        LOG.warning("the scheduler has no worker yet; waiting for one")
    running: dict[Any, tuple[int, bytes]] = {}
    with client.as_current():
        done = as_completed()
    is_open = True
    while running or is_open:
        while is_open and len(running) < max(_LEAST, _AHEAD * sum(client.ncores().values())):
            found = next(batches, None)
            is_open = found is not None
            if found is not None:
                batch = packed_batch(found[1])
                future = client.submit(_annotate, batch, key, pure=False)
                running[future] = (found[0], batch)
                done.add(future)
        if not running:
            return
        future = next(done)
        number, batch = running.pop(future)
        part = _result(future)
        if isinstance(part, Died):
            part = without_killers(unpacked_batch(batch), part, _alone(client, key))
        future.release()
        yield number, part


def _result(future: Any) -> Part | Died:
    from distributed.client import FutureCancelledError
    from distributed.scheduler import KilledWorker

    try:
        part: Part = future.result()
    except KilledWorker as error:
        return Died(f"{error.allowed_failures + 1} workers died of it")
    except FutureCancelledError as error:
        raise OSError(_first(error)) from None
    return part


def _alone(client: Any, key: str) -> Callable[[Batch], Part | Died]:
    return lambda batch: _result(client.submit(_annotate, packed_batch(batch), key, pure=False))


def _annotate(batch: bytes, key: str) -> Part:
    """On a worker: one shard; its threads take turns, for they would only be in each other's way."""
    with _one_at_a_time, seldom_collecting():
        return annotate_part(unpacked_batch(batch), _settings[key])


def _plugin(content: bytes, key: str) -> Any:
    """What every worker, now or later, is given once: the vocabulary and the names of the models."""
    from distributed import WorkerPlugin

    class Vocabulary(WorkerPlugin):  # type: ignore[misc]
        """Keeps the settings of a run on a worker."""

        idempotent = True

        def setup(self, worker: Any) -> None:
            """Refuse a worker of other versions."""
            _keep(content, key)

    return Vocabulary()


def _keep(content: bytes, key: str) -> None:
    _settings[key] = unpacked_settings(content)


def _first(error: BaseException) -> str:
    return (str(error).strip() or type(error).__name__).split("\n")[0]
