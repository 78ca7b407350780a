"""Files in and out: concepts of a foreign vocabulary, and the table of terms that is made of them."""

from __future__ import annotations

import csv
import os
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from allnlp.terminology.concepts import USER_COLUMNS
from allnlp.terminology.imports.concept import ForeignConcept
from allnlp.terminology.imports.delimited import read_delimited
from allnlp.terminology.imports.obo import read_obo
from allnlp.terminology.imports.obograph import read_obograph
from allnlp.terminology.imports.rrf import read_rrf
from allnlp.terminology.imports.source import opened
from allnlp.terminology.rows import Term


def read_concepts(
    path: Path, format: str, *, columns: Sequence[tuple[str, str]] = (), language: str = "ENG", sources: Sequence[str] = ()
) -> Iterator[ForeignConcept]:
    """Concepts of a file of a format."""
    with opened(path) as stream:
        if format == "obo":
            yield from read_obo(stream)
        elif format == "obograph":
            yield from read_obograph(path.name, stream.read())
        elif format == "rrf":
            yield from read_rrf(path.name, stream, language=language, sources=sources)
        else:
            yield from read_delimited(path.name, stream, columns=columns)


def write_terms(out: Path, terms: Iterable[Term], label: str) -> None:
    """Write a user's table of terms whole or not at all."""
    work = out.with_name(f".{out.name}.{os.getpid()}")
    try:
        with work.open("w", encoding="utf-8", newline="") as stream:
            writer = csv.DictWriter(stream, USER_COLUMNS, lineterminator="\n")
            writer.writeheader()
            writer.writerows({"label": label, **t._asdict()} for t in terms)
        work.replace(out)
    finally:
        work.unlink(missing_ok=True)
