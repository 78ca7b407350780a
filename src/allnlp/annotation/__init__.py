"""Annotation of texts and collections: the pipeline, and the run that writes an annotated folder."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from allnlp.annotation.entities import chosen, find_entities
from allnlp.annotation.frames import FrameTables, annotate_frame, tag
from allnlp.annotation.run import Counts, Outcome, Progress, annotate_collection
from allnlp.annotation.shards import Rows, annotate_document

if TYPE_CHECKING:
    from allnlp.annotation.pipeline import load

__all__ = [
    "Counts", "FrameTables", "Outcome", "Progress", "Rows", "annotate", "annotate_collection", "annotate_document", "annotate_frame", "chosen",
    "find_entities", "load", "tag",
]  # fmt: skip


def annotate(*inputs: str | Path, out: str | Path, **options: Any) -> Outcome:
    """Annotate inputs into the folder ``out``; options as those of `annotate_collection`."""
    return annotate_collection(inputs, Path(out), **options)


def __getattr__(name: str) -> Any:
    """``load``, imported at first use: bulk annotation needs no spaCy pipeline."""
    if name == "load":
        from allnlp.annotation.pipeline import load

        return load
    raise AttributeError(f"module 'allnlp.annotation' has no attribute {name!r}")
