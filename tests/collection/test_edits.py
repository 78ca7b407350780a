"""Edits of single marks and findings, and documents that a person confirms."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd
import pytest

from allnlp.annotation import annotate_collection
from allnlp.collection import summarise
from allnlp.collection.collection import Collection
from allnlp.collection.corrections import CORRECTIONS, list_corrections, remove_corrections
from allnlp.collection.corrections_import import import_corrections
from allnlp.collection.edits import (
    add_mention,
    change_mention,
    confirm_document,
    judge,
    list_edits,
    mark_finding,
    mark_wrong,
    take_back,
    take_back_document,
    take_back_finding,
)
from allnlp.collection.folder import asked_table
from allnlp.collection.pool import pool
from allnlp.errors import NothingFound, OptionError
from allnlp.schema import LABELS
from allnlp.tables import read_table, verify

ABSTRACTS = {
    "1": ("Drug trial.", "Tisagenlecleucel was given to 34 children. CRS occurred in 26 of 34 patients (76%). No neurotoxicity was seen."),
    "2": ("Another trial.", "Blinatumomab led to CRS in 5 of 20 patients (25%). Zorbomab was not given."),
    "3": ("A third.", "Patients with leukemia had no relapse."),
}
AT = "2026-03-01T10:00:00Z"
BY: dict[str, Any] = {"reviewer": "Ada", "made_at": AT}


def write_input(path: Path, abstracts: dict[str, tuple[str, str]] = ABSTRACTS) -> Path:
    rows = [{"id": d, "title": t, "abstract": a} for d, (t, a) in abstracts.items()]
    path.write_text("".join(json.dumps(r) + "\n" for r in rows), encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def annotated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("edited")
    annotate_collection([write_input(place / "in.jsonl")], place / "f")
    return place / "f"


@pytest.fixture
def cart(annotated: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(annotated, tmp_path / "cart"))


def at(words: str, doc_id: str = "1") -> tuple[int, int]:
    text = "\n".join(ABSTRACTS[doc_id])
    start = text.index(words)
    return start, start + len(words)


def marked(folder: Path, doc_id: str = "1", *columns: str) -> list[Any]:
    found = asked_table(folder, "mentions")
    found = found[(found["doc_id"] == doc_id) & found["label"].isin(LABELS)]
    return found[list(columns)].to_numpy().tolist() if columns else list(found["text"])


def same(a: pd.DataFrame, b: pd.DataFrame, *left_out: str) -> bool:
    left, right = (f.drop(columns=list(left_out)).astype(object).where(f.drop(columns=list(left_out)).notna(), None) for f in (a, b))
    return str(left.to_dict("records")) == str(right.to_dict("records"))


def test_a_wrong_mark_does_not_count_and_the_others_stay_the_machines(cart: Path) -> None:
    before = asked_table(cart, "mentions")
    mark_wrong(cart, "1", "TOXICITY", *at("CRS"), note="a name of a unit", **BY)
    after = asked_table(cart, "mentions")
    gone = (before["doc_id"] == "1") & (before["text"] == "CRS")
    assert same(after, before[~gone].reset_index(drop=True), "mention")
    assert list(after[after["doc_id"] == "1"]["mention"]) == list(range(len(after[after["doc_id"] == "1"])))
    concepts = asked_table(cart, "concepts").set_index("name")
    assert concepts.loc[["cytokine release syndrome"], ["n_documents", "n_mentions"]].to_numpy().tolist() == [[1, 1]]
    findings = asked_table(cart, "findings")
    assert findings[findings["doc_id"] == "1"]["mention"].isna().all()
    (row,) = list_edits(cart).to_dict("records")
    assert (row["action"], row["text"], row["reviewer"], row["made_at"], row["note"], row["is_applied"], row["reason"]) == (
        "wrong", "CRS", "Ada", AT, "a name of a unit", True, None,
    )  # fmt: skip
    verify(cart)
    assert list_corrections(cart).empty


def test_words_that_are_added_are_read_by_the_vocabulary_by_name_or_not_at_all(cart: Path) -> None:
    start, end = at("trial", "1")
    add_mention(cart, "1", "THERAPY", start - 1, end, **BY)
    add_mention(cart, "2", "THERAPY", *at("Zorbomab", "2"), concept="tisa-cel", assertion="negated", **BY)
    add_mention(cart, "2", "TOXICITY", *at("given", "2"), concept="MESH:D000080424", **BY)
    first = next(r for r in marked(cart, "1", "text", "start", "name", "concept_id", "source", "sentence") if r[4] == "human")
    assert (first[:3], pd.isna(first[3]), first[5]) == (["trial", start, "trial"], True, 0)
    found = {r[0]: r[1:] for r in marked(cart, "2", "text", "name", "assertion", "sentence", "source") if r[4] == "human"}
    assert found == {"Zorbomab": ["tisagenlecleucel", "negated", 2, "human"], "given": ["cytokine release syndrome", "present", 2, "human"]}
    add_mention(cart, "3", "TOXICITY", *at("relapse", "3"), **BY)
    assert set(asked_table(cart, "concepts")["name"]) >= {"tisagenlecleucel"}


@pytest.mark.parametrize(
    ("doc_id", "label", "start", "end", "more", "error", "words"),
    [
        ("1", "TOXICITY", 5, 9000, {}, OptionError, "outside the text, which has"),
        ("1", "TOXICITY", 7, 7, {}, OptionError, "outside the text"),
        ("1", "TOXICITY", 10, 12, {}, OptionError, "holds no word"),
        ("1", "DRUG", 0, 4, {}, OptionError, "'DRUG' is none of THERAPY"),
        ("1", "TOXICITY", 0, 4, {"assertion": "maybe"}, OptionError, "'maybe' is none of present"),
        ("1", "TOXICITY", 0, 4, {"concept": "cytokine releese syndrome"}, NothingFound, r"Near: cytokine release syndrome \(mesh:D000080424\)"),
        ("1", "TOXICITY", 0, 4, {"concept": "no:such"}, NothingFound, "no listed concept is named 'no:such'"),
        ("9", "TOXICITY", 0, 4, {}, NothingFound, "there is no document '9'"),
        ("1", "TOXICITY", 0, 4, {"made_at": "yesterday"}, OptionError, "no date and time"),
    ],
)
def test_what_cannot_be_added_is_said_and_leaves_the_folder(
    cart: Path, doc_id: str, label: str, start: int, end: int, more: dict[str, Any], error: type[Exception], words: str
) -> None:
    with pytest.raises(error, match=words):
        add_mention(cart, doc_id, label, start, end, **{**BY, **more})
    assert not (cart / CORRECTIONS).exists()


def test_a_mark_that_is_not_there_is_told_with_what_is(cart: Path) -> None:
    start, end = at("CRS")
    with pytest.raises(NothingFound, match=rf"no OUTCOME is marked at {start}-{end}, 'CRS'. There: TOXICITY 'CRS' {start}-{end}."):
        mark_wrong(cart, "1", "OUTCOME", start, end, **BY)
    with pytest.raises(OptionError, match="nothing to change"):
        change_mention(cart, "1", "TOXICITY", start, end, **BY)
    with pytest.raises(NothingFound, match="no edit of TOXICITY"):
        take_back(cart, "1", "TOXICITY", start, end)


def test_a_mark_with_another_concept_or_assertion_stands_in_its_place(cart: Path) -> None:
    change_mention(cart, "1", "TOXICITY", *at("CRS"), concept="neurotoxicity", **BY)
    change_mention(cart, "1", "TOXICITY", *at("neurotoxicity"), assertion="present", **BY)
    found = {r[0]: r[1:] for r in marked(cart, "1", "text", "name", "assertion", "source", "assertion_cue")}
    assert found["CRS"][:3] == ["neurotoxicity", "present", "human"]
    assert (found["neurotoxicity"][:3], pd.isna(found["neurotoxicity"][3])) == (["neurotoxicity", "present", "human"], True)
    (one,) = [f for f in asked_table(cart, "findings").to_dict("records") if f["doc_id"] == "1"]
    mentions = asked_table(cart, "mentions").set_index(["doc_id", "mention"])
    assert mentions.loc[("1", int(one["mention"])), "text"] == "CRS"
    change_mention(cart, "1", "POPULATION", *at("34 children"), assertion="historical", **BY)
    row = next(r for r in asked_table(cart, "mentions").to_dict("records") if r["text"] == "34 children")
    assert (row["n"], row["assertion"], row["source"]) == (34, "historical", "human")


def test_another_label_is_two_rows_and_taken_back_at_once(cart: Path) -> None:
    before = asked_table(cart, "mentions")
    place = at("CRS")
    change_mention(cart, "1", "TOXICITY", *place, new_label="OUTCOME", **BY)
    assert ["CRS", "OUTCOME"] in marked(cart, "1", "text", "label")
    assert ["CRS", "TOXICITY"] not in marked(cart, "1", "text", "label")
    change_mention(cart, "1", "OUTCOME", *place, new_label="DISEASE", **BY)
    assert list_edits(cart)[["action", "label"]].to_numpy().tolist() == [["mark", "DISEASE"], ["wrong", "TOXICITY"]]
    take_back(cart, "1", "DISEASE", *place)
    assert not (cart / CORRECTIONS).exists()
    assert same(asked_table(cart, "mentions"), before)
    change_mention(cart, "1", "TOXICITY", *place, new_label="OUTCOME", **BY)
    mark_wrong(cart, "1", "OUTCOME", *place, **BY)
    assert list_edits(cart)[["action", "label"]].to_numpy().tolist() == [["wrong", "TOXICITY"]]


def test_the_later_edit_of_a_place_replaces_the_earlier(cart: Path) -> None:
    place = at("CRS")
    mark_wrong(cart, "1", "TOXICITY", *place, **BY)
    change_mention(cart, "1", "TOXICITY", *place, assertion="hypothetical", **BY)
    assert list_edits(cart)["action"].tolist() == ["mark"]
    assert ["CRS", "hypothetical"] in marked(cart, "1", "text", "assertion")
    judge(cart, "1", "TOXICITY", *place, "right", **BY)
    assert list_edits(cart)["action"].tolist() == ["right"]
    assert ["CRS", "present", "terms"] in marked(cart, "1", "text", "assertion", "source")
    take_back(cart, "1", "TOXICITY", *place)
    assert list_edits(cart).empty


def test_a_mark_that_a_person_added_and_finds_wrong_is_taken_away(cart: Path) -> None:
    add_mention(cart, "1", "THERAPY", *at("trial"), **BY)
    mark_wrong(cart, "1", "THERAPY", *at("trial"), **BY)
    assert list_edits(cart).empty
    with pytest.raises(NothingFound):
        judge(cart, "1", "THERAPY", *at("trial"), "right", **BY)


def test_a_finding_that_is_wrong_stands_in_no_answer(cart: Path) -> None:
    number = int(read_table(cart, "findings").query("doc_id == '1'")["finding"].iloc[0])
    assert pool(cart, toxicity="CRS").rows["doc_id"].tolist() == ["1", "2"]
    mark_finding(cart, "1", number, "wrong", note="of another study", **BY)
    assert asked_table(cart, "findings")["doc_id"].tolist() == ["2"]
    assert pool(cart, toxicity="CRS").rows["doc_id"].tolist() == ["2"]
    collection = Collection(cart)
    assert collection.findings(toxicity="CRS")["doc_id"].tolist() == ["2"]
    cells = collection.evidence_table(columns=["CRS"], all_studies=True).cells
    assert set(cells[cells["column"] == "CRS"]["doc_id"]) == {"2"}
    (row,) = list_edits(cart, "1").to_dict("records")
    assert row["finding"].startswith("cytokine release syndrome: incidence, 76 %, n 26, of 34, at ")
    assert (row["is_applied"], row["finding_number"], row["text"]) == (True, number, read_table(cart, "findings")["evidence"].iloc[0])
    assert list_edits(cart, "2").empty
    mark_finding(cart, "1", number, "partly", **BY)
    assert len(asked_table(cart, "findings")) == 2
    take_back_finding(cart, "1", list_edits(cart)["finding"].iloc[0])
    assert list_edits(cart).empty
    with pytest.raises(NothingFound, match="has no finding 7"):
        mark_finding(cart, "1", 7, "wrong", **BY)


def test_edits_hold_after_a_run_with_another_vocabulary_and_back(cart: Path, tmp_path: Path) -> None:
    mark_wrong(cart, "1", "TOXICITY", *at("CRS"), **BY)
    add_mention(cart, "2", "THERAPY", *at("Zorbomab", "2"), concept="tisa-cel", **BY)
    judge(cart, "2", "TOXICITY", *at("CRS", "2"), "right", **BY)
    mark_finding(cart, "1", 0, "wrong", **BY)
    kept = (cart / CORRECTIONS).read_bytes()
    terms = tmp_path / "my.csv"
    terms.write_text("text,label,name\nwas given,PROCEDURE,giving\nZorbomab,THERAPY,zorbomab\n", encoding="utf-8")
    annotate_collection([write_input(tmp_path / "in.jsonl")], cart, terms=[terms], overwrite=True)
    assert (cart / CORRECTIONS).read_bytes() == kept
    assert "was given" in set(asked_table(cart, "mentions")["text"])
    assert ["Zorbomab", "tisagenlecleucel", "human"] in marked(cart, "2", "text", "name", "source")
    assert [m[0] for m in marked(cart, "2", "text")].count("Zorbomab") == 1
    assert "CRS" not in marked(cart, "1")
    assert list_edits(cart)["is_applied"].all()
    assert asked_table(cart, "findings")["doc_id"].tolist() == ["2"]
    annotate_collection([write_input(tmp_path / "in.jsonl")], cart, overwrite=True)
    assert "was given" not in set(asked_table(cart, "mentions")["text"])
    assert ["Zorbomab", "tisagenlecleucel", "human"] in marked(cart, "2", "text", "name", "source")


def test_a_judgement_of_what_the_machine_reads_otherwise_now_is_listed_with_the_reason(cart: Path, tmp_path: Path) -> None:
    terms = tmp_path / "my.csv"
    terms.write_text("text,label,name\nnot given,THERAPY,a drug\n", encoding="utf-8")
    annotate_collection([write_input(tmp_path / "in.jsonl")], cart, terms=[terms], overwrite=True)
    judge(cart, "2", "THERAPY", *at("not given", "2"), "right", **BY)
    terms.write_text("text,label,name\nnot given,THERAPY,another drug\n", encoding="utf-8")
    annotate_collection([write_input(tmp_path / "in.jsonl")], cart, terms=[terms], overwrite=True)
    assert list_edits(cart)[["is_applied", "reason"]].to_numpy().tolist() == [[False, "the machine reads it as another drug now"]]
    annotate_collection([write_input(tmp_path / "in.jsonl")], cart, overwrite=True)
    assert list_edits(cart)[["is_applied", "reason"]].to_numpy().tolist() == [[False, "the machine marks nothing there now"]]


def test_where_the_text_changed_an_edit_is_kept_and_told(cart: Path, tmp_path: Path) -> None:
    mark_wrong(cart, "1", "TOXICITY", *at("CRS"), **BY)
    mark_wrong(cart, "2", "TOXICITY", *at("CRS", "2"), **BY)
    mark_wrong(cart, "3", "DISEASE", *at("leukemia", "3"), **BY)
    mark_finding(cart, "1", 0, "wrong", **BY)
    abstracts = {"1": ("Drug trial.", ABSTRACTS["1"][1].replace("26 of 34 patients (76%)", "27 of 34 patients (79%)")), "2": ("Another early trial.", ABSTRACTS["2"][1])}
    annotate_collection([write_input(tmp_path / "in.jsonl", abstracts)], cart, overwrite=True)
    found = list_edits(cart)
    assert found[["doc_id", "is_applied"]].to_numpy().tolist() == [["1", True], ["1", False], ["2", False], ["3", False]]
    assert found["reason"].tolist()[2:] == ["its text has changed: 'CRS' does not stand at its place", "the folder has no such document"]
    assert "does not stand at its place" in found["reason"][1]
    assert "CRS" in marked(cart, "2")
    annotate_collection([write_input(tmp_path / "in.jsonl")], cart, overwrite=True)
    assert list_edits(cart)["is_applied"].all()


def test_a_document_that_became_a_duplicate_keeps_its_edits_unapplied(cart: Path, tmp_path: Path) -> None:
    mark_wrong(cart, "2", "TOXICITY", *at("CRS", "2"), **BY)
    annotate_collection([write_input(tmp_path / "in.jsonl", {"0": ABSTRACTS["2"], **ABSTRACTS})], cart, overwrite=True)
    assert list_edits(cart)["reason"].tolist() == ["it is a duplicate of 0"]
    assert len(asked_table(cart, "mentions")) == len(read_table(cart, "mentions"))
    with pytest.raises(OptionError, match="is a duplicate of 0"):
        add_mention(cart, "2", "TOXICITY", 0, 4, **BY)


def test_an_edit_of_a_document_that_was_corrected_as_a_whole_works(cart: Path, tmp_path: Path) -> None:
    place = tmp_path / "b"
    place.mkdir()
    (place / "1.txt").write_text("\n".join(ABSTRACTS["1"]), encoding="utf-8")
    start, end = at("trial")
    (place / "1.ann").write_text(f"T1\tTHERAPY {start} {end}\ttrial\n", encoding="utf-8")
    mark_wrong(cart, "1", "TOXICITY", *at("CRS"), **BY)
    import_corrections(cart, [place])
    assert list_edits(cart)["reason"].tolist() == ["the whole document was corrected later: b"]
    assert marked(cart) == ["trial"]
    add_mention(cart, "1", "TOXICITY", *at("CRS"), **BY)
    change_mention(cart, "1", "THERAPY", start, end, concept="tisa-cel", **BY)
    assert marked(cart, "1", "text", "name") == [["trial", "tisagenlecleucel"], ["CRS", "cytokine release syndrome"]]
    mark_wrong(cart, "1", "THERAPY", start, end, **BY)
    assert marked(cart) == ["CRS"]
    take_back(cart, "1", "THERAPY", start, end)
    assert marked(cart) == ["trial", "CRS"]
    take_back_document(cart, "1")
    assert len(marked(cart)) == len(read_table(cart, "mentions").query("doc_id == '1'").query("label in @LABELS"))
    assert list_edits(cart)["is_applied"].all()


def test_taking_documents_away_leaves_edits_which_go_by_their_name(cart: Path) -> None:
    mark_wrong(cart, "1", "TOXICITY", *at("CRS"), **BY)
    confirm_document(cart, "2", **BY)
    assert remove_corrections(cart) == 1
    assert (len(list_edits(cart)), len(list_corrections(cart))) == (1, 0)
    assert remove_corrections(cart, ["edits"]) == 1
    assert not (cart / CORRECTIONS).exists()


def test_a_confirmed_document_is_a_correction_of_the_whole(cart: Path, tmp_path: Path) -> None:
    mark_wrong(cart, "1", "TOXICITY", *at("CRS"), **BY)
    before = marked(cart)
    confirm_document(cart, "1", **BY)
    assert marked(cart) == before
    items = summarise(cart).information.set_index("item")["value"]
    assert items["documents corrected by a person"] == "1"
    assert "edits and judgements not applied, see allnlp import DIR --list" not in items
    assert list_corrections(cart)[["doc_id", "file", "mentions", "reason"]].to_numpy().tolist() == [["1", "confirmed", len(before), None]]
    terms = tmp_path / "my.csv"
    terms.write_text("text,label,name\nwas given,THERAPY,giving\n", encoding="utf-8")
    annotate_collection([write_input(tmp_path / "in.jsonl")], cart, terms=[terms], overwrite=True)
    assert marked(cart) == before
    take_back_document(cart, "1")
    assert ("was given" in marked(cart), "CRS" in marked(cart)) == (True, False)
    with pytest.raises(NothingFound, match="not corrected as a whole"):
        take_back_document(cart, "1")


def test_corrections_of_an_older_version_are_read(cart: Path) -> None:
    confirm_document(cart, "1", **BY)
    with duckdb.connect(":memory:") as database:
        path = cart / CORRECTIONS
        database.execute(f"CREATE TABLE t AS SELECT * EXCLUDE (action, finding, reviewer, made_at, note, superseded_by) FROM read_parquet('{path}')")
        database.execute(f"COPY t TO '{path}' (FORMAT parquet)")
    assert len(list_corrections(cart)) == 1
    assert list_edits(cart).empty
    mark_wrong(cart, "2", "TOXICITY", *at("CRS", "2"), **BY)
    assert (len(list_corrections(cart)), len(list_edits(cart))) == (1, 1)


def test_the_same_edits_in_any_order_give_the_same_bytes(cart: Path, tmp_path: Path) -> None:
    other = Path(shutil.copytree(cart, tmp_path / "other"))
    for folder, doc_ids in ((cart, "12"), (other, "21")):
        for doc_id in doc_ids:
            mark_wrong(folder, doc_id, "TOXICITY", *at("CRS", doc_id), **BY)
    assert (cart / CORRECTIONS).read_bytes() == (other / CORRECTIONS).read_bytes()


def test_threads_that_write_at_once_lose_nothing(cart: Path) -> None:
    text = "\n".join(ABSTRACTS["1"])
    places = [(i, i + 1) for i, c in enumerate(text) if c.isalpha()][:24]

    def work(part: int) -> None:
        for start, end in places[part::4]:
            add_mention(cart, "1", "OUTCOME", start, end, **BY)

    threads = [threading.Thread(target=work, args=(i,)) for i in range(4)]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    assert [(r.start, r.end) for r in list_edits(cart).itertuples()] == places
    assert sorted(p.name for p in cart.iterdir() if p.name.startswith(".")) == []


def test_processes_that_write_at_once_lose_nothing(cart: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from allnlp.collection.edits import add_mention\n"
        "for i in range(int(sys.argv[2]), 8, 2): add_mention(Path(sys.argv[1]), '1', 'OUTCOME', 0, i + 1, reviewer='A')"
    )
    running = [subprocess.Popen([sys.executable, "-c", code, str(cart), str(first)]) for first in (0, 1)]
    assert [p.wait(timeout=120) for p in running] == [0, 0]
    assert list_edits(cart)["end"].tolist() == [1, 2, 3, 4, 6, 7, 8]  # blanks at the end are left out
