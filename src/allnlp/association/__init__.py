"""Statistics of counts as pure functions: proportions and their pooling, association of concepts; no file, no table, no clock."""

from __future__ import annotations

from allnlp.association.cooccurrence import (
    Difference,
    JointCounts,
    Measures,
    difference,
    joint_counts,
    joint_documents,
    measures,
    text_mining_score,
)
from allnlp.association.fisher import benjamini_hochberg, fisher_exact, fisher_exact_log10
from allnlp.association.proportions import (
    ADJUSTMENTS,
    INTERVALS,
    METHODS,
    Pooled,
    clopper_pearson,
    pool_proportions,
    wilson,
)

__all__ = [
    "ADJUSTMENTS",
    "INTERVALS",
    "METHODS",
    "Difference",
    "JointCounts",
    "Measures",
    "Pooled",
    "benjamini_hochberg",
    "clopper_pearson",
    "difference",
    "fisher_exact",
    "fisher_exact_log10",
    "joint_counts",
    "joint_documents",
    "measures",
    "pool_proportions",
    "text_mining_score",
    "wilson",
]
