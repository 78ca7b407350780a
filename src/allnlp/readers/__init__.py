"""Every bibliographic export as `schema.Document` rows, what cannot be read as `schema.Failure` rows.

Inside the room imports run downwards: collection > sniff, formats > one file a format > columns, tagged, elements,
json_objects > record > source, dates. Files of formats do not import one another.
"""

from __future__ import annotations

from allnlp.readers.collection import Input, find_inputs, opened_input, read, rows_of, sha256_of
from allnlp.readers.columns import check_columns
from allnlp.readers.duplicates import Repeats, mark_duplicates
from allnlp.readers.formats import READERS
from allnlp.readers.record import Deletion, Row
from allnlp.readers.sniff import sniff
from allnlp.readers.source import Source

__all__ = [
    "READERS",
    "Deletion",
    "Input",
    "Repeats",
    "Row",
    "Source",
    "check_columns",
    "find_inputs",
    "mark_duplicates",
    "opened_input",
    "read",
    "rows_of",
    "sha256_of",
    "sniff",
]
