"""Bytes and lines of an input: compression and encoding are settled here, once; no format is known here."""

from __future__ import annotations

import codecs
import io
import logging
import lzma
import os
import re
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from allnlp.errors import ReadError
from allnlp.readers.compression import unpacked

LOG = logging.getLogger("allnlp.readers")
Source = str | os.PathLike[str] | BinaryIO

CHUNK = 1 << 16
HEAD = 1 << 18
_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_DECLARED = re.compile(rb"^\s*<\?xml[^>]*?encoding\s*=\s*[\"']([\w.:-]+)[\"']")
_PRINTABLE = bytes(range(0x20, 0x7F))
_NO_TEXT = frozenset(("idna", "punycode", "undefined", "unicode_escape", "raw_unicode_escape"))
_SURROGATES = re.compile("[\ud800-\udfff]")
_END = b"\x1a\r\n"
DAMAGE = (EOFError, OSError, zlib.error, lzma.LZMAError, zipfile.BadZipFile)


@contextmanager
def opened(source: Source) -> Iterator[BinaryIO]:
    """Readable bytes of a path or of an open binary stream; what is packed is unpacked, told by its first bytes.

    Raises:
        ReadError: the file cannot be opened.
    """
    if not isinstance(source, (str, os.PathLike)):
        yield unpacked(source)
        return
    try:
        raw = Path(source).open("rb")  # noqa: SIM115 - closed below; only opening is under the guard
    except OSError as error:
        raise ReadError(f"{os.fspath(source)}: cannot be opened ({error.strerror}); check the path and its rights") from error
    with raw:
        yield unpacked(raw)


def chunks(stream: BinaryIO) -> Iterator[bytes]:
    """Bytes of a stream, piece by piece; all that can be unpacked comes before the error.

    Raises:
        ReadError: compressed data is damaged or cut off.
    """
    read = getattr(stream, "read1", stream.read)
    while True:
        try:
            chunk = read(CHUNK)
        except DAMAGE as error:
            raise ReadError(f"the file is damaged or cut off ({error}); the records before that are read. Fetch the file again") from error
        if not chunk:
            return
        yield chunk


def encoding(head: bytes) -> tuple[str, int]:
    r"""Encoding of a file from its first bytes, and the length of its byte order mark.

    ``utf-8`` stands for UTF-8 or an eight-bit code, which `decoded` tells apart line by line.

    >>> encoding(b"\xef\xbb\xbfTY  - JOUR"), encoding("PMID".encode("utf-16"))
    (('utf-8', 3), ('utf-16-le', 2))
    """
    for bom, name in _BOMS:
        if head.startswith(bom):
            return name, len(bom)
    sample = head[:1024]
    if len(sample) >= 16 and sample.count(0) * 3 > len(sample):
        even, odd = sample[::2].count(0), sample[1::2].count(0)
        if even * 8 < odd:
            return "utf-16-le", 0
        if odd * 8 < even:
            return "utf-16-be", 0
    found = _DECLARED.match(head)
    if found and (name := _text_code(found[1].decode("ascii"))) not in ("utf-8", "ascii"):
        return name, 0
    return "utf-8", 0


def _text_code(name: str) -> str:
    """Python's name of a declared encoding; utf-8 when it is none, or cannot be that of the letters that declare it."""
    try:
        code = codecs.lookup(name).name
        is_text = code.replace("-", "_") not in _NO_TEXT and _PRINTABLE.decode(code) == _PRINTABLE.decode("ascii")
    except (LookupError, UnicodeError):
        return "utf-8"
    return code if is_text else "utf-8"


def without_end_mark(pieces: Iterable[bytes]) -> Iterator[bytes]:
    r"""The same bytes without the Ctrl-Z that old programs write as the last character of a file.

    >>> b"".join(without_end_mark([b"a\x1ab\n\x1a", b"\x1a\n"])), b"".join(without_end_mark([b"a\n", b"\n"]))
    (b'a\x1ab\n', b'a\n\n')
    """
    held = b""
    for piece in pieces:
        data = held + piece
        kept = data.rstrip(_END)
        cut = data.find(b"\x1a", len(kept))
        cut = len(data) if cut < 0 or len(data) - cut > CHUNK else cut  # so many are no end mark
        yield data[:cut]
        held = data[cut:]


def utf8_chunks(stream: BinaryIO) -> Iterator[bytes]:
    """Bytes without byte order mark and end mark; wide and declared encodings are turned into UTF-8, eight-bit ones left alone."""
    return without_end_mark(_utf8_chunks(stream))


def _utf8_chunks(stream: BinaryIO) -> Iterator[bytes]:
    head = b""
    pieces = chunks(stream)
    failed: ReadError | None = None
    try:
        for piece in pieces:
            head += piece
            if len(head) >= 1024:
                break
    except ReadError as error:
        failed = error
    name, skip = encoding(head)
    if name == "utf-8":
        yield head[skip:]
        if failed:
            raise failed
        yield from pieces
        return
    decoder = codecs.getincrementaldecoder(name)(errors="replace")
    yield decoder.decode(head[skip:]).encode("utf-8", "replace")
    if failed:
        raise failed
    for piece in pieces:
        yield decoder.decode(piece).encode("utf-8", "replace")
    yield decoder.decode(b"", final=True).encode("utf-8", "replace")


def decoded(raw: bytes) -> str:
    r"""Text of bytes that are UTF-8 or, where they cannot be, Windows-1252.

    A stretch that has well-formed multi-byte characters besides bad bytes is damaged UTF-8: bad bytes become U+FFFD.
    NUL and lone surrogates become U+FFFD one to one.

    >>> decoded(b"na\xc3\xafve"), decoded(b"na\xefve"), decoded(b"na\xc3\xafve \xff"), decoded(b"a\0b")
    ('naïve', 'naïve', 'naïve �', 'a�b')
    """
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError:
        text = _repaired(raw)
    return text.replace("\0", "\ufffd") if "\0" in text else text


def _repaired(raw: bytes) -> str:
    try:
        return scrubbed(raw.decode("utf-8", "surrogatepass"))
    except UnicodeDecodeError:
        pass
    text = raw.decode("utf-8", "replace")
    if any(ch > "\x7f" and ch != "\ufffd" for ch in text):
        return text
    try:
        return raw.decode("cp1252")
    except UnicodeDecodeError:
        return raw.decode("latin-1")


def scrubbed(text: str) -> str:
    r"""Text whose NULs and lone surrogates are U+FFFD, one to one, so that offsets stay.

    >>> scrubbed("a\0b\ud800c")
    'a�b�c'
    """
    if "\0" in text:
        text = text.replace("\0", "\ufffd")
    return text if text.isascii() else _SURROGATES.sub("\ufffd", text)


def text_lines(stream: BinaryIO) -> Iterator[str]:
    """Lines without their ends (LF, CRLF or CR); each is decoded by itself, so that mixed files are read."""
    carry: list[bytes] = []
    for chunk in utf8_chunks(stream):
        # a CR that ends the chunk may be half of a CRLF
        cut = max(chunk.rfind(b"\n"), chunk.rfind(b"\r", 0, max(len(chunk) - 1, 0))) + 1
        if carry and carry[-1].endswith(b"\r"):
            carry.append(chunk)
            joined = b"".join(carry)
            cut = max(joined.rfind(b"\n"), joined.rfind(b"\r", 0, len(joined) - 1)) + 1
            carry, chunk = [], joined
        if not cut:
            carry.append(chunk)
            continue
        carry.append(chunk[:cut])
        yield from map(decoded, b"".join(carry).splitlines())
        carry = [chunk[cut:]]
    rest = b"".join(carry)
    if rest:
        yield from map(decoded, rest.splitlines())


def text_chunks(stream: BinaryIO) -> Iterator[str]:
    """Decoded pieces of a file whose lines may be as long as the file; never cut inside a character.

    Where a piece ends follows from the file alone and not from how its bytes arrive, for what is decoded together is UTF-8
    together or not.
    """
    held = b""
    for chunk in utf8_chunks(stream):
        held += chunk
        while len(held) >= CHUNK:
            cut = held.rfind(b"\n", 0, CHUNK) + 1 or _before_character(held, CHUNK)
            yield _decoded_lines(held[:cut])
            held = held[cut:]
    if held:
        yield _decoded_lines(held)


def _before_character(raw: bytes, place: int) -> int:
    """Where the character begins that has the byte before a place, in UTF-8.

    >>> _before_character("a中".encode(), 3), _before_character("a中".encode(), 4), _before_character(b"ab", 2)
    (1, 1, 2)
    """
    cut = place
    while cut > max(place - 3, 1) and 0x80 <= raw[cut - 1] < 0xC0:
        cut -= 1
    return cut - 1 if raw[cut - 1] >= 0xC0 else cut


def _decoded_lines(raw: bytes) -> str:
    try:
        return scrubbed(raw.decode("utf-8"))
    except UnicodeDecodeError:
        return "".join(map(decoded, raw.splitlines(keepends=True)))


def head_of(stream: BinaryIO, size: int = HEAD) -> bytes:
    """First bytes of a seekable stream, which is put back to where it stood; what can be unpacked of a damaged file."""
    start = stream.tell()
    head = b""
    try:
        for chunk in chunks(stream):
            head += chunk
            if len(head) >= size:
                break
    except ReadError:
        if not head:
            raise
    finally:
        stream.seek(start, io.SEEK_SET)
    return head[:size]
