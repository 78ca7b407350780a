"""A folder to ask questions of, with the corrections of a person; damage that shows only while its tables are read is told as any other."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence
from pathlib import Path

import duckdb
import pandas as pd

from allnlp import schema
from allnlp.collection.corrections import CORRECTED_TABLES, NEEDED_TABLES, apply_corrections, has_corrections
from allnlp.errors import FolderError, OptionError
from allnlp.tables import connected


@contextlib.contextmanager
def asked(folder: Path, *tables: str) -> Iterator[duckdb.DuckDBPyConnection]:
    """A database connection in which each table of the folder is a view.

    Where a person corrected marks, ``mentions``, ``concepts`` and ``findings`` are as ``corrections.apply_corrections`` says.

    Raises:
        FolderError: the folder or a table is missing or damaged, in its header or in its pages.
    """
    wanted = tables or tuple(schema.TABLES)
    is_corrected = has_corrections(folder) and not set(CORRECTED_TABLES).isdisjoint(wanted)
    with connected(folder, *dict.fromkeys((*wanted, *(NEEDED_TABLES if is_corrected else ())))) as database:
        try:
            if is_corrected:
                apply_corrections(database, folder, wanted)
            yield database
        except duckdb.Error as error:
            reason = str(error).partition("\n")[0]
            raise FolderError(f"{folder}: a table of {', '.join(wanted)} is damaged ({reason}). Annotate again with --overwrite.") from None


def asked_table(folder: Path, table: str) -> pd.DataFrame:
    """A table of the folder as questions see it, in the order of the folder's documents.

    Raises:
        FolderError: the folder or the table is missing or damaged.
        OptionError: there is no such table.
    """
    if table not in schema.TABLES:
        raise OptionError(f"no table {table!r}. Tables: {', '.join(schema.TABLES)}.")
    order = {"mentions": "mention", "findings": "finding"}.get(table) if has_corrections(folder) else None
    with asked(folder, table, *(("documents",) if order else ())) as database:
        if order is None:
            by_count = " ORDER BY label, n_documents DESC, concept_id" if table == "concepts" and has_corrections(folder) else ""
            frame: pd.DataFrame = database.sql(f'SELECT * FROM "{table}"{by_count}').df()
        else:
            places = "(SELECT doc_id, row_number() OVER () AS place FROM documents)"
            frame = database.sql(f'SELECT t.* FROM "{table}" AS t JOIN {places} AS d USING (doc_id) ORDER BY d.place, t.{order}').df()
        return frame


def narrow(database: duckdb.DuckDBPyConnection, documents: Sequence[str] | None) -> None:
    """Let the view ``documents`` show only these; every question that joins it is narrowed with it."""
    if documents is None:
        return
    database.register("narrowed_to", pd.DataFrame({"doc_id": pd.Series(list(documents), dtype=object)}))
    database.execute("CREATE TEMP TABLE only_documents AS SELECT doc_id FROM narrowed_to")
    database.unregister("narrowed_to")
    database.execute("ALTER VIEW documents RENAME TO all_documents")
    database.execute("CREATE VIEW documents AS SELECT * FROM all_documents SEMI JOIN only_documents USING (doc_id)")
