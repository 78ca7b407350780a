"""Figures for print, drawn from results; matplotlib is imported only here, and only when one is drawn."""

from __future__ import annotations

from allnlp.figures.counts import counts
from allnlp.figures.difference import difference
from allnlp.figures.flow import flow
from allnlp.figures.forest import forest
from allnlp.figures.heatmap import grid, heatmap
from allnlp.figures.network import network
from allnlp.figures.output import FIGURE_FORMATS, WIDTHS, check_figure_path, need_matplotlib, save
from allnlp.figures.trend import trend

__all__ = [
    "FIGURE_FORMATS", "WIDTHS", "check_figure_path", "counts", "difference", "flow", "forest", "grid", "heatmap", "need_matplotlib", "network", "save", "trend",
]  # fmt: skip
