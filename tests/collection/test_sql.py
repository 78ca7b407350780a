"""Questions in SQL."""

from __future__ import annotations

import shutil
from pathlib import Path

import pandas as pd
import pytest

from allnlp.annotation import annotate_collection
from allnlp.collection.sql import describe_tables, run_sql
from allnlp.errors import FolderError, OptionError
from allnlp.schema import TABLES


@pytest.fixture
def own(folder: Path, tmp_path: Path) -> Path:
    """A copy, which a query that is not held back could damage."""
    return shutil.copytree(folder, tmp_path / "it's [own]")


def test_a_query_is_answered_with_plain_types(evidence: Path) -> None:
    found = run_sql(evidence, "SELECT doc_id, n_patients, therapies FROM studies ORDER BY doc_id")
    assert found["doc_id"].to_list() == ["1", "2", "3"]
    assert found["n_patients"].dtype == "Int64"
    assert found["therapies"].to_list() == [["tisagenlecleucel"], ["blinatumomab", "tisagenlecleucel"], []]


def test_sums_are_whole_numbers_and_dates_are_text(evidence: Path) -> None:
    found = run_sql(evidence, "SELECT sum(n) AS n, 1.5::DECIMAL(4,2) AS d, DATE '2020-01-02' AS day, {'a': 1} AS s, [1.5, NULL] AS l, n > 1 AS b FROM findings GROUP BY ALL ORDER BY n")
    assert str(found["n"].dtype) == "Int64"
    assert found.loc[0, ["d", "day", "s"]].to_list() == [1.5, "2020-01-02", "{'a': 1}"]
    assert found["l"].iloc[0] == [1.5, None]


def test_columns_of_one_name_are_told_apart(evidence: Path) -> None:
    assert list(run_sql(evidence, 'SELECT 1 AS a, 2 AS a, 3 AS "b""c"').columns) == ["a", "a_1", 'b"c']


@pytest.mark.parametrize(
    "query",
    [
        "FROM mentions LIMIT 1", "DESCRIBE mentions", "SHOW TABLES", "SUMMARIZE studies", "EXPLAIN SELECT 1", "explain analyze select 1",
        "-- all\nWITH a AS (SELECT 1 AS x) SELECT * FROM a;", "PIVOT mentions ON label IN ('THERAPY') USING count(*)",
    ],
)  # fmt: skip
def test_what_reads_is_answered(query: str, evidence: Path) -> None:
    assert len(run_sql(evidence, query))


@pytest.mark.parametrize(
    "query",
    [
        "COPY (SELECT 1) TO '{f}/x.csv'",
        "COPY (SELECT 1) TO '{f}/failures.parquet' (USE_TMP_FILE false)",
        "EXPLAIN ANALYZE COPY (SELECT 1) TO '{f}/failures.parquet' (USE_TMP_FILE false)",
        "/* a */ EXPLAIN ANALYZE COPY (SELECT 1) TO '{f}/failures.parquet' (USE_TMP_FILE false)",
        "EXPLAIN /* a */ ANALYZE COPY (SELECT 1) TO '{f}/failures.parquet' (USE_TMP_FILE false)",
        "EXPLAIN (ANALYZE) COPY (SELECT 1) TO '{f}/failures.parquet' (USE_TMP_FILE false)",
        "PREPARE x AS COPY (SELECT 1) TO '{f}/failures.parquet' (USE_TMP_FILE false)",
        "SELECT 1; COPY (SELECT 1) TO '{f}/failures.parquet' (USE_TMP_FILE false)",
        "ATTACH '{f}/x.db'", "INSTALL httpfs", "LOAD httpfs", "SET enable_external_access=true", "RESET allowed_paths", "CREATE TABLE x AS SELECT 1",
        "DROP VIEW mentions", "EXPORT DATABASE '{f}/x'", "PRAGMA version", "CALL enable_logging()", "SELECT * FROM enable_logging()",
        "SELECT * FROM read_csv('/etc/hostname')", "SELECT * FROM read_text('{f}/manifest.json')", "SELECT * FROM glob('/etc/*')", "FROM '{f}/manifest.json'",
        "FROM 'https://example.org/x.parquet'", "FROM read_xlsx('x.xlsx')", "SELECT getenv('PATH')", "FROM frame", "", ";", "-- nothing",
        "FROM query('COPY (SELECT 1) TO ''{f}/x.csv''')", "WITH a AS (INSERT INTO mentions SELECT * FROM mentions RETURNING *) SELECT * FROM a",
    ],
)  # fmt: skip
def test_nothing_beside_the_tables_is_reached_and_nothing_is_written(query: str, own: Path) -> None:
    frame = pd.DataFrame({"a": [1]})  # a variable of the program is no table
    assert run_sql(own, "SELECT count(*) > 0 AS some FROM mentions")["some"].all()
    before = {path.name: path.read_bytes() for path in own.parent.rglob("*") if path.is_file()}
    with pytest.raises(OptionError) as told:
        run_sql(own, query.replace("{f}", str(own).replace("'", "''")))
    assert "\n" not in str(told.value)
    assert {path.name: path.read_bytes() for path in own.parent.rglob("*") if path.is_file()} == before
    assert len(frame) == 1


@pytest.mark.parametrize(
    ("query", "message"),
    [
        ("SELECT labl FROM mentions", 'Referenced column "labl" not found in FROM clause! Candidate bindings: "label"'),
        ("SELECT * FROM mention", 'Table with name mention does not exist! Did you mean "mentions"?'),
        ("SELCT 1", 'syntax error at or near "SELCT"'),
        ("SELECT 1; SELECT 2", "the query holds 2 statements. Give one"),
        ("DELETE FROM mentions", "the query does not only read. Begin it with SELECT, WITH"),
        ("PIVOT mentions ON label USING count(*)", "Name the values of PIVOT"),
        ("SELECT * FROM read_csv('/etc/hostname')", 'Cannot access file "/etc/hostname": a query reads the tables of the folder and nothing else.'),
    ],
)
def test_a_fault_is_one_line_with_the_hint(query: str, message: str, evidence: Path) -> None:
    with pytest.raises(OptionError) as told:
        run_sql(evidence, query)
    assert message in str(told.value)
    assert "\n" not in str(told.value)


def test_a_relative_folder_and_tables_as_csv_can_be_asked(demo: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    annotate_collection([demo / "demo.nbib"], Path("f"), format="csv")
    assert run_sql(Path("f"), "SELECT count(*) > 0 AS some FROM mentions")["some"].to_list() == [True]


def test_a_damaged_table_is_no_fault_of_the_query(own: Path) -> None:
    (own / "mentions.parquet").unlink()
    with pytest.raises(FolderError, match="table mentions is missing"):
        run_sql(own, "SELECT 1")


def test_every_column_is_described(evidence: Path) -> None:
    found = describe_tables(evidence)
    assert found["table"].unique().tolist() == list(TABLES)
    assert found.set_index(["table", "column"]).loc[("findings", "measure"), "meaning"].startswith("incidence")
    assert found.loc[found["table"] == "findings", "rows"].unique().tolist() == [14]
