"""What goes to the screen: results to stdout, everything else to stderr; corpus text is never read as markup."""

from __future__ import annotations

import json
import math
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd

EXIT_FAILED, EXIT_USAGE, EXIT_NOTHING, EXIT_PARTIAL, EXIT_INTERRUPTED = 1, 2, 3, 4, 130


def say(message: str) -> None:
    """A message to stderr."""
    print(message, file=sys.stderr)  # noqa: T201 - the one place


def answer(text: str) -> None:
    """A result to stdout."""
    print(text)  # noqa: T201 - the one place


def answer_json(value: Any) -> None:
    """A result to stdout as JSON."""
    answer(json.dumps(value, ensure_ascii=False, indent=1, default=str))


def records(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """Rows of a DataFrame as JSON can hold them: nulls are null."""
    return [{str(k): plain(v) for k, v in row.items()} for row in frame.to_dict("records")]


def plain(value: Any) -> Any:
    """A cell as a plain Python value; None for a missing one."""
    if value is None or (isinstance(value, float) and math.isnan(value)) or type(value).__name__ in ("NAType", "NaTType"):
        return None
    return value.item() if hasattr(value, "item") and not hasattr(value, "__len__") else value


def answer_table(title: str, frame: pd.DataFrame) -> None:
    """A table to stdout: ruled on a terminal, TSV when piped."""
    cells = [[_shown(plain(c)) for c in row] for row in frame.itertuples(index=False)]
    if not sys.stdout.isatty():
        answer("\t".join(str(c) for c in frame.columns))
        for row in cells:
            answer("\t".join(" ".join(c.split()) for c in row))
        return
    _ruled(title, [str(c) for c in frame.columns], cells, [_is_number(frame, i) for i in range(frame.shape[1])])


def _ruled(title: str, header: Sequence[str], cells: Sequence[Sequence[str]], numeric: Sequence[bool]) -> None:
    from rich.box import SIMPLE_HEAD
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(title=Text(title, style="bold"), title_justify="left", box=SIMPLE_HEAD, pad_edge=False)
    for name, right in zip(header, numeric, strict=True):
        table.add_column(Text(name), justify="right" if right else "left", overflow="fold")
    for row in cells:
        table.add_row(*(Text(c) for c in row))
    Console(markup=False, highlight=False, emoji=False).print(table)


def _shown(value: Any) -> str:
    if value is None:
        return ""
    return f"{value:.3f}" if isinstance(value, float) and not value.is_integer() else str(int(value) if isinstance(value, float) else value)


def _is_number(frame: pd.DataFrame, column: int) -> bool:
    return frame.dtypes.iloc[column].kind in "iuf"
