"""A fine tokenizer: every run of letters and digits, and every sign, is a token, so that any mention is made of tokens."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path

from spacy.language import Language
from spacy.tokens import Doc
from spacy.util import registry
from spacy.vocab import Vocab

from allnlp.text.tokens import split


@registry.tokenizers("allnlp.Tokenizer.v1")  # type: ignore[untyped-decorator]
def make_tokenizer() -> Callable[[Language], Tokenizer]:
    """Tokenizer for a config: ``[nlp.tokenizer] @tokenizers = "allnlp.Tokenizer.v1"``."""

    def create(nlp: Language) -> Tokenizer:
        return Tokenizer(nlp.vocab)

    return create


class Tokenizer:
    """Splits at every change between letters or digits and signs, whatever dash or sign it is."""

    def __init__(self, vocab: Vocab) -> None:
        self.vocab = vocab

    def __call__(self, text: str) -> Doc:
        """A document that loses no character of ``text``."""
        words, spaces = split(text)
        return Doc(self.vocab, words=words, spaces=spaces)

    def to_bytes(self, *, exclude: Iterable[str] = ()) -> bytes:
        """Nothing is kept: the tokenizer has no state."""
        return b""

    def from_bytes(self, data: bytes, *, exclude: Iterable[str] = ()) -> Tokenizer:
        """The tokenizer itself."""
        return self

    def to_disk(self, path: str | Path, *, exclude: Iterable[str] = ()) -> None:
        """Nothing is written: the tokenizer has no state."""

    def from_disk(self, path: str | Path, *, exclude: Iterable[str] = ()) -> Tokenizer:
        """The tokenizer itself."""
        return self
