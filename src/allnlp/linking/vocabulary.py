"""The names of a vocabulary as an index, built when it is first asked; that of large tables comes from the cache."""

from __future__ import annotations

from allnlp.linking.index import LinkIndex, build_index
from allnlp.linking.kept_index import as_arrays, from_arrays
from allnlp.linking.search import THRESHOLD, Linked, link
from allnlp.terminology import LargeTable, Term, Terminology, contents
from allnlp.terminology.cache import kept, key

_CODE = tuple(("allnlp.linking", file) for file in ("index.py", "grams.py", "kept_index.py"))
Row = tuple[str, int, str, Term]


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
            known = self.terminology
            if known.large or known.large_links:
                name = f"{key('links', contents(known.files, known.user_files, known.link_files), code=_CODE)}.links"
                self._index = from_arrays(kept(name, lambda: as_arrays(self._built())))
            else:
                self._index = self._built()
            self._names = [{(of, t.curie): t.name for _, _, of, t in terms} for terms, _ in self._groups()]
        return self._index

    def _built(self) -> LinkIndex:
        rows = (row for terms, large in self._groups() for group in (terms, *(table.rows() for table in large)) for row in group)
        return build_index((term.text, term.curie, label) for _, _, label, term in rows)

    def _groups(self) -> list[tuple[tuple[Row, ...], tuple[LargeTable, ...]]]:
        known = self.terminology
        return [(known.terms, known.large), (known.link_terms, known.large_links)]

    def _name(self, label: str, curie: str) -> str | None:
        """The normal name of a concept, as its last row has it."""
        for names, (_, large) in zip(reversed(self._names), reversed(self._groups()), strict=True):
            of_tables = (term.name for table in reversed(large) for *_, of, term in reversed(table.of(curie)) if of == label)
            name = next(of_tables, None) or names.get((label, curie))
            if name is not None:
                return name
        return None

    def concept(self, text: str, label: str) -> Linked | None:
        """The concept of a text, with the concept's normal name; None where none is near enough."""
        asked = (text, label)
        if asked not in self._known:
            found = link(self.index, [text], label=label, threshold=self.threshold)[0]
            if len(self._known) > 100_000:
                self._known.clear()
            self._known[asked] = found and found._replace(name=self._name(label, found.concept_id) or found.name)
        return self._known[asked]
