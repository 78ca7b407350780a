"""Questions on an annotated folder; the answers are tables."""

from __future__ import annotations

from allnlp.collection.collection import Collection
from allnlp.collection.evidence_table import EvidenceTable
from allnlp.collection.explain import Explanation, explain
from allnlp.collection.summary import Summary, summarise

__all__ = ["Collection", "EvidenceTable", "Explanation", "Summary", "explain", "summarise"]
