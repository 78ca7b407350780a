"""Rows of what is shown of models."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from allnlp.models.installed import find_package, installed_names, installed_version
from allnlp.models.sources import HUB, HUB_PACKAGE, Source, read_sources


class ListedModel(NamedTuple):
    """A model in a list; ``installed`` is the version that is installed, or None."""

    name: str
    version: str
    installed: str | None
    licence: str
    labels: tuple[str, ...]
    trained_on: str
    needs: str
    url: str
    sha256: str


class FoundEntity(NamedTuple):
    """What a model found in the example; ``kind`` is None where no row of ``ner_labels.tsv`` knows the label."""

    text: str
    label: str
    kind: str | None
    score: float | None


class Inspection(NamedTuple):
    """What was seen of a model that was loaded and run on one invented sentence.

    ``kinds`` are pairs of a label and its kind, ``unknown`` the labels that no row of ``ner_labels.tsv`` knows.
    """

    name: str
    version: str
    spacy_needed: str
    spacy_installed: str
    fits_spacy: bool
    kinds: tuple[tuple[str, str], ...]
    unknown: tuple[str, ...]
    sentence: str
    found: tuple[FoundEntity, ...]


def list_models(sources: Sequence[Source] | None = None) -> list[ListedModel]:
    """Listed models in the order of the list, then other installed models of spaCy by name."""
    sources = read_sources() if sources is None else sources
    rows = [
        ListedModel(s.name, s.version, _installed(s.name), s.licence, s.labels, s.trained_on, s.needs, s.url, s.sha256) for s in sources
    ]
    others = [find_package(name) for name in installed_names() if name not in {s.name for s in sources}]
    return rows + [
        ListedModel(p.name, p.version, p.version, p.licence, p.labels, "", f"spacy {p.spacy_version}".strip(), "", "") for p in others if p
    ]


def _installed(name: str) -> str | None:
    """The version of a model; of one of the Hugging Face hub that of what runs it."""
    if not name.startswith(HUB):
        return installed_version(name)
    runs = installed_version(HUB_PACKAGE)
    return f"by {HUB_PACKAGE} {runs}" if runs else None
