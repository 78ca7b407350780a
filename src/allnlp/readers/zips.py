"""Members of a zip archive, from the list at its end, each checked against its own claims and the others'."""

from __future__ import annotations

import io
import lzma
import stat
import struct
import zipfile
import zlib
from collections.abc import Iterator
from types import MappingProxyType
from typing import BinaryIO, NamedTuple, cast

from allnlp.errors import ReadError
from allnlp.readers.compression import MOST_RATIO, ZIP_PACKINGS, Part, Unpacked, is_bomb
from allnlp.readers.files import shown
from allnlp.readers.members import OUTSIDE, Entry, Member, climbs

_LOCAL = struct.Struct("<4s5H3L2H")
_STARTS = (b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08PK\x03\x04")
_OTHER_PACKINGS = MappingProxyType({1: "Shrink", 6: "Implode", 9: "Deflate64", 96: "JPEG", 97: "WavPack", 98: "PPMd"})
_AES = 99
_UTF8 = 0x800  # of a member whose name says that it is
_UNIX = 3
_DESCRIPTOR = 24  # bytes at most that may stand after a member, with its sizes


class _Header(NamedTuple):
    """What the list of a zip archive says of a member."""

    raw_name: bytes
    flags: int
    mode: int  # of Unix; 0 where another system wrote it
    member: Member


def is_zip(head: bytes) -> bool:
    r"""Whether a file begins as a zip archive does.

    >>> is_zip(b"PK\x03\x04..."), is_zip(b"PK and others")
    (True, False)
    """
    return head.startswith(_STARTS)


def zip_entries(file: BinaryIO) -> Iterator[Entry]:
    """Members of a zip archive, in the order of their bytes, each checked against its own claims and the others'."""
    error = ""
    try:
        headers = _listed(file)
    except ReadError as found:
        error = str(found)
        headers = list(_walked(file))
    headers.sort(key=lambda header: header.member.start)
    whole = file.seek(0, io.SEEK_END)
    end = total = 0
    for header in headers:
        name = _text(header.raw_name)
        if name.endswith(("/", "\\")):
            continue
        reason = _refused(name, header, end) or _too_much(total + header.member.size, whole)
        yield Entry(name, None if reason else header.member, reason)
        if not reason:
            total += header.member.size
            end = max(end, header.member.start + _LOCAL.size + len(header.raw_name) + header.member.packed)
    if error:
        yield Entry("", None, error)


def bomb_in(file: BinaryIO) -> str:
    """Why a document that is a zip archive itself, such as a workbook, is refused; empty when it is not."""
    return next((f"{shown(entry.name)[:200]} in it: {entry.error}" for entry in zip_entries(file) if "bomb" in entry.error), "")


def _text(raw: bytes) -> str:
    """Name of a member, which is UTF-8 or, where it cannot be, of the first PC."""
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return raw.decode("cp437")


def _refused(name: str, header: _Header, end: int) -> str:
    """Why a member of a zip archive is not read; empty when it is."""
    member = header.member
    if climbs(name):
        return OUTSIDE
    if stat.S_IFMT(header.mode) not in (0, stat.S_IFREG):
        return "it is a link or a device; put the file itself into the archive"
    if header.flags & 0x41 or member.packing == _AES:
        return "cannot be read (encrypted); unpack it with its password, and give what was in it"
    if member.packing not in ZIP_PACKINGS:
        known = _OTHER_PACKINGS.get(member.packing, f"number {member.packing}")
        return f"it is packed in a way that is not known ({known}); pack it anew, or give what was in it"
    if member.start < end:
        return "it lies over another member, as only in a bomb; it is not read"
    if is_bomb(member.size, member.packed):
        return f"it unpacks to more than {MOST_RATIO} times its size, as only a bomb does, and is not read"
    return ""


def _too_much(total: int, whole: int) -> str:
    if is_bomb(total, whole):
        return f"the members before it unpack to more than {MOST_RATIO} times the archive, as only a bomb does; it is not read"
    return ""


def _listed(file: BinaryIO) -> list[_Header]:
    """Members in the list at the end of a zip archive.

    Raises:
        ReadError: there is no such list, or it is damaged.
    """
    try:
        with zipfile.ZipFile(file) as archive:
            return [_header(about) for about in archive.infolist()]
    except (zipfile.BadZipFile, OSError, EOFError, ValueError, OverflowError, NotImplementedError, struct.error) as error:
        reason = " ".join(str(error).split()).rstrip(".")
        raise ReadError(f"the list of its members is missing or damaged ({reason}); those that are whole are read. Fetch it again") from error


def _header(about: zipfile.ZipInfo) -> _Header:
    member = Member(about.header_offset, about.compress_size, about.file_size, about.compress_type, about.CRC)
    raw_name = about.orig_filename.encode("utf-8" if about.flag_bits & _UTF8 else "cp437", "replace")
    return _Header(raw_name, about.flag_bits, about.external_attr >> 16 if about.create_system == _UNIX else 0, member)


def _wide(extra: bytes, packed: int, size: int) -> tuple[int, int]:
    """Sizes of a member; those that are too large for 32 bits stand in the extra field."""
    place = 0
    while place + 4 <= len(extra):
        tag, length = struct.unpack_from("<HH", extra, place)
        if tag == 1:
            numbers = iter(struct.unpack_from(f"<{min(length, len(extra) - place - 4) // 8}Q", extra, place + 4))
            size = next(numbers, size) if size == 0xFFFFFFFF else size
            packed = next(numbers, packed) if packed == 0xFFFFFFFF else packed
            break
        place += 4 + length
    return packed, size


def _walked(file: BinaryIO) -> Iterator[_Header]:
    """Members of a zip archive whose list is missing, from one header to the next."""
    place, whole = 0, file.seek(0, io.SEEK_END)
    while True:
        file.seek(place)
        head = file.read(_LOCAL.size)
        if len(head) < _LOCAL.size or not head.startswith(b"PK\x03\x04"):
            return
        _, _, flags, kind, _, _, crc, packed, size, named, extra = _LOCAL.unpack(head)
        name = file.read(named)
        packed, size = _wide(file.read(extra), packed, size)
        start = place + _LOCAL.size + named + extra
        if flags & 8 and not packed and kind in ZIP_PACKINGS:
            measured = _measured(file, start, whole, kind)
            if measured is None:
                return
            packed, size, crc = measured
        yield _Header(name, flags, 0, Member(place, packed, size, kind, crc))
        file.seek(start + packed)
        gap = file.read(_DESCRIPTOR + 4).find(b"PK\x03\x04") if flags & 8 else 0
        place = start + packed + max(gap, 0)


def _measured(file: BinaryIO, start: int, whole: int, kind: int) -> tuple[int, int, int] | None:
    """Sizes and CRC-32 of a member whose header does not say them; None when it has no end."""
    stream = Unpacked(cast(BinaryIO, Part(file, start, whole - start)), ZIP_PACKINGS[kind])
    crc = 0
    try:
        while data := stream.read(1 << 16):
            crc = zlib.crc32(data, crc)
    except (ReadError, EOFError, OSError, zlib.error, lzma.LZMAError):
        return None
    return stream.used, stream.tell(), crc


def opened_zip_member(file: BinaryIO, member: Member) -> BinaryIO:
    """Bytes of a member, unpacked.

    Raises:
        ReadError: the member is not where the archive said.
    """
    file.seek(member.start)
    head = file.read(_LOCAL.size)
    if len(head) < _LOCAL.size or not head.startswith(b"PK\x03\x04"):
        raise ReadError("the member is not where the archive's list says; the archive is damaged. Fetch it again")
    start = member.start + _LOCAL.size + sum(_LOCAL.unpack(head)[-2:])
    part = Part(file, start, member.packed)
    whole = Unpacked(cast(BinaryIO, part), ZIP_PACKINGS[member.packing], size=member.size, crc=member.crc)
    return cast(BinaryIO, io.BufferedReader(whole, 1 << 16))
