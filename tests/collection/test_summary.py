"""What a folder holds."""

from __future__ import annotations

from pathlib import Path

import pytest

from allnlp.collection import summarise
from allnlp.errors import FolderError
from allnlp.schema import LABELS, Concept, Document, Failure, Mention
from allnlp.tables import FolderWriter, read_table

COUNTS = dict.fromkeys(
    ("read", "annotated", "duplicates", "without_text", "without_abstract", "failed", "mentions", "concepts", "findings", "files_failed"), 0
)
MANIFEST = {"counts": COUNTS, "inputs": [], "versions": {"allnlp": "0"}, "terminology": "t"}


def mention(doc_id: str, number: int, label: str, curie: str | None, assertion: str = "present") -> Mention:
    return Mention(doc_id, number, 0, 0, 3, "CRS", label, None, curie, "n", assertion, None, None, None, "terms", "r")


@pytest.fixture
def by_hand(tmp_path: Path) -> Path:
    with FolderWriter(tmp_path / "f") as writer:
        writer.write(
            "documents",
            [
                Document("1", pmid="1", title="t", abstract="a", text="t\na", year=2001, authors=("A",)),
                Document("2", title="t", text="t", year=2003),
                Document("3", title="t", abstract="a", text="t\na", year=1950, duplicate_of="1"),
            ],
        )
        writer.write(
            "mentions",
            [
                mention("1", 0, "TOXICITY", "x:1", "negated"),
                mention("1", 1, "TOXICITY", None),
                mention("2", 0, "TOXICITY", "x:1", "hypothetical"),
                mention("2", 1, "BIOMARKER", "x:2"),
                mention("2", 2, "OUTCOME", "x:3"),
                mention("2", 3, "OUTCOME", "x:1"),
            ],
        )
        writer.write(
            "concepts",
            [
                Concept("x:1", "TOXICITY", "n", (), (), (), (), 2, 2, 1, 2001, 2003),
                Concept("x:3", "TOXICITY", "m", (), (), (), (), 1, 9, 0, None, None),
            ],
        )
        writer.write("failures", [Failure(None, "f.xml", 4, "read", "why")])
        writer.finish(MANIFEST)
    return tmp_path / "f"


def test_labels_count_mentions_documents_concepts_and_assertions(by_hand: Path) -> None:
    row = summarise(by_hand).labels.to_dict("records")[0]
    assert row == {
        "label": "TOXICITY", "mentions": 3, "documents": 2, "concepts": 1, "unlinked": 1, "negated": 1, "hypothetical": 1, "historical": 0,
    }  # fmt: skip


def test_completeness_leaves_duplicates_out(by_hand: Path) -> None:
    found = summarise(by_hand).completeness.set_index("field")
    assert found.documents["title"] == 2
    assert (found.documents["abstract"], found.share["abstract"]) == (1, 0.5)
    assert (found.documents["authors"], found.documents["doi"]) == (1, 0)


def test_years_leave_duplicates_out(by_hand: Path) -> None:
    assert dict(summarise(by_hand).information.itertuples(index=False))["years"] == "2001-2003"


def test_concepts_come_most_frequent_first_and_as_many_as_asked(by_hand: Path) -> None:
    found = summarise(by_hand).concepts
    assert list(zip(found.label, found.concept_id, found.mentions, strict=True)) == [("TOXICITY", "x:1", 2), ("OUTCOME", "x:1", 1), ("OUTCOME", "x:3", 1)]
    assert list(summarise(by_hand, top=1).concepts.concept_id) == ["x:1", "x:1"]


def test_a_concept_is_counted_under_the_label_of_its_mentions(by_hand: Path) -> None:
    found = summarise(by_hand)
    counted = found.concepts.groupby("label").mentions.sum()
    linked = found.labels.set_index("label").mentions - found.labels.set_index("label").unlinked
    assert counted.to_dict() == linked.to_dict()


def test_doubtful_mentions_are_counted(by_hand: Path) -> None:
    assert dict(summarise(by_hand).information.itertuples(index=False))["mentions to review"] == "0"


def test_failures_are_listed(by_hand: Path) -> None:
    assert summarise(by_hand).failures.to_dict("records") == [{"source_file": "f.xml", "source_record": 4, "step": "read", "error": "why"}]


def test_an_empty_folder_has_a_summary(tmp_path: Path) -> None:
    with FolderWriter(tmp_path / "f") as writer:
        writer.finish(MANIFEST)
    found = summarise(tmp_path / "f")
    assert (len(found.labels), len(found.concepts), len(found.failures)) == (0, 0, 0)
    assert set(found.completeness.share) == {0}
    assert dict(found.information.itertuples(index=False))["years"] == "unknown"


def test_the_summary_of_the_demo_agrees_with_its_tables(folder: Path) -> None:
    found, mentions = summarise(folder, top=3), read_table(folder, "mentions")
    assert list(found.labels.label) == list(LABELS)
    counted = mentions.groupby("label").size()
    assert (found.labels.set_index("label").mentions == counted.reindex(list(LABELS))).all()
    assert found.concepts.groupby("label").size().max() == 3


def test_mentions_of_context_labels_are_told_apart(by_hand: Path, folder: Path) -> None:
    assert dict(summarise(by_hand).information.itertuples(index=False))["of them context, as CONSTRUCT or PROCEDURE"] == "1"
    found = summarise(folder)
    information = dict(found.information.itertuples(index=False))
    assert int(information["mentions"]) == found.labels.mentions.sum() + int(information["of them context, as CONSTRUCT or PROCEDURE"])


def test_a_manifest_without_counts_is_damaged(tmp_path: Path) -> None:
    with FolderWriter(tmp_path / "f") as writer:
        writer.finish({})
    with pytest.raises(FolderError, match=r"manifest\.json: damaged, no 'counts'"):
        summarise(tmp_path / "f")


def test_a_missing_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(FolderError, match="no such folder"):
        summarise(tmp_path / "nowhere")
