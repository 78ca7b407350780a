"""Members of a tar archive, by its headers."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from types import MappingProxyType
from typing import BinaryIO, NamedTuple

from allnlp.readers.members import OUTSIDE, Entry, Member, climbs
from allnlp.readers.source import decoded

_BLOCK = 512
_LONGEST_HEADER = 1 << 20  # bytes of a name and its attributes
_HOLES = "a file with holes"
_REFUSED = MappingProxyType(
    {b"1": "a link", b"2": "a link", b"3": "a device", b"4": "a device", b"6": "a pipe", b"S": _HOLES, b"M": "the rest of a file"}
)
_FILES = frozenset((b"0", b"\0", b"7"))
_PASSED = frozenset((b"5", b"g", b"D", b"V", b"K"))
_AHEAD = frozenset((b"L", b"x", b"X"))
_WITHOUT_DATA = frozenset((b"1", b"2", b"3", b"4", b"5", b"6", b"V"))
_ATTRIBUTE = re.compile(rb"(\d{1,7}) ([^=\n]{1,200})=")


def is_tar(head: bytes) -> bool:
    r"""Whether a file begins with the header of a tar archive: its checksum is right.

    >>> is_tar(b"PMID- 1\n" * 100), is_tar(b"\0" * 512)
    (False, False)
    """
    block = head[:_BLOCK]
    if len(block) < _BLOCK or not block[0]:
        return False
    said = _number(block[148:156])
    return said is not None and said == sum(block) - sum(block[148:156]) + 8 * 32


class _Ahead(NamedTuple):
    """What the headers before that of a member say of it."""

    name: bytes = b""
    size: int | None = None
    has_holes: bool = False


def tar_entries(file: BinaryIO) -> Iterator[Entry]:
    """Members of a tar archive, in its order; joined archives are read to the end."""
    whole = file.seek(0, io.SEEK_END)
    place, ahead = 0, _Ahead()
    is_ended = is_broken = False
    while place + _BLOCK <= whole:
        file.seek(place)
        head = file.read(_BLOCK)
        place += _BLOCK
        size = _number(head[124:136]) if is_tar(head) else None
        if size is None or size < 0:
            is_ended = not is_broken and not any(head)
            if not is_ended and not is_broken:
                yield Entry("", None, f"it is damaged at byte {place - _BLOCK}; members are looked for after that place. Fetch it again")
                is_broken = True
            continue
        is_ended = is_broken = False
        kind = head[156:157]
        if kind in _AHEAD:
            ahead = _looked_ahead(kind, file.read(min(size, _LONGEST_HEADER)), ahead)
        elif kind not in _PASSED:
            size = size if ahead.size is None else ahead.size
            entry = _tar_entry(ahead.name or _own_name(head), kind, ahead.has_holes, Member(place, size, size))
            if not entry.name.endswith("/"):
                yield entry
        if kind not in _AHEAD:
            ahead = _Ahead()
        if kind == b"S" and head[482]:
            while len(more := file.read(_BLOCK)) == _BLOCK:
                place += _BLOCK
                if not more[504]:
                    break
        place += 0 if kind in _WITHOUT_DATA else -(-size // _BLOCK) * _BLOCK
    if place > whole or not is_ended:
        yield Entry("", None, "it has no end; it may be cut off, and what is whole is read. Fetch it again")


def _tar_entry(raw_name: bytes, kind: bytes, has_holes: bool, member: Member) -> Entry:
    name = decoded(raw_name).removeprefix("./")
    reason = ""
    if climbs(name):
        reason = OUTSIDE
    elif kind not in _FILES or has_holes:
        what = _HOLES if has_holes else _REFUSED.get(kind, f"of the unknown kind {kind!r}")
        reason = f"it is {what}; put the file itself into the archive"
    return Entry(name, None if reason else member, reason)


def _own_name(head: bytes) -> bytes:
    name, prefix = head[:100].split(b"\0", 1)[0], head[345:500].split(b"\0", 1)[0]
    return prefix + b"/" + name if prefix and head[257:263] == b"ustar\0" else name


def _looked_ahead(kind: bytes, text: bytes, ahead: _Ahead) -> _Ahead:
    r"""What is known of the next member after a header of its long name or of its attributes.

    >>> _looked_ahead(b"x", b"11 path=ab\n13 size=1234\n", _Ahead())
    _Ahead(name=b'ab', size=1234, has_holes=False)
    """
    if kind == b"L":
        return ahead._replace(name=text.split(b"\0", 1)[0])
    place = 0
    while found := _ATTRIBUTE.match(text, place):
        key, value = found[2], text[found.end() : place + int(found[1]) - 1]
        if key == b"path":
            ahead = ahead._replace(name=value)
        elif key == b"size" and value.isdigit() and len(value) < 20:
            ahead = ahead._replace(size=int(value))
        elif key.startswith(b"GNU.sparse"):
            ahead = ahead._replace(has_holes=True)
        place = max(place + int(found[1]), found.end())
    return ahead


def _number(field: bytes) -> int | None:
    r"""A number of a tar header, octal or binary; None when it is none.

    >>> _number(b"0000644\0"), _number(b"\x80\0\0\x01"), _number(b"none")
    (420, 1, None)
    """
    if field[:1] in (b"\x80", b"\xff"):
        return int.from_bytes(bytes((field[0] & 0x7F,)) + field[1:], "big") if field[0] == 0x80 else -1
    digits = field.replace(b"\0", b" ").strip() or b"0"
    return int(digits, 8) if re.fullmatch(rb"[0-7]+", digits) else None
