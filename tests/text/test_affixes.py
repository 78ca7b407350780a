"""Beginnings and endings that are read off regular expressions."""

from __future__ import annotations

import re

import pytest

from allnlp.terminology import Pattern, load
from allnlp.text.affixes import EDGE, always_holds, beginnings, endings
from allnlp.text.fold import fold
from allnlp.text.rules import expand

SHIPPED = load().patterns


@pytest.mark.parametrize(
    ("regex", "found"),
    [
        (r"ab?c", {"ac", "abc"}),
        (r"a{2,3}b", {"a"}),
        (r"[ab]c|d", {"ac", "bc", "d"}),
        (r"(?:very )?high", {"very high", "high"}),
        (r"(?P<m>low)(?= risk)", {"low"}),
        (r"(?<!un)fit\b", {"fit" + EDGE}),
        (r"\bphase\s\d", {f"{EDGE}phase {n}" for n in range(10)}),
        (r"anti[-\u2010-\u2015]x", {"anti x"}),
        (r"a.b", {"a"}),
        (r"stem-cell-transplantation", {"stem cell tr"}),
    ],
)
def test_a_match_begins_so(regex: str, found: set[str]) -> None:
    assert beginnings(regex) == found


@pytest.mark.parametrize("regex", [r"\w+-free", r"[A-Z]{2}", r"(?:x)?", r".*x", r"(a)\1|\1", r"\x41b", r"(?i)ab", r"a)b"])
def test_what_cannot_be_told_is_not_guessed(regex: str) -> None:
    assert beginnings(regex) is None


def test_endings_are_read_from_the_right() -> None:
    assert endings(r"\w+(?:mab|nib)s?") == {"mab", "mabs", "nib", "nibs"}


def test_a_character_that_may_be_missing_is_not_sure() -> None:
    assert always_holds(r"prior\s(?:x++|[x]y)", frozenset("x"))
    assert not always_holds(r"prior\s(?:x|y)", frozenset("x"))


@pytest.mark.parametrize("row", SHIPPED, ids=[row.key for row in SHIPPED])
def test_matches_of_a_shipped_pattern_have_its_affixes(row: Pattern) -> None:
    regex = expand(row.regex)
    begins, ends = beginnings(regex), endings(regex)
    for match in re.finditer(regex, row.sentence, re.IGNORECASE):
        folded = fold(match.group())
        assert begins is None or any(folded.startswith(b.replace(EDGE, "")) for b in begins)
        assert ends is None or any(folded.endswith(e.replace(EDGE, "")) for e in ends)
