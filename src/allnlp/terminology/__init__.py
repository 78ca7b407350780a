"""The vocabulary: reviewable tables of terms, cues, edges, patterns and hard negatives, and what checks them.

Tables are the rows that decide; no word that changes a result stands in Python. Matching lives in ``text``.
"""

from __future__ import annotations

from allnlp.terminology.check import check_folder, check_rows
from allnlp.terminology.concepts import add_user_term, check_user_terms, concepts, describe, sort_folder
from allnlp.terminology.large_tables import LargeTable
from allnlp.terminology.rows import Broader, Cue, Edge, Identifier, LabelRow, Pattern, Spelling, Stop, Term
from allnlp.terminology.tables import Terminology, contents, load, parse, shipped_folder, text_of, unzipped, zipped
from allnlp.terminology.user_terms import parse_user_terms

__all__ = [
    "Broader",
    "Cue",
    "Edge",
    "Identifier",
    "LabelRow",
    "LargeTable",
    "Pattern",
    "Spelling",
    "Stop",
    "Term",
    "Terminology",
    "add_user_term",
    "check_folder",
    "check_rows",
    "check_user_terms",
    "concepts",
    "contents",
    "describe",
    "load",
    "parse",
    "parse_user_terms",
    "shipped_folder",
    "sort_folder",
    "text_of",
    "unzipped",
    "zipped",
]
