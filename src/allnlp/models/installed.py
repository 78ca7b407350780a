"""Which spaCy packages are installed, and where their files lie; none is imported."""

from __future__ import annotations

import importlib.metadata
import importlib.util
import json
from pathlib import Path
from typing import Any, NamedTuple

from allnlp.errors import ModelError


class Package(NamedTuple):
    """A pipeline on disk: ``name`` is that of its package, ``folder`` holds its ``config.cfg``.

    ``module`` is the package to import, so that the package's own code is known; None for a mere folder.
    """

    name: str
    version: str
    spacy_version: str
    licence: str
    labels: tuple[str, ...]
    folder: Path
    module: str | None


def find_package(name: str) -> Package | None:
    """The pipeline that an installed package of this name holds; None where there is none.

    Raises:
        ModelError: the package is there, but it is damaged.
    """
    name = name.replace("-", "_")
    spec = importlib.util.find_spec(name) if name.isidentifier() else None
    if spec is None or spec.origin is None:
        return None
    home = Path(spec.origin).parent
    if not (home / "meta.json").is_file():
        return None
    meta = read_meta(home)
    inner = home / f"{meta.get('lang', '')}_{meta.get('name', '')}-{meta.get('version', '')}"
    return package_in(inner if inner.is_dir() else home, module=name)


def package_in(folder: Path, *, module: str | None = None) -> Package:
    """The pipeline that a folder holds.

    Raises:
        ModelError: the folder is no pipeline of spaCy.
    """
    meta = read_meta(folder)
    if not (folder / "config.cfg").is_file():
        raise ModelError(f"{folder}: has no config.cfg. Give the folder of a spaCy pipeline, as nlp.to_disk and allnlp train write it.")
    by_component = meta.get("labels", {})
    labels = sorted({str(label) for of in by_component.values() for label in of} if isinstance(by_component, dict) else ())
    version, spacy_version, licence = (str(meta.get(key, "")) for key in ("version", "spacy_version", "license"))
    name = module or f"{meta.get('lang', 'en')}_{meta.get('name', 'pipeline')}"
    return Package(name, version, spacy_version, licence, tuple(labels), folder, module)


def read_meta(folder: Path) -> dict[str, Any]:
    """The content of a pipeline's ``meta.json``.

    Raises:
        ModelError: it is missing or damaged.
    """
    path = folder / "meta.json"
    try:
        meta = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ModelError(f"{path}: cannot be read ({error.strerror}). Give the folder of a spaCy pipeline, with meta.json and config.cfg.") from None
    except ValueError as error:
        raise ModelError(f"{path}: is no JSON ({error}). Install the model again, or write it anew.") from None
    if not isinstance(meta, dict):
        raise ModelError(f"{path}: holds {type(meta).__name__}, expected an object. Install the model again, or write it anew.")
    return meta


def installed_version(name: str) -> str | None:
    """Version of an installed model; None where it is not installed."""
    try:
        return importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        package = find_package(name)
        return package.version if package else None


def installed_names() -> list[str]:
    """Names of the installed packages that call themselves models of spaCy, sorted."""
    return sorted({entry.name for entry in importlib.metadata.entry_points(group="spacy_models")})
