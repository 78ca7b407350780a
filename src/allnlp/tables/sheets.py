"""Excel workbooks: text stays text, a cell or table that is too large goes on in the next column or sheet."""

from __future__ import annotations

import datetime
import math
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import MappingProxyType
from typing import Any, NamedTuple

import duckdb

from allnlp import schema
from allnlp.cells import plain, sound
from allnlp.errors import OptionError
from allnlp.tables.database import flat

CHARACTERS = 32_767  # UTF-16 units that a cell of Excel holds
ROWS = 1_048_576
COLUMNS = 16_384
_NAME = 31  # UTF-16 units of a sheet's name
_NO_NAME = re.compile(r"[\[\]:*?/\\\x00-\x1f\x7f]+")
_EXACT = 2**53  # above it a number of Excel is not every whole number
_NO_WIDTHS: Mapping[int, int] = MappingProxyType({})


class Grid(NamedTuple):
    """Columns of a sheet; a table's column whose texts are too long for one has further ones beside it."""

    heads: tuple[str, ...]
    starts: tuple[int, ...]  # first column of each of the table's


class Look(NamedTuple):
    """How a sheet looks."""

    head: Any = None  # formats of the workbook
    cell: Any = None
    widths: Mapping[int, int] = _NO_WIDTHS  # of the table's columns, characters
    frozen: int = 0  # columns that stay when the sheet is moved


def pieces(text: str, most: int = CHARACTERS) -> list[str]:
    """A text in parts that cells can hold, which together are the text again.

    >>> pieces("abcde", 2), pieces("a😀b", 2)
    (['ab', 'cd', 'e'], ['a', '😀', 'b'])

    Args:
        text: any.
        most: UTF-16 units of a cell; at least 2.
    """
    if 2 * len(text) <= most:
        return [text]
    wide = text.encode("utf-16-le", "surrogatepass")
    found, start = [], 0
    while len(wide) - start > 2 * most:
        end = start + 2 * most
        end -= 2 * (0xD8 <= wide[end - 1] <= 0xDB)  # the halves of a character stay together
        found.append(wide[start:end])
        start = end
    return [part.decode("utf-16-le", "surrogatepass") for part in (*found, wide[start:])]


def grid(names: Sequence[str], widest: Mapping[int, int] = _NO_WIDTHS) -> Grid:
    """Columns of a sheet for columns of a table.

    >>> grid(["title", "abstract", "year"], {1: 2})
    Grid(heads=('title', 'abstract', 'abstract (2)', 'year'), starts=(0, 1, 3))

    Args:
        names: of the table's columns.
        widest: pieces that the longest cell of a column has, where it has more than one.

    Raises:
        OptionError: a sheet cannot hold so many columns, or so long a name.
    """
    heads: list[str] = []
    starts = []
    for place, name in enumerate(names):
        if len(pieces(name)) > 1:
            raise OptionError(f"column {place + 1} has a name of {len(name):,} characters; Excel's hold {CHARACTERS:,}. Name it shorter.")
        starts.append(len(heads))
        heads += [sound(name), *(f"{sound(name)} ({part})" for part in range(2, widest.get(place, 1) + 1))]
    if len(heads) > COLUMNS:
        raise OptionError(f"the table needs {len(heads):,} columns; a sheet of Excel holds {COLUMNS:,}. Ask for fewer, or write .csv or .parquet.")
    return Grid(tuple(heads), tuple(starts))


def sheet_name(wanted: str, taken: Iterable[str] = ()) -> str:
    """A name for a sheet: at most 31 characters, none that Excel forbids, and none of another sheet in any case.

    >>> sheet_name("a/b: [c]"), sheet_name("mentions", ["Mentions"]), sheet_name("'"), sheet_name("x" * 40, ["x" * 31])
    ('a-b- -c-', 'mentions 2', 'sheet', 'xxxxxxxxxxxxxxxxxxxxxxxxxxxxx 2')
    """
    stem = sound(_NO_NAME.sub("-", wanted)).strip("' ") or "sheet"
    stem = f"{stem}_" if stem.lower() == "history" else stem  # Excel keeps this name for itself
    used = {name.lower() for name in taken}
    number = 1
    while True:
        end = "" if number == 1 else f" {number}"
        name = pieces(stem, _NAME - len(end))[0].strip("' ") + end
        if name.lower() not in used:
            return name
        number += 1


@contextmanager
def opened_book(path: Path, *, is_large: bool = False) -> Iterator[Any]:
    """A workbook in which no text becomes a formula, link or number; the same content gives the same bytes at any time.

    Args:
        path: the file.
        is_large: keep one row of each sheet in memory; then rows are written in order.

    Raises:
        OSError: the file cannot be written.
    """
    import xlsxwriter

    options = {"constant_memory": is_large, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    book = xlsxwriter.Workbook(str(path), options)
    book.set_properties({"created": datetime.datetime(2000, 1, 1)})
    yield book
    try:
        book.close()
    except xlsxwriter.exceptions.FileCreateError as error:
        raise OSError(str(error)) from None


def write_cell(sheet: Any, line: int, column: int, value: Any, form: Any = None) -> None:
    """Write a value, a long text into as many columns as it has pieces.

    Whole numbers that Excel would round, and what is no number, as an open end of an interval, are texts.
    """
    cell = plain(value)
    if cell is None:
        if form is not None:
            sheet.write_blank(line, column, None, form)
    elif isinstance(cell, bool):
        sheet.write_boolean(line, column, cell, form)
    elif isinstance(cell, str):
        for place, part in enumerate(pieces(cell), column):
            _write_text(sheet, line, place, part, form)
    elif math.isfinite(cell) and (isinstance(cell, float) or abs(cell) <= _EXACT):
        sheet.write_number(line, column, cell, form)
    else:
        sheet.write_string(line, column, str(cell), form)


def _write_text(sheet: Any, line: int, column: int, text: str, form: Any) -> None:
    if text.startswith("<r>") and text.endswith("</r>"):  # the writer takes it for markup of its own
        sheet.write_rich_string(line, column, text[0], text[1], text[2:], *([form] if form is not None else []))
    else:
        sheet.write_string(line, column, text, form)


def write_rows(book: Any, name: str, columns: Grid, rows: Iterable[Sequence[Any]], look: Look = Look()) -> list[Any]:  # noqa: B008 - a constant
    """Fill a sheet with a table, and further ones, "NAME 2" and so on, where it has more rows than a sheet; returns the sheets.

    Args:
        book: from `opened_book`.
        name: the table's.
        columns: from `grid`.
        rows: cells of the table.
        look: widths and formats.
    """
    sheets: list[Any] = []
    line = ROWS
    for row in rows:
        if line >= ROWS:
            if sheets:
                _end(sheets[-1], columns, line)
            sheets.append(_begun(book, name, columns, look))
            line = 1
        for column, cell in zip(columns.starts, row, strict=True):
            write_cell(sheets[-1], line, column, cell, look.cell)
        line += 1
    if not sheets:
        sheets.append(_begun(book, name, columns, look))
        line = 1
    _end(sheets[-1], columns, line)
    return sheets


def _begun(book: Any, name: str, columns: Grid, look: Look) -> Any:
    sheet = book.add_worksheet(sheet_name(name, book.sheetnames))
    sheet.freeze_panes(1, columns.starts[look.frozen] if look.frozen < len(columns.starts) else len(columns.heads))
    for place, start in enumerate(columns.starts):
        end = columns.starts[place + 1] if place + 1 < len(columns.starts) else len(columns.heads)
        sheet.set_column(start, end - 1, look.widths.get(place, 14))
    for column, head in enumerate(columns.heads):
        _write_text(sheet, 0, column, head, look.head)
    return sheet


def _end(sheet: Any, columns: Grid, line: int) -> None:
    if columns.heads:
        sheet.autofilter(0, 0, max(line - 1, 1), len(columns.heads) - 1)
        sheet.ignore_errors({"number_stored_as_text": f"A1:XFD{line}"})


def write_xlsx(database: duckdb.DuckDBPyConnection, table: str, source: str, path: Path) -> None:
    """Write a table as a workbook, row by row.

    Args:
        database: where the source is.
        table: its name in the schema.
        source: what a statement of SQL selects from.
        path: the file.

    Raises:
        OSError: the file cannot be written.
    """
    columns = schema.columns(table)
    widest = _widest(database, columns, source)
    rows = database.execute(f"SELECT {', '.join(flat(c) for c in columns)} FROM {source}")
    with opened_book(path, is_large=True) as book:
        write_rows(book, table, grid([c.column for c in columns], widest), _fetched(rows))


def _widest(database: duckdb.DuckDBPyConnection, columns: Sequence[schema.Column], source: str) -> dict[int, int]:
    """Pieces of the longest cell of each column that has a cell of more than one."""
    texts = {place: column for place, column in enumerate(columns) if column.type.startswith("VARCHAR")}
    cells = f"(SELECT {', '.join(flat(c) for c in texts.values())} FROM {source})"
    longest = database.execute(f"SELECT {', '.join(f'max(strlen({_named(c)}))' for c in texts.values())} FROM {cells}").fetchone() or ()
    found = {}
    for (place, column), size in zip(texts.items(), longest, strict=True):
        if size is not None and size > CHARACTERS:
            long = database.execute(f"SELECT {_named(column)} FROM {cells} WHERE strlen({_named(column)}) > {CHARACTERS}")
            found[place] = max(len(pieces(cell)) for (cell,) in _fetched(long))
    return found


def _named(column: schema.Column) -> str:
    return f'"{column.column}"'


def _fetched(cursor: duckdb.DuckDBPyConnection) -> Iterator[tuple[Any, ...]]:
    while rows := cursor.fetchmany(500):
        yield from rows
