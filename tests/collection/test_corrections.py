"""Corrections of a person in an annotated folder."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from allnlp.annotation import annotate_collection
from allnlp.collection import summarise
from allnlp.collection.corrections import CORRECTIONS, Correction, keep_corrections, list_corrections, remove_corrections
from allnlp.collection.corrections_import import import_corrections
from allnlp.collection.folder import asked, asked_table
from allnlp.collection.index import Index
from allnlp.collection.selection import select
from allnlp.errors import FolderError, OptionError, ReadError
from allnlp.exporters.brat import write_brat
from allnlp.exporters.label_tools import write_label_studio
from allnlp.schema import CONTEXT_LABELS, LABELS
from allnlp.tables import read_table, verify

ABSTRACTS = {
    "1": ("Drug trial.", "Tisagenlecleucel was given to 34 children. CRS occurred in 26 of 34 patients (76%). No neurotoxicity was seen."),
    "2": ("Another trial.", "Blinatumomab led to CRS in 5 of 20 patients (25%)."),
    "3": ("A third.", "Patients with leukemia had no relapse."),
}


def write_input(path: Path, abstracts: dict[str, tuple[str, str]] = ABSTRACTS) -> Path:
    rows = [{"id": d, "title": t, "abstract": a} for d, (t, a) in abstracts.items()]
    path.write_text("".join(json.dumps(r) + "\n" for r in rows), encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def annotated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("corrected")
    annotate_collection([write_input(place / "in.jsonl")], place / "f")
    return place / "f"


@pytest.fixture
def cart(annotated: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(annotated, tmp_path / "cart"))


def text_of(doc_id: str) -> str:
    return "\n".join(ABSTRACTS[doc_id])


def brat(place: Path, marks: dict[str, Sequence[tuple[str, str, str]]], texts: dict[str, str] | None = None) -> Path:
    """A folder of brat; marks are label, words and further lines, in which T is the mark."""
    place.mkdir()
    for doc_id, rows in marks.items():
        text = (texts or {}).get(doc_id) or text_of(doc_id)
        lines = []
        for i, (label, words, more) in enumerate(rows, 1):
            start = text.index(words)
            lines += [f"T{i}\t{label} {start} {start + len(words)}\t{words}", *more.replace("T1", f"T{i}").splitlines()]
        with (place / f"{doc_id}.txt").open("w", encoding="utf-8", newline="") as stream:
            stream.write(text)
        (place / f"{doc_id}.ann").write_text("\n".join(lines), encoding="utf-8")
    return place


def of(folder: Path, doc_id: str = "1") -> pd.DataFrame:
    mentions = asked_table(folder, "mentions")
    return mentions[mentions["doc_id"] == doc_id]


def same(a: pd.DataFrame, b: pd.DataFrame, *left_out: str) -> bool:
    left, right = (f.drop(columns=list(left_out)).astype(object).where(f.drop(columns=list(left_out)).notna(), None) for f in (a, b))
    return str(left.to_dict("records")) == str(right.to_dict("records"))


def test_marks_of_a_person_stand_in_the_place_of_the_machines(cart: Path, tmp_path: Path) -> None:
    before = of(cart, "2")
    import_corrections(cart, [brat(tmp_path / "b", {"1": [("TOXICITY", "CRS", "A1\tNegated T1")]})])
    six = of(cart)[of(cart)["label"].isin(LABELS)]
    assert six[["text", "assertion", "source", "rule", "name"]].to_numpy().tolist() == [["CRS", "negated", "human", "b", "cytokine release syndrome"]]
    assert same(of(cart, "2"), before)


def test_labels_that_nobody_looked_for_stay_the_machines(cart: Path, tmp_path: Path) -> None:
    before = of(cart)
    import_corrections(cart, [brat(tmp_path / "b", {"1": []})], labels=["toxicity"])
    after = of(cart)
    assert same(after, before[before["label"] != "TOXICITY"], "mention")
    assert list(after["mention"]) == list(range(len(after)))


def test_the_marks_of_context_are_replaced_where_the_files_hold_any(cart: Path, tmp_path: Path) -> None:
    found = import_corrections(cart, [brat(tmp_path / "b", {"1": [("PROCEDURE", "trial", "")]})])
    assert found.labels == (*LABELS, *CONTEXT_LABELS)
    assert list(of(cart)["text"]) == ["trial"]


@pytest.mark.parametrize("write", [write_brat, write_label_studio])
def test_what_is_exported_comes_back_as_it_was(cart: Path, tmp_path: Path, write: Any) -> None:
    path = tmp_path / ("x.zip" if write is write_brat else "x.json")
    write(select(cart), path)
    if write is write_label_studio:
        tasks = json.loads(path.read_text(encoding="utf-8"))
        path.write_text(json.dumps([t | {"annotations": [{"id": 1, "result": t["predictions"][0]["result"]}]} for t in tasks]), encoding="utf-8")
    tables = {t: asked_table(cart, t) for t in ("mentions", "concepts", "findings")}
    found = import_corrections(cart, [path])
    assert found.failures.empty
    assert not found.documents["is_changed"].any()
    assert found.agreement["f"].min() == 1.0
    assert same(asked_table(cart, "mentions"), tables["mentions"], "source", "rule", "needs_review", "review_reason")
    assert same(asked_table(cart, "findings"), tables["findings"])
    assert same(asked_table(cart, "concepts"), tables["concepts"])


def test_only_changed_documents_are_taken_where_it_is_asked(cart: Path, tmp_path: Path) -> None:
    write_brat(select(cart), tmp_path / "x.zip")
    assert import_corrections(cart, [tmp_path / "x.zip"], only_changed=True).unchanged == 3
    assert not (cart / CORRECTIONS).exists()


def test_a_finding_keeps_its_mention_or_has_none(cart: Path, tmp_path: Path) -> None:
    import_corrections(cart, [brat(tmp_path / "b", {"1": [("TOXICITY", "CRS", ""), ("POPULATION", "34 children", "")], "2": []})])
    findings, mentions = asked_table(cart, "findings"), asked_table(cart, "mentions").set_index(["doc_id", "mention"])
    (one,) = findings[findings["doc_id"] == "1"]["mention"]
    assert mentions.loc[("1", one), "text"] == "CRS"
    assert findings[findings["doc_id"] == "2"]["mention"].isna().all()
    assert len(findings) == len(read_table(cart, "findings"))


def test_counts_follow_and_a_concept_that_only_a_person_named_can_be_asked_for(cart: Path, tmp_path: Path) -> None:
    path = brat(tmp_path / "b", {"1": [], "3": [("TOXICITY", "leukemia", "N1\tReference T1 mesh:D064420\t"), ("THERAPY", "Patients", "N1\tReference T1 x:new\tnew-cel")]})
    import_corrections(cart, [path])
    concepts = asked_table(cart, "concepts").set_index("concept_id")
    assert concepts.loc["mesh:D000080424", "n_documents"] == 1
    assert concepts.loc["x:new", ["name", "n_mentions"]].tolist() == ["new-cel", 1]
    assert len(Index(cart).resolve("new-cel").ids) == 1
    with asked(cart, "concepts") as database:
        assert database.sql("SELECT count(*) FROM concepts WHERE n_mentions = 0").fetchall() == [(0,)]


def test_a_concept_is_the_one_given_else_the_machines_else_the_one_named(cart: Path, tmp_path: Path) -> None:
    marks = [
        ("TOXICITY", "CRS", "N1\tReference T1 MESH:d000080424\t"),
        ("TOXICITY", "neurotoxicity", "A1\tNegated T1"),
        ("OUTCOME", "34 children", ""),
        ("ANTIGEN", "seen", "N1\tReference T1 no:1\tseen antigen"),
    ]
    import_corrections(cart, [brat(tmp_path / "b", {"1": marks, "2": [("THERAPY", "Blinatumomab", "")]})])
    found = {r["text"]: r for r in of(cart).to_dict("records")}
    assert found["CRS"]["concept_id"] == "mesh:D000080424"
    assert found["neurotoxicity"]["name"] == "neurotoxicity"
    assert (pd.isna(found["34 children"]["concept_id"]), found["34 children"]["name"]) == (True, "34 children")
    assert (found["seen"]["concept_id"], found["seen"]["name"]) == ("no:1", "seen antigen")


def test_sizes_stay_where_a_person_kept_the_mark(cart: Path, tmp_path: Path) -> None:
    before = of(cart).set_index("text").loc["34 children"]
    import_corrections(cart, [brat(tmp_path / "b", {"1": [("POPULATION", "34 children", "")]})])
    after = of(cart).set_index("text").loc["34 children"]
    assert (after["n"], after["subtype"], after["source"]) == (before["n"], before["subtype"], "human")


def test_other_line_ends_are_aligned_and_other_words_are_not(cart: Path, tmp_path: Path) -> None:
    texts = {"1": text_of("1").replace("\n", "\r\n"), "2": text_of("2").replace("Another", "An other")}
    texts["2"] = texts["2"].replace("20 patients", "21 patients")
    path = brat(tmp_path / "b", {"1": [("TOXICITY", "CRS", "")], "2": [("TOXICITY", "CRS", "")]}, texts)
    found = import_corrections(cart, [path])
    assert list(found.documents["doc_id"]) == ["1"]
    assert "CRS" in set(of(cart)["text"])
    assert "the text is not that of 2" in found.failures["error"][0]


def test_a_document_is_told_by_its_text_where_no_name_fits(cart: Path, tmp_path: Path) -> None:
    path = brat(tmp_path / "b", {"1": [("TOXICITY", "CRS", "")]})
    for suffix in (".txt", ".ann"):
        (path / f"1{suffix}").rename(path / f"case-A{suffix}")
    assert list(import_corrections(cart, [path]).documents["doc_id"]) == ["1"]


def test_words_that_do_not_stand_at_their_offsets_are_told(cart: Path, tmp_path: Path) -> None:
    path = brat(tmp_path / "b", {"1": [("TOXICITY", "CRS", "")]})
    (path / "1.ann").write_text("T1\tTOXICITY 0 4\tCRS\nT2\tTOXICITY 0 4\tDrug\nT3\tTOXICITY 0 5\tDrug \nT4\tTOXICITY 9000 9003\tCRS\n", encoding="utf-8")
    found = import_corrections(cart, [path])
    assert list(found.failures["error"].str.partition(":")[0]) == ["T1", "T3", "T4"]
    assert found.documents["mentions"].tolist() == [1]


def test_importing_again_replaces_and_removing_gives_the_machines_back(cart: Path, tmp_path: Path) -> None:
    before = asked_table(cart, "mentions")
    import_corrections(cart, [brat(tmp_path / "a", {"1": [("TOXICITY", "CRS", "")], "2": []})])
    found = import_corrections(cart, [brat(tmp_path / "b", {"1": []})])
    assert found.documents["is_replaced"].tolist() == [True]
    assert list_corrections(cart)[["doc_id", "file", "mentions"]].to_numpy().tolist() == [["1", "b", 0], ["2", "a", 0]]
    assert (remove_corrections(cart, ["b"]), remove_corrections(cart, ["b"]), remove_corrections(cart), remove_corrections(cart)) == (1, 0, 1, 0)
    assert same(asked_table(cart, "mentions"), before)


def test_the_same_import_gives_the_same_bytes(cart: Path, tmp_path: Path) -> None:
    path = brat(tmp_path / "b", {"2": [("TOXICITY", "CRS", "")], "1": []})
    digests = set()
    for _ in range(2):
        import_corrections(cart, [path])
        digests.add(hashlib.sha256((cart / CORRECTIONS).read_bytes()).hexdigest())
    assert len(digests) == 1


def test_a_new_run_leaves_corrections_and_those_that_no_longer_fit_are_told(cart: Path, tmp_path: Path) -> None:
    import_corrections(cart, [brat(tmp_path / "b", {"1": [("TOXICITY", "CRS", "")], "2": [("TOXICITY", "CRS", "")], "3": []})])
    kept = (cart / CORRECTIONS).read_bytes()
    abstracts = {"1": ("Drug trial.", ABSTRACTS["1"][1] + " More."), "2": ("Another early trial.", ABSTRACTS["2"][1])}
    annotate_collection([write_input(tmp_path / "new.jsonl", abstracts)], cart, overwrite=True)
    verify(cart)
    assert (cart / CORRECTIONS).read_bytes() == kept
    reasons = dict(zip(*(list_corrections(cart)[c] for c in ("doc_id", "reason")), strict=True))
    assert reasons == {
        "1": None, "2": "its text has changed: 1 of 1 marks do not stand at their place", "3": "the folder has no such document",
    }  # fmt: skip
    assert set(of(cart, "2")["source"]) != {"human"}
    items = summarise(cart).information.set_index("item")["value"]
    assert items["documents corrected by a person"] == "1"
    assert items["corrections not applied, see allnlp import DIR --list"] == "2"


def test_a_folder_without_corrections_says_nothing_of_them(cart: Path) -> None:
    assert not summarise(cart).information["item"].str.contains("corrected").any()
    assert list_corrections(cart).empty
    assert same(asked_table(cart, "mentions"), read_table(cart, "mentions"))


def test_a_folder_of_another_format_can_be_corrected(tmp_path: Path) -> None:
    annotate_collection([write_input(tmp_path / "in.jsonl")], tmp_path / "f", format="csv")
    import_corrections(tmp_path / "f", [brat(tmp_path / "b", {"1": [("TOXICITY", "CRS", "")]})])
    assert set(of(tmp_path / "f")["source"]) >= {"human"}


def test_what_cannot_be_imported_leaves_the_folder_as_it_is(cart: Path, tmp_path: Path) -> None:
    with pytest.raises(ReadError, match="no document could be read"):
        import_corrections(cart, [brat(tmp_path / "b", {"9": []}, {"9": "Of no folder."})])
    with pytest.raises(OptionError, match="DRUG"):
        import_corrections(cart, [tmp_path / "b"], labels=["drug"])
    assert not (cart / CORRECTIONS).exists()


def test_damaged_corrections_are_told_and_can_be_taken_away(cart: Path) -> None:
    (cart / CORRECTIONS).write_bytes(b"no table")
    with pytest.raises(FolderError, match="--remove"), asked(cart, "mentions"):
        pass
    remove_corrections(cart)
    assert len(of(cart))


def test_a_duplicate_is_not_corrected(cart: Path, tmp_path: Path) -> None:
    abstracts = {**ABSTRACTS, "4": ABSTRACTS["1"]}
    annotate_collection([write_input(tmp_path / "new.jsonl", abstracts)], cart, overwrite=True)
    text = text_of("1")
    keep_corrections(cart, [Correction("4", "x", hashlib.sha256(text.encode()).hexdigest(), LABELS, ())])
    assert list_corrections(cart)["reason"].tolist() == ["it is a duplicate of 1"]
    with pytest.raises(ReadError, match="is a duplicate of 1"):
        import_corrections(cart, [brat(tmp_path / "b", {"4": []}, {"4": text})])
