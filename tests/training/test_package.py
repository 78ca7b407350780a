"""A model on disk, and the package of it."""

from __future__ import annotations

import importlib
import json
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from spacy.language import Language

from allnlp.errors import OptionError
from allnlp.evaluation import Score
from allnlp.text.name_table import build
from allnlp.training.marks import Mark, Passage
from allnlp.training.package import describe, model_name, refuse_to_replace, save, write_package
from allnlp.training.pipeline import new_pipeline, recogniser
from allnlp.training.train import train

SCORES = {"THERAPY": Score(1.0, 0.5, 2 / 3, 2, 1), "all": Score(1.0, 0.5, 2 / 3, 2, 1)}


@pytest.fixture(scope="module")
def trained() -> Language:
    nlp = new_pipeline(build([]), recogniser(width=16, depth=1, hidden=16, rows=(50,) * 9))
    train(nlp, [Passage("1", "novacel helps", (Mark(0, 7, "THERAPY"),))], steps=2)
    describe(
        nlp, name="En-My model", description='Finds "drugs"', licence="CC0-1.0", scores=SCORES, training={"seed": 0}, requirements=("allnlp",)
    )
    return nlp


def test_a_model_says_what_it_is(trained: Language, tmp_path: Path) -> None:
    save(trained, tmp_path / "deep" / "mine")
    meta = json.loads((tmp_path / "deep" / "mine" / "meta.json").read_text())
    assert (meta["lang"], meta["name"], meta["license"], meta["requirements"]) == ("en", "my_model", "CC0-1.0", ["allnlp"])
    assert meta["labels"] == {"ner": ["THERAPY"]}
    assert meta["training"] == {"seed": 0}
    assert meta["performance"]["ents_p"] == 1
    assert set(meta["performance"]["ents_per_type"]) == {"THERAPY"}
    assert sorted(p.name for p in (tmp_path / "deep").iterdir()) == ["mine"]


def test_a_package_loads_by_its_name(trained: Language, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    save(trained, tmp_path / "mine")
    root = write_package(tmp_path / "mine", tmp_path / "packages")
    assert write_package(tmp_path / "mine", tmp_path / "packages") == root
    project = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert (root.name, project["name"], project["license"]) == ("en_my_model-0.1.0", "en_my_model", "CC0-1.0")
    assert project["dependencies"][1] == "allnlp"
    assert project["entry-points"]["spacy_models"] == {"en_my_model": "en_my_model"}
    monkeypatch.syspath_prepend(str(root))
    module = importlib.import_module("en_my_model")
    assert module.__version__ == "0.1.0"
    assert module.load().pipe_names == ["allnlp_names", "ner"]


@pytest.mark.slow
def test_a_package_loads_in_a_process_that_does_not_know_us(trained: Language, tmp_path: Path) -> None:
    save(trained, tmp_path / "mine")
    root = write_package(tmp_path / "mine", tmp_path)
    program = "import en_my_model; print(en_my_model.load()('novacel helps').text)"
    ran = subprocess.run([sys.executable, "-c", program], cwd=root, capture_output=True, text=True, check=True)
    assert ran.stdout == "novacel helps\n"


def test_a_model_is_replaced_only_when_asked(trained: Language, tmp_path: Path) -> None:
    save(trained, tmp_path / "mine")
    with pytest.raises(OptionError, match="replace the model there with --overwrite"):
        save(trained, tmp_path / "mine")
    save(trained, tmp_path / "mine", overwrite=True)
    assert sorted(p.name for p in tmp_path.iterdir()) == ["mine"]


def test_what_is_no_model_is_never_replaced(trained: Language, tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("mine")
    for path in (tmp_path, tmp_path / "notes.txt"):
        with pytest.raises(OptionError, match="is no model"):
            save(trained, path, overwrite=True)
    (tmp_path / "empty").mkdir()
    refuse_to_replace(tmp_path / "empty", overwrite=False)


@pytest.mark.parametrize(("name", "expected"), [("en_mine", "mine"), ("Über 2", "ber_2"), ("--", "model")])
def test_a_folder_gives_a_name_that_a_package_can_have(name: str, expected: str) -> None:
    assert model_name(name) == expected
