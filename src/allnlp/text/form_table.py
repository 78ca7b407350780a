"""A million folded names as hashes: at which stretches of a folded text one may stand, and in which rows it is listed.

A name is one hash of its characters, so that what is found may, very rarely, be another string: who asks compares. Nothing that
is listed is missed.
"""

from __future__ import annotations

import functools
from array import array
from collections.abc import Iterable
from itertools import islice
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

Hashes = NDArray[np.uint64]
Places = NDArray[np.int64]

_BASE = 0x9E3779B97F4A7C15  # odd, so that it has an inverse: 2^64 divided by the golden ratio
_INVERSE = pow(_BASE, -1, 1 << 64)
_MIX = np.uint64(0xD6E8FEB86659FD93)
_CHUNK = 20_000  # names hashed at once
_MOST = 0xFFFF  # words of a name


class FormTable(NamedTuple):
    """Folded names as hashes, all arrays of powers of two in length save the first two.

    ``keys`` are ascending, uint64, with the row of each in ``rows``, uint32, in order. ``sieve`` has a bit for each beginning
    of a key, so that most stretches are known to be no name by one look. ``by_word`` says, for the beginning of a hash of a
    word, of how many words the longest name is that begins with it; ``by_pair`` likewise of two words.
    """

    keys: Hashes
    rows: NDArray[np.uint32]
    sieve: NDArray[np.uint8]
    by_word: NDArray[np.uint16]
    by_pair: NDArray[np.uint16]


class Hashed(NamedTuple):
    """A folded text made ready: sums of its characters up to each place, and where its words begin and end."""

    sums: Hashes
    inverses: Hashes
    starts: Places
    ends: Places


def hashed(folded: str) -> Hashed:
    """A folded text made ready to be looked up; it may be shared by several tables."""
    points: NDArray[Any] = (
        np.frombuffer(folded.encode(), dtype=np.uint8)
        if folded.isascii()
        else np.frombuffer(folded.encode("utf-32-le", "surrogatepass"), dtype=np.uint32)
    )
    powers, inverses = _powers(max(10, len(points).bit_length()))
    sums = np.zeros(len(points) + 1, dtype=np.uint64)
    np.cumsum(points * powers[: len(points)], out=sums[1:])
    letters = np.zeros(len(points) + 2, dtype=np.int8)
    np.not_equal(points, 32, out=letters[1:-1], casting="unsafe")
    edges = np.flatnonzero(letters[1:] != letters[:-1])
    return Hashed(sums, inverses, edges[::2], edges[1::2])


@functools.lru_cache(maxsize=32)
def _powers(bits: int) -> tuple[Hashes, Hashes]:
    """Powers of the base, and of its inverse, up to 2^bits; modulo 2^64."""
    out = []
    for base in (_BASE, _INVERSE):
        powers = np.ones(1, dtype=np.uint64)
        for _ in range(bits):
            powers = np.concatenate([powers, powers * np.uint64(pow(base, len(powers), 1 << 64))])
        out.append(powers)
    return out[0], out[1]


def _keys(text: Hashed, starts: Places, ends: Places) -> Hashes:
    """Hashes of stretches of a text: the same for the same characters, wherever they stand."""
    key: Hashes = (text.sums[ends] - text.sums[starts]) * text.inverses[starts]
    key ^= key >> np.uint64(32)
    key *= _MIX
    key ^= key >> np.uint64(32)
    key *= _MIX
    return key


def find_forms(text: Hashed, table: FormTable) -> tuple[list[int], list[int]]:
    """Starts and ends of the stretches of a text that may be listed: whole words, overlapping ones included.

    >>> table = build([("car t", 0), ("t cell", 1), ("il 2", 2)])
    >>> find_forms(hashed("car t cell car  t"), table)
    ([0, 4], [5, 10])
    """
    starts, ends = text.starts, text.ends
    if not len(starts) or not len(table.keys):
        return [], []
    words = _keys(text, starts, ends)
    first = np.flatnonzero(table.by_word[_place(words, table.by_word)][:-1] > 1)
    pairs = _keys(text, starts[first], ends[first + 1])
    reach = np.minimum(table.by_pair[_place(pairs, table.by_pair)], len(starts) - first)
    more = np.maximum(reach, 2) - 2  # longer stretches that begin there
    longer = np.repeat(first, more)
    last = longer + 2 + np.arange(len(longer)) - np.repeat(np.cumsum(more) - more, more)
    begin = np.concatenate([starts, starts[first], starts[longer]])
    end = np.concatenate([ends, ends[first + 1], ends[last]])
    at = _listed(np.concatenate([words, pairs, _keys(text, starts[longer], ends[last])]), table)
    return begin[at].tolist(), end[at].tolist()


def _listed(keys: Hashes, table: FormTable) -> Places:
    """Places of the keys that are listed."""
    bit = _place(keys, table.sieve, 3)
    at = np.flatnonzero((table.sieve[bit >> 3] >> (bit & 7).astype(np.uint8)) & 1)
    found = keys[at]
    where = table.keys.searchsorted(found)
    where[where == len(table.keys)] = 0
    listed: Places = at[table.keys[where] == found]
    return listed


def _place(keys: Hashes, table: NDArray[Any], more: int = 0) -> Places:
    """The place of each key in a table of a power of two in length, by the key's first bits; with so many further ones."""
    return (keys >> np.uint64(65 - len(table).bit_length() - more)).view(np.int64)


def rows_of(form: str, table: FormTable) -> list[int]:
    """The rows in which a folded name is listed, in order, and perhaps some of another.

    >>> rows_of("il 2", build([("il 2", 4), ("t cell", 1), ("il 2", 2)]))
    [2, 4]
    """
    if not form or not len(table.keys):
        return []
    key = _keys(hashed(form), np.array([0]), np.array([len(form)]))
    first, last = np.searchsorted(table.keys, key[0], "left"), np.searchsorted(table.keys, key[0], "right")
    return [int(row) for row in table.rows[first:last]]


def build(forms: Iterable[tuple[str, int]]) -> FormTable:
    """The table of folded names, each with the number of its row.

    Args:
        forms: without blanks at their ends, in any order.
    """
    keys, rows, words, pairs = array("Q"), array("I"), [], []
    rest = iter(forms)
    while chunk := list(islice(rest, _CHUNK)):
        text = hashed(" ".join(form for form, _ in chunk))
        ends = np.cumsum([len(form) + 1 for form, _ in chunk]) - 1
        starts = np.concatenate([[0], ends[:-1] + 1])
        first = np.searchsorted(text.starts, starts)
        lengths = np.minimum(np.diff(np.append(first, len(text.starts))), _MOST).astype(np.uint16)
        keys.frombytes(_keys(text, starts, ends).tobytes())
        rows.extend(row for _, row in chunk)
        words.append((_keys(text, starts, text.ends[first]), lengths))
        long = lengths > 1
        pairs.append((_keys(text, starts[long], text.ends[first[long] + 1]), lengths[long]))
    key, row = np.array(keys, dtype=np.uint64), np.array(rows, dtype=np.uint32)
    order = np.lexsort((row, key))
    key, row = key[order], row[order]
    bits = max(8, len(key).bit_length())
    sieve = np.zeros(1 << (bits + 2), dtype=np.uint8)  # 8 to 16 bits a key
    bit = _place(key, sieve, 3)
    np.bitwise_or.at(sieve, bit >> 3, np.left_shift(np.uint8(1), (bit & 7).astype(np.uint8)))
    return FormTable(key, row, sieve, _reach(words, bits), _reach(pairs, bits + 2))


def _reach(lengths: Iterable[tuple[Hashes, NDArray[np.uint16]]], bits: int) -> NDArray[np.uint16]:
    reach = np.zeros(1 << bits, dtype=np.uint16)
    for key, length in lengths:
        np.maximum.at(reach, _place(key, reach), length)
    return reach
