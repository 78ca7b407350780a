"""Every column of every table, declared once; Parquet types, checks and the data dictionary follow.

A table is a NamedTuple of annotated fields. Nothing here reads or writes files.
"""

from __future__ import annotations

import functools
import types
from collections.abc import Sequence
from typing import Annotated, Any, NamedTuple, Union, get_args, get_origin, get_type_hints

SCHEMA_VERSION = 3

LABELS = ("THERAPY", "ANTIGEN", "DISEASE", "POPULATION", "TOXICITY", "OUTCOME")
CONTEXT_LABELS = ("CONSTRUCT", "PROCEDURE", "GENE_ALTERATION", "STUDY_DESIGN", "BIOMARKER", "EVENT")
SECTIONS = ("title", "background", "methods", "results", "conclusions", "other")
ASSERTIONS = ("present", "negated", "hypothetical", "historical")

LARGEST_INT = 2**63 - 1  # what a whole number of a table can hold

Strings = tuple[str, ...]
Integers = tuple[int, ...]


class Document(NamedTuple):
    """One record of the input; offsets of every other table count code points of ``text``."""

    doc_id: Annotated[str, "the source's own id: PMID, DOI, the record's id, else a hash of title and abstract"]
    pmid: Annotated[str | None, "PubMed identifier, digits"] = None
    pmcid: Annotated[str | None, "PubMed Central identifier, PMC and digits"] = None
    doi: Annotated[str | None, "digital object identifier, lower case, without resolver"] = None
    title: Annotated[str, "title as it stands in the source; empty when it has none"] = ""
    abstract: Annotated[str, "abstract, sections as 'LABEL: text' joined by a space; empty when it has none"] = ""
    text: Annotated[str, "title, a newline and abstract; or the one that there is"] = ""
    journal: Annotated[str | None, "journal or source title"] = None
    year: Annotated[int | None, "year of publication; four digits"] = None
    publication_date: Annotated[str | None, "ISO date, may end after the year or month"] = None
    authors: Annotated[Strings, "authors as the source writes them, in order"] = ()
    publication_types: Annotated[Strings, "publication types"] = ()
    mesh_terms: Annotated[Strings, "MeSH headings with qualifiers"] = ()
    keywords: Annotated[Strings, "authors' keywords"] = ()
    trial_ids: Annotated[Strings, "trial registrations (NCT...) that the record lists"] = ()
    other_ids: Annotated[Strings, "further identifiers, of the record and of those merged into it: accession numbers of databases, other DOIs"] = ()
    language: Annotated[str | None, "language code as in the source"] = None
    is_retracted: Annotated[bool, "the record says that it was retracted"] = False
    notices: Annotated[Strings, "what the record says of later notices or that it is one, with the PMID where it is known: 'retraction in 123', 'erratum in 456', 'expression of concern in 789', 'retraction of 12'"] = ()
    revised: Annotated[str | None, "ISO date on which the source last changed the record"] = None
    duplicate_of: Annotated[str | None, "doc_id of the record that this one repeats, and that has its identifiers"] = None
    duplicate_by: Annotated[str | None, "what they share: pmid, doi, pmcid, text, or title (title, year and journal are alike)"] = None
    abstract_from: Annotated[str | None, "doc_id of the repeated record whose fuller abstract this one has"] = None
    source_file: Annotated[str, "input file, as given"] = ""
    source_record: Annotated[int, "record's place in its file, from 1"] = 0


class Sentence(NamedTuple):
    """One sentence."""

    doc_id: Annotated[str, "document"]
    sentence: Annotated[int, "number in the document, from 0"]
    section: Annotated[str, "title, background, methods, results, conclusions or other"]
    start: Annotated[int, "first code point of documents.text"]
    end: Annotated[int, "code point after the last"]


class Mention(NamedTuple):
    """Characters that name something."""

    doc_id: Annotated[str, "document"]
    mention: Annotated[int, "number in the document, from 0, by place"]
    sentence: Annotated[int, "sentence in which it begins"]
    start: Annotated[int, "first code point of documents.text"]
    end: Annotated[int, "code point after the last"]
    text: Annotated[str, "documents.text[start:end]"]
    label: Annotated[str, "concept type, see labels.tsv"]
    subtype: Annotated[str | None, "kind within the label (POPULATION: age_group, sample_size ...)"]
    concept_id: Annotated[str | None, "CURIE of the concept; null when the words name no listed one"]
    name: Annotated[str, "normal name of the concept, or of the value read"]
    assertion: Annotated[str, "present, negated, hypothetical or historical"]
    assertion_cue: Annotated[str | None, "words that decided the assertion"]
    cue_start: Annotated[int | None, "first code point of the cue"]
    cue_end: Annotated[int | None, "code point after the cue"]
    source: Annotated[str, "terms, patterns, populations, abbreviation, human (a correction), or a model's name"]
    rule: Annotated[str, "row or pattern that decided, as file:key; the file of a correction"]
    score: Annotated[float | None, "model's score in [0, 1]; null for rules"] = None
    needs_review: Annotated[bool, "the reading is doubtful, and a person should look"] = False
    review_reason: Annotated[str | None, "what is doubtful, where it is"] = None
    n: Annotated[int | None, "sample size, patients"] = None
    role: Annotated[str | None, "of a sample size: total (the study's own), arm (a group of it), subgroup (a part, a denominator) or planned (an aim, another study)"] = None
    age_min: Annotated[float | None, "lowest age, years"] = None
    age_max: Annotated[float | None, "highest age, years"] = None
    age_median: Annotated[float | None, "median or mean age, years"] = None


class Finding(NamedTuple):
    """One reported number of a toxicity or an outcome; what the abstract states, then what is derived for pooling."""

    doc_id: Annotated[str, "document"]
    finding: Annotated[int, "number in the document, from 0, by place"]
    sentence: Annotated[int, "sentence that reports the number"]
    mention: Annotated[int | None, "mention of the toxicity or outcome; null where the name stands in no mention of its own"]
    label: Annotated[str, "TOXICITY or OUTCOME"]
    concept_id: Annotated[str | None, "CURIE of the toxicity or outcome; null when the words name no listed one"]
    concept: Annotated[str, "its normal name"]
    measure: Annotated[str, "incidence (share or count of patients with a toxicity), rate (share with an outcome), median (a time), hazard_ratio, odds_ratio, risk_ratio or count (no denominator)"]
    grade: Annotated[str | None, "grade as read: any, 3, >=3, 3-4, severe; null when none is said"]
    grade_min: Annotated[int | None, "lowest grade that is meant, 0 to 5; words as severe by the grading system's own use (severe: 3)"]
    grade_max: Annotated[int | None, "highest grade that is meant, 0 to 5"]
    grading_system: Annotated[str | None, "system of the grades where the document names it: CTCAE v5, ASTCT, Lee, Penn ..."]
    value: Annotated[float | None, "number as stated: percent, time or ratio; null where only a count is stated"]
    unit: Annotated[str | None, "%, months, days, weeks, years; null for a ratio"]
    n: Annotated[int | None, "patients with it, as stated"]
    total: Annotated[int | None, "out of how many, as stated in the same phrase"]
    ci_low: Annotated[float | None, "lower bound of the confidence interval, in the value's unit"]
    ci_high: Annotated[float | None, "upper bound; null where it is not reached"]
    ci_level: Annotated[float | None, "confidence level, percent, where it is said"]
    p_value: Annotated[float | None, "p value as stated; of P < .001 the bound"]
    p_sign: Annotated[str | None, "=, < or > of the p value"]
    timepoint: Annotated[str | None, "time that the figure is of: 12 months, day 28"]
    timepoint_months: Annotated[float | None, "the same in months"]
    group: Annotated[str | None, "words that set the group or arm apart; of a ratio what it compares (A vs B), or the factor that it is of"]
    therapy_id: Annotated[str | None, "CURIE of the therapy that it belongs to"]
    therapy: Annotated[str | None, "normal name of that therapy"]
    therapy_link: Annotated[str | None, "how it was linked: same_clause, same_sentence or only_therapy (the only one studied); null without a therapy"]
    n_events: Annotated[int | None, "events for pooling: n as stated, else the percent of n_patients"]
    n_patients: Annotated[int | None, "patients for pooling: total as stated, else the arm's or the study's size"]
    percent: Annotated[float | None, "percent of patients: as stated, else n_events of n_patients"]
    derived: Annotated[str | None, "which of n_events, n_patients and percent were computed, and from what; null where all are stated"]
    start: Annotated[int, "first code point of the evidence in documents.text"]
    end: Annotated[int, "code point after the last"]
    evidence: Annotated[str, "documents.text[start:end]: the name and its numbers, verbatim"]
    is_consistent: Annotated[bool | None, "n of total gives the percent, the interval holds the value, the total is within the sample; null where nothing can be checked"]
    needs_review: Annotated[bool, "the reading is doubtful, and a person should look"]
    review_reason: Annotated[str | None, "what is doubtful, where it is"]
    rule: Annotated[str, "form of words that decided, as findings:form"]


class Study(NamedTuple):
    """The record of one document as a study; after each cell the sentences that it came from (empty where not the text says it)."""

    doc_id: Annotated[str, "document"]
    study_type: Annotated[str, "phase 1, phase 1/2, phase 2, phase 2/3, phase 3, phase 4, retrospective, prospective cohort, registry, case report, meta-analysis, review, guideline, preclinical or other"]
    study_type_sentences: Annotated[Integers, "sentences that say so"]
    registration: Annotated[Strings, "registrations: NCT..., ChiCTR..., of the text and of the record"]
    registration_sentences: Annotated[Integers, "a sentence for each; -1 where the record lists it"]
    n_patients: Annotated[int | None, "patients treated or analysed, the main number"]
    n_patients_sentences: Annotated[Integers, "sentence that states it"]
    age_groups: Annotated[Strings, "normal names of the age groups studied"]
    age_groups_sentences: Annotated[Integers, "a sentence for each"]
    disease_status: Annotated[Strings, "normal names: relapsed or refractory, newly diagnosed ..."]
    disease_status_sentences: Annotated[Integers, "a sentence for each"]
    diseases: Annotated[Strings, "normal names of the diseases treated"]
    disease_ids: Annotated[Strings, "their CURIEs; the name itself where it is not listed"]
    diseases_sentences: Annotated[Integers, "a sentence for each"]
    therapies: Annotated[Strings, "normal names of the therapies studied, not merely mentioned"]
    therapy_ids: Annotated[Strings, "their CURIEs; the name itself where it is not listed"]
    therapies_sentences: Annotated[Integers, "a sentence for each"]
    antigens: Annotated[Strings, "normal names of the antigens that the therapies are aimed at"]
    antigen_ids: Annotated[Strings, "their CURIEs; the name itself where it is not listed"]
    antigens_from: Annotated[Strings, "for each: text, or the name of the therapy whose row in the vocabulary says it"]
    antigens_sentences: Annotated[Integers, "a sentence for each; of the therapy where its row says it"]
    median_follow_up_months: Annotated[float | None, "median follow-up, months"]
    median_follow_up_sentences: Annotated[Integers, "sentence that states it"]
    needs_review: Annotated[bool, "a cell is doubtful, and a person should look"]
    review_reason: Annotated[str | None, "which cell and why"]


class Concept(NamedTuple):
    """A concept that the folder's mentions name."""

    concept_id: Annotated[str, "CURIE"]
    label: Annotated[str, "concept type; a mention may have another, where words are a toxicity here and a disease there"]
    name: Annotated[str, "normal name"]
    identifiers: Annotated[Strings, "further CURIEs of the same concept"]
    broader: Annotated[Strings, "CURIEs of the next broader concepts"]
    targets: Annotated[Strings, "CURIEs of the antigens that a therapy is aimed at"]
    forms: Annotated[Strings, "the words that named it with their counts, most frequent first, at most 20"]
    n_documents: Annotated[int, "documents that mention it"]
    n_mentions: Annotated[int, "mentions"]
    n_negated: Annotated[int, "mentions that are negated"]
    first_year: Annotated[int | None, "earliest year of a document that mentions it"]
    last_year: Annotated[int | None, "latest year of a document that mentions it"]


class Failure(NamedTuple):
    """A file or record that could not be read or annotated; a row, so that it is never lost."""

    doc_id: Annotated[str | None, "document, where it is known"]
    source_file: Annotated[str, "input file, as given"]
    source_record: Annotated[int | None, "record's place in its file, from 1; null for a whole file"]
    step: Annotated[str, "read, delete (the source has withdrawn the record) or annotate"]
    error: Annotated[str, "what was found, what was expected"]


TABLES: types.MappingProxyType[str, type[Any]] = types.MappingProxyType(
    {
        "documents": Document,
        "sentences": Sentence,
        "mentions": Mention,
        "findings": Finding,
        "studies": Study,
        "concepts": Concept,
        "failures": Failure,
    }
)


# what tables of an older schema lack
ADDED = types.MappingProxyType({3: {"documents": frozenset(("other_ids", "notices", "revised", "duplicate_by", "abstract_from"))}})


class Column(NamedTuple):
    """A column as the data dictionary shows it."""

    table: str
    column: str
    type: str
    nullable: bool
    meaning: str


_SQL = types.MappingProxyType({str: "VARCHAR", int: "BIGINT", float: "DOUBLE", bool: "BOOLEAN"})


@functools.cache
def columns(table: str) -> tuple[Column, ...]:
    """Columns of a table in order, with DuckDB types.

    >>> columns("sentences")[1]
    Column(table='sentences', column='sentence', type='BIGINT', nullable=False, meaning='number in the document, from 0')
    """
    return columns_of(TABLES[table], table)


def columns_of(kind: type[Any], table: str) -> tuple[Column, ...]:
    """Columns of a NamedTuple of annotated fields, as those of a table."""
    out = []
    for name, hint in get_type_hints(kind, include_extras=True).items():
        kind, meaning = get_args(hint)
        nullable = get_origin(kind) in (types.UnionType, Union)
        if nullable:
            kind = next(k for k in get_args(kind) if k is not type(None))
        sql = f"{_SQL[get_args(kind)[0]]}[]" if get_origin(kind) is tuple else _SQL[kind]
        out.append(Column(table, name, sql, nullable, meaning))
    return tuple(out)


def check(table: str, rows: Sequence[Any]) -> None:
    """Refuse rows that are not of the table's type, or break a rule that every row must keep.

    Raises:
        ValueError: names the table, the column and the value.
    """
    kind = TABLES[table]
    required = [(i, c.column) for i, c in enumerate(columns(table)) if not c.nullable]
    for row in rows:
        if type(row) is not kind:
            raise ValueError(f"{table}: expected rows of {kind.__name__}, got {type(row).__name__}")
        for i, column in required:
            if row[i] is None:
                raise ValueError(f"{table}.{column} is null in {row[:3]}; it must have a value")
    for row in rows if table in ("mentions", "sentences") else ():
        if not 0 <= row.start < row.end:
            raise ValueError(f"{table}: offsets {row.start}..{row.end} of {row.doc_id} are not a stretch of text")
    for row in rows if table == "mentions" else ():
        if row.assertion not in ASSERTIONS:
            raise ValueError(f"mentions.assertion {row.assertion!r} is none of {', '.join(ASSERTIONS)}")
        if row.end - row.start != len(row.text):
            raise ValueError(f"mentions: {row.text!r} of {row.doc_id} is not {row.end - row.start} characters long")


def document_text(title: str, abstract: str) -> str:
    r"""Title, newline and abstract; or the one that there is.

    >>> document_text("A", ""), document_text("A", "B")
    ('A', 'A\nB')
    """
    return f"{title}\n{abstract}" if title and abstract else title or abstract
