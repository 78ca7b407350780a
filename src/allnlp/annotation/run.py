"""A run: inputs in, an annotated folder out."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any, NamedTuple

from allnlp import readers, tables
from allnlp.annotation.concepts import ConceptCounter
from allnlp.annotation.entities import chosen, described, find_entities
from allnlp.errors import AllnlpError, FolderError, OptionError, TerminologyError
from allnlp.schema import LARGEST_INT, SCHEMA_VERSION, TABLES, Document, Failure, Finding, Mention, Sentence, Study
from allnlp.terminology import Terminology, check_user_terms, load
from allnlp.text import Annotation, Lexicon, annotate_text, compile_lexicon, find_findings, study_record
from allnlp.text.entities import Entity

LOG = logging.getLogger("allnlp.annotation")
BATCH = 500
_REASONS = 3  # shown of files that could not be read
_PACKAGES = ("allnlp", "spacy", "scispacy", "duckdb", "lxml", "ahocorasick-rs")


class Counts(NamedTuple):
    """What became of the records; read = annotated + duplicates + without_text + failed.

    ``files_failed`` counts input files that could not be read, or not to their end.
    """

    read: int
    annotated: int
    duplicates: int
    without_text: int
    without_abstract: int
    failed: int
    mentions: int
    concepts: int
    findings: int
    files_failed: int


class Progress(NamedTuple):
    """How far a run is: records done, bytes of the inputs read and in all (0 where unknown)."""

    records: int
    bytes_read: int
    bytes_total: int


class Rows(NamedTuple):
    """Rows of one document; ``studies`` holds one, or none for a document that is not read."""

    sentences: list[Sentence]
    mentions: list[Mention]
    findings: list[Finding]
    studies: list[Study]


class Outcome(NamedTuple):
    """Result of a run; ``is_new`` is False where the folder already held just this.

    ``reasons`` says of the first files that this run could not read why: "NAME: reason".
    """

    folder: Path
    counts: Counts
    is_new: bool
    reasons: tuple[str, ...] = ()


def annotate_collection(
    inputs: Sequence[str | Path],
    out: Path,
    *,
    terms: Iterable[Path] = (),
    models: Iterable[str] | None = None,
    link: Iterable[Path] = (),
    columns: Mapping[str, str] | None = None,
    format: str = "parquet",
    limit: int | None = None,
    overwrite: bool = False,
    progress: Callable[[Progress], None] | None = None,
) -> Outcome:
    """Annotate every record of the inputs and write the annotated folder ``out``.

    A record that cannot be read or annotated becomes a row of ``failures``; the run goes on.

    Args:
        inputs: files, folders, globs, or "-" for standard input.
        out: the folder to write.
        terms: a user's own CSV tables of terms.
        models: models of named entities that see names which no list holds; None means the shipped one, if it is installed,
            "none" no model.
        link: CSV tables of terms that such names may be linked to, and that are not looked for otherwise.
        columns: names of columns of CSV and Excel inputs, where they are unusual: {"abstract": "my column"}.
        format: parquet, csv, tsv, jsonl or xlsx.
        limit: stop after so many records that could be read.
        overwrite: replace a folder of other inputs or options.
        progress: called after each batch.

    Raises:
        ReadError: an input does not exist.
        FolderError: ``out`` holds something else, and ``overwrite`` is False; a file of the user's or an input lies where
            a table would be written.
        TerminologyError: a table of terms breaks the rules.
        ModelError: a model is not installed or cannot be loaded.
    """
    if format not in tables.FORMATS:
        raise OptionError(f"format is {format!r}. Use one of {', '.join(tables.FORMATS)}.")
    terminology = _terminology(tuple(Path(t) for t in terms), tuple(Path(t) for t in link))
    used = chosen(models)
    sources = [_Source(given) for given in readers.find_inputs(inputs)]
    identity = _identity(sources, terminology.version, used, columns, format, limit)
    done = _already(out, identity, overwrite)
    if done is not None:
        return Outcome(out, done, is_new=False)
    _refuse_inputs_in_the_way(sources, out, format)
    lexicon = compile_lexicon(terminology)
    concepts = ConceptCounter(terminology)
    tally: Counter[str] = Counter()
    reasons: list[str] = []
    by_file: dict[str, Counter[str]] = {s.given.name: Counter() for s in sources}
    total = sum(s.given.size for s in sources)
    with tables.FolderWriter(out, format=format) as writer:
        rows = readers.read([s.given for s in sources], columns=columns, progress=lambda n: tally.update(bytes=n))
        for batch in _batches(_limited(readers.mark_duplicates(rows), limit), BATCH):
            _write_batch(batch, lexicon, used, writer, concepts, tally, by_file)
            reasons += [row.error for row in batch if isinstance(row, Failure) and row.source_record is None][: _REASONS - len(reasons)]
            if progress is not None:
                progress(Progress(tally["read"], tally["bytes"], total))
        writer.write("concepts", concepts.rows())
        counts = _counts(tally, writer.rows)
        files = [{**s.described(), **{k: by_file[s.given.name][k] for k in _OF_FILE}} for s in sources]
        writer.finish({**identity, "inputs": files, "counts": counts._asdict()})
    return Outcome(out, counts, is_new=True, reasons=tuple(reasons))


_OF_FILE = ("read", "annotated", "duplicates", "without_text", "without_abstract", "failed", "files_failed")


class _Source:
    """An input with its hash; None where it cannot be read."""

    def __init__(self, given: readers.Input) -> None:
        self.given = given
        self.sha256 = readers.sha256_of(given)

    def described(self) -> dict[str, Any]:
        return {"file": self.given.name, "sha256": self.sha256}


def _terminology(terms: tuple[Path, ...], linked: tuple[Path, ...] = ()) -> Terminology:
    faults = check_user_terms(terms) if terms else []
    if faults:
        raise TerminologyError("\n".join(faults))
    return load(None, terms, linked)


def _identity(
    sources: Sequence[_Source],
    terminology: str,
    models: Sequence[str],
    columns: Mapping[str, str] | None,
    format: str,
    limit: int | None,
) -> dict[str, Any]:
    """What makes two runs the same: inputs, options, vocabulary, versions."""
    return {
        "schema": SCHEMA_VERSION,
        "terminology": terminology,
        "models": described(models),
        "options": {"columns": dict(sorted((columns or {}).items())), "format": format, "limit": limit},
        "versions": {package: version(package) for package in _PACKAGES},
        "inputs": [s.described() for s in sources],
    }


def _already(out: Path, identity: Mapping[str, Any], overwrite: bool) -> Counts | None:
    """Counts of a folder that holds just this run; None where there is no folder yet, or it is to be replaced.

    Raises:
        FolderError: the folder holds another run, or a damaged manifest, or is a file.
    """
    if out.exists() and not out.is_dir():
        raise FolderError(f"{out}: is a file. Give a folder with -o.")
    if overwrite or not (out / tables.MANIFEST).is_file():
        return None
    manifest = tables.read_manifest(out)
    try:
        counts = Counts(**manifest["counts"])
        before = {**manifest, "inputs": [{k: i.get(k) for k in ("file", "sha256")} for i in manifest["inputs"]]}
    except (KeyError, TypeError, AttributeError):
        raise tables.damaged_manifest(out / tables.MANIFEST) from None
    different = [key for key in identity if before.get(key) != identity[key]]
    if different:
        raise FolderError(
            f"{out}: holds a run of other {', '.join(different)}. Give another folder with -o, or --overwrite to replace it."
        )
    tables.verify(out)
    return counts


def _refuse_inputs_in_the_way(sources: Iterable[_Source], out: Path, format: str) -> None:
    """Refuse to write over, or take away, what is to be read.

    Raises:
        FolderError: an input lies at a path of ``out`` that the run writes, or takes away with the former run.
    """
    names = {tables.MANIFEST, *tables.written_files(out / tables.MANIFEST), *(f"{table}.{format}" for table in TABLES)}
    taken = {(out / name).resolve() for name in names}
    for source in sources:
        if source.given.path.resolve() in taken:
            raise FolderError(f"{source.given.path}: is an input and would be written over. Give another folder with -o.")


def _limited(rows: Iterable[Document | Failure], limit: int | None) -> Iterator[Document | Failure]:
    """Rows up to the document that is the last of so many; Failures are not counted."""
    documents = 0
    for row in rows:
        yield row
        documents += isinstance(row, Document)
        if documents == limit:
            return


def _batches(rows: Iterable[Document | Failure], size: int) -> Iterator[list[Document | Failure]]:
    batch: list[Document | Failure] = []
    for row in rows:
        batch.append(row)
        if len(batch) == size:
            yield batch
            batch = []
    if batch:
        yield batch


def _write_batch(
    batch: Sequence[Document | Failure],
    lexicon: Lexicon,
    models: Sequence[str],
    writer: tables.FolderWriter,
    concepts: ConceptCounter,
    tally: Counter[str],
    by_file: dict[str, Counter[str]],
) -> None:
    documents: list[Document] = []
    failures: list[Failure] = []
    found = Rows([], [], [], [])
    entities = read_entities(batch, models)
    for row in batch:
        fate = Counter(read=int(row.source_record is not None))
        if isinstance(row, Failure):
            failures.append(row)
            fate["failed" if row.source_record is not None else "files_failed"] += 1
        else:
            result = annotate_document(row, lexicon, entities.get(row.doc_id, ()))
            documents.append(row)
            if isinstance(result, Failure):
                failures.append(result)
            else:
                found.sentences.extend(result.sentences)
                found.mentions.extend(result.mentions)
                found.findings.extend(result.findings)
                found.studies.extend(result.studies)
                concepts.add(result.mentions, row.year)
            fate[_fate(row, result)] += 1
            fate["without_abstract"] += int(not row.abstract and bool(row.text) and row.duplicate_of is None)
        tally.update(fate)
        by_file.setdefault(row.source_file, Counter()).update(fate)
    writer.write("documents", documents)
    for table, rows in found._asdict().items():
        writer.write(table, rows)
    writer.write("failures", failures)


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


def _counts(tally: Counter[str], rows: Mapping[str, int]) -> Counts:
    fields = {field: tally[field] for field in Counts._fields}
    return Counts(**{**fields, "mentions": rows["mentions"], "concepts": rows["concepts"], "findings": rows["findings"]})
