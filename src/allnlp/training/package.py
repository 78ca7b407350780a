"""A trained pipeline on disk: as a folder that ``spacy.load`` takes, and as the source of an installable package."""

from __future__ import annotations

import json
import re
import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from spacy.language import Language

from allnlp.errors import OptionError
from allnlp.evaluation import Score

_INIT = '''"""A model of named entities; ``meta.json`` says what it finds and how it was made."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from spacy.language import Language
from spacy.util import get_model_meta, load_model_from_init_py

__version__ = get_model_meta(Path(__file__).parent)["version"]


def load(**overrides: Any) -> Language:
    """The pipeline."""
    return load_model_from_init_py(__file__, **overrides)
'''
_PROJECT = """[build-system]
requires = ["hatchling>=1.25"]
build-backend = "hatchling.build"

[project]
name = "{package}"
version = "{version}"
description = {description}
license = {licence}
requires-python = ">=3.11"
dependencies = {requirements}

[project.entry-points.spacy_models]
{package} = "{package}"

[tool.hatch.build.targets.wheel]
packages = ["{package}"]
"""


def describe(
    nlp: Language,
    *,
    name: str,
    description: str,
    version: str = "0.1.0",
    licence: str = "",
    scores: Mapping[str, Score] | None = None,
    training: Mapping[str, Any] | None = None,
    requirements: tuple[str, ...] = (),
) -> None:
    """Write into the pipeline's ``meta`` what it is, how good it is and how it was made.

    Args:
        nlp: a trained pipeline.
        name: without the language: ``bio_sm`` becomes the package ``en_bio_sm``.
        description: one sentence.
        version: of the model.
        licence: of the model, as its data allow; an SPDX name.
        scores: by label and of all, with the keys that spaCy's own models have (``ents_f``, ``ents_per_type``).
        training: how it was made: seed, steps, data with their hashes, under the key ``training``.
        requirements: what the package needs besides spaCy.
    """
    nlp.meta.update(name=model_name(name), version=version, description=description, license=licence, requirements=list(requirements))
    nlp.meta["training"] = dict(training or {})
    if scores:
        nlp.meta["performance"] = performance(scores)


def model_name(name: str) -> str:
    """A name as a package can have it, without the language before it.

    >>> model_name("en_Bio-sm"), model_name("mine")
    ('bio_sm', 'mine')
    """
    return re.sub(r"[^a-z0-9]+", "_", name.lower()).strip("_").removeprefix("en_") or "model"


def performance(scores: Mapping[str, Score]) -> dict[str, Any]:
    """Scores with the names that spaCy gives them, in [0, 1].

    >>> performance({"TOXICITY": Score(1.0, 0.5, 0.75, 2, 1), "all": Score(1.0, 0.5, 0.75, 2, 1)})["ents_f"]
    0.75
    """
    by_label = {label: {"p": s.precision, "r": s.recall, "f": s.f} for label, s in scores.items() if label != "all"}
    whole = scores["all"]
    return {"ents_f": whole.f, "ents_p": whole.precision, "ents_r": whole.recall, "ents_per_type": by_label}


def refuse_to_replace(folder: Path, *, overwrite: bool) -> None:
    """See that a model may be written to a folder.

    Raises:
        OptionError: something lies there; with ``overwrite``, something that is no model.
    """
    if not folder.exists() or (folder.is_dir() and not any(folder.iterdir())):
        return
    if not overwrite:
        raise OptionError(f"{folder} exists. Give another folder with -o, or replace the model there with --overwrite.")
    if not ((folder / "meta.json").is_file() and (folder / "config.cfg").is_file()):
        raise OptionError(f"{folder} is no model (it has no meta.json and config.cfg), so that it is not replaced. Give another folder with -o.")


def save(nlp: Language, folder: Path, *, overwrite: bool = False) -> None:
    """Write a pipeline to a folder, whole or not at all.

    Raises:
        OptionError: see ``refuse_to_replace``.
    """
    refuse_to_replace(folder, overwrite=overwrite)
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder.parent, prefix=f".{folder.name}.") as work:
        nlp.to_disk(Path(work) / "new")
        (Path(work) / "new").chmod(0o755)
        if folder.exists():
            folder.rename(Path(work) / "old")
        (Path(work) / "new").rename(folder)


def write_package(model: Path, out: Path) -> Path:
    """Write the source of an installable package of a saved pipeline; returns its folder, ``out/NAME-VERSION``.

    ``pip install`` takes the folder, ``python -m build`` makes a wheel of it; then ``spacy.load("NAME")`` works anywhere.

    Args:
        model: a folder of ``save``.
        out: where the folder is made; one of the same name and version is replaced.
    """
    meta = json.loads((model / "meta.json").read_text(encoding="utf-8"))
    package = f"{meta['lang']}_{meta['name']}"
    whole = f"{package}-{meta['version']}"
    root = out / whole
    if root.exists():
        shutil.rmtree(root)
    (root / package).mkdir(parents=True)
    shutil.copytree(model, root / package / whole)
    shutil.copy(model / "meta.json", root / package / "meta.json")
    (root / package / "__init__.py").write_text(_INIT, encoding="utf-8")
    requirements = [f"spacy{meta['spacy_version']}", *meta.get("requirements", ())]
    cells = {name: json.dumps(value) for name, value in (("description", meta["description"]), ("requirements", requirements))}
    project = _PROJECT.format(package=package, version=meta["version"], licence=json.dumps(meta["license"]), **cells)
    (root / "pyproject.toml").write_text(project.replace('license = ""\n', ""), encoding="utf-8")
    return root
