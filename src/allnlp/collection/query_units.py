"""Units of a folder for which the tree of a query holds, as masks over an index."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from allnlp.collection.filters import Filters
from allnlp.collection.index import Index, Mask
from allnlp.collection.notices import has_notice
from allnlp.collection.query_names import meant
from allnlp.collection.query_texts import Texts, Words, standing, texts_of
from allnlp.collection.query_tree import ANY_ASSERTION, And, Field, Kind, Name, Node, Not, Or, Published, Verbatim, Within, where
from allnlp.errors import NothingFound, OptionError
from allnlp.schema import ASSERTIONS, SECTIONS


class Given(NamedTuple):
    """What the parts of a query mean in a folder."""

    arrays: Index
    texts: Texts
    level: str
    concepts: Mapping[Node, Mask]  # for each name and label, which codes are meant; shape (concepts,)
    words: Mapping[Node, Words]
    notes: tuple[str, ...]  # what the folder does not mention
    mention_unit: npt.NDArray[np.int32]  # unit of each mention
    sentence_unit: npt.NDArray[np.int32]  # and of each sentence
    n_units: int


class Held(NamedTuple):
    """Where a part holds, and by what."""

    units: Mask
    mentions: Mask
    words: tuple[tuple[Verbatim, Mask], ...] = ()  # words of text: and the sentences where they count


def given_for(index: Index, tree: Node, level: str) -> Given:
    """What the names, labels and words of a tree mean, and where they stand.

    Raises:
        NothingFound: a name is of no concept.
        OptionError: a name means several concepts, or a regular expression cannot be read.
    """
    concepts: dict[Node, Mask] = {}
    words: dict[Node, Words] = {}
    notes: dict[str, None] = {}
    for node in _leaves(tree):
        if isinstance(node, Name):
            found = meant(index, node)
            concepts[node] = np.zeros(len(index.concepts), dtype=bool)
            concepts[node][found.codes] = True
            if not len(found.codes):
                notes[f"No mention of {found.name} in {index.folder}."] = None
        elif isinstance(node, Kind):
            concepts[node] = np.asarray(index.labels == node.label, dtype=bool)
        elif isinstance(node, Verbatim):
            words[node] = standing(index, node)
    n = len(index.sentence_document)
    units = {
        "document": (index.document, index.sentence_document, len(index.documents)),
        "sentence": (index.sentence, np.arange(n, dtype=np.int32), n),
    }
    return Given(index, texts_of(index), level, concepts, words, tuple(notes), *units[level])


def _leaves(node: Node) -> Iterator[Node]:
    match node:
        case And() | Or():
            for part in node.parts:
                yield from _leaves(part)
        case Not() | Within():
            yield from _leaves(node.part)
        case _:
            yield node


def evaluate(node: Node, given: Given, sections: Mask) -> Held:
    """Where a part holds, and the mentions and words that make it hold there.

    Args:
        node: the part.
        given: what it means.
        sections: which sentences count for names and words; shape (sentences,).

    Raises:
        NothingFound: no document is of a journal, study type or population.
    """
    index = given.arrays
    match node:
        case Name() | Kind():
            mentions = given.concepts[node][index.concept] & sections[index.sentence]
            if node.assertion != ANY_ASSERTION:
                mentions &= index.assertion == ASSERTIONS.index(node.assertion)
            return Held(marked(given, given.mention_unit[mentions]), mentions)
        case Verbatim():
            standing = np.zeros(len(sections), dtype=bool)
            standing[given.words[node].sentences] = True
            standing &= sections
            return Held(marked(given, given.sentence_unit[standing]), _none(given), ((node, standing),))
        case Published() | Field():
            documents = _documents(given, node)
            return Held(documents if given.level == "document" else documents[index.sentence_document], _none(given))
        case Within():
            return evaluate(node.part, given, sections & np.isin(index.sentence_section, [SECTIONS.index(s) for s in node.sections]))
        case Not():
            return Held(~evaluate(node.part, given, sections).units, _none(given))
        case And() | Or():
            parts = [evaluate(part, given, sections) for part in node.parts]
            units = (np.logical_and if isinstance(node, And) else np.logical_or).reduce([p.units for p in parts])
            mentions = np.logical_or.reduce([p.mentions for p in parts]) & units[given.mention_unit]
            in_units = units[given.sentence_unit]
            return Held(units, mentions, tuple((of, standing & in_units) for p in parts for of, standing in p.words))


def marked(given: Given, units: npt.NDArray[Any]) -> Mask:
    """A mask of units by their numbers."""
    found = np.zeros(given.n_units, dtype=bool)
    found[units] = True
    return found


def _none(given: Given) -> Mask:
    return np.zeros(len(given.arrays.mention), dtype=bool)


def _documents(given: Given, node: Published | Field) -> Mask:
    """Documents of a year, a journal, a study type, a population, an identifier or a notice."""
    if isinstance(node, Published):
        return given.arrays.view(Filters(years=node.years)).documents
    frame = given.texts.documents
    if node.field in ("pmid", "doi", "id"):
        column = frame["doc_id" if node.field == "id" else node.field]
        value = re.sub(r"^(?:https?://)?(?:dx\.)?doi\.org/", "", node.value) if node.field == "doi" else node.value
        fits = _fitting(value)
        return np.fromiter((isinstance(v, str) and fits(v) for v in column), dtype=bool, count=len(frame))
    if node.field == "notice":
        told = zip(frame["is_retracted"], frame["notices"], strict=True)
        return np.fromiter((has_notice(node.value.lower(), *cells) for cells in told), dtype=bool, count=len(frame))
    if "*" not in node.value:
        one = (node.value.lower() if node.field == "type" else node.value,)
        wanted = {"journal": Filters(journals=one), "type": Filters(study_types=one), "population": Filters(populations=one)}
        try:
            return given.arrays.view(wanted[node.field]).documents
        except (NothingFound, OptionError) as error:
            raise type(error)(f"{where(node.place)}: {error}") from None
    fits = _fitting(node.value)
    if node.field == "population":
        found = np.fromiter((any(map(fits, p)) for p in given.arrays.documents["populations"]), dtype=bool, count=len(frame))
    else:
        cells = given.arrays.documents["journal" if node.field == "journal" else "study_type"]
        found = np.fromiter((isinstance(v, str) and fits(v) for v in cells), dtype=bool, count=len(frame))
    if not found.any():
        kind = "study type" if node.field == "type" else node.field
        raise NothingFound(f"{where(node.place)}: no {kind} fits {node.value!r}. Write * for what may follow or precede.")
    return found


def _fitting(value: str) -> Callable[[str], bool]:
    """A test of a cell for being a value, in any case; * stands for any characters."""
    pattern = re.compile(".*".join(re.escape(part) for part in value.casefold().split("*")), re.DOTALL)
    return lambda cell: pattern.fullmatch(cell.casefold()) is not None
