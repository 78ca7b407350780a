"""The list of models that can be installed: ``models/sources.toml``."""

from __future__ import annotations

import difflib
import importlib.resources
import tomllib
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

from allnlp.errors import ModelError

HUB = "hf:"
HUB_PACKAGE = "spacy-huggingface-pipelines"
_FILE = "sources.toml"


class Source(NamedTuple):
    """A model and where it lies; ``sha256`` is empty where no checksum is recorded.

    ``url`` without a scheme is a path in the repository, in which ``*`` stands for anything.
    """

    name: str
    version: str
    url: str
    sha256: str
    licence: str
    labels: tuple[str, ...]
    trained_on: str
    needs: str


def checkout() -> Path:
    """Folder of the repository, where allnlp runs from one; else a folder that does not hold the list."""
    return Path(__file__).parents[3]


def sources_file() -> Path:
    """The list: inside the installed package, else in the repository."""
    packaged = Path(str(importlib.resources.files("allnlp.models"))) / _FILE
    return packaged if packaged.is_file() else checkout() / "models" / _FILE


def read_sources(path: Path | None = None) -> tuple[Source, ...]:
    """Models of a list (the one that comes with allnlp by default), in its order.

    Raises:
        ModelError: the list is missing or malformed.
    """
    path = path or sources_file()
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ModelError(f"{path}: cannot be read ({error.strerror}). Install allnlp again.") from None
    except tomllib.TOMLDecodeError as error:
        raise ModelError(f"{path}: is no TOML ({error}). Mend it.") from None
    tables = content.get("model", [])
    if not isinstance(tables, list):
        raise ModelError(f"{path}: model is {tables!r}, expected tables [[model]]. Mend it.")
    return tuple(_source(f"{path.name}: table {i}", table) for i, table in enumerate(tables, 1))


def _source(at: str, table: dict[str, Any]) -> Source:
    absent, more = sorted(set(Source._fields) - set(table)), sorted(set(table) - set(Source._fields))
    if absent or more:
        what = f"lacks {', '.join(absent)}" if absent else f"has {', '.join(more)}, which mean nothing"
        raise ModelError(f"{at} ({table.get('name', 'no name')}) {what}. Give each of {', '.join(Source._fields)}.")
    for key, value in table.items():
        if not isinstance(value, list if key == "labels" else str):
            raise ModelError(f"{at}: {key} is {value!r}, expected {'a list of strings' if key == 'labels' else 'a string'}. Mend it.")
    return Source(**{**table, "labels": tuple(table["labels"])})


def source_of(name: str, sources: Sequence[Source] | None = None) -> Source | None:
    """The listed model of a name; None where the list does not hold it."""
    return next((s for s in (read_sources() if sources is None else sources) if s.name == name), None)


def missing(name: str) -> ModelError:
    """What to say of a model that is not installed: the command that installs it, or which names are near."""
    if name.startswith(HUB):
        return ModelError(f"{name} needs {HUB_PACKAGE}, which is not installed. Install it: pip install {HUB_PACKAGE}")
    source = source_of(name)
    if source is not None:
        by_hand = f", or: pip install --no-deps {source.url}" if "://" in source.url else ""
        return ModelError(f"the model {name} is not installed. Install it: allnlp models install {name}{by_hand}")
    near = difflib.get_close_matches(name, [s.name for s in read_sources()], n=3, cutoff=0.6)
    return ModelError(
        f"no model {name!r} is installed, and no folder has that path."
        + (f" Did you mean: {', '.join(near)}?" if near else "")
        + f" Known ones: allnlp models list. Another spaCy package: allnlp models install {name} --from FILE-OR-URL"
    )
