"""The models of a run: which they are, and what they find in its texts."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable, Sequence
from pathlib import Path

from allnlp.text.entities import Entity
from allnlp.text.triage import may_hold_mentions

DEFAULT = "en_allnlp_bio_sm"
VARIABLE = "ALLNLP_MODEL"
BATCH = 64  # texts that a model reads together; always the same, so that a run gives the same bytes


def chosen(models: Iterable[str] | None) -> tuple[str, ...]:
    """The models to use: those that are named, none where the only name is "none".

    None means the names in the environment variable ``ALLNLP_MODEL`` (with blanks between), or else the shipped model, if it is installed.

    >>> chosen(["none"]), chosen(["en_ner_bc5cdr_md"])
    ((), ('en_ner_bc5cdr_md',))
    """
    if models is None and VARIABLE in os.environ:
        models = os.environ[VARIABLE].split()
    if models is None:
        from allnlp.models import find_package  # nor does a run without models need what fetches them

        return (DEFAULT,) if find_package(DEFAULT) is not None else ()
    return tuple(dict.fromkeys(m for m in models if m != "none"))


def described(models: Sequence[str]) -> list[dict[str, str]]:
    """Name, version and hash of each model: what it is that another run must have to give the same.

    Raises:
        ModelError: a model is not installed or cannot be loaded.
    """
    if not models:
        return []  # spaCy is not needed by a run without models
    from allnlp.components.ner import borrow

    packages = [borrow(m).package for m in models]
    return [{"name": p.name, "version": p.version, "sha256": _hash(p.folder)} for p in packages]


def find_entities(texts: Sequence[str], models: Sequence[str], *, triage: bool = True) -> list[list[Entity]]:
    """What the models find in each text, model by model.

    Args:
        texts: documents.
        models: packages or folders.
        triage: leave out texts that no mention can be added to, see ``text.triage``.

    Raises:
        ModelError: a model is not installed or cannot be loaded.
    """
    found: list[list[Entity]] = [[] for _ in texts]
    if models:
        from allnlp.components.ner import borrow
    read = [i for i, text in enumerate(texts) if not triage or may_hold_mentions(text)]
    for model in models:
        for i, more in zip(read, borrow(model).entities([texts[i] for i in read], batch_size=BATCH), strict=True):
            found[i] += more
    return found


def _hash(folder: Path) -> str:
    """Hash of the files of a pipeline, by name and content; empty for a model that is no folder."""
    if not folder.is_dir():
        return ""
    digest = hashlib.sha256()
    for path in sorted(p for p in folder.rglob("*") if p.is_file() and "__pycache__" not in p.parts):
        digest.update(path.relative_to(folder).as_posix().encode() + b"\0" + hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()[:16]
