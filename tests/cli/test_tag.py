"""``allnlp tag``."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

Run = Callable[..., Any]
TEXT = "No grade 4 CRS was seen after tisagenlecleucel."


def test_mentions_are_a_table_on_stdout(run: Run) -> None:
    ran = run("tag", TEXT)
    header, *rows = (line.split("\t") for line in ran.out.strip().split("\n"))
    assert (ran.code, ran.err) == (0, "")
    assert [dict(zip(header, row, strict=True))["text"] for row in rows] == ["CRS", "tisagenlecleucel"]
    assert dict(zip(header, rows[0], strict=True))["assertion_cue"] == "No"


def test_json_has_whole_rows(run: Run) -> None:
    found = json.loads(run("tag", TEXT, "--json").out)
    assert all(TEXT[m["start"] : m["end"]] == m["text"] for m in found)
    assert [m["assertion"] for m in found] == ["negated", "present"]


def test_text_in_square_brackets_is_printed_literally(run: Run) -> None:
    ran = run("tag", "[CRS] [bold]CRS[/bold] \u2265 [x]", "--json")
    assert [m["text"] for m in json.loads(ran.out)] == ["CRS", "CRS"]


def test_nothing_found_exits_with_3(run: Run) -> None:
    assert run("tag", "We went home.") == (3, "", "allnlp: no mention found in the text.\n")


def test_nothing_found_as_json_is_an_empty_list(run: Run) -> None:
    assert json.loads(run("tag", "We went home.", "--json").out) == []


def test_a_dash_reads_standard_input(run: Run) -> None:
    assert json.loads(run("tag", "-", "--json", stdin=TEXT.encode()).out) == json.loads(run("tag", TEXT, "--json").out)


def test_terms_of_ones_own_are_used(run: Run, tmp_path: Path) -> None:
    (tmp_path / "own.csv").write_text("text,label\nnovacel,THERAPY\n", encoding="utf-8")
    (mention,) = json.loads(run("tag", "We gave novacel.", "--terms", tmp_path / "own.csv", "--json").out)
    assert mention["rule"] == "own.csv:novacel"


def test_terms_that_break_the_rules_exit_with_1(run: Run, tmp_path: Path) -> None:
    (tmp_path / "own.csv").write_text("text,label\nnovacel,DRUG\n", encoding="utf-8")
    ran = run("tag", TEXT, "--terms", tmp_path / "own.csv")
    assert (ran.code, ran.out) == (1, "")
    assert "own.csv:2: unknown label 'DRUG'" in ran.err


def test_offsets_are_those_of_what_was_piped(run: Run) -> None:
    given = " \r\n\tNo CRS.\r\nNo CRS.\n"
    found = json.loads(run("tag", "-", "--json", stdin=given.encode()).out)
    assert [given[m["start"] : m["end"]] for m in found] == ["CRS", "CRS"]


def test_input_that_is_not_utf_8_exits_with_1(run: Run) -> None:
    ran = run("tag", "-", stdin=b"CRS \xff")
    assert (ran.code, ran.out) == (1, "")
    assert "standard input: not UTF-8 at byte 5" in ran.err
