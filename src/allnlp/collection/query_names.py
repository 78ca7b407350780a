"""Names of a query as concepts of an index, looked up in tables that are read once; what they leave open ``names`` decides."""

from __future__ import annotations

import functools
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import NamedTuple

import numpy as np

from allnlp.collection.index import Codes, Index
from allnlp.collection.names import Concepts, folded
from allnlp.collection.query_tree import FIELDS, QUERY_LABELS, Name, where
from allnlp.errors import NothingFound, OptionError
from allnlp.terminology import load


class Names(NamedTuple):
    """What names the concepts of a folder, and of the shipped vocabulary; keys are folded but for identifiers."""

    by_identifier: Mapping[str, frozenset[str]]  # in lower case
    by_name: Mapping[str, frozenset[str]]
    by_form: Mapping[str, frozenset[str]]
    labels: Mapping[str, frozenset[str]]  # of each concept
    narrower: Mapping[str, frozenset[str]]  # of each concept that has any in the folder
    unlisted: Mapping[str, tuple[int, ...]]  # codes of what has a name and no identifier
    listed: frozenset[str]  # in the shipped vocabulary


def names_of(index: Index) -> Names:
    """Names of an index's folder; made once.

    Raises:
        FolderError: a table is damaged.
    """
    if "names" not in index.kept:
        index.kept["names"] = _names(index)
    names: Names = index.kept["names"]
    return names


def _names(index: Index) -> Names:
    known = index.known
    unlisted: dict[str, list[int]] = defaultdict(list)
    for code, concept_id in enumerate(index.concepts["concept_id"]):
        if concept_id not in known:
            unlisted[folded(concept_id)].append(code)
    return Names(
        by_identifier=_keyed((i.lower(), c) for c, k in known.items() for i in (c, *k.identifiers)),
        by_name=_keyed((folded(k.name), c) for c, k in known.items()),
        by_form=_keyed((folded(form), c) for c, k in known.items() for form in k.forms),
        labels={c: k.labels for c, k in known.items()},
        narrower=_keyed((above, c) for c, of in index.broader.items() for above in of),
        unlisted={key: tuple(codes) for key, codes in unlisted.items()},
        listed=_listed(),
    )


def _keyed(pairs: Iterable[tuple[str, str]]) -> dict[str, frozenset[str]]:
    found: dict[str, set[str]] = defaultdict(set)
    for key, concept_id in pairs:
        found[key].add(concept_id)
    return {key: frozenset(of) for key, of in found.items()}


@functools.lru_cache(maxsize=1)
def _listed() -> frozenset[str]:
    terminology = load()
    words = {w for _, _, _, t in terminology.terms for w in (t.text, t.name)}
    identifiers = {t.curie.lower() for _, _, _, t in terminology.terms} | {i.identifier.lower() for i in terminology.identifiers}
    return frozenset(map(folded, words)) | frozenset(identifiers)


def is_name(names: Names, words: str) -> bool:
    """Whether words name a concept of the folder or of the shipped vocabulary; a plural and British spelling do too."""
    key, identifier = folded(words), words.lower()
    if identifier in names.by_identifier or identifier in names.listed:
        return True
    american = key
    for spelling in load().spellings:
        american = american.replace(folded(spelling.other), folded(spelling.american))
    keys = {key, american, *(k.removesuffix("s") for k in (key, american) if len(k) > _SHORTEST_PLURAL)} - {""}
    return any(k in table for k in keys for table in (names.by_name, names.by_form, names.unlisted, names.listed))


_SHORTEST_PLURAL = 5  # CRS is no plural of CR


class Meant(NamedTuple):
    """What a name of a query means."""

    codes: Codes  # of the index; none where the folder does not mention it
    name: str  # normal name


def meant(index: Index, name: Name) -> Meant:
    """Concepts of an index that a name of a query means: as ``names.resolve`` says, and what has this name and no identifier.

    Raises:
        NothingFound: the words name no concept; says which are near, and where in the query they stand.
        OptionError: they mean several, or begin with a field that there is not.
    """
    names = names_of(index)
    unlisted = [c for c in names.unlisted.get(folded(name.words), ()) if name.label in (None, index.labels[c])]
    try:
        found = _at_once(names, name) or index.resolve(name.words, label=name.label, exact=name.exact, absent=True)
    except NothingFound as error:
        if not unlisted:
            raise _unknown(names, name, str(error)) from None
        return Meant(np.array(unlisted, dtype=np.int32), str(index.concepts["concept_id"][unlisted[0]]))
    except OptionError as error:
        raise OptionError(f"{where(name.place)}: {error}") from None
    return Meant(np.union1d(index.codes(found, name.label), np.array(unlisted, dtype=np.int32)), found.name)


def _at_once(names: Names, name: Name) -> Concepts | None:
    """The concept where the first table that knows the words knows one; else None, as more has to be weighed."""
    key = folded(name.words)
    for table, words in ((names.by_identifier, name.words.lower()), (names.by_name, key), (names.by_form, key)):
        found = [c for c in table.get(words, ()) if name.label is None or name.label in names.labels[c]]
        if found:
            (first, *others) = found
            narrower = frozenset() if name.exact else names.narrower.get(first, frozenset())
            return None if others else Concepts(frozenset((first,)) | narrower, name.words)
    return None


def _unknown(names: Names, name: Name, message: str) -> OptionError | NothingFound:
    prefix = re.match(r"([A-Za-z_]+):", name.words)
    if prefix and prefix[1].lower() not in {i.partition(":")[0] for i in names.by_identifier}:
        fields = ", ".join(f"{f}:" for f in (*FIELDS, *(label.lower() for label in QUERY_LABELS if label.lower() not in FIELDS)))
        return OptionError(f"{where(name.place)}: {prefix[0]} is no field. There are {fields}.")
    label = name.words.upper()
    hint = f" Any {label.lower()} is asked for in capitals: {label}." if label in QUERY_LABELS else ""
    return NothingFound(f"{where(name.place)}: {message}{hint}")
