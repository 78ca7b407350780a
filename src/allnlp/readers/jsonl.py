"""JSON lines: one object a line; title and abstract stay exactly as they stand, for offsets count in them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from allnlp.readers.columns import check_columns
from allnlp.readers.json_objects import Bad, parsed
from allnlp.readers.json_record import json_row
from allnlp.readers.record import Row, failure
from allnlp.readers.source import Source, opened, text_lines


def read_jsonl(source: Source, *, source_file: str, columns: Mapping[str, str] | None = None) -> Iterator[Row]:
    """Rows of JSON lines; the object's own id is the doc_id; empty lines are passed over.

    Args:
        source: path or binary stream.
        source_file: input file, as given.
        columns: document's column to key, where the usual names do not do.

    Raises:
        ReadError: the file's compression is damaged.
        OptionError: ``columns`` names a column that documents do not have.
    """
    check_columns(columns)
    with opened(source) as stream:
        lines = (line for line in text_lines(stream) if line.strip())
        for number, line in enumerate(lines, start=1):
            value = parsed(line.lstrip("\ufeff\x1e"))
            if isinstance(value, Bad):
                yield failure(source_file, number, value.error)
            else:
                yield json_row(value, source_file=source_file, source_record=number, columns=columns, is_exact=True)
