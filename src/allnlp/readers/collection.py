"""Rows of many inputs, in a fixed order: folders, patterns, archives, standard input; a bad file is a row."""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple

from allnlp.errors import ReadError
from allnlp.readers.archives import entries, opened_member
from allnlp.readers.columns import check_columns
from allnlp.readers.compression import unpacked
from allnlp.readers.files import files_of, kept, shown
from allnlp.readers.formats import READERS, WITH_BODY, WITH_COLUMNS
from allnlp.readers.members import Entry, Member
from allnlp.readers.record import Row, failure
from allnlp.readers.sniff import sniff
from allnlp.readers.source import DAMAGE, chunks, head_of
from allnlp.readers.tars import is_tar
from allnlp.readers.zips import bomb_in, is_zip

Progress = Callable[[int], None]
_EVERY = 64  # rows between two reports of progress
_HEADER = 512  # bytes that tell an archive


class Input(NamedTuple):
    """One file to read."""

    name: str  # as given; the member of an archive after a slash
    path: Path  # where the bytes lie
    size: int  # bytes, as they lie on the disk; of a member, unpacked
    member: Member | None = None
    error: str = ""  # why it is refused
    stamp: int = 0  # time of the file's last change, in ns; 0 where nobody else can change it


def find_inputs(paths: Sequence[str | Path]) -> list[Input]:
    """Files that the paths name, each once, in the order given; within a folder or pattern sorted by name.

    Folders are searched to the bottom, through links too; names that begin with a dot are passed over. The members of an
    archive are inputs of their own, also those that are refused. "-" is standard input; that, a pipe and a packed tar
    archive are kept in a temporary file until the program ends. Pipes within a folder are passed over.

    Raises:
        ReadError: a path does not exist, or a pattern fits nothing.
    """
    inputs: list[Input] = []
    seen: set[str] = set()
    for given in paths:
        for name, path in files_of(given):
            key = os.path.realpath(path)
            if key not in seen:
                seen.add(key)
                inputs.extend(_inputs(name, path))
    return inputs


def _inputs(name: str, path: Path) -> list[Input]:
    """The file itself, or what is in it when it is an archive and no workbook."""
    alone = Input(name, path, 0)
    try:
        about = path.stat()
        if stat.S_ISDIR(about.st_mode):
            return [alone._replace(error="the folder cannot be opened; check its rights")]
        alone = alone._replace(size=about.st_size, stamp=about.st_mtime_ns)
        with path.open("rb") as file:
            stream = unpacked(file)
            head = head_of(stream, _HEADER)
            if is_tar(head):
                return _inputs_of_tar(alone, file, stream)
            if is_zip(head) and stream is file:
                members = entries(file, "zip")
                is_document = any(entry.name in ("[Content_Types].xml", "mimetype") for entry in members)
                return [alone] if is_document else [_member(alone, entry) for entry in members]
    except ReadError as error:
        return [alone._replace(error=str(error))]
    except DAMAGE:
        pass  # the reader meets the same fault, and tells it
    return [alone]


def _inputs_of_tar(alone: Input, file: BinaryIO, stream: BinaryIO) -> list[Input]:
    """Members of a tar archive; one that is packed is unpacked once, for its members are read in another order."""
    if stream is file:
        return [_member(alone, entry) for entry in entries(file, "tar")]
    faults: list[str] = []

    def pieces() -> Iterator[bytes]:
        try:
            yield from chunks(stream)
        except ReadError as error:
            faults.append(str(error))

    whole = alone._replace(path=kept(pieces()), stamp=0)
    with whole.path.open("rb") as copy:
        inputs = [_member(whole, entry) for entry in entries(copy, "tar")]
    return inputs + [alone._replace(size=0, error=fault) for fault in faults]


def _member(archive: Input, entry: Entry) -> Input:
    size = entry.member.size if entry.member else 0
    name = f"{archive.name}/{shown(entry.name)}" if entry.name else archive.name
    return archive._replace(name=name, size=size, member=entry.member, error=entry.error)


@contextmanager
def opened_input(given: Input) -> Iterator[BinaryIO]:
    """Bytes of an input as they lie on the disk; of a member, unpacked from its archive.

    Raises:
        ReadError: the input is refused, or its file was changed since it was found.
    """
    if given.error:
        raise ReadError(given.error)
    with given.path.open("rb") as file:
        yield opened_member(file, given.member) if given.member else file
        if given.stamp and os.fstat(file.fileno()).st_mtime_ns != given.stamp:
            raise ReadError("the file was changed while it was read, and some of it may be missing; run again")


def sha256_of(given: Input) -> str | None:
    """SHA-256 of an input, as hex; None where it cannot be read to its end, which `read` tells."""
    digest = hashlib.sha256()
    try:
        with opened_input(given) as stream:
            while block := stream.read(1 << 20):
                digest.update(block)
    except (ReadError, *DAMAGE):
        return None
    return digest.hexdigest()


def read(
    paths: Sequence[str | Path | Input], *, columns: Mapping[str, str] | None = None, body: bool = False, progress: Progress | None = None
) -> Iterator[Row]:
    """Documents and Failures of all inputs, in order.

    A file that cannot be read, or that has no record, is one Failure without ``source_record``; reading goes on.

    Args:
        paths: files, folders, patterns, "-" for standard input, or what `find_inputs` gave.
        columns: document's column to the name in the user's tables, where the usual names do not do.
        body: the sections of JATS articles follow the abstract.
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
    return _rows(unique, columns, progress, body=body)


def _rows(inputs: Iterable[Input], columns: Mapping[str, str] | None, progress: Progress | None, *, body: bool) -> Iterator[Row]:
    for given in inputs:
        told = 0
        try:
            with opened_input(given) as raw:
                for count, row in enumerate(rows_of(raw, given.name, columns=columns, body=body)):
                    yield row
                    if progress and count % _EVERY == _EVERY - 1 and (place := min(raw.tell(), given.size)) > told:
                        progress(place - told)
                        told = place
        except (ReadError, *DAMAGE) as error:
            yield failure(given.name, None, str(error) if isinstance(error, ReadError) else _reason(error))
        if progress and given.size > told:
            progress(given.size - told)


def _reason(error: Exception) -> str:
    if isinstance(error, PermissionError):
        return f"cannot be read ({error.strerror}); check the rights of the file"
    return f"cannot be read ({getattr(error, 'strerror', None) or error}); fetch the file again"


def rows_of(raw: BinaryIO, source_file: str, *, columns: Mapping[str, str] | None = None, body: bool = False) -> Iterator[Row]:
    """Rows of one seekable binary stream, whose format is told by its content.

    Raises:
        ReadError: the format is not known, the file has no record, or it is damaged as a whole.
    """
    with _plain(raw) as stream:
        format_ = sniff(head_of(stream), source_file)
        if format_ == "xlsx":
            if reason := bomb_in(stream):
                raise ReadError(reason)
            stream.seek(0)
        options: dict[str, Any] = {"columns": columns} if columns and format_ in WITH_COLUMNS else {}
        if body and format_ in WITH_BODY:
            options["body"] = True
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
