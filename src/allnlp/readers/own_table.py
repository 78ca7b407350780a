"""Tables of documents that allnlp wrote, as CSV, TSV or Excel: their cells as they were."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence

from allnlp import schema
from allnlp.cells import parted, unguarded
from allnlp.readers.columns import Cell, places, row
from allnlp.readers.record import Row

_MARKS = frozenset(("doc_id", "title", "abstract", "text", "source_file", "source_record"))
_SHEETS = frozenset(("readme", "data_dictionary", "documents"))
_DOCUMENTS = re.compile(r"documents(?: \d+)?")
_FURTHER = re.compile(r"(.+) \(\d+\)")
_ESCAPED = re.compile("_x(0000|00[01][0-9A-F]|005F|FFFE|FFFF)_")
_COLUMNS = schema.columns("documents")
_LISTS = frozenset(c.column for c in _COLUMNS if c.type.endswith("[]"))
_READ = frozenset(c.column for c in _COLUMNS) - {"text", "source_file", "source_record"}


def own_rows(names: Sequence[str], columns: Mapping[str, str] | None = None, *, is_guarded: bool) -> Callable[..., Row] | None:
    """The function that makes the row of such a table's cells; None where allnlp did not write it, or the user names columns.

    Args:
        names: names of the columns.
        columns: the user's own choice, which makes a table any other one.
        is_guarded: texts that a spreadsheet would compute have an apostrophe, as in CSV and TSV.
    """
    if columns or not is_own(names):
        return None
    where, further = places(own_names(names)), pieces_of(names)
    lists = frozenset(place for place, name in enumerate(names) if name in _LISTS)

    def made(cells: Sequence[str], *, source_file: str, source_record: int) -> Row:
        whole = [cell + "".join(cells[j] for j in further.get(i, ()) if j < len(cells)) for i, cell in enumerate(cells)]
        texts = [unguarded(cell) for cell in whole] if is_guarded else whole
        found: list[Cell] = [parted(text) if i in lists else text for i, text in enumerate(texts)]
        return row(found, where, source_file=source_file, source_record=source_record, is_exact=True)

    return made


def is_own(names: Iterable[str]) -> bool:
    """Whether names of columns are those of a table of documents that allnlp wrote.

    >>> is_own(["doc_id", "title", "abstract", "text", "source_file", "source_record"]), is_own(["PMID", "Title", "Abstract"])
    (True, False)
    """
    return _MARKS.issubset(names)


def pieces_of(names: Sequence[str]) -> dict[int, list[int]]:
    """Columns in which a long cell of another column goes on.

    >>> pieces_of(["doc_id", "abstract", "abstract (2)", "abstract (3)", "text"])
    {1: [2, 3]}
    """
    further: dict[int, list[int]] = {}
    for place, name in enumerate(names):
        found = _FURTHER.fullmatch(name)
        if found and found[1] in names[:place]:
            further.setdefault(names.index(found[1]), []).append(place)
    return further


def own_names(names: Sequence[str]) -> list[str]:
    """Names of the columns that are read; the text, which is title and abstract again, has none.

    >>> own_names(["doc_id", "title", "text", "source_file"])
    ['doc_id', 'title', '', '']
    """
    return [name if name in _READ else "" for name in names]


def own_sheets(titles: Sequence[str]) -> list[str]:
    """Sheets of a workbook to read; of one that allnlp wrote, those that hold documents.

    >>> own_sheets(["readme", "data_dictionary", "documents", "documents 2", "mentions"]), own_sheets(["Sheet1", "documents"])
    (['documents', 'documents 2'], ['Sheet1', 'documents'])
    """
    if not _SHEETS.issubset(titles):
        return list(titles)
    return [title for title in titles if _DOCUMENTS.fullmatch(title)]


def unescaped(text: str) -> str:
    r"""Text of a cell of Excel with the characters that XML cannot hold.

    >>> unescaped("a_x000D_b"), unescaped("_x005F_x000D_"), unescaped("a_x0041_")
    ('a\rb', '_x000D_', 'a_x0041_')
    """
    return _ESCAPED.sub(lambda found: chr(int(found[1], 16)), text) if "_x" in text else text
