"""What spreadsheet programs do to cells and cannot be undone: told once a file, never passed over; pure but for the warning."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from allnlp.readers.record import is_rounded
from allnlp.readers.source import LOG

ERRORS = frozenset(("#N/A", "#NAME?", "#REF!", "#VALUE!", "#NULL!", "#NUM!", "#DIV/0!", "#GETTING_DATA"))
_WORDS = {
    "rounded": "rows have a PMID that a spreadsheet has rounded (3.12E+07), so that it is not known; format the column as text and export again",
    "error": "rows have an error of a spreadsheet (#NAME?) in the place of a title or an abstract; export these records again",
}


def damage(values: Sequence[str], where: Mapping[str, Sequence[int]]) -> set[str]:
    """What a spreadsheet has done to a row: ``rounded``, ``error``.

    >>> sorted(damage(["3.12E+07", "#NAME?"], {"pmid": [0], "abstract": [1]})), damage(["31234567", "#1"], {"pmid": [0], "title": [1]})
    (['error', 'rounded'], set())

    Args:
        values: the row's cells.
        where: places of the cells of a document, by column.
    """

    def cells(*columns: str) -> list[str]:
        return [values[i].strip() for column in columns for i in where.get(column, ()) if i < len(values)]

    found = {"rounded"} if any(map(is_rounded, cells("pmid"))) else set()
    return found | {"error"} if any(cell in ERRORS for cell in cells("title", "abstract")) else found


def warn(source_file: str, counts: Counter[str]) -> None:
    """Say how many rows of a file are damaged, one line for each kind of damage."""
    for kind, count in sorted(counts.items()):
        LOG.warning("%s: %d %s", source_file, count, _WORDS[kind])
