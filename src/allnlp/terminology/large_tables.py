"""Tables of very many terms: compiled once, kept in the cache, and read row by row."""

from __future__ import annotations

import hashlib
import itertools
import json
from array import array
from collections.abc import Callable, Iterable, Iterator
from typing import Any
from weakref import WeakValueDictionary

import numpy as np

from allnlp.errors import TerminologyError
from allnlp.terminology.cache import Arrays, kept, key
from allnlp.terminology.rows import Term
from allnlp.terminology.user_terms import user_terms

LARGE = 20_000  # lines; a table of fewer is quicker compiled than kept
_CHUNK = 10_000  # rows
Parsed = Iterable[tuple[int, str, Term]]
_CODE = (("allnlp.terminology", "user_terms.py"), ("allnlp.terminology", "large_tables.py"), ("allnlp.terminology", "rows.py"))


class LargeTable:
    """A user's table of very many terms, equal to another of its name and content.

    Of the rows nothing lies in memory but what was asked for: the file is mapped, and processes share it.
    """

    def __init__(self, name: str, digest: str, arrays: Arrays) -> None:
        self.name = name
        self.digest = digest
        self._arrays = arrays

    @property
    def is_kept(self) -> bool:
        """Whether the cache keeps what is made of it; a small one that follows a large one is made anew."""
        return len(self) >= LARGE

    def __len__(self) -> int:
        return len(self._arrays["ends"]) - 1

    def __eq__(self, other: object) -> bool:
        return isinstance(other, LargeTable) and (self.name, self.digest) == (other.name, other.digest)

    def __hash__(self) -> int:
        return hash((self.name, self.digest))

    def __reduce__(self) -> tuple[Callable[..., LargeTable], tuple[Any, ...]]:
        return from_content, (self.name, self._content())

    def named(self, name: str) -> LargeTable:
        """The same table under another name."""
        return self if name == self.name else LargeTable(name, self.digest, self._arrays)

    def line(self, number: int) -> bytes:
        """A row as it is kept; equal rows are equal, save for their place."""
        ends = self._arrays["ends"]
        return self._arrays["rows"][ends[number] : ends[number + 1]].tobytes()

    def row(self, number: int) -> tuple[str, int, str, Term]:
        """A row, as `Terminology` has them: file, line, label, term."""
        return self._read(int(self._arrays["lines"][number]), self.line(number))

    def rows(self) -> Iterator[tuple[str, int, str, Term]]:
        """All rows in order; each is made when it is asked for."""
        whole = self._arrays["rows"].data
        for first in range(0, len(self), _CHUNK):
            ends = self._arrays["ends"][first : first + _CHUNK + 1].tolist()
            lines = self._arrays["lines"][first : first + _CHUNK].tolist()
            for line, (start, end) in zip(lines, itertools.pairwise(ends), strict=True):
                yield self._read(line, bytes(whole[start:end]))

    def _read(self, line: int, row: bytes) -> tuple[str, int, str, Term]:
        label, *cells = json.loads(row)
        term = Term(*cells)
        return self.name, line, label, term if term.source else term._replace(source=self.name)

    def of(self, curie: str) -> list[tuple[str, int, str, Term]]:
        """The rows of a concept."""
        hashes, wanted = self._arrays["curies"], np.uint64(_hash(curie))
        first, last = np.searchsorted(hashes, wanted, "left"), np.searchsorted(hashes, wanted, "right")
        rows = (self.row(int(number)) for number in self._arrays["by_curie"][first:last])
        return [row for row in rows if row[3].curie == curie]

    def text(self) -> str:
        """The text of the table, as it was read.

        Raises:
            TerminologyError: what the cache kept of it is damaged.
        """
        return self._content().decode()

    def _content(self) -> bytes:
        content = self._arrays["content"].tobytes()
        if digest_of(content) != self.digest:
            raise TerminologyError(f"{self.name}: its copy in the cache is damaged. Run: allnlp terms cache --clear")
        return content


_OPENED: WeakValueDictionary[str, LargeTable] = WeakValueDictionary()  # a cache of a pure function


def from_content(name: str, content: bytes) -> LargeTable:
    """The table of that content, UTF-8 with lines ended by a newline; from the cache, if it was compiled before.

    Raises:
        TerminologyError: it is malformed, or not UTF-8.
    """
    digest = digest_of(content)
    if (opened := _OPENED.get(digest)) is not None:
        return opened.named(name)

    def made() -> Arrays:
        return compiled(user_terms(name, content.decode()), content)

    try:
        is_large = content.count(b"\n") >= LARGE
        arrays = kept(f"{key(digest, code=_CODE)}.terms", made, apart=frozenset({"content"})) if is_large else made()
    except UnicodeDecodeError:
        raise TerminologyError(f"{name}: not UTF-8. Save the table as UTF-8.") from None
    _OPENED[digest] = table = LargeTable(name, digest, arrays)
    return table


def compiled(parsed: Parsed, content: bytes) -> Arrays:
    """The rows of a table as arrays.

    Returns:
        ``rows``, all rows as JSON one after the other, bytes; ``ends``, where each begins, and the end of the last, shape
        (rows + 1,); ``lines``, the line of each; ``curies``, hashes of their identifiers, ascending, and ``by_curie``, the row of
        each; ``content``, the table itself, bytes.
    """
    rows, ends, lines, hashes = bytearray(), array("Q", [0]), array("I"), array("Q")
    for line, label, term in parsed:
        rows += json.dumps([label, *term], ensure_ascii=False).encode()
        ends.append(len(rows))
        lines.append(line)
        hashes.append(_hash(term.curie))
    curies = np.frombuffer(hashes, dtype=np.uint64) if hashes else np.empty(0, dtype=np.uint64)
    order = np.argsort(curies, kind="stable")
    return {
        "rows": np.frombuffer(rows, dtype=np.uint8),
        "ends": np.frombuffer(ends, dtype=np.uint64).astype(np.int64),
        "lines": np.frombuffer(lines, dtype=np.uint32) if lines else np.empty(0, dtype=np.uint32),
        "curies": curies[order],
        "by_curie": order.astype(np.uint32),
        "content": np.frombuffer(content, dtype=np.uint8),
    }


def digest_of(content: bytes) -> str:
    """The hash that says which table it is."""
    return hashlib.sha256(content).hexdigest()


def _hash(curie: str) -> int:
    return int.from_bytes(hashlib.blake2b(curie.encode(), digest_size=8).digest(), "little")
