"""Packed bytes as a stream that can be read again: gzip, bzip2, xz, Zstandard, and the packings of zip; bombs are refused."""

from __future__ import annotations

import bz2
import io
import lzma
import re
import zlib
from collections.abc import Callable
from types import MappingProxyType
from typing import Any, BinaryIO, NamedTuple, Protocol, cast

from allnlp.errors import ReadError

# 20,000 records that differ by a number alone pack 160 (gzip) to 780 times (Zstandard); a bomb 1,000 times and more.
MOST_RATIO = 1000
UNSUSPECTED = 32 << 20  # bytes unpacked, before which no ratio is too large
_MOST_MEMORY = 256 << 20  # bytes that xz may ask for; `xz -9` needs 65 MB
_MOST_WINDOW = 1 << 27  # bytes that Zstandard may look back, as its own command allows
_FEED = 1 << 14
_FEED_OF_ZSTD = 1 << 10  # four bytes may become 128 kB there, and the library does not stop in between


class Decompressor(Protocol):
    """What `bz2` and `lzma` give."""

    @property
    def eof(self) -> bool:
        """Whether the stream's end was met."""
        ...

    @property
    def needs_input(self) -> bool:
        """Whether it can give nothing before it gets more."""
        ...

    @property
    def unused_data(self) -> bytes:
        """What came after the end."""
        ...

    def decompress(self, data: bytes, max_length: int = -1) -> bytes:
        """At most so many bytes of what the data compress."""
        ...


class _Deflate:
    def __init__(self, wbits: int) -> None:
        self._inner = zlib.decompressobj(wbits)

    @property
    def eof(self) -> bool:
        return self._inner.eof

    @property
    def needs_input(self) -> bool:
        return not self._inner.unconsumed_tail

    @property
    def unused_data(self) -> bytes:
        return self._inner.unused_data

    def decompress(self, data: bytes, max_length: int = -1) -> bytes:
        return self._inner.decompress(self._inner.unconsumed_tail + data, max(max_length, 0))


class _Zstandard:
    def __init__(self) -> None:
        import zstandard

        self._fault = zstandard.ZstdError
        self._inner = zstandard.ZstdDecompressor(max_window_size=_MOST_WINDOW).decompressobj()
        self._rest = b""
        self._done = io.BytesIO()
        self._left = 0

    @property
    def eof(self) -> bool:
        return self._inner.eof and not self._left

    @property
    def needs_input(self) -> bool:
        return not self._rest and not self._left

    @property
    def unused_data(self) -> bytes:
        return self._inner.unused_data + self._rest

    def decompress(self, data: bytes, max_length: int = -1) -> bytes:
        self._rest += data
        if not self._left and not self._inner.eof:
            piece, self._rest = self._rest[:_FEED_OF_ZSTD], self._rest[_FEED_OF_ZSTD:]
            try:
                self._done = io.BytesIO(self._inner.decompress(piece))
            except self._fault as error:
                raise OSError(str(error)) from error
            self._left = len(self._done.getbuffer())
        given = self._done.read(max_length)
        self._left -= len(given)
        return given


class _ZipLzma:
    """LZMA as zip has it: a head of its own before the properties, and no size."""

    def __init__(self) -> None:
        self._inner = lzma.LZMADecompressor(lzma.FORMAT_ALONE, memlimit=_MOST_MEMORY)
        self._head: bytes | None = b""

    @property
    def eof(self) -> bool:
        return self._inner.eof

    @property
    def needs_input(self) -> bool:
        return self._head is not None or self._inner.needs_input

    @property
    def unused_data(self) -> bytes:
        return self._inner.unused_data

    def decompress(self, data: bytes, max_length: int = -1) -> bytes:
        if self._head is not None:
            self._head += data
            if len(self._head) < 9:
                return b""
            data, self._head = self._head[4:9] + b"\xff" * 8 + self._head[9:], None
        return self._inner.decompress(data, max_length)


class _Stored:
    """Bytes as they are, which have no end of their own."""

    eof = False
    needs_input = True
    unused_data = b""

    def decompress(self, data: bytes, max_length: int = -1) -> bytes:
        return data


class Packing(NamedTuple):
    """A way to pack a file, told by its first bytes."""

    name: str
    magic: re.Pattern[bytes]
    make: Callable[[], Decompressor]


def _xz() -> Decompressor:
    return lzma.LZMADecompressor(lzma.FORMAT_XZ, memlimit=_MOST_MEMORY)


PACKINGS = (
    Packing("gzip", re.compile(rb"\x1f\x8b\x08"), lambda: _Deflate(31)),
    Packing("bzip2", re.compile(rb"BZh[1-9](?:\x31\x41\x59\x26\x53\x59|\x17\x72\x45\x38\x50\x90)"), bz2.BZ2Decompressor),
    Packing("xz", re.compile(rb"\xfd7zXZ\x00"), _xz),
    Packing("Zstandard", re.compile(rb"\x28\xb5\x2f\xfd|[\x50-\x5f]\x2a\x4d\x18"), _Zstandard),
)
LONGEST_MAGIC = 10
# by their number in a zip archive
ZIP_PACKINGS: MappingProxyType[int, Callable[[], Decompressor]] = MappingProxyType(
    {0: _Stored, 8: lambda: _Deflate(-15), 12: bz2.BZ2Decompressor, 14: _ZipLzma, 93: _Zstandard, 95: _xz}
)


def packing(head: bytes) -> Packing | None:
    r"""How a file is packed, from its first bytes; None when it is not.

    >>> packing(b"\x1f\x8b\x08\0").name, packing(b"BZhang 2020")
    ('gzip', None)
    """
    return next((kind for kind in PACKINGS if kind.magic.match(head)), None)


def is_bomb(unpacked: int, packed: int) -> bool:
    """Whether so few bytes become so many as no text of records does.

    >>> is_bomb(10**10, 10**7 + 1), is_bomb(10**10, 10**6), is_bomb(10**6, 10)
    (False, True, False)
    """
    return unpacked > UNSUSPECTED and unpacked > MOST_RATIO * packed


class Part(io.RawIOBase):
    """A stretch of a file, as a file."""

    def __init__(self, file: BinaryIO, start: int, size: int) -> None:
        self._file, self._start, self._size, self._place = file, start, size, 0

    def readable(self) -> bool:
        """Whether it can be read: always."""
        return True

    def seekable(self) -> bool:
        """Whether it can be read again: always."""
        return True

    def tell(self) -> int:
        """Bytes read since the start."""
        return self._place

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """Go to a place."""
        self._place = max(offset + {io.SEEK_SET: 0, io.SEEK_CUR: self._place, io.SEEK_END: self._size}[whence], 0)
        return self._place

    def readinto(self, buffer: Any) -> int:
        """Fill the buffer as far as one read goes.

        Raises:
            EOFError: the file ends before the stretch does.
        """
        wanted = min(len(buffer), self._size - self._place)
        if wanted <= 0:
            return 0
        self._file.seek(self._start + self._place)
        data = self._file.read(wanted)
        if not data:
            raise EOFError("the file ends too early")
        buffer[: len(data)] = data
        self._place += len(data)
        return len(data)


class Unpacked(io.RawIOBase):
    """What a packed stream holds; going back begins anew.

    Args:
        raw: the packed bytes, seekable; read from where it stands.
        make: a new decompressor.
        magic: first bytes of a further stream that may follow; without it there is one stream.
        size: bytes that it must give; None where that is not said.
        crc: their CRC-32; None where that is not said.
    """

    def __init__(
        self,
        raw: BinaryIO,
        make: Callable[[], Decompressor],
        magic: re.Pattern[bytes] | None = None,
        size: int | None = None,
        crc: int | None = None,
    ) -> None:
        self._raw, self._make, self._magic, self._size, self._crc = raw, make, magic, size, crc
        self._origin = raw.tell()
        self.used = 0  # packed bytes, once the end was met
        self._restart()

    def _restart(self) -> None:
        self._raw.seek(self._origin)
        self._inner: Decompressor | None = self._make()
        self._place = self._sum = 0

    def readable(self) -> bool:
        """Whether it can be read: always."""
        return True

    def seekable(self) -> bool:
        """Whether it can be read again: always."""
        return True

    def tell(self) -> int:
        """Bytes unpacked since the start."""
        return self._place

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """Go to a place; all before it is unpacked."""
        if whence == io.SEEK_CUR:
            offset += self._place
        elif whence == io.SEEK_END:
            while self._next(1 << 18):
                pass
            offset += self._place
        if offset < self._place:
            self._restart()
        while self._place < offset and self._next(min(offset - self._place, 1 << 18)):
            pass
        return self._place

    def readinto(self, buffer: Any) -> int:
        """Fill the buffer as far as it goes without delay.

        Raises:
            ReadError: it is a bomb, or holds more than was said.
            EOFError: the packed bytes end too early.
            OSError: they are damaged; likewise zlib.error and lzma.LZMAError.
        """
        data = self._next(len(buffer))
        buffer[: len(data)] = data
        return len(data)

    def _next(self, most: int) -> bytes:
        while self._inner is not None:
            if self._inner.eof:
                self._follow()
                continue
            fed = self._raw.read(_FEED) if self._inner.needs_input else b""
            was_hungry = self._inner.needs_input
            data = self._inner.decompress(fed, most)
            if data:
                self._place += len(data)
                self._check(data)
                return data
            if was_hungry and not fed and not self._inner.eof:
                if self._place != self._size:
                    raise EOFError("the packed bytes end too early")
                self._follow()  # LZMA in zip may have no end mark
        return b""

    def _check(self, data: bytes) -> None:
        packed = self._raw.tell() - self._origin
        if is_bomb(self._place, packed):
            raise ReadError(f"the file unpacks to more than {MOST_RATIO} times its size, as only a bomb does, and is not read further")
        if self._size is not None and self._place > self._size:
            raise ReadError(f"the member holds more than the {self._size} bytes that the archive says; it is not read further")
        if self._crc is not None:
            self._sum = zlib.crc32(data, self._sum)

    def _follow(self) -> None:
        """After the end of a stream: the next one, else the end of all."""
        assert self._inner is not None
        rest = self._inner.unused_data
        self._inner = None
        self.used = self._raw.tell() - self._origin - len(rest)
        if self._size is not None and self._place < self._size:
            raise EOFError(f"{self._place} bytes instead of {self._size}")
        if self._crc is not None and self._sum != self._crc:
            raise OSError("the checksum is another")
        if self._magic is None:
            return
        while not rest.lstrip(b"\0"):  # tapes are filled up with NULs
            rest = self._raw.read(_FEED)
            if not rest:
                return
        rest = rest.lstrip(b"\0")
        rest += self._raw.read(LONGEST_MAGIC) if len(rest) < LONGEST_MAGIC else b""
        if not self._magic.match(rest):
            raise OSError("bytes that are not packed follow")
        self._raw.seek(-len(rest), io.SEEK_CUR)
        self._inner = self._make()


def unpacked(raw: BinaryIO) -> BinaryIO:
    """The stream itself, or a stream of what it compresses, told by its first bytes."""
    if not raw.seekable():
        return raw
    start = raw.tell()
    found = packing(raw.read(LONGEST_MAGIC))
    raw.seek(start)
    if found is None:
        return raw
    return cast(BinaryIO, io.BufferedReader(Unpacked(raw, found.make, found.magic), 1 << 16))
