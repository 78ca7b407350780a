"""Listed names: word borders, case, signs, hard negatives. Which words mean what is tested in tests/sentences."""

from __future__ import annotations

import pytest

from allnlp.terminology import Spelling, Stop, Terminology, parse
from allnlp.terminology.rows import Term
from allnlp.terminology.tables import FILES, load
from allnlp.text import Lexicon, compile_lexicon
from allnlp.text.terms import find_terms


def lexicon_of(*rows: tuple[str, str, str], stops: tuple[Stop, ...] = ()) -> Lexicon:
    """A vocabulary of a few antigens: text, curie, case."""
    terms = "".join("\t".join(Term(t, c, c.partition(":")[2], "exact", case, "", "test", "")) + "\n" for t, c, case in rows)
    tables = {name: "\t".join(kind._fields) + "\n" for name, kind in FILES.items()}
    tables["labels.tsv"] += "ANTIGEN\tantigen.tsv\t1\twhat is aimed at\n"
    tables["stoplist.tsv"] += "".join("\t".join(stop) + "\n" for stop in stops)
    tables["antigen.tsv"] = "\t".join(Term._fields) + "\n" + terms
    terminology: Terminology = parse(tuple(tables.items()))
    return compile_lexicon(terminology)


def found(text: str, lexicon: Lexicon) -> list[str]:
    return [text[s.start : s.end] for s in find_terms(text, lexicon)]


CD19 = lexicon_of(("CD19", "x:cd19", "any"))


@pytest.mark.parametrize("text", ["CD19", "(CD19)", "CD19/CD22", "anti-CD19", "CD19-directed", "CD19\u2212", "a CD19.", "CD19\n", "\u2011CD19\u2011"])
def test_a_name_is_found_beside_any_sign(text: str) -> None:
    assert found(text, CD19) == ["CD19"]


@pytest.mark.parametrize("text", ["CD199", "CD19a", "aCD19", "CD1 9", "\u00e9CD19"])
def test_a_name_is_not_found_inside_a_longer_word(text: str) -> None:
    assert found(text, CD19) == []


def test_a_term_after_a_slash_is_found() -> None:
    assert found("CD22/CD19/CD20", CD19) == ["CD19"]


def test_case_any_takes_any_case_and_case_exact_only_its_own() -> None:
    both = lexicon_of(("ALL", "x:all", "exact"), ("glypican", "x:gpc", "any"))
    assert found("ALL all All GLYPICAN Glypican", both) == ["ALL", "GLYPICAN", "Glypican"]


def test_an_exact_name_takes_a_plural_s() -> None:
    assert found("TKIs and TKIS", lexicon_of(("TKI", "x:tki", "exact"))) == ["TKIs"]


def test_a_dash_in_a_name_may_be_a_blank_or_any_dash() -> None:
    dashed = lexicon_of(("PD-1", "x:pd1", "any"))
    assert found("PD-1 PD 1 PD\u20111 PD1", dashed) == ["PD-1", "PD 1", "PD\u20111"]


def test_a_sign_at_the_end_must_be_there() -> None:
    positive = lexicon_of(("Ph+", "x:ph", "any"))
    assert found("Ph+ ALL", positive) == ["Ph+"]
    assert found("Ph ALL, Ph-, pH 7", positive) == []


def test_every_reading_is_given_overlapping_ones_too() -> None:
    nested = lexicon_of(("B cell", "x:b", "any"), ("B cell antigen", "x:ba", "any"), ("antigen", "x:a", "any"))
    assert found("B-cell antigen", nested) == ["B-cell", "B-cell antigen", "antigen"]


def test_the_row_that_decided_is_named() -> None:
    assert [s.rule for s in find_terms("CD19", CD19)] == ["antigen.tsv:CD19"]


def test_an_empty_text_has_no_names() -> None:
    assert find_terms("", CD19) == []


def test_a_hard_negative_looks_at_the_words_before_or_after() -> None:
    stops = (
        Stop("CR1", "ANTIGEN", "", r"\sreceptor", "CR1 receptor", ""),
        Stop("CR1", "ANTIGEN", r"first\s", "", "first CR1", ""),
    )
    stopped = lexicon_of(("CR1", "x:cr1", "any"), stops=stops)
    assert found("CR1 and the CR1 receptor, first CR1", stopped) == ["CR1"]


def test_a_hard_negative_of_another_label_does_not_count() -> None:
    stopped = lexicon_of(("CR1", "x:cr1", "any"), stops=(Stop("CR1", "OUTCOME", "", r"\sreceptor", "s", ""),))
    assert found("the CR1 receptor", stopped) == ["CR1"]


def test_a_hard_negative_for_every_term_counts_for_all() -> None:
    stopped = lexicon_of(("CR1", "x:cr1", "any"), ("CD19", "x:cd19", "any"), stops=(Stop("*", "*", "", r"\sgene", "s", ""),))
    assert found("CR1 gene, CD19 gene, CD19 cell", stopped) == ["CD19"]


def test_equal_tables_are_compiled_once() -> None:
    assert compile_lexicon(load()) is compile_lexicon(load())


def test_british_and_american_spelling_find_one_another(lexicon: Lexicon) -> None:
    assert Spelling("tumor", "tumour", "") == Spelling("tumor", "tumour", "")
    names = {s.name for s in find_terms("tumor lysis syndrome, tumour lysis syndrome", lexicon) if s.label == "TOXICITY"}
    assert names == {"tumor lysis syndrome"}
