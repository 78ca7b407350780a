"""allnlp: from a PubMed export to evidence tables, each number with its sentences."""

from __future__ import annotations

from importlib.metadata import version
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from allnlp.annotation import annotate, load

__all__ = ["__version__", "annotate", "load"]
__version__ = version("allnlp")


def __getattr__(name: str) -> Any:
    """Names of the Python interface, imported at first use so that the command line starts at once."""
    if name in __all__:
        from allnlp import annotation

        return getattr(annotation, name)
    raise AttributeError(f"module 'allnlp' has no attribute {name!r}")
