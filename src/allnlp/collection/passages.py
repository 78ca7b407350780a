"""Words and sentences of an index: where each mention stands, and the text around it; read at first use and kept."""

from __future__ import annotations

from pathlib import Path
from typing import Any, NamedTuple

import duckdb
import numpy as np
import numpy.typing as npt
import pandas as pd

from allnlp.collection.folder import asked
from allnlp.tables import detached

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
        wanted = pd.DataFrame({"place": np.arange(len(numbers)), "doc": np.asarray(numbers, dtype=np.int32)})
        self.database.register("wanted", wanted)
        frame: pd.DataFrame = self.database.sql("SELECT s.* FROM wanted AS w JOIN shown AS s USING (doc) ORDER BY w.place").df()
        self.database.unregister("wanted")
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
        kept = detached()
        kept.execute(f"CREATE TABLE shown ({', '.join(f'{name} {kind}' for name, kind in _SHOWN.items())})")
        cursor = database.execute(f"SELECT {', '.join(n if n in ('doc', 'doc_id') else f'd.{n}' for n in _SHOWN)} FROM documents AS d JOIN kept AS k USING (doc_id) ORDER BY doc")
        while rows := cursor.fetchmany(5_000):
            kept.register("part", pd.DataFrame(rows, columns=list(_SHOWN), dtype=object))
            kept.execute("INSERT INTO shown SELECT * FROM part")
            kept.unregister("part")
    places = {name: np.asarray(words[name]).astype(np.int32) for name in ("start", "end", "rule", "cue")}
    ends = {f"sentence_{name}": np.asarray(sentences[name]).astype(np.int32) for name in ("start", "end")}
    return Passages(**places, **ends, rules=np.array(rules, dtype=object), cues=np.array([None, *cues], dtype=object), database=kept)


_SHOWN = {
    "doc": "INTEGER", "doc_id": "VARCHAR", "year": "BIGINT", "journal": "VARCHAR", "pmid": "VARCHAR", "doi": "VARCHAR", "title": "VARCHAR",
    "authors": "VARCHAR[]", "text": "VARCHAR",
}  # fmt: skip
_SENTENCES = 'SELECT s.start, s."end" FROM sentences AS s JOIN kept AS k USING (doc_id) ORDER BY k.doc, s.sentence'
_WORDS = """
WITH rules AS (SELECT rule, row_number() OVER (ORDER BY rule) - 1 AS code FROM (SELECT DISTINCT rule FROM mentions)),
cues AS (SELECT cue, row_number() OVER (ORDER BY cue) AS code FROM (SELECT DISTINCT assertion_cue AS cue FROM mentions WHERE assertion_cue IS NOT NULL))
SELECT m.start, m."end", r.code AS rule, coalesce(q.code, 0) AS cue
FROM mentions AS m JOIN kept AS k USING (doc_id) JOIN codes AS c ON c.label = m.label AND c.concept_id = coalesce(m.concept_id, m.name)
JOIN rules AS r USING (rule) LEFT JOIN cues AS q ON q.cue = m.assertion_cue ORDER BY k.doc, m.mention
"""
