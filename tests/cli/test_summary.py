"""``allnlp summary``."""

from __future__ import annotations

import json
import shlex
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from allnlp.collection.reviews import keep_review

Run = Callable[..., Any]


def test_the_summary_is_tables_on_stdout(run: Run, folder: Path) -> None:
    ran = run("summary", folder)
    assert (ran.code, ran.err) == (0, "")
    tables = [block.split("\n") for block in ran.out.strip().split("\n\n")]
    assert [t[0].split("\t")[0] for t in tables] == ["item", "field", "label", "label"]
    assert all(len(line.split("\t")) == len(t[0].split("\t")) for t in tables for line in t)


def test_json_has_every_table(run: Run, folder: Path) -> None:
    found = json.loads(run("summary", folder, "--json").out)
    assert list(found) == ["information", "completeness", "labels", "concepts", "failures"]
    assert {"item": "records read", "value": "40"} in found["information"]


def test_top_says_how_many_concepts_are_shown(run: Run, folder: Path) -> None:
    concepts = json.loads(run("summary", folder, "--top", "2", "--json").out)["concepts"]
    assert [c["label"] for c in concepts].count("THERAPY") == 2


def test_failures_are_listed_with_their_reason(run: Run, tmp_path: Path) -> None:
    (tmp_path / "some.jsonl").write_text('{"id": "1", "title": "CRS", "abstract": "No CRS."}\n{\n', encoding="utf-8")
    run("annotate", tmp_path / "some.jsonl", "-o", tmp_path / "out")
    header, row = run("summary", tmp_path / "out", "--failures").out.strip().split("\n")
    assert header.split("\t") == ["source_file", "source_record", "step", "error"]
    assert row.split("\t")[1:3] == ["2", "read"]


def test_a_missing_folder_exits_with_1(run: Run, tmp_path: Path) -> None:
    ran = run("summary", tmp_path / "nowhere")
    assert (ran.code, ran.out) == (1, "")
    assert "allnlp annotate INPUT" in ran.err


def test_a_wrong_number_exits_with_2(run: Run, folder: Path) -> None:
    assert run("summary", folder, "--top", "0").code == 2


def reviewed(run: Run, place: Path) -> Path:
    """A folder with a record of every fate, and a decision."""
    rows = [
        {"id": "1", "title": "Invented cells in blood", "abstract": "No CRS was seen."}, {"id": "2", "title": "Invented cells in blood", "abstract": "No CRS was seen."},
        {"id": "3", "title": "Invented cells in marrow", "abstract": "CRS was seen."}, {"id": "4", "title": "", "abstract": ""},
    ]  # fmt: skip
    (place / "some.jsonl").write_text("\n".join(map(json.dumps, rows)) + "\n{\n", encoding="utf-8")
    (place / "none.nbib").write_text("", encoding="utf-8")
    run("annotate", place / "some.jsonl", place / "none.nbib", "-o", place / "out")
    keep_review(place / "out", "3", decision="excluded", reviewer="A")
    return place / "out"


def test_every_count_of_the_flow_opens_by_its_command(run: Run, tmp_path: Path) -> None:
    out = reviewed(run, tmp_path)
    rows = json.loads(run("summary", out, "--prisma", "--json").out)
    counted = {(row["row"], row["of"]): row["n"] for row in rows}
    assert [counted[name, ""] for name in ("identified", "duplicates", "unreadable", "without-text", "screened", "excluded", "files")] == [5, 1, 1, 1, 2, 1, 1]
    assert [bool(row["command"]) for row in rows] == [row["n"] > 0 for row in rows]
    for row in rows:
        if row["command"]:
            ran = run(*shlex.split(row["command"])[1:], "--json")
            assert (ran.code, len(json.loads(ran.out))) == (0, row["n"]), row["command"]


def test_duplicates_are_listed_with_the_record_that_they_repeat(run: Run, tmp_path: Path) -> None:
    (row,) = json.loads(run("summary", reviewed(run, tmp_path), "--duplicates", "--json").out)
    assert (row["doc_id"], row["duplicate_of"], row["duplicate_by"], row["abstract_from"]) == ("2", "1", "text", "1")
    assert (row["title"], row["kept_title"], row["kept_record"]) == ("Invented cells in blood", "Invented cells in blood", 1)


def test_the_flow_is_a_table_or_a_figure_with_its_provenance(run: Run, tmp_path: Path) -> None:
    out = reviewed(run, tmp_path)
    for name in ("flow.csv", "flow.json", "flow.svg"):
        ran = run("summary", out, "--prisma", "-o", tmp_path / name)
        assert (ran.code, ran.out) == (0, "")
        assert "5 identified = 3 removed + 2 screened" in ran.err
        made_by = json.loads((tmp_path / f"{name}.provenance.json").read_text(encoding="utf-8"))["command"]
        assert made_by[:2] == ["allnlp", "summary"]
        assert "--prisma" in made_by
    assert "Records screened (n = 2)" in (tmp_path / "flow.svg").read_text(encoding="utf-8")
    assert (tmp_path / "flow.csv").read_text(encoding="utf-8-sig").startswith("phase,row,of,item,n,command")
    assert run("plot", "prisma", out, "-o", tmp_path / "again.svg").code == 0
    assert (tmp_path / "again.svg").read_bytes() == (tmp_path / "flow.svg").read_bytes()


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("--prisma", "--duplicates"), 2), (("--of", "doi"), 2), (("-o", "x.csv"), 2), (("--records", "nothing"), 2), (("--records", "screened", "--of", "x"), 2),
        (("--records", "excluded"), 3), (("--records", "duplicates", "--of", "pmcid"), 3), (("--prisma", "-o", "x.docx"), 2), (("--duplicates", "-o", "x.svg"), 2),
    ],
)  # fmt: skip
def test_what_cannot_be_listed_is_refused(run: Run, folder: Path, words: tuple[str, ...], code: int) -> None:
    ran = run("summary", folder, *words)
    assert (ran.code, ran.out) == (code, "")
    assert ran.err
