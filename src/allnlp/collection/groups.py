"""Rows and columns of a count: the concepts of a label, or named ones; with their narrower concepts where that is asked for."""

from __future__ import annotations

import difflib
import functools
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from allnlp.collection.index import LEVELS, Codes, Index, View
from allnlp.errors import NothingFound, OptionError
from allnlp.schema import CONTEXT_LABELS, LABELS, SECTIONS
from allnlp.terminology import load

Key = tuple[str, str]  # label and concept_id
Ints = npt.NDArray[np.int64]

_PLURALS = {"therapies": "THERAPY", "toxicities": "TOXICITY"}


class Groups(NamedTuple):
    """Concepts that are counted, each with the codes of the index that count for it."""

    keys: tuple[Key, ...]
    names: tuple[str, ...]
    codes: Codes  # shape (memberships,): a code of the index ...
    groups: Codes  # ... and the group that it counts for
    is_narrowing: bool

    def numbers(self, keys: Sequence[Key]) -> Ints:
        """Numbers of groups."""
        place = {key: i for i, key in enumerate(self.keys)}
        return np.array([place[k] for k in keys], dtype=np.int64)


class Counted(NamedTuple):
    """Mentions as pairs of a unit and a group, and how many units there are."""

    unit: Ints
    group: Ints
    n_units: int  # one more than the highest unit
    n_total: int  # units that count under the filters


def label_of(words: str) -> str | None:
    """The label that words name, in any case and in the plural.

    >>> label_of("therapies"), label_of("Toxicity"), label_of("CD19")
    ('THERAPY', 'TOXICITY', None)
    """
    key = words.strip().lower()
    upper = key.upper().replace("-", "_").replace(" ", "_")
    return next((o for o in (_PLURALS.get(key), upper, upper.removesuffix("S")) if o in (*LABELS, *CONTEXT_LABELS)), None)


def label_and_name(words: str) -> tuple[str | None, str]:
    """The label before a colon, if there is one, and the name.

    >>> label_and_name("toxicity:infection"), label_and_name("mesh:D007239"), label_and_name("toxicity:mesh:D007239")
    (('TOXICITY', 'infection'), (None, 'mesh:D007239'), ('TOXICITY', 'mesh:D007239'))
    """
    before, colon, after = words.partition(":")
    label = label_of(before) if colon else None
    return (label, after.strip()) if label is not None and after.strip() else (None, words)


def side(index: Index, words: Sequence[str], *, narrower: bool = False) -> tuple[Key, ...]:
    """Concepts of one side of a table: each word is a label, or the name of a concept, with its label before a colon or without.

    Raises:
        NothingFound: a name is of no concept of the folder, or the folder has none of a label.
        OptionError: no words, or words that mean several concepts.
    """
    if not words:
        raise OptionError("no concepts are given. Use a label, as therapy, or names of concepts.")
    found: dict[Key, None] = {}
    for one in words:
        label = label_of(one)
        new = _of_label(index, label, narrower) if label is not None else _named(index, one, narrower)
        found |= dict.fromkeys(new)
    return tuple(found)


def codes_of(index: Index, words: str) -> Codes:
    """Codes that count for one concept: its own and those of all that are narrower, of the label before a colon or of any.

    Raises:
        NothingFound: the words name no concept of the folder.
        OptionError: they are empty, or mean several concepts.
    """
    label, _ = label_and_name(words)
    if label is None:
        try:
            return index.codes(index.resolve(words))
        except NothingFound as error:
            unknown = error
    try:
        ids = {concept_id for _, concept_id in _named(index, words, True)}
    except NothingFound as error:
        raise (error if label is not None else unknown) from None
    concepts = zip(index.concepts["concept_id"], index.labels, strict=True)
    fits = (label in (None, of) and not ids.isdisjoint((c, *index.broader[c])) for c, of in concepts)
    return np.flatnonzero(np.fromiter(fits, dtype=bool, count=len(index.labels))).astype(np.int32)


def _of_label(index: Index, label: str, narrower: bool) -> list[Key]:
    ids = index.concepts["concept_id"][index.labels == label].tolist()
    if not ids:
        raise NothingFound(f"no mention of the label {label} in {index.folder}.")
    above = dict.fromkeys(b for c in ids for b in index.broader[c]) if narrower else {}
    return [(label, c) for c in dict.fromkeys([*ids, *above])]


def _named(index: Index, words: str, narrower: bool) -> list[Key]:
    label, name = label_and_name(words)
    own = [(str(index.labels[c]), name) for c in index.by_id.get(name, ()) if label in (None, index.labels[c])]
    if own:
        return own  # a CURIE, or a name that is not listed
    above = [str(one) for one in dict.fromkeys(index.labels) if label in (None, one)] if narrower and name in index.any_broader else []
    if above := [one for one in above if any(name in index.broader[c] for c in index.concepts["concept_id"][index.labels == one])]:
        return [(one, name) for one in above]  # named in no text itself
    try:
        meant = index.resolve(name, label=label, exact=True, absent=narrower)
    except NothingFound as error:
        near = difflib.get_close_matches(words.strip().lower(), [one.lower() for one in (*LABELS, *CONTEXT_LABELS)], n=1, cutoff=0.75)
        raise NothingFound(f"{error}{f' Or all of the type: {near[0]}?' if near else ''}") from None
    codes: list[int] = index.codes(meant, label).tolist()
    keys = [(str(index.labels[c]), str(index.concepts["concept_id"].iloc[c])) for c in codes]
    if narrower:
        within = index.codes(index.resolve(name, label=label), label).tolist()
        keys += [(str(index.labels[c]), concept_id) for c in within for concept_id in sorted(meant.ids)]
    if not keys:
        raise NothingFound(f"no mention of {meant.name}{f' as {label}' if label else ''} in {index.folder}.")
    return list(dict.fromkeys(keys))


def grouped(index: Index, keys: Sequence[Key], *, narrower: bool = False) -> Groups:
    """Concepts with what counts for them; a concept's narrower ones of the same label count with it where that is asked for."""
    questions: dict[Any, Groups] = index.kept.setdefault("groups", {})
    asked_for = (tuple(dict.fromkeys(keys)), narrower)
    found = questions.get(asked_for)
    if found is None:
        if len(questions) > _KEPT:
            questions.clear()
        found = questions[asked_for] = _grouped(index, *asked_for)
    return found


_KEPT = 16  # questions of which the groups are kept


def _grouped(index: Index, keys: Sequence[Key], narrower: bool) -> Groups:
    place = {key: i for i, key in enumerate(keys)}
    codes, groups = [], []
    for code, (label, concept_id) in enumerate(zip(index.labels, index.concepts["concept_id"], strict=True)):
        for one in (concept_id, *index.broader[concept_id]) if narrower else (concept_id,):
            if (label, one) in place:
                codes.append(code)
                groups.append(place[label, one])
    names = tuple(_name(index, key) for key in place)
    return Groups(tuple(place), names, np.array(codes, dtype=np.int32), np.array(groups, dtype=np.int32), narrower)


def _name(index: Index, key: Key) -> str:
    codes = [c for c in index.by_id.get(key[1], ()) if index.labels[c] == key[0]] or index.by_id.get(key[1], [])
    return str(index.names[codes[0]]) if codes else _listed_names().get(key[1], key[1])


@functools.cache
def _listed_names() -> dict[str, str]:
    return {t.curie: t.name for _, _, _, t in load().terms}


def counted(index: Index, view: View, groups: Groups, level: str) -> Counted:
    """Mentions of groups under filters, as pairs of unit and group; a pair may stand several times.

    Raises:
        OptionError: another level.
    """
    if level not in LEVELS:
        raise OptionError(f"level {level!r} is none of {', '.join(LEVELS)}.")
    n_groups = np.bincount(groups.codes, minlength=len(index.concepts)).astype(np.int64)
    chosen = np.flatnonzero(view.mentions & (n_groups > 0)[index.concept])
    unit = units(index, level)[1][chosen].astype(np.int64)
    code = index.concept[chosen]
    order = np.argsort(groups.codes, kind="stable")
    flat, first = groups.groups[order], np.concatenate(([0], np.cumsum(n_groups)))
    times = n_groups[code]
    if times.size and times.max() == 1:
        group = flat[first[code]]
    else:
        start = np.repeat(first[code], times)
        offset = np.arange(len(start)) - np.repeat(np.cumsum(times) - times, times)
        unit, group = np.repeat(unit, times), flat[start + offset]
    n_units, _ = units(index, level)
    return Counted(unit, group.astype(np.int64), n_units, n_total(index, view, level))


def units(index: Index, level: str) -> tuple[int, Any]:
    """One more than the highest unit of a level, and the unit of each mention."""
    if level == "document":
        return len(index.documents), index.document
    if level == "sentence":
        return len(index.sentence_document), index.sentence
    width = len(SECTIONS)
    return len(index.documents) * width, index.document.astype(np.int64) * width + index.sentence_section[index.sentence]


def documents_of(index: Index, unit: Any, level: str) -> Any:
    """Documents in which units of a level stand."""
    return unit if level == "document" else index.sentence_document[unit] if level == "sentence" else unit // len(SECTIONS)


def n_total(index: Index, view: View, level: str) -> int:
    """Units of a level that count under filters: documents with a sentence in the sections, sections, sentences."""
    if level == "sentence":
        return int(view.sentences.sum())
    documents = index.sentence_document[view.sentences]
    if level == "document":
        return int(np.unique(documents).size)
    return int(np.unique(documents.astype(np.int64) * len(SECTIONS) + index.sentence_section[view.sentences]).size)


def frame_of(groups: Groups) -> pd.DataFrame:
    """Label, concept_id and name of each group."""
    labels, ids = zip(*groups.keys, strict=True) if groups.keys else ((), ())
    return pd.DataFrame({"concept_id": list(ids), "label": list(labels), "name": list(groups.names)})
