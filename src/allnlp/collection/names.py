"""Words of a user as concepts of a folder: by identifier, normal name, the words that named it there, or the shipped vocabulary."""

from __future__ import annotations

import difflib
import functools
import unicodedata
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import NamedTuple

import duckdb

from allnlp.errors import NothingFound, OptionError
from allnlp.terminology import load


class Concepts(NamedTuple):
    """What a user's words mean in a folder: the concept and, unless it was to be exact, all that are narrower."""

    ids: frozenset[str]
    name: str


class Known(NamedTuple):
    """A concept of a folder, with what names it there."""

    concept_id: str
    name: str
    labels: frozenset[str]
    identifiers: tuple[str, ...]
    broader: tuple[str, ...]
    forms: Mapping[str, int]
    n_mentions: int


def resolve(
    database: duckdb.DuckDBPyConnection,
    words: str,
    *,
    label: str | tuple[str, ...] | None = None,
    exact: bool = False,
    folder: Path | None = None,
    absent: bool = False,
) -> Concepts:
    """Concepts of a folder that a user's words mean.

    The first of these that gives a concept decides: its CURIE or a further identifier; its normal name; the words that
    name it in the folder; the names and synonyms of the shipped vocabulary. Case, hyphens, blanks and spelled-out Greek
    letters do not matter. Of several concepts the one named by far most often is meant, and all of the same name and type.

    Args:
        database: a connection with the view ``concepts`` and, for labels given by context, ``mentions``.
        words: a name, a synonym or an identifier.
        label: concept type that is meant, as TOXICITY, or several; by default any.
        exact: leave narrower concepts out.
        folder: said in messages.
        absent: a listed concept that the folder does not mention is an answer too.

    Raises:
        NothingFound: the words name no concept, says which are near; or one that the folder does not mention.
        OptionError: the words are empty, or mean several concepts.
    """
    return resolve_in(known_concepts(database), words, label=label, exact=exact, folder=folder, absent=absent)


def resolve_in(
    known: Mapping[str, Known],
    words: str,
    *,
    label: str | tuple[str, ...] | None = None,
    exact: bool = False,
    folder: Path | None = None,
    absent: bool = False,
) -> Concepts:
    """The same, of concepts that were read before; see ``resolve``."""
    wanted = folded(words)
    if not wanted:
        raise OptionError(f"{words!r} names no concept. Give a name, a synonym or a CURIE.")
    labels = (label,) if isinstance(label, str) else label
    meant = {k.concept_id: k for k in known.values() if labels is None or k.labels & set(labels)}
    children = _children(known)
    found = _by_identifier(meant, words) or _by_name(meant, wanted) or _by_form(meant, wanted)
    names = {c: k.name for c, k in known.items()}
    if not found:
        listed = _by_vocabulary(words, labels)
        names = listed | names
        found = {c: sum(known[i].n_mentions for i in _with_narrower(c, children, exact=exact) if i in known) for c in listed}
        if absent and found and not any(found.values()):
            return Concepts(frozenset[str]().union(*(_with_narrower(c, children, exact=exact) for c in found)), next(iter(listed.values())))
        if found and not any(found.values()):
            raise NothingFound(f"no mention of {' or '.join(dict.fromkeys(listed.values()))} in {folder or 'the folder'}.")
    if not found:
        kind = " or ".join(one.lower() for one in labels or ("concept",))
        raise NothingFound(f"no {kind} is named {words!r}.{_near(meant, words, labels)}")
    alike: dict[tuple[str, frozenset[str]], list[str]] = defaultdict(list)
    for c in sorted(found, key=lambda c: (-found[c], c)):
        alike[folded(names[c]), known[c].labels if c in known else frozenset()].append(c)
    concept_id = _meant_most(words, {of[0]: sum(found[c] for c in of) for of in alike.values()}, names, known)
    same = next(of for of in alike.values() if of[0] == concept_id)
    return Concepts(frozenset[str]().union(*(_with_narrower(c, children, exact=exact) for c in same)), names[concept_id])


@functools.lru_cache(maxsize=200_000)
def folded(words: str) -> str:
    """Words as they are compared: letters and digits alone, in one case, Greek letters by name.

    >>> folded("Tisa-cel"), folded("IFN-γ") == folded("IFN gamma")
    ('tisacel', True)
    """
    text = unicodedata.normalize("NFKC", words).casefold()
    return "".join(_letter(c) for c in text if c.isalnum())


def _letter(char: str) -> str:
    if char.isascii():
        return char
    name = unicodedata.name(char, "")
    return name.rpartition(" ")[2].lower() if name.startswith("GREEK SMALL LETTER ") else char


def known_concepts(database: duckdb.DuckDBPyConnection) -> dict[str, Known]:
    """Concepts of a folder by CURIE; with the view ``mentions`` also under the labels that the words around gave them."""
    views = {row[0] for row in database.execute("SELECT view_name FROM duckdb_views() WHERE NOT internal").fetchall()}
    labels: dict[str, set[str]] = defaultdict(set)
    if "mentions" in views:  # by context an infection is a toxicity here and a disease there
        for concept_id, label in database.execute(
            "SELECT DISTINCT concept_id, label FROM mentions WHERE concept_id IS NOT NULL"
        ).fetchall():
            labels[concept_id].add(label)
    rows = database.execute("SELECT concept_id, label, name, identifiers, broader, forms, n_mentions FROM concepts").fetchall()
    return {
        c: Known(c, name, frozenset({label, *labels[c]}), tuple(identifiers), tuple(broader), dict(map(_form, forms)), n)
        for c, label, name, identifiers, broader, forms, n in rows
    }


def _form(words: str) -> tuple[str, int]:
    """A form and its count from "words: count"."""
    form, _, count = words.rpartition(": ")
    return form, int(count) if count.isdigit() else 1


def _by_identifier(meant: Mapping[str, Known], words: str) -> dict[str, int]:
    wanted = words.strip().lower()
    return {k.concept_id: k.n_mentions for k in meant.values() if wanted in (k.concept_id.lower(), *(i.lower() for i in k.identifiers))}


def _by_name(meant: Mapping[str, Known], wanted: str) -> dict[str, int]:
    return {k.concept_id: k.n_mentions for k in meant.values() if folded(k.name) == wanted}


def _by_form(meant: Mapping[str, Known], wanted: str) -> dict[str, int]:
    counts = {k.concept_id: sum(n for form, n in k.forms.items() if folded(form) == wanted) for k in meant.values()}
    return {c: n for c, n in counts.items() if n}


def _by_vocabulary(words: str, labels: tuple[str, ...] | None) -> dict[str, str]:
    """Names of the listed concepts that the words mean, in British spelling or the plural too, by CURIE."""
    terminology = load()
    spellings = [(folded(s.other), folded(s.american)) for s in terminology.spellings]
    wanted = words.strip().lower()
    curies = {i.curie for i in terminology.identifiers if i.identifier.lower() == wanted}

    def american(text: str) -> str:
        key = folded(text)
        for other, spelled in spellings:
            key = key.replace(other, spelled)
        return key.removesuffix("s") if len(key) > 5 else key  # CRS is no plural of CR

    of_label = [t for _, _, of, t in terminology.terms if labels is None or of in labels]
    tests: tuple[Callable[[str], str], ...] = (folded, american)
    for same in tests:
        key = same(words)
        found = {t.curie: t.name for t in of_label if t.curie.lower() == wanted or t.curie in curies or key in (same(t.text), same(t.name))}
        if found:
            return found
    return {}


def _children(known: Mapping[str, Known]) -> dict[str, list[str]]:
    """Next narrower concepts; the folder's own word counts, the vocabulary's only for concepts that the folder lacks."""
    children: dict[str, list[str]] = defaultdict(list)
    for k in known.values():
        for broader in k.broader:
            children[broader].append(k.concept_id)
    if any(broader not in known for k in known.values() for broader in k.broader):
        for b in load().broader:
            if b.relation == "broader" and b.curie not in known:
                children[b.object].append(b.curie)
    return children


def _with_narrower(concept_id: str, children: Mapping[str, list[str]], *, exact: bool) -> frozenset[str]:
    ids, new = {concept_id}, [] if exact else [concept_id]
    while new:
        new = [c for c in dict.fromkeys(child for parent in new for child in children.get(parent, ())) if c not in ids]
        ids.update(new)
    return frozenset(ids)


_CLEAR = 3  # times as often as the next: then words of several concepts are taken to mean the first


def _meant_most(words: str, found: Mapping[str, int], names: Mapping[str, str], known: Mapping[str, Known]) -> str:
    """The concept that is named by far most often."""
    order = sorted(found, key=lambda c: (-found[c], c))
    if len(order) > 1 and found[order[0]] < _CLEAR * found[order[1]]:
        listed = [
            f"{names[c]} ({', '.join(sorted(known[c].labels)) + ', ' if c in known else ''}{c}, {found[c]} mentions)" for c in order[:5]
        ]
        raise OptionError(f"{words!r} may mean {'; '.join(listed)}. Give the full name or the CURIE.")
    return order[0]


def _near(meant: Mapping[str, Known], words: str, labels: tuple[str, ...] | None) -> str:
    """A hint at names and words of the folder, else of the vocabulary, that are written alike."""
    of_folder = [(w, k.n_mentions) for k in meant.values() for w in (k.name, *k.forms)]
    near = _alike(words, of_folder) or _alike(words, ((t.text, 1) for _, _, of, t in load().terms if labels is None or of in labels))
    return f" Did you mean: {', '.join(near)}?" if near else ""


def _alike(words: str, candidates: Iterable[tuple[str, int]]) -> list[str]:
    by_key: dict[str, tuple[int, str]] = {}
    for text, weight in candidates:
        key = text.lower()
        by_key[key] = max((weight, text), by_key.get(key, (0, text)))
    wanted = words.strip().lower()
    holding = sorted((key for key in by_key if len(wanted) > 2 and wanted in key), key=lambda key: (-by_key[key][0], len(key), key))
    close = difflib.get_close_matches(wanted, list(by_key), n=5, cutoff=0.7)
    return [by_key[key][1] for key in dict.fromkeys([*close[:3], *holding[:3], *close[3:]])][:5]
