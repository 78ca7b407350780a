"""Shards laid out in a place that many machines reach, and worked on by whoever comes: tasks of a job array, one after the other or at once."""

from __future__ import annotations

import contextlib
import hashlib
import secrets
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import srsly

from allnlp.annotation.engine import Engine, Numbered, by_processes, here
from allnlp.annotation.parts import Settings, packed_batch, packed_settings, unpacked_batch, unpacked_settings
from allnlp.errors import EngineError, ExtraMissing, OptionError
from allnlp.tables import Part

_SETTINGS = "settings"
_SHARD, _PART = "shard-", "part-"


class Exchange:
    """Named contents in a folder, or at a URL that fsspec reads (s3://bucket/folder); each is there whole or not at all."""

    def __init__(self, place: str | Path) -> None:
        self.place = str(place)
        self._fs: Any = None
        if "://" in self.place:
            try:
                import fsspec
            except ImportError:
                raise ExtraMissing('an exchange at a URL needs fsspec. Install it with: pip install "allnlp[cluster]"') from None
            try:
                self._fs, self._root = fsspec.core.url_to_fs(self.place)
            except (ImportError, ValueError) as error:
                raise OptionError(f"{self.place}: {error}. Give a folder, or a URL of an installed file system of fsspec.") from None
        else:
            self._folder = Path(place)

    def put(self, name: str, content: bytes) -> None:
        """Write it; who writes the same at the same time does no harm.

        Raises:
            EngineError: the place cannot be written.
        """
        with self._told():
            if self._fs is not None:
                self._fs.makedirs(self._root, exist_ok=True)
                self._fs.pipe_file(f"{self._root}/{name}", content)  # an object store shows it when it is whole
                return
            self._folder.mkdir(parents=True, exist_ok=True)
            beside = self._folder / f".{name}.{secrets.token_hex(4)}"
            beside.write_bytes(content)
            beside.replace(self._folder / name)

    def get(self, name: str) -> bytes:
        """What is there.

        Raises:
            EngineError: it is not there, or cannot be read.
        """
        with self._told():
            content: bytes = self._fs.cat_file(f"{self._root}/{name}") if self._fs is not None else (self._folder / name).read_bytes()
            return content

    def names(self, prefix: str) -> set[str]:
        """Names that begin so."""
        with self._told():
            if self._fs is None:
                return {path.name for path in self._folder.glob(f"{prefix}*")}
            self._fs.invalidate_cache()
            with contextlib.suppress(FileNotFoundError):
                return {name for path in self._fs.ls(self._root, detail=False) if (name := path.rpartition("/")[2]).startswith(prefix)}
            return set()

    def clear(self) -> None:
        """Take away what `put` wrote."""
        with self._told():
            for name in sorted(self.names("")):
                if name.startswith((_SHARD, _PART)) or name == _SETTINGS:
                    self._fs.rm_file(f"{self._root}/{name}") if self._fs is not None else (self._folder / name).unlink(missing_ok=True)
        with contextlib.suppress(OSError):
            if self._fs is None:
                self._folder.rmdir()

    @contextlib.contextmanager
    def _told(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            raise EngineError(f"{self.place}: cannot be read or written ({error.strerror or error}). Give another place with --exchange.") from None


def by_exchange(exchange: Exchange) -> Engine:
    """An engine that lays shards out and takes in those that are done; the others are missing in what it gives.

    Raises:
        OptionError: the place has the shards of a run with another vocabulary, or of other versions or models.
    """

    def annotated(batches: Iterator[Numbered], settings: Settings) -> Iterator[tuple[int, Part]]:
        content, _ = packed_settings(settings)
        before = exchange.names(_SETTINGS)
        if before and exchange.get(_SETTINGS) != content:
            raise OptionError(f"{exchange.place}: has the shards of a run with another vocabulary, versions or models. Give another place with --exchange.")
        exchange.put(_SETTINGS, content)
        laid, done = exchange.names(_SHARD), exchange.names(_PART)
        for number, batch in batches:
            content = packed_batch(batch)
            name = _named(number, content)
            if _PART + name in done:
                yield number, Part(*srsly.msgpack_loads(exchange.get(_PART + name)))
            elif _SHARD + name not in laid:
                exchange.put(_SHARD + name, content)

    return annotated


def work_on(place: str | Path, *, task: int = 0, of: int = 1, jobs: int = 1) -> Iterator[tuple[int, int]]:
    """Annotate the shards of an exchange that fall to one of several tasks; tells after each how many are done, of how many.

    It may be run again, and at the same time by others: a shard that is done is passed over.

    Args:
        place: folder or URL of the exchange.
        task: number of this task, from 0.
        of: number of tasks.
        jobs: processes that this task may use.

    Raises:
        OptionError: there is no such task.
        EngineError: nothing is laid out there, or by other versions or with other models than are installed here.
    """
    if not 0 <= task < of:
        raise OptionError(f"task {task} of {of}: tasks are numbered from 0 to {of - 1}.")
    exchange = Exchange(place)
    if not exchange.names(_SETTINGS):
        raise EngineError(f"{place}: no shards are laid out there. Lay them out with: allnlp annotate FILES -o FOLDER --exchange {place}")
    settings = unpacked_settings(exchange.get(_SETTINGS))
    names = sorted(name.removeprefix(_SHARD) for name in exchange.names(_SHARD))[task::of]
    done = exchange.names(_PART)
    left = [name for name in names if _PART + name not in done]
    yield len(names) - len(left), len(names)
    batches = ((i, unpacked_batch(exchange.get(_SHARD + name))) for i, name in enumerate(left))
    engine = by_processes(jobs) if jobs > 1 else here
    for count, (i, part) in enumerate(engine(batches, settings), 1):
        exchange.put(_PART + left[i], bytes(srsly.msgpack_dumps([dict(part.tables), dict(part.rows), part.told])))
        yield len(names) - len(left) + count, len(names)


def _named(number: int, content: bytes) -> str:
    """A shard's name: its number, and a hash, so that parts of another run are never taken for it."""
    return f"{number:08d}-{hashlib.sha256(content).hexdigest()[:16]}"
