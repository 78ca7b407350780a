"""A result's file: checked before the work, whole or absent after it, with the record of what made it beside it."""

from __future__ import annotations

import contextlib
import json
import os
from collections.abc import Iterator, Sequence
from importlib import metadata
from pathlib import Path
from typing import NamedTuple

from allnlp.collection.corrections import CORRECTIONS, has_corrections
from allnlp.collection.reviews import REVIEWS, has_reviews
from allnlp.errors import OptionError
from allnlp.tables import MANIFEST, read_manifest, sha256

_ABOUT = ("allnlp", "numpy", "scipy", "pandas", "duckdb")


class Origin(NamedTuple):
    """What a result comes from."""

    folder: Path  # the annotated folder
    command: tuple[str, ...] = ()  # the words that ask for the same again
    packages: tuple[str, ...] = ()  # further packages whose versions decided the bytes, as matplotlib


def check_path(path: Path, formats: Sequence[str]) -> None:
    """Refuse a file whose ending is none that can be written, or whose folder is missing.

    Raises:
        OptionError: says which endings there are.
    """
    if path.suffix.lower() not in formats:
        raise OptionError(f"{path}: the ending {path.suffix!r} tells no format. Use one of {', '.join(formats)}.")
    if not path.parent.is_dir():
        raise OptionError(f"{path}: there is no folder {path.parent}. Make it, or give another file.")
    if path.is_dir():
        raise OptionError(f"{path}: is a folder. Give the name of a file.")


@contextlib.contextmanager
def placed(path: Path, origin: Origin | None) -> Iterator[Path]:
    """A file to write beside the one that is meant; put in its place with FILE.provenance.json when all went well.

    Args:
        path: where the result will stand; what was there before stays until then.
        origin: what it comes from; without one there is no provenance.

    Raises:
        FolderError: no annotated folder, or a damaged one.
    """
    work = path.with_name(f".{path.stem}.{os.getpid()}{path.suffix}")
    record = path.with_name(f".{path.name}.{os.getpid()}.provenance")
    try:
        yield work
        if origin is not None:
            record.write_text(_provenance(path.name, sha256(work), origin), encoding="utf-8")
        work.replace(path)
        if origin is not None:
            record.replace(path.with_name(path.name + ".provenance.json"))
    finally:
        work.unlink(missing_ok=True)
        record.unlink(missing_ok=True)


def _provenance(name: str, digest: str, origin: Origin) -> str:
    """Command, versions, hashes of the file and of the folder's tables; no time, so that the same result has the same."""
    manifest = read_manifest(origin.folder)
    record = {
        "file": name,
        "sha256": digest,
        "command": list(origin.command),
        "versions": {package: metadata.version(package) for package in (*_ABOUT, *origin.packages)},
        "folder": {
            "manifest_sha256": sha256(origin.folder / MANIFEST),
            "versions": manifest.get("versions", {}),
            "terminology": manifest.get("terminology"),
            **({"corrections_sha256": sha256(origin.folder / CORRECTIONS)} if has_corrections(origin.folder) else {}),
            **({"reviews_sha256": sha256(origin.folder / REVIEWS)} if has_reviews(origin.folder) else {}),
            "tables": {table: entry.get("sha256") for table, entry in sorted(manifest["tables"].items())},
        },
    }
    return json.dumps(record, ensure_ascii=False, indent=1, sort_keys=True) + "\n"
