"""Rows of many inputs, in a fixed order: folders, patterns, archives, standard input; a bad file is a row."""

from __future__ import annotations

import atexit
import glob
import hashlib
import os
import shutil
import sys
import tempfile
import zipfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, NamedTuple, cast

from allnlp.errors import ReadError
from allnlp.readers.columns import check_columns
from allnlp.readers.formats import READERS, WITH_COLUMNS
from allnlp.readers.record import Row, failure
from allnlp.readers.sniff import sniff
from allnlp.readers.source import DAMAGE, head_of, unpacked

Progress = Callable[[int], None]
_UNREADABLE = (*DAMAGE, RuntimeError, NotImplementedError)  # an encrypted member; one packed in a way not known
_EVERY = 64  # rows between two reports of progress


class Input(NamedTuple):
    """One file to read."""

    name: str  # as given; the member of an archive after a slash
    path: Path
    size: int  # bytes, as they lie on the disk; of a member, unpacked
    member: str | None = None


def find_inputs(paths: Sequence[str | Path]) -> list[Input]:
    """Files that the paths name, each once, in the order given; within a folder or pattern sorted by name.

    Folders are searched to the bottom, names that begin with a dot are passed over. The members of a zip archive are
    inputs of their own. "-" is standard input; that and a pipe are kept in a temporary file until the program ends. Pipes
    within a folder are passed over.

    Raises:
        ReadError: a path does not exist, or a pattern fits nothing.
    """
    inputs: list[Input] = []
    seen: set[str] = set()
    for given in paths:
        for path in _files(given):
            key = os.path.realpath(path)
            if key not in seen:
                seen.add(key)
                inputs.extend(_members("-" if str(given) == "-" else str(path), _lasting(path)))
    return inputs


def _files(given: str | Path) -> list[Path]:
    name = str(given)
    if name == "-":
        return [_kept(sys.stdin.buffer)]
    if not name.strip():
        raise ReadError("an input has an empty name. Name a file, a folder or a pattern; . is the folder that you are in")
    path = Path(given)
    if path.is_dir():
        return sorted(_files_below(path))
    if path.exists():
        return [path]
    # Path.glob takes no absolute pattern
    found = sorted(glob.glob(name, recursive=True)) if glob.has_magic(name) else []  # noqa: PTH207
    if not found:
        near = f"; the folder {path.parent} has none of this name" if path.parent.is_dir() and str(path.parent) != "." else ""
        raise ReadError(f"{name}: there is no such file, folder or pattern{near}. Check the path")
    return [file for entry in found for file in (_files(entry) if Path(entry).is_dir() else [Path(entry)])]


def _files_below(path: Path) -> Iterator[Path]:
    for folder, folders, files in os.walk(path):
        folders[:] = [name for name in folders if not name.startswith(".")]
        yield from (path for name in files if not name.startswith(".") and not _flows(path := Path(folder) / name))


def _flows(path: Path) -> bool:
    """Whether a file can be read once only: a pipe or a device."""
    try:
        return path.is_fifo() or path.is_char_device()
    except OSError:
        return False


def _lasting(path: Path) -> Path:
    """The file itself, or a copy of what came out of a pipe, which can be read again."""
    if not _flows(path):
        return path
    try:
        with path.open("rb") as stream:
            return _kept(stream)
    except OSError as error:
        raise ReadError(f"{path}: cannot be read to its end ({error.strerror}). Write it to a file, and give that") from error


def _kept(stream: BinaryIO) -> Path:
    handle, name = tempfile.mkstemp(prefix="allnlp-")
    atexit.register(lambda: Path(name).unlink(missing_ok=True))
    with os.fdopen(handle, "wb") as file:
        shutil.copyfileobj(stream, file)
    return Path(name)


def _members(name: str, path: Path) -> list[Input]:
    """The file itself, or what is in it when it is an archive and no workbook."""
    try:
        size = path.stat().st_size
        with path.open("rb") as file:
            if file.read(4) != b"PK\x03\x04":
                return [Input(name, path, size)]
        with zipfile.ZipFile(path) as archive:
            members = sorted(archive.infolist(), key=lambda member: member.filename)
    except (OSError, zipfile.BadZipFile, ValueError, NotImplementedError):
        return [Input(name, path, _size(path))]
    names = {member.filename for member in members}
    if "[Content_Types].xml" in names or "mimetype" in names:
        return [Input(name, path, size)]
    return [
        Input(f"{name}/{member.filename}", path, member.file_size, member.filename)
        for member in members
        if not member.is_dir() and not any(part.startswith((".", "__MACOSX")) for part in member.filename.split("/"))
    ]


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return 0


@contextmanager
def opened_input(given: Input) -> Iterator[BinaryIO]:
    """Bytes of an input as they lie on the disk; of a member, unpacked from its archive."""
    if given.member is None:
        with given.path.open("rb") as file:
            yield file
        return
    with zipfile.ZipFile(given.path) as archive, archive.open(given.member) as file:
        yield cast(BinaryIO, file)


def sha256_of(given: Input) -> str | None:
    """SHA-256 of an input, as hex; None where it cannot be read to its end, which `read` tells."""
    digest = hashlib.sha256()
    try:
        with opened_input(given) as stream:
            while block := stream.read(1 << 20):
                digest.update(block)
    except _UNREADABLE:
        return None
    return digest.hexdigest()


def read(
    paths: Sequence[str | Path | Input], *, columns: Mapping[str, str] | None = None, progress: Progress | None = None
) -> Iterator[Row]:
    """Documents and Failures of all inputs, in order.

    A file that cannot be read, or that has no record, is one Failure without ``source_record``; reading goes on.

    Args:
        paths: files, folders, patterns, "-" for standard input, or what `find_inputs` gave.
        columns: document's column to the name in the user's tables, where the usual names do not do.
        progress: is called now and then with the number of bytes (of `Input.size`) read since the last call.

    Raises:
        ReadError: a path does not exist; before the first row.
        OptionError: ``columns`` names a column that documents do not have; before the first row.
    """
    check_columns(columns)
    inputs: list[Input] = []
    for path in paths:
        inputs.extend([path] if isinstance(path, Input) else find_inputs([path]))
    unique = dict.fromkeys(inputs)
    return _rows(unique, columns, progress)


def _rows(inputs: Iterable[Input], columns: Mapping[str, str] | None, progress: Progress | None) -> Iterator[Row]:
    for given in inputs:
        told = 0
        try:
            with opened_input(given) as raw:
                for count, row in enumerate(rows_of(raw, given.name, columns=columns)):
                    yield row
                    if progress and count % _EVERY == _EVERY - 1 and (place := raw.tell()) > told:
                        progress(place - told)
                        told = place
        except (ReadError, *_UNREADABLE) as error:
            yield failure(given.name, None, str(error) if isinstance(error, ReadError) else _reason(error))
        if progress and given.size > told:
            progress(given.size - told)


def _reason(error: Exception) -> str:
    if isinstance(error, RuntimeError) and "encrypted" in str(error):
        return "cannot be read (encrypted); unpack it with its password, and give what was in it"
    if isinstance(error, PermissionError):
        return f"cannot be read ({error.strerror}); check the rights of the file"
    return f"cannot be read ({getattr(error, 'strerror', None) or error}); fetch the file again"


def rows_of(raw: BinaryIO, source_file: str, *, columns: Mapping[str, str] | None = None) -> Iterator[Row]:
    """Rows of one seekable binary stream, whose format is told by its content.

    Raises:
        ReadError: the format is not known, the file has no record, or it is damaged as a whole.
    """
    with _plain(raw) as stream:
        format_ = sniff(head_of(stream), source_file)
        options = {"columns": columns} if columns and format_ in WITH_COLUMNS else {}
        count = 0
        for row in READERS[format_](stream, source_file=source_file, **options):
            count += 1
            yield row
    if not count:
        raise ReadError(f"the file looks like {format_} and has no record; check the search or the export")


@contextmanager
def _plain(raw: BinaryIO) -> Iterator[BinaryIO]:
    stream = unpacked(raw)
    try:
        yield stream
    finally:
        if stream is not raw:
            stream.close()
