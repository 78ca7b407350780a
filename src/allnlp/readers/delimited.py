"""Tables as text: comma, semicolon, tab or bar between the cells."""

from __future__ import annotations

import csv
import re
from collections import Counter, deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain, islice
from types import MappingProxyType
from typing import NamedTuple

from allnlp.errors import ReadError
from allnlp.readers.columns import Places, check_columns, is_header, places
from allnlp.readers.damaged_cells import damage, warn
from allnlp.readers.own_table import own_rows
from allnlp.readers.record import Row, failure
from allnlp.readers.source import LOG, Source, opened, text_lines
from allnlp.readers.trial_table import row_maker

_FORMS = MappingProxyType(
    {
        "year": re.compile(r"(?:1[5-9]|20)\d\d"),
        "doi": re.compile(r"(?:doi:? ?|https?://\S*)?10\.\d{4,9}/\S+", re.IGNORECASE),
        "pmid": re.compile(r"\d{1,8}"),
        "pmcid": re.compile(r"PMC\d+"),
        "language": re.compile(r"[A-Za-z]{2,20}(?:[;,] ?[A-Za-z]{2,20})*"),
    }
)
_LINK = re.compile(r"https?://\S+")
DELIMITERS = ",;\t|"
_HEADER_LINES = 30
_LONGEST_ROW = 1000  # lines; a longer one is a quotation mark that is never closed
_SHORTEST_LIMIT = 20
_WIDEST = 1000  # columns; every one is tried as the cell that was cut


class Unclosed(NamedTuple):
    """A row with a quotation mark that is not closed, or not where a cell ends."""

    line: str


def read_csv(source: Source, *, source_file: str, columns: Mapping[str, str] | None = None) -> Iterator[Row]:
    """Rows of a CSV, TSV or semicolon table with names of columns, which may come after a few other lines.

    A short row is filled up, a row with a cell cut in two is mended where that can be told, and is else a Failure, as
    is one whose quotation marks do not close.

    Args:
        source: path or binary stream.
        source_file: input file, as given.
        columns: document's column to table's column, where the usual names do not do.

    Raises:
        ReadError: no column is a title or an abstract, or the file's compression is damaged.
        OptionError: ``columns`` names a column that documents do not have.
    """
    check_columns(columns)
    with opened(source) as stream:
        lines = text_lines(stream)
        first = list(islice(lines, _HEADER_LINES))
        place, delimiter = header(first, columns)
        table = cells(chain(first[place:], lines), delimiter)
        names = next(table)
        assert not isinstance(names, Unclosed)
        where, made = places(names, columns), own_rows(names, columns, is_guarded=True) or row_maker(names, columns)
        mended, damaged = 0, Counter[str]()
        for number, values in enumerate((v for v in table if v and not _is_repeated(v, names)), start=1):
            if isinstance(values, Unclosed):
                error = f"a quotation mark is not closed in the row that begins {values.line[:60]!r}; close it or double it"
                yield failure(source_file, number, error)
                continue
            fitted = aligned(values, names, where, delimiter)
            if fitted is None:
                sizes = f"the row has {len(values)} cells and the table {len(names)} columns"
                error = f"{sizes}; quote the cell with a {delimiter!r} in it"
                yield failure(source_file, number, error)
                continue
            mended += fitted is not values
            damaged.update(damage(fitted, where))
            yield made(fitted, source_file=source_file, source_record=number)
        warn(source_file, damaged)
        if mended:
            LOG.warning("%s: %d rows have more cells than there are columns; a cell cut in two was joined", source_file, mended)


def header(lines: Sequence[str], columns: Mapping[str, str] | None = None) -> tuple[int, str]:
    r"""Place of the line with the names of the columns, and the delimiter.

    >>> header(["Search of today", "PMID;Title;Abstract"])
    (1, ';')

    Raises:
        ReadError: there is none.
    """
    for place in range(len(lines)):
        best: tuple[int, int, str] = (0, 0, "")
        for delimiter in DELIMITERS:
            names = next(iter(cells(iter(lines[place:]), delimiter)), [])
            if names and not isinstance(names, Unclosed) and is_header(names, columns):
                best = max(best, (len(places(names)), len(names), delimiter))
        if best[2]:
            return place, best[2]
    first = next((line for line in lines if line.strip()), "")
    found = max((first.split(delimiter) for delimiter in DELIMITERS), key=len)
    raise ReadError(
        f"no column is a title or an abstract; found {', '.join(repr(name.strip()) for name in found[:12])}, expected"
        " names such as title, abstract, PMID, DOI. Rename the columns, or say which is which: --column title=NAME"
    )


def _is_repeated(values: list[str] | Unclosed, names: Sequence[str]) -> bool:
    """Whether a row is the header again, as where tables were joined."""
    return values[-1] == names[-1] and [value.lstrip("\ufeff") for value in values] == [name.lstrip("\ufeff") for name in names]


def aligned(values: list[str], names: Sequence[str], where: Places, delimiter: str) -> list[str] | None:
    """The row in as many cells as there are columns; None when no cell can be told to have been cut.

    A delimiter that is not quoted cuts a cell in two. The cell that was cut is the last one for which year, DOI,
    PMID and links on both sides are what they should be.

    >>> aligned(["1", "A", "B", " C", "2020"], ["PMID", "Title", "Abstract", "Year"], {"year": [3]}, ",")
    ['1', 'A', 'B, C', '2020']
    """
    extra = len(values) - len(names)
    if extra <= 0 or not any(value.strip() for value in values[len(names) :]):
        return values
    if len(names) > _WIDEST:
        return None
    checks = [(i, _FORMS[column]) for column, places_ in where.items() if column in _FORMS for i in places_]
    checks += [(i, _LINK) for i, name in enumerate(names) if name.strip().lower() in ("link", "url", "pdf link")]
    best: list[str] | None = None
    highest = 0
    for cut in range(len(names)):
        row_ = [*values[:cut], delimiter.join(values[cut : cut + extra + 1]), *values[cut + extra + 1 :]]
        filled = [(row_[i], form) for i, form in checks if row_[i].strip()]
        score = len(filled) if all(form.fullmatch(value.strip()) for value, form in filled) else 0
        if score and score >= highest:
            best, highest = row_, score
    return best


def cells(lines: Iterable[str], delimiter: str) -> Iterator[list[str] | Unclosed]:
    """Rows of cells; where a quotation mark does not close, the lines after it are read again as rows of their own."""
    source, again = iter(lines), deque[str]()
    taken: list[str] = []
    is_ended = False
    width = 0
    # where many quotation marks do not close, fewer lines are read again for each, so that the work grows with the file only
    limit = _LONGEST_ROW

    def feed() -> Iterator[str]:
        nonlocal is_ended
        while len(taken) < limit:
            line = again.popleft() if again else next(source, None)
            if line is None:
                break
            taken.append(line)
            yield line + "\n"
        is_ended = True

    csv.field_size_limit(2**31 - 1)
    while True:
        taken.clear()
        is_ended = False
        is_repeated = bool(again)
        values = next(csv.reader(feed(), delimiter=delimiter), None)
        if values is None:
            return
        if (is_ended or len(taken) > 1) and not _is_sound(taken, delimiter):
            yield Unclosed(taken[0])
            limit = max(limit // 2, _SHORTEST_LIMIT) if len(taken) > _SHORTEST_LIMIT else limit
            again.extendleft(reversed(taken[1:]))
        elif not (is_repeated and len(values) * 2 < width):
            # in lines that are read again, a short row is the rest of the record that was given as unclosed
            width = width or len(values)
            limit = min(limit + 1, _LONGEST_ROW)
            values[-1:] = [values[-1].removesuffix("\n")] if values else []
            yield values


def _is_sound(lines: Sequence[str], delimiter: str) -> bool:
    try:
        list(csv.reader([line + "\n" for line in lines], delimiter=delimiter, strict=True))
    except csv.Error:
        return False
    return True
