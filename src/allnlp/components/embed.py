"""The first layer of a model: a token as the sum of what its word, its letters and the hints of names say."""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from spacy.ml.staticvectors import StaticVectors
from spacy.tokens import Doc
from spacy.util import registry
from thinc.api import HashEmbed, Maxout, Model, chain, concatenate, list2ragged, ragged2list, with_array

from allnlp.components.word_features import N_FEATURES, hashes


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


_kept_hashes = functools.lru_cache(maxsize=200_000)(hashes)


def _forward(model: Model[list[Doc], list[Any]], docs: list[Doc], is_train: bool) -> tuple[list[Any], Callable[[list[Any]], list[Doc]]]:
    out: list[Any] = []
    for doc in docs:
        array: Any = np.empty((len(doc), N_FEATURES + 1), dtype=np.uint64)
        for i, token in enumerate(doc):
            array[i, :-1] = _kept_hashes(token.text)
            array[i, -1] = token.tag
        out.append(model.ops.asarray(array, dtype="uint64"))
    return out, lambda gradients: []
