"""The row of a JSON record, whose keys are known as the columns of tables are."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from allnlp.readers.columns import is_header, places, row
from allnlp.readers.json_cells import json_cells
from allnlp.readers.own_table import is_own, own_names
from allnlp.readers.record import Row, failure

_WRAPPERS = ("message", "result", "record", "data", "article", "publication", "work", "paper")


def json_row(
    value: Mapping[str, Any], *, source_file: str, source_record: int, columns: Mapping[str, str] | None = None, is_exact: bool = False
) -> Row:
    """The Document of a record, which may be wrapped in an answer's ``result`` or ``message``; a Failure without title and abstract.

    Args:
        value: the object.
        source_file: input file, as given.
        source_record: the record's place, from 1.
        columns: document's column to dotted key, where the usual names do not do.
        is_exact: title and abstract stay as they stand, and the object's own id is the doc_id.
    """
    cells = json_cells(value)
    chosen = {key: name for key, name in (columns or {}).items() if name in cells}
    if not chosen and not is_header(list(cells)):
        inner = next((value[key] for key in _WRAPPERS if isinstance(value.get(key), dict) and is_header(list(json_cells(value[key])))), None)
        if inner is None:
            if not cells:
                return failure(source_file, source_record, "the object is empty; expected a title or an abstract. Leave it out or export it again")
            error = f"the object has neither title nor abstract; found {', '.join(map(repr, list(cells)[:12]))}"
            return failure(source_file, source_record, f"{error}. Leave it out, or say which is which: --column title=NAME")
        cells = json_cells(inner)
    own = not chosen and is_own(value)
    where = places(own_names(list(cells)) if own else list(cells), chosen)
    return row(list(cells.values()), where, source_file=source_file, source_record=source_record, is_exact=is_exact or own)
