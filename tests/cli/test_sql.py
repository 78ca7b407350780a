"""``allnlp sql``."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Run = Callable[..., Any]


def test_the_answer_is_tsv_when_piped_with_lists_as_one_cell(run: Run, evidence: Path) -> None:
    ran = run("sql", evidence, "SELECT doc_id, therapies, n_patients FROM studies WHERE doc_id < '3' ORDER BY doc_id")
    assert (ran.code, ran.err) == (0, "2 rows\n")
    assert ran.out == "doc_id\ttherapies\tn_patients\n1\ttisagenlecleucel\t34\n2\tblinatumomab; tisagenlecleucel\t\n"


def test_json_keeps_lists_and_nulls(run: Run, evidence: Path) -> None:
    found = json.loads(run("sql", evidence, "SELECT therapies, n_patients FROM studies WHERE doc_id = '2'", "--json").out)
    assert found == [{"therapies": ["blinatumomab", "tisagenlecleucel"], "n_patients": None}]


def test_the_query_may_come_from_stdin(run: Run, evidence: Path) -> None:
    assert run("sql", evidence, "-", stdin=b"SELECT 1 AS a\n").out == "a\n1\n"


@pytest.mark.parametrize("words", [(), ("--tables",)])
def test_without_a_query_the_columns_are_listed_with_their_meaning(words: tuple[str, ...], run: Run, evidence: Path) -> None:
    ran = run("sql", evidence, *words)
    assert (ran.code, ran.err) == (0, "")
    assert "findings\t14\tconcept\tVARCHAR\tits normal name" in ran.out.split("\n")


@pytest.mark.parametrize("suffix", ["csv", "tsv", "json", "xlsx", "parquet"])
def test_a_file_gets_the_answer_and_its_provenance(suffix: str, run: Run, evidence: Path, tmp_path: Path) -> None:
    query = "SELECT *, DATE '2020-01-01' AS day FROM studies"
    ran = run("sql", evidence, query, "-o", tmp_path / f"a.{suffix}")
    assert (ran.code, ran.out, ran.err) == (0, "", f"3 rows\nWrote {tmp_path / f'a.{suffix}'}\n")
    record = json.loads((tmp_path / f"a.{suffix}.provenance.json").read_text(encoding="utf-8"))
    assert record["command"] == ["allnlp", "sql", str(evidence), query]


@pytest.mark.parametrize(
    ("words", "code", "message"),
    [
        (("SELECT 1 WHERE false",), 3, "the query is sound, and no row fits it."),
        (("SELECT x FROM mentions",), 2, 'Referenced column "x" not found'),
        (("COPY mentions TO 'x.csv'",), 2, "the query does not only read."),
        (("-",), 2, "the query holds no statements."),
        (("SELECT 1", "-o", "f.doc"), 2, "f.doc: the ending '.doc' tells no format"),
    ],
)
def test_nothing_found_exits_with_3_and_a_wrong_query_with_2(words: tuple[str, ...], code: int, message: str, run: Run, evidence: Path) -> None:
    ran = run("sql", evidence, *words)
    assert (ran.code, ran.out) == (code, "")
    assert message in ran.err
    assert ran.err.count("\n") == 1


def test_a_missing_folder_exits_with_1(run: Run, tmp_path: Path) -> None:
    assert run("sql", tmp_path / "none", "SELECT 1").code == 1
    assert run("sql", tmp_path / "none").code == 1
