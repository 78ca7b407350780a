"""The cache: arrays that take long to make, kept as files from one run to the next; safe to delete at any time."""

from __future__ import annotations

import contextlib
import functools
import hashlib
import importlib.resources
import json
import logging
import mmap
import os
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Mapping
from importlib.metadata import version
from pathlib import Path
from typing import IO, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

Arrays = Mapping[str, NDArray[Any]]

LOG = logging.getLogger("allnlp.terminology")
FORMAT = 1
LIMIT = 2 << 30  # bytes; of files beyond, the longest unused go
SUFFIXES = (".terms", ".forms", ".checked", ".zip", ".links")
_MAGIC = b"allnlp cache"
_ALIGNED = 64
_CHUNK = 1 << 22
_DAY = 86_400  # seconds


class CacheFile(NamedTuple):
    """A file of the cache."""

    path: Path
    size: int


def cache_folder(environment: Mapping[str, str] | None = None, *, platform: str = sys.platform, home: Path | None = None) -> Path:
    """Where the cache is: ``ALLNLP_CACHE``, else the place that the platform has for caches of a user.

    >>> cache_folder({"XDG_CACHE_HOME": "/x"}, platform="linux").as_posix()
    '/x/allnlp'
    >>> cache_folder({}, platform="darwin", home=Path("/h")).as_posix()
    '/h/Library/Caches/allnlp'
    """
    known = os.environ if environment is None else environment
    if known.get("ALLNLP_CACHE"):
        return Path(known["ALLNLP_CACHE"])
    home = home or Path(os.path.expanduser("~"))  # noqa: PTH111 - Path.home() raises where there is none
    if platform == "win32":
        return Path(known.get("LOCALAPPDATA") or home / "AppData" / "Local") / "allnlp" / "cache"
    if platform == "darwin":
        return home / "Library" / "Caches" / "allnlp"
    return Path(known.get("XDG_CACHE_HOME") or home / ".cache") / "allnlp"


def key(*contents: object, code: Iterable[tuple[str, str]] = ()) -> str:
    """A name by what the arrays depend on: the contents, this format, the version of the program, and the code that makes them.

    Args:
        contents: values whose ``repr`` says all of them.
        code: (package, file) of modules; a version under development changes them and keeps its number.
    """
    digest = hashlib.sha256(repr((FORMAT, version("allnlp"), sys.byteorder, contents)).encode())
    for package, file in code:
        source = importlib.resources.files(package) / file
        digest.update(source.read_bytes() if source.is_file() else b"")
    return digest.hexdigest()[:40]


def kept(name: str, make: Callable[[], Arrays], *, apart: frozenset[str] = frozenset()) -> Arrays:
    """The arrays of that name, mapped into memory; made, and kept for the next time, where there are none or they are damaged.

    Args:
        name: of the file; by `key`, so that other contents are another file.
        make: makes them.
        apart: names of arrays whose bytes are not checked here, for who uses them does.
    """
    found = read(name)
    if found is not None:
        return found
    made = make()
    return (read(name) if write(name, made, apart=apart) else None) or made


def read(name: str) -> Arrays | None:
    """The arrays of a file of the cache; None where there is none, or a damaged one, which is told of and taken away."""
    path = cache_folder() / name
    try:
        arrays = _mapped(path)
    except FileNotFoundError:
        return None
    except (OSError, ValueError, KeyError, TypeError) as error:
        LOG.warning("%s is damaged (%s) and is made again.", path, error)
        _take_away(path)
        return None
    with contextlib.suppress(OSError):
        os.utime(path)  # the longest unused goes first
    return arrays


def write(name: str, arrays: Arrays, *, apart: frozenset[str] = frozenset()) -> bool:
    """Keep arrays under a name, whole or not at all, and take away what the cache is too large for; whether it could be written."""
    folder = cache_folder()
    work = None
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=folder, prefix=".", suffix=".part", delete=False) as file:
            work = Path(file.name)
            _pack(file, arrays, apart)
            file.flush()
            os.fsync(file.fileno())
        work.replace(folder / name)
    except OSError as error:
        _tell_unwritable(str(folder), error.strerror or str(error))
        if work is not None:
            _take_away(work)
        return False
    _prune(name)
    return True


def files() -> list[CacheFile]:
    """The files of the cache, the last used first."""
    found = []
    with contextlib.suppress(OSError):
        for path in cache_folder().iterdir():
            with contextlib.suppress(OSError):  # another process may just have taken it away
                if path.suffix in SUFFIXES or (path.name.startswith(".") and path.suffix == ".part"):
                    found.append((-path.stat().st_mtime_ns, CacheFile(path, path.stat().st_size)))
    return [file for _, file in sorted(found)]


def clear() -> list[CacheFile]:
    """Take every file of the cache away; returns those that could not be, as they are in use."""
    return [file for file in files() if not _take_away(file.path)]


def _prune(name: str) -> None:
    """Keep the last used files up to the limit, and that of the name; parts of files that a kill left go after a day."""
    total = 0
    for file in files():
        if file.path.suffix == ".part":
            with contextlib.suppress(OSError):
                if time.time() - file.path.stat().st_mtime > _DAY:
                    _take_away(file.path)
            continue
        total += file.size
        if total > LIMIT and file.path.name != name:
            _take_away(file.path)


def _take_away(path: Path) -> bool:
    try:
        path.unlink(missing_ok=True)
    except OSError:
        return False
    return True


@functools.lru_cache(maxsize=8)
def _tell_unwritable(folder: str, why: str) -> None:
    """Tell it once in a process."""
    LOG.warning("%s: the cache cannot be written (%s); large tables of terms are compiled in every run. Name a folder with ALLNLP_CACHE.", folder, why)


def _pack(file: IO[bytes], arrays: Arrays, apart: frozenset[str]) -> None:
    """Write the arrays behind a line that says where each lies, and the hash of those that are not apart."""
    places: dict[str, tuple[str, int, int]] = {}
    at = 0
    for name, array in arrays.items():
        places[name] = (array.dtype.str, at, len(array))
        at += -(-array.nbytes // _ALIGNED) * _ALIGNED
    digest = hashlib.sha256()
    for name in sorted(set(arrays) - apart):
        digest.update(arrays[name].view(np.uint8).data)
    described = json.dumps({"arrays": places, "apart": sorted(apart), "size": at, "sha256": digest.hexdigest()}).encode()
    seal = hashlib.sha256(described).hexdigest().encode()
    file.write(b"\n".join([_MAGIC, seal, described, b""]))
    file.write(b" " * (-file.tell() % _ALIGNED))
    for array in arrays.values():
        file.write(array.view(np.uint8).data)
        file.write(bytes(-array.nbytes % _ALIGNED))


def _mapped(path: Path) -> Arrays:
    """The arrays of a file.

    Raises:
        ValueError: it is not as it was written.
    """
    with path.open("rb") as file:
        magic, seal, described = (file.readline().rstrip(b"\n") for _ in range(3))
        if magic != _MAGIC or hashlib.sha256(described).hexdigest().encode() != seal:
            raise ValueError("its head is another")
        head = json.loads(described)
        start = -(-file.tell() // _ALIGNED) * _ALIGNED
        if path.stat().st_size != start + head["size"]:
            raise ValueError("its size is another")
        digest = hashlib.sha256()
        for name in sorted(set(head["arrays"]) - set(head["apart"])):
            kind, at, number = head["arrays"][name]
            file.seek(start + at)  # read, not mapped: what is only checked is to take no memory
            left = number * np.dtype(kind).itemsize
            while left:
                chunk = file.read(min(left, _CHUNK))
                digest.update(chunk)
                left -= len(chunk)
        if digest.hexdigest() != head["sha256"]:
            raise ValueError("its content is another")
        whole = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
    return {
        name: np.frombuffer(whole, dtype=np.dtype(kind), count=number, offset=start + at) if number else np.empty(0, dtype=np.dtype(kind))
        for name, (kind, at, number) in head["arrays"].items()
    }
