"""JSON: a list of records, the answer of a service, or CSL JSON as Zotero and other managers write it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from allnlp.readers.columns import check_columns, is_header, places, row
from allnlp.readers.json_cells import json_cells
from allnlp.readers.json_objects import Bad, json_objects
from allnlp.readers.record import Row, clean, failure
from allnlp.readers.source import Source, opened, text_chunks

_JATS = re.compile(r"</?jats:[^>]*>")


def read_json(source: Source, *, source_file: str, columns: Mapping[str, str] | None = None) -> Iterator[Row]:
    """Rows of a JSON file.

    Args:
        source: path or binary stream.
        source_file: input file, as given.
        columns: document's column to dotted key (``journal.name``), where the usual names do not do.

    Raises:
        ReadError: the file's compression is damaged.
        OptionError: ``columns`` names a column that documents do not have.
    """
    check_columns(columns)
    with opened(source) as stream:
        for number, value in enumerate(json_objects(text_chunks(stream)), start=1):
            if isinstance(value, Bad):
                yield failure(source_file, number, value.error)
                continue
            cells = json_cells(value)
            chosen = {key: name for key, name in (columns or {}).items() if name in cells}
            if not chosen and not is_header(list(cells)):
                error = f"the object has neither title nor abstract; found {', '.join(map(repr, list(cells)[:12]))}"
                yield failure(source_file, number, error)
                continue
            for key, cell in cells.items():
                if isinstance(cell, str) and "<jats:" in cell:
                    cells[key] = clean(_JATS.sub(" ", cell))
            where = places(list(cells), chosen)
            yield row(list(cells.values()), where, source_file=source_file, source_record=number)
