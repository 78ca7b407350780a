"""The flow of records as a figure."""

from __future__ import annotations

import re
from html import unescape
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd
import pytest

from allnlp.collection.prisma import COLUMNS, Tally
from allnlp.collection.prisma import flow as rows_of
from allnlp.errors import NothingFound
from allnlp.figures import flow, save

if TYPE_CHECKING:
    from matplotlib.figure import Figure

FILES = [f"exports/an-invented-search-of-acute-leukaemia-part-{i}-of-9.ris" for i in range(9)]
FATES = [("screened", None, "excluded"), ("screened", None, "included"), ("screened", None, "undecided"), ("duplicates", "title", None), ("failed", None, None)]


@pytest.fixture(autouse=True)
def _needs_matplotlib() -> None:
    pytest.importorskip("matplotlib")


def frame(tallies: list[Tally], files: list[str]) -> pd.DataFrame:
    return pd.DataFrame(rows_of(tallies, files, 0, lambda row, of: row), columns=list(COLUMNS))


def many() -> pd.DataFrame:
    return frame([Tally(file, file == FILES[8], *fate, 1200 + i) for i, file in enumerate(FILES) for fate in FATES], FILES)


def svg_texts(figure: Figure, path: Path) -> list[str]:
    save(figure, path)
    return [unescape(t) for t in re.findall(r"<text[^>]*>([^<]*)</text>", path.read_text(encoding="utf-8"))]


@pytest.mark.parametrize("width", [89, 183])
def test_words_stay_inside_their_boxes_and_apart(width: int) -> None:
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.patches import Rectangle
    from matplotlib.text import Annotation

    figure = flow(many(), width=width)
    figure.set_dpi(300)
    renderer = FigureCanvasAgg(figure).get_renderer()
    figure.draw(renderer)
    page = figure.axes[0]
    boxes = [p.get_window_extent(renderer) for p in page.patches if isinstance(p, Rectangle)]
    texts = [(t.get_text(), t.get_window_extent(renderer)) for t in page.texts if not isinstance(t, Annotation)]
    assert len(boxes) == 8
    for name, text in texts:
        assert sum(b.x0 <= text.x0 and text.x1 <= b.x1 and b.y0 <= text.y0 + 2 and text.y1 - 2 <= b.y1 for b in boxes) == 1, name
    for i, (name, one) in enumerate(texts):
        for other, two in texts[i + 1 :]:
            assert one.x1 <= two.x0 or two.x1 <= one.x0 or one.y0 >= two.y1 - 4 or two.y0 >= one.y1 - 4, (name, other)


def test_a_count_is_never_cut_from_its_words(tmp_path: Path) -> None:
    found = " ".join(svg_texts(flow(many(), width=89), tmp_path / "f.svg"))
    assert found.count("(n = ") == len(re.findall(r"\(n = [\d,]+\)", found))
    assert "Records identified (n = 54,180)" in found
    assert "3 further files (n = 18,015)" in found
    assert "…" not in found


def test_the_same_flow_is_the_same_bytes(tmp_path: Path) -> None:
    for suffix in ("svg", "pdf", "png"):
        one, two = (save(flow(many(), width=89), tmp_path / f"{i}.{suffix}")[0].read_bytes() for i in range(2))
        assert one == two


def test_nothing_is_said_of_decisions_before_there_is_one(tmp_path: Path) -> None:
    found = svg_texts(flow(frame([Tally("a.ris", False, "screened", None, "undecided", 3)], ["a.ris"])), tmp_path / "f.svg")
    assert "Records not yet decided (n = 3)" in found
    assert not [words for words in found if "cluded" in words or "Registers" in words]


def test_no_record_gives_no_figure() -> None:
    with pytest.raises(NothingFound, match="no record was read"):
        flow(frame([], []))
