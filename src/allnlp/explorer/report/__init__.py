"""One file that shows an annotated folder without the folder, the program or the network."""

from __future__ import annotations

import base64
import hashlib
import shlex
from collections.abc import Sequence
from html import escape
from importlib import metadata
from importlib.resources import files
from pathlib import Path
from string import Template
from typing import NamedTuple

from allnlp.collection.filters import Filters
from allnlp.collection.index import EVERYTHING
from allnlp.explorer.report.data import report_data
from allnlp.explorer.report.packing import as_text
from allnlp.exporters.files import Origin, check_path, placed

#: The order in which scripts stand in the file.
SCRIPTS = (
    "unpack.js", "counts.js", "page.js", "state.js", "leave.js", "filters.js", "overview.js", "documents.js", "cooccurrence.js", "findings.js",
    "evidence.js", "drawer.js", "report.js",
)  # fmt: skip


class Written(NamedTuple):
    """A report that was written."""

    path: Path
    n_documents: int
    n_left_out: int  # documents that fit the filters, but are older than those that the report may hold
    n_bytes: int


def write_report(
    folder: Path,
    out: Path,
    *,
    filters: Filters = EVERYTHING,
    max_documents: int | None = None,
    title: str | None = None,
    command: Sequence[str] = (),
) -> Written:
    """Write a folder as one HTML file that opens offline; the same folder and options give the same bytes.

    Args:
        folder: the annotated folder.
        out: the file, .html.
        filters: which documents it holds, and which of their mentions count.
        max_documents: the newest so many; by default all.
        title: of the page; by default it names the folder.
        command: that makes the same report, for its foot and its record.

    Raises:
        NothingFound: no document fits.
        OptionError: the file is none that can be written.
        FolderError: no annotated folder, or a damaged one.
    """
    check_path(out, (".html", ".htm"))
    report = report_data(folder, filters, max_documents=max_documents)
    page = report_page(report.packed(), title or f"Report of {report.head['folder']}", command)
    with placed(out, Origin(folder, tuple(command))) as work:
        work.write_text(page, encoding="utf-8", newline="\n")
    n_shown, n_fitting = report.head["n_shown"], report.head["n_fitting"]
    return Written(out, n_shown, n_fitting - n_shown, len(page.encode()))


def report_page(data: bytes, title: str, command: Sequence[str] = ()) -> str:
    """The page around packed data; its policy allows its own script and style alone, and no request."""
    here, static = files("allnlp.explorer.report"), files("allnlp.explorer").joinpath("static")
    style = "\n".join(place.read_text(encoding="utf-8") for place in (static.joinpath("palette.css"), here.joinpath("report.css")))
    script = '"use strict";\n' + "\n".join(here.joinpath(name).read_text(encoding="utf-8") for name in SCRIPTS)
    version = f"allnlp {metadata.version('allnlp')}"
    made = f"Made by <code>{escape(_without_paths(command))}</code> · " if command else ""
    return Template(here.joinpath("report.html").read_text(encoding="utf-8")).substitute(
        policy=policy(script, style), title=escape(title), generator=version, style=style, script=script, data=as_text(data), foot=f"{made}{version}"
    )


def policy(script: str, style: str) -> str:
    """What the browser may do: run this script, apply this style, and nothing else.

    >>> policy("", "")[:72]
    "default-src 'none'; script-src 'sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMp"
    """
    hashes = [f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'" for text in (script, style)]
    return f"default-src 'none'; script-src {hashes[0]}; style-src {hashes[1]}; base-uri 'none'; form-action 'none'"


def _without_paths(command: Sequence[str]) -> str:
    """The command with the folder's name alone: whom the file is sent to has no use for the place on a disk."""
    return shlex.join(Path(word).name if i == 2 else word for i, word in enumerate(command))
