"""Annotations as the table NOTE_NLP of the OMOP common data model 5.4, in CSV."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from pathlib import Path

from allnlp.collection.selection import Selection
from allnlp.exporters.documents import Annotated, annotated, annotated_with
from allnlp.schema import Mention

COLUMNS = (
    "note_nlp_id", "note_id", "section_concept_id", "snippet", "offset", "lexical_variant", "note_nlp_concept_id",
    "note_nlp_source_concept_id", "nlp_system", "nlp_date", "nlp_datetime", "term_exists", "term_temporal", "term_modifiers",
)  # fmt: skip

_LONGEST, _LONGEST_MODIFIERS = 250, 2000  # characters that the model's columns hold
_NO_CONCEPT = 0  # the model's own word for what is not mapped: its numbers come with its vocabularies
_OWN_IDS = 1_000_000_000  # above any PMID, and below what an integer of the model holds
# The model asks for the day of the reading. No folder has it, and a day of publication would look like one; this is plainly none.
_NO_DATE = "1970-01-01"


def write_note_nlp(selection: Selection, path: Path) -> None:
    """Write NOTE_NLP, a row for each mention.

    ``note_id`` is the ``doc_id`` where that is a number, as a PMID is, else 1,000,000,000 and the document's place in the
    selection, from 1; ``term_modifiers`` has the ``doc_id`` itself, with label, CURIE, assertion, section, source and normal
    name as key=value. ``offset`` counts code points of ``documents.text``, the note's text. Concepts are 0, for their numbers
    are the model's vocabularies' own; ``nlp_date`` is 1970-01-01, to be set when the table is loaded, as no day of the
    reading is kept. ``term_exists`` is N of what is negated or hypothetical, ``term_temporal`` is Past of what is historical.

    Args:
        selection: what is written.
        path: the file.
    """
    system = annotated_with(selection)[:_LONGEST]
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(COLUMNS)
        number = 0
        for place, one in enumerate(annotated(selection), start=1):
            for row in _rows(one, note_id(one.document.doc_id, place), system):
                number += 1
                writer.writerow((number, *row))


def _rows(one: Annotated, note: int, system: str) -> Iterator[tuple[object, ...]]:
    text, sections = one.document.text, one.sections
    spans = {s.sentence: (s.start, s.end) for s in one.sentences}
    for mention in one.mentions:
        low, high = spans.get(mention.sentence, (mention.start, mention.end))
        yield (
            note,
            _NO_CONCEPT,
            snippet(text, mention.start, mention.end, low, max(high, mention.end)),
            mention.start,
            mention.text[:_LONGEST],
            _NO_CONCEPT,
            _NO_CONCEPT,
            system,
            _NO_DATE,
            "",
            "N" if mention.assertion in ("negated", "hypothetical") else "Y",
            "Past" if mention.assertion == "historical" else "Present",
            _modifiers(one.document.doc_id, mention, sections.get(mention.sentence, "other")),
        )


def _modifiers(doc_id: str, mention: Mention, section: str) -> str:
    pairs: Sequence[tuple[str, str | None]] = (
        ("doc_id", doc_id),
        ("label", mention.label),
        ("concept_id", mention.concept_id),
        ("assertion", mention.assertion),
        ("section", section),
        ("source", mention.source),
        ("name", mention.name),
    )
    return "; ".join(f"{key}={value}" for key, value in pairs if value is not None)[:_LONGEST_MODIFIERS]


def note_id(doc_id: str, place: int) -> int:
    """A whole number for a document: its id where that is one below 1,000,000,000, else a number above by its place.

    >>> note_id("40737539", 3), note_id("10.1000/x", 3), note_id("0123", 4)
    (40737539, 1000000003, 1000000004)

    Args:
        doc_id: the document's id.
        place: of the document in the selection, from 1.
    """
    is_number = doc_id.isascii() and doc_id.isdigit() and doc_id[0] != "0" and len(doc_id) < len(str(_OWN_IDS))
    return int(doc_id) if is_number else _OWN_IDS + place


def snippet(text: str, start: int, end: int, low: int, high: int, *, most: int = _LONGEST) -> str:
    """The sentence of a mention, or as much of it around the mention as the column holds.

    >>> snippet("CRS of grade 3 was rare here.", 7, 14, 0, 29, most=15)
    ' of grade 3 was'

    Args:
        text: the document's text.
        start: first code point of the mention.
        end: code point after it.
        low: first code point of the sentence.
        high: code point after it.
        most: characters that there is room for.
    """
    if high - low > most:
        before = max(most - (end - start), 0) // 2
        low = max(min(start - before, high - most), low)
        high = low + most
    return text[low:high]
