"""The vocabulary inside a pipeline: it travels with the pipeline to disk, to bytes and into workers."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from allnlp.terminology import Terminology, load, parse, text_of
from allnlp.text import Lexicon, compile_lexicon


class Vocabulary:
    """The tables of a component and what is compiled from them; equal tables are compiled once in a process."""

    def __init__(self, terms: list[str] | None = None) -> None:
        """Name the shipped tables and a user's own tables of terms (paths of CSV files).

        They are read when first needed: a saved pipeline brings its tables along, and the paths may be gone.
        """
        self._terms = tuple(Path(t) for t in terms or ())
        self._terminology: Terminology | None = None
        self._lexicon: Lexicon | None = None

    @property
    def terminology(self) -> Terminology:
        """The tables."""
        if self._terminology is None:
            self._terminology = load(None, self._terms)
        return self._terminology

    @property
    def lexicon(self) -> Lexicon:
        """What is compiled from the tables."""
        if self._lexicon is None:
            self._lexicon = compile_lexicon(self.terminology)
        return self._lexicon

    def to_bytes(self) -> bytes:
        """The tables as bytes."""
        kept = self.terminology
        own, linked = ([(name, text_of(source)) for name, source in given] for given in (kept.user_files, kept.link_files))
        return json.dumps([kept.files, own, linked]).encode()

    def from_bytes(self, data: bytes) -> Vocabulary:
        """Take the tables from bytes."""
        files, *others = json.loads(data)
        self._terms, self._lexicon = (), None
        self._terminology = parse(*(tuple((n, t) for n, t in tables) for tables in (files, *others)))
        return self

    def to_disk(self, path: Path) -> None:
        """Write the tables to one file."""
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(self.to_bytes())

    def from_disk(self, path: Path) -> Vocabulary:
        """Take the tables from a file."""
        return self.from_bytes(path.read_bytes())

    def __getstate__(self) -> bytes:
        return self.to_bytes()

    def __setstate__(self, data: Any) -> None:
        self.from_bytes(data)
