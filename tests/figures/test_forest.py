"""Forest plots as files."""

from __future__ import annotations

import builtins
import re
from html import unescape
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from allnlp.association import pool_proportions
from allnlp.collection.pool import PooledFindings
from allnlp.errors import ExtraMissing, OptionError
from allnlp.figures import forest, need_matplotlib, save
from allnlp.figures.forest import axis_range

Studies = list[tuple[str, int, int]]
THREE: Studies = [("Maude 2018", 35, 75), ("Schuster 2019", 24, 111), ("Zero 2020", 0, 30)]


def pooled(studies: Studies, *, title: str = "CRS, grade >=3", grades: list[str | None] | None = None, **options: Any) -> PooledFindings:
    numbers = pool_proportions([s[1] for s in studies], [s[2] for s in studies], **options)
    rows = pd.DataFrame(
        {
            "n_events": [s[1] for s in studies], "n_patients": [s[2] for s in studies], "studlab": [s[0] for s in studies],
            "percent": 100 * numbers.proportions, "ci_low": 100 * numbers.low, "ci_high": 100 * numbers.high, "weight": numbers.weights,
            "grade": pd.array(grades or [">=3"] * len(studies), dtype="string"),
        }
    )  # fmt: skip
    return PooledFindings(title, rows, numbers, pd.DataFrame(), ())


def texts(svg: Path) -> list[str]:
    """Texts of an SVG as a person edits them."""
    found = re.findall(r"<text[^>]*>([^<]*)</text>", svg.read_text(encoding="utf-8"))
    return [unescape(t) for t in found]


@pytest.fixture(autouse=True)
def _needs_matplotlib() -> None:
    pytest.importorskip("matplotlib")


def drawn(found: PooledFindings, path: Path, **options: Any) -> Path:
    save(forest(found, **options), path)
    return path


def test_an_svg_holds_every_number_as_text(tmp_path: Path) -> None:
    found = texts(drawn(pooled(THREE), tmp_path / "f.svg"))
    assert found[:5] == ["CRS, grade ≥3", "Study", "n/N", "% [95% CI]", "Weight"]
    for text in ("Maude 2018", "35/75", "46.7 [35.8; 57.8]", "0.0 [0.0; 11.4]", "Random effects", "59/216", "Prediction interval", "100.0%"):
        assert text in found
    assert any(re.fullmatch(r"Heterogeneity \(REML\): I² = [\d.]+%, tau² = [\d.]+, p (<|=) [\d.]+", t) for t in found)
    assert not any("-0.0" in t or "nan" in t for t in found)


def test_the_same_figure_is_the_same_bytes(tmp_path: Path) -> None:
    for suffix in ("svg", "pdf", "png"):
        one, two = (drawn(pooled(THREE), tmp_path / f"{i}.{suffix}").read_bytes() for i in range(2))
        assert one == two


def test_a_pdf_has_type_42_fonts_and_no_date(tmp_path: Path) -> None:
    content = drawn(pooled(THREE), tmp_path / "f.pdf").read_bytes()
    assert b"/CIDFontType2" in content
    assert b"/Type3" not in content
    assert b"CreationDate" not in content


@pytest.mark.parametrize("width", [89, 183])
def test_a_png_has_600_dpi_and_the_width_of_a_column(tmp_path: Path, width: int) -> None:
    image = pytest.importorskip("PIL.Image")
    with image.open(drawn(pooled(THREE), tmp_path / "f.png", width=width)) as opened:
        assert opened.size[0] == pytest.approx(width / 25.4 * 600, abs=1)
        assert opened.info["dpi"][0] == pytest.approx(600, abs=0.1)


def test_the_height_follows_the_number_of_studies() -> None:
    few, many = (forest(pooled([(f"A {i}", 3, 20) for i in range(n)])).get_figheight() for n in (3, 40))
    assert 25.4 * (many - few) == pytest.approx(37 * 8 * 1.5 / 72 * 25.4, abs=0.1)


def test_one_study_alone_has_no_pooled_value(tmp_path: Path) -> None:
    found = texts(drawn(pooled(THREE[:1]), tmp_path / "f.svg"))
    assert "Maude 2018" in found
    assert not any("Random" in t or "Heterogeneity" in t for t in found)


def test_two_studies_have_no_prediction_interval(tmp_path: Path) -> None:
    found = texts(drawn(pooled(THREE[:2]), tmp_path / "f.svg"))
    assert "Random effects" in found
    assert "Prediction interval" not in found


def test_grades_are_shown_where_they_differ(tmp_path: Path) -> None:
    mixed = pooled(THREE, grades=[">=3", "severe", "3-4"])
    assert {"Grade", "≥3", "severe", "3-4"} <= set(texts(drawn(mixed, tmp_path / "wide.svg")))
    assert {"Maude 2018", "Schuster 2019 (severe)", "Zero 2020 (3-4)"} <= set(texts(drawn(mixed, tmp_path / "narrow.svg", width=89)))
    assert "Grade" not in texts(drawn(pooled(THREE), tmp_path / "same.svg"))


def test_dollars_and_markup_in_a_name_stay(tmp_path: Path) -> None:
    name = "A $x_1$ & <b> 2018"
    assert name in " ".join(texts(drawn(pooled([(name, 3, 9)]), tmp_path / "f.svg")))


CASES: dict[str, PooledFindings] = {
    "usual": pooled(THREE),
    "long names": pooled([("Children's Oncology Group Study Committee of the Northern Territories 2018, arm B", 3, 30), ("10.1000/very-long-identifier-without-any-space-2019-00001-abcdef", 1234, 12345), ("Maude 2018", 3, 9)], title="long title " * 30, grades=[None, "life-threatening", ">=3"]),
    "none": pooled([("A", 0, 20), ("B", 0, 12), ("C", 0, 70)]),
    "all": pooled([("A", 20, 20), ("B", 12, 12), ("C", 70, 70)], adjust="hksj"),
    "forty": pooled([(f"Surname {i}", i % 7, 20 + 30 * i) for i in range(40)]),
}  # fmt: skip


@pytest.mark.parametrize("width", [89, 183])
@pytest.mark.parametrize("case", CASES)
def test_no_text_runs_into_another_or_off_the_page(case: str, width: int) -> None:
    from matplotlib.backends.backend_agg import FigureCanvasAgg

    figure = forest(CASES[case], width=width)
    figure.set_dpi(300)  # on a coarse raster letters are wider than in print
    renderer = FigureCanvasAgg(figure).get_renderer()
    figure.draw(renderer)
    page = figure.axes[0]
    boxes = [(t.get_text(), t.get_window_extent(renderer)) for t in page.texts if t.get_text()]
    ticks = [(t.get_text(), t.get_window_extent(renderer)) for t in (*figure.axes[1].get_xticklabels(), figure.axes[1].xaxis.label)]
    whole = figure.get_window_extent(renderer)
    for name, box in boxes + ticks:
        assert box.x0 >= whole.x0, name
        assert box.x1 <= whole.x1 + 0.5, name
        assert box.y0 >= whole.y0, name
        assert box.y1 <= whole.y1 + 0.5, name
    for i, (name, box) in enumerate(boxes):
        for other, beside in boxes[i + 1 :] + ticks:
            apart = box.x1 <= beside.x0 + 0.5 or beside.x1 <= box.x0 + 0.5 or box.y0 >= beside.y1 - 2 or beside.y0 >= box.y1 - 2
            assert apart, (name, other)


def test_marks_stay_within_the_axis() -> None:
    for case in CASES.values():
        low, high = axis_range(case)
        assert low <= case.rows["ci_low"].min() + 1e-9
        assert high >= case.rows["ci_high"].max() - 1e-9
        ticks = forest(case, width=89).axes[1].get_xticks()
        assert (ticks[0], ticks[-1]) == (low, high)
        assert len(set(np.diff(ticks).round(6))) == 1


def test_the_data_stand_beside_the_figure(tmp_path: Path) -> None:
    found = pooled(THREE)
    save(forest(found), tmp_path / "f.pdf", data=found.rows)
    written = pd.read_csv(tmp_path / "f.csv")
    assert list(written.columns[:3]) == ["n_events", "n_patients", "studlab"]
    assert written["percent"].tolist() == pytest.approx(found.rows["percent"].tolist())
    assert sorted(p.name for p in tmp_path.iterdir()) == ["f.csv", "f.pdf"]


def test_wrong_widths_fonts_and_endings_are_refused(tmp_path: Path) -> None:
    with pytest.raises(OptionError, match=r"width is 100 mm\. Use one of 89, 183"):
        forest(pooled(THREE), width=100)
    with pytest.raises(OptionError, match="font 'No Such Font' is not installed"):
        forest(pooled(THREE), family="No Such Font")
    with pytest.raises(OptionError, match=r"the ending '\.gif' tells no format. Use one of \.pdf, \.svg, \.png"):
        save(forest(pooled(THREE)), tmp_path / "f.gif")
    with pytest.raises(OptionError, match="there is no folder"):
        save(forest(pooled(THREE)), tmp_path / "nowhere" / "f.pdf")


def test_without_matplotlib_the_command_that_installs_it_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    real = builtins.__import__

    def without(name: str, *rest: Any, **named: Any) -> Any:
        if name.startswith("matplotlib"):
            raise ImportError(name)
        return real(name, *rest, **named)

    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(ExtraMissing, match=r'pip install matplotlib'):
        need_matplotlib()
