"""Excel workbooks (.xlsx, .xlsm)."""

from __future__ import annotations

import datetime
import warnings
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from itertools import chain, islice
from typing import Any

from allnlp.errors import ReadError
from allnlp.readers.columns import check_columns, is_header, places, row
from allnlp.readers.record import Row
from allnlp.readers.source import Source, opened, scrubbed

_HEADER_ROWS = 30
_DAMAGE = (
    zipfile.BadZipFile, zlib.error, OSError, EOFError, KeyError, ValueError, TypeError, AttributeError, IndexError,
    SyntaxError, NotImplementedError, RuntimeError,
)  # fmt: skip


def read_xlsx(source: Source, *, source_file: str, columns: Mapping[str, str] | None = None) -> Iterator[Row]:
    """Rows of every sheet that has names of columns with a title or an abstract among them.

    Args:
        source: path or binary stream.
        source_file: input file, as given.
        columns: document's column to sheet's column, where the usual names do not do.

    Raises:
        ReadError: the file is no workbook, or no sheet has a title or an abstract.
        OptionError: ``columns`` names a column that documents do not have.
    """
    import openpyxl  # takes as long to import as the rest of the room

    check_columns(columns)
    with opened(source) as stream:
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # about formats of cells, which are not read
                book: Any = openpyxl.load_workbook(stream, read_only=True, data_only=True)
                sheets = list(book.worksheets)
        except _DAMAGE as error:
            raise ReadError(f"the workbook cannot be opened ({error}); save it again as .xlsx or as CSV") from error
        number, found = 0, []
        for sheet in sheets:
            table = _rows(sheet)
            first = list(islice(table, _HEADER_ROWS))
            place = next((i for i, names in enumerate(first) if is_header(names, columns)), None)
            if place is None:
                found.append(f"{sheet.title!r} with {', '.join(map(repr, first[0][:8])) if first else 'nothing'}")
                continue
            found = []
            where = places(first[place], columns)
            empty = 0
            for values in chain(first[place + 1 :], table):
                if not any(values):
                    empty += 1
                    continue
                for _ in range(empty):
                    number += 1
                    yield row([], where, source_file=source_file, source_record=number)
                empty = 0
                number += 1
                yield row(values, where, source_file=source_file, source_record=number)
        if not number and found:
            raise ReadError(
                f"no sheet has a column that is a title or an abstract; found {'; '.join(found[:4])}. Name the columns"
                " in the first row, or say which is which with columns={'title': '...'}"
            )


def _rows(sheet: Any) -> Iterator[list[str]]:
    try:
        sheet.reset_dimensions()  # some programs write wrong ones, and rows after them would be lost
        for values in sheet.iter_rows(values_only=True):
            yield [_text(value) for value in values]
    except _DAMAGE as error:
        raise ReadError(f"sheet {sheet.title!r} is damaged ({error}); save the workbook again") from error


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, datetime.datetime):
        return value.date().isoformat()
    return scrubbed(str(value))
