"""Which packages are installed."""

from __future__ import annotations

import importlib.metadata
import json
from pathlib import Path
from types import SimpleNamespace

import pytest

from allnlp.errors import ModelError
from allnlp.models import find_package, installed_version, list_models, package_in
from allnlp.models.sources import Source


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of a package of a model that can be imported while the test runs."""
    monkeypatch.syspath_prepend(str(tmp_path))
    home = tmp_path / "en_small_there"
    inner = home / "en_small_there-1.2.0"
    inner.mkdir(parents=True)
    meta = {"lang": "en", "name": "small_there", "version": "1.2.0", "license": "CC0", "spacy_version": ">=3.8", "labels": {"ner": ["B", "A"], "tok2vec": []}}
    for folder in (home, inner):
        (folder / "meta.json").write_text(json.dumps(meta))
    (home / "__init__.py").write_text("raise RuntimeError('is not imported')")
    (inner / "config.cfg").write_text("")
    return home


@pytest.mark.parametrize("name", ["en_small_there", "en-small-there"])
def test_a_package_is_found_without_an_import(home: Path, name: str) -> None:
    package = find_package(name)
    assert package is not None
    assert package[:5] == ("en_small_there", "1.2.0", ">=3.8", "CC0", ("A", "B"))
    assert (package.folder.name, package.module) == ("en_small_there-1.2.0", "en_small_there")
    assert installed_version(name) == "1.2.0"


@pytest.mark.parametrize("name", ["json", "en_not_there", "../x", "", "a.b"])
def test_what_is_no_model_is_not_found(name: str) -> None:
    assert find_package(name) is None


def test_a_damaged_package_is_one_message(home: Path) -> None:
    (home / "en_small_there-1.2.0" / "config.cfg").unlink()
    with pytest.raises(ModelError, match=r"has no config\.cfg"):
        find_package("en_small_there")


def test_a_folder_has_the_name_of_its_meta(home: Path) -> None:
    assert package_in(home / "en_small_there-1.2.0").name == "en_small_there"


def test_other_installed_models_are_listed_after_the_known_ones(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.metadata, "entry_points", lambda group: [SimpleNamespace(name="en_small_there")])
    known = Source("en_known", "1", "https://x", "", "MIT", ("C",), "", "")
    rows = list_models([known])
    assert [(r.name, r.installed, r.labels) for r in rows] == [("en_known", None, ("C",)), ("en_small_there", "1.2.0", ("A", "B"))]
