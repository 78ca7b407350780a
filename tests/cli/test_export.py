"""``allnlp export``."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import networkx as nx
import pytest

Run = Callable[..., Any]


def test_a_line_says_what_was_written_and_stdout_stays_empty(run: Run, folder: Path, tmp_path: Path) -> None:
    ran = run("export", folder, "-o", tmp_path / "f.xlsx")
    assert (ran.code, ran.out) == (0, "")
    assert ran.err.startswith(f"Wrote {tmp_path / 'f.xlsx'}: ")
    assert ran.err.endswith(" mentions\n")
    assert ran.err.count("\n") == 1


def test_filters_are_said_and_kept_in_the_record(run: Run, folder: Path, tmp_path: Path) -> None:
    ran = run("export", folder, "-o", tmp_path / "f.csv", "--table", "findings", "--section", "results", "--include", "negated")
    assert ran.code == 0
    assert ran.err.endswith(" (section results, negated counted)\n")
    record = json.loads((tmp_path / "f.csv.provenance.json").read_text(encoding="utf-8"))
    assert record["command"] == ["allnlp", "export", str(folder), "--table", "findings", "--section", "results", "--include", "negated"]
    rows = list(csv.DictReader(io.StringIO((tmp_path / "f.csv").read_text(encoding="utf-8"))))
    assert rows
    assert "evidence" in rows[0]


def test_present_alone_is_a_filter_too(run: Run, folder: Path, tmp_path: Path) -> None:
    everything = run("export", folder, "-o", tmp_path / "a.csv")
    present = run("export", folder, "-o", tmp_path / "b.csv", "--include", "present")
    assert present.err.endswith(" mentions (only mentions that are present)\n")
    assert everything.err.endswith(" mentions\n")
    rows = list(csv.DictReader(io.StringIO((tmp_path / "b.csv").read_text(encoding="utf-8"))))
    assert {r["assertion"] for r in rows} == {"present"}
    assert len(rows) < (tmp_path / "a.csv").read_text(encoding="utf-8").count("\n")


def test_list_needs_no_folder(run: Run) -> None:
    ran = run("export", "--list")
    assert (ran.code, ran.err) == (0, "")
    rows = list(csv.DictReader(io.StringIO(ran.out), delimiter="\t"))
    assert {"xlsx", "ris", "nbib", "sqlite", "brat", "gexf"} <= {r["format"] for r in rows}
    assert all(r["endings"].startswith(".") and r["holds"] for r in rows)


def test_a_network_takes_labels(run: Run, folder: Path, tmp_path: Path) -> None:
    ran = run("export", folder, "-o", tmp_path / "n.gexf", "--labels", "therapy,TOXICITY", "--min", "1")
    assert ran.code == 0
    assert " concepts, " in ran.err.split("\n")[0]
    graph = nx.read_gexf(tmp_path / "n.gexf")
    assert {cells["concept_type"] for _, cells in graph.nodes(data=True)} <= {"THERAPY", "TOXICITY"}
    record = json.loads((tmp_path / "n.gexf.provenance.json").read_text(encoding="utf-8"))
    assert "networkx" in record["versions"]


def test_links_of_vosviewer_stand_beside_the_map(run: Run, folder: Path, tmp_path: Path) -> None:
    ran = run("export", folder, "-o", tmp_path / "n.map.txt", "--labels", "THERAPY", "--labels", "TOXICITY", "--min", "1")
    assert ran.code == 0
    assert ran.err.startswith(f"Wrote {tmp_path / 'n.map.txt'} and {tmp_path / 'n.network.txt'}: ")
    n_items = len((tmp_path / "n.map.txt").read_text(encoding="utf-8").splitlines()) - 1
    links = [line.split("\t") for line in (tmp_path / "n.network.txt").read_text(encoding="utf-8").splitlines()]
    assert links
    assert all(1 <= int(end) <= n_items for link in links for end in link[:2])


@pytest.mark.parametrize(
    ("words", "code", "message"),
    [
        (("-o", "f.doc"), 2, "f.doc: the ending '.doc' tells no format. Use one of .xlsx"),
        (("-o", "f.jsonl"), 2, "may mean doccano or prodigy. Say which with --format"),
        (("-o", "f.xlsx", "--table", "mentions"), 2, "--table: nothing to do with the format xlsx"),
        (("-o", "f.gexf", "--labels", "drug"), 2, "'DRUG' is no concept type. Use THERAPY"),
        (("-o", "f.csv", "--year", "soon"), 2, "year 'soon' cannot be read"),
        (("-o", "f.csv", "--mentioning", "qqqqqq"), 3, "no concept is named 'qqqqqq'"),
    ],
)
def test_wrong_use_exits_with_2_and_nothing_found_with_3(
    run: Run, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...], code: int, message: str
) -> None:
    monkeypatch.chdir(tmp_path)
    ran = run("export", folder, *words)
    assert (ran.code, ran.out) == (code, "")
    assert message in ran.err
    assert ran.err.count("\n") == 1
    assert list(tmp_path.iterdir()) == []


def test_a_missing_folder_exits_with_1(run: Run, tmp_path: Path) -> None:
    assert run("export", tmp_path / "none", "-o", tmp_path / "f.csv").code == 1
