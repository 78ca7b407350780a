"""The loop: the same bytes for a seed, nothing left behind, and something learned."""

from __future__ import annotations

import hashlib
import random
import runpy
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
import spacy
from spacy.language import Language
from thinc.api import NumpyOps, get_current_ops

from allnlp.text.name_table import build
from allnlp.training.examples import examples, find_marks, labels_of, read_text, score_marks
from allnlp.training.marks import Mark, Passage
from allnlp.training.pipeline import new_pipeline, pipeline_like, recogniser, recogniser_model, take_weights, weights
from allnlp.training.products import numpy_products
from allnlp.training.train import Step, batches, train

MARKED = SimpleNamespace(**runpy.run_path(str(Path(__file__).parents[1] / "data" / "marked_texts.py")))
PASSAGES = [Passage(i, f"{t}\n{a}", tuple(Mark(*m) for m in marks)) for i, t, a, marks in MARKED.rows()]
NAMES = build([("novacel", 1, False), ("rash", 2, False)])
SMALL = recogniser(width=24, depth=2, hidden=24, rows=(200,) * 9)


def small(**options: object) -> Language:
    return train(new_pipeline(NAMES, SMALL), PASSAGES, **{"steps": 30, "every": 10, **options})  # type: ignore[arg-type]


def digest(folder: Path) -> dict[str, str]:
    return {str(p.relative_to(folder)): hashlib.sha256(p.read_bytes()).hexdigest() for p in sorted(folder.rglob("*")) if p.is_file()}


@pytest.fixture(scope="module")
def trained() -> Language:
    return small(steps=60)


def test_marks_are_learned(trained: Language) -> None:
    found = find_marks(trained, [read_text(trained, p.text) for p in PASSAGES])
    scores = score_marks(PASSAGES, found, labels_of(trained))
    assert labels_of(trained) == ["THERAPY", "TOXICITY"]
    assert scores["all"].f > 0.9


def test_the_same_seed_gives_the_same_bytes(tmp_path: Path) -> None:
    for name in ("a", "b"):
        small(dev=PASSAGES[:4]).to_disk(tmp_path / name)
    small(dev=PASSAGES[:4], seed=1).to_disk(tmp_path / "c")
    assert digest(tmp_path / "a") == digest(tmp_path / "b")
    assert digest(tmp_path / "a")["ner/model"] != digest(tmp_path / "c")["ner/model"]


@pytest.mark.slow
def test_another_process_with_another_hash_seed_gives_the_same_bytes(tmp_path: Path) -> None:
    program = f"""
import runpy
m = runpy.run_path({str(Path(__file__))!r})
m["small"](dev=m["PASSAGES"][:4]).to_disk("OUT")
"""
    for name in ("1", "2"):
        (tmp_path / name).mkdir()
        subprocess.run([sys.executable, "-c", program], cwd=tmp_path / name, check=True, env={"PYTHONHASHSEED": name, "OPENBLAS_NUM_THREADS": "1"})
    assert digest(tmp_path / "1") == digest(tmp_path / "2")


def test_random_numbers_and_products_are_as_before() -> None:
    random.seed(5)
    np.random.seed(5)
    expected = random.random(), np.random.random()
    random.seed(5)
    np.random.seed(5)
    nlp = small(steps=2)
    assert (random.random(), np.random.random()) == expected
    assert type(get_current_ops()) is NumpyOps
    assert all(type(node.ops) is NumpyOps for node in recogniser_model(nlp).walk())


def test_products_are_as_before_after_an_error(trained: Language) -> None:
    def fail() -> None:
        with numpy_products(recogniser_model(trained)):
            assert type(get_current_ops()) is not NumpyOps
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    assert type(get_current_ops()) is NumpyOps


def test_a_product_is_the_same_as_that_of_thinc() -> None:
    with numpy_products(recogniser_model(new_pipeline(NAMES, SMALL))):
        ops = get_current_ops()
    a, b = np.arange(6, dtype="f").reshape(2, 3), np.arange(12, dtype="f").reshape(3, 4)
    out = np.zeros((2, 4), dtype="f")
    assert np.allclose(ops.gemm(a, b, out=out), NumpyOps().gemm(a, b))
    assert np.allclose(out, a @ b)
    assert np.allclose(ops.gemm(a, b.T.copy(), trans2=True), a @ b)
    assert np.allclose(ops.gemm(a.T.copy(), b, trans1=True), a @ b)


def test_the_best_report_is_kept() -> None:
    steps: list[Step] = []
    nlp = small(dev=PASSAGES, steps=40, progress=steps.append)
    found = find_marks(nlp, [read_text(nlp, p.text) for p in PASSAGES])
    assert [s.step for s in steps] == [10, 20, 30, 40]
    assert score_marks(PASSAGES, found, labels_of(nlp)) == max((s.scores for s in steps), key=lambda scores: scores["all"].f)


def test_it_ends_early_without_a_gain() -> None:
    steps: list[Step] = []
    small(dev=[PASSAGES[0]._replace(marks=())], steps=100, patience=2, progress=steps.append)
    assert len(steps) == 3


def test_texts_smaller_than_a_batch_are_learned_from() -> None:
    steps: list[Step] = []
    train(new_pipeline(NAMES, SMALL), PASSAGES[:1], steps=2, every=1, progress=steps.append)
    assert [s.step for s in steps] == [1, 2]


def test_batches_grow_and_every_example_comes_as_often() -> None:
    given = examples(new_pipeline(NAMES, SMALL), PASSAGES)
    stream = batches(given, (40, 1000), 0)
    first = [next(stream) for _ in range(12)]
    assert all(sum(len(e.predicted) for e in batch) >= 40 for batch in first)
    seen = [id(e) for batch in first for e in batch]
    assert set(seen[: len(given)]) == {id(e) for e in given}


def test_hints_of_names_stand_in_the_examples() -> None:
    (example,) = examples(new_pipeline(NAMES, SMALL), [Passage("1", "novacel and rash", (Mark(0, 7, "THERAPY"),))])
    assert [t.tag_ for t in example.predicted] == ["B1", "", "B2"]
    assert [(e.text, e.label_) for e in example.reference.ents] == [("novacel", "THERAPY")]
    assert not example.predicted.ents


def test_a_mark_within_a_word_is_a_fault_of_the_caller() -> None:
    with pytest.raises(ValueError, match="a mark of 1 does not stand on whole tokens"):
        examples(new_pipeline(NAMES, SMALL), [Passage("1", "novacel", (Mark(0, 4, "THERAPY"),))])


def test_a_model_begins_with_what_another_learned(trained: Language) -> None:
    nlp = pipeline_like(trained)
    others = [p._replace(marks=tuple(m for m in p.marks if m.label == "TOXICITY")) for p in PASSAGES]
    given = examples(nlp, others)
    nlp.initialize(lambda: given)
    take_weights(nlp, trained)
    ours, theirs = recogniser_model(nlp), recogniser_model(trained)
    assert labels_of(nlp) == ["TOXICITY"]
    for to, source in zip(ours.layers[:-1], theirs.layers[:-1], strict=True):
        assert all((a[k] == b[k]).all() for a, b in zip(weights(to), weights(source), strict=True) for k in a)
    before = weights(theirs)
    train(nlp, others, start=trained, steps=3)
    assert all((a[k] == b[k]).all() for a, b in zip(before, weights(theirs), strict=True) for k in a)


def test_a_model_of_another_kind_is_no_beginning() -> None:
    with pytest.raises(ValueError, match="expected allnlp_names and ner"):
        pipeline_like(spacy.blank("en"))


def test_a_text_is_read_the_same_by_the_saved_pipeline(trained: Language, tmp_path: Path) -> None:
    trained.to_disk(tmp_path / "m")
    again = spacy.load(tmp_path / "m")
    for passage in PASSAGES:
        ents = [(e.start_char, e.end_char, e.label_) for e in again(passage.text).ents]
        assert ents == [tuple(m) for m in find_marks(trained, [read_text(trained, passage.text)])[0]]


def test_word_vectors_go_with_the_model(tmp_path: Path) -> None:
    config = recogniser(width=16, depth=1, hidden=16, rows=(50,) * 9, has_vectors=True)
    words = {word: np.full(8, i, dtype="f") for i, word in enumerate(("novacel", "rash", "fever"), 1)}
    vocab = spacy.blank("en").vocab
    for word, vector in words.items():
        vocab.set_vector(word, vector)
    nlp = train(new_pipeline(NAMES, config, vectors=vocab.vectors), PASSAGES, steps=3)
    nlp.to_disk(tmp_path / "a")
    again = train(pipeline_like(spacy.load(tmp_path / "a")), PASSAGES, start=spacy.load(tmp_path / "a"), steps=3)
    again.to_disk(tmp_path / "b")
    assert (spacy.load(tmp_path / "b").vocab["rash"].vector == words["rash"]).all()
