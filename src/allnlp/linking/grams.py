"""Character 3-grams of names: within words, a blank at either end of each word, weighted by how few names have them.

These are the vectors of scispaCy's candidate generator (scikit-learn's ``char_wb`` of 3, smoothed inverse document frequency,
length 1), made for all names at once.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from scipy import sparse

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float32]

_BITS = 21  # of a code point; three fit into 63
_SIGNS = re.compile(r"[\W_]+")


class Grams(NamedTuple):
    """The 3-grams of a set of names.

    ``codes`` are the 3-grams as numbers, ascending; ``columns`` the column of each in the vectors; ``weights`` its inverse document
    frequency, by column (0 where it is left out, as in too many names); ``unseen`` that of a 3-gram which no name has, 0 to pass it
    over. ``signs`` says whether signs count ("a-b" is not "a b").
    """

    codes: Ints
    columns: Ints
    weights: Floats
    unseen: float
    signs: bool


def folded(text: str, *, signs: bool = False) -> str:
    """Text in lower case, its words parted by one blank; letters and digits only, unless signs count.

    >>> folded("Anti-CD19  CAR-T"), folded("Anti-CD19  CAR-T", signs=True)
    ('anti cd19 car t', 'anti-cd19 car-t')
    """
    low = text.lower()
    return " ".join((low if signs else _SIGNS.sub(" ", low)).split())


def learn(texts: Sequence[str], *, most: float, least: int) -> Grams:
    """The 3-grams of folded texts with their weights.

    Args:
        texts: folded.
        most: share of the texts; a 3-gram that more of them have, and more than ``least``, is left out.
        least: number of texts up to which none is left out.

    Source:
        scikit-learn, TfidfTransformer with smooth_idf: ln((1 + n) / (1 + df)) + 1.
    """
    rows, found = _scan(texts)
    codes, columns = np.unique(found, return_inverse=True)
    pairs = np.unique(columns * np.int64(max(len(texts), 1)) + rows)
    df = np.bincount(pairs // max(len(texts), 1), minlength=len(codes))
    weights = (np.log((1 + len(texts)) / (1 + df)) + 1).astype(np.float32)
    weights[df > max(least, most * len(texts))] = 0
    return Grams(codes, np.arange(len(codes), dtype=np.int64), weights, float(np.log(1 + len(texts)) + 1), signs=False)


def vectors(grams: Grams, texts: Sequence[str]) -> sparse.csr_matrix:
    """Vectors of folded texts, of length 1 (less where 3-grams are unseen, of which only the length counts).

    Returns:
        Shape (texts, 3-grams), float32.
    """
    from scipy import sparse  # at first use: most processes link nothing

    rows, found = _scan(texts)
    at = np.minimum(np.searchsorted(grams.codes, found), max(len(grams.codes) - 1, 0))
    known = grams.codes[at] == found if len(grams.codes) else np.zeros(len(found), dtype=bool)
    shape = (len(texts), len(grams.weights))
    ones = np.ones(int(known.sum()), dtype=np.float32)
    counts = sparse.csr_matrix((ones, (rows[known], grams.columns[at[known]])), shape=shape)
    counts.data *= grams.weights[counts.indices]
    squares = np.zeros(len(texts))
    np.add.at(squares, np.repeat(np.arange(len(texts)), np.diff(counts.indptr)), counts.data.astype(np.float64) ** 2)
    squares += np.bincount(rows[~known], minlength=len(texts)) * grams.unseen**2
    norms = np.sqrt(squares, out=np.ones(len(texts)), where=squares > 0)
    counts.data /= np.repeat(norms, np.diff(counts.indptr)).astype(np.float32)
    counts.eliminate_zeros()
    counts.sort_indices()
    return counts


def code(gram: str) -> int:
    """The number that stands for a 3-gram.

    >>> code(" a ") < code(" b ")
    True
    """
    a, b, c = map(ord, gram)
    return (a << (2 * _BITS)) | (b << _BITS) | c


def _scan(texts: Sequence[str]) -> tuple[Ints, Ints]:
    """Number of the text, and code, of every 3-gram."""
    padded = [f" {t} " for t in texts]
    points = np.frombuffer("".join(padded).encode("utf-32-le"), dtype=np.uint32).astype(np.int64)
    if len(points) < 3:
        return np.empty(0, dtype=np.int64), np.empty(0, dtype=np.int64)
    codes = (points[:-2] << (2 * _BITS)) | (points[1:-1] << _BITS) | points[2:]
    rows = np.repeat(np.arange(len(texts), dtype=np.int64), [len(p) for p in padded])[1:-1]
    inside = points[1:-1] != ord(" ")
    return rows[inside], codes[inside]
