"""What the shipped vocabulary lists already, looked up by text and by identifier."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from typing import NamedTuple

from allnlp.terminology.tables import Terminology

_SURE = 5  # characters; a shorter name may be that of another concept


class Listed(NamedTuple):
    """Shipped concepts and the texts of one label."""

    label: str
    names: Mapping[str, str]  # by CURIE
    labels: Mapping[str, str]  # by CURIE
    identifiers: Mapping[str, str]  # CURIE of the label's concept by a further identifier that only it has
    exact: Mapping[str, frozenset[str]]  # CURIEs by text that is matched in its own case
    any: Mapping[str, frozenset[str]]  # CURIEs by text in lower case


def find_listed(terminology: Terminology, label: str) -> Listed:
    """The shipped concepts and what is listed under a label."""
    exact: dict[str, set[str]] = defaultdict(set)
    folded: dict[str, set[str]] = defaultdict(set)
    for _, _, of, t in terminology.terms:
        if of == label:
            (exact if t.case == "exact" else folded)[t.text if t.case == "exact" else t.text.lower()].add(t.curie)
    labels = {t.curie: of for _, _, of, t in terminology.terms}
    owners: dict[str, set[str]] = defaultdict(set)
    for i in terminology.identifiers:
        if labels.get(i.curie) == label:
            owners[i.identifier].add(i.curie)
    return Listed(
        label=label,
        names={t.curie: t.name for _, _, _, t in terminology.terms},
        labels=labels,
        identifiers={identifier: min(curies) for identifier, curies in owners.items() if len(curies) == 1},
        exact={text: frozenset(curies) for text, curies in exact.items()},
        any={text: frozenset(curies) for text, curies in folded.items()},
    )


def listed_of(listed: Listed, curie: str, name: str) -> str:
    """CURIE of the shipped concept of the label that a foreign one is, told by identifier or name; empty where it is none."""
    if curie in listed.names:
        return curie
    if curie in listed.identifiers:
        return listed.identifiers[curie]
    same = _curies(listed, name)
    return min(same) if len(same) == 1 and len(name) >= _SURE else ""


def listed_as(listed: Listed, text: str) -> str:
    """A reason to leave a text out, when the label lists it; else empty."""
    return "listed already" if _curies(listed, text) else ""


def _curies(listed: Listed, text: str) -> frozenset[str]:
    return listed.any.get(text.lower()) or listed.exact.get(text) or frozenset()
