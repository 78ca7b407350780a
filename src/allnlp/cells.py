"""Cells of tables that people open in a spreadsheet: text that stays text, lists in one cell, and how both are read again."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping, Sequence
from typing import Any

Cell = str | int | float | bool | None

# Blanks, control and format characters and quotation marks, which programs pass over before they look for a formula.
_PASSED = r"[\x00-\x20\x7f-\xa0\xad\u1680\u180e\u2000-\u200f\u2028-\u202f\u205f-\u206f\u3000\ufeff'\"]*"
#: Text that some spreadsheet computes: a sign of a formula, also full-width or small, or a tab or line end that it drops first.
COMPUTED = re.compile(_PASSED + r"[=+\-@\uff1d\uff0b\uff0d\uff20\ufe66\ufe62\ufe63\ufe6b]|'*[\t\r\n]")
_UNSOUND = re.compile("[\0\ud800-\udfff]")
_LIST = "; "


def guarded(text: str) -> str:
    """The text with an apostrophe before it where a spreadsheet would compute it; every text has a form of its own.

    >>> guarded("-11q"), guarded("del(11q)"), guarded(" =1+1"), guarded("'-11q")
    ("'-11q", 'del(11q)', "' =1+1", "''-11q")

    Source:
        OWASP, CSV Injection: signs, their full-width forms, tab and line ends; an apostrophe before the text.
    """
    return f"'{text}" if COMPUTED.match(text) else text


def unguarded(text: str) -> str:
    """The text that was guarded.

    >>> unguarded("'-11q"), unguarded("''-11q"), unguarded("'t Hooft"), unguarded("-11q")
    ('-11q', "'-11q", "'t Hooft", '-11q')
    """
    return text[1:] if text.startswith("'") and COMPUTED.match(text, 1) else text


def joined(values: Sequence[str]) -> str:
    """A list of texts as one text: parted by "; ", or as a JSON list where they could not be told apart again.

    >>> joined(["Muster E", "Beispiel B"]), joined(["a; b", "c"]), joined([]), joined([""])
    ('Muster E; Beispiel B', '["a; b", "c"]', '', '[""]')
    """
    text = _LIST.join(values)
    return text if parted(text) == list(values) else json.dumps(list(values), ensure_ascii=False)


def parted(text: str) -> list[str]:
    """The list of texts that was joined.

    >>> parted("Muster E; Beispiel B"), parted('["a; b", "c"]'), parted("")
    (['Muster E', 'Beispiel B'], ['a; b', 'c'], [])
    """
    if text.startswith('["') and text.endswith('"]'):
        try:
            values = json.loads(text)
        except ValueError:
            values = None
        if isinstance(values, list) and all(isinstance(value, str) for value in values):
            return values
    return text.split(_LIST) if text else []


def sound(text: str) -> str:
    r"""The text with U+FFFD for halves of characters, which no file can hold, and for NUL, at which programs stop, as readers have it.

    >>> sound("a\ud800b\0")
    'a�b�'
    """
    return _UNSOUND.sub("\ufffd", text)


def plain(value: Any) -> Cell:
    """A value as a text, a number, true, false or nothing: lists are joined, days are ISO dates, what JSON has is JSON.

    >>> import datetime
    >>> plain(["a", "b"]), plain([1, 2]), plain([1, None]), plain([]), plain(datetime.date(2021, 3, 4)), plain(float("nan"))
    ('a; b', '1; 2', '[1, null]', None, '2021-03-04', None)
    """
    if value is None or isinstance(value, (bool, int)):
        return value
    if isinstance(value, str):
        return sound(value)
    if isinstance(value, float):
        return None if math.isnan(value) else float(value)
    if hasattr(value, "tolist"):  # of numpy, one value or many
        return plain(value.tolist())
    if isinstance(value, (list, tuple)):
        return _plain_list(value)
    if isinstance(value, Mapping):
        return sound(json.dumps(value, ensure_ascii=False, default=str))
    text = value.isoformat() if hasattr(value, "isoformat") else str(value)
    return None if text in ("NaT", "<NA>") else sound(text)


def _plain_list(values: Sequence[Any]) -> str | None:
    if not values:
        return None
    if all(isinstance(value, str) for value in values):
        return sound(joined(values))
    if all(isinstance(value, (int, float)) and not isinstance(value, bool) for value in values):
        return _LIST.join(map(str, values))
    return sound(json.dumps(list(values), ensure_ascii=False, default=str))
