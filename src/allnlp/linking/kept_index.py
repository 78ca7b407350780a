"""An index of names as arrays that the cache keeps, and back."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Any, overload

import numpy as np
from numpy.typing import NDArray

from allnlp.linking.grams import Grams
from allnlp.linking.index import Block, LinkIndex

Arrays = Mapping[str, NDArray[Any]]


class Packed(Sequence[Any]):
    """Values that lie as JSON in one array; each is read when it is asked for."""

    def __init__(self, content: NDArray[np.uint8], ends: NDArray[np.int64]) -> None:
        self._content = content
        self._ends = ends

    def __len__(self) -> int:
        return len(self._ends) - 1

    @overload
    def __getitem__(self, at: int) -> Any: ...
    @overload
    def __getitem__(self, at: slice) -> Sequence[Any]: ...
    def __getitem__(self, at: int | slice) -> Any:
        if isinstance(at, slice):
            return [self[i] for i in range(*at.indices(len(self)))]
        if not 0 <= at < len(self):
            raise IndexError(at)
        return json.loads(self._content[self._ends[at] : self._ends[at + 1]].tobytes())


def packed(values: Iterable[object]) -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
    """Values as JSON one after the other, and where each begins, and the end of the last.

    >>> list(Packed(*packed(["a", ["b", "c"]])))
    ['a', ['b', 'c']]
    """
    content, ends = bytearray(), [0]
    for value in values:
        content += json.dumps(value, ensure_ascii=False).encode()
        ends.append(len(content))
    return np.frombuffer(content, dtype=np.uint8), np.array(ends, dtype=np.int64)


def as_arrays(index: LinkIndex) -> Arrays:
    """The arrays of an index."""
    grams = index.grams
    head = {"labels": list(index.blocks), "unseen": grams.unseen, "signs": grams.signs}
    out: dict[str, NDArray[Any]] = {"codes": grams.codes, "columns": grams.columns, "weights": grams.weights}
    out["head"] = np.frombuffer(json.dumps(head).encode(), dtype=np.uint8)
    out["words"] = np.frombuffer(" ".join(sorted(index.words)).encode(), dtype=np.uint8)
    for i, block in enumerate(index.blocks.values()):
        out[f"{i}.names"], out[f"{i}.name_ends"] = packed(block.names)
        out[f"{i}.concepts"], out[f"{i}.concept_ends"] = packed(block.concepts)
        for part in ("data", "indices", "indptr"):
            out[f"{i}.{part}"] = getattr(block.postings, part)
    return out


def from_arrays(arrays: Arrays) -> LinkIndex:
    """The index of such arrays; its names are read when they are asked for."""
    head = json.loads(arrays["head"].tobytes())
    grams = Grams(arrays["codes"], arrays["columns"], arrays["weights"], head["unseen"], head["signs"])
    blocks = dict(_blocks(arrays, head["labels"], len(grams.weights)))
    return LinkIndex(grams, MappingProxyType(blocks), frozenset(arrays["words"].tobytes().decode().split()))


def _blocks(arrays: Arrays, labels: Sequence[str], columns: int) -> Iterator[tuple[str, Block]]:
    from scipy import sparse

    for i, label in enumerate(labels):
        names = Packed(arrays[f"{i}.names"], arrays[f"{i}.name_ends"])
        concepts = Packed(arrays[f"{i}.concepts"], arrays[f"{i}.concept_ends"])
        parts = (arrays[f"{i}.data"], arrays[f"{i}.indices"], arrays[f"{i}.indptr"])
        yield label, Block(names, concepts, sparse.csr_matrix(parts, shape=(columns, len(names)), copy=False))
