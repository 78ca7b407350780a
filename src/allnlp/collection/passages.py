"""Words and sentences of an index: where each mention stands, and the text around it; read at first use and kept."""

from __future__ import annotations

from pathlib import Path
from typing import Any, NamedTuple

import duckdb
import numpy as np
import numpy.typing as npt
import pandas as pd

from allnlp.collection.folder import asked
from allnlp.errors import FolderError
from allnlp.tables import opened

Codes = npt.NDArray[np.int32]


class Passages(NamedTuple):
    """Offsets of mentions and sentences of an index, in its order, with the rules and cues that decided."""

    start: Codes  # shape (mentions,), code points of the document's text
    end: Codes
    rule: Codes  # place in ``rules``
    cue: Codes  # place in ``cues``; 0 is none
    rules: npt.NDArray[Any]
    cues: npt.NDArray[Any]
    sentence_start: Codes  # shape (sentences,)
    sentence_end: Codes
    database: duckdb.DuckDBPyConnection  # with the table shown: doc, doc_id, year, journal, pmid, doi, title, authors, text

    def documents(self, numbers: npt.NDArray[Any]) -> pd.DataFrame:
        """Documents by their number in the index, one row each, in the order given."""
        asked = "SELECT unnest($numbers) AS doc, unnest(range(len($numbers))) AS place"
        query = f"SELECT s.* FROM ({asked}) AS w JOIN shown AS s USING (doc) ORDER BY w.place"
        frame: pd.DataFrame = self.database.execute(query, {"numbers": np.asarray(numbers).tolist()}).df()
        return frame


def read_passages(folder: Path, numbered: str) -> Passages:
    """Offsets, rules and texts of a folder.

    Args:
        folder: the annotated folder.
        numbered: SQL that makes the tables kept (doc_id, doc) and codes (label, concept_id, code), as the index has them.

    Raises:
        FolderError: the folder or a table is missing or damaged.
    """
    with asked(folder, "documents", "sentences", "mentions") as database:
        database.execute(numbered)
        sentences = database.sql(_SENTENCES).fetchnumpy()
        rules = database.sql("SELECT DISTINCT rule FROM mentions ORDER BY rule").fetchnumpy()["rule"]
        cues = database.sql("SELECT DISTINCT assertion_cue AS cue FROM mentions WHERE assertion_cue IS NOT NULL ORDER BY cue").fetchnumpy()["cue"]
        words = database.sql(_WORDS).fetchnumpy()
    places = {name: np.asarray(words[name]).astype(np.int32, copy=False) for name in ("start", "end", "rule", "cue")}
    ends = {f"sentence_{name}": np.asarray(sentences[name]).astype(np.int32, copy=False) for name in ("start", "end")}
    return Passages(**places, **ends, rules=np.array(rules, dtype=object), cues=np.array([None, *cues], dtype=object), database=_shown(folder))


def _shown(folder: Path) -> duckdb.DuckDBPyConnection:
    """A database in memory with what is shown of each document, numbered as in the index."""
    database = opened(folder, "documents")
    try:
        database.execute("SET memory_limit='8GB'")
        database.execute(
            "CREATE TABLE shown AS SELECT (row_number() OVER () - 1)::INTEGER AS doc, doc_id, year, journal, pmid, doi, title, authors, is_retracted, notices, text"
            " FROM documents WHERE duplicate_of IS NULL"
        )
    except duckdb.Error as error:
        database.close()
        reason = str(error).partition("\n")[0]
        raise FolderError(f"{folder}: the table documents is damaged ({reason}). Annotate again with --overwrite.") from None
    return database


_SENTENCES = 'SELECT s.start::INTEGER AS start, s."end"::INTEGER AS "end" FROM sentences AS s JOIN kept AS k USING (doc_id) ORDER BY k.doc, s.sentence'
_WORDS = """
WITH rules AS (SELECT rule, row_number() OVER (ORDER BY rule) - 1 AS code FROM (SELECT DISTINCT rule FROM mentions)),
cues AS (SELECT cue, row_number() OVER (ORDER BY cue) AS code FROM (SELECT DISTINCT assertion_cue AS cue FROM mentions WHERE assertion_cue IS NOT NULL))
SELECT m.start::INTEGER AS start, m."end"::INTEGER AS "end", r.code::INTEGER AS rule, coalesce(q.code, 0)::INTEGER AS cue
FROM mentions AS m JOIN kept AS k USING (doc_id) JOIN codes AS c ON c.label = m.label AND c.concept_id = coalesce(m.concept_id, m.name)
JOIN rules AS r USING (rule) LEFT JOIN cues AS q ON q.cue = m.assertion_cue ORDER BY k.doc, m.mention
"""
