"""The rows of some records: what each becomes, and how many became what."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Any, NamedTuple

from allnlp.annotation.entities import find_entities
from allnlp.errors import AllnlpError
from allnlp.schema import LARGEST_INT, Document, Failure, Finding, Mention, Sentence, Study
from allnlp.text import Annotation, Lexicon, annotate_text, find_findings, study_record
from allnlp.text.entities import Entity

LOG = logging.getLogger("allnlp.annotation")
SHARD, _LARGEST = 250, 2000  # records
_SHARDS = 100  # of a collection: from there on they become larger, and cost less each record


class Rows(NamedTuple):
    """Rows of one document; ``studies`` holds one, or none for a document that is not read."""

    sentences: list[Sentence]
    mentions: list[Mention]
    findings: list[Finding]
    studies: list[Study]


class Batch(NamedTuple):
    """Records of a shard; rows of the documents that a run before annotated, and why some are not to be tried, by doc_id."""

    records: Sequence[Document | Failure]
    kept: Mapping[str, Rows] = MappingProxyType({})
    given_up: Mapping[str, str] = MappingProxyType({})


class Shard(NamedTuple):
    """Rows of some records by table, and counts of what became of them, in all and by input file."""

    rows: Mapping[str, Sequence[Any]]
    fates: Counter[str]
    by_file: Mapping[str, Counter[str]]


def shards(rows: Iterable[Document | Failure], records: int = 0) -> Iterator[list[Document | Failure]]:
    """The rows in pieces, whose size depends on the number of all records only: a run that goes on makes the same ones."""
    size = max(SHARD, min(_LARGEST, records // _SHARDS))
    batch: list[Document | Failure] = []
    for row in rows:
        batch.append(row)
        if len(batch) == size:
            yield batch
            batch = []
    if batch:
        yield batch


def annotate_shard(batch: Batch, lexicon: Lexicon, models: Sequence[str]) -> Shard:
    """Rows of the records of a shard.

    Args:
        batch: documents and failures, in order.
        lexicon: the compiled vocabulary.
        models: that see names which no list holds.
    """
    kept: dict[str, Rows | Failure] = {**batch.kept}
    for row in batch.records:
        if isinstance(row, Document) and row.doc_id in batch.given_up:
            kept[row.doc_id] = Failure(row.doc_id, row.source_file, row.source_record, "annotate", batch.given_up[row.doc_id])
    entities = read_entities([row for row in batch.records if not (isinstance(row, Document) and row.doc_id in kept)], models)
    found = Rows([], [], [], [])
    documents: list[Document] = []
    failures: list[Failure] = []
    fates: Counter[str] = Counter()
    by_file: dict[str, Counter[str]] = {}
    for row in batch.records:
        fate = Counter(read=int(row.source_record is not None))
        if isinstance(row, Failure):
            failures.append(row)
            fate["failed" if row.source_record is not None else "files_failed"] += 1
        else:
            result = kept.get(row.doc_id) or annotate_document(row, lexicon, entities.get(row.doc_id, ()))
            documents.append(row)
            if isinstance(result, Failure):
                failures.append(result)
            else:
                for table, its in result._asdict().items():
                    getattr(found, table).extend(its)
            fate[_fate(row, result)] += 1
            fate["without_abstract"] += int(not row.abstract and bool(row.text) and row.duplicate_of is None)
        fates.update(fate)
        by_file.setdefault(row.source_file, Counter()).update(fate)
    return Shard({"documents": documents, **found._asdict(), "failures": failures}, fates, by_file)


def read_entities(batch: Sequence[Document | Failure], models: Sequence[str]) -> dict[str, list[Entity] | Failure]:
    """What the models find in the documents of a batch, by doc_id; where they break on it, each document is tried alone."""
    read = [d for d in batch if isinstance(d, Document) and is_annotated(d)] if models else []
    try:
        return dict(zip((d.doc_id for d in read), find_entities([d.text for d in read], models), strict=True))
    except AllnlpError:
        raise
    except Exception:
        LOG.exception("a model failed on a batch; its documents are tried one by one")
    alone: dict[str, list[Entity] | Failure] = {}
    for document in read:
        try:
            alone[document.doc_id] = find_entities([document.text], models)[0]
        except Exception as error:
            alone[document.doc_id] = _failed(document, error)
    return alone


def is_annotated(document: Document) -> bool:
    """Whether a document has text and repeats no other: the others have no rows but their own."""
    return document.duplicate_of is None and bool(document.text)


def _failed(document: Document, error: Exception) -> Failure:
    LOG.error("annotation of %s failed", document.doc_id, exc_info=error)
    message = f"{type(error).__name__}: {error}; please report the abstract"
    return Failure(document.doc_id, document.source_file, document.source_record, "annotate", message)


def _fate(document: Document, result: Rows | Failure) -> str:
    if document.duplicate_of is not None:
        return "duplicates"
    if isinstance(result, Failure):
        return "failed"
    return "annotated" if document.text else "without_text"


def annotate_document(document: Document, lexicon: Lexicon, entities: Sequence[Entity] | Failure = ()) -> Rows | Failure:
    """All rows of a document; none of a duplicate. A fault of ours becomes a Failure, so that a run goes on.

    Args:
        document: the record.
        lexicon: the compiled vocabulary.
        entities: what models found in its text, or the Failure that they were.
    """
    if not is_annotated(document):
        return Rows([], [], [], [])
    if isinstance(entities, Failure):
        return entities
    try:
        title_end = len(document.title) if document.abstract else 0
        found = annotate_text(document.doc_id, document.text, lexicon, title_end=title_end, entities=entities)
        sentences, mentions = _settled(document, found)
        study = study_record(
            document.doc_id, document.text, sentences, mentions,
            trial_ids=document.trial_ids, publication_types=document.publication_types, targets=lexicon.targets,
        )  # fmt: skip
        return Rows(sentences, mentions, find_findings(document.doc_id, document.text, sentences, mentions, study), [study])
    except Exception as error:  # the one place where a failed abstract becomes a row
        return _failed(document, error)


def _settled(document: Document, found: Annotation) -> Annotation:
    """Rows as the tables hold them: what is all title is of the section title, a number too large for a column is none."""
    sentences = found.sentences if document.abstract else [s._replace(section="title") for s in found.sentences]
    mentions = [m if m.n is None or m.n <= LARGEST_INT else m._replace(n=None) for m in found.mentions]
    return Annotation(sentences, mentions)
