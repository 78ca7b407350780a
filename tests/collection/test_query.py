"""Text of a query as a tree, and back."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from allnlp.collection.query import parse, written
from allnlp.collection.query_tree import (
    ANY_ASSERTION,
    DOCUMENT_FIELDS,
    NOWHERE,
    QUERY_LABELS,
    And,
    Field,
    Kind,
    Name,
    Not,
    Or,
    Published,
    Verbatim,
    Within,
)
from allnlp.errors import OptionError
from allnlp.schema import ASSERTIONS, SECTIONS

NAMES = frozenset(
    ("CRS", "ICANS", "ALL", "CAR T cells", "CD19", "CD19 CAR T cells", "leukemia", "acute lymphoblastic leukemia", "relapsed or refractory", "head and neck cancer", "or")
)  # fmt: skip


def read(text: str) -> str:
    return written(parse(text, NAMES.__contains__))


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("CRS", '"CRS"'),
        ("CRS ICANS", '"CRS" AND "ICANS"'),
        ("CRS and ICANS", '"CRS" AND "ICANS"'),
        ("CRS or ICANS", '"CRS" OR "ICANS"'),
        ("CRS not ICANS", '"CRS" AND NOT "ICANS"'),
        ("CRS AND NOT ICANS", '"CRS" AND NOT "ICANS"'),
        ("CRS ICANS OR ALL", '("CRS" AND "ICANS") OR "ALL"'),
        ("CRS (ICANS OR ALL)", '"CRS" AND ("ICANS" OR "ALL")'),
        ("NOT(CRS)", 'NOT "CRS"'),
        ("CRS NOT negated ICANS", '"CRS" AND NOT negated "ICANS"'),
        ("Present CRS any ICANS", '"CRS" AND any "ICANS"'),
        ("negated TOXICITY", "negated TOXICITY"),
        ("toxicity:CRS", 'toxicity:"CRS"'),
        ("historical exact:DISEASE:acute lymphoblastic leukemia CRS", 'historical exact:disease:"acute lymphoblastic leukemia" AND "CRS"'),
        ("year:2018 CRS", 'year:2018 AND "CRS"'),
        ("year:2018:2024 year:2020- year:-2020", "year:2018-2024 AND year:2020- AND year:-2020"),
        ('journal:"Blood  Adv" type:review', 'journal:"Blood Adv" AND type:"review"'),
        ("doi:10.1016/S0140-6736(20)30001-2", 'doi:"10.1016/S0140-6736(20)30001-2"'),
        ('text:"cytokine storm" text:/a\\/b [(]c/ text:storm', 'text:"cytokine storm" AND text:/a\\/b [(]c/ AND text:"storm"'),
        ("mesh:D000080424", '"mesh:D000080424"'),
        ("“cytokine storm” OR t(4;14)", '"cytokine storm" OR "t(4;14)"'),
    ],
)  # fmt: skip
def test_a_query_is_read(query: str, expected: str) -> None:
    assert read(query) == expected


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("CD19 CAR T cells CRS", '"CD19 CAR T cells" AND "CRS"'),
        ('"CD19" CAR T cells', '"CD19" AND "CAR T cells"'),
        ("acute lymphoblastic leukemia ICANS", '"acute lymphoblastic leukemia" AND "ICANS"'),
        ("relapsed or refractory ALL", '"relapsed or refractory" AND "ALL"'),
        ("relapsed OR refractory", '"relapsed" OR "refractory"'),
        ("head and neck cancer and CRS", '"head and neck cancer" AND "CRS"'),
        ("CRS or ICANS or ALL", '"CRS" OR "ICANS" OR "ALL"'),
        ("some unknown words CRS", '"some unknown words" AND "CRS"'),
        ("unknown or CRS", '"unknown" OR "CRS"'),
    ],
)
def test_of_a_run_of_words_the_longest_names_are_taken(query: str, expected: str) -> None:
    assert read(query) == expected


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("CRS ICANS section:results", '("CRS" AND "ICANS") section:results'),
        ("section:results CRS OR ICANS", '("CRS" section:results) OR "ICANS"'),
        ("(CRS OR ICANS) section:Results", '("CRS" OR "ICANS") section:results'),
        ("CRS (section:results OR section:title)", '"CRS" (section:title OR section:results)'),
        ("CRS NOT section:title", '"CRS" (section:background OR section:methods OR section:results OR section:conclusions OR section:other)'),
        ("CRS (NOT ICANS section:title)", '"CRS" AND (NOT "ICANS" section:title)'),
    ],
)
def test_a_section_restricts_what_stands_beside_it(query: str, expected: str) -> None:
    assert read(query) == expected
    assert read(expected) == expected


@pytest.mark.parametrize(
    ("query", "place", "message"),
    [
        ("", None, "the query is empty. Name what is wanted"),
        ("CRS AND", 5, "AND has nothing after it"),
        ("AND CRS", 1, "AND has nothing before it"),
        ("CRS AND AND ICANS", 9, "AND has nothing before it"),
        ("CRS OR", 5, "OR has nothing after it"),
        ("OR CRS", 1, "OR has nothing before it"),
        ("CRS NOT", 5, "NOT has nothing after it"),
        ("(CRS", 1, "this bracket is not closed"),
        ("CRS)", 4, "this bracket closes none"),
        ("CRS ( )", 7, "nothing stands before this bracket"),
        ("CRS (", 5, "( has nothing after it"),
        ('CRS "ICANS', 5, "this quote is not closed"),
        ('CRS " "', 5, "nothing stands between these quotes"),
        ("CRS + ICANS", 5, "'+' names nothing. Write AND or OR"),
        ("CRS, ICANS", 4, "',' joins nothing. Write AND or OR"),
        ("negated", 1, "'negated' stands before one name or label, as negated ICANS"),
        ("negated (CRS OR ICANS)", 1, "'negated' stands before one name"),
        ("negated historical CRS", 1, "'negated' stands before one name"),
        ("negated year:2018", 1, "'negated' stands before one name"),
        ("CRS toxicity:(a OR b)", 5, "toxicity: stands before one name"),
        ("exact:exact:CRS", 7, "exact: stands before a name a second time"),
        ("exact:TOXICITY", 1, "exact: stands before one name"),
        ("CRS year: 2018", 5, "year: has no value. Write it without a blank, as year:2018-2024"),
        ("CRS year:20", 5, "year '20' cannot be read. Use 2018, 2018-2024"),
        ("CRS year:20182024", 5, "year '20182024' cannot be read"),
        ("CRS year:2024-2018", 5, "2024 is after 2018"),
        ("CRS section:discussion", 5, "section 'discussion' is none of title, background"),
        ("section:results", 1, "section: restricts the names and words beside it, and none stands there"),
        ("year:2018 section:results", 11, "section: restricts the names and words beside it"),
        ("CRS OR section:results", 8, "a section cannot be an alternative of what is none"),
        ("CRS section:results section:title", 21, "no sentence stands in all of these sections"),
        ("text:/abc", 6, "a regular expression ends with a second /"),
        ("journal:(A OR B)", 9, "journal: takes one value. Write (journal:A OR journal:B)"),
        ("(" * 60 + "CRS" + ")" * 60, 52, "brackets and NOT stand more than 50 deep"),
        ("NOT " * 60 + "CRS", 205, "brackets and NOT stand more than 50 deep"),
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_told_with_its_place(query: str, place: int | None, message: str) -> None:
    with pytest.raises(OptionError) as caught:
        read(query)
    told = str(caught.value)
    assert message in told
    assert "\n" not in told
    if place is not None:
        assert told.startswith(f"query, character {place}: ")


def test_a_very_long_query_is_refused() -> None:
    with pytest.raises(OptionError, match="20,000 can be read"):
        read("CRS " * 6000)


def test_places_are_those_of_the_text() -> None:
    text = "CRS  NOT negated  toxicity:ICANS (acute lymphoblastic leukemia)"
    tree = parse(text, NAMES.__contains__)
    assert isinstance(tree, And)
    crs, without, disease = tree.parts
    assert isinstance(without, Not)
    assert [text[n.place[0] : n.place[1]] for n in (crs, without.part, disease) if isinstance(n, Name)] == [
        "CRS", "negated  toxicity:ICANS", "acute lymphoblastic leukemia",
    ]  # fmt: skip


def bare(node: Any) -> Any:
    """A tree without places."""
    match node:
        case And() | Or():
            return node._replace(parts=tuple(map(bare, node.parts)))
        case Not() | Within():
            return node._replace(part=bare(node.part))
        case _:
            return node._replace(place=NOWHERE)


words = st.lists(st.sampled_from(["CRS", "or", "AND", "negated", "ALL", "t(4;14)", "any", "year:2018", "β-x", "TOXICITY", "a,"]), min_size=1, max_size=4).map(" ".join)
asserted = st.sampled_from((*ASSERTIONS, ANY_ASSERTION))
labels = st.sampled_from([label for label in QUERY_LABELS if label != "POPULATION"])
years = st.one_of(
    st.tuples(st.integers(1000, 1999), st.integers(2000, 2999)), st.tuples(st.integers(1000, 2999), st.none()), st.tuples(st.none(), st.integers(1000, 2999))
)  # fmt: skip
nowhere = st.just(NOWHERE)
of_text = st.one_of(
    st.builds(Name, words, st.none() | labels, st.booleans(), asserted, nowhere),
    st.builds(Kind, st.sampled_from(QUERY_LABELS), asserted, nowhere),
    st.builds(Verbatim, words, st.just(False), nowhere),
    st.builds(Verbatim, st.sampled_from(["a+", r"a\/b", '"(x)"', "[ab] c"]), st.just(True), nowhere),
)
leaves = st.one_of(of_text, st.builds(Published, years, nowhere), st.builds(Field, st.sampled_from(DOCUMENT_FIELDS), words, nowhere))
sections = st.sets(st.sampled_from(SECTIONS), min_size=1).map(lambda found: tuple(s for s in SECTIONS if s in found))
trees = st.recursive(
    leaves,
    lambda node: st.one_of(
        st.builds(Not, node),
        st.builds(And, st.lists(node, min_size=2, max_size=3).map(tuple)),
        st.builds(Or, st.lists(node, min_size=2, max_size=3).map(tuple)),
        st.builds(Within, sections, st.one_of(of_text, st.tuples(of_text, node).map(And))),
    ),
    max_leaves=8,
)


@given(trees)
def test_a_tree_that_is_written_is_read_as_the_same(tree: Any) -> None:
    assert repr(bare(parse(written(tree)))) == repr(tree)


pieces = st.sampled_from(
    ["CRS", "ICANS", "unknown", "(", ")", "AND", "OR", "NOT", "and", "or", "not", "negated", "any", "TOXICITY", "toxicity:", "exact:", "year:", "2018", "section:", "results", "text:", "/", '"', "”", ",", "\\", "\n", "é", "journal:blood*"]
)  # fmt: skip


@given(st.lists(st.one_of(pieces, st.text(max_size=3)), max_size=12), st.sampled_from(["", " "]))
def test_any_text_is_read_or_refused_with_a_reason(parts: list[str], between: str) -> None:
    try:
        tree = parse(between.join(parts), NAMES.__contains__)
    except OptionError:
        return
    assert repr(bare(parse(written(tree)))) == repr(bare(tree))
