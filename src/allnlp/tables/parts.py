"""The finished shards of a run: Parquet files of their rows, and a marker each, which is written last."""

from __future__ import annotations

import contextlib
import json
import os
import secrets
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple


class Part(NamedTuple):
    """What became of a shard: by table its rows as a Parquet file and their number; and what else is to be known, as JSON can hold it."""

    tables: Mapping[str, bytes]
    rows: Mapping[str, int]
    told: Mapping[str, Any]


def write_shard(work: Path, number: int, part: Part) -> None:
    """Write a finished shard, so that it is there whole or not at all, however many write it at once.

    Args:
        work: folder of the unfinished run.
        number: of the shard, from 1, in the order of the rows.
        part: the same from whoever writes it.

    Raises:
        OSError: the folder cannot be written.
    """
    sizes = {}
    for table, content in part.tables.items():
        path = part_path(work, table, number)
        beside = path.with_name(f"{path.name}.{secrets.token_hex(4)}")
        beside.write_bytes(content)
        beside.replace(path)
        sizes[path.name] = len(content)
    write_whole(work / f"shard-{number:08d}.json", json.dumps({"told": part.told, "rows": dict(part.rows), "parts": sizes}))


def finished_shards(work: Path) -> dict[int, dict[str, Any]]:
    """Markers of the shards whose parts are all there, by number: ``told`` and ``rows`` of each; others are taken away."""
    found = {}
    for path in sorted(work.glob("shard-*.json")):
        try:
            marker = json.loads(path.read_text(encoding="utf-8"))
            number = int(path.stem.partition("-")[2])
            if all((work / name).stat().st_size == size for name, size in marker["parts"].items()) and marker.keys() >= {"told", "rows"}:
                found[number] = marker
                continue
        except (OSError, ValueError, KeyError, TypeError, AttributeError):
            pass
        with contextlib.suppress(OSError):
            path.unlink()
    return found


def part_path(work: Path, table: str, number: int) -> Path:
    """Where the rows of a table of a shard lie."""
    return work / f"{table}-{number:08d}.parquet"


def write_whole(path: Path, content: str | bytes) -> None:
    """Write a file so that it is there whole or not at all."""
    beside = path.with_name(f"{path.name}.{secrets.token_hex(4)}.part")
    with beside.open("wb") as stream:
        stream.write(content.encode() if isinstance(content, str) else content)
        stream.flush()
        os.fsync(stream.fileno())
    beside.replace(path)
