"""Files that paths name: folders, patterns, standard input; what can be read once only is copied."""

from __future__ import annotations

import atexit
import glob
import os
import re
import shutil
import sys
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import BinaryIO, NamedTuple

from allnlp.errors import ReadError

_CONTROLS = re.compile("[\x00-\x1f\x7f\x85\u2028\u2029]")
_SPARE = 1 << 30  # bytes of the disk that are left free


class Found(NamedTuple):
    """A file and its name as given, which a copy of what came out of a pipe keeps."""

    name: str
    path: Path


def files_of(given: str | Path) -> list[Found]:
    """Files that a path, pattern or "-" names, sorted by name within a folder; folders that cannot be opened are among them.

    Raises:
        ReadError: there is none, or it cannot be reached.
    """
    name = str(given)
    if name == "-":
        return [Found("-", _poured(sys.stdin.buffer, "standard input"))]
    if not name.strip():
        raise ReadError("an input has an empty name. Name a file, a folder or a pattern; . is the folder that you are in")
    path = Path(given)
    try:
        if path.is_dir():
            return [Found(shown(file), file) for file in sorted(_files_below(path))]
        if path.exists() or path.is_symlink():
            return [_lasting(path)]
        # Path.glob takes no absolute pattern
        found = sorted(glob.glob(name, recursive=True)) if glob.has_magic(name) else []  # noqa: PTH207
        is_near = path.parent.is_dir() and str(path.parent) != "."
    except OSError as error:
        raise ReadError(f"{shown(path)}: cannot be reached ({error.strerror}). Check the path and its rights") from error
    if not found:
        near = f"; the folder {shown(path.parent)} has none of this name" if is_near else ""
        raise ReadError(f"{shown(name)}: there is no such file, folder or pattern{near}. Check the path")
    return [file for entry in found for file in (files_of(entry) if Path(entry).is_dir() else [_lasting(Path(entry))])]


def shown(path: str | Path) -> str:
    r"""A path that can be printed in one line and written into a table: controls, and bytes that are no text, are escaped.

    >>> shown("a\nb.ris"), shown("a\udcff.ris")
    ('a\\nb.ris', 'a\\xff.ris')
    """
    text = str(path).encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")
    return _CONTROLS.sub(lambda found: found[0].encode("unicode_escape").decode(), text)


def kept(pieces: Iterable[bytes]) -> Path:
    """A temporary file of the pieces, which is there until the program ends.

    Raises:
        ReadError: the disk has no room.
    """
    handle, place = tempfile.mkstemp(prefix="allnlp-")
    atexit.register(lambda: Path(place).unlink(missing_ok=True))
    with os.fdopen(handle, "wb") as file:
        for piece in pieces:
            if shutil.disk_usage(place).free < _SPARE:
                folder = Path(place).parent
                raise ReadError(f"{folder} has no room for a copy. Make room, or set TMPDIR to a folder that has some")
            file.write(piece)
    return Path(place)


def _files_below(path: Path) -> Iterator[Path]:
    closed: list[OSError] = []
    seen: set[str] = set()
    for folder, folders, files in os.walk(path, onerror=closed.append, followlinks=True):
        place = os.path.realpath(folder)
        if place in seen:  # a link that leads back
            folders.clear()
            continue
        seen.add(place)
        folders[:] = [name for name in folders if not name.startswith(".")]
        yield from (path for name in files if not name.startswith(".") and not _flows(path := Path(folder) / name))
    yield from (Path(error.filename) for error in closed)


def _flows(path: Path) -> bool:
    """Whether a file can be read once only: a pipe or a device."""
    try:
        return path.is_fifo() or path.is_char_device()
    except OSError:
        return False


def _lasting(path: Path) -> Found:
    """The file itself, or a copy of what came out of a pipe, which can be read again."""
    if not _flows(path):
        return Found(shown(path), path)
    try:
        with path.open("rb", buffering=0) as stream:
            if path.is_char_device() and not stream.isatty() and stream.read(1):
                raise ReadError(f"{path}: is a device. Give a file, or - for standard input")
            return Found(shown(path), _poured(stream, str(path)))
    except OSError as error:
        raise _cut_short(str(path), error) from error


def _poured(stream: BinaryIO, name: str) -> Path:
    def blocks() -> Iterator[bytes]:
        while block := stream.read(1 << 20):
            yield block

    try:
        return kept(blocks())
    except ReadError as error:
        raise ReadError(f"{name}: {error}") from error
    except OSError as error:
        raise _cut_short(name, error) from error


def _cut_short(name: str, error: OSError) -> ReadError:
    return ReadError(f"{name}: cannot be read to its end ({error.strerror}). Write it to a file, and give that")
