"""``allnlp explain``."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

Run = Callable[..., Any]


def test_marked_sentences_and_mentions_stand_on_stdout(run: Run, folder: Path) -> None:
    ran = run("explain", folder, "99900001")
    sentences, mentions = ran.out.split("\n\n")
    assert (ran.code, ran.err) == (0, "")
    assert sentences.startswith("0\ttitle\t")
    assert "]{THERAPY: " in sentences
    assert mentions.startswith("sentence\ttext\tlabel")


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
