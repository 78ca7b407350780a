"""A folder to ask questions of; damage that shows only while its tables are read is told as any other."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path

import duckdb

from allnlp.errors import FolderError
from allnlp.tables import connected


@contextlib.contextmanager
def asked(folder: Path, *tables: str) -> Iterator[duckdb.DuckDBPyConnection]:
    """A database connection in which each table of the folder is a view.

    Raises:
        FolderError: the folder or a table is missing or damaged, in its header or in its pages.
    """
    with connected(folder, *tables) as database:
        try:
            yield database
        except duckdb.Error as error:
            reason = str(error).partition("\n")[0]
            raise FolderError(f"{folder}: a table of {', '.join(tables)} is damaged ({reason}). Annotate again with --overwrite.") from None
