"""Excel workbooks (.xlsx, .xlsm)."""

from __future__ import annotations

import datetime
import lzma
import re
import warnings
import zipfile
import zlib
from collections import Counter
from collections.abc import Iterator, Mapping
from itertools import chain, islice
from typing import Any, BinaryIO

from allnlp.errors import ReadError
from allnlp.readers.columns import Places, check_columns, is_header, places
from allnlp.readers.damaged_cells import damage, warn
from allnlp.readers.own_table import own_rows, own_sheets, unescaped
from allnlp.readers.record import Row, clean, failure
from allnlp.readers.source import LOG, Source, opened, scrubbed
from allnlp.readers.trial_table import row_maker

_HEADER_ROWS = 30
_MOST_ROWS = 1 << 20
_DAY_0 = datetime.date(1899, 12, 30)  # Excel takes 1900 for a leap year
_FORMULA = "\ue000"  # before a formula without a value; no text has it
_LINK = re.compile(r'=HYPERLINK\(.*?"([^"]*)"\)', re.IGNORECASE | re.DOTALL)
_DAMAGE = (
    zipfile.BadZipFile, zlib.error, OSError, EOFError, KeyError, ValueError, TypeError, AttributeError, IndexError,
    SyntaxError, NotImplementedError, RuntimeError, ArithmeticError, AssertionError, lzma.LZMAError,
)  # fmt: skip


def read_xlsx(source: Source, *, source_file: str, columns: Mapping[str, str] | None = None) -> Iterator[Row]:
    """Rows of every sheet, hidden ones too, that has names of columns with a title or an abstract among them.

    A formula is its last computed value; one that was never computed is the text in it where it is a link, else its row
    is a Failure. Dates may be dates or Excel's numbers of days.

    Args:
        source: path or binary stream.
        source_file: input file, as given.
        columns: document's column to sheet's column, where the usual names do not do.

    Raises:
        ReadError: the file is no workbook, or no sheet has a title or an abstract.
        OptionError: ``columns`` names a column that documents do not have.
    """
    check_columns(columns)
    with opened(source) as stream:
        number, passed = 0, []
        for title, table in _sheets(stream):
            first = list(islice(table, _HEADER_ROWS))
            place = next((i for i, names in enumerate(first) if is_header(names, columns)), None)
            if place is None:
                passed.append(f"{title!r} with {', '.join(map(repr, first[0][:8])) if first else 'nothing'}")
                continue
            names, damaged = first[place], Counter[str]()
            where, made = places(names, columns), own_rows(names, columns, is_guarded=False) or row_maker(names, columns)
            days = [i for column in ("date", "year") for i in where.get(column, ())]
            for values in _with_gaps(chain(first[place + 1 :], table)):
                number += 1
                if lost := _uncomputed(values, where):
                    error = f"the {lost} is a formula that was never computed; open the workbook in Excel and save it"
                    yield failure(source_file, number, error)
                    continue
                damaged.update(damage(values, where))
                yield made(_dated(values, days), source_file=source_file, source_record=number)
            warn(f"{source_file}, sheet {title}", damaged)
        if not number and passed:
            raise ReadError(
                f"no sheet has a column that is a title or an abstract; found {'; '.join(passed[:4])}. Name the columns"
                " in the first row, or say which is which: --column title=NAME"
            )
        if passed:
            LOG.warning("%s: sheets without a title or an abstract are passed over: %s", source_file, "; ".join(passed[:4]))


def _sheets(stream: BinaryIO) -> Iterator[tuple[str, Iterator[list[str]]]]:
    """Name and rows of every sheet."""
    import openpyxl  # takes as long to import as the rest of the room

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # about formats of cells, which are not read
            book: Any = openpyxl.load_workbook(stream, read_only=True, data_only=True)
            wanted = own_sheets(book.sheetnames)
            sheets = [sheet for sheet in book.worksheets if sheet.title in wanted]
            # a second reading of the same file, for those formulas alone that have no value
            again: Any = openpyxl.load_workbook(stream, read_only=True).worksheets if _has_formulas(stream) else ()
            formulas = [sheet for sheet in again if sheet.title in wanted]
    except _DAMAGE as error:
        raise ReadError(f"the workbook cannot be opened ({clean(str(error))}); save it again as .xlsx or as CSV") from error
    for i, sheet in enumerate(sheets):
        yield sheet.title, _with_formulas(_rows(sheet), _rows(formulas[i])) if formulas else _rows(sheet)


def _with_gaps(table: Iterator[list[str]]) -> Iterator[list[str]]:
    """Rows; those that are empty only where another comes after them."""
    empty = 0
    for values in table:
        if not any(values):
            empty += 1
            continue
        yield from ([] for _ in range(empty))
        empty = 0
        yield values


def _rows(sheet: Any) -> Iterator[list[str]]:
    try:
        sheet.reset_dimensions()  # some programs write wrong ones, and rows after them would be lost
        for count, values in enumerate(sheet.iter_rows(values_only=True)):
            if count == _MOST_ROWS:  # the rows that are missing before a number are made up
                raise ReadError(f"sheet {sheet.title!r} has a row with a number above {_MOST_ROWS:,}, which no workbook has; save it again")
            yield [_text(value) for value in values]
    except _DAMAGE as error:
        raise ReadError(f"sheet {sheet.title!r} is damaged ({clean(str(error))}); save the workbook again") from error


def _uncomputed(values: list[str], where: Places) -> str:
    """Which of title and abstract are formulas without a value, in words; empty when none is."""
    places_ = [(column, where[column][0]) for column in ("title", "abstract") if column in where]
    return " and the ".join(column for column, i in places_ if i < len(values) and values[i].startswith(_FORMULA))


def _has_formulas(stream: BinaryIO) -> bool:
    """Whether a cell of a workbook is a formula; the sheets are looked through, not parsed."""
    with zipfile.ZipFile(stream) as book:
        for name in book.namelist():
            if not name.startswith("xl/worksheets/"):
                continue
            with book.open(name) as sheet:
                tail = b""
                while block := sheet.read(1 << 20):
                    if re.search(rb"<f[ />]", tail + block):
                        return True
                    tail = block[-4:]
    return False


def _with_formulas(values: Iterator[list[str]], formulas: Iterator[list[str]]) -> Iterator[list[str]]:
    """Rows in which a formula without a value is the text of the link that it makes, else marked as a formula."""
    for row_, other in zip(values, formulas, strict=False):
        for i, formula in enumerate(other[: len(row_)]):
            if not row_[i] and formula.startswith("="):
                link = _LINK.fullmatch(formula)
                row_[i] = link[1] if link else _FORMULA + formula
        yield row_


def _dated(values: list[str], days: list[int]) -> list[str]:
    """The row with dates in the place of Excel's numbers of days, in the columns that hold dates.

    >>> _dated(["44260", "44260"], [1]), _dated(["2021"], [0])
    (['44260', '2021-03-05'], ['2021'])
    """
    for i in days:
        if i < len(values) and re.fullmatch(r"[2-6]\d{4}", values[i]):
            values[i] = (_DAY_0 + datetime.timedelta(days=int(values[i]))).isoformat()
    return values


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, datetime.datetime):
        return value.date().isoformat()
    return scrubbed(unescaped(str(value)))
