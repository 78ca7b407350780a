"""A member of an archive, and which names of members are refused or passed over; pure."""

from __future__ import annotations

import re
from typing import NamedTuple

MOST_MEMBERS = 1_000_000
_CLIMBS = re.compile(r"(?:.*[/\\])?\.\.(?:[/\\].*)?|[/\\].*|[A-Za-z]:.*", re.DOTALL)
OUTSIDE = "its name leads out of the archive, which no export does; it is not read"


class Member(NamedTuple):
    """Where a member of an archive lies."""

    start: int  # byte of the file; in zip, of the member's header
    packed: int  # bytes there
    size: int  # bytes unpacked, as the archive says
    packing: int = -1  # zip's number of the packing; -1 for tar
    crc: int = 0  # zip's CRC-32


class Entry(NamedTuple):
    """A member, or the reason why it is refused; without a name the reason is the archive's own."""

    name: str
    member: Member | None
    error: str = ""


def is_hidden(name: str) -> bool:
    """Whether a member is passed over, as files of such names in a folder are; one that climbs out is told.

    >>> is_hidden("a/.b/c"), is_hidden("__MACOSX/a"), is_hidden("../a"), is_hidden("./a")
    (True, True, False, False)
    """
    parts = [part for part in re.split(r"[/\\]", name) if part not in ("", ".")]
    return ".." not in parts and any(part.startswith((".", "__MACOSX")) for part in parts)


def climbs(name: str) -> bool:
    r"""Whether the name of a member leads out of the place where an archive is unpacked.

    >>> climbs("../a"), climbs("a/../b"), climbs("/etc/a"), climbs(r"C:\a"), climbs(r"a\..\b"), climbs("a..b/c...")
    (True, True, True, True, True, False)
    """
    return _CLIMBS.fullmatch(name) is not None
