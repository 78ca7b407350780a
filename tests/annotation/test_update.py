"""Adding to a folder gives what a run over everything would; only what is new, changed or touched is annotated."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from allnlp.annotation import annotate_collection
from allnlp.annotation.update import Updated, update_collection
from allnlp.collection.edits import list_edits, mark_wrong
from allnlp.errors import FolderError, OptionError, TerminologyError
from allnlp.tables import read_manifest, read_table, verify

NONE = ["none"]


def export(path: Path, *records: dict[str, Any]) -> Path:
    path.write_text(json.dumps(list(records)), encoding="utf-8")
    return path


def record(number: int, **cells: Any) -> dict[str, Any]:
    made = {
        "pmid": str(1000 + number),
        "title": f"Tisagenlecleucel in {number + 20} children with acute lymphoblastic leukemia, report {number}",
        "abstract": f"We treated {number + 20} children. Grade 3 cytokine release syndrome was seen in {number + 2} of them.",
        "journal": "Blood", "year": "2020", "authors": "Doe J",
    }  # fmt: skip
    return {**made, **cells}


def annotated(out: Path, *inputs: Path, **options: Any) -> Path:
    annotate_collection(inputs, out, models=NONE, **options)
    return out


def content(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir())}


def updated(folder: Path, *inputs: Path, **options: Any) -> Updated:
    return update_collection(folder, inputs, **{"models": NONE, **options})


def test_only_what_is_new_is_annotated_and_the_folder_is_that_of_a_run_over_all(tmp_path: Path) -> None:
    old, new = export(tmp_path / "old.json", *map(record, range(5))), export(tmp_path / "new.json", *map(record, range(3, 9)))
    folder = annotated(tmp_path / "cart", old)
    done = updated(folder, new)
    assert (done.annotated, done.kept) == (4, 5)
    assert (done.outcome.counts.read, done.outcome.counts.annotated, done.outcome.counts.duplicates) == (11, 9, 2)
    assert content(folder) == content(annotated(tmp_path / "all", old, new))
    verify(folder)


def test_a_record_that_changed_is_annotated_again(tmp_path: Path) -> None:
    old = export(tmp_path / "old.json", record(1, abstract=""), record(2))
    new = export(tmp_path / "new.json", record(1))
    folder = annotated(tmp_path / "cart", old)
    done = updated(folder, new)
    assert (done.annotated, done.kept) == (1, 1)
    documents = read_table(folder, "documents").set_index("doc_id")
    assert documents.loc["1001", "abstract"].startswith("We treated 21 children.")
    assert documents.loc["1001", "abstract_from"] == "1001#2"
    assert content(folder) == content(annotated(tmp_path / "all", old, new))


def test_the_former_inputs_need_not_be_there(tmp_path: Path) -> None:
    old, new = export(tmp_path / "old.json", record(1)), export(tmp_path / "new.json", record(2))
    folder = annotated(tmp_path / "cart", old)
    whole = content(annotated(tmp_path / "all", old, new))
    old.unlink()
    assert updated(folder, new).kept == 1
    assert content(folder) == whole


def test_what_the_folder_has_is_passed_over(tmp_path: Path) -> None:
    old = export(tmp_path / "old.json", record(1), record(2))
    folder = annotated(tmp_path / "cart", old)
    before = content(folder)
    assert not updated(folder, old).outcome.is_new
    assert not updated(folder).outcome.is_new
    assert content(folder) == before


def test_failures_and_deletions_are_kept_and_settled(tmp_path: Path) -> None:
    old = tmp_path / "old.jsonl"
    old.write_text("\n".join([json.dumps({"id": "a", **record(1)}), "{", json.dumps({"id": "b", **record(2)})]), encoding="utf-8")
    new = tmp_path / "new.xml"
    new.write_text("<PubmedArticleSet><DeleteCitation><PMID>1002</PMID></DeleteCitation></PubmedArticleSet>", encoding="utf-8")
    folder = annotated(tmp_path / "cart", old)
    updated(folder, new)
    failures = read_table(folder, "failures")
    assert failures["step"].tolist() == ["delete", "read"]
    assert "withdrew PMID 1002" in failures["error"][0]
    assert read_table(folder, "documents")["doc_id"].tolist() == ["a"]
    counts = read_manifest(folder)["counts"]
    assert counts["read"] == 3 == counts["annotated"] + counts["failed"]


def test_a_new_term_touches_only_the_documents_that_have_it(tmp_path: Path) -> None:
    source = export(tmp_path / "in.json", *map(record, range(4)), record(9, abstract="Zorblaxin-7 was given with blinatumomab."))
    terms = tmp_path / "mine.csv"
    terms.write_text("text,label\nzorblaxin-7,THERAPY\n", encoding="utf-8")
    folder = annotated(tmp_path / "cart", source)
    done = updated(folder, terms=[terms])
    assert (done.annotated, done.kept) == (1, 4)
    assert content(folder) == content(annotated(tmp_path / "all", source, terms=[terms]))
    assert (updated(folder).outcome.is_new, updated(folder, terms=[]).annotated) == (False, 1)
    assert content(folder) == content(annotated(tmp_path / "none", source))


def test_the_terms_that_a_folder_was_made_with_stay(tmp_path: Path) -> None:
    terms = tmp_path / "mine.csv"
    terms.write_text("text,label\nzorblaxin-7,THERAPY\n", encoding="utf-8")
    old, new = export(tmp_path / "old.json", record(1)), export(tmp_path / "new.json", record(9, abstract="Zorblaxin-7 was given."))
    folder = annotated(tmp_path / "cart", old, terms=[terms])
    terms.unlink()
    updated(folder, new)
    assert "zorblaxin-7" in read_table(folder, "mentions")["text"].str.lower().tolist()


def test_corrections_stay(tmp_path: Path) -> None:
    folder = annotated(tmp_path / "cart", export(tmp_path / "old.json", record(1)))
    mention = read_table(folder, "mentions").iloc[0]
    mark_wrong(folder, mention.doc_id, mention.label, int(mention.start), int(mention.end), reviewer="Ada")
    updated(folder, export(tmp_path / "new.json", record(2)))
    assert list_edits(folder)["is_applied"].tolist() == [True]


@pytest.mark.parametrize(
    ("options", "words"), [({"limit": 1}, "a limit of 1 records"), ({"format": "xlsx"}, "Excel tables are for people")]
)
def test_a_folder_that_cannot_be_added_to_is_refused(options: dict[str, Any], words: str, tmp_path: Path) -> None:
    folder = annotated(tmp_path / "cart", export(tmp_path / "old.json", record(1)), **options)
    before = content(folder)
    with pytest.raises(FolderError, match=words):
        updated(folder, export(tmp_path / "new.json", record(2)))
    assert content(folder) == before


def test_a_folder_without_its_vocabulary_is_refused(tmp_path: Path) -> None:
    folder = annotated(tmp_path / "cart", export(tmp_path / "old.json", record(1)))
    (folder / "terminology.zip").unlink()
    with pytest.raises(TerminologyError, match="has not kept its vocabulary"):
        updated(folder)


def test_a_wrong_column_is_refused_before_anything_is_touched(tmp_path: Path) -> None:
    folder = annotated(tmp_path / "cart", export(tmp_path / "old.json", record(1)))
    before = content(folder)
    with pytest.raises(OptionError):
        updated(folder, export(tmp_path / "new.json", record(2)), columns={"colour": "x"})
    assert content(folder) == before


CELLS = st.fixed_dictionaries(
    {
        "pmid": st.sampled_from(["", "11", "12"]),
        "doi": st.sampled_from(["", "10.5555/a", "10.5555/b"]),
        "abstract": st.sampled_from(["", "CRS was seen.", "No cytokine release syndrome was seen in 34 children with leukemia."]),
        "title": st.sampled_from(["Tisagenlecleucel for relapsed leukemia in children", "Blinatumomab in adults with lymphoblastic leukemia"]),
        "year": st.sampled_from(["", "2020", "2024"]),
        "journal": st.sampled_from(["", "Blood"]),
    }
)


@settings(max_examples=15, phases=(Phase.explicit, Phase.reuse, Phase.generate), deadline=None)
@given(first=st.lists(CELLS, max_size=6), second=st.lists(CELLS, max_size=4))
def test_updating_gives_the_documents_of_a_run_over_all(
    first: Sequence[dict[str, str]], second: Sequence[dict[str, str]], tmp_path_factory: pytest.TempPathFactory
) -> None:
    tmp_path = tmp_path_factory.mktemp("u")
    old = export(tmp_path / "old.json", {"title": "First of all the records that were ever read"}, *first)
    new = export(tmp_path / "new.json", {"title": "Last of all the records that were ever read"}, *second)
    folder = annotated(tmp_path / "cart", old)
    updated(folder, new)
    whole = annotated(tmp_path / "all", old, new)
    assert read_manifest(folder)["counts"] == read_manifest(whole)["counts"]
    assert read_table(folder, "documents").to_csv() == read_table(whole, "documents").to_csv()
    assert content(folder) == content(whole)


@pytest.mark.parametrize("body", [False, True])
def test_articles_that_are_added_are_read_as_those_before(tmp_path: Path, body: bool) -> None:
    for name in "ab":
        (tmp_path / f"{name}.xml").write_text(
            f"<article><front><article-meta><title-group><article-title>Cells {name}</article-title></title-group><abstract><p>Short.</p></abstract>"
            "</article-meta></front><body><p>No CRS was seen.</p></body></article>"
        )
    folder = annotated(tmp_path / "out", tmp_path / "a.xml", body=body)
    updated(folder, tmp_path / "b.xml")
    assert set(read_table(folder, "documents").abstract) == {"Short. No CRS was seen." if body else "Short."}
    assert content(folder) == content(annotated(tmp_path / "whole", tmp_path / "a.xml", tmp_path / "b.xml", body=body))
