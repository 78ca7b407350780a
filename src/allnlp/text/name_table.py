"""A million names as numbers: which stretches of words are listed somewhere, and as what kind of thing.

A name is kept as one hash of its words, so that a table of a million names is a sorted array of 8 bytes a name; the names
themselves are not kept. What is found is a hint for a model, not a mention.
"""

from __future__ import annotations

import functools
import hashlib
import re
from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

LONGEST = 8  # words of a name
_STEP = np.uint64(0x9E3779B97F4A7C15)  # odd, so that no bit of a word is lost: 2^64 divided by the golden ratio
_SIEVE_BITS = 24
_WORD = re.compile(r"[^\W_]+")
_JOINS = re.compile(r"(?:[-\u2010-\u2015\u2212/',+()\[\]]|\s[-\u2013]?|['\u2019]s\s)?")  # between two words of one name


class NameTable(NamedTuple):
    """Names as hashes.

    ``keys`` are sorted, uint64, shape (names,); ``kinds`` are bit masks, uint8, of the same shape. A name of which only its
    own capitals count (a gene's symbol) is kept under the hash of its cased words. ``sieve`` has a bit for each beginning of a
    key (see ``sifted``), so that most words are known to be no name by one look into two megabytes.
    """

    keys: NDArray[np.uint64]
    kinds: NDArray[np.uint8]
    sieve: NDArray[np.uint8] | None = None


def sifted(keys: NDArray[np.uint64], kinds: NDArray[np.uint8]) -> NameTable:
    """A table with its sieve; keys are sorted."""
    sieve = np.zeros(1 << (_SIEVE_BITS - 3), dtype=np.uint8)
    first = keys >> np.uint64(64 - _SIEVE_BITS)
    np.bitwise_or.at(sieve, first >> np.uint64(3), _bits(first))
    return NameTable(keys, kinds, sieve)


def _bits(first: NDArray[np.uint64]) -> NDArray[np.uint8]:
    return np.left_shift(np.uint8(1), (first & np.uint64(7)).astype(np.uint8))


class Found(NamedTuple):
    """Words ``first`` up to ``last`` (exclusive) are a name of these kinds (a bit mask)."""

    first: int
    last: int
    kinds: int


def words_of(text: str) -> list[tuple[int, int]]:
    """Places of the words of a text: runs of letters and digits.

    >>> words_of("anti-CD19, twice")
    [(0, 4), (5, 9), (11, 16)]
    """
    return [m.span() for m in _WORD.finditer(text)]


@functools.lru_cache(maxsize=200_000)
def _hash(word: str) -> int:
    return int.from_bytes(hashlib.blake2b(word.encode(), digest_size=8).digest(), "little")


@functools.lru_cache(maxsize=200_000)
def _hashes(word: str) -> tuple[int, int]:
    """A word's hash without case and plural, and with its case."""
    low = word.lower()
    if len(low) > 3 and low.endswith("s") and not low.endswith(("ss", "us", "is")):
        low = low[:-1]
    return _hash(low), _hash("=" + word)


def build(names: Iterable[tuple[str, int, bool]]) -> NameTable:
    """The table of names.

    Args:
        names: (name, kinds as a bit mask, whether its capitals count).
    """
    kinds: dict[int, int] = {}
    for name, kind, exact in names:
        places = words_of(name)
        if not 0 < len(places) <= LONGEST:
            continue
        pairs = [_hashes(name[a:b]) for a, b in places]
        key = 0
        for free, cased in pairs:
            key = (key * int(_STEP) + (cased if exact else free)) & 0xFFFFFFFFFFFFFFFF
        kinds[key] = kinds.get(key, 0) | kind
    keys = np.array(sorted(kinds), dtype=np.uint64)
    return sifted(keys, np.array([kinds[k] for k in sorted(kinds)], dtype=np.uint8))


def find_names(text: str, words: Sequence[tuple[int, int]], table: NameTable) -> list[Found]:
    """The listed stretches of a text, leftmost and then longest, without overlap.

    >>> table = build([("lymphoblastic leukemia", 1, False), ("CAT", 2, True)])
    >>> find_names("No cat had lymphoblastic leukemias", words_of("No cat had lymphoblastic leukemias"), table)
    [Found(first=3, last=5, kinds=1)]
    """
    return find_in_texts([text], [words], table)[0]


def find_in_texts(texts: Sequence[str], words: Sequence[Sequence[tuple[int, int]]], table: NameTable) -> list[list[Found]]:
    """For each of several texts what ``find_names`` gives; they are looked through together."""
    sizes = [len(w) for w in words]
    if not sum(sizes) or not len(table.keys):
        return [[] for _ in texts]
    pairs = [_hashes(text[a:b]) for text, its in zip(texts, words, strict=True) for a, b in its]
    joined = np.array([j for text, its in zip(texts, words, strict=True) for j in _joined(text, its)][:-1], dtype=bool)
    best = np.zeros((2, len(pairs)), dtype=np.int64)  # length and kinds of the longest name that begins at each word
    for column in (0, 1):
        own = np.fromiter((p[column] for p in pairs), dtype=np.uint64, count=len(pairs))
        key, open_ = own, np.ones(len(own), dtype=bool)
        for length in range(1, LONGEST + 1):
            where, at = _listed(key, open_ & (best[0, : len(key)] <= length), table)
            kinds = table.kinds[at]
            best[1, where] = np.where(best[0, where] == length, best[1, where] | kinds, kinds)
            best[0, where] = length
            if len(key) == 1:
                break
            open_ = open_[:-1] & joined[length - 1 :]
            if not open_.any():
                break
            key = key[:-1] * _STEP + own[length:]
    return _by_text(_leftmost(best), sizes)


def _joined(text: str, words: Sequence[tuple[int, int]]) -> Iterator[bool]:
    """Of each word whether the next may be of the same name; the last one has none."""
    for (_, a), (b, _) in pairwise(words):
        yield text[a:b] == " " or _JOINS.fullmatch(text, a, b) is not None
    if words:
        yield False


def _by_text(found: Iterable[Found], sizes: Iterable[int]) -> list[list[Found]]:
    out: list[list[Found]] = []
    rest, start = deque(found), 0
    for size in sizes:
        out.append([])
        while rest and rest[0].first < start + size:
            first, last, kinds = rest.popleft()
            out[-1].append(Found(first - start, last - start, kinds))
        start += size
    return out


def _listed(key: NDArray[np.uint64], may: NDArray[np.bool_], table: NameTable) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Which of the keys are listed, of those that may be, and where."""
    where = np.flatnonzero(may)
    if table.sieve is not None:
        first = key[where] >> np.uint64(64 - _SIEVE_BITS)
        where = where[(table.sieve[first >> np.uint64(3)] & _bits(first)) != 0]
    at = np.searchsorted(table.keys, key[where])
    at[at == len(table.keys)] = 0
    hit = table.keys[at] == key[where]
    return where[hit], at[hit]


def _leftmost(best: NDArray[np.int64]) -> list[Found]:
    found, free = [], 0
    for first in np.flatnonzero(best[0]).tolist():
        if first >= free:
            free = first + int(best[0, first])
            found.append(Found(first, free, int(best[1, first])))
    return found


def kind_masks(kinds: Iterable[str]) -> Mapping[str, int]:
    """The bit of each kind.

    >>> dict(kind_masks(["chemical", "disease"]))
    {'chemical': 1, 'disease': 2}
    """
    return {kind: 1 << i for i, kind in enumerate(kinds)}
