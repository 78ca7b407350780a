"""Charts of the explorer: SVG and classes from plain values and tables; links, text and classes, no colour and no script."""

from __future__ import annotations

from allnlp.explorer.charts.drawing import WIDTHS, either_width
from allnlp.explorer.charts.dumbbell import difference_chart
from allnlp.explorer.charts.forest import forest_chart
from allnlp.explorer.charts.heat import heat_class, legend
from allnlp.explorer.charts.trend import MOST_PANELS, trend_panels
from allnlp.explorer.charts.years import spark, year_bars, year_chart

__all__ = [
    "MOST_PANELS", "WIDTHS", "difference_chart", "either_width", "forest_chart", "heat_class", "legend", "spark", "trend_panels",
    "year_bars", "year_chart",
]  # fmt: skip
