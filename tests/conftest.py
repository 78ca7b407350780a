"""Fixtures of all tests."""

from __future__ import annotations

from pathlib import Path

import pytest

from allnlp.terminology import load
from allnlp.text import Lexicon, compile_lexicon

ROOT = Path(__file__).parents[1]
SHARED = ROOT.parent / "shared"


@pytest.fixture(scope="session")
def lexicon() -> Lexicon:
    """The shipped vocabulary, compiled."""
    return compile_lexicon(load())


@pytest.fixture(scope="session")
def demo() -> Path:
    """The invented abstracts."""
    return ROOT / "corpora" / "demo"


@pytest.fixture(scope="session")
def shared() -> Path:
    """Reference material beside the checkout; tests that need it are skipped where it is absent."""
    if not SHARED.is_dir():
        pytest.skip("needs the reference material in ../shared")
    return SHARED
