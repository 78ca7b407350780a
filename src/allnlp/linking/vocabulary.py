"""The names of a vocabulary as an index, built when it is first asked."""

from __future__ import annotations

from collections.abc import Iterator

from allnlp.linking.index import LinkIndex, build_index
from allnlp.linking.search import THRESHOLD, Linked, link
from allnlp.terminology import Term, Terminology


class Linker:
    """Links a name that the vocabulary lacks to its concepts, and to those that the user gave for linking only."""

    def __init__(self, terminology: Terminology, *, threshold: float = THRESHOLD) -> None:
        self.terminology = terminology
        self.threshold = threshold
        self._index: LinkIndex | None = None
        self._known: dict[tuple[str, str], Linked | None] = {}

    @property
    def index(self) -> LinkIndex:
        """The index of names; built once."""
        if self._index is None:
            self._index = build_index((term.text, term.curie, label) for _, _, label, term in self._rows())
            self._names = {(label, term.curie): term.name for _, _, label, term in self._rows()}
        return self._index

    def _rows(self) -> Iterator[tuple[str, int, str, Term]]:
        known = self.terminology
        for terms, large in ((known.terms, known.large), (known.link_terms, known.large_links)):
            yield from terms
            for table in large:
                yield from table.rows()

    def concept(self, text: str, label: str) -> Linked | None:
        """The concept of a text, with the concept's normal name; None where none is near enough."""
        key = (text, label)
        if key not in self._known:
            found = link(self.index, [text], label=label, threshold=self.threshold)[0]
            if len(self._known) > 100_000:
                self._known.clear()
            self._known[key] = found and found._replace(name=self._names.get((label, found.concept_id), found.name))
        return self._known[key]
