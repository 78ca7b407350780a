"""An annotated folder in and out: tables checked, whole or absent, with their provenance in ``manifest.json``.

A run writes parts under ``.unfinished``; at its end each table is put together there, then all are moved into place, the
manifest last. A folder without a manifest is no annotated folder, whatever lies in it. A run replaces and takes away only
files that a manifest says a run wrote; while tables are moved, the former manifest waits under ``.unfinished``.
A run that was stopped is gone on with by the next one of the same identity: what it finished stays.
"""

from __future__ import annotations

from allnlp.tables.folder import (
    AS_READ,
    FORMATS,
    MANIFEST,
    UNFINISHED,
    VOCABULARY,
    connected,
    damaged_manifest,
    opened,
    read_manifest,
    read_table,
    sha256,
    table_path,
    verify,
    written_files,
)
from allnlp.tables.parts import Part, finished_shards, write_shard, write_whole
from allnlp.tables.rows import parquet, rows_of
from allnlp.tables.writer import FolderWriter, former_manifest, take_away_rest

__all__ = [
    "AS_READ",
    "FORMATS",
    "MANIFEST",
    "UNFINISHED",
    "VOCABULARY",
    "FolderWriter",
    "Part",
    "connected",
    "damaged_manifest",
    "finished_shards",
    "former_manifest",
    "opened",
    "parquet",
    "read_manifest",
    "read_table",
    "rows_of",
    "sha256",
    "table_path",
    "take_away_rest",
    "verify",
    "write_shard",
    "write_whole",
    "written_files",
]
