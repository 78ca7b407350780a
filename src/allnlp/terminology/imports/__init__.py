"""Vocabularies of others (OBO, OBO graph JSON, TSV/CSV, UMLS RRF) as a table of terms of one's own."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from allnlp.errors import NothingFound, OptionError
from allnlp.terminology.imports.choice import Choice, Counted, choose
from allnlp.terminology.imports.concept import ForeignConcept, ForeignName, bioregistry
from allnlp.terminology.imports.delimited import FIELDS
from allnlp.terminology.imports.files import read_concepts, write_terms
from allnlp.terminology.imports.source import FORMATS, format_of
from allnlp.terminology.rows import SCOPES
from allnlp.terminology.tables import load

__all__ = [
    "FIELDS",
    "FORMATS",
    "Choice",
    "Counted",
    "ForeignConcept",
    "ForeignName",
    "Imported",
    "bioregistry",
    "choose",
    "import_terms",
    "read_concepts",
]


class Imported(NamedTuple):
    """What was made of a foreign vocabulary of a format."""

    format: str
    choice: Choice


def import_terms(
    path: Path,
    out: Path,
    *,
    label: str,
    format: str | None = None,
    columns: Sequence[tuple[str, str]] = (),
    prefix: str = "",
    language: str = "ENG",
    sources: Sequence[str] = (),
    scopes: Sequence[str] = ("exact", "narrow", "related"),
) -> Imported:
    """Write the names of a foreign vocabulary as a CSV of terms; the file is replaced at once, when all is read.

    Raises:
        NothingFound: no name is left; says why.
        OptionError: an unknown label, format, scope or column.
        TerminologyError: the file cannot be read as what it is.
    """
    terminology = load()
    label = label.upper()
    for what, value, allowed in (
        ("--label", label, tuple(r.label for r in terminology.labels)),
        ("--format", format or FORMATS[0], FORMATS),
        *(("--scope", scope, SCOPES) for scope in scopes),
    ):
        if value not in allowed:
            raise OptionError(f"{what} is {value!r}. Use one of {', '.join(allowed)}.")
    kind = format or format_of(path)
    concepts = read_concepts(path, kind, columns=columns, language=language, sources=sources)
    choice = choose(concepts, terminology, label=label, source=path.name, prefix=prefix, scopes=scopes)
    if not choice.terms:
        why = ", ".join(f"{c.number:,} {c.reason}" for c in (*choice.concepts_left_out, *choice.names_left_out))
        raise NothingFound(f"{path}: no name to import of {choice.concepts_read:,} concepts" + (f" ({why})." if why else "."))
    write_terms(out, choice.terms, label)
    return Imported(kind, choice)
