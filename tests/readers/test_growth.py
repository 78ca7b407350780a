"""The work grows with the file and no faster, whatever it holds."""

from __future__ import annotations

import io
import time
from collections.abc import Callable, Sequence

import pytest

from allnlp.errors import ReadError
from allnlp.readers import READERS, columns, delimited, sniff
from allnlp.readers.delimited import aligned
from allnlp.readers.record import Row
from allnlp.schema import Document

TIMES = 4
WIDE = 12  # what is quadratic takes 16 times as long for 4 times as much


def rows_of(text: str) -> list[Row]:
    return list(READERS["csv"](io.BytesIO(text.encode()), source_file="x"))


def told(text: str, name: str) -> str:
    try:
        return sniff(text.encode(), name)
    except ReadError as error:
        return str(error)


def seconds(work: Callable[[str], object], text: str) -> float:
    """The least of three, of the processor's time."""
    taken = []
    for _ in range(3):
        start = time.process_time()
        work(text)
        taken.append(time.process_time() - start)
    return max(min(taken), 1e-3)


@pytest.mark.parametrize("piece", [",", "\t|", "; ", "a,", "a b ", '"a",', '"a\n', "<1>\n", "(a", '{"', "a=", "PMID- ", "@a{", "Title,"])
@pytest.mark.parametrize("name", ["x.txt", "x.csv"])
def test_the_format_is_told_in_a_time_that_grows_with_the_beginning_of_the_file(piece: str, name: str) -> None:
    text = piece * (1 << 14)
    assert seconds(lambda t: told(t, name), text * TIMES) < WIDE * seconds(lambda t: told(t, name), text)


@pytest.mark.parametrize("piece", ["{0},Cells {0},We saw {0}.\n", '{0},"Cells\n{0}",""\n', '"{0}"y,"z\n', '"{0}\n', "{0},a,b,c,d\n"])
def test_a_table_is_read_in_a_time_that_grows_with_it(piece: str) -> None:
    few, many = ("PMID,Title,Abstract\n" + "".join(piece.format(i) for i in range(n)) for n in (1500, 1500 * TIMES))
    assert seconds(rows_of, many) < WIDE * seconds(rows_of, few)


def test_names_of_columns_that_are_the_same_are_worked_out_once(monkeypatch: pytest.MonkeyPatch) -> None:
    calls = []
    normal = columns.normal_name
    monkeypatch.setattr(columns, "normal_name", lambda name: calls.append(name) or normal(name))
    told("," * 100_000 + "\n" + "a," * 100_000, "x.csv")
    assert len(calls) < 100


@pytest.mark.parametrize("lines", ['"x"y,"z\n', '"x"y,"z\na,b\n'])
def test_lines_are_read_again_a_few_times_only_where_no_quotation_mark_closes(lines: str, monkeypatch: pytest.MonkeyPatch) -> None:
    number = 0
    is_sound = delimited._is_sound

    def counted(taken: Sequence[str], delimiter: str) -> bool:
        nonlocal number
        number += len(taken)
        return is_sound(taken, delimiter)

    monkeypatch.setattr(delimited, "_is_sound", counted)
    rows_of("title,abstract\n" + lines * 5000)
    assert number < 40 * 5000


def test_rows_after_a_mark_that_does_not_close_are_read_and_long_cells_as_before() -> None:
    long = 'Long,"' + "a line\n" * 400 + '"\n'
    rows = rows_of("title,abstract\n" + long + '"Open\n' + "Cells,We saw.\n" * 1200 + long)
    assert [row.title for row in rows if isinstance(row, Document)] == ["Long", *["Cells"] * 1200, "Long"]
    assert [row.source_record for row in rows if not isinstance(row, Document)] == [2]


def test_a_cut_cell_is_not_looked_for_among_thousands_of_columns() -> None:
    names = [f"c{i}" for i in range(5000)]
    assert aligned(["2020", *names], names, {"year": [0]}, ",") is None
