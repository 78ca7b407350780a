"""Statistics of counts as pure functions: proportions and their pooling, association of concepts; no file, no table, no clock."""

from __future__ import annotations

from allnlp.association.proportions import (
    ADJUSTMENTS,
    INTERVALS,
    METHODS,
    Pooled,
    clopper_pearson,
    pool_proportions,
    wilson,
)

__all__ = ["ADJUSTMENTS", "INTERVALS", "METHODS", "Pooled", "clopper_pearson", "pool_proportions", "wilson"]
