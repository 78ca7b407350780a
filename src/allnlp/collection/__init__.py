"""Questions on an annotated folder; the answers are tables."""

from __future__ import annotations

from allnlp.collection.explain import Explanation, explain
from allnlp.collection.summary import Summary, summarise

__all__ = ["Explanation", "Summary", "explain", "summarise"]
