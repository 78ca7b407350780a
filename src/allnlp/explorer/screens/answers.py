"""Answers of questions as pages keep them; not where a reviewer's decisions filter, which change while the folder stays."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import TypeVar

from allnlp.collection.filters import Filters
from allnlp.explorer.store import Store

Answer = TypeVar("Answer")


def answered(store: Store, filters: Filters, question: tuple[Hashable, ...], answer: Callable[[], Answer]) -> Answer:
    """The answer to a question under filters, made once.

    Args:
        store: of the folder.
        filters: of the question.
        question: what tells it from others, without the filters.
        answer: makes it.
    """
    return answer() if filters.decisions else store.kept((*question, filters), answer)
