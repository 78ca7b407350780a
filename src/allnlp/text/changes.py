"""Which texts a change of the vocabulary can touch; pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from ahocorasick_rs import AhoCorasick, MatchKind

from allnlp.terminology import LargeTable, Term, Terminology
from allnlp.text.fold import fold
from allnlp.text.lexicon import folded_forms

# rows of these tables hold for every text, or for more than strings tell
_EVERYWHERE = ("labels", "edges", "patterns", "spellings", "roles")
_MOST = 50_000  # terms; to look for more takes longer than to read the texts anew


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
    names = ("terms", "link_terms", "ner_labels", "identifiers", "broader", "large", "large_links")
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
    large = _of_large_tables(old.large, new.large)
    if large is None:
        return None
    curies = {term.curie for term in (*(term for _, term in changed["terms"]), *large)} | {row.curie for row in changed["broader"]}
    for terminology in (old, new):
        curies |= _related(terminology, curies)
    terms = {term for _, term in _rows(old, "terms") | _rows(new, "terms") if term.curie in curies} | set(large)
    terms |= {term for table in {*old.large, *new.large} for curie in curies for *_, term in table.of(curie)}
    strings = {form for term in terms for form in folded_forms(term, old) | folded_forms(term, new)}
    strings |= {fold(row.text).strip() for table in ("stops", "cues") for row in changed[table]}
    return {f" {string} " for string in strings if string}


def _of_large_tables(old: Sequence[LargeTable], new: Sequence[LargeTable]) -> list[Term] | None:
    """Terms whose rows in large tables changed; None where they are too many, as of a table that is new, to be looked for one by one."""
    before, after = ({table.name: table for table in tables if table not in others} for tables, others in ((old, new), (new, old)))
    if before.keys() != after.keys() or len(old) != len(new):
        return None
    changed: list[Term] = []
    for name, table in before.items():
        lines = {table.line(i) for i in range(len(table))}
        others = {after[name].line(i): i for i in range(len(after[name]))}
        changed += [after[name].row(i)[3] for line, i in others.items() if line not in lines]
        changed += [table.row(i)[3] for i in range(len(table)) if table.line(i) not in others]
    return changed if len(changed) <= _MOST else None


def _related(terminology: Terminology, curies: set[str]) -> set[str]:
    """Concepts below, and therapies aimed at, any of the concepts."""
    found, front = set(curies), set(curies)
    while front:
        front = {row.curie for row in terminology.broader if row.object in front} - found
        found |= front
    return found
