"""The explorer: pages over a folder, made on this computer and shown in its browser; and the report, one file of the same."""

from __future__ import annotations

from allnlp.explorer.server import serve

__all__ = ["serve"]
