"""Agreement with gold: figures worked out by hand, and those of the reference scorer."""

from __future__ import annotations

import json
import math
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from allnlp.annotation import annotate_collection
from allnlp.errors import EvaluationError, FolderError
from allnlp.evaluation import Mark, Score, b_cubed, compare_scores, evaluate, exact_scores, normal, overlap_pairs, read_gold, score
from allnlp.schema import Document, Mention
from allnlp.tables import FolderWriter

TITLE, ABSTRACT = "CAR T cells in ALL", "No severe CRS was seen. CRS and neurotoxicity may occur in children."
TEXT = f"{TITLE}\n{ABSTRACT}"


def mention(number: int, words: str, nth: int, label: str, curie: str | None, assertion: str = "present") -> Mention:
    start = -1
    for _ in range(nth):
        start = TEXT.index(words, start + 1)
    return Mention("1", number, 0, start, start + len(words), words, label, None, curie, "n", assertion, None, None, None, "terms", "r")


FOUND = [
    mention(0, "CAR T cells", 1, "THERAPY", "x:car"),  # right
    mention(1, "ALL", 1, "DISEASE", "x:all"),  # right
    mention(2, "severe CRS", 1, "TOXICITY", "x:crs", "negated"),  # overlaps only
    mention(3, "CRS", 2, "TOXICITY", "x:crs"),  # right, but gold says hypothetical
    mention(4, "seen", 1, "OUTCOME", None),  # spurious
    mention(5, "children", 1, "POPULATION", None),  # right
    mention(6, "cells", 1, "BIOMARKER", "x:b"),  # not one of the six labels
]
GOLD = [
    {"field": "title", "surface": "CAR T cells", "nth": 1, "label": "THERAPY", "concept": "CAR T-cell therapy"},
    {"field": "title", "surface": "ALL", "nth": 1, "label": "DISEASE", "concept": "acute lymphoblastic leukemia", "assertion": "present"},
    {"field": "abstract", "surface": "CRS", "nth": 1, "label": "TOXICITY", "concept": "cytokine release syndrome", "assertion": "negated"},
    {"field": "abstract", "surface": "CRS", "nth": 2, "label": "TOXICITY", "concept": "cytokine release syndrome", "assertion": "hypothetical"},
    {"field": "abstract", "surface": "neurotoxicity", "nth": 1, "label": "TOXICITY", "concept": "neurotoxicity", "assertion": "hypothetical"},
    {"field": "abstract", "surface": "children", "nth": 1, "label": "POPULATION", "concept": "children"},
]


def lines(path: Path, *rows: dict[str, Any]) -> Path:
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return path


@pytest.fixture
def texts(tmp_path: Path) -> Path:
    return lines(tmp_path / "texts.jsonl", {"id": "1", "title": TITLE, "abstract": ABSTRACT})


@pytest.fixture
def gold(tmp_path: Path) -> Path:
    return lines(tmp_path / "gold.jsonl", {"id": "1", "mentions": GOLD})


@pytest.fixture
def annotated(tmp_path: Path) -> Path:
    with FolderWriter(tmp_path / "folder") as writer:
        writer.write("documents", [Document("1", title=TITLE, abstract=ABSTRACT, text=TEXT)])
        writer.write("mentions", FOUND)
        writer.finish({})
    return tmp_path / "folder"


def test_strict_asks_for_label_and_offsets(annotated: Path, texts: Path, gold: Path) -> None:
    strict = evaluate(annotated, texts=texts, gold=gold).strict
    assert strict["THERAPY"] == Score(1.0, 1.0, 1.0, 1, 1)
    assert strict["TOXICITY"] == score(1, 3, 2)
    assert strict["OUTCOME"] == Score(0.0, 0.0, 0.0, 0, 1)
    assert strict["ANTIGEN"] == Score(0.0, 0.0, 0.0, 0, 0)
    assert strict["card (four labels)"] == score(3, 5, 4)
    assert strict["all"] == score(4, 6, 6)


def test_overlap_asks_for_a_shared_character(annotated: Path, texts: Path, gold: Path) -> None:
    overlap = evaluate(annotated, texts=texts, gold=gold).overlap
    assert overlap["TOXICITY"] == score(2, 3, 2)
    assert overlap["all"] == score(5, 6, 6)


def test_assertion_counts_over_the_pairs_that_overlap(annotated: Path, texts: Path, gold: Path) -> None:
    found = evaluate(annotated, texts=texts, gold=gold).assertion
    assert found["negated"] == Score(1.0, 1.0, 1.0, 1, 1)
    assert found["hypothetical"] == Score(0.0, 0.0, 0.0, 1, 0)


def test_linking_leaves_populations_out(annotated: Path, texts: Path, gold: Path) -> None:
    assert evaluate(annotated, texts=texts, gold=gold).linking == 1.0


def test_every_fault_is_listed_with_its_words(annotated: Path, texts: Path, gold: Path) -> None:
    faults = {(f.kind, f.text) for f in evaluate(annotated, texts=texts, gold=gold).faults}
    assert faults == {
        ("missed TOXICITY", "CRS"),
        ("missed TOXICITY", "neurotoxicity"),
        ("spurious TOXICITY", "severe CRS"),
        ("spurious OUTCOME", "seen"),
        ("assertion", "CRS"),
    }


def test_a_gold_surface_that_is_not_there_is_refused(annotated: Path, texts: Path, tmp_path: Path) -> None:
    bad = lines(tmp_path / "bad.jsonl", {"id": "1", "mentions": [{**GOLD[0], "nth": 2}]})
    with pytest.raises(EvaluationError, match="1: gold surface 'CAR T cells' is not in its title"):
        evaluate(annotated, texts=texts, gold=bad)


def test_a_gold_document_without_text_is_refused(annotated: Path, texts: Path, tmp_path: Path) -> None:
    with pytest.raises(EvaluationError, match="2 has no text in"):
        evaluate(annotated, texts=texts, gold=lines(tmp_path / "two.jsonl", {"id": "2", "mentions": []}))


def test_a_broken_line_is_named(annotated: Path, texts: Path, tmp_path: Path) -> None:
    (tmp_path / "broken.jsonl").write_text('{"id": "1", "mentions": []}\n{"id"\n', encoding="utf-8")
    with pytest.raises(EvaluationError, match=r"broken\.jsonl:2: no JSON object"):
        evaluate(annotated, texts=texts, gold=tmp_path / "broken.jsonl")


@pytest.mark.parametrize(
    ("line", "message"),
    [
        (b'{"mentions": []}', r"id is None\."),
        (b"[1]", "no JSON object but list"),
        (b'{"id": "1"}', "mentions is NoneType, expected a list"),
        (b'{"id": "1", "mentions": ["CRS"]}', "a mention is 'CRS'"),
        (b'{"id": "1", "mentions": [{"surface": "CRS", "label": "TOXICITY"}]}', "field of the mention 'CRS' is None"),
        (b'{"id": "1", "mentions": [{"field": "body", "surface": "CRS", "label": "TOXICITY"}]}', "is 'body'. Use title or abstract"),
        (b'{"id": "1", "mentions": [{"field": "abstract", "label": "TOXICITY"}]}', "surface of a mention of the abstract is None"),
        (b'{"id": "1", "mentions": [{"field": "abstract", "surface": "CRS"}]}', "label of a mention of the abstract is None"),
        (b'{"id": "1", "mentions": [{"field": "abstract", "surface": "CRS", "label": "TOXICITY", "nth": 0}]}', "nth of the mention 'CRS' is 0"),
        (b'{"id": "1", "mentions": [{"field": "abstract", "surface": "CRS", "label": "TOXICITY", "assertion": "no"}]}', "is 'no'. Use one of"),
        (b'{"id": "1", "mentions": [], "by": "M\xfcller"}', "not UTF-8"),
    ],
)
def test_a_fault_of_gold_is_named_with_file_and_line(line: bytes, message: str, annotated: Path, texts: Path, tmp_path: Path) -> None:
    (tmp_path / "bad.jsonl").write_bytes(b'{"id": "1", "mentions": []}\n' + line + b"\n")
    with pytest.raises(EvaluationError, match=rf"bad\.jsonl:2: .*{message}"):
        evaluate(annotated, texts=texts, gold=tmp_path / "bad.jsonl")


def test_an_empty_gold_is_refused(annotated: Path, texts: Path, tmp_path: Path) -> None:
    with pytest.raises(EvaluationError, match=r"none\.jsonl: no document"):
        evaluate(annotated, texts=texts, gold=lines(tmp_path / "none.jsonl"))


def test_documents_that_the_folder_lacks_are_counted_and_named(annotated: Path, tmp_path: Path) -> None:
    ids = [str(n) for n in range(1, 9)]
    texts = lines(tmp_path / "t.jsonl", *({"id": i, "title": TITLE, "abstract": ABSTRACT} for i in ids))
    gold = lines(tmp_path / "g.jsonl", *({"id": i, "mentions": []} for i in ids))
    with pytest.raises(EvaluationError, match=r"7 of 8 documents of the gold are missing: 2, 3, 4, 5, 6, \.\.\."):
        evaluate(annotated, texts=texts, gold=gold)


def test_a_text_that_is_not_that_of_the_folder_is_refused(annotated: Path, gold: Path, tmp_path: Path) -> None:
    other = lines(tmp_path / "t.jsonl", {"id": "1", "title": TITLE, "abstract": ABSTRACT.replace("seen", "found")})
    with pytest.raises(EvaluationError, match=r"the abstract of 1 is not that of .*'seen.*there, 'found"):
        evaluate(annotated, texts=other, gold=gold)


def test_blanks_that_the_run_took_out_move_no_offset(annotated: Path, texts: Path, gold: Path, tmp_path: Path) -> None:
    wide = lines(tmp_path / "t.jsonl", {"id": "1", "title": f" {TITLE} ", "abstract": ABSTRACT.replace(". ", ".  ")})
    assert evaluate(annotated, texts=wide, gold=gold) == evaluate(annotated, texts=texts, gold=gold)


def test_a_missing_file_or_folder_is_refused(annotated: Path, texts: Path, gold: Path, tmp_path: Path) -> None:
    with pytest.raises(EvaluationError, match=r"nowhere\.jsonl: cannot be read"):
        evaluate(annotated, texts=texts, gold=tmp_path / "nowhere.jsonl")
    with pytest.raises(FolderError, match="no such folder"):
        evaluate(tmp_path / "nowhere", texts=texts, gold=gold)


@given(st.integers(0, 20), st.integers(0, 20), st.integers(0, 20))
def test_scores_lie_between_nought_and_one(both: int, missed: int, spurious: int) -> None:
    s = score(both, both + missed, both + spurious)
    assert all(0 <= value <= 1 for value in s[:3])
    assert s.f == pytest.approx(2 * both / (2 * both + missed + spurious) if both else 0)


PAIRS = st.lists(st.tuples(st.sampled_from("abc"), st.sampled_from("xyz")), min_size=1, max_size=12)


@given(PAIRS)
def test_b_cubed_is_the_same_from_either_side(pairs: list[tuple[str, str]]) -> None:
    assert 0 < b_cubed(pairs) <= 1
    assert math.isclose(b_cubed(pairs), b_cubed([(f, g) for g, f in pairs]))


@given(PAIRS)
def test_b_cubed_is_one_only_when_the_clusters_are_the_same(pairs: list[tuple[str, str]]) -> None:
    same = len(set(pairs)) == len({g for g, _ in pairs}) == len({f for _, f in pairs})
    assert math.isclose(b_cubed(pairs), 1.0) == same


def test_the_longest_shared_stretch_is_paired_first() -> None:
    gold = [Mark("THERAPY", 0, 5, "", "", "present"), Mark("THERAPY", 5, 20, "", "", "present")]
    found = [Mark("THERAPY", 3, 18, "", "", "present")]
    assert overlap_pairs(gold, found) == [(1, 0)]


@pytest.mark.parametrize(("one", "two"), [("CAR-T cells", "CAR T cell"), ("B-ALL", "b all"), ("Cytopenias", "cytopenia")])
def test_names_are_compared_without_case_signs_and_plural(one: str, two: str) -> None:
    assert normal(one) == normal(two)


@pytest.mark.slow
def test_figures_are_those_of_the_reference_scorer(shared: Path, tmp_path: Path) -> None:
    texts, gold = shared / "gold" / "texts.jsonl", shared / "gold" / "gold.jsonl"
    if not gold.is_file():
        pytest.skip("needs ../shared/gold")
    annotate_collection([texts], tmp_path / "gold")
    ran = subprocess.run(
        [sys.executable, shared / "gold" / "score.py", texts, gold, tmp_path / "gold", "--json"], capture_output=True, text=True, check=True
    )
    reference = json.loads(ran.stdout)
    report = evaluate(tmp_path / "gold", texts=texts, gold=gold)

    def rounded(scores: Any) -> dict[str, dict[str, float]]:
        return {
            name: {"p": round(s.precision, 4), "r": round(s.recall, 4), "f": round(s.f, 4), "gold": s.gold, "found": s.found}
            for name, s in scores.items()
        }

    assert rounded(report.strict) == reference["mentions_strict"]
    assert rounded(report.overlap) == reference["mentions_overlap"]
    assert rounded(report.assertion) == reference["assertion"]
    assert round(report.linking, 4) == reference["linking_b3"]
    assert report.documents == reference["documents"]


def test_exact_scores_count_each_mark_once_and_labels_apart() -> None:
    gold, found = [(0, 3, "A"), (5, 8, "B"), (5, 8, "B")], [(0, 3, "A"), (5, 8, "A"), (9, 11, "C")]
    scores = exact_scores([(gold, found)], ["A", "B"])
    assert scores == {"A": score(1, 1, 2), "B": score(0, 1, 0), "all": score(1, 2, 2)}


def test_runs_are_compared_class_by_class() -> None:
    one, two = {"A": score(1, 2, 2)}, {"A": score(2, 2, 2), "B": score(0, 0, 1)}
    first, second = compare_scores("strict", [one, two])
    assert (first.class_name, first.gold, first.differences) == ("A", 2, (0.0, 0.5))
    assert (second.class_name, second.scores[0].gold, second.differences) == ("B", 0, (0.0, 0.0))


def test_gold_is_read_with_its_texts(texts: Path, gold: Path) -> None:
    (document,) = read_gold(texts, gold)
    assert (document.doc_id, document.title, document.abstract, len(document.mentions)) == ("1", TITLE, ABSTRACT, 6)
