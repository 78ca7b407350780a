"""What goes to the screen: results to stdout, everything else to stderr; corpus text is never read as markup."""

from __future__ import annotations

import io
import json
import math
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd

EXIT_FAILED, EXIT_USAGE, EXIT_NOTHING, EXIT_PARTIAL, EXIT_INTERRUPTED, EXIT_CLOSED = 1, 2, 3, 4, 130, 141


def say(message: str) -> None:
    """A message to stderr."""
    print(message, file=sys.stderr)  # noqa: T201 - the one place


def answer(text: str) -> None:
    """A result to stdout; when the reader of a pipe has gone, the program ends without a word."""
    try:
        print(text)  # noqa: T201 - the one place
    except BrokenPipeError:
        _silence()
        raise SystemExit(EXIT_CLOSED) from None


def show_any_character() -> None:
    """A character that the terminal's encoding lacks is shown as its escape."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def flush() -> None:
    """Write out what is left for stdout.

    Raises:
        SystemExit: the reader of the pipe has gone.
        OSError: the disk is full.
    """
    try:
        sys.stdout.flush()
    except OSError as error:
        _silence()
        if isinstance(error, BrokenPipeError):
            raise SystemExit(EXIT_CLOSED) from None
        raise


def _silence() -> None:
    """Lead what is still written to stdout nowhere, so that Python has nothing to say when it ends."""
    with Path(os.devnull).open("wb") as nowhere:
        os.dup2(nowhere.fileno(), sys.stdout.fileno())


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

    console = Console(markup=False, highlight=False, emoji=False)
    columns = [[row[i] for row in cells] for i in range(len(header))]
    whole = [right or name in _WHOLE for name, right in zip(header, numeric, strict=True)]
    heads = [name if fixed else name.replace("_", " ") for name, fixed in zip(header, whole, strict=True)]
    widths = [_least(head, column, fixed) for head, column, fixed in zip(heads, columns, whole, strict=True)]
    is_narrow = sum(widths) + 3 * len(widths) > console.width
    shown, left_out = fitting(header, widths, console.width)
    table = Table(title=Text(title, style="bold"), title_justify="left", box=SIMPLE_HEAD, pad_edge=False, show_edge=False, padding=0 if is_narrow else (0, 1))
    for i in shown:
        table.add_column(Text(heads[i]), justify="right" if numeric[i] else "left", overflow="fold", no_wrap=whole[i], min_width=widths[i])
    for row in cells:
        table.add_row(*(Text(row[i]) for i in shown))
    console.print(table)
    if left_out:
        console.print(Text(f"Not shown at {console.width} columns: {', '.join(left_out)}. Widen the window, or pipe the table.", style="dim"))


_WHOLE = ("label", "concept_id", "curie", "assertion", "doc_id", "class", "measure")
_DISPENSABLE = ("source", "comment", "row", "subtype", "first_year", "last_year", "rule", "concept_id", "assertion_cue", "scope", "case")


def _least(name: str, column: Sequence[str], fixed: bool) -> int:
    """Columns of the screen that a table's column needs: all of a cell, or its longest word up to 24."""
    words = [name, *column] if fixed else [w for cell in (name, *column) for w in cell.split()]
    return max([0, *(len(w) if fixed else min(len(w), 24) for w in words)])


def fitting(header: Sequence[str], widths: Sequence[int], room: int) -> tuple[list[int], list[str]]:
    """Places of the columns that fit on the screen, and names of those left out, the most dispensable first.

    >>> fitting(["text", "label", "rule"], [10, 10, 20], 30)
    ([0, 1], ['rule'])
    """
    shown = list(range(len(header)))
    left_out: list[str] = []
    for name in _DISPENSABLE:
        if sum(widths[i] + 1 for i in shown) - 1 <= room:
            break
        if name in header:
            shown.remove(header.index(name))
            left_out.append(name)
    return shown, left_out


def _shown(value: Any) -> str:
    if value is None:
        return ""
    return f"{value:.3f}" if isinstance(value, float) and not value.is_integer() else str(int(value) if isinstance(value, float) else value)


def _is_number(frame: pd.DataFrame, column: int) -> bool:
    return frame.dtypes.iloc[column].kind in "iuf"
