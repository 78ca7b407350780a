"""Decisions on text as pure functions: strings and offsets in, offsets out; no spaCy, no files."""

from __future__ import annotations

from allnlp.text.annotate import Annotation, annotate_text
from allnlp.text.findings import find_findings
from allnlp.text.lexicon import Lexicon, compile_lexicon
from allnlp.text.spans import Span
from allnlp.text.studies import study_record

__all__ = ["Annotation", "Lexicon", "Span", "annotate_text", "compile_lexicon", "find_findings", "study_record"]
