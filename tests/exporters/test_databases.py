"""A selection as a SQLite and as a DuckDB file."""

from __future__ import annotations

import json
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import duckdb
import pytest

from allnlp import schema
from allnlp.collection.filters import Filters
from allnlp.collection.reviews import keep_review
from allnlp.collection.selection import Selection, select
from allnlp.exporters.databases import write_duckdb, write_sqlite
from allnlp.exporters.table import TABLES


@pytest.fixture(scope="module")
def selection(evidence: Path) -> Selection:
    return select(evidence)


def test_sqlite_has_every_row_and_keys_that_hold(selection: Selection, tmp_path: Path) -> None:
    write_sqlite(selection, tmp_path / "f.sqlite")
    with closing(sqlite3.connect(tmp_path / "f.sqlite")) as database:
        for table in TABLES:
            assert database.execute(f"SELECT count(*) FROM {table}").fetchone() == (len(getattr(selection, table)),)
        assert database.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert database.execute("PRAGMA foreign_key_check").fetchall() == []
        indexes = {row[0] for row in database.execute("SELECT name FROM sqlite_master WHERE type = 'index'")}
        assert {"mentions_concept_id", "findings_concept_id", "findings_therapy_id", "documents_year"} <= indexes
        key = database.execute("SELECT name FROM pragma_index_info('sqlite_autoindex_mentions_1')").fetchall()
        assert key == [("doc_id",), ("mention",)]
        n_columns = sum(len(schema.columns(t)) for t in TABLES)
        assert database.execute("SELECT count(*) FROM data_dictionary").fetchone() == (n_columns,)


def test_sqlite_lists_are_json_and_nulls_are_null(selection: Selection, tmp_path: Path) -> None:
    documents = selection.documents.assign(authors=[["Muster, É", 'B "x"']] * len(selection.documents))
    write_sqlite(selection._replace(documents=documents), tmp_path / "f.sqlite")
    with closing(sqlite3.connect(tmp_path / "f.sqlite")) as database:
        authors, journal = database.execute("SELECT authors, mesh_terms FROM documents").fetchone()
        assert (json.loads(authors), json.loads(journal)) == (["Muster, É", 'B "x"'], [])
        kinds = "SELECT typeof(grade), typeof(value), typeof(needs_review) FROM findings WHERE grade IS NULL"
        assert database.execute(kinds).fetchone() == ("null", "real", "integer")


def test_views_give_the_sentence_of_each_finding_after_an_emoji_too(selection: Selection, tmp_path: Path) -> None:
    write_sqlite(selection, tmp_path / "f.sqlite")
    write_duckdb(selection, tmp_path / "f.duckdb")
    asked = "SELECT evidence, sentence_text FROM finding_sentences WHERE doc_id = '1' ORDER BY finding"
    with closing(sqlite3.connect(tmp_path / "f.sqlite")) as database:
        rows = database.execute(asked).fetchall()
    with duckdb.connect(str(tmp_path / "f.duckdb"), read_only=True) as other:
        assert other.execute(asked).fetchall() == rows
    assert len(rows) == 9
    assert all(evidence in text for evidence, text in rows)


def test_duckdb_has_the_types_of_the_schema_and_the_same_rows_each_time(selection: Selection, tmp_path: Path) -> None:
    rows = []
    for name in "ab":
        write_duckdb(selection, tmp_path / f"{name}.duckdb")
        with duckdb.connect(str(tmp_path / f"{name}.duckdb"), read_only=True) as database:
            for table in TABLES:
                found = [row[:2] for row in database.execute(f"DESCRIBE {table}").fetchall()]
                assert found == [(c.column, c.type) for c in schema.columns(table)]
            rows.append([database.execute(f"SELECT * FROM {table}").fetchall() for table in TABLES])
    assert rows[0] == rows[1]


def test_what_reviewers_said_of_the_documents_goes_along(evidence: Path, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(evidence, tmp_path / "own"))
    one, two, *_ = select(folder).documents["doc_id"]
    keep_review(folder, one, is_read=True, decision="excluded", note="no children", reviewer="AB", made_at="2026-01-02T03:04:05+00:00")
    keep_review(folder, two, is_read=True, reviewer="AB", made_at="2026-01-02T03:04:05+00:00")
    chosen = select(folder)
    chosen = chosen._replace(documents=chosen.documents[chosen.documents["doc_id"] != two])
    write_sqlite(chosen, tmp_path / "f.sqlite")
    write_duckdb(chosen, tmp_path / "f.duckdb")
    with closing(sqlite3.connect(tmp_path / "f.sqlite")) as database, duckdb.connect(str(tmp_path / "f.duckdb"), read_only=True) as other:
        asked = "SELECT doc_id, is_read, decision, note, reviewer FROM reviews"
        assert database.execute(asked).fetchall() == other.execute(asked).fetchall() == [(one, 1, "excluded", "no children", "AB")]
        meanings = "SELECT count(*) FROM data_dictionary WHERE \"table\" = 'reviews'"
        assert database.execute(meanings).fetchall() == other.execute(meanings).fetchall() == [(6,)]
        assert database.execute("PRAGMA foreign_key_list(reviews)").fetchone()[2:5] == ("documents", "doc_id", "doc_id")


def test_the_same_selection_is_the_same_bytes_of_sqlite(selection: Selection, tmp_path: Path) -> None:
    for name in "ab":
        write_sqlite(selection, tmp_path / f"{name}.sqlite")
    write_sqlite(selection, tmp_path / "b.sqlite")
    assert (tmp_path / "a.sqlite").read_bytes() == (tmp_path / "b.sqlite").read_bytes()
    assert sorted(p.name for p in tmp_path.iterdir()) == ["a.sqlite", "b.sqlite"]


def test_an_empty_selection_has_its_tables(evidence: Path, tmp_path: Path) -> None:
    nothing = select(evidence, Filters(years=(1900, 1901)))
    assert nothing.documents.empty
    write_sqlite(nothing, tmp_path / "f.sqlite")
    write_duckdb(nothing, tmp_path / "f.duckdb")
    with closing(sqlite3.connect(tmp_path / "f.sqlite")) as database:
        assert database.execute("SELECT count(*) FROM findings").fetchone() == (0,)


def test_a_place_that_cannot_be_written_is_an_error_of_the_system(selection: Selection, tmp_path: Path) -> None:
    for write in (write_sqlite, write_duckdb):
        with pytest.raises(OSError, match="none"):
            write(selection, tmp_path / "none" / "f.db")
