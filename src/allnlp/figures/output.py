"""A figure as a file that a journal takes: Type-42 fonts, editable text, 600 dpi, the same bytes each time, its data beside it."""

from __future__ import annotations

from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from allnlp.errors import ExtraMissing, OptionError
from allnlp.exporters import Origin, check_path, placed, write_result

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure
    from matplotlib.font_manager import FontProperties

FIGURE_FORMATS = (".pdf", ".svg", ".png")
WIDTHS = (89, 183)  # mm, of one and of two columns of a journal
MM = 72 / 25.4  # points
_DPI = 600
#: What decides bytes when a figure is written; text stays text, ids in SVG do not change.
STYLE = MappingProxyType(
    {"pdf.fonttype": 42, "ps.fonttype": 42, "svg.fonttype": "none", "svg.hashsalt": "allnlp", "pdf.compression": 6, "text.usetex": False}
)
_METADATA: MappingProxyType[str, dict[str, Any]] = MappingProxyType({".pdf": {"CreationDate": None}, ".svg": {"Date": None}, ".png": {}})


def need_matplotlib() -> None:
    """Refuse to draw without matplotlib.

    Raises:
        ExtraMissing: with the command that installs it.
    """
    try:
        import matplotlib  # noqa: F401
    except ImportError:
        raise ExtraMissing('figures need matplotlib, which is not installed. Install it: pip install matplotlib') from None


def check_figure_path(path: Path) -> None:
    """Refuse a file whose ending is none that can be drawn, or whose folder is missing.

    Raises:
        OptionError: says which endings there are.
    """
    check_path(path, FIGURE_FORMATS)


def font(family: str | None, size: float, *, bold: bool = False) -> FontProperties:
    """A font that is installed; by default the one that comes with matplotlib.

    Raises:
        OptionError: no such font.
    """
    from matplotlib.font_manager import FontProperties, findfont

    found = FontProperties(family=family or "DejaVu Sans", size=size, weight="bold" if bold else "normal")
    if family is not None:
        try:
            findfont(FontProperties(family=family), fallback_to_default=False)
        except ValueError:
            raise OptionError(f"font {family!r} is not installed. Leave it out, or install it.") from None
    return found


def save(figure: Figure, path: Path, *, data: pd.DataFrame | None = None, origin: Origin | None = None) -> list[Path]:
    """Write a figure as .pdf, .svg or .png, and its data as a CSV of the same name; returns the files, without their provenance.

    Args:
        figure: made by a function of this room.
        path: ends in one of ``FIGURE_FORMATS``.
        data: what the figure shows.
        origin: what it comes from; without one there is no provenance.

    Raises:
        OptionError: another ending, or no such folder.
        FolderError: the annotated folder that it comes from is gone or damaged.
        OSError: a file cannot be written; one that was there before stays.
    """
    need_matplotlib()
    from matplotlib import rc_context

    check_figure_path(path)
    suffix = path.suffix.lower()
    made_by = None if origin is None else origin._replace(packages=("matplotlib",))
    with placed(path, made_by) as work, rc_context(dict(STYLE)):  # type: ignore[arg-type] # matplotlib types the names of its parameters
        figure.savefig(work, format=suffix[1:], dpi=_DPI, metadata=_METADATA[suffix])
    if data is None:
        return [path]
    write_result(path.with_suffix(".csv"), {"data": data}, origin)
    return [path, path.with_suffix(".csv")]
