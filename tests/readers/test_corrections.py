"""Files of annotation tools with the marks of a person."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path
from typing import Any

import pytest

from allnlp.errors import OptionError, ReadError
from allnlp.readers.corrections import Corrected, Untouched, read_corrections
from allnlp.readers.corrections.brat import read_ann
from allnlp.readers.corrections.label_studio import read_task
from allnlp.schema import Failure

TEXT = "No CRS was\nseen with drug A."


def region(kind: str, key: str = "a", **value: Any) -> dict[str, Any]:
    return {"id": key, "type": kind, "value": {"start": 3, "end": 6, "text": "CRS", **value}}


def task(*annotations: dict[str, Any], text: str = TEXT) -> dict[str, Any]:
    return {"id": 1, "data": {"text": text, "doc_id": "7"}, "annotations": list(annotations), "predictions": []}


def read(*annotations: dict[str, Any], text: str = TEXT) -> tuple[list[Any], list[str]]:
    rows = list(read_task("x.json", 4, task(*annotations, text=text)))
    return [m for r in rows if isinstance(r, Corrected) for m in r.marks], [r.error for r in rows if isinstance(r, Failure)]


def test_a_mark_of_brat_has_its_assertion_identifier_and_note() -> None:
    ann = "T1\tToxicity 3 6\tCRS\nA1\tAssertion T1 Negated\nN1\tReference T1 mesh:D000080424\tcytokine release syndrome\n#1\tAnnotatorNotes T1\tsure\n"
    (mark,), failures = read_ann("1.ann", ann, TEXT)
    assert failures == []
    assert (mark.label, mark.start, mark.end, mark.assertion, mark.concept, mark.note) == ("TOXICITY", 3, 6, "negated", "mesh:D000080424", "sure")


@pytest.mark.parametrize("line", ["A1\tNegated T1", "M1\tNegation T1", "A1\tassertion T1 NEGATED"])
def test_a_negation_may_be_a_flag_a_modification_or_a_value(line: str) -> None:
    (mark,), failures = read_ann("1.ann", f"T1\tTOXICITY 3 6\tCRS\n{line}\n", TEXT)
    assert (mark.assertion, failures) == ("negated", [])


def test_pieces_with_a_line_end_between_are_one_mark() -> None:
    (mark,), failures = read_ann("1.ann", "T1\tOUTCOME 7 10;11 15\twas seen\n", TEXT)
    assert (mark.start, mark.end, failures) == (7, 15, [])


@pytest.mark.parametrize(
    ("ann", "said"),
    [
        ("T1\tDRUG 3 6\tCRS", "the label 'DRUG' is none of THERAPY"),
        ("T1\tTOXICITY 0 2;7 10\tNo was", "in pieces with words between"),
        ("T1\tTOXICITY x 6\tCRS", "cannot be read"),
        ("T1\tTOXICITY 6 3\tCRS", "are not a stretch of text"),
        ("T1\tTOXICITY 3 6\tCRS\nA1\tNegated T1\nA2\tHistorical T1", "both negated and historical"),
        ("T1\tTOXICITY 3 6\tCRS\nA1\tGrade T1 3", "is no assertion"),
        ("T1\tTOXICITY 3 6\tCRS\nN1\tReference T1 CRS", "gives no identifier"),
        ("A1\tNegated T9", "attribute of T9, which is no mark"),
        ("R1\tOf Arg1:T1 Arg2:T2", "1 lines of relations"),
        ("what", "is no line of brat"),
    ],
)
def test_what_brat_says_and_cannot_be_read_is_told(ann: str, said: str) -> None:
    _, failures = read_ann("1.ann", ann, TEXT)
    assert [said in f.error for f in failures] == [True]


def test_a_folder_and_a_zip_of_brat_are_read_alike(tmp_path: Path) -> None:
    files = {"10.1_a.txt": TEXT, "10.1_a.ann": "T1\tTOXICITY 3 6\tCRS\n", "2.txt": "no ann", "documents.tsv": "file\tdoc_id\n10.1_a\t10.1/a\n"}
    folder = tmp_path / "b"
    folder.mkdir()
    with zipfile.ZipFile(tmp_path / "b.zip", "w") as archive:
        for name, content in files.items():
            (folder / name).write_text(content, encoding="utf-8")
            archive.writestr(name, content)
    for path in (folder, tmp_path / "b.zip"):
        rows = list(read_corrections(path))
        assert [type(r) for r in rows] == [Corrected, Untouched] or [type(r) for r in rows] == [Corrected, Untouched][::-1]
        assert next(r.doc_id for r in rows if isinstance(r, Corrected)) == "10.1/a"


def test_files_that_are_no_corrections_are_refused(tmp_path: Path) -> None:
    for name in ("a.txt", "a.docx", "none.zip"):
        if name != "none.zip":
            (tmp_path / name).write_text("x", encoding="utf-8")
        with pytest.raises(OptionError):
            list(read_corrections(tmp_path / name))
    (tmp_path / "bad.zip").write_bytes(b"PK no zip")
    (tmp_path / "none.json").write_text("[]", encoding="utf-8")
    for path in (tmp_path, tmp_path / "bad.zip", tmp_path / "none.json"):
        with pytest.raises(ReadError):
            list(read_corrections(path))


def test_a_region_of_label_studio_has_its_assertion_identifier_and_note() -> None:
    result = [
        region("labels", labels=["toxicity"]) | {"meta": {"text": ["cytokine release syndrome (mesh:D000080424)"]}},
        region("choices", choices=["Negated"]),
        region("textarea", text=["sure"]),
    ]
    (mark,), failures = read({"result": result})
    assert failures == []
    assert (mark.label, mark.assertion, mark.concept, mark.name, mark.note) == ("TOXICITY", "negated", "mesh:D000080424", "cytokine release syndrome", "sure")


def test_a_taxonomy_says_an_assertion() -> None:
    (mark,), _ = read({"result": [region("labels", labels=["TOXICITY"]), region("taxonomy", taxonomy=[["assertion", "historical"]])]})
    assert mark.assertion == "historical"


def test_cancelled_annotations_and_predictions_are_no_work_of_a_person() -> None:
    rows = list(read_task("x.json", 1, task({"was_cancelled": True, "result": []})))
    rows += list(read_task("x.json", 2, {"data": {"text": TEXT}, "predictions": [{"result": []}]}))
    assert [type(r) for r in rows] == [Untouched, Untouched]


def test_the_ground_truth_then_the_latest_annotation_is_read_and_told() -> None:
    first, last = ({"id": i, "updated_at": f"2020-01-0{i}", "result": [region("labels", labels=[label])]} for i, label in ((1, "OUTCOME"), (2, "TOXICITY")))
    marks, failures = read(last, first)
    assert [m.label for m in marks] == ["TOXICITY"]
    assert "2 annotations" in failures[0]
    assert [m.label for m in read(last, first | {"ground_truth": True})[0]] == ["OUTCOME"]


def test_offsets_may_count_utf16_units() -> None:
    text = "\U0001f9ec CRS"
    for start in (2, 3):
        (mark,), _ = read({"result": [region("labels", labels=["TOXICITY"], start=start, end=start + 3)]}, text=text)
        assert text[mark.start : mark.end] == "CRS"


def test_offsets_of_a_page_are_its_global_ones() -> None:
    places = {"start": "/div[1]", "end": "/div[1]", "globalOffsets": {"start": 3, "end": 6}}
    (mark,), _ = read({"result": [region("hypertextlabels", hypertextlabels=["TOXICITY"], **places)]})
    assert (mark.start, mark.end) == (3, 6)


@pytest.mark.parametrize(
    ("result", "said"),
    [
        ([region("labels", labels=["DRUG"])], "none of THERAPY"),
        ([region("labels", labels=[])], "has no label"),
        ([region("labels", labels=["TOXICITY"], start=None)], "has no offsets"),
        ([region("labels", labels=["TOXICITY"]), region("choices", choices=["negated", "historical"])], "both negated and historical"),
        ([region("choices", key="b", choices=["done"])], "belongs to no mark"),
        (["x"], "expected an object"),
    ],
)
def test_what_label_studio_says_and_cannot_be_read_is_told(result: list[Any], said: str) -> None:
    _, failures = read({"result": result})
    assert [said in f for f in failures] == [True]


def test_objects_that_are_no_tasks_are_told(tmp_path: Path) -> None:
    (tmp_path / "x.json").write_text(json.dumps([{"text": TEXT, "label": []}]), encoding="utf-8")
    (row,) = read_corrections(tmp_path / "x.json")
    assert isinstance(row, Failure)
    assert "JSON-MIN" in row.error
