"""Colours of figures: told apart by anyone, and readable when printed in grey; matplotlib's maps are made of them."""

from __future__ import annotations

from collections.abc import Iterable
from types import MappingProxyType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from matplotlib.colors import Colormap

BLUE, ORANGE, GREEN, VERMILION, PURPLE, SKY, YELLOW = "#0072B2", "#E69F00", "#009E73", "#D55E00", "#CC79A7", "#56B4E9", "#F0E442"
GREY, LIGHT = "#767676", "#D9D9D9"
SERIES = (BLUE, VERMILION, GREEN, PURPLE, ORANGE, SKY, YELLOW)  # Okabe and Ito, dark ones first
#: Colour of each label in every figure; those of the context are Tol's muted ones.
LABEL_COLOURS = MappingProxyType(
    {
        "THERAPY": BLUE, "TOXICITY": VERMILION, "DISEASE": GREEN, "OUTCOME": ORANGE, "ANTIGEN": PURPLE, "POPULATION": SKY,
        "CONSTRUCT": "#332288", "PROCEDURE": "#999933", "GENE_ALTERATION": "#882255", "STUDY_DESIGN": GREY, "BIOMARKER": YELLOW, "EVENT": "#DDCC77",
    }
)  # fmt: skip

_DIVERGING = ("#00416A", "#3B8FC4", "#A9CFE8", "#F1F1F1", "#F5BE94", "#DB7324", "#8A3500")
_SEQUENTIAL = ("#EDF4FA", "#A9CFE8", "#56A5D8", "#0072B2", "#00304D")


def diverging() -> Colormap:
    """Blue below the middle, vermilion above, light grey in it."""
    return _map("diverging", _DIVERGING)


def sequential() -> Colormap:
    """Light to dark blue."""
    return _map("sequential", _SEQUENTIAL)


def _map(name: str, colours: Iterable[str]) -> Colormap:
    from matplotlib.colors import LinearSegmentedColormap

    return LinearSegmentedColormap.from_list(f"allnlp {name}", list(colours))


def readable_on(red: float, green: float, blue: float) -> str:
    """Black or white, whichever has the greater contrast on a colour; its parts in [0, 1].

    >>> readable_on(1, 1, 1), readable_on(0, 0.45, 0.7), readable_on(0.94, 0.89, 0.26)
    ('black', 'white', 'black')

    Source:
        Relative luminance and contrast of WCAG 2.2.
    """
    light = sum(w * _linear(part) for w, part in zip((0.2126, 0.7152, 0.0722), (red, green, blue), strict=True))
    return "black" if (light + 0.05) / 0.05 >= 1.05 / (light + 0.05) else "white"


def _linear(part: float) -> float:
    return part / 12.92 if part <= 0.04045 else float(((part + 0.055) / 1.055) ** 2.4)
