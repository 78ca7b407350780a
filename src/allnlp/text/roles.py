"""What a name that no list holds is to the patients of an abstract: the company it keeps decides.

A model says that words name a chemical, a disease or a gene. Whether the chemical was given to patients, the disease was treated
or came of a treatment, the gene's product was aimed at, is read here from the words around every place where the name stands.
The weights of these words are rows of ``terminology/roles.tsv``, learned from the mentions that the vocabulary decides.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from allnlp.text.spans import Clause, Span

NONE = "none"  # the role of what is no mention
BIAS = "always"
_WORD = re.compile(r"[^\W_]+|[%(),;:/]|[-\u2010-\u2015](?=\w)|(?<=\w)[-\u2010-\u2015]")
_LIST = re.compile(r"\s?(?:,\s?(?:and\s|or\s)?|\s(?:and|or|plus|with|versus|vs\.?|followed\sby)\s|/|\+|\s\+\s)", re.IGNORECASE)
_REACH = 48  # characters on either side that are read
_FIELDS = (
    ("patients", re.compile(r"\b(?:patients?|children|adults|women|men|participants|trial|cohort)\b", re.IGNORECASE)),
    ("animals", re.compile(r"\b(?:mice|rats?|mouse|murine|rabbits?|in vitro|cell lines?|xenograft)\b", re.IGNORECASE)),
    ("blood", re.compile(r"\b(?:leuka?emia|lymphoma|myeloma|CAR|transplant\w*|blasts?)\b", re.IGNORECASE)),
)


class Role(NamedTuple):
    """What a name is read as, how surely (0 to 1), and the features that spoke most for it."""

    label: str
    score: float
    reasons: tuple[str, ...]


#: For each kind and role, the weight of each feature.
Weights = Mapping[str, Mapping[str, Mapping[str, float]]]


def features(text: str, start: int, end: int, clause: Clause, known: Sequence[Span]) -> list[str]:
    """What is seen of the name ``text[start:end]`` and the words around it in its sentence.

    >>> text = "Patients received foxatinib 20 mg daily."
    >>> found = features(text, 18, 27, Clause(0, 40, "methods"), ())
    >>> [f for f in found if f.startswith(("-1 ", "+1 ", "ends4"))]
    ['-1 received', '+1 00', 'ends4 inib']

    Args:
        text: a document.
        start: where the name begins.
        end: where it ends.
        clause: its sentence.
        known: the mentions that rules decided, in order of place.
    """
    left = [_plain(w) for w in _WORD.findall(text[max(clause.start, start - _REACH) : start])]
    right = [_plain(w) for w in _WORD.findall(text[end : min(clause.end, end + _REACH)])]
    name = text[start:end]
    low = name.lower()
    out = [BIAS, f"section {clause.section}"]
    out += [f"-{i} {w}" for i, w in enumerate(reversed(left[-3:]), 1)] + [f"+{i} {w}" for i, w in enumerate(right[:3], 1)]
    out += [f"-2-1 {' '.join(left[-2:])}"] if len(left) > 1 else []
    out += [f"+1+2 {' '.join(right[:2])}"] if len(right) > 1 else []
    out += sorted({f"before {w}" for w in left[-7:]} | {f"after {w}" for w in right[:7]})
    out += [f"ends3 {low[-3:]}", f"ends4 {low[-4:]}", f"ends5 {low[-5:]}", f"last {_plain(_WORD.findall(name)[-1] if _WORD.findall(name) else '')}"]
    out.append("form " + ("short" if name.isupper() and len(name) < 6 else "code" if any(c.isdigit() for c in name) else "capital" if name[0].isupper() else "plain"))
    return out + _neighbours(text, start, end, clause, known)


def fields(text: str) -> list[str]:
    """What kind of document a text is, as features.

    >>> fields("Mice with leukemia")
    ['about animals', 'about blood']
    """
    return [f"about {name}" for name, words in _FIELDS if words.search(text)]


def _plain(word: str) -> str:
    return "".join("0" if c.isdigit() else c for c in word.lower())


def _neighbours(text: str, start: int, end: int, clause: Clause, known: Sequence[Span]) -> list[str]:
    """The nearest mentions in the sentence, and those that stand in a list with the name."""
    out = []
    before = [s for s in known if clause.start <= s.start and s.end <= start and s.label != "POPULATION"]
    after = [s for s in known if s.start >= end and s.end <= clause.end and s.label != "POPULATION"]
    for side, near in (("left", before[-1:]), ("right", after[:1])):
        for s in near:
            gap = text[s.end : start] if side == "left" else text[end : s.start]
            if len(gap) < _REACH:
                out.append(f"{side} {s.label}")
            if _LIST.fullmatch(gap):
                out.append(f"list {s.label}")
    return out


def decide(kind: str, places: Sequence[Sequence[str]], weights: Weights) -> Role:
    """The role of a name by the features of all its places in a document.

    Every place has its say: the sums of the weights are averaged over the places, and the roles' shares are what is left of
    their exponentials (a multinomial logistic model).

    Args:
        kind: chemical, disease or gene.
        places: for each place, its features; at least one.
        weights: of the roles of each kind.
    """
    by_role = weights.get(kind, {})
    if not by_role:
        return Role(NONE, 1.0, ())
    sums = {role: sum(_sum(place, w) for place in places) / len(places) for role, w in by_role.items()}
    top = max(sums.values())
    shares = {role: math.exp(value - top) for role, value in sums.items()}
    label = max(sorted(shares), key=lambda role: shares[role])
    spoken = {f: by_role[label].get(f, 0.0) for place in places for f in place if f != BIAS}
    reasons = tuple(sorted((f for f, w in spoken.items() if w > 0), key=lambda f: (-spoken[f], f))[:3])
    return Role(label, shares[label] / sum(shares.values()), reasons)


def _sum(place: Iterable[str], weights: Mapping[str, float]) -> float:
    return sum(weights.get(f, 0.0) for f in place)
