"""The program as a whole: help, version, usage, what goes where."""

from __future__ import annotations

import os
import pty
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import allnlp
from allnlp.cli import main
from allnlp.cli.console import plain

Run = Callable[..., Any]
COMMANDS = (
    ("annotate",), ("summary",), ("explain",), ("findings",), ("evidence-table",), ("pool",), ("tag",), ("evaluate",),
    ("find",), ("counts",), ("cooccur",), ("evidence",), ("trend",), ("compare",), ("export",), ("import",), ("sql",), ("diff",), ("cite",),
    ("plot", "heatmap"), ("plot", "network"), ("plot", "trend"), ("plot", "counts"), ("plot", "forest"),
    ("terms", "list"), ("terms", "show"), ("terms", "check"), ("terms", "add"), ("terms", "sort"),
)  # fmt: skip
PROGRAM = [sys.executable, "-c", "from allnlp.cli import main; main()"]


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_the_help_of_a_command_ends_its_description_with_an_example(command: tuple[str, ...], run: Run) -> None:
    ran = run(*command, "--help")
    assert (ran.code, ran.err) == (0, "")
    assert "Example:" in ran.out
    assert f"    allnlp {' '.join(command)}" in ran.out


def test_the_help_of_the_program_names_every_command(run: Run) -> None:
    out = run("--help").out
    assert all(f"\n  {command[0]} " in out for command in COMMANDS)


def test_the_version_is_printed(run: Run) -> None:
    assert run("--version") == (0, allnlp.__version__ + "\n", "")


@pytest.mark.parametrize("words", [["frobnicate"], ["--fast"], ["terms", "frobnicate"], ["summary"]])
def test_wrong_use_exits_with_2_and_talks_on_stderr(words: list[str], run: Run) -> None:
    ran = run(*words)
    assert (ran.code, ran.out) == (2, "")
    assert "Usage" in ran.err


def test_the_help_needs_no_heavy_library() -> None:
    """How long it takes is measured in benchmarks; why it is short is this."""
    heavy = ("spacy", "scispacy", "pandas", "numpy", "duckdb", "lxml", "ahocorasick_rs", "rich.progress", "scipy", "matplotlib")
    code = (
        "import sys\nfrom allnlp.cli import main\nsys.argv = ['allnlp', 'annotate', '--help']\n"
        "try:\n    main()\nexcept SystemExit:\n    pass\n"
        f"print([m for m in {heavy} if m in sys.modules], file=sys.stderr)"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stderr == "[]\n"


def test_a_full_disk_or_closed_pipe_is_no_traceback(folder: Path) -> None:
    with Path("/dev/full").open("w", encoding="utf-8") as full:
        ran = subprocess.run([*PROGRAM, "summary", str(folder)], stdout=full, stderr=subprocess.PIPE, text=True, check=False)
    assert ran.returncode == 1
    assert "Traceback" not in ran.stderr


@pytest.mark.parametrize("words", [["terms", "list"], ["tag", "CRS"]])
def test_a_reader_that_has_gone_ends_the_program_without_a_word(words: list[str]) -> None:
    process = subprocess.Popen([*PROGRAM, *words], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert process.stdout is not None
    process.stdout.close()
    assert process.stderr is not None
    assert process.stderr.read() == b""
    process.stderr.close()
    assert process.wait() == 141


def test_a_character_that_the_encoding_lacks_is_escaped() -> None:
    environment = {**os.environ, "PYTHONIOENCODING": "ascii"}
    ran = subprocess.run([*PROGRAM, "tag", "TNF-\u03b1 and CRS in \u226534 children", "--json"], capture_output=True, check=False, env=environment)
    assert (ran.returncode, ran.stderr) == (0, b"")


def test_out_of_memory_is_one_line(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    def exhausted() -> None:
        raise MemoryError

    monkeypatch.setattr("allnlp.cli.app", exhausted)
    with pytest.raises(SystemExit, match="1"):
        main()
    assert capsys.readouterr().err == "allnlp: out of memory. Give fewer or smaller input files at once.\n"


def test_piped_output_is_tab_separated_without_colours(folder: Path) -> None:
    environment = {**os.environ, "FORCE_COLOR": "1", "TERM": "xterm-256color"}
    ran = subprocess.run([*PROGRAM, "summary", str(folder)], capture_output=True, check=True, env=environment)
    assert b"\x1b" not in ran.stdout
    assert b"records read\t40\n" in ran.stdout


def on_a_terminal(width: int, *words: str) -> str:
    """What the program shows on a terminal, without colours."""
    outer, inner = pty.openpty()
    process = subprocess.Popen([*PROGRAM, *words], stdout=inner, stderr=inner, env={**os.environ, "COLUMNS": str(width)})
    os.close(inner)
    shown = b""
    try:
        while block := os.read(outer, 4096):
            shown += block
    except OSError:  # how a terminal ends
        pass
    os.close(outer)
    assert process.wait() == 0, shown
    return re.sub("\x1b[^m]*m", "", shown.decode())


def test_on_a_terminal_a_table_is_ruled_and_text_is_printed_literally(tmp_path: Path) -> None:
    """Corpus text is never read as markup: "[x]" and "[bold]" stay."""
    own = tmp_path / "own.csv"
    own.write_text("text,label\nnova[x]cel,THERAPY\nnova[bold]cel,THERAPY\n", encoding="utf-8")
    text = on_a_terminal(220, "tag", "nova[x]cel and nova[bold]cel", "--terms", str(own))
    assert "\u2500" in text
    assert "nova[x]cel" in text
    assert "nova[bold]cel" in text


@pytest.mark.parametrize("width", [80, 100, 140])
def test_on_a_narrow_terminal_no_word_is_broken_and_what_is_left_out_is_said(width: int) -> None:
    text = on_a_terminal(width, "tag", "No hypogammaglobulinemia was seen after CAR T-cell therapy of acute lymphoblastic leukemia.")
    assert {"hypogammaglobulinemia", "lymphoblastic", "DISEASE", "negated"} <= set(text.split())
    assert max(len(line.rstrip()) for line in text.splitlines()) <= width
    assert "rule" in text
    assert ("Not shown at 80 columns: " in text) == (width == 80)


@pytest.mark.parametrize(("cell", "value"), [(float("nan"), None), (None, None), (1, 1), ("x", "x"), ("", "")])
def test_a_missing_cell_is_null(cell: Any, value: Any) -> None:
    assert plain(cell) == value
