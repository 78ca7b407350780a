"""A concept of a foreign vocabulary, and its identifier as Bioregistry spells it."""

from __future__ import annotations

import re
from types import MappingProxyType
from typing import NamedTuple

_PREFIXES = MappingProxyType(
    {
        "hpo": "hp",
        "mim": "omim",
        "msh": "mesh",
        "nci": "ncit",
        "nci_thesaurus": "ncit",
        "omimps": "omim.ps",
        "ordo": "orphanet.ordo",
        "orpha": "orphanet",
        "rxcui": "rxnorm",
        "sctid": "snomedct",
        "snomed": "snomedct",
        "snomedct_us": "snomedct",
        "thesaurus.owl": "ncit",
        "umls_cui": "umls",
    }
)
_CURIE = re.compile(r"([A-Za-z][\w.]*):(?!//)(\S+)")
_LAST = re.compile(r"([A-Za-z][A-Za-z.]*)[_:](\w[\w.\-]*)")


class ForeignName(NamedTuple):
    """A further name of a foreign concept; ``scope`` is one of `SCOPES`, how it relates to the concept."""

    text: str
    scope: str


class ForeignConcept(NamedTuple):
    """A concept as a foreign vocabulary has it: ``identifier`` and ``xrefs`` in its own spelling; ``name`` may be empty."""

    identifier: str
    name: str
    synonyms: tuple[ForeignName, ...]
    xrefs: tuple[str, ...] = ()
    is_obsolete: bool = False


def bioregistry(identifier: str, *, prefix: str = "") -> str:
    """An identifier or address as a CURIE in Bioregistry's spelling; empty where it has no prefix and none is given.

    >>> bioregistry("MONDO:0005148"), bioregistry("http://purl.obolibrary.org/obo/HP_0001873"), bioregistry("D009270", prefix="MESH")
    ('mondo:0005148', 'hp:0001873', 'mesh:D009270')

    Args:
        identifier: a CURIE, the address of a class, or a code.
        prefix: stands before a code that has none; a CURIE keeps its own.
    """
    if "://" in identifier:
        return _of_address(identifier)
    found = _CURIE.fullmatch(identifier)
    if found:
        return f"{_prefix(found.group(1))}:{found.group(2)}"
    return f"{_prefix(prefix)}:{identifier}" if prefix and identifier else ""


def _of_address(address: str) -> str:
    parts = [p for p in re.split(r"[/#?=]", address.split("://", 1)[1]) if p]
    last = _LAST.fullmatch(parts[-1])
    if last and last.group(1).lower() == "orphanet":
        return f"orphanet.ordo:{last.group(2)}"
    if last:
        return f"{_prefix(last.group(1))}:{last.group(2)}"
    return f"{_prefix(parts[-2])}:{parts[-1]}" if len(parts) > 2 else ""


def _prefix(prefix: str) -> str:
    low = prefix.lower()
    return _PREFIXES.get(low, low.replace("_", "."))
