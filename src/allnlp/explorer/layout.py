"""What every page has around its view: the names of the screens, the filters, the chips, and the ways in which the view leaves."""

from __future__ import annotations

from importlib.util import find_spec
from typing import Any, NamedTuple

from markupsafe import Markup

from allnlp.errors import AllnlpError
from allnlp.explorer.asked import Asked
from allnlp.explorer.charts import year_bars
from allnlp.explorer.page import FIGURE_ENDINGS, TABLE_ENDINGS, Page
from allnlp.explorer.sidebar import Sidebar, sidebar
from allnlp.explorer.state import State
from allnlp.explorer.store import Store, last_year


class Place(NamedTuple):
    """A screen of the navigation."""

    module: str
    title: str

    @property
    def path(self) -> str:
        """Its address."""
        return "/" + self.module.replace("_", "-")


NAVIGATION = (
    Place("overview", "Overview"),
    Place("documents", "Documents"),
    Place("cooccurrence", "Co-occurrence"),
    Place("network", "Network"),
    Place("trends", "Trends"),
    Place("findings", "Findings"),
    Place("evidence_table", "Evidence table"),
    Place("compare", "Compare"),
    Place("check", "Check"),
)

_FILE_WORDS = {".csv": "CSV", ".json": "JSON", ".xlsx": "Excel", ".pdf": "PDF", ".svg": "SVG", ".png": "PNG, 600 dpi"}


def framed(store: Store, state: State, found: Asked | None, page: Page) -> dict[str, Any]:
    """Values of a page's template."""
    return {
        "title": page.title,
        "state": state,
        "folder": store.folder.resolve().name,
        "reviewer": store.reviewer,
        "chips": found.chips if found is not None else (),
        "note": found.note if found is not None else "",
        "drawer": None,
        "error": "",
        "is_folder": False,
        "n_documents": None,
        **_beside(store, state, found),
        "leaving": page.leaving,
        "files": _files(state, page),
        **page.values,
    }


def _beside(store: Store, state: State, found: Asked | None) -> dict[str, Any]:
    """The filters; none where the folder or the filters cannot be read."""
    if found is None:
        return {"sidebar": None, "years_chart": "", "n_all": None}
    try:
        index = store.index
        n_fitting = int(index.fitting(found.filters).sum())
        shown: Sidebar = store.kept(("sidebar", state.filters(), found.filters, state.path, state.options()), lambda: sidebar(index, found.filters, state))
        low, high = found.filters.years
        base = state.url(from_=None, to=None, page=None)
        base += "&" if "?" in base else "?"
        chart = year_bars(shown.years, href=lambda y: f"{base}from={y}&to={y}", low=low, high=high, incomplete=last_year(index))
    except AllnlpError:
        return {"sidebar": None, "years_chart": "", "n_all": None}
    return {"sidebar": shown, "years_chart": Markup(chart), "n_all": len(index.documents), "n_documents": n_fitting}


def _files(state: State, page: Page) -> list[tuple[str, list[tuple[str, str]]]]:
    """Groups of files as which the view leaves, each with its words and URL."""
    out = []
    if page.leaving.table is not None:
        out.append(("Table", [(_FILE_WORDS[e], state.leave(e)) for e in TABLE_ENDINGS]))
    can_draw = find_spec("matplotlib") is not None
    if page.leaving.figure is not None and can_draw:
        out.append(("Figure", [(_FILE_WORDS[e], state.leave(e)) for e in FIGURE_ENDINGS]))
    ways = [way for way in page.leaving.ways if can_draw or not way.ending.endswith(FIGURE_ENDINGS)]
    if ways:
        out.append(("Other", [(way.words, state.leave(way.ending)) for way in ways]))
    if not can_draw and (page.leaving.figure is not None or len(ways) < len(page.leaving.ways)):
        out.append(("Figures need matplotlib: pip install matplotlib", []))
    return out
