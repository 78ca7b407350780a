"""An order of rows in which similar ones stand side by side."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt


def similar_together(values: npt.NDArray[np.float64]) -> tuple[int, ...]:
    """Places of the rows, ordered so that neighbours are as alike as a tree of them allows.

    >>> similar_together(np.array([[9.0, 0.0], [0.0, 9.0], [8.0, 1.0]]))
    (1, 2, 0)

    Args:
        values: shape (rows, columns), finite.

    Returns:
        Each of ``range(rows)`` once; as they stand where there are fewer than three, or all are the same.

    Source:
        Average linkage of Euclidean distances; Bar-Joseph, Gifford and Jaakkola (2001), Fast optimal leaf ordering.
    """
    if len(values) < 3 or not values.shape[1]:
        return tuple(range(len(values)))
    from scipy.cluster.hierarchy import leaves_list, linkage, optimal_leaf_ordering
    from scipy.spatial.distance import pdist

    apart = pdist(values)
    if not apart.any():
        return tuple(range(len(values)))
    return tuple(int(i) for i in leaves_list(optimal_leaf_ordering(linkage(apart, "average"), apart)))
