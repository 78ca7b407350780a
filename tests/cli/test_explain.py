"""``allnlp explain``."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

from allnlp.tables import read_table

Run = Callable[..., Any]


def test_marked_sentences_and_mentions_stand_on_stdout(run: Run, folder: Path) -> None:
    ran = run("explain", folder, "99900001")
    sentences, mentions, findings, study = ran.out.split("\n\n")
    assert (ran.code, ran.err) == (0, "")
    assert sentences.startswith("0\ttitle\t")
    assert "]{THERAPY: " in sentences
    assert mentions.startswith("sentence\ttext\tlabel")
    assert findings.startswith("sentence\tconcept\tmeasure\tgrade\tvalue")
    assert "\nn_patients\t49\t7\n" in study


def test_json_has_sentences_and_mentions(run: Run, folder: Path) -> None:
    found = json.loads(run("explain", folder, "99900001", "--json").out)
    assert found["doc_id"] == "99900001"
    assert len(found["mentions"]) > 5
    assert [s["number"] for s in found["sentences"]] == list(range(len(found["sentences"])))


def test_an_unknown_document_exits_with_3(run: Run, folder: Path) -> None:
    ran = run("explain", folder, "1234")
    assert (ran.code, ran.out) == (3, "")
    assert "no document '1234'" in ran.err


def test_a_missing_folder_exits_with_1(run: Run, tmp_path: Path) -> None:
    assert run("explain", tmp_path / "nowhere", "1").code == 1


def test_json_has_the_offsets_of_each_mention(run: Run, folder: Path) -> None:
    found = json.loads(run("explain", folder, "99900001", "--json").out)
    assert all(m["end"] - m["start"] == len(m["text"]) for m in found["mentions"])


def test_a_duplicate_exits_with_3_and_says_of_what(run: Run, folder: Path) -> None:
    documents = read_table(folder, "documents").dropna(subset="duplicate_of")
    ran = run("explain", folder, documents.doc_id.iloc[0])
    assert (ran.code, ran.out) == (3, "")
    assert f"is a duplicate of {documents.duplicate_of.iloc[0]}; explain that one" in ran.err


def test_a_doi_with_other_capitals_is_found(run: Run, tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_text('{"doi": "10.1000/abc", "title": "CRS", "abstract": "No CRS."}\n', encoding="utf-8")
    run("annotate", tmp_path / "a.jsonl", "-o", tmp_path / "out")
    assert json.loads(run("explain", tmp_path / "out", "10.1000/ABC", "--json").out)["doc_id"] == "10.1000/abc"


def test_a_damaged_page_exits_with_1(run: Run, folder: Path, tmp_path: Path) -> None:
    shutil.copytree(folder, tmp_path / "bad")
    for name in ("documents", "mentions"):
        path = tmp_path / "bad" / f"{name}.parquet"
        content = bytearray(path.read_bytes())
        content[4 : len(content) // 2] = b"\xff" * (len(content) // 2 - 4)
        path.write_bytes(content)
    for words in (["explain", tmp_path / "bad", "99900001"], ["summary", tmp_path / "bad"]):
        ran = run(*words)
        assert (ran.code, ran.out) == (1, "")
        assert "Annotate again with --overwrite" in ran.err
