"""The flow of records: its sums hold, and every count opens into its records."""

from __future__ import annotations

import shlex
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from allnlp.collection import Collection
from allnlp.collection.prisma import COLUMNS, REASONS, ROWS, Tally, flow, prisma, prisma_records
from allnlp.collection.reviews import keep_review
from allnlp.errors import NothingFound, OptionError
from allnlp.schema import Document, Failure
from allnlp.tables import FolderWriter, read_manifest

FATES = [("screened", None, d) for d in ("included", "excluded", "undecided")]
FATES += [("duplicates", reason, None) for reason in (*REASONS, "unknown")] + [(fate, None, None) for fate in ("withdrawn", "unreadable", "failed", "without-text")]
TALLIES = st.lists(st.builds(lambda file, is_register, fate, n: Tally(file, is_register, *fate, n), st.sampled_from("abc"), st.booleans(), st.sampled_from(FATES), st.integers(1, 9)))


def counts(frame: pd.DataFrame) -> dict[str, int]:
    whole = frame[frame["of"] == ""]
    return dict(zip(whole["row"], map(int, whole["n"]), strict=True))


@given(TALLIES)
def test_the_sums_of_the_flow_hold(tallies: list[Tally]) -> None:
    frame = pd.DataFrame(flow(tallies, ["a", "z"], 1, lambda row, of: row), columns=list(COLUMNS))
    n = counts(frame)
    assert n["identified"] == sum(t.n for t in tallies) == n["databases"] + n["registers"]
    assert n["removed"] == n["duplicates"] + n["withdrawn"] + n["unreadable"] + n["failed"] + n["without-text"]
    assert n["identified"] == n["removed"] + n["screened"]
    assert n["screened"] == n["excluded"] + n["undecided"] + n["included"]
    parts = frame[frame["of"] != ""].groupby("row")["n"].sum()
    assert all(parts.get(row, 0) == n[row] for row in ("databases", "registers", "duplicates"))
    assert set(frame["of"][frame["row"] == "databases"]) >= {"z"}, "a file of which nothing was read is named"


@pytest.fixture
def of_all_kinds(tmp_path: Path) -> Path:
    """A folder with a record of every fate."""
    registry = {"journal": "ClinicalTrials.gov", "publication_types": ("Clinical Trial Registration",)}
    documents = [
        Document("1", title="A", abstract="a", text="A\na", abstract_from="3", source_file="a.nbib", source_record=1),
        Document("2", title="B", text="B", source_file="a.nbib", source_record=2),
        Document("3", title="A", abstract="aa", text="A\naa", duplicate_of="1", duplicate_by="doi", source_file="b.ris", source_record=1),
        Document("4", title="A", text="A", duplicate_of="1", source_file="b.ris", source_record=2),
        Document("5", source_file="b.ris", source_record=3),
        Document("6", title="C", text="C", source_file="b.ris", source_record=4),
        Document("7", title="D", text="D", source_file="t.json", source_record=1, **registry),
        Document("8", title="E", text="E", source_file="b.ris", source_record=5, journal="https://clinicaltrials.gov/show/NCT01234567"),
    ]
    failures = [
        Failure(None, "t.json", 2, "read", "no object"),
        Failure("9", "a.nbib", 3, "delete", "withdrawn"),
        Failure("6", "b.ris", 4, "annotate", "a fault"),
        Failure(None, "c.pdf", None, "read", "a PDF"),
    ]
    with FolderWriter(tmp_path / "f") as writer:
        writer.write("documents", documents)
        writer.write("failures", failures)
        writer.finish({"inputs": [{"file": f} for f in ("a.nbib", "b.ris", "t.json", "c.pdf")], "versions": {}, "terminology": "t"})
    keep_review(tmp_path / "f", "1", decision="included", reviewer="A")
    keep_review(tmp_path / "f", "2", decision="excluded", reviewer="A")
    keep_review(tmp_path / "f", "7", is_read=True, reviewer="A")
    keep_review(tmp_path / "f", "3", decision="excluded", reviewer="A")
    return tmp_path / "f"


def test_every_record_is_counted_where_it_went(of_all_kinds: Path) -> None:
    assert counts(prisma(of_all_kinds)) == {
        "identified": 10, "databases": 7, "registers": 3, "removed": 6, "duplicates": 2, "withdrawn": 1, "unreadable": 1, "failed": 1, "without-text": 1,
        "screened": 4, "excluded": 1, "undecided": 2, "included": 1, "files": 1,
    }  # fmt: skip


def test_sources_are_files_and_registers_stand_apart(of_all_kinds: Path) -> None:
    found = prisma(of_all_kinds)
    parts = {(row, of): n for row, of, n in zip(found["row"], found["of"], found["n"], strict=True) if of and row in ("databases", "registers")}
    assert parts == {
        ("databases", "a.nbib"): 3, ("databases", "b.ris"): 4, ("databases", "c.pdf"): 0, ("registers", "b.ris"): 1, ("registers", "t.json"): 2,
    }  # fmt: skip
    assert list(found["of"][found["row"] == "duplicates"]) == ["", "doi", "unknown"]


def test_every_count_opens_into_as_many_records(of_all_kinds: Path) -> None:
    for row, of, n in prisma(of_all_kinds)[["row", "of", "n"]].itertuples(index=False):
        if n:
            assert len(prisma_records(of_all_kinds, row, of or None)) == n, (row, of)
        else:
            with pytest.raises(NothingFound, match="no record is counted"):
                prisma_records(of_all_kinds, row, of or None)


def test_the_command_of_a_count_can_be_asked(of_all_kinds: Path) -> None:
    found = prisma(of_all_kinds)
    words = {row: shlex.split(command) for row, of, command in found[["row", "of", "command"]].itertuples(index=False) if command and of}
    assert words["registers"] == ["allnlp", "summary", str(of_all_kinds), "--records", "registers", "--of", "t.json"]
    assert set(found["command"][found["n"] == 0]) == {""}
    assert found.attrs["provenance"]["command"].endswith("--prisma")


def test_a_duplicate_is_listed_with_what_it_repeats_and_whose_abstract_was_taken(of_all_kinds: Path) -> None:
    first = prisma_records(of_all_kinds, "duplicates", "doi").to_dict("records")[0]
    assert (first["doc_id"], first["duplicate_of"], first["kept_file"], first["abstract_from"]) == ("3", "1", "a.nbib", "3")


def test_a_record_that_failed_says_why(of_all_kinds: Path) -> None:
    assert list(prisma_records(of_all_kinds, "withdrawn")["why"]) == ["withdrawn"]
    assert prisma_records(of_all_kinds, "failed").to_dict("records")[0]["why"] == "a fault"
    assert list(prisma_records(of_all_kinds, "files")["source_file"]) == ["c.pdf"]


def test_an_unknown_row_is_refused_with_those_there_are(of_all_kinds: Path) -> None:
    with pytest.raises(OptionError, match="identified, databases"):
        prisma_records(of_all_kinds, "removal")
    with pytest.raises(OptionError, match="has no parts"):
        prisma_records(of_all_kinds, "screened", "a.nbib")


def test_the_flow_of_the_demo_agrees_with_its_manifest(folder: Path) -> None:
    n, told = counts(Collection(folder).prisma()), read_manifest(folder)["counts"]
    assert (n["identified"], n["duplicates"], n["without-text"], n["screened"]) == (told["read"], told["duplicates"], told["without_text"], told["annotated"])
    assert n["unreadable"] + n["withdrawn"] + n["failed"] == told["failed"]
    files = {entry["file"]: entry["read"] for entry in read_manifest(folder)["inputs"]}
    found = Collection(folder).prisma()
    assert {of: n for row, of, n in found[["row", "of", "n"]].itertuples(index=False) if row == "databases" and of} == files


def test_an_empty_folder_has_a_flow(tmp_path: Path) -> None:
    with FolderWriter(tmp_path / "f") as writer:
        writer.finish({"inputs": [], "versions": {}, "terminology": "t"})
    assert set(counts(prisma(tmp_path / "f")).values()) == {0}
    assert set(counts(prisma(tmp_path / "f"))) == set(ROWS)
