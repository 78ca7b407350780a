"""What a word is embedded by, its letters and its vector, read without a Doc."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray
from spacy.attrs import LOWER, ORTH
from spacy.strings import get_string_id
from spacy.tokens import Doc
from spacy.vectors import Mode, Vectors
from spacy.vocab import Vocab
from thinc.api import Model


def word_features(word: str) -> tuple[str, ...]:
    """What is read of a word's letters: folded form, beginnings and endings, shape.

    >>> word_features("Lenalidomide")
    ('lenalidomide', 'le', 'lena', 'de', 'ide', 'mide', 'Xxxxx', '12')
    """
    low = word.lower()
    norm = "".join("0" if c.isdigit() else c for c in low)
    shape = "".join("d" if c.isdigit() else "X" if c.isupper() else "x" if c.isalpha() else c for c in word)
    short: list[str] = []
    for c in shape:
        if len(short) < 4 or short[-1] != c or short[-4:] != [c] * 4:
            short.append(c)
    return norm, low[:2], low[:4], low[-2:], low[-3:], low[-4:], "".join(short), str(min(len(word), 12))


N_FEATURES = len(word_features("x"))


def without_docs(model: Model[list[Doc], list[Any]], vocab: Vocab) -> Callable[[Sequence[tuple[str, str]]], NDArray[np.float32]] | None:
    """What a network of `embed.make_embed` makes of words with their tags: the same numbers, and the vocabulary meets none of the words.

    Returns:
        A function of (word, tag) pairs, whose value has the shape (pairs, width); None where vectors are of something else than words or their small letters.
    """
    tables, mix = (node for node in model.walk(order="dfs_pre") if node.name.startswith("with_array"))
    static = next((node for node in model.walk() if node.name == "static_vectors"), None)
    if static is not None and not (isinstance(vocab.vectors, Vectors) and vocab.vectors.attr in (ORTH, LOWER)):
        return None

    def embedded(pairs: Sequence[tuple[str, str]]) -> NDArray[np.float32]:
        read = tables.predict(np.array([(*hashes(word), get_string_id(tag)) for word, tag in pairs], dtype=np.uint64))
        if static is not None:
            read = np.hstack([read, _static(static, vocab.vectors, [word for word, _ in pairs])])
        made: NDArray[np.float32] = mix.predict(read)
        return made

    return embedded


def _static(model: Model[Any, Any], vectors: Vectors, words: list[str]) -> Any:
    """What spaCy's ``StaticVectors`` makes of words."""
    keys = words if vectors.attr == ORTH else [word.lower() for word in words]
    made: Any = model.ops.gemm(model.ops.as_contig(vectors.get_batch(keys)), cast(Any, model.get_param("W")), trans2=True)
    if vectors.mode == Mode.default:
        made[vectors.find(keys=keys) < 0] = 0
    return made


def hashes(word: str) -> tuple[int, ...]:
    """The features of a word as spaCy hashes strings."""
    return tuple(get_string_id(feature) for feature in word_features(word))
