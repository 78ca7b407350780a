"""TSV and CSV with a column of identifiers, one of names, and any number of further names."""

from __future__ import annotations

import csv
import io
import itertools
import re
from collections.abc import Iterable, Iterator, Sequence
from types import MappingProxyType
from typing import Literal

from allnlp.errors import OptionError, TerminologyError
from allnlp.terminology.imports.concept import ForeignConcept, ForeignName
from allnlp.terminology.rows import SCOPES

FIELDS = ("id", "name", "text", "synonyms", "scope", "xrefs", "obsolete")
_USUAL = MappingProxyType(
    {
        "id": ("id", "curie", "identifier", "concept_id", "class_id", "code", "iri", "term_id", "ui", "obo_id"),
        "name": ("name", "preferred_label", "preferred_name", "preferred_term", "label", "lbl", "concept_name", "symbol"),
        "text": ("text", "term", "string", "surface"),
        "synonyms": ("synonyms", "synonym", "aliases", "alias", "exact_synonyms", "alternative_names", "alt_labels"),
        "scope": ("scope",),
        "xrefs": ("xrefs", "xref", "database_cross_references"),
        "obsolete": ("obsolete", "deprecated", "is_obsolete"),
    }
)
_SIGNS = re.compile(r"[\W_]+")
_FALSE = frozenset(("", "0", "false", "no", "n"))


def read_delimited(name: str, lines: Iterable[str], *, columns: Sequence[tuple[str, str]] = ()) -> Iterator[ForeignConcept]:
    r"""A concept of each row; several rows may have the same one.

    >>> list(read_delimited("x.tsv", ["id\tname\tsynonyms", "X:1\tquill fever\tfeather ague|QF"]))[0].synonyms
    (ForeignName(text='feather ague', scope='exact'), ForeignName(text='QF', scope='exact'))

    Args:
        name: stands in messages.
        lines: of the table, the first with the names of its columns.
        columns: (field of `FIELDS`, name of its column); a column may also be a number, from 1, and all are numbers where the table has
            no header. Synonyms in one cell are parted by ``|``; several columns of them may be named.

    Raises:
        OptionError: a column that the table lacks; says which ones it has.
        TerminologyError: the table has no column that looks like an identifier or a name, or its quotation marks do not close.
    """
    csv.field_size_limit(2**31 - 1)
    stream = iter(lines)
    first = next(stream, "").removeprefix("\ufeff")
    delimiter = "\t" if "\t" in first else max(",;", key=first.count)
    quoting: Literal[0, 3] = csv.QUOTE_NONE if delimiter == "\t" else csv.QUOTE_MINIMAL  # an inch or a prime stands in many a name
    rows = csv.reader(itertools.chain([first], stream), delimiter=delimiter, quoting=quoting)
    numbered = bool(columns) and all(column.isdigit() for _, column in columns)
    header = [] if numbered else next(csv.reader(io.StringIO(first), delimiter=delimiter), [])
    places = _places(name, header, columns)
    try:
        for row in itertools.islice(rows, 0 if numbered else 1, None):
            if any(row):
                yield _concept(row, places)
    except csv.Error as error:
        raise TerminologyError(f"{name}:{rows.line_num}: no table ({error}). Close or double the quotation mark.") from None


def _places(name: str, header: Sequence[str], columns: Sequence[tuple[str, str]]) -> dict[str, list[int]]:
    """Places of the columns of each field."""
    names = [_SIGNS.sub("_", h.strip().lower()).strip("_") for h in header]
    places: dict[str, list[int]] = {field: [] for field in FIELDS}
    for field, column in columns:
        if field not in FIELDS:
            raise OptionError(f"--column {field}={column}: no such field. Use one of {', '.join(FIELDS)}.")
        wanted = _SIGNS.sub("_", column.lower()).strip("_")
        if wanted in names:
            places[field].append(names.index(wanted))
        elif column.isdigit() and int(column) and (not header or int(column) <= len(header)):
            places[field].append(int(column) - 1)
        else:
            raise OptionError(f"--column {field}={column}: {name} has no such column. It has: {', '.join(header)}.")
    taken = {place for found in places.values() for place in found}
    for field, usual in _USUAL.items():
        if not places[field]:
            places[field] = [i for u in usual for i, n in enumerate(names) if n == u and i not in taken][:1]
            taken.update(places[field])
    if not places["id"] or not (places["name"] or places["text"] or places["synonyms"]):
        lacks = "an identifier" if not places["id"] else "a name"
        raise TerminologyError(
            f"{name}:1: no column that looks like {lacks}; found {', '.join(header)}."
            " Say which it is: --column id=COLUMN --column name=COLUMN."
        )
    return places


def _concept(row: Sequence[str], places: dict[str, list[int]]) -> ForeignConcept:
    cells = {field: [row[i].strip() for i in found if i < len(row)] for field, found in places.items()}
    scope = "".join(cells["scope"][:1]).lower()
    names = [ForeignName(t, scope if scope in SCOPES else "exact") for t in cells["text"] if t]
    names += [ForeignName(s.strip(), "exact") for cell in cells["synonyms"] for s in cell.split("|") if s.strip()]
    obsolete = any(cell.lower() not in _FALSE for cell in cells["obsolete"])
    xrefs = tuple(x for cell in cells["xrefs"] for x in cell.split("|") if x)
    return ForeignConcept("".join(cells["id"][:1]), "".join(cells["name"][:1]), tuple(names), xrefs, obsolete)
