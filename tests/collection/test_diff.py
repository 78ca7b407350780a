"""What differs between two folders."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from allnlp.collection.diff import Difference, compare_folders
from allnlp.collection.frames import plain_rows
from allnlp.errors import FolderError
from allnlp.schema import Concept, Document, Finding, Mention, Study
from allnlp.tables import FolderWriter

TEXT = "CRS was severe in 9 of 34 and rash in 3."
Build = Callable[..., Path]


def mention(
    start: int, end: int, label: str = "TOXICITY", curie: str | None = "x:crs", name: str = "CRS", *, assertion: str = "present", doc_id: str = "1"
) -> Mention:
    text, rule = TEXT[start:end], f"{label.lower()}.tsv:{name}"
    return Mention(doc_id, start, 0, start, end, text, label, None, curie, name, assertion, None, None, None, "terms", rule)


def finding(start: int, end: int, **cells: Any) -> Finding:
    row: dict[str, Any] = dict.fromkeys(Finding._fields)
    row |= {
        "doc_id": "1", "finding": start, "sentence": 0, "label": "TOXICITY", "concept_id": "x:crs", "concept": "CRS", "measure": "incidence", "start": start,
        "end": end, "evidence": TEXT[start:end], "needs_review": False, "rule": "findings:x",
    }  # fmt: skip
    return Finding(**row | cells)


def study(doc_id: str, **cells: Any) -> Study:
    row: dict[str, Any] = dict.fromkeys(Study._fields, ())
    row |= {"doc_id": doc_id, "study_type": "other", "n_patients": None, "median_follow_up_months": None, "needs_review": False, "review_reason": None}
    return Study(**row | cells)


@pytest.fixture
def build(tmp_path: Path) -> Build:
    """Writes a folder of documents 1 and 2, and what else is given."""

    def written(name: str, *, texts: dict[str, str] | None = None, version: str = "1", **tables: list[Any]) -> Path:
        with FolderWriter(tmp_path / name) as writer:
            writer.write("documents", [Document(d, title="t", abstract=text, text=text) for d, text in (texts or {"1": TEXT, "2": "b"}).items()])
            for table, rows in tables.items():
                writer.write(table, rows)
            writer.finish({"versions": {"allnlp": version}, "terminology": "t", "options": {"limit": None}, "inputs": []})
        return tmp_path / name

    return written


def counts(found: Difference, what: str) -> dict[str, int]:
    row = found.summary.set_index("what").loc[what]
    return {name: int(n) for name, n in row.items() if n}


def test_the_same_folder_does_not_differ(evidence: Path, folder: Path) -> None:
    for one in (evidence, folder):
        found = compare_folders(one, one)
        assert found.summary[["added", "removed", "changed", "moved"]].to_numpy().sum() == 0
        assert found.summary["before"].equals(found.summary["same"])
        assert all(len(table) == 0 for name, table in found._asdict().items() if name != "summary")


def test_mentions_are_added_removed_changed_or_moved(build: Build) -> None:
    before = build("a", mentions=[mention(0, 3), mention(8, 14), mention(30, 34, name="rash", curie=None), mention(18, 25, "POPULATION", None, "9 of 34")])
    after = build("b", mentions=[mention(0, 3, assertion="negated"), mention(8, 14), mention(18, 23, "POPULATION", None, "9 of 34"), mention(4, 7, "OUTCOME")])
    found = compare_folders(before, after)
    assert counts(found, "mentions") == {"before": 4, "after": 4, "same": 1, "added": 1, "removed": 1, "changed": 1, "moved": 1}
    shown = found.mentions[["change", "cells", "text_before", "text_after"]]
    assert list(plain_rows(shown)) == [
        ("changed", "assertion", "CRS", "CRS"), ("added", None, None, "was"), ("moved", None, "9 of 34", "9 of "), ("removed", None, "rash", None),
    ]  # fmt: skip
    assert found.mentions["start_after"].dtype == "Int64"


def test_what_changes_is_summed_by_concept_and_by_rule_with_an_example(build: Build) -> None:
    before = build("a", mentions=[mention(0, 3), mention(8, 14), mention(0, 1, doc_id="2")])
    after = build("b", mentions=[mention(0, 3, "EVENT"), mention(8, 14, "EVENT"), mention(0, 1, "EVENT", doc_id="2"), mention(30, 34)])
    found = compare_folders(before, after)
    first = found.by_concept.iloc[0]
    assert (first["change"], first["cells"], first["label_before"], first["label_after"], first["mentions"], first["documents"], first["example"]) == (
        "changed", "label", "TOXICITY", "EVENT", 3, 2, "CRS",
    )  # fmt: skip
    assert found.by_rule[["rule_before", "rule_after", "mentions"]].iloc[0].to_list() == ["toxicity.tsv:CRS", "event.tsv:CRS", 3]
    assert len(found.by_concept) == len(found.by_rule) == 2


def test_another_name_of_the_same_concept_changes_no_mention_but_the_concept(build: Build) -> None:
    def concept(curie: str, name: str, label: str = "TOXICITY") -> Concept:
        return Concept(curie, label, name, (), (), (), (), 1, 1, 0, None, None)

    before = build("a", mentions=[mention(0, 3), mention(8, 14, curie="x:old")], concepts=[concept("x:crs", "CRS"), concept("x:old", "old")])
    after = build("b", mentions=[mention(0, 3, name="cytokine release"), mention(8, 14, curie="x:new")], concepts=[concept("x:crs", "cytokine release"), concept("x:new", "new")])
    found = compare_folders(before, after)
    assert counts(found, "mentions") == {"before": 2, "after": 2, "same": 1, "changed": 1}
    assert found.concepts[["change", "concept_id"]].values.tolist() == [["gone", "x:old"], ["new", "x:new"], ["renamed", "x:crs"]]
    assert counts(found, "concepts") == {"before": 2, "after": 2, "added": 1, "removed": 1, "changed": 1}


def test_findings_say_which_cells_changed(build: Build) -> None:
    before = build("a", findings=[finding(0, 25, n=9, total=34), finding(30, 39, n=3), finding(8, 14, value=5.0)])
    after = build("b", findings=[finding(0, 25, n=9, total=34, grade="severe", needs_review=True), finding(26, 39, n=3), finding(18, 19, n=7)])
    found = compare_folders(before, after)
    assert counts(found, "findings") == {"before": 3, "after": 3, "same": 1, "added": 1, "removed": 1, "changed": 1}
    changed = found.findings[found.findings["change"] == "changed"].iloc[0]
    assert (changed["cells"], changed["grade_after"], changed["total_before"]) == ("grade, needs_review", "severe", 34)


def test_cells_of_studies_are_compared_one_by_one(build: Build) -> None:
    before = build("a", studies=[study("1", therapies=("a",), n_patients=3), study("2")])
    after = build("b", studies=[study("1", therapies=("a", "b"), n_patients=4, n_patients_sentences=(1,)), study("2")])
    found = compare_folders(before, after)
    assert found.studies.values.tolist() == [["1", "n_patients", "3", "4"], ["1", "therapies", "a", "a; b"]]
    assert counts(found, "study cells")["changed"] == 2


def test_documents_of_one_folder_or_with_another_text_are_told_and_left_out(build: Build) -> None:
    before = build("a", texts={"1": TEXT, "2": "b", "3": "c"}, mentions=[mention(0, 3), mention(0, 1, doc_id="3")])
    after = build("b", texts={"1": TEXT, "2": "B", "4": "d"}, mentions=[mention(0, 3), mention(0, 1, doc_id="2")])
    found = compare_folders(before, after)
    assert found.documents[["change", "doc_id"]].values.tolist() == [["only after", "4"], ["only before", "3"], ["text differs", "2"]]
    assert counts(found, "documents") == {"before": 3, "after": 3, "same": 1, "added": 1, "removed": 1, "changed": 1}
    assert counts(found, "mentions") == {"before": 1, "after": 1, "same": 1}


def test_what_made_the_folders_is_told_where_it_differs(build: Build) -> None:
    found = compare_folders(build("a"), build("b", version="2"))
    assert found.made_by.to_dict("records") == [{"item": "allnlp", "before": "1", "after": "2"}]


def test_folders_without_a_common_document_are_refused(build: Build, evidence: Path) -> None:
    with pytest.raises(FolderError, match="have no document in common"):
        compare_folders(build("a", texts={"x": "x"}), evidence)


def test_a_damaged_table_is_told(build: Build) -> None:
    before, after = build("a"), build("b", mentions=[mention(0, 3)])
    whole = (after / "mentions.parquet").read_bytes()
    (after / "mentions.parquet").write_bytes(whole[:4] + bytes(len(whole) - 4 - 600) + whole[-600:])
    with pytest.raises(FolderError, match="damaged"):
        compare_folders(before, after)


def test_the_same_folders_give_the_same_tables(build: Build, folder: Path) -> None:
    before, after = build("a", mentions=[mention(0, 3), mention(0, 3, "EVENT")]), build("b", mentions=[mention(0, 3, "OUTCOME")])
    first, second = compare_folders(before, after), compare_folders(before, after)
    for one, two in zip(first, second, strict=True):
        pd.testing.assert_frame_equal(one, two)
