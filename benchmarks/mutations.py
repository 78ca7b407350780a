"""Inputs that are nearly exports: pieces of a file doubled, left out, moved, nested, made longer, coded otherwise; packed files anew."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import random
import re
import tarfile
import warnings
import zipfile
from collections.abc import Callable, Sequence

import zstandard

Mutation = Callable[[random.Random, bytes, Sequence[bytes]], bytes]

BORDER = 1 << 16  # bytes that the readers take at a time
_PIECE = re.compile(rb"<[^<>]{1,200}>|&[#\w]{1,20};|\"[^\"\n]{0,200}\"|[A-Za-z0-9_.%-]{1,40}|[^\w\s]|\s+")
_NUMBER = re.compile(rb"\d+")
_TAG = re.compile(rb"<(/?)([\w.:-]{1,60})([^<>]*)>")
_NUMBERS = (
    b"0", b"-1", b"1e999", b"-1e-999", b"NaN", b"99999", b"9" * 19, b"9" * 500, b"9" * 5000, b"0000", b"2147483648", b"18446744073709551616",
    "²".encode(), "٣٤٥".encode(), "１２３".encode(), b"1.5", b"0x10", b"1_000", b"2020-13-45", b"31/31/2020", b"12/2020",
)  # fmt: skip
_HAZARDS = (
    b"\0", b"\r", b"\r\n", b"\n", b"\n\n", b"\x0b", b"\x0c", b"\x1c", b"\x1a", b"\xc2\x85", b"\xe2\x80\xa8", b"\xff", b"\xc3", b"\xed\xa0\x80",
    b"\xef\xbf\xbe", b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff", b"\x00\x00\xfe\xff", b"\\ud800", b"\\u0000", b"&#0;", b"&#xD800;", b"&#xFFFE;", b"&#x110000;",
    b"&amp;lt;i&amp;gt;", b"&nosuch;", b"&alpha;", b"<![CDATA[", b"]]>", b"<!--", b"-->", b"<?x ?>", b'<!DOCTYPE a [<!ENTITY b "c">]>', b"&b;", b"<i/>", b"</",
    b'"', b'""', b"'", b"{", b"}", b"[", b"]", b"(", b")", b"\\", b"$", b"#", b"@", b"%", b",", b";", b"|", b"\t", b"=", b"~", b"  - ", b"10.1000/",
    "İ".encode(), "ﷺ".encode(), "ß".encode(), "e\u0301".encode() * 20, "\u202eabc\u202c".encode(), "\ud7ff\U0001f9ec".encode(), "\ue000".encode(), b"=HYPERLINK(",
    b"\xa0", b"\xe9", b"\x80", b" " * 300, b"x" * 5000, b"\xc3\xa9" * 700, b"null", b"true", b"{}", b"[]", b"[[[[[[[[", b'{"a":',
)  # fmt: skip
_CODES = ("utf-16", "utf-16-le", "utf-16-be", "utf-32", "latin-1", "cp1252", "utf-8-sig", "utf-7", "cp500")


def mutated(random_: random.Random, data: bytes, others: Sequence[bytes], most: int) -> bytes:
    """One to six changes of a file; ``others`` give pieces for it."""
    for _ in range(random_.choice((1, 1, 1, 2, 3, 6))):
        data = _changed(random_, data, others)[:most]
    return data


def _span(random_: random.Random, data: bytes) -> tuple[int, int]:
    """A stretch: a line, a piece (word, tag, mark), or any bytes."""
    if not data:
        return 0, 0
    at = random_.randrange(len(data))
    kind = random_.random()
    if kind < 0.35:
        return data.rfind(b"\n", 0, at) + 1, (data.find(b"\n", at) + 1) or len(data)
    if kind < 0.85 and (found := _PIECE.search(data, at)):
        return found.span()
    return at, min(at + random_.choice((1, 2, 10, 200, 2000)), len(data))


def _double(random_: random.Random, data: bytes, _: Sequence[bytes]) -> bytes:
    start, end = _span(random_, data)
    return data[:end] + data[start:end] * random_.choice((1, 1, 1, 1, 1, 1, 2, 2, 2, 30, 30, 3000)) + data[end:]


def _leave_out(random_: random.Random, data: bytes, _: Sequence[bytes]) -> bytes:
    start, end = _span(random_, data)
    return data[:start] + data[end:]


def _move(random_: random.Random, data: bytes, _: Sequence[bytes]) -> bytes:
    start, end = _span(random_, data)
    piece, rest = data[start:end], data[:start] + data[end:]
    at = random_.randint(0, len(rest))
    return rest[:at] + piece + rest[at:]


def _take_over(random_: random.Random, data: bytes, others: Sequence[bytes]) -> bytes:
    other = random_.choice(others)
    start, end = _span(random_, other)
    at = random_.randint(0, len(data))
    return data[:at] + other[start:end] + data[at:]


def _splice(random_: random.Random, data: bytes, others: Sequence[bytes]) -> bytes:
    other = random_.choice(others)
    return data[: random_.randint(0, len(data))] + other[random_.randint(0, len(other)) :]


def _put_in(random_: random.Random, data: bytes, _: Sequence[bytes]) -> bytes:
    start, end = _span(random_, data)
    at = random_.choice((start, end))
    return data[:at] + random_.choice(_HAZARDS) + data[random_.choice((at, end)) :]


def _number(random_: random.Random, data: bytes, _: Sequence[bytes]) -> bytes:
    found = list(_NUMBER.finditer(data))
    if not found:
        return data
    one = random_.choice(found)
    return data[: one.start()] + random_.choice(_NUMBERS) + data[one.end() :]


def _nest(random_: random.Random, data: bytes, _: Sequence[bytes]) -> bytes:
    tags = [tag for tag in _TAG.finditer(data) if not tag[1]]
    times = random_.choice((1, 2, 2, 3, 20, 20, 300, 5000))
    start, end = _span(random_, data)
    if tags and random_.random() < 0.7:
        name = random_.choice(tags)[2]
        return data[:start] + b"<%s>" % name * times + data[start:end] + b"</%s>" % name * times + data[end:]
    left, right = random_.choice(((b"{", b"}"), (b"[", b"]"), (b"(", b")"), (b'{"a":', b"}"), (b'"', b'"'), (b"<i>", b"</i>")))
    return data[:start] + left * times + data[start:end] + right * random_.choice((times, times - 1)) + data[end:]


def _cut(random_: random.Random, data: bytes, _: Sequence[bytes]) -> bytes:
    return data[: random_.randint(0, len(data))]


def _recode(random_: random.Random, data: bytes, _: Sequence[bytes]) -> bytes:
    return data.decode("utf-8", "replace").encode(random_.choice(_CODES), "replace")


def _line_ends(random_: random.Random, data: bytes, _: Sequence[bytes]) -> bytes:
    return data.replace(random_.choice((b"\n", b"\r\n", b" ")), random_.choice((b"\r\n", b"\r", b"\n", b"\x0b", b"")))


def _push_to_border(random_: random.Random, data: bytes, _: Sequence[bytes]) -> bytes:
    """A place of the file comes to lie where one chunk ends and the next begins; seldom, for such files take long."""
    if random_.random() < 0.8:
        return _flip(random_, data, ())
    start, end = _span(random_, data)
    short = BORDER - random_.choice((start, end)) + random_.choice((-2, -1, 0, 1))
    at = random_.choice((0, start, data.find(b" ") + 1))
    return data[:at] + random_.choice((b" ", b"x", b"\n", b"a b ", b"\xc3\xa9")) * max(short, 0) + data[at:] if short < 2 * BORDER else data


def _flip(random_: random.Random, data: bytes, _: Sequence[bytes]) -> bytes:
    changed = bytearray(data)
    for _ in range(random_.choice((1, 1, 4, 20)) if data else 0):
        changed[random_.randrange(len(changed))] = random_.choice((0, 1, 10, 34, 60, 127, 128, 255, random_.randrange(256)))
    return bytes(changed)


_PLAIN: tuple[Mutation, ...] = (
    _double, _leave_out, _move, _take_over, _splice, _put_in, _put_in, _put_in, _number, _nest, _cut, _recode, _line_ends, _push_to_border, _flip,
)  # fmt: skip


def _inside_zip(random_: random.Random, data: bytes, others: Sequence[bytes]) -> bytes:
    """A zip archive, one of whose members is another, with the sums that fit it."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            members = [(name, archive.read(name)) for name in archive.namelist()[:50]]
    except Exception:  # whatever a damaged archive raises
        return _flip(random_, data, others)
    if not members:
        return data
    place = random_.randrange(len(members))
    name, inner = members[place]
    members[place] = (name, random_.choice(_PLAIN)(random_, inner, [content for _, content in members]))
    if random_.random() < 0.1:
        members.append((random_.choice(("../a", "/a", "a", "", "a/", ".b", "\0", "x" * 300, name)), inner))
    out = io.BytesIO()
    with warnings.catch_warnings(action="ignore"), zipfile.ZipFile(out, "w", random_.choice((zipfile.ZIP_DEFLATED, zipfile.ZIP_STORED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA))) as archive:
        for name, content in members:
            archive.writestr(zipfile.ZipInfo(name or "x"), content)
    return out.getvalue()


def _pack(random_: random.Random, data: bytes, _: Sequence[bytes]) -> bytes:
    return random_.choice((gzip.compress, bz2.compress, lzma.compress, zstandard.compress, tar_of, zip_of, lambda raw: raw + raw))(data)


def tar_of(data: bytes) -> bytes:
    """A tar archive of one member."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as archive:
        about = tarfile.TarInfo("a.txt")
        about.size = len(data)
        archive.addfile(about, io.BytesIO(data))
    return out.getvalue()


def zip_of(data: bytes) -> bytes:
    """A zip archive of one member."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(zipfile.ZipInfo("a.txt"), data)
    return out.getvalue()


def _changed(random_: random.Random, data: bytes, others: Sequence[bytes]) -> bytes:
    """A change that suits what the bytes are: zip archives stay whole most times, others are packed now and then."""
    if data.startswith(b"PK\x03\x04") and random_.random() < 0.8:
        return _inside_zip(random_, data, others)
    if random_.random() < 0.02:
        return _pack(random_, data, others)
    return random_.choice(_PLAIN)(random_, data, others)


def repeatable(data: bytes) -> list[tuple[int, bytes]]:
    """Pieces of a file that may be repeated, each once, with the place where the first ends."""
    found: dict[bytes, int] = {}
    for piece in _PIECE.finditer(data[:4000]):
        found.setdefault(piece[0], piece.end())
    for line in data[:4000].splitlines(keepends=True):
        found.setdefault(line, data.find(line) + len(line))
    return [(end, piece) for piece, end in found.items()]


def swollen(data: bytes, end: int, piece: bytes, size: int) -> bytes:
    """A file with a piece of it repeated up to a size: work that grows with the square of it shows."""
    return data[:end] + piece * (size // len(piece)) + data[end:]
