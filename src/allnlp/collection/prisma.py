"""What became of every record, as the counts of a PRISMA 2020 flow, and the records behind each count."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import NamedTuple

import duckdb
import pandas as pd

from allnlp.collection.filters import Filters
from allnlp.collection.folder import asked
from allnlp.collection.provenance import asked_command, provenance
from allnlp.collection.reviews import DECISIONS, read_reviews
from allnlp.errors import NothingFound, OptionError
from allnlp.tables import read_manifest

COLUMNS = ("phase", "row", "of", "item", "n", "command")
#: Rows of the flow by their names: phase and words. A row's name is what ``--records`` takes.
ROWS = MappingProxyType(
    {
        "identified": ("identification", "Records identified"),
        "databases": ("identification", "Records identified from databases"),
        "registers": ("identification", "Records identified from registers"),
        "removed": ("identification", "Records removed before screening"),
        "duplicates": ("identification", "Duplicate records removed"),
        "withdrawn": ("identification", "Records withdrawn by the source"),
        "unreadable": ("identification", "Records that could not be read"),
        "failed": ("identification", "Records that could not be annotated"),
        "without-text": ("identification", "Records without title and abstract"),
        "screened": ("screening", "Records screened"),
        "excluded": ("screening", "Records excluded"),
        "undecided": ("screening", "Records not yet decided"),
        "included": ("included", "Records included"),
        "files": ("identification", "Files that could not be read, or not to their end (no records)"),
    }
)
REASONS = MappingProxyType({"pmid": "same PMID", "doi": "same DOI", "pmcid": "same PMCID", "text": "same title and text", "title": "title, year and journal alike"})
_UNTOLD = "unknown"  # folders of an earlier release do not say by what a record repeats another
_REMOVED = ("duplicates", "withdrawn", "unreadable", "failed", "without-text")

# the Cochrane Library has the address of a trial where others have a journal
_REGISTRIES = r"clinicaltrials\.gov|trialsearch\.who\.int|ictrp|isrctn|clinicaltrialsregister\.eu|euctr|ctis|anzctr|chictr|drks|umin|jprn"
_RECORDS = f"""
CREATE TEMP VIEW flow_documents AS SELECT *, list_contains(publication_types, 'Clinical Trial Registration')
    OR regexp_matches(coalesce(journal, ''), '\\b({_REGISTRIES})\\b', 'i') AS is_register FROM documents;
CREATE TEMP VIEW flow_records AS
SELECT d.doc_id, d.title, d.year, d.source_file, d.source_record, d.is_register,
    CASE WHEN d.duplicate_of IS NOT NULL THEN 'duplicates' WHEN f.doc_id IS NOT NULL THEN 'failed' WHEN d.text = '' THEN 'without-text' ELSE 'screened' END AS fate,
    CASE WHEN d.duplicate_of IS NOT NULL THEN coalesce(d.duplicate_by, '{_UNTOLD}') ELSE f.error END AS why,
    CASE WHEN d.duplicate_of IS NOT NULL OR f.doc_id IS NOT NULL OR d.text = '' THEN NULL ELSE coalesce(r.decision, 'undecided') END AS decision
FROM flow_documents AS d
LEFT JOIN (SELECT doc_id, min(error) AS error FROM failures WHERE step = 'annotate' GROUP BY doc_id) AS f USING (doc_id)
LEFT JOIN flow_reviews AS r USING (doc_id)
UNION ALL
SELECT doc_id, NULL, NULL, source_file, source_record, coalesce(all_of_it, false), CASE step WHEN 'delete' THEN 'withdrawn' ELSE 'unreadable' END, error, NULL
FROM (SELECT * FROM failures WHERE step <> 'annotate' AND source_record IS NOT NULL)
LEFT JOIN (SELECT source_file, bool_and(is_register) AS all_of_it FROM flow_documents GROUP BY source_file) USING (source_file)
"""
_TALLIES = "SELECT source_file, is_register, fate, CASE fate WHEN 'duplicates' THEN why END, decision, count(*) FROM flow_records GROUP BY ALL"
_LISTED = "SELECT doc_id, title, year, source_file, source_record, fate AS became, coalesce(why, decision) AS why FROM flow_records WHERE {}"
_PAIRS = """
SELECT d.doc_id, d.duplicate_of, d.duplicate_by, d.title, k.title AS kept_title, d.source_file, d.source_record, k.source_file AS kept_file,
    k.source_record AS kept_record, coalesce(k.abstract_from, k.doc_id) AS abstract_from
FROM documents AS d JOIN documents AS k ON k.doc_id = d.duplicate_of WHERE d.duplicate_of IS NOT NULL
"""
_FILES = "SELECT source_file, source_record, error AS why FROM failures WHERE source_record IS NULL"


class Tally(NamedTuple):
    """How many records of one file met with one fate."""

    source_file: str
    is_register: bool
    fate: str  # screened, or a row of those removed
    reason: str | None  # of a duplicate
    decision: str | None  # of a reviewer, on a record that was screened
    n: int


def prisma(folder: Path) -> pd.DataFrame:
    """A row a count of the flow: phase, row, of (a file, or a reason), item, n, and the command that lists its records.

    Records identified are those removed before screening and those screened; records screened are those excluded, included
    and not yet decided. Files that could not be read are no records, and are counted in a row of their own.

    Args:
        folder: the annotated folder.

    Raises:
        FolderError: no annotated folder, or a damaged one.

    Source:
        Page et al. (2021), The PRISMA 2020 statement, BMJ 372:n71; the flow for databases and registers.
    """
    files = [str(entry["file"]) for entry in read_manifest(folder).get("inputs", [])]
    with asked(folder, "documents", "failures") as database:
        _prepare(database, folder)
        tallies = [Tally(*row) for row in database.execute(_TALLIES).fetchall()]
        n_files = len(database.execute(_FILES).fetchall())

    def command(row: str, of: str) -> str:
        return asked_command("summary", folder, Filters(), {"records": row, "of": of or None})

    frame = pd.DataFrame(flow(tallies, files, n_files, command), columns=list(COLUMNS))
    frame.attrs["provenance"] = provenance(folder, asked_command("summary", folder, Filters(), {"prisma": True}), Filters())
    return frame


def flow(
    tallies: Iterable[Tally], files: Sequence[str], n_files_failed: int, command: Callable[[str, str], str]
) -> list[tuple[str, str, str, str, int, str]]:
    """The rows of the flow from what became of the records.

    >>> rows = flow([Tally("a.nbib", False, "screened", None, "undecided", 3)], ["a.nbib"], 0, lambda row, of: row)
    >>> [(row, n) for _, row, _, _, n, _ in rows if n]
    [('identified', 3), ('databases', 3), ('databases', 3), ('screened', 3), ('undecided', 3)]

    Args:
        tallies: counts of records by file and fate.
        files: the inputs in order, also those of which nothing was read.
        n_files_failed: files that could not be read, or not to their end.
        command: gives the command that lists the records of a row.
    """
    counts: Counter[tuple[str, str]] = Counter()
    for tally in tallies:
        for key in _keys(tally):
            counts[key] += tally.n
    counts["files", ""] = n_files_failed
    registers = {of for row, of in counts if row == "registers"}
    places = dict.fromkeys([*files, *sorted(of for row, of in counts if row in ("databases", "registers") and of)])
    parts = {
        "databases": [f for f in places if ("databases", f) in counts or f not in registers],
        "registers": [f for f in places if f in registers],
        "duplicates": [reason for reason in (*REASONS, _UNTOLD) if ("duplicates", reason) in counts],
    }
    out = []
    for row, (phase, words) in ROWS.items():
        for of in ("", *parts.get(row, ())):
            n = counts[row, of]
            item = words if not of else f"{words}: {REASONS.get(of, of) if row == 'duplicates' else of}"
            out.append((phase, row, of, item, n, command(row, of) if n else ""))
    return out


def _keys(tally: Tally) -> Iterator[tuple[str, str]]:
    """The rows in which records count: name, and file or reason."""
    source = "registers" if tally.is_register else "databases"
    yield from (("identified", ""), (source, ""), (source, tally.source_file))
    if tally.fate in _REMOVED:
        yield from (("removed", ""), (tally.fate, ""))
        if tally.reason:
            yield tally.fate, tally.reason
    else:
        yield from (("screened", ""), (tally.decision or "undecided", ""))


def prisma_records(folder: Path, row: str, of: str | None = None) -> pd.DataFrame:
    """The records that a row of the flow counts: what they are, what became of them, and why.

    Of duplicates each with the record that it repeats and the one whose abstract that has; of files the file and its fault.

    Args:
        folder: the annotated folder.
        row: its name, as "excluded"; see ``ROWS``.
        of: a file of "databases" and "registers", a reason of "duplicates" (pmid, doi ...); by default all.

    Raises:
        OptionError: there is no such row, or it has no parts.
        NothingFound: the row counts no record.
        FolderError: no annotated folder, or a damaged one.
    """
    if row not in ROWS:
        raise OptionError(f"records {row!r} is none of {', '.join(ROWS)}.")
    if of is not None and row not in ("databases", "registers", "duplicates"):
        raise OptionError(f"{row} has no parts; --of names a file of databases or registers, or a reason of duplicates.")
    query, values = _query(row, of)
    with asked(folder, "documents", "failures") as database:
        _prepare(database, folder)
        frame = database.execute(f"{query} ORDER BY source_file, source_record", values).df()
    if frame.empty:
        raise NothingFound(f"{folder}: no record is counted under {row}{f' of {of}' if of else ''}. The counts: allnlp summary {folder} --prisma")
    whole = ("year", "source_record", "kept_record")
    out: pd.DataFrame = frame.astype({name: "Int64" for name in whole if name in frame.columns})
    return out


def _query(row: str, of: str | None) -> tuple[str, list[str]]:
    """The question for the records of a row, and its values."""
    if row == "files":
        return _FILES, []
    if row == "duplicates":
        return (_PAIRS, []) if of is None else (f"{_PAIRS} AND coalesce(d.duplicate_by, '{_UNTOLD}') = ?", [of])
    if row == "identified":
        return _LISTED.format("true"), []
    if row in ("databases", "registers"):
        where = "is_register" if row == "registers" else "NOT is_register"
        return (_LISTED.format(where), []) if of is None else (_LISTED.format(f"{where} AND source_file = ?"), [of])
    if row in ("removed", "screened"):
        return _LISTED.format(f"fate {'<>' if row == 'removed' else '='} 'screened'"), []
    return _LISTED.format("decision = ?" if row in (*DECISIONS, "undecided") else "fate = ?"), [row]


def _prepare(database: duckdb.DuckDBPyConnection, folder: Path) -> None:
    """The views that the questions ask: every record with its fate."""
    database.register("flow_given", read_reviews(folder)[["doc_id", "decision"]].astype("string"))
    database.execute("CREATE TEMP TABLE flow_reviews AS SELECT doc_id::VARCHAR AS doc_id, decision::VARCHAR AS decision FROM flow_given")
    database.unregister("flow_given")
    database.execute(_RECORDS)
