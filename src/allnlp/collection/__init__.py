"""Questions on an annotated folder; the answers are tables."""

from __future__ import annotations

from allnlp.collection.summary import Summary, summarise

__all__ = ["Summary", "summarise"]
