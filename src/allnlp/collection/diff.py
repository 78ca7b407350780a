"""What a new vocabulary or version changed: two annotated folders of the same documents, row by row."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

import duckdb
import pandas as pd

from allnlp import schema
from allnlp.errors import FolderError
from allnlp.tables import connected, read_manifest

_COMPARED = ("documents", "mentions", "findings", "studies", "concepts")
_OF_MENTION = ("label", "subtype", "concept", "assertion", "n", "role")
_OF_FINDING = (
    "label", "concept", "measure", "grade", "value", "unit", "n", "total", "ci_low", "ci_high", "p_value", "timepoint", "group", "therapy",
    "n_events", "n_patients", "percent", "needs_review",
)  # fmt: skip


class Difference(NamedTuple):
    """Tables of what differs between two folders; the first is *before*, the second *after*.

    Only documents that both have with the same text are compared below ``documents``.
    """

    summary: pd.DataFrame  # what, before, after, same, added, removed, changed, moved
    made_by: pd.DataFrame  # item, before, after: versions, vocabulary and options that differ
    documents: pd.DataFrame  # doc_id, change (only before, only after, text differs), title
    by_concept: pd.DataFrame  # change, cells, label, name and assertion before and after, mentions, documents, example, doc_id
    by_rule: pd.DataFrame  # change, rule_before, rule_after, mentions, documents, example, doc_id
    mentions: pd.DataFrame  # change, doc_id, cells (those that differ), then each of before and after
    findings: pd.DataFrame  # likewise
    studies: pd.DataFrame  # doc_id, cell, before, after
    concepts: pd.DataFrame  # change (new, gone, renamed, relabelled), concept_id; label, name and documents before and after


def compare_folders(before: Path, after: Path) -> Difference:
    """What differs between two annotated folders.

    A mention is *changed* where the same characters mean something else, *moved* where the same concept begins or ends
    elsewhere. A finding is *changed* where the same words, or the same number of the same concept in the document, are read
    otherwise. Corrections of a person are left out: it is the program's own marks that are compared.

    Args:
        before: the older folder.
        after: the newer one.

    Raises:
        FolderError: one is no annotated folder or damaged, or no document is in both.
    """
    with connected(after, *_COMPARED) as other:
        views = other.execute("SELECT view_name, sql FROM duckdb_views() WHERE NOT internal ORDER BY view_name").fetchall()
    with connected(before, *_COMPARED) as database:
        database.execute("CREATE SCHEMA later; SET memory_limit='2GB'")
        for name, sql in views:  # the views of the second folder beside those of the first
            database.execute(f'CREATE VIEW later."{name}" AS {sql.partition(" AS ")[2]}')
        try:
            return _compared(database, before, after)
        except duckdb.Error as error:
            reason = str(error).partition("\n")[0]
            raise FolderError(f"{before} or {after}: a table is damaged ({reason}). Annotate again with --overwrite.") from None


def _compared(database: duckdb.DuckDBPyConnection, before: Path, after: Path) -> Difference:
    documents = _documents(database, before, after)
    mentions, same_mentions = _mentions(database)
    findings, same_findings = _findings(database)
    studies, cells = _studies(database)
    concepts, *named = _concepts(database)
    compared = _one(database, "SELECT count(*) FROM compared")
    summary = pd.DataFrame(
        [
            ("documents", *_rows(database, "documents"), compared, *_counts(documents, _OF_DOCUMENTS)),
            ("mentions", *_rows(database, "mentions"), same_mentions, *_counts(mentions, _CHANGES)),
            ("findings", *_rows(database, "findings"), same_findings, *_counts(findings, _CHANGES)),
            ("study cells", cells, cells, cells - len(studies), 0, 0, len(studies), 0),
            ("concepts", *named, *_counts(concepts, _OF_CONCEPTS)),
        ],
        columns=["what", "before", "after", "same", *_CHANGES],
    )
    facts = made_by(read_manifest(before), read_manifest(after))
    return Difference(summary, facts, documents, _by_concept(mentions), _by_rule(mentions), mentions, findings, studies, concepts)


_CHANGES = ("added", "removed", "changed", "moved")
_OF_DOCUMENTS = ("only after", "only before", "text differs", "")  # the same four of documents
_OF_CONCEPTS = ("new", "gone", "renamed|relabelled", "")


def made_by(before: dict[str, Any], after: dict[str, Any]) -> pd.DataFrame:
    """What of two manifests differs: versions, vocabulary, options, inputs.

    >>> made_by({"versions": {"allnlp": "1"}, "terminology": "a"}, {"versions": {"allnlp": "2"}, "terminology": "a"}).to_dict("records")
    [{'item': 'allnlp', 'before': '1', 'after': '2'}]
    """
    old, new = _facts(before), _facts(after)
    rows = [(name, old.get(name), new.get(name)) for name in dict.fromkeys([*old, *new]) if old.get(name) != new.get(name)]
    return pd.DataFrame(rows, columns=["item", "before", "after"], dtype=object)


def _facts(manifest: dict[str, Any]) -> dict[str, str]:
    files = "; ".join(f"{i.get('file')} (sha256 {str(i.get('sha256'))[:12]})" for i in manifest.get("inputs", ()))
    options = {f"option {name}": str(value) for name, value in sorted(manifest.get("options", {}).items()) if name != "format"}
    made = {"vocabulary": str(manifest.get("terminology")), "schema": str(manifest.get("schema"))}
    return {**dict(sorted(manifest.get("versions", {}).items())), **made, **options, "inputs": files}


def _one(database: duckdb.DuckDBPyConnection, sql: str) -> int:
    return int(database.execute(sql).fetchall()[0][0])


def _rows(database: duckdb.DuckDBPyConnection, table: str) -> tuple[int, int]:
    """Rows of a table before and after: documents without duplicates, else rows of the documents that are compared."""
    kept = "WHERE duplicate_of IS NULL" if table == "documents" else "SEMI JOIN compared USING (doc_id)"
    return _one(database, f"SELECT count(*) FROM main.{table} {kept}"), _one(database, f"SELECT count(*) FROM later.{table} {kept}")


def _counts(frame: pd.DataFrame, changes: Sequence[str]) -> list[int]:
    """Rows of each kind of change; kinds with a bar between them count together."""
    return [int(frame["change"].isin(change.split("|")).sum()) for change in changes]


def _documents(database: duckdb.DuckDBPyConnection, before: Path, after: Path) -> pd.DataFrame:
    """Documents that are not compared, and the table ``compared`` of those that are."""
    database.execute(_COMPARED_DOCUMENTS)
    if _one(database, "SELECT count(*) FROM pairs WHERE change IS NULL OR change = 'text differs'") == 0:
        raise FolderError(f"{before} and {after}: have no document in common, by doc_id. Give two folders of the same records.")
    database.execute("CREATE TEMP TABLE compared AS SELECT doc_id FROM pairs WHERE change IS NULL")
    left_out: pd.DataFrame = database.sql("SELECT change, doc_id, title FROM pairs WHERE change IS NOT NULL ORDER BY change, doc_id").df()
    return left_out


def _mentions(database: duckdb.DuckDBPyConnection) -> tuple[pd.DataFrame, int]:
    """Mentions that differ, and how many do not."""
    cells = (*_OF_MENTION, "concept_id", "name", "start", "end", "text", "sentence", "rule")
    _sides(database, "mentions", "coalesce(concept_id, name)", cells, "start, \"end\", label")
    keys = [
        (("doc_id", "start", "end", *_OF_MENTION), "true"),
        (("doc_id", "start", "end"), "true"),
        (("doc_id", "sentence", "label", "concept"), 'b."start" < a."end" AND a."start" < b."end"'),
    ]
    same = _match(database, keys)
    same_place = 'b."start" = a."start" AND b."end" = a."end"'
    change = f"CASE WHEN b.row IS NULL THEN 'added' WHEN a.row IS NULL THEN 'removed' WHEN {same_place} THEN 'changed' ELSE 'moved' END"
    shown = ("text", "label", "concept_id", "name", "assertion", "n", "role", "start", "end", "rule")
    return _differing(database, change, _OF_MENTION, shown, ("sentence",)), same


def _findings(database: duckdb.DuckDBPyConnection) -> tuple[pd.DataFrame, int]:
    """Findings that differ, and how many do not."""
    cells = (*(c for c in _OF_FINDING if c != "concept"), "concept_id", "start", "end", "evidence", "sentence", "review_reason", "rule")
    order = 'start, "end", measure, value, n'
    _sides(database, "findings", "coalesce(concept_id, concept)", (*cells, "concept", "name"), order, name="concept")
    keys = [
        (("doc_id", *_OF_FINDING), "true"),
        (("doc_id", "start", "end"), "true"),
        (("doc_id", "concept", "value", "n"), "true"),
    ]
    same = _match(database, keys)
    change = "CASE WHEN b.row IS NULL THEN 'added' WHEN a.row IS NULL THEN 'removed' ELSE 'changed' END"
    shown = ("name", "concept_id", *(c for c in _OF_FINDING if c not in ("label", "concept")), "evidence", "review_reason", "rule")
    return _differing(database, change, _OF_FINDING, shown, ("sentence",)), same


def _sides(
    database: duckdb.DuckDBPyConnection, table: str, concept: str, cells: Sequence[str], order: str, *, name: str = "name"
) -> None:
    """The tables ``b`` and ``a``: rows of the compared documents with a number, the concept by its CURIE or else its name."""
    own = {"concept": f"{concept} AS concept", "name": f'"{name}" AS name'}
    selected = ", ".join(own.get(c, f'"{c}"') for c in dict.fromkeys(cells))
    for side, where in (("b", "main"), ("a", "later")):
        database.execute(
            f"CREATE OR REPLACE TEMP TABLE {side} AS SELECT row_number() OVER (ORDER BY doc_id, {order}) AS row, doc_id, {selected}"
            f" FROM {where}.{table} SEMI JOIN compared USING (doc_id)"
        )
    database.execute("CREATE OR REPLACE TEMP TABLE matched (b BIGINT, a BIGINT, is_same BOOLEAN)")


def _match(database: duckdb.DuckDBPyConnection, keys: Sequence[tuple[Sequence[str], str]]) -> int:
    """Fill ``matched`` by one key after another, rows of one key in their order; returns how many the first key matched."""
    for place, (key, condition) in enumerate(keys):
        names = ", ".join(f'"{k}"' for k in key)
        rest = "SELECT *, row_number() OVER (PARTITION BY {0} ORDER BY row) AS nth FROM {1} WHERE row NOT IN (SELECT {1} FROM matched)"
        both = " AND ".join(f'b."{k}" IS NOT DISTINCT FROM a."{k}"' for k in key)
        database.execute(
            f"INSERT INTO matched SELECT b.row, a.row, {place == 0} FROM ({rest.format(names, 'b')}) AS b"
            f" JOIN ({rest.format(names, 'a')}) AS a ON {both} AND b.nth = a.nth WHERE {condition}"
        )
    return _one(database, "SELECT count(*) FROM matched WHERE is_same")


def _differing(
    database: duckdb.DuckDBPyConnection, change: str, compared: Sequence[str], shown: Sequence[str], common: Sequence[str]
) -> pd.DataFrame:
    """Rows that are not the same: the change, the document, which cells differ, and each cell before and after."""
    differs = ", ".join(f"CASE WHEN b.\"{c}\" IS DISTINCT FROM a.\"{c}\" THEN '{c}' END" for c in compared)
    both = ", ".join(f'b."{c}" AS "{c}_before", a."{c}" AS "{c}_after"' for c in shown)
    once = "".join(f'coalesce(a."{c}", b."{c}") AS "{c}", ' for c in common)
    frame = database.sql(
        f"WITH rest AS (SELECT b, a FROM matched WHERE NOT is_same"
        " UNION ALL SELECT row, NULL FROM b WHERE row NOT IN (SELECT b FROM matched)"
        " UNION ALL SELECT NULL, row FROM a WHERE row NOT IN (SELECT a FROM matched))"
        f" SELECT {change} AS change, coalesce(b.doc_id, a.doc_id) AS doc_id, {once}"
        f" CASE WHEN b.row IS NULL OR a.row IS NULL THEN NULL ELSE array_to_string([{differs}], ', ') END AS cells, {both}"
        " FROM rest LEFT JOIN b ON rest.b = b.row LEFT JOIN a ON rest.a = a.row"
        ' ORDER BY doc_id, coalesce(b."start", a."start"), coalesce(b."end", a."end"), change, b.row, a.row'
    ).df()
    return _whole_numbers(frame)


def _concepts(database: duckdb.DuckDBPyConnection) -> tuple[pd.DataFrame, int, int, int]:
    """Concepts of the compared documents that differ; how many there are before and after, and how many do not differ."""
    for side, where in (("b", "main"), ("a", "later")):
        database.execute(_NAMED.format(side=side, where=where))
    sizes = [_one(database, f"SELECT count(*) FROM named_{side}") for side in "ba"]
    same = _one(database, "SELECT count(*) FROM named_b JOIN named_a USING (concept_id, name, label)")
    return _whole_numbers(database.sql(_CONCEPTS).df()), sizes[0], sizes[1], same


_WHOLE = ("n", "total", "n_events", "n_patients", "start", "end", "documents")


def _whole_numbers(frame: pd.DataFrame) -> pd.DataFrame:
    """The frame with whole numbers that may be missing as such."""
    names = [f"{c}_{side}" for c in _WHOLE for side in ("before", "after") if f"{c}_{side}" in frame]
    return frame.astype(dict.fromkeys(names, "Int64"))


def _by_concept(mentions: pd.DataFrame) -> pd.DataFrame:
    keys = ["change", "cells", "label_before", "name_before", "assertion_before", "label_after", "name_after", "assertion_after"]
    return _summed(mentions, keys)


def _by_rule(mentions: pd.DataFrame) -> pd.DataFrame:
    return _summed(mentions, ["change", "rule_before", "rule_after"])


def _summed(mentions: pd.DataFrame, keys: list[str]) -> pd.DataFrame:
    """Mentions and documents of each kind of change, the most frequent first, with the first of them as the example."""
    if mentions.empty:
        return pd.DataFrame(columns=[*keys, "mentions", "documents", "example", "doc_id"])
    shown = mentions.assign(example=mentions["text_after"].fillna(mentions["text_before"]))
    grouped = shown.groupby(keys, dropna=False, sort=True)
    first = {"example": ("example", "first"), "doc_id": ("doc_id", "first")}
    counted = {"mentions": ("doc_id", "size"), "documents": ("doc_id", "nunique"), **first}
    out = grouped.agg(**counted).reset_index()
    return out.sort_values(["mentions", *keys], ascending=[False, *([True] * len(keys))], ignore_index=True, kind="stable")


def _studies(database: duckdb.DuckDBPyConnection) -> tuple[pd.DataFrame, int]:
    """Cells of the study records that differ, and how many cells were compared."""
    cells = [c for c in schema.columns("studies") if c.column != "doc_id" and not c.column.endswith("_sentences")]
    both = "FROM main.studies AS b JOIN later.studies AS a USING (doc_id) SEMI JOIN compared USING (doc_id)"
    one = [
        f"SELECT doc_id, {place} AS place, '{c.column}' AS cell, {_as_text('b', c)} AS before, {_as_text('a', c)} AS after {both}"
        for place, c in enumerate(cells)
    ]
    every = " UNION ALL ".join(one)
    frame: pd.DataFrame = database.sql(
        f"SELECT doc_id, cell, before, after FROM ({every}) WHERE before IS DISTINCT FROM after ORDER BY doc_id, place"
    ).df()
    return frame, _one(database, f"SELECT count(*) {both}") * len(cells)


def _as_text(side: str, column: schema.Column) -> str:
    cell = f'{side}."{column.column}"'
    return f"nullif(array_to_string({cell}, '; '), '')" if column.type.endswith("[]") else f"nullif({cell}::VARCHAR, '')"


_COMPARED_DOCUMENTS = """
CREATE TEMP TABLE pairs AS
SELECT coalesce(b.doc_id, a.doc_id) AS doc_id, coalesce(a.title, b.title) AS title,
       CASE WHEN b.doc_id IS NULL THEN 'only after' WHEN a.doc_id IS NULL THEN 'only before'
            WHEN b.text IS DISTINCT FROM a.text THEN 'text differs' END AS change
FROM (SELECT doc_id, title, text FROM main.documents WHERE duplicate_of IS NULL) AS b
FULL JOIN (SELECT doc_id, title, text FROM later.documents WHERE duplicate_of IS NULL) AS a ON b.doc_id = a.doc_id
"""

_NAMED = """
CREATE TEMP TABLE named_{side} AS
SELECT concept_id, any_value(c.label) AS label, any_value(c.name) AS name, count(DISTINCT m.doc_id) AS documents
FROM {where}.mentions AS m SEMI JOIN compared USING (doc_id) JOIN {where}.concepts AS c USING (concept_id) GROUP BY concept_id
"""

_CONCEPTS = """
SELECT CASE WHEN b.concept_id IS NULL THEN 'new' WHEN a.concept_id IS NULL THEN 'gone'
            WHEN b.name <> a.name THEN 'renamed' ELSE 'relabelled' END AS change,
       coalesce(b.concept_id, a.concept_id) AS concept_id, b.label AS label_before, a.label AS label_after,
       b.name AS name_before, a.name AS name_after, b.documents AS documents_before, a.documents AS documents_after
FROM named_b AS b FULL JOIN named_a AS a ON b.concept_id = a.concept_id
WHERE b.name IS DISTINCT FROM a.name OR b.label IS DISTINCT FROM a.label
ORDER BY change, concept_id
"""
