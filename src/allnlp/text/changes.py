"""Which texts a change of the vocabulary can touch; pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from ahocorasick_rs import AhoCorasick, MatchKind

from allnlp.terminology import Terminology
from allnlp.text.fold import fold
from allnlp.text.lexicon import folded_forms

# rows of these tables hold for every text, or for more than strings tell
_EVERYWHERE = ("labels", "edges", "patterns", "spellings", "roles")


def touched_by(old: Terminology, new: Terminology, *, with_models: bool) -> Callable[[str], bool]:
    """Whether a text may be read otherwise by the new vocabulary than by the old one; where it says no, it is not.

    A text is touched when it has a name of a concept whose rows changed, of a therapy whose antigen did, or of one below a
    concept that was moved; or the words of a cue or of a hard negative that changed. What is not bound to words, such as
    patterns, touches every text; so does any name where a model sees names that no list holds, for they are linked by
    likeness.

    Args:
        old: the vocabulary that a text was read by.
        new: the other one.
        with_models: whether models of named entities were or are used.
    """
    if old.version == new.version:
        return lambda _: False
    strings = None if any(getattr(old, table) != getattr(new, table) for table in _EVERYWHERE) else _strings(old, new)
    names = ("terms", "link_terms", "ner_labels", "identifiers", "broader")
    if strings is None or (with_models and any(_rows(old, table) != _rows(new, table) for table in names)):
        return lambda _: True
    if not strings:
        return lambda _: False
    automaton = AhoCorasick(sorted(strings), matchkind=MatchKind.Standard)
    return lambda text: bool(automaton.find_matches_as_indexes(f" {fold(text)} ", overlapping=True))


def _rows(terminology: Terminology, table: str) -> set[Any]:
    """Rows of a table, without the lines on which they stand."""
    rows: Iterable[Any] = getattr(terminology, table)
    return {(label, term) for _, _, label, term in rows} if table in ("terms", "link_terms") else set(rows)


def _strings(old: Terminology, new: Terminology) -> set[str] | None:
    """Folded words of which a touched text has one, each between blanks; None where every text may be touched."""
    changed = {table: _rows(old, table) ^ _rows(new, table) for table in ("terms", "broader", "stops", "cues")}
    if any(not row.text[:1].isalnum() for row in changed["stops"]):
        return None  # "*" and "{doubtful}" stand for names of every kind
    curies = {term.curie for _, term in changed["terms"]} | {row.curie for row in changed["broader"]}
    for terminology in (old, new):
        curies |= _related(terminology, curies)
    rows = _rows(old, "terms") | _rows(new, "terms")
    strings = {form for _, term in rows if term.curie in curies for form in folded_forms(term, old) | folded_forms(term, new)}
    strings |= {fold(row.text).strip() for table in ("stops", "cues") for row in changed[table]}
    return {f" {string} " for string in strings if string}


def _related(terminology: Terminology, curies: set[str]) -> set[str]:
    """Concepts below, and therapies aimed at, any of the concepts."""
    found, front = set(curies), set(curies)
    while front:
        front = {row.curie for row in terminology.broader if row.object in front} - found
        found |= front
    return found
