"""Folding of text for matching: one character for one, so that offsets stay true.

Letters and digits become lower case, everything else a blank: "CAR-T", "CAR T" and "CAR\u2011T" are one.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from allnlp.terminology import Spelling


class _Folding(dict[int, str]):
    """Folds a character at first sight and keeps the answer (bounded by the number of code points)."""

    def __missing__(self, code: int) -> str:
        char = chr(code)
        low = char.lower()
        folded = (low if len(low) == 1 else char) if char.isalnum() else " "
        self[code] = folded
        return folded


_FOLDING = _Folding()  # a cache of a pure function
_ASCII = bytes(ord(chr(i).lower()) if chr(i).isalnum() else 32 for i in range(128)) + bytes(range(128, 256))
_NO_ASCII = re.compile(r"[^\x00-\x7f]+")
_ANTI = re.compile(r"^anti-([a-z]{5})")
_ANTI_JOINED = re.compile(r"^anti(?=[a-z]{5})([a-z])")
_BLANKS = re.compile(r"[^\w]|_")


def fold(text: str) -> str:
    """Folded text of the same length.

    >>> fold("anti-CD19 CAR-T")
    'anti cd19 car t'
    """
    if not text.isascii():
        text = _NO_ASCII.sub(_folded, text)
    return text.encode(errors="surrogatepass").translate(_ASCII).decode(errors="surrogatepass")


def _folded(found: re.Match[str]) -> str:
    return found.group().translate(_FOLDING)


def mask(text: str) -> str:
    """Text with case kept and all but letters and digits as blanks.

    >>> mask("B-ALL/LBL")
    'B ALL LBL'
    """
    return _BLANKS.sub(" ", text)


def variants(text: str, spellings: Iterable[Spelling], *, exact: bool) -> list[str]:
    """The forms in which a listed text is matched: other spellings, singular and plural of the last word.

    >>> variants("acute leukemia", [Spelling("emia", "aemia", "")], exact=False)
    ['acute leukaemia', 'acute leukaemias', 'acute leukemia', 'acute leukemias']
    """
    forms = {text if exact else text.lower()}
    if not exact:
        low = text.lower()
        for s in spellings:
            if s.american not in low and s.other not in low:
                continue
            for a, b in ((s.american, s.other), (s.other, s.american)):
                forms |= {f.replace(a, b) for f in forms if a in f and (len(a) >= len(b) or b not in f)}
            if len(forms) > 32:
                break
        forms |= {_ANTI.sub(r"anti\1", f) if f.startswith("anti-") else _ANTI_JOINED.sub(r"anti-\1", f) for f in forms}
    for form in tuple(forms):
        forms |= set(_numbers(form, exact=exact))
    return sorted(forms)


def _numbers(form: str, *, exact: bool) -> list[str]:
    """Plural and singular of the last word."""
    if exact:
        last = form[-1]
        return [form + "s"] if last.isalpha() and last != "s" and len(form) > 1 else []
    if not form[-1].isalpha() or len(form) < 4:
        return []
    if form.endswith("sis"):
        return [form[:-2] + "es"]
    if form.endswith(("ss", "x", "ch", "sh")):
        return [form + "es"]
    if form.endswith("ies"):
        return [form[:-3] + "y"]
    if form.endswith("s"):
        return [] if form.endswith(("us", "is", "ous")) else [form[:-1]]
    if form.endswith("y") and form[-2] not in "aeiou":
        return [form[:-1] + "ies"]
    return [form + "s"]
