"""What a screen gives: a template with its values, and the ways in which the view leaves."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from allnlp.collection.filters import Filters

if TYPE_CHECKING:
    import pandas as pd

TABLE_ENDINGS = (".csv", ".json", ".xlsx")
FIGURE_ENDINGS = (".pdf", ".svg", ".png")


class Way(NamedTuple):
    """A further file as which a view leaves."""

    ending: str  # .ris
    words: str  # what the menu says
    write: Callable[[Path], object]


class Leaving(NamedTuple):
    """How a view leaves: as a table, a figure, further files, and as what gives the same again."""

    table: Callable[[], pd.DataFrame] | None  # with attrs["provenance"]
    command: str  # for the shell
    python: str  # lines
    figure: Callable[[], Any] | None = None  # of matplotlib
    ways: tuple[Way, ...] = ()


class Page(NamedTuple):
    """A screen ready to be shown."""

    template: str
    title: str
    values: Mapping[str, Any]
    leaving: Leaving
    status: int = 200


def python_view(folder: Path, filters: Filters | None, call: str = "") -> str:
    """Python that gives the same: the folder opened, narrowed, and asked.

    >>> print(python_view(Path("cart"), Filters(years=(2018, None)), 'trend("CD19")'))
    import allnlp
    <BLANKLINE>
    view = allnlp.open("cart").where(year=(2018, None))
    answer = view.trend("CD19")
    """
    options = [] if filters is None else _where(filters)
    narrowed = f".where({', '.join(options)})" if options else ""
    lines = ["import allnlp", "", f'view = allnlp.open("{_quoted(str(folder))}"){narrowed}']
    return "\n".join([*lines, *([f"answer = view.{call}"] if call else [])])


def _where(filters: Filters) -> list[str]:
    """Arguments of ``Collection.where``; a view without any counts the mentions that are present."""
    given = [f"year={filters.years!r}"] if filters.years != (None, None) else []
    fields = (
        ("journal", filters.journals), ("study_type", filters.study_types), ("population", filters.populations), ("mentioning", filters.mentioning),
        ("section", filters.sections), ("include", tuple(a for a in filters.assertions if a != "present")), ("matching", filters.matching),
        ("lacking", filters.lacking), ("decision", filters.decisions),
    )  # fmt: skip
    return given + [f"{name}={_values(values)}" for name, values in fields if values]


def _values(values: tuple[str, ...]) -> str:
    quoted = [f'"{_quoted(v)}"' for v in values]
    return quoted[0] if len(quoted) == 1 else f"[{', '.join(quoted)}]"


def _quoted(words: str) -> str:
    return words.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")


def python_words(*values: str) -> str:
    r"""Values as Python text, one alone or as a list.

    >>> python_words("CD19"), python_words("CD19", 'a "b"')
    ('"CD19"', '["CD19", "a \\"b\\""]')
    """
    return _values(values)
