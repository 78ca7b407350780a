"""RRF: the names of UMLS (MRCONSO.RRF) and of RxNorm (RXNCONSO.RRF), a line each."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Sequence

from allnlp.errors import TerminologyError
from allnlp.terminology.imports.concept import ForeignConcept, ForeignName

COLUMNS = (
    "CUI", "LAT", "TS", "LUI", "STT", "SUI", "ISPREF", "AUI", "SAUI", "SCUI", "SDUI", "SAB", "TTY", "CODE", "STR", "SRL", "SUPPRESS", "CVF"
)  # fmt: skip
_CUI, _LAT, _TS, _STT, _ISPREF, _SAB, _STR, _SUPPRESS = (
    COLUMNS.index(c) for c in ("CUI", "LAT", "TS", "STT", "ISPREF", "SAB", "STR", "SUPPRESS")
)


def read_rrf(name: str, lines: Iterable[str], *, language: str = "ENG", sources: Sequence[str] = ()) -> Iterator[ForeignConcept]:
    """Concepts of the lines of one language that are not suppressed; the preferred name of a concept is that of UMLS.

    Args:
        name: stands in messages.
        lines: of MRCONSO.RRF or RXNCONSO.RRF, in which a concept's lines follow one another.
        language: LAT, as ENG or GER.
        sources: SAB, as MSH or NCI; none means all.

    Raises:
        TerminologyError: a line of another number of cells, with its number.

    Source:
        UMLS Reference Manual, Metathesaurus - Rich Release Format.
    """
    wanted = frozenset(s.upper() for s in sources)
    rows = _rows(name, lines)
    for cui, group in itertools.groupby(rows, key=lambda r: r[_CUI]):
        kept = [
            r for r in group if r[_LAT] == language.upper() and r[_SUPPRESS] in ("N", "") and (not wanted or r[_SAB].upper() in wanted)
        ]
        if kept:
            best = min(kept, key=_rank)
            names = dict.fromkeys(r[_STR] for r in kept)
            names.pop(best[_STR])
            identifier = f"umls:{cui}" if cui.startswith("C") else f"rxnorm:{cui}"
            yield ForeignConcept(identifier, best[_STR], tuple(ForeignName(n, "exact") for n in names))


def _rank(row: Sequence[str]) -> tuple[bool, bool, bool]:
    """The preferred string of the preferred term comes first, else the first line."""
    return (row[_TS] != "P", row[_STT] != "PF", row[_ISPREF] != "Y")


def _rows(name: str, lines: Iterable[str]) -> Iterator[list[str]]:
    for number, line in enumerate(lines, 1):
        cells = line.rstrip("\r\n").split("|")
        if len(cells) < len(COLUMNS):
            if not line.strip():
                continue
            raise TerminologyError(f"{name}:{number}: {len(cells)} cells, expected {len(COLUMNS)} as MRCONSO.RRF has. Give that file.")
        yield cells
