"""Columns of an evidence table as a user writes them, and findings as the text of a cell."""

from __future__ import annotations

from typing import Any, NamedTuple

import pytest

from allnlp.collection.cells import Value, cell_text, value_text
from allnlp.collection.table_columns import DEFAULT_OUTCOMES, DEFAULT_STUDY_COLUMNS, DEFAULT_TOXICITIES, STUDY_COLUMNS, Wanted, read_column
from allnlp.errors import OptionError


@pytest.mark.parametrize(
    ("words", "names", "grade", "months", "measure"),
    [
        ("CRS", ("CRS",), None, None, "incidence"),
        ("CRS any", ("CRS",), "any", None, "incidence"),
        ("any-grade CRS", ("CRS",), "any", None, "incidence"),
        ("CRS >=3", ("CRS",), ">=3", None, "incidence"),
        ("CRS grade ≥ 3", ("CRS",), ">=3", None, "incidence"),
        ("grade 3-4 CRS", ("CRS",), "3-4", None, "incidence"),
        ("CRS 4", ("CRS",), "4", None, "incidence"),
        ("severe CRS", ("CRS",), "severe", None, "incidence"),
        ("COVID-19", ("COVID-19",), None, None, "incidence"),
        ("ICANS / neurotoxicity >=3", ("ICANS", "neurotoxicity"), ">=3", None, "incidence"),
        ("OS 12 months", ("OS",), None, 12.0, "incidence"),
        ("12-month OS", ("OS",), None, 12.0, "incidence"),
        ("2-year EFS", ("EFS",), None, 24.0, "incidence"),
        ("infection >=3 at day 28", ("infection",), ">=3", 28 * (12 / 365.25), "incidence"),
        ("median PFS", ("PFS",), None, None, "median"),
        ("OS HR", ("OS",), None, None, "hazard_ratio"),
        ("odds ratio relapse", ("relapse",), None, None, "odds_ratio"),
    ],
)
def test_a_column_is_read(words: str, names: tuple[str, ...], grade: str | None, months: float | None, measure: str) -> None:
    column = read_column(words)
    assert isinstance(column, Wanted)
    assert (column.names, column.grade.words if column.grade else None, column.months, column.measures[0]) == (names, grade, months, measure)
    assert column.header == words


def test_words_before_a_colon_are_the_header() -> None:
    column = read_column("Severe neurotoxicity: ICANS / neurotoxicity >=3")
    assert isinstance(column, Wanted)
    assert (column.header, column.names) == ("Severe neurotoxicity", ("ICANS", "neurotoxicity"))


@pytest.mark.parametrize("words", ["n_patients", "N patients", "n-patients"])
def test_a_column_of_the_study_record_is_meant_by_its_name(words: str) -> None:
    assert read_column(words) == "n_patients"


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ("", "names no toxicity or outcome"),
        (">=3", "names no toxicity or outcome"),
        ("12 months", "names no toxicity or outcome"),
        ("n_patient", r"no column is named 'n_patient'\. Did you mean: n_patients"),
        ("CRS >=7", "grades are 0 to 5"),
    ],
)
def test_a_column_that_cannot_be_read_is_told(words: str, message: str) -> None:
    with pytest.raises(OptionError, match=message):
        read_column(words)


def test_the_default_columns_can_be_read() -> None:
    assert set(DEFAULT_STUDY_COLUMNS) <= set(STUDY_COLUMNS)
    assert all(isinstance(read_column(words), Wanted) for words in (*DEFAULT_TOXICITIES, *DEFAULT_OUTCOMES))


class Found(NamedTuple):
    measure: str = "incidence"
    value: float | None = None
    unit: str | None = "%"
    n: int | None = None
    total: int | None = None
    percent: float | None = None
    ci_low: float | None = None
    ci_high: float | None = None
    ci_level: float | None = None
    p_value: float | None = None
    p_sign: str | None = None
    evidence: str = "words of the text"


@pytest.mark.parametrize(
    ("cells", "text"),
    [
        ({"n": 9, "total": 34, "value": 26.5}, "9/34 (26.5%)"),
        ({"n": 9, "total": 34, "percent": 26.47}, "9/34 (26.5%)"),
        ({"n": 0, "total": 34, "percent": 0.0}, "0/34 (0%)"),
        ({"n": 9, "value": 26.0}, "9 (26%)"),
        ({"n": 9}, "n=9"),
        ({"n": 9, "percent": 26.5}, "n=9"),  # a percent of a size that is not of the same phrase is not shown
        ({"value": 26.0, "total": 34}, "26% of 34"),
        ({"value": 61.8, "ci_low": 50.0, "ci_high": 71.2, "ci_level": 95.0}, "61.8% (95% CI 50 to 71.2)"),
        ({"measure": "median", "value": 18.2, "unit": "months", "ci_low": 15.9, "ci_level": 95.0}, "18.2 months (95% CI 15.9 to not reached)"),
        ({"measure": "median"}, "words of the text"),  # not reached
        ({"measure": "hazard_ratio", "value": 0.55, "unit": None, "p_value": 0.001, "p_sign": "<"}, "HR 0.55, P<0.001"),
        ({"measure": "odds_ratio", "value": 2.0, "unit": None, "ci_low": 1.1, "ci_high": 3.0}, "OR 2 (CI 1.1 to 3)"),
    ],
)
def test_a_finding_is_printed_as_reviews_print_it(cells: dict[str, Any], text: str) -> None:
    assert value_text(Found(**cells)) == text


def test_of_a_number_that_stands_twice_the_richer_is_shown() -> None:
    rough, fine, other = Value("82%", (), 82.0, 1), Value("28/34 (82.4%)", (), 82.4, 4), Value("83%", (), 83.0, 1)
    assert cell_text([rough, fine]) == cell_text([fine, rough]) == "28/34 (82.4%)"
    assert cell_text([fine, other]) == "28/34 (82.4%); 83%"
