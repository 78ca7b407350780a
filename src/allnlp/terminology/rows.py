"""Row types of the vocabulary tables; a type's fields are its file's header.

A field may hold nothing but text without tabs; an empty cell is the empty string.
"""

from __future__ import annotations

from typing import NamedTuple

SCOPES = ("exact", "narrow", "broad", "related")
CASES = ("any", "exact")
CONTEXTS = ("", "disease", "symptom", "feature", "toxicity", "gene", "phase", "short")
RELATIONS = ("broader", "targets")
SIDES = ("left", "right")
ASSERTION_CUES = ("negated", "hypothetical", "historical", "pseudo", "terminate", "effect")
DIRECTIONS = ("forward", "backward", "both")
KINDS = ("chemical", "disease", "gene", "ignore")


class Term(NamedTuple):
    """A surface form: ``text`` names the concept ``curie``, whose one normal name is ``name``.

    ``context`` says what else it may be, where the words around it decide: a TOXICITY may be a ``disease``, a mere
    ``symptom`` of one or a ``feature`` of blood diseases, a DISEASE a ``toxicity``, an ANTIGEN a ``gene``, a THERAPY a ``phase`` of anything; a ``short``
    form stands for several things. Mostly it is empty.
    """

    text: str
    curie: str
    name: str
    scope: str
    case: str
    subtype: str
    context: str
    source: str
    comment: str


class LabelRow(NamedTuple):
    """A concept type, the table of its terms, and its place in the order that settles ties (1 wins)."""

    label: str
    file: str
    precedence: str
    definition: str


class Identifier(NamedTuple):
    """A further identifier of a concept."""

    curie: str
    identifier: str
    source: str


class Broader(NamedTuple):
    """``object`` is the next broader concept of ``curie``, or the antigen that it targets."""

    curie: str
    relation: str
    object: str
    source: str
    comment: str


class Stop(NamedTuple):
    """A hard negative: ``text`` is not a mention of ``label`` where the words around it match.

    ``text`` is a term, ``*`` for all, ``{doubtful}`` for those of two readings (see ``Term.context``) or ``{subtype}`` for a
    population that is a number; ``label`` a label or ``*``; ``before`` and ``after`` are regular expressions of the
    characters just before and just after it (either may be empty); ``sentence`` is the sentence that proved it.
    """

    text: str
    label: str
    before: str
    after: str
    sentence: str
    comment: str


class Edge(NamedTuple):
    """A word or regular expression that a mention of ``label`` takes in on one side."""

    label: str
    side: str
    regex: str
    comment: str


class Cue(NamedTuple):
    """Words that change the assertion of the mentions before or after them, or (``effect``) tell of harm by treatment.

    ``labels`` is ``*`` or labels joined by ``|``; ``span`` the number of words that the cue reaches, 0 for the clause.
    """

    text: str
    category: str
    direction: str
    labels: str
    span: str
    sentence: str
    comment: str


class Pattern(NamedTuple):
    """What lists cannot say: a regular expression whose group ``m`` (or whole match) is a mention.

    In it ``{-}`` is any dash, ``{ }`` any dash or blank, ``{NUMBER}`` a whole number in digits or words, and ``{THERAPY}``
    (or another label) a mention found before. ``needs`` are lower-case strings joined by ``|`` of which the text must hold
    one, so that most texts are passed over. ``curie`` and ``name`` may be empty: the concept then is what a term inside
    names, else the words themselves.
    """

    key: str
    label: str
    subtype: str
    case: str
    needs: str
    regex: str
    curie: str
    name: str
    sentence: str
    comment: str


class Spelling(NamedTuple):
    """Two spellings of a word part that name the same; each term is also matched with the other one."""

    american: str
    other: str
    comment: str


class NerLabel(NamedTuple):
    """What the label of a model of named entities stands for.

    ``model`` is the name of a model's package, or a glob of names (``*`` for all); ``label`` is the model's own; ``kind`` is
    one of ``KINDS``, or one of our labels where the model was trained on it. Of several rows the most specific glob holds.
    """

    model: str
    label: str
    kind: str
    comment: str


class RoleWeight(NamedTuple):
    """How much a feature of a name and its company speaks for a role.

    ``kind`` is what a model says that the name is (chemical, disease, gene); ``role`` one of our labels, or "none"; ``feature``
    as ``text.roles.features`` writes it; ``weight`` a decimal number, of a multinomial logistic model.
    """

    kind: str
    role: str
    feature: str
    weight: str
