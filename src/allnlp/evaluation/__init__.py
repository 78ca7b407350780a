"""Agreement with gold: of annotated folders, one or several side by side, and of marks in general."""

from __future__ import annotations

from allnlp.evaluation.comparison import Compared, compare_reports, compare_scores
from allnlp.evaluation.folder import CARD, Fault, Report, evaluate, first_of_each, score_documents
from allnlp.evaluation.gold import GoldDocument, read_gold
from allnlp.evaluation.scores import Mark, Score, b_cubed, exact_scores, normal, overlap_pairs, score

__all__ = [
    "CARD",
    "Compared",
    "Fault",
    "GoldDocument",
    "Mark",
    "Report",
    "Score",
    "b_cubed",
    "compare_reports",
    "compare_scores",
    "evaluate",
    "exact_scores",
    "first_of_each",
    "normal",
    "overlap_pairs",
    "read_gold",
    "score",
    "score_documents",
]
