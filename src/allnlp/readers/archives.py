"""Members of zip and tar archives: where they lie, and which are refused; nothing is ever written under their names."""

from __future__ import annotations

import io
from typing import BinaryIO, cast

from allnlp.readers.compression import Part
from allnlp.readers.members import MOST_MEMBERS, Entry, Member, is_hidden
from allnlp.readers.tars import tar_entries
from allnlp.readers.zips import opened_zip_member, zip_entries


def entries(file: BinaryIO, kind: str) -> list[Entry]:
    """Members of an archive, sorted by name, with those that are refused; hidden ones and folders are left out.

    Args:
        file: the archive, seekable and not packed as a whole.
        kind: zip or tar.
    """
    found: list[Entry] = []
    for entry in zip_entries(file) if kind == "zip" else tar_entries(file):
        if not entry.name or not is_hidden(entry.name):
            found.append(entry)
        if len(found) > MOST_MEMBERS:
            found[-1] = Entry("", None, f"it has more than {MOST_MEMBERS:,} members; the rest is not read. Cut it into several")
            break
    found.sort(key=lambda entry: (not entry.name, entry.name))
    return _told_apart(found) or [Entry("", None, "it has no file in it; check the export")]


def _told_apart(found: list[Entry]) -> list[Entry]:
    """Entries whose names are each used once: the second `a` is `a#2`."""
    names = {entry.name for entry in found}
    seen: dict[str, int] = {}
    told = []
    for entry in found:
        count = seen[entry.name] = seen.get(entry.name, 0) + 1
        name = entry.name
        while entry.name and count > 1 and (name := f"{entry.name}#{count}") in names:
            count += 1
        if entry.name:
            seen[entry.name] = count
            names.add(name)
        told.append(entry._replace(name=name))
    return told


def opened_member(file: BinaryIO, member: Member) -> BinaryIO:
    """Bytes of a member, unpacked.

    Raises:
        ReadError: the member is not where the archive said.
    """
    if member.packing < 0:
        return cast(BinaryIO, io.BufferedReader(Part(file, member.start, member.size), 1 << 16))
    return opened_zip_member(file, member)
