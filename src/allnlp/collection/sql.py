"""Questions in SQL on a folder's tables; nothing can be changed, and nothing beside the tables can be read."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd

from allnlp import schema
from allnlp.collection.folder import asked
from allnlp.errors import OptionError
from allnlp.tables import read_manifest, table_path

_BEGINNINGS = "SELECT, WITH, FROM, DESCRIBE, SHOW, SUMMARIZE or EXPLAIN"
_EXPLAIN = re.compile(r"\s*EXPLAIN\s+(?:ANALYZE\s+)?", re.IGNORECASE)
_WHOLE = frozenset("TINYINT SMALLINT INTEGER BIGINT HUGEINT UTINYINT USMALLINT UINTEGER UBIGINT UHUGEINT".split())
_AS_IT_IS = _WHOLE | {"VARCHAR", "DOUBLE", "BOOLEAN"}
_LARGEST_EXACT = 2**53  # whole numbers up to here are exact as a fraction
_OF_FOLDER = (duckdb.IOException, duckdb.SerializationException, duckdb.InternalException, duckdb.FatalException)  # not of the query


def run_sql(folder: Path, query: str) -> pd.DataFrame:
    """Answer of a query in DuckDB's SQL, in which each table of the folder is a view.

    The query can read these tables and nothing else: no other file, no network, no extension, and it can write nowhere.
    Text, numbers and booleans stay what they are, lists become Python lists, anything else text. Columns of one name are
    told apart as ``a``, ``a_1``.

    Args:
        folder: the annotated folder.
        query: one statement.

    Raises:
        OptionError: no single statement that reads, or one that DuckDB refuses; says where and what it hints at.
        FolderError: no annotated folder, or a damaged one.
    """
    with asked(folder, *schema.TABLES) as database:
        _shut(database, [table_path(folder, table) for table in schema.TABLES])
        try:
            _check(database, query)
            answer = database.sql(query)
            kinds = [str(kind) for kind in answer.types]
            named = zip(distinct(answer.columns), kinds, strict=True)
            cells = ", ".join(f"{_cell(place, kind)} AS {_quoted(name)}" for place, (name, kind) in enumerate(named, 1))
            frame: pd.DataFrame = answer.project(cells).df()
        except _OF_FOLDER:
            raise
        except duckdb.Error as error:
            told = error_line(str(error))
            raise OptionError(f"the query cannot be answered: {told} Tables and columns: allnlp sql {folder} --tables") from None
    return _settled(frame, kinds)


def describe_tables(folder: Path) -> pd.DataFrame:
    """Tables and columns that a query can name: table, rows, column, type, meaning.

    Raises:
        FolderError: no annotated folder, or a damaged manifest.
    """
    tables = read_manifest(folder)["tables"]
    sizes = {table: tables.get(table, {}).get("rows", 0) for table in schema.TABLES}
    rows = [(table, size, c.column, c.type, c.meaning) for table, size in sizes.items() for c in schema.columns(table)]
    return pd.DataFrame(rows, columns=["table", "rows", "column", "type", "meaning"])


def error_line(message: str) -> str:
    r"""DuckDB's message as one line: what is wrong, its hint, and the words where it stopped.

    >>> error_line('Catalog Error: Table with name mention does not exist!\nDid you mean "mentions"?\n\nLINE 1: select * from mention\n                      ^^^^^^^')
    'Table with name mention does not exist! Did you mean "mentions"? (line 1, at "mention")'
    >>> error_line('Permission Error: Cannot access file "/x" - file system operations are disabled by configuration')
    'Cannot access file "/x": a query reads the tables of the folder and nothing else.'
    """
    if message.startswith("Out of Memory Error"):
        return "It needs too much memory. Narrow it by WHERE, or count instead of listing."
    told, _, place = message.partition("\n\nLINE ")
    told = " ".join(re.sub(r"^[A-Z][\w ]* Error: ", "", told).partition("\n\n")[0].split())
    told = re.sub(r" - (?:file system operations are disabled by configuration|the configuration has been locked)$", _NOTHING_ELSE, told)
    if told.startswith("Loading external extensions"):
        told = f"An extension cannot be loaded{_NOTHING_ELSE}"
    told = told if told.endswith((".", "!", "?")) else f"{told}."
    number, _, rest = place.partition(": ")
    line, _, below = rest.partition("\n")
    start = below.find("^") - len(f"LINE {number}: ")
    return f'{told} (line {number}, at "{line[start : start + 40].strip()}")' if start >= 0 else told


_NOTHING_ELSE = ": a query reads the tables of the folder and nothing else."


def _shut(database: duckdb.DuckDBPyConnection, paths: list[Path]) -> None:
    """Leave nothing but these files to read; the views read them again with each query, so that they must stay open."""
    allowed = ", ".join("'" + str(path).replace("'", "''") + "'" for path in paths)
    database.execute(
        f"SET allowed_paths=[{allowed}]; SET python_enable_replacements=false; SET autoload_known_extensions=false;"
        "SET autoinstall_known_extensions=false; SET temp_directory=''; SET enable_external_access=false; SET lock_configuration=true"
    )


def _check(database: duckdb.DuckDBPyConnection, query: str) -> None:
    """Refuse what is not one statement that reads: the files of the views are open, and COPY could write over them."""
    statements = database.extract_statements(query)
    if len(statements) != 1:
        raise OptionError(f"the query holds {len(statements) or 'no'} statements. Give one, without a semicolon inside.")
    explained = _EXPLAIN.match(query)
    if explained is not None:  # EXPLAIN ANALYZE runs what it explains
        statements = database.extract_statements(query[explained.end() :])
    if len(statements) != 1 or statements[0].type != duckdb.StatementType.SELECT:
        hint = " Name the values of PIVOT: ON label IN ('THERAPY', 'TOXICITY')." if re.match(r"\s*PIVOT\b", query, re.IGNORECASE) else ""
        raise OptionError(f"the query does not only read. Begin it with {_BEGINNINGS}.{hint}")


def distinct(names: list[str]) -> list[str]:
    """Names of columns, told apart.

    >>> distinct(["a", "b", "a"]), distinct(["a", "a_1", "a"])
    (['a', 'b', 'a_1'], ['a', 'a_1', 'a_2'])
    """
    out: list[str] = []
    for name in names:
        number, free = 0, name
        while free in out or (number and free in names):
            number += 1
            free = f"{name}_{number}"
        out.append(free)
    return out


def _cell(place: int, kind: str) -> str:
    if kind in _AS_IT_IS:
        return f"#{place}"
    if kind == "FLOAT" or kind.startswith("DECIMAL"):
        return f"#{place}::DOUBLE" if not kind.endswith("]") else f"#{place}::DOUBLE[]"
    return f"#{place}" if kind in ("VARCHAR[]", "BIGINT[]", "INTEGER[]", "DOUBLE[]", "BOOLEAN[]") else f"#{place}::VARCHAR"


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _settled(frame: pd.DataFrame, kinds: list[str]) -> pd.DataFrame:
    """Whole numbers stay whole where some are missing or are a sum; lists are Python's."""
    out = frame.copy()
    for name, kind in zip(frame.columns, kinds, strict=True):
        column = frame[name]
        if kind in _WHOLE and column.dtype.kind == "f" and not (column.abs() > _LARGEST_EXACT).any():
            out[name] = column.astype("Int64")
        elif kind == "BOOLEAN":
            out[name] = column.astype("boolean")
        elif kind.endswith("[]") and column.dtype == object:
            out[name] = pd.Series([_listed(cell) for cell in column], dtype=object)
    return out


def _listed(cell: Any) -> Any:
    """A list as Python's; None for none. What was cast to text stays."""
    if cell is None or isinstance(cell, float):
        return None
    if isinstance(cell, str):
        return cell
    return [None if value != value else value for value in cell.tolist()]  # nan is not itself
