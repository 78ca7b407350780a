"""Repeated records are marked, not removed; every row gets a doc_id of its own."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator

from allnlp.readers.record import Row
from allnlp.schema import Document

_NOT_WORDS = re.compile(r"[\W_]+")
_SHORTEST_TITLE = 40  # letters and digits; "Editorial" is not a title to tell records by


def mark_duplicates(rows: Iterable[Row]) -> Iterator[Row]:
    """The same rows in the same order; a repeated record names the first in ``duplicate_of``.

    A record is repeated when its PMID, its DOI, or its title and text (without case and marks) were there before.
    Records with different PMIDs are never the same. A doc_id that is taken gets "#2", "#3" and so on, so that every
    Document's is unique; records that only share a doc_id are not marked. Failures pass through.

    Memory: about 0.4 kB a record.
    """
    firsts: dict[int, str] = {}  # 64-bit hash of an identifier or text: doc_id of the first
    pmids: dict[str, str] = {}  # doc_id of a first that has a PMID and another doc_id
    taken: set[int] = set()
    for row in rows:
        if not isinstance(row, Document):
            yield row
            continue
        keys = [hash64(key) for key in identities(row)]
        found = (firsts[key] for key in keys if key in firsts)
        first = next((doc_id for doc_id in found if _may_be(row, pmids.get(doc_id, doc_id))), None)
        doc_id = _free(row.doc_id, taken)
        taken.add(hash64(doc_id))
        if row.pmid and doc_id != row.pmid and first is None:
            pmids[doc_id] = row.pmid
        for key in keys:
            firsts.setdefault(key, first or doc_id)
        if first is not None or doc_id != row.doc_id:
            row = row._replace(doc_id=doc_id, duplicate_of=first)
        yield row


def identities(document: Document) -> list[str]:
    r"""What tells a record: PMID, DOI, and title with text where they are long enough to.

    >>> identities(Document("1", pmid="1", title="Cells.", abstract="In blood", text="Cells.\nIn blood"))
    ['pmid:1', 'text:cellsinblood']
    """
    keys = []
    if document.pmid:
        keys.append(f"pmid:{document.pmid}")
    if document.doi:
        keys.append(f"doi:{document.doi}")
    text = _NOT_WORDS.sub("", document.text.casefold())
    if (document.title and document.abstract) or len(text) >= _SHORTEST_TITLE:
        keys.append(f"text:{text}")
    return keys


def hash64(text: str) -> int:
    """Hash that is the same in every run; 64 bits.

    >>> hash64("a")
    4681665781835383343
    """
    return int.from_bytes(hashlib.blake2b(text.encode("utf-8", "replace"), digest_size=8).digest(), "big")


def _may_be(row: Document, first: str) -> bool:
    """Whether the first may be the same record: a PMID on both sides must be the same."""
    return not (row.pmid and first.isascii() and first.isdigit() and first != row.pmid)


def _free(doc_id: str, taken: set[int]) -> str:
    if hash64(doc_id) not in taken:
        return doc_id
    number = 2
    while hash64(f"{doc_id}#{number}") in taken:
        number += 1
    return f"{doc_id}#{number}"
