"""OBO graph JSON: the nodes of each graph, one at a time; edges are passed over unread."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from types import MappingProxyType
from typing import Any

from allnlp.errors import TerminologyError
from allnlp.terminology.imports.concept import ForeignConcept, ForeignName

_NODES = re.compile(r'(?<!\\)"nodes"\s*:\s*\[')
_BETWEEN = re.compile(r"[\s,]*")
_SCOPES = MappingProxyType(
    {"hasExactSynonym": "exact", "hasNarrowSynonym": "narrow", "hasBroadSynonym": "broad", "hasRelatedSynonym": "related"}
)


def read_obograph(name: str, text: str) -> Iterator[ForeignConcept]:
    """Concepts of the classes of an OBO graph, the deprecated ones marked; ``name`` stands in messages.

    >>> text = '{"graphs": [{"nodes": [{"id": "X:1", "lbl": "quill fever", "type": "CLASS"}]}]}'
    >>> list(read_obograph("x.json", text))
    [ForeignConcept(identifier='X:1', name='quill fever', synonyms=(), xrefs=(), is_obsolete=False)]

    Raises:
        TerminologyError: the JSON is broken, with the line.

    Source:
        OBO Graphs, JSON schema of the Gene Ontology consortium.
    """
    decoder = json.JSONDecoder()
    found = _NODES.search(text)
    while found:
        at = _skip(text, found.end())
        while text[at : at + 1] != "]":
            try:
                node, at = decoder.raw_decode(text, at)
            except ValueError:
                line = text.count("\n", 0, at) + 1
                raise TerminologyError(f"{name}:{line}: the JSON breaks off or is damaged. Fetch the file again.") from None
            at = _skip(text, at)
            if isinstance(node, dict) and node.get("type", "CLASS") == "CLASS":
                yield _concept(node)
        found = _NODES.search(text, at)


def _skip(text: str, at: int) -> int:
    found = _BETWEEN.match(text, at)
    return found.end() if found else at


def _concept(node: dict[str, Any]) -> ForeignConcept:
    meta = node.get("meta") or {}
    synonyms = tuple(
        ForeignName(str(s.get("val") or ""), _SCOPES.get(str(s.get("pred", "")).rpartition("#")[2], "related"))
        for s in meta.get("synonyms") or ()
    )
    xrefs = tuple(str(x["val"]) for x in meta.get("xrefs") or () if x.get("val"))
    return ForeignConcept(str(node.get("id") or ""), str(node.get("lbl") or ""), synonyms, xrefs, bool(meta.get("deprecated")))
