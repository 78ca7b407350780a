"""Documents and sentences for which a query holds, against a slow evaluation and by hand."""

from __future__ import annotations

import runpy
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from allnlp.collection.find import Found, find
from allnlp.collection.index import Index
from allnlp.collection.names import Concepts
from allnlp.collection.query import written
from allnlp.collection.query_names import is_name, meant, names_of
from allnlp.collection.query_tree import ANY_ASSERTION, And, Field, Kind, Name, Not, Or, Published, Verbatim, Within
from allnlp.errors import AllnlpError, NothingFound, OptionError
from allnlp.schema import ASSERTIONS, SECTIONS
from allnlp.tables import read_table


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Index:
    build = runpy.run_path(str(Path(__file__).parents[1] / "data" / "query_folder.py"))["build"]
    return Index(build(tmp_path_factory.mktemp("query") / "f"))


def documents(index: Index, query: str) -> str:
    return " ".join(find(index, query).rows["doc_id"])


def sentences(index: Index, query: str) -> str:
    rows = find(index, query, level="sentence").rows
    return " ".join(f"{d}.{s}" for d, s in zip(rows["doc_id"], rows["sentence"], strict=True))


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("CRS", "a1 a2 a5"),
        ("cytokine release syndrome", "a1 a2 a5"),
        ("mesh:D000080424", "a1 a2 a5"),
        ("x:syn", "a1 a2 a5"),
        ("negated CRS", "a3 a5"),
        ("historical CRS", "a3"),
        ("any CRS", "a1 a2 a3 a5"),
        ("any CRS NOT CRS", "a3"),
        ("CRS NOT negated ICANS", "a2"),
        ("CRS negated CRS", "a5"),
        ("NOT CRS", "a3 a4 a6"),
        ("NOT NOT CRS", "a1 a2 a5"),
        ("neurotoxicity", "a2 a3"),
        ("exact:neurotoxicity", "a3"),
        ("CAR-T", "a1 a2 a3"),
        ("TOXICITY", "a1 a2 a3 a4 a5"),
        ("negated TOXICITY", "a1 a3 a5"),
        ("infection", "a4"),
        ("hypothetical infection", "a2"),
        ("any disease:infection", "a4"),
        ("any toxicity:infection", "a2 a4"),
        ("invent-cel", "a5"),
        ("acute lymphoblastic leukaemia", "a1 a3 a4"),
        ("exact:acute lymphoblastic leukemia", "a3"),
        ("relapsed or refractory B-ALL", "a4"),
        ("CRS or infection and CR", "a1 a2 a4 a5"),
        ("(CRS or infection) and CR", "a1 a4"),
        ("CAR-T section:title", "a1 a2 a3"),
        ("CAR-T CRS section:results", "a1"),
        ("CAR-T NOT (CRS section:results)", "a3"),
        ("CAR-T (any CRS section:background OR ICANS)", "a2 a3"),
        ("CR section:results OR CR section:conclusions", "a1 a4"),
        ("CR (section:results OR section:conclusions)", "a1 a4"),
        ("year:2020", "a2 a6"),
        ("year:2020-2022", "a2 a3 a6"),
        ("year:-2018", "a1"),
        ("NOT year:1900-", "a4"),
        ('journal:"blood invented"', "a1 a2"),
        ("journal:blood*", "a1 a2 a5"),
        ('type:"Phase 1"', "a1"),
        ('type:"phase 1*"', "a1 a2"),
        ("type:other", "a4 a5 a6"),
        ("population:children", "a1"),
        ("pmid:111 or pmid:444", "a1 a4"),
        ("doi:https://doi.org/10.1000/A(1)", "a1"),
        ("id:a5 CRS", "a5"),
        ('text:"cytokine storm"', "a2"),
        ('text:"CYTOKINE STORMS"', "a6"),
        ("text:/storms?/ NOT CRS", "a6"),
        ("text:🧬", None),
        ("text:/No(thing)? /", "a1 a3 a6"),
        ("text:was CRS section:results", "a1 a2"),
        ("text:was section:title", ""),
    ],
)  # fmt: skip
def test_documents(index: Index, query: str, expected: str | None) -> None:
    if expected is None:
        with pytest.raises(OptionError, match="names nothing"):
            find(index, query)
    else:
        assert documents(index, query) == expected


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("CRS", "a1.2 a2.1 a5.2"),
        ("CRS CAR-T", "a1.2"),
        ("CRS NOT CAR-T", "a2.1 a5.2"),
        ("negated CRS negated ICANS", "a5.1"),
        ("TOXICITY section:results year:2018-2020", "a1.2 a2.1"),
        ("CRS NOT section:results", ""),
        ("id:a6", "a6.0 a6.1"),
        ("text:storm or CR", "a1.4 a2.0 a4.2"),
    ],
)
def test_sentences(index: Index, query: str, expected: str) -> None:
    assert sentences(index, query) == expected


def test_rows_of_documents(index: Index) -> None:
    found = find(index, 'CAR-T (CRS or negated ICANS or text:"cytokine storm")')
    assert list(found.rows.columns) == ["doc_id", "study", "year", "journal", "title", "pmid", "doi", "notices", "n_sentences", "matched"]
    first, second = found.rows.itertuples(index=False)
    assert (first.doc_id, first.study, first.year, first.pmid, first.n_sentences) == ("a1", "Maude 2018", 2018, "111", 3)
    assert first.matched == (
        "tisagenlecleucel; cytokine release syndrome; negated immune effector cell-associated neurotoxicity syndrome"
    )
    assert second.matched == 'axicabtagene ciloleucel; text:"cytokine storm"; cytokine release syndrome'
    assert (found.level, found.n_units, found.n_documents, found.notes) == ("document", 2, 2, ())


def test_rows_of_sentences(index: Index) -> None:
    found = find(index, "CRS", level="sentence")
    assert list(found.rows.columns) == ["doc_id", "sentence", "section", "study", "year", "journal", "sentence_text", "matched"]
    assert found.rows["sentence_text"].tolist()[0] == "CRS was seen after tisagenlecleucel."
    assert set(found.rows["section"]) == {"results"}
    assert (found.n_units, found.n_documents) == (3, 3)


def test_marks_are_verbatim_and_only_of_what_holds(index: Index) -> None:
    found = find(index, "(CRS negated ICANS) or (ICANS CR) or text:/storms?/")
    text = read_table(index.folder, "documents").set_index("doc_id")["text"]
    marks = [(m.doc_id, m.text, m.assertion) for m in found.mentions.itertuples()]
    assert marks == [("a1", "CRS", "present"), ("a1", "ICANS", "negated"), ("a2", "storm", None), ("a5", "ICANS", "negated"), ("a5", "CRS", "present"), ("a6", "storms", None)]
    assert all(text[m.doc_id][m.start : m.end] == m.text for m in found.mentions.itertuples())
    assert found.mentions["sentence"].tolist() == [2, 3, 0, 1, 2, 1]


def test_the_newest_come_first_where_that_is_asked(index: Index) -> None:
    found = find(index, "any TOXICITY", sort="year")
    assert found.rows["doc_id"].tolist() == ["a5", "a3", "a2", "a1", "a4"]
    assert list(dict.fromkeys(found.mentions["doc_id"])) == ["a5", "a3", "a2", "a1", "a4"]


def test_an_empty_answer_has_the_columns(index: Index) -> None:
    for level in ("document", "sentence"):
        found = find(index, "CRS infection", level=level)
        full = find(index, "CRS", level=level)
        assert (found.n_units, found.n_documents, len(found.rows), len(found.mentions)) == (0, 0, 0, 0)
        assert list(found.rows.columns) == list(full.rows.columns)
        assert found.rows.dtypes.tolist() == full.rows.dtypes.tolist()


def test_a_listed_name_that_the_folder_lacks_holds_nowhere_and_is_told(index: Index) -> None:
    found = find(index, "CRS or blinatumomab")
    assert found.notes == (f"No mention of blinatumomab in {index.folder}.",)
    assert found.n_units == 3
    assert documents(index, "CRS NOT blinatumomab") == "a1 a2 a5"
    for query in ("blinatumomab", "CRS blinatumomab"):
        with pytest.raises(NothingFound, match="No mention of blinatumomab"):
            find(index, query)


@pytest.mark.parametrize(
    ("query", "error", "message"),
    [
        ("CRS xyzzy", NothingFound, "query, characters 5 to 9: no concept is named 'xyzzy'."),
        ("CRSS or CR", NothingFound, "query, characters 1 to 4: no concept is named 'CRSS'. Did you mean: CRS"),
        ("therapy:CRS", NothingFound, "query, characters 1 to 11: no therapy is named 'CRS'."),
        ("jornal:Blood", OptionError, "jornal: is no field. There are year:, journal:"),
        ("mesh:nothing", NothingFound, "no concept is named 'mesh:nothing'"),
        ("antigen", NothingFound, "Any antigen is asked for in capitals: ANTIGEN."),
        ("CRS journal:nature", NothingFound, "query, characters 5 to 18: no document of the journal 'nature'."),
        ("CRS journal:nat*", NothingFound, "query, characters 5 to 16: no journal fits 'nat*'."),
        ("CRS type:trial", NothingFound, "no document of the study type 'trial'."),
        ("CRS population:mice", NothingFound, "no study of the population 'mice'."),
        ("CRS text:/(/", OptionError, "query, characters 5 to 12: this regular expression cannot be read (missing ): ("),
        ("text:/a)|(b/", OptionError, "this regular expression cannot be read"),
        ("text:/a*/", OptionError, "fits also where nothing stands"),
    ],
)
def test_what_is_wrong_is_told_with_its_place(index: Index, query: str, error: type[AllnlpError], message: str) -> None:
    with pytest.raises(error) as caught:
        find(index, query)
    assert message in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_wrong_level_or_order_is_refused(index: Index) -> None:
    with pytest.raises(OptionError, match="level 'section' is none of document, sentence"):
        find(index, "CRS", level="section")
    with pytest.raises(OptionError, match="sort 'title' is none of folder, year"):
        find(index, "CRS", sort="title")


def test_a_folder_without_mentions_of_its_own_is_answered(evidence: Path) -> None:
    index = Index(evidence)
    assert find(index, "CRS ICANS OS section:title").rows["doc_id"].tolist() == ["1"]
    assert find(index, "NOT CRS text:review").rows["doc_id"].tolist() == ["3"]


def test_names_mean_what_other_commands_take_them_for(folder: Path) -> None:
    index = Index(folder)
    concepts = read_table(folder, "concepts")
    words = [*concepts["concept_id"], *concepts["name"], *(form.rpartition(": ")[0] for forms in concepts["forms"] for form in forms)]
    assert len(words) > 100
    for one in words[::7]:
        for exact in (False, True):
            try:
                expected: Concepts = index.resolve(one, exact=exact)
            except OptionError:
                with pytest.raises(OptionError):
                    meant(index, Name(one, exact=exact))
                continue
            assert is_name(names_of(index), one)
            assert set(index.codes(expected)) <= set(meant(index, Name(one, exact=exact)).codes), one


# A slow evaluation: loops over the tables, sharing nothing with the fast one.

IDS = {
    "CRS": {"mesh:D000080424"}, "ICANS": {"mesh:C000722498"}, "neurotoxicity": {"mesh:D020258", "mesh:C000722498"},
    "CAR-T": {"x:cart", "x:axi", "ncit:C102758"}, "infection": {"mesh:D007239"}, "ALL": {"ncit:C3167", "ncit:C8644"}, "invent-cel": {"invent-cel"},
}  # fmt: skip
OWN = {"neurotoxicity": {"mesh:D020258"}, "CAR-T": {"x:cart"}, "ALL": {"ncit:C3167"}}


def slow(index: Index, tree: Any, level: str) -> tuple[list[tuple[str, int]], set[tuple[str, int]]]:
    """Units that hold, and the mentions that match, by loops."""
    records = read_table(index.folder, "documents").set_index("doc_id")
    rows = list(read_table(index.folder, "sentences").itertuples(index=False))
    kept = [s for s in rows if isinstance(s.doc_id, str) and not isinstance(records.loc[s.doc_id, "duplicate_of"], str)]
    mentions = list(read_table(index.folder, "mentions").itertuples(index=False))
    units = dict.fromkeys((s.doc_id, s.sentence if level == "sentence" else -1) for s in kept)
    matched: set[tuple[str, int]] = set()

    def holds(node: Any, unit: tuple[str, int], allowed: frozenset[str]) -> tuple[bool, set[tuple[str, int]]]:
        own = [s for s in kept if s.doc_id == unit[0] and unit[1] in (-1, s.sentence) and s.section in allowed]
        numbers = {s.sentence for s in own}
        match node:
            case Name() | Kind():
                fit = {(m.doc_id, m.mention) for m in mentions if m.doc_id == unit[0] and m.sentence in numbers and means(node, m)}
                return bool(fit), fit
            case Verbatim():
                texts = [records.loc[s.doc_id, "text"][s.start : s.end].lower() for s in own]
                padded = [" " + "".join(c if c.isalnum() else " " for c in t) + " " for t in texts]
                return any(f" {node.words} " in " ".join(p.split(" ")) for p in padded), set()
            case Published():
                low, high = node.years
                year = records.loc[unit[0], "year"]
                return bool(pd.notna(year) and (low is None or year >= low) and (high is None or year <= high)), set()
            case Field():
                return unit[0] == node.value, set()
            case Within():
                return holds(node.part, unit, allowed & frozenset(node.sections))
            case Not():
                return not holds(node.part, unit, allowed)[0], set()
            case And():
                parts = [holds(part, unit, allowed) for part in node.parts]
                return all(p[0] for p in parts), set().union(*(p[1] for p in parts)) if all(p[0] for p in parts) else set()
            case _:
                parts = [holds(part, unit, allowed) for part in node.parts]
                return any(p[0] for p in parts), set().union(*(p[1] for p in parts if p[0]))

    found = []
    for unit in units:
        is_held, own = holds(tree, unit, frozenset(SECTIONS))
        if is_held:
            found.append(unit)
            matched |= own
    return found, matched


def means(node: Name | Kind, mention: Any) -> bool:
    if node.assertion not in (ANY_ASSERTION, mention.assertion):
        return False
    if isinstance(node, Kind):
        return bool(mention.label == node.label)
    ids = OWN.get(node.words, IDS[node.words]) if node.exact else IDS[node.words]
    curie = mention.concept_id if isinstance(mention.concept_id, str) else mention.name
    return curie in ids and node.label in (None, mention.label)


asserted = st.sampled_from((*ASSERTIONS, ANY_ASSERTION))
of_text = st.one_of(
    st.builds(Name, st.sampled_from(sorted(IDS)), st.none(), st.booleans(), asserted),
    st.builds(Name, st.just("infection"), st.sampled_from(["DISEASE", "TOXICITY"]), st.booleans(), asserted),
    st.builds(Kind, st.sampled_from(["THERAPY", "TOXICITY", "DISEASE", "OUTCOME"]), asserted),
    st.builds(Verbatim, st.sampled_from(["was seen", "storm", "crs", "nothing"])),
)
leaves = st.one_of(of_text, of_text, st.builds(Published, st.sampled_from([(2018, 2020), (2022, None), (None, 2018)])), st.builds(Field, st.just("id"), st.sampled_from(["a1", "a4"])))
sections = st.sets(st.sampled_from(SECTIONS), min_size=1).map(lambda found: tuple(s for s in SECTIONS if s in found))
trees = st.recursive(
    leaves,
    lambda node: st.one_of(
        st.builds(Not, node),
        st.builds(And, st.lists(node, min_size=2, max_size=3).map(tuple)),
        st.builds(Or, st.lists(node, min_size=2, max_size=3).map(tuple)),
        st.builds(Within, sections, of_text),
    ),
    max_leaves=6,
)


@settings(max_examples=25)
@given(trees, st.sampled_from(["document", "sentence"]))
def test_every_query_is_answered_as_by_loops_over_the_tables(index: Index, tree: Any, level: str) -> None:
    found: Found = find(index, written(tree), level=level)
    units, matched = slow(index, tree, level)
    numbers = found.rows["sentence"] if level == "sentence" else [-1] * len(found.rows)
    assert list(zip(found.rows["doc_id"], numbers, strict=True)) == units
    assert found.n_units == len(units)
    assert found.n_documents == len({doc_id for doc_id, _ in units})
    listed = found.mentions[found.mentions["mention"].notna()]
    assert set(zip(listed["doc_id"], listed["mention"], strict=True)) == matched
    assert not found.mentions.duplicated(["doc_id", "start", "end", "name", "mention"]).any()
