"""A file of a foreign vocabulary, unpacked where it is gzipped, and its format, told by its first lines."""

from __future__ import annotations

import gzip
import io
import re
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from allnlp.errors import TerminologyError

FORMATS = ("obo", "obograph", "tsv", "csv", "rrf")

_OBO = re.compile(r"^(?:format-version|ontology|data-version|default-namespace)\s*:|^\[(?:Term|Typedef)\]", re.MULTILINE)
_HEAD = 1 << 16


def sniff(head: str) -> str:
    r"""The format, one of `FORMATS`, of a file that begins so; empty when it is none.

    >>> sniff("format-version: 1.4\n[Term]\n"), sniff('{"graphs": []}'), sniff("id\tname\n"), sniff("quill fever")
    ('obo', 'obograph', 'tsv', '')
    """
    start = head.lstrip("\ufeff \t\r\n")
    first = start.split("\n", 1)[0].rstrip("\r")
    if start.startswith("{"):
        return "obograph" if '"graphs"' in head else ""
    if _OBO.search(start):
        return "obo"
    if first.count("|") >= 17 and first.endswith("|"):
        return "rrf"
    return "tsv" if "\t" in first else "csv" if "," in first or ";" in first else ""


def format_of(path: Path) -> str:
    """The format of a file, told by content.

    Raises:
        TerminologyError: the file is of none, or cannot be read.
    """
    with opened(path) as stream:
        found = sniff(stream.read(_HEAD))
    if not found:
        raise TerminologyError(
            f"{path}: neither OBO, OBO graph JSON, a table nor RRF (MRCONSO.RRF). Give such a file, or say which it is with --format."
        )
    return found


@contextmanager
def opened(path: Path) -> Iterator[io.TextIOWrapper]:
    """A file's text, line by line.

    Raises:
        TerminologyError: the file cannot be read, is damaged or is not UTF-8.
    """
    try:
        with path.open("rb") as raw:
            is_packed = raw.read(2) == b"\x1f\x8b"
            raw.seek(0)
            stream = gzip.GzipFile(fileobj=raw) if is_packed else raw
            with io.TextIOWrapper(stream, encoding="utf-8-sig", newline=None) as text:
                yield text
    except UnicodeDecodeError as error:
        raise TerminologyError(f"{path}: not UTF-8 ({error.reason}). Save the file as UTF-8.") from None
    except (OSError, EOFError, zlib.error) as error:
        why = getattr(error, "strerror", None) or error
        raise TerminologyError(f"{path}: cannot be read ({why}). Give an existing file, and fetch a damaged one again.") from None
