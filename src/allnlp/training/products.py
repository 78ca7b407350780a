"""Matrix products by NumPy while a model is trained: on a processor they are faster than those that thinc ships."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from thinc.api import Model, NumpyOps, get_current_ops, set_current_ops

from allnlp.components.ner import MatmulOps


@contextmanager
def numpy_products(model: Model[Any, Any]) -> Iterator[None]:
    """Within it the model, and layers made meanwhile, multiply by NumPy; afterwards everything is as it was.

    Sums are rounded otherwise than by thinc's own product, so that a model trained within differs in its last digits from one
    trained without; with the same number of threads it is the same to the byte every time.
    """
    before = get_current_ops()
    nodes = [(node, node.ops) for node in model.walk() if type(node.ops) is NumpyOps]
    ops = MatmulOps()
    try:
        if type(before) is NumpyOps:  # not on a graphics card, nor where the machine has operations of its own
            set_current_ops(ops)
            for node, _ in nodes:
                node.ops = ops
        yield
    finally:
        set_current_ops(before)
        for node, own in nodes:
            node.ops = own
