"""Charts of the explorer: sound SVG, words that stand apart, every number a link, colours that can be read."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from importlib.resources import files
from typing import Any
from xml.etree import ElementTree as ET

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from markupsafe import Markup

from allnlp.association import difference, pool_proportions
from allnlp.collection.pool import PooledFindings
from allnlp.errors import OptionError
from allnlp.explorer.charts import (
    MOST_PANELS,
    WIDTHS,
    difference_chart,
    either_width,
    forest_chart,
    heat_class,
    legend,
    spark,
    trend_panels,
    year_bars,
    year_chart,
)
from allnlp.figures.heatmap import MEASURES

LETTER = 0.56 * 12  # px, of a usual font
LONG = "immune effector cell-associated haemophagocytic lymphohistiocytosis-like syndrome of the second kind"
STEPS = ["n5", "n4", "n3", "n2", "n1", "0", "p1", "p2", "p3", "p4", "p5"]

Box = tuple[str, float, float, float, float]


def parsed(svg: Markup) -> ET.Element:
    """The SVG, after what must hold of each: no style, no script, no number that is none, text of one size."""
    assert not re.search(r"\bnan\b|\binf\b|\bstyle=|<script|-0\b(?!\.)|\bNone\b|<NA>", svg), svg
    return ET.fromstring(svg)


def boxes(svg: ET.Element) -> list[Box]:
    found = []
    for text in svg.iter("text"):
        said = text.text or ""
        wide, x, y = LETTER * len(said), float(text.get("x", "0")), float(text.get("y", "0"))
        left = x - wide * {"end": 1.0, "middle": 0.5}.get(text.get("text-anchor", ""), 0.0)
        found.append((said, left, y - 9, left + wide, y + 3))
    return found


def check_words(svg: Markup) -> list[str]:
    """Texts of an SVG, none of which runs into another or off the drawing."""
    root = parsed(svg)
    width, height = float(root.get("width", "0")), float(root.get("height", "0"))
    found = boxes(root)
    for said, left, top, right, bottom in found:
        assert left >= -0.5, said
        assert top >= -0.5, said
        assert right <= width + 0.5, said
        assert bottom <= height + 0.5, said
    for (said, left, top, right, bottom), (other, a, b, c, d) in itertools.combinations(found, 2):
        assert right <= a + 0.5 or c <= left + 0.5 or bottom <= b + 0.5 or d <= top + 0.5, (said, other)
    return [said for said, *_ in found]


def links(svg: Markup) -> dict[str, str]:
    """Words of each link with where it leads; all have words and the same under the pointer."""
    found = {}
    for link in parsed(svg).iter("a"):
        title = link.find("title")
        assert title is not None
        assert title.text == link.get("aria-label")
        found[str(link.get("aria-label"))] = str(link.get("href"))
    return found


def marks(svg: Markup, kind: str) -> list[ET.Element]:
    return [e for e in parsed(svg).iter() if set(kind.split()) <= set(e.get("class", "").split())]


YEARS = [{2020: 4}, {2015: 3, 2019: 8, 2020: 2, 2026: 30}, {y: 1 + y * 7 % 4000 for y in range(1950, 2027)}, {1990: 1, 2026: 120_000}]


@pytest.mark.parametrize("years", YEARS)
def test_bars_are_links_that_tell_their_documents(years: dict[int, int]) -> None:
    for draw in (year_bars, year_chart):
        svg = draw(years, href=lambda y: f"?from={y}&to={y}", low=2000, high=2020, incomplete=2026)
        check_words(svg)
        assert len(links(svg)) == len(years)
        last = max(years)
        documents = f"{years[last]:,} document{'s' if years[last] > 1 else ''}"
        assert links(svg)[f"{last}: {documents}{', the year may not be over' if last == 2026 else ''}"] == f"?from={last}&to={last}"
        assert len(marks(svg, "bar incomplete")) == (2026 in years)
        assert len(marks(svg, "bar out")) == sum(not 2000 <= y <= 2020 for y in years)
        assert parsed(svg).get("role") == "group"


def test_years_without_documents_are_gaps() -> None:
    first, second, third = (float(e.get("x", "0")) for e in marks(year_bars({2015: 3, 2016: 2, 2019: 5, 2018: 0}), "bar"))
    assert third - second == pytest.approx(3 * (second - first), abs=0.3)
    assert check_words(year_bars({2015: 3, 2019: 5})) == ["2015", "2019"]


def test_a_chart_without_links_is_an_image_with_a_description() -> None:
    root = parsed(year_bars({2015: 3, 2019: 5}))
    assert (root.get("role"), [e.tag for e in root][:2]) == ("img", ["title", "desc"])
    assert root.findtext("desc") == "8 documents of 2015 to 2019; most in 2019: 5."
    assert year_bars({}) == ""
    assert year_chart({2019: 0}) == ""


@pytest.mark.parametrize("width", WIDTHS)
def test_a_chart_of_years_has_whole_numbers_and_whole_years(width: int) -> None:
    for years in YEARS:
        said = check_words(year_chart(years, incomplete=2026, width=width))
        numbers = [t for t in said if not t.startswith("Light")]
        assert all(re.fullmatch(r"[\d,]+", t) for t in numbers)
        assert ("Light bar: 2026 may not be over." in said) == (2026 in years)


@given(st.lists(st.one_of(st.floats(0, 1e6), st.just(float("nan"))), max_size=30))
def test_a_line_in_a_cell_stays_within_it(values: list[float]) -> None:
    root = parsed(spark(values))
    assert root.get("aria-hidden") == "true"
    places = [(float(x), float(y)) for e in root for x, y in re.findall(r"([\d.]+) ([\d.]+)", e.get("d", ""))]
    assert all(0 <= x <= 80 and 0 <= y <= 18 for x, y in places)


def trend_table(names: list[str], *, first: int = 2010, last: int = 2026, gap: int | None = None) -> pd.DataFrame:
    rows = []
    for k, name in enumerate(names):
        for i, year in enumerate(range(first, last + 1)):
            if year == gap:
                continue
            total = 2 if i == 0 else 40 + 3 * i
            n = 2 if i == 0 and k == 0 else round(min(0.9, 0.01 * k * (1 + i / 4)) * total)
            low, high = max(n / total - 0.05, 0), min(n / total + 0.06, 1)
            rows.append((f"x:{k}", "THERAPY", name, year, n, total, n / total, low, high, year == 2026, first))
    names_of = ["concept_id", "label", "name", "year", "n_documents", "n_total", "share", "ci_low", "ci_high", "is_incomplete", "first_year"]
    return pd.DataFrame(rows, columns=names_of)


@pytest.mark.parametrize("by", ["share", "n_documents"])
@pytest.mark.parametrize("shared", [True, False])
def test_points_of_panels_are_links_to_their_documents(by: Any, shared: bool) -> None:
    frame = trend_table(["one", LONG, "three"], gap=2015)
    found = trend_panels(frame, by=by, shared=shared, href=lambda label, concept, year: f"/{label}/{concept}/{year}")
    assert [name for name, _ in found] == ["one", LONG, "three"]
    for k, (_, svg) in enumerate(found):
        check_words(svg)
        rows = frame[(frame["concept_id"] == f"x:{k}") & (frame["n_documents"] > 0)]
        wanted = {f"/THERAPY/x:{k}/{y}": f"{y}: {n:,} of {total:,} documents" for y, n, total in zip(rows["year"], rows["n_documents"], rows["n_total"], strict=True)}  # fmt: skip
        assert {href: label.split(", ")[0] for label, href in links(svg).items()} == wanted
        assert len(marks(svg, "point incomplete")) == 1
        assert len(marks(svg, "line incomplete")) == 1


def test_panels_share_a_scale_that_a_year_of_two_documents_does_not_set() -> None:
    found = trend_panels(trend_table(["one", "two", "three"]))
    said = [check_words(svg) for _, svg in found]
    scales = [[t for t in texts if not re.fullmatch(r"20\d\d", t)] for texts in said]
    assert scales[0] == scales[1] == scales[2]
    assert float(scales[0][-1].removesuffix(" %")) < 50
    above = [e for e in marks(found[0][1], "point") if e.tag == "path"]
    assert len(above) == 1  # 2 of 2 documents stand at the upper edge
    assert "2010: 2 of 2 documents, 100 %" in found[0][1]


def test_panels_are_told_apart_and_limited() -> None:
    frame = trend_table([f"concept {i}" for i in range(30)])
    assert len(trend_panels(frame)) == MOST_PANELS
    assert trend_panels(frame[:0]) == []
    assert parsed(trend_panels(frame)[0][1]).get("role") == "img"
    with pytest.raises(OptionError, match=r"by is 'percent'\. Use one of share, n_documents"):
        trend_panels(frame, by="percent")  # type: ignore[arg-type]


def pooled(studies: list[tuple[str, int, int]], *, grades: list[str | None] | None = None, title: str = "CRS, grade >=3", **options: Any) -> PooledFindings:
    numbers = pool_proportions([s[1] for s in studies], [s[2] for s in studies], **options)
    rows = pd.DataFrame(
        {
            "n_events": [s[1] for s in studies], "n_patients": [s[2] for s in studies], "studlab": [s[0] for s in studies],
            "percent": 100 * numbers.proportions, "ci_low": 100 * numbers.low, "ci_high": 100 * numbers.high, "weight": numbers.weights,
            "grade": pd.array(grades or [">=3"] * len(studies), dtype="string"), "doc_id": [f"d{i}" for i in range(len(studies))],
            "needs_review": [i == 1 for i in range(len(studies))],
        }
    )  # fmt: skip
    return PooledFindings(title, rows, numbers, pd.DataFrame(), ())


FORESTS = {
    "usual": pooled([("Maude 2018", 35, 75), ("Schuster 2019", 24, 111), ("Zero 2020", 0, 30)]),
    "two": pooled([("Maude 2018", 35, 75), ("Schuster 2019", 24, 111)]),
    "one": pooled([("Maude 2018", 35, 75)]),
    "long": pooled([("Children's Oncology Group Study Committee of the Northern Territories 2018, arm B", 3, 30), ("10.1000/very-long-identifier-without-any-space-2019-00001-abcdef", 12_345, 123_450), ("<b>Maude</b> 2018", 3, 9)], grades=[None, "life-threatening", ">=3"]),
    "none": pooled([("A", 0, 20), ("B", 0, 12), ("C", 0, 70)]),
    "all": pooled([("A", 20, 20), ("B", 12, 12), ("C", 70, 70)], adjust="hksj"),
    "forty": pooled([(f"Surname {i}", i % 7, 20 + 30 * i) for i in range(40)]),
}  # fmt: skip


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("case", FORESTS)
def test_each_study_of_a_forest_plot_is_a_link_and_its_words_stand_apart(case: str, width: int) -> None:
    found = FORESTS[case]
    svg = forest_chart(found, href=lambda row: f"/doc/{row['doc_id']}", width=width)
    said = check_words(svg)
    assert list(links(svg).values()) == [f"/doc/d{i}" for i in range(len(found.rows))]
    n = found.pooled.n_studies
    assert ("Random effects" in said, "Prediction interval" in said) == (n > 1, n > 2)
    assert (len(marks(svg, "diamond")), len(marks(svg, "prediction"))) == (n > 1, n > 2)
    assert ("? A person should look at this number." in said) == (n > 1)
    for mark in marks(svg, "square"):
        x, side = float(mark.get("x", "0")), float(mark.get("width", "0"))
        assert 0 <= x <= width - side


def test_numbers_of_a_forest_plot_are_text_and_said_in_words() -> None:
    svg = forest_chart(FORESTS["usual"], href=lambda _: "#")
    said = check_words(svg)
    for text in ("Maude 2018", "35/75", "46.7 [35.8; 57.8]", "0.0 [0.0; 11.4]", "59/216", "100.0 %", "% [95 % CI]", "Patients, %"):
        assert text in said
    assert any(re.match(r"Heterogeneity \(REML\): I²\s=\s[\d.]+%", t) for t in said)
    assert any(label.startswith("Maude 2018: 35 of 75 patients, 46.7 %, interval 35.8 to 57.8 %, weight ") for label in links(svg))
    assert any(label.startswith("Schuster 2019") and label.endswith(", to review") for label in links(svg))
    assert "&lt;b&gt;Maude" in forest_chart(FORESTS["long"])
    with pytest.raises(OptionError, match=r"width is 500 px\. Use one of 640, 360"):
        forest_chart(FORESTS["usual"], width=500)


def compared(cells: list[tuple[str, int, int]], total_1: int = 210, total_2: int = 90) -> pd.DataFrame:
    frame = pd.DataFrame([(f"x:{i}", "TOXICITY", *cell) for i, cell in enumerate(cells)], columns=["concept_id", "label", "name", "n_1", "n_2"])
    frame = frame.assign(total_1=total_1, total_2=total_2, share_1=frame["n_1"] / total_1, share_2=frame["n_2"] / total_2)
    found = difference(frame["n_1"].to_numpy(), frame["total_1"].to_numpy(), frame["n_2"].to_numpy(), frame["total_2"].to_numpy())
    return frame.assign(difference=found[0], ci_low=found[1], ci_high=found[2], ratio=found[3], p_value=0.1, q_value=0.1)


@pytest.mark.parametrize("width", WIDTHS)
def test_both_points_of_a_concept_are_links_unless_a_set_does_not_name_it(width: int) -> None:
    frame = compared([("fever", 34, 41), (LONG, 210, 1), ("anaemia", 0, 9), ("infection", 7, 3), ("nausea", 1, 0)])
    svg = difference_chart(frame, href=lambda row, side: f"/{row['concept_id']}/{side}", names=("Children", "Adults"), width=width)
    said = check_words(svg)
    found = links(svg)
    assert sorted(found.values()) == sorted(["/x:0/1", "/x:0/2", "/x:1/1", "/x:1/2", "/x:2/2", "/x:3/1", "/x:3/2", "/x:4/1"])
    assert found["fever, Children: 34 of 210 documents, 16.2 %"] == "/x:0/1"
    assert (len(marks(svg, "mark-1")), len(marks(svg, "mark-2"))) == (6, 6)  # one more each in the legend
    assert any(t.startswith("−29.4 (−") for t in said)


def test_concepts_keep_the_order_of_the_table_and_the_rest_is_said() -> None:
    frame = compared([(f"toxicity {i}", i, i) for i in range(30)])
    svg = difference_chart(frame, top=20)
    assert [t for t in check_words(svg) if t.startswith("toxicity")] == [f"toxicity {i}" for i in range(20)]
    assert str(parsed(svg).findtext("desc")).startswith("20 of 30 concepts; ")
    assert difference_chart(frame[:0]) == ""
    with pytest.raises(OptionError, match="top is 0"):
        difference_chart(frame, top=0)


def test_two_drawings_stand_in_one_place() -> None:
    both = ET.fromstring(either_width(year_chart({2020: 1}), year_chart({2020: 1}, width=360)))
    assert [(e.tag, e.get("class")) for e in both] == [("div", "wide"), ("div", "narrow")]


@pytest.mark.parametrize("measure", MEASURES)
@given(values=st.lists(st.floats(0, 1000), min_size=2, max_size=20))
def test_classes_grow_with_the_measure_and_all_are_in_the_legend(measure: str, values: list[float]) -> None:
    if measure == "n_both":
        values = [float(round(v)) for v in values]
    if measure == "npmi":
        values = [v / 500 - 1 for v in values]
    found = [heat_class(v, measure, max(values)) for v in sorted(values)]
    places = [STEPS.index(one.removeprefix("heat-")) for one in found]
    assert places == sorted(places)
    known = {one for one, _ in legend(measure, max(values))}
    is_diverging = MEASURES[measure][1] in ("ratio", "signed")
    assert set(found) <= (known if is_diverging else known | {"heat-0"})


def test_missing_values_have_no_class_and_ratios_are_symmetric() -> None:
    assert {heat_class(v, "lift") for v in (None, float("nan"), pd.NA)} == {""}
    assert (heat_class(np.inf, "odds_ratio"), heat_class(0, "odds_ratio")) == ("heat-p5", "heat-n5")
    for value in (1.0, 1.5, 3.0, 5.0, 11.0, 40.0):
        assert heat_class(value, "lift").replace("p", "n") == heat_class(1 / value, "lift")
    with pytest.raises(OptionError, match="Give the maximum"):
        heat_class(3, "n_both")
    with pytest.raises(OptionError, match=r"measure is 'chi'\. Use one of lift"):
        legend("chi")


def themes() -> Iterator[tuple[str, dict[str, str]]]:
    """Custom properties of both style sheets, in light and in dark; one that leads to another is followed."""
    css = "\n".join(files("allnlp.explorer").joinpath("static", name).read_text(encoding="utf-8") for name in ("palette.css", "charts.css"))
    dark = re.findall(r"@media \(prefers-color-scheme: dark\) \{\s*:root \{(.*?)\}", css, flags=re.S)
    rest = re.sub(r"@media \(prefers-color-scheme: dark\) \{\s*:root \{.*?\}\s*\}", "", css, flags=re.S)
    light = dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6})", rest))
    yield "light", light
    yield "dark", light | dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6})", "\n".join(dark)))


def luminance(colour: str) -> float:
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize(("theme", "colours"), list(themes()), ids=["light", "dark"])
def test_words_and_marks_stand_out_from_what_is_behind_them(theme: str, colours: dict[str, str]) -> None:
    for step in STEPS:
        assert contrast(colours[f"heat-{step}"], colours[f"on-heat-{step}"]) >= 4.5, (theme, step)
    for text in ("ink", "ink-2", "accent"):
        assert contrast(colours[text], colours["surface"]) >= 4.5, (theme, text)
    for mark in [*(f"series-{i}" for i in range(1, 8)), "line-strong"]:
        assert contrast(colours[mark], colours["surface"]) >= 3, (theme, mark)
    strengths = [contrast(colours[f"heat-{s}"], colours["surface"]) for s in STEPS]
    assert strengths[:6] == sorted(strengths[:6], reverse=True)
    assert strengths[5:] == sorted(strengths[5:])


def test_every_class_of_a_chart_is_in_the_style_sheet() -> None:
    css = files("allnlp.explorer").joinpath("static", "charts.css").read_text(encoding="utf-8")
    drawn = [
        year_bars({2019: 3, 2020: 4}, low=2020, high=2020, incomplete=2020), year_chart({2019: 3, 2020: 4}), spark([1, 2]),
        forest_chart(FORESTS["usual"]), difference_chart(compared([("fever", 34, 41)])), *(svg for _, svg in trend_panels(trend_table(["a"]))),
    ]  # fmt: skip
    named = {kind for svg in drawn for e in parsed(svg).iter() for kind in e.get("class", "").split()}
    wholes = {"years", "year-chart", "trend", "label-THERAPY", "forest", "difference", "study"}
    assert {kind for kind in named - wholes if f".{kind}" not in css} == set()


def test_what_is_counted_is_named() -> None:
    svg = trend_panels(trend_table(["a", "b"]), level="sentence", href=lambda *_: "#")[1][1]
    assert "2011: 1 of 43 sentences, 2.3 %" in links(svg)
    svg = difference_chart(compared([("fever", 34, 41)]), level="section", href=lambda *_: "#")
    assert "fever, Set 1: 34 of 210 sections, 16.2 %" in links(svg)
    assert "Sections, %" in check_words(svg)
