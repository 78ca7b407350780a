"""What a name is by the company it keeps; the weights are the tests' own."""

from __future__ import annotations

import hypothesis.strategies as st
import pytest
from hypothesis import given

from allnlp.terminology import load
from allnlp.text import compile_lexicon
from allnlp.text.roles import BIAS, NONE, Role, decide, features, fields
from allnlp.text.spans import Clause, Span

WEIGHTS = {"chemical": {"THERAPY": {"-1 received": 4.0, "+1 mg": 1.0}, NONE: {BIAS: 1.0, "-1 serum": 3.0}, "TOXICITY": {BIAS: 1.0}}}
FEATURE = st.sampled_from(["-1 received", "+1 mg", "-1 serum", BIAS, "other"])


def seen(text: str, words: str, *, clause: Clause | None = None, known: tuple[Span, ...] = ()) -> list[str]:
    start = text.index(words)
    return features(text, start, start + len(words), clause or Clause(0, len(text), "results"), known)


def span(text: str, words: str, label: str) -> Span:
    start = text.index(words)
    return Span(start, start + len(words), label, None, None, words, "terms", "")


@given(st.text(max_size=40), st.integers(0, 40), st.integers(1, 10))
def test_features_of_any_text_are_words_with_their_place(text: str, start: int, length: int) -> None:
    start = min(start, max(0, len(text) - 1))
    end = min(len(text), start + length)
    if text[start:end]:
        found = features(text, start, end, Clause(0, len(text), "title"), ())
        assert (found[0], found[1]) == (BIAS, "section title")
        assert found == features(text, start, end, Clause(0, len(text), "title"), ())
        assert all("\t" not in f.strip() for f in found if f.startswith(("-", "+", "before", "after")))


def test_only_the_sentence_is_read() -> None:
    text = "Mice died. Then foxatinib helped. Rats lived."
    found = seen(text, "foxatinib", clause=Clause(11, 33, "results"))
    assert [f for f in found if f.startswith(("before", "after"))] == ["after helped", "before then"]
    assert not [f for f in found if "died" in f or "rats" in f]


def test_words_are_known_by_their_place_and_figures_are_one() -> None:
    found = seen("They received oral foxatinib (20 mg) daily", "foxatinib")
    assert {"-1 oral", "-2 received", "-3 they", "-2-1 received oral", "+1 (", "+2 00", "+3 mg", "+1+2 ( 00"} <= set(found)


@pytest.mark.parametrize(("words", "form"), [("FXB", "short"), ("CD19", "short"), ("ABT-199", "code"), ("Foxatinib", "capital"), ("foxatinib", "plain")])
def test_a_name_has_a_form(words: str, form: str) -> None:
    assert f"form {form}" in seen(f"Of {words}.", words)


def test_mentions_beside_a_name_and_in_its_list_are_seen() -> None:
    text = "Rituximab, foxatinib and fever"
    found = seen(text, "foxatinib", known=(span(text, "Rituximab", "THERAPY"), span(text, "fever", "TOXICITY")))
    assert found[-4:] == ["left THERAPY", "list THERAPY", "right TOXICITY", "list TOXICITY"]


def test_populations_and_mentions_of_other_sentences_are_not_company() -> None:
    text = "Fever. Adults took foxatinib"
    known = (span(text, "Fever", "TOXICITY"), span(text, "Adults", "POPULATION"))
    assert not [f for f in seen(text, "foxatinib", clause=Clause(7, len(text), "results"), known=known) if f.startswith(("left", "list"))]


def test_a_document_has_fields() -> None:
    assert fields("Patients with leukaemia, and mice") == ["about patients", "about animals", "about blood"]
    assert fields("The scar healed") == []


def test_the_heaviest_role_stands_with_its_share_and_its_reasons() -> None:
    role = decide("chemical", [[BIAS, "-1 received", "+1 mg"]], WEIGHTS)
    assert (role.label, role.reasons) == ("THERAPY", ("-1 received", "+1 mg"))
    assert role.score == pytest.approx(2.718281828**5 / (2.718281828**5 + 2 * 2.718281828))


def test_every_place_has_its_say() -> None:
    once = [BIAS, "-1 received"]
    assert decide("chemical", [once], WEIGHTS).label == "THERAPY"
    assert decide("chemical", [once, [BIAS, "-1 serum"]], WEIGHTS).label == "none"


def test_equal_roles_are_told_apart_by_name() -> None:
    assert decide("chemical", [[BIAS]], WEIGHTS).label == "TOXICITY"  # before none in the alphabet


def test_a_kind_without_weights_has_no_role() -> None:
    assert decide("gene", [[BIAS]], WEIGHTS) == Role(NONE, 1.0, ())


@given(st.lists(st.lists(FEATURE, max_size=5), min_size=1, max_size=4), st.randoms(use_true_random=False))
def test_a_share_lies_between_0_and_1_whatever_the_order_of_places(places: list[list[str]], random: object) -> None:
    role = decide("chemical", places, WEIGHTS)
    assert 1 / 3 - 1e-9 <= role.score <= 1
    random.shuffle(places)  # type: ignore[attr-defined]
    other = decide("chemical", places, WEIGHTS)
    assert (other.label, other.reasons) == (role.label, role.reasons)
    assert other.score == pytest.approx(role.score)


def test_large_weights_do_not_overflow() -> None:
    assert decide("chemical", [["a"]], {"chemical": {"THERAPY": {"a": 5000.0}, NONE: {}}}) == Role("THERAPY", 1.0, ("a",))


def test_the_shipped_weights_are_of_known_kinds_and_labels() -> None:
    roles = compile_lexicon(load()).roles
    assert set(roles) == {"chemical", "disease", "gene"}
    assert {role for by in roles.values() for role in by} <= {"THERAPY", "TOXICITY", "DISEASE", "ANTIGEN", NONE}
    assert all(NONE in by for by in roles.values())
