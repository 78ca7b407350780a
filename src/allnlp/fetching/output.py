"""The output file and the record of what it comes from: both whole, or both as they were."""

from __future__ import annotations

import gzip
import hashlib
import json
import os
from collections.abc import Iterable, Mapping
from importlib import metadata
from pathlib import Path
from typing import Any

from allnlp.fetching.harvest import Harvest


def record_of(out: Path) -> Path:
    """Where the record of an output stands.

    >>> record_of(Path("cart.xml.gz")).name
    'cart.xml.gz.provenance.json'
    """
    return out.with_name(f"{out.name}.provenance.json")


def write_output(out: Path, harvest: Harvest, identity: Mapping[str, Any], command: str, *, is_packed: bool, work: Path) -> None:
    """Write a harvest.

    Args:
        out: is replaced at the end, at once.
        harvest: what was fetched.
        identity: of what was fetched.
        command: that asks the same again.
        is_packed: whether the file is gzip; without time and name, so that the same records give the same bytes.
        work: folder on the same disk.
    """
    file, record = work / "whole", work / "record"
    digest = _write(file, harvest.pieces, is_packed=is_packed)
    provenance = {
        "file": out.name,
        "sha256": digest,
        "command": command,
        **identity,
        "translation": harvest.found.translation,
        "warnings": list(harvest.found.warnings),
        "searched": harvest.searched,
        "searches": list(harvest.searches),
        "found": harvest.found.total,
        "wanted": harvest.wanted,
        "fetched": harvest.fetched,
        "missing": list(harvest.missing),
        "unlisted": harvest.unlisted,
        "versions": {"allnlp": metadata.version("allnlp")},
    }
    record.write_text(json.dumps(provenance, ensure_ascii=False, indent=1, sort_keys=True) + "\n", encoding="utf-8")
    file.replace(out)
    record.replace(record_of(out))


def _write(file: Path, pieces: Iterable[bytes], *, is_packed: bool) -> str:
    with file.open("wb") as raw:
        if is_packed:
            with gzip.GzipFile(filename="", mode="wb", fileobj=raw, mtime=0) as stream:
                stream.writelines(pieces)
        else:
            raw.writelines(pieces)
        raw.flush()
        os.fsync(raw.fileno())
    return sha256_of(file)


def sha256_of(path: Path) -> str:
    """SHA-256 of a file, as hex."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def finished(out: Path, identity: Mapping[str, Any]) -> dict[str, Any] | None:
    """The record of an output that holds what is asked for; None where it holds anything else, or was changed."""
    try:
        record = json.loads(record_of(out).read_text(encoding="utf-8"))
        if not isinstance(record, dict) or any(record.get(key, "") != value for key, value in identity.items()):
            return None
        return record if record.get("sha256") == sha256_of(out) else None
    except (OSError, ValueError):
        return None
