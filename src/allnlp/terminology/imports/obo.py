"""OBO: stanzas of tags, as Mondo, HP, ChEBI and GO are published (formats 1.0 to 1.4)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from types import MappingProxyType

from allnlp.terminology.imports.concept import ForeignConcept, ForeignName

_SYNONYM = re.compile(r'"((?:[^"\\]|\\.)*)"\s*([A-Z]+)?')
_OLD_TAGS = MappingProxyType(
    {"exact_synonym": "exact", "narrow_synonym": "narrow", "broad_synonym": "broad", "related_synonym": "related"}
)
_SCOPES = MappingProxyType({"EXACT": "exact", "NARROW": "narrow", "BROAD": "broad", "RELATED": "related"})
_QUALIFIERS = re.compile(r'\s*\{[^{}]*="[^{}]*\}\s*(?:!.*)?$')
_ESCAPE = re.compile(r"\\(.)")
_BLANKS = MappingProxyType({"n": " ", "t": " ", "W": " "})


def read_obo(lines: Iterable[str]) -> Iterator[ForeignConcept]:
    r"""Concepts of the terms of an OBO file, the obsolete ones marked.

    >>> list(read_obo(["[Term]", "id: X:1", "name: quill fever", 'synonym: "feather ague" EXACT []']))[0].synonyms
    (ForeignName(text='feather ague', scope='exact'),)

    Source:
        OBO flat file format 1.4 syntax and semantics.
    """
    tags: list[tuple[str, str]] = []
    inside = False
    for line in lines:
        if line.startswith("["):
            if inside:
                yield _concept(tags)
            inside, tags = line.startswith("[Term]"), []
        elif inside:
            tag, sign, value = line.partition(":")
            if sign:
                tags.append((tag, value.strip()))
    if inside:
        yield _concept(tags)


def _concept(tags: Iterable[tuple[str, str]]) -> ForeignConcept:
    identifier = name = ""
    synonyms: list[ForeignName] = []
    xrefs: list[str] = []
    obsolete = False
    for tag, value in tags:
        if tag == "id":
            identifier = value.split()[0] if value else ""
        elif tag == "name":
            name = _plain(_QUALIFIERS.sub("", value))
        elif tag == "synonym" or tag in _OLD_TAGS:
            found = _SYNONYM.match(value)
            if found:
                scope = _OLD_TAGS.get(tag) or _SCOPES.get(found.group(2) or "", "related")
                synonyms.append(ForeignName(_plain(found.group(1)), scope))
        elif tag == "xref" and value:
            xrefs.append(value.split()[0])
        elif tag == "is_obsolete":
            obsolete = value.startswith("true")
    return ForeignConcept(identifier, name, tuple(synonyms), tuple(xrefs), obsolete)


def _plain(value: str) -> str:
    r"""A value without its escapes.

    >>> _plain("5\\,6-dihydro")
    '5,6-dihydro'
    """
    return _ESCAPE.sub(lambda m: _BLANKS.get(m.group(1), m.group(1)), value) if "\\" in value else value
