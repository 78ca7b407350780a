"""allnlp: from a PubMed export to evidence tables, each number with its sentences."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pathlib import Path

    from allnlp.annotation import annotate, load, tag
    from allnlp.collection import Collection

    def open(folder: str | Path) -> Collection:  # noqa: A001 - as gzip.open
        """An annotated folder."""

    __version__: str

__all__ = ["Collection", "__version__", "annotate", "load", "open", "tag"]


def __getattr__(name: str) -> Any:
    """Names of the Python interface, made at first use so that the command line starts at once."""
    if name == "__version__":
        from importlib.metadata import version

        return version("allnlp")
    if name in ("annotate", "load", "tag"):
        from allnlp import annotation

        return getattr(annotation, name)
    if name in ("Collection", "open"):
        from allnlp.collection import Collection

        return Collection
    raise AttributeError(f"module 'allnlp' has no attribute {name!r}")
