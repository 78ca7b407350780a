"""Europe PMC's XML: the answer of its search, in the lite and the core form; its elements are the keys of its JSON."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from allnlp.readers.elements import Element, element_rows, flat, local
from allnlp.readers.json_record import json_row
from allnlp.readers.record import Row, failure
from allnlp.readers.source import Source

_DEEPEST = 6


def read_europe_pmc(source: Source, *, source_file: str) -> Iterator[Row]:
    """Rows of Europe PMC's XML, of one answer or of several in one file.

    Raises:
        ReadError: the file declares entities or its compression is damaged.
    """
    return element_rows(source, "result", row=_result, source_file=source_file)


def _result(element: Element, source_file: str, number: int) -> Row:
    value = element_object(element)
    row = json_row(value, source_file=source_file, source_record=number) if isinstance(value, dict) else None
    return row or failure(source_file, number, "the result is empty; expected a title. Export it again")


def element_object(element: Element, depth: int = 0) -> dict[str, Any] | str:
    """The element as the JSON would have it: what is in a ...List is a list, whatever there is of it."""
    if not len(element) or depth > _DEEPEST:
        return flat(element)
    found: dict[str, Any] = {}
    is_list = local(element).endswith("List")
    for child in element:
        name = local(child)
        if name in ("h4", "i", "b", "sub", "sup", "p"):
            return flat(element)
        value = element_object(child, depth + 1)
        if isinstance(found.get(name), list):
            found[name].append(value)
        elif is_list:
            found[name] = [value]
        else:
            found[name] = [found[name], value] if name in found else value
    return found
