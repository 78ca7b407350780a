"""Marks that a person corrected: kept apart in ``corrections.parquet``, which no run touches, and put in the place of the machine's.

A row is a mention with the source ``human`` and the rule of the file that it came from, and with the text and the labels
that the person saw. A document in which the person left no mark has one row without one.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import NamedTuple

import duckdb
import pandas as pd

from allnlp import schema
from allnlp.errors import FolderError
from allnlp.schema import Mention
from allnlp.tables import connected
from allnlp.terminology import load

CORRECTIONS = "corrections.parquet"
HUMAN = "human"
CORRECTED_TABLES = ("mentions", "concepts", "findings")  # those that corrections change
NEEDED_TABLES = ("documents", "sentences", "mentions")  # to apply them

_COLUMNS = tuple(c.column for c in schema.columns("mentions"))
_TYPES = {"file": "VARCHAR", "text_sha256": "VARCHAR", "labels": "VARCHAR[]", **{c.column: c.type for c in schema.columns("mentions")}}


class Correction(NamedTuple):
    """A document that a person looked at."""

    doc_id: str
    file: str  # name of the file that brought it
    text_sha256: str  # of the text in which the offsets count
    labels: tuple[str, ...]  # that the person looked for; marks of others stay the machine's
    mentions: tuple[Mention, ...]


def has_corrections(folder: Path) -> bool:
    """Whether a person's corrections lie in the folder, applied or not."""
    return (folder / CORRECTIONS).is_file()


def keep_corrections(folder: Path, corrections: Sequence[Correction]) -> None:
    """Add documents to the corrections of a folder, in the place of what it had of the same documents.

    Raises:
        FolderError: the disk is full, or the corrections of the folder are damaged.
        ValueError: a mention breaks the schema.
    """
    rows = []
    for c in corrections:
        schema.check("mentions", c.mentions)
        seen = {"file": c.file, "text_sha256": c.text_sha256, "labels": list(c.labels)}
        rows += [{**m._asdict(), **seen} for m in c.mentions] or [{**dict.fromkeys(_COLUMNS), **seen, "doc_id": c.doc_id}]
    frame = pd.DataFrame({name: pd.Series([row[name] for row in rows], dtype=object) for name in _TYPES})
    with _database() as database:
        database.register("frame", frame)
        cells = ", ".join(f'CAST("{name}" AS {kind}) AS "{name}"' for name, kind in _TYPES.items())
        database.execute(f"CREATE TEMP TABLE added AS SELECT {cells} FROM frame")
        former = f"SELECT * FROM {_stored(folder)} WHERE doc_id NOT IN (SELECT doc_id FROM added) UNION ALL BY NAME " if has_corrections(folder) else ""
        _write(database, folder, f"{former}SELECT * FROM added")


def remove_corrections(folder: Path, files: Iterable[str] = ()) -> int:
    """Take corrections out of a folder, all or those that came of files of these names; returns the number of documents.

    Raises:
        FolderError: the corrections are damaged.
    """
    if not has_corrections(folder):
        return 0
    wanted = list(files)
    if not wanted:
        try:
            n = len(list_corrections(folder))
        except FolderError:
            n = 0  # damaged; they can be taken away all the same
        (folder / CORRECTIONS).unlink()
        return n
    with _database() as database:
        database.execute(f"CREATE TEMP TABLE kept AS SELECT *, list_contains(?, file) AS is_out FROM {_stored(folder)}", [wanted])
        n, left = database.execute("SELECT count(DISTINCT doc_id) FILTER (is_out), count(*) FILTER (NOT is_out) FROM kept").fetchall()[0]
        if n and left:
            _write(database, folder, "SELECT * EXCLUDE (is_out) FROM kept WHERE NOT is_out")
        elif n:
            (folder / CORRECTIONS).unlink()
    return int(n)


def list_corrections(folder: Path) -> pd.DataFrame:
    """Documents that a person looked at: doc_id, file, mentions, labels, and reason, why they are not applied; null where they are.

    Raises:
        FolderError: no annotated folder, or a damaged one.
    """
    columns = ["doc_id", "file", "mentions", "labels", "reason"]
    if not has_corrections(folder):
        return pd.DataFrame(columns=columns)
    with connected(folder, *NEEDED_TABLES) as database:
        _read(database, folder)
        frame: pd.DataFrame = database.sql("SELECT doc_id, file, mentions, array_to_string(labels, ', ') AS labels, reason FROM seen ORDER BY doc_id").df()
    return frame.astype(object).where(frame.notna(), None)[columns]


def apply_corrections(database: duckdb.DuckDBPyConnection, folder: Path, tables: Sequence[str]) -> None:
    """Put the marks of a person in the place of the machine's, in the views of a connection.

    ``mentions`` then holds, of each document that a person looked at, the person's marks and the machine's of other labels,
    numbered by place; ``findings.mention`` follows, and is null where the person took the mention away; ``concepts`` counts
    what the mentions name.

    Args:
        database: a connection with the views of ``NEEDED_TABLES`` and of ``tables``.
        folder: has corrections.
        tables: views that are wanted.

    Raises:
        FolderError: the corrections are damaged.
    """
    _read(database, folder)
    database.execute(_MERGED.format(columns=", ".join(f'"{c}"' for c in _COLUMNS)))
    database.execute("ALTER VIEW mentions RENAME TO machine_mentions")
    listed = ", ".join(f'"{c}"' for c in _COLUMNS)
    database.execute(
        f"CREATE VIEW mentions AS SELECT {listed} FROM machine_mentions WHERE doc_id NOT IN (SELECT doc_id FROM applied)"
        f" UNION ALL SELECT {listed} FROM corrected_mentions"
    )
    if "findings" in tables:
        database.execute("ALTER VIEW findings RENAME TO machine_findings")
        database.execute(_FINDINGS)
    if "concepts" in tables:
        _recount(database)


def _recount(database: duckdb.DuckDBPyConnection) -> None:
    """The view ``concepts`` with the counts of what the corrections touched; concepts that only a person named come from the vocabulary."""
    database.execute(_TOUCHED)
    unknown = database.execute(
        "SELECT concept_id, min(label), min(name) FROM corrected_mentions WHERE concept_id IS NOT NULL"
        " AND concept_id NOT IN (SELECT concept_id FROM concepts) GROUP BY concept_id ORDER BY concept_id"
    ).fetchall()
    rows = []
    if unknown:
        terminology = load()
        listed = {t.curie: (label, t.name) for _, _, label, t in terminology.terms}
        for curie, label, name in unknown:
            related = [sorted(b.object for b in terminology.broader if (b.curie, b.relation) == (curie, kind)) for kind in ("broader", "targets")]
            identifiers = sorted(i.identifier for i in terminology.identifiers if i.curie == curie)
            rows.append((curie, *listed.get(curie, (label, name)), identifiers, *related))
    database.execute("CREATE TEMP TABLE added_concepts(concept_id VARCHAR, label VARCHAR, name VARCHAR, identifiers VARCHAR[], broader VARCHAR[], targets VARCHAR[])")
    if rows:
        database.executemany("INSERT INTO added_concepts VALUES (?, ?, ?, ?, ?, ?)", rows)
    database.execute("ALTER VIEW concepts RENAME TO machine_concepts")
    database.execute(_CONCEPTS)


def _database() -> duckdb.DuckDBPyConnection:
    database = duckdb.connect(":memory:")
    database.execute("SET threads=1; SET preserve_insertion_order=true; SET pandas_analyze_sample=1000000000")
    return database


def _stored(folder: Path) -> str:
    return f"read_parquet('{_quoted(folder / CORRECTIONS)}')"


def _quoted(path: Path) -> str:
    return str(path).replace("'", "''")


def _write(database: duckdb.DuckDBPyConnection, folder: Path, rows: str) -> None:
    """Replace the file of corrections at once."""
    work = folder / f".{CORRECTIONS}.{os.getpid()}"
    try:
        database.execute(f"CREATE TEMP TABLE ordered AS SELECT * FROM ({rows}) ORDER BY doc_id, mention")
        database.execute(f"COPY ordered TO '{_quoted(work)}' (FORMAT parquet, COMPRESSION zstd)")
        work.replace(folder / CORRECTIONS)
    except (OSError, duckdb.Error) as error:
        reason = getattr(error, "strerror", None) or str(error).partition("\n")[0]
        raise FolderError(f"{folder / CORRECTIONS}: cannot be written ({reason}). Make room, or see whether the file is damaged.") from None
    finally:
        work.unlink(missing_ok=True)


def _read(database: duckdb.DuckDBPyConnection, folder: Path) -> None:
    """The tables ``human``, ``seen`` (a row a document, with the reason why it is not applied) and ``applied``."""
    try:
        database.execute(f"CREATE TEMP TABLE human AS SELECT * FROM {_stored(folder)}")
        database.execute(_SEEN)
    except duckdb.Error as error:
        reason = str(error).partition("\n")[0]
        raise FolderError(
            f"{folder / CORRECTIONS}: damaged ({reason}). Take it away with: allnlp import {folder} --remove; then import the corrections again."
        ) from None
    database.execute("CREATE TEMP TABLE applied AS SELECT doc_id, labels FROM seen WHERE reason IS NULL")


# The text may have been read again from another export: what a person marked still holds where the very words stand there.
_SEEN = """
CREATE TEMP TABLE seen AS
WITH of_document AS (
    SELECT doc_id, any_value(file) AS file, any_value(text_sha256) AS text_sha256, any_value(labels) AS labels, count(mention) AS mentions
    FROM human GROUP BY doc_id
), standing AS (
    SELECT h.doc_id, count(*) FILTER (substring(d.text, h.start + 1, h."end" - h.start) <> h.text) AS fallen
    FROM human AS h JOIN documents AS d USING (doc_id) WHERE h.mention IS NOT NULL GROUP BY h.doc_id
)
SELECT o.doc_id, o.file, o.mentions, o.labels, CASE
    WHEN d.doc_id IS NULL THEN 'the folder has no such document'
    WHEN d.duplicate_of IS NOT NULL THEN 'it is a duplicate of ' || d.duplicate_of
    WHEN sha256(d.text) = o.text_sha256 THEN NULL
    WHEN o.mentions = 0 THEN 'its text has changed'
    WHEN s.fallen > 0 THEN 'its text has changed: ' || s.fallen || ' of ' || o.mentions || ' marks do not stand at their place'
    END AS reason
FROM of_document AS o LEFT JOIN documents AS d USING (doc_id) LEFT JOIN standing AS s USING (doc_id)
"""

# former is the number of the machine's mention of the same label and place
_MERGED = """
CREATE TEMP TABLE corrected_mentions AS
WITH machine AS (SELECT m.*, a.labels FROM mentions AS m JOIN applied AS a USING (doc_id)),
placed AS (
    SELECT h.doc_id, h.mention, max(s.sentence) AS sentence
    FROM human AS h JOIN applied USING (doc_id) JOIN sentences AS s ON s.doc_id = h.doc_id AND s.start <= h.start GROUP BY ALL
), merged AS (
    SELECT {columns}, mention AS former FROM machine WHERE NOT list_contains(labels, label)
    UNION ALL BY NAME
    SELECT h.* EXCLUDE (file, text_sha256, labels) REPLACE (coalesce(p.sentence, 0) AS sentence), m.mention AS former
    FROM human AS h JOIN applied USING (doc_id) LEFT JOIN placed AS p ON p.doc_id = h.doc_id AND p.mention = h.mention
    LEFT JOIN machine AS m ON m.doc_id = h.doc_id AND m.label = h.label AND m.start = h.start AND m."end" = h."end"
    WHERE h.mention IS NOT NULL
)
SELECT * REPLACE (row_number() OVER (PARTITION BY doc_id ORDER BY start, "end" DESC, label) - 1 AS mention) FROM merged ORDER BY doc_id, mention
"""

_FINDINGS = """
CREATE VIEW findings AS
SELECT f.* REPLACE (CASE WHEN f.doc_id IN (SELECT doc_id FROM applied) THEN c.mention ELSE f.mention END AS mention)
FROM machine_findings AS f LEFT JOIN corrected_mentions AS c ON c.doc_id = f.doc_id AND c.former = f.mention
"""

_TOUCHED = """
CREATE TEMP TABLE touched AS
SELECT concept_id FROM machine_mentions SEMI JOIN applied USING (doc_id) WHERE concept_id IS NOT NULL AND label <> 'EVENT'
UNION SELECT concept_id FROM corrected_mentions WHERE concept_id IS NOT NULL AND label <> 'EVENT'
"""

_CONCEPTS = """
CREATE TEMP TABLE recounted AS
WITH own AS (
    SELECT m.concept_id, m.doc_id, m.text, m.assertion, d.year FROM mentions AS m SEMI JOIN touched USING (concept_id) JOIN documents AS d USING (doc_id)
    WHERE m.label <> 'EVENT'
), forms AS (
    SELECT concept_id, list(text || ': ' || n ORDER BY n DESC, text)[1:20] AS forms
    FROM (SELECT concept_id, text, count(*) AS n FROM own GROUP BY ALL) GROUP BY concept_id
), counts AS (
    SELECT concept_id, count(DISTINCT doc_id) AS n_documents, count(*) AS n_mentions, count(*) FILTER (assertion = 'negated') AS n_negated,
        min(year) AS first_year, max(year) AS last_year
    FROM own GROUP BY concept_id
)
SELECT * FROM counts JOIN forms USING (concept_id);
CREATE VIEW concepts AS
SELECT * FROM machine_concepts WHERE concept_id NOT IN (SELECT concept_id FROM touched)
UNION ALL
SELECT c.concept_id, c.label, c.name, c.identifiers, c.broader, c.targets, r.forms, r.n_documents, r.n_mentions, r.n_negated, r.first_year, r.last_year
FROM (SELECT concept_id, label, name, identifiers, broader, targets FROM machine_concepts UNION ALL BY NAME SELECT * FROM added_concepts) AS c
JOIN recounted AS r USING (concept_id)
"""
