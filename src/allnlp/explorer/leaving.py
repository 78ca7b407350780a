"""A view as a file: its table, its figure, or what else it may leave as."""

from __future__ import annotations

import shlex
from pathlib import Path
from types import MappingProxyType

from allnlp.errors import NothingFound
from allnlp.explorer.page import FIGURE_ENDINGS, TABLE_ENDINGS, Page
from allnlp.exporters import Origin, write_result

MEDIA = MappingProxyType(
    {
        ".csv": "text/csv; charset=utf-8", ".json": "application/json", ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        ".pdf": "application/pdf", ".svg": "image/svg+xml", ".png": "image/png", ".ris": "application/x-research-info-systems",
    }
)  # fmt: skip


def left(folder: Path, page: Page, ending: str, work: Path) -> Path:
    """Write a view as a file into a folder of its own; returns the file.

    Raises:
        NothingFound: the view does not leave in this way; says in which it does.
    """
    leaving = page.leaving
    path = work / f"{_named(page.title)}{ending}"
    origin = Origin(folder, tuple(shlex.split(leaving.command)))
    if ending in TABLE_ENDINGS and leaving.table is not None:
        write_result(path, {_named(page.title)[:31]: leaving.table()}, origin)
        return path
    if ending in FIGURE_ENDINGS and leaving.figure is not None:
        from allnlp.figures import need_matplotlib, save

        need_matplotlib()
        save(leaving.figure(), path, origin=origin)
        return path
    for way in leaving.ways:
        if way.ending == ending:
            way.write(path)
            return path
    known = [*(TABLE_ENDINGS if leaving.table else ()), *(FIGURE_ENDINGS if leaving.figure else ()), *(w.ending for w in leaving.ways)]
    raise NothingFound(f"{page.title} does not leave as {ending}. It leaves as {', '.join(known) or 'nothing'}.")


def _named(title: str) -> str:
    """A title as the name of a file or sheet.

    >>> _named("Co-occurrence: a/b")
    'co-occurrence-a-b'
    """
    return "-".join("".join(c if c.isalnum() or c in "-_" else " " for c in title.lower()).split())[:60] or "view"
