"""The decision of Schwartz and Hearst: which words before a short form are its long form."""

from __future__ import annotations

from collections.abc import Sequence


def long_form_start(short: str, words: Sequence[str]) -> int | None:
    """Number of the word with which the long form begins; None where the words hold none.

    From the right, each letter and digit of the short form takes the nearest character that is left of those taken before; the
    first one of the short form only such a one with which a word begins. It is scispaCy's reading of the algorithm, and tested
    to be: the short form's signs are passed over, and a word may begin after a sign.

    >>> long_form_start("CRS", ["severe", "cytokine", "release", "syndrome"]), long_form_start("CRS", ["release", "syndrome"])
    (1, None)

    Args:
        short: the short form.
        words: at least one.

    Source:
        Schwartz and Hearst (2003), A simple algorithm for identifying abbreviation definitions in biomedical text.
    """
    text = " ".join(words)
    lowered = text.lower() if text.isascii() else "".join(low if len(low := char.lower()) == 1 else "\0" for char in text)
    at = len(text)
    for place in range(len(short) - 1, -1, -1):
        char = short[place].lower()
        if not char.isalnum():
            continue
        at = lowered.rfind(char, 0, at)
        while place == 0 and at > 0 and text[at - 1].isalnum():
            at = lowered.rfind(char, 0, at)
        if at < 0:
            return None
    for number, word in enumerate(words):
        at -= len(word) + 1
        if at < 0:
            return number
    return None
