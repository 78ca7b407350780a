"""Borrowed models: entities of any pipeline, by offsets."""

from __future__ import annotations

import importlib.util
import runpy
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import spacy
from spacy.language import Language
from spacy.tokens import Doc, Span
from thinc.api import Model, NumpyOps

from allnlp.components import ner
from allnlp.components.ner import Borrowed, borrow, entities_of, examine
from allnlp.errors import ModelError
from allnlp.models import package_in
from allnlp.terminology import load as load_tables
from allnlp.text.entities import trimmed

MODELS = SimpleNamespace(**runpy.run_path(str(Path(__file__).parents[1] / "data" / "small_models.py")))
TEXT = "Neutropenia followed lenalidomide . Patients received novamab ."
Make = Callable[..., str]


@pytest.fixture(scope="module")
def learned() -> Language:
    """A trained NER. Tests leave it as it is."""
    nlp: Language = MODELS.trained()
    return nlp


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Make]:
    """Lays a pipeline down as a package that can be imported while the test runs."""
    monkeypatch.syspath_prepend(str(tmp_path))
    borrow.cache_clear()

    def make(nlp: Language, name: str, **options: Any) -> str:
        laid: str = MODELS.packaged(nlp, tmp_path, name, **options)
        return laid

    yield make
    borrow.cache_clear()
    for name in [m for m in sys.modules if m.startswith("en_small")]:
        del sys.modules[name]


def found(name: str, text: str) -> list[tuple[str, str]]:
    return [(text[e.start : e.end], e.label) for e in borrow(name).entities([text])[0]]


def test_entities_of_a_package_stand_at_their_offsets(package: Make, learned: Language) -> None:
    name = package(learned, "small")
    entities = borrow(name).entities([TEXT])[0]
    assert [(e.label, TEXT[e.start : e.end], e.score, e.model) for e in entities] == [
        ("DISEASE", "Neutropenia", None, "en_small"),
        ("CHEMICAL", "lenalidomide", None, "en_small"),
        ("CHEMICAL", "novamab", None, "en_small"),
    ]
    assert borrow(name).labels == ("CHEMICAL", "DISEASE")


def test_a_folder_is_borrowed_as_a_package_is(tmp_path: Path, learned: Language) -> None:
    learned.to_disk(tmp_path / "mine")
    assert [label for _, label in found(str(tmp_path / "mine"), TEXT)] == ["DISEASE", "CHEMICAL", "CHEMICAL"]


def test_a_model_is_loaded_once(package: Make, learned: Language) -> None:
    name = package(learned, "small_once")
    assert borrow(name) is borrow(name)


def test_words_that_a_model_saw_do_not_pile_up(package: Make, learned: Language, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("allnlp.components.ner._NEW_WORDS", 50)
    model = borrow(package(learned, "small_words"))
    texts = [f"{TEXT} word{i} new{i} other{i}" for i in range(100)]
    before, at_first = len(model.nlp.vocab.strings), model.entities(texts[:1])
    for text in texts:
        model.entities([text])
    assert len(model.nlp.vocab.strings) < before + 100
    assert model.entities(texts[:1]) == at_first


def test_blank_texts_have_no_entities_and_keep_their_place(package: Make, learned: Language) -> None:
    got = borrow(package(learned, "small_blank")).entities(["", TEXT, " \n", "Patients received novamab ."], batch_size=1)
    assert [len(entities) for entities in got] == [0, 3, 0, 1]
    assert borrow("en_small_blank").entities([]) == []


@pytest.mark.parametrize("before", ["", "Dé\u0301cès: ", "\U0001f9ec\U0001f489 ", "α\u0301\u0302 – \u00a0"])
@pytest.mark.parametrize(
    ("tokenizer", "code", "first"),
    [("", "", "CD19-directed"), ("small.Signs.v1", MODELS.SIGNS, "CD19"), ("small.Words.v1", MODELS.WORDS, "CD19-directed")],
)
def test_offsets_are_code_points_whatever_the_tokenizer(package: Make, tokenizer: str, code: str, first: str, before: str) -> None:
    exec(code, {})
    text = before + "CD19-directed  \U0001d4d0-cells and  novamab"
    nlp = spacy.blank("en", config={"nlp": {"tokenizer": {"@tokenizers": tokenizer}}} if tokenizer else {})
    patterns = [{"label": "X", "pattern": [{"TEXT": token.text} for token in nlp(word)]} for word in (first, "novamab")]
    name = package(MODELS.ruled(patterns, tokenizer=tokenizer), "small_tokens", code=code)
    assert found(name, text) == [(first, "X"), ("novamab", "X")]


def test_a_tokenizer_that_changes_the_text_is_refused() -> None:
    nlp = spacy.blank("en")
    doc = Doc(nlp.vocab, words=["cd19", "cells"])
    with pytest.raises(ModelError, match=r"changes the text: 'cd19' does not stand at character 0 \('CD19 cells'\)"):
        entities_of(doc, "CD19 cells", "en_small")


def test_spans_overlap_and_have_scores(package: Make) -> None:
    name = package(MODELS.trained("spancat", steps=60), "small_spans")
    entities = borrow(name).entities([TEXT])[0]
    assert {(TEXT[e.start : e.end], e.label) for e in entities} >= {("lenalidomide", "CHEMICAL"), ("Neutropenia", "DISEASE")}
    assert all(e.score is not None and 0.5 <= e.score <= 1 for e in entities)


def test_spans_of_a_ruler_may_overlap(package: Make) -> None:
    patterns = [{"label": "DISEASE", "pattern": "B-cell lymphoma"}, {"label": "DISEASE", "pattern": "lymphoma"}]
    name = package(MODELS.ruled(patterns, factory="span_ruler"), "small_ruler")
    assert found(name, "A B-cell lymphoma.") == [("B-cell lymphoma", "DISEASE"), ("lymphoma", "DISEASE")]


def test_what_two_components_find_stands_once_with_the_higher_score() -> None:
    doc = spacy.blank("en")("Patients received novamab twice")
    doc.ents = [Span(doc, 2, 3, label="X")]
    doc.spans["a"] = [Span(doc, 2, 3, label="X"), Span(doc, 2, 4, label="X"), Span(doc, 2, 3)]
    doc.spans["a"].attrs["scores"] = [0.8123456, 0.6, 0.9]
    doc.spans["b"] = [Span(doc, 2, 3, label="X")]
    assert [tuple(e) for e in entities_of(doc, doc.text, "m")] == [(18, 25, "X", 0.812, "m"), (18, 31, "X", 0.6, "m")]


def test_blanks_at_the_edges_are_taken_off() -> None:
    nlp = spacy.blank("en")
    doc = Doc(nlp.vocab, words=["\n", "CD19", " ", "cells", "  "], spaces=[False] * 5)
    doc.spans["a"] = [Span(doc, 0, 3, label="X"), Span(doc, 2, 3, label="X"), Span(doc, 3, 5, label="Y")]
    assert [doc.text[e.start : e.end] for e in entities_of(doc, doc.text, "m")] == ["CD19", "cells"]
    assert trimmed("   ", 0, 3) == (3, 3)


def test_the_faster_product_gives_the_same_entities(tmp_path: Path, learned: Language) -> None:
    learned.to_disk(tmp_path / "mine")
    plain = Borrowed(package_in(tmp_path / "mine"), spacy.load(tmp_path / "mine"))
    texts = [TEXT, *(text for text, _ in MODELS.SENTENCES)]
    assert plain.entities(texts) == borrow(str(tmp_path / "mine")).entities(texts)


def test_the_faster_product_is_that_of_the_borrowed_model_alone(tmp_path: Path, learned: Language) -> None:
    before = NumpyOps.gemm
    learned.to_disk(tmp_path / "mine")
    layers = _layers(borrow(str(tmp_path / "mine")).nlp)
    assert {type(layer.ops) for layer in layers} == {ner.MatmulOps}
    assert {type(layer.ops) for layer in _layers(learned)} == {NumpyOps}
    assert NumpyOps.gemm is before


def _layers(nlp: Language) -> list[Model[Any, Any]]:
    return [layer for _, pipe in nlp.components for layer in pipe.model.walk()]  # type: ignore[attr-defined]


def test_components_that_entities_do_not_need_are_not_loaded(tmp_path: Path) -> None:
    nlp = spacy.blank("en")
    for name in ("tok2vec", "tagger", "parser", "lemmatizer", "sentencizer"):
        nlp.add_pipe(name, config={"mode": "rule"} if name == "lemmatizer" else {})
    nlp.add_pipe("ner")
    nlp.get_pipe("ner").add_label("X")  # type: ignore[attr-defined]
    nlp.get_pipe("tagger").add_label("NN")  # type: ignore[attr-defined]
    nlp.get_pipe("parser").add_label("dep")  # type: ignore[attr-defined]
    with nlp.select_pipes(disable=["lemmatizer"]):
        nlp.initialize()
    nlp.to_disk(tmp_path / "mine", exclude=["lemmatizer"])
    assert borrow(str(tmp_path / "mine")).nlp.pipe_names == ["ner"]


def test_a_listed_model_that_is_missing_comes_with_its_command() -> None:
    with pytest.raises(ModelError, match=r"en_ner_bc5cdr_md is not installed. Install it: allnlp models install en_ner_bc5cdr_md, or: pip install --no-deps https://.*"):
        borrow("en_ner_bc5cdr_md")


def test_an_unknown_model_comes_with_the_near_names() -> None:
    with pytest.raises(ModelError, match="Did you mean: en_ner_bc5cdr_md"):
        borrow("en_ner_bc5cdr")


def test_a_hub_model_without_its_package_comes_with_the_command(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(ModelError, match="pip install spacy-huggingface-pipelines"):
        borrow("hf:owner/model")


def test_a_hub_model_keeps_its_own_offsets(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: SimpleNamespace(name=name))

    class HFTokenPipe:
        hf_pipeline = SimpleNamespace(model=SimpleNamespace(config=SimpleNamespace(id2label={0: "O", 1: "B-Drug", 2: "I-Drug"})))

        def __init__(self, key: str, mode: str) -> None:
            self.key, self.mode = key, mode

        def __call__(self, doc: Doc) -> Doc:
            at = doc.text.index("CD19")
            doc.spans[self.key] = [doc.char_span(at, at + 4, label="Drug", alignment_mode=self.mode)]
            doc.spans[self.key].attrs["scores"] = [0.75]
            return doc

    @Language.factory("hf_token_pipe", default_config={"model": "", "annotate": "ents", "annotate_spans_key": None, "alignment_mode": "strict"})
    def make(nlp: Language, name: str, model: str, annotate: str, annotate_spans_key: str, alignment_mode: str) -> HFTokenPipe:
        if model == "owner/none":
            raise OSError("owner/none is no model\nmore")
        return HFTokenPipe(annotate_spans_key, alignment_mode)

    try:
        model = borrow("hf:owner/model")
        assert [tuple(e) for e in model.entities(["An anti-CD19-directed\U0001f489 one"])[0]] == [(8, 12, "Drug", 0.75, "hf:owner/model")]
        assert model.labels == ("Drug",)
        with pytest.raises(ModelError, match=r"hf:owner/none: cannot be loaded \(owner/none is no model\)\."):
            borrow("hf:owner/none")
    finally:
        borrow.cache_clear()


@pytest.mark.parametrize(
    ("damage", "says"),
    [
        (lambda f: (f / "ner" / "model").unlink(), "cannot be loaded"),
        (lambda f: (f / "ner" / "model").write_bytes(b"\x00"), "cannot be loaded"),
        (lambda f: (f / "meta.json").unlink(), "meta.json: cannot be read"),
        (lambda f: (f / "meta.json").write_text("{"), "meta.json: is no JSON"),
        (lambda f: (f / "meta.json").write_text("[]"), "expected an object"),
        (lambda f: (f / "config.cfg").unlink(), "has no config.cfg"),
        (lambda f: (f / "config.cfg").write_text("[nlp"), "cannot be loaded"),
        (lambda f: (f / "config.cfg").write_text((f / "config.cfg").read_text().replace('factory = "ner"', 'factory = "nerr"')), "cannot be loaded"),
    ],
)
def test_a_damaged_folder_is_one_message(tmp_path: Path, learned: Language, damage: Callable[[Path], object], says: str) -> None:
    learned.to_disk(tmp_path / "mine")
    damage(tmp_path / "mine")
    with pytest.raises(ModelError, match=says):
        borrow(str(tmp_path / "mine"))


def test_a_damaged_model_of_another_spacy_says_so(package: Make, learned: Language) -> None:
    name = package(learned, "small_old", spacy_version=">=2.0,<3.0")
    next(Path(str(importlib.util.find_spec(name).origin)).parent.glob("*/ner/model")).unlink()  # type: ignore[union-attr]
    with pytest.raises(ModelError, match=r"It was made for spaCy >=2\.0,<3\.0, installed is"):
        borrow(name)


def test_a_pipeline_without_entities_is_refused(tmp_path: Path) -> None:
    nlp = spacy.blank("en")
    nlp.add_pipe("sentencizer")
    nlp.to_disk(tmp_path / "mine")
    with pytest.raises(ModelError, match="finds no entities; its pipeline is sentencizer"):
        borrow(str(tmp_path / "mine"))


def test_examine_tells_kinds_unknown_labels_and_the_range_of_versions(package: Make) -> None:
    patterns = [{"label": "CHEMICAL", "pattern": "lenalidomide"}, {"label": "WIDGET", "pattern": "novacabtagene"}]
    name = package(MODELS.ruled(patterns), "small_kinds", spacy_version=">=3.0,<3.1")
    seen = examine(name, load_tables())
    assert (seen.kinds, seen.unknown, seen.fits_spacy) == ((("CHEMICAL", "chemical"),), ("WIDGET",), False)
    assert [(f.text, f.kind) for f in seen.found] == [("lenalidomide", "chemical"), ("novacabtagene", None)]


def test_the_component_writes_exact_entities_and_whole_tokens(package: Make) -> None:
    exec(MODELS.SIGNS, {})
    patterns = [{"label": "GENE", "pattern": [{"TEXT": c} for c in "CD19"]}]
    model = package(MODELS.ruled(patterns, tokenizer="small.Signs.v1"), "small_part", code=MODELS.SIGNS)
    nlp = spacy.blank("en")
    nlp.add_pipe("allnlp_ner", config={"model": model})
    doc = nlp("An antiCD19 drug")
    assert doc.user_data["allnlp"]["entities"] == [(7, 11, "GENE", None, "en_small_part")]
    assert [(s.text, s.label_) for s in doc.spans["allnlp_ner"]] == [("antiCD19", "GENE")]
    assert [d.user_data["allnlp"]["entities"] for d in nlp.pipe(["An antiCD19 drug", "", "none"])] == [doc.user_data["allnlp"]["entities"], [], []]


def test_two_components_leave_the_entities_of_both(package: Make) -> None:
    nlp = spacy.blank("en")
    for name, word in (("small_a", "novamab"), ("small_b", "CRS")):
        model = package(MODELS.ruled([{"label": "X", "pattern": word}]), name)
        nlp.add_pipe("allnlp_ner", name=name, config={"model": model})
    doc = nlp("CRS after novamab")
    assert [row[4] for row in doc.user_data["allnlp"]["entities"]] == ["en_small_a", "en_small_b"]
    assert doc.spans["small_b"][0].text == "CRS"


def test_a_saved_pipeline_keeps_the_name_of_the_model_only(tmp_path: Path, package: Make) -> None:
    nlp = spacy.blank("en")
    nlp.add_pipe("allnlp_ner", config={"model": package(MODELS.ruled([{"label": "X", "pattern": "novamab"}]), "small_saved")})
    nlp.to_disk(tmp_path / "saved")
    assert [p.name for p in (tmp_path / "saved" / "allnlp_ner").iterdir()] == ["model.json"]
    doc = spacy.load(tmp_path / "saved")("Some novamab")
    assert [s.text for s in doc.spans["allnlp_ner"]] == ["novamab"]
    other = spacy.blank("en")
    other.add_pipe("allnlp_ner")
    assert other.from_bytes(nlp.to_bytes()).get_pipe("allnlp_ner").model == "en_small_saved"  # type: ignore[attr-defined]


def test_an_empty_document_has_no_entities(package: Make) -> None:
    nlp = spacy.blank("en")
    nlp.add_pipe("allnlp_ner", config={"model": package(MODELS.ruled([{"label": "X", "pattern": "novamab"}]), "small_empty")})
    assert nlp("").user_data["allnlp"]["entities"] == []


def test_the_default_model_is_ours() -> None:
    assert dict(Language.get_factory_meta("allnlp_ner").default_config) == {"model": "en_allnlp_bio_sm"}
