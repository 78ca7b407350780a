"""Linking of names that the vocabulary lacks to the concept whose name is nearest, or to none.

Vectors are those of scispaCy's candidate generator, the search is exact; what is near in letters and far in meaning is refused.
"""

from __future__ import annotations

from allnlp.linking.agreement import agree
from allnlp.linking.index import LinkIndex, build_index
from allnlp.linking.scispacy_linker import load_scispacy
from allnlp.linking.search import THRESHOLD, Linked, calibrate, link
from allnlp.linking.vocabulary import Linker

__all__ = ["THRESHOLD", "LinkIndex", "Linked", "Linker", "agree", "build_index", "calibrate", "link", "load_scispacy"]
