"""``allnlp cite``."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import allnlp

Run = Callable[..., Any]


def test_the_text_has_methods_flow_and_citation(run: Run, folder: Path) -> None:
    ran = run("cite", folder)
    assert (ran.code, ran.err) == (0, "")
    assert ran.out.startswith("Methods\n\nTitles and abstracts were annotated with allnlp ")
    assert "\n\nFlow of records\n\nOf " in ran.out
    assert ran.out.endswith("}\n")


def test_bibtex_alone_can_go_into_a_file(run: Run, folder: Path) -> None:
    out = run("cite", folder, "--format", "bibtex").out
    assert out.startswith("@software{allnlp_")
    assert f"version = {{{allnlp.__version__}}}" in out


def test_json_has_all_parts(run: Run, folder: Path) -> None:
    found = json.loads(run("cite", folder, "--format", "json").out)
    assert list(found) == ["methods", "flow_text", "flow", "bibtex", "software", "versions", "terminology", "options"]
    assert found["software"]["license"] == "Apache-2.0"
    assert json.loads(run("cite", folder, "--flow", "--format", "json").out) == found["flow"]


def test_the_flow_is_a_table(run: Run, folder: Path) -> None:
    lines = run("cite", folder, "--flow").out.split("\n")
    assert lines[0] == "file\tstep\trecords"
    assert lines[1].startswith("all files\trecords read\t")


def test_wrong_use_exits_with_2_and_a_missing_folder_with_1(run: Run, folder: Path, tmp_path: Path) -> None:
    assert run("cite", folder, "--format", "ris") == (2, "", "allnlp: format is 'ris'. Use one of text, bibtex, json.\n")
    assert run("cite", folder, "--flow", "--format", "bibtex").code == 2
    assert run("cite", tmp_path / "none").code == 1
