"""A shard as whoever annotates it is given it, and as it is given back: compact bytes in, compact bytes out."""

from __future__ import annotations

import hashlib
import io
from collections import defaultdict
from collections.abc import Mapping, Sequence
from importlib.metadata import version
from typing import Any, NamedTuple

import srsly

from allnlp import schema
from allnlp.annotation.concepts import COLUMNS, COUNTS, count_concepts
from allnlp.annotation.entities import described
from allnlp.annotation.shards import Batch, Rows, annotate_shard
from allnlp.annotation.spool import packed, unpacked
from allnlp.errors import EngineError
from allnlp.tables import Part, parquet
from allnlp.terminology import Terminology, unzipped, zipped
from allnlp.text import compile_lexicon

_PACKAGES = ("allnlp", "spacy", "scispacy", "duckdb", "lxml", "ahocorasick-rs")


class Settings(NamedTuple):
    """What the rows of a shard depend on besides its records."""

    terminology: Terminology
    models: tuple[str, ...]


def annotate_part(batch: Batch, settings: Settings) -> Part:
    """A shard annotated, its tables as Parquet; the same from every process that has the same versions.

    Raises:
        ModelError: a model cannot be loaded.
        ValueError: a row breaks the schema.
    """
    shard = annotate_shard(batch, compile_lexicon(settings.terminology), settings.models)
    tables: dict[str, bytes] = {}
    for table, rows in shard.rows.items():
        schema.check(table, rows)
        if rows:
            tables[table] = parquet(schema.columns(table), rows)
    counts = count_concepts(shard.rows["documents"], shard.rows["mentions"])
    if counts:
        tables[COUNTS] = parquet(COLUMNS, counts)
    told = {"fates": shard.fates, "by_file": shard.by_file, "kept": len(batch.kept)}
    return Part(tables, {table: len(rows) for table, rows in shard.rows.items() if rows}, told)


def packed_batch(batch: Batch) -> bytes:
    """A shard as bytes.

    >>> batch = Batch([schema.Document("1")], {"1": Rows([schema.Sentence("1", 0, "title", 0, 1)], [], [], [])}, {"2": "killed"})
    >>> unpacked_batch(packed_batch(batch)) == batch
    True
    """
    kept = [row for rows in batch.kept.values() for its in rows for row in its]
    return bytes(srsly.msgpack_dumps([packed(batch.records), packed(kept), list(batch.kept), dict(batch.given_up)]))


def unpacked_batch(content: bytes) -> Batch:
    """The shard again."""
    records, kept, ids, given_up = srsly.msgpack_loads(content)
    return Batch(unpacked(records), _by_document(unpacked(kept), ids), given_up)


def packed_settings(settings: Settings) -> tuple[bytes, str]:
    """Settings as bytes, with the versions that they hold for, and their hash."""
    content = bytes(srsly.msgpack_dumps([zipped(settings.terminology), list(settings.models), described(settings.models), versions()]))
    return content, hashlib.sha256(content).hexdigest()[:16]


def unpacked_settings(content: bytes) -> Settings:
    """The settings again.

    Raises:
        EngineError: other versions or models are installed here.
        ModelError: a model is not installed here.
    """
    vocabulary, models, known, theirs = srsly.msgpack_loads(content)
    ours = versions()
    different = [f"{name} {ours.get(name)} instead of {version}" for name, version in theirs.items() if ours.get(name) != version]
    if not different and described(models) != known:
        different = ["other models of the same names"]
    if different:
        raise EngineError(f"this machine has {', '.join(different)}, and would give other rows. Install the same versions.")
    return Settings(unzipped(io.BytesIO(vocabulary)), tuple(models))


def versions() -> dict[str, str]:
    """Versions of what decides the rows."""
    return {package: version(package) for package in _PACKAGES}


def _by_document(rows: Sequence[Any], ids: Sequence[str]) -> Mapping[str, Rows]:
    by: dict[str, dict[type[Any], list[Any]]] = {doc_id: defaultdict(list) for doc_id in ids}
    for row in rows:
        by[row.doc_id][type(row)].append(row)
    kinds = (schema.Sentence, schema.Mention, schema.Finding, schema.Study)
    return {doc_id: Rows(*(its[kind] for kind in kinds)) for doc_id, its in by.items()}
