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
    import typer

EXIT_FAILED, EXIT_USAGE, EXIT_NOTHING, EXIT_PARTIAL, EXIT_INTERRUPTED, EXIT_CLOSED, EXIT_TERMINATED = 1, 2, 3, 4, 130, 141, 143


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


def command_words(context: typer.Context) -> list[str]:
    """The words that ask the same again, for the record of a result: what was left to a default is said, where it goes is not."""
    words = ["allnlp", str(context.info_name)]
    for parameter in context.command.params:
        value = context.params.get(str(parameter.name))
        if parameter.param_type_name == "argument":
            words += [str(one) for one in (value if isinstance(value, (list, tuple)) else [value])]
        elif parameter.name not in _NO_QUESTION:
            for one in value if isinstance(value, (list, tuple)) else [value]:
                words += _option_words(parameter, one)
    return words


_NO_QUESTION = ("out", "figure", "json", "left_out", "limit", "count")


def _option_words(parameter: Any, value: Any) -> list[str]:
    if value is None:
        return []
    if value is True or value is False:
        return list(parameter.opts[:1] if value else parameter.secondary_opts[:1])
    return [max(parameter.opts, key=len), str(value)]


def records(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """Rows of a DataFrame as JSON can hold them: nulls are null."""
    return [{str(k): plain(v) for k, v in row.items()} for row in frame.to_dict("records")]


def plain(value: Any) -> Any:
    """A cell as a plain Python value; None for a missing one."""
    if value is None or (isinstance(value, float) and math.isnan(value)) or type(value).__name__ in ("NAType", "NaTType"):
        return None
    return value.item() if hasattr(value, "item") and not hasattr(value, "__len__") else value


def answer_table(title: str, frame: pd.DataFrame, *, form: str | None = None) -> None:
    """A table to stdout: ruled on a terminal, TSV when piped; fractions have three digits, or the form that is given, as .1f."""
    cells = [[_shown(plain(c), form) for c in row] for row in frame.itertuples(index=False)]
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
    table = Table(
        title=Text(title, style="bold"),
        title_justify="left",
        box=SIMPLE_HEAD,
        pad_edge=False,
        show_edge=False,
        padding=0 if is_narrow else (0, 1),
    )
    most = [max(len(head), *(len(c) for c in column)) if column else len(head) for head, column in zip(heads, columns, strict=True)]
    room = console.width - (1 if is_narrow else 3) * len(shown)
    for i, width in zip(shown, shared_out([widths[i] for i in shown], [most[i] for i in shown], room), strict=True):
        table.add_column(Text(heads[i]), justify="right" if numeric[i] else "left", overflow="fold", no_wrap=whole[i], width=width)
    for row in cells:
        table.add_row(*(Text(row[i]) for i in shown))
    console.print(table)
    if left_out:
        console.print(
            Text(f"Not shown at {console.width} columns: {', '.join(left_out)}. Widen the window, or pipe the table.", style="dim")
        )


_WHOLE = ("label", "concept_id", "curie", "assertion", "doc_id", "class", "measure")
_DISPENSABLE = (
    "source", "comment", "row", "subtype", "first_year", "last_year", "rule", "concept_id", "assertion_cue", "scope", "case",
    "derived", "review_reason", "needs_review", "sentence", "therapy", "weight",
)  # fmt: skip


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


def shared_out(least: Sequence[int], most: Sequence[int], room: int) -> list[int]:
    """Widths of columns: each what it needs at least, and of what is left its share of what it lacks.

    >>> shared_out([5, 10], [5, 40], 30), shared_out([5, 10], [5, 12], 30)
    ([5, 25], [5, 12])
    """
    spare, lacking = max(room - sum(least), 0), sum(most) - sum(least)
    return [a + ((b - a) * min(spare, lacking) // lacking if lacking else 0) for a, b in zip(least, most, strict=True)]


def _shown(value: Any, form: str | None) -> str:
    if value is None:
        return ""
    if not isinstance(value, float):
        return str(value)
    return format(value, form) if form else str(int(value)) if value.is_integer() else f"{value:.3f}"


def _is_number(frame: pd.DataFrame, column: int) -> bool:
    return frame.dtypes.iloc[column].kind in "iuf"
