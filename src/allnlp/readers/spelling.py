"""Words that databases spell in their own way, and words that are another; pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from difflib import SequenceMatcher

from rapidfuzz.distance import OSA

SMALL = frozenset("of the and in for a an on de la et und der".split())
_LETTERS = str.maketrans(
    {
        "æ": "e", "œ": "e", "ø": "o", "z": "s",
        "α": "alpha", "β": "beta", "γ": "gamma", "δ": "delta", "ε": "epsilon", "ζ": "seta", "κ": "kappa", "λ": "lambda", "μ": "mu", "σ": "sigma", "ω": "omega",
    }
)  # fmt: skip
# British forms as American ones: haem-, oedema, tumour, centre and fibre, sulph-, labelled, programme, catalogue
_FORMS = (
    (("ae", "oe"), "ae|oe", "e"), (("our",), r"(?<=\w\w\w)our", "or"), (("tre", "bre"), r"(?<=\w[tb])re\b", "er"), (("sulph",), "sulph", "sulf"),
    (("ll",), r"ll(?=ed|ing|er)", "l"), (("mme",), r"mme\b", "m"), (("ogue",), r"ogue\b", "og"),
)  # fmt: skip
_BRITISH = tuple((strings, re.compile(form), american) for strings, form, american in _FORMS)  # each behind the strings that it needs
_SHORTEST = 5  # letters of words that may differ by one; PD-1 and PD-L1, IgA and IgG are two
_SAME_START = 2  # letters; symptomatic and asymptomatic, macrovascular and microvascular are two


def one_spelling(text: str) -> str:
    """Words of small letters in one spelling for British and American English and Greek letters; not to be shown.

    >>> one_spelling("randomised tumour centre"), one_spelling("ifn γ in haemophilia") == one_spelling("ifn gamma in hemophilia")
    ('randomised tumor center', True)
    """
    text = text.replace("z", "s") if text.isascii() else text.translate(_LETTERS)
    for strings, british, american in _BRITISH:
        if any(string in text for string in strings):
            text = british.sub(american, text)
    return text


def are_spellings(a: Sequence[str], b: Sequence[str]) -> bool:
    """Whether the words of two titles are the same but for spaces, small words, a plural and a slip of a letter.

    >>> are_spellings("follow up of adults".split(), "followup of the adults".split()), are_spellings("in adults".split(), "in children".split())
    (True, False)
    >>> are_spellings("hypertension with cells".split(), "hypotension with cells".split()), are_spellings(["non", "responders"], ["responders"])
    (False, False)
    """
    for what, start, end, first, last in SequenceMatcher(None, a, b, autojunk=False).get_opcodes():
        if what == "equal":
            continue
        one, other = ([word for word in words if word not in SMALL] for words in (a[start:end], b[first:last]))
        is_same = "".join(one) == "".join(other)
        if not is_same and (len(one) != len(other) or not all(_are_near(x, y) for x, y in zip(one, other, strict=True))):
            return False
    return True


def _are_near(a: str, b: str) -> bool:
    """Whether two words are one, or its plural, or a slip of one letter after the first two."""
    if a == b or a + "s" == b or b + "s" == a:
        return True
    is_long = min(len(a), len(b)) >= _SHORTEST and not any(c.isdecimal() for c in a + b)
    return is_long and a[:_SAME_START] == b[:_SAME_START] and int(OSA.distance(a, b)) <= 1
