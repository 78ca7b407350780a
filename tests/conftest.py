"""Fixtures of all tests."""

from __future__ import annotations

import io
import os
import runpy
import sys
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

import pytest
from hypothesis import HealthCheck, settings
from spacy.language import Language

from allnlp.annotation import annotate_collection, load
from allnlp.cli import main
from allnlp.terminology import load as load_tables
from allnlp.terminology import parse
from allnlp.terminology.rows import Term
from allnlp.terminology.tables import FILES
from allnlp.text import Lexicon, compile_lexicon

ROOT = Path(__file__).parents[1]
SHARED = ROOT.parent / "shared"

# What rules say must not depend on whether the model is installed; tests of models name theirs.
os.environ["ALLNLP_MODEL"] = "none"

# What tests compile is not kept in the cache of who runs them.
_CACHE = tempfile.TemporaryDirectory(prefix="allnlp-cache-")
os.environ["ALLNLP_CACHE"] = _CACHE.name

# The same examples in every run, so that a red build is a changed program; HYPOTHESIS_PROFILE=explore looks further.
_LOOSE = {"deadline": None, "suppress_health_check": [HealthCheck.too_slow, HealthCheck.function_scoped_fixture]}
settings.register_profile("same", max_examples=60, derandomize=True, database=None, **_LOOSE)
settings.register_profile("explore", max_examples=1000, **_LOOSE)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "same"))


class Ran(NamedTuple):
    """What a command left: exit code, stdout, stderr."""

    code: int
    out: str
    err: str


@pytest.fixture(scope="session")
def lexicon() -> Lexicon:
    """The shipped vocabulary, compiled."""
    return compile_lexicon(load_tables())


@pytest.fixture(scope="session")
def lexicon_of() -> Callable[..., Lexicon]:
    """Compiles a vocabulary of a few rows; terms are (label, text, case), and their names are their texts."""

    def compiled(*terms: tuple[str, str, str], **tables: Sequence[tuple[str, ...]]) -> Lexicon:
        labels = {"THERAPY": "1", "TOXICITY": "2", "DISEASE": "3", "OUTCOME": "4", "POPULATION": "5", "ANTIGEN": "6"}
        files = {name: "\t".join(kind._fields) + "\n" for name, kind in FILES.items()}
        files["labels.tsv"] += "".join(f"{label}\t{label.lower()}.tsv\t{place}\ttest\n" for label, place in labels.items())
        for name, rows in tables.items():
            files[f"{name}.tsv"] += "".join("\t".join(row) + "\n" for row in rows)
        for label in labels:
            blank = dict.fromkeys(Term._fields, "") | {"scope": "exact", "source": "test"}
            rows = [
                Term(**{**blank, "text": t, "curie": f"x:{t.lower().replace(' ', '-')}", "name": t, "case": case})
                for of, t, case in terms
                if of == label
            ]
            files[f"{label.lower()}.tsv"] = "\n".join("\t".join(row) for row in [Term._fields, *rows]) + "\n"
        return compile_lexicon(parse(tuple(files.items())))

    return compiled


@pytest.fixture(scope="session")
def nlp() -> Language:
    """The whole pipeline. Tests leave it as it is."""
    return load()


@pytest.fixture(scope="session")
def demo() -> Path:
    """The invented abstracts."""
    return ROOT / "corpora" / "demo"


@pytest.fixture(scope="session")
def folder(demo: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The demo, annotated. Tests leave it as it is."""
    out = tmp_path_factory.mktemp("annotated") / "demo"
    annotate_collection([demo], out)
    return out


@pytest.fixture(scope="session")
def evidence(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small folder with findings and studies by hand, see data/evidence_folder.py. Tests leave it as it is."""
    build = runpy.run_path(str(Path(__file__).parent / "data" / "evidence_folder.py"))["build"]
    folder: Path = build(tmp_path_factory.mktemp("evidence") / "f")
    return folder


@pytest.fixture(scope="session")
def shared() -> Path:
    """Reference material beside the checkout; tests that need it are skipped where it is absent."""
    if not SHARED.is_dir():
        pytest.skip("needs the reference material in ../shared")
    return SHARED


@pytest.fixture
def run(capfdbinary: pytest.CaptureFixture[bytes], monkeypatch: pytest.MonkeyPatch) -> Callable[..., Ran]:
    """Runs a command in this process, as the program does, and gives what it left."""

    def command(*words: str | Path, stdin: bytes = b"") -> Ran:
        monkeypatch.setattr(sys, "argv", ["allnlp", *(str(w) for w in words)])
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin), encoding="utf-8"))
        capfdbinary.readouterr()
        code = 0
        try:
            main()
        except SystemExit as end:
            code = end.code if isinstance(end.code, int) else 0 if end.code is None else 1
        sys.stdout.flush()
        sys.stderr.flush()
        out, err = capfdbinary.readouterr()
        return Ran(code, out.decode(), err.decode())

    return command
