"""Figures for print, drawn from results; matplotlib is imported only here, and only when one is drawn."""

from __future__ import annotations

from allnlp.figures.forest import forest
from allnlp.figures.output import FIGURE_FORMATS, WIDTHS, check_figure_path, need_matplotlib, save

__all__ = ["FIGURE_FORMATS", "WIDTHS", "check_figure_path", "forest", "need_matplotlib", "save"]
