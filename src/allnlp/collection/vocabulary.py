"""Names of concepts for the words of a person: the shipped vocabulary, then the words that name concepts in a folder."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from typing import NamedTuple

import duckdb

from allnlp.collection.names import folded
from allnlp.terminology import load


class Vocabulary(NamedTuple):
    """Concepts by identifier and by name."""

    names: Mapping[str, tuple[str, str]]  # CURIE and normal name, by CURIE or further identifier in lower case
    exact: Mapping[tuple[str, str], frozenset[str]]  # CURIEs by label and words as they are written
    folded: Mapping[tuple[str, str], frozenset[str]]  # the same in any case
    subtypes: Mapping[tuple[str, str], str]  # by label and CURIE

    def of_curie(self, curie: str, name: str | None) -> tuple[str, str]:
        """CURIE and normal name of an identifier; one that is not listed stays as it is, with the name that is given."""
        return self.names.get(curie.lower(), (curie, name or curie))

    def of_words(self, label: str, words: str) -> tuple[str, str] | None:
        """CURIE and normal name of the one concept that words name exactly; None where there is none, or there are several."""
        text = " ".join(words.split())
        for found in (self.exact.get((label, text), frozenset()), self.folded.get((label, folded(text)), frozenset())):
            if len(found) == 1:
                return self.names[next(iter(found)).lower()]
        return None

    def subtype(self, label: str, curie: str | None) -> str | None:
        """Kind of a concept within its label."""
        return self.subtypes.get((label, curie)) if curie is not None else None


def vocabulary_of(database: duckdb.DuckDBPyConnection) -> Vocabulary:
    """The vocabulary with the concepts of a folder.

    Args:
        database: a connection with the view ``concepts``.
    """
    terminology = load()
    names: dict[str, tuple[str, str]] = {}
    exact: dict[tuple[str, str], set[str]] = defaultdict(set)
    loose: dict[tuple[str, str], set[str]] = defaultdict(set)
    subtypes: dict[tuple[str, str], str] = {}
    for _, _, label, term in terminology.terms:
        names.setdefault(term.curie.lower(), (term.curie, term.name))
        if term.subtype:
            subtypes.setdefault((label, term.curie), term.subtype)
        for text in (term.text, term.name) if term.scope == "exact" else (term.name,):
            exact[label, text].add(term.curie)
            if text == term.name or term.case != "exact":  # CR is no cr
                loose[label, folded(text)].add(term.curie)
    for curie, label, name, forms in database.execute("SELECT concept_id, label, name, forms FROM concepts ORDER BY concept_id").fetchall():
        if curie.lower() not in names:
            names[curie.lower()] = (curie, name)
            for text in (name, *(form.rpartition(": ")[0] for form in forms)):  # a user's own terms stand in no table of the package
                exact[label, text].add(curie)
                loose[label, folded(text)].add(curie)
    for row in terminology.identifiers:
        if row.curie.lower() in names:
            names.setdefault(row.identifier.lower(), names[row.curie.lower()])
    return Vocabulary(names, {k: frozenset(v) for k, v in exact.items()}, {k: frozenset(v) for k, v in loose.items()}, subtypes)
