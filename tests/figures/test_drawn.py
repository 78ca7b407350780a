"""Heat maps, networks, trends and counts as files."""

from __future__ import annotations

import re
import runpy
from collections.abc import Callable
from html import unescape
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pytest

from allnlp.collection.network import network_of
from allnlp.errors import NothingFound, OptionError
from allnlp.figures import counts, difference, grid, heatmap, network, save, trend
from allnlp.figures.counts import share_text
from allnlp.figures.heatmap import MEASURES
from allnlp.figures.network import moved_apart, radii, strongest
from allnlp.figures.palette import LABEL_COLOURS, diverging, readable_on, sequential
from allnlp.figures.trend import series, year_ticks
from allnlp.schema import CONTEXT_LABELS, LABELS

if TYPE_CHECKING:
    from matplotlib.figure import Figure

frames = SimpleNamespace(**runpy.run_path(str(Path(__file__).parents[1] / "data" / "figure_frames.py")))


@pytest.fixture(autouse=True)
def _needs_matplotlib() -> None:
    pytest.importorskip("matplotlib")


def pairs(n_rows: int = 5, n_columns: int = 6, **options: Any) -> pd.DataFrame:
    found: pd.DataFrame = frames.pairs(*frames.sizes(n_rows, n_columns), **options)
    return found


def net(n_rows: int = 5, n_columns: int = 6, **options: Any) -> Any:
    rows, columns = frames.sizes(n_rows, n_columns)
    both = {**rows, **columns}
    return network_of(frames.pairs(both, both), frames.nodes(both), min_documents=1, **options)


DRAWN: dict[str, Callable[[int], Figure]] = {
    "heat map": lambda width: heatmap(pairs(), width=width),
    "heat map of many": lambda width: heatmap(pairs(26, 24), order="clustered", measure="npmi", width=width),
    "heat map of one": lambda width: heatmap(pairs(1, 1, full=1.0), measure="n_both", width=width),
    "heat map of sentences": lambda width: heatmap(pairs(4, 3, n_total=30_000_000, level="sentence"), measure="odds_ratio", width=width),
    "network": lambda width: network(net(), width=width),
    "network of many": lambda width: network(net(30, 30), colour="cluster", width=width),
    "network by year": lambda width: network(net(8, 8), colour="year", measure="npmi", width=width),
    "trend": lambda width: trend(frames.trend([*frames.THERAPIES[:3], frames.LONG]), width=width),
    "trend of one year": lambda width: trend(frames.trend(["blinatumomab"], first=2024, last=2024), width=width),
    "trend of many": lambda width: trend(frames.trend([*frames.THERAPIES, *frames.TOXICITIES]), width=width),
    "trend of five": lambda width: trend(frames.trend(frames.THERAPIES, first=1980, incomplete=False), width=width),
    "counts": lambda width: counts(frames.counts([("TOXICITY", t, 400 - 30 * i) for i, t in enumerate(frames.TOXICITIES)]), width=width),
    "counts of types": lambda width: counts(frames.counts([(of, "infection", 100 - i) for i, of in enumerate((*LABELS, *CONTEXT_LABELS))]), width=width),
    "counts, logarithmic": lambda width: counts(frames.counts([("TOXICITY", t, 2000 // 7**i) for i, t in enumerate(frames.TOXICITIES[:4])]), width=width, log=True),
    "difference": lambda width: difference(frames.compared(frames.TOXICITIES), names=("population child", "population adult"), width=width),
    "difference of one": lambda width: difference(frames.compared(["fever"]), names=("years :2015", f"mentioning {frames.LONG}, {frames.LONG}"), width=width),
    "difference of none": lambda width: difference(frames.compared([*frames.TOXICITIES, frames.LONG], same=True), level="sentence", width=width),
}  # fmt: skip


@pytest.mark.parametrize("width", [89, 183])
@pytest.mark.parametrize("case", DRAWN)
def test_no_text_covers_another_or_runs_off_the_page(case: str, width: int) -> None:
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.text import Text

    figure = DRAWN[case](width)
    assert figure.get_figwidth() * 25.4 == pytest.approx(width)
    figure.set_dpi(300)  # on a coarse raster letters are wider than in print
    renderer = FigureCanvasAgg(figure).get_renderer()
    figure.draw(renderer)
    whole = figure.get_window_extent(renderer)
    texts = [t for t in figure.findobj(Text) if isinstance(t, Text) and t.get_text() and t.get_visible()]
    boxes = [(t.get_text(), t.get_window_extent(renderer)) for t in texts if t.axes is None or t.axes.axison or t in t.axes.texts]
    assert len(boxes) > 2
    for name, box in boxes:
        assert box.x0 >= whole.x0 - 0.5, name
        assert box.x1 <= whole.x1 + 0.5, name
        assert box.y0 >= whole.y0 - 0.5, name
        assert box.y1 <= whole.y1 + 0.5, name
    for i, (name, box) in enumerate(boxes):
        for other, beside in boxes[i + 1 :]:
            apart = box.x1 <= beside.x0 + 1 or beside.x1 <= box.x0 + 1 or box.y0 >= beside.y1 - 4 or beside.y0 >= box.y1 - 4
            assert apart, (name, other)


@pytest.mark.parametrize("case", ["heat map", "network", "trend", "counts of types", "difference"])
def test_the_same_figure_is_the_same_bytes(case: str, tmp_path: Path) -> None:
    for suffix in ("svg", "pdf", "png"):
        one, two = (save(DRAWN[case](89), tmp_path / f"{i}.{suffix}")[0].read_bytes() for i in range(2))
        assert one == two
    content = (tmp_path / "0.pdf").read_bytes()
    assert b"/CIDFontType2" in content
    assert b"/Type3" not in content


def svg_texts(figure: Figure, path: Path) -> list[str]:
    save(figure, path)
    return [unescape(t) for t in re.findall(r"<text[^>]*>([^<]*)</text>", path.read_text(encoding="utf-8"))]


def test_text_of_an_svg_is_text(tmp_path: Path) -> None:
    found = svg_texts(heatmap(pairs(full=1.0)), tmp_path / "h.svg")
    assert {"novacabtagene", "Observed / expected documents", "1"} <= set(found)
    assert "In each cell: documents that mention both. 1,000 documents in all." in found
    assert "blinatumomab" in svg_texts(network(net()), tmp_path / "n.svg")
    found = svg_texts(trend(frames.trend(["a $x_1$ & <b>"])), tmp_path / "t.svg")
    assert {"a $x_1$ & <b>", "Documents of the year, %", "Dashed, hollow: the year is not over."} <= set(found)
    found = svg_texts(difference(frames.compared(["fever", "rash"]), names=("a $x$", "b <i>")), tmp_path / "d.svg")
    assert {"a $x$ (157 documents)", "b <i> (1,530 documents)", "0%", "30%", "−30.0 (−35.0 to −25.0)", "Documents, %"} <= set(found)
    assert "400 (13%)" in svg_texts(counts(frames.counts([("TOXICITY", "fever", 400)])), tmp_path / "c.svg")


def test_a_grid_has_the_most_frequent_concepts_and_their_counts() -> None:
    frame = pairs(9, 8)
    found = grid(frame, top=4)
    most = frame.drop_duplicates("concept_a").sort_values("n_a", ascending=False)["name_a"].tolist()
    assert list(found.rows) == most[:4]
    for _, pair in found.pairs.iterrows():
        at = found.rows.index(pair["name_a"]), found.columns.index(pair["name_b"])
        assert found.counts[at] == pair["n_both"]
        assert found.values[at] == pytest.approx(np.log2(pair["lift"]))
    assert int((found.counts > 0).sum()) == len(found.pairs)


@pytest.mark.parametrize("order", ["count", "association", "clustered"])
def test_every_order_has_the_same_concepts_and_cells(order: str) -> None:
    frame = pairs(9, 8)
    plain, other = grid(frame), grid(frame, order=order)
    assert sorted(plain.rows) == sorted(other.rows)
    assert sorted(plain.columns) == sorted(other.columns)
    cells = [{(r, c): int(g.counts[i, j]) for i, r in enumerate(g.rows) for j, c in enumerate(g.columns)} for g in (plain, other)]
    assert cells[0] == cells[1]


def test_an_order_by_association_begins_with_the_strongest() -> None:
    found = grid(pairs(9, 8), order="association")
    strongest_of = np.nanmax(found.values, axis=1)
    assert strongest_of.tolist() == sorted(strongest_of, reverse=True)


@pytest.mark.parametrize("measure", MEASURES)
def test_every_measure_can_be_drawn(measure: str) -> None:
    heatmap(pairs(), measure=measure, width=89)


def test_two_concepts_of_one_name_are_told_apart() -> None:
    rows, _ = frames.sizes(2, 1)
    frame = frames.pairs(rows, {("TOXICITY", "infection"): 90, ("DISEASE", "infection"): 80}, full=1.0)
    assert grid(frame).columns == ("infection (toxicity)", "infection (disease)")


def test_counts_can_be_read_on_every_colour() -> None:
    def light(rgb: tuple[float, ...]) -> float:
        parts = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in rgb]
        return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]

    for colours in (diverging(), sequential()):
        for value in np.linspace(0, 1, 101):
            fill = colours(float(value))[:3]
            ink = 0.0 if readable_on(*fill) == "black" else 1.0
            high, low = max(light(fill), ink), min(light(fill), ink)
            assert (high + 0.05) / (low + 0.05) >= 4.5


def test_every_label_has_a_colour_of_its_own() -> None:
    assert set(LABEL_COLOURS) == {*LABELS, *CONTEXT_LABELS}
    assert len(set(LABEL_COLOURS.values())) == len(LABEL_COLOURS)


def test_ticks_are_whole_years() -> None:
    figure = trend(frames.trend(["a"], first=2023, last=2025), width=89)
    labels = [t.get_text() for t in figure.axes[1].get_xticklabels()]
    assert labels == ["2023", "2024", "2025"]
    for first, last in ((1975, 2026), (2020, 2020), (2019, 2021), (1999, 2000)):
        for most in range(1, 20):
            ticks = year_ticks(first, last, most)
            assert ticks
            assert len(ticks) <= most


def test_a_year_without_documents_is_a_gap_and_years_begin_with_the_first_mention() -> None:
    frame = frames.trend(["a", "b"], first=2010, last=2020)
    frame.loc[frame["year"] == 2015, ["n_documents", "n_total", "share", "ci_low", "ci_high"]] = [0, 0, np.nan, np.nan, np.nan]
    frame.loc[frame["year"] < 2012, ["n_documents", "share"]] = 0
    first = series(frame)[0]
    assert first.years.tolist() == list(range(2012, 2021))
    assert np.flatnonzero(np.isnan(first.share)).tolist() == [3]
    assert first.is_incomplete
    trend(frame)


def test_a_year_that_is_not_over_is_dashed_and_hollow() -> None:
    for incomplete in (True, False):
        lines = trend(frames.trend(["a"], incomplete=incomplete)).axes[1].get_lines()
        assert any(line.get_markerfacecolor() == "white" for line in lines) == incomplete
        assert any(line.is_dashed() for line in lines) == incomplete


def test_many_concepts_get_a_panel_each() -> None:
    assert len(trend(frames.trend(frames.THERAPIES[:2])).axes) == 2
    assert len(trend(frames.trend(frames.THERAPIES[:5])).axes) == 6


def test_bars_stand_by_count_and_ties_by_name() -> None:
    figure = counts(frames.counts([("TOXICITY", "b", 3), ("TOXICITY", "a", 3), ("TOXICITY", "c", 9), ("TOXICITY", "d", 0)]))
    names = [t.get_text() for t in figure.axes[0].texts]
    assert [n for n in names if n in "abcd"] == ["c", "a", "b"]


def test_a_share_is_never_said_to_be_zero() -> None:
    assert share_text(1 / 3000) == "0.03%"


def test_an_axis_is_logarithmic_where_counts_are_very_unlike() -> None:
    for documents, scale in ((5, "log"), (500, "linear")):
        figure = counts(frames.counts([("TOXICITY", "a", 2000), ("TOXICITY", "b", documents)]))
        assert figure.axes[1].get_xscale() == scale


def test_circles_go_by_documents_in_area_and_are_moved_apart() -> None:
    sizes = radii(np.array([400, 100]), 4)
    assert (sizes[0] / sizes[1]) ** 2 == pytest.approx(4)
    at = np.linspace(0, 0.1, 12)
    radius = np.full(12, 1.5)
    x, y = moved_apart(at, at, radius, (0, 0, 60, 60))
    apart = np.hypot(x[:, None] - x, y[:, None] - y)[~np.eye(12, dtype=bool)]
    assert apart.min() >= 3


def test_of_every_concept_a_link_is_drawn() -> None:
    found = net(30, 30)
    drawn = strongest(found.edges, "lift", len(found.nodes))
    assert len(drawn) < len(found.edges)
    assert {*drawn["source"], *drawn["target"]} == set(found.nodes["node_id"])


@pytest.mark.parametrize(
    ("draw", "message"),
    [
        (lambda: heatmap(pairs(), measure="x"), "measure is 'x'. Use one of lift, "),
        (lambda: heatmap(pairs(), order="x"), "order is 'x'. Use one of count, association, clustered."),
        (lambda: heatmap(pairs(), top=0), "top is 0."),
        (lambda: heatmap(pairs(), width=100), "width is 100 mm. Use one of 89, 183."),
        (lambda: trend(frames.trend(["a"]), width=100), "width is 100 mm. Use one of 89, 183."),
        (lambda: trend(frames.trend(["a"]), family="No Such Font"), "font 'No Such Font' is not installed."),
        (lambda: counts(frames.counts([("TOXICITY", "a", 3)]), top=0), "top is 0."),
        (lambda: network(net(), colour="x"), "colour is 'x'. Use one of label, cluster, year."),
        (lambda: network(net(), measure="x"), "measure is 'x'. Use one of association_strength, "),
    ],
)  # fmt: skip
def test_wrong_options_are_refused(draw: Callable[[], Any], message: str) -> None:
    with pytest.raises(OptionError, match=re.escape(message)):
        draw()


@pytest.mark.parametrize(
    "draw",
    [
        lambda: heatmap(pairs().head(0)),
        lambda: trend(frames.trend(["a"]).head(0)),
        lambda: counts(frames.counts([("TOXICITY", "a", 0)])),
        lambda: network(network_of(pairs().head(0), frames.nodes({}))),
    ],
)
def test_nothing_to_draw_is_told(draw: Callable[[], Any]) -> None:
    with pytest.raises(NothingFound, match="nothing to draw"):
        draw()
