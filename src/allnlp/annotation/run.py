"""A run: inputs in, an annotated folder out.

Inputs are read once, into a spool; over all of them it is decided what repeats what; then shards of records are annotated,
and their rows kept, so that a run that was stopped goes on where it was.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from allnlp import readers, tables
from allnlp.annotation.concepts import COLUMNS, COUNTS, merged_concepts
from allnlp.annotation.engine import Crew, Engine
from allnlp.annotation.entities import chosen, described
from allnlp.annotation.parts import Settings, versions
from allnlp.annotation.reading import Source, read_ahead, source_of
from allnlp.annotation.shards import SHARD, Batch, Rows, is_annotated, shards
from allnlp.annotation.spool import Spool, packed_places
from allnlp.annotation.workers import cores
from allnlp.errors import FolderError, OptionError, TerminologyError
from allnlp.readers import Repeats, Row
from allnlp.schema import SCHEMA_VERSION, TABLES, Document, Failure
from allnlp.terminology import Terminology, check_user_terms, load, zipped

_REASONS = 3  # shown of files that could not be read
_SPOOL = "records"
_SHARDS_EACH = 2  # for fewer, another process does not pay

Former = Callable[[Document], Rows | None]


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

    ``reasons`` says of the first files that this run could not read why: "NAME: reason"; ``kept`` counts the documents whose
    rows a run before wrote; ``waiting`` the shards that are laid out for others: the folder is not finished while there are any.
    """

    folder: Path
    counts: Counts
    is_new: bool
    reasons: tuple[str, ...] = ()
    kept: int = 0
    waiting: int = 0


class Job(NamedTuple):
    """What a run does: the sources to read, and how."""

    out: Path
    format: str
    sources: Sequence[Source]
    identity: Mapping[str, Any]
    terminology: Terminology
    models: Sequence[str]
    limit: int | None = None
    former: Former | None = None  # gives the rows of a document that a run before wrote and that still hold
    jobs: int = 1
    engine: Engine | None = None  # instead of processes of this machine


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
    jobs: int | None = None,
    engine: Engine | None = None,
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
        jobs: processes, at most; None means one for each core. What is written does not depend on it.
        engine: who annotates instead, as `annotation.cluster.by_dask` and `annotation.exchange.by_exchange` make one.
        progress: called now and then.

    Raises:
        ReadError: an input does not exist.
        EngineError: the processes or the cluster are gone; what is done is kept.
        FolderError: ``out`` holds something else, and ``overwrite`` is False; a file of the user's or an input lies where
            a table would be written.
        TerminologyError: a table of terms breaks the rules.
        ModelError: a model is not installed or cannot be loaded.
    """
    if format not in tables.FORMATS:
        raise OptionError(f"format is {format!r}. Use one of {', '.join(tables.FORMATS)}.")
    if jobs is not None and jobs < 1:
        raise OptionError(f"jobs is {jobs}. Give a number of processes, 1 or more.")
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
    return run(Job(out, format, sources, identity, terminology, used, limit, jobs=jobs or cores(), engine=engine), progress)


def run(job: Job, progress: Callable[[Progress], None] | None = None) -> Outcome:
    """Do it.

    Raises:
        FolderError: the folder cannot be written, or another run is writing there.
        ModelError: a model cannot be loaded.
    """
    told = _Progress(sum(s.size for s in job.sources), progress)
    settings = Settings(job.terminology, tuple(job.models))
    with tables.FolderWriter(job.out, format=job.format, identity={**job.identity, "out": job.format}, threads=job.jobs) as writer, Crew(job.jobs, settings) as crew:
        spool = Spool(writer.work / _SPOOL)
        repeats, numbers, reasons = _read(job, spool, told, crew)
        fates = repeats.decide(lambda: _spooled(spool, numbers))
        records = sum(found.rows for n in numbers if (found := spool.spooled(n)))
        told.reading_is_done(records)
        as_read: dict[int, Document] = {}
        waiting = _annotate(job, writer, shards(fates.settled(_spooled(spool, numbers), as_read), records), told, crew)
        crew.end()
        if waiting:
            return Outcome(job.out, _counted(writer)[0], is_new=True, reasons=reasons, waiting=waiting)
        writer.write("concepts", merged_concepts(lambda statement: writer.ask(statement, COUNTS, COLUMNS), job.terminology))
        counted, by_file = _counted(writer)
        manifest = {**job.identity, "inputs": _inputs(job.sources, by_file), "counts": counted._asdict()}
        files = {"terminology": (tables.VOCABULARY, zipped(job.terminology))}
        if as_read:
            files["as_read"] = (tables.AS_READ, packed_places(as_read))
        kept = sum(shard["kept"] for shard in writer.shards.values())
        writer.finish(manifest, files)
    return Outcome(job.out, counted, is_new=True, reasons=reasons, kept=kept)


def _annotate(job: Job, writer: tables.FolderWriter, all_shards: Iterable[list[Document | Failure]], told: _Progress, crew: Crew) -> int:
    """Annotate the shards that no run before did; the number of those that the engine left for others."""
    sizes: dict[int, int] = {}

    def unfinished() -> Iterator[tuple[int, Batch]]:
        for number, records in enumerate(all_shards, 1):
            if number in writer.shards:
                told.records(len(records))
                continue
            sizes[number] = len(records)
            yield number, Batch(records, _kept(job.former, records))

    jobs = min(job.jobs, told.left // (_SHARDS_EACH * SHARD))
    engine = job.engine or crew.engine(jobs)
    for number, part in engine(unfinished(), Settings(job.terminology, tuple(job.models))):
        writer.add(number, part)
        told.records(sizes.pop(number))
    return len(sizes)


def _kept(former: Former | None, records: Iterable[Document | Failure]) -> dict[str, Rows]:
    if former is None:
        return {}
    return {d.doc_id: rows for d in records if isinstance(d, Document) and is_annotated(d) and (rows := former(d)) is not None}


def _read(job: Job, spool: Spool, told: _Progress, crew: Crew) -> tuple[Repeats, list[int], tuple[str, ...]]:
    """Read what is not read yet: what tells the records apart, the numbers of the sources in the spool, and reasons of files that failed."""
    if job.limit is None and job.jobs > 1:
        read_ahead(spool, job.sources, job.jobs, told.bytes)
    if job.limit is None and job.engine is None:
        crew.start(sum(source.size for source in job.sources))
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

    @property
    def left(self) -> int:
        return self._now.records_total - self._now.records

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
        "versions": versions(),
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


def _counted(writer: tables.FolderWriter) -> tuple[Counts, dict[str, Counter[str]]]:
    """What became of the records of all shards, in all and by input file."""
    tally: Counter[str] = Counter()
    by_file: dict[str, Counter[str]] = defaultdict(Counter)
    for shard in writer.shards.values():
        tally.update(shard["fates"])
        for name, its in shard["by_file"].items():
            by_file[name].update(its)
    return _counts(tally, writer.rows), by_file


def _counts(tally: Counter[str], rows: Mapping[str, int]) -> Counts:
    fields = {field: tally[field] for field in Counts._fields}
    return Counts(**{**fields, "mentions": rows["mentions"], "concepts": rows["concepts"], "findings": rows["findings"]})
