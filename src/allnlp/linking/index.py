"""An index of names by their 3-grams, a block for each label."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

from allnlp.linking.grams import Grams, folded, learn, vectors

if TYPE_CHECKING:
    from scipy import sparse


class Block(NamedTuple):
    """Names of one label, sorted, with their concepts; ``postings`` are their vectors by 3-gram, shape (3-grams, names)."""

    names: Sequence[str]
    concepts: Sequence[Sequence[str]]
    postings: sparse.csr_matrix


class LinkIndex(NamedTuple):
    """Names that a text may be linked to; never changed."""

    grams: Grams
    blocks: Mapping[str, Block]  # by label
    words: frozenset[str]  # of the names


def build_index(names: Iterable[tuple[str, str, str]], *, most: float = 0.05, least: int = 5000) -> LinkIndex:
    """An index of names; one second for 30,000.

    Args:
        names: text, concept and label of each, in any order.
        most: share of the names; 3-grams that more have than this, and than ``least``, are left out: they cost time and tell little.
        least: number of names up to which none is left out.
    """
    by_label: dict[str, dict[str, set[str]]] = {}
    for text, concept_id, label in names:
        by_label.setdefault(label, {}).setdefault(text, set()).add(concept_id)
    labels = sorted(by_label)
    texts = {label: sorted(by_label[label]) for label in labels}
    forms = {label: [folded(t) for t in texts[label]] for label in labels}
    grams = learn([form for label in labels for form in forms[label]], most=most, least=least)
    concepts = {label: [tuple(sorted(by_label[label][t])) for t in texts[label]] for label in labels}
    blocks = {label: block(texts[label], concepts[label], vectors(grams, forms[label])) for label in labels}
    return LinkIndex(grams, MappingProxyType(blocks), words_of(form for label in labels for form in forms[label]))


def words_of(forms: Iterable[str]) -> frozenset[str]:
    """Words of folded names."""
    return frozenset(word for form in forms for word in form.split())


def block(names: Sequence[str], concepts: Sequence[tuple[str, ...]], rows: sparse.csr_matrix) -> Block:
    """Names of one label with their vectors, made ready to be searched."""
    return Block(tuple(names), tuple(concepts), rows.T.tocsr())
