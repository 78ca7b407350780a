"""Numbers written in digits or in words."""

from __future__ import annotations

import re
from functools import lru_cache
from types import MappingProxyType

_UNITS = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen "
    "eighteen nineteen"
).split()
_TENS = "twenty thirty forty fifty sixty seventy eighty ninety".split()
_VALUES = MappingProxyType(
    {**{w: i for i, w in enumerate(_UNITS)}, **{w: 10 * i for i, w in enumerate(_TENS, 2)}, "hundred": 100, "thousand": 1000}
)
#: Words of which numbers are made, longer ones first.
NUMBER_WORDS = tuple(sorted((w for w in _VALUES if w != "zero"), key=len, reverse=True))
_WORD = "|".join(NUMBER_WORDS)

_BLANKS = re.compile(r"[,\s\u2008\u2009\u202f\u00a0]")
_GAP = re.compile(r"[\s-]+")

# Digits of the longest number that is one: no count of patients has more.
_LONGEST = 15

#: A whole number: 1297, 1,297, 1 297, "eighty-one", "one hundred and nine".
NUMBER = (
    r"(?:\d{1,3}(?:[,\u2008\u2009\u202f\u00a0 ]\d{3})+(?![\d.])|\d+(?![\d.,]*\d)"
    rf"|(?:{_WORD})(?:(?:[- ]|(?:(?<=hundred)|(?<=thousand))\s+and\s+)(?:{_WORD})){{0,9}}(?![a-z]))"
)


@lru_cache(maxsize=8192)
def read_number(words: str) -> int | None:
    """Value of a whole number in digits or words; None when it is none.

    >>> read_number("1,297"), read_number("One hundred and nine"), read_number("eighty-one"), read_number("few")
    (1297, 109, 81, None)
    """
    digits = _BLANKS.sub("", words)
    if digits.isascii() and digits.isdigit():
        return int(digits) if len(digits) <= _LONGEST else None
    total = part = 0
    seen = False
    for word in _GAP.split(words.lower()):
        if word == "and":
            continue
        value = _VALUES.get(word)
        if value is None:
            return None
        seen = True
        if value == 100:
            part = max(part, 1) * 100
        elif value == 1000:
            total, part = total + max(part, 1) * 1000, 0
        else:
            part += value
    return total + part if seen else None
