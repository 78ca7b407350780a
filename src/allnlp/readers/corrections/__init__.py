"""Files of annotation tools with the marks of a person, read as they are; which documents of a folder they belong to is not known here.

Inside the room imports run downwards: this > one file a format > marks. Files of formats do not import one another.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from allnlp.errors import OptionError
from allnlp.readers.corrections.brat import read_brat
from allnlp.readers.corrections.label_studio import read_label_studio
from allnlp.readers.corrections.marks import Corrected, Mark, Row, Untouched

__all__ = ["Corrected", "Mark", "Row", "Untouched", "read_corrections"]

_JSON = (".json", ".jsonl", ".gz", ".bz2", ".xz")


def read_corrections(path: Path) -> Iterator[Row]:
    """Documents with the marks of a person; what cannot be read is a Failure.

    Args:
        path: a folder, a .zip or one .ann file of brat; or the JSON export of Label Studio, compressed or not.

    Raises:
        OptionError: there is no such file, or its ending tells no format.
        ReadError: the file is damaged, or not of its format.
    """
    if not path.exists():
        raise OptionError(f"{path}: there is no such file. Give a folder or a .zip of brat, or the JSON export of Label Studio.")
    suffix = path.suffix.lower()
    if path.is_dir() or suffix in (".zip", ".ann"):
        return read_brat(path)
    if suffix in _JSON:
        return read_label_studio(path)
    expected = "the .ann file beside it, or its folder" if suffix == ".txt" else "a folder or a .zip of brat, or the .json of Label Studio"
    raise OptionError(f"{path}: the ending {path.suffix!r} tells no format of corrections. Give {expected}.")
