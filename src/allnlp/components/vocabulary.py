"""The vocabulary inside a pipeline: it travels with the pipeline to disk, to bytes and into workers."""

from __future__ import annotations

import functools
import json
from pathlib import Path
from typing import Any

from allnlp.terminology import Terminology, load, parse
from allnlp.text import Lexicon, compile_lexicon


@functools.lru_cache(maxsize=4)
def _compiled(terminology: Terminology) -> Lexicon:
    return compile_lexicon(terminology)


class Vocabulary:
    """The tables of a component and what is compiled from them; equal tables are compiled once in a process."""

    def __init__(self, terms: list[str] | None = None) -> None:
        """Load the shipped tables and a user's own tables of terms (paths of CSV files)."""
        self._set(load(None, tuple(Path(t) for t in terms or ())))

    def _set(self, terminology: Terminology) -> None:
        self.terminology = terminology
        self.lexicon = _compiled(terminology)

    def to_bytes(self) -> bytes:
        """The tables as bytes."""
        return json.dumps([self.terminology.files, self.terminology.user_files]).encode()

    def from_bytes(self, data: bytes) -> Vocabulary:
        """Take the tables from bytes."""
        files, user_files = json.loads(data)
        self._set(parse(tuple((n, t) for n, t in files), tuple((n, t) for n, t in user_files)))
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
