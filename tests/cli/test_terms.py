"""``allnlp terms``."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from allnlp.terminology import load, shipped_folder
from allnlp.terminology.cache import write

Run = Callable[..., Any]


def test_list_gives_concepts_of_a_label(run: Run) -> None:
    rows = json.loads(run("terms", "list", "--label", "toxicity", "--json").out)
    assert {r["label"] for r in rows} == {"TOXICITY"}
    assert "cytokine release syndrome" in {r["name"] for r in rows}


def test_list_is_tab_separated_when_piped(run: Run) -> None:
    lines = run("terms", "list").out.strip().split("\n")
    assert lines[0] == "label\tcurie\tname\tnames"
    assert len(lines) - 1 == len({t.curie for _, _, _, t in load().terms})


def test_list_of_an_unknown_label_exits_with_3_and_names_the_labels(run: Run) -> None:
    ran = run("terms", "list", "--label", "DRUG")
    assert (ran.code, ran.out) == (3, "")
    assert "ANTIGEN" in ran.err


def test_show_gives_names_identifiers_and_relations(run: Run) -> None:
    ran = run("terms", "show", "tisa-cel")
    assert ran.code == 0
    assert ran.out.startswith("tisagenlecleucel  ")
    assert "\nbroader: " in ran.out
    assert "\ntargets: CD19" in ran.out
    assert "Kymriah\t" in ran.out


def test_show_as_json_has_the_rows_with_their_lines(run: Run) -> None:
    (found,) = json.loads(run("terms", "show", "tisagenlecleucel", "--json").out)
    assert all(t["row"].startswith("therapy.tsv:") for t in found["terms"])


def test_show_of_an_unknown_name_exits_with_3_and_names_near_ones(run: Run) -> None:
    ran = run("terms", "show", "tisagenlecleucell")
    assert (ran.code, ran.out) == (3, "")
    assert "Did you mean: tisagenlecleucel" in ran.err


def test_check_of_the_shipped_tables_finds_no_fault(run: Run) -> None:
    assert run("terms", "check") == (0, "", "No fault.\n")


def test_check_of_ones_own_table_prints_file_and_line_and_exits_with_1(run: Run, tmp_path: Path) -> None:
    own = tmp_path / "own.csv"
    own.write_text("text,label\nnovacel,DRUG\n", encoding="utf-8")
    ran = run("terms", "check", own)
    assert (ran.code, ran.err) == (1, "1 fault(s).\n")
    assert ran.out.startswith("own.csv:2: unknown label 'DRUG'")


def test_add_makes_a_table_that_annotate_takes(run: Run, tmp_path: Path) -> None:
    own = tmp_path / "own.csv"
    ran = run("terms", "add", own, "--text", "nova-cel", "--label", "therapy", "--name", "novacabtagene")
    assert (ran.code, ran.out) == (0, "")
    assert "--terms" in ran.err
    assert run("terms", "check", own).code == 0
    assert json.loads(run("tag", "We gave nova-cel.", "--terms", own, "--json").out)[0]["name"] == "novacabtagene"


def test_add_of_a_term_that_clashes_exits_with_1_and_leaves_the_file(run: Run, tmp_path: Path) -> None:
    own = tmp_path / "own.csv"
    ran = run("terms", "add", own, "--text", "tisagenlecleucel", "--label", "THERAPY")
    assert ran.code == 1
    assert "is listed for" in ran.err
    assert not own.exists()


def test_sort_names_the_tables_that_it_changed(run: Run, tmp_path: Path) -> None:
    for path in shipped_folder().glob("*.tsv"):
        shutil.copy(path, tmp_path)
    lines = (tmp_path / "edges.tsv").read_text(encoding="utf-8").split("\n")
    lines[1], lines[2] = lines[2], lines[1]
    (tmp_path / "edges.tsv").write_text("\n".join(lines), encoding="utf-8")
    assert run("terms", "sort", "--folder", tmp_path) == (0, "", "sorted edges.tsv\n")
    assert run("terms", "sort", "--folder", tmp_path) == (0, "", "")


def test_cache_shows_place_and_sizes_and_takes_them_away(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ALLNLP_CACHE", str(tmp_path / "cache"))
    assert run("terms", "cache") == (0, f"{tmp_path / 'cache'}: 0 files, 0.0 MB\n", "")
    write("a.terms", {"numbers": np.zeros(10**6, dtype=np.uint8)})
    assert run("terms", "cache").out == f"{tmp_path / 'cache'}: 1 files, 1.0 MB\na.terms  1.0 MB\n"
    assert run("terms", "cache", "--clear").err == "Took 1 files away.\n"
    assert not list((tmp_path / "cache").iterdir())
