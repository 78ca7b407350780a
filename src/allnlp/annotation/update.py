"""Adding records to an annotated folder: what is new or changed is annotated, and what a changed vocabulary touches."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import zstandard

from allnlp import readers, tables
from allnlp.annotation.entities import chosen
from allnlp.annotation.reading import Source, source_of
from allnlp.annotation.run import (
    Counts,
    Job,
    Outcome,
    Progress,
    described_run,
    identity_of,
    refuse_inputs_in_the_way,
    run,
)
from allnlp.annotation.shards import Rows
from allnlp.annotation.spool import unpacked_places
from allnlp.annotation.workers import cores
from allnlp.errors import FolderError, TerminologyError
from allnlp.readers import Row
from allnlp.schema import Document
from allnlp.tables.former import FormerRows, former_records
from allnlp.terminology import Terminology, load, parse, unzipped
from allnlp.text.changes import touched_by


class Updated(NamedTuple):
    """Result of an update: the run, the counts before it, and how many documents were annotated or left as they were."""

    outcome: Outcome
    before: Counts
    annotated: int
    kept: int


def update_collection(
    folder: str | Path,
    inputs: Sequence[str | Path] = (),
    *,
    terms: Iterable[Path] | None = None,
    models: Iterable[str] | None = None,
    link: Iterable[Path] | None = None,
    columns: Mapping[str, str] | None = None,
    jobs: int | None = None,
    progress: Callable[[Progress], None] | None = None,
) -> Updated:
    """Add the records of the inputs to an annotated folder, and read anew what the present vocabulary reads otherwise.

    The folder then is as a run over its former inputs and the new ones would make it, which need not be there any more: records that
    repeat others, newer states of PubMed records and deletions are settled over all. Corrections and reviews stay.

    Args:
        folder: the annotated folder.
        inputs: files, folders, globs, or "-"; those that the folder has are passed over. None of them to follow a vocabulary only.
        terms: a user's own tables of terms; by default those that the folder was made with, as they were.
        models: of named entities; by default those that the folder was made with.
        link: tables of terms for linking; by default those that the folder was made with, as they were.
        columns: names of columns, where they are unusual; by default as before.
        jobs: processes, at most; None means one for each core.
        progress: called now and then.

    Raises:
        ReadError: an input does not exist.
        FolderError: no annotated folder, a damaged one, one of a format that is for people only, or one made with a limit.
        TerminologyError: a table of terms breaks the rules, or the folder has not kept its vocabulary and ``terms`` is not given.
        ModelError: a model is not installed or cannot be loaded.
    """
    folder = Path(folder)
    readers.check_columns(columns)
    manifest = tables.former_manifest(folder)
    before, described = described_run(folder, manifest)
    options = described["options"]
    if options["limit"] is not None:
        raise FolderError(f"{folder}: was made with a limit of {options['limit']} records. Annotate all with: allnlp annotate FILES -o {folder} --overwrite")
    if options["format"] == "xlsx":
        raise FolderError(f"{folder}: Excel tables are for people, and cannot be added to. Annotate with --format parquet.")
    old = _kept_vocabulary(folder)
    terminology = _vocabulary(folder, old, terms, link)
    used = chosen([m["name"] for m in manifest["models"]] or ["none"]) if models is None else chosen(models)
    found = [given for given in readers.find_inputs(inputs) if readers.sha256_of(given) not in {i["sha256"] for i in described["inputs"]}]
    refuse_inputs_in_the_way(found, folder, options["format"])
    chosen_columns, body = {**options["columns"], **(columns or {})}, options.get("body", False)
    new = [source_of(given, chosen_columns, body=body) for given in found]
    known = Source({"inputs": described["inputs"]}, 0, lambda _: _as_read(folder))
    described_inputs = [*described["inputs"], *(s.described for s in new)]
    identity = identity_of(terminology, used, chosen_columns, options["format"], None, described_inputs, body=body)
    if not new and all(manifest.get(key) == identity[key] for key in ("schema", "terminology", "models", "versions")):
        tables.take_away_rest(folder)
        return Updated(Outcome(folder, before, is_new=False), before, 0, before.annotated)
    is_same = all(manifest.get(key) == identity[key] for key in ("schema", "models", "versions"))
    former = _Former(folder, old if is_same else None, terminology, with_models=bool(used))
    job = Job(folder, options["format"], [known, *new], identity, terminology, used, former=former, jobs=jobs or cores())
    try:
        outcome = run(job, progress)
    finally:
        former.close()
    return Updated(outcome, before, outcome.counts.annotated - outcome.kept, outcome.kept)


class _Former:
    """Gives the rows of documents that are as they were, and that the vocabulary still reads as it did."""

    def __init__(self, folder: Path, old: Terminology | None, new: Terminology, *, with_models: bool) -> None:
        self._folder = folder
        self._is_touched = touched_by(old, new, with_models=with_models) if old is not None else lambda _: True
        self._rows: FormerRows | None = None

    def __call__(self, document: Document) -> Rows | None:
        if self._is_touched(document.text):
            return None
        if self._rows is None:
            self._rows = FormerRows(self._folder)
        before = self._rows.document(document.doc_id)
        if before is None or before.duplicate_of is not None or _deciding(before) != _deciding(document):
            return None
        rows = self._rows.rows()
        if not rows["studies"]:  # its annotation failed
            return None
        return Rows(**rows)

    def close(self) -> None:
        if self._rows is not None:
            self._rows.close()


def _deciding(document: Document) -> tuple[Any, ...]:
    """What the rows of a document depend on."""
    return document.title, document.abstract, document.text, document.trial_ids, document.publication_types


def _as_read(folder: Path) -> Iterator[Row]:
    """The records of a folder as they were before it was decided what repeats what."""
    path = folder / tables.AS_READ
    try:
        as_read = unpacked_places(path.read_bytes()) if path.exists() else {}
    except (OSError, ValueError, TypeError, zstandard.ZstdError):
        raise FolderError(f"{path}: damaged. Annotate again with: allnlp annotate FILES -o {folder} --overwrite") from None
    for place, row in enumerate(former_records(folder)):
        yield as_read[place] if place in as_read else row._replace(duplicate_of=None, duplicate_by=None) if isinstance(row, Document) else row


def _kept_vocabulary(folder: Path) -> Terminology | None:
    """The vocabulary that the folder was made with; None where an older version has not kept it."""
    places = (folder / tables.VOCABULARY, folder / tables.UNFINISHED / tables.VOCABULARY)  # a kill may have left it at either
    return next((unzipped(path) for path in places if path.exists()), None)


def _vocabulary(folder: Path, old: Terminology | None, terms: Iterable[Path] | None, link: Iterable[Path] | None) -> Terminology:
    """The shipped vocabulary of now, with the tables that are given, or that the folder was made with."""
    if old is None and (terms is None or link is None):
        raise TerminologyError(f"{folder}: has not kept its vocabulary. Annotate again with: allnlp annotate FILES -o {folder} --overwrite")
    given = load(None, tuple(terms or ()), tuple(link or ()))
    own = given.user_files if terms is not None or old is None else old.user_files
    linked = given.link_files if link is not None or old is None else old.link_files
    return parse(given.files, own, linked)
