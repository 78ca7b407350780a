"""``allnlp pool``."""

from __future__ import annotations

import csv
import io
import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pandas as pd
import pytest

from allnlp.schema import Concept, Document, Finding, Mention, Sentence, Study
from allnlp.tables import FolderWriter, sha256

Ask = Callable[..., Any]


def _finding(doc_id: str, number: int, n: int, of: int, grade: str | None, **cells: Any) -> Finding:
    row: dict[str, Any] = dict.fromkeys(Finding._fields)
    row |= {
        "doc_id": doc_id, "finding": number, "sentence": 0, "label": "TOXICITY", "concept_id": "x:1", "concept": "cytokine release syndrome",
        "measure": "incidence", "grade": grade, "grade_min": 3 if grade else None, "grade_max": 5 if grade else None, "n": n, "total": of,
        "n_events": n, "n_patients": of, "start": 0, "end": 1, "evidence": f"=\"{n}\" of {of},\nsaid", "needs_review": False, "rule": "findings:x",
    }  # fmt: skip
    return Finding(**row | cells)


def _study(doc_id: str, registration: tuple[str, ...]) -> Study:
    row: dict[str, Any] = dict.fromkeys(Study._fields, ()) | {"doc_id": doc_id, "study_type": "phase 2", "registration": registration}
    return Study(**row | {"n_patients": None, "median_follow_up_months": None, "needs_review": False, "review_reason": None})


@pytest.fixture(scope="module")
def pooled_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three studies with grade >=3, two of one trial, and a number of any grade."""
    folder = tmp_path_factory.mktemp("pooled") / "f"
    authors = ("Maude SL", "Schuster SJ", "Laetsch TW")
    with FolderWriter(folder) as writer:
        writer.write("documents", [Document(str(i), title="t", text="t", year=2018 + i, authors=(a,)) for i, a in enumerate(authors)])
        writer.write("sentences", [Sentence(str(i), 0, "results", 0, 1) for i in range(3)])
        writer.write("findings", [_finding(str(i), 0, n, of, ">=3") for i, (n, of) in enumerate([(35, 75), (24, 111), (17, 79)])])
        writer.write("findings", [_finding("2", 1, 60, 79, None)])
        writer.write("studies", [_study("0", ("NCT1",)), _study("1", ()), _study("2", ("NCT1",))])
        writer.write("mentions", [Mention("0", 0, 0, 0, 1, "t", "TOXICITY", None, "x:1", "x", "present", None, None, None, "terms", "r")])
        writer.write("concepts", [Concept("x:1", "TOXICITY", "cytokine release syndrome", (), (), (), ("CRS: 9",), 3, 9, 0, None, None)])
        writer.finish({"versions": {"allnlp": "0"}, "terminology": "t"})
    return folder


@pytest.fixture
def ask(run: Ask, pooled_folder: Path) -> Ask:
    """Runs ``allnlp pool`` on the folder."""
    return lambda *words: run("pool", pooled_folder, *words)


QUESTION = ("--toxicity", "CRS", "--grade", ">=3")


def test_studies_stand_on_stdout_and_the_pooled_line_on_stderr(ask: Ask) -> None:
    ran = ask(*QUESTION)
    assert ran.code == 0
    rows = [line.split("\t") for line in ran.out.strip().split("\n")]
    assert rows[0][:5] == ["studlab", "n_events", "n_patients", "percent", "ci_low"]
    assert [row[:4] for row in rows[1:]] == [["Maude 2018", "35", "75", "46.7"], ["Schuster 2019", "24", "111", "21.6"], ["Laetsch 2020", "17", "79", "21.5"]]
    said = ran.err.strip().split("\n")
    # In R: predict(rma(measure="PLO", xi=c(35,24,17), ni=c(75,111,79)), transf=transf.ilogit) gives 0.2892 0.1596 0.4657 0.0875 0.6333
    assert said[0].startswith("Pooled: 28.9% [95% CI 16.0; 46.6], 3 studies, 76/265 patients; prediction interval 8.7; 63.3; I² = ")
    assert said[1].startswith("Warning: same trial, NCT1: Maude 2018 (0); Laetsch 2020 (2)")
    assert said[2] == "1 of its numbers left out; why: --left-out"


def test_left_out_numbers_are_listed_with_the_reason(ask: Ask) -> None:
    header, row = csv.reader(io.StringIO(ask(*QUESTION, "--left-out").out), delimiter="\t")
    assert dict(zip(header, row, strict=True))["reason"] == "its grade is not said, asked for >=3"


def test_json_has_rows_pooled_left_out_and_warnings(ask: Ask) -> None:
    found = json.loads(ask(*QUESTION, "--json", "--method", "dl").out)
    assert list(found) == ["title", "rows", "pooled", "left_out", "warnings"]
    assert found["pooled"]["method"] == "DL"
    assert (len(found["rows"]), len(found["left_out"]), len(found["warnings"])) == (3, 1, 1)


def test_the_largest_of_a_trial_is_kept_when_asked(ask: Ask) -> None:
    found = json.loads(ask(*QUESTION, "--json", "--keep-largest-per-trial").out)
    assert [row["doc_id"] for row in found["rows"]] == ["1", "2"]
    assert found["pooled"]["pi_low"] is None


def test_every_format_holds_the_rows_with_the_columns_of_metaprop_first(ask: Ask, tmp_path: Path) -> None:
    for suffix in ("csv", "tsv", "json", "xlsx", "parquet"):
        ran = ask(*QUESTION, "-o", tmp_path / f"r.{suffix}")
        assert f"Wrote {tmp_path / f'r.{suffix}'}" in ran.err
    import duckdb

    frames = {
        "csv": pd.read_csv(tmp_path / "r.csv"), "tsv": pd.read_csv(tmp_path / "r.tsv", sep="\t"), "json": pd.read_json(tmp_path / "r.json"),
        "xlsx": pd.read_excel(tmp_path / "r.xlsx"), "parquet": duckdb.sql(f"SELECT * FROM '{tmp_path / 'r.parquet'}'").df(),
    }  # fmt: skip
    for kind, frame in frames.items():
        assert list(frame.columns[:3]) == ["n_events", "n_patients", "studlab"], kind
        assert frame["n_events"].tolist() == [35, 24, 17], kind
        assert frame["studlab"].tolist() == ["Maude 2018", "Schuster 2019", "Laetsch 2020"], kind
        assert frame["evidence"][0].endswith('="35" of 75,\nsaid'), kind
        assert frame["group"].isna().all(), kind
    assert frames["csv"]["evidence"][0].startswith("'=")  # a spreadsheet would compute it
    book = openpyxl.load_workbook(tmp_path / "r.xlsx")
    assert book.sheetnames == ["studies", "left out"]
    cell = next(c for row in book["studies"].iter_rows() for c in row if str(c.value).startswith('="35"'))
    assert cell.data_type == "s"


def test_each_file_has_its_provenance_and_the_same_bytes_twice(ask: Ask, pooled_folder: Path, tmp_path: Path) -> None:
    pytest.importorskip("matplotlib")
    words = (*QUESTION, "-o", tmp_path / "r.csv", "--figure", tmp_path / "f.svg")
    contents = []
    for _ in range(2):
        ask(*words)
        contents.append({p.name: p.read_bytes() for p in tmp_path.iterdir()})
    assert contents[0] == contents[1]
    assert sorted(contents[0]) == ["f.csv", "f.csv.provenance.json", "f.svg", "f.svg.provenance.json", "r.csv", "r.csv.provenance.json"]
    record = json.loads(contents[0]["f.svg.provenance.json"])
    assert record["sha256"] == sha256(tmp_path / "f.svg")
    assert record["command"][:6] == ["allnlp", "pool", str(pooled_folder), "--toxicity", "CRS", "--grade"]
    assert {"allnlp", "scipy", "matplotlib"} <= set(record["versions"])
    assert record["folder"]["tables"]["findings"] == sha256(pooled_folder / "findings.parquet")
    assert "matplotlib" not in json.loads(contents[0]["r.csv.provenance.json"])["versions"]


def test_the_command_of_the_provenance_gives_the_same_again(ask: Ask, run: Ask, tmp_path: Path) -> None:
    ask(*QUESTION, "--keep-largest-per-trial", "--interval", "clopper-pearson", "-o", tmp_path / "r.csv")
    before = (tmp_path / "r.csv").read_bytes()
    command_words = json.loads((tmp_path / "r.csv.provenance.json").read_text())["command"]
    run(*command_words[1:], "-o", tmp_path / "again.csv")
    assert (tmp_path / "again.csv").read_bytes() == before


@pytest.mark.parametrize(
    ("words", "code", "message"),
    [
        (("--toxicity", "CRS", "--grade", "4"), 3, "no number of cytokine release syndrome, grade 4 to pool. 4 left out: its grade is >=3, asked for 4 (3); its"),
        (("--toxicity", "nonsense"), 3, "no toxicity is named 'nonsense'."),
        ((), 2, "either a toxicity or an outcome is pooled. Give one of --toxicity and --outcome."),
        (("--toxicity", "CRS", "--grade", "7"), 2, "grade '7' is not understood. Write any, 3, >=3"),
        ((*QUESTION, "--method", "x"), 2, "method is 'X'. Use one of REML, DL."),
        ((*QUESTION, "--level", "95"), 2, "level is 95.0. Give a confidence level between 0 and 1, as 0.95."),
        ((*QUESTION, "-o", "r.doc"), 2, "r.doc: the ending '.doc' tells no format. Use one of .csv, .tsv, .json, .xlsx, .parquet."),
        ((*QUESTION, "-o", "nowhere/r.csv"), 2, "nowhere/r.csv: there is no folder nowhere."),
    ],
)  # fmt: skip
def test_nothing_found_exits_with_3_and_wrong_use_with_2(ask: Ask, words: tuple[str, ...], code: int, message: str) -> None:
    ran = ask(*words)
    assert (ran.code, ran.out) == (code, "")
    assert message in ran.err
    assert ran.err.count("\n") == 1


def test_figures_that_cannot_be_drawn_are_refused_before_anything_is_written(ask: Ask, tmp_path: Path) -> None:
    pytest.importorskip("matplotlib")
    for words, message in (
        (("--figure", tmp_path / "f.gif"), "tells no format"),
        (("--figure", tmp_path / "f.pdf", "--width", "90"), "width is 90 mm"),
        (("--figure", tmp_path / "none" / "f.pdf"), "there is no folder"),
    ):
        ran = ask(*QUESTION, "-o", tmp_path / "r.csv", *words)
        assert (ran.code, message in ran.err) == (2, True)
    assert list(tmp_path.iterdir()) == []


def test_rows_and_figure_of_one_name_share_the_rows(ask: Ask, tmp_path: Path) -> None:
    pytest.importorskip("matplotlib")
    assert ask(*QUESTION, "-o", tmp_path / "r.csv", "--figure", tmp_path / "r.svg").code == 0
    assert sorted(p.name for p in tmp_path.iterdir()) == ["r.csv", "r.csv.provenance.json", "r.svg", "r.svg.provenance.json"]


def test_without_matplotlib_the_command_that_installs_it_is_told(ask: Ask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    ran = ask(*QUESTION, "--figure", tmp_path / "f.pdf")
    assert (ran.code, ran.out) == (1, "")
    assert ran.err == 'allnlp: figures need matplotlib, which is not installed. Install it: pip install matplotlib\n'
    assert ask(*QUESTION).code == 0
