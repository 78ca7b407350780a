"""Marks that a person makes in a document: where they stand, which concept they name, how they are asserted; no file is read."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from typing import NamedTuple

from allnlp.collection.corrections import HUMAN
from allnlp.collection.names import folded
from allnlp.collection.vocabulary import Vocabulary
from allnlp.errors import NothingFound, OptionError
from allnlp.schema import Mention

EDITS = "edits"  # the name under which edits stand among the files of corrections

Place = tuple[str, int, int]  # label, start, end


class Marked(NamedTuple):
    """A document with its marks by place."""

    doc_id: str
    text: str
    machine: Mapping[Place, Mention]
    now: Mapping[Place, Mention]  # as questions see them
    human: frozenset[Place]  # of a correction of the whole document


def words_at(text: str, start: int, end: int) -> tuple[int, int]:
    """The place without blanks at its ends.

    >>> words_at("No CRS.", 2, 6)
    (3, 6)

    Raises:
        OptionError: it is outside the text, or holds no word.
    """
    if not 0 <= start < end <= len(text):
        raise OptionError(f"the place {start}-{end} is outside the text, which has {len(text):,} characters. Select words of the text.")
    words = text[start:end]
    if not any(c.isalnum() for c in words):
        raise OptionError(f"the place {start}-{end} holds no word but {words!r}. Select the words that name something.")
    return start + len(words) - len(words.lstrip()), end - len(words) + len(words.rstrip())


def mark_at(seen: Marked, place: Place) -> Mention:
    """The mark at a place, as questions see it, else the machine's."""
    found = seen.now.get(place) or seen.machine.get(place)
    if found is None:
        label, start, end = place
        marked = sorted({f"{m.label} {m.text!r} {m.start}-{m.end}" for m in seen.machine.values() if m.start < end and start < m.end})
        there = f" There: {', '.join(marked)}." if marked else ""
        raise NothingFound(f"{seen.doc_id}: no {label} is marked at {start}-{end}, {seen.text[max(start, 0) : max(end, 0)]!r}.{there}")
    return found


def concept_named(vocabulary: Vocabulary, label: str, words: str) -> tuple[str, str]:
    """CURIE and normal name of the concept that a person gives by CURIE or name: of the label, else of any.

    Args:
        vocabulary: names of concepts.
        label: of the mark.
        words: of the person.

    Raises:
        NothingFound: no listed concept is named so, or several are; says which are near.
    """
    listed = vocabulary.names.get(words.strip().lower())
    if listed is not None:
        return listed
    key = folded(words)
    of_label = _named(vocabulary, key, label)
    found = of_label or _named(vocabulary, key, None)
    if len(found) == 1:
        return vocabulary.names[next(iter(found)).lower()]
    curies = sorted(found) or _near(vocabulary, words, label)
    shown = ", ".join(f"{vocabulary.names[c.lower()][1]} ({c})" for c in curies)
    said = "several concepts are" if found else "no listed concept is"
    hint = f" {'Give the identifier' if found else 'Near'}: {shown}." if shown else " Give an identifier, or leave the concept out."
    raise NothingFound(f"{said} named {words!r}.{hint}")


def _named(vocabulary: Vocabulary, key: str, label: str | None) -> frozenset[str]:
    if label is not None:
        return vocabulary.folded.get((label, key), frozenset())
    return frozenset[str]().union(*(curies for (_, words), curies in vocabulary.folded.items() if words == key))


def _near(vocabulary: Vocabulary, words: str, label: str) -> list[str]:
    texts = {text.casefold(): curies for (of, text), curies in sorted(vocabulary.exact.items()) if of == label}
    near = difflib.get_close_matches(words.casefold(), list(texts), n=4, cutoff=0.6)
    return list(dict.fromkeys(curie for text in near for curie in sorted(texts[text])))[:4]


def read_mark(vocabulary: Vocabulary, seen: Marked, place: Place, concept: str | None, assertion: str) -> Mention:
    """The row of a mark that a person made; sizes, ages and cues are those of the mark that stands there, where it reads the same."""
    label, start, end = place
    words = seen.text[start:end]
    own = seen.now.get(place) or seen.machine.get(place)
    concept_id: str | None
    if concept is not None:
        concept_id, name = concept_named(vocabulary, label, concept)
    elif own is not None:
        concept_id, name = own.concept_id, own.name
    else:
        concept_id, name = vocabulary.of_words(label, words) or (None, " ".join(words.split()))
    if own is not None and own.concept_id == concept_id:
        return asserted_as(own, assertion)
    kind = vocabulary.subtype(label, concept_id)
    return Mention(seen.doc_id, 0, 0, start, end, words, label, kind, concept_id, name, assertion, None, None, None, HUMAN, EDITS)


def asserted_as(mention: Mention, assertion: str) -> Mention:
    """A mark as a person's, with an assertion; the cue stays where the assertion does."""
    cue = (mention.assertion_cue, mention.cue_start, mention.cue_end) if mention.assertion == assertion else (None, None, None)
    return mention._replace(
        assertion=assertion, assertion_cue=cue[0], cue_start=cue[1], cue_end=cue[2],
        source=HUMAN, rule=EDITS, score=None, needs_review=False, review_reason=None,
    )  # fmt: skip
