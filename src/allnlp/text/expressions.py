"""Regular expressions that are compiled when they are first used: a process that starts waits for none."""

from __future__ import annotations

import re
from typing import Any, cast

_METHODS = ("search", "match", "fullmatch", "finditer", "findall", "sub", "subn", "split")


class _Expression:
    """Stands for the compiled expression, whose methods it takes over at the first use of any."""

    __slots__ = (*_METHODS, "_flags", "_words")

    def __init__(self, words: str, flags: int) -> None:
        self._words = words
        self._flags = flags

    def __getattr__(self, name: str) -> Any:
        regex = re.compile(self._words, self._flags)
        for method in _METHODS:
            setattr(self, method, getattr(regex, method))
        return getattr(regex, name)


def expression(words: str, flags: int = 0) -> re.Pattern[str]:
    r"""The expression, to be used by its methods; one that is wrong says so at its first use.

    >>> expression(r"\bcells?\b", re.IGNORECASE).sub("x", "Cell by cell")
    'x by x'
    """
    return cast("re.Pattern[str]", _Expression(words, flags))
