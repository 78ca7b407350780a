"""How right the machine is, by a person's judgement: a sample to judge, and the precision of what was judged, with its interval."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

import duckdb
import pandas as pd

from allnlp import schema
from allnlp.association import wilson
from allnlp.collection.corrections import NEEDED_TABLES, has_corrections, judge_findings
from allnlp.collection.findings import study_label
from allnlp.collection.frames import typed
from allnlp.errors import OptionError
from allnlp.schema import CONTEXT_LABELS, LABELS
from allnlp.tables import connected

FINDING = "FINDING"  # the label of findings
JUDGED_LABELS = (*LABELS, *CONTEXT_LABELS, FINDING)
_ADDED = ("sentence_text", "section", "study", "title", "verdict", "note")


class Precision(NamedTuple):
    """Judged marks of one label; precision and its 95 % interval are nan where none was judged."""

    n_judged: int
    n_right: int
    n_partly: int
    n_wrong: int
    precision: float
    ci_low: float
    ci_high: float


def precision_of(verdicts: Iterable[str | None]) -> Precision:
    """Precision of judged marks with Wilson's interval; what is partly right counts as not right, None as not judged.

    >>> [round(x, 2) for x in precision_of(["right", "right", "partly", None, "wrong"])]
    [4, 2, 1, 1, 0.5, 0.15, 0.85]
    """
    counts = Counter(v for v in verdicts if v is not None)
    n = counts.total()
    if n == 0:
        return Precision(0, 0, 0, 0, float("nan"), float("nan"), float("nan"))
    low, high = wilson([counts["right"]], [n])
    return Precision(n, counts["right"], counts["partly"], counts["wrong"], counts["right"] / n, float(low[0]), float(high[0]))


def precision(folder: Path, label: str | None = None) -> pd.DataFrame:
    """Precision of the machine's marks that a person judged: label, n_judged, n_right, n_partly, n_wrong, precision, ci_low, ci_high.

    Partly right counts as not right. A mark that a person changed counts as partly right, one that got another label as wrong.
    What the machine does not mark any more, or reads as another concept now, is left out. Marks that a person happened upon
    count as those of a sample do: for a figure of the whole folder judge all of a sample.

    Args:
        folder: the annotated folder.
        label: of marks, or FINDING; by default each that was judged, in the order of the labels.

    Raises:
        OptionError: no such label.
        FolderError: no annotated folder, or a damaged one.
    """
    wanted = JUDGED_LABELS if label is None else (_label(label),)
    with connected(folder, *NEEDED_TABLES, "findings") as database:
        _judge(database, folder)
        judged = database.execute("SELECT label, verdict FROM verdicts").fetchall()
    rows = [(one, *precision_of(v for of, v in judged if of == one)) for one in wanted]
    return pd.DataFrame([r for r in rows if r[1]], columns=["label", *Precision._fields])


def sample(folder: Path, label: str, n: int, *, seed: int = 0) -> pd.DataFrame:
    """Marks of the machine to judge, drawn at random; the same seed draws the same, whatever was judged since.

    Each mark has a number of its own by the seed and its place, and the lowest are drawn: a larger sample has the smaller in it.

    Args:
        folder: the annotated folder.
        label: of marks, or FINDING for findings.
        n: how many; all where there are fewer.
        seed: another one draws others.

    Returns:
        The columns of ``mentions``, or of ``findings``; sentence_text, section, study (first author and year) and title; verdict
        (right, partly or wrong; null where nobody judged it) and note. In the order of the draw.

    Raises:
        OptionError: no such label, or a number below 1.
        FolderError: no annotated folder, or a damaged one.
    """
    if n < 1:
        raise OptionError(f"a sample of {n} cannot be drawn. Give a number of at least 1.")
    one = _label(label)
    table, number = ("findings", "finding") if one == FINDING else ("mentions", "mention")
    with connected(folder, *NEEDED_TABLES, "findings") as database:
        _judge(database, folder)
        frame = typed(database.execute(_SAMPLE.format(table=table, number=number), [one, seed, n]).df(), table)
    frame["study"] = [study_label(*cells) for cells in zip(frame["authors"], frame["year"], frame["doc_id"], strict=True)]
    texts = {c: frame[c].astype(object).where(frame[c].notna(), None) for c in ("verdict", "note", "section", "sentence_text")}
    return frame.assign(**texts)[[*(c.column for c in schema.columns(table)), *_ADDED]]


def counted(folder: Path, label: str) -> pd.DataFrame:
    """The marks of the machine that ``precision`` counts for a label, or its findings: doc_id, number (of the mention or finding), start, end, verdict.

    Raises:
        OptionError: no such label.
        FolderError: no annotated folder, or a damaged one.
    """
    one = _label(label)
    table, number = ("findings", "finding") if one == FINDING else ("mentions", "mention")
    with connected(folder, *NEEDED_TABLES, "findings") as database:
        _judge(database, folder)
        asked = f'SELECT v.doc_id, v.number, t.start, t."end", v.verdict FROM verdicts AS v JOIN {table} AS t ON t.doc_id = v.doc_id AND t.{number} = v.number'
        found: pd.DataFrame = database.execute(f"{asked} WHERE v.label = $1 ORDER BY ALL", [one]).df()
        return found


def _label(words: str) -> str:
    if words.strip().upper() not in JUDGED_LABELS:
        raise OptionError(f"label {words!r} is none of {', '.join(JUDGED_LABELS)}.")
    return words.strip().upper()


def _judge(database: duckdb.DuckDBPyConnection, folder: Path) -> None:
    """The table ``verdicts``: label, doc_id, number, verdict and note of what a person judged of the machine's marks and findings."""
    if has_corrections(folder):
        judge_findings(database, folder)
        database.execute(_VERDICTS)
    else:
        database.execute("CREATE TEMP TABLE verdicts(label VARCHAR, doc_id VARCHAR, number BIGINT, verdict VARCHAR, note VARCHAR)")


# A judgement is of what the machine reads now: of another concept it says nothing.
_VERDICTS = f"""
CREATE TEMP TABLE verdicts AS
WITH same AS (
    SELECT e.*, m.mention AS number, coalesce(m.concept_id, m.name) = coalesce(e.concept_id, e.name) AS is_same, m.assertion = e.assertion AS is_asserted
    FROM told_edits AS e JOIN mentions AS m ON m.doc_id = e.doc_id AND m.label = e.label AND m.start = e.start AND m."end" = e."end"
    WHERE e.stands AND e.finding IS NULL
)
SELECT label, doc_id, number, CASE WHEN action <> 'mark' THEN action WHEN is_same AND is_asserted THEN 'right' ELSE 'partly' END AS verdict, note
FROM same WHERE is_same OR action = 'mark'
UNION ALL
SELECT '{FINDING}', j.doc_id, j.finding, j.action, e.note FROM judged_findings AS j JOIN told_edits AS e USING (kept_row)
"""

_SAMPLE = """
WITH drawn AS (
    SELECT *, row_number() OVER () AS place FROM (
        SELECT t.* FROM {table} AS t JOIN documents AS d USING (doc_id) WHERE d.duplicate_of IS NULL AND (t.label = $1 OR $1 = 'FINDING')
        ORDER BY md5(concat_ws(' ', $2, t.doc_id, t.label, t.start, t."end", t.{number})), t.doc_id, t.{number} LIMIT $3
    )
)
SELECT t.*, d.title, d.authors, d.year, s.section, substring(d.text, s.start + 1, s."end" - s.start) AS sentence_text, v.verdict, v.note AS note
FROM drawn AS t JOIN documents AS d USING (doc_id) LEFT JOIN sentences AS s ON s.doc_id = t.doc_id AND s.sentence = t.sentence
LEFT JOIN verdicts AS v ON v.doc_id = t.doc_id AND v.number = t.{number} AND v.label = $1 ORDER BY t.place
"""
