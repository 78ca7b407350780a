"""A pipeline of our own kind run on strings and arrays: what ``nlp.pipe`` finds, without a Doc."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from spacy.language import Language

from allnlp.components.network import Floats, Recogniser, encode, find, recogniser
from allnlp.components.word_features import without_docs
from allnlp.text.entities import Entity, trimmed
from allnlp.text.name_hints import hints_of
from allnlp.text.name_table import NameTable
from allnlp.text.repeats import with_repeats
from allnlp.text.tokens import tokens

_MOST_WORDS = 100_000  # whose embedding is kept: some 65 MB
_FEWEST = 32  # words that are embedded together: a product of fewer rows is summed in another order, and differs in its last digits
_TOKENIZER, _EMBED = "allnlp.Tokenizer.v1", "allnlp.HashEmbed.v1"
_PARSER, _TOK2VEC, _ENCODE = "spacy.TransitionBasedParser.v2", "spacy.Tok2Vec.v2", "spacy.MaxoutWindowEncoder.v2"
_NAMES, _NER, _REPEATS = "allnlp_names", "ner", "allnlp_repeats"
_OURS = re.compile(rf"(?:{_NAMES} )?(?:{_NER} allnlp_aside )?{_NER}(?: {_REPEATS})?")


class _Part(NamedTuple):
    """A recogniser, and what embeds a word for it."""

    weights: Recogniser
    embed: Callable[[Sequence[tuple[str, str]]], Floats]  # of words with their hints


class Direct:
    """The recognisers of a pipeline, and the words that they have met.

    What the embedding makes of a word depends on the word and its hint alone, so it is worked out once for each; all are forgotten
    when they are too many.
    """

    def __init__(self, parts: Sequence[_Part], table: NameTable | None, *, has_repeats: bool) -> None:
        self._parts = parts
        self._table = table
        self._has_repeats = has_repeats
        self._forget()

    def _forget(self) -> None:
        self._rows: dict[tuple[str, str], int] = {}
        self._is_blank: NDArray[np.bool_] = np.zeros(0, dtype=bool)
        self._embedded = [np.empty((1024, len(part.weights.layers[0].gain)), dtype=np.float32) for part in self._parts]

    def entities(self, texts: Sequence[str], model: str) -> list[list[Entity]]:
        """What each text holds, by place.

        Args:
            texts: documents, read together.
            model: stands in every entity.
        """
        read = [tokens(text) for text in texts]
        at = [its for _, its in read]
        hints = hints_of(texts, at, self._table) if self._table is not None else [[""] * len(its) for its in at]
        rows = self._met([key for (words, _), its in zip(read, hints, strict=True) for key in zip(words, its, strict=True)])
        lengths = [len(its) for its in at]
        is_blank = self._is_blank[rows]
        marks = [
            find(encode(vectors[rows], lengths, part.weights), lengths, is_blank, part.weights)
            for vectors, part in zip(self._embedded, self._parts, strict=True)
        ]
        return [self._read(text, its, found, model) for text, its, *found in zip(texts, at, *marks, strict=True)]

    def _met(self, keys: Sequence[tuple[str, str]]) -> NDArray[np.int64]:
        """Rows of words with their hints; those that are new are embedded."""
        if len(self._rows) > _MOST_WORDS:
            self._forget()
        new = [key for key in dict.fromkeys(keys) if key not in self._rows]
        if new:
            first, last = len(self._rows), len(self._rows) + len(new)
            self._rows.update(zip(new, range(first, last), strict=True))
            self._is_blank = np.append(self._is_blank, [word.isspace() for word, _ in new])
            filled = [*new, *(new[:1] * (_FEWEST - len(new)))]
            for i, part in enumerate(self._parts):
                known = self._embedded[i]
                if last > len(known):
                    self._embedded[i] = np.empty((2 * last, known.shape[1]), dtype=np.float32)
                    self._embedded[i][:first] = known[:first]
                self._embedded[i][first:last] = part.embed(filled)[: len(new)]
        return np.array(list(map(self._rows.__getitem__, keys)), dtype=np.int64)

    def _read(self, text: str, at: Sequence[tuple[int, int]], marks: Sequence[Sequence[tuple[int, int, str]]], model: str) -> list[Entity]:
        found = [[Entity(at[a][0], at[b - 1][1], label, None, model) for a, b, label in of] for of in marks]
        if self._has_repeats and found[-1]:
            starts, ends = {a for a, _ in at}, {b for _, b in at}
            found[-1] = [e for e in with_repeats(text, found[-1]) if e.start in starts and e.end in ends]
        placed = ((*trimmed(text, e.start, e.end), e.label) for of in found for e in of)
        return [Entity(start, end, label, None, model) for start, end, label in sorted(set(placed)) if start < end]


def direct(nlp: Language) -> Direct | None:
    """A pipeline in this way; None where it is not made of our tokenizer, our hints, our embedding and spaCy's recognisers over windows."""
    kinds = " ".join(nlp.get_pipe_meta(name).factory for name in nlp.pipe_names)
    if not _OURS.fullmatch(kinds) or nlp.config["nlp"]["tokenizer"] != {"@tokenizers": _TOKENIZER}:
        return None
    parts = [_part(nlp, name) for name in nlp.pipe_names if nlp.get_pipe_meta(name).factory == _NER]
    whole = [part for part in parts if part is not None]
    if len(whole) != len(parts):
        return None
    first: Any = nlp.get_pipe(nlp.pipe_names[0])
    return Direct(whole, first.table if kinds.startswith(_NAMES) else None, has_repeats=kinds.endswith(_REPEATS))


def _part(nlp: Language, name: str) -> _Part | None:
    network = nlp.config["components"][name].get("model", {})
    read = network.get("tok2vec", {})
    shapes = [part.get("@architectures") for part in (network, read, read.get("embed", {}), read.get("encode", {}))]
    if shapes != [_PARSER, _TOK2VEC, _EMBED, _ENCODE]:
        return None
    pipe: Any = nlp.get_pipe(name)
    weights = recogniser(pipe.model, [pipe.moves.get_class_name(i) for i in range(pipe.moves.n_moves)])
    embed = without_docs(pipe.model.get_ref("tok2vec").layers[0].layers[0], nlp.vocab)
    return None if weights is None or embed is None else _Part(weights, embed)
