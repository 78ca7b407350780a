"""Marks that a person corrected: kept apart in ``corrections.parquet``, which no run touches, and put in the place of the machine's.

A row is a mention with the source ``human`` and the rule of the file that it came from, and with the text and the labels
that the person saw. A document in which the person left no mark has one row without one. A row with an ``action`` is an
edit of a single mark or finding, see ``edits``; it says nothing of the rest of its document.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import NamedTuple

import duckdb
import pandas as pd

from allnlp import schema
from allnlp.collection.kept_files import locked, own_database, quoted, read_settled, write_rows
from allnlp.errors import FolderError
from allnlp.schema import Mention
from allnlp.tables import connected
from allnlp.terminology import load

CORRECTIONS = "corrections.parquet"
HUMAN = "human"
CORRECTED_TABLES = ("mentions", "concepts", "findings")  # those that corrections change
NEEDED_TABLES = ("documents", "sentences", "mentions")  # to apply them
SUPERSEDED = "the whole document was corrected later"  # begins the reason of an edit that a later word on its document has in it

_COLUMNS = tuple(c.column for c in schema.columns("mentions"))
_OF_EDITS = ("action", "finding", "reviewer", "made_at", "note", "superseded_by")
_TYPES = {
    "file": "VARCHAR", "text_sha256": "VARCHAR", "labels": "VARCHAR[]", **{c.column: c.type for c in schema.columns("mentions")},
    **dict.fromkeys(_OF_EDITS, "VARCHAR"),
}  # fmt: skip


class Correction(NamedTuple):
    """A document that a person looked at."""

    doc_id: str
    file: str  # name of the file that brought it
    text_sha256: str  # of the text in which the offsets count
    labels: tuple[str, ...]  # that the person looked for; marks of others stay the machine's
    mentions: tuple[Mention, ...]
    reviewer: str | None = None
    made_at: str | None = None  # ISO, UTC; where it is known


def has_corrections(folder: Path) -> bool:
    """Whether a person's corrections lie in the folder, applied or not."""
    return (folder / CORRECTIONS).is_file()


def keep_corrections(folder: Path, corrections: Sequence[Correction]) -> None:
    """Add documents to the corrections of a folder, in the place of what it had of the same documents.

    Edits of single marks stay where they are, but those of the labels looked for do not count any more: the later word is the document's.

    Raises:
        FolderError: the disk is full, or the corrections of the folder are damaged.
        ValueError: a mention breaks the schema.
    """
    rows = []
    for c in corrections:
        schema.check("mentions", c.mentions)
        seen = {"file": c.file, "text_sha256": c.text_sha256, "labels": list(c.labels), "reviewer": c.reviewer, "made_at": c.made_at}
        rows += [{**m._asdict(), **seen} for m in c.mentions] or [{**dict.fromkeys(_COLUMNS), **seen, "doc_id": c.doc_id}]
    with locked(folder), own_database() as database:
        add_rows(database, rows)
        former = f"""
            SELECT k.* REPLACE (CASE WHEN k.finding IS NULL AND list_contains(a.labels, k.label) THEN a.file ELSE k.superseded_by END AS superseded_by)
            FROM {stored(folder)} AS k LEFT JOIN (SELECT DISTINCT doc_id, file, labels FROM added) AS a USING (doc_id)
            WHERE k.action IS NOT NULL OR a.doc_id IS NULL UNION ALL BY NAME"""
        write_kept(database, folder, f"{former if has_corrections(folder) else ''} SELECT * FROM added")


def add_rows(database: duckdb.DuckDBPyConnection, rows: Sequence[dict[str, object]]) -> None:
    """The table ``added`` of rows by column; a column that a row lacks is null."""
    frame = pd.DataFrame({name: pd.Series([row.get(name) for row in rows], dtype=object) for name in _TYPES})
    database.register("frame", frame)
    cells = ", ".join(f'CAST("{name}" AS {kind}) AS "{name}"' for name, kind in _TYPES.items())
    database.execute(f"CREATE TEMP TABLE added AS SELECT {cells} FROM frame")


def stored(folder: Path) -> str:
    """The rows of the file, for a statement of SQL; columns that an older file lacks are null."""
    cells = ", ".join(f'CAST(NULL AS {kind}) AS "{name}"' for name, kind in _TYPES.items())
    if not has_corrections(folder):
        return f"(SELECT {cells} WHERE false)"
    return f"(SELECT {cells} WHERE false UNION ALL BY NAME SELECT * FROM read_parquet('{quoted(folder / CORRECTIONS)}'))"


def write_kept(database: duckdb.DuckDBPyConnection, folder: Path, rows: str) -> None:
    """Replace the file of corrections at once; without a row it is taken away.

    Raises:
        FolderError: the disk is full, or the corrections of the folder are damaged.
    """
    order = ', '.join(("doc_id", "action NULLS FIRST", "mention", "start", '"end"', "label", "finding NULLS FIRST"))
    write_rows(database, folder / CORRECTIONS, f"SELECT * FROM ({rows}) ORDER BY {order}")


def remove_corrections(folder: Path, files: Iterable[str] = (), *, documents: Sequence[str] = ()) -> int:
    """Take documents out of the corrections of a folder, all or some; edits of single marks stay, unless ``files`` names ``edits``.

    Args:
        folder: the annotated folder.
        files: names of files whose corrections are taken away.
        documents: of which corrections are taken away.

    Returns:
        The number of documents.

    Raises:
        FolderError: the corrections are damaged, and only some are to be taken away.
    """
    if not has_corrections(folder):
        return 0
    wanted = list(files)
    is_out = "list_contains(?, doc_id) AND action IS NULL" if documents else "list_contains(?, file)" if wanted else "len(?) = 0 AND action IS NULL"
    with locked(folder), own_database() as database:
        try:
            database.execute(f"CREATE TEMP TABLE kept AS SELECT *, {is_out} AS is_out FROM {stored(folder)}", [list(documents) or wanted])
        except duckdb.Error as error:
            if wanted or documents:
                raise _damaged(folder, error) from None
            (folder / CORRECTIONS).unlink()  # damaged; they can be taken away all the same
            return 0
        n = database.execute("SELECT count(DISTINCT doc_id) FILTER (is_out) FROM kept").fetchall()[0][0]
        if n:
            write_kept(database, folder, _LEFT)
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
        read_kept(database, folder)
        frame: pd.DataFrame = database.sql("SELECT doc_id, file, mentions, array_to_string(labels, ', ') AS labels, reason FROM seen ORDER BY doc_id").df()
    return frame.astype(object).where(frame.notna(), None)[columns]


def apply_corrections(database: duckdb.DuckDBPyConnection, folder: Path, tables: Sequence[str]) -> None:
    """Put the marks of a person in the place of the machine's, in the views of a connection.

    ``mentions`` then holds, of each document that a person looked at, the person's marks and the machine's of other labels,
    numbered by place; of edits those that count. ``findings`` lacks those that a person judged wrong; ``findings.mention``
    follows, and is null where the person took the mention away; ``concepts`` counts what the mentions name.

    Args:
        database: a connection with the views of ``NEEDED_TABLES`` and of ``tables``.
        folder: has corrections.
        tables: views that are wanted.

    Raises:
        FolderError: the corrections are damaged.
    """
    read_kept(database, folder)
    database.execute(_MERGED.format(columns=", ".join(f'"{c}"' for c in _COLUMNS)))
    database.execute("ALTER VIEW mentions RENAME TO machine_mentions")
    listed = ", ".join(f'"{c}"' for c in _COLUMNS)
    database.execute(
        f"CREATE VIEW mentions AS SELECT {listed} FROM machine_mentions WHERE doc_id NOT IN (SELECT doc_id FROM applied)"
        f" UNION ALL SELECT {listed} FROM corrected_mentions"
    )
    if "findings" in tables:
        judge_findings(database)
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


def _damaged(folder: Path, error: duckdb.Error) -> FolderError:
    reason = str(error).partition("\n")[0]
    return FolderError(
        f"{folder / CORRECTIONS}: damaged ({reason}). Take it away with: allnlp import {folder} --remove; then import the corrections again."
    )


def read_kept(database: duckdb.DuckDBPyConnection, folder: Path) -> None:
    """The tables ``human``, ``seen`` (a row a document), ``told_edits`` and ``applied`` (documents whose mentions are not all the machine's).

    ``seen`` and ``told_edits`` have the reason why what they say is not applied, null where it is; ``told_edits.stands`` says
    whether the words stand at their place.

    Raises:
        FolderError: the corrections are damaged.
    """

    def ask() -> None:
        database.execute(f"CREATE OR REPLACE TEMP TABLE own_rows AS SELECT *, row_number() OVER () AS kept_row FROM {stored(folder)}")

    try:
        read_settled(folder / CORRECTIONS, ask)
        database.execute("CREATE TEMP TABLE human AS SELECT * FROM own_rows WHERE action IS NULL")
        database.execute("CREATE TEMP TABLE own_documents AS SELECT doc_id, text, duplicate_of FROM documents SEMI JOIN own_rows USING (doc_id)")
        database.execute(_SEEN)
        database.execute(_TOLD_EDITS)
    except duckdb.Error as error:
        raise _damaged(folder, error) from None
    database.execute(_APPLIED)


def finding_words(name: str, start: str, end: str) -> str:
    """The words that tell a finding ``f`` from the others of its document, for a statement of SQL: concept, number and place.

    Args:
        name: expression of its concept's name.
        start: expression of its first code point.
        end: expression of the code point after its last.
    """
    stated = ("'grade ' || f.grade", "format('{:.10g}', f.value) || coalesce(' ' || f.unit, '')", "'n ' || f.n", "'of ' || f.total", "f.timepoint")
    return f"concat_ws(', ', {name} || ': ' || f.measure, {', '.join(stated)}, 'group ' || f.\"group\", 'at ' || {start} || '-' || {end})"


def judge_findings(database: duckdb.DuckDBPyConnection, folder: Path | None = None) -> None:
    """The table ``judged_findings``: of each edit that stands the machine's finding that it means, by the number that it has now.

    Args:
        database: a connection with the view ``findings``.
        folder: its corrections are read first; None where they were.

    Raises:
        FolderError: the corrections are damaged.
    """
    if folder is not None:
        read_kept(database, folder)
    database.execute(_JUDGED_FINDINGS.format(words=finding_words("e.name", "e.start", 'e."end"')))


# An edit that a document taken away had superseded counts again.
_LEFT = """
SELECT k.* EXCLUDE (is_out) REPLACE (CASE WHEN o.doc_id IS NULL THEN k.superseded_by END AS superseded_by)
FROM kept AS k LEFT JOIN (SELECT DISTINCT doc_id, file FROM kept WHERE is_out AND action IS NULL) AS o ON o.doc_id = k.doc_id AND o.file = k.superseded_by
WHERE NOT k.is_out
"""

# The text may have been read again from another export: what a person marked still holds where the very words stand there.
_SEEN = """
CREATE TEMP TABLE seen AS
WITH of_document AS (
    SELECT doc_id, any_value(file) AS file, any_value(text_sha256) AS text_sha256, any_value(labels) AS labels, count(mention) AS mentions
    FROM human GROUP BY doc_id
), standing AS (
    SELECT h.doc_id, count(*) FILTER (substring(d.text, h.start + 1, h."end" - h.start) <> h.text) AS fallen
    FROM human AS h JOIN own_documents AS d USING (doc_id) WHERE h.mention IS NOT NULL GROUP BY h.doc_id
)
SELECT o.doc_id, o.file, o.mentions, o.labels, CASE
    WHEN d.doc_id IS NULL THEN 'the folder has no such document'
    WHEN d.duplicate_of IS NOT NULL THEN 'it is a duplicate of ' || d.duplicate_of
    WHEN sha256(d.text) = o.text_sha256 THEN NULL
    WHEN o.mentions = 0 THEN 'its text has changed'
    WHEN s.fallen > 0 THEN 'its text has changed: ' || s.fallen || ' of ' || o.mentions || ' marks do not stand at their place'
    END AS reason
FROM of_document AS o LEFT JOIN own_documents AS d USING (doc_id) LEFT JOIN standing AS s USING (doc_id)
"""

# Where the whole document was corrected later, an edit of a label that was looked for does not count.
_TOLD_EDITS = f"""
CREATE TEMP TABLE told_edits AS
SELECT e.*, coalesce(d.duplicate_of IS NULL AND substring(d.text, e.start + 1, e."end" - e.start) = e.text, false) AS stands, CASE
    WHEN d.doc_id IS NULL THEN 'the folder has no such document'
    WHEN d.duplicate_of IS NOT NULL THEN 'it is a duplicate of ' || d.duplicate_of
    WHEN substring(d.text, e.start + 1, e."end" - e.start) <> e.text THEN 'its text has changed: ''' || e.text || ''' does not stand at its place'
    WHEN e.superseded_by IS NOT NULL AND e.action IN ('mark', 'wrong') AND s.doc_id IS NOT NULL THEN '{SUPERSEDED}: ' || e.superseded_by
    END AS reason
FROM own_rows AS e LEFT JOIN own_documents AS d USING (doc_id) LEFT JOIN (SELECT doc_id FROM seen WHERE reason IS NULL) AS s USING (doc_id)
WHERE e.action IS NOT NULL
"""

_APPLIED = """
CREATE TEMP TABLE applied AS
SELECT doc_id, labels FROM seen WHERE reason IS NULL
UNION ALL
SELECT DISTINCT doc_id, CAST([] AS VARCHAR[]) FROM told_edits
WHERE reason IS NULL AND finding IS NULL AND action IN ('mark', 'wrong') AND doc_id NOT IN (SELECT doc_id FROM seen WHERE reason IS NULL)
"""

# The finding of the same concept and numbers that shares characters with the one that was judged; the nearest, where there are several.
_JUDGED_FINDINGS = """
CREATE TEMP TABLE judged_findings AS
SELECT e.kept_row, e.doc_id, e.action, f.finding FROM told_edits AS e JOIN findings AS f
ON f.doc_id = e.doc_id AND f.start < e."end" AND e.start < f."end" AND (f.concept_id = e.concept_id OR f.concept = e.name) AND {words} = e.finding
WHERE e.reason IS NULL QUALIFY row_number() OVER (PARTITION BY e.kept_row ORDER BY abs(f.start - e.start), f.finding) = 1
"""

# former is the number of the machine's mention of the same label and place
_MERGED = """
CREATE TEMP TABLE corrected_mentions AS
WITH machine AS (SELECT m.*, a.labels FROM mentions AS m JOIN applied AS a USING (doc_id)),
edited AS (SELECT * FROM told_edits WHERE reason IS NULL AND finding IS NULL AND action IN ('mark', 'wrong')),
own AS (
    SELECT h.kept_row, {columns} FROM human AS h SEMI JOIN (SELECT doc_id FROM seen WHERE reason IS NULL) AS s USING (doc_id)
    ANTI JOIN edited AS e USING (doc_id, label, start, "end") WHERE h.mention IS NOT NULL
    UNION ALL
    SELECT kept_row, {columns} FROM edited WHERE action = 'mark'
), placed AS (
    SELECT o.kept_row, max(s.sentence) AS sentence FROM own AS o JOIN sentences AS s ON s.doc_id = o.doc_id AND s.start <= o.start GROUP BY ALL
), merged AS (
    SELECT {columns}, mention AS former FROM machine ANTI JOIN edited AS e USING (doc_id, label, start, "end") WHERE NOT list_contains(labels, label)
    UNION ALL BY NAME
    SELECT o.* EXCLUDE (kept_row) REPLACE (coalesce(p.sentence, 0) AS sentence), m.mention AS former
    FROM own AS o LEFT JOIN placed AS p USING (kept_row)
    LEFT JOIN machine AS m ON m.doc_id = o.doc_id AND m.label = o.label AND m.start = o.start AND m."end" = o."end"
)
SELECT * REPLACE (row_number() OVER (PARTITION BY doc_id ORDER BY start, "end" DESC, label) - 1 AS mention) FROM merged ORDER BY doc_id, mention
"""

_FINDINGS = """
CREATE VIEW findings AS
SELECT f.* REPLACE (CASE WHEN f.doc_id IN (SELECT doc_id FROM applied) THEN c.mention ELSE f.mention END AS mention)
FROM machine_findings AS f LEFT JOIN corrected_mentions AS c ON c.doc_id = f.doc_id AND c.former = f.mention
ANTI JOIN (SELECT doc_id, finding FROM judged_findings WHERE action = 'wrong') AS w ON w.doc_id = f.doc_id AND w.finding = f.finding
"""

# Concepts of which a mention came, went or changed.
_TOUCHED = """
CREATE TEMP TABLE touched AS
WITH before AS (SELECT doc_id, start, "end", text, label, concept_id, assertion FROM machine_mentions SEMI JOIN applied USING (doc_id)),
after AS (SELECT doc_id, start, "end", text, label, concept_id, assertion FROM corrected_mentions)
SELECT DISTINCT concept_id FROM ((FROM before EXCEPT FROM after) UNION ALL (FROM after EXCEPT FROM before)) WHERE concept_id IS NOT NULL AND label <> 'EVENT'
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
