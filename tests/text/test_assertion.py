"""Reach of cues; which words are cues is tested in tests/sentences."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from allnlp.terminology import Cue
from allnlp.text import Lexicon, annotate_text

CUES = (
    Cue("but", "terminate", "both", "*", "0", "s", ""),
    Cue("may cause", "hypothetical", "forward", "TOXICITY", "0", "s", ""),
    Cue("no", "negated", "forward", "*", "3", "s", ""),
    Cue("no increase", "pseudo", "forward", "*", "0", "s", ""),
    Cue("prior", "historical", "forward", "THERAPY", "2", "s", ""),
    Cue("was not observed", "negated", "backward", "*", "0", "s", ""),
)
TERMS = (("TOXICITY", "CRS", "exact"), ("TOXICITY", "ICANS", "exact"), ("THERAPY", "blinatumomab", "any"), ("ANTIGEN", "CD19", "any"))


@pytest.fixture(scope="module")
def cued(lexicon_of: Callable[..., Lexicon]) -> Lexicon:
    return lexicon_of(*TERMS, cues=CUES)


def said(text: str, lexicon: Lexicon) -> dict[str, str]:
    return {m.text: m.assertion for m in annotate_text("", text, lexicon).mentions}


@pytest.mark.parametrize(
    ("text", "assertions"),
    [
        ("CRS was seen.", {"CRS": "present"}),
        ("No CRS was seen.", {"CRS": "negated"}),
        ("No grade 4 CRS was seen.", {"CRS": "negated"}),
        ("No one who was ill had CRS.", {"CRS": "present"}),
        ("CRS was not observed.", {"CRS": "negated"}),
        ("CRS occurred and ICANS was not observed.", {"CRS": "present", "ICANS": "negated"}),
        ("No CRS but ICANS.", {"CRS": "negated", "ICANS": "present"}),
        ("No increase of CRS.", {"CRS": "present"}),
        ("There was no change; CRS was seen.", {"CRS": "present"}),
        ("No change (except CRS) was seen.", {"CRS": "negated"}),
        ("(no change) CRS was seen.", {"CRS": "present"}),
        ("There was no death. CRS was seen.", {"CRS": "present"}),
        ("It may cause CRS.", {"CRS": "hypothetical"}),
        ("prior blinatumomab", {"blinatumomab": "historical"}),
        ("prior CRS", {"CRS": "present"}),
    ],
)
def test_a_cue_reaches_as_far_as_it_may(text: str, assertions: dict[str, str], cued: Lexicon) -> None:
    assert said(text, cued) == assertions


def test_negated_wins_over_hypothetical(cued: Lexicon) -> None:
    assert said("It may cause no CRS.", cued) == {"CRS": "negated"}


def test_an_antigen_is_always_present(cued: Lexicon) -> None:
    assert said("no CD19", cued) == {"CD19": "present"}


def test_the_cue_is_given_with_its_place(cued: Lexicon) -> None:
    text = "There was no grade 4 CRS."
    (mention,) = annotate_text("", text, cued).mentions
    assert mention.assertion_cue == "no"
    assert (mention.cue_start, mention.cue_end) == (10, 12)


def test_a_present_mention_has_no_cue(cued: Lexicon) -> None:
    (mention,) = annotate_text("", "CRS was seen.", cued).mentions
    assert (mention.assertion_cue, mention.cue_start, mention.cue_end) == (None, None, None)


def test_the_longest_of_overlapping_cues_decides(lexicon_of: Callable[..., Lexicon]) -> None:
    cues = (Cue("no", "negated", "forward", "*", "0", "s", ""), Cue("no risk of", "hypothetical", "forward", "*", "0", "s", ""))
    assert said("There was no risk of CRS.", lexicon_of(*TERMS, cues=cues)) == {"CRS": "hypothetical"}


def test_a_cue_does_not_reach_across_a_page(cued: Lexicon) -> None:
    near, far = "may cause " + "rather " * 20, "may cause " + "rather " * 80
    assert said(f"It {near}CRS", cued) == {"CRS": "hypothetical"}
    assert said(f"It {far}CRS", cued) == {"CRS": "present"}
