"""Fields of tagged records (RIS, MEDLINE, Web of Science, EndNote): a tag has values, in order."""

from __future__ import annotations

from collections.abc import Iterable

from allnlp.readers.markup import unmarked
from allnlp.readers.record import clean, unique


class Fields:
    """Values of one record by tag; lines that go on are joined with a space."""

    def __init__(self) -> None:
        self._lines: dict[str, list[list[str]]] = {}
        self._open: list[str] | None = None

    def __bool__(self) -> bool:
        """Whether there is any tag."""
        return bool(self._lines)

    def __contains__(self, tag: str) -> bool:
        """Whether the record has the tag, with or without a value."""
        return tag in self._lines

    def add(self, tag: str, value: str) -> None:
        """Begin a value of a tag."""
        self._open = [value]
        self._lines.setdefault(tag, []).append(self._open)

    def go_on(self, line: str) -> None:
        """Add a line to the value that was begun last; nothing when there is none."""
        if self._open is not None:
            self._open.append(line)

    def all(self, *tags: str) -> list[str]:
        """Values of the first tag that has any, cleaned, without empty ones."""
        for tag in tags:
            given = self._lines.get(tag)
            if given and (values := [text for lines in given if (text := clean(" ".join(lines)))]):
                return values
        return []

    def first(self, *tags: str) -> str:
        """First value of the first tag that has any; empty when there is none."""
        return next(iter(self.all(*tags)), "")

    def joined(self, *tags: str) -> str:
        """Values of the first tag that has any, joined with a space."""
        return " ".join(self.all(*tags))

    def lines(self, *tags: str) -> list[str]:
        """Lines of the first tag that has any, each a value."""
        for tag in tags:
            values = [text for lines in self._lines.get(tag, ()) for line in lines if (text := clean(line))]
            if values:
                return values
        return []

    def title(self, *tags: str) -> str:
        """Different values of the first tag that has any, joined with a space, without markup."""
        return unmarked(" ".join(unique(self.all(*tags))))

    def has_value(self, but: Iterable[str] = ()) -> bool:
        """Whether a tag outside ``but`` has a value."""
        return any(self.all(tag) for tag in self._lines if tag not in frozenset(but))


def split(values: Iterable[str], separator: str = ";") -> list[str]:
    """Parts of values that are lists in themselves.

    >>> split(["a; b", "c"])
    ['a', 'b', 'c']
    """
    return [part.strip() for value in values for part in value.split(separator) if part.strip()]
