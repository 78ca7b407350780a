"""Names of tables too large for the automaton: read from hashed tables that the cache keeps."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Generic, NamedTuple, Protocol, TypeVar

from allnlp.terminology import LargeTable, Spelling, Term
from allnlp.terminology.cache import kept, key
from allnlp.text.form_table import FormTable, build, find_forms, hashed, rows_of

E = TypeVar("E")
V = TypeVar("V")
Row = tuple[str, int, str, Term]  # file, line, label, term

_MOST = 50_000  # names and concepts whose entries are remembered
_CODE = (("allnlp.text", "form_table.py"), ("allnlp.text", "fold.py"), ("allnlp.text", "lexicon.py"), ("allnlp.terminology", "large_tables.py"))


class Lookup(Protocol[V]):
    """What answers by a string, as a mapping does."""

    def get(self, key: str, default: V, /) -> V:
        """What is known by the string, or the default."""


class Part(NamedTuple):
    """A large table with the hashes of its folded forms."""

    table: LargeTable
    forms: FormTable


def part(table: LargeTable, spellings: Sequence[Spelling], forms_of: Callable[[Row], Iterable[str]]) -> Part:
    """The table with its forms; from the cache, if they were made before.

    Args:
        table: of terms.
        spellings: decide the forms beside the table's own rows.
        forms_of: the folded forms of a row.
    """

    def made() -> Mapping[str, Any]:
        return build((form, number) for number, row in enumerate(table.rows()) for form in sorted(forms_of(row)))._asdict()

    name = f"{key('forms', table.digest, spellings, code=_CODE)}.forms"
    return Part(table, FormTable(**(kept(name, made) if table.is_kept else made())))


class LargeNames(Generic[E]):
    """All entries by folded form, those of the automaton and after them those of the large tables, in order of rows.

    An entry stands once: of several with the same ``same`` the first. What was asked for is remembered, up to a bound.
    """

    def __init__(
        self,
        small: Mapping[str, tuple[E, ...]],
        parts: Sequence[Part],
        read: Callable[[Row], Iterable[tuple[str, E]]],
        same: Callable[[E], object],
    ) -> None:
        self._small = small
        self._parts = tuple(parts)
        self._read = read
        self._same = same
        self._known: dict[str, tuple[E, ...]] = {}

    def get(self, form: str, default: tuple[E, ...] = (), /) -> tuple[E, ...]:
        """The entries of a folded form."""
        found = self._known.get(form)
        if found is None:
            if len(self._known) >= _MOST:
                self._known.clear()
            found = self._known[form] = self._entries(form)
        return found or default

    def _entries(self, form: str) -> tuple[E, ...]:
        entries = list(self._small.get(form, ()))
        seen = {self._same(e) for e in entries}
        for table, forms in self._parts:
            for number in dict.fromkeys(rows_of(form, forms)):
                for folded, entry in self._read(table.row(number)):
                    if folded == form and self._same(entry) not in seen:
                        seen.add(self._same(entry))
                        entries.append(entry)
        return tuple(entries)

    def find(self, folded: str, found: Iterable[tuple[int, int, tuple[E, ...]]]) -> list[tuple[int, int, tuple[E, ...]]]:
        """Start, end and entries of every listed form in a folded text, by end and then by start, as an automaton gives them.

        Args:
            folded: the text.
            found: the same of the automaton alone.
        """
        at = {(end, start): entries for start, end, entries in found}
        text = hashed(folded)
        for _, forms in self._parts:
            for start, end in zip(*find_forms(text, forms), strict=True):
                entries = self.get(folded[start:end])
                if entries:
                    at[end, start] = entries
        return [(start, end, at[end, start]) for end, start in sorted(at)]


class LargeWords:
    """What `Lexicon.words` says, also of the concepts of large tables."""

    def __init__(self, small: Mapping[str, frozenset[str]], tables: Sequence[LargeTable], words_of: Callable[[Term], Iterable[str]]) -> None:
        self._small = small
        self._tables = tuple(tables)
        self._words_of = words_of
        self._known: dict[str, frozenset[str]] = {}

    def get(self, curie: str, default: frozenset[str], /) -> frozenset[str]:
        """The beginnings of the words of a concept's names."""
        found = self._known.get(curie)
        if found is None:
            if len(self._known) >= _MOST:
                self._known.clear()
            rows = (row for table in self._tables for row in table.of(curie))
            found = self._known[curie] = self._small.get(curie, frozenset()).union(*(self._words_of(term) for *_, term in rows))
        return found or default
