"""Which names of a foreign vocabulary become terms: none that clashes with what is listed, none that would be found everywhere."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from allnlp.terminology.check import CURIE
from allnlp.terminology.imports.concept import ForeignConcept, ForeignName, bioregistry
from allnlp.terminology.imports.listed import Listed, find_listed, listed_as, listed_of
from allnlp.terminology.rows import SCOPES, Term
from allnlp.terminology.tables import Terminology, read_rows, shipped_folder, sort_key

LONGEST = 150  # characters; what is longer is a chemical structure written out, which no abstract has
_SHORT = 5  # a shorter name too often is a word of another meaning
_SHORT_CAPITALS = 6
_LETTER = re.compile(r"[^\W\d_]")


class CommonWord(NamedTuple):
    """A word that alone is a name of nothing."""

    word: str
    comment: str


class Counted(NamedTuple):
    """How many were left out for a reason."""

    reason: str
    number: int


class Choice(NamedTuple):
    """Terms chosen, sorted, and what became of the others."""

    terms: tuple[Term, ...]
    concepts_read: int
    names_read: int
    concepts_left_out: tuple[Counted, ...]
    names_left_out: tuple[Counted, ...]
    shipped: int  # concepts that are shipped ones, to which their further names are added


class _Candidate(NamedTuple):
    """A name that may become a term; ``rank`` says how close to the concept it is, 0 for its own name."""

    rank: int
    curie: str
    text: str
    case: str
    xrefs: str


def choose(
    concepts: Iterable[ForeignConcept],
    terminology: Terminology,
    *,
    label: str,
    source: str,
    prefix: str = "",
    scopes: Sequence[str] = ("exact", "narrow", "related"),
) -> Choice:
    """Terms of the concepts, such that `check_user_terms` finds no fault in them beside the shipped vocabulary.

    A concept whose identifier or name is that of a shipped concept of the label takes its CURIE and name. Of two
    concepts with the same text one keeps it: whose name it is, else whose synonym of the closer scope, else the first CURIE.

    Args:
        concepts: of a foreign vocabulary, in any order; an identifier may come several times.
        terminology: the shipped vocabulary.
        label: of all terms.
        source: stands in every row.
        prefix: of codes without one; concepts of another prefix are left out.
        scopes: of the synonyms that are taken.
    """
    listed = find_listed(terminology, label)
    common = common_words()
    wanted = bioregistry("x", prefix=prefix).partition(":")[0]
    no_concepts: Counter[str] = Counter()
    no_names: Counter[str] = Counter()
    names: dict[str, str] = {}
    candidates: list[_Candidate] = []
    shipped: set[str] = set()
    n_concepts = n_names = 0
    for concept in concepts:
        own = _names(concept)
        n_concepts += 1
        n_names += len(own)
        curie = bioregistry(concept.identifier, prefix=prefix)
        fault = _refused(concept, curie, wanted, own, listed)
        if fault:
            no_concepts[fault] += 1
            continue
        same = listed_of(listed, curie, own[0].text)
        if same:
            shipped.add(curie)
            curie = same
        names.setdefault(curie, listed.names.get(curie) or own[0].text)
        for candidate, why in _judged(concept, own, curie, listed, common, scopes):
            if why:
                no_names[why] += 1
            else:
                candidates.append(candidate)
    terms = _terms(candidates, names, source, no_names)
    return Choice(terms, n_concepts, n_names, _counted(no_concepts), _counted(no_names), len(shipped))


def common_words() -> frozenset[str]:
    """Words, in lower case, that alone are a name of nothing."""
    rows = read_rows(shipped_folder() / "imports" / "common_words.tsv", CommonWord)
    return frozenset(r.word for _, r in rows)


def unfit(text: str, common: frozenset[str]) -> str:
    """Why a text cannot be a term; empty when it can.

    >>> unfit("All", frozenset({"all"})), unfit("ALL", frozenset({"all"})), unfit("19-9", frozenset())
    ('commonest words', '', 'without a letter')
    """
    if len(text) < 2:
        return "of one character"
    if not _LETTER.search(text):
        return "without a letter"
    if len(text) > LONGEST:
        return f"longer than {LONGEST} characters"
    return "commonest words" if text.lower() in common and not text.isupper() else ""


def _judged(
    concept: ForeignConcept, own: Sequence[ForeignName], curie: str, listed: Listed, common: frozenset[str], scopes: Sequence[str]
) -> Iterator[tuple[_Candidate, str]]:
    """Each name of a concept, and why it is left out; an empty reason where it is not."""
    xrefs = "|".join(bioregistry(x) or x for x in concept.xrefs)
    for place, (text, scope) in enumerate(own):
        is_name = place == 0 and bool(concept.name)
        why = unfit(text, common) or ("" if is_name or scope in scopes else f"scope {scope}") or listed_as(listed, text)
        rank = 0 if is_name else 1 + SCOPES.index(scope)
        yield _Candidate(rank, curie, text, _case(text), f"xref: {xrefs}" if is_name and xrefs else ""), why


def _names(concept: ForeignConcept) -> list[ForeignName]:
    """Names of a concept, blanks single, its own first."""
    names = [ForeignName(concept.name, "exact")] if concept.name else []
    return [ForeignName(" ".join(n.text.split()), n.scope) for n in [*names, *concept.synonyms] if n.text.strip()]


def _refused(concept: ForeignConcept, curie: str, wanted: str, own: Sequence[ForeignName], listed: Listed) -> str:
    if concept.is_obsolete:
        return "obsolete"
    if not own:
        return "without a name"
    if not CURIE.fullmatch(curie):
        return "with an identifier that makes no CURIE"
    if wanted and not curie.startswith(f"{wanted}:"):
        return "of another prefix"
    return "shipped under another label" if listed.labels.get(curie, listed.label) != listed.label else ""


def _case(text: str) -> str:
    """Whether a term is found in its own case only.

    >>> _case("CRS"), _case("ARVC5"), _case("fever"), _case("ANAEMIA")
    ('exact', 'exact', 'any', 'any')
    """
    return "exact" if len(text) < _SHORT or (len(text) <= _SHORT_CAPITALS and text.isupper()) else "any"


def _terms(candidates: Iterable[_Candidate], names: Mapping[str, str], source: str, left_out: Counter[str]) -> tuple[Term, ...]:
    """One term a text, sorted; the others are counted."""
    taken: dict[str, str] = {}
    terms = []
    for c in sorted(candidates):
        key = c.text if c.case == "exact" else c.text.lower()
        if key in taken:
            left_out["repeated" if taken[key] == c.curie else "of two concepts"] += 1
        else:
            taken[key] = c.curie
            scope = SCOPES[max(c.rank - 1, 0)]
            terms.append(Term(c.text, c.curie, names[c.curie], scope, c.case, "", "", source, c.xrefs))
    return tuple(sorted(terms, key=sort_key))


def _counted(counts: Counter[str]) -> tuple[Counted, ...]:
    return tuple(Counted(reason, count) for reason, count in sorted(counts.items(), key=lambda r: (-r[1], r[0])))
