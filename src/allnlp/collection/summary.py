"""What a folder holds: records and what became of them, completeness, mentions by label, frequent concepts."""

from __future__ import annotations

from pathlib import Path
from typing import Any, NamedTuple

import duckdb
import pandas as pd

from allnlp.collection.corrections import SUPERSEDED, list_corrections
from allnlp.collection.edits import list_edits
from allnlp.collection.folder import asked
from allnlp.collection.reviews import read_reviews
from allnlp.errors import FolderError
from allnlp.schema import LABELS
from allnlp.tables import MANIFEST, read_manifest


class Summary(NamedTuple):
    """Tables of a folder's main information; each a DataFrame, in the order in which a report shows them."""

    information: pd.DataFrame  # item, value
    completeness: pd.DataFrame  # field, documents, share
    labels: pd.DataFrame  # label, mentions, documents, concepts, unlinked, negated, hypothetical, historical
    concepts: pd.DataFrame  # label, concept_id, name, documents, mentions, negated, first_year, last_year
    failures: pd.DataFrame  # source_file, source_record, step, error


def summarise(folder: Path, *, top: int = 5) -> Summary:
    """Main information of an annotated folder; duplicates are left out of every count but their own.

    Args:
        folder: the annotated folder.
        top: concepts shown for each label.

    Raises:
        FolderError: no annotated folder, or a damaged one.
    """
    manifest = read_manifest(folder)
    with asked(folder, "documents", "mentions", "concepts", "findings", "failures") as database:
        database.execute("CREATE VIEW unique_documents AS SELECT * FROM documents WHERE duplicate_of IS NULL")
        try:
            doubtful = [_doubtful(database, table) for table in ("mentions", "findings")]
            information = _information(manifest, _years(database), _of_context(database), *doubtful)
        except (KeyError, TypeError) as error:
            raise FolderError(f"{folder / MANIFEST}: damaged, no {error}. Annotate again with --overwrite.") from None
        information = pd.concat([information, _corrected(folder)], ignore_index=True)
        completeness = database.sql(_COMPLETENESS).df()
        order = ", ".join(f"('{label}', {i})" for i, label in enumerate(LABELS))
        database.execute(f"CREATE TABLE label_order AS SELECT * FROM (VALUES {order}) AS o(label, place)")
        labels = database.sql(_LABELS).df()
        concepts = database.execute(_CONCEPTS, [top]).df()
        failures = database.sql("SELECT source_file, source_record, step, error FROM failures").df()
    return Summary(information, completeness, labels, concepts, failures)


def _years(database: duckdb.DuckDBPyConnection) -> tuple[Any, ...]:
    return database.execute("SELECT min(year), max(year) FROM unique_documents").fetchall()[0]


def _of_context(database: duckdb.DuckDBPyConnection) -> int:
    """Mentions whose label is none of the six."""
    of_six = ", ".join(f"'{label}'" for label in LABELS)
    return int(database.execute(f"SELECT count(*) FROM mentions WHERE label NOT IN ({of_six})").fetchall()[0][0])


def _doubtful(database: duckdb.DuckDBPyConnection, table: str) -> int:
    return int(database.execute(f"SELECT count(*) FILTER (needs_review) FROM {table}").fetchall()[0][0])


def _information(manifest: dict[str, Any], years: tuple[Any, ...], of_context: int, doubtful: int, doubtful_findings: int) -> pd.DataFrame:
    counts = manifest["counts"]
    rows = [
        ("records read", counts["read"]),
        ("documents annotated", counts["annotated"]),
        ("duplicates", counts["duplicates"]),
        ("records without text", counts["without_text"]),
        ("documents without abstract", counts["without_abstract"]),
        ("records that failed", counts["failed"]),
        ("files that could not be read", counts["files_failed"]),
        ("years", f"{years[0]}-{years[1]}" if years[0] is not None else "unknown"),
        ("mentions", counts["mentions"]),
        ("of them context, as CONSTRUCT or PROCEDURE", of_context),
        ("mentions to review", doubtful),
        ("concepts", counts["concepts"]),
        ("findings", counts["findings"]),
        ("findings to review", doubtful_findings),
        ("input files", len(manifest["inputs"])),
        ("allnlp", manifest["versions"]["allnlp"]),
        ("terminology", manifest["terminology"]),
    ]
    return pd.DataFrame([(item, str(value)) for item, value in rows], columns=["item", "value"])


def _corrected(folder: Path) -> pd.DataFrame:
    """What a person corrected, edited, judged and reviewed, and what of it does not fit the text; nothing where there is none."""
    found, edits, reviews = list_corrections(folder), list_edits(folder), read_reviews(folder)
    n_lost = int(found["reason"].notna().sum())
    is_judgement = edits["action"].isin(["right", "partly"])
    is_settled = edits["reason"].fillna("").str.startswith(SUPERSEDED)
    rows = [
        ("documents corrected by a person", len(found) - n_lost),
        ("corrections not applied, see allnlp import DIR --list", n_lost),
        ("marks and findings edited by a person", int((edits["is_applied"] & ~is_judgement).sum())),
        ("marks and findings judged right or partly right", int((edits["is_applied"] & is_judgement).sum())),
        ("edits and judgements not applied, see allnlp import DIR --list", int((~edits["is_applied"] & ~is_settled).sum())),
        ("documents read by a reviewer", int(reviews["is_read"].sum())),
        ("documents included by a reviewer", int((reviews["decision"] == "included").sum())),
        ("documents excluded by a reviewer", int((reviews["decision"] == "excluded").sum())),
        ("documents with a note", int(reviews["note"].notna().sum())),
    ]
    return pd.DataFrame([(item, str(n)) for item, n in rows if n], columns=["item", "value"])


_COMPLETENESS = """
WITH n AS (SELECT count(*) AS total FROM unique_documents)
SELECT field, documents, CASE WHEN total = 0 THEN 0 ELSE documents / total END AS share
FROM n, (
    SELECT 1 AS place, 'abstract' AS field, count(*) FILTER (abstract <> '') AS documents FROM unique_documents
    UNION ALL SELECT 2, 'title', count(*) FILTER (title <> '') FROM unique_documents
    UNION ALL SELECT 3, 'year', count(year) FROM unique_documents
    UNION ALL SELECT 4, 'journal', count(journal) FROM unique_documents
    UNION ALL SELECT 5, 'authors', count(*) FILTER (len(authors) > 0) FROM unique_documents
    UNION ALL SELECT 6, 'pmid', count(pmid) FROM unique_documents
    UNION ALL SELECT 7, 'doi', count(doi) FROM unique_documents
    UNION ALL SELECT 8, 'mesh_terms', count(*) FILTER (len(mesh_terms) > 0) FROM unique_documents
    UNION ALL SELECT 9, 'keywords', count(*) FILTER (len(keywords) > 0) FROM unique_documents
    UNION ALL SELECT 10, 'publication_types', count(*) FILTER (len(publication_types) > 0) FROM unique_documents
) ORDER BY place
"""

_LABELS = """
SELECT label, count(*) AS mentions, count(DISTINCT doc_id) AS documents, count(DISTINCT concept_id) AS concepts,
    count(*) FILTER (concept_id IS NULL) AS unlinked, count(*) FILTER (assertion = 'negated') AS negated,
    count(*) FILTER (assertion = 'hypothetical') AS hypothetical, count(*) FILTER (assertion = 'historical') AS historical
FROM mentions JOIN label_order USING (label) GROUP BY label, place ORDER BY place
"""

_CONCEPTS = """
WITH named AS (
    SELECT m.label, m.concept_id, any_value(c.name) AS name, count(DISTINCT m.doc_id) AS documents, count(*) AS mentions,
        count(*) FILTER (m.assertion = 'negated') AS negated, min(d.year) AS first_year, max(d.year) AS last_year
    FROM mentions AS m JOIN concepts AS c USING (concept_id) JOIN unique_documents AS d USING (doc_id)
    GROUP BY m.label, m.concept_id
)
SELECT label, concept_id, name, documents, mentions, negated, first_year, last_year
FROM named JOIN label_order USING (label)
QUALIFY row_number() OVER (PARTITION BY label ORDER BY documents DESC, mentions DESC, concept_id) <= ?
ORDER BY place, documents DESC, mentions DESC, concept_id
"""
