"""A run: inputs in, an annotated folder out.

Inputs are read once, into a spool; over all of them it is decided what repeats what; then shards of records are annotated,
and their rows kept, so that a run that was stopped goes on where it was.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any, NamedTuple

from allnlp import readers, tables
from allnlp.annotation.concepts import ConceptCounter
from allnlp.annotation.entities import chosen, described
from allnlp.annotation.shards import Former, annotate_shard, shards
from allnlp.annotation.spool import Spool, packed_places
from allnlp.errors import FolderError, OptionError, TerminologyError
from allnlp.readers import Repeats, Row
from allnlp.schema import SCHEMA_VERSION, TABLES, Document, Failure, Mention
from allnlp.terminology import Terminology, check_user_terms, load, zipped
from allnlp.text import Lexicon, compile_lexicon

_REASONS = 3  # shown of files that could not be read
_PACKAGES = ("allnlp", "spacy", "scispacy", "duckdb", "lxml", "ahocorasick-rs")
_SPOOL = "records"


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
    """How far a run is: bytes of the inputs read and in all (0 where unknown), then records done and in all (0 until all are read)."""

    bytes_read: int
    bytes_total: int
    records: int
    records_total: int


class Outcome(NamedTuple):
    """Result of a run; ``is_new`` is False where the folder already held just this.

    ``reasons`` says of the first files that this run could not read why: "NAME: reason".
    """

    folder: Path
    counts: Counts
    is_new: bool
    reasons: tuple[str, ...] = ()


class Source(NamedTuple):
    """Records of one input, or of a folder that a run before wrote."""

    described: Mapping[str, Any]  # as the manifest names it
    size: int
    rows: Callable[[Callable[[int], None]], Iterator[Row]]  # its argument is told of bytes read


class Job(NamedTuple):
    """What a run does: the sources to read, and how."""

    out: Path
    format: str
    sources: Sequence[Source]
    identity: Mapping[str, Any]
    terminology: Terminology
    models: Sequence[str]
    limit: int | None = None
    former: Former = lambda _: None


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
    body: bool = False,
    overwrite: bool = False,
    progress: Callable[[Progress], None] | None = None,
) -> Outcome:
    """Annotate every record of the inputs and write the annotated folder ``out``.

    A record that cannot be read or annotated becomes a row of ``failures``; the run goes on. A run that was stopped, by any
    means, is gone on with when the same is asked again, and ends in the same bytes.

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
        body: read the sections of JATS articles, too, and not only the abstract.
        overwrite: replace a folder of other inputs or options.
        progress: called now and then.

    Raises:
        ReadError: an input does not exist.
        FolderError: ``out`` holds something else, and ``overwrite`` is False; a file of the user's or an input lies where
            a table would be written.
        TerminologyError: a table of terms breaks the rules.
        ModelError: a model is not installed or cannot be loaded.
    """
    if format not in tables.FORMATS:
        raise OptionError(f"format is {format!r}. Use one of {', '.join(tables.FORMATS)}.")
    readers.check_columns(columns)
    terminology = _terminology(tuple(Path(t) for t in terms), tuple(Path(t) for t in link))
    used = chosen(models)
    found = readers.find_inputs(inputs)
    sources = [source_of(given, columns, body=body) for given in found]
    identity = identity_of(terminology, used, columns, format, limit, [s.described for s in sources], body=body)
    done = _already(out, identity, overwrite)
    if done is not None:
        tables.take_away_rest(out)
        return Outcome(out, done, is_new=False)
    refuse_inputs_in_the_way(found, out, format)
    return run(Job(out, format, sources, identity, terminology, used, limit), progress)


def source_of(given: readers.Input, columns: Mapping[str, str] | None, *, body: bool = False) -> Source:
    """The records of an input file."""
    described = {"file": given.name, "sha256": readers.sha256_of(given)}
    return Source(described, given.size, lambda told: readers.read([given], columns=columns, body=body, progress=told))


def run(job: Job, progress: Callable[[Progress], None] | None = None) -> Outcome:
    """Do it.

    Raises:
        FolderError: the folder cannot be written, or another run is writing there.
        ModelError: a model cannot be loaded.
    """
    told = _Progress(sum(s.size for s in job.sources), progress)
    concepts = ConceptCounter(job.terminology)
    tally: Counter[str] = Counter()
    by_file: dict[str, Counter[str]] = defaultdict(Counter)
    with tables.FolderWriter(job.out, format=job.format, identity={**job.identity, "out": job.format}) as writer:
        spool = Spool(writer.work / _SPOOL)
        repeats, numbers, reasons = _read(job, spool, told)
        fates = repeats.decide(lambda: _spooled(spool, numbers))
        told.reading_is_done(sum(found.rows for n in numbers if (found := spool.spooled(n))))
        lexicon = compile_lexicon(job.terminology)
        as_read: dict[int, Document] = {}
        for number, batch in enumerate(shards(fates.settled(_spooled(spool, numbers), as_read)), 1):
            counts, mentions = _write_shard(job, writer, lexicon, number, batch)
            tally.update(counts["fates"])
            for name, its in counts["by_file"].items():
                by_file[name].update(its)
            _count_concepts(concepts, batch, mentions)
            told.records(len(batch))
        writer.write("concepts", concepts.rows())
        counted = _counts(tally, writer.rows)
        manifest = {**job.identity, "inputs": _inputs(job.sources, by_file), "counts": counted._asdict()}
        files = {"terminology": (tables.VOCABULARY, zipped(job.terminology))}
        if as_read:
            files["as_read"] = (tables.AS_READ, packed_places(as_read))
        writer.finish(manifest, files)
    return Outcome(job.out, counted, is_new=True, reasons=reasons)


def _read(job: Job, spool: Spool, told: _Progress) -> tuple[Repeats, list[int], tuple[str, ...]]:
    """Read what is not read yet: what tells the records apart, the numbers of the sources in the spool, and reasons of files that failed."""
    repeats = Repeats()
    numbers: list[int] = []
    reasons: list[str] = []
    left = job.limit
    for number, source in enumerate(job.sources, 1):
        if left is not None and left <= 0:
            break
        is_kept = spool.spooled(number) is not None
        for row in spool.rows(number) if is_kept else spool.add(number, _limited(source.rows(told.bytes), left)):
            repeats.add(row)
        numbers.append(number)
        found = spool.spooled(number)
        if found is not None:
            left = None if left is None else left - found.documents
            reasons += found.reasons[: _REASONS - len(reasons)]
    return repeats, numbers, tuple(reasons)


def _spooled(spool: Spool, numbers: Sequence[int]) -> Iterator[Row]:
    for number in numbers:
        yield from spool.rows(number)


def _limited(rows: Iterable[Row], limit: int | None) -> Iterator[Row]:
    """Rows up to the document that is the last of so many; Failures are not counted."""
    documents = 0
    for row in rows:
        yield row
        documents += isinstance(row, Document)
        if documents == limit:
            return


def _write_shard(
    job: Job, writer: tables.FolderWriter, lexicon: Lexicon, number: int, batch: Sequence[Document | Failure]
) -> tuple[Mapping[str, Any], Iterable[Mention]]:
    """What became of a shard's records, and its mentions; it is annotated where no run before did."""
    kept = writer.shards.get(number)
    if kept is not None:
        return kept, writer.shard_rows(number, "mentions")
    shard = annotate_shard(batch, lexicon, job.models, job.former)
    counts = {"fates": shard.fates, "by_file": shard.by_file}
    writer.write_shard(number, shard.rows, counts)
    return counts, shard.rows["mentions"]


def _count_concepts(concepts: ConceptCounter, batch: Iterable[Document | Failure], mentions: Iterable[Mention]) -> None:
    by_document: dict[str, list[Mention]] = defaultdict(list)
    for mention in mentions:
        by_document[mention.doc_id].append(mention)
    for row in batch:
        if isinstance(row, Document) and row.doc_id in by_document:
            concepts.add(by_document[row.doc_id], row.year)


class _Progress:
    """Tells how far a run is."""

    def __init__(self, total: int, told: Callable[[Progress], None] | None) -> None:
        self._now = Progress(0, total, 0, 0)
        self._told = told

    def bytes(self, number: int) -> None:
        self._tell(self._now._replace(bytes_read=self._now.bytes_read + number))

    def reading_is_done(self, records: int) -> None:
        self._tell(self._now._replace(bytes_read=self._now.bytes_total, records_total=records))

    def records(self, number: int) -> None:
        self._tell(self._now._replace(records=self._now.records + number))

    def _tell(self, now: Progress) -> None:
        self._now = now
        if self._told is not None:
            self._told(now)


_OF_FILE = ("read", "annotated", "duplicates", "without_text", "without_abstract", "failed", "files_failed")


def _inputs(sources: Sequence[Source], by_file: Mapping[str, Mapping[str, int]]) -> list[dict[str, Any]]:
    """The inputs with their counts; where two have one name, the last has them."""
    described = [entry for source in sources for entry in source.described.get("inputs", [source.described])]
    last = {entry["file"]: i for i, entry in enumerate(described)}
    return [
        {**entry, **{k: by_file.get(entry["file"], {}).get(k, 0) if last[entry["file"]] == i else 0 for k in _OF_FILE}}
        for i, entry in enumerate(described)
    ]


def _terminology(terms: tuple[Path, ...], linked: tuple[Path, ...] = ()) -> Terminology:
    faults = check_user_terms(terms) if terms else []
    if faults:
        raise TerminologyError("\n".join(faults))
    return load(None, terms, linked)


def identity_of(
    terminology: Terminology,
    models: Sequence[str],
    columns: Mapping[str, str] | None,
    format: str,
    limit: int | None,
    inputs: Sequence[Mapping[str, Any]],
    *,
    body: bool = False,
) -> dict[str, Any]:
    """What makes two runs the same: inputs, options, vocabulary, versions."""
    return {
        "schema": SCHEMA_VERSION,
        "terminology": terminology.version,
        "models": described(models),
        "options": {"body": body, "columns": dict(sorted((columns or {}).items())), "format": format, "limit": limit},
        "versions": {package: version(package) for package in _PACKAGES},
        "inputs": list(inputs),
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
    counts, before = described_run(out, manifest)
    different = [key for key in identity if before.get(key) != identity[key]]
    if different:
        raise FolderError(
            f"{out}: holds a run of other {', '.join(different)}. Give another folder with -o, --overwrite to replace it,"
            f" or add records to it with: allnlp update {out} FILES"
        )
    tables.verify(out)
    return counts


def described_run(out: Path, manifest: Mapping[str, Any]) -> tuple[Counts, dict[str, Any]]:
    """Counts of a manifest, and the manifest as a run's identity is told.

    Raises:
        FolderError: it is damaged.
    """
    try:
        return Counts(**manifest["counts"]), {**manifest, "inputs": [{k: i.get(k) for k in ("file", "sha256")} for i in manifest["inputs"]]}
    except (KeyError, TypeError, AttributeError):
        raise tables.damaged_manifest(out / tables.MANIFEST) from None


def refuse_inputs_in_the_way(inputs: Iterable[readers.Input], out: Path, format: str) -> None:
    """Refuse to write over, or take away, what is to be read.

    Raises:
        FolderError: an input lies at a path of ``out`` that the run writes, or takes away with the former run.
    """
    names = {tables.MANIFEST, tables.VOCABULARY, *tables.written_files(out / tables.MANIFEST), *(f"{table}.{format}" for table in TABLES)}
    taken = {(out / name).resolve() for name in names}
    for given in inputs:
        if given.path.resolve() in taken:
            raise FolderError(f"{given.path}: is an input and would be written over. Give another folder with -o.")


def _counts(tally: Counter[str], rows: Mapping[str, int]) -> Counts:
    fields = {field: tally[field] for field in Counts._fields}
    return Counts(**{**fields, "mentions": rows["mentions"], "concepts": rows["concepts"], "findings": rows["findings"]})
