"""Documents as references: RIS and PubMed's tagged form (.nbib), for Covidence, Rayyan, Zotero and EndNote; with a reviewer's decision and note.

Written here and not by rispy: its writer puts a numbered line before each record, which is no RIS, and writes a line end
inside a title as it is, which then cuts the record.
"""

from __future__ import annotations

import re
import textwrap
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Any, NamedTuple

from allnlp.collection.frames import named_rows
from allnlp.collection.reviews import read_reviews
from allnlp.collection.selection import Selection
from allnlp.exporters.table import listed

_WIDTH = 88  # columns of a line of PubMed
_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ufeff\ud800-\udfff]+")
_MONTHS = tuple("Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split())
_RETRACTED = "Retracted Publication"
_NOTICES = MappingProxyType(
    {
        "retraction in": "RIN", "retraction of": "ROF", "erratum in": "EIN", "erratum for": "EFR", "expression of concern in": "ECI",
        "expression of concern for": "ECF", "corrected and republished in": "CRI", "corrected and republished from": "CRF",
        "retracted and republished in": "RRI", "retracted and republished from": "RRF",
    }
)  # fmt: skip

Field = tuple[str, str | None]


class Tags(NamedTuple):
    """What allnlp says of a document, for a reference."""

    keywords: tuple[str, ...] = ()  # LABEL: name
    note: str | None = None
    review: tuple[str, ...] = ()  # what a reviewer says: decision and note


NO_TAGS = Tags()


def write_ris(selection: Selection, path: Path, *, tags: bool = False) -> None:
    """The documents as RIS.

    Args:
        selection: the tables.
        path: the file.
        tags: add what allnlp read as keywords (KW) and a note (N1).
    """
    _write(selection, path, ris_record, tags=tags)


def write_nbib(selection: Selection, path: Path, *, tags: bool = False) -> None:
    """The documents in the tagged form of PubMed, with wrapped lines.

    Args:
        selection: the tables.
        path: the file.
        tags: add what allnlp read as keywords (OT) and a note (GN).
    """
    _write(selection, path, nbib_record, tags=tags)


def _write(selection: Selection, path: Path, record: Callable[[Any, Tags], str], *, tags: bool) -> None:
    said = document_tags(selection) if tags else {}
    for review in named_rows(read_reviews(selection.folder)):
        said[review.doc_id] = said.get(review.doc_id, NO_TAGS)._replace(review=review_said(review.decision, review.note, review.reviewer))
    with path.open("w", encoding="utf-8", newline="\n") as stream:
        for document in named_rows(listed(selection.documents, "documents")):
            stream.write(record(document, said.get(document.doc_id, NO_TAGS)) + "\n")


def document_tags(selection: Selection) -> dict[str, Tags]:
    """What allnlp read of each document: the concepts that are present, and the study in words."""
    mentions = selection.mentions
    named = mentions[mentions["concept_id"].notna() & (mentions["assertion"] == "present")]
    words: dict[str, dict[str, None]] = {}
    for doc_id, label, name in sorted(set(zip(named["doc_id"], named["label"], named["name"], strict=True))):
        words.setdefault(doc_id, {})[f"{label}: {name}"] = None
    return {study.doc_id: Tags(tuple(words.get(study.doc_id, ())), _study_said(study)) for study in named_rows(selection.studies)}


def _study_said(study: Any) -> str:
    parts = [f"study type {study.study_type}", *([f"{study.n_patients} patients"] if study.n_patients is not None else [])]
    return f"allnlp: {', '.join(parts)}{' (to review)' if study.needs_review else ''}"


def review_said(decision: str | None, note: str | None, reviewer: str | None) -> tuple[str, ...]:
    """A review as notes of a reference: the decision in words and as Rayyan reads it, then the reviewer's note.

    >>> review_said("excluded", "no adults", "Ada")
    ('Decision: excluded', 'RAYYAN-INCLUSION: {"Ada"=>"Excluded"}', 'Note: no adults')
    """
    name = (reviewer or "reviewer").replace("\\", "/").replace('"', "'")
    decided = () if decision is None else (f"Decision: {decision}", f'RAYYAN-INCLUSION: {{"{name}"=>"{decision.capitalize()}"}}')
    return (*decided, *(() if note is None else (f"Note: {note}",)))


def ris_record(document: Any, tags: Tags = NO_TAGS) -> str:
    """A document as a record of RIS; an empty line ends it.

    Args:
        document: a row of documents; lists are lists.
        tags: what allnlp says of it.
    """
    d = document
    fields: list[Field] = [
        ("TY", "JOUR"),
        ("TI", d.title),
        *(("AU", name) for name in d.authors),
        ("PY", None if d.year is None else str(d.year)),
        ("DA", d.publication_date.replace("-", "/") if "-" in (d.publication_date or "") else None),
        ("T2", d.journal),
        ("AB", d.abstract),
        ("DO", d.doi),
        *([("AN", d.pmid), ("DB", "PubMed")] if d.pmid else []),
        ("C2", d.pmcid),
        ("ID", d.doc_id),
        ("LA", d.language),
        *(("M3", kind) for kind in _types(d)),
        *(("CN", trial) for trial in d.trial_ids),
        *(("KW", word) for word in (*d.keywords, *d.mesh_terms, *tags.keywords)),
        *(("N1", words) for words in (tags.note, *tags.review, *(f"Notice: {words}" for words in d.notices))),
        ("UR", f"https://pubmed.ncbi.nlm.nih.gov/{d.pmid}/" if d.pmid else f"https://doi.org/{d.doi}" if d.doi else None),
    ]
    return "\n".join([*(f"{tag}  - {value}" for tag, value in _filled(fields)), "ER  - ", ""])


def nbib_record(document: Any, tags: Tags = NO_TAGS) -> str:
    """A document as a record of PubMed's tagged form; an empty line ends it.

    Every record begins with PMID, empty where there is none: that is how programs tell records apart.

    Args:
        document: a row of documents; lists are lists.
        tags: what allnlp says of it.
    """
    d = document
    doi = f"{d.doi} [doi]" if d.doi else None
    fields: list[Field] = [
        ("ID", None if d.pmid or d.doi or d.pmcid else d.doc_id),
        ("DP", pubmed_date(d.publication_date or (None if d.year is None else str(d.year)))),
        ("TI", d.title),
        ("LID", doi),
        ("AB", d.abstract),
        *(field for name in d.authors for field in (("FAU", name), ("AU", short_name(name)))),
        ("LA", d.language),
        *(("SI", f"ClinicalTrials.gov/{trial}" if trial.startswith("NCT") else trial) for trial in d.trial_ids),
        *(("PT", kind) for kind in _types(d)),
        ("TA", d.journal),
        ("JT", d.journal),
        *(("MH", term) for term in d.mesh_terms),
        *(("OT", word) for word in (*d.keywords, *tags.keywords)),
        *(_notice(words) for words in d.notices),
        *(("GN", words) for words in (tags.note, *tags.review)),
        ("PMC", d.pmcid),
        ("AID", doi),
    ]
    return "\n".join([f"PMID- {d.pmid or ''}", *(_wrapped(tag, value) for tag, value in _filled(fields)), ""])


def _notice(words: str) -> Field:
    """A notice by PubMed's tag for it where it names a record of PubMed; else as a note."""
    said, _, name = words.rpartition(" ")
    return (_NOTICES[said], f"PMID: {name}") if said in _NOTICES and name.isdecimal() else ("GN", f"Notice: {words}")


def _types(document: Any) -> Sequence[str]:
    types = tuple(document.publication_types)
    return (*types, _RETRACTED) if document.is_retracted and _RETRACTED not in types else types


def _filled(fields: Sequence[Field]) -> Iterator[tuple[str, str]]:
    for tag, value in fields:
        if value is not None and (line := one_line(value)):
            yield tag, line


def one_line(text: str) -> str:
    r"""A text on one line, so that nothing in it is taken for a tag; typographic spaces stay.

    >>> one_line(" a\nAB  - b\x0b\u2009c ")
    'a AB - b \u2009c'
    """
    return " ".join(word for word in _CONTROL.sub(" ", text).split(" ") if word.strip())


def _wrapped(tag: str, value: str) -> str:
    """A field in lines of PubMed's width; a word is never cut."""
    lines = textwrap.wrap(value, _WIDTH - 6, break_long_words=False, break_on_hyphens=False)
    return f"{tag:<4}- " + "\n      ".join(lines)


def pubmed_date(iso: str | None) -> str | None:
    """An ISO date, or its beginning, as PubMed writes it.

    >>> pubmed_date("2021-03-05"), pubmed_date("2021-03"), pubmed_date("2021")
    ('2021 Mar 5', '2021 Mar', '2021')
    """
    if not iso:
        return None
    year, month, day = [int(part) for part in iso.split("-")] + [0] * (2 - iso.count("-"))
    return " ".join([str(year), *([_MONTHS[month - 1]] if month else []), *([str(day)] if day else [])])


def short_name(name: str) -> str:
    """An author's name with initials, as PubMed's AU; one without a comma as it is.

    >>> short_name("Muster, Erika Maria"), short_name("Beispiel, J-P"), short_name("Invented Group")
    ('Muster EM', 'Beispiel JP', 'Invented Group')
    """
    family, comma, given = name.partition(",")
    initials = "".join(part[0].upper() for part in re.split(r"[\s.-]+", given) if part)
    return f"{family.strip()} {initials}" if comma and initials else name
