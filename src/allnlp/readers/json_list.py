"""JSON: a list of records, the answer of a service, or CSL JSON as Zotero and other managers write it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from allnlp.readers.columns import check_columns
from allnlp.readers.json_objects import Bad, json_objects
from allnlp.readers.json_record import json_row
from allnlp.readers.record import Row, failure
from allnlp.readers.source import Source, opened, text_chunks


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
            else:
                yield json_row(value, source_file=source_file, source_record=number, columns=columns)
