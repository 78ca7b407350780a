"""A head and columns of numbers as a few compact bytes, the same ones for the same values, and as a base64 text."""

from __future__ import annotations

import base64
import gzip
import json
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

_KINDS = (np.uint8, np.int8, np.uint16, np.int16, np.uint32, np.int32)  # the first that holds all values


def smallest(values: Any) -> npt.NDArray[Any]:
    """Whole numbers in the fewest bytes that hold them; fractions stay as they are.

    >>> smallest([1, 255]).dtype, smallest([-1, 255]).dtype, smallest([0.5]).dtype
    (dtype('uint8'), dtype('int16'), dtype('float64'))

    Raises:
        ValueError: a number needs more than four bytes.
    """
    array = np.asarray(values)
    if array.dtype.kind == "f":
        return array.astype(np.float64)
    if array.size == 0:
        return array.astype(np.uint8)
    low, high = int(array.min()), int(array.max())
    kind = next((k for k in _KINDS if np.iinfo(k).min <= low and high <= np.iinfo(k).max), None)
    if kind is None:
        raise ValueError(f"a column from {low} to {high} does not fit into four bytes")
    return array.astype(kind)


def steps(values: npt.NDArray[Any], first: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """Each value's distance from the one before it; where a group begins, the value itself.

    >>> steps(np.array([3, 10, 12, 5]), np.array([0, 3]))
    array([3, 7, 2, 5])

    Args:
        values: of all groups.
        first: place at which each group begins.
    """
    out = np.diff(values, prepend=0)
    out[first] = values[first]
    return out


def dictionary(values: Sequence[str | None]) -> tuple[list[str], npt.NDArray[Any]]:
    """Texts, each once in order, and for each value its place among them; -1 for none.

    >>> dictionary(["b", None, "a", "b"])
    (['a', 'b'], array([ 1, -1,  0,  1]))
    """
    texts = sorted({v for v in values if v is not None})
    place = {text: i for i, text in enumerate(texts)}
    return texts, np.array([-1 if v is None else place[v] for v in values], dtype=np.int64)


def utf16(text: str, offsets: npt.NDArray[Any]) -> npt.NDArray[Any]:
    r"""Offsets in code points as offsets in UTF-16 units, in which browsers count.

    >>> utf16("a\U0001d6c3b", np.array([0, 1, 2, 3]))
    array([0, 1, 3, 4])
    """
    wide = np.flatnonzero(np.frombuffer(text.encode("utf-32-le"), dtype=np.uint32) > 0xFFFF)
    return offsets + np.searchsorted(wide, offsets)


def packed(head: Mapping[str, Any], columns: Mapping[str, npt.NDArray[Any]], text: bytes) -> bytes:
    """Length of the head, the head as JSON, the columns with the widest first, and the text; compressed.

    Args:
        head: plain values.
        columns: numbers by name.
        text: UTF-8, at the end.
    """
    small = {name: smallest(column) for name, column in columns.items()}
    order = sorted(small, key=lambda name: (-small[name].itemsize, name))
    places, at = {}, 0
    for name in order:
        places[name] = [small[name].dtype.name, at, len(small[name])]
        at += small[name].nbytes
    said = json.dumps({**head, "columns": places, "text": [at, len(text)]}, ensure_ascii=False, separators=(",", ":"), sort_keys=True).encode()
    said += b" " * (-len(said) % 8)
    body = b"".join(small[name].astype(small[name].dtype.newbyteorder("<")).tobytes() for name in order)
    return gzip.compress(len(said).to_bytes(8, "little") + said + body + text, compresslevel=9, mtime=0)


def as_text(data: bytes, width: int = 4096) -> str:
    """Bytes in base64, in lines that an editor can show."""
    text = base64.b64encode(data).decode("ascii")
    return "\n".join(text[i : i + width] for i in range(0, len(text), width))
