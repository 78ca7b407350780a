"""The first layer of a model: a token as the sum of what its word, its letters and the hints of names say."""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from spacy.attrs import LOWER, ORTH
from spacy.ml.staticvectors import StaticVectors
from spacy.strings import get_string_id
from spacy.tokens import Doc
from spacy.util import registry
from spacy.vectors import Mode, Vectors
from spacy.vocab import Vocab
from thinc.api import HashEmbed, Maxout, Model, chain, concatenate, list2ragged, ragged2list, with_array

Features = Callable[[str], tuple[str, ...]]


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


@registry.architectures("allnlp.HashEmbed.v1")  # type: ignore[untyped-decorator]
def make_embed(width: int, rows: Sequence[int], include_static_vectors: bool, dropout: float | None = None) -> Model[list[Doc], list[Any]]:
    """Embeds tokens by hashed features of their letters and by ``token.tag`` (the hints of ``allnlp_names``).

    Args:
        width: of each feature's table and of the output.
        rows: of the tables: of each feature of ``word_features``, and of the tag.
        include_static_vectors: whether the vocabulary's vectors are read as well.
        dropout: of the tables' rows.
    """
    if len(rows) != N_FEATURES + 1:
        raise ValueError(f"rows holds {len(rows)} numbers, expected {N_FEATURES + 1}")
    seeds = range(7, 7 + len(rows))
    tables: list[Model[Any, Any]] = [HashEmbed(width, nV=n, column=i, seed=s, dropout=dropout) for i, (n, s) in enumerate(zip(rows, seeds, strict=True))]
    hashed: Model[Any, Any] = chain(extract(), list2ragged(), with_array(concatenate(*tables)))
    read = concatenate(hashed, StaticVectors(width, dropout=dropout)) if include_static_vectors else hashed
    size = width * (len(rows) + include_static_vectors)
    mix: Model[Any, Any] = with_array(Maxout(width, size, nP=3, dropout=0.0, normalize=True))
    mixed: Model[Any, Any] = chain(read, mix, ragged2list())
    return mixed


def extract() -> Model[list[Doc], list[Any]]:
    """Features of tokens as uint64, one array of shape (tokens, features) a document."""
    return Model("allnlp_features", _forward)


def without_docs(model: Model[list[Doc], list[Any]], vocab: Vocab) -> Callable[[Sequence[tuple[str, str]]], NDArray[np.float32]] | None:
    """What a network of `make_embed` makes of words with their tags: the same numbers, and the vocabulary meets none of the words.

    Returns:
        A function of (word, tag) pairs, whose value has the shape (pairs, width); None where vectors are of something else than words or their small letters.
    """
    tables, mix = (node for node in model.walk(order="dfs_pre") if node.name.startswith("with_array"))
    static = next((node for node in model.walk() if node.name == "static_vectors"), None)
    if static is not None and not (isinstance(vocab.vectors, Vectors) and vocab.vectors.attr in (ORTH, LOWER)):
        return None

    def embedded(pairs: Sequence[tuple[str, str]]) -> NDArray[np.float32]:
        read = tables.predict(np.array([(*_hashes(word), get_string_id(tag)) for word, tag in pairs], dtype=np.uint64))
        if static is not None:
            read = np.hstack([read, _static(static, vocab.vectors, [word for word, _ in pairs])])
        made: NDArray[np.float32] = mix.predict(read)
        return made

    return embedded


def _static(model: Model[Any, Any], vectors: Vectors, words: list[str]) -> Any:
    """spaCy's ``StaticVectors`` of words."""
    keys = words if vectors.attr == ORTH else [word.lower() for word in words]
    made = model.ops.gemm(model.ops.as_contig(vectors.get_batch(keys)), model.get_param("W"), trans2=True)
    if vectors.mode == Mode.default:
        made[vectors.find(keys=keys) < 0] = 0
    return made


def _hashes(word: str) -> tuple[int, ...]:
    return tuple(get_string_id(feature) for feature in word_features(word))


_kept_hashes = functools.lru_cache(maxsize=200_000)(_hashes)


def _forward(model: Model[list[Doc], list[Any]], docs: list[Doc], is_train: bool) -> tuple[list[Any], Callable[[list[Any]], list[Doc]]]:
    out: list[Any] = []
    for doc in docs:
        array: Any = np.empty((len(doc), N_FEATURES + 1), dtype=np.uint64)
        for i, token in enumerate(doc):
            array[i, :-1] = _kept_hashes(token.text)
            array[i, -1] = token.tag
        out.append(model.ops.asarray(array, dtype="uint64"))
    return out, lambda gradients: []
