"""What a URL asks for: its screen, its filters and the screen's own options; and the URL of the same with a change."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple
from urllib.parse import parse_qsl, urlencode

from allnlp.errors import OptionError

#: Parameters that filter; they go along from screen to screen.
FILTERS = (
    "q", "from", "to", "mentioning", "any", "lacking", "journal", "study_type", "population", "section", "include", "decision",
)  # fmt: skip
_LONGEST = 8_000  # letters of a query string


class State(NamedTuple):
    """A screen and its parameters, in the order of the URL.

    >>> state = read_state("/documents", "q=CRS&mentioning=CD19&page=2")
    >>> state.one("page"), state.all("mentioning"), state.url(page=None, sort="year")
    ('2', ('CD19',), '/documents?q=CRS&mentioning=CD19&sort=year')
    >>> state.url("/trends"), state.toggled("mentioning", "CD22")
    ('/trends?q=CRS&mentioning=CD19', '/documents?q=CRS&mentioning=CD19&mentioning=CD22')
    """

    path: str
    pairs: tuple[tuple[str, str], ...]

    def all(self, name: str) -> tuple[str, ...]:
        """All values of a parameter, each once, without empty ones."""
        return tuple(dict.fromkeys(v for k, v in self.pairs if k == name and v.strip()))

    def one(self, name: str, default: str = "") -> str:
        """The last value of a parameter."""
        return next((v for k, v in reversed(self.pairs) if k == name and v.strip()), default)

    def choice(self, name: str, known: Sequence[str], default: str | None = None) -> str:
        """A value that is one of those known; by default the first.

        Raises:
            OptionError: it is another.
        """
        value = self.one(name, known[0] if default is None else default)
        if value not in known:
            raise OptionError(f"{name} {value!r} is none of {', '.join(known)}.")
        return value

    def number(self, name: str, default: int, *, low: int = 1, high: int = 1_000_000) -> int:
        """A whole number, brought between its bounds.

        Raises:
            OptionError: it is no whole number.
        """
        value = self.one(name, str(default)).strip()
        if not value.removeprefix("-").isdecimal() or len(value) > 12:
            raise OptionError(f"{name} {value!r} is no whole number. Give one from {low:,} to {high:,}.")
        return min(max(int(value), low), high)

    def flag(self, name: str) -> bool:
        """Whether a box is ticked."""
        return self.one(name) in ("1", "on", "true", "yes")

    def url(self, path: str | None = None, **changes: str | int | Iterable[str] | None) -> str:
        """The URL with parameters set anew, None takes one away; to another screen only filters go along.

        A parameter ``from_`` stands for ``from``.
        """
        new = {k.removesuffix("_"): v for k, v in changes.items()}
        is_other = path is not None and path != self.path
        kept = [(k, v) for k, v in self.pairs if k not in new and v.strip() and (not is_other or k in FILTERS)]
        for name, value in new.items():
            values = () if value is None else (str(value),) if isinstance(value, (str, int)) else tuple(value)
            kept += [(name, v) for v in values]
        return f"{path or self.path}{'?' if kept else ''}{urlencode(kept)}"

    def toggled(self, name: str, value: str, **changes: str | None) -> str:
        """The URL with a value of a parameter added, or taken away where it is set; from the first page on."""
        values = self.all(name)
        now = tuple(v for v in values if v != value) if value in values else (*values, value)
        more: dict[str, Any] = {"page": None, **changes, name: now}
        return self.url(**more)

    def filters(self) -> tuple[tuple[str, str], ...]:
        """The parameters that filter."""
        return tuple((k, v) for k, v in self.pairs if k in FILTERS and v.strip())

    def options(self) -> tuple[tuple[str, str], ...]:
        """The screen's own parameters."""
        return tuple((k, v) for k, v in self.pairs if k not in FILTERS and v.strip())

    def leave(self, ending: str) -> str:
        """The URL at which the same view leaves as a file.

        >>> read_state("/trends", "q=CRS").leave(".csv")
        '/trends.csv?q=CRS'
        """
        return f"{self.path}{ending}{self.url()[len(self.path) :]}"


def read_state(path: str, query: str) -> State:
    """State of a URL.

    Raises:
        OptionError: the URL is too long to be one of ours, or holds what is no text.
    """
    if len(query) > _LONGEST:
        raise OptionError(f"the address has {len(query):,} letters after its '?'; {_LONGEST:,} are the most. Take filters away.")
    try:
        pairs = parse_qsl(query, keep_blank_values=False, errors="strict", max_num_fields=400)
    except (UnicodeDecodeError, ValueError):
        raise OptionError("the address holds letters that are no UTF-8, or too many parts. Start again from the overview.") from None
    if any("\x00" in k or "\x00" in v for k, v in pairs):
        raise OptionError("the address holds a zero byte. Start again from the overview.")
    return State(path, tuple(pairs))
