"""What every annotation tool says of a document: its text and the marks of a person; labels, assertions and identifiers as words."""

from __future__ import annotations

import re
from typing import NamedTuple

from allnlp.schema import ASSERTIONS, CONTEXT_LABELS, LABELS, Failure


class Mark(NamedTuple):
    """Characters that a person marked; offsets count code points of the file's own text."""

    place: str  # where it stands in the file, as T3
    label: str  # one of ours
    start: int
    end: int
    words: str | None  # as the file repeats them; None where it does not
    assertion: str = "present"
    concept: str | None = None  # CURIE, where the file gives one
    name: str | None = None  # what the file calls that concept
    note: str | None = None


class Corrected(NamedTuple):
    """A document that a person looked at."""

    file: str  # for messages
    record: int | None  # task of the file, from 1; None where a file is one document
    doc_id: str | None  # where the file says it
    name: str  # of its file, without ending; empty where there is none
    text: str | None  # that the offsets count in; None where it is missing
    marks: tuple[Mark, ...]


class Untouched(NamedTuple):
    """A document that holds no work of a person."""

    file: str
    record: int | None


Row = Corrected | Untouched | Failure

_OTHER_WORDS = {"negation": "negated", "negative": "negated", "speculation": "hypothetical", "history": "historical", "positive": "present"}
_CURIE = re.compile(r"[A-Za-z][\w.-]*:[^\s:]\S*")


def read_label(words: str) -> str | None:
    """The label that words mean, in any case, with any of ``_``, ``-`` and blank between; None where they mean none.

    >>> read_label("Toxicity"), read_label("gene alteration"), read_label("DRUG")
    ('TOXICITY', 'GENE_ALTERATION', None)
    """
    label = re.sub(r"[\s-]+", "_", words.strip()).upper()
    return label if label in (*LABELS, *CONTEXT_LABELS) else None


def unknown_label(words: str) -> str:
    """What to say of a label that is none of ours."""
    return f"the label {words!r} is none of {', '.join((*LABELS, *CONTEXT_LABELS))}; rename it and import again"


def read_assertion(words: str) -> str | None:
    """The assertion that words mean; None where they mean none.

    >>> read_assertion("Negated"), read_assertion("Speculation"), read_assertion("sure")
    ('negated', 'hypothetical', None)
    """
    word = words.strip().lower()
    word = _OTHER_WORDS.get(word, word)
    return word if word in ASSERTIONS else None


def is_curie(words: str) -> bool:
    """Whether words are an identifier with its prefix.

    >>> is_curie("mesh:D000080424"), is_curie("to check: grade"), is_curie("CRS")
    (True, False, False)
    """
    return _CURIE.fullmatch(words.strip()) is not None


def lost(file: str, record: int | None, error: str, doc_id: str | None = None) -> Failure:
    """The row of what cannot be read."""
    return Failure(doc_id, file, record, "read", error)
