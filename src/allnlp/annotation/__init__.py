"""Annotation of texts and collections: the pipeline, and the run that writes an annotated folder."""

from __future__ import annotations

import importlib
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from allnlp.annotation.entities import chosen, find_entities
    from allnlp.annotation.frames import FrameTables, annotate_frame, tag
    from allnlp.annotation.pipeline import load
    from allnlp.annotation.run import Counts, Outcome, Progress, annotate_collection
    from allnlp.annotation.shards import Rows, annotate_document

_MODULES = {
    "entities": ("chosen", "find_entities"),
    "frames": ("FrameTables", "annotate_frame", "tag"),
    "pipeline": ("load",),
    "run": ("Counts", "Outcome", "Progress", "annotate_collection"),
    "shards": ("Rows", "annotate_document"),
}
_MODULE_OF = MappingProxyType({name: module for module, names in _MODULES.items() for name in names})

__all__ = [
    "Counts", "FrameTables", "Outcome", "Progress", "Rows", "annotate", "annotate_collection", "annotate_document", "annotate_frame", "chosen",
    "find_entities", "load", "tag",
]  # fmt: skip


def annotate(*inputs: str | Path, out: str | Path, **options: Any) -> Outcome:
    """Annotate inputs into the folder ``out``; options as those of `annotate_collection`."""
    from allnlp.annotation.run import annotate_collection

    return annotate_collection(inputs, Path(out), **options)


def __getattr__(name: str) -> Any:
    """Names of this package, imported at first use: a process that annotates needs neither frames nor a spaCy pipeline."""
    if name in _MODULE_OF:
        return getattr(importlib.import_module(f"allnlp.annotation.{_MODULE_OF[name]}"), name)
    raise AttributeError(f"module 'allnlp.annotation' has no attribute {name!r}")
