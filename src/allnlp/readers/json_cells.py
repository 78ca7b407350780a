"""Cells of a JSON record by dotted key: CSL, Crossref, Europe PMC, OpenAlex, Semantic Scholar and others."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Any

from allnlp.readers.columns import Cell
from allnlp.readers.notices import all_notices, crossref_notice, worded_notice
from allnlp.readers.source import scrubbed

_DEEPEST = 6
_TYPED = (("type", "value"), ("idtype", "value"), ("idType", "value"), ("IdType", "value"), ("id_type", "id_value"))
_IDENTIFIERS = MappingProxyType({"pmid": "pmid", "pubmed": "pmid", "doi": "doi", "pmcid": "pmcid", "pmc": "pmcid"})
_NAMES = (
    "display_name",
    "fullName",
    "full_name",
    "name",
    "literal",
    "collectiveName",
    "descriptorName",
    "term",
    "value",
    "text",
)
_NAME_PAIRS = (("family", "given"), ("lastName", "firstName"), ("last_name", "first_name"), ("last", "first"))


def json_cells(record: Mapping[str, Any]) -> dict[str, Cell]:
    """Strings and lists of strings by dotted key, in the record's order; nulls are left out.

    >>> json_cells({"a": {"b": 1}, "author": [{"family": "Doe", "given": "J"}], "n": None})
    {'a.b': '1', 'author': ['Doe, J']}
    """
    cells: dict[str, Cell] = {}
    _collect(record, "", cells, 0)
    told = all_notices([scrubbed(text) for text in _notices(record)])
    if told:
        cells["notices"] = told
    return cells


def _collect(record: Mapping[str, Any], prefix: str, cells: dict[str, Cell], depth: int) -> None:
    for name, value in record.items():
        key = f"{prefix}{name}"
        if isinstance(value, str):
            cells[key] = scrubbed(value)
        elif value is None:
            continue
        elif isinstance(value, (bool, int, float)):
            cells[key] = str(value)
        elif isinstance(value, list):
            _add_identifiers(value, cells)
            cells[key] = [scrubbed(text) for item in value if (text := _named(item))]
        elif isinstance(value, dict) and name == "abstract_inverted_index":
            cells[f"{prefix}abstract"] = _uninverted(value)
        elif isinstance(value, dict) and "date-parts" in value:
            cells[key] = _date(value["date-parts"])
        elif isinstance(value, dict) and depth < _DEEPEST:
            _collect(value, f"{key}.", cells, depth + 1)


def _add_identifiers(items: list[Any], cells: dict[str, Cell]) -> None:
    """Adds the identifiers of a list such as [{"type": "pmid", "value": "1"}]."""
    for item in items:
        if not isinstance(item, dict):
            continue
        for kind, name in _TYPED:
            said, value = item.get(kind), item.get(name)
            column = _IDENTIFIERS.get(said.lower()) if isinstance(said, str) else None
            if column and isinstance(value, (str, int)) and value:
                cells.setdefault(f"ids.{column}", scrubbed(str(value)))


def _notices(record: Mapping[str, Any]) -> Iterator[str]:
    """What a record of Crossref or Europe PMC says of retractions and corrections."""
    for key, is_later in (("updated-by", True), ("update-to", False)):
        for item in _items(record.get(key)):
            yield crossref_notice(str(item.get("type") or item.get("update-type") or ""), _string(item, "DOI"), is_later=is_later)
    comments = record.get("commentCorrectionList")
    for item in _items(comments.get("commentCorrection") if isinstance(comments, dict) else None):
        yield worded_notice(str(item.get("type") or ""), _string(item, "id"))


def _items(value: Any) -> list[dict[str, Any]]:
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def _string(item: Mapping[str, Any], key: str) -> str | None:
    return str(item[key]) if isinstance(item.get(key), (str, int)) else None


def _named(item: Any) -> str:
    """What an item of a list is called."""
    if isinstance(item, dict):
        inner = item.get("author")
        if isinstance(inner, dict):
            item = inner
        for last, first in _NAME_PAIRS:
            if isinstance(item.get(last), str):
                return f"{item[last]}, {item[first]}" if isinstance(item.get(first), str) and item[first] else str(item[last])
        return next((str(item[name]) for name in _NAMES if isinstance(item.get(name), str)), "")
    return str(item) if isinstance(item, (str, int, float)) else ""


def _uninverted(index: Mapping[str, Any]) -> str:
    """The text of OpenAlex's index of words to places."""
    words = [(place, word) for word, all_ in index.items() if isinstance(all_, list) for place in all_ if isinstance(place, int)]
    return scrubbed(" ".join(word for _, word in sorted(words)))


def _date(parts: Any) -> str:
    """ISO date of CSL's [[2020, 1, 2]]."""
    first = parts[0] if isinstance(parts, list) and parts else None
    return "-".join(str(part) for part in first if part is not None) if isinstance(first, list) else ""
