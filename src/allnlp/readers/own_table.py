"""Tables of documents that allnlp wrote, as CSV, TSV or Excel: their cells as they were."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from allnlp import schema
from allnlp.cells import parted, unguarded
from allnlp.readers.columns import Cell

_MARKS = frozenset(("doc_id", "title", "abstract", "text", "source_file", "source_record"))
_SHEETS = frozenset(("readme", "data_dictionary", "documents"))
_DOCUMENTS = re.compile(r"documents(?: \d+)?")
_FURTHER = re.compile(r"(.+) \(\d+\)")
_ESCAPED = re.compile("_x(0000|00[01][0-9A-F]|005F|FFFE|FFFF)_")
_COLUMNS = schema.columns("documents")
_LISTS = frozenset(c.column for c in _COLUMNS if c.type.endswith("[]"))
_READ = frozenset(c.column for c in _COLUMNS) - {"text", "source_file", "source_record"}


class Own(NamedTuple):
    """How the cells of such a table are read."""

    pieces: dict[int, list[int]]  # columns in which a long cell goes on
    lists: frozenset[int]


def own_table(names: Sequence[str]) -> Own | None:
    """How to read a table with these columns; None where it is not one that allnlp wrote.

    >>> own_table(["doc_id", "title", "abstract", "abstract (2)", "text", "authors", "source_file", "source_record"])
    Own(pieces={2: [3]}, lists=frozenset({5}))
    >>> own_table(["PMID", "Title", "Abstract"])
    """
    if not _MARKS.issubset(names):
        return None
    further: dict[int, list[int]] = {}
    for place, name in enumerate(names):
        found = _FURTHER.fullmatch(name)
        if found and found[1] in names[:place]:
            further.setdefault(names.index(found[1]), []).append(place)
    return Own(further, frozenset(place for place, name in enumerate(names) if name in _LISTS))


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


def restored(cells: Sequence[str], own: Own, *, is_guarded: bool) -> list[Cell]:
    """Cells of a row as they were before they were written.

    >>> restored(["'-11q in AML", "a; b"], Own({}, frozenset({1})), is_guarded=True)
    ['-11q in AML', ['a', 'b']]

    Args:
        cells: of the row.
        own: from `own_table`.
        is_guarded: texts that a spreadsheet would compute have an apostrophe, as in CSV and TSV.
    """
    whole = [cell + "".join(cells[j] for j in own.pieces.get(i, ()) if j < len(cells)) for i, cell in enumerate(cells)]
    if is_guarded:
        whole = [unguarded(cell) for cell in whole]
    return [parted(cell) if i in own.lists else cell for i, cell in enumerate(whole)]


def unescaped(text: str) -> str:
    r"""Text of a cell of Excel with the characters that XML cannot hold.

    >>> unescaped("a_x000D_b"), unescaped("_x005F_x000D_"), unescaped("a_x0041_")
    ('a\rb', '_x000D_', 'a_x0041_')
    """
    return _ESCAPED.sub(lambda found: chr(int(found[1], 16)), text) if "_x" in text else text
