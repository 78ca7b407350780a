"""Filters of documents by query, by what they lack and by what a reviewer said; and concepts as a filter may name them."""

from __future__ import annotations

import re
import runpy
import shlex
from pathlib import Path

import duckdb
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import allnlp
from allnlp.collection.filters import Filters, narrowed, parse_filters
from allnlp.collection.find import find
from allnlp.collection.index import EVERYTHING, Index
from allnlp.collection.provenance import asked_command
from allnlp.collection.query_texts import standing
from allnlp.collection.query_tree import Verbatim
from allnlp.collection.reviews import keep_review
from allnlp.collection.trend import as_set, counts, parse_set
from allnlp.errors import NothingFound, OptionError
from allnlp.schema import Document, Sentence
from allnlp.tables import FolderWriter, connected

DATA = Path(__file__).parents[1] / "data"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    built: Path = runpy.run_path(str(DATA / "query_folder.py"))["build"](tmp_path_factory.mktemp("filters") / "f")
    return built


@pytest.fixture(scope="module")
def index(folder: Path) -> Index:
    return Index(folder)


def left(index: Index, **options: object) -> set[str]:
    return set(index.documents["doc_id"][index.view(parse_filters(**options)).documents])  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "query",
    ["CRS", "negated CRS", "CRS OR infection", "tisagenlecleucel NOT negated ICANS", 'text:"cytokine storm*"', "CRS section:title", "year:2018-2020", "id:a3", "THERAPY journal:*invented"],
)
def test_documents_that_match_are_those_that_are_found(index: Index, query: str) -> None:
    assert left(index, matching=query) == set(find(index, query).rows["doc_id"])
    narrower = left(index, matching=(query, "CRS"), year="2018:")
    assert narrower == set(find(index, f"({query}) (CRS) year:2018-").rows["doc_id"])


def test_errors_of_a_query_are_its_own(index: Index) -> None:
    with pytest.raises(OptionError, match="query, character 4"):
        index.view(parse_filters(matching="CRS("))
    with pytest.raises(NothingFound, match="no concept is named 'qqqqqq'"):
        index.view(parse_filters(matching='"qqqqqq"'))


def test_lacking_leaves_the_documents_that_do_not_name_a_concept(index: Index) -> None:
    every = left(index)
    for one in ("CRS", "x:cart", "ALL", "therapy:invent-cel", "disease:infection", "neurotoxicity"):
        assert left(index, lacking=one) == every - left(index, mentioning=one)
        assert left(index, lacking=one, include="all") == every - left(index, mentioning=one, include="all")
    assert left(index, lacking=("CRS", "ALL")) == every - left(index, mentioning="CRS") - left(index, mentioning="ALL")


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("toxicity:infection", {"a4"}),
        ("disease:infection", {"a4"}),
        ("toxicity:mesh:D007239", {"a4"}),
        ("mesh:D007239", {"a4"}),
        ("invent-cel", {"a5"}),
        ("therapy:invent-cel", {"a5"}),
        ("therapy:x:cart", {"a1", "a2", "a3"}),
        ("toxicity:neurotoxicity", {"a2", "a3"}),
    ],
)
def test_a_concept_may_be_named_with_its_label(index: Index, words: str, found: set[str]) -> None:
    assert left(index, mentioning=words) == found


def test_a_broader_concept_that_no_text_names_stands_for_its_narrower_ones(folder: Path) -> None:
    index = Index(folder)
    index.concepts.at[index.by_id["ncit:C4870"][0], "broader"] = ["x:unnamed"]
    assert left(index, mentioning="x:unnamed") == left(index, mentioning="outcome:x:unnamed") == left(index, mentioning="CR") == {"a1", "a4"}
    with pytest.raises(NothingFound):
        index.view(parse_filters(mentioning="therapy:x:unnamed"))


def test_an_unknown_name_says_what_is_near(index: Index) -> None:
    with pytest.raises(NothingFound, match="Did you mean"):
        index.view(parse_filters(lacking="tisagenlecleucell"))
    with pytest.raises(NothingFound, match="no toxicity is named"):
        index.view(parse_filters(mentioning="toxicity:tisagenlecleucel"))


def test_decisions_are_read_anew_each_time(tmp_path: Path) -> None:
    folder: Path = runpy.run_path(str(DATA / "query_folder.py"))["build"](tmp_path / "f")
    index = Index(folder)
    every = left(index)
    assert left(index, decision="included") == left(index, decision="read") == set()
    assert left(index, decision="undecided") == left(index, decision="unread") == every
    keep_review(folder, "a1", is_read=True, decision="included", reviewer="R")
    keep_review(folder, "a2", decision="excluded", reviewer="R")
    keep_review(folder, "a7", decision="included", reviewer="R")  # a duplicate
    assert left(index, decision="Included") == left(index, decision="read") == {"a1"}
    assert left(index, decision=("included", "excluded")) == {"a1", "a2"}
    assert left(index, decision="undecided") == every - {"a1", "a2"}
    assert left(index, decision="unread", mentioning="CRS") == {"a2", "a5"}
    view = index.view(parse_filters(decision="included"))
    assert set(index.sentence_document[view.sentences]) == set(index.document[view.mentions]) == {0}
    keep_review(folder, "a1", decision=None, reviewer="R")
    assert left(index, decision="included") == set()
    assert len(allnlp.open(folder).where(decision="excluded").documents) == 1


def test_filters_are_said_and_leave_as_a_command_and_a_set() -> None:
    filters = parse_filters(matching=("CRS NOT ICANS", "t(4;14)"), lacking="CD19", decision=("included", "read"), year=2020)
    assert filters.said() == "year 2020, lacking CD19, matching (CRS NOT ICANS) and (t(4;14)), decision included or read"
    command = asked_command("trend", Path("f"), filters, {}, words=("CRS",))
    assert command.endswith("--matching 'CRS NOT ICANS' --matching 't(4;14)' --lacking CD19 --decision included --decision read")
    assert parse_set(as_set(filters)) == filters
    for query in ('text:"a; b, c=d"', "text:/a;b=c,d/", "phase/1", "(A OR t(4;14))", 'journal:"J; K"'):
        other = Filters(matching=(query,), study_types=("phase 1/2",), populations=("child/adult",))
        assert parse_set(as_set(other)) == other
    with pytest.raises(OptionError, match="is none of included"):
        parse_filters(decision="maybe")


def test_a_view_is_narrowed_by_all_of_its_filters() -> None:
    first, second = parse_filters(matching="A", lacking="B", decision=("included", "undecided")), parse_filters(matching="C", decision="included")
    assert narrowed(first, second)[-3:] == (("A", "C"), ("B",), ("included",))
    assert narrowed(first, EVERYTHING) == narrowed(EVERYTHING, first) == first
    with pytest.raises(OptionError, match="none of included"):
        narrowed(second, parse_filters(decision="excluded"))
    with pytest.raises(OptionError, match="included and read cannot both"):
        narrowed(second, parse_filters(decision="read"))


@pytest.mark.parametrize("include", ["negated", "all", ()])
def test_the_query_of_a_view_finds_the_same(index: Index, include: str) -> None:
    filters = parse_filters(mentioning="toxicity:CRS", lacking="neurotoxicity", matching="year:2018- OR CR", section="results", include=include)
    found = find(index, "CRS OR infection", filters=filters)
    again = found.rows.attrs["provenance"]["command"]
    assert set(find(index, shlex.split(again)[3]).rows["doc_id"]) == set(found.rows["doc_id"])


def test_counts_know_the_new_filters(index: Index) -> None:
    found = counts(index, "toxicity", filters=parse_filters(matching="tisagenlecleucel", lacking="ALL", include="negated"))
    assert found.empty
    assert "--lacking ALL" in found.attrs["provenance"]["command"]


_SLOW = """
SELECT doc_id, sentence, start + length(regexp_extract(text, $whole, 1)) AS start, length(regexp_extract(text, $whole, 2)) AS length FROM (
    SELECT s.doc_id, s.sentence, s.start, substring(d.text, s.start + 1, s."end" - s.start) AS text
    FROM sentences AS s JOIN documents AS d USING (doc_id) WHERE d.duplicate_of IS NULL
) WHERE regexp_matches(text, $whole)
"""


def slow_standing(database: duckdb.DuckDBPyConnection, index: Index, whole: str) -> list[tuple[int, int, int]]:
    """Words in every sentence, each cut out of its text by the database."""
    number = {doc_id: i for i, doc_id in enumerate(index.documents["doc_id"])}
    first = np.searchsorted(index.sentence_document, np.arange(len(number)))
    rows = database.execute(_SLOW, {"whole": whole}).fetchall()
    return sorted((int(first[number[doc_id]]) + sentence, start, start + length) for doc_id, sentence, start, length in rows)


_WORDS = st.lists(
    st.sampled_from("cytokine storms storm* CRS crs was Was* s k K ſtorm \U0001f9ec 🧬 treated B-ALL -ALL ALL. a in* CAR-T no n* of of, second came* Infection two.".split()),
    min_size=1, max_size=3,
).map(" ".join)  # fmt: skip
_PATTERNS = st.sampled_from(("storms?", "^T", "seen\\.$", r"\bCRS\b", "[^a-z ]{2,}", "cyto.*storm", "(?-i)Was", "a|b", r"\s+storm", "n.n", "\U0001f9ec"))


@settings(max_examples=150, deadline=None)
@given(words=_WORDS)
def test_words_stand_where_a_slow_search_finds_them(folder: Path, index: Index, words: str) -> None:
    parts = (re.escape(w[:-1]) + r"[\pL\pN_-]*" if w.endswith("*") and len(w) > 1 else re.escape(w) for w in words.split())
    whole = r"\s+".join(parts)
    with connected(folder, "documents", "sentences") as database:
        expected = slow_standing(database, index, rf"(?is)^(|.*?[^\pL\pN_])({whole})(?:$|[^\pL\pN_])")
    assert list(zip(*standing(index, Verbatim(words)), strict=True)) == expected


@settings(max_examples=30, deadline=None)
@given(pattern=_PATTERNS)
def test_an_expression_fits_where_a_slow_search_finds_it(folder: Path, index: Index, pattern: str) -> None:
    with connected(folder, "documents", "sentences") as database:
        expected = slow_standing(database, index, f"(?is)^(.*?)({pattern})")
    assert list(zip(*standing(index, Verbatim(pattern, True)), strict=True)) == expected


def test_letters_that_change_with_their_case_hide_no_words(tmp_path: Path) -> None:
    made = runpy.run_path(str(DATA / "query_folder.py"))
    made["TEXTS"]["a6"] = ("T \u0130\u0130 storm", "R A \u017ftorm, a \u212atorm and KITE.", "R \u0130stanbul kite, \u212aite \xb5g \u03bcg.", "C Sto")
    folder: Path = made["build"](tmp_path / "f")
    index = Index(folder)
    with connected(folder, "documents", "sentences") as database:
        for words in ("storm", "kite", "ite", "KITE*", "\xb5g", "sto*", "\u0130stanbul", "a storm", "storm r"):
            whole = r"\s+".join(re.escape(w[:-1]) + r"[\pL\pN_-]*" if w.endswith("*") else re.escape(w) for w in words.split())
            expected = slow_standing(database, index, rf"(?is)^(|.*?[^\pL\pN_])({whole})(?:$|[^\pL\pN_])")
            assert list(zip(*standing(index, Verbatim(words)), strict=True)) == expected, words
    assert len(standing(index, Verbatim("storm")).sentences) == 3  # with that of a2


def test_words_are_looked_for_within_a_sentence_wherever_it_is_cut(tmp_path: Path) -> None:
    texts = {"b1": " A storm, storm of fever came", "b2": "storm fever"}
    cuts = {"b1": ((1, 5), (5, 8), (8, 18), (19, 24), (24, 29)), "b2": ((0, 5), (5, 11))}  # "A st", "orm", ", storm of", "fever", " came"
    with FolderWriter(tmp_path / "f") as writer:
        writer.write("documents", [Document(doc_id, title="t", text=text) for doc_id, text in texts.items()])
        writer.write("sentences", [Sentence(doc_id, i, "results", *cut) for doc_id, of in cuts.items() for i, cut in enumerate(of)])
        writer.finish({"versions": {"allnlp": "0.0"}, "terminology": "t", "inputs": []})
    index = Index(tmp_path / "f")
    found = {}
    with connected(tmp_path / "f", "documents", "sentences") as database:
        for words in ("st", "orm", "st*", "storm", "storm of", "of fever", "of*", "storm fever", "fever", "came", "m"):
            whole = r"\s+".join(re.escape(w[:-1]) + r"[\pL\pN_-]*" if w.endswith("*") else re.escape(w) for w in words.split())
            expected = slow_standing(database, index, rf"(?is)^(|.*?[^\pL\pN_])({whole})(?:$|[^\pL\pN_])")
            assert list(zip(*standing(index, Verbatim(words)), strict=True)) == expected, words
            found[words] = len(expected)
    assert (found["orm"], found["storm"], found["of fever"], found["storm fever"]) == (1, 2, 0, 0)
