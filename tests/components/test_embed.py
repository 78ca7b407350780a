"""The first layer of a model: words, letters and hints as a vector."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import hypothesis.strategies as st
import numpy as np
import pytest
import spacy
from hypothesis import given
from spacy.tokens import Doc
from spacy.util import registry
from spacy.vectors import Vectors
from spacy.vocab import Vocab
from thinc.api import Model
from thinc.util import to_numpy

from allnlp.components.embed import extract, make_embed
from allnlp.components.word_features import N_FEATURES, without_docs, word_features

NLP = spacy.blank("en")
ROWS = [200, 20, 20, 20, 20, 20, 20, 16, 30]
WIDTH = 8


def doc(words: str, tags: str = "") -> Doc:
    given_ = words.split()
    return Doc(NLP.vocab, words=given_, tags=[t.strip("_") for t in tags.split()] or [""] * len(given_))


def layer(*, static: bool = False, **options: Any) -> Model[list[Doc], list[Any]]:
    model = make_embed(WIDTH, ROWS, static, **options)
    model.initialize(X=[doc("some words")])
    return model


def vectors(model: Model[list[Doc], list[Any]], *docs: Doc) -> list[Any]:
    return [to_numpy(x) for x in model.predict(list(docs))]


@given(st.text(min_size=1, max_size=20))
def test_every_word_has_all_features(word: str) -> None:
    features = word_features(word)
    assert len(features) == N_FEATURES
    assert features == word_features(word)
    assert int(features[-1]) <= 12
    assert len(features[0]) == len(word.lower())


@pytest.mark.parametrize(
    ("word", "norm", "shape"),
    [("CD19", "cd00", "XXdd"), ("CD22", "cd00", "XXdd"), ("tisa-cel", "tisa-cel", "xxxx-xxx"), ("ABCDEFGH", "abcdefgh", "XXXX"), ("X", "x", "X"), ("\U0001f9ec", "\U0001f9ec", "\U0001f9ec")],
)
def test_figures_are_one_and_long_runs_are_cut(word: str, norm: str, shape: str) -> None:
    assert (word_features(word)[0], word_features(word)[6]) == (norm, shape)


def test_the_same_word_has_the_same_vector_wherever_it_stands() -> None:
    one, two = vectors(layer(), doc("Foxatinib helped them"), doc("They took Foxatinib"))
    assert one.shape == two.shape == (3, WIDTH)
    assert np.allclose(one[0], two[2], atol=1e-6)
    assert not np.allclose(one[0], one[1])


def test_a_vector_is_told_by_the_letters_and_the_hint() -> None:
    plain, hinted, cased = vectors(layer(), doc("foxatinib"), doc("foxatinib", "B2"), doc("Foxatinib"))
    assert not np.allclose(plain, hinted)
    assert not np.allclose(plain, cased)


def test_two_layers_have_the_same_features() -> None:
    (one,), (two,) = extract().predict([doc("CD19 and CAT", "B1 _ B4")]), extract().predict([doc("CD19 and CAT", "B1 _ B4")])
    assert one.dtype == np.uint64
    assert one.shape == (3, N_FEATURES + 1)
    assert np.array_equal(one, two)
    assert one[1, -1] == 0


def test_empty_documents_keep_their_place() -> None:
    none, some = vectors(layer(), doc(""), doc("a word"))
    assert (none.shape, some.shape) == ((0, WIDTH), (2, WIDTH))


def test_vectors_of_the_vocabulary_are_read_where_they_are_asked_for() -> None:
    nlp = spacy.blank("en")
    nlp.vocab.set_vector("foxatinib", np.ones(5, dtype="f"))
    model = make_embed(WIDTH, ROWS, True)
    model.initialize(X=[nlp("foxatinib helped")])
    (found,) = model.predict([nlp("foxatinib helped")])
    assert found.shape == (2, WIDTH)
    nlp.vocab.set_vector("foxatinib", np.full(5, -3.0, dtype="f"))
    (other,) = model.predict([nlp("foxatinib helped")])
    assert not np.allclose(found[0], other[0])


def test_the_layer_learns() -> None:
    model = layer()
    docs = [doc("Foxatinib helped")]
    before = vectors(model, *docs)[0]
    out, back = model.begin_update(docs)
    assert back([np.ones_like(x) for x in out]) == []
    model.finish_update(lambda key, weights, gradient: (weights - 0.1 * gradient, gradient * 0))
    assert not np.allclose(before, vectors(model, *docs)[0])


@pytest.mark.parametrize("rows", [ROWS[:-1], [*ROWS, 5], []])
def test_another_number_of_tables_is_refused(rows: list[int]) -> None:
    with pytest.raises(ValueError, match=rf"rows holds {len(rows)} numbers, expected 9"):
        make_embed(WIDTH, rows, False)


def test_the_layer_has_its_name_in_the_registry() -> None:
    assert registry.architectures.get("allnlp.HashEmbed.v1") is make_embed


def test_a_recogniser_goes_to_bytes_and_back() -> None:
    nlp = spacy.blank("en")
    tok2vec = {
        "@architectures": "spacy.Tok2Vec.v2",
        "embed": {"@architectures": "allnlp.HashEmbed.v1", "width": WIDTH, "rows": ROWS, "include_static_vectors": False},
        "encode": {"@architectures": "spacy.MaxoutWindowEncoder.v2", "width": WIDTH, "depth": 1, "window_size": 1, "maxout_pieces": 2},
    }
    nlp.add_pipe("ner", config={"model": {"tok2vec": tok2vec}}).add_label("X")  # type: ignore[attr-defined]
    nlp.initialize()
    other = spacy.blank("en", config=nlp.config).from_bytes(nlp.to_bytes())
    text = "Foxatinib helped 34 children"
    mine, theirs = (n.get_pipe("ner").model.get_ref("tok2vec").predict([n.make_doc(text)])[0] for n in (nlp, other))  # type: ignore[attr-defined]
    assert np.array_equal(mine, theirs)


def floret(attr: str) -> Vocab:
    vocab = spacy.blank("en").vocab
    data = np.random.default_rng(1).normal(size=(50, 6)).astype(np.float32)
    vocab.vectors = Vectors(mode="floret", data=data, hash_count=2, minn=2, maxn=3, strings=vocab.strings, attr=attr)
    return vocab


def by_key(attr: str) -> Vocab:
    vocab = spacy.blank("en").vocab
    vocab.vectors = Vectors(data=np.arange(18, dtype=np.float32).reshape(3, 6), keys=["Foxatinib", "foxatinib", "helped"], strings=vocab.strings, attr=attr)
    return vocab


@pytest.mark.parametrize("attr", ["ORTH", "LOWER"])
@pytest.mark.parametrize("kind", [None, floret, by_key], ids=["letters alone", "floret", "a vector a word"])
def test_words_have_their_vectors_without_a_doc_and_the_vocabulary_meets_none_of_them(kind: Callable[[str], Vocab] | None, attr: str) -> None:
    words, tags = ("Foxatinib", "helped", "them", "\n", "caf\u00e9", "\U0001f9ec"), ("B-CHEMICAL", "", "", "", "I-DISEASE", "")
    vocab = NLP.vocab if kind is None else kind(attr)
    model = make_embed(WIDTH, ROWS, kind is not None)
    model.initialize(X=[Doc(vocab, words=["some", "words"])])
    read = without_docs(model, vocab)
    before = len(vocab.strings)
    assert read is not None
    made = read(list(zip(words, tags, strict=True)))
    assert len(vocab.strings) == before
    (expected,) = vectors(model, Doc(vocab, words=list(words), tags=list(tags)))
    assert np.array_equal(made, expected)


def test_vectors_of_something_else_than_words_need_a_doc() -> None:
    vocab = floret("SHAPE")
    model = make_embed(WIDTH, ROWS, True)
    model.initialize(X=[Doc(vocab, words=["some", "words"])])
    assert without_docs(model, vocab) is None
