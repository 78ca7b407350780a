"""Models in a run, in a frame and in a pipeline: the same entities, the same rows."""

from __future__ import annotations

import json
import runpy
import sys
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pandas as pd
import pytest
import spacy
from spacy.language import Language
from spacy.tokens import Doc

import allnlp
from allnlp.annotation import annotate_collection, annotate_frame, chosen, find_entities, tag
from allnlp.annotation.entities import DEFAULT, described
from allnlp.components.ner import borrow
from allnlp.errors import FolderError, ModelError
from allnlp.readers import read
from allnlp.schema import Document, Mention
from allnlp.tables import read_manifest, read_table

MODELS = SimpleNamespace(**runpy.run_path(str(Path(__file__).parents[1] / "data" / "small_models.py")))
TEXTS = {
    "a": "Patients received quoxarine and tisagenlecleucel. Quoxarine (QXR) was safe; QXR is a drug.",
    "b": "Patients received an unreadable quoxarine.",
    "c": "No CRS was seen in 34 children treated with quoxarine.",
    "d": "No CRS was seen in 34 children.",
}
PATTERNS = [{"label": "THERAPY", "pattern": [{"LOWER": "quoxarine"}]}]


@Language.component("small_breaks")
def breaks(doc: Doc) -> Doc:
    """A component with a fault."""
    if "unreadable" in doc.text:
        raise ValueError("this one is unreadable")
    return doc


@pytest.fixture(autouse=True)
def forgotten() -> Iterator[None]:
    """A model is loaded once a process; each test has its own."""
    borrow.cache_clear()
    yield
    borrow.cache_clear()
    for name in [m for m in sys.modules if m.startswith("en_small")]:
        del sys.modules[name]


@pytest.fixture
def model(tmp_path: Path) -> str:
    """A folder with a model that knows one name."""
    nlp = MODELS.ruled(PATTERNS)
    nlp.meta["name"] = "quoxarine"
    nlp.to_disk(tmp_path / "model")
    return str(tmp_path / "model")


@pytest.fixture
def breaking(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A package with the same model, which fails on one word."""
    monkeypatch.syspath_prepend(str(tmp_path))
    nlp: Language = MODELS.ruled(PATTERNS)
    nlp.add_pipe("small_breaks", first=True)
    name: str = MODELS.packaged(nlp, tmp_path, "small_breaking")
    return name


@pytest.fixture
def records(tmp_path: Path) -> Path:
    path = tmp_path / "records.jsonl"
    path.write_text("".join(json.dumps({"id": k, "title": f"Trial {k}", "abstract": t}) + "\n" for k, t in TEXTS.items()), encoding="utf-8")
    return path


def by_models(rows: list[Mention]) -> list[tuple[str, str, str]]:
    return [(m.doc_id, m.text, m.source) for m in rows if m.score is not None]


def rows(frame: pd.DataFrame) -> list[tuple[Any, ...]]:
    return list(frame.astype(object).where(frame.notna(), None).itertuples(index=False, name=None))


def mentions(folder: Path) -> list[Mention]:
    return [Mention(*row) for row in rows(read_table(folder, "mentions"))]


def test_the_models_are_those_that_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    assert chosen(["en_a", "en_b", "en_a"]) == ("en_a", "en_b")
    assert chosen(["none"]) == chosen([]) == ()
    assert chosen(["none", "en_a"]) == ("en_a",)


@pytest.mark.parametrize(("package", "used"), [(object(), (DEFAULT,)), (None, ())])
def test_the_shipped_model_is_used_where_it_is_installed(monkeypatch: pytest.MonkeyPatch, package: object, used: tuple[str, ...]) -> None:
    monkeypatch.delenv("ALLNLP_MODEL")
    monkeypatch.setattr("allnlp.models.find_package", lambda name: package if name == DEFAULT else None)
    assert chosen(None) == used


def test_the_environment_names_the_models_of_a_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ALLNLP_MODEL", "en_a en_b")
    assert chosen(None) == ("en_a", "en_b")
    assert chosen(["en_c"]) == ("en_c",)


def test_a_model_is_described_by_name_version_and_content(model: str) -> None:
    (first,) = described([model])
    assert (first["name"], first["version"]) == ("en_quoxarine", "0.0.0")
    assert len(first["sha256"]) == 16
    borrow.cache_clear()
    assert described([model]) == [first]
    patterns = next(Path(model).rglob("*patterns.jsonl"))
    patterns.write_text(patterns.read_text().replace("THERAPY", "DISEASE"))
    borrow.cache_clear()
    assert described([model])[0]["sha256"] != first["sha256"]
    assert described([]) == []


def test_what_python_leaves_in_a_package_does_not_change_its_hash(model: str) -> None:
    (before,) = described([model])
    (Path(model) / "__pycache__").mkdir()
    (Path(model) / "__pycache__" / "a.pyc").write_bytes(b"x")
    assert described([model]) == [before]


def test_entities_stand_model_by_model(model: str, tmp_path: Path) -> None:
    other = MODELS.ruled([{"label": "CHEMICAL", "pattern": "Patients"}])
    other.to_disk(tmp_path / "other")
    found = find_entities([TEXTS["a"], "", TEXTS["d"]], [model, str(tmp_path / "other")])
    assert [[(e.start, e.model) for e in entities] for entities in found] == [[(18, "en_quoxarine"), (50, "en_quoxarine"), (0, "en_pipeline")], [], []]
    assert find_entities(["a text"], []) == [[]]


def test_a_run_adds_what_its_model_sees_and_says_which_it_was(model: str, records: Path, tmp_path: Path) -> None:
    outcome = annotate_collection([records], tmp_path / "out", models=[model])
    found = mentions(tmp_path / "out")
    assert by_models(found) == [
        ("a", "quoxarine", "en_quoxarine"), ("a", "Quoxarine", "en_quoxarine"), ("a", "QXR", "en_quoxarine"), ("a", "QXR", "en_quoxarine"),
        ("b", "quoxarine", "en_quoxarine"), ("c", "quoxarine", "en_quoxarine"),
    ]  # fmt: skip
    assert read_manifest(tmp_path / "out")["models"] == described([model])
    assert (outcome.counts.annotated, outcome.counts.failed) == (4, 0)


def test_the_rows_of_rules_are_those_of_a_run_without_a_model(model: str, records: Path, tmp_path: Path) -> None:
    annotate_collection([records], tmp_path / "with", models=[model])
    annotate_collection([records], tmp_path / "without", models=["none"])
    without = [m._replace(mention=0) for m in mentions(tmp_path / "without")]
    assert [m._replace(mention=0) for m in mentions(tmp_path / "with") if m.score is None] == without
    assert without
    assert read_manifest(tmp_path / "without")["models"] == []


def test_two_runs_give_the_same_bytes(model: str, records: Path, tmp_path: Path) -> None:
    for name in ("one", "two"):
        annotate_collection([records], tmp_path / name, models=[model])
        borrow.cache_clear()
    files = sorted(p.name for p in (tmp_path / "one").iterdir())
    assert files == sorted(p.name for p in (tmp_path / "two").iterdir())
    assert all((tmp_path / "one" / f).read_bytes() == (tmp_path / "two" / f).read_bytes() for f in files)


def test_the_same_run_has_nothing_to_do_and_another_model_refuses_the_folder(model: str, records: Path, tmp_path: Path) -> None:
    annotate_collection([records], tmp_path / "out", models=[model])
    assert not annotate_collection([records], tmp_path / "out", models=[model, model]).is_new
    with pytest.raises(FolderError, match="holds a run of other models"):
        annotate_collection([records], tmp_path / "out", models=["none"])
    MODELS.ruled([{"label": "CHEMICAL", "pattern": "Patients"}]).to_disk(tmp_path / "other")
    with pytest.raises(FolderError, match="holds a run of other models"):
        annotate_collection([records], tmp_path / "out", models=[str(tmp_path / "other")])
    assert by_models(mentions(tmp_path / "out"))


def test_a_model_that_is_missing_stops_a_run_before_anything_is_written(records: Path, tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="en_nowhere"):
        annotate_collection([records], tmp_path / "out", models=["en_nowhere"])
    assert not (tmp_path / "out").exists()


def test_a_model_that_fails_on_a_document_leaves_the_rest(breaking: str, records: Path, tmp_path: Path) -> None:
    outcome = annotate_collection([records], tmp_path / "out", models=[breaking])
    assert (outcome.counts.read, outcome.counts.annotated, outcome.counts.failed) == (4, 3, 1)
    ((doc_id, source_file, place, step, error),) = rows(read_table(tmp_path / "out", "failures"))
    assert (doc_id, source_file, place, step) == ("b", str(records), 2, "annotate")
    assert error == "ValueError: this one is unreadable; please report the abstract"
    found = mentions(tmp_path / "out")
    assert {m.doc_id for m in found} == {"a", "c", "d"}
    assert [(m[0], m[1]) for m in by_models(found)] == [("a", "quoxarine"), ("a", "Quoxarine"), ("a", "QXR"), ("a", "QXR"), ("c", "quoxarine")]
    assert read_table(tmp_path / "out", "documents")["doc_id"].to_list() == list(TEXTS)


def test_a_model_that_fails_on_a_row_of_a_frame_leaves_the_rest(breaking: str) -> None:
    frame = pd.DataFrame({"pmid": list(TEXTS), "abstract": list(TEXTS.values())})
    found = annotate_frame(frame, models=[breaking])
    assert found.failures[["doc_id", "step"]].values.tolist() == [["b", "annotate"]]
    assert set(found.mentions["doc_id"]) == {"a", "c", "d"}
    assert found.mentions.attrs["provenance"]["models"] == described([breaking])


def test_a_frame_has_the_rows_of_a_run(model: str, records: Path, tmp_path: Path) -> None:
    annotate_collection([records], tmp_path / "out", models=[model])
    frame = pd.DataFrame({"pmid": list(TEXTS), "title": [f"Trial {k}" for k in TEXTS], "abstract": list(TEXTS.values())})
    columns = ["doc_id", "start", "end", "label", "name", "source", "score"]
    found = rows(annotate_frame(frame, models=[model]).mentions[columns])
    assert found == rows(read_table(tmp_path / "out", "mentions")[columns])
    assert found


def test_one_text_is_tagged_by_a_model(model: str) -> None:
    found = tag(TEXTS["c"], models=[model])
    assert found.loc[found["text"] == "quoxarine", ["label", "source", "score"]].values.tolist() == [["THERAPY", "en_quoxarine", 1.0]]
    assert "quoxarine" not in list(tag(TEXTS["c"], models=["none"])["text"])


def test_both_ways_give_the_same_rows(demo: Path, tmp_path: Path) -> None:
    words = {"CHEMICAL": ["serum", "infusion", "apheresis"], "DISEASE": ["relapse", "death"], "GENE": ["marrow"], "THERAPY": ["apheresis", "referral"], "POPULATION": ["parents"]}
    patterns = [{"label": label, "pattern": [{"LOWER": w}]} for label, of in words.items() for w in of]
    MODELS.ruled(patterns, factory="span_ruler").to_disk(tmp_path / "first")
    MODELS.ruled(PATTERNS).to_disk(tmp_path / "second")
    used = [str(tmp_path / "first"), str(tmp_path / "second")]
    annotate_collection([demo / "demo.nbib"], tmp_path / "out", models=used)
    found = mentions(tmp_path / "out")
    nlp = allnlp.load(models=used)
    assert nlp.pipe_names[:2] == ["allnlp_ner", "allnlp_ner_2"]
    documents = [d for d in read([demo / "demo.nbib"]) if isinstance(d, Document)]
    assert documents
    for document in documents:
        wanted = [m for m in found if m.doc_id == document.doc_id]
        assert [m._replace(doc_id=document.doc_id) for m in nlp(document.text)._.allnlp.mentions] == wanted
    assert any(m.score is not None for m in found)


def test_a_saved_pipeline_still_has_its_model(model: str, tmp_path: Path) -> None:
    nlp = allnlp.load(models=[model])
    nlp.to_disk(tmp_path / "saved")
    doc: Doc = spacy.load(tmp_path / "saved")(TEXTS["c"])
    assert doc._.allnlp.mentions == nlp(TEXTS["c"])._.allnlp.mentions
    assert [e.text for e in doc.ents if e.label_ == "THERAPY"] == ["quoxarine"]


def test_names_for_linking_are_part_of_a_run(records: Path, tmp_path: Path) -> None:
    MODELS.ruled([{"label": "THERAPY", "pattern": "quoxarin"}]).to_disk(tmp_path / "model")
    (tmp_path / "own.csv").write_text("text,label,curie,name\nquoxarine,THERAPY,my:1,quoxarine\n", encoding="utf-8")
    (tmp_path / "one.jsonl").write_text(json.dumps({"id": "1", "abstract": "Patients received quoxarin, and no quoxarine."}) + "\n", encoding="utf-8")
    options = {"models": [str(tmp_path / "model")], "link": [tmp_path / "own.csv"]}
    annotate_collection([tmp_path / "one.jsonl"], tmp_path / "out", **options)  # type: ignore[arg-type]
    (row,) = [m for m in mentions(tmp_path / "out") if m.label == "THERAPY"]
    assert (row.text, row.concept_id, row.name, row.needs_review) == ("quoxarin", "my:1", "quoxarine", True)
    assert "my:1" in read_table(tmp_path / "out", "concepts")["concept_id"].to_list()
    with pytest.raises(FolderError, match="holds a run of other terminology"):
        annotate_collection([tmp_path / "one.jsonl"], tmp_path / "out", models=[str(tmp_path / "model")])
