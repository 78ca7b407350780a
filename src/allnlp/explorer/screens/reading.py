"""How a mark was read, in words: the row, pattern, model or person that decided it, and what a person has said of it since."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from allnlp.errors import OptionError

Place = tuple[str, int, int]  # label, start, end
_CHOSEN = re.compile(r"(?P<number>\d{1,9})|(?P<label>[A-Z_]{1,40}):(?P<start>\d{1,9})-(?P<end>\d{1,9})", re.ASCII)
_VERDICTS = {"right": "right", "partly": "partly right", "wrong": "wrong", "mark": "made or changed"}


class Mark(NamedTuple):
    """A mark of a document with what a person said of it; one judged wrong is none of the document's mentions any more."""

    place: Place
    mention: Mapping[str, Any] | None  # as questions see it
    edit: Mapping[str, Any] | None


def place_of(row: Mapping[str, Any]) -> Place:
    """Label, first code point and the code point after the last of a mention or an edit."""
    return str(row["label"]), int(row["start"]), int(row["end"])


def place_words(place: Place) -> str:
    """A place as a parameter of a URL.

    >>> place_words(("TOXICITY", 4, 7))
    'TOXICITY:4-7'
    """
    label, start, end = place
    return f"{label}:{start}-{end}"


def chosen(words: str, mentions: Sequence[Mapping[str, Any]], edits: Sequence[Mapping[str, Any]]) -> Mark | None:
    """The mark that a URL means, by its number or its place; a mark of another label at the place, where there is none of this one.

    >>> crs = {"mention": 0, "label": "TOXICITY", "start": 4, "end": 7}
    >>> chosen("0", [crs], []) == chosen("TOXICITY:4-7", [crs], []) == chosen("OUTCOME:4-7", [crs], [])
    True

    Raises:
        OptionError: the words are neither.
    """
    m = _CHOSEN.fullmatch(words)
    if m is None:
        raise OptionError(f"m {words!r} is no mark. Choose one in the text.")
    if m["number"]:
        found = next((r for r in mentions if int(r["mention"]) == int(m["number"])), None)
        place = place_of(found) if found is not None else None
    else:
        place = m["label"], int(m["start"]), int(m["end"])
    if place is None:
        return None
    by_place = {place_of(r): r for r in mentions}
    edited = {place_of(r): r for r in edits if r["finding"] is None}
    others = [p for p in (*by_place, *edited) if p[1:] == place[1:]]
    there = place if place in by_place or place in edited else next(iter(others), None)
    return None if there is None else Mark(there, by_place.get(there), edited.get(there))


def rule_said(source: str, rule: str, score: float | None = None) -> str:
    """What decided a mark, in words.

    >>> rule_said("terms", "toxicity.tsv:CRS")
    'The vocabulary lists “CRS” (toxicity.tsv).'
    >>> rule_said("abbreviation", "abbreviation:CRS=cytokine release syndrome")
    'The document says that “CRS” is short for “cytokine release syndrome”.'
    >>> rule_said("some_model", "model:CHEMICAL left THERAPY", 0.934)
    'The model some_model marks it (CHEMICAL left THERAPY), with a score of 0.93.'
    """
    kind, _, rest = rule.partition(":")
    scored = f", with a score of {score:.2f}" if score is not None else ""
    if source == "human":
        said = {"edits": "A person marked it.", "confirmed": "A person confirmed it with its document."}
        return said.get(rule, f"A person changed its type from {rest.removeprefix('from ')}." if kind == "edits" else f"A person marked it ({rule}).")
    if kind == "abbreviation" and "=" in rest:
        short, _, long = rest.partition("=")
        return f"The document says that “{short}” is short for “{long}”{scored}."
    if kind == "model":
        return f"The model {source} marks it ({rest}){scored}."
    if kind == "patterns.tsv":
        return f"The pattern “{rest}” fits (patterns.tsv)."
    if kind == "populations":
        return f"Read as a number of people: {rest.replace('_', ' ')}."
    if kind.endswith(".tsv"):
        return f"The vocabulary lists “{rest}” ({kind})."
    return f"{source}: {rule}{scored}"


def verdict_said(edit: Mapping[str, Any]) -> str:
    """What a person said of a mark or a finding.

    >>> verdict_said({"action": "partly"}), verdict_said({"action": "mark"})
    ('partly right', 'made or changed')
    """
    return _VERDICTS.get(str(edit["action"]), str(edit["action"]))


def by_whom(edit: Mapping[str, Any]) -> str:
    """Who said it, and when.

    >>> by_whom({"reviewer": "AB", "made_at": "2026-03-01T10:20:30Z"})
    'AB, 2026-03-01 10:20'
    """
    at = str(edit["made_at"] or "").replace("T", " ")[:16]
    return ", ".join(part for part in (str(edit["reviewer"] or ""), at) if part)
