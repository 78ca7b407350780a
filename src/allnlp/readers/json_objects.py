"""Records of a JSON file of any size, one at a time; what their keys mean is not known here."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from itertools import chain
from typing import Any, NamedTuple

_TOKEN = re.compile(r'"(?:[^"\\]++|\\.)*+("?)|[{}\[\]:]', re.DOTALL)
_LONGEST = 1 << 26  # characters of a record; a string without end is not followed further
_LISTS = frozenset(
    (
        ("documents",),
        ("PubTator3",),
        ("resultList", "result"),
        ("message", "items"),
        ("items",),
        ("records",),
        ("results",),
        ("data",),
        ("studies",),
        ("publications",),
        ("References",),
    )
)


class Bad(NamedTuple):
    """A record that is not JSON, or not an object."""

    error: str


def parsed(text: str) -> dict[str, Any] | Bad:
    """The object that a text is.

    >>> parsed('{"a": 1}'), parsed("[1]")
    ({'a': 1}, Bad(error='the record is a list; expected an object with title and abstract. Leave it out or export it again'))
    """
    try:
        value = json.loads(text, strict=False)  # blanks and line ends may stand in strings as they are
    except json.JSONDecodeError as error:
        return Bad(f"the record is not JSON ({error.msg} at character {error.pos}); correct it or export it again")
    except (RecursionError, ValueError) as error:
        return Bad(f"the record cannot be read as JSON ({error}); correct it or export it again")
    if isinstance(value, dict):
        return value
    return Bad(f"the record is a {type(value).__name__}; expected an object with title and abstract. Leave it out or export it again")


def json_objects(pieces: Iterable[str], *, members_of: str = "") -> Iterator[dict[str, Any] | Bad]:
    """Objects of a list, of a list inside an answer (``{"items": [...]}``), or one after the other.

    Only one record is held at a time. ``members_of`` names the object of an answer whose members are the records.

    >>> list(json_objects(['[{"a": 1}, {"a"', ': 2}]']))
    [{'a': 1}, {'a': 2}]
    >>> list(json_objects(['{"n": 2, "items": [{"a": 1}]} {"b": [{}]}']))
    [{'a': 1}, {'b': [{}]}]
    >>> list(json_objects(['{"result": {"uids": ["5"], "5": {"a": 1}}}'], members_of="result"))
    [{'a': 1}]
    """
    buffer, scan, start = "", 0, -1
    stack: list[str] = []
    path: list[str] = []
    key = ""
    level = 0  # containers around a record; -1 where none can begin
    held: list[str] = []
    wanted = 0  # characters that a string without end waits for, so that it is not gone through at every piece
    for piece in chain(pieces, ("",)):
        held.append(piece)
        wanted -= len(piece)
        if piece and wanted > 0:
            continue
        buffer, held, wanted = "".join((buffer, *held)), [], 0
        for found in _TOKEN.finditer(buffer, scan):
            token = found[0]
            if token[0] == '"':
                if not found[1]:
                    wanted = min(len(buffer) - found.start(), _LONGEST // 8)
                    break  # the string goes on in the next piece
                key = token[1:-1]
            elif token == ":":
                path[max(len(stack) - 1, 0) :] = [key]
            elif token in "{[":
                if token == "{" and members_of and level == 0 and len(stack) == 1 and path[:1] == [members_of]:
                    level, start = 2, -1
                elif token == "{" and start < 0 and len(stack) == level:
                    start = found.start()
                elif token == "[" and (not stack or (level == 0 and _is_answer(stack, path))):
                    level, start = len(stack) + 1, -1
                stack.append(token)
            elif token in "}]" and stack:
                stack.pop()
                if start >= 0 and len(stack) == level:
                    yield parsed(buffer[start : found.end()])
                    start = -1
                elif len(stack) < level:
                    level = -1
                if not stack:
                    level = 0
            scan = found.end()
        else:
            scan = len(buffer)
        drop = start if start >= 0 else scan
        buffer, scan, start = buffer[drop:], scan - drop, 0 if start >= 0 else -1
        if len(buffer) > _LONGEST:
            break
    if start >= 0 or len(buffer) > _LONGEST:
        yield Bad("the record has no end; export the file again")
    elif stack:
        yield Bad("the file ends inside its list; the records before are read. Export it again")


def _is_answer(stack: list[str], path: list[str]) -> bool:
    return "[" not in stack and tuple(path[: len(stack)]) in _LISTS
