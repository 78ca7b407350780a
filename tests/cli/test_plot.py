"""``allnlp plot``."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from allnlp.tables import sha256

Ask = Callable[..., Any]

QUESTIONS = {
    "heatmap": ("--rows", "therapy", "--columns", "toxicity"),
    "network": ("--labels", "therapy,toxicity", "--min", "1"),
    "trend": ("tisagenlecleucel", "CRS"),
    "counts": ("toxicity",),
    "compare": ("toxicity", "--set", "population=child", "--set", "population=adult"),
    "forest": ("--toxicity", "CRS"),
}


@pytest.fixture(autouse=True)
def _needs_matplotlib() -> None:
    pytest.importorskip("matplotlib")


@pytest.fixture
def ask(run: Ask, folder: Path) -> Ask:
    """Runs ``allnlp plot`` on the demo."""
    return lambda kind, *words: run("plot", kind, folder, *words)


@pytest.mark.parametrize("kind", QUESTIONS)
def test_a_figure_has_its_data_and_its_provenance_beside_it(ask: Ask, tmp_path: Path, kind: str) -> None:
    ran = ask(kind, *QUESTIONS[kind], "-o", tmp_path / "f.svg", "--width", "89")
    assert (ran.code, ran.out) == (0, ""), ran.err
    assert f"Wrote {tmp_path / 'f.svg'}\nWrote {tmp_path / 'f.csv'}\n" in ran.err
    own = ["f.edges.csv", "f.edges.csv.provenance.json"] if kind == "network" else []
    assert sorted(p.name for p in tmp_path.iterdir()) == sorted(["f.csv", "f.csv.provenance.json", "f.svg", "f.svg.provenance.json", *own])
    record = json.loads((tmp_path / "f.svg.provenance.json").read_text(encoding="utf-8"))
    assert record["sha256"] == sha256(tmp_path / "f.svg")
    assert record["command"][:3] == ["allnlp", "plot", kind]
    assert len(pd.read_csv(tmp_path / "f.csv"))


@pytest.mark.parametrize("kind", QUESTIONS)
def test_the_command_of_the_provenance_gives_the_same_again(ask: Ask, run: Ask, tmp_path: Path, kind: str) -> None:
    ask(kind, *QUESTIONS[kind], "-o", tmp_path / "f.pdf")
    words = json.loads((tmp_path / "f.pdf.provenance.json").read_text(encoding="utf-8"))["command"]
    assert run(*words[1:], "-o", tmp_path / "again.pdf").code == 0
    assert (tmp_path / "again.pdf").read_bytes() == (tmp_path / "f.pdf").read_bytes()
    assert (tmp_path / "again.csv").read_bytes() == (tmp_path / "f.csv").read_bytes()


@pytest.mark.parametrize("kind", ["heatmap", "network", "trend", "counts"])
def test_filters_narrow_what_is_drawn(ask: Ask, tmp_path: Path, kind: str) -> None:
    ask(kind, *QUESTIONS[kind], "-o", tmp_path / "all.svg")
    ran = ask(kind, *QUESTIONS[kind], "-o", tmp_path / "title.svg", "--section", "results", "--include", "negated", "--year", "1990:")
    assert ran.code == 0, ran.err
    assert (tmp_path / "all.csv").read_bytes() != (tmp_path / "title.csv").read_bytes()


def test_the_network_says_what_was_left_out_and_its_links_are_whole(ask: Ask, tmp_path: Path) -> None:
    ran = ask("network", *QUESTIONS["network"], "--top", "4", "--colour", "cluster", "-o", tmp_path / "n.svg")
    assert "Shown are the 4 concepts that most documents mention, of " in ran.err
    nodes, edges = pd.read_csv(tmp_path / "n.csv"), pd.read_csv(tmp_path / "n.edges.csv")
    assert {*edges["source"], *edges["target"]} == set(nodes["node_id"])
    assert f"{len(nodes)} concepts, {len(edges)} links, " in ran.err


@pytest.mark.parametrize(
    ("kind", "words", "code", "message"),
    [
        ("heatmap", ("--order", "x"), 2, "order is 'x'. Use one of count, association, clustered."),
        ("heatmap", ("--measure", "x"), 2, "measure is 'x'. Use one of lift, "),
        ("heatmap", ("--width", "90"), 2, "width is 90 mm. Use one of 89, 183."),
        ("heatmap", ("--font", "No Such Font"), 2, "font 'No Such Font' is not installed."),
        ("heatmap", ("--year", "x"), 2, "year 'x' cannot be read."),
        ("network", ("--colour", "x"), 2, "colour is 'x'. Use one of label, cluster, year."),
        ("network", ("--min", "5000"), 3, "are linked in 5000 documents."),
        ("trend", ("nonsense",), 3, "'nonsense'"),
        ("counts", ("--journal", "nonsense"), 3, "no document of the journal 'nonsense'."),
        ("compare", ("--set", "year=2020:"), 2, "3 sets are given with --set; give two"),
        ("compare", ("--min", "5000"), 3, "nothing to draw"),
        ("compare", ("--top", "0"), 2, "top is 0."),
        ("forest", ("--grade", "7"), 2, "grade '7' is not understood."),
    ],
)
def test_nothing_found_exits_with_3_and_wrong_use_with_2(
    ask: Ask, tmp_path: Path, kind: str, words: tuple[str, ...], code: int, message: str
) -> None:
    ran = ask(kind, *QUESTIONS[kind], "-o", tmp_path / "f.pdf", *words)
    assert (ran.code, ran.out) == (code, "")
    assert message in ran.err
    assert ran.err.count("\n") == 1
    assert list(tmp_path.iterdir()) == []


def test_figures_that_cannot_be_written_are_refused_before_the_work(ask: Ask, tmp_path: Path) -> None:
    for path, message in ((tmp_path / "f.gif", "tells no format"), (tmp_path / "none" / "f.pdf", "there is no folder")):
        ran = ask("counts", *QUESTIONS["counts"], "-o", path)
        assert (ran.code, message in ran.err) == (2, True)


def test_without_matplotlib_the_command_that_installs_it_is_told(ask: Ask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    ran = ask("counts", *QUESTIONS["counts"], "-o", tmp_path / "f.pdf")
    assert (ran.code, ran.out) == (1, "")
    assert ran.err == 'allnlp: figures need matplotlib, which is not installed. Install it: pip install matplotlib\n'


@pytest.mark.parametrize("kind", QUESTIONS)
def test_the_help_of_each_figure_ends_with_an_example(run: Ask, kind: str) -> None:
    ran = run("plot", kind, "--help")
    assert ran.code == 0
    assert f"allnlp plot {kind} cart/ " in ran.out
