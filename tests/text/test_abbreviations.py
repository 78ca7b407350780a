"""Abbreviations that a document defines."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import islice
from pathlib import Path
from typing import NamedTuple

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from allnlp.readers import read
from allnlp.schema import Document
from allnlp.text import Lexicon, abbreviations, annotate_text
from allnlp.text.abbreviations import find_abbreviations, occurrences
from allnlp.text.schwartz_hearst import long_form_start


def definitions(text: str) -> list[tuple[str, str]]:
    return [(a.short, text[a.long_start : a.long_end]) for a in find_abbreviations(text)]


@pytest.mark.parametrize(
    ("text", "short", "long"),
    [
        ("Cytokine release syndrome (CRS) occurred.", "CRS", "Cytokine release syndrome"),
        ("immune effector cell-associated neurotoxicity syndrome (ICANS)", "ICANS", "immune effector cell-associated neurotoxicity syndrome"),
        ("minimal residual disease [MRD]", "MRD", "minimal residual disease"),
        ("tisagenlecleucel (tisa-cel) was given", "tisa-cel", "tisagenlecleucel"),
        ("tyrosine kinase inhibitors (TKIs)", "TKIs", "tyrosine kinase inhibitors"),
        ("overall survival (OS; 12 months)", "OS", "overall survival"),
        ("CRS (cytokine release syndrome) occurred", "CRS", "cytokine release syndrome"),
        ("given (CR = complete remission; OS = overall survival)", "OS", "overall survival"),
        ("the tracer 99mTc-L,L-ethylenedicysteine (99mTc-L,L-EC)", "99mTc-L,L-EC", "99mTc-L,L-ethylenedicysteine"),
        ("treated with gamma interferon (gamma IFN)", "gamma IFN", "gamma interferon"),
        ("mice given D-Galactosamine (D-Gal)", "D-Gal", "D-Galactosamine"),
        ("at a multiplicity of infection (m.o.i.) of 5", "m.o.i.", "multiplicity of infection"),
        ("the ester (12-O-tetradecanoylphorbol-13-acetate, TPA)", "TPA", "12-O-tetradecanoylphorbol-13-acetate"),
    ],
)
def test_a_definition_is_found_with_its_long_form(text: str, short: str, long: str) -> None:
    assert (short, long) in definitions(text)


@pytest.mark.parametrize("text", ["Remission (34%) was seen.", "It was seen (see above).", "CRS () and (", "grade 3 (n = 5)", "no bracket CRS", "our rate (OR = 1.2)", "painters (P < .01)", "the rise in Ca of cells [Ca]i", "butyl-[BTL], hexyl-[HXL]"])
def test_a_bracket_that_defines_nothing_is_no_definition(text: str) -> None:
    assert definitions(text) == []


def test_a_long_form_does_not_reach_over_a_sentence() -> None:
    assert definitions("Cytokine fell. Release syndrome (CRS)") == []


@given(st.text(st.sampled_from("abcABC()[] ,;-+19\u2011\n")))
def test_offsets_of_a_definition_give_its_words(text: str) -> None:
    for a in find_abbreviations(text):
        assert text[a.short_start : a.short_end] == a.short
        assert 0 <= a.long_start < a.long_end <= len(text)
        assert text[a.long_start : a.long_end].strip() == text[a.long_start : a.long_end]


@given(st.text(st.sampled_from("TKIs .,-(x")), st.sampled_from(["TKI", "TKIs", "T-K"]))
def test_occurrences_are_whole_words(text: str, short: str) -> None:
    for start, end in occurrences(text, short):
        assert text[start:end].rstrip("s") == short.rstrip("s")
        assert not text[start - 1 : start].isalnum()
        assert not text[end : end + 1].isalnum()


class Word(NamedTuple):
    """What scispaCy reads of a token."""

    text: str
    number: int

    @property
    def text_with_ws(self) -> str:
        return self.text + " "


def scispacy_start(short: str, words: list[str]) -> int | None:
    from scispacy.abbreviation import find_abbreviation

    _, found = find_abbreviation([Word(word, i) for i, word in enumerate(words)], [Word(short, 0)])
    return found[0].number if found else None


SIGNS = st.sampled_from("abcABC19+-_. \u0130i\u03a3\u03c3\u03c2\u00df\u00e9\u00c9\u0149\u0301\u2011")


@given(st.text(SIGNS, max_size=6), st.lists(st.text(SIGNS, min_size=1, max_size=6), min_size=1, max_size=6))
@example("CRS", ["severe", "cytokine", "release", "syndrome"])
@example("+", ["one"])
@example("\u0130L", ["\u0130nter", "leukin"])
def test_the_decision_is_that_of_scispacy(short: str, words: list[str]) -> None:
    assert long_form_start(short, words) == scispacy_start(short, words)


def asked_of(texts: Iterable[str]) -> list[tuple[str, list[str]]]:
    """What the decision is asked while abbreviations are looked for."""
    asked: list[tuple[str, list[str]]] = []

    def noted(short: str, words: list[str]) -> int | None:
        asked.append((short, words))
        return long_form_start(short, words)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(abbreviations, "long_form_start", noted)
        abbreviations._definitions.cache_clear()  # of texts that were read before
        for text in texts:
            find_abbreviations(text)
    return asked


def test_the_decision_on_the_candidates_of_the_demo_is_that_of_scispacy(demo: Path) -> None:
    asked = asked_of(row.text for row in read([demo / "demo.csv"]) if isinstance(row, Document))
    assert asked
    assert [long_form_start(*words) for words in asked] == [scispacy_start(*words) for words in asked]


@pytest.mark.parametrize("name", ["abstracts", "background"])
def test_the_decision_on_real_candidates_is_that_of_scispacy(name: str, shared: Path) -> None:
    rows = islice(read([shared / "real" / f"{name}.jsonl.gz"]), 2000)
    asked = asked_of(row.text for row in rows if isinstance(row, Document))
    assert len(asked) > 1000
    assert [long_form_start(*words) for words in asked] == [scispacy_start(*words) for words in asked]


def names(text: str, lexicon: Lexicon) -> list[tuple[str, str]]:
    return [(m.text, m.name) for m in annotate_text("", text, lexicon).mentions]


def test_a_definition_overrides_the_vocabulary(lexicon: Lexicon) -> None:
    usual = names("CRS was seen.", lexicon)
    assert usual
    other = names("Congenital rubella sequelae (CRS) were seen. CRS was common.", lexicon)
    assert "cytokine release syndrome" not in [name for _, name in other]


def test_a_defined_short_form_unknown_to_the_vocabulary_is_found(lexicon: Lexicon) -> None:
    found = names("Blinatumomab (BLM) was given. Then BLM was stopped.", lexicon)
    assert [text for text, name in found if name == "blinatumomab"] == ["Blinatumomab", "BLM", "BLM"]
