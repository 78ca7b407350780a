"""Hints of a table of names, for a model that is trained to weigh them."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import numpy as np
from spacy.language import Language
from spacy.tokens import Doc

from allnlp.text.name_hints import name_hints
from allnlp.text.name_table import NameTable, build, sifted

_FILE = "names.npz"


@Language.factory("allnlp_names", assigns=["token.tag"])
def make_names(nlp: Language, name: str) -> Names:
    """Writes into ``token.tag_`` what a table of names says of each token ("B1", "I1", "A1", or nothing).

    Needs: any tokenizer; a table, taken by ``from_disk`` with the pipeline or set as ``table``.
    Writes: ``token.tag_``.
    Options: none.
    Example: the pipeline ``en_allnlp_bio_sm``.
    Source: ``allnlp.text.name_table``.
    """
    return Names(name)


class Names:
    """Carries a table of names with the pipeline."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.table: NameTable = build([])

    def __call__(self, doc: Doc) -> Doc:
        """Write the hints."""
        hints = name_hints(doc.text, [(t.idx, t.idx + len(t)) for t in doc], self.table)
        for token, hint in zip(doc, hints, strict=True):
            token.tag_ = hint
        return doc

    def to_bytes(self, *, exclude: Iterable[str] = ()) -> bytes:
        """The table."""
        return self.table.kinds.tobytes() + self.table.keys.astype("<u8").tobytes()

    def from_bytes(self, data: bytes, *, exclude: Iterable[str] = ()) -> Names:
        """Take the table from bytes."""
        count = len(data) // 9
        kinds = np.frombuffer(data, dtype=np.uint8, count=count)
        self.table = sifted(np.frombuffer(data, dtype="<u8", offset=count), kinds)
        return self

    def to_disk(self, path: str | Path, *, exclude: Iterable[str] = ()) -> None:
        """Write the table."""
        Path(path).mkdir(parents=True, exist_ok=True)
        np.savez(Path(path) / _FILE, keys=self.table.keys, kinds=self.table.kinds)

    def from_disk(self, path: str | Path, *, exclude: Iterable[str] = ()) -> Names:
        """Take the table from disk."""
        with np.load(Path(path) / _FILE) as arrays:
            self.table = sifted(arrays["keys"], arrays["kinds"])
        return self
